-- Which provinces emit for others, and which live on others' emissions? (production minus consumption)
select
    province.name_en,
    round(footprint.production_mt, 1) as production_mt,
    round(footprint.consumption_mt, 1) as consumption_mt,
    round(footprint.net_transfer_mt, 1) as net_transfer_mt,
    round(footprint.export_mt, 1) as export_mt
from accounts.province_footprint as footprint
inner join reference.province as province on footprint.province_code = province.province_code
where footprint.table_id = '2017' and footprint.co2_basis = 'inventory' and footprint.null_reason is null
order by footprint.net_transfer_mt desc;
