"""The workbook around an invented provincial CO2 inventory, laid out as the release V3 or, for an older edition, as V2.

Belongs here: the NOTE sheet, the province sheets, their headers and totals. Not here: the numbers
(`inventory`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xlsxwriter.worksheet

from visceads import codes
from visceads.demo.economy import random_numbers
from visceads.demo.inventory import SyntheticInventory
from visceads.demo.note_sheet import INVENTORY_REFERENCES, PROVINCE_DOWNLOAD, NoteText, write_note
from visceads.demo.workbook import synthetic_workbook

_HEADERS = (
    "Raw_Coal",
    "CleanedCoal",
    "Other_Washed_Coal",
    "Briquettes",
    "Coke",
    "Coke_Oven_Gas",
    "Other_Gas",
    "Other_Coking_Products",
    "Crude_Oil",
    "Gasoline",
    "Kerosene",
    "Diesel_Oil",
    "Fuel_Oil",
    "LPG",
    "Refinery_Gas",
    "Other_Petroleum_Products",
    "Natural_Gas",
    "Scope_2_Heat",
    "Scope_2_Electricity",
    "Other_Energy",
    "Process",
    "Scope_1_Total",
)
"""Column headers of the V3 release, in its order."""

_FIRST_ROW = 3  # row 4 as Excel counts: the total row; row 3 stays empty


@dataclass(frozen=True)
class Edition:
    """How a release spells the same sheet.

    Attributes:
        headers: of the 22 value columns.
        corner: the cells A1 and A2.
        total_label: the label of the total row.
        padding: blanks behind every label of the 47 rows.
        references: what the note cites.
    """

    headers: tuple[str, ...]
    corner: tuple[str, str]
    total_label: str
    padding: str
    references: tuple[str, ...]


V3 = Edition(_HEADERS, ("Emission_Inventory", "unit"), "TotalEmissions", "", INVENTORY_REFERENCES)
V2 = Edition(
    headers=tuple(header.replace("CleanedCoal", "Cleaned Coal").replace("_", " ") for header in _HEADERS),
    corner=("", ""),
    total_label="Total Consumption",
    padding=" " * 6,
    references=INVENTORY_REFERENCES[:4],
)


def write_inventory_workbook(path: Path, inventory: SyntheticInventory, edition: Edition = V3) -> None:
    """Write the inventory of one year: a NOTE and 30 province sheets in no particular order.

    Args:
        path: the workbook; replaced if it exists.
        inventory: the cells.
        edition: the release whose layout it has, by which readers tell which one is newer.
    """
    note = NoteText(
        content="China provincial CO2 emission inventory (by IPCC Sectoral Approach)",
        content_zh="中国省级二氧化碳排放清单（IPCC部门核算法）",
        kind="CO2\n二氧化碳",
        years=inventory.year,
        unit="Mt\n百万吨",
        references=edition.references,
        download=PROVINCE_DOWNLOAD,
    )
    with synthetic_workbook(path, f"provincial CO2 emission inventory {inventory.year}") as workbook:
        write_note(workbook.add_worksheet("NOTE"), note)
        names = dict(codes.seed("province").select("province_code", "name_en").rows())
        order = random_numbers(30).permutation(len(inventory.provinces))
        for k in order.tolist():
            name = names[inventory.provinces[k]].replace(" ", "")
            sheet = workbook.add_worksheet(f"{name}{inventory.year}")
            write_inventory_sheet(sheet, with_totals(inventory.co2_t[k]), edition)


def with_totals(co2_t: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the cells of a sheet, 48 x 22 tonnes: the total row first, the total column last.

    Args:
        co2_t: 47 x 18 tonnes, the last column process.
    """
    scope_2 = np.zeros((len(co2_t), 3), dtype=np.int64)  # heat, electricity, other energy: zero, as published
    cells = np.hstack([co2_t[:, :-1], scope_2, co2_t[:, -1:], co2_t.sum(axis=1, keepdims=True)])
    return np.vstack([cells.sum(axis=0), cells])


def row_labels(edition: Edition) -> list[str]:
    """Return the labels of the 48 rows as an edition prints them, the total row first."""
    labels = codes.seed("sector_inventory").sort("row_no")["label_emission_file"]
    return [edition.total_label, *(f"{label}{edition.padding}" for label in labels)]


def write_inventory_sheet(
    sheet: xlsxwriter.worksheet.Worksheet, cells: npt.NDArray[np.int64], edition: Edition
) -> None:
    """Write one province, or one year of the nation: headers, units, an empty row, the total row and the 47 rows.

    Args:
        sheet: the empty sheet.
        cells: 48 x 22 tonnes, as `with_totals` returns them.
        edition: how headers and labels are spelt.
    """
    for row, texts in enumerate((edition.headers, ["Mt CO2"] * len(edition.headers))):
        if edition.corner[row]:
            sheet.write_string(row, 0, edition.corner[row])
        sheet.write_row(row, 1, texts)
    for k, (label, tonnes) in enumerate(zip(row_labels(edition), cells.tolist(), strict=True)):
        sheet.write_string(_FIRST_ROW + k, 0, label)
        sheet.write_row(_FIRST_ROW + k, 1, [cell / 1e6 for cell in tonnes])
