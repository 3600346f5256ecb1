{{ config(schema='mrio', alias='sector_account') }}
-- Accounts of every sector of every province: money in million yuan, CO2 in Mt on both bases.
with inventory as (
    select
        province_code,
        year,
        release_id,
        null_reason
    from {{ ref('inventory_emission_total') }}
    where is_current
),

rule as (
    -- the rule that was used where a mixed inventory row is shared into the sector; a sector takes part in one such row
    select
        table_id,
        province_code,
        sector_code,
        split_rule
    from {{ ref('co2_split_share') }}
),

joined as (
    select
        account.*,
        allocation.co2_mt,
        allocation.coal_mt,
        allocation.oil_mt,
        allocation.gas_mt,
        allocation.process_mt,
        rule.split_rule,
        inventory.release_id as inventory_release_id,
        inventory.province_code is not null and inventory.null_reason is null as is_known,
        case
            when inventory.province_code is null then 'no_inventory'
            else inventory.null_reason
        end as null_reason
    from {{ ref('mrio_money_account') }} as account
    left join inventory
        on account.province_code = inventory.province_code and {{ table_year('account.table_id') }} = inventory.year
    left join {{ ref('co2_allocation') }} as allocation
        on
            account.table_id = allocation.table_id
            and account.province_code = allocation.province_code
            and account.sector_code = allocation.sector_code
    left join rule
        on
            account.table_id = rule.table_id
            and account.province_code = rule.province_code
            and account.sector_code = rule.sector_code
)

select
    table_id,
    province_code,
    sector_code,
    gross_output_m_cny,
    intermediate_input_m_cny,
    import_m_cny,
    value_added_m_cny,
    compensation_m_cny,
    net_production_tax_m_cny,
    depreciation_m_cny,
    operating_surplus_m_cny,
    intermediate_use_m_cny,
    final_demand_m_cny,
    export_m_cny,
    error_m_cny,
    co2_satellite_mt,
    case when is_known then coalesce(co2_mt, 0) end as co2_inventory_mt,
    case when is_known then coalesce(coal_mt, 0) end as co2_inventory_coal_mt,
    case when is_known then coalesce(oil_mt, 0) end as co2_inventory_oil_mt,
    case when is_known then coalesce(gas_mt, 0) end as co2_inventory_gas_mt,
    case when is_known then coalesce(process_mt, 0) end as co2_inventory_process_mt,
    is_zero_output,
    is_tiny_output,
    case when is_known then split_rule end as split_rule,
    inventory_release_id,
    release_id,
    null_reason
from joined
