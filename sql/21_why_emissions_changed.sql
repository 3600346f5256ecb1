-- Why did the CO2 embodied in each province's final demand change: five effects in Mt (current prices, mean of all orders).
select
    change.first_table_id,
    change.second_table_id,
    change.province_code,
    round(change.change_mt, 1) as change_mt,
    round(change.intensity_effect_mt, 1) as intensity_mt,
    round(change.technology_effect_mt, 1) as technology_mt,
    round(change.demand_mix_effect_mt, 1) as demand_mix_mt,
    round(change.demand_volume_effect_mt, 1) as demand_volume_mt,
    round(change.population_effect_mt, 1) as population_mt
from accounts.structural_decomposition as change
where change.co2_basis = 'inventory' and change.account = 'consumption' and change.form = 'dl_mean'
order by change.first_table_id asc, change.change_mt desc;
