{{ config(schema='meta', alias='quality') }}
-- What is known about the quality of every release: what its reader noted (finding) and how well its accounts add up
-- (identity), jumps between years, which corrections changed how many cells, and the known issues of such workbooks.
with reader as (
    select
        release_id,
        case severity when 'check' then 'identity' else 'finding' end as kind,
        code,
        severity,
        sheet,
        cell,
        message,
        value,
        tolerance,
        unit,
        cast(null as integer) as cell_count
    from {{ source('python', 'meta_finding') }}
),

-- A province total against the year before in the same edition; editions are revisions, so no year is compared across them.
total as (
    select
        total.release_id,
        release.vintage,
        release.age_no,
        total.province_code,
        total.year,
        total.co2_mt
    from {{ ref('inventory_emission_total') }} as total
    inner join {{ ref('stg_release_age') }} as release on total.release_id = release.release_id
    where total.co2_mt > 0 and release.vintage <> ''
),

year_before as (
    select
        vintage,
        province_code,
        year,
        co2_mt
    from total
    qualify row_number() over (partition by vintage, province_code, year order by age_no desc) = 1
),

jump as (
    select
        total.release_id,
        'finding' as kind,
        'W_JUMP' as code,
        'warning' as severity,
        printed.sheet,
        {{ cell_address('printed.row_no', 'printed.column_no') }} as cell,
        format(
            '{} {}: the total is {:.1f} Mt, and {:.1f} Mt in {} of the same edition ({}), {:.2f} times as much. '
            || 'The value is kept; compare the fuels of both years before you read a trend.',
            province.name_en, total.year, total.co2_mt, year_before.co2_mt, year_before.year, total.vintage,
            total.co2_mt / year_before.co2_mt
        ) as message,
        ln(total.co2_mt / year_before.co2_mt) as value,
        0.5 as tolerance,
        'ln of the ratio' as unit,
        cast(null as integer) as cell_count
    from total
    inner join year_before
        on
            total.vintage = year_before.vintage
            and total.province_code = year_before.province_code
            and total.year = year_before.year + 1
    inner join {{ ref('province') }} as province on total.province_code = province.province_code
    inner join {{ source('bronze', 'co2_inventory') }} as printed
        on
            total.release_id = printed.release_id
            and total.province_code = printed.province_code
            and total.year = printed.year
            and printed.inventory_code = 'total'
            and printed.fuel_code = 'total'
    where abs(ln(total.co2_mt / year_before.co2_mt)) > 0.5
),

-- What the corrections changed: cells and totals of a province-year by rule.
changed as (
    select
        release_id,
        province_code,
        year,
        split_part(correction, ':', 1) as correction,
        count(*) filter (where fuel_code <> 'total') as cells,
        count(*) filter (where fuel_code = 'total') as totals
    from (
        select
            release_id,
            province_code,
            year,
            fuel_code,
            correction
        from {{ ref('inventory_emission') }}
        where correction is not null
        union all
        select
            release_id,
            province_code,
            year,
            'total' as fuel_code,
            correction
        from {{ ref('inventory_emission_total') }}
        where correction is not null
    ) as named
    group by all
),

zero_coded as (
    select
        correction.release_id,
        'zero_coded_to_missing' as code,
        province.name_en || ' ' || correction.year || case
            when correction.fuel_correction is null
                then
                    ': all 17 fuel totals are zero, which means missing; the correction is switched off '
                    || '(VISCEADS_CORRECTIONS={{ var("corrections") }}), so the zeros stand as printed'
            else format(
                ': {:,} fuel cells (17 fuels x 47 rows) and the total set to null (missing_in_source), because all 17 fuel '
                || 'totals are zero, which means missing; the process cells are kept',
                changed.cells
            )
        end as message,
        cast(null as double) as value,
        coalesce(changed.cells + changed.totals, 0) as cell_count
    from {{ ref('inventory_correction') }} as correction
    inner join {{ ref('province') }} as province on correction.province_code = province.province_code
    left join changed
        on
            correction.release_id = changed.release_id
            and correction.province_code = changed.province_code
            and correction.year = changed.year
            and correction.fuel_correction = changed.correction
    where correction.is_zero_coded
),

-- The same rule in the energy inventories and the apparent emissions: what is printed there and null in their tables.
emptied as (
    select
        energy.release_id,
        energy.province_code,
        energy.year
    from {{ ref('inventory_energy') }} as energy
    inner join {{ ref('stg_energy_cell') }} as cell
        using (release_id, province_code, year, inventory_code, fuel_code)
    where energy.quantity is null and cell.value is not null
    union all
    select
        apparent.release_id,
        apparent.province_code,
        apparent.year
    from {{ ref('inventory_apparent_emission') }} as apparent
    inner join {{ ref('stg_apparent_cell') }} as cell
        using (release_id, province_code, year, fuel_code, item_code)
    where apparent.co2_mt is null and cell.value_mt is not null
),

zero_coded_elsewhere as (
    select
        emptied.release_id,
        'zero_coded_to_missing' as code,
        format(
            '{} {}: {:,} cells set to null (missing_in_source), because all fuels of the province and year are zero, which '
            || 'means missing',
            coalesce(any_value(province.name_en), 'China'), emptied.year, count(*)
        ) as message,
        cast(null as double) as value,
        count(*) as cell_count
    from emptied
    left join {{ ref('province') }} as province on emptied.province_code = province.province_code
    group by emptied.release_id, emptied.province_code, emptied.year
),

lost_year as (
    select
        correction.release_id,
        correction.year,
        coalesce(any_value(correction.process_correction), 'off') as rule,
        any_value(correction.older_release_id) as older_release_id,
        coalesce(sum(correction.process_added_mt), 0) as process_added_mt,
        coalesce(sum(changed.cells), 0) as cells,
        coalesce(sum(changed.totals), 0) as totals
    from {{ ref('inventory_correction') }} as correction
    left join changed
        on
            correction.release_id = changed.release_id
            and correction.province_code = changed.province_code
            and correction.year = changed.year
            and correction.process_correction = changed.correction
    where correction.is_process_lost
    group by correction.release_id, correction.year
),

lost_process as (
    select
        release_id,
        case rule when 'off' then 'lost_process_to_missing' else rule end as code,
        case rule
            when 'process_from_older_release'
                then
                    format(
                        '{}: the release has lost its process emissions; {:,} process cells and {} totals take them from {}, '
                        || 'which adds {:.2f} Mt',
                        year, cells, totals, older_release_id, process_added_mt
                    )
            when 'lost_process_to_missing'
                then
                    format(
                        '{}: the release has lost its process emissions, whose zeros are not true; {:,} process cells and {} '
                        || 'totals set to null (process_lost)',
                        year, cells, totals
                    )
                    || coalesce(
                        format(
                            '. {} has them ({:.2f} Mt): the correction process_from_older_release takes them from there',
                            older_release_id, process_added_mt
                        ),
                        ''
                    )
            else
                year || ': the release has lost its process emissions; no correction is switched on for it '
                || '(VISCEADS_CORRECTIONS={{ var("corrections") }}), so the zeros and the totals without them stand as printed'
        end as message,
        case rule when 'process_from_older_release' then process_added_mt end as value,
        cells + totals as cell_count
    from lost_year
),

made as (
    from zero_coded
    union all
    from zero_coded_elsewhere
    union all
    from lost_process
),

correction as (
    select
        release_id,
        'correction' as kind,
        code,
        'note' as severity,
        '' as sheet,
        '' as cell,
        message || '.' as message,
        value,
        cast(null as double) as tolerance,
        case when value is not null then 'Mt' end as unit,
        cast(cell_count as integer) as cell_count
    from made
),

-- Years of a release, from its label: 2012, 2012_2015 or 2011-2022. Invented releases have no issues of the real ones.
release_year as (
    select
        release_id,
        family,
        vintage,
        unnest(
            case
                when years like '%-%' then range(cast(left(years, 4) as integer), cast(right(years, 4) as integer) + 1)
                else cast(string_split(years, '_') as bigint[])
            end
        ) as year
    from {{ source('python', 'meta_release') }}
    where not is_synthetic
),

known_issue as (
    select distinct
        release_year.release_id,
        'known_issue' as kind,
        issue.issue_id as code,
        'note' as severity,
        '' as sheet,
        '' as cell,
        issue.title_en || '. ' || issue.effect_en as message,
        cast(null as double) as value,
        cast(null as double) as tolerance,
        cast(null as varchar) as unit,
        cast(null as integer) as cell_count
    from release_year
    inner join {{ ref('reference_known_issue') }} as issue
        on
            release_year.family = issue.family
            and release_year.year between issue.period_from and issue.period_to
            and (issue.vintage is null or list_contains(string_split(issue.vintage, '|'), release_year.vintage))
),

noted as (
    from reader
    union all
    from jump
    union all
    from correction
    union all
    from known_issue
)

select
    release_id,
    cast(
        row_number() over (
            partition by release_id
            order by list_position(['finding', 'identity', 'correction', 'known_issue'], kind), code, sheet, cell, message, value
        ) as integer
    ) as finding_no,
    code,
    severity,
    sheet,
    cell,
    message,
    kind,
    cast(value as double) as value,
    cast(tolerance as double) as tolerance,
    unit,
    cell_count
from noted
