"""The workbook around an invented MRIO table, cell by cell as CEADs lays it out.

Belongs here: sheets, label rows and columns, the places of blocks and totals. Not here: the numbers
(`mrio_table`). Labels are spelt as published, mistakes included (`Shannxi`, `Conpensation of employees`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import xlsxwriter.worksheet

from visceads import codes
from visceads.demo.economy import FINAL_CATEGORIES, Array
from visceads.demo.mrio_table import SyntheticTable
from visceads.demo.workbook import SYNTHETIC_EN, SYNTHETIC_ZH, synthetic_workbook

_PRINTED_PROVINCE = {"SN": "Shannxi"}
"""Axis labels that differ from the province's name; the list sheet `Province` has the right spelling."""

_FINAL_LABELS = (
    "Rural household consumption",
    "Urban household consumption",
    "Government consumption",
    "Gross fixed capital formation",
    "Changes in inventories",
)
_ROW_LABELS = {
    "TII": "Total intermediate inputs",
    "VA001": "Conpensation of employees",
    "VA002": "Net taxes on production",
    "VA003": "Depreciation of fixed capital",
    "VA004": "Operationg surplus",
    "TVA": "Total value added",
    "TI": "Total inputs",
}
_FIRST_ROW = 4  # row 5 as Excel counts
_FIRST_COLUMN = 3  # column D


@dataclass(frozen=True)
class _Column:
    """One column right of the flows: three header cells, n values, the cell of the import row below."""

    province: str
    label: str
    code: str
    values: Array
    imports: float | None = None


@dataclass(frozen=True)
class _Row:
    """One row under the flows: label, code and n values."""

    label: str
    code: str
    values: Array


def write_mrio_workbook(path: Path, tables: list[SyntheticTable]) -> None:
    """Write the tables of one year into one workbook.

    A table of the classification '2012' is laid out as the sheet `Table_<year>_consistent` (with total
    intermediate use, check columns, gross input and CO2), one of '2017' as the sheet `English_Version`
    (without these).

    Args:
        path: the workbook; replaced if it exists.
        tables: one or two tables of the same year, the one of '2012' first.
    """
    year = tables[0].year
    with synthetic_workbook(path, f"multi-regional input-output table of Chinese provinces {year}") as workbook:
        _write_note(workbook.add_worksheet("Note"), year)
        _write_sector_list(workbook.add_worksheet("Sector "), tables[0].classification)
        _write_province_list(workbook.add_worksheet("Province"))
        for table in tables:
            is_first_layout = table.classification == "2012"
            name = f"Table_{year}_consistent" if is_first_layout else "English_Version"
            _write_table(workbook.add_worksheet(name), table, is_first_layout)


def _write_note(sheet: xlsxwriter.worksheet.Worksheet, year: int) -> None:
    lines = (
        SYNTHETIC_EN,
        SYNTHETIC_ZH,
        f"Year: {year}",
        "Unit: ten thousand yuan, current producer prices; CO2 in million tonnes",
        "单位：万元，当年生产者价格；二氧化碳为百万吨",
    )
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)


def _write_sector_list(sheet: xlsxwriter.worksheet.Worksheet, classification: str) -> None:
    rows = codes.seed("sector_mrio").filter(pl.col("classification") == classification).sort("sector_no")
    listed = rows.select("sector_no", "name_zh", "name_en").rows()
    for row, cells in enumerate([("No.", "行业", "Sector"), *listed]):
        sheet.write_row(row, 0, cells)


def _write_province_list(sheet: xlsxwriter.worksheet.Worksheet) -> None:
    provinces = codes.seed("province").sort(pl.col("mrio_order").cast(pl.Int32))
    listed = [(k, zh, en) for k, (zh, en) in enumerate(provinces.select("name_zh", "name_en").rows(), start=1)]
    for row, cells in enumerate([("Order", "省份", "Province"), *listed]):
        sheet.write_row(row, 0, cells)


def _province_labels() -> list[str]:
    provinces = codes.seed("province").sort(pl.col("mrio_order").cast(pl.Int32))
    named = provinces.select("province_code", "name_en").rows()
    return [_PRINTED_PROVINCE.get(code, name) for code, name in named]


def _write_table(sheet: xlsxwriter.worksheet.Worksheet, table: SyntheticTable, is_first_layout: bool) -> None:
    sectors = codes.seed("sector_mrio").filter(pl.col("classification") == table.classification)
    named = sectors.sort("sector_no").select("name_en", "sector_no").rows()
    axis = [(province, name, number) for province in _province_labels() for name, number in named]
    columns = _columns(table, is_first_layout)
    headers = [*axis, *((column.province, column.label, column.code) for column in columns)]
    for row in range(3):  # Excel's rows 2 to 4: provinces, labels, codes; row 1 stays empty
        _write_text(sheet, row + 1, _FIRST_COLUMN, [header[row] for header in headers])
    right = np.stack([column.values for column in columns], axis=1)
    for k, labels in enumerate(axis):
        _write_text(sheet, _FIRST_ROW + k, 0, labels)
        _write_numbers(sheet, _FIRST_ROW + k, _FIRST_COLUMN, table.flow[k])
        _write_numbers(sheet, _FIRST_ROW + k, _FIRST_COLUMN + len(axis), right[k])
    below = _FIRST_ROW + len(axis)
    _write_import_row(sheet, below, table, columns)
    for k, item in enumerate(_rows(table, is_first_layout), start=1):
        _write_text(sheet, below + k, 1, (item.label, item.code))
        _write_numbers(sheet, below + k, _FIRST_COLUMN, item.values)


def _columns(table: SyntheticTable, is_first_layout: bool) -> list[_Column]:
    final = [
        _Column(province, label, code, table.final_demand[:, 5 * r + c], float(table.import_final[5 * r + c]))
        for r, province in enumerate(_province_labels())
        for c, (label, code) in enumerate(zip(_FINAL_LABELS, FINAL_CATEGORIES, strict=True))
    ]
    totals = [
        _Column("", "Export", "EX", table.export),
        _Column("", "Total final use", "TFU", table.total_final_use),
        _Column("", "Others", "ERR", table.statistical_error),
        _Column("", "Total output", "GO", table.gross_output),
    ]
    if not is_first_layout:
        return [*final, *totals]
    imports = float(table.import_intermediate.sum())
    use = _Column("", "Total intermediate use", "", table.intermediate_use, imports)
    output, error = table.gross_output, np.abs(table.statistical_error)
    error_share = np.divide(error, output, out=np.zeros_like(output), where=output > 0)
    checks = [
        _Column("", "Proportion of errors in gross output (less than 5%)", "", error_share),
        _Column("", "Gross Output Check", "", np.zeros_like(output)),
    ]
    return [use, *final, *totals, *checks]


def _rows(table: SyntheticTable, is_first_layout: bool) -> list[_Row]:
    values = {
        "TII": table.intermediate_input,
        "VA001": table.value_added[0],
        "VA002": table.value_added[1],
        "VA003": table.value_added[2],
        "VA004": table.value_added[3],
        "TVA": table.total_value_added,
        "TI": table.gross_output,
    }
    rows = [_Row(_ROW_LABELS[code], code, values[code]) for code in _ROW_LABELS]
    if is_first_layout:
        rows.append(_Row("Gross Input", "", table.gross_output))
    if table.co2_mt is not None:
        rows.append(_Row("CO2 (Mt)", "", table.co2_mt))
    return rows


def _write_import_row(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, table: SyntheticTable, columns: list[_Column]
) -> None:
    """Write the row IM, which goes on under the final demand of each province."""
    _write_text(sheet, row, 1, ("Import", "IM"))
    _write_numbers(sheet, row, _FIRST_COLUMN, table.import_intermediate)
    first = _FIRST_COLUMN + len(table.import_intermediate)
    for k, column in enumerate(columns):
        if column.imports is not None:
            sheet.write_number(row, first + k, column.imports)


def _write_text(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, first_column: int, texts: list[str] | tuple[str, ...]
) -> None:
    for column, text in enumerate(texts, start=first_column):
        if text:
            sheet.write_string(row, column, text)


def _write_numbers(sheet: xlsxwriter.worksheet.Worksheet, row: int, first_column: int, numbers: Array) -> None:
    """Write numbers side by side; zeros are written as 0, as published tables do."""
    write = sheet.write_number  # the innermost loop of 7.6 million cells: no dispatch on the type
    for column, number in enumerate(numbers.tolist(), start=first_column):
        write(row, column, number)
