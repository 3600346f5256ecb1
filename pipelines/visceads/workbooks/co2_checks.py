"""The checks of a CO2 inventory, provincial or national: identities, signs, known defects of the published workbooks.

Belongs here: what a sheet of a CO2 inventory has, what must hold on it and over the 30 provinces, and the sentence
where it does not. Not here: finding and reading the cells (`inventory_layout`, `inventory_block`), and correcting
anything: defects that the publisher left in are reported, and the SQL layer decides what becomes null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from visceads.codes import code_of, fuel_of_header, inventory_codes, province_of, seed
from visceads.workbooks.inventory_block import Account, InventoryBlock, fuel_name, refuse_gaps, sector_label
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.inventory_sums import Residual, worst_identity, worst_of_columns, worst_of_rows
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, Refusal, address
from visceads.workbooks.sheets import Sheet

PROCESS_LOST_SHEETS = 15
"""Process emissions of zero in this many of the 30 provinces are a loss in the workbook, not a fact."""

SCOPE_2 = ("heat", "electricity", "other_energy")
"""Columns that scope 1 leaves out; the published workbooks hold zeros there."""

SUM_SHEET_TOLERANCE = 0.5
"""Mt; the summaries of rounded workbooks are themselves rounded to whole Mt."""

_LOGGING = "logging"
_CEMENT_ROW = "nonmetal_mineral_products"


def _co2_row(label: str, is_first: bool) -> str | None:
    """Return the code of a row; the first is the total ('Total Consumption' means another row in energy files)."""
    return code_of("inventory_total" if is_first else "inventory", label)


@cache
def co2_account() -> Account:
    """What every sheet of a CO2 inventory has: the total and the 47 rows, 17 fuels, process emissions, total."""
    return Account(
        title="a CO2 inventory",
        first_row="the total row ('TotalEmissions')",
        row_codes=("total", *inventory_codes()),
        row_code_of=_co2_row,
        fuel_units=dict.fromkeys(seed("fuel")["fuel_code"], ("Mt CO2",)),
        optional_fuels=SCOPE_2,
        unit_refusal="E_UNIT_CO2",
    )


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


def tolerances(blocks: Sequence[InventoryBlock]) -> Tolerances:
    """Return a workbook's tolerances: wide if every cell has two decimals or fewer, else 1e-6 Mt."""
    cents = np.concatenate([block.values[~np.isnan(block.values)] for block in blocks]) * 100
    is_rounded = bool(np.all(np.abs(cents - np.rint(cents)) < 1e-6))
    return Tolerances(1.0, 0.5) if is_rounded else Tolerances(1e-6, 1e-6)


def check_block(block: InventoryBlock, limits: Tolerances) -> list[Finding]:
    """Check one province sheet on its own.

    Returns:
        The findings W_SCOPE2 and W_LOGGING, if any.

    Raises:
        Refusal: E_EMPTY_CELL (some cells empty, others not), E_NEGATIVE, E_PROCESS_ROW or E_TOTALS, each with
            the address of the first or worst cell.
    """
    if block.is_empty:
        return []
    refuse_gaps(block, list(block.rows))
    _check_not_negative(block)
    _check_totals(block, limits)
    _check_process_row(block)
    return _scope_2_findings(block) + _logging_findings(block)


def inventory_identities(
    blocks: Sequence[InventoryBlock], limits: Tolerances, area_of: Callable[[InventoryBlock], str]
) -> tuple[Identity, ...]:
    """Return how well rows and columns add up, each told by the worst sheet; sheets without a number are left out.

    Args:
        blocks: sheets that `check_block` has passed.
        limits: the tolerances used there.
        area_of: a sheet -> its province or year in words.
    """
    filled = [block for block in blocks if not block.is_empty]
    rows = Identity("inventory_rows_add_up", "sum of the 47 rows = total row", 0.0, limits.rows, "Mt")
    columns = Identity("inventory_columns_add_up", "17 fuels + process = total column", 0.0, limits.columns, "Mt")
    return (
        worst_identity(rows, [_worst_row_sum(b) for b in filled], lambda r: f"{area_of(r.block)}, {_fuel_at(r)}"),
        worst_identity(
            columns,
            [_worst_column_sum(b) for b in filled],
            lambda r: f"{area_of(r.block)}, {_row_label(r.block, r.row)}",
        ),
    )


def workbook_findings(blocks: Sequence[InventoryBlock], year: int) -> list[Finding]:
    """Return the known defects of a year over its 30 sheets.

    W_NO_ENERGY_DATA: a province-year whose 17 fuel totals are all zero or empty: missing, written as zero.
    E_PROCESS_LOST: process emissions of zero in half of the provinces or more; the year loads, and
    SQL publishes its process cells and totals as null. W_PROCESS_ZERO: process emissions of zero in single provinces.
    """
    named = {f"{province_name(block.key)} {year}": block for block in blocks}
    findings = [_no_energy_finding(block, who) for who, block in named.items() if _has_no_energy(block)]
    without_process = {who: block for who, block in named.items() if _has_no_process(block)}
    if len(without_process) >= PROCESS_LOST_SHEETS:
        message = (
            f"{blocks[0].file_name}: process emissions (cement) of {year} are zero in "
            f"{len(without_process)} of {len(blocks)} provinces; the workbook has lost them. The year is "
            "loaded; unless corrections are switched off, its process emissions and totals are published as missing "
            "(process_lost). Another release of the same year has them."
        )
        return [*findings, Finding("E_PROCESS_LOST", message)]
    return findings + [_process_zero_finding(block, who) for who, block in without_process.items()]


def national_findings(block: InventoryBlock) -> list[Finding]:
    """Return W_NO_ENERGY_DATA or W_PROCESS_ZERO for one year of the nation, if its fuels or its cement are missing."""
    who = f"China {block.key}"
    findings = [_no_energy_finding(block, who)] if _has_no_energy(block) else []
    return findings + ([_process_zero_finding(block, who)] if _has_no_process(block) else [])


def sum_sheet_findings(file_name: str, sheet: Sheet, blocks: Sequence[InventoryBlock]) -> list[Finding]:
    """Compare the `Sum` sheet of the oldest workbooks with the province sheets; it is never a source.

    Returns:
        W_SUM_SHEET with the worst cell, if any differs by more than 0.5 Mt (some of these sheets are rounded
        to whole Mt); else nothing.
    """
    by_province = {block.key: block for block in blocks}
    worst, place, stated, found = SUM_SHEET_TOLERANCE + 1e-9, "", 0.0, 0.0
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


def _check_not_negative(block: InventoryBlock) -> None:
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


def _worst_row_sum(block: InventoryBlock) -> Residual:
    return worst_of_rows(block, "total", inventory_codes())


def _worst_column_sum(block: InventoryBlock) -> Residual:
    return worst_of_columns(block, "total", [*energy_fuels(), "process"])


def _check_totals(block: InventoryBlock, limits: Tolerances) -> None:
    of_rows, of_columns = _worst_row_sum(block), _worst_column_sum(block)
    is_column_off, is_row_off = of_rows.size > limits.rows, of_columns.size > limits.columns
    if not (is_column_off or is_row_off):
        return
    # One wrong cell puts off its row and its column; where they cross it stands.
    crossing = block.cell(of_columns.row, of_rows.column)
    cell = crossing if is_row_off and is_column_off else of_rows.cell if is_column_off else of_columns.cell
    parts = []
    if is_column_off:
        parts.append(
            f"the 47 rows of column '{_fuel_at(of_rows)}' add up to {of_rows.summed:.6f} Mt, its "
            f"total row says {of_rows.stated:.6f} Mt (tolerance {limits.rows:g})"
        )
    if is_row_off:
        parts.append(
            f"the fuels and process of row '{_row_label(block, of_columns.row)}' add up to {of_columns.summed:.6f} "
            f"Mt, its total column says {of_columns.stated:.6f} Mt (tolerance {limits.columns:g})"
        )
    message = f"{block.place}: {'; '.join(parts)}. Look at cell {cell} and compare with the publisher's copy."
    raise Refusal("E_TOTALS", message, block.sheet.name, cell)


def _check_process_row(block: InventoryBlock) -> None:
    column = block.column("process")
    for row, code in enumerate(block.rows):
        if code not in ("total", _CEMENT_ROW) and block.values[row, column] != 0:
            cell = block.cell(row, column)
            message = (
                f"{block.place}, cell {cell}: process emissions of {block.values[row, column]:g} Mt stand "
                f"in row '{_row_label(block, row)}'; only cement is counted, in the row of nonmetal mineral "
                "products. Check whether rows are shifted."
            )
            raise Refusal("E_PROCESS_ROW", message, block.sheet.name, cell)


def _scope_2_findings(block: InventoryBlock) -> list[Finding]:
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


def _logging_findings(block: InventoryBlock) -> list[Finding]:
    row = block.row(_LOGGING)
    places = np.flatnonzero(block.values[row])
    if not places.size:
        return []
    cell = block.cell(row, int(places[0]))
    message = (
        f"{block.place}, cell {cell}: row '{_row_label(block, row)}' is not zero, as it is in every "
        "published release. It is stored; check whether rows are shifted."
    )
    return [Finding("W_LOGGING", message, block.sheet.name, cell)]


def _has_no_energy(block: InventoryBlock) -> bool:
    totals = np.array([block.of("total", fuel_code) for fuel_code in energy_fuels()])
    return bool(np.all((totals == 0) | np.isnan(totals)))


def _has_no_process(block: InventoryBlock) -> bool:
    return not block.is_empty and block.of("total", "process") == 0


def _no_energy_finding(block: InventoryBlock, who: str) -> Finding:
    if block.is_empty:
        what = f"all {block.values.size} cells are empty"
    else:
        process = block.of("total", "process")
        what = f"all 17 fuel totals are zero and only process emissions remain ({process:.4f} Mt)"
    missing = "Its fuels and totals count as missing, not as zero."
    message = f"{block.place}: {who} has no energy data: {what}. {missing}"
    return Finding("W_NO_ENERGY_DATA", message, block.sheet.name)


def _process_zero_finding(block: InventoryBlock, who: str) -> Finding:
    cell = block.cell(block.row("total"), block.column("process"))
    message = (
        f"{block.place}, cell {cell}: process emissions (cement) of {who} are zero. The value is kept and flagged."
    )
    return Finding("W_PROCESS_ZERO", message, block.sheet.name, cell)


def _fuel_at(residual: Residual) -> str:
    return fuel_name(list(residual.block.columns)[residual.column])


def _row_label(block: InventoryBlock, row: int) -> str:
    return sector_label(list(block.rows)[row])
