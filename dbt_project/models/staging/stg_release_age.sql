-- Accepted workbooks from the oldest (1) to the newest: by vintage (none, V1, V2, V3), then by the time of acceptance, then by
-- fingerprint. It is the order in which the newest is chosen as current.
select
    release_id,
    vintage,
    row_number() over (
        order by
            coalesce(try_cast(regexp_extract(vintage, '^V([0-9]+)$', 1) as integer), 0),
            accepted_at,
            sha256
    ) as age_no
from {{ source('python', 'meta_release') }}
