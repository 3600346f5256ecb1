{{ config(schema='inventory', alias='national_emission') }}
-- CO2 of the nation by year, inventory row and fuel: the cells of every accepted release.
select
    cell.release_id,
    cell.year,
    cell.inventory_code,
    cell.fuel_code,
    cell.value_mt as co2_mt,
    cell.is_current,
    case when cell.value_mt is null then 'missing_in_source' end as null_reason
from {{ ref('stg_co2_national_cell') }} as cell
inner join {{ ref('fuel') }} as fuel on cell.fuel_code = fuel.fuel_code
-- heat, electricity and other energy never enter scope 1; totals are sums of the rows
where cell.inventory_code <> 'total' and fuel.in_scope1_sum = 'true'
