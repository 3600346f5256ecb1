"""Where the table of apparent emissions stands on a sheet: its columns (provinces or years) and its item rows.

Belongs here: finding the header `Items`, resolving headers and labels, the year of a sheet. Not here: numbers and what
must hold between them (`apparent_checks`, `apparent_emission`).

Source: CEADs, emission accounts by the apparent emission accounting method (Shan et al. 2016, Applied Energy, doi
10.1016/j.apenergy.2016.03.073).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from visceads.codes import code_of, fuel_of_header, inventory_province_codes, normal_key, province_of
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.note_sheet import YEAR, Note
from visceads.workbooks.refusal import Refusal, address
from visceads.workbooks.sheets import Sheet
from visceads.workbooks.table_cells import year_of

FUELS = ("raw_coal", "crude_oil", "natural_gas")
"""The three fuels of this account, each with a block of items."""

NATION = "CN"
"""The province code of national values."""

TRADE_WITHIN = ("move_in", "move_out")
"""Trade between provinces, which a table of the nation has not."""

ITEMS = ("production", "import", "export", *TRADE_WITHIN, "stock_decrease", "loss", "non_energy_use")
"""The items of a fuel's block."""

_HEADER_ROWS = 20
_TOTALS = {
    **{f"{fuel}_total": (fuel, "total") for fuel in FUELS},
    "process_cement": ("process_cement", "total"),
    "total": ("total", "total"),
}

Item = tuple[str, str]
"""(fuel_code, item_code); the total of all is ('total', 'total')."""


@dataclass(frozen=True)
class ApparentTable:
    """A table of apparent emissions on its sheet.

    Attributes:
        sheet: the sheet.
        header_row_no: the row with `Items`.
        columns: (province code, year) -> column_no, as they stand from left to right.
        rows: (fuel_code, item_code) -> row_no, as they stand from top to bottom.
        is_national: its columns are years of the nation, not provinces of a year.
    """

    sheet: Sheet
    header_row_no: int
    columns: dict[tuple[str, int], int]
    rows: dict[Item, int]
    is_national: bool


def header_place(sheet: Sheet) -> tuple[int, int] | None:
    """Return (row_no, column_no) of the header cell `Items` of a sheet, or None if it has none."""
    for row_no, row in enumerate(sheet.rows[:_HEADER_ROWS], start=1):
        for column_no, cell in enumerate(row, start=1):
            if isinstance(cell, str) and normal_key(cell) == "items":
                return row_no, column_no
    return None


def find_table(path: Path, sheet: Sheet, header: tuple[int, int], note: Note) -> ApparentTable:
    """Return the table of one sheet.

    Args:
        path: the workbook.
        sheet: the sheet.
        header: what `header_place` found on it.
        note: the workbook's note, a witness of the year where the sheet's name says nothing.

    Raises:
        Refusal: E_LABEL, E_PROVINCE_SET, E_ITEM, E_YEAR_CONFLICT, E_YEAR_UNKNOWN, E_UNKNOWN_LAYOUT.
    """
    row_no, items_column_no = header
    row = sheet.rows[row_no - 1]
    headers = {c: row[c - 1] for c in range(items_column_no + 1, len(row) + 1) if str(row[c - 1]).strip()}
    is_national = 2 * sum(year_of(cell) is not None for cell in headers.values()) > len(headers)
    if is_national:
        columns = _year_columns(path, sheet, row_no, headers)
    else:
        year = _year_of_sheet(path, sheet, row_no, note)
        columns = {(code, year): c for code, c in _province_columns(path, sheet, row_no, headers).items()}
    rows = _item_rows(path, sheet, header, max(columns.values()))
    _refuse_missing_items(path, sheet, rows, is_national)
    return ApparentTable(sheet, row_no, columns, rows, is_national)


def _year_columns(path: Path, sheet: Sheet, row_no: int, headers: dict[int, object]) -> dict[tuple[str, int], int]:
    columns: dict[tuple[str, int], int] = {}
    for column_no, cell in headers.items():
        year = year_of(cell)
        place = address(row_no, column_no)
        if year is None:
            message = (
                f"{path.name}, sheet '{sheet.name}', cell {place}: column header '{cell}' is no year, as the others "
                "are. Correct it, or delete the column if it does not belong to the table."
            )
            raise Refusal("E_LABEL", message, sheet.name, place)
        if (NATION, year) in columns:
            message = (
                f"{path.name}, sheet '{sheet.name}', cell {place}: the year {year} occurs twice. Delete the column "
                "that does not belong there."
            )
            raise Refusal("E_YEAR_CONFLICT", message, sheet.name, place)
        columns[NATION, year] = column_no
    return columns


def _province_columns(path: Path, sheet: Sheet, row_no: int, headers: dict[int, object]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for column_no, cell in headers.items():
        place = address(row_no, column_no)
        code = province_of(str(cell))
        if code is None:
            message = (
                f"{path.name}, sheet '{sheet.name}', cell {place}: column header '{cell}' is no province. Correct "
                "it, or delete the column if it does not belong to the table."
            )
            raise Refusal("E_LABEL", message, sheet.name, place)
        if code in columns:
            message = (
                f"{path.name}, sheet '{sheet.name}', cell {place}: {province_name(code)} occurs twice, first in "
                f"{address(row_no, columns[code])}. Delete the column that does not belong there."
            )
            raise Refusal("E_PROVINCE_SET", message, sheet.name, place)
        columns[code] = column_no
    expected = inventory_province_codes()
    missing = [province_name(code) for code in expected if code not in columns]
    unknown = [province_name(code) for code in columns if code not in expected]
    if missing or unknown:
        parts = [f"{len(columns) - len(unknown)} of the 30 provinces are there"]
        parts += [f"missing {', '.join(missing)}"] if missing else []
        parts += [f"not expected {', '.join(unknown)}"] if unknown else []
        message = (
            f"{path.name}, sheet '{sheet.name}': {'; '.join(parts)}. Nothing of it is loaded: restore the columns "
            "or download the workbook again."
        )
        raise Refusal("E_PROVINCE_SET", message, sheet.name, address(row_no, min(headers, default=1)))
    return columns


def _year_of_sheet(path: Path, sheet: Sheet, header_row_no: int, note: Note) -> int:
    """Return the year: of the sheet's name, else of a title above the header, else of the note."""
    above = [str(cell) for row in sheet.rows[: header_row_no - 1] for cell in row]
    stated = {int(year) for text in (sheet.name, *above) for year in YEAR.findall(text)}
    if len(stated) > 1:
        years = " and ".join(str(year) for year in sorted(stated))
        message = (
            f"{path.name}, sheet '{sheet.name}': the year is in doubt: name and title of the sheet say {years}. "
            "Correct the one that is wrong, or download the workbook again."
        )
        raise Refusal("E_YEAR_CONFLICT", message, sheet.name)
    if stated:
        return stated.pop()
    if len(note.years) == 1:
        return note.years[0]
    message = (
        f"{path.name}, sheet '{sheet.name}': the year is unknown; neither the name of the sheet nor a title nor the "
        "note states one. Name the sheet after its year, such as '2012'."
    )
    raise Refusal("E_YEAR_UNKNOWN", message, sheet.name)


def _item_rows(path: Path, sheet: Sheet, header: tuple[int, int], last_column_no: int) -> dict[Item, int]:
    """Return (fuel_code, item_code) -> row_no; a block's name stands in its first row only and holds on below it."""
    header_row_no, items_column_no = header
    rows: dict[Item, int] = {}
    block: str | None = None
    for row_no in range(header_row_no + 1, len(sheet.rows) + 1):
        row = sheet.rows[row_no - 1]
        left = [(c, row[c - 1]) for c in range(1, items_column_no) if _is_text(row[c - 1])]
        label = row[items_column_no - 1]
        column_no = items_column_no
        if _is_text(label):
            block = _fuel(left[-1][1]) if left else block
        elif left:
            column_no, label = left[-1]
            # The total of all stands in the left column alone, after which no block holds on.
            block = None
        else:
            continue  # a separator row, even if it holds numbers
        is_empty = not any(str(cell).strip() for cell in row[items_column_no:last_column_no])
        if is_empty and code_of("apparent", str(label)) is None:
            block = _fuel(label)  # a heading, or a remark below the table
            continue
        item = _item(path, sheet, (row_no, column_no), block)
        if item in rows:
            place = address(row_no, column_no)
            message = (
                f"{path.name}, sheet '{sheet.name}', cell {place}: '{label}' of {words(item)} occurs twice, first in "
                f"row {rows[item]}. Delete the row that does not belong there or download the workbook again."
            )
            raise Refusal("E_ITEM", message, sheet.name, place)
        rows[item] = row_no
    return rows


def _item(path: Path, sheet: Sheet, place: tuple[int, int], block: str | None) -> Item:
    label = str(sheet.rows[place[0] - 1][place[1] - 1])
    cell = address(*place)
    code = code_of("apparent", label)
    if code is None:
        message = (
            f"{path.name}, sheet '{sheet.name}', cell {cell}: label '{label}' is in no alias table; expected is an "
            "item of the apparent emissions such as 'Indigenous production'. Correct the label, or add it to the seed "
            "'sector_label_alias' if the publisher changed it."
        )
        raise Refusal("E_LABEL", message, sheet.name, cell)
    if code in _TOTALS:
        return _TOTALS[code]
    if block is None:
        message = (
            f"{path.name}, sheet '{sheet.name}', cell {cell}: '{label}' stands in no fuel's block; left of the block's "
            "first row must stand 'Raw Coal', 'Crude Oil' or 'Natural Gas'. Restore the block's name or download the "
            "workbook again."
        )
        raise Refusal("E_LABEL", message, sheet.name, cell)
    return block, code


def _refuse_missing_items(path: Path, sheet: Sheet, rows: dict[Item, int], is_national: bool) -> None:
    items = [item for item in ITEMS if not (is_national and item in TRADE_WITHIN)]
    needed = [*_TOTALS.values(), *((fuel, item) for fuel in FUELS for item in items)]
    missing = [f"{words(item)} ({item[1].replace('_', ' ')})" for item in needed if item not in rows]
    if missing:
        shown = ", ".join(missing[:6]) + (", ..." if len(missing) > 6 else "")
        message = (
            f"{path.name}, sheet '{sheet.name}': {len(missing)} row(s) of the table are missing: {shown}. Restore them "
            "or download the workbook again."
        )
        raise Refusal("E_ITEM", message, sheet.name)


def words(item: Item) -> str:
    """Return what a row is about, in words: 'raw coal', 'cement', 'all sources'."""
    return {"process_cement": "cement", "total": "all sources"}.get(item[0], item[0].replace("_", " "))


def _is_text(cell: object) -> bool:
    return isinstance(cell, str) and bool(cell.strip())


def _fuel(label: object) -> str | None:
    code = fuel_of_header(str(label))
    return code if code in FUELS else None
