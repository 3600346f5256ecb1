"""The workbook around an invented provincial CO2 inventory, laid out as the V3 release.

Belongs here: the NOTE sheet, the province sheets, their headers and totals. Not here: the numbers
(`inventory`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import xlsxwriter.worksheet

from visceads import codes
from visceads.demo.economy import random_numbers
from visceads.demo.inventory import SyntheticInventory
from visceads.demo.workbook import SYNTHETIC_EN, SYNTHETIC_ZH, synthetic_workbook

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


def write_inventory_workbook(path: Path, inventory: SyntheticInventory) -> None:
    """Write the inventory of one year: a NOTE and 30 province sheets in no particular order.

    Args:
        path: the workbook; replaced if it exists.
        inventory: the cells.
    """
    with synthetic_workbook(path, f"provincial CO2 emission inventory {inventory.year}") as workbook:
        _write_note(workbook.add_worksheet("NOTE"), inventory.year)
        names = dict(codes.seed("province").select("province_code", "name_en").rows())
        order = random_numbers(30).permutation(len(inventory.provinces))
        for k in order.tolist():
            name = names[inventory.provinces[k]].replace(" ", "")
            _write_province(workbook.add_worksheet(f"{name}{inventory.year}"), inventory.co2_t[k])


def _write_note(sheet: xlsxwriter.worksheet.Worksheet, year: int) -> None:
    content = (
        "SYNTHETIC China provincial CO2 emission inventory (by IPCC Sectoral Approach)\n"
        "合成数据：中国省级二氧化碳排放清单（IPCC部门核算法）"
    )
    rows: tuple[tuple[str, str | int], ...] = (
        ("Introduction/简介", f"{SYNTHETIC_EN}\n{SYNTHETIC_ZH}"),
        ("Content/内容", content),
        ("Type/类型", "CO2\n二氧化碳"),
        ("Timeseries/时间序列", year),
        ("Unit/单位", "Mt\n百万吨"),
        ("", ""),
        ("", ""),
        ("Reference/数据引用", "None for the numbers, which are invented. The layout is that of:"),
        ("", "1. Shan et al. (2018), https://www.nature.com/articles/sdata2017201"),
        ("", "2. Shan et al. (2020), https://www.nature.com/articles/s41597-020-0393-y"),
        ("", "3. Guan et al. (2021), https://doi.org/10.1029/2021EF002241"),
        (
            "",
            "4. Shan et al. (2016), https://www.sciencedirect.com/science/article/abs/pii/S0306261916303932",
        ),
        ("", "5. Xu et al. (2024), https://www.sciencedirect.com/science/article/pii/S0306261924002204"),
        (
            "Data download/数据下载",
            "Written by: visceads demo. Real inventories: https://www.ceads.net/data/province/",
        ),
        ("", ""),
        ("", ""),
        ("Conditions of data use/使用说明", f"{SYNTHETIC_EN}\n{SYNTHETIC_ZH}"),
    )
    for row, (label, text) in enumerate(rows):
        if label:
            sheet.write_string(row, 0, label)
        if text:
            sheet.write(row, 1, text)


def _write_province(sheet: xlsxwriter.worksheet.Worksheet, co2_t: npt.NDArray[np.int64]) -> None:
    """Write one province: headers, units, an empty row, the total row and the 47 rows.

    Args:
        sheet: the empty sheet.
        co2_t: 47 x 18 tonnes, the last column process.
    """
    sheet.write_row(0, 0, ("Emission_Inventory", *_HEADERS))
    sheet.write_row(1, 0, ("unit", *["Mt CO2"] * len(_HEADERS)))
    labels = codes.seed("sector_inventory").sort("row_no")["label_emission_file"]
    scope_2 = np.zeros((len(labels), 3), dtype=np.int64)  # heat, electricity, other energy: zero, as published
    cells = np.hstack([co2_t[:, :-1], scope_2, co2_t[:, -1:], co2_t.sum(axis=1, keepdims=True)])
    with_total = np.vstack([cells.sum(axis=0), cells])
    for k, (label, row) in enumerate(zip(["TotalEmissions", *labels], with_total.tolist(), strict=True)):
        sheet.write_string(_FIRST_ROW + k, 0, label)
        sheet.write_row(_FIRST_ROW + k, 1, [tonnes / 1e6 for tonnes in row])
