{{ config(schema='reference', alias='sector_harmonised') }}
select
    harmonised_code,
    harmonised_no,
    name_en,
    name_zh,
    short_en,
    short_zh,
    group_code,
    members_2012,
    members_2017,
    relation
from {{ ref('sector_harmonised') }}
