-- Cells of the accepted workbooks on apparent emissions, provincial and national (province CN), Mt CO2, as printed.
with cells as (
    select
        'apparent_provincial' as family,
        release_id,
        province_code,
        year,
        fuel_code,
        item_code,
        value_mt
    from {{ source('bronze', 'apparent_provincial') }}
    union all
    select
        'apparent_national' as family,
        release_id,
        province_code,
        year,
        fuel_code,
        item_code,
        value_mt
    from {{ source('bronze', 'apparent_national') }}
)

select
    cells.family,
    cells.release_id,
    current_period.release_id is not null as is_current,
    cells.province_code,
    cells.year,
    -- process emissions are those of cement, under one code in all tables
    case cells.fuel_code when 'process_cement' then 'process' else cells.fuel_code end as fuel_code,
    cells.item_code,
    cells.value_mt
from cells
left join {{ ref('stg_current_period') }} as current_period
    on
        cells.release_id = current_period.release_id
        and cast(cells.year as varchar) = current_period.period
        and cells.family = current_period.family
