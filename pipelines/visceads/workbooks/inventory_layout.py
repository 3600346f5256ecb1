"""Where things stand on one sheet of a provincial or national inventory: fuel headers, units, labels.

Belongs here: finding the rows and columns by content, for CO2 and energy inventories of any vintage. Not
here: reading the values (`inventory_block`), checking them, and telling families apart
(`recognise`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from visceads.codes import code_of, fuel_of_header, normal_key, province_of, seed
from visceads.workbooks.note_sheet import YEAR
from visceads.workbooks.refusal import address
from visceads.workbooks.sheets import Sheet

_HEADER_SEARCH_ROWS = 10
_FUELS_OF_A_HEADER = 10


@dataclass(frozen=True)
class InventoryLayout:
    """Where the block of one inventory sheet stands; rows and columns counted from 1.

    Attributes:
        sheet: the sheet.
        header_row_no: the row of fuel headers.
        unit_row_no: the row of units, the next one that is not blank.
        label_column_no: the column of row labels, left of the first fuel.
        headers: column_no -> header as printed, from the first fuel to the last header.
    """

    sheet: Sheet
    header_row_no: int
    unit_row_no: int
    label_column_no: int
    headers: dict[int, str]

    @property
    def account(self) -> str:
        """'co2' if the sheet has a column of process emissions, else 'energy'."""
        has_process = any(fuel_of_header(header) == "process" for header in self.headers.values())
        return "co2" if has_process else "energy"

    def labels(self) -> dict[int, str]:
        """Return row_no -> label of the rows below the units; rows without a text label are no rows."""
        below = enumerate(self.sheet.rows[self.unit_row_no :], start=self.unit_row_no + 1)
        cells = ((row_no, row[self.label_column_no - 1]) for row_no, row in below)
        return {row_no: cell.strip() for row_no, cell in cells if isinstance(cell, str) and cell.strip()}

    def title_years(self) -> dict[int, str]:
        """Return year -> cell of the years that the title of the sheet names: left of the headers or above them."""
        above = self.sheet.rows[: self.header_row_no - 1]
        title = [*above, self.sheet.rows[self.header_row_no - 1][: self.label_column_no]]
        return {
            int(year): address(row_no, column_no)
            for row_no, row in enumerate(title, start=1)
            for column_no, cell in enumerate(row, start=1)
            if isinstance(cell, str)
            for year in YEAR.findall(cell)
        }


def inventory_layouts(sheets: Iterable[Sheet]) -> list[InventoryLayout]:
    """Return the layouts of those sheets that are inventories, in the order given."""
    layouts = (inventory_layout(sheet) for sheet in sheets)
    return [layout for layout in layouts if layout is not None]


def inventory_layout(sheet: Sheet) -> InventoryLayout | None:
    """Return the layout of an inventory sheet, or None if it has no row of fuels above a row of units.

    A summary sheet (`Sum`) has the fuels too, but numbers right below them.
    """
    for row_no, row in enumerate(sheet.rows[:_HEADER_SEARCH_ROWS], start=1):
        headers = {c: cell.strip() for c, cell in enumerate(row, start=1) if isinstance(cell, str) and cell.strip()}
        fuel_columns = [column_no for column_no, text in headers.items() if fuel_of_header(text)]
        if len(fuel_columns) < _FUELS_OF_A_HEADER or fuel_columns[0] == 1:
            continue
        unit_row_no = next((r for r, cells in enumerate(sheet.rows[row_no:], row_no + 1) if not _is_blank(cells)), 0)
        units = sheet.rows[unit_row_no - 1] if unit_row_no else []
        texts = [c for c in fuel_columns if c <= len(units) and isinstance(units[c - 1], str) and units[c - 1]]
        if len(texts) * 2 < len(fuel_columns):
            return None
        first = fuel_columns[0]
        block = {column_no: text for column_no, text in headers.items() if column_no >= first}
        return InventoryLayout(sheet, row_no, unit_row_no, _label_column(sheet, row_no, first), block)
    return None


def province_and_year(sheet_name: str) -> tuple[str | None, int | None]:
    """Split a sheet name such as 'Hunan2017' into province code and year, each None if it is not there."""
    match = re.fullmatch(r"(.*?)((?:19|20)\d\d)?", sheet_name.strip(), re.DOTALL)
    name, year = (match[1], match[2]) if match else (sheet_name, None)
    return province_of(name), int(year) if year else None


@cache
def province_name(province_code: str) -> str:
    """Return the English name of a province for messages."""
    names = seed("province")
    return str(names.filter(names["province_code"] == province_code)["name_en"][0])


def is_tibet_inventory(sheets: Iterable[Sheet]) -> bool:
    """Return whether a workbook is the Tibet 2014 activity inventory (thousand tonnes, 7 fuels)."""
    for sheet in sheets:
        first = sheet.rows[0] if sheet.rows else []
        keys = [normal_key(cell) for cell in first if isinstance(cell, str)]
        if keys[:1] == ["activitydataenergyconsumption"] and "co2emissions" in keys:
            return True
    return False


def _is_blank(cells: list[object]) -> bool:
    return not any((isinstance(cell, str) and cell.strip()) or not isinstance(cell, str) for cell in cells)


def _label_column(sheet: Sheet, header_row_no: int, first_fuel_column: int) -> int:
    """Return the column left of the fuels in which most rows resolve to an inventory label."""

    def resolved(column_no: int) -> int:
        cells = (row[column_no - 1] for row in sheet.rows[header_row_no:])
        return sum(isinstance(cell, str) and code_of("inventory", cell) is not None for cell in cells)

    # The nearest column wins where none resolves, so that a message can point at the labels it has.
    return max(range(first_fuel_column - 1, 0, -1), key=resolved)
