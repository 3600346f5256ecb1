-- Accepted workbooks; a release takes part in the marts, the current one of its family and period in the baselines.
select
    release_id,
    family,
    vintage,
    years,
    is_current
from {{ source('python', 'meta_release') }}
