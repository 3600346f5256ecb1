{{ config(schema='reference', alias='sector') }}
select
    sector.classification,
    sector.sector_no,
    sector.sector_code,
    sector.name_en,
    sector.name_zh,
    sector.short_en,
    sector.short_zh,
    sector.group_code,
    bridge.harmonised_code
from {{ ref('sector_mrio') }} as sector
inner join {{ ref('sector_harmonised_map') }} as bridge
    on sector.classification = bridge.classification and sector.sector_no = bridge.sector_no
