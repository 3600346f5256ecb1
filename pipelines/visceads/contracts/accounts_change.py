"""The contract of the group `accounts` about two tables at once: why CO2 changed from one to the next.

Belongs here: the model and record of that table. Not here: accounts of single tables (`accounts`,
`accounts_province`, `accounts_chain`) and the mathematics (the package `visceads.accounts`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.accounts import CO2_WARNINGS
from visceads.contracts.base import PublishedTable, choice, flag, key, measure
from visceads.contracts.fields import CO2_BASES
from visceads.contracts.record import define

_EFFECTS = ("change_mt",)


class StructuralDecomposition(PublishedTable):
    """What five factors contributed to the change of CO2 between two tables."""

    _explained = _EFFECTS

    first_table_id: pl.String = key()
    second_table_id: pl.String = key()
    co2_basis: pl.String = key(CO2_BASES)
    account: pl.String = key(("consumption", "production"))
    province_code: pl.String = key()
    form: pl.String = key(("dl_mean", "polar_a", "polar_b", "polar_mean"))
    start_mt: pl.Float64 = measure(nullable=True)
    end_mt: pl.Float64 = measure(nullable=True)
    change_mt: pl.Float64 = measure(nullable=True)
    intensity_effect_mt: pl.Float64 = measure(nullable=True)
    technology_effect_mt: pl.Float64 = measure(nullable=True)
    demand_mix_effect_mt: pl.Float64 = measure(nullable=True)
    demand_volume_effect_mt: pl.Float64 = measure(nullable=True)
    population_effect_mt: pl.Float64 = measure(nullable=True)
    has_zero_volume: pl.Boolean = flag()
    null_reason: pl.String = choice(("no_inventory", "no_inventory_in_one"), nullable=True)


CONTRACTS = (
    define(
        "accounts.structural_decomposition",
        StructuralDecomposition,
        title=("Structural decomposition", "结构分解"),
        grain=(
            "One row is one province, or all provinces together (province_code CN), by one account and one form of "
            "the decomposition, between two consecutive tables on one CO2 basis.",
            "每行两个相邻表之间一省（或全国，province_code为CN）、一种账户、一种分解形式、一种排放口径。",
        ),
        years=("Pairs of consecutive MRIO tables of one classification.", "同一部门分类下相邻两年的投入产出表。"),
        warnings=("current_prices", *CO2_WARNINGS, "emissions_abroad_excluded", "rows_hold_totals", "comparable_only"),
        query="SELECT first_table_id, second_table_id, change_mt, intensity_effect_mt, technology_effect_mt,\n"
        "  demand_mix_effect_mt, demand_volume_effect_mt, population_effect_mt\n"
        "FROM accounts.structural_decomposition\nWHERE co2_basis = 'inventory' AND account = 'consumption'\n"
        "AND province_code = 'CN' AND form = 'dl_mean'\nORDER BY first_table_id;",
    ),
)
"""The contracts of this group about two tables."""
