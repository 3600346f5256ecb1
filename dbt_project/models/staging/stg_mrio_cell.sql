-- Cells of the current tables, money in 10 thousand yuan, the row CO2 in Mt.
select
    cells.release_id,
    cells.table_id,
    cells.block,
    cells.row_province_code,
    cells.row_code,
    cells.column_province_code,
    cells.column_code,
    cells.value
from {{ source('bronze', 'mrio') }} as cells
inner join {{ ref('stg_current_period') }} as current_period
    on cells.release_id = current_period.release_id and cells.table_id = current_period.period
where current_period.family = 'mrio'
