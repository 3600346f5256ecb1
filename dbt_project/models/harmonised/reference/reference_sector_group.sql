{{ config(schema='reference', alias='sector_group') }}
select
    group_code,
    cast(group_order as integer) as group_order,
    group_en as name_en,
    group_zh as name_zh
from {{ ref('sector_group') }}
