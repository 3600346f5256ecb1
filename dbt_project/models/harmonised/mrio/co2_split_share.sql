{{ config(schema='staging', materialized='table') }}
-- Share of every target sector in the three mixed inventory rows, by table and province; shares of a row sum to 1.
-- fuel_purchase: a sector burns what it buys from the four fuel sellers, in whatever province they are.
-- Where all weights of a province are zero: output_share, then equal; the rule that was used stands beside the share.
with split as (
    select
        classification,
        inventory_code,
        sector_code,
        cast(default_share as double) as default_share
    from {{ ref('concordance_inventory_mrio') }}
    where rule = 'split'
),

fuel_purchase as (
    select
        table_id,
        buyer_province_code as province_code,
        buyer_sector_code as sector_code,
        sum(flow_m_cny) as fuel_purchase_m_cny
    from {{ ref('mrio_flow') }}
    where seller_sector_code in ('coal_mining', 'oil_gas_extraction', 'petroleum_coking', 'gas_supply')
    group by all
),

weight as (
    select
        account.table_id,
        account.province_code,
        split.inventory_code,
        account.sector_code,
        split.default_share,
        account.gross_output_m_cny,
        coalesce(fuel_purchase.fuel_purchase_m_cny, 0) as fuel_purchase_m_cny
    from {{ ref('mrio_money_account') }} as account
    inner join split
        on
            {{ table_classification('account.table_id') }} = split.classification
            and account.sector_code = split.sector_code
    left join fuel_purchase
        on
            account.table_id = fuel_purchase.table_id
            and account.province_code = fuel_purchase.province_code
            and account.sector_code = fuel_purchase.sector_code
),

total as (
    select
        *,
        sum(fuel_purchase_m_cny) over targets as fuel_purchase_total,
        sum(gross_output_m_cny) over targets as gross_output_total
    from weight
    window targets as (partition by table_id, province_code, inventory_code)
),

ruled as (
    select
        *,
        case
            when '{{ var("split_rule") }}' = 'fuel_purchase' and fuel_purchase_total > 0 then 'fuel_purchase'
            when '{{ var("split_rule") }}' in ('fuel_purchase', 'output_share') and gross_output_total > 0 then 'output_share'
            else 'equal'
        end as split_rule
    from total
)

select
    table_id,
    province_code,
    inventory_code,
    sector_code,
    split_rule,
    case split_rule
        when 'fuel_purchase' then {{ safe_divide('fuel_purchase_m_cny', 'fuel_purchase_total') }}
        when 'output_share' then {{ safe_divide('gross_output_m_cny', 'gross_output_total') }}
        else default_share
    end as share
from ruled
