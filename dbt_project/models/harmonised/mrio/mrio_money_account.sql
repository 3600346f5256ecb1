{{ config(schema='staging', materialized='table') }}
-- The money side of mrio.sector_account: one row per table, province and sector, million yuan.
-- Totals are recomputed from the cells; the sheet's own totals were only checked when it was read.
with sold as (
    select
        table_id,
        seller_province_code as province_code,
        seller_sector_code as sector_code,
        sum(flow_m_cny) as intermediate_use_m_cny
    from {{ ref('mrio_flow') }}
    group by all
),

bought as (
    select
        table_id,
        buyer_province_code as province_code,
        buyer_sector_code as sector_code,
        sum(flow_m_cny) as intermediate_input_m_cny
    from {{ ref('mrio_flow') }}
    group by all
),

demanded as (
    select
        table_id,
        seller_province_code as province_code,
        seller_sector_code as sector_code,
        sum(flow_m_cny) as final_demand_m_cny
    from {{ ref('mrio_final_demand') }}
    group by all
),

paid as (
    select
        table_id,
        buyer_province_code as province_code,
        buyer_code as sector_code,
        sum(input_m_cny) filter (where item_code = 'IM') as import_m_cny,
        sum(input_m_cny) filter (where item_code = 'VA001') as compensation_m_cny,
        sum(input_m_cny) filter (where item_code = 'VA002') as net_production_tax_m_cny,
        sum(input_m_cny) filter (where item_code = 'VA003') as depreciation_m_cny,
        sum(input_m_cny) filter (where item_code = 'VA004') as operating_surplus_m_cny
    from {{ ref('mrio_primary_input') }}
    where buyer_kind = 'sector'
    group by all
),

row_item as (
    select
        table_id,
        any_value(release_id) as release_id,
        row_province_code as province_code,
        row_code as sector_code,
        {{ million_cny("sum(value) filter (where column_code = 'GO')") }} as gross_output_m_cny,
        {{ million_cny("sum(value) filter (where column_code = 'EX')") }} as export_m_cny,
        {{ million_cny("sum(value) filter (where column_code = 'ERR')") }} as error_m_cny
    from {{ ref('stg_mrio_cell') }}
    where block = 'row_item' and column_code in ('GO', 'EX', 'ERR')
    group by table_id, row_province_code, row_code
),

satellite as (
    select
        table_id,
        column_province_code as province_code,
        column_code as sector_code,
        value as co2_satellite_mt
    from {{ ref('stg_mrio_cell') }}
    where block = 'column_item' and row_code = 'CO2'
)

select
    row_item.table_id,
    row_item.province_code,
    row_item.sector_code,
    row_item.gross_output_m_cny,
    coalesce(bought.intermediate_input_m_cny, 0) as intermediate_input_m_cny,
    coalesce(paid.import_m_cny, 0) as import_m_cny,
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
    satellite.co2_satellite_mt,
    row_item.gross_output_m_cny = 0 as is_zero_output,
    -- below 10 (10 thousand yuan): too small for an intensity
    row_item.gross_output_m_cny > 0 and row_item.gross_output_m_cny < 0.1 as is_tiny_output,
    row_item.release_id
from row_item
left join sold using (table_id, province_code, sector_code)
left join bought using (table_id, province_code, sector_code)
left join demanded using (table_id, province_code, sector_code)
left join paid using (table_id, province_code, sector_code)
left join satellite using (table_id, province_code, sector_code)
