{{ config(schema='inventory', alias='energy') }}
-- Energy by province, year, row and fuel, in the base unit of the fuel (t, m3, kJ, kWh, tce); balance rows may be negative.
-- Where final and total consumption of all 17 fuels are zero or blank in every row, the workbook has no energy data for the
-- province-year: the zeros of its fuels mean unknown; those of heat, electricity and other energy too, if these are zero or
-- blank throughout as well.
with cell as (
    select
        cell.*,
        fuel.group_code = 'secondary' as is_secondary,
        sector.inventory_code is not null
        or cell.inventory_code in ('total_final_consumption', 'total_consumption') as is_consumption,
        fuel.energy_unit_base as unit,
        cast(fuel.energy_unit_factor as double) as unit_factor
    from {{ ref('stg_energy_cell') }} as cell
    inner join {{ ref('fuel') }} as fuel on cell.fuel_code = fuel.fuel_code
    left join {{ ref('sector_inventory') }} as sector on cell.inventory_code = sector.inventory_code
    -- a percentage is no quantity
    where cell.inventory_code <> 'loss_percent'
),

province_year as (
    select
        release_id,
        province_code,
        year,
        coalesce(max(abs(value)) filter (where not is_secondary), 0) = 0 as is_without_fuel,
        coalesce(max(abs(value)), 0) = 0 as is_without_energy
    from cell
    where is_consumption
    group by release_id, province_code, year
),

-- the correction can be switched off (VISCEADS_CORRECTIONS): then the zeros stand as printed
switch as (
    select bool_or(is_on) as is_on
    from {{ ref('correction_switch') }}
    where correction = 'zero_coded_to_missing'
),

known as (
    select
        cell.*,
        case
            when not switch.is_on then cell.value
            when cell.value = 0 and not cell.is_secondary and province_year.is_without_fuel then null
            when cell.value = 0 and cell.is_secondary and province_year.is_without_energy then null
            else cell.value
        end as known_value
    from cell
    inner join province_year
        on
            cell.release_id = province_year.release_id
            and cell.province_code = province_year.province_code
            and cell.year = province_year.year
    cross join switch
)

select
    release_id,
    province_code,
    year,
    inventory_code,
    fuel_code,
    known_value * unit_factor as quantity,
    unit,
    is_current,
    case when known_value is null then 'missing_in_source' end as null_reason
from known
