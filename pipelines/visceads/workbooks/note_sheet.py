"""The NOTE sheet of a CEADs workbook: what it says the workbook is, and for which years.

Belongs here: finding and reading the note. Not here: what follows from it when the sheets say something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from visceads.codes import normal_key
from visceads.workbooks.refusal import address
from visceads.workbooks.sheets import Sheet

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
"""A year that is no part of a longer number."""

_NOTE_NAMES = ("note", "notes", "说明")
_FAMILY_WITNESSES = {
    "byipccsectoralapproach": "co2_inventory",
    "byapparentemissionaccountingmethod": "apparent_provincial",
    "provincialenergyinventory": "energy_inventory",
    "nationalco2emissioninventory": "co2_national",
    "cityemissiondata": "city_vector",
}


@dataclass(frozen=True)
class Note:
    """What the note of a workbook says.

    Attributes:
        sheet_name: the note's sheet, or '' if the workbook has none.
        family: the family its `Content` line names, or ''.
        content: the `Content` line as printed, first line only, or ''.
        years: the years its `Timeseries` line covers: none, one, or every year of a range.
        years_cell: the address of that cell, or ''.
        reference_count: how many numbered references it lists.
        names_xu_2024: whether it cites Xu et al. 2024, as the releases from 2024 on do.
        is_synthetic: whether it says SYNTHETIC: invented data, for demonstration.
        is_reconstructed: whether it says RECONSTRUCTED: a stand-in for a real workbook, for tests.
    """

    sheet_name: str = ""
    family: str = ""
    content: str = ""
    years: tuple[int, ...] = ()
    years_cell: str = ""
    reference_count: int = 0
    names_xu_2024: bool = False
    is_synthetic: bool = False
    is_reconstructed: bool = False


def is_note(sheet_name: str) -> bool:
    """Return whether a sheet of this name is a note about the workbook."""
    return normal_key(sheet_name) in _NOTE_NAMES


def says(word: str, text: str) -> bool:
    """Return whether a text holds a word of warning such as SYNTHETIC, in any letter case."""
    return re.search(rf"\b{word}\b", text, re.IGNORECASE) is not None


def read_note(sheets: Iterable[Sheet]) -> Note:
    """Return what the first note among the sheets says; an empty `Note` if there is none."""
    sheet = next((sheet for sheet in sheets if is_note(sheet.name)), None)
    if sheet is None:
        return Note()
    text = "\n".join(str(cell) for row in sheet.rows for cell in row if cell != "")
    content = _value_beside(sheet, "content")[0]
    years_text, years_cell = _value_beside(sheet, "timeseries")
    key = normal_key(content)
    return Note(
        sheet_name=sheet.name,
        family=next((family for words, family in _FAMILY_WITNESSES.items() if words in key), ""),
        content=content.split("\n")[0].strip(),
        years=_years(years_text),
        years_cell=years_cell,
        reference_count=len(re.findall(r"^\s*\d{1,2}\. ", text, re.MULTILINE)),
        names_xu_2024="xuetal2024" in normal_key(text),
        is_synthetic=says("SYNTHETIC", text),
        is_reconstructed=says("RECONSTRUCTED", text),
    )


def _value_beside(sheet: Sheet, key: str) -> tuple[str, str]:
    """Return the text and the address of the cell right of the line that begins with a key."""
    for row_no, row in enumerate(sheet.rows, start=1):
        if len(row) > 1 and normal_key(str(row[0])).startswith(key):
            cell = row[1]
            text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
            return text, address(row_no, 2)
    return "", ""


def _years(text: str) -> tuple[int, ...]:
    found = [int(year) for year in YEAR.findall(text)]
    return tuple(range(min(found), max(found) + 1)) if found else ()
