"""The year of a provincial inventory: sheet names, titles, note, the caller's word, published totals, file name.

Belongs here: the order of these witnesses and what happens when two disagree. Not here: reading the cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from visceads.codes import seed
from visceads.workbooks.inventory_block import InventoryBlock
from visceads.workbooks.inventory_layout import province_and_year
from visceads.workbooks.note_sheet import YEAR, Note
from visceads.workbooks.refusal import Finding, Refusal

PUBLISHED_TOTAL_TOLERANCE = 0.06
"""Mt; the published totals of the oldest release are rounded to one decimal."""

_ADVICE = "Correct the one that is wrong, or download the workbook again."


@dataclass(frozen=True)
class _Witness:
    """One source of the year; `words` follows 'because' in a message."""

    year: int
    words: str
    sheet: str = ""
    cell: str = ""


def find_year(
    path: Path, note: Note, blocks: Sequence[InventoryBlock], passed: int | None
) -> tuple[int, list[Finding]]:
    """Return the year of a workbook and what is to be known about where it comes from.

    Sheet names, titles, note and the passed year must agree. The oldest CO2 workbooks (V1 to 2015) state no year:
    there the 30 province totals are compared with the published ones, and where these settle nothing the file
    name decides.

    Args:
        path: the workbook.
        note: its note.
        blocks: its 30 province sheets.
        passed: the year as the caller knows it, or None.

    Returns:
        The year, and the findings W_YEAR_FROM_TOTALS, W_YEAR_FROM_FILENAME or W_FILENAME_YEAR.

    Raises:
        Refusal: E_YEAR_CONFLICT, if two witnesses disagree; E_YEAR_UNKNOWN, if there is none.
    """
    witnesses = _sheet_name_witnesses(blocks) + _title_witnesses(blocks)
    if len(note.years) == 1:
        words = f"the note says {note.years[0]} (sheet '{note.sheet_name}', cell {note.years_cell})"
        witnesses.append(_Witness(note.years[0], words, note.sheet_name, note.years_cell))
    if passed is not None:
        witnesses.append(_Witness(passed, f"the year passed for it is {passed}"))
    findings: list[Finding] = []
    if all(witness.words.startswith("the year passed") for witness in witnesses):
        witnesses += _totals_witnesses(blocks)
        if not witnesses:
            return _year_of_file_name(path)
        if passed is None:
            found = witnesses[0]
            message = f"{path.name}: no sheet states the year; it is {found.year}, because {found.words}."
            findings.append(Finding("W_YEAR_FROM_TOTALS", message))
    first = witnesses[0]
    for other in witnesses[1:]:
        if other.year != first.year:
            message = f"{path.name}: the year is in doubt: {first.words}, but {other.words}. {_ADVICE}"
            raise Refusal("E_YEAR_CONFLICT", message, other.sheet, other.cell)
    return first.year, findings + _file_name_finding(path, first)


def _sheet_name_witnesses(blocks: Sequence[InventoryBlock]) -> list[_Witness]:
    by_year: dict[int, str] = {}
    for block in blocks:
        year = province_and_year(block.sheet.name)[1]
        if year is not None:
            by_year.setdefault(year, block.sheet.name)
    return [_Witness(year, f"sheet '{name}' says {year}", name) for year, name in by_year.items()]


def _title_witnesses(blocks: Sequence[InventoryBlock]) -> list[_Witness]:
    """Return the years that the titles of sheets name; a title with several years states none."""
    by_year: dict[int, _Witness] = {}
    for block in blocks:
        years = block.layout.title_years()
        if len(years) == 1:
            year, cell = years.popitem()
            words = f"the title of sheet '{block.sheet.name}' says {year} (cell {cell})"
            by_year.setdefault(year, _Witness(year, words, block.sheet.name, cell))
    return list(by_year.values())


def _totals_witnesses(blocks: Sequence[InventoryBlock]) -> list[_Witness]:
    """Return the year whose 30 published V1 totals equal those of the sheets, if there is one.

    Energy inventories have no total column: there is nothing to compare.
    """
    if not all("total" in block.columns for block in blocks):
        return []
    totals = pl.DataFrame(
        {
            "province_code": [block.key for block in blocks],
            "total_mt": [block.of("total", "total") for block in blocks],
        }
    )
    published = seed("co2_province_year_published").filter(pl.col("vintage") == "V1")
    deviation = (pl.col("co2_mt").cast(pl.Float64) - pl.col("total_mt")).abs()
    by_year = (
        published.join(totals, on="province_code")
        .group_by("year")
        .agg(deviation.max().alias("largest"), pl.len().alias("provinces"))
        .filter((pl.col("largest") <= PUBLISHED_TOTAL_TOLERANCE) & (pl.col("provinces") == len(blocks)))
    )
    words = "its 30 province totals equal the published totals of {} (release V1, within 0.06 Mt)"
    return [_Witness(int(year), words.format(year)) for year in by_year["year"]]


def _year_of_file_name(path: Path) -> tuple[int, list[Finding]]:
    years = sorted(set(YEAR.findall(path.stem)))
    if len(years) != 1:
        message = (
            f"{path.name}: the year of this inventory is unknown: no sheet states it, no published totals settle it, "
            f"and the file name has {'no year' if not years else 'several years'}. "
            "Put the year into the file name, such as inventory_2012.xlsx."
        )
        raise Refusal("E_YEAR_UNKNOWN", message)
    message = (
        f"{path.name}: no sheet states the year; {years[0]} is taken from the file name alone. Make sure "
        "that the file was not renamed."
    )
    return int(years[0]), [Finding("W_YEAR_FROM_FILENAME", message)]


def _file_name_finding(path: Path, witness: _Witness) -> list[Finding]:
    years = set(YEAR.findall(path.stem))
    if len(years) != 1 or str(witness.year) in years:
        return []
    what = f"the file name says {years.pop()}, but {witness.words}"
    message = f"{path.name}: {what}; the content counts. Rename the file."
    return [Finding("W_FILENAME_YEAR", message)]
