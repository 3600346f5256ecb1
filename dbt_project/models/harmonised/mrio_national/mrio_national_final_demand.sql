{{ config(schema='mrio', alias='national_final_demand') }}
-- Domestic final demand of the current national tables by category, million yuan, imported products included; non-zero cells
-- only. Subtotals of categories are left out; exports and imports stand in mrio.national_sector_account.
select
    table_id,
    row_code as product_code,
    column_code as category_code,
    {{ million_cny('value') }} as flow_m_cny
from {{ ref('stg_national_io_cell') }}
where
    block = 'final_demand' and is_current and value <> 0
    and column_code in ('FU101', 'FU102', 'FU103', 'FU201', 'FU202')
