"""The provinces of a table beside what is known of them from elsewhere: slips of scale, exchanged provinces.

Belongs here: the comparison of value added with the GDP of the National Bureau of Statistics and of the CO2 row with
the published inventories, and its thresholds. Not here: the identities of the table itself (`mrio_balance`).

The thresholds were set by the four tables of 2012, 2015 and 2017 (two): their value added is 0.72 to 1.70 times GDP of
today's revised series (0.74 to 1.65 times once the level of the country is taken out), their CO2 row, which leaves
out households, 0.81 to 0.99 times the inventory (within 1.2 times once the level is taken out).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from visceads import codes
from visceads.workbooks.mrio_arrays import Floats
from visceads.workbooks.mrio_place import Cell, Source, province_name
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, Refusal

FITTING_FACTOR = 2.0
"""Value added and GDP of a province fit if neither is more than this times the other."""

SLIP_FACTOR = 5.0
"""Beyond it a power of ten explains the gap better than other statistics do: a slip of ten leaves at least 10 / 2."""

_10K_YUAN_IN_100_MILLION = 1e4
_SLIPS = np.array([10.0, 100.0, 1000.0])


@dataclass(frozen=True)
class Witness:
    """A quantity by province that is known from elsewhere.

    Attributes:
        title: what the table states, in words.
        reference: what it is compared with, in words.
        off_factor: a province further off than this, the level of the country taken out, may be exchanged.
        fit_factor: it fits the place of another one if it is not further off there.
    """

    title: str
    reference: str
    off_factor: float
    fit_factor: float


_GDP = Witness("value added", "GDP (National Bureau of Statistics)", FITTING_FACTOR, FITTING_FACTOR)
_INVENTORY = Witness("CO2", "the published inventory (CEADs)", 1.5, 1.25)


@dataclass(frozen=True)
class Comparison:
    """What a table states of its regions beside what is known of them.

    Attributes:
        witness: of what.
        year: the year of both.
        names: the regions in words.
        stated: by region, as the table has it, above zero or not.
        known: by region, in the same unit, above zero.
    """

    witness: Witness
    year: int
    names: tuple[str, ...]
    stated: Floats
    known: Floats

    @property
    def ratios(self) -> Floats:
        """What is stated by what is known, one a region."""
        return self.stated / self.known

    @property
    def factors(self) -> Floats:
        """How many times the smaller of both the larger one is, one a region; infinite below zero."""
        return _factors(self.ratios)


def compare_with_gdp(value_added: Floats, year: int) -> Comparison | None:
    """Return value added beside GDP, or None for a year whose GDP the project does not hold.

    Args:
        value_added: by province in table order, 31, or of the whole country, 1; 10k yuan.
        year: the year of the table.
    """
    gdp = _by_province("nbs_province_year", "gdp_100m_cny_current", year)
    if np.isnan(gdp).any():
        return None
    names, gdp = _names(codes.province_codes()), gdp * _10K_YUAN_IN_100_MILLION
    if value_added.size == 1:
        names, gdp = ("China",), gdp.sum(keepdims=True)
    return Comparison(_GDP, year, names, value_added, gdp)


def compare_with_inventory(emission: Floats, year: int) -> Comparison | None:
    """Return the CO2 row beside the inventories of the 30 provinces that have one, or None without those.

    Args:
        emission: CO2 by province in table order, 31, Mt.
        year: the year of the table.
    """
    known = _by_province("co2_province_year_published", "co2_mt", year)
    has = np.flatnonzero(known > 0)
    if has.size < len(codes.inventory_province_codes()):
        return None
    names = _names(codes.province_codes())
    return Comparison(_INVENTORY, year, tuple(names[i] for i in has), emission[has], known[has])


def exchanged_regions(comparison: Comparison) -> tuple[str, ...]:
    """Return the regions that do not fit what is known of them but fit one another's place; () if there are none.

    The level of the whole table is taken out first. Handed out anew, the largest stated figure goes to the largest
    known one. Provinces of about the same size cannot be told apart this way.
    """
    level = float(np.median(comparison.ratios))
    if level <= 0:
        return ()
    off = np.flatnonzero(_factors(comparison.ratios / level) > comparison.witness.off_factor)
    anew = np.sort(comparison.stated[off]) / np.sort(comparison.known[off]) / level
    if off.size < 2 or (_factors(anew) > comparison.witness.fit_factor).any():
        return ()
    return tuple(comparison.names[i] for i in off)


def scale_slip(comparison: Comparison, source: Source, cells: tuple[Cell, ...]) -> Refusal | None:
    """Return the refusal E_SCALE_SLIP of a table with a region whose money is off by a power of ten, or None.

    Args:
        comparison: value added and GDP.
        source: for the message.
        cells: where the value added of each region begins.
    """
    worst = int(comparison.factors.argmax())
    factor, ratio = float(comparison.factors[worst]), float(comparison.ratios[worst])
    if factor <= SLIP_FACTOR or exchanged_regions(comparison):
        return None
    slip = int(_SLIPS[abs(np.log(_SLIPS) - np.log(min(factor, 1e6))).argmin()])
    likely = f"{slip:,} times too large" if ratio > 1 else f"{slip:,} times too small"
    count = int((comparison.factors > SLIP_FACTOR).sum())
    others = f" ({count} regions are off like that)" if count > 1 else ""
    text = (
        f"value added of {comparison.names[worst]} is {ratio:.3g} times its GDP of {comparison.year}{others}: the "
        f"money looks {likely if ratio > 0 else 'lost'}. Compare its rows and columns with the publisher's copy."
    )
    return source.refusal("E_SCALE_SLIP", text, cells[worst])


def exchanged_provinces(comparison: Comparison, source: Source, cell: Cell) -> Refusal | None:
    """Return the refusal E_PROVINCE_ORDER of a table that balances but has provinces exchanged, or None.

    Args:
        comparison: value added and GDP, or CO2 and inventories.
        source: for the message.
        cell: where what is compared begins.
    """
    regions = exchanged_regions(comparison)
    if not regions:
        return None
    witness = comparison.witness
    stated = dict(zip(comparison.names, comparison.ratios, strict=True))
    shown = ", ".join(f"{name} {stated[name]:.2g}" for name in regions[:10])
    text = (
        f"{witness.title} does not fit {witness.reference} of {comparison.year} in {len(regions)} provinces (it is so "
        f"many times as large: {shown}), but does if these are exchanged among themselves. The table balances, so "
        "their labels look exchanged on both axes. Compare the province labels of rows and columns with the "
        "publisher's copy."
    )
    return source.refusal("E_PROVINCE_ORDER", text, cell)


def gdp_findings(comparison: Comparison | None, year: int, source: Source) -> list[Finding]:
    """Return W_GDP_GAP where a region fits badly, W_GDP_UNCHECKED where there is nothing to compare with."""
    if comparison is None:
        years = codes.seed("nbs_province_year")["year"].cast(pl.Int32).to_list()
        text = (
            f"value added was not compared with GDP, which the project holds for {min(years)} to {max(years)}, not for "
            f"{year}; a slip of scale or exchanged provinces could stay unseen."
        )
        return [source.finding("W_GDP_UNCHECKED", text)]
    order = np.argsort(-comparison.factors, kind="stable")
    off = [int(i) for i in order if comparison.factors[i] > FITTING_FACTOR]
    if not off:
        return []
    shown = ", ".join(f"{comparison.names[i]} {comparison.ratios[i]:.2f}" for i in off[:10])
    more = f" and {len(off) - 10} more" if len(off) > 10 else ""
    text = f"value added and GDP of {year} differ by more than a factor of 2 (value added by GDP): {shown}{more}."
    return [source.finding("W_GDP_GAP", text)]


def province_identities(comparison: Comparison, sheet: str) -> list[Identity]:
    """Return how well the regions fit what is known of them, and that none are exchanged."""
    worst, witness = int(comparison.factors.argmax()), comparison.witness
    is_gdp = witness is _GDP
    fits = Identity(
        code="value_added_fits_gdp" if is_gdp else "co2_fits_inventory",
        rule=f"{witness.title} / {witness.reference} of {comparison.year}, the larger by the smaller; "
        + (f"above the tolerance it is noted, above {SLIP_FACTOR:g} refused" if is_gdp else "reported only"),
        worst=float(comparison.factors[worst]),
        tolerance=FITTING_FACTOR if is_gdp else None,
        unit="1",
        place=comparison.names[worst],
        sheet=sheet,
    )
    if len(comparison.names) == 1:
        return [fits]
    order = Identity(
        code="provinces_in_order_by_gdp" if is_gdp else "provinces_in_order_by_co2",
        rule=f"number of provinces whose {witness.title} fits {witness.reference} of one another and not their own",
        worst=float(len(exchanged_regions(comparison))),
        tolerance=0.0,
        unit="1",
        sheet=sheet,
    )
    return [fits, order]


def _factors(ratios: Floats) -> Floats:
    larger: Floats = np.full_like(ratios, np.inf)
    positive = ratios > 0
    larger[positive] = np.maximum(ratios[positive], 1 / ratios[positive])
    return larger


def _names(province_codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(province_name(code) for code in province_codes)


@cache
def _by_province(seed: str, column: str, year: int) -> Floats:
    """One column of a seed in table order, 31; NaN where it has no figure; of several vintages the newest."""
    rows = codes.seed(seed).filter(pl.col("year") == str(year))
    rows = rows.sort("vintage") if "vintage" in rows.columns else rows
    known = dict(zip(rows["province_code"], rows[column].cast(pl.Float64), strict=True))
    return np.array([known.get(code) for code in codes.province_codes()], dtype=np.float64)
