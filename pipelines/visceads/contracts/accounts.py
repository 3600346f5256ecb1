"""The contracts of the group `accounts`: multipliers, footprints and embodied flows.

Belongs here: the models and records of those tables. Not here: the mathematics (the package
`visceads.accounts`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, flag, fraction, key, measure
from visceads.contracts.fields import CO2_BASES
from visceads.contracts.record import define

_YEARS = ("The MRIO tables in the lake that have the CO2 basis.", "数据湖中具备该排放口径的投入产出表。")
_WARNINGS = (
    "no_inventory_tibet",
    "allocated_split",
    "classification_differs",
    "synthetic_or_reconstructed_input",
)


class Multiplier(PublishedTable):
    """What one unit of final demand for a sector sets in motion all over China."""

    _explained = (
        "output_multiplier",
        "co2_direct_t_per_m_cny",
        "co2_total_t_per_m_cny",
        "co2_upstream_share",
    )

    table_id: pl.String = key()
    province_code: pl.String = key()
    sector_code: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    output_multiplier: pl.Float64 = measure(1.0, nullable=True)
    value_added_multiplier: pl.Float64 = measure(nullable=True)
    income_multiplier: pl.Float64 = measure(nullable=True)
    import_multiplier: pl.Float64 = measure(nullable=True)
    net_production_tax_multiplier: pl.Float64 = measure(nullable=True)
    co2_direct_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_total_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_upstream_share: pl.Float64 = fraction(nullable=True)
    null_reason: pl.String = choice(
        ("zero_output", "tiny_output", "no_inventory", "no_inventory_row", "zero_denominator"), nullable=True
    )


class ProvinceFootprint(PublishedTable):
    """CO2 of each province by production, consumption and income."""

    _explained = ("production_mt",)

    table_id: pl.String = key()
    province_code: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    production_mt: pl.Float64 = measure(0.0, nullable=True)
    consumption_mt: pl.Float64 = measure()
    income_mt: pl.Float64 = measure(nullable=True)
    import_enabled_mt: pl.Float64 = measure(nullable=True)
    export_mt: pl.Float64 = measure(nullable=True)
    error_mt: pl.Float64 = measure(nullable=True)
    stranded_mt: pl.Float64 = measure(0.0, nullable=True)
    household_mt: pl.Float64 = measure(0.0, nullable=True)
    net_transfer_mt: pl.Float64 = measure(nullable=True)
    excludes_tibet: pl.Boolean = flag()
    null_reason: pl.String = choice(("no_inventory",), nullable=True)


class EmbodiedFlow(PublishedTable):
    """CO2 emitted in one province for the final use of another."""

    table_id: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    accounting: pl.String = key(("mrio", "eebt"))
    origin_province_code: pl.String = key()
    destination_province_code: pl.String = key()
    co2_mt: pl.Float64 = measure()


CONTRACTS = (
    define(
        "accounts.multiplier",
        Multiplier,
        title=("Multipliers", "乘数"),
        grain=(
            "One row is one sector of one province in one table on one CO2 basis.",
            "每行一个表中一省一部门、一种排放口径。",
        ),
        years=_YEARS,
        warnings=("current_prices", *_WARNINGS),
        query="SELECT province_code, sector_code, co2_direct_t_per_m_cny, co2_total_t_per_m_cny\n"
        "FROM accounts.multiplier\nWHERE table_id = '2012' AND co2_basis = 'inventory'\n"
        "ORDER BY co2_total_t_per_m_cny DESC NULLS LAST\nLIMIT 20;",
    ),
    define(
        "accounts.province_footprint",
        ProvinceFootprint,
        title=("Footprints of provinces", "分省碳足迹"),
        grain=("One row is one province in one table on one CO2 basis.", "每行一个表中一省、一种排放口径。"),
        years=_YEARS,
        warnings=(*_WARNINGS, "emissions_abroad_excluded"),
        query="SELECT province_code, production_mt, consumption_mt, net_transfer_mt\nFROM "
        "accounts.province_footprint\n"
        "WHERE table_id = '2012' AND co2_basis = 'inventory'\nORDER BY net_transfer_mt DESC NULLS LAST;",
    ),
    define(
        "accounts.embodied_flow",
        EmbodiedFlow,
        title=("Embodied CO2 between provinces", "省际隐含碳流动"),
        grain=(
            "One row is one pair of provinces in one table, on one CO2 basis and by one accounting.",
            "每行一个表中一对省份、一种排放口径、一种核算方法。",
        ),
        years=_YEARS,
        warnings=(*_WARNINGS, "emissions_abroad_excluded"),
        query="SELECT origin_province_code, destination_province_code, co2_mt\nFROM accounts.embodied_flow\n"
        "WHERE table_id = '2012' AND co2_basis = 'inventory' AND accounting = 'mrio'\n"
        "AND origin_province_code <> destination_province_code\nORDER BY co2_mt DESC\nLIMIT 20;",
    ),
)
"""The contracts of this group."""
