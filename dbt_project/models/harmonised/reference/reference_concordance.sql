{{ config(schema='reference', alias='concordance') }}
select
    classification,
    inventory_code,
    sector_code,
    rule,
    cast(default_share as double) as default_share,
    confidence
from {{ ref('concordance_inventory_mrio') }}
where sector_code is not null -- household rows belong to no sector: reference.inventory_sector.kind tells them
