"""Apparent CO2 emissions by province (a sheet a year) or of the nation (one sheet, years across) -> tidy cells.

Belongs here: which sheets are tables, turning them into cells. Not here: where a table stands on its sheet
(`apparent_layout`), what must hold (`apparent_checks`), and corrections, which are made in SQL.

Apparent emissions follow production and trade of fuels, another account than the sectoral inventories: for one province
the two can differ by a factor of three, so they never mix in one indicator.

Source: CEADs (Shan et al. 2016, Applied Energy, doi 10.1016/j.apenergy.2016.03.073, and later releases).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from visceads.workbooks.apparent_checks import ApparentBlock, check_block, repeated_years, worst_identities
from visceads.workbooks.apparent_layout import ApparentTable, find_table, header_place
from visceads.workbooks.note_sheet import YEAR, Note, is_note, read_note
from visceads.workbooks.reading import Identity, Reading
from visceads.workbooks.refusal import Finding, Refusal
from visceads.workbooks.sheets import Sheet, Workbook, open_workbook, refuse_defects
from visceads.workbooks.table_cells import cell_hash, number_at, refuse_other_note, refuse_other_unit

CELL_SCHEMA = pl.Schema(
    {
        "province_code": pl.String(),
        "year": pl.Int32(),
        "fuel_code": pl.String(),
        "item_code": pl.String(),
        "value_mt": pl.Float64(),
        "sheet": pl.String(),
        "row_no": pl.Int32(),
        "column_no": pl.Int32(),
    }
)
"""The columns of the bronze families `apparent_provincial` and `apparent_national`."""

_TITLES = {
    "apparent_provincial": "apparent emissions by province",
    "apparent_national": "apparent emissions of the nation",
}


def read_apparent_emission(path: Path) -> Reading:
    """Read a workbook of apparent emissions, provincial or national; refuse it whole if anything is doubtful.

    Args:
        path: the workbook, whatever its extension.

    Returns:
        The family (`apparent_provincial` or `apparent_national`) and its cells, by year, row and column:
        `fuel_code` raw_coal, crude_oil, natural_gas, process_cement or total; `item_code` total, production, import,
        export, move_in, move_out, stock_decrease, loss or non_energy_use; `value_mt` in Mt CO2 as the workbook has it
        (export and move_out negative), null where the cell is empty; `province_code` 'CN' for the nation. 870 cells
        a provincial year (30 x 29). Two identities, exact to 1e-6 Mt.

    Raises:
        Refusal: E_NOT_SPREADSHEET, E_UNKNOWN_LAYOUT, E_NOTE_CONFLICT (another kind of file); E_LABEL, E_PROVINCE_SET,
            E_ITEM, E_UNIT_CO2, E_YEAR_CONFLICT, E_YEAR_UNKNOWN (its frame); E_ERROR_CELLS, E_EMPTY_CELL,
            E_NOT_NUMBER, E_NEGATIVE, E_EXPORT_SIGN, E_TOTALS (its cells).
    """
    workbook = open_workbook(path)
    sheets = [workbook.load(name) for name in workbook.sheet_names]
    note = read_note(sheets)
    refuse_other_note(path, note, tuple(_TITLES), "apparent emissions")
    refuse_other_unit(path, sheets)
    tables, skipped = _tables(workbook, sheets, note)
    family = _family(path, tables)
    years = _distinct_years(path, tables)
    findings = [*workbook.findings, *skipped, *_note_years(path, note, years)]
    identities: list[Identity] = []
    blocks = [_read_block(path, table) for table in sorted(tables, key=lambda table: min(y for _, y in table.columns))]
    for block in blocks:
        found, noted = check_block(block)
        identities += found
        findings += noted
    cells = pl.concat(_cells(block) for block in blocks)
    return Reading(
        path=path,
        family=family,
        periods=tuple(str(year) for year in years),
        cells=cells,
        findings=(*findings, *repeated_years(blocks)),
        identities=worst_identities(identities),
        content_sha256=cell_hash(cells, ("province_code", "year", "fuel_code", "item_code"), "value_mt"),
        is_synthetic=note.is_synthetic,
        is_reconstructed=note.is_reconstructed,
    )


def _tables(workbook: Workbook, sheets: Sequence[Sheet], note: Note) -> tuple[list[ApparentTable], list[Finding]]:
    path = workbook.path
    tables, findings = [], []
    for sheet in (sheet for sheet in sheets if not is_note(sheet.name) and any(map(any, sheet.rows))):
        header = header_place(sheet)
        if header is not None:
            tables.append(find_table(path, sheet, header, note))
        elif YEAR.fullmatch(sheet.name):
            message = (
                f"{path.name}, sheet '{sheet.name}': no row of the sheet has the header 'Items' before provinces or "
                "years. Restore its first row or download the workbook again."
            )
            raise Refusal("E_UNKNOWN_LAYOUT", message, sheet.name)
        else:
            message = f"{path.name}, sheet '{sheet.name}': the sheet has no header 'Items' and was not read."
            findings.append(Finding("W_SHEET_IGNORED", message, sheet.name))
    if not tables:
        names = ", ".join(f"'{sheet.name}'" for sheet in sheets[:5])
        message = (
            f"{path.name}: these are no apparent emissions: none of its sheets "
            f"({names}{', ...' if len(sheets) > 5 else ''}) has the header 'Items' before provinces or years. Run "
            "'visceads recognise' on it to see what it is."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message)
    return tables, findings


def _family(path: Path, tables: Sequence[ApparentTable]) -> str:
    national = [table.sheet.name for table in tables if table.is_national]
    if national and len(national) < len(tables):
        other = next(table.sheet.name for table in tables if not table.is_national)
        message = (
            f"{path.name}: sheet '{national[0]}' has years as columns, sheet '{other}' has provinces; the nation and "
            "the provinces come in two workbooks. Put them into one file each."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message, national[0])
    return "apparent_national" if national else "apparent_provincial"


def _distinct_years(path: Path, tables: Sequence[ApparentTable]) -> list[int]:
    """Return the years, ascending, after refusing two sheets of one year."""
    sheet_of: dict[int, str] = {}
    for table in tables:
        for year in sorted({year for _, year in table.columns}):
            if year in sheet_of:
                message = (
                    f"{path.name}: the sheets '{sheet_of[year]}' and '{table.sheet.name}' are both of {year}; which "
                    "one counts cannot be told. Delete or rename one of them."
                )
                raise Refusal("E_YEAR_CONFLICT", message, table.sheet.name)
            sheet_of[year] = table.sheet.name
    return sorted(sheet_of)


def _note_years(path: Path, note: Note, years: Sequence[int]) -> list[Finding]:
    """Compare the years of the sheets with those of the note: too many is a conflict, too few is noted."""
    if not note.years:
        return []
    stated = f"{note.years[0]}-{note.years[-1]}" if len(note.years) > 1 else str(note.years[0])
    extra = [str(year) for year in years if year not in note.years]
    if extra:
        message = (
            f"{path.name}, sheet '{note.sheet_name}', cell {note.years_cell}: the note says {stated}, but there are "
            f"values of {', '.join(extra)}. Correct the one that is wrong, or download the workbook again."
        )
        raise Refusal("E_YEAR_CONFLICT", message, note.sheet_name, note.years_cell)
    missing = [str(year) for year in note.years if year not in years]
    if not missing:
        return []
    message = f"{path.name}: the note says {stated}, but there are no values of {', '.join(missing)}."
    return [Finding("W_YEAR_MISSING", message, note.sheet_name, note.years_cell)]


def _read_block(path: Path, table: ApparentTable) -> ApparentBlock:
    refuse_defects(path, table.sheet, max(table.columns.values()), max(table.rows.values()))
    values = [
        [number_at(path, table.sheet, row_no, column_no) for column_no in table.columns.values()]
        for row_no in table.rows.values()
    ]
    return ApparentBlock(path, table, np.array(values, dtype=np.float64))


def _cells(block: ApparentBlock) -> pl.DataFrame:
    table = block.table
    rows = [
        (province_code, year, fuel_code, item_code, float(value), table.sheet.name, row_no, column_no)
        for ((fuel_code, item_code), row_no), line in zip(table.rows.items(), block.values, strict=True)
        for ((province_code, year), column_no), value in zip(table.columns.items(), line, strict=True)
    ]
    frame = pl.DataFrame(rows, schema=CELL_SCHEMA, orient="row")
    return frame.with_columns(pl.col("value_mt").fill_nan(None))
