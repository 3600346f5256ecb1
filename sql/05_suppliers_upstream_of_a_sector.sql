-- Who stands upstream of construction in Guangdong: its direct suppliers, and the CO2 that their deliveries carry.
select
    flow.seller_province_code,
    sector.short_en as seller_sector,
    round(flow.flow_m_cny, 0) as purchases_m_cny,
    round(flow.flow_m_cny * multiplier.co2_total_t_per_m_cny / 1e6, 3) as co2_carried_mt
from mrio.flow as flow
inner join accounts.multiplier as multiplier
    on
        flow.table_id = multiplier.table_id
        and flow.seller_province_code = multiplier.province_code
        and flow.seller_sector_code = multiplier.sector_code
        and multiplier.co2_basis = 'inventory'
inner join reference.sector as sector
    on flow.seller_sector_code = sector.sector_code and sector.classification = '2012'
where flow.table_id = '2017' and flow.buyer_province_code = 'GD' and flow.buyer_sector_code = 'construction'
order by co2_carried_mt desc nulls last
limit 15;
