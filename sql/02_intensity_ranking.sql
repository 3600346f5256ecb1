-- Where does a million yuan of GDP cost most CO2 in 2017, and how much per head? (current prices: compare provinces, not years)
select
    rank() over (partition by baseline.year order by baseline.co2_t_per_m_cny desc) as place,
    province.name_en,
    baseline.year,
    round(baseline.co2_t_per_m_cny, 1) as co2_t_per_m_cny,
    round(baseline.co2_t_per_head, 2) as co2_t_per_head
from baseline.province_year as baseline
inner join reference.province as province on baseline.province_code = province.province_code
where baseline.null_reason is null and baseline.year = 2017
order by place
limit 10;
