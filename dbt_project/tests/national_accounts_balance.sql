{{ config(meta={'dagster': {'ref': {'name': 'mrio_national_sector_account'}}}) }}
-- Rows: intermediate use + final demand + exports - imports + error = gross output.
-- Columns: intermediate input + value added = gross output. Allowed: 1 (10 thousand yuan) or 1e-3 of output.
with residual as (
    select
        table_id,
        product_code,
        gross_output_m_cny,
        intermediate_use_m_cny + final_demand_m_cny + export_m_cny - product_import_m_cny + error_m_cny
        - gross_output_m_cny as along_row_m_cny,
        intermediate_input_m_cny + value_added_m_cny - gross_output_m_cny as down_column_m_cny
    from {{ ref('mrio_national_sector_account') }}
)

select *
from residual
where greatest(abs(along_row_m_cny), abs(down_column_m_cny)) > greatest(0.01, 1e-3 * gross_output_m_cny)
order by greatest(abs(along_row_m_cny), abs(down_column_m_cny)) desc
