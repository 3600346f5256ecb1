{{ config(schema='staging', materialized='table') }}
-- Trade among the sectors of one province (its own 42 x 42 block), million yuan, with the diagonal kept apart.
with own as (
    select
        table_id,
        seller_province_code as province_code,
        seller_sector_code,
        buyer_sector_code,
        flow_m_cny
    from {{ ref('mrio_flow') }}
    where seller_province_code = buyer_province_code
),

sold as (
    select
        table_id,
        province_code,
        seller_sector_code as sector_code,
        sum(flow_m_cny) filter (where seller_sector_code = buyer_sector_code) as own_use_m_cny,
        sum(flow_m_cny) filter (where seller_sector_code <> buyer_sector_code) as sales_m_cny
    from own
    group by table_id, province_code, seller_sector_code
),

bought as (
    select
        table_id,
        province_code,
        buyer_sector_code as sector_code,
        sum(flow_m_cny) filter (where seller_sector_code <> buyer_sector_code) as purchases_m_cny
    from own
    group by table_id, province_code, buyer_sector_code
)

select
    account.table_id,
    account.province_code,
    account.sector_code,
    coalesce(sold.own_use_m_cny, 0) as own_use_m_cny,
    coalesce(sold.sales_m_cny, 0) as sales_m_cny,
    coalesce(bought.purchases_m_cny, 0) as purchases_m_cny
from {{ ref('mrio_money_account') }} as account
left join sold using (table_id, province_code, sector_code)
left join bought using (table_id, province_code, sector_code)
