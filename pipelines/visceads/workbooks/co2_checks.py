"""The checks of a provincial CO2 inventory: identities, signs, known defects of the published workbooks.

Belongs here: what must hold on one sheet and over the 30 sheets, and the sentence where it does not. Not
here: finding and reading the cells (`inventory_layout`, `co2_inventory`), and correcting anything: defects
that the publisher left in are reported, and the SQL layer decides what becomes null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from visceads.codes import fuel_of_header, inventory_codes, province_of, seed
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.refusal import Finding, Refusal, address
from visceads.workbooks.sheets import Sheet

PROCESS_LOST_SHEETS = 15
"""Process emissions of zero in this many of the 30 provinces are a loss in the workbook, not a fact."""

SCOPE_2 = ("heat", "electricity", "other_energy")
"""Columns that scope 1 leaves out; the published workbooks hold zeros there."""

_SUM_SHEET_TOLERANCE = 0.5
_LOGGING = "logging"
_CEMENT_ROW = "nonmetal_mineral_products"


@dataclass(frozen=True)
class ProvinceBlock:
    """The block of one province sheet.

    Attributes:
        file_name: the workbook, for messages.
        sheet: the sheet.
        province_code: the province.
        rows: inventory code, or 'total' for the first -> row_no; `values` has the rows in this order.
        columns: fuel code -> column_no; `values` has the columns in this order.
        values: shape (48, number of fuel columns), Mt CO2; NaN where the cell is empty.
    """

    file_name: str
    sheet: Sheet
    province_code: str
    rows: dict[str, int]
    columns: dict[str, int]
    values: NDArray[np.float64]

    @property
    def place(self) -> str:
        """File and sheet, as every message begins."""
        return f"{self.file_name}, sheet '{self.sheet.name}'"

    @property
    def is_empty(self) -> bool:
        """Whether all cells are empty."""
        return bool(np.isnan(self.values).all())

    def cell(self, row: int, column: int) -> str:
        """The address of `values[row, column]`."""
        return address(list(self.rows.values())[row], list(self.columns.values())[column])

    def of(self, row_code: str, fuel_code: str) -> float:
        """The value of one cell by its codes."""
        return float(self.values[list(self.rows).index(row_code), list(self.columns).index(fuel_code)])


@dataclass(frozen=True)
class Tolerances:
    """How far sums may be off, Mt CO2.

    Attributes:
        rows: sum of the 47 rows against the total row.
        columns: sum of fuels and process against the total column.
    """

    rows: float
    columns: float


@cache
def energy_fuels() -> tuple[str, ...]:
    """The 17 fuels whose sum, with process emissions, is scope 1."""
    fuels = seed("fuel")
    is_summed = (fuels["in_scope1_sum"] == "true") & (fuels["fuel_code"] != "process")
    return tuple(fuels.filter(is_summed)["fuel_code"])


def tolerances(blocks: Sequence[ProvinceBlock]) -> Tolerances:
    """Return a workbook's tolerances: wide if every cell has two decimals or fewer, else 1e-6 Mt."""
    cents = np.concatenate([block.values[~np.isnan(block.values)] for block in blocks]) * 100
    is_rounded = bool(np.all(np.abs(cents - np.rint(cents)) < 1e-6))
    return Tolerances(1.0, 0.5) if is_rounded else Tolerances(1e-6, 1e-6)


def check_block(block: ProvinceBlock, limits: Tolerances) -> list[Finding]:
    """Check one province sheet on its own.

    Returns:
        The findings W_SCOPE2 and W_LOGGING, if any.

    Raises:
        Refusal: E_EMPTY_CELL (some cells empty, others not), E_NEGATIVE, E_PROCESS_ROW or E_TOTALS, each with
            the address of the first or worst cell.
    """
    if block.is_empty:
        return []
    _check_no_gap(block)
    _check_not_negative(block)
    _check_totals(block, limits)
    _check_process_row(block)
    return _scope_2_findings(block) + _logging_findings(block)


def workbook_findings(blocks: Sequence[ProvinceBlock], year: int) -> list[Finding]:
    """Return the known defects of a year over its 30 sheets.

    W_NO_ENERGY_DATA: a province-year whose 17 fuel totals are all zero or empty: missing, written as zero.
    E_PROCESS_LOST: process emissions of zero in half of the provinces or more; the year loads, and
    SQL publishes its process cells and totals as null. W_PROCESS_ZERO: process emissions of zero in single provinces.
    """
    findings = [_no_energy_finding(block, year) for block in blocks if _has_no_energy(block)]
    without_process = [b for b in blocks if not b.is_empty and b.of("total", "process") == 0]
    if len(without_process) >= PROCESS_LOST_SHEETS:
        message = (
            f"{blocks[0].file_name}: process emissions (cement) of {year} are zero in "
            f"{len(without_process)} of {len(blocks)} provinces; the workbook has lost them. The year is "
            "loaded; its process emissions and totals are published as missing (process_lost). Take them from "
            "another release of the same year."
        )
        return [*findings, Finding("E_PROCESS_LOST", message)]
    return findings + [_process_zero_finding(block, year) for block in without_process]


def sum_sheet_findings(file_name: str, sheet: Sheet, blocks: Sequence[ProvinceBlock]) -> list[Finding]:
    """Compare the `Sum` sheet of the oldest workbooks with the province sheets; it is never a source.

    Returns:
        W_SUM_SHEET with the worst cell, if any differs by more than 0.5 Mt (some of these sheets are rounded
        to whole Mt); else nothing.
    """
    by_province = {block.province_code: block for block in blocks}
    worst, place, stated, found = _SUM_SHEET_TOLERANCE + 1e-9, "", 0.0, 0.0
    for row_no, row in enumerate(sheet.rows[1:], start=2):
        block = by_province.get(province_of(str(row[0])) or "")
        for column_no, (header, cell) in enumerate(zip(sheet.rows[0], row, strict=True), start=1):
            fuel_code = fuel_of_header(str(header))
            if block is None or fuel_code not in block.columns or not isinstance(cell, (int, float)):
                continue
            value = block.of("total", fuel_code)
            if abs(cell - value) > worst:
                worst, place, stated, found = abs(cell - value), address(row_no, column_no), cell, value
    if not place:
        return []
    message = (
        f"{file_name}, sheet '{sheet.name}', cell {place}: the summary says {stated:g} Mt where the "
        f"province's own sheet says {found:g} Mt. The province sheet is used; compare with another copy of "
        "the workbook."
    )
    return [Finding("W_SUM_SHEET", message, sheet.name, place)]


def _check_no_gap(block: ProvinceBlock) -> None:
    gaps = np.argwhere(np.isnan(block.values))
    if gaps.size:
        first = block.cell(*gaps[0])
        message = (
            f"{block.place}: {len(gaps)} of {block.values.size} cells are empty, the first is {first}. Fill "
            "them from the publisher's copy or download the workbook again; an empty cell is not a zero."
        )
        raise Refusal("E_EMPTY_CELL", message, block.sheet.name, first)


def _check_not_negative(block: ProvinceBlock) -> None:
    negative = np.argwhere(block.values < 0)
    if negative.size:
        row, column = negative[0]
        first = block.cell(row, column)
        message = (
            f"{block.place}: {len(negative)} cell(s) are negative, the first is {first} "
            f"({block.values[row, column]:g} Mt). Emissions cannot be negative; compare with the "
            "publisher's copy."
        )
        raise Refusal("E_NEGATIVE", message, block.sheet.name, first)


def _check_totals(block: ProvinceBlock, limits: Tolerances) -> None:
    fuels = list(block.columns)
    summed = [fuels.index(code) for code in [*energy_fuels(), "process"]]
    total = fuels.index("total")
    row_sums = block.values[1:].sum(axis=0)
    column_sums = block.values[:, summed].sum(axis=1)
    off_columns = np.abs(row_sums - block.values[0])
    off_rows = np.abs(column_sums - block.values[:, total])
    column, row = int(off_columns.argmax()), int(off_rows.argmax())
    is_column_off, is_row_off = off_columns[column] > limits.rows, off_rows[row] > limits.columns
    if not (is_column_off or is_row_off):
        return
    # One wrong cell puts off its row and its column; where they cross it stands.
    crossing = (row, column) if is_row_off and is_column_off else (0, column) if is_column_off else (row, total)
    cell = block.cell(*crossing)
    parts = []
    if is_column_off:
        parts.append(
            f"the 47 rows of column '{_header(block, column)}' add up to {row_sums[column]:.6f} Mt, its "
            f"total row says {block.values[0, column]:.6f} Mt (tolerance {limits.rows:g})"
        )
    if is_row_off:
        parts.append(
            f"the fuels and process of row '{_row_label(block, row)}' add up to {column_sums[row]:.6f} Mt, "
            f"its total column says {block.values[row, total]:.6f} Mt (tolerance {limits.columns:g})"
        )
    message = f"{block.place}: {'; '.join(parts)}. Look at cell {cell} and compare with the publisher's copy."
    raise Refusal("E_TOTALS", message, block.sheet.name, cell)


def _check_process_row(block: ProvinceBlock) -> None:
    column = list(block.columns).index("process")
    for row, code in enumerate(block.rows):
        if code not in ("total", _CEMENT_ROW) and block.values[row, column] != 0:
            cell = block.cell(row, column)
            message = (
                f"{block.place}, cell {cell}: process emissions of {block.values[row, column]:g} Mt stand "
                f"in row '{_row_label(block, row)}'; only cement is counted, in the row of nonmetal mineral "
                "products. Check whether rows are shifted."
            )
            raise Refusal("E_PROCESS_ROW", message, block.sheet.name, cell)


def _scope_2_findings(block: ProvinceBlock) -> list[Finding]:
    columns = [i for i, code in enumerate(block.columns) if code in SCOPE_2]
    places = [(row, column) for row, column in np.argwhere(block.values != 0) if column in columns]
    if not places:
        return []
    cell = block.cell(*places[0])
    message = (
        f"{block.place}: {len(places)} cell(s) of heat, electricity or other energy are not zero, the first "
        f"is {cell}. They are stored, but belong to scope 2 and are never added to scope 1."
    )
    return [Finding("W_SCOPE2", message, block.sheet.name, cell)]


def _logging_findings(block: ProvinceBlock) -> list[Finding]:
    row = list(block.rows).index(_LOGGING)
    places = np.flatnonzero(block.values[row])
    if not places.size:
        return []
    cell = block.cell(row, int(places[0]))
    message = (
        f"{block.place}, cell {cell}: row '{_row_label(block, row)}' is not zero, as it is in every "
        "published release. It is stored; check whether rows are shifted."
    )
    return [Finding("W_LOGGING", message, block.sheet.name, cell)]


def _has_no_energy(block: ProvinceBlock) -> bool:
    totals = np.array([block.of("total", fuel_code) for fuel_code in energy_fuels()])
    return bool(np.all((totals == 0) | np.isnan(totals)))


def _no_energy_finding(block: ProvinceBlock, year: int) -> Finding:
    who = f"{province_name(block.province_code)} {year}"
    if block.is_empty:
        what = f"all {block.values.size} cells are empty"
    else:
        process = block.of("total", "process")
        what = f"all 17 fuel totals are zero and only process emissions remain ({process:.4f} Mt)"
    missing = "Its fuels and totals count as missing, not as zero."
    message = f"{block.place}: {who} has no energy data: {what}. {missing}"
    return Finding("W_NO_ENERGY_DATA", message, block.sheet.name)


def _process_zero_finding(block: ProvinceBlock, year: int) -> Finding:
    cell = block.cell(0, list(block.columns).index("process"))
    message = (
        f"{block.place}, cell {cell}: process emissions (cement) of {province_name(block.province_code)} "
        f"{year} are zero. The value is kept and the province-year flagged."
    )
    return Finding("W_PROCESS_ZERO", message, block.sheet.name, cell)


def _header(block: ProvinceBlock, column: int) -> str:
    fuel_code = list(block.columns)[column]
    fuels = seed("fuel")
    return str(fuels.filter(fuels["fuel_code"] == fuel_code)["name_en"][0])


def _row_label(block: ProvinceBlock, row: int) -> str:
    if row == 0:
        return "total"
    labels = seed("sector_inventory").sort("row_no")["label_emission_file"]
    return str(labels[inventory_codes().index(list(block.rows)[row])])
