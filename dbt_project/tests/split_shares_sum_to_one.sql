{{ config(meta={'dagster': {'ref': {'name': 'co2_split_share'}}}) }}
-- The shares of a mixed inventory row sum to 1 in every province.
select
    table_id,
    province_code,
    inventory_code,
    sum(share) as share_sum
from {{ ref('co2_split_share') }}
group by table_id, province_code, inventory_code
having abs(sum(share) - 1) > 1e-12
