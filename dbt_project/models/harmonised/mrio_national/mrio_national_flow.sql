{{ config(schema='mrio', alias='national_flow') }}
-- Intermediate flows of the current national tables, million yuan, imported products included; non-zero cells only.
select
    table_id,
    row_code as seller_product_code,
    column_code as buyer_product_code,
    {{ million_cny('value') }} as flow_m_cny
from {{ ref('stg_national_io_cell') }}
where block = 'flow' and is_current and value <> 0
