{{ config(schema='staging', materialized='table') }}
-- The disparity filter (Serrano, Boguna and Vespignani 2009) on the money flows inside every province, seen from both sides.
--
-- A seller with strength s (all it sells to others) and degree k (to how many sectors) that spread its sales at random would
-- sell a share of at least w / s to a given one with probability (1 - w / s)^(k - 1). A small probability means that this flow
-- stands out. The same holds for the buyer. Self-loops take no part. An edge is kept if either side is below alpha.
--
-- Strengths and degrees are aggregated and joined back: that is several times faster than windows. A test holds the result
-- equal to backbone.edge, which the array code writes; that it has been written before is stated here:
-- depends_on: {{ source('python', 'backbone_edge') }}
{% set alpha = 0.05 %}
with edge as (
    select
        table_id,
        seller_province_code as province_code,
        seller_sector_code,
        buyer_sector_code,
        flow_m_cny as weight
    from {{ ref('mrio_flow') }}
    where
        seller_province_code = buyer_province_code
        and seller_sector_code <> buyer_sector_code
        and flow_m_cny > 0
),

seller as (
    select
        table_id,
        province_code,
        seller_sector_code,
        sum(weight) as strength,
        count(*) as degree
    from edge
    group by table_id, province_code, seller_sector_code
),

buyer as (
    select
        table_id,
        province_code,
        buyer_sector_code,
        sum(weight) as strength,
        count(*) as degree
    from edge
    group by table_id, province_code, buyer_sector_code
),

judged as (
    select
        edge.table_id,
        edge.province_code,
        edge.seller_sector_code,
        edge.buyer_sector_code,
        edge.weight,
        -- a node's only edge has w = s and k = 1: 0^0 is 1, it is not significant by itself
        pow(greatest(1 - edge.weight / seller.strength, 0), seller.degree - 1) as p_seller,
        pow(greatest(1 - edge.weight / buyer.strength, 0), buyer.degree - 1) as p_buyer
    from edge
    inner join seller using (table_id, province_code, seller_sector_code)
    inner join buyer using (table_id, province_code, buyer_sector_code)
)

select
    judged.*,
    least(judged.p_seller, judged.p_buyer) < {{ alpha }} as is_kept
from judged
