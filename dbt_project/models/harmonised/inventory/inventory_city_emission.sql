{{ config(schema='inventory', alias='city_emission') }}
-- CO2 of cities by year, Mt; a blank in the workbook means that the figure is not available.
select
    release_id,
    province_code,
    city_name_zh,
    year,
    value_mt as co2_mt,
    is_current,
    case when value_mt is null then 'missing_in_source' end as null_reason
from {{ ref('stg_city_cell') }}
