{{ config(meta={'dagster': {'ref': {'name': 'province_year'}}}) }}
-- A value is null exactly if a reason is given; where the fuels are missing, what households emit is missing too.
select
    province_code,
    year
from {{ ref('province_year') }}
where
    (co2_t_per_m_cny is null or co2_t_per_head is null) <> (null_reason is not null)
    or (null_reason = 'missing_in_source' and co2_household_mt is not null)
