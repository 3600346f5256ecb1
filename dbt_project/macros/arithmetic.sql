{% macro safe_divide(numerator, denominator) -%}
    {#- DuckDB gives inf for 1.0 / 0.0 and NaN for 0.0 / 0.0 without an error; a ratio to zero is null here. -#}
    ({{ numerator }}) / nullif({{ denominator }}, 0)
{%- endmacro %}

{% macro million_cny(column) -%}
    {#- The workbooks count in 10 thousand yuan, the marts in million yuan. -#}
    {{ column }} / 100.0
{%- endmacro %}

{% macro table_year(table_id) -%}
    cast(split_part({{ table_id }}, '-', 1) as integer)
{%- endmacro %}

{% macro table_classification(table_id) -%}
    {#- Table ids end in -new where the table has the 2017-style classification. -#}
    case when {{ table_id }} like '%-new' then '2017' else '2012' end
{%- endmacro %}
