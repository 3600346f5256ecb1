{{ config(schema='staging', materialized='table') }}
-- Province-years in which a release writes zero for what it does not know (known from the workbooks, not from neighbours).
-- missing_in_source: the totals of all 17 fuels are zero or blank, so every fuel cell of the province-year is unknown.
-- process_lost: the cement column is zero in at least 15 of the 30 sheets of a year, so every process cell is unknown.
with total_row as (
    select
        cell.release_id,
        cell.province_code,
        cell.year,
        coalesce(sum(abs(cell.value_mt)) filter (where fuel.group_code in ('coal', 'oil', 'gas')), 0) = 0 as is_without_fuel,
        coalesce(sum(abs(cell.value_mt)) filter (where fuel.group_code = 'process'), 0) = 0 as is_without_process
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
    count(*) filter (where is_without_process) over (partition by release_id, year) >= 15 as is_process_lost
from total_row
