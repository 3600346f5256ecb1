{{ config(schema='inventory', alias='emission') }}
-- CO2 by province, year, inventory row and fuel: the cells of every accepted release as printed, but for the corrections of
-- inventory_correction. The column correction names the rule that set a value; after a colon stands the release that a
-- replaced number was taken from.
with cell as (
    select
        cell.release_id,
        cell.province_code,
        cell.year,
        cell.inventory_code,
        cell.fuel_code,
        cell.value_mt,
        cell.is_current,
        case fuel.group_code when 'process' then correction.process_correction else correction.fuel_correction end as rule,
        correction.older_release_id
    from {{ ref('stg_co2_inventory_cell') }} as cell
    inner join {{ ref('fuel') }} as fuel on cell.fuel_code = fuel.fuel_code
    left join {{ ref('inventory_correction') }} as correction
        on
            cell.release_id = correction.release_id
            and cell.province_code = correction.province_code
            and cell.year = correction.year
    -- heat, electricity and other energy never enter scope 1; totals stand in inventory.emission_total
    where cell.inventory_code <> 'total' and fuel.in_scope1_sum = 'true'
),

-- The process cells that an older release lends, under the id of the release that has lost its own.
lent as (
    select
        correction.release_id,
        older.province_code,
        older.year,
        older.inventory_code,
        older.fuel_code,
        older.value_mt
    from {{ ref('inventory_correction') }} as correction
    inner join {{ ref('stg_co2_inventory_cell') }} as older
        on
            correction.older_release_id = older.release_id
            and correction.province_code = older.province_code
            and correction.year = older.year
    where correction.process_correction = 'process_from_older_release' and older.fuel_code = 'process'
),

corrected as (
    select
        cell.*,
        case
            when cell.rule is null then cell.value_mt
            when cell.rule = 'process_from_older_release' then lent.value_mt
        end as co2_mt
    from cell
    left join lent
        on
            cell.release_id = lent.release_id
            and cell.province_code = lent.province_code
            and cell.year = lent.year
            and cell.inventory_code = lent.inventory_code
            and cell.fuel_code = lent.fuel_code
)

select
    release_id,
    province_code,
    year,
    inventory_code,
    fuel_code,
    co2_mt,
    is_current,
    case
        when co2_mt is not null then null
        when rule = 'lost_process_to_missing' then 'process_lost'
        else 'missing_in_source'
    end as null_reason,
    case
        when rule = 'process_from_older_release' then rule || ':' || older_release_id
        when value_mt is not null then rule -- a cell that is blank in the workbook was not changed
    end as correction
from corrected
