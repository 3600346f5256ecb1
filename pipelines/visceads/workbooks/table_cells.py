"""What the readers of plain emission tables share: a number out of a cell, the note as a witness, a hash of the cells.

Belongs here: rules that hold for any table of values in million tonnes. Not here: where a table stands on its
sheet, and what its rows and columns mean; that is its reader's.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from visceads.codes import normal_key
from visceads.workbooks.note_sheet import YEAR, Note, is_note
from visceads.workbooks.refusal import Refusal, address
from visceads.workbooks.sheets import Sheet

_MILLION_TONNES = {"mt", "mtco2", "milliontonnes", "milliontones", "milliontons", "百万吨"}
"""Normal keys of the unit as notes print it; 'million tones' is how the publisher spells it."""


def number_at(path: Path, sheet: Sheet, row_no: int, column_no: int) -> float | None:
    """Return the number in a cell, None where the cell is empty or the row ends before it.

    Args:
        path: the workbook, for the message.
        sheet: the sheet.
        row_no: counted from 1.
        column_no: counted from 1.

    Raises:
        Refusal: E_NOT_NUMBER, if it holds text, a date or a truth value.
    """
    row = sheet.rows[row_no - 1]
    cell = row[column_no - 1] if column_no <= len(row) else ""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    if isinstance(cell, str) and not cell.strip():
        return None
    place = address(row_no, column_no)
    message = (
        f"{path.name}, sheet '{sheet.name}', cell {place}: '{cell}' is no number. Restore the number from the "
        "publisher's copy or download the workbook again."
    )
    raise Refusal("E_NOT_NUMBER", message, sheet.name, place)


def year_of(cell: object) -> int | None:
    """Return the year that a cell is, as number or as text ('1997', 1997.0), or None."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    return int(text) if YEAR.fullmatch(text) else None


def refuse_other_note(path: Path, note: Note, families: Sequence[str], title: str) -> None:
    """Refuse a workbook whose note names another family than its sheets have.

    Args:
        path: the workbook.
        note: its note.
        families: the families that the note may name.
        title: what the sheets are, in words.

    Raises:
        Refusal: E_NOTE_CONFLICT.
    """
    if note.family and note.family not in families:
        message = (
            f"{path.name}, sheet '{note.sheet_name}': the note says '{note.content}', but the sheets are {title}. "
            "Note and sheets come from two workbooks; download it again."
        )
        raise Refusal("E_NOTE_CONFLICT", message, note.sheet_name)


def refuse_other_unit(path: Path, sheets: Sequence[Sheet]) -> None:
    """Refuse a workbook whose note states another unit than million tonnes; a note may state none.

    Raises:
        Refusal: E_UNIT_CO2, with the cell of the note.
    """
    for sheet in (sheet for sheet in sheets if is_note(sheet.name)):
        for row_no, row in enumerate(sheet.rows, start=1):
            if len(row) < 2 or not normal_key(str(row[0])).startswith("unit"):
                continue
            lines = [normal_key(line) for line in str(row[1]).splitlines()]
            others = [line for line in lines if line and line not in _MILLION_TONNES]
            if others:
                place = address(row_no, 2)
                stated = " ".join(str(row[1]).split())
                message = (
                    f"{path.name}, sheet '{sheet.name}', cell {place}: the unit is '{stated}', expected are million "
                    "tonnes ('Mt'). Convert all values and state the unit, or download the workbook again."
                )
                raise Refusal("E_UNIT_CO2", message, sheet.name, place)


def cell_hash(cells: pl.DataFrame, keys: Sequence[str], value: str) -> str:
    """Return the SHA-256 over the sorted lines `key|key|value`; 17 digits, an empty cell as 'null'.

    The same values in other bytes (a workbook that was saved again, columns in another order) have the same hash.

    Args:
        cells: one row a cell.
        keys: the columns that say what a cell is, without its place on the sheet.
        value: the column of numbers.
    """
    lines = []
    for row in cells.select(*keys, value).iter_rows():
        text = "null" if row[-1] is None else f"{row[-1]:.17g}"
        lines.append("|".join([*(str(key) for key in row[:-1]), text]))
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
