{{ config(schema='reference', alias='target') }}
-- Official targets in one list: provincial ones of the five-year plans, and national ones.
with provincial as (
    select
        plan,
        province_code,
        document,
        base_year,
        target_year,
        confidence,
        source,
        unnest(['co2_per_gdp', 'energy_per_gdp']) as metric,
        unnest([co2_per_gdp_reduction_pct, energy_per_gdp_reduction_pct]) as reduction_pct
    from {{ ref('target_fyp_province') }}
)

select
    lower(plan) || '_' || province_code || '_' || metric as target_id,
    'province' as scope,
    province_code,
    document,
    metric,
    cast(base_year as integer) as base_year,
    cast(target_year as integer) as target_year,
    cast(reduction_pct as double) as value_low,
    cast(reduction_pct as double) as value_high,
    'pct_reduction' as unit,
    confidence,
    source
from provincial
where reduction_pct is not null
union all
select
    target_id,
    'national' as scope,
    null as province_code,
    document,
    metric,
    cast(base_year as integer) as base_year,
    cast(target_year as integer) as target_year,
    cast(value_low as double) as value_low,
    cast(value_high as double) as value_high,
    unit,
    confidence,
    source
from {{ ref('target_national') }}
