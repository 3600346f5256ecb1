{{ config(schema='mrio', alias='primary_input') }}
-- Imports and the four parts of value added of every buying sector, and imports for final demand; million yuan.
select
    table_id,
    column_province_code as buyer_province_code,
    column_code as buyer_code,
    row_code as item_code,
    case when column_code like 'FU%' then 'final_demand' else 'sector' end as buyer_kind,
    {{ million_cny('value') }} as input_m_cny
from {{ ref('stg_mrio_cell') }}
where block = 'column_item' and row_code in ('IM', 'VA001', 'VA002', 'VA003', 'VA004')
