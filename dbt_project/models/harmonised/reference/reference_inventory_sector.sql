{{ config(schema='reference', alias='inventory_sector') }}
select
    inventory_code,
    row_no,
    label_emission_file as name_en,
    name_zh,
    kind
from {{ ref('sector_inventory') }}
