-- Cells of the accepted provincial inventories, Mt CO2, as printed: totals and zero-coded gaps included.
select
    cells.release_id,
    release.vintage,
    current_period.release_id is not null as is_current,
    cells.province_code,
    cells.year,
    cells.inventory_code,
    cells.fuel_code,
    cells.value_mt
from {{ source('bronze', 'co2_inventory') }} as cells
inner join {{ ref('stg_release') }} as release on cells.release_id = release.release_id
left join {{ ref('stg_current_period') }} as current_period
    on
        cells.release_id = current_period.release_id
        and cast(cells.year as varchar) = current_period.period
        and current_period.family = 'co2_inventory'
