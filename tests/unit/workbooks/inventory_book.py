"""Small valid inventories (CO2 and energy of the provinces, CO2 of the nation), written on demand.

Tests spoil a copy, or lay it out otherwise, and read it back.

Test modules cannot import each other here; they load this one with `runpy`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from visceads import codes
from visceads.workbooks.refusal import Refusal

Rows = list[list[object]]
FUELS = [
    *("Raw_Coal", "CleanedCoal", "Other_Washed_Coal", "Briquettes", "Coke", "Coke_Oven_Gas", "Other_Gas"),
    *("Other_Coking_Products", "Crude_Oil", "Gasoline", "Kerosene", "Diesel_Oil", "Fuel_Oil", "LPG"),
    *("Refinery_Gas", "Other_Petroleum_Products", "Natural_Gas"),
]
COLUMNS = [*FUELS, "Scope_2_Heat", "Scope_2_Electricity", "Other_Energy", "Process", "Scope_1_Total"]
TRANSFORMATION = [
    *("Thermal Power", "Heating Supply", "Coal Washing", "Coking", "Petroleum Refineries", "Gas Works", "Briquettes"),
]
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


def energy_rows(number: int) -> Rows:
    """One province sheet of an energy inventory: final consumption, 47 rows, balance block; all sums hold."""
    labels = codes.seed("sector_inventory").sort("row_no")["label_energy_file"].to_list()
    fuels = codes.seed("fuel").drop_nulls("energy_header")
    zeros = [0.0] * len(fuels)
    values = [[*zeros] for _ in labels]
    values[38][0] = 1234.5678 + number  # raw coal of power and heat
    values[27][4] = 345.678901 + number / 3  # coke of smelting of ferrous metals
    values[45][16] = 5.067891  # natural gas of urban households
    values[45][17] = 15697.786087785764  # heat of the same
    final = [sum(column) for column in zip(*values, strict=True)]
    parts = {label: [*zeros] for label in TRANSFORMATION}
    parts["Thermal Power"][0], parts["Thermal Power"][18] = 20226.389084, -3026.6435
    parts["Coal Washing"][0], parts["Coal Washing"][1] = 11726.47 + number / 7, -5058.5
    parts["Coking"][1], parts["Coking"][4] = 3521.19, -2711.1
    transformation = [sum(column) for column in zip(*parts.values(), strict=True)]
    memo = {"Coke Input (-)": [*zeros], "Loss": [*zeros], "Non-Energy Use": [*zeros]}
    memo["Coke Input (-)"][4], memo["Loss"][18], memo["Non-Energy Use"][0] = 77.0, 94.54, 1371.57
    blank = ["", *zeros]  # separators have no label, but carry zeros
    return [
        ["Energy_inventory", *fuels["energy_header"]],
        ["unit", *fuels["energy_unit"]],
        ["Total Final Consumption", *final],
        *[[label, *row] for label, row in zip(labels, values, strict=True)],
        *[blank, blank],
        ["Inputs(+) outputs(-)", *transformation],
        *[[label, *row] for label, row in list(parts.items())[:6]],
        ["Coke Input (-)", *memo["Coke Input (-)"]],
        ["Briquettes", *parts["Briquettes"]],
        blank,
        ["Loss", *memo["Loss"]],
        ["% Loss", *zeros],
        ["Total Consumption", *[sum(pair) for pair in zip(final, transformation, strict=True)]],
        blank,
        ["Non-Energy Use", *memo["Non-Energy Use"]],
        blank,
        ["China Airplanes&ships Refueling in Abroad", *zeros],
        ["Foreign Airplanes&ships Refueling in China", *zeros],
    ]


def make_energy_inventory(year: int = 2012, with_note: bool = True, suffix: str | None = None) -> InventoryBook:
    """The sheets of a valid energy inventory; `suffix` as in `make_inventory`."""
    frame = make_inventory(year, with_note, suffix)
    provinces = iter(range(30))
    frame.sheets = {
        name: energy_note(year) if name == "NOTE" else energy_rows(next(provinces)) for name in frame.sheets
    }
    return frame


def energy_note(year: int) -> Rows:
    return [["Content/内容", "China provincial energy inventory\n中国省级能源清单"], ["Timeseries/时间序列", year]]


def make_national(years: tuple[int, ...] = (2010, 2011, 2012)) -> InventoryBook:
    """The sheets of a valid national inventory with its note and its two summaries, as the current release has."""
    sheets = {str(year): national_rows(year - 2000) for year in years}
    content = "China national CO2 emission inventory (by IPCC Sectoral Emissions)\n中国二氧化碳排放清单"
    note = [["Content/内容", content], ["Timeseries/时间序列", f"{years[0]}-{years[-1]}"]]
    by_fuel = [["", *COLUMNS], *[[float(year), *sheets[str(year)][3][1:]] for year in years]]
    by_sector: Rows = [["", *[float(year) for year in years]], ["", *[""] * len(years)], ["", *[""] * len(years)]]
    for row_no in range(3, 51):
        by_sector.append([sheets[str(years[0])][row_no][0], *[sheets[str(y)][row_no][TOTAL_COLUMN] for y in years]])
    return InventoryBook({"NOTE": note, "sum": by_fuel, "Sum-Sec-Scope 1": by_sector, **sheets})


def national_rows(number: int) -> Rows:
    """One sheet of a national inventory: as one of a province, in the spelling of the older releases."""
    rows = province_rows(number)
    rows[0] = ["", *[header.replace("_", " ") for header in COLUMNS]]
    rows[1][0] = ""
    rows[3][0] = "Total Consumption"
    return [*rows[:4], *[[f"{row[0]:<60}", *row[1:]] for row in rows[4:]]]


# --- other layouts of the same table ---


@dataclass
class Relayout:
    """How a sheet is laid out otherwise, its numbers and labels unchanged.

    Attributes:
        order: the value columns, counted from 1, in their new order.
        spell: how headers, units and labels are spelt.
        blank_rows: before which rows of the sheet an empty row is put in, counted from 0.
        separators: before which rows below the units a row with numbers, but no text label, is put in.
        blank_columns: before which columns an empty column is put in, counted from 0.
    """

    order: list[int]
    spell: Callable[[str], str] = str
    blank_rows: list[int] = field(default_factory=list)
    separators: list[int] = field(default_factory=list)
    blank_columns: list[int] = field(default_factory=list)

    def of(self, rows: Rows) -> Rows:
        result: Rows = []
        for row_no, row in enumerate(rows):
            result += [[""]] * self.blank_rows.count(row_no)
            if row_no > 1:  # the number 0 stands in the label column of two published sheets
                result += [[label, *[0.0, 9.5] * 5] for label in ("", 0.0)[: self.separators.count(row_no)]]
            result.append([row[0], *[row[column] for column in self.order]])
        return [self._spelt(row) for row in result]

    def _spelt(self, row: list[object]) -> list[object]:
        texts = [self.spell(cell) if isinstance(cell, str) and cell else cell for cell in row]
        for column in sorted(self.blank_columns, reverse=True):
            texts.insert(column, "")
        return texts


def values_by_code(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells without their places, in one order."""
    kept = cells.drop("sheet", "row_no", "column_no")
    return kept.sort([name for name in kept.columns if not name.startswith("value")])


def misplaced(cells: pl.DataFrame, inventory: InventoryBook) -> list[tuple[object, ...]]:
    """The cells (sheet, row_no, column_no, value) whose value is not the number of the workbook at that address."""
    value = "value_mt" if "value_mt" in cells.columns else "value"
    places = cells.select("sheet", "row_no", "column_no", value).iter_rows()
    return [place for place in places if written(inventory.sheets[place[0]][place[1] - 1][place[2] - 1]) != place[3]]


def written(cell: object) -> float | None:
    """A number as the workbook holds it (xlsxwriter writes 16 digits), an empty cell as None."""
    return None if cell == "" else float(f"{cell:.16G}")


# --- refusals ---


def refused_by(read: Callable[..., object], inventory: InventoryBook, path: Path, *arguments: object) -> Refusal:
    """The refusal of a workbook, whose sentence has the form that all have."""
    with pytest.raises(Refusal) as caught:
        read(inventory.write(path), *arguments)
    refusal = caught.value
    assert refusal.message.startswith(path.name)  # the file is named first, the advice ends the message
    assert refusal.message.endswith(".")
    assert len(refusal.message.split(". ")) > 1 or ";" in refusal.message
    return refusal


def verdict(refusal: Refusal) -> tuple[str, str, str]:
    return refusal.code, refusal.sheet, refusal.cell
