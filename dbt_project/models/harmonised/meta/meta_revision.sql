{{ config(schema='meta', alias='revision') }}
-- What changed from one release to the next, for every figure that several releases state: all pairs, so that 'no change' can
-- be read as well. Every accepted release takes part, current or not.
with stated as (
    -- one row: what one release says of one province (CN: the nation) and period (a year or a table id)
    select
        'co2_inventory' as family,
        'co2_total_mt' as series,
        province_code,
        cast(year as varchar) as period,
        release_id,
        co2_mt as value,
        'Mt CO2' as unit,
        null_reason
    from {{ ref('inventory_emission_total') }}

    union all by name

    select
        'co2_national' as family,
        'co2_total_mt' as series,
        'CN' as province_code,
        cast(year as varchar) as period,
        release_id,
        value_mt as value,
        'Mt CO2' as unit
    from {{ ref('stg_co2_national_cell') }}
    where inventory_code = 'total' and fuel_code = 'total'

    union all by name

    select
        case province_code when 'CN' then 'apparent_national' else 'apparent_provincial' end as family,
        'co2_total_mt' as series,
        province_code,
        cast(year as varchar) as period,
        release_id,
        co2_mt as value,
        'Mt CO2' as unit
    from {{ ref('inventory_apparent_emission') }}
    where fuel_code = 'total' and item_code = 'total'

    union all by name

    select
        'energy_inventory' as family,
        fuel_code as series,
        province_code,
        cast(year as varchar) as period,
        release_id,
        quantity as value,
        unit
    from {{ ref('inventory_energy') }}
    where inventory_code = 'total_final_consumption'

    union all by name

    select
        family,
        indicator_code as series,
        province_code,
        cast(year as varchar) as period,
        release_id,
        value,
        case
            when indicator_code like '%\_100m\_cny%' escape '\' then '100 million yuan'
            when indicator_code like '%\_10k' escape '\' then '10 thousand persons'
            when indicator_code like '%\_prev\_year\_100' escape '\' then 'previous year = 100'
            else 'as printed'
        end as unit
    from {{ ref('stg_nbs_cell') }}

    union all by name

    select
        'mrio' as family,
        'value_added_m_cny' as series,
        province_code,
        table_id as period,
        release_id,
        {{ million_cny('value_added_10k_cny') }} as value,
        'million yuan' as unit
    from {{ ref('stg_mrio_province_total') }}

    union all by name

    select
        'mrio' as family,
        'co2_satellite_mt' as series,
        province_code,
        table_id as period,
        release_id,
        co2_satellite_mt as value,
        'Mt CO2' as unit
    from {{ ref('stg_mrio_province_total') }}

    union all by name

    select
        'national_io_table' as family,
        'value_added_m_cny' as series,
        'CN' as province_code,
        table_id as period,
        release_id,
        {{ million_cny('sum(value)') }} as value,
        'million yuan' as unit
    from {{ ref('stg_national_io_cell') }}
    where block = 'column_item' and row_code in ('VA001', 'VA002', 'VA003', 'VA004')
    group by table_id, release_id
),

followed as (
    -- every figure beside the one that the next newer release states for the same thing
    select
        stated.family,
        stated.series,
        stated.province_code,
        stated.period,
        stated.unit,
        stated.release_id as old_release_id,
        release.vintage as old_vintage,
        stated.value as old_value,
        stated.null_reason as old_null_reason,
        lead(stated.release_id) over newer as new_release_id,
        lead(release.vintage) over newer as new_vintage,
        lead(stated.value) over newer as new_value,
        lead(stated.null_reason) over newer as new_null_reason
    from stated
    inner join {{ ref('stg_release_age') }} as release on stated.release_id = release.release_id
    window newer as (
        partition by stated.family, stated.series, stated.province_code, stated.period
        order by release.age_no
    )
),

compared as (
    select
        *,
        new_value - old_value as difference,
        {{ safe_divide('new_value - old_value', 'abs(old_value)') }} as difference_share
    from followed
    where new_release_id is not null
)

select
    family,
    series,
    cast(
        row_number() over (
            partition by family, series
            order by abs(difference) desc nulls last, period asc, province_code asc, old_release_id asc
        ) as integer
    ) as rank,
    province_code,
    period,
    old_release_id,
    new_release_id,
    old_vintage,
    new_vintage,
    old_value,
    new_value,
    difference,
    difference_share,
    unit,
    case
        when difference is null then coalesce(new_null_reason, old_null_reason, 'missing_in_source')
        when old_value = 0 then 'zero_denominator'
    end as null_reason
from compared
