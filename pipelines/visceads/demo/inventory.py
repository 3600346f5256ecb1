"""An invented provincial CO2 inventory: 30 provinces, 47 rows, 17 fuels and process.

Belongs here: the cells of a year, an older edition of them, the nation, their allocation to the 42 sectors of an MRIO
table. Not here: the workbooks around them (`inventory_workbook`, `national_workbook`). Cells are whole tonnes, so that
rows and columns add up exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from visceads import codes
from visceads.demo import profiles
from visceads.demo.economy import SEED_YEAR, Array, by_province, economy, nbs_values, random_numbers

PROCESS_ROW = "nonmetal_mineral_products"
"""The only row with process emissions (cement)."""

NATIONAL_SHARE = 0.94
"""Every cell of the nation is this share of the provinces' sum; published provinces add up to more than it too."""

EDITION_FACTORS = {
    "SX": ("raw_coal", 0.985),
    "SD": ("coke", 1.01),
    "GD": ("natural_gas", 0.97),
    "SC": ("diesel_oil", 1.02),
}
"""Province -> the fuel that the older edition states otherwise, and how many times the current figure it states."""

_SMALLEST_CELL_T = 500
"""Smaller cells are left out, as a province does not burn every fuel in every sector."""


@dataclass(frozen=True)
class SyntheticInventory:
    """The cells of one year.

    Attributes:
        year: the year.
        provinces: the 30 province codes of the first axis, table order.
        fuel_codes: the 18 codes of the last axis: 17 fuels in the seed's order, then `process`.
        co2_t: 30 x 47 x 18 whole tonnes; rows in the order of `codes.inventory_codes()`.
    """

    year: int
    provinces: tuple[str, ...]
    fuel_codes: tuple[str, ...]
    co2_t: npt.NDArray[np.int64]


def fuel_codes() -> tuple[str, ...]:
    """The 17 fuels in workbook order, then `process`: the columns that make up scope 1."""
    fuels = codes.seed("fuel").filter(pl.col("in_scope1_sum") == "true").sort("fuel_no")["fuel_code"]
    return tuple(fuels)


def synthetic_inventory(year: int) -> SyntheticInventory:
    """Return the invented inventory of a year; the same values on every call.

    Raises:
        ValueError: if the seed `nbs_province_year` does not cover the year.
    """
    growth = np.exp(profiles.YEAR_GROWTH * (year - SEED_YEAR))
    rows = codes.inventory_codes()
    output = economy(year, "2012").output
    activities = np.stack([_activity(year, row, output) for row in rows], axis=1)
    weights = activities * _province_noise(year, activities.shape)
    national = growth * np.array([profiles.COMBUSTION_MT[row] for row in rows])
    combustion = weights / weights.sum(axis=0) * national
    cells = np.zeros((30, len(rows), len(fuel_codes())))
    cells[:, :, :-1] = combustion[:, :, None] * _fuel_shares()
    cement = rows.index(PROCESS_ROW)
    share = weights[:, cement] / weights[:, cement].sum()
    cells[:, cement, -1] = share * growth * profiles.CEMENT_PROCESS_MT
    tonnes = np.rint(1e6 * cells).astype(np.int64)
    tonnes[tonnes < _SMALLEST_CELL_T] = 0
    return SyntheticInventory(year, codes.inventory_province_codes(), fuel_codes(), tonnes)


def older_edition(inventory: SyntheticInventory) -> SyntheticInventory:
    """Return the inventory as an edition before it stated it: one fuel of four provinces differs by 1 to 3 percent."""
    co2_t = inventory.co2_t.copy()
    for province, (fuel, factor) in EDITION_FACTORS.items():
        place = (inventory.provinces.index(province), slice(None), inventory.fuel_codes.index(fuel))
        co2_t[place] = np.rint(factor * co2_t[place])
    return replace(inventory, co2_t=co2_t)


def national_inventory(inventory: SyntheticInventory) -> npt.NDArray[np.int64]:
    """Return the inventory of the nation, 47 x 18 whole tonnes: `NATIONAL_SHARE` of the sum of the provinces."""
    return np.asarray(np.rint(NATIONAL_SHARE * inventory.co2_t.sum(axis=0)), dtype=np.int64)


def with_inventory(values: Array) -> Array:
    """Return 31 values in table order, or rows of them, without the provinces that have no inventory."""
    return values[[code in codes.inventory_province_codes() for code in codes.province_codes()]]


def _province_noise(year: int, shape: tuple[int, ...]) -> Array:
    """Return factors around 1 that make provinces differ, lastingly and a little from year to year."""
    lasting = random_numbers(10).normal(0, 0.2, shape)
    passing = random_numbers(11, year).normal(0, 0.03, shape)
    return np.exp(lasting + passing)


def _activity(year: int, inventory_code: str, output: Array) -> Array:
    """Return what a row's emissions grow with, 30 values: output or people times carbon intensity."""
    urban = nbs_values(year, "urban_population_10k")
    cold = by_province(profiles.COLD)
    if inventory_code == "household_urban":
        return with_inventory(urban * cold)
    if inventory_code == "household_rural":
        return with_inventory((nbs_values(year, "population_10k") - urban) * cold)
    sectors = codes.sector_codes("2012")
    targets = [sectors.index(sector) for sector, _ in sector_shares(inventory_code)]
    intensity = by_province(profiles.CARBON_INTENSITY)
    if inventory_code == "power_heat":
        intensity = intensity * by_province(profiles.THERMAL_SHARE)
    return with_inventory(output[:, targets].sum(axis=1) * intensity)


def sector_shares(inventory_code: str) -> list[tuple[str, float]]:
    """Return the sectors of the classification '2012' that receive a row, with the seed's default shares.

    Households are received by no sector.
    """
    concordance = codes.seed("concordance_inventory_mrio").filter(
        (pl.col("classification") == "2012")
        & (pl.col("inventory_code") == inventory_code)
        & (pl.col("rule") != "household")
    )
    return list(zip(concordance["sector_code"], concordance["default_share"].cast(pl.Float64), strict=True))


def _fuel_shares() -> Array:
    """Return shares of the 17 fuels by province and row, 30 x 47 x 17; the last axis sums to 1."""
    fuels = fuel_codes()[:-1]
    mixes = [profiles.FUEL_MIX.get(row, profiles.INDUSTRY_FUELS) for row in codes.inventory_codes()]
    national = np.array([[mix.get(fuel, 0.0) for fuel in fuels] for mix in mixes])
    provincial = national * np.exp(random_numbers(12).normal(0, 0.35, (30, *national.shape)))
    return cast("Array", provincial / provincial.sum(axis=2, keepdims=True))


def satellite_co2(inventory: SyntheticInventory) -> Array:
    """Return CO2 by province and sector of the classification '2012', 31 x 42, Mt, households left out.

    Rounded to a tenth of a tonne, the smallest share of a whole tonne, so that a workbook holds it exactly.

    The 30 inventories are allocated by the concordance with its default shares (the rule that published
    satellite rows of 2012 and 2015 follow); Tibet, which has no inventory, gets a few invented figures.
    """
    sectors = codes.sector_codes("2012")
    has_inventory = [code in inventory.provinces for code in codes.province_codes()]
    by_row = inventory.co2_t.sum(axis=2) / 1e6
    co2 = np.zeros((31, 42))
    for k, row in enumerate(codes.inventory_codes()):
        for sector, share in sector_shares(row):
            co2[has_inventory, sectors.index(sector)] += share * by_row[:, k]
    tibet = np.array([profiles.TIBET_CO2_MT.get(sector, 0.0) for sector in sectors])
    growth = np.exp(profiles.YEAR_GROWTH * (inventory.year - SEED_YEAR))
    co2[codes.province_codes().index("XZ")] = growth * tibet
    return np.round(co2, 7)
