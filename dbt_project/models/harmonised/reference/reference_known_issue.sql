{{ config(schema='reference', alias='known_issue') }}
-- What is known to be wrong or surprising in the sources, each with its evidence, its effect and what is done about it.
select
    issue_id,
    family,
    vintage,
    cast(period_from as integer) as period_from,
    cast(period_to as integer) as period_to,
    province_code,
    inventory_code,
    fuel_code,
    title_en,
    title_zh,
    evidence_en,
    effect_en,
    effect_zh,
    treatment,
    correction,
    cast(is_default_on as boolean) as is_default_on,
    source
from {{ ref('known_issue') }}
