{{ config(schema='staging', materialized='table') }}
-- Province-years in which a release writes zero for what it does not know. Told by the cells of the release itself, not by
-- a list of places and not by neighbouring years, so that it holds for any release; inventory_correction says what is done.
-- is_without_fuel: the totals of all 17 fuels are zero or blank, so every fuel cell of the province-year is unknown;
-- is_blank: they are all blank, as the oldest edition writes it, and need no correction.
-- is_process_lost: the cement column is zero in at least 15 of the 30 sheets of a year, so every process cell is unknown.
with total_row as (
    select
        cell.release_id,
        cell.province_code,
        cell.year,
        coalesce(sum(abs(cell.value_mt)) filter (where fuel.group_code in ('coal', 'oil', 'gas')), 0) = 0 as is_without_fuel,
        count(cell.value_mt) filter (where fuel.group_code in ('coal', 'oil', 'gas')) = 0 as is_blank,
        sum(cell.value_mt) filter (where fuel.group_code = 'process') as process_mt
    from {{ ref('stg_co2_inventory_cell') }} as cell
    inner join {{ ref('fuel') }} as fuel on cell.fuel_code = fuel.fuel_code
    where cell.inventory_code = 'total'
    group by cell.release_id, cell.province_code, cell.year
)

select
    release_id,
    province_code,
    year,
    is_without_fuel,
    is_blank,
    count(*) filter (where coalesce(process_mt, 0) = 0) over (partition by release_id, year) >= 15 as is_process_lost,
    process_mt
from total_row
