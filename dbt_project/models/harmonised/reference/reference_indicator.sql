{{ config(schema='reference', alias='indicator') }}
select
    indicator_code,
    cast(indicator_no as integer) as indicator_no,
    indicator_group,
    prototype_code,
    unit,
    name_en,
    name_zh,
    formula
from {{ ref('indicator') }}
