"""The workbook around invented apparent emissions: a sheet a year, provinces across, items down.

Belongs here: the NOTE sheet, the labels and places of totals and blocks. Not here: the numbers (`apparent`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import xlsxwriter.worksheet

from visceads import codes
from visceads.demo.apparent import ITEMS, SyntheticApparent
from visceads.demo.note_sheet import INVENTORY_REFERENCES, PROVINCE_DOWNLOAD, NoteText, write_note
from visceads.demo.workbook import synthetic_workbook

_FUEL_LABELS = {"raw_coal": "Raw Coal", "crude_oil": "Crude Oil", "natural_gas": "Natural Gas"}
_ITEM_LABELS = (
    "Indigenous production",
    "Import",
    "Export (-)",
    "Move in",
    "Move out (-)",
    "Stock decrease",
    "Loss",
    "Non-energy use",
)
"""In the order of `apparent.ITEMS`."""

_PRINTED_PROVINCE = {"NM": "Inner mongolia"}
"""Headers that differ from the province's name."""


def write_apparent_workbook(path: Path, years: list[SyntheticApparent]) -> None:
    """Write the apparent emissions of several years.

    Args:
        path: the workbook; replaced if it exists.
        years: ascending and without a gap, since the note can state no other ones.
    """
    note = NoteText(
        content="China provincial CO2 emission inventory (by apparent emission accounting method)",
        content_zh="中国省级二氧化碳排放清单（表观排放核算法）",
        kind="CO2\n二氧化碳",
        years=f"{years[0].year}-{years[-1].year}",
        unit="Mt\n百万吨",
        references=INVENTORY_REFERENCES,
        download=PROVINCE_DOWNLOAD,
    )
    with synthetic_workbook(path, f"provincial apparent CO2 emissions {note.years}") as workbook:
        write_note(workbook.add_worksheet("NOTE"), note)
        for one in years:
            _write_year(workbook.add_worksheet(str(one.year)), one)


def _write_year(sheet: xlsxwriter.worksheet.Worksheet, one: SyntheticApparent) -> None:
    """Write one year: totals in rows 2 to 6, then the three blocks, each below an empty row."""
    names = dict(codes.seed("province").select("province_code", "name_en").rows())
    sheet.write_row(0, 1, ("Items", *(_PRINTED_PROVINCE.get(code, names[code]) for code in one.provinces)))
    for row, (fuel, label) in enumerate(_FUEL_LABELS.items(), start=1):
        _write_line(sheet, row, ("Fossil fuel" if row == 1 else "", f"{label.capitalize()} total"), one.totals[fuel])
    _write_line(sheet, 4, ("Process", "Cement"), one.cement)
    _write_line(sheet, 5, ("Total apparent CO2 emissions (mt)", ""), one.total)
    row = 7
    for fuel, label in _FUEL_LABELS.items():
        for k, tonnes in enumerate(one.items[fuel]):
            _write_line(sheet, row + k, (label if k == 0 else "", _ITEM_LABELS[k]), tonnes)
        row += len(ITEMS) + 1


def _write_line(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, labels: tuple[str, str], tonnes: npt.NDArray[np.int64]
) -> None:
    for column, label in enumerate(labels):
        if label:
            sheet.write_string(row, column, label)
    sheet.write_row(row, len(labels), [value / 1e6 for value in tonnes.tolist()])
