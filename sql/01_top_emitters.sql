-- Which provinces emit most, in the latest year with an inventory, and what burns there?
select
    province.name_en,
    province.name_zh,
    baseline.year,
    round(baseline.co2_mt, 1) as co2_mt,
    round(baseline.co2_coal_mt / baseline.co2_mt, 3) as coal_share,
    round(baseline.co2_process_mt / baseline.co2_mt, 3) as cement_share
from baseline.province_year as baseline
inner join reference.province as province on baseline.province_code = province.province_code
where
    baseline.year = (
        select max(year)
        from baseline.province_year
        where co2_mt is not null
    )
order by baseline.co2_mt desc nulls last
limit 10;
