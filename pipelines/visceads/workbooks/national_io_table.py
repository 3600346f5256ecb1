"""National input-output tables of the National Bureau of Statistics: one region, 42 to 153 products or sectors.

Belongs here: reading a workbook of such tables whole, or refusing it whole. Not here: where the parts of a table lie
(`national_io_layout`), what must hold in it (`national_io_checks`), and the provincial tables (`mrio`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from visceads.workbooks.mrio_arrays import Floats
from visceads.workbooks.mrio_cells import numbers_at
from visceads.workbooks.mrio_labels import FINAL_DEMAND_CODES
from visceads.workbooks.mrio_place import Source
from visceads.workbooks.mrio_year import year_of_table
from visceads.workbooks.national_io_checks import NationalArrays, verify_national
from visceads.workbooks.national_io_layout import NationalLayout, Place, find_national_layout
from visceads.workbooks.note_sheet import says
from visceads.workbooks.reading import Identity, Reading
from visceads.workbooks.refusal import Finding, Refusal
from visceads.workbooks.sheets import Sheet, Workbook, open_workbook, refuse_defects

CELL_SCHEMA = pl.Schema(
    {
        "table_id": pl.String,
        "block": pl.String,
        "row_code": pl.String,
        "row_label": pl.String,
        "column_code": pl.String,
        "column_label": pl.String,
        "value": pl.Float64,
        "sheet": pl.String,
        "row_no": pl.Int32,
        "column_no": pl.Int32,
    }
)
"""The bronze schema of the family `national_io_table`; money in 10k yuan at current producer prices."""

COARSE_SECTORS = 42
"""Tables of this size say so in their id, since the same year is published with more products too."""


@dataclass(frozen=True)
class _Table:
    table_id: str
    cells: pl.DataFrame
    findings: tuple[Finding, ...]
    identities: tuple[Identity, ...]


def read_national_io_table(path: Path) -> Reading:
    """Read a workbook of national tables with competitive imports, as the bureau publishes them.

    Codes may have letter suffixes (34072a) and are found by content, as are labels, items and the unit; what stands
    below total inputs or right of gross output is not read, nor are hidden sheets.

    Args:
        path: the workbook.

    Returns:
        Cells in the columns of `CELL_SCHEMA`, 10k yuan. The block `flow` holds sellers by buyers, zeros too;
        `final_demand` FU101 FU102 FU103 FU201 FU202; `row_item` (by seller) TIU TFU EX IM GO and, where the sheet has
        them, ERR and the subtotals THC TC GCF; `column_item` (by buyer) TII VA001 VA002 VA003 VA004 TVA TI. Imports
        are stated above zero and are subtracted: TIU + TFU - IM + ERR = GO. Table ids are `national-<year>`, of
        tables of 42 sectors `national-<year>-42`.

    Raises:
        Refusal: E_NOT_SPREADSHEET, E_UNKNOWN_LAYOUT, E_UNIT_MONEY, E_YEAR_UNKNOWN, E_YEAR_CONFLICT, E_SECTOR_SET,
            E_LABEL, E_ITEM, E_MRIO_FAMILY, E_ERROR_CELLS, E_EMPTY_CELL, E_NOT_NUMBER, E_TWIN_MISMATCH, or one of
            `national_io_checks.verify_national`; if one table breaks, the workbook is refused.
    """
    path = Path(path)
    workbook = open_workbook(path)
    sheets = {name: workbook.load(name) for name in workbook.sheet_names}
    tables: list[_Table] = []
    findings = [*workbook.findings]
    texts: list[str] = []
    for name, sheet in sheets.items():
        layout = find_national_layout(sheet.rows, Source(path.name, name))
        if layout is None:
            texts += [cell for row in sheet.rows for cell in row if isinstance(cell, str)]
            continue
        texts += layout.titles
        table = _read_table(workbook, sheets, sheet, layout)
        twin = next((kept for kept in tables if kept.table_id == table.table_id), None)
        if twin is None:
            tables.append(table)
        else:
            findings.append(_require_equal(twin, table, Source(path.name, name)))
    if not tables:
        raise _no_table(workbook)
    tables.sort(key=lambda table: table.table_id)
    cells = pl.concat([table.cells for table in tables])
    notes = "\n".join(texts)
    return Reading(
        path=path,
        family="national_io_table",
        periods=tuple(table.table_id for table in tables),
        cells=cells,
        findings=(*findings, *(finding for table in tables for finding in table.findings)),
        identities=tuple(identity for table in tables for identity in table.identities),
        content_sha256=_content_sha256(cells),
        is_synthetic=says("SYNTHETIC", notes),
        is_reconstructed=says("RECONSTRUCTED", notes),
    )


def _read_table(workbook: Workbook, sheets: dict[str, Sheet], sheet: Sheet, layout: NationalLayout) -> _Table:
    source = Source(workbook.path.name, sheet.name)
    year = year_of_table(workbook.path.name, sheet.name, layout.titles, sheets, None)
    last_row = max(place.no for place in layout.column_items)
    last_column = max(place.no for place in layout.right)
    refuse_defects(workbook.path, sheet, last_column, last_row)
    texts: list[tuple[int, int]] = []
    beside = numbers_at(sheet.rows, _nos(layout.rows), _nos([*layout.columns, *layout.right]), texts, source)
    below = numbers_at(sheet.rows, _nos(layout.column_items), _nos(layout.columns), texts, source)
    arrays = _arrays(layout, beside, below)
    findings, identities = verify_national(arrays, layout, year.year, source)
    if texts:
        text = f"{len(texts)} cells hold numbers stored as text, read as numbers."
        findings.append(source.finding("W_NUMBER_AS_TEXT", text, min(texts)))
    suffix = f"-{COARSE_SECTORS}" if len(layout.columns) == COARSE_SECTORS else ""
    table_id = f"national-{year.year}{suffix}"
    return _Table(
        table_id=table_id,
        cells=_long_frame(layout, beside, below, table_id, sheet.name),
        findings=(*year.findings, *layout.findings, *findings),
        identities=tuple(
            replace(identity, place=f"table {table_id}" + (f": {identity.place}" if identity.place else ""))
            for identity in identities
        ),
    )


def _nos(places: Sequence[Place]) -> list[int]:
    return [place.no for place in places]


def _arrays(layout: NationalLayout, beside: Floats, below: Floats) -> NationalArrays:
    """Flows in the order of the columns on both axes; an empty cell counts as zero but for printed totals."""
    order = [_position(layout.rows, column.code) for column in layout.columns]
    flows, right = np.split(beside[order], [len(layout.columns)], axis=1)
    return NationalArrays(
        flows=np.nan_to_num(flows),
        right={place.code: right[:, position] for position, place in enumerate(layout.right)},
        below={place.code: below[position] for position, place in enumerate(layout.column_items)},
        row_nos=tuple(layout.rows[position].no for position in order),
    )


def _position(places: Sequence[Place], code: str) -> int:
    return next(position for position, place in enumerate(places) if place.code == code)


def _long_frame(layout: NationalLayout, beside: Floats, below: Floats, table_id: str, sheet: str) -> pl.DataFrame:
    """One row a cell, in the order of the sheet within each block; an empty cell is null."""
    sectors = len(layout.columns)
    demand = [position for position, place in enumerate(layout.right) if place.code in FINAL_DEMAND_CODES]
    items = [position for position in range(len(layout.right)) if position not in demand]
    right = beside[:, sectors:]
    blocks = [
        _block("flow", layout.rows, layout.columns, beside[:, :sectors]),
        _block("final_demand", layout.rows, [layout.right[p] for p in demand], right[:, demand]),
        _block("row_item", layout.rows, [layout.right[p] for p in items], right[:, items]),
        _block("column_item", layout.column_items, layout.columns, below),
    ]
    cells = pl.concat(blocks).with_columns(
        table_id=pl.lit(table_id), sheet=pl.lit(sheet), value=pl.col("value").fill_nan(None)
    )
    return cells.select(CELL_SCHEMA.names()).cast(CELL_SCHEMA)


def _block(name: str, rows: Sequence[Place], columns: Sequence[Place], values: Floats) -> pl.DataFrame:
    height, width = len(rows), len(columns)
    return pl.DataFrame(
        {
            "block": [name] * (height * width),
            "row_code": [row.code for row in rows for _ in range(width)],
            "row_label": [row.label for row in rows for _ in range(width)],
            "column_code": [column.code for column in columns] * height,
            "column_label": [column.label for column in columns] * height,
            "value": values.ravel(),
            "row_no": [row.no for row in rows for _ in range(width)],
            "column_no": [column.no for column in columns] * height,
        }
    )


_KEY = ["table_id", "block", "row_code", "column_code"]


def _require_equal(kept: _Table, other: _Table, source: Source) -> Finding:
    """Two prints of one table (a Chinese and an English sheet) must agree before one of them is left out.

    Raises:
        Refusal: E_TWIN_MISMATCH.
    """
    first, second = (table.cells.select(*_KEY, "value").sort(_KEY) for table in (kept, other))
    if not first.equals(second):
        text = (
            f"this sheet and '{kept.cells['sheet'][0]}' both hold the table {kept.table_id}, but differ in sectors or "
            "values. Which one is right cannot be told: compare with the publisher's copy and delete the wrong sheet."
        )
        raise source.refusal("E_TWIN_MISMATCH", text)
    text = f"a second print of the table {kept.table_id} with the same values; it was left out."
    return source.finding("W_TWIN_LEFT_OUT", text)


def _content_sha256(cells: pl.DataFrame) -> str:
    """Hash of the values, the same for the same values in other bytes, at other places, under other labels."""
    rows = cells.select(*_KEY, "value").sort(_KEY)
    lines = ("|".join((*key, format(value, ".17g") if value is not None else "")) for *key, value in rows.iter_rows())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _no_table(workbook: Workbook) -> Refusal:
    names = ", ".join(f"'{name}'" for name in workbook.sheet_names) or "none that is visible"
    text = (
        f"{workbook.path.name}: no visible sheet holds a national input-output table: a row of 42 or more different "
        f"product codes, then the column TIU; sheets {names}. Check that this is the right file."
    )
    return Refusal("E_UNKNOWN_LAYOUT", text)
