"""The contracts of the group `mrio`: the provincial multi-regional input-output tables.

Belongs here: the models and records of those tables. Not here: what is computed of them (`accounts`,
`backbone`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, flag, key, measure, text
from visceads.contracts.fields import FINAL_DEMAND_CATEGORIES
from visceads.contracts.record import define

_YEARS = (
    "The tables in the lake, such as 2012, 2015 and 2017.",
    "数据湖中的投入产出表，如2012、2015、2017年。",
)
_WARNINGS = ("current_prices", "classification_differs", "synthetic_or_reconstructed_input")


class Flow(PublishedTable):
    """Intermediate flows; zero cells are left out."""

    table_id: pl.String = key()
    seller_province_code: pl.String = key()
    seller_sector_code: pl.String = key()
    buyer_province_code: pl.String = key()
    buyer_sector_code: pl.String = key()
    flow_m_cny: pl.Float64 = measure(above=0.0)


class FinalDemand(PublishedTable):
    """Final demand by province and category, zero cells left out; inventory changes may be negative."""

    table_id: pl.String = key()
    seller_province_code: pl.String = key()
    seller_sector_code: pl.String = key()
    buyer_province_code: pl.String = key()
    category_code: pl.String = key(FINAL_DEMAND_CATEGORIES)
    flow_m_cny: pl.Float64 = measure()


class PrimaryInput(PublishedTable):
    """Imports and the four parts of value added by buying column."""

    table_id: pl.String = key()
    buyer_province_code: pl.String = key()
    buyer_code: pl.String = key()
    item_code: pl.String = key(("IM", "VA001", "VA002", "VA003", "VA004"))
    buyer_kind: pl.String = choice(("sector", "final_demand"))
    input_m_cny: pl.Float64 = measure()


class SectorAccount(PublishedTable):
    """The account of each sector: output, inputs, uses and CO2 on both bases."""

    _explained = ("co2_inventory_mt",)

    table_id: pl.String = key()
    province_code: pl.String = key()
    sector_code: pl.String = key()
    gross_output_m_cny: pl.Float64 = measure(0.0)
    intermediate_input_m_cny: pl.Float64 = measure(0.0)
    import_m_cny: pl.Float64 = measure(0.0)
    value_added_m_cny: pl.Float64 = measure()
    compensation_m_cny: pl.Float64 = measure()
    net_production_tax_m_cny: pl.Float64 = measure()
    depreciation_m_cny: pl.Float64 = measure()
    operating_surplus_m_cny: pl.Float64 = measure()
    intermediate_use_m_cny: pl.Float64 = measure(0.0)
    final_demand_m_cny: pl.Float64 = measure()
    export_m_cny: pl.Float64 = measure()
    error_m_cny: pl.Float64 = measure()
    co2_satellite_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_inventory_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_inventory_coal_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_inventory_oil_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_inventory_gas_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_inventory_process_mt: pl.Float64 = measure(0.0, nullable=True)
    is_zero_output: pl.Boolean = flag()
    is_tiny_output: pl.Boolean = flag()
    split_rule: pl.String = choice(("equal", "output_share", "fuel_purchase"), nullable=True)
    inventory_release_id: pl.String = text(nullable=True)
    release_id: pl.String = text()
    null_reason: pl.String = choice(("no_inventory", "missing_in_source", "process_lost"), nullable=True)


CONTRACTS = (
    define(
        "mrio.flow",
        Flow,
        title=("Intermediate flows", "中间流量"),
        grain=(
            "One row is one non-zero flow from a seller's sector to a buyer's sector in one table.",
            "每行一个表中从卖方部门到买方部门的一个非零流量。",
        ),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT seller_province_code, sum(flow_m_cny) AS sales_m_cny\nFROM mrio.flow\n"
        "WHERE table_id = '2012' AND buyer_province_code = 'GD' AND seller_province_code <> 'GD'\n"
        "GROUP BY seller_province_code\nORDER BY sales_m_cny DESC;",
    ),
    define(
        "mrio.final_demand",
        FinalDemand,
        title=("Final demand", "最终需求"),
        grain=(
            "One row is one non-zero sale of a sector to a province's final demand category in one table.",
            "每行一个表中某部门对某省某类最终需求的一个非零销售额。",
        ),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT buyer_province_code, category_code, sum(flow_m_cny) AS final_demand_m_cny\n"
        "FROM mrio.final_demand\nWHERE table_id = '2012'\nGROUP BY buyer_province_code, category_code\n"
        "ORDER BY buyer_province_code, category_code;",
    ),
    define(
        "mrio.primary_input",
        PrimaryInput,
        title=("Primary inputs", "初始投入"),
        grain=(
            "One row is one primary input of one sector, or the imports of one final demand category.",
            "每行一个部门的一项初始投入，或一类最终需求的进口。",
        ),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT buyer_province_code, item_code, sum(input_m_cny) AS input_m_cny\nFROM "
        "mrio.primary_input\n"
        "WHERE table_id = '2012' AND buyer_kind = 'sector'\nGROUP BY buyer_province_code, item_code\n"
        "ORDER BY buyer_province_code, item_code;",
    ),
    define(
        "mrio.sector_account",
        SectorAccount,
        title=("Sector accounts", "部门账户"),
        grain=("One row is one sector of one province in one table.", "每行一个表中一省一部门。"),
        years=_YEARS,
        warnings=(*_WARNINGS, "no_inventory_tibet", "allocated_split"),
        query="SELECT s.short_en, sum(a.gross_output_m_cny) AS gross_output_m_cny, sum(a.co2_inventory_mt) "
        "AS co2_mt\n"
        "FROM mrio.sector_account AS a\n"
        "INNER JOIN reference.sector AS s ON s.sector_code = a.sector_code AND s.classification = '2012'\n"
        "WHERE a.table_id = '2012'\nGROUP BY s.short_en\nORDER BY co2_mt DESC;",
    ),
)
"""The contracts of this group."""
