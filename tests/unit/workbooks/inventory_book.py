"""A small valid provincial inventory, written on demand: tests spoil a copy of it and read it back.

Test modules cannot import each other here; they load this one with `runpy`.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import xlsxwriter

from visceads import codes

Rows = list[list[object]]
FUELS = [
    *("Raw_Coal", "CleanedCoal", "Other_Washed_Coal", "Briquettes", "Coke", "Coke_Oven_Gas", "Other_Gas"),
    *("Other_Coking_Products", "Crude_Oil", "Gasoline", "Kerosene", "Diesel_Oil", "Fuel_Oil", "LPG"),
    *("Refinery_Gas", "Other_Petroleum_Products", "Natural_Gas"),
]
COLUMNS = [*FUELS, "Scope_2_Heat", "Scope_2_Electricity", "Other_Energy", "Process", "Scope_1_Total"]
CEMENT_ROW, PROCESS_COLUMN, TOTAL_COLUMN = 30, 21, 22
"""Indices counted from 0 into the rows of a sheet: row 31, columns V and W of Excel."""


@dataclass(frozen=True)
class Formula:
    """A formula cell with the result that is saved beside it ('#REF!' is an error cell, '' no result)."""

    result: object


@dataclass
class InventoryBook:
    """The sheets of an inventory workbook, to be spoilt and written."""

    sheets: dict[str, Rows]

    def rename(self, old: str, new: str) -> None:
        self.sheets = {new if name == old else name: rows for name, rows in self.sheets.items()}

    def write(self, path: Path) -> Path:
        skeleton = io.BytesIO()
        with xlsxwriter.Workbook(skeleton) as workbook:
            for name in self.sheets:
                workbook.add_worksheet(name)
        sheets = iter(self.sheets.values())
        with zipfile.ZipFile(skeleton) as source, zipfile.ZipFile(path, "w") as archive:
            for member in source.namelist():
                is_sheet = member.startswith("xl/worksheets/sheet")
                archive.writestr(member, sheet_xml(key_of(next(sheets))) if is_sheet else source.read(member))
        return path


def key_of(rows: Rows) -> tuple[tuple[object, ...], ...]:
    return tuple(tuple(row) for row in rows)


@cache
def sheet_xml(rows: tuple[tuple[object, ...], ...]) -> bytes:
    """The XML of one sheet; most sheets are the same in all tests, and writing them is what takes time."""
    content = io.BytesIO()
    # In constant memory every text stands in its cell, so that the XML is complete in itself.
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as workbook:
        worksheet = workbook.add_worksheet()
        for row_no, row in enumerate(rows):
            for column_no, cell in enumerate(row):
                if isinstance(cell, Formula):
                    worksheet.write_formula(row_no, column_no, "=Z99", None, cell.result)
                elif cell != "":
                    worksheet.write(row_no, column_no, cell)
    with zipfile.ZipFile(content) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def province_rows(number: int) -> Rows:
    """One province sheet in the layout of the current release; all sums hold."""
    labels = codes.seed("sector_inventory").sort("row_no")["label_emission_file"]
    values = [[0.0] * len(COLUMNS) for _ in labels]
    values[38][0] = 100.123456 + number  # raw coal of power and heat
    values[27][4] = 20.345678  # coke of smelting of ferrous metals
    values[45][16] = 0.567891  # natural gas of urban households
    values[26][20] = 3.141593 + number / 7  # cement
    for row in values:
        row[21] = sum(row[:17]) + row[20]
    total = [sum(column) for column in zip(*values, strict=True)]
    rows = [["Emission_Inventory", *COLUMNS], ["unit", *["Mt CO2"] * len(COLUMNS)], [""] * (len(COLUMNS) + 1)]
    rows.append(["TotalEmissions", *total])
    return rows + [[label, *row] for label, row in zip(labels, values, strict=True)]


def note_rows(year: int) -> Rows:
    references = [f"{i}. Shan et al. (201{i})" for i in range(1, 5)] + ["5. Xu et al. (2024)"]
    return [
        ["Introduction/简介", "Sectoral CO2 emission inventory"],
        [
            "Content/内容",
            "China provincial CO2 emission inventory (by IPCC Sectoral Approach)\n中国省级二氧化碳排放清单",
        ],
        ["Type/类型", "CO2"],
        ["Timeseries/时间序列", year],
        ["Unit/单位", "Mt"],
        *[["", reference] for reference in references],
    ]


def make_inventory(year: int = 2012, with_note: bool = True, suffix: str | None = None) -> InventoryBook:
    """The sheets of a valid inventory; `suffix` follows the province in the sheet names, else the year does."""
    provinces = codes.seed("province").filter(codes.seed("province")["has_inventory"] == "true")
    ending = str(year) if suffix is None else suffix
    sheets = {"NOTE": note_rows(year)} if with_note else {}
    for number, name in enumerate(provinces["name_en"]):
        sheets[f"{name.replace(' ', '')}{ending}"] = province_rows(number)
    return InventoryBook(sheets)
