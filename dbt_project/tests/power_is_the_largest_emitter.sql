{{ config(meta={'dagster': {'ref': {'name': 'inventory_emission'}}}) }}
-- Labels shifted by one row would put another sector first: power and heat emits most in every current inventory year.
with national as (
    select
        release_id,
        year,
        inventory_code,
        sum(co2_mt) as co2_mt
    from {{ ref('inventory_emission') }}
    group by release_id, year, inventory_code
)

select
    release_id,
    year,
    arg_max(inventory_code, co2_mt) as largest_emitter
from national
group by release_id, year
having arg_max(inventory_code, co2_mt) <> 'power_heat'
