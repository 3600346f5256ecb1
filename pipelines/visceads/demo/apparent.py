"""Invented apparent emissions: what production and trade of coal, oil and gas would emit, by province.

Belongs here: totals by fuel and the items that make them. Not here: the workbook around them (`apparent_workbook`).
Values are whole tonnes, so that both identities of the account hold exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from visceads import codes
from visceads.demo import profiles
from visceads.demo.economy import Array, by_province, economy, random_numbers
from visceads.demo.inventory import SyntheticInventory, synthetic_inventory, with_inventory

ITEMS = ("production", "import", "export", "move_in", "move_out", "stock_decrease", "loss", "non_energy_use")
"""The items of a fuel, in workbook order; export and move_out are below zero, the last two are subtracted."""

ZERO_CODED = ("NX", 2016)
"""The province-year that is written without energy data, as some published ones are: fuels zero, cement kept."""


@dataclass(frozen=True)
class _Source:
    """Where the provinces have a fuel from.

    Attributes:
        group: the fuels of the sectoral inventory whose emissions it stands for.
        above_sectoral: its total over their sum: the two accounts differ in what they count.
        sector: the sector of the classification '2012' that produces it.
        imported: share of the nation's total that is imported.
        exported: share of it that is exported.
    """

    group: str
    above_sectoral: float
    sector: str
    imported: float
    exported: float


_SOURCES = {
    "raw_coal": _Source("coal", 1.12, "coal_mining", 0.08, 0.01),
    "crude_oil": _Source("oil", 1.2, "oil_gas_extraction", 0.6, 0.02),
    "natural_gas": _Source("gas", 1.05, "oil_gas_extraction", 0.3, 0.01),
}

_THROUGH = 0.03  # of a total: what moves in and out again
_LOST = 0.002
_NON_ENERGY = 0.008


@dataclass(frozen=True)
class SyntheticApparent:
    """The apparent emissions of one year, whole tonnes.

    Attributes:
        year: the year.
        provinces: the 30 province codes, table order.
        items: fuel -> 8 x 30, in the order of `ITEMS`, with the signs of the workbook.
        totals: fuel -> 30.
        cement: 30.
        total: 30, three fuels and cement.
    """

    year: int
    provinces: tuple[str, ...]
    items: dict[str, npt.NDArray[np.int64]]
    totals: dict[str, npt.NDArray[np.int64]]
    cement: npt.NDArray[np.int64]
    total: npt.NDArray[np.int64]


def synthetic_apparent(year: int) -> SyntheticApparent:
    """Return the invented apparent emissions of a year; the same values on every call.

    What moves out of provinces moves into others, to a few tonnes, except in the year of `ZERO_CODED`.

    Raises:
        ValueError: if the seed `nbs_province_year` does not cover the year.
    """
    inventory = synthetic_inventory(year)
    items = {fuel: _items(fuel, inventory) for fuel in _SOURCES}
    if year == ZERO_CODED[1]:
        for values in items.values():
            values[:, inventory.provinces.index(ZERO_CODED[0])] = 0
    signs = np.array([-1 if item in ("loss", "non_energy_use") else 1 for item in ITEMS])
    totals = {fuel: signs @ values for fuel, values in items.items()}
    cement = inventory.co2_t[:, :, inventory.fuel_codes.index("process")].sum(axis=1)
    total = np.sum(list(totals.values()), axis=0) + cement
    return SyntheticApparent(year, inventory.provinces, items, totals, cement, total)


def _items(fuel: str, inventory: SyntheticInventory) -> npt.NDArray[np.int64]:
    """Return the items of a fuel, 8 x 30 tonnes; what a province lacks or has too much moves in or out."""
    source = _SOURCES[fuel]
    needed = _needed(fuel, inventory)
    nation = needed.sum()
    draws = random_numbers(40, inventory.year, list(_SOURCES).index(fuel))
    coast = with_inventory(by_province(dict.fromkeys(profiles.COAST, 1.0), 0.0)) * needed
    stock = draws.normal(0, 0.01, needed.shape) * needed
    lost, kept_out = _LOST * needed, _NON_ENERGY * needed
    imports = source.imported * nation * coast / coast.sum()
    exports = source.exported * nation * coast / coast.sum()
    output = economy(inventory.year, "2012").output
    made = with_inventory(output[:, codes.sector_codes("2012").index(source.sector)])
    used = needed - stock + lost + kept_out
    production = (used - imports + exports).sum() * made / made.sum()
    lacking = used - production - imports + exports
    through = _THROUGH * needed
    listed = (
        production,
        imports,
        -exports,
        np.maximum(lacking, 0) + through,
        np.minimum(lacking, 0) - through,
        stock,
        lost,
        kept_out,
    )
    return np.asarray(np.rint(np.stack(listed)), dtype=np.int64)


def _needed(fuel: str, inventory: SyntheticInventory) -> Array:
    """Return the total of a fuel, 30 tonnes: the sectoral emissions of its group, and somewhat more."""
    source = _SOURCES[fuel]
    group = codes.seed("fuel").filter(pl.col("group_code") == source.group)["fuel_code"].to_list()
    sectoral = inventory.co2_t[:, :, [code in group for code in inventory.fuel_codes]].sum(axis=(1, 2))
    differing = random_numbers(41, list(_SOURCES).index(fuel)).normal(0, 0.06, sectoral.shape)
    return np.asarray(source.above_sectoral * np.exp(differing) * sectoral, dtype=np.float64)
