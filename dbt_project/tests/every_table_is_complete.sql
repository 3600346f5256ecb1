{{ config(meta={'dagster': {'ref': {'name': 'mrio_sector_account'}}}) }}
-- Every table has 31 provinces x 42 sectors.
select
    table_id,
    count(*) as sectors
from {{ ref('mrio_sector_account') }}
group by table_id
having count(*) <> 1302 or count(distinct province_code) <> 31 or count(distinct sector_code) <> 42
