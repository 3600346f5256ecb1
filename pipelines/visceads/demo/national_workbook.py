"""The workbook around the invented national CO2 inventory: a sheet a year, and two summaries of all years.

Belongs here: the NOTE sheet, the summaries, the sheets of the years. Not here: the numbers (`inventory`) and how one
sheet is laid out (`inventory_workbook`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import xlsxwriter.worksheet

from visceads.demo.inventory_workbook import V2, row_labels, with_totals, write_inventory_sheet
from visceads.demo.note_sheet import INVENTORY_REFERENCES, NoteText, write_note
from visceads.demo.workbook import synthetic_workbook


def write_national_workbook(path: Path, by_year: dict[int, npt.NDArray[np.int64]]) -> None:
    """Write the national inventory of several years.

    Args:
        path: the workbook; replaced if it exists.
        by_year: year -> 47 x 18 tonnes, as `inventory.national_inventory` returns them; years without a gap,
            ascending, since the note can state no other ones.
    """
    years = list(by_year)
    note = NoteText(
        content="China national CO2 emission inventory (by IPCC Sectoral Emissions)",
        content_zh="中国二氧化碳排放清单（IPCC部门法排放）",
        kind="CO2\n二氧化碳",
        years=f"{years[0]}-{years[-1]}",
        unit="Mt\n百万吨",
        references=INVENTORY_REFERENCES[:3],
        download="https://www.ceads.net/user/index.php?id=130&lang=en",
    )
    cells = {year: with_totals(co2_t) for year, co2_t in by_year.items()}
    with synthetic_workbook(path, f"national CO2 emission inventory {note.years}") as workbook:
        write_note(workbook.add_worksheet("NOTE"), note)
        _write_fuels_by_year(workbook.add_worksheet("sum"), cells)
        _write_years_by_sector(workbook.add_worksheet("Sum-Sec-Scope 1"), cells)
        for year, one in cells.items():
            write_inventory_sheet(workbook.add_worksheet(str(year)), one, V2)


def _write_fuels_by_year(sheet: xlsxwriter.worksheet.Worksheet, cells: dict[int, npt.NDArray[np.int64]]) -> None:
    sheet.write_row(0, 1, V2.headers)
    for row, (year, one) in enumerate(cells.items(), start=1):
        sheet.write_row(row, 0, [year, *(one[0] / 1e6).tolist()])


def _write_years_by_sector(sheet: xlsxwriter.worksheet.Worksheet, cells: dict[int, npt.NDArray[np.int64]]) -> None:
    sheet.write_row(0, 1, list(cells))
    totals = np.stack([one[:, -1] for one in cells.values()], axis=1) / 1e6
    for row, (label, values) in enumerate(zip(row_labels(V2), totals.tolist(), strict=True), start=3):
        sheet.write_row(row, 0, [label, *values])
