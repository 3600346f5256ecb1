"""Provincial CO2 inventory of one year (30 provinces x 47 rows), any vintage -> tidy cells with addresses.

Belongs here: which workbooks are provincial CO2 inventories, their vintage, turning sheets into cells. Not here: where
a block stands on its sheet (`inventory_layout`), which sheets there must be (`province_sheets`), what must hold
(`co2_checks`), and corrections, which are made in SQL: bronze holds the workbook as published.

Source: CEADs (Shan et al. 2018, Scientific Data, doi 10.1038/sdata.2017.201, and later releases).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from visceads.codes import normal_key
from visceads.workbooks.co2_checks import (
    check_block,
    co2_account,
    inventory_identities,
    sum_sheet_findings,
    tolerances,
    workbook_findings,
)
from visceads.workbooks.inventory_block import InventoryBlock, content_hash, read_block, tidy_rows
from visceads.workbooks.inventory_layout import (
    InventoryLayout,
    inventory_layouts,
    is_tibet_inventory,
    province_name,
)
from visceads.workbooks.inventory_year import find_year
from visceads.workbooks.note_sheet import Note, read_note
from visceads.workbooks.province_sheets import (
    province_layouts,
    refuse_no_layout,
    refuse_other_areas,
    refuse_tibet_inventory,
)
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, Refusal
from visceads.workbooks.sheets import Sheet, open_workbook

CELL_SCHEMA = pl.Schema(
    {
        "province_code": pl.String(),
        "year": pl.Int32(),
        "inventory_code": pl.String(),
        "fuel_code": pl.String(),
        "value_mt": pl.Float64(),
        "sheet": pl.String(),
        "row_no": pl.Int32(),
        "column_no": pl.Int32(),
    }
)
"""The columns of the bronze family `co2_inventory`."""


@dataclass(frozen=True)
class InventoryReading:
    """One provincial CO2 inventory as its workbook states it.

    Attributes:
        path: the workbook.
        cells: one row a cell, columns of `CELL_SCHEMA`: provinces in table order, then by row and column;
            `inventory_code` and `fuel_code` are 'total' in the total row and column; `value_mt` in Mt CO2,
            null where the cell is empty.
        years: the one year of the workbook.
        vintage: 'V1', 'V2' or 'V3', or '' where the workbook fits none of them.
        findings: what its users should know.
        content_sha256: hash of the content, the same for the same values in other bytes (`content_hash`).
        is_synthetic: its note says SYNTHETIC.
        is_reconstructed: its note says RECONSTRUCTED.
        identities: how well its 30 sheets add up.
    """

    path: Path
    cells: pl.DataFrame
    years: tuple[int, ...]
    vintage: str
    findings: tuple[Finding, ...]
    content_sha256: str
    is_synthetic: bool
    is_reconstructed: bool
    identities: tuple[Identity, ...] = ()


def read_co2_inventory(path: Path, year: int | None = None) -> InventoryReading:
    """Read a provincial CO2 inventory; refuse it whole if anything about it is doubtful.

    Args:
        path: the workbook, whatever its extension.
        year: the year, for the oldest workbooks (V1 to 2015), which state it nowhere. Without it their year
            is found by comparing the 30 province totals with the published ones (within 0.06 Mt), else taken
            from the file name with the finding W_YEAR_FROM_FILENAME.

    Returns:
        The cells and what is to be known about them: 31,680 cells for V2 and V3 (30 x 48 x 22).

    Raises:
        Refusal: E_NOT_SPREADSHEET; E_UNKNOWN_LAYOUT, E_TIBET_LAYOUT, E_CITY_WORKBOOK, E_NOTE_CONFLICT
            (another kind of workbook); E_PROVINCE_SET, E_FUEL_SET, E_SECTOR_SET, E_LABEL, E_UNIT_CO2 (its
            frame); E_ERROR_CELLS, E_EMPTY_CELL, E_NOT_NUMBER, E_NEGATIVE, E_TOTALS, E_PROCESS_ROW (its
            cells); E_YEAR_CONFLICT, E_YEAR_UNKNOWN.
    """
    workbook = open_workbook(path)
    sheets = [workbook.load(name) for name in workbook.sheet_names]
    note = read_note(sheets)
    layouts = inventory_layouts(sheets)
    _refuse_other_families(path.name, sheets, layouts, note)
    by_province = province_layouts(path.name, sheets, layouts)
    blocks = [read_block(path, code, layout, co2_account()) for code, layout in by_province.items()]
    limits = tolerances(blocks)
    findings = [*workbook.findings]
    for block in blocks:
        findings += check_block(block, limits)
    found_year, year_findings = find_year(path, note, blocks, year)
    findings += year_findings + workbook_findings(blocks, found_year)
    summary = next((sheet for sheet in sheets if normal_key(sheet.name) == "sum" and sheet.rows), None)
    if summary is not None:
        findings += sum_sheet_findings(path.name, summary, blocks)
    return InventoryReading(
        path=path,
        cells=_cells(blocks, found_year),
        years=(found_year,),
        vintage=vintage_of(note, has_sum_sheet=summary is not None),
        findings=tuple(findings),
        content_sha256=content_hash(blocks),
        is_synthetic=note.is_synthetic,
        is_reconstructed=note.is_reconstructed,
        identities=inventory_identities(blocks, limits, lambda block: province_name(block.key)),
    )


def vintage_of(note: Note, has_sum_sheet: bool) -> str:
    """Return the vintage: V1 has a `Sum` sheet and no note, V2 four references, V3 five with Xu 2024."""
    if not note.sheet_name:
        return "V1" if has_sum_sheet else ""
    if note.reference_count == 4 and not note.names_xu_2024:
        return "V2"
    return "V3" if note.reference_count == 5 and note.names_xu_2024 else ""


def _refuse_other_families(file_name: str, sheets: list[Sheet], layouts: list[InventoryLayout], note: Note) -> None:
    if is_tibet_inventory(sheets):
        refuse_tibet_inventory(file_name, sheets)
    if not layouts:
        refuse_no_layout(file_name, sheets, "provincial CO2 inventory")
    energy = [layout.sheet.name for layout in layouts if layout.account == "energy"]
    if len(energy) == len(layouts):
        message = (
            f"{file_name}: this is an energy inventory, not a CO2 inventory: its sheets have no column of "
            "process emissions. It has a reader of its own; run 'visceads recognise' on it."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message, energy[0])
    refuse_other_areas(file_name, layouts, note, "co2_inventory", "provincial CO2 inventory")


def _cells(blocks: Sequence[InventoryBlock], year: int) -> pl.DataFrame:
    frames = [tidy_rows(block).with_columns(pl.lit(block.key).alias("province_code")) for block in blocks]
    cells = pl.concat(frames).rename({"value": "value_mt"}).with_columns(pl.lit(year).alias("year"))
    return cells.select(CELL_SCHEMA.names()).cast(CELL_SCHEMA)
