{{ config(schema='reference', alias='fuel') }}
select
    fuel_code,
    fuel_no,
    name_en,
    name_zh,
    group_code,
    cast(in_scope1_sum as boolean) as is_in_scope1
from {{ ref('fuel') }}
