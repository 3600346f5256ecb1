{{ config(schema='reference', alias='pathway') }}
select
    pathway_id,
    cast(year as integer) as year,
    sector,
    metric,
    unit,
    scenario,
    provider,
    cast(temperature_c as double) as temperature_c,
    region,
    cast(value as double) as value,
    sector_code,
    release_date,
    confidence,
    source
from {{ ref('pathway') }}
