"""The contracts of the group `inventory`: provincial CO2 inventories as the releases state them.

Belongs here: the models and records of those tables. Not here: sectors of the MRIO tables (`mrio`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, flag, key, key_number, measure
from visceads.contracts.record import define

_YEARS = (
    "The years of the inventories in the lake, 1997 to 2022 at most.",
    "数据湖中清单的年份，最多1997至2022年。",
)
_WARNINGS = (
    "no_inventory_tibet",
    "release_changes_history",
    "provinces_exceed_nation",
    "synthetic_or_reconstructed_input",
)

_NULL_REASONS = ("missing_in_source", "process_lost")


class Emission(PublishedTable):
    """CO2 by province, year, inventory row and fuel: the 47 rows, the 17 fuels and process."""

    _explained = ("co2_mt",)

    release_id: pl.String = key()
    province_code: pl.String = key()
    year: pl.Int32 = key_number(1949, 2100)
    inventory_code: pl.String = key()
    fuel_code: pl.String = key()
    co2_mt: pl.Float64 = measure(0.0, nullable=True)
    is_current: pl.Boolean = flag()
    null_reason: pl.String = choice(_NULL_REASONS, nullable=True)


class EmissionTotal(PublishedTable):
    """The scope 1 total by province and year."""

    _explained = ("co2_mt",)

    release_id: pl.String = key()
    province_code: pl.String = key()
    year: pl.Int32 = key_number(1949, 2100)
    co2_mt: pl.Float64 = measure(0.0, nullable=True)
    is_current: pl.Boolean = flag()
    null_reason: pl.String = choice(_NULL_REASONS, nullable=True)


CONTRACTS = (
    define(
        "inventory.emission",
        Emission,
        title=("CO2 by inventory row and fuel", "分部门分品种二氧化碳排放"),
        grain=(
            "One row is one province, year, inventory row and fuel of one release; totals are not among the rows.",
            "每行一个版本中一省一年一部门一品种；不含合计。",
        ),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT province_code, inventory_code, sum(co2_mt) AS co2_mt\nFROM inventory.emission\n"
        "WHERE is_current AND year = 2012\nGROUP BY province_code, inventory_code\nORDER BY co2_mt DESC\n"
        "LIMIT 10;",
    ),
    define(
        "inventory.emission_total",
        EmissionTotal,
        title=("CO2 by province and year", "分省二氧化碳排放总量"),
        grain=("One row is one province and year of one release.", "每行一个版本中一省一年。"),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT year, sum(co2_mt) AS co2_mt, count(co2_mt) AS province_count\nFROM "
        "inventory.emission_total\n"
        "WHERE is_current\nGROUP BY year\nORDER BY year;",
    ),
)
"""The contracts of this group."""
