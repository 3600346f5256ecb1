-- Cells of the accepted national inventories, Mt CO2, as printed: totals included.
select
    cells.release_id,
    current_period.release_id is not null as is_current,
    cells.year,
    cells.inventory_code,
    cells.fuel_code,
    cells.value_mt
from {{ source('bronze', 'co2_national') }} as cells
left join {{ ref('stg_current_period') }} as current_period
    on
        cells.release_id = current_period.release_id
        and cast(cells.year as varchar) = current_period.period
        and current_period.family = 'co2_national'
