-- Which chains of suppliers carry the largest parts of Guangdong's footprint, and what share do all listed ones hold?
select
    supply_path.path_rank,
    supply_path.path,
    supply_path.link_count,
    round(supply_path.co2_mt, 2) as co2_mt,
    round(100 * supply_path.footprint_share, 2) as footprint_percent,
    round(100 * supply_path.covered_share, 1) as all_listed_percent
from accounts.supply_path as supply_path
where
    supply_path.table_id = '2017'
    and supply_path.co2_basis = 'inventory'
    and supply_path.province_code = 'GD'
order by supply_path.path_rank
limit 20;
