{{ config(meta={'dagster': {'ref': {'name': 'meta_revision'}}}) }}
-- A province-year that stands in n releases has n - 1 revisions, each from an older release to a newer one, and the newest
-- of them leads to the current release; values are those of inventory.emission_total.
with stated as (
    select
        province_code,
        cast(year as varchar) as period,
        count(*) as releases,
        any_value(release_id) filter (where is_current) as current_release_id
    from {{ ref('inventory_emission_total') }}
    group by province_code, year
),

revised as (
    select
        revision.province_code,
        revision.period,
        count(*) as pairs,
        arg_max(revision.new_release_id, newer.age_no) as newest_release_id,
        bool_and(older.age_no < newer.age_no) as is_in_order,
        bool_and(
            revision.old_value is not distinct from old_total.co2_mt
            and revision.new_value is not distinct from new_total.co2_mt
        ) as is_as_published
    from {{ ref('meta_revision') }} as revision
    inner join {{ ref('stg_release_age') }} as older on revision.old_release_id = older.release_id
    inner join {{ ref('stg_release_age') }} as newer on revision.new_release_id = newer.release_id
    left join {{ ref('inventory_emission_total') }} as old_total
        on
            revision.old_release_id = old_total.release_id
            and revision.province_code = old_total.province_code
            and revision.period = cast(old_total.year as varchar)
    left join {{ ref('inventory_emission_total') }} as new_total
        on
            revision.new_release_id = new_total.release_id
            and revision.province_code = new_total.province_code
            and revision.period = cast(new_total.year as varchar)
    where revision.family = 'co2_inventory'
    group by revision.province_code, revision.period
)

select
    stated.*,
    revised.pairs,
    revised.newest_release_id,
    revised.is_in_order,
    revised.is_as_published
from stated
left join revised on stated.province_code = revised.province_code and stated.period = revised.period
where
    coalesce(revised.pairs, 0) <> stated.releases - 1
    or (
        stated.releases > 1
        and not (
            revised.is_in_order
            and revised.is_as_published
            and revised.newest_release_id is not distinct from stated.current_release_id
        )
    )
