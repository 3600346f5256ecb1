-- Who emits for whom: the largest flows of CO2 embodied in trade between two provinces.
select
    flow.table_id,
    origin.name_en as emitted_in,
    destination.name_en as used_in,
    round(flow.co2_mt, 2) as co2_mt
from accounts.embodied_flow as flow
inner join reference.province as origin on flow.origin_province_code = origin.province_code
inner join reference.province as destination on flow.destination_province_code = destination.province_code
where
    flow.accounting = 'mrio'
    and flow.co2_basis = 'inventory'
    and flow.origin_province_code <> flow.destination_province_code
    and flow.table_id = '2017'
order by flow.co2_mt desc
limit 15;
