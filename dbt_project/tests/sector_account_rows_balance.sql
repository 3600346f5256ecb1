{{ config(meta={'dagster': {'ref': {'name': 'mrio_sector_account'}}}) }}
-- Rows: intermediate use + final demand + exports + error = gross output.
-- Allowed: 1 (10 thousand yuan) or 1e-3 of output, as the reader allows.
select
    table_id,
    province_code,
    sector_code,
    intermediate_use_m_cny + final_demand_m_cny + export_m_cny + error_m_cny - gross_output_m_cny as residual_m_cny
from {{ ref('mrio_sector_account') }}
where
    abs(intermediate_use_m_cny + final_demand_m_cny + export_m_cny + error_m_cny - gross_output_m_cny)
    > greatest(0.01, 1e-3 * gross_output_m_cny)
order by abs(residual_m_cny) desc
