"""The contracts of the national input-output tables, in the group `mrio` under names of their own.

Belongs here: the models and records of those tables. Not here: the provincial tables (`mrio`), which share neither
sectors nor the treatment of imports with them: a national table is competitive, its flows hold imported products.
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, key, measure, text
from visceads.contracts.fields import FINAL_DEMAND_CATEGORIES
from visceads.contracts.record import define

_YEARS = ("The national tables in the lake, such as national-2020.", "数据湖中的全国投入产出表，如national-2020。")
_WARNINGS = ("imports_within_flows", "current_prices", "synthetic_or_reconstructed_input")


class NationalFlow(PublishedTable):
    """Intermediate flows between products, imports included; zero cells are left out."""

    table_id: pl.String = key()
    seller_product_code: pl.String = key()
    buyer_product_code: pl.String = key()
    flow_m_cny: pl.Float64 = measure(above=0.0)


class NationalFinalDemand(PublishedTable):
    """Domestic final demand by product and category, imports included; inventory changes may be negative."""

    table_id: pl.String = key()
    product_code: pl.String = key()
    category_code: pl.String = key(FINAL_DEMAND_CATEGORIES)
    flow_m_cny: pl.Float64 = measure()


class NationalSectorAccount(PublishedTable):
    """The account of each product: output, inputs, uses, imports."""

    table_id: pl.String = key()
    product_code: pl.String = key()
    name_zh: pl.String = text()
    gross_output_m_cny: pl.Float64 = measure(0.0)
    intermediate_input_m_cny: pl.Float64 = measure(0.0)
    product_import_m_cny: pl.Float64 = measure(0.0)
    value_added_m_cny: pl.Float64 = measure()
    compensation_m_cny: pl.Float64 = measure()
    net_production_tax_m_cny: pl.Float64 = measure()
    depreciation_m_cny: pl.Float64 = measure()
    operating_surplus_m_cny: pl.Float64 = measure()
    intermediate_use_m_cny: pl.Float64 = measure(0.0)
    final_demand_m_cny: pl.Float64 = measure()
    export_m_cny: pl.Float64 = measure(0.0)
    error_m_cny: pl.Float64 = measure()
    release_id: pl.String = text()


CONTRACTS = (
    define(
        "mrio.national_flow",
        NationalFlow,
        title=("Intermediate flows, national table", "全国表中间流量"),
        grain=(
            "One row is one non-zero flow from one product to another in one national table.",
            "每行为一张全国表中产品部门之间的一个非零流量。",
        ),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT s.name_zh AS seller, b.name_zh AS buyer, f.flow_m_cny\nFROM mrio.national_flow AS f\n"
        "INNER JOIN mrio.national_sector_account AS s\n"
        "    ON s.table_id = f.table_id AND s.product_code = f.seller_product_code\n"
        "INNER JOIN mrio.national_sector_account AS b\n"
        "    ON b.table_id = f.table_id AND b.product_code = f.buyer_product_code\n"
        "WHERE f.table_id = 'national-2020'\nORDER BY f.flow_m_cny DESC\nLIMIT 10;",
    ),
    define(
        "mrio.national_final_demand",
        NationalFinalDemand,
        title=("Final demand, national table", "全国表最终需求"),
        grain=(
            "One row is the non-zero domestic final demand of one category for one product in one national table.",
            "每行为一张全国表中某类国内最终需求对某产品部门的一个非零使用额。",
        ),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT category_code, sum(flow_m_cny) AS final_demand_m_cny\nFROM mrio.national_final_demand\n"
        "WHERE table_id = 'national-2020'\nGROUP BY category_code\nORDER BY category_code;",
    ),
    define(
        "mrio.national_sector_account",
        NationalSectorAccount,
        title=("Accounts of products, national table", "全国表产品部门账户"),
        grain=(
            "One row is one product of one national table. Along the row: intermediate use + final demand + exports "
            "- imports of the product + error = gross output; down the column: intermediate input + value added = "
            "gross output.",
            "每行为一张全国表的一个产品部门。行向：中间使用＋最终需求＋出口－产品进口＋误差＝总产出；列向：中间投入＋增加值＝总产出。",
        ),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT product_code, name_zh, gross_output_m_cny, product_import_m_cny\n"
        "FROM mrio.national_sector_account\nWHERE table_id = 'national-2020'\n"
        "ORDER BY gross_output_m_cny DESC\nLIMIT 10;",
    ),
)
"""The contracts of the national tables."""
