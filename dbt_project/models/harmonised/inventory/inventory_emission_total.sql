{{ config(schema='inventory', alias='emission_total') }}
-- Scope 1 total of a province-year as the workbook prints it; null where a part of it is unknown. Where process emissions
-- are taken from an older release, the printed total gains them. The column correction is that of inventory.emission.
with corrected as (
    select
        cell.release_id,
        cell.province_code,
        cell.year,
        cell.value_mt,
        cell.is_current,
        coalesce(correction.fuel_correction, correction.process_correction) as rule,
        correction.older_release_id,
        case
            when rule is null then cell.value_mt
            when rule = 'process_from_older_release' then cell.value_mt + correction.process_added_mt
        end as co2_mt
    from {{ ref('stg_co2_inventory_cell') }} as cell
    left join {{ ref('inventory_correction') }} as correction
        on
            cell.release_id = correction.release_id
            and cell.province_code = correction.province_code
            and cell.year = correction.year
    where cell.inventory_code = 'total' and cell.fuel_code = 'total'
)

select
    release_id,
    province_code,
    year,
    co2_mt,
    is_current,
    case
        when co2_mt is not null then null
        when rule = 'lost_process_to_missing' then 'process_lost'
        else 'missing_in_source'
    end as null_reason,
    case
        when rule = 'process_from_older_release' then rule || ':' || older_release_id
        when value_mt is not null then rule -- a total that is blank in the workbook was not changed
    end as correction
from corrected
