-- One sector on one page: the thirty indicators of power and heat in Inner Mongolia, and their standing among its 42 sectors.
select
    names.indicator_no,
    names.name_en,
    indicator.value,
    indicator.unit,
    indicator.rank,
    round(indicator.share, 4) as share,
    indicator.null_reason
from baseline.sector_indicator as indicator
inner join reference.indicator as names on indicator.indicator_code = names.indicator_code
where indicator.table_id = '2017' and indicator.province_code = 'NM' and indicator.sector_code = 'power_heat'
order by names.indicator_no;
