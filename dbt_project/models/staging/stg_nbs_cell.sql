-- Cells of all accepted workbooks of the National Bureau of Statistics, in the unit that ends the indicator's code.
select
    'nbs_series' as family,
    release_id,
    indicator_code,
    province_code,
    year,
    value
from {{ source('bronze', 'nbs_series') }}
union all
select
    'nbs_panel' as family,
    release_id,
    indicator_code,
    province_code,
    year,
    value
from {{ source('bronze', 'nbs_panel') }}
