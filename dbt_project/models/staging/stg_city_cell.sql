-- Cells of the accepted workbooks on cities, Mt CO2, as printed; a blank is null.
select
    cells.release_id,
    current_period.release_id is not null as is_current,
    cells.province_code,
    cells.city_name_zh,
    cells.year,
    cells.value_mt
from {{ source('bronze', 'city_vector') }} as cells
left join {{ ref('stg_current_period') }} as current_period
    on
        cells.release_id = current_period.release_id
        and cast(cells.year as varchar) = current_period.period
        and current_period.family = 'city_vector'
