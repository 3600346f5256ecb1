-- The thirty indicators of every sector of every province, with their standing among the sectors of the province.
-- CO2 indicators rest on one basis a table: the satellite row where the workbook has one, else the inventory.
-- rank 1 is the largest, ties share the smallest rank; percentile = rank / number of values;
-- share = value / sum, null where values of both signs meet.
with basis as (
    select
        table_id,
        case when count(co2_satellite_mt) > 0 then 'satellite' else 'inventory' end as co2_basis
    from {{ ref('mrio_sector_account') }}
    group by table_id
),

demand as (
    select
        table_id,
        seller_province_code as province_code,
        seller_sector_code as sector_code,
        sum(flow_m_cny) filter (where category_code = 'FU101') as rural_household_consumption,
        sum(flow_m_cny) filter (where category_code = 'FU102') as urban_household_consumption,
        sum(flow_m_cny) filter (where category_code = 'FU103') as government_consumption,
        sum(flow_m_cny) filter (where category_code = 'FU201') as fixed_capital_formation,
        sum(flow_m_cny) filter (where category_code = 'FU202') as inventory_change
    from {{ ref('mrio_final_demand') }}
    group by all
),

with_row as (
    -- sectors to which the concordance maps an inventory row: the CO2 of the others is 0 for want of a row, not for cleanness
    select distinct
        classification,
        sector_code
    from {{ ref('concordance_inventory_mrio') }}
    where sector_code is not null
),

account as (
    select
        account.*,
        basis.co2_basis,
        basis.co2_basis = 'inventory' and with_row.sector_code is null as lacks_inventory_row,
        case basis.co2_basis when 'satellite' then account.co2_satellite_mt else account.co2_inventory_mt end as co2_mt,
        account.final_demand_m_cny + account.export_m_cny as total_final_use_m_cny
    from {{ ref('mrio_sector_account') }} as account
    inner join basis on account.table_id = basis.table_id
    left join with_row
        on
            {{ table_classification('account.table_id') }} = with_row.classification
            and account.sector_code = with_row.sector_code
),

wide as (
    select
        account.table_id,
        account.province_code,
        account.sector_code,
        account.co2_basis,
        account.co2_mt,
        account.null_reason as co2_null_reason,
        account.is_zero_output,
        account.is_tiny_output,
        account.lacks_inventory_row,
        account.value_added_m_cny as value_added,
        account.total_final_use_m_cny as total_final_use,
        account.intermediate_input_m_cny + account.import_m_cny + account.value_added_m_cny as total_input,
        account.gross_output_m_cny as gross_input,
        account.co2_mt as co2,
        account.import_m_cny as import,
        account.intermediate_input_m_cny + account.import_m_cny as total_intermediate_input,
        account.compensation_m_cny as compensation,
        account.operating_surplus_m_cny as operating_surplus,
        account.gross_output_m_cny as gross_output,
        account.export_m_cny as export,
        coalesce(demand.rural_household_consumption, 0) as rural_household_consumption,
        coalesce(demand.urban_household_consumption, 0) as urban_household_consumption,
        coalesce(demand.government_consumption, 0) as government_consumption,
        coalesce(demand.fixed_capital_formation, 0) as fixed_capital_formation,
        coalesce(demand.inventory_change, 0) as inventory_change,
        case
            when not (account.is_zero_output or account.is_tiny_output or account.lacks_inventory_row)
                then {{ safe_divide('account.co2_mt * 1e6', 'account.gross_output_m_cny') }}
        end as co2_per_gross_output,
        case
            when
                not (account.is_zero_output or account.is_tiny_output or account.lacks_inventory_row)
                and account.value_added_m_cny > 0
                then {{ safe_divide('account.co2_mt * 1e6', 'account.value_added_m_cny') }}
        end as co2_per_value_added,
        case
            when
                not (account.is_zero_output or account.is_tiny_output or account.lacks_inventory_row)
                and account.total_final_use_m_cny > 0
                then {{ safe_divide('account.co2_mt * 1e6', 'account.total_final_use_m_cny') }}
        end as co2_per_final_use,
        own_block.own_use_m_cny as own_use,
        own_block.sales_m_cny as sales_within_province,
        own_block.purchases_m_cny as purchases_within_province,
        node.eigenvector_left as eigenvector,
        node.betweenness,
        node.closeness,
        node.katz,
        node.pagerank,
        case when node.is_active then cast(node.in_degree as double) end as in_degree,
        case when node.is_active then cast(node.out_degree as double) end as out_degree,
        node.clustering
    from account
    left join demand using (table_id, province_code, sector_code)
    left join {{ ref('own_block') }} as own_block using (table_id, province_code, sector_code)
    left join {{ source('python', 'backbone_node') }} as node
        on
            account.table_id = node.table_id
            and account.province_code = node.province_code
            and account.sector_code = node.sector_code
            and node.scope = 'province'
            and node.weight_kind = 'flow'
),

long as (
    {% for code in indicator_codes() -%}
        select
            table_id,
            province_code,
            sector_code,
            '{{ code }}' as indicator_code,
            cast({{ code }} as double) as value,
            co2_basis,
            co2_mt,
            co2_null_reason,
            is_zero_output,
            is_tiny_output,
            lacks_inventory_row,
            value_added,
            total_final_use
        from wide
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

reasoned as (
    select
        long.table_id,
        long.province_code,
        long.sector_code,
        long.indicator_code,
        long.value,
        indicator.unit,
        case when indicator.indicator_code like 'co2%' then long.co2_basis end as co2_basis,
        case
            when long.value is not null then null
            when indicator.indicator_code like 'co2%' and long.co2_mt is null then long.co2_null_reason
            when long.is_zero_output then 'zero_output'
            when long.lacks_inventory_row and indicator.indicator_group = 'intensity' then 'no_inventory_row'
            when long.is_tiny_output and indicator.indicator_group = 'intensity' then 'tiny_output'
            when indicator.indicator_code = 'co2_per_value_added' and long.value_added < 0 then 'negative_denominator'
            when indicator.indicator_code = 'co2_per_final_use' and long.total_final_use < 0 then 'negative_denominator'
            when indicator.indicator_group = 'intensity' then 'zero_denominator'
            else 'not_applicable'
        end as null_reason
    from long
    inner join {{ ref('indicator') }} as indicator on long.indicator_code = indicator.indicator_code
),

ranked as (
    select
        *,
        cast(rank() over by_size as integer) as rank_of_value,
        count(value) over peers as values_ranked,
        sum(value) over peers as sum_of_values,
        min(value) over peers as smallest_value
    from reasoned
    window
        peers as (partition by table_id, province_code, indicator_code),
        by_size as (partition by table_id, province_code, indicator_code order by value desc nulls last)
)

select
    table_id,
    province_code,
    sector_code,
    indicator_code,
    value,
    unit,
    case when value is not null then rank_of_value end as rank,
    case when value is not null then rank_of_value / cast(values_ranked as double) end as percentile,
    case when smallest_value >= 0 then {{ safe_divide('value', 'sum_of_values') }} end as share,
    co2_basis,
    null_reason
from ranked
