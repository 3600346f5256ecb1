{% macro indicator_codes() -%}
    {#- The columns that sector_indicator turns into rows; a test holds them equal to the seed `indicator`. -#}
    {{ return([
        'total_input', 'gross_input', 'co2', 'import', 'total_intermediate_input', 'compensation', 'operating_surplus', 'value_added',
        'gross_output', 'export', 'total_final_use', 'rural_household_consumption', 'urban_household_consumption',
        'government_consumption', 'fixed_capital_formation', 'inventory_change',
        'co2_per_gross_output', 'co2_per_value_added', 'co2_per_final_use',
        'own_use', 'sales_within_province', 'purchases_within_province',
        'eigenvector', 'betweenness', 'closeness', 'katz', 'pagerank', 'in_degree', 'out_degree', 'clustering',
    ]) }}
{%- endmacro %}
