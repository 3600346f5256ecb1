{{ config(schema='mrio', alias='flow', materialized='view') }}
-- Domestic intermediate flows from seller to buyer, million yuan; non-zero cells only.
select
    table_id,
    row_province_code as seller_province_code,
    row_code as seller_sector_code,
    column_province_code as buyer_province_code,
    column_code as buyer_sector_code,
    {{ million_cny('value') }} as flow_m_cny
from {{ ref('stg_mrio_cell') }}
where block = 'flow' and value <> 0
