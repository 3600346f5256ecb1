"""The contracts of the group `accounts` along chains of suppliers: production layers, supply paths, carbon price.

Belongs here: the models and records of those tables. Not here: accounts of sectors and provinces as wholes
(`accounts`, `accounts_province`), changes between tables (`accounts_change`), the mathematics (`visceads.accounts`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.accounts import CO2_WARNINGS, CO2_YEARS
from visceads.contracts.base import PublishedTable, choice, flag, fraction, key, key_number, measure, number, text
from visceads.contracts.fields import CO2_BASES
from visceads.contracts.record import define

REST_LAYER = 11
"""The number under which all layers beyond the last one shown, 10, stand together."""


class ProductionLayer(PublishedTable):
    """CO2 of a final demand by distance from the final producer."""

    _explained = ("cumulative_share",)

    table_id: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    province_code: pl.String = key()
    layer: pl.Int32 = key_number(0, REST_LAYER)
    is_rest: pl.Boolean = flag()
    co2_mt: pl.Float64 = measure()
    cumulative_share: pl.Float64 = measure(nullable=True)
    null_reason: pl.String = choice(("zero_denominator",), nullable=True)


class SupplyPath(PublishedTable):
    """Single chains of suppliers that carry CO2 from where it is emitted to a final demand."""

    table_id: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    province_code: pl.String = key()
    path_rank: pl.Int32 = key_number()
    link_count: pl.Int32 = number()
    origin_province_code: pl.String = text()
    origin_sector_code: pl.String = text()
    final_province_code: pl.String = text()
    final_sector_code: pl.String = text()
    path: pl.String = text()
    co2_mt: pl.Float64 = measure()
    footprint_share: pl.Float64 = measure()
    threshold_share: pl.Float64 = fraction()
    covered_share: pl.Float64 = measure()


class PricePassThrough(PublishedTable):
    """By how much a price of carbon raises the price of each sector if all costs are passed on."""

    _explained = ("price_increase_share", "carbon_cost_share", "supplier_cost_share")

    table_id: pl.String = key()
    province_code: pl.String = key()
    sector_code: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    carbon_price_cny_per_t: pl.Float64 = measure(0.0)
    price_increase_share: pl.Float64 = measure(0.0, nullable=True)
    carbon_cost_share: pl.Float64 = measure(0.0, nullable=True)
    supplier_cost_share: pl.Float64 = measure(0.0, nullable=True)
    null_reason: pl.String = choice(("zero_output", "no_inventory", "no_inventory_row", "tiny_output"), nullable=True)


CONTRACTS = (
    define(
        "accounts.production_layer",
        ProductionLayer,
        title=("Production layers", "生产层级"),
        grain=(
            "One row is one production layer of the final demand of one province, or of all demand with exports and "
            "the statistical error (province_code CN), in one table on one CO2 basis.",
            "每行一个表中一省最终需求（或含出口与误差项的全部需求，province_code为CN）的一个生产层级、一种排放口径。",
        ),
        years=CO2_YEARS,
        warnings=(*CO2_WARNINGS, "emissions_abroad_excluded", "rows_hold_totals"),
        query="SELECT layer, is_rest, co2_mt, cumulative_share\nFROM accounts.production_layer\n"
        "WHERE table_id = '2012' AND co2_basis = 'inventory' AND province_code = 'GD'\nORDER BY layer;",
    ),
    define(
        "accounts.supply_path",
        SupplyPath,
        title=("Supply paths", "供应链路径"),
        grain=(
            "One row is one chain of suppliers that serves the final demand of one province, or all demand with "
            "exports and the statistical error (province_code CN), in one table on one CO2 basis; chains below the "
            "threshold are left out.",
            "每行一个表中服务于一省最终需求（或含出口与误差项的全部需求，province_code为CN）的一条供应链、一种排放口径；"
            "低于阈值的路径不列出。",
        ),
        years=CO2_YEARS,
        warnings=(*CO2_WARNINGS, "emissions_abroad_excluded", "rows_hold_totals"),
        query="SELECT path_rank, path, co2_mt, footprint_share\nFROM accounts.supply_path\n"
        "WHERE table_id = '2012' AND co2_basis = 'inventory' AND province_code = 'GD'\nORDER BY path_rank\nLIMIT 20;",
    ),
    define(
        "accounts.price_pass_through",
        PricePassThrough,
        title=("Carbon price passed on", "碳价传导"),
        grain=(
            "One row is one sector of one province in one table on one CO2 basis, at the carbon price of the run "
            "(setting VISCEADS_CARBON_PRICE_CNY_PER_T).",
            "每行一个表中一省一部门、一种排放口径，碳价由设置VISCEADS_CARBON_PRICE_CNY_PER_T给定。",
        ),
        years=CO2_YEARS,
        warnings=("current_prices", *CO2_WARNINGS, "prices_at_full_pass_through"),
        query="SELECT province_code, sector_code, price_increase_share, carbon_cost_share\n"
        "FROM accounts.price_pass_through\nWHERE table_id = '2012' AND co2_basis = 'inventory'\n"
        "ORDER BY price_increase_share DESC NULLS LAST\nLIMIT 20;",
    ),
)
"""The contracts of this group along chains of suppliers."""
