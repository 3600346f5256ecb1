{{ config(schema='staging', materialized='table') }}
-- The current inventory of a table's year, mapped to the 42 sectors by the concordance; Mt CO2 by group of fuels.
-- Household rows belong to no sector. Sectors without an inventory row get 0, provinces without an inventory no row.
with emission as (
    select
        emission.release_id,
        emission.province_code,
        emission.year,
        emission.inventory_code,
        fuel.group_code,
        sum(emission.co2_mt) as co2_mt
    from {{ ref('inventory_emission') }} as emission
    inner join {{ ref('fuel') }} as fuel on emission.fuel_code = fuel.fuel_code
    where emission.is_current
    group by all
),

share as (
    select
        account.table_id,
        account.province_code,
        account.sector_code,
        concordance.inventory_code,
        coalesce(split.share, 1.0) as share
    from {{ ref('mrio_money_account') }} as account
    inner join {{ ref('concordance_inventory_mrio') }} as concordance
        on
            {{ table_classification('account.table_id') }} = concordance.classification
            and account.sector_code = concordance.sector_code
    left join {{ ref('co2_split_share') }} as split
        on
            account.table_id = split.table_id
            and account.province_code = split.province_code
            and account.sector_code = split.sector_code
            and concordance.inventory_code = split.inventory_code
)

select
    share.table_id,
    share.province_code,
    share.sector_code,
    any_value(emission.release_id) as inventory_release_id,
    sum(emission.co2_mt * share.share) as co2_mt,
    sum(emission.co2_mt * share.share) filter (where emission.group_code = 'coal') as coal_mt,
    sum(emission.co2_mt * share.share) filter (where emission.group_code = 'oil') as oil_mt,
    sum(emission.co2_mt * share.share) filter (where emission.group_code = 'gas') as gas_mt,
    sum(emission.co2_mt * share.share) filter (where emission.group_code = 'process') as process_mt
from share
inner join emission
    on
        {{ table_year('share.table_id') }} = emission.year
        and share.province_code = emission.province_code
        and share.inventory_code = emission.inventory_code
group by share.table_id, share.province_code, share.sector_code
