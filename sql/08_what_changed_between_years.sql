-- What changed between two years: CO2 of every province and CO2 per head, 2012 to 2017 (per GDP would need constant prices).
select
    early.province_code,
    round(early.co2_mt, 1) as co2_2012_mt,
    round(late.co2_mt, 1) as co2_2017_mt,
    round(late.co2_mt - early.co2_mt, 1) as change_mt,
    round(early.co2_t_per_head, 2) as co2_2012_t_per_head,
    round(late.co2_t_per_head, 2) as co2_2017_t_per_head
from baseline.province_year as early
inner join baseline.province_year as late on early.province_code = late.province_code and late.year = 2017
where early.year = 2012 and early.null_reason is null and late.null_reason is null
order by change_mt desc;
