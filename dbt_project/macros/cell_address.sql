{% macro cell_address(row_no, column_no) -%}
    {#- 17, 4 -> D17, for columns A to ZZ: an inventory sheet has 23 columns. -#}
    case when {{ column_no }} > 26 then chr(64 + ({{ column_no }} - 1) // 26) else '' end
    || chr(65 + ({{ column_no }} - 1) % 26) || {{ row_no }}
{%- endmacro %}
