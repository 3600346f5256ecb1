{{ config(schema='mrio', alias='national_sector_account') }}
-- Accounts of every product of the current national tables, million yuan. Uses and inputs include imported products; imports
-- are subtracted once, along the row: intermediate use + final demand + exports - imports + error = gross output.
-- Totals are recomputed from the cells; a table without an error column balances without it, so its error is zero.
with sold as (
    select
        table_id,
        seller_product_code as product_code,
        sum(flow_m_cny) as intermediate_use_m_cny
    from {{ ref('mrio_national_flow') }}
    group by all
),

bought as (
    select
        table_id,
        buyer_product_code as product_code,
        sum(flow_m_cny) as intermediate_input_m_cny
    from {{ ref('mrio_national_flow') }}
    group by all
),

demanded as (
    select
        table_id,
        product_code,
        sum(flow_m_cny) as final_demand_m_cny
    from {{ ref('mrio_national_final_demand') }}
    group by all
),

paid as (
    select
        table_id,
        column_code as product_code,
        {{ million_cny("sum(value) filter (where row_code = 'VA001')") }} as compensation_m_cny,
        {{ million_cny("sum(value) filter (where row_code = 'VA002')") }} as net_production_tax_m_cny,
        {{ million_cny("sum(value) filter (where row_code = 'VA003')") }} as depreciation_m_cny,
        {{ million_cny("sum(value) filter (where row_code = 'VA004')") }} as operating_surplus_m_cny
    from {{ ref('stg_national_io_cell') }}
    where block = 'column_item' and is_current
    group by all
),

row_item as (
    select
        table_id,
        any_value(release_id) as release_id,
        row_code as product_code,
        any_value(row_label) as name_zh,
        {{ million_cny("sum(value) filter (where column_code = 'GO')") }} as gross_output_m_cny,
        {{ million_cny("sum(value) filter (where column_code = 'EX')") }} as export_m_cny,
        {{ million_cny("sum(value) filter (where column_code = 'IM')") }} as product_import_m_cny,
        {{ million_cny("sum(value) filter (where column_code = 'ERR')") }} as error_m_cny
    from {{ ref('stg_national_io_cell') }}
    where block = 'row_item' and is_current
    group by table_id, row_code
)

select
    row_item.table_id,
    row_item.product_code,
    row_item.name_zh,
    row_item.gross_output_m_cny,
    coalesce(bought.intermediate_input_m_cny, 0) as intermediate_input_m_cny,
    coalesce(row_item.product_import_m_cny, 0) as product_import_m_cny,
    coalesce(paid.compensation_m_cny, 0) + coalesce(paid.net_production_tax_m_cny, 0)
    + coalesce(paid.depreciation_m_cny, 0) + coalesce(paid.operating_surplus_m_cny, 0) as value_added_m_cny,
    coalesce(paid.compensation_m_cny, 0) as compensation_m_cny,
    coalesce(paid.net_production_tax_m_cny, 0) as net_production_tax_m_cny,
    coalesce(paid.depreciation_m_cny, 0) as depreciation_m_cny,
    coalesce(paid.operating_surplus_m_cny, 0) as operating_surplus_m_cny,
    coalesce(sold.intermediate_use_m_cny, 0) as intermediate_use_m_cny,
    coalesce(demanded.final_demand_m_cny, 0) as final_demand_m_cny,
    coalesce(row_item.export_m_cny, 0) as export_m_cny,
    coalesce(row_item.error_m_cny, 0) as error_m_cny,
    row_item.release_id
from row_item
left join sold using (table_id, product_code)
left join bought using (table_id, product_code)
left join demanded using (table_id, product_code)
left join paid using (table_id, product_code)
