{{ config(meta={'dagster': {'ref': {'name': 'stg_co2_inventory_cell'}}}) }}
-- The 47 rows of a sheet add up to its total row, fuel by fuel, and the fuels and process of the total row to the total.
-- Allowed: 1e-6 Mt; in V1, whose cells are rounded to one or two decimals, 1.0 Mt down a column and 0.5 Mt along a row.
with cell as (
    select
        cell.release_id,
        cell.vintage,
        cell.province_code,
        cell.year,
        cell.inventory_code,
        cell.fuel_code,
        cell.value_mt,
        fuel.in_scope1_sum = 'true' as is_in_scope1
    from {{ ref('stg_co2_inventory_cell') }} as cell
    inner join {{ ref('fuel') }} as fuel on cell.fuel_code = fuel.fuel_code
),

down as (
    select
        release_id,
        vintage,
        province_code,
        year,
        fuel_code,
        sum(value_mt) filter (where inventory_code <> 'total') as sum_mt,
        sum(value_mt) filter (where inventory_code = 'total') as total_mt
    from cell
    group by release_id, vintage, province_code, year, fuel_code
),

along as (
    select
        release_id,
        vintage,
        province_code,
        year,
        'total' as fuel_code,
        sum(value_mt) filter (where is_in_scope1) as sum_mt,
        sum(value_mt) filter (where fuel_code = 'total') as total_mt
    from cell
    where inventory_code = 'total'
    group by release_id, vintage, province_code, year
)

select
    *,
    'down a column' as direction
from down
where abs(sum_mt - total_mt) > case vintage when 'V1' then 1.0 else 1e-6 end
union all
select
    *,
    'along the total row' as direction
from along
where abs(sum_mt - total_mt) > case vintage when 'V1' then 0.5 else 1e-6 end
