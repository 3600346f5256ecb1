{{ config(meta={'dagster': {'ref': {'name': 'inventory_emission_total'}}}) }}
-- Every inventory has 30 provinces; no row of Tibet may be invented.
select
    release_id,
    year,
    count(*) as provinces
from {{ ref('inventory_emission_total') }}
group by release_id, year
having count(*) <> 30 or count(*) filter (where province_code = 'XZ') > 0
