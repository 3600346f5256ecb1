"""Provincial energy inventory of one year (30 provinces x 47 rows and the balance) -> tidy cells with addresses.

Belongs here: which workbooks are provincial energy inventories, what their sheets have, turning them into cells. Not
here: where a block stands on its sheet (`inventory_layout`), which sheets there must be (`province_sheets`), what must
hold (`energy_checks`), and converting units: bronze holds the workbook as published.

Source: CEADs (Shan et al. 2018, Scientific Data, doi 10.1038/sdata.2017.201, and later releases).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import polars as pl

from visceads.codes import code_of, inventory_codes, seed
from visceads.workbooks.energy_checks import check_energy_block, energy_identities, no_energy_findings
from visceads.workbooks.inventory_block import Account, InventoryBlock, content_hash, read_block, tidy_rows
from visceads.workbooks.inventory_layout import InventoryLayout, inventory_layouts, is_tibet_inventory
from visceads.workbooks.inventory_year import find_year
from visceads.workbooks.note_sheet import Note, read_note
from visceads.workbooks.province_sheets import (
    province_layouts,
    refuse_no_layout,
    refuse_other_areas,
    refuse_tibet_inventory,
)
from visceads.workbooks.reading import Reading
from visceads.workbooks.refusal import Refusal
from visceads.workbooks.sheets import Sheet, open_workbook

CELL_SCHEMA = pl.Schema(
    {
        "province_code": pl.String(),
        "year": pl.Int32(),
        "inventory_code": pl.String(),
        "fuel_code": pl.String(),
        "value": pl.Float64(),
        "unit": pl.String(),
        "sheet": pl.String(),
        "row_no": pl.Int32(),
        "column_no": pl.Int32(),
    }
)
"""The columns of the bronze family `energy_inventory`; `unit` is the one that the seed `fuel` prefers in spelling."""

_FAMILY = "energy_inventory"
_TITLE = "provincial energy inventory"


def read_energy_inventory(path: Path, year: int | None = None) -> Reading:
    """Read a provincial energy inventory; refuse it whole if anything about it is doubtful.

    Args:
        path: the workbook, whatever its extension.
        year: the year, for a workbook that states it neither in its sheet names nor in a title or note. Without it
            the file name decides, with the finding W_YEAR_FROM_FILENAME.

    Returns:
        37,800 cells (30 provinces x 63 rows x 20 fuels): provinces in table order, then by row and column. The rows
        are total_final_consumption, the 47 rows, and the balance block in the codes of the label scheme
        `energy_balance`; `value` is in `unit` (10^4 ton, 10^8 cu.m, 10^10 kj, 10^8 kwh, 10^4 tce), null where the
        cell is empty. Findings: W_NEGATIVE_ENERGY, W_NO_ENERGY_DATA, W_YEAR_FROM_FILENAME, W_FILENAME_YEAR,
        W_EXTENSION. Identities: energy_rows_add_up, energy_transformation_adds_up, energy_total_adds_up.

    Raises:
        Refusal: E_NOT_SPREADSHEET; E_UNKNOWN_LAYOUT, E_TIBET_LAYOUT, E_CITY_WORKBOOK, E_NOTE_CONFLICT
            (another kind of workbook); E_PROVINCE_SET, E_FUEL_SET, E_SECTOR_SET, E_LABEL, E_UNIT_ENERGY (its
            frame); E_ERROR_CELLS, E_EMPTY_CELL, E_NOT_NUMBER, E_TOTALS (its cells); E_YEAR_CONFLICT,
            E_YEAR_UNKNOWN.
    """
    workbook = open_workbook(path)
    sheets = [workbook.load(name) for name in workbook.sheet_names]
    note = read_note(sheets)
    layouts = inventory_layouts(sheets)
    _refuse_other_families(path.name, sheets, layouts, note)
    by_province = province_layouts(path.name, sheets, layouts)
    blocks = [read_block(path, code, layout, energy_account()) for code, layout in by_province.items()]
    findings = [*workbook.findings]
    for block in blocks:
        findings += check_energy_block(block)
    found_year, year_findings = find_year(path, note, blocks, year)
    return Reading(
        path=path,
        family=_FAMILY,
        periods=(str(found_year),),
        cells=_cells(blocks, found_year),
        findings=(*findings, *year_findings, *no_energy_findings(blocks, found_year)),
        identities=energy_identities(blocks),
        content_sha256=content_hash(blocks),
        is_synthetic=note.is_synthetic,
        is_reconstructed=note.is_reconstructed,
    )


@cache
def energy_account() -> Account:
    """What every sheet of an energy inventory has: final consumption, the 47 rows, the balance; 20 fuels."""
    fuels = seed("fuel").filter(pl.col("energy_header").is_not_null())
    units = fuels.select("fuel_code", "energy_unit_variants").iter_rows()
    balance = seed("sector_label_alias").filter(pl.col("scheme") == "energy_balance")["target_code"]
    final_consumption, *rest = balance.unique(maintain_order=True)
    return Account(
        title="an energy inventory",
        first_row="the row 'Total Final Consumption'",
        row_codes=(final_consumption, *inventory_codes(), *rest),
        row_code_of=_energy_row,
        fuel_units={fuel_code: tuple(variants.split("|")) for fuel_code, variants in units},
        optional_fuels=(),
        unit_refusal="E_UNIT_ENERGY",
    )


def _energy_row(label: str, is_first: bool) -> str | None:
    """Return the code of a row; the first is final consumption, so that the total row of a CO2 sheet is none."""
    balance = code_of("energy_balance", label)
    if is_first:
        return balance if balance == "total_final_consumption" else None
    return balance or code_of("inventory", label)


def _refuse_other_families(file_name: str, sheets: list[Sheet], layouts: list[InventoryLayout], note: Note) -> None:
    if is_tibet_inventory(sheets):
        refuse_tibet_inventory(file_name, sheets)
    if not layouts:
        refuse_no_layout(file_name, sheets, _TITLE)
    co2 = [layout.sheet.name for layout in layouts if layout.account == "co2"]
    if len(co2) == len(layouts):
        message = (
            f"{file_name}: this is a CO2 inventory, not an energy inventory: its sheets have a column of process "
            "emissions. It has a reader of its own; run 'visceads recognise' on it."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message, co2[0])
    refuse_other_areas(file_name, layouts, note, _FAMILY, _TITLE)


def _cells(blocks: Sequence[InventoryBlock], year: int) -> pl.DataFrame:
    frames = [tidy_rows(block).with_columns(pl.lit(block.key).alias("province_code")) for block in blocks]
    fuels = seed("fuel")
    unit_of = dict(zip(fuels["fuel_code"], fuels["energy_unit"], strict=True))
    cells = pl.concat(frames).with_columns(
        pl.lit(year).alias("year"), pl.col("fuel_code").replace_strict(unit_of).alias("unit")
    )
    return cells.select(CELL_SCHEMA.names()).cast(CELL_SCHEMA)
