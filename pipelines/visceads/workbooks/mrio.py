"""Provincial multi-regional input-output workbooks (31 provinces x 42 sectors) -> verified tables.

Belongs here: reading a workbook whole, or refusing it whole. Not here: where a table lies (`mrio_axis`, `mrio_rows`),
its numbers (`mrio_cells`), what must hold (`mrio_checks`), several prints of one table (`mrio_twins`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from visceads.workbooks.file_content import file_content
from visceads.workbooks.mrio_arrays import MrioArrays, MrioPlaces
from visceads.workbooks.mrio_axis import TableLocation, find_tables
from visceads.workbooks.mrio_cells import (
    StatedTable,
    arrays_of,
    cell_findings,
    long_frame,
    places_of,
    read_cells,
)
from visceads.workbooks.mrio_checks import Verification, verify
from visceads.workbooks.mrio_families import SUPPORTED
from visceads.workbooks.mrio_place import Cell, Source
from visceads.workbooks.mrio_rows import RowAxis, read_row_axis
from visceads.workbooks.mrio_twins import require_equal
from visceads.workbooks.note_sheet import says
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, Refusal, address
from visceads.workbooks.sheets import Workbook, cell_defects, open_workbook

_NOTE_ROWS = 200
_CITY_MATRIX = "a MATLAB file, as the city table (313 regions x 42 sectors) is published"


@dataclass(frozen=True)
class MrioTable:
    """One table of a workbook, verified.

    Attributes:
        table_id: such as '2012', '2017' (2012-style classification) or '2017-new' (2017-style).
        year: the year of the table.
        classification: '2012' or '2017'.
        sheet: the sheet it was read from.
        cells: the bronze cells (`mrio_cells.SCHEMA`), 10k yuan and Mt, as stated.
        arrays: the same as arrays in canonical order.
        places: where the rows and columns of the arrays stand on the sheet.
    """

    table_id: str
    year: int
    classification: str
    sheet: str
    cells: pl.DataFrame
    arrays: MrioArrays
    places: MrioPlaces


@dataclass(frozen=True)
class MrioReading:
    """What a workbook holds.

    Attributes:
        tables: its tables, in sheet order; of several prints of one table only the kept one.
        findings: what its users should know.
        identities: how well the kept tables hold; the table id stands in front of each place.
        is_synthetic: whether a note says SYNTHETIC (the demonstration release).
        is_reconstructed: whether a note says RECONSTRUCTED (test material, no facts about China).
    """

    tables: tuple[MrioTable, ...]
    findings: tuple[Finding, ...]
    identities: tuple[Identity, ...]
    is_synthetic: bool
    is_reconstructed: bool


def read_mrio(path: Path, year: int | None = None) -> MrioReading:
    """Read a workbook of provincial multi-regional tables whole.

    Layouts, classification, order of the axes and items are found by content; every identity is checked. The rules
    are those of the CEADs tables of 2012 to 2020 (Zheng et al., 2020 and later releases of the same format).

    Args:
        path: the workbook.
        year: the year of its tables, for a workbook that does not state it.

    Returns:
        The tables; money in 10k yuan at current producer prices, CO2 in Mt.

    Raises:
        Refusal: E_NOT_SPREADSHEET, E_UNKNOWN_LAYOUT, E_MRIO_FAMILY, E_LABEL, E_PROVINCE_SET, E_SECTOR_SET,
            E_CLASSIFICATION, E_ITEM, E_YEAR_UNKNOWN, E_YEAR_CONFLICT, E_ERROR_CELLS, E_EMPTY_CELL, E_NOT_NUMBER,
            E_TWIN_MISMATCH or one of `mrio_checks.verify`; if one table breaks, the workbook is refused.
    """
    path = Path(path)
    if file_content(path).kind == "mat":
        text = f"{path.name}: this is {_CITY_MATRIX}; not supported. Supported is {SUPPORTED}."
        raise Refusal("E_MRIO_FAMILY", text)
    workbook = open_workbook(path)
    locations = find_tables(workbook, year)
    if not locations:
        raise _no_table(workbook)
    findings = [*workbook.findings]
    tables: list[MrioTable] = []
    identities: list[Identity] = []
    for location in _cleanest_first(locations):
        table, verified = _read_table(workbook, location)
        twin = next((kept for kept in tables if kept.table_id == table.table_id), None)
        if twin is None:
            tables.append(table)
            findings += verified.findings
            identities += [_of_table(table.table_id, identity) for identity in verified.identities]
        else:
            findings.append(require_equal(twin.arrays, twin.places, table.arrays, table.places, table.table_id))
    order = list(workbook.sheet_names)
    notes = _notes(workbook, {location.sheet for location in locations})
    return MrioReading(
        tables=tuple(sorted(tables, key=lambda table: order.index(table.sheet))),
        findings=tuple(findings),
        identities=tuple(identities),
        is_synthetic=says("SYNTHETIC", notes),
        is_reconstructed=says("RECONSTRUCTED", notes),
    )


def _read_table(workbook: Workbook, location: TableLocation) -> tuple[MrioTable, Verification]:
    source = Source(workbook.path.name, location.sheet)
    axis, places, stated = _stated_table(workbook, location, source)
    arrays = arrays_of(stated, location.classification)
    findings = [*location.findings, *_repaired(location, axis, source), *cell_findings(stated, arrays, places)]
    verified = verify(arrays, places, location.year)
    table = MrioTable(
        table_id=location.table_id,
        year=location.year,
        classification=location.classification,
        sheet=location.sheet,
        cells=long_frame(stated, places, location.table_id, location.classification),
        arrays=arrays,
        places=places,
    )
    return table, Verification((*findings, *verified.findings), verified.identities)


def _of_table(table_id: str, identity: Identity) -> Identity:
    """The identity with the table in front of its place, since a workbook can hold several tables."""
    return replace(identity, place=f"table {table_id}" + (f": {identity.place}" if identity.place else ""))


def _stated_table(
    workbook: Workbook, location: TableLocation, source: Source
) -> tuple[RowAxis, MrioPlaces, StatedTable]:
    """Read the sheet; its two million cells are let go when this returns."""
    sheet = workbook.load(location.sheet)
    axis = read_row_axis(sheet.rows, location, source)
    places = places_of(location, axis, source)
    _refuse_defects(workbook, sheet.raw_name, location, places)
    return axis, places, read_cells(sheet.rows, places)


def _refuse_defects(workbook: Workbook, raw_sheet_name: str, location: TableLocation, places: MrioPlaces) -> None:
    """Errors and formulas without result look empty to the parser; check columns, which are not read, may hold them."""
    defects = cell_defects(workbook.path, raw_sheet_name)
    sector_rows, item_rows = set(places.row_nos.tolist()), set(places.item_rows.values())
    sector_columns, final_demand = set(places.column_nos.tolist()), set(places.final_demand_columns.tolist())
    columns = sector_columns | final_demand | set(places.item_columns.values())

    def is_read(cell: Cell) -> bool:
        row, column = cell
        if column < location.first_column:  # a province label that looks empty would mean the province above
            return row in sector_rows | item_rows
        if row in item_rows:
            return column in sector_columns or (row == places.item_rows["IM"] and column in final_demand)
        return column in columns and (row in sector_rows or row < location.first_row)

    errors, formulas = (list(filter(is_read, cells)) for cells in (defects.error_cells, defects.uncached_formulas))
    if errors:
        text = f"{len(errors)} error cells (such as #REF!) in the table, first {address(*errors[0])}. "
        text += "Repair them in the source, or use the publisher's copy."
        raise places.source.refusal("E_ERROR_CELLS", text, errors[0])
    if formulas:
        text = f"{len(formulas)} formulas in the table were saved without their result, first "
        text += f"{address(*formulas[0])}. Open the workbook in a spreadsheet program and save it."
        raise places.source.refusal("E_EMPTY_CELL", text, formulas[0])


def _repaired(location: TableLocation, axis: RowAxis, source: Source) -> list[Finding]:
    labels = [*location.repaired_labels, *axis.repaired_labels]
    if not labels:
        return []
    shown = ", ".join(f"'{label}'" for label in sorted(set(labels)))
    text = f"{len(labels)} labels were read although '0' stands for 'nan' in them: {shown}."
    return [source.finding("W_LABEL_REPAIRED", text)]


def _cleanest_first(locations: Sequence[TableLocation]) -> list[TableLocation]:
    """Of two prints of a table the one with clean labels is kept, then the one with more items, then the first."""
    return sorted(locations, key=lambda table: (len(table.repaired_labels), -len(table.item_columns)))


def _notes(workbook: Workbook, table_sheets: set[str]) -> str:
    """All text of the sheets that hold no table; a note may be longer than the head of a table."""
    heads = [workbook.load_head(name, _NOTE_ROWS) for name in workbook.sheet_names if name not in table_sheets]
    return "\n".join(cell for head in heads for row in head.rows for cell in row if isinstance(cell, str))


def _no_table(workbook: Workbook) -> Refusal:
    names = ", ".join(workbook.sheet_names)
    text = (
        f"{workbook.path.name}: no sheet holds {SUPPORTED}; sheets {names}. A row of 1302 sector names, or of the "
        "numbers 01 to 42 repeated 31 times, must stand within the first 15 rows. Check that this is the right file."
    )
    return Refusal("E_UNKNOWN_LAYOUT", text)
