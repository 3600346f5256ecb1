{{ config(meta={'dagster': {'ref': {'name': 'inventory_emission'}}}) }}
-- A cell that no correction names is the printed one, and a correction names only cells of a province-year with a gap.
select
    emission.release_id,
    emission.province_code,
    emission.year,
    emission.inventory_code,
    emission.fuel_code,
    emission.co2_mt,
    cell.value_mt,
    emission.correction
from {{ ref('inventory_emission') }} as emission
inner join {{ ref('stg_co2_inventory_cell') }} as cell
    on
        emission.release_id = cell.release_id
        and emission.province_code = cell.province_code
        and emission.year = cell.year
        and emission.inventory_code = cell.inventory_code
        and emission.fuel_code = cell.fuel_code
left join {{ ref('inventory_gap') }} as gap
    on
        emission.release_id = gap.release_id
        and emission.province_code = gap.province_code
        and emission.year = gap.year
where
    (emission.correction is null and emission.co2_mt is distinct from cell.value_mt)
    or (emission.correction is not null and not (gap.is_without_fuel or gap.is_process_lost))
