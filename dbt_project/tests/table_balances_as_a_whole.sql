{{ config(meta={'dagster': {'ref': {'name': 'mrio_sector_account'}}}) }}
-- Whole table: value added = final demand + exports + error - imported intermediates; 1e-4 of value added.
select
    table_id,
    sum(value_added_m_cny) as value_added_m_cny,
    sum(final_demand_m_cny + export_m_cny + error_m_cny - import_m_cny) as expenditure_m_cny
from {{ ref('mrio_sector_account') }}
group by table_id
having
    abs(sum(value_added_m_cny - final_demand_m_cny - export_m_cny - error_m_cny + import_m_cny))
    > 1e-4 * sum(value_added_m_cny)
