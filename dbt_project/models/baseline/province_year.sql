-- CO2 of a province and year by group of fuels, with GDP and population; from the current inventory of each year.
-- A row for every province and every year that an inventory or the statistics cover; what is missing is null with a reason.
with fuel_group as (
    select
        emission.province_code,
        emission.year,
        sum(emission.co2_mt) filter (where fuel.group_code = 'coal') as co2_coal_mt,
        sum(emission.co2_mt) filter (where fuel.group_code = 'oil') as co2_oil_mt,
        sum(emission.co2_mt) filter (where fuel.group_code = 'gas') as co2_gas_mt,
        sum(emission.co2_mt) filter (where fuel.group_code = 'process') as co2_process_mt,
        -- households have no process emissions; the printed zero would stand alone where their fuels are missing
        sum(emission.co2_mt) filter (where sector.kind = 'household' and fuel.group_code <> 'process') as co2_household_mt
    from {{ ref('inventory_emission') }} as emission
    inner join {{ ref('fuel') }} as fuel on emission.fuel_code = fuel.fuel_code
    inner join {{ ref('sector_inventory') }} as sector on emission.inventory_code = sector.inventory_code
    where emission.is_current
    group by emission.province_code, emission.year
),

total as (
    select
        release_id,
        province_code,
        year,
        co2_mt,
        null_reason
    from {{ ref('inventory_emission_total') }}
    where is_current
),

covered_year as (
    select distinct year from total
    union
    select distinct year from {{ ref('stg_nbs_province_year') }}
),

joined as (
    select
        province.province_code,
        covered_year.year,
        total.co2_mt,
        fuel_group.co2_coal_mt,
        fuel_group.co2_oil_mt,
        fuel_group.co2_gas_mt,
        fuel_group.co2_process_mt,
        fuel_group.co2_household_mt,
        statistic.gdp_m_cny,
        statistic.population_10k,
        total.null_reason,
        total.release_id,
        statistic.denominator_source
    from {{ ref('province') }} as province
    cross join covered_year
    left join total on province.province_code = total.province_code and covered_year.year = total.year
    left join fuel_group on province.province_code = fuel_group.province_code and covered_year.year = fuel_group.year
    left join {{ ref('stg_nbs_province_year') }} as statistic
        on province.province_code = statistic.province_code and covered_year.year = statistic.year
)

select
    province_code,
    year,
    co2_mt,
    co2_coal_mt,
    co2_oil_mt,
    co2_gas_mt,
    co2_process_mt,
    co2_household_mt,
    gdp_m_cny,
    population_10k,
    {{ safe_divide('co2_mt * 1e6', 'gdp_m_cny') }} as co2_t_per_m_cny,
    {{ safe_divide('co2_mt * 1e6', 'population_10k * 1e4') }} as co2_t_per_head,
    case
        when co2_mt is null then coalesce(null_reason, 'no_inventory')
        when gdp_m_cny is null or population_10k is null then 'missing_denominator'
        when gdp_m_cny = 0 or population_10k = 0 then 'zero_denominator'
    end as null_reason,
    release_id,
    denominator_source
from joined
