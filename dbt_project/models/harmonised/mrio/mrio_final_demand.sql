{{ config(schema='mrio', alias='final_demand') }}
-- Domestic final demand by buying province and category, million yuan; non-zero cells only. Exports: mrio.sector_account.
select
    table_id,
    row_province_code as seller_province_code,
    row_code as seller_sector_code,
    column_province_code as buyer_province_code,
    column_code as category_code,
    {{ million_cny('value') }} as flow_m_cny
from {{ ref('stg_mrio_cell') }}
where block = 'final_demand' and value <> 0
