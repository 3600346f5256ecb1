"""The year of a provincial multi-regional table, from the first witness that states it.

Belongs here: the order of the witnesses and their contradictions. Not here: where the table lies (`mrio_axis`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from visceads.workbooks.mrio_labels import text_of
from visceads.workbooks.mrio_place import Source
from visceads.workbooks.refusal import Finding
from visceads.workbooks.sheets import Sheet

_YEAR = re.compile(r"(?<!\d)(?:19[89]\d|20[0-4]\d)(?!\d)")
_TABLE_SHEET = re.compile(r"(?i)table[ _-]?((?:19[89]|20[0-4])\d)(?!\d)")


@dataclass(frozen=True)
class TableYear:
    """The year of a table and what is noted about where it comes from."""

    year: int
    findings: tuple[Finding, ...]


def year_of_table(
    file: str, sheet: str, titles: Sequence[str], heads: Mapping[str, Sheet], parameter: int | None
) -> TableYear:
    """Return the year: sheet name, title, note, a sibling sheet `Table_<year>..`, the parameter, the file name.

    Args:
        file: the file's name.
        sheet: the name of the sheet that holds the table.
        titles: the texts above and left of the table.
        heads: the first rows of all sheets.
        parameter: the year that the caller states, or None.

    Raises:
        Refusal: E_YEAR_CONFLICT if two witnesses disagree (a file name that disagrees is only noted, W_FILENAME_YEAR),
            E_YEAR_UNKNOWN if there is none.
    """
    source = Source(file, sheet)
    siblings = {int(match[1]) for name in heads if name != sheet and (match := _TABLE_SHEET.search(name))}
    own = {
        f"the sheet name '{sheet}'": _only_year([sheet]),
        "the title": _only_year(titles),
        "the note (Timeseries)": _only_year(_timeseries(heads)),
    }
    if not any(own.values()):
        # Several tables of other years may lie side by side: a sibling speaks only for a sheet that is silent.
        own["the sibling sheet 'Table_<year>'"] = siblings.pop() if len(siblings) == 1 else None
    own["the year given by the caller"] = parameter
    stated = {witness: year for witness, year in own.items() if year is not None}
    if len(set(stated.values())) > 1:
        words = ", ".join(f"{witness} says {year}" for witness, year in stated.items())
        text = f"the year of the table is contradictory: {words}. Correct the one that is wrong."
        raise source.refusal("E_YEAR_CONFLICT", text)
    from_name = _only_year([PurePath(file).stem])
    if stated:
        witness, found = next(iter(stated.items()))
        if from_name in (None, found):
            return TableYear(found, ())
        text = f"the file name says {from_name}, but {witness} says {found}; the content counts. Rename the file."
        return TableYear(found, (source.finding("W_FILENAME_YEAR", text),))
    if from_name is None:
        text = "neither sheet name, title, note nor file name states the year of the table. "
        text += "Put it into the file name, such as MRIO_2012.xlsx."
        raise source.refusal("E_YEAR_UNKNOWN", text)
    text = f"only the file name states the year; {from_name} was taken from it. Check that it is right."
    return TableYear(from_name, (source.finding("W_YEAR_FROM_FILENAME", text),))


def _only_year(texts: Sequence[str]) -> int | None:
    """The year that texts state, if they state exactly one (several may be a range or the date of a source)."""
    years = {int(year) for text in texts for year in _YEAR.findall(text)}
    return years.pop() if len(years) == 1 else None


def _timeseries(heads: Mapping[str, Sheet]) -> list[str]:
    """The cells of the rows of a note sheet that start with `Timeseries`."""
    return [
        text_of(cell)
        for head in heads.values()
        if head.name.casefold().startswith(("note", "说明"))
        for row in head.rows
        if any(text_of(cell).casefold().replace(" ", "").startswith("timeseries") for cell in row[:3])
        for cell in row
    ]
