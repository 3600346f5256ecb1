{{ config(schema='reference', alias='province') }}
select
    province_code,
    gb_code,
    iso_3166_2,
    name_en,
    name_zh,
    name_zh_full,
    name_en_short,
    region_code,
    region_en,
    region_zh,
    cast(mrio_order as integer) as mrio_order,
    cast(grid_row as integer) as grid_row,
    cast(grid_col as integer) as grid_col,
    cast(lon as double) as longitude,
    cast(lat as double) as latitude,
    capital_en,
    cast(has_inventory as boolean) as has_inventory
from {{ ref('province') }}
