-- The backbone of a province: the 88 largest flows among the sectors of Shanxi, with what share of all flows each carries.
select
    edge.rank,
    edge.seller_sector_code,
    edge.buyer_sector_code,
    round(edge.weight, 1) as flow_m_cny,
    round(edge.share, 4) as share,
    edge.is_self_loop,
    round(edge.width, 2) as width
from backbone.edge as edge
where
    edge.table_id = '2017'
    and edge.scope = 'province'
    and edge.province_code = 'SX'
    and edge.method = 'top_share'
    and edge.is_kept
order by edge.rank;
