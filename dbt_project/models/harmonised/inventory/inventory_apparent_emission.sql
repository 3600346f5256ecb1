{{ config(schema='inventory', alias='apparent_emission') }}
-- Apparent CO2 by province (CN: the nation), year, fuel and item, with the signs of the workbook: exports and outflows are
-- negative. Where the totals of all three fuels are zero or blank, the workbook has no energy data for the province-year:
-- the zeros of its fuels mean unknown, and so its total is unknown as well; cement is kept.
with province_year as (
    select
        release_id,
        province_code,
        year,
        coalesce(
            max(abs(value_mt)) filter (where fuel_code in ('raw_coal', 'crude_oil', 'natural_gas') and item_code = 'total'), 0
        ) = 0 as is_without_fuel
    from {{ ref('stg_apparent_cell') }}
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
            when not switch.is_on then cell.value_mt
            when province_year.is_without_fuel and cell.fuel_code = 'total' then null
            when province_year.is_without_fuel and cell.fuel_code <> 'process' and cell.value_mt = 0 then null
            else cell.value_mt
        end as co2_mt
    from {{ ref('stg_apparent_cell') }} as cell
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
    fuel_code,
    item_code,
    co2_mt,
    is_current,
    case when co2_mt is null then 'missing_in_source' end as null_reason
from known
