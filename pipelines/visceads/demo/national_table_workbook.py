"""The workbook around an invented national input-output table, laid out as the statistics bureau does.

Belongs here: titles, names and codes of both axes, totals and subtotals. Not here: the numbers (`national_table`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import xlsxwriter.worksheet

from visceads import codes
from visceads.demo.economy import VALUE_ADDED_ITEMS
from visceads.demo.national_table import Hundredths, SyntheticNationalTable
from visceads.demo.workbook import SYNTHETIC_EN, SYNTHETIC_ZH, synthetic_workbook

_COLUMN_LABELS = {
    "TIU": "中间使用合计",
    "FU101": "农村居民消费支出",
    "FU102": "城镇居民消费支出",
    "THC": "居民消费支出",
    "FU103": "政府消费支出",
    "TC": "消费支出合计",
    "FU201": "固定资本形成总额",
    "FU202": "存货变动",
    "GCF": "资本形成总额",
    "EX": "出口",
    "TFU": "最终使用合计",
    "IM": "进口",
    "ERR": "其他",
    "GO": "总产出",
}
_ROW_LABELS = {
    "TII": "中间投入合计",
    "VA001": "劳动者报酬",
    "VA002": "生产税净额",
    "VA003": "固定资产折旧",
    "VA004": "营业盈余",
    "TVA": "增加值合计",
    "TI": "总投入",
}
_FIRST_ROW = 6  # row 7 as Excel counts
_FIRST_COLUMN = 3  # column D


def write_national_table_workbook(path: Path, table: SyntheticNationalTable) -> None:
    """Write one table: a Note, and the sheet of the table with names in row 5, codes in row 6, sectors from row 7 on.

    Args:
        path: the workbook; replaced if it exists.
        table: the table.
    """
    with synthetic_workbook(path, f"national input-output table {table.year}, 42 sectors") as workbook:
        note = workbook.add_worksheet("Note")
        for row, line in enumerate((SYNTHETIC_EN, SYNTHETIC_ZH, f"Year: {table.year}")):
            note.write_string(row, 0, line)
        _write_table(workbook.add_worksheet(f"{table.year}年全国投入产出表"), table)


def _write_table(sheet: xlsxwriter.worksheet.Worksheet, table: SyntheticNationalTable) -> None:
    sectors = codes.seed("sector_mrio").filter(pl.col("classification") == table.classification)
    names = sectors.sort("sector_no").select("name_zh", "sector_no").rows()
    columns = _columns(table)
    below = _FIRST_ROW + len(names)
    headers = [*names, *((_COLUMN_LABELS[code], code) for code in columns)]
    right = np.stack(list(columns.values()), axis=1)
    sheet.write_string(0, 0, f"SYNTHETIC 合成数据：{table.year}年全国投入产出表")
    sheet.write_string(1, 0, "按当年生产者价格计算 Data are calculated at producers' prices")
    sheet.write_string(2, 0, "单位：万元")
    sheet.write_row(3, 2, ("部门名称", "中间使用"))
    sheet.write_string(3, _FIRST_COLUMN + len(names) + 1, "最终使用")
    sheet.write_row(4, _FIRST_COLUMN, [label for label, _ in headers])
    sheet.write_row(5, 1, ["部门名称", "代码"])
    for column, (_, code) in enumerate(headers, start=_FIRST_COLUMN):
        sheet.write_string(5, column, code)
    for k, (name, number) in enumerate(names):
        _write_line(sheet, _FIRST_ROW + k, ("中间投入" if k == 0 else "", name, number), [*table.flow[k], *right[k]])
    for k, (code, values) in enumerate(_rows(table).items()):
        group = {"VA001": "增加值", "TI": "总投入"}.get(code, "")
        _write_line(sheet, below + k, (group, "" if code == "TI" else _ROW_LABELS[code], code), list(values))


def _columns(table: SyntheticNationalTable) -> dict[str, Hundredths]:
    """Return what stands right of the flows: item -> 42 amounts, in workbook order."""
    rural, urban, government, capital, inventories = table.final_demand.T
    households = rural + urban
    consumption, formation = households + government, capital + inventories
    return {
        "TIU": table.flow.sum(axis=1),
        "FU101": rural,
        "FU102": urban,
        "THC": households,
        "FU103": government,
        "TC": consumption,
        "FU201": capital,
        "FU202": inventories,
        "GCF": formation,
        "EX": table.export,
        "TFU": consumption + formation + table.export,
        "IM": table.imports,
        "ERR": table.error,
        "GO": table.gross_output,
    }


def _rows(table: SyntheticNationalTable) -> dict[str, Hundredths]:
    """Return what stands below the flows: item -> 42 amounts, in workbook order."""
    inputs, added = table.flow.sum(axis=0), table.value_added.sum(axis=0)
    items = dict(zip(VALUE_ADDED_ITEMS, table.value_added, strict=True))
    return {"TII": inputs, **items, "TVA": added, "TI": inputs + added}


def _write_line(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, labels: tuple[str, str, str], hundredths: list[np.int64]
) -> None:
    for column, label in enumerate(labels):
        if label:
            sheet.write_string(row, column, label)
    sheet.write_row(row, _FIRST_COLUMN, [int(amount) / 100 for amount in hundredths])
