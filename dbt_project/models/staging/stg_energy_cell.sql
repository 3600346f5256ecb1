-- Cells of the accepted provincial energy inventories, in the printed units (such as 10^4 ton): the 47 rows and the balance rows.
select
    cells.release_id,
    current_period.release_id is not null as is_current,
    cells.province_code,
    cells.year,
    cells.inventory_code,
    cells.fuel_code,
    cells.value
from {{ source('bronze', 'energy_inventory') }} as cells
left join {{ ref('stg_current_period') }} as current_period
    on
        cells.release_id = current_period.release_id
        and cast(cells.year as varchar) = current_period.period
        and current_period.family = 'energy_inventory'
