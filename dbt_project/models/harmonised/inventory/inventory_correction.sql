{{ config(schema='staging', materialized='table') }}
-- What is done about the gaps of a province-year; only province-years with a gap have a row.
-- fuel_correction, process_correction: the rule that changes the cells; null where there is no gap, or the rule is off.
-- older_release_id: the newest release of an older edition that still has the process emissions of that year, if the lake
-- holds one; process_added_mt is what the total gains if they are taken from there.
with switch as (
    select
        bool_or(is_on) filter (where correction = 'zero_coded_to_missing') as zero_coded_to_missing,
        bool_or(is_on) filter (where correction = 'lost_process_to_missing') as lost_process_to_missing,
        bool_or(is_on) filter (where correction = 'process_from_older_release') as process_from_older_release
    from {{ ref('correction_switch') }}
),

release_year as (
    select distinct
        gap.release_id,
        gap.year,
        gap.is_process_lost,
        release.vintage,
        release.age_no
    from {{ ref('inventory_gap') }} as gap
    inner join {{ ref('stg_release_age') }} as release on gap.release_id = release.release_id
),

older as (
    select
        lost.release_id,
        lost.year,
        whole.release_id as older_release_id
    from release_year as lost
    inner join release_year as whole
        on lost.year = whole.year and lost.vintage <> whole.vintage and lost.age_no > whole.age_no
    where lost.is_process_lost and not whole.is_process_lost
    qualify row_number() over (partition by lost.release_id, lost.year order by whole.age_no desc) = 1
)

select
    gap.release_id,
    gap.province_code,
    gap.year,
    gap.is_without_fuel and not gap.is_blank as is_zero_coded,
    gap.is_process_lost,
    case when is_zero_coded and switch.zero_coded_to_missing then 'zero_coded_to_missing' end as fuel_correction,
    case
        when not gap.is_process_lost then null
        when switch.process_from_older_release and older.older_release_id is not null then 'process_from_older_release'
        when switch.lost_process_to_missing then 'lost_process_to_missing'
    end as process_correction,
    older.older_release_id,
    older_gap.process_mt - coalesce(gap.process_mt, 0) as process_added_mt
from {{ ref('inventory_gap') }} as gap
cross join switch
left join older on gap.release_id = older.release_id and gap.year = older.year
left join {{ ref('inventory_gap') }} as older_gap
    on
        older.older_release_id = older_gap.release_id
        and gap.province_code = older_gap.province_code
        and gap.year = older_gap.year
where is_zero_coded or gap.is_process_lost
