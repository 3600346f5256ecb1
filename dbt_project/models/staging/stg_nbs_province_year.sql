-- GDP and population by province and year: the current NBS files of the lake, and the checked seed where they are silent.
with series as (
    select
        cells.indicator_code,
        cells.province_code,
        cells.year,
        cells.value,
        cells.release_id
    from {{ ref('stg_nbs_cell') }} as cells
    inner join {{ ref('stg_current_period') }} as current_period
        on
            cells.release_id = current_period.release_id
            and cells.family = current_period.family
            and cells.indicator_code = current_period.series
            and cast(cells.year as varchar) = current_period.period
    where cells.value is not null
    -- a series of its own goes before the same indicator in a panel
    qualify row_number() over (
        partition by cells.indicator_code, cells.province_code, cells.year
        order by case cells.family when 'nbs_series' then 1 else 2 end
    ) = 1
),

seeded as (
    select
        province_code,
        cast(year as integer) as year,
        cast(gdp_100m_cny_current as double) as gdp_100m_cny,
        cast(population_10k as double) as population_10k
    from {{ ref('nbs_province_year') }}
),

gdp as (
    select
        province_code,
        year,
        value,
        release_id
    from series
    where indicator_code = 'gdp_100m_cny_current'
),

population as (
    select
        province_code,
        year,
        value,
        release_id
    from series
    where indicator_code = 'population_10k'
),

keys as (
    select
        province_code,
        year
    from seeded
    union
    select
        province_code,
        year
    from gdp
    union
    select
        province_code,
        year
    from population
)

select
    keys.province_code,
    keys.year,
    -- 100 million yuan -> million yuan
    coalesce(gdp.value, seeded.gdp_100m_cny) * 100.0 as gdp_m_cny,
    coalesce(population.value, seeded.population_10k) as population_10k,
    'GDP: ' || coalesce(gdp.release_id, 'seed nbs_province_year')
    || '; population: ' || coalesce(population.release_id, 'seed nbs_province_year') as denominator_source
from keys
left join seeded on keys.province_code = seeded.province_code and keys.year = seeded.year
left join gdp on keys.province_code = gdp.province_code and keys.year = gdp.year
left join population on keys.province_code = population.province_code and keys.year = population.year
