"""The contracts of the group `accounts` by sector: multipliers, linkages and extraction.

Belongs here: the models and records of those tables. Not here: accounts by province (`accounts_province`) and the
mathematics (the package `visceads.accounts`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, flag, fraction, key, measure
from visceads.contracts.fields import CO2_BASES
from visceads.contracts.record import define

CO2_YEARS = ("The MRIO tables in the lake that have the CO2 basis.", "数据湖中具备该排放口径的投入产出表。")
CO2_WARNINGS = (
    "no_inventory_tibet",
    "allocated_split",
    "classification_differs",
    "synthetic_or_reconstructed_input",
)

_TABLE_YEARS = ("The MRIO tables in the lake.", "数据湖中的投入产出表。")
_SECTOR_CLASSES = ("key", "backward", "forward", "weak")


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
    depreciation_multiplier: pl.Float64 = measure(nullable=True)
    operating_surplus_multiplier: pl.Float64 = measure(nullable=True)
    value_added_type1: pl.Float64 = measure(nullable=True)
    income_type1: pl.Float64 = measure(nullable=True)
    import_type1: pl.Float64 = measure(nullable=True)
    net_production_tax_type1: pl.Float64 = measure(nullable=True)
    depreciation_type1: pl.Float64 = measure(nullable=True)
    operating_surplus_type1: pl.Float64 = measure(nullable=True)
    co2_type1: pl.Float64 = measure(0.0, nullable=True)
    output_type2_truncated: pl.Float64 = measure(1.0, nullable=True)
    output_type2_total: pl.Float64 = measure(1.0, nullable=True)
    value_added_type2_truncated: pl.Float64 = measure(nullable=True)
    income_type2: pl.Float64 = measure(0.0, nullable=True)
    income_type2_ratio: pl.Float64 = measure(0.0, nullable=True)
    co2_type2_truncated_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    closure_capped: pl.Boolean = flag()
    output_own_province: pl.Float64 = measure(1.0, nullable=True)
    output_other_province: pl.Float64 = measure(0.0, nullable=True)
    output_feedback: pl.Float64 = measure(0.0, nullable=True)
    value_added_own_province: pl.Float64 = measure(nullable=True)
    value_added_other_province: pl.Float64 = measure(nullable=True)
    co2_own_province_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_other_province_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    ghosh_forward: pl.Float64 = measure(1.0, nullable=True)
    co2_direct_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_total_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_upstream_share: pl.Float64 = fraction(nullable=True)
    co2_downstream_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_direct_coal_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_direct_oil_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_direct_gas_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_direct_process_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_total_coal_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_total_oil_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_total_gas_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_total_process_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    fuel_null_reason: pl.String = choice(
        ("zero_output", "no_inventory", "no_inventory_row", "tiny_output", "no_fuel_split"), nullable=True
    )
    null_reason: pl.String = choice(
        ("zero_output", "tiny_output", "no_inventory", "no_inventory_row", "zero_denominator"), nullable=True
    )


class Linkage(PublishedTable):
    """How strongly a sector pulls on its suppliers and pushes its buyers, compared with the others."""

    _explained = ("backward_multiplier", "forward_multiplier", "ghosh_forward", "key_sector_class")

    table_id: pl.String = key()
    province_code: pl.String = key()
    sector_code: pl.String = key()
    backward_multiplier: pl.Float64 = measure(1.0, nullable=True)
    forward_multiplier: pl.Float64 = measure(1.0, nullable=True)
    power_of_dispersion: pl.Float64 = measure(0.0, nullable=True)
    sensitivity_of_dispersion: pl.Float64 = measure(0.0, nullable=True)
    ghosh_forward: pl.Float64 = measure(1.0, nullable=True)
    ghosh_forward_normalised: pl.Float64 = measure(0.0, nullable=True)
    key_sector_class: pl.String = choice(_SECTOR_CLASSES, nullable=True)
    backward_coefficient_of_variation: pl.Float64 = measure(0.0, nullable=True)
    forward_coefficient_of_variation: pl.Float64 = measure(0.0, nullable=True)
    power_of_dispersion_in_province: pl.Float64 = measure(0.0, nullable=True)
    sensitivity_of_dispersion_in_province: pl.Float64 = measure(0.0, nullable=True)
    ghosh_forward_normalised_in_province: pl.Float64 = measure(0.0, nullable=True)
    key_sector_class_in_province: pl.String = choice(_SECTOR_CLASSES, nullable=True)
    null_reason: pl.String = choice(("zero_output",), nullable=True)


class Co2Linkage(PublishedTable):
    """The same in CO2: emitted upstream for a sector, and enabled by it downstream."""

    _explained = ("co2_total_t_per_m_cny", "co2_downstream_t_per_m_cny")

    table_id: pl.String = key()
    province_code: pl.String = key()
    sector_code: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    co2_total_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_downstream_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_backward_normalised: pl.Float64 = measure(0.0, nullable=True)
    co2_forward_normalised: pl.Float64 = measure(0.0, nullable=True)
    co2_key_sector_class: pl.String = choice(_SECTOR_CLASSES, nullable=True)
    co2_backward_normalised_in_province: pl.Float64 = measure(0.0, nullable=True)
    co2_forward_normalised_in_province: pl.Float64 = measure(0.0, nullable=True)
    co2_key_sector_class_in_province: pl.String = choice(_SECTOR_CLASSES, nullable=True)
    null_reason: pl.String = choice(("zero_output", "no_inventory", "no_inventory_row", "tiny_output"), nullable=True)


class Extraction(PublishedTable):
    """What China would lose without a sector or a province."""

    _explained = ("co2_loss_mt",)

    table_id: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    scope: pl.String = key(("sector", "province"))
    province_code: pl.String = key()
    sector_code: pl.String = key()
    output_loss_m_cny: pl.Float64 = measure(0.0)
    value_added_loss_m_cny: pl.Float64 = measure()
    co2_loss_mt: pl.Float64 = measure(0.0, nullable=True)
    output_loss_share: pl.Float64 = measure(0.0, nullable=True)
    value_added_loss_share: pl.Float64 = measure(nullable=True)
    co2_loss_share: pl.Float64 = measure(0.0, nullable=True)
    null_reason: pl.String = choice(("no_inventory", "no_inventory_row"), nullable=True)


CONTRACTS = (
    define(
        "accounts.multiplier",
        Multiplier,
        title=("Multipliers", "乘数"),
        grain=(
            "One row is one sector of one province in one table on one CO2 basis.",
            "每行一个表中一省一部门、一种排放口径。",
        ),
        years=CO2_YEARS,
        warnings=("current_prices", *CO2_WARNINGS),
        query="SELECT province_code, sector_code, co2_direct_t_per_m_cny, co2_total_t_per_m_cny\n"
        "FROM accounts.multiplier\nWHERE table_id = '2012' AND co2_basis = 'inventory'\n"
        "ORDER BY co2_total_t_per_m_cny DESC NULLS LAST\nLIMIT 20;",
    ),
    define(
        "accounts.linkage",
        Linkage,
        title=("Linkages", "产业关联"),
        grain=(
            "One row is one sector of one province, or of the nation (province_code CN), in one table.",
            "每行一个表中一省（或全国，province_code为CN）一部门。",
        ),
        years=_TABLE_YEARS,
        warnings=("classification_differs", "synthetic_or_reconstructed_input", "rows_hold_totals"),
        query="SELECT sector_code, power_of_dispersion, ghosh_forward_normalised, key_sector_class\n"
        "FROM accounts.linkage\nWHERE table_id = '2012' AND province_code = 'CN'\n"
        "ORDER BY power_of_dispersion DESC NULLS LAST;",
    ),
    define(
        "accounts.co2_linkage",
        Co2Linkage,
        title=("CO2 linkages", "碳排放关联"),
        grain=(
            "One row is one sector of one province, or of the nation (province_code CN), in one table on one CO2 "
            "basis.",
            "每行一个表中一省（或全国，province_code为CN）一部门、一种排放口径。",
        ),
        years=CO2_YEARS,
        warnings=("current_prices", *CO2_WARNINGS, "rows_hold_totals"),
        query="SELECT sector_code, co2_backward_normalised, co2_forward_normalised, co2_key_sector_class\n"
        "FROM accounts.co2_linkage\nWHERE table_id = '2012' AND co2_basis = 'inventory' AND province_code = 'CN'\n"
        "ORDER BY co2_backward_normalised DESC NULLS LAST;",
    ),
    define(
        "accounts.extraction",
        Extraction,
        title=("Hypothetical extraction", "假设抽取"),
        grain=(
            "One row is one sector of one province, or one province (sector_code total), taken out alone, in one "
            "table on one CO2 basis.",
            "每行一个表中单独抽取的一省一部门或一省（sector_code为total）、一种排放口径。",
        ),
        years=CO2_YEARS,
        warnings=("current_prices", *CO2_WARNINGS, "rows_hold_totals", "losses_do_not_add_up"),
        query="SELECT province_code, output_loss_share, value_added_loss_share, co2_loss_share\n"
        "FROM accounts.extraction\nWHERE table_id = '2012' AND co2_basis = 'inventory' AND scope = 'province'\n"
        "ORDER BY co2_loss_share DESC NULLS LAST;",
    ),
)
"""The contracts of this group by sector."""
