{{ config(meta={'dagster': {'ref': {'name': 'mrio_sector_account'}}}) }}
-- A sector without output sells, buys and pays nothing.
select
    table_id,
    province_code,
    sector_code
from {{ ref('mrio_sector_account') }}
where
    is_zero_output
    and abs(intermediate_use_m_cny) + abs(intermediate_input_m_cny) + abs(value_added_m_cny)
    + abs(import_m_cny) + abs(final_demand_m_cny) + abs(export_m_cny) > 0.01
