-- Which release stands for each family, series (of statistics) and period (a year or a table id).
select
    family,
    series,
    period,
    release_id
from {{ source('python', 'meta_current_period') }}
