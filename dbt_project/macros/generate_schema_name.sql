{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- Schemas are the groups of the marts, without a prefix: one name, one meaning. -#}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
