{% test unique_combination(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as rows_with_this_key
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{% test finite(model, column_name) %}
    -- NaN sorts above everything and spoils sums; inf passes every lower bound.
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} is not null and not isfinite({{ column_name }})
{% endtest %}
