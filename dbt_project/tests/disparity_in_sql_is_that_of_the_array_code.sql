-- Edges on which the disparity filter in SQL and that of the array code differ by more than 1e-12, or that one of them lacks.
-- An edge may be kept by one only where its p-value is alpha to within that tolerance.
with array_code as (
    select *
    from {{ source('python', 'backbone_edge') }}
    where
        scope = 'province'
        and weight_kind = 'flow'
        and method = 'disparity'
        and not is_self_loop
)

select
    in_sql.*,
    array_code.p_seller as p_seller_of_arrays,
    array_code.p_buyer as p_buyer_of_arrays,
    array_code.is_kept as is_kept_of_arrays
from {{ ref('disparity_edge') }} as in_sql
full join array_code
    on
        in_sql.table_id = array_code.table_id
        and in_sql.province_code = array_code.province_code
        and in_sql.seller_sector_code = array_code.seller_sector_code
        and in_sql.buyer_sector_code = array_code.buyer_sector_code
where
    in_sql.table_id is null
    or array_code.table_id is null
    or in_sql.weight <> array_code.weight
    or abs(in_sql.p_seller - array_code.p_seller) > 1e-12
    or abs(in_sql.p_buyer - array_code.p_buyer) > 1e-12
    or (
        in_sql.is_kept <> array_code.is_kept
        and abs(least(in_sql.p_seller, in_sql.p_buyer) - 0.05) > 1e-12
    )
