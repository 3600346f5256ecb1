"""The contracts of the group `accounts` by province: footprints and embodied flows.

Belongs here: the models and records of those tables. Not here: accounts by sector (`accounts`) and the mathematics
(the package `visceads.accounts`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.accounts import CO2_WARNINGS, CO2_YEARS
from visceads.contracts.base import PublishedTable, choice, flag, key, measure, text
from visceads.contracts.fields import CO2_BASES
from visceads.contracts.record import define


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
    inflow_from_provinces_mt: pl.Float64 = measure()
    outflow_to_provinces_mt: pl.Float64 = measure(nullable=True)
    consumption_eebt_mt: pl.Float64 = measure()
    accounting_gap_mt: pl.Float64 = measure()
    consumption_rural_household_mt: pl.Float64 = measure()
    consumption_urban_household_mt: pl.Float64 = measure()
    consumption_government_mt: pl.Float64 = measure()
    consumption_fixed_capital_mt: pl.Float64 = measure()
    consumption_inventory_change_mt: pl.Float64 = measure()
    gdp_m_cny: pl.Float64 = measure(above=0.0, nullable=True)
    population_10k: pl.Float64 = measure(above=0.0, nullable=True)
    production_t_per_head: pl.Float64 = measure(0.0, nullable=True)
    consumption_t_per_head: pl.Float64 = measure(nullable=True)
    income_t_per_head: pl.Float64 = measure(nullable=True)
    household_t_per_head: pl.Float64 = measure(0.0, nullable=True)
    production_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    consumption_t_per_m_cny: pl.Float64 = measure(nullable=True)
    income_t_per_m_cny: pl.Float64 = measure(nullable=True)
    household_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    denominator_source: pl.String = text(nullable=True)
    excludes_tibet: pl.Boolean = flag()
    split_rule: pl.String = text(nullable=True)
    inventory_release_id: pl.String = text(nullable=True)
    release_id: pl.String = text()
    null_reason: pl.String = choice(("no_inventory",), nullable=True)


class EmbodiedFlow(PublishedTable):
    """CO2 emitted in one province for the final use of another."""

    table_id: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    accounting: pl.String = key(("mrio", "eebt"))
    origin_province_code: pl.String = key()
    destination_province_code: pl.String = key()
    co2_mt: pl.Float64 = measure()


class EmbodiedFlowSector(PublishedTable):
    """CO2 emitted by a sector of one province for the final use of another; zero flows are left out."""

    table_id: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    origin_province_code: pl.String = key()
    origin_sector_code: pl.String = key()
    destination_province_code: pl.String = key()
    co2_mt: pl.Float64 = measure()


CONTRACTS = (
    define(
        "accounts.province_footprint",
        ProvinceFootprint,
        title=("Footprints of provinces", "分省碳足迹"),
        grain=("One row is one province in one table on one CO2 basis.", "每行一个表中一省、一种排放口径。"),
        years=CO2_YEARS,
        warnings=(*CO2_WARNINGS, "emissions_abroad_excluded", "revised_denominator"),
        query="SELECT province_code, production_mt, consumption_mt, net_transfer_mt, consumption_t_per_head\nFROM "
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
        years=CO2_YEARS,
        warnings=(*CO2_WARNINGS, "emissions_abroad_excluded"),
        query="SELECT origin_province_code, destination_province_code, co2_mt\nFROM accounts.embodied_flow\n"
        "WHERE table_id = '2012' AND co2_basis = 'inventory' AND accounting = 'mrio'\n"
        "AND origin_province_code <> destination_province_code\nORDER BY co2_mt DESC\nLIMIT 20;",
    ),
    define(
        "accounts.embodied_flow_sector",
        EmbodiedFlowSector,
        title=("Embodied CO2 by sector of origin", "分来源部门的省际隐含碳流动"),
        grain=(
            "One row is one sector of one province that emits for one province, in one table on one CO2 basis; "
            "followed to the final user (accounting mrio).",
            "每行一个表中一省一部门为另一省最终使用产生的排放、一种排放口径；追踪至最终使用者（mrio核算）。",
        ),
        years=CO2_YEARS,
        warnings=(*CO2_WARNINGS, "emissions_abroad_excluded"),
        query="SELECT origin_province_code, origin_sector_code, co2_mt\nFROM accounts.embodied_flow_sector\n"
        "WHERE table_id = '2012' AND co2_basis = 'inventory' AND destination_province_code = 'GD'\n"
        "ORDER BY co2_mt DESC\nLIMIT 20;",
    ),
)
"""The contracts of this group by province."""
