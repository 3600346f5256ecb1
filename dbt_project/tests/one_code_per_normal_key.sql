{{ config(tags=['code_list']) }}
-- Within one scheme a normal key means one thing.
select
    'province' as scheme,
    alias_norm as normal_key
from {{ ref('province_alias') }}
group by alias_norm
having count(distinct province_code) > 1
union all
select
    scheme,
    label_norm as normal_key
from {{ ref('sector_label_alias') }}
group by scheme, label_norm
having count(distinct target_code) > 1
