"""National CO2 inventory, one sheet a year (47 rows) in one workbook -> tidy cells with addresses.

Belongs here: which workbooks are national CO2 inventories, which years they hold, turning sheets into cells. Not here:
where a block stands on its sheet (`inventory_layout`), what must hold on it (`co2_checks`), the sheets that sum years
up (`national_summary`). The sum of the provinces exceeds the national figures by up to 11 percent, a known
statistical gap: nothing is scaled.

Source: CEADs (Shan et al. 2018, Scientific Data, doi 10.1038/sdata.2017.201; Guan et al. 2021, Earth's Future, doi
10.1029/2021EF002241).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from visceads.workbooks.co2_checks import (
    check_block,
    co2_account,
    inventory_identities,
    national_findings,
    tolerances,
)
from visceads.workbooks.inventory_block import InventoryBlock, content_hash, read_block, tidy_rows
from visceads.workbooks.inventory_layout import InventoryLayout, inventory_layouts, is_tibet_inventory
from visceads.workbooks.national_summary import compare_summaries
from visceads.workbooks.note_sheet import YEAR, Note, is_note, read_note
from visceads.workbooks.province_sheets import (
    refuse_no_layout,
    refuse_note_of_another_family,
    refuse_tibet_inventory,
)
from visceads.workbooks.reading import Reading
from visceads.workbooks.refusal import Refusal
from visceads.workbooks.sheets import Sheet, open_workbook

CELL_SCHEMA = pl.Schema(
    {
        "year": pl.Int32(),
        "inventory_code": pl.String(),
        "fuel_code": pl.String(),
        "value_mt": pl.Float64(),
        "sheet": pl.String(),
        "row_no": pl.Int32(),
        "column_no": pl.Int32(),
    }
)
"""The columns of the bronze family `co2_national`."""

_FAMILY = "co2_national"
_TITLE = "national CO2 inventory"
_ADVICE = "Correct the one that is wrong, or download the workbook again."


def read_co2_national(path: Path) -> Reading:
    """Read a national CO2 inventory; refuse it whole if anything about it is doubtful.

    Args:
        path: the workbook, whatever its extension. Its sheets of inventories are named by their year alone; their
            order does not matter. Sheets that sum the years up by sector or by fuel are compared, never read.

    Returns:
        One row a cell: years ascending, then by row and column; 1,056 cells a year (48 rows x 22 columns; 912 in the
        oldest sheets). `inventory_code` and `fuel_code` are 'total' in the total row and column; `value_mt` in Mt
        CO2. `vintage` is 'national-1997-2019' after the years of a workbook with a note and 'national-older' without
        one, the words of the seed `co2_national_year_published`. Findings: W_SCOPE2, W_LOGGING, W_NO_ENERGY_DATA,
        W_PROCESS_ZERO, W_SUM_SHEET, W_EXTENSION. Identities: inventory_rows_add_up, inventory_columns_add_up, and
        national_summary_agrees where there is a summary.

    Raises:
        Refusal: E_NOT_SPREADSHEET; E_UNKNOWN_LAYOUT, E_TIBET_LAYOUT, E_NOTE_CONFLICT (another kind of workbook);
            E_YEAR_UNKNOWN (an inventory sheet that is named otherwise), E_YEAR_CONFLICT (two sheets of one year, a
            title or note that says other years); E_FUEL_SET, E_SECTOR_SET, E_LABEL, E_UNIT_CO2 (its frame);
            E_ERROR_CELLS, E_EMPTY_CELL, E_NOT_NUMBER, E_NEGATIVE, E_TOTALS, E_PROCESS_ROW (its cells).
    """
    workbook = open_workbook(path)
    sheets = [workbook.load(name) for name in workbook.sheet_names]
    note = read_note(sheets)
    layouts = inventory_layouts(sheets)
    _refuse_other_families(path.name, sheets, layouts, note)
    by_year = _year_layouts(path.name, sheets, layouts, note)
    blocks = [read_block(path, str(year), layout, co2_account()) for year, layout in by_year.items()]
    limits = tolerances(blocks)
    findings = [*workbook.findings]
    for block in blocks:
        findings += check_block(block, limits) + national_findings(block)
    read_names = {block.sheet.name for block in blocks}
    others = [sheet for sheet in sheets if sheet.name not in read_names and not is_note(sheet.name)]
    summary_findings, summary_identities = compare_summaries(path, others, blocks, limits)
    years = list(by_year)
    return Reading(
        path=path,
        family=_FAMILY,
        periods=tuple(str(year) for year in years),
        cells=_cells(blocks),
        findings=(*findings, *summary_findings),
        identities=(*inventory_identities(blocks, limits, lambda block: block.key), *summary_identities),
        vintage=f"national-{years[0]}-{years[-1]}" if note.sheet_name else "national-older",
        content_sha256=content_hash(blocks),
        is_synthetic=note.is_synthetic,
        is_reconstructed=note.is_reconstructed,
    )


def _refuse_other_families(file_name: str, sheets: list[Sheet], layouts: list[InventoryLayout], note: Note) -> None:
    if is_tibet_inventory(sheets):
        refuse_tibet_inventory(file_name, sheets)
    if not layouts:
        refuse_no_layout(file_name, sheets, _TITLE)
    energy = [layout.sheet.name for layout in layouts if layout.account == "energy"]
    if len(energy) == len(layouts):
        message = (
            f"{file_name}: this is an energy inventory, not a CO2 inventory: its sheets have no column of "
            "process emissions. Run 'visceads recognise' on it to see what it is."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message, energy[0])
    if not any(YEAR.fullmatch(layout.sheet.name) for layout in layouts):
        message = (
            f"{file_name}: this is no national inventory: none of its {len(layouts)} inventory sheets is named by a "
            f"year, the first is '{layouts[0].sheet.name}'. Run 'visceads recognise' on it to see what it is."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message, layouts[0].sheet.name)
    refuse_note_of_another_family(file_name, note, _FAMILY, _TITLE)


def _year_layouts(
    file_name: str, sheets: Sequence[Sheet], layouts: Sequence[InventoryLayout], note: Note
) -> dict[int, InventoryLayout]:
    """Return year -> layout of its sheet, ascending, if sheet names, titles and note agree."""
    by_year: dict[int, InventoryLayout] = {}
    for layout in layouts:
        name = layout.sheet.name
        if not YEAR.fullmatch(name):
            message = (
                f"{file_name}, sheet '{name}': it is laid out like the inventory of a year, but its name is no year. "
                "Name it by its year, or delete it."
            )
            raise Refusal("E_YEAR_UNKNOWN", message, name)
        year = int(name)
        if year in by_year:
            message = f"{file_name}: sheets '{by_year[year].sheet.name}' and '{name}' are both {year}. {_ADVICE}"
            raise Refusal("E_YEAR_CONFLICT", message, name)
        _refuse_other_title(file_name, year, layout)
        by_year[year] = layout
    for sheet in sheets:
        if YEAR.fullmatch(sheet.name) and int(sheet.name) not in by_year:
            message = (
                f"{file_name}, sheet '{sheet.name}': no row of fuel headers (Raw Coal ... Natural Gas) above a "
                "row of units. Restore the first rows of the sheet or download the workbook again."
            )
            raise Refusal("E_UNKNOWN_LAYOUT", message, sheet.name)
    _refuse_other_note_years(file_name, set(by_year), note)
    return dict(sorted(by_year.items()))


def _refuse_other_title(file_name: str, year: int, layout: InventoryLayout) -> None:
    titles = layout.title_years()
    if len(titles) == 1 and year not in titles:
        other, cell = titles.popitem()
        message = (
            f"{file_name}, sheet '{layout.sheet.name}', cell {cell}: the title says {other}, but the sheet is named "
            f"{year}. {_ADVICE}"
        )
        raise Refusal("E_YEAR_CONFLICT", message, layout.sheet.name, cell)


def _refuse_other_note_years(file_name: str, years: set[int], note: Note) -> None:
    different = sorted(years ^ set(note.years))
    if note.years and different:
        message = (
            f"{file_name}, sheet '{note.sheet_name}', cell {note.years_cell}: the note says {note.years[0]} to "
            f"{note.years[-1]}, the sheets are {min(years)} to {max(years)}; of {', '.join(map(str, different))} there "
            f"is only one of the two. {_ADVICE}"
        )
        raise Refusal("E_YEAR_CONFLICT", message, note.sheet_name, note.years_cell)


def _cells(blocks: Sequence[InventoryBlock]) -> pl.DataFrame:
    frames = [tidy_rows(block).with_columns(pl.lit(int(block.key)).alias("year")) for block in blocks]
    cells = pl.concat(frames).rename({"value": "value_mt"})
    return cells.select(CELL_SCHEMA.names()).cast(CELL_SCHEMA)
