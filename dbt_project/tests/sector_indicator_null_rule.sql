{{ config(meta={'dagster': {'ref': {'name': 'sector_indicator'}}}) }}
-- A value is null exactly if a reason is given, and every sector has all thirty indicators.
select
    table_id,
    province_code,
    sector_code
from {{ ref('sector_indicator') }}
group by table_id, province_code, sector_code
having count(*) <> 30 or count(*) filter (where (value is null) <> (null_reason is not null)) > 0
