-- Where do the two CO2 bases differ most: the inventory mapped to sectors against the satellite row of the table?
select
    table_id,
    province_code,
    sector_code,
    round(co2_inventory_mt, 3) as co2_inventory_mt,
    round(co2_satellite_mt, 3) as co2_satellite_mt,
    round(co2_inventory_mt - co2_satellite_mt, 3) as difference_mt
from mrio.sector_account
where co2_inventory_mt is not null and co2_satellite_mt is not null
order by abs(co2_inventory_mt - co2_satellite_mt) desc
limit 20;
