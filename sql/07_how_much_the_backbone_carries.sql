-- How much of the trade inside each province do the kept edges carry, under both rules?
select
    edge.table_id,
    edge.province_code,
    edge.method,
    count(*) filter (where edge.is_kept) as kept_edges,
    round(sum(edge.weight) filter (where edge.is_kept) / sum(edge.weight), 3) as share_of_flow
from backbone.edge as edge
where edge.weight_kind = 'flow' and edge.scope = 'province'
group by edge.table_id, edge.province_code, edge.method
order by edge.table_id asc, edge.method asc, share_of_flow desc;
