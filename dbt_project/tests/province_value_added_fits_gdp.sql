{{ config(meta={'dagster': {'ref': {'name': 'mrio_sector_account'}}}, severity='warn') }}
-- A slip by 10, 100 or 1000: value added of a province lies within a factor of 2 of its GDP.
with account as (
    select
        table_id,
        province_code,
        sum(value_added_m_cny) as value_added_m_cny
    from {{ ref('mrio_sector_account') }}
    group by table_id, province_code
)

select
    account.table_id,
    account.province_code,
    account.value_added_m_cny,
    statistic.gdp_m_cny
from account
inner join {{ ref('stg_nbs_province_year') }} as statistic
    on
        account.province_code = statistic.province_code
        and {{ table_year('account.table_id') }} = statistic.year
where account.value_added_m_cny not between 0.5 * statistic.gdp_m_cny and 2 * statistic.gdp_m_cny
