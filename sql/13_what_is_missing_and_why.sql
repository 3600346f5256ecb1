-- What is missing, and why: null CO2 by reason, province and year.
select
    null_reason,
    province_code,
    min(year) as first_year,
    max(year) as last_year,
    count(*) as years
from baseline.province_year
where null_reason is not null
group by null_reason, province_code
order by null_reason asc, years desc, province_code asc;
