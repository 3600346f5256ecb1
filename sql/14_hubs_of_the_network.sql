-- Which sectors hold the networks together: how often each is a hub, over all provinces and tables.
select
    node.sector_code,
    count(*) filter (where node.role = 'hub') as provinces_as_hub,
    count(*) filter (where node.role = 'bridge') as provinces_as_bridge,
    round(avg(node.pagerank), 4) as mean_pagerank
from backbone.node as node
where node.is_active and node.table_id = '2017'
group by node.sector_code
order by provinces_as_hub desc, mean_pagerank desc
limit 15;
