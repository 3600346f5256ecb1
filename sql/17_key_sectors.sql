-- Which sectors hold China's production together: key sectors of the nation in money, and whether they are key in CO2 too.
select
    linkage.sector_code,
    sector.short_en,
    round(linkage.power_of_dispersion, 3) as power_of_dispersion,
    round(linkage.ghosh_forward_normalised, 3) as ghosh_forward_normalised,
    linkage.key_sector_class,
    round(co2.co2_backward_normalised, 3) as co2_backward_normalised,
    round(co2.co2_forward_normalised, 3) as co2_forward_normalised,
    co2.co2_key_sector_class
from accounts.linkage as linkage
inner join accounts.co2_linkage as co2
    on
        linkage.table_id = co2.table_id
        and linkage.province_code = co2.province_code
        and linkage.sector_code = co2.sector_code
        and co2.co2_basis = 'inventory'
inner join reference.sector as sector
    on linkage.sector_code = sector.sector_code and sector.classification = '2012'
where linkage.table_id = '2017' and linkage.province_code = 'CN' and linkage.key_sector_class = 'key'
order by power_of_dispersion desc;
