"""The block of numbers on one sheet of an inventory, read by its labels: CO2 or energy, province or nation.

Belongs here: turning the place of a block (`inventory_layout`) into numbers with addresses, its tidy rows, the hash
of several blocks. Not here: sums of its rows and columns (`inventory_sums`), what must hold for one kind of account
(`co2_checks`, `energy_inventory`), and which sheets a workbook must have (`province_sheets`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from visceads.codes import fuel_of_header, normal_key, seed
from visceads.workbooks.inventory_layout import InventoryLayout
from visceads.workbooks.refusal import Refusal, address
from visceads.workbooks.sheets import Sheet, refuse_defects


@dataclass(frozen=True)
class Account:
    """What one kind of inventory has on every sheet: its rows, its columns, its units.

    Attributes:
        title: the kind in words, for messages: 'a CO2 inventory'.
        first_row: the first of its rows in words.
        row_codes: every row that a sheet must have, in the order in which the rows are returned.
        row_code_of: (label, whether it is the first one) -> row code, or None for an unknown label.
        fuel_units: fuel code -> units that are accepted, for every column that a sheet may have.
        optional_fuels: those columns that may be absent.
        unit_refusal: the code of the refusal for another unit.
    """

    title: str
    first_row: str
    row_codes: tuple[str, ...]
    row_code_of: Callable[[str, bool], str | None]
    fuel_units: Mapping[str, tuple[str, ...]]
    optional_fuels: tuple[str, ...]
    unit_refusal: str


@dataclass(frozen=True)
class InventoryBlock:
    """The block of one sheet.

    Attributes:
        file_name: the workbook, for messages.
        layout: where it stands.
        key: what tells the sheet from the others: its province code, or its year in a national workbook.
        rows: row code -> row_no; `values` has the rows in this order.
        columns: fuel code -> column_no; `values` has the columns in this order.
        values: shape (rows, columns), in the units of the workbook; NaN where the cell is empty.
    """

    file_name: str
    layout: InventoryLayout
    key: str
    rows: dict[str, int]
    columns: dict[str, int]
    values: NDArray[np.float64]

    @property
    def sheet(self) -> Sheet:
        """The sheet."""
        return self.layout.sheet

    @property
    def place(self) -> str:
        """File and sheet, as every message begins."""
        return f"{self.file_name}, sheet '{self.sheet.name}'"

    @property
    def is_empty(self) -> bool:
        """Whether all cells are empty."""
        return bool(np.isnan(self.values).all())

    def row(self, row_code: str) -> int:
        """The index of a row in `values`."""
        return list(self.rows).index(row_code)

    def column(self, fuel_code: str) -> int:
        """The index of a column in `values`."""
        return list(self.columns).index(fuel_code)

    def of(self, row_code: str, fuel_code: str) -> float:
        """The value of one cell by its codes."""
        return float(self.values[self.row(row_code), self.column(fuel_code)])

    def cell(self, row: int, column: int) -> str:
        """The address of `values[row, column]`."""
        return address(list(self.rows.values())[row], list(self.columns.values())[column])


def read_block(path: Path, key: str, layout: InventoryLayout, account: Account) -> InventoryBlock:
    """Read the numbers of one sheet.

    Args:
        path: the workbook.
        key: the province code or the year of the sheet.
        layout: where the block stands.
        account: what the sheet must have.

    Raises:
        Refusal: E_LABEL, E_FUEL_SET, E_SECTOR_SET, the account's code for a wrong unit, E_ERROR_CELLS, E_EMPTY_CELL
            (a formula without a saved result), E_NOT_NUMBER.
    """
    columns = _fuel_columns(path, layout, account)
    _check_units(path, layout, columns, account)
    rows = _labelled_rows(path, layout, account)
    refuse_defects(path, layout.sheet, max(columns.values()), max(rows.values()))
    numbers = [
        [_number(path, layout.sheet, row_no, column_no) for column_no in columns.values()] for row_no in rows.values()
    ]
    return InventoryBlock(path.name, layout, key, rows, columns, np.array(numbers))


def tidy_rows(block: InventoryBlock) -> pl.DataFrame:
    """Return one row a cell: inventory_code, fuel_code, value (null where empty), sheet, row_no, column_no."""
    row_count, column_count = block.values.shape
    return pl.DataFrame(
        {
            "inventory_code": np.repeat(list(block.rows), column_count),
            "fuel_code": np.tile(list(block.columns), row_count),
            "value": block.values.ravel(),
            "row_no": np.repeat(list(block.rows.values()), column_count),
            "column_no": np.tile(list(block.columns.values()), row_count),
        }
    ).with_columns(pl.lit(block.sheet.name).alias("sheet"), pl.col("value").fill_nan(None))


def content_hash(blocks: Sequence[InventoryBlock]) -> str:
    """Return the SHA-256 over the sorted lines `key|row|fuel|value`; 17 digits, empty as 'null'.

    The same content in other bytes (a workbook that was saved again) has the same hash.
    """
    lines = []
    for block in blocks:
        for row_code, row in zip(block.rows, block.values.tolist(), strict=True):
            for fuel_code, value in zip(block.columns, row, strict=True):
                text = "null" if math.isnan(value) else f"{value:.17g}"
                lines.append(f"{block.key}|{row_code}|{fuel_code}|{text}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def fuel_name(fuel_code: str) -> str:
    """Return the English name of a fuel for messages."""
    fuels = seed("fuel")
    return str(fuels.filter(fuels["fuel_code"] == fuel_code)["name_en"][0])


def sector_label(row_code: str) -> str:
    """Return the printed label of one of the 47 rows for messages; of another row its code in words."""
    labels = seed("sector_inventory").filter(pl.col("inventory_code") == row_code)["label_emission_file"]
    return str(labels[0]) if len(labels) else row_code.replace("_", " ")


def refuse_gaps(block: InventoryBlock, row_codes: Sequence[str]) -> None:
    """Refuse a sheet with an empty cell in any of the rows given.

    Raises:
        Refusal: E_EMPTY_CELL with the count and the first address.
    """
    rows = [block.row(code) for code in row_codes]
    gaps = np.argwhere(np.isnan(block.values[rows]))
    if gaps.size:
        first = block.cell(rows[gaps[0][0]], gaps[0][1])
        message = (
            f"{block.place}: {len(gaps)} of {block.values[rows].size} cells are empty, the first is {first}. Fill "
            "them from the publisher's copy or download the workbook again; an empty cell is not a zero."
        )
        raise Refusal("E_EMPTY_CELL", message, block.sheet.name, first)


def _fuel_columns(path: Path, layout: InventoryLayout, account: Account) -> dict[str, int]:
    columns: dict[str, int] = {}
    name, row_no = layout.sheet.name, layout.header_row_no
    for column_no, header in layout.headers.items():
        cell = address(row_no, column_no)
        fuel_code = fuel_of_header(header)
        if fuel_code is None or fuel_code not in account.fuel_units:
            what = "is in no list of fuels" if fuel_code is None else f"is no column of {account.title}"
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: column header '{header}' {what}. Correct it, or add the "
                "spelling to the seed 'fuel' if the publisher changed it."
            )
            raise Refusal("E_LABEL", message, name, cell)
        if fuel_code in columns:
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: column header '{header}' occurs twice, first in "
                f"column {address(row_no, columns[fuel_code])}. Delete the column that does not belong "
                "there."
            )
            raise Refusal("E_FUEL_SET", message, name, cell)
        columns[fuel_code] = column_no
    _refuse_column_without_header(path, layout, account)
    missing = [code for code in account.fuel_units if code not in columns and code not in account.optional_fuels]
    if missing:
        cell = address(row_no, min(columns.values()))
        message = (
            f"{path.name}, sheet '{name}': no column for {', '.join(missing)} in the row of headers that "
            f"begins at {cell}. Restore the column from the publisher's copy or download the workbook again."
        )
        raise Refusal("E_FUEL_SET", message, name, cell)
    return columns


def _refuse_column_without_header(path: Path, layout: InventoryLayout, account: Account) -> None:
    """Refuse a column that has a unit, but no header, between the first header and the last: its fuel is unknown."""
    units = {normal_key(unit) for accepted in account.fuel_units.values() for unit in accepted}
    for column_no in range(min(layout.headers), max(layout.headers)):
        unit = layout.sheet.rows[layout.unit_row_no - 1][column_no - 1]
        if column_no not in layout.headers and normal_key(str(unit)) in units:
            cell, name = address(layout.header_row_no, column_no), layout.sheet.name
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: the column has the unit '{unit}', but no header; which "
                "fuel it is cannot be told. Restore the header from the publisher's copy or delete the column."
            )
            raise Refusal("E_FUEL_SET", message, name, cell)


def _check_units(path: Path, layout: InventoryLayout, columns: dict[str, int], account: Account) -> None:
    for fuel_code, column_no in columns.items():
        unit = str(layout.sheet.rows[layout.unit_row_no - 1][column_no - 1])
        accepted = account.fuel_units[fuel_code]
        if normal_key(unit) not in {normal_key(word) for word in accepted}:
            cell, name = address(layout.unit_row_no, column_no), layout.sheet.name
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: the unit is '{unit}', expected '{accepted[0]}'. Values "
                "of another unit would be off by orders of magnitude: convert the column or download the "
                "workbook again."
            )
            raise Refusal(account.unit_refusal, message, name, cell)


def _labelled_rows(path: Path, layout: InventoryLayout, account: Account) -> dict[str, int]:
    """Return row code -> row_no in the order of the account."""
    name = layout.sheet.name
    rows: dict[str, int] = {}
    for row_no, label in layout.labels().items():
        code = account.row_code_of(label, not rows)
        cell = address(row_no, layout.label_column_no)
        if code is None:
            expected = "a label of the 47 inventory rows" if rows else account.first_row
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: label '{label}' is in no alias table; expected "
                f"is {expected}. Correct the label, or add it to the seed 'sector_label_alias' if the "
                "publisher changed it."
            )
            raise Refusal("E_LABEL", message, name, cell)
        if code in rows:
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: row '{label}' occurs twice, first in row "
                f"{rows[code]}. Delete the row that does not belong there or download the workbook again."
            )
            raise Refusal("E_SECTOR_SET", message, name, cell)
        rows[code] = row_no
    missing = [code for code in account.row_codes if code not in rows]
    if missing:
        message = (
            f"{path.name}, sheet '{name}': {len(rows)} labelled rows, expected {len(account.row_codes)}; missing "
            f"{', '.join(missing)}. Restore the rows from the publisher's copy or download the workbook "
            "again."
        )
        raise Refusal("E_SECTOR_SET", message, name)
    return {code: rows[code] for code in account.row_codes}


def _number(path: Path, sheet: Sheet, row_no: int, column_no: int) -> float:
    cell = sheet.rows[row_no - 1][column_no - 1]
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    if isinstance(cell, str) and not cell.strip():
        return math.nan
    place = address(row_no, column_no)
    message = (
        f"{path.name}, sheet '{sheet.name}', cell {place}: '{cell}' is no number. Restore the number from "
        "the publisher's copy or download the workbook again."
    )
    raise Refusal("E_NOT_NUMBER", message, sheet.name, place)
