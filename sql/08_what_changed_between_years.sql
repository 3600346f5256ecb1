-- What changed between two years: CO2 and CO2 per GDP of every province, 2012 to 2017.
select
    early.province_code,
    round(early.co2_mt, 1) as co2_2012_mt,
    round(late.co2_mt, 1) as co2_2017_mt,
    round(late.co2_mt - early.co2_mt, 1) as change_mt,
    round(late.co2_t_per_m_cny / early.co2_t_per_m_cny - 1, 3) as change_of_intensity_share
from baseline.province_year as early
inner join baseline.province_year as late on early.province_code = late.province_code and late.year = 2017
where early.year = 2012 and early.null_reason is null and late.null_reason is null
order by change_mt desc;
