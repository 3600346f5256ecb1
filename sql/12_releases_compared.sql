-- The same province and year in several releases: how far do they lie apart? (no rows where the lake holds one release a year)
select
    total.province_code,
    total.year,
    count(*) as releases,
    round(min(total.co2_mt), 2) as lowest_mt,
    round(max(total.co2_mt), 2) as highest_mt,
    round(max(total.co2_mt) - min(total.co2_mt), 2) as spread_mt
from inventory.emission_total as total
group by total.province_code, total.year
having count(*) > 1
order by spread_mt desc
limit 20;
