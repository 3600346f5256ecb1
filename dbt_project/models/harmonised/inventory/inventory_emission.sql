{{ config(schema='inventory', alias='emission') }}
-- CO2 by province, year, inventory row and fuel: the cells of every accepted release, gaps as null with their reason.
select
    cell.release_id,
    cell.province_code,
    cell.year,
    cell.inventory_code,
    cell.fuel_code,
    case
        when gap.is_without_fuel and fuel.group_code <> 'process' then null
        when gap.is_process_lost and fuel.group_code = 'process' then null
        else cell.value_mt
    end as co2_mt,
    cell.is_current,
    case
        when gap.is_without_fuel and fuel.group_code <> 'process' then 'missing_in_source'
        when gap.is_process_lost and fuel.group_code = 'process' then 'process_lost'
        when cell.value_mt is null then 'missing_in_source'
    end as null_reason
from {{ ref('stg_co2_inventory_cell') }} as cell
inner join {{ ref('fuel') }} as fuel on cell.fuel_code = fuel.fuel_code
inner join {{ ref('inventory_gap') }} as gap
    on cell.release_id = gap.release_id and cell.province_code = gap.province_code and cell.year = gap.year
-- heat, electricity and other energy never enter scope 1; totals stand in inventory.emission_total
where cell.inventory_code <> 'total' and fuel.in_scope1_sum = 'true'
