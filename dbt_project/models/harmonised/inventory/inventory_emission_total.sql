{{ config(schema='inventory', alias='emission_total') }}
-- Scope 1 total of a province-year as the workbook prints it; null where a part of it is unknown.
select
    cell.release_id,
    cell.province_code,
    cell.year,
    case when not (gap.is_without_fuel or gap.is_process_lost) then cell.value_mt end as co2_mt,
    cell.is_current,
    case
        when gap.is_without_fuel then 'missing_in_source'
        when gap.is_process_lost then 'process_lost'
        when cell.value_mt is null then 'missing_in_source'
    end as null_reason
from {{ ref('stg_co2_inventory_cell') }} as cell
inner join {{ ref('inventory_gap') }} as gap
    on cell.release_id = gap.release_id and cell.province_code = gap.province_code and cell.year = gap.year
where cell.inventory_code = 'total' and cell.fuel_code = 'total'
