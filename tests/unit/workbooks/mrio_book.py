"""Invented provincial multi-regional tables of full size in the published layouts: tests spoil them and read them.

Test modules cannot import each other here; the fixture `mrio` of the conftest is this module. The tables balance
exactly (whole numbers); a sector sells to itself, to its neighbour and to the same sector of the next province only.
Value added follows GDP and CO2 the inventories, as readers compare them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from xml.sax.saxutils import escape

import numpy as np
import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from visceads import codes
from visceads.workbooks.sheets import CellDefects, Sheet

__all__ = ["replace"]  # a test varies a layout with it

Rows = list[list[object]]
SECTORS = 31 * 42
FINAL_DEMAND = ("FU101", "FU102", "FU103", "FU201", "FU202")
VALUE_ADDED = ("VA001", "VA002", "VA003", "VA004")
closed_sector = codes.province_codes().index("XZ") * 42 + 2
"""The sector without output: oil and gas of Tibet."""

_MISPRINTS = {
    **{"Henan": "He0", "Hunan": "Hu0", "Hainan": "Hai0", "Yunnan": "Yun0", "Tibet": "Xizang", "Finance": "Fi0ce"},
    **{"Compensation of employees": "Conpensation of employees", "Operating surplus": "Operationg surplus"},
}


@dataclass(frozen=True)
class Layout:
    """One of the layouts of workbook-formats.md, section 8.1.

    Attributes:
        sheet: the name of its sheet.
        classification: '2012' or '2017'.
        title: what stands in A1.
        header_row: the row of provinces, counted from 1; sector names and numbers follow.
        has_tiu: whether total intermediate use stands after the flows.
        has_numbers: whether sector numbers and item codes are printed.
        has_checks: whether check columns, gross input and CO2 are printed.
        is_sparse: whether a province is named in the first of its rows and columns only.
        is_chinese: whether the labels are Chinese.
        misprints: label -> what is printed instead.
    """

    sheet: str
    classification: str = "2012"
    title: str = ""
    header_row: int = 2
    has_tiu: bool = True
    has_numbers: bool = True
    has_checks: bool = True
    is_sparse: bool = False
    is_chinese: bool = False
    misprints: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def label_columns(self) -> int:
        return 2 + self.has_numbers

    @property
    def first_row(self) -> int:
        """The first row of the flows, counted from 1."""
        return self.header_row + 2 + self.has_numbers


A = Layout("Table_2012_consistent", misprints={"Shaanxi": "Shannxi"})
A_PRIME = Layout("English_Version", "2017", has_tiu=False, has_checks=False, misprints={"Shaanxi": "Shannxi"})
B = Layout("Table_2018_English Version", title="Interprovincial table 2018", is_sparse=True, misprints=_MISPRINTS)
C = Layout(
    "投入产出表",
    title="2020年中国31省区市投入产出表（万元）",
    header_row=6,
    has_tiu=False,
    has_numbers=False,
    has_checks=False,
    is_sparse=True,
    is_chinese=True,
)


def _gdp() -> np.ndarray:
    """GDP of 2016 by province, 10k yuan: a table with it fits every year from 2012 to 2020 by a factor of 2."""
    rows = codes.seed("nbs_province_year").filter(pl.col("year") == "2016")
    gdp = dict(zip(rows["province_code"], rows["gdp_100m_cny_current"], strict=True))
    return np.array([1e4 * float(gdp[code]) for code in codes.province_codes()])


def _emissions(classification: str) -> np.ndarray:
    """CO2 by sector, Mt: the inventory of 2012 (release V3) without a tenth for households, 45 % of it from power."""
    rows = codes.seed("co2_province_year_published").filter(year="2012", vintage="V3")
    totals = dict(zip(rows["province_code"], rows["co2_mt"], strict=True))
    shares = np.full(42, 0.55 / 41)
    shares[codes.sector_codes(classification).index("power_heat")] = 0.45
    return np.concatenate([0.9 * float(totals.get(code, 4.0)) * shares for code in codes.province_codes()])


def table(classification: str = "2012") -> SimpleNamespace:
    """A table in canonical order, money in 10k yuan: Z, FU, row_items, column_items, final_imports; new arrays."""
    k = np.arange(SECTORS)
    active = (k != closed_sector).astype(float)
    province, sector = np.divmod(k, 42)
    # Neighbours differ by more than the tolerances, so that exchanged labels cannot balance by chance.
    output = (1.9 / 42 * _gdp()[province] * (1 + 0.003 * sector)).round() * active
    Z = np.zeros((SECTORS, SECTORS))
    Z[k, k] = (0.45 * output).round()
    for distance, share in ((1, 0.0025), (42, 0.004)):
        buyer = (k + distance) % SECTORS
        Z[k, buyer] = ((share * output).round() + k) * active * active[buyer]
    FU = np.zeros((SECTORS, 155))
    FU[:, 0] = 5_000 * active
    for category, share in ((1, 0.10), (2, 0.05), (3, 0.02)):
        FU[k, 5 * province + category] = (share * output).round() + k * active
    FU[k, 5 * province + 4] = -(10.0 + k) * active
    exports, error = 1_000 * active, np.where(k % 2, -200.0, 200.0) * active
    use = Z.sum(axis=1)
    FU[k, 5 * province] += output - use - FU.sum(axis=1) - exports - error
    final_use = FU.sum(axis=1) + exports
    added = {"VA001": (0.3 * output).round(), "VA002": 1_000.0 * (k % 5 - 1) * active, "VA003": (0.1 * output).round()}
    imports = (0.05 * output).round() + k * active
    inputs = Z.sum(axis=0) + imports
    added["VA004"] = output - inputs - sum(added.values())
    totals = {"TII": inputs, "TVA": output - inputs, "TI": output.copy(), "CO2": _emissions(classification) * active}
    return SimpleNamespace(
        Z=Z,
        FU=FU,
        row_items={"TIU": use, "EX": exports, "TFU": final_use, "ERR": error, "GO": output},
        column_items={"IM": imports, **added, **totals},
        final_imports=1.0 + np.arange(155),
    )


@cache
def _master(layout: Layout) -> tuple[tuple[object, ...], ...]:
    return tuple(map(tuple, _sheet_rows(layout, table(layout.classification))))


def rows(layout: Layout, values: SimpleNamespace | None = None) -> Rows:
    """The sheet of a table as the parser returns it: every row of one length, '' where empty; a new copy."""
    return list(map(list, _master(layout))) if values is None else _sheet_rows(layout, values)


def _sheet_rows(layout: Layout, values: SimpleNamespace) -> Rows:
    axis, columns, items = _axis(layout), _columns_right(layout), _rows_below(layout)
    header = [*axis, *columns]
    left = layout.label_columns
    width = left + len(header)
    sheet: Rows = [[""] * width for _ in range(layout.first_row - 1)]
    sheet[0][0] = layout.title
    for line in range(left):
        sheet[layout.header_row - 1 + line][left:] = [labels[line] for labels in header]
    right = np.stack([_values_right(values, column[-1]) for column in columns], axis=1).tolist()
    zeros: list[object] = [0.0] * SECTORS  # one object for most cells: a copy of the sheet costs little
    for k, labels in enumerate(axis):
        flows = zeros.copy()
        for j in np.flatnonzero(values.Z[k]).tolist():
            flows[j] = float(values.Z[k, j])
        sheet.append([*labels, *flows, *right[k]])
    for name, item in items:
        numbers = _values_below(layout, values, item)
        printed = item if layout.has_numbers and item not in ("GI", "CO2", "") else ""
        labels = ["", name, printed][:left]
        sheet.append([*labels, *numbers, *[""] * (width - left - len(numbers))])
    return sheet


def _values_right(values: SimpleNamespace, column: object) -> np.ndarray:
    if isinstance(column, int):
        return values.FU[:, column]
    return values.row_items.get(column, np.zeros(SECTORS))


def _values_below(layout: Layout, values: SimpleNamespace, item: str) -> list[float]:
    if item == "":
        return []
    numbers = values.column_items["TI" if item == "GI" else item].tolist()
    if item == "IM":  # goes on under final demand
        numbers += [float(sum(numbers))] * layout.has_tiu + values.final_imports.tolist()
    return list(numbers)


def _axis(layout: Layout) -> list[tuple[str, ...]]:
    sectors = codes.seed("sector_mrio").filter(pl.col("classification") == layout.classification).sort("sector_no")
    names = sectors["name_zh" if layout.is_chinese else "name_en"]
    numbers = sectors["sector_no"] if layout.has_numbers else [""] * 42
    provinces = _province_names(layout)
    return [
        ("" if layout.is_sparse and s else p, layout.misprints.get(name, name), number)[: layout.label_columns]
        for p in provinces
        for s, (name, number) in enumerate(zip(names, numbers, strict=True))
    ]


def _province_names(layout: Layout) -> list[str]:
    names = codes.seed("province").sort(pl.col("mrio_order").cast(pl.Int32))
    return [layout.misprints.get(name, name) for name in names["name_zh" if layout.is_chinese else "name_en"]]


def _columns_right(layout: Layout) -> list[tuple[object, ...]]:
    """Header cells of each column right of the flows; behind them, what it holds: 0..154, an item or a check."""
    columns: list[tuple[object, ...]] = []
    if layout.has_tiu:
        columns.append(_heading(layout, "", "TIU", "", "TIU"))
    for p, province in enumerate(_province_names(layout)):
        for c, item in enumerate(FINAL_DEMAND):
            named = "" if layout.is_sparse and c else province
            columns.append(_heading(layout, named, item, item, 5 * p + c))
    columns += [_heading(layout, "", item, item, item) for item in ("EX", "TFU", "ERR", "GO")]
    if layout.has_checks:
        columns += [_heading(layout, "", item, "", item) for item in ("CHK_ERR", "CHK_GO")]
    return columns


def _heading(layout: Layout, province: str, item: str, code: str, holds: object) -> tuple[object, ...]:
    return (*(province, _item_name(layout, item), code)[: layout.label_columns], holds)


def _rows_below(layout: Layout) -> list[tuple[str, str]]:
    """(label, item) of each row below the flows; an empty item is an empty row."""
    items = ["IM", "TII", *VALUE_ADDED, "TVA", "TI"]
    named = [(_item_name(layout, item, "row"), item) for item in items]
    if layout.has_checks:
        gap = [("", "")] if layout.is_sparse else []
        named += [("Gross Input", "GI"), *gap, ("CO2 (Mt)", "CO2")]
    return named


def _item_name(layout: Layout, item: str, axis: str = "column") -> str:
    found = codes.seed("mrio_item").filter((pl.col("item_code") == item) & (pl.col("axis") == axis))
    name = found["name_zh" if layout.is_chinese else "name_en"].item()
    return layout.misprints.get(name, name)


# --- the same sheets as a workbook in memory, and on disk ---


@dataclass(frozen=True)
class BookInMemory:
    """Stands in for `sheets.Workbook`: what the parser makes of a file, without writing and parsing one."""

    path: Path
    sheets: Mapping[str, Rows]
    findings: tuple = ()

    @property
    def sheet_names(self) -> tuple[str, ...]:
        return tuple(self.sheets)

    def load(self, name: str) -> Sheet:
        return Sheet(name, name, self.sheets[name])

    def load_head(self, name: str, row_count: int = 20) -> Sheet:
        return Sheet(name, name, self.sheets[name][:row_count])


def in_memory(sheets: Mapping[str, Rows], file: str = "MRIO.xlsx") -> BookInMemory:
    """Sheet name -> rows, as an open workbook."""
    return BookInMemory(Path(file), sheets)


def no_defects(*_: object) -> CellDefects:
    """What `sheets.cell_defects` finds in a workbook in memory."""
    return CellDefects([], [])


@dataclass(frozen=True)
class Formula:
    """A formula cell with the result that is saved beside it ('#REF!' is an error cell, '' no result)."""

    result: object


def write(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """Write sheet name -> rows; cells of zero stay blank, as some publishers print them.

    The frame is xlsxwriter's; the two million cells are written as plain XML, which is ten times as fast.
    """
    frame = io.BytesIO()
    with xlsxwriter.Workbook(frame) as workbook:
        for name in sheets:
            workbook.add_worksheet(name)
    contents = iter(sheets.values())
    with zipfile.ZipFile(frame) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member in source.namelist():
            is_sheet = member.startswith("xl/worksheets/sheet")
            archive.writestr(member, _sheet_xml(next(contents)) if is_sheet else source.read(member))
    return path


def _sheet_xml(sheet: Sequence[Sequence[object]]) -> str:
    lines = []
    for row_no, row in enumerate(sheet, start=1):
        cells = [_cell_xml(f"{xl_col_to_name(column)}{row_no}", cell) for column, cell in enumerate(row) if cell]
        lines.append(f'<row r="{row_no}">{"".join(cells)}</row>')
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell_xml(place: str, cell: object) -> str:
    if isinstance(cell, Formula):
        kind = ' t="e"' if str(cell.result).startswith("#") else ""
        return f'<c r="{place}"{kind}><f>Z99</f><v>{cell.result}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'
