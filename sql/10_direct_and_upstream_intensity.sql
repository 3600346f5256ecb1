-- Which sectors look clean but are not: direct and total CO2 per million yuan, averaged over provinces by output.
select
    multiplier.sector_code,
    round(
        sum(multiplier.co2_direct_t_per_m_cny * account.gross_output_m_cny) / sum(account.gross_output_m_cny), 1
    ) as direct_t_per_m_cny,
    round(
        sum(multiplier.co2_total_t_per_m_cny * account.gross_output_m_cny) / sum(account.gross_output_m_cny), 1
    ) as total_t_per_m_cny,
    round(
        sum(multiplier.co2_upstream_share * account.gross_output_m_cny) / sum(account.gross_output_m_cny), 3
    ) as upstream_share
from accounts.multiplier as multiplier
inner join mrio.sector_account as account
    on
        multiplier.table_id = account.table_id
        and multiplier.province_code = account.province_code
        and multiplier.sector_code = account.sector_code
where multiplier.table_id = '2017' and multiplier.co2_basis = 'inventory' and multiplier.co2_upstream_share is not null
group by multiplier.sector_code
order by total_t_per_m_cny desc;
