{{ config(meta={'dagster': {'ref': {'name': 'mrio_sector_account'}}}) }}
-- CO2 allocated to the sectors of a province = its inventory without the two household rows, to 1e-9 relative.
with inventory as (
    select
        emission.province_code,
        emission.year,
        sum(emission.co2_mt) as production_mt
    from {{ ref('inventory_emission') }} as emission
    inner join {{ ref('sector_inventory') }} as sector on emission.inventory_code = sector.inventory_code
    where emission.is_current and sector.kind = 'production'
    group by emission.province_code, emission.year
),

allocated as (
    select
        table_id,
        province_code,
        sum(co2_inventory_mt) as allocated_mt
    from {{ ref('mrio_sector_account') }}
    where co2_inventory_mt is not null
    group by table_id, province_code
)

select
    allocated.table_id,
    allocated.province_code,
    allocated.allocated_mt,
    inventory.production_mt
from allocated
inner join inventory
    on
        allocated.province_code = inventory.province_code
        and {{ table_year('allocated.table_id') }} = inventory.year
where abs(allocated.allocated_mt - inventory.production_mt) > 1e-9 * inventory.production_mt
