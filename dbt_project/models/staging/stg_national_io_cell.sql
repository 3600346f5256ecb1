-- Cells of the accepted national input-output tables, 10 thousand yuan, as printed: subtotals included.
select
    cells.release_id,
    current_period.release_id is not null as is_current,
    cells.table_id,
    cells.block,
    cells.row_code,
    cells.row_label,
    cells.column_code,
    cells.value
from {{ source('bronze', 'national_io_table') }} as cells
left join {{ ref('stg_current_period') }} as current_period
    on
        cells.release_id = current_period.release_id
        and cells.table_id = current_period.period
        and current_period.family = 'national_io_table'
