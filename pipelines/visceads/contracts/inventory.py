"""The contracts of the group `inventory`: CO2 and energy of provinces, cities and the nation as releases state them.

Belongs here: the models and records of those tables. Not here: sectors of the MRIO tables (`mrio`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, flag, key, key_number, measure, text
from visceads.contracts.record import define

_YEARS = (
    "The years of the inventories in the lake, 1997 to 2022 at most.",
    "数据湖中清单的年份，最多1997至2022年。",
)
_ENERGY_YEARS = (
    "The years of the energy inventories in the lake, 1997 to 2022 at most.",
    "数据湖中能源清单的年份，最多1997至2022年。",
)
_RELEASED = ("release_changes_history", "synthetic_or_reconstructed_input")
_WARNINGS = (
    "no_inventory_tibet",
    "release_changes_history",
    "provinces_exceed_nation",
    "synthetic_or_reconstructed_input",
)

_NULL_REASONS = ("missing_in_source", "process_lost")
_BLANK = ("missing_in_source",)

_APPARENT_FUELS = ("raw_coal", "crude_oil", "natural_gas", "process", "total")
_APPARENT_ITEMS = (
    "total",
    "production",
    "import",
    "export",
    "move_in",
    "move_out",
    "stock_decrease",
    "loss",
    "non_energy_use",
)
_ENERGY_UNITS = ("t", "m3", "kJ", "kWh", "tce")


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
    correction: pl.String = text(nullable=True)


class EmissionTotal(PublishedTable):
    """The scope 1 total by province and year."""

    _explained = ("co2_mt",)

    release_id: pl.String = key()
    province_code: pl.String = key()
    year: pl.Int32 = key_number(1949, 2100)
    co2_mt: pl.Float64 = measure(0.0, nullable=True)
    is_current: pl.Boolean = flag()
    null_reason: pl.String = choice(_NULL_REASONS, nullable=True)
    correction: pl.String = text(nullable=True)


class Energy(PublishedTable):
    """Energy by province, year, row and fuel: the 47 rows and the rows of the energy balance."""

    _explained = ("quantity",)

    release_id: pl.String = key()
    province_code: pl.String = key()
    year: pl.Int32 = key_number(1949, 2100)
    inventory_code: pl.String = key()
    fuel_code: pl.String = key()
    quantity: pl.Float64 = measure(nullable=True)
    unit: pl.String = choice(_ENERGY_UNITS)
    is_current: pl.Boolean = flag()
    null_reason: pl.String = choice(_BLANK, nullable=True)


class NationalEmission(PublishedTable):
    """CO2 of the nation by year, inventory row and fuel: the 47 rows, the 17 fuels and process."""

    _explained = ("co2_mt",)

    release_id: pl.String = key()
    year: pl.Int32 = key_number(1949, 2100)
    inventory_code: pl.String = key()
    fuel_code: pl.String = key()
    co2_mt: pl.Float64 = measure(0.0, nullable=True)
    is_current: pl.Boolean = flag()
    null_reason: pl.String = choice(_BLANK, nullable=True)


class ApparentEmission(PublishedTable):
    """Apparent CO2 by province or nation, year, fuel and item; exports and outflows are negative."""

    _explained = ("co2_mt",)

    release_id: pl.String = key()
    province_code: pl.String = key()
    year: pl.Int32 = key_number(1949, 2100)
    fuel_code: pl.String = key(_APPARENT_FUELS)
    item_code: pl.String = key(_APPARENT_ITEMS)
    co2_mt: pl.Float64 = measure(nullable=True)
    is_current: pl.Boolean = flag()
    null_reason: pl.String = choice(_BLANK, nullable=True)


class CityEmission(PublishedTable):
    """The CO2 total of cities by year."""

    _explained = ("co2_mt",)

    release_id: pl.String = key()
    province_code: pl.String = key()
    city_name_zh: pl.String = key()
    year: pl.Int32 = key_number(1949, 2100)
    co2_mt: pl.Float64 = measure(0.0, nullable=True)
    is_current: pl.Boolean = flag()
    null_reason: pl.String = choice(_BLANK, nullable=True)


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
    define(
        "inventory.energy",
        Energy,
        title=("Energy by inventory row and fuel", "分部门分品种能源消费与平衡"),
        grain=(
            "One row is one province, year, row and fuel of one release: the 47 rows, their sum "
            "(total_final_consumption), and the balance rows, where what is put out is negative.",
            "每行一个版本中一省一年一行一品种：47个部门、其合计（total_final_consumption）以及能源平衡行，平衡行的产出为负。",
        ),
        years=_ENERGY_YEARS,
        warnings=("no_inventory_tibet", "rows_hold_totals", *_RELEASED),
        query="SELECT province_code, quantity AS raw_coal_t\nFROM inventory.energy\n"
        "WHERE is_current AND year = 2012 AND fuel_code = 'raw_coal' AND inventory_code = 'total_consumption'\n"
        "ORDER BY quantity DESC NULLS LAST\nLIMIT 10;",
    ),
    define(
        "inventory.national_emission",
        NationalEmission,
        title=("National CO2 by inventory row and fuel", "全国分部门分品种二氧化碳排放"),
        grain=(
            "One row is one year, inventory row and fuel of one release of the national inventory; totals are not "
            "among the rows.",
            "每行为全国清单一个版本中一年一部门一品种；不含合计。",
        ),
        years=("The years of the national inventory, 1997 to 2019.", "全国清单的年份，1997至2019年。"),
        warnings=("provinces_exceed_nation", *_RELEASED),
        query="WITH province AS (\n    SELECT year, sum(co2_mt) AS provinces_mt\n    FROM inventory.emission_total\n"
        "    WHERE is_current\n    GROUP BY year\n),\n\nnation AS (\n    SELECT year, sum(co2_mt) AS nation_mt\n"
        "    FROM inventory.national_emission\n    WHERE is_current\n    GROUP BY year\n)\n\n"
        "SELECT year, nation_mt, provinces_mt, provinces_mt / nation_mt - 1 AS gap_share\n"
        "FROM nation\nINNER JOIN province USING (year)\nORDER BY year;",
    ),
    define(
        "inventory.apparent_emission",
        ApparentEmission,
        title=("Apparent CO2 by fuel and item", "分品种分项表观二氧化碳排放"),
        grain=(
            "One row is one province (CN: the nation), year, fuel and item of one release. A fuel's item total is the "
            "sum of its items, exports and outflows negative, loss and non-energy use subtracted; fuel total is the "
            "sum of the fuels and process (cement).",
            "每行一个版本中一省（CN为全国）一年一品种一项。各品种的total为各项之和，出口与调出为负，损失与非能源使用须扣除；"
            "品种total为各能源品种与工业过程（水泥）之和。",
        ),
        years=("The years of the workbooks, 1997 to 2022 at most.", "工作簿的年份，最多1997至2022年。"),
        warnings=("no_inventory_tibet", "apparent_is_another_account", "rows_hold_totals", *_RELEASED),
        query="SELECT fuel_code, sum(co2_mt) AS co2_mt\nFROM inventory.apparent_emission\n"
        "WHERE is_current AND year = 2017 AND item_code = 'total' AND province_code <> 'CN'\n"
        "GROUP BY fuel_code\nORDER BY co2_mt DESC;",
    ),
    define(
        "inventory.city_emission",
        CityEmission,
        title=("CO2 by city and year", "分城市二氧化碳排放总量"),
        grain=("One row is one city and year of one release.", "每行一个版本中一城市一年。"),
        years=("The years of the workbooks, mostly 1997 to 2019.", "工作簿的年份，多为1997至2019年。"),
        warnings=("cities_are_not_the_province", *_RELEASED),
        query="SELECT province_code, city_name_zh, co2_mt\nFROM inventory.city_emission\n"
        "WHERE is_current AND year = 2012 AND co2_mt IS NOT NULL\nORDER BY co2_mt DESC\nLIMIT 10;",
    ),
)
"""The contracts of this group."""
