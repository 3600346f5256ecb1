-- Value added (10 thousand yuan) and CO2 of the satellite row (Mt) by province in every accepted table, current or not.
-- null where a workbook has no satellite row.
select
    release_id,
    table_id,
    column_province_code as province_code,
    sum(value) filter (where row_code <> 'CO2') as value_added_10k_cny,
    sum(value) filter (where row_code = 'CO2') as co2_satellite_mt
from {{ source('bronze', 'mrio') }}
where block = 'column_item' and row_code in ('VA001', 'VA002', 'VA003', 'VA004', 'CO2')
group by release_id, table_id, column_province_code
