{{ config(meta={'dagster': {'ref': {'name': 'province_year'}}}) }}
-- A value is null exactly if a reason is given.
select
    province_code,
    year
from {{ ref('province_year') }}
where (co2_t_per_m_cny is null or co2_t_per_head is null) <> (null_reason is not null)
