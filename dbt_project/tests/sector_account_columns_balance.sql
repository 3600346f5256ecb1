{{ config(meta={'dagster': {'ref': {'name': 'mrio_sector_account'}}}) }}
-- Columns: intermediate input + imports + value added = gross output.
-- Allowed: 1 (10 thousand yuan) or 1e-3 of output, as the reader allows.
select
    table_id,
    province_code,
    sector_code,
    intermediate_input_m_cny + import_m_cny + value_added_m_cny - gross_output_m_cny as residual_m_cny
from {{ ref('mrio_sector_account') }}
where
    abs(intermediate_input_m_cny + import_m_cny + value_added_m_cny - gross_output_m_cny)
    > greatest(0.01, 1e-3 * gross_output_m_cny)
order by abs(residual_m_cny) desc
