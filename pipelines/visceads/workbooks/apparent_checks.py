"""What must hold in a table of apparent emissions: signs, and two identities that are exact in every published year.

Belongs here: rules on the numbers of one table. Not here: where they stand (`apparent_layout`), and turning them into
cells (`apparent_emission`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from visceads.codes import seed
from visceads.workbooks.apparent_layout import FUELS, ITEMS, NATION, ApparentTable, Item, words
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, Refusal, address

TOLERANCE = 1e-6
"""Mt; both identities hold to rounding in the 26 published years."""

FACTOR_OF_THE_NATION = 3.0
"""A sheet's sum must lie within this factor of the nation's sectoral total: another unit is off by 10 or more."""

_STORED_NEGATIVE = ("export", "move_out")
_NEVER_NEGATIVE = ("production", "import", "move_in")
_SUBTRACTED = ("loss", "non_energy_use")


@dataclass(frozen=True)
class ApparentBlock:
    """The numbers of one table.

    Attributes:
        path: the workbook.
        table: where they stand.
        values: shape (rows, columns) in the order of `table.rows` and `table.columns`, Mt; NaN where a cell is empty.
    """

    path: Path
    table: ApparentTable
    values: np.ndarray

    def row(self, item: Item) -> np.ndarray:
        """Return the values of one row, shape (columns,); zeros where the table has no such row."""
        rows = list(self.table.rows)
        return self.values[rows.index(item)] if item in rows else np.zeros(self.values.shape[1])

    def place(self, item: Item, column: int) -> tuple[str, str]:
        """Return the province or nation with the year in words, and the cell's address."""
        (province_code, year), column_no = list(self.table.columns.items())[column]
        name = "China" if province_code == NATION else province_name(province_code)
        return f"{name} {year}", address(self.table.rows[item], column_no)


def check_block(block: ApparentBlock) -> tuple[list[Identity], list[Finding]]:
    """Check one table.

    Returns:
        The two identities with their worst offender, and the findings W_EMPTY_CELL and W_NO_ENERGY_DATA.

    Raises:
        Refusal: E_EXPORT_SIGN, E_NEGATIVE, E_TOTALS, E_UNIT_CO2, each with the place.
    """
    _refuse_signs(block)
    parts = [(fuel, "total") for fuel in FUELS] + [("process_cement", "total")]
    sums = [_residuals(block, [(1.0, part) for part in parts], ("total", "total"))]
    for fuel in FUELS:
        terms = [(-1.0 if item in _SUBTRACTED else 1.0, (fuel, item)) for item in ITEMS]
        sums.append(_residuals(block, terms, (fuel, "total")))
    total, *fuels = sums
    identities = [
        _identity("apparent_sources_add_up", "total = raw coal + crude oil + natural gas + cement", block, [total]),
        _identity(
            "apparent_items_add_up",
            "a fuel's total = production + import + export + move in + move out + stock decrease - loss - non-energy "
            "use, export and move out being negative",
            block,
            fuels,
        ),
    ]
    _refuse_other_unit(block)
    return identities, [*_empty_cells(block), *_missing_energy(block)]


def worst_identities(identities: Sequence[Identity]) -> tuple[Identity, ...]:
    """Return of each identity that was checked on several sheets the one with the largest residual."""
    worst: dict[str, Identity] = {}
    for identity in identities:
        if identity.code not in worst or identity.worst > worst[identity.code].worst:
            worst[identity.code] = identity
    return tuple(worst.values())


def repeated_years(blocks: Sequence[ApparentBlock]) -> list[Finding]:
    """Note sheets of two years with the same numbers: one of them is most likely a copy."""
    findings = []
    for i, block in enumerate(blocks):
        for other in blocks[:i]:
            if block.table.rows.keys() == other.table.rows.keys() and np.array_equal(
                _in_order(block), _in_order(other), equal_nan=True
            ):
                name, other_name = block.table.sheet.name, other.table.sheet.name
                message = (
                    f"{block.path.name}: the sheets '{other_name}' and '{name}' hold the same numbers throughout; "
                    "one of them is most likely a copy of the other. Compare them with the publisher's copy."
                )
                findings.append(Finding("W_SAME_NUMBERS", message, name))
    return findings


def _in_order(block: ApparentBlock) -> np.ndarray:
    rows = [list(block.table.rows).index(item) for item in sorted(block.table.rows)]
    names = [code for code, _ in block.table.columns]
    return block.values[rows][:, [names.index(code) for code in sorted(names)]]


def _refuse_signs(block: ApparentBlock) -> None:
    for item in block.table.rows:
        row = block.row(item)
        if item[1] in _STORED_NEGATIVE and (row > 0).any():
            column = int(np.nanargmax(row))
            place, cell = block.place(item, column)
            message = (
                f"{_at(block, cell)}: '{item[1].replace('_', ' ')}' of {words(item)} is {row[column]:g} Mt for "
                f"{place}; this account stores exports and moves out as negative numbers. Correct the sign, or "
                "download the workbook again."
            )
            raise Refusal("E_EXPORT_SIGN", message, block.table.sheet.name, cell)
        if (item[1] in _NEVER_NEGATIVE or item[0] == "process_cement") and (row < 0).any():
            column = int(np.nanargmin(row))
            place, cell = block.place(item, column)
            message = (
                f"{_at(block, cell)}: '{item[1].replace('_', ' ')}' of {words(item)} is {row[column]:g} Mt for {place} "
                "and cannot be negative. Restore the value from the publisher's copy or download the workbook again."
            )
            raise Refusal("E_NEGATIVE", message, block.table.sheet.name, cell)


@dataclass(frozen=True)
class _Residuals:
    """How far a total row is from the sum of its parts, a column each; NaN where the total is empty."""

    total: Item
    stated: np.ndarray
    summed: np.ndarray

    @property
    def off(self) -> np.ndarray:
        return np.asarray(np.abs(self.stated - self.summed))


def _residuals(block: ApparentBlock, terms: Sequence[tuple[float, Item]], total: Item) -> _Residuals:
    """Return the residuals of one identity; an empty part counts as zero, an empty total is not compared."""
    summed = np.sum([sign * np.nan_to_num(block.row(item)) for sign, item in terms], axis=0)
    return _Residuals(total, block.row(total), summed)


def _identity(code: str, rule: str, block: ApparentBlock, residuals: Sequence[_Residuals]) -> Identity:
    sheet = block.table.sheet.name
    worst = max(residuals, key=lambda one: float(np.nan_to_num(one.off).max()))
    off = np.nan_to_num(worst.off)
    column = int(off.argmax())
    place, cell = block.place(worst.total, column)
    if off[column] > TOLERANCE:
        message = (
            f"{_at(block, cell)}: the total of {words(worst.total)} of {place} is {worst.stated[column]:.6f} Mt, but "
            f"its parts sum to {worst.summed[column]:.6f} Mt ({rule}; tolerance {TOLERANCE:g} Mt). Restore the cell "
            "that was changed, or download the workbook again."
        )
        raise Refusal("E_TOTALS", message, sheet, cell)
    return Identity(code, rule, float(off[column]), TOLERANCE, "Mt", f"{place}, {words(worst.total)}", sheet, cell)


def _refuse_other_unit(block: ApparentBlock) -> None:
    """Refuse numbers of another magnitude than the nation's emissions; the identities hold in every unit."""
    totals = block.row(("total", "total"))
    by_year: dict[int, float] = {}
    for (_, year), value in zip(block.table.columns, totals, strict=True):
        by_year[year] = by_year.get(year, 0.0) + float(np.nan_to_num(value))
    known = _national_totals()
    for year, value in by_year.items():
        nearest = min(known, key=lambda known_year: abs(known_year - year))
        ratio = value / known[nearest]
        if not 1 / FACTOR_OF_THE_NATION <= ratio <= FACTOR_OF_THE_NATION:
            cell = address(block.table.rows["total", "total"], min(block.table.columns.values()))
            message = (
                f"{_at(block, cell)}: the totals of {year} sum to {value:,.6g}, {ratio:,.4g} times the nation's "
                f"{known[nearest]:,.0f} Mt of {nearest} by sectors; they cannot be million tonnes. Convert all values "
                "to Mt, or download the workbook again."
            )
            raise Refusal("E_UNIT_CO2", message, block.table.sheet.name, cell)


def _national_totals() -> dict[int, float]:
    """Return year -> Mt of the nation's sectoral inventory."""
    rows = seed("co2_national_year_published").filter(pl.col("vintage") == "national-1997-2019")
    return {int(year): float(value) for year, value in rows.select("year", "co2_mt").iter_rows()}


def _empty_cells(block: ApparentBlock) -> list[Finding]:
    empty = np.argwhere(np.isnan(block.values))
    if not len(empty):
        return []
    items = list(block.table.rows)
    place, cell = block.place(items[empty[0][0]], int(empty[0][1]))
    message = f"{_at(block, cell)}: {len(empty)} cell(s) are empty, the first for {place}; they stay empty."
    return [Finding("W_EMPTY_CELL", message, block.table.sheet.name, cell)]


def _missing_energy(block: ApparentBlock) -> list[Finding]:
    """Note the columns in which all three fuels are zero or empty: missing, written as zero."""
    fuels = np.nan_to_num(np.array([block.row((fuel, "total")) for fuel in FUELS]))
    findings = []
    for column in np.flatnonzero((fuels == 0).all(axis=0)):
        place, cell = block.place((FUELS[0], "total"), int(column))
        message = (
            f"{_at(block, cell)}: coal, oil and gas of {place} are all zero or empty: there are no energy data. The "
            "values count as missing, not as zero."
        )
        findings.append(Finding("W_NO_ENERGY_DATA", message, block.table.sheet.name, cell))
    return findings


def _at(block: ApparentBlock, cell: str) -> str:
    return f"{block.path.name}, sheet '{block.table.sheet.name}', cell {cell}"
