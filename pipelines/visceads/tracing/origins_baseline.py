"""The figures of baseline.province_year as cells: CO2 of an inventory, GDP and population of the statistics.

Belongs here: this one table, whose figures still are single cells, sums over a sheet or ratios of them. Not here:
indicators that rest on a whole table of money (`derived`).
"""

from __future__ import annotations

import re

from visceads import codes
from visceads.tracing.origins import GDP, PERSONS, Block, Computed, Conversion, Origin
from visceads.tracing.origins_inventory import fuels_of, sheet_at, sum_of, total_of
from visceads.tracing.published import Published
from visceads.tracing.rows import Row

_SEED = "nbs_province_year"


def province_year(published: Published, row: Row) -> list[Origin | Computed]:
    """CO2 by group of fuels, GDP, population and the two ratios."""
    return [
        *_co2(published, row),
        _statistic(published, row, "gdp_m_cny", "gdp_100m_cny_current", "GDP", GDP),
        _statistic(published, row, "population_10k", "population_10k", "population", PERSONS),
        _ratio(row, "co2_t_per_m_cny", "co2_mt x 1,000,000 / gdp_m_cny", "gdp_m_cny", 1.0),
        _ratio(row, "co2_t_per_head", "co2_mt x 1,000,000 / (population_10k x 10,000)", "population_10k", 1e4),
    ]


def _co2(published: Published, row: Row) -> list[Origin | Computed]:
    groups = {"coal": ("coal",), "oil": ("oil",), "gas": ("gas",), "process": ("process",)}
    households = tuple(
        entry["inventory_code"]
        for entry in codes.seed("sector_inventory").iter_rows(named=True)
        if entry["kind"] == "household"
    )
    columns = {f"co2_{name}_mt": (codes.inventory_codes(), fuels_of(*fuels)) for name, fuels in groups.items()}
    columns["co2_household_mt"] = (households, fuels_of("coal", "oil", "gas", "process"))
    if row["release_id"] is None:
        rule = "no inventory covers the province and year: null, with the reason no_inventory"
        return [Computed(column, rule, None) for column in ("co2_mt", *columns)]
    sheet = sheet_at(published, str(row["release_id"]), str(row["province_code"]), int(str(row["year"])))
    return [total_of(sheet), *(sum_of(sheet, column, *cells) for column, cells in columns.items())]


def _statistic(  # noqa: PLR0913, PLR0917 - one column and where the statistics hold it
    published: Published, row: Row, column: str, indicator: str, word: str, conversion: Conversion
) -> Origin | Computed:
    """One cell of a series of the statistics bureau, or of the seed that stands in for it."""
    source = re.search(rf"{word}: ([^;]+)", str(row["denominator_source"] or ""))
    if row[column] is None or source is None:
        return Computed(column, "neither a series in the lake nor the seed has a value: null", None)
    where: dict[str, tuple[str | int, ...]] = {
        "province_code": (str(row["province_code"]),),
        "year": (int(str(row["year"])),),
    }
    release = source[1].strip()
    if release == f"seed {_SEED}":
        block = Block(f"seed {_SEED}", "", where, value_column=indicator)
        return Origin(column, (block,), conversion, ("no series in the lake has the year: the seed stands in for it",))
    family = published.sidecar(release).source.family
    return Origin(column, (Block(family, release, {"indicator_code": (indicator,), **where}),), conversion)


def _ratio(row: Row, column: str, rule: str, denominator: str, persons: float) -> Computed:
    above, below = row["co2_mt"], row[denominator]
    if above is None or not below:
        return Computed(column, f"{rule}; null, as a part of it is missing", None)
    return Computed(column, rule, float(str(above)) * 1e6 / (float(str(below)) * persons))
