-- Which sectors of which provinces emit most for the final demand of Guangdong, outside Guangdong itself?
select
    flow.origin_province_code,
    flow.origin_sector_code,
    round(flow.co2_mt, 2) as co2_mt,
    round(100 * flow.co2_mt / footprint.inflow_from_provinces_mt, 1) as percent_of_inflow
from accounts.embodied_flow_sector as flow
inner join accounts.province_footprint as footprint
    on
        flow.table_id = footprint.table_id
        and flow.co2_basis = footprint.co2_basis
        and flow.destination_province_code = footprint.province_code
where
    flow.table_id = '2017'
    and flow.co2_basis = 'inventory'
    and flow.destination_province_code = 'GD'
    and flow.origin_province_code <> 'GD'
order by flow.co2_mt desc
limit 15;
