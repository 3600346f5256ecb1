"""The summary sheets of a national CO2 inventory (years by sector, years by fuel) against the sheets of the years.

Belongs here: finding such a sheet by its two axes, whichever of them runs down, and comparing it. Not here: the
sheets of the years (`co2_national`). A summary is a witness, never a source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from visceads.codes import code_of, fuel_of_header
from visceads.workbooks.co2_checks import SUM_SHEET_TOLERANCE, Tolerances
from visceads.workbooks.inventory_block import InventoryBlock, fuel_name, sector_label
from visceads.workbooks.note_sheet import YEAR
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, Refusal, address
from visceads.workbooks.sheets import Sheet, refuse_defects

_SEARCHED = 10
_FEWEST_CODES = 10


@dataclass(frozen=True)
class _Axis:
    """One axis of a table.

    Attributes:
        kind: 'year', 'sector' or 'fuel'.
        codes: row_no or column_no -> year or code.
        position: the row_no of a header row, the column_no of a label column.
    """

    kind: str
    codes: dict[int, str]
    position: int


@dataclass(frozen=True)
class _Entry:
    """A cell of a summary beside the cell of a year's sheet that it repeats."""

    sheet: Sheet
    cell: str
    place: str
    stated: float
    found: float
    source: str

    @property
    def size(self) -> float:
        return abs(self.stated - self.found)


def compare_summaries(
    path: Path, sheets: Sequence[Sheet], blocks: Sequence[InventoryBlock], limits: Tolerances
) -> tuple[list[Finding], list[Identity]]:
    """Compare every summary among the sheets with the sheets of the years.

    Args:
        path: the workbook.
        sheets: its sheets other than the note and those of the years; those that are no summary are passed over.
        blocks: the sheets of the years, `key` being the year.
        limits: how far sums may be off in this workbook. Full figures must agree to 1e-6 Mt; in a workbook of rounded
            figures a difference above 0.5 Mt is a finding, since summaries were made before rounding.

    Returns:
        The findings W_SUM_SHEET and the identity national_summary_agrees; no identity without a summary.

    Raises:
        Refusal: E_TOTALS with the worst cell of the summary; E_ERROR_CELLS, E_EMPTY_CELL (a formula without a saved
            result).
    """
    is_rounded = limits.columns >= SUM_SHEET_TOLERANCE
    tolerance = SUM_SHEET_TOLERANCE if is_rounded else limits.columns
    entries: list[_Entry] = []
    for sheet in sheets:
        axes = _axes(sheet)
        if axes is not None:
            down, across = axes
            refuse_defects(path, sheet, max(across.codes), max(down.codes))
            entries += _entries(sheet, down, across, {block.key: block for block in blocks})
    if not entries:
        return [], []
    worst = max(entries, key=lambda entry: entry.size)
    rule = "summary sheets = sheets of the years"
    identity = Identity(
        "national_summary_agrees", rule, worst.size, tolerance, "Mt", worst.place, worst.sheet.name, worst.cell
    )
    if worst.size <= tolerance + 1e-9:
        return [], [identity]
    message = (
        f"{path.name}, sheet '{worst.sheet.name}', cell {worst.cell}: the summary says {worst.stated:.6f} Mt for "
        f"{worst.place}, the year's own sheet says {worst.found:.6f} Mt in cell {worst.source} (tolerance "
        f"{tolerance:g}). Compare both with another copy of the workbook."
    )
    if not is_rounded:
        raise Refusal("E_TOTALS", message, worst.sheet.name, worst.cell)
    return [Finding("W_SUM_SHEET", message, worst.sheet.name, worst.cell)], [identity]


def _entries(sheet: Sheet, down: _Axis, across: _Axis, blocks: dict[str, InventoryBlock]) -> Iterator[_Entry]:
    for row_no, row_code in down.codes.items():
        for column_no, column_code in across.codes.items():
            year, code = (row_code, column_code) if down.kind == "year" else (column_code, row_code)
            kind = across.kind if down.kind == "year" else down.kind
            block, cell = blocks.get(year), sheet.rows[row_no - 1][column_no - 1]
            if block is None or block.is_empty or isinstance(cell, bool) or not isinstance(cell, (int, float)):
                continue
            row_at, fuel_at = (code, "total") if kind == "sector" else ("total", code)
            if fuel_at not in block.columns:
                continue
            row, column = block.row(row_at), block.column(fuel_at)
            found = float(block.values[row, column])
            what = sector_label(code) if kind == "sector" else fuel_name(code)
            yield _Entry(
                sheet, address(row_no, column_no), f"{year}, {what}", float(cell), found, block.cell(row, column)
            )


def _axes(sheet: Sheet) -> tuple[_Axis, _Axis] | None:
    """Return the axis that runs down and the one that runs across, if one is of years, the other of codes."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    columns = [[row[column] for row in sheet.rows] for column in range(min(width, _SEARCHED))]
    down, across = _axis(columns), _axis(sheet.rows[:_SEARCHED])
    if down is None or across is None or (down.kind == "year") == (across.kind == "year"):
        return None
    # A label left of or above the other axis belongs to neither.
    rows = {row_no: code for row_no, code in down.codes.items() if row_no > across.position}
    headers = {column_no: code for column_no, code in across.codes.items() if column_no > down.position}
    codes = headers if down.kind == "year" else rows
    if not rows or not headers or len(codes) < _FEWEST_CODES:
        return None
    return _Axis(down.kind, rows, down.position), _Axis(across.kind, headers, across.position)


def _axis(lines: Sequence[Sequence[object]]) -> _Axis | None:
    """Return the line, of those given, in which most cells name years, sectors or fuels; None if none does."""
    found = [
        _Axis(kind, codes, position)
        for position, line in enumerate(lines, start=1)
        for kind, resolve in _KINDS.items()
        if (codes := _resolved(line, resolve))
    ]
    return max(found, key=lambda axis: len(axis.codes), default=None)


def _resolved(line: Sequence[object], resolve: Callable[[str], str | None]) -> dict[int, str]:
    """Return position -> code of the cells that resolve; nothing if two resolve to the same."""
    codes = {number: resolve(_text(cell)) for number, cell in enumerate(line, start=1)}
    named = {number: code for number, code in codes.items() if code is not None}
    is_unique = max(Counter(named.values()).values(), default=0) <= 1
    return named if is_unique else {}


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _year(text: str) -> str | None:
    return text if YEAR.fullmatch(text) else None


def _sector(text: str) -> str | None:
    return code_of("inventory", text) or code_of("inventory_total", text)


_KINDS: dict[str, Callable[[str], str | None]] = {"year": _year, "sector": _sector, "fuel": fuel_of_header}
