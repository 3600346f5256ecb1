{{ config(schema='staging', materialized='ephemeral') }}
-- Which corrections are on: what VISCEADS_CORRECTIONS asks for; where it is `default`, what the seed known_issue says.
select
    correction,
    case '{{ var("corrections") }}'
        when 'default' then bool_or(cast(is_default_on as boolean))
        when 'all' then true
        when 'none' then false
        else list_contains(string_split('{{ var("corrections") }}', ','), correction)
    end as is_on
from {{ ref('known_issue') }}
where correction is not null
group by correction
