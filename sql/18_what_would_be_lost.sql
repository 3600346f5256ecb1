-- What would China lose without one sector of one province: the largest losses of CO2 and value added (they do not add up).
select
    extraction.province_code,
    extraction.sector_code,
    round(extraction.co2_loss_mt, 1) as co2_loss_mt,
    round(100 * extraction.co2_loss_share, 2) as co2_loss_percent,
    round(100 * extraction.value_added_loss_share, 2) as value_added_loss_percent,
    round(100 * extraction.output_loss_share, 2) as output_loss_percent
from accounts.extraction as extraction
where
    extraction.table_id = '2017'
    and extraction.co2_basis = 'inventory'
    and extraction.scope = 'sector'
    and extraction.co2_loss_mt is not null
order by extraction.co2_loss_mt desc
limit 20;
