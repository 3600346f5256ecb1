"""Provincial CO2 inventory of one year (30 provinces x 47 rows), any vintage -> tidy cells with addresses.

Belongs here: which sheets are provinces, which year and vintage the workbook is, turning sheets into cells.
Not here: where a block stands on its sheet (`inventory_layout`), what must hold (`co2_checks`), and
corrections, which are made in SQL: bronze holds the workbook as published.

Source: CEADs (Shan et al. 2018, Scientific Data, doi 10.1038/sdata.2017.201, and later releases).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from visceads.codes import (
    code_of,
    fuel_of_header,
    inventory_codes,
    inventory_province_codes,
    normal_key,
    seed,
)
from visceads.workbooks.co2_checks import (
    SCOPE_2,
    ProvinceBlock,
    check_block,
    sum_sheet_findings,
    tolerances,
    workbook_findings,
)
from visceads.workbooks.inventory_layout import (
    InventoryLayout,
    inventory_layouts,
    is_tibet_inventory,
    province_and_year,
    province_name,
)
from visceads.workbooks.inventory_year import find_year
from visceads.workbooks.note_sheet import YEAR, Note, read_note
from visceads.workbooks.refusal import Finding, Refusal, address
from visceads.workbooks.sheets import Sheet, Workbook, open_workbook, refuse_defects

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
        content_sha256: hash of the content, the same for the same values in other bytes (see `content_hash`).
        is_synthetic: its note says SYNTHETIC.
        is_reconstructed: its note says RECONSTRUCTED.
    """

    path: Path
    cells: pl.DataFrame
    years: tuple[int, ...]
    vintage: str
    findings: tuple[Finding, ...]
    content_sha256: str
    is_synthetic: bool
    is_reconstructed: bool


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
    layouts = _province_layouts(workbook, sheets, note)
    blocks = [_read_block(path, province_code, layout) for province_code, layout in layouts.items()]
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
        cells=pl.concat(_cells(block, found_year) for block in blocks),
        years=(found_year,),
        vintage=vintage_of(note, has_sum_sheet=summary is not None),
        findings=tuple(findings),
        content_sha256=content_hash(blocks),
        is_synthetic=note.is_synthetic,
        is_reconstructed=note.is_reconstructed,
    )


def vintage_of(note: Note, has_sum_sheet: bool) -> str:
    """Return the vintage: V1 has a `Sum` sheet and no note, V2 four references, V3 five with Xu 2024."""
    if not note.sheet_name:
        return "V1" if has_sum_sheet else ""
    if note.reference_count == 4 and not note.names_xu_2024:
        return "V2"
    return "V3" if note.reference_count == 5 and note.names_xu_2024 else ""


def content_hash(blocks: Sequence[ProvinceBlock]) -> str:
    """Return the SHA-256 over the sorted lines `province|row|fuel|value`; 17 digits, empty as 'null'.

    The same content in other bytes (a workbook that was saved again) has the same hash.
    """
    lines = []
    for block in blocks:
        for row_code, row in zip(block.rows, block.values.tolist(), strict=True):
            for fuel_code, value in zip(block.columns, row, strict=True):
                text = "null" if np.isnan(value) else f"{value:.17g}"
                lines.append(f"{block.province_code}|{row_code}|{fuel_code}|{text}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _province_layouts(workbook: Workbook, sheets: list[Sheet], note: Note) -> dict[str, InventoryLayout]:
    """Return province code -> layout of its sheet, in table order, after refusing other workbooks."""
    file_name = workbook.path.name
    layouts = inventory_layouts(sheets)
    _refuse_other_families(file_name, sheets, layouts, note)
    by_province: dict[str, InventoryLayout] = {}
    unknown = []
    for layout in layouts:
        province_code = province_and_year(layout.sheet.name)[0]
        if province_code not in inventory_province_codes():
            unknown.append(layout.sheet.name)
        elif province_code in by_province:
            message = (
                f"{file_name}: sheets '{by_province[province_code].sheet.name}' and '{layout.sheet.name}' "
                f"are both {province_name(province_code)}; which one counts cannot be told. Delete or "
                "rename one of them."
            )
            raise Refusal("E_PROVINCE_SET", message, layout.sheet.name)
        else:
            by_province[province_code] = layout
    _refuse_incomplete(file_name, sheets, by_province, unknown)
    return {code: by_province[code] for code in inventory_province_codes()}


def _refuse_other_families(file_name: str, sheets: list[Sheet], layouts: list[InventoryLayout], note: Note) -> None:
    if is_tibet_inventory(sheets):
        message = (
            f"{file_name}: this is the Tibet 2014 activity inventory (thousand tonnes, 7 fuels); it has no "
            "47 sector rows and cannot be appended to the 30 provinces. Take it out of the folder of "
            "provincial inventories."
        )
        raise Refusal("E_TIBET_LAYOUT", message, sheets[0].name)
    if not layouts:
        names = ", ".join(f"'{sheet.name}'" for sheet in sheets[:5])
        message = (
            f"{file_name}: this is no provincial CO2 inventory: none of its sheets "
            f"({names}{', ...' if len(sheets) > 5 else ''}) has a row of fuel headers (Raw Coal ... Natural "
            "Gas, Process) above a row of units. Run 'visceads recognise' on it to see what it is."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message)
    energy = [layout.sheet.name for layout in layouts if layout.account == "energy"]
    if len(energy) == len(layouts):
        message = (
            f"{file_name}: this is an energy inventory, not a CO2 inventory: its sheets have no column of "
            "process emissions. Energy inventories are recognised but not read yet."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message, energy[0])
    names_resolved = [province_and_year(layout.sheet.name)[0] is not None for layout in layouts]
    if sum(names_resolved) * 2 < len(layouts):
        years = all(YEAR.fullmatch(layout.sheet.name) for layout in layouts)
        what = "a national inventory (one sheet a year)" if years else "a city inventory"
        message = (
            f"{file_name}: this is {what}: {len(layouts)} inventory sheets, {sum(names_resolved)} are "
            "provinces. The reader of provincial inventories takes workbooks of 30 provinces only."
        )
        raise Refusal("E_UNKNOWN_LAYOUT" if years else "E_CITY_WORKBOOK", message)
    if note.family not in ("", "co2_inventory"):
        message = (
            f"{file_name}, sheet '{note.sheet_name}': the note says '{note.content}', but the sheets are a "
            "provincial CO2 inventory. Note and sheets come from two workbooks; download it again."
        )
        raise Refusal("E_NOTE_CONFLICT", message, note.sheet_name)


def _refuse_incomplete(
    file_name: str, sheets: list[Sheet], by_province: dict[str, InventoryLayout], unknown: list[str]
) -> None:
    for sheet in sheets:
        province_code = province_and_year(sheet.name)[0]
        if province_code in inventory_province_codes() and province_code not in by_province:
            message = (
                f"{file_name}, sheet '{sheet.name}': no row of fuel headers (Raw Coal ... Natural Gas, "
                "Process) above a row of units. Restore the first rows of the sheet or download the "
                "workbook again."
            )
            raise Refusal("E_UNKNOWN_LAYOUT", message, sheet.name)
    missing = [province_name(code) for code in inventory_province_codes() if code not in by_province]
    if not missing and not unknown:
        return
    parts = [f"{len(by_province)} of the 30 province sheets are there"]
    if missing:
        parts.append(f"missing {', '.join(missing)}")
    if unknown:
        parts.append("unknown sheets " + ", ".join(f"'{name}'" for name in unknown))
    advice = "Nothing of it is loaded: restore or rename the sheets, or download the workbook again."
    raise Refusal("E_PROVINCE_SET", f"{file_name}: {'; '.join(parts)}. {advice}", unknown[0] if unknown else "")


def _read_block(path: Path, province_code: str, layout: InventoryLayout) -> ProvinceBlock:
    columns = _fuel_columns(path, layout)
    _check_units(path, layout, columns)
    rows = _inventory_rows(path, layout)
    last_column, last_row = max(columns.values()), max(rows.values())
    refuse_defects(path, layout.sheet, last_column, last_row)
    values = np.array(
        [[_number(path, layout.sheet, row_no, column_no) for column_no in columns.values()] for row_no in rows.values()]
    )
    return ProvinceBlock(path.name, layout.sheet, province_code, rows, columns, values)


def _fuel_columns(path: Path, layout: InventoryLayout) -> dict[str, int]:
    columns: dict[str, int] = {}
    name, row_no = layout.sheet.name, layout.header_row_no
    for column_no, header in layout.headers.items():
        cell = address(row_no, column_no)
        fuel_code = fuel_of_header(header)
        if fuel_code is None:
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: column header '{header}' is in no list of "
                "fuels. Correct it, or add the spelling to the seed 'fuel' if the publisher changed it."
            )
            raise Refusal("E_LABEL", message, name, cell)
        if fuel_code in columns:
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: column header '{header}' occurs twice, first in "
                f"column {address(row_no, columns[fuel_code])}. Delete the column that does not belong "
                "there."
            )
            raise Refusal("E_FUEL_SET", message, name, cell)
        columns[fuel_code] = column_no
    needed = [code for code in seed("fuel")["fuel_code"] if code not in SCOPE_2]
    missing = [code for code in needed if code not in columns]
    if missing:
        cell = address(row_no, min(columns.values()))
        message = (
            f"{path.name}, sheet '{name}': no column for {', '.join(missing)} in the row of headers that "
            f"begins at {cell}. Restore the column from the publisher's copy or download the workbook again."
        )
        raise Refusal("E_FUEL_SET", message, name, cell)
    return columns


def _check_units(path: Path, layout: InventoryLayout, columns: dict[str, int]) -> None:
    for column_no in columns.values():
        unit = layout.sheet.rows[layout.unit_row_no - 1][column_no - 1]
        if normal_key(str(unit)) != "mtco2":
            cell, name = address(layout.unit_row_no, column_no), layout.sheet.name
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: the unit is '{unit}', expected 'Mt CO2'. Values "
                "of another unit would be off by orders of magnitude: convert the column or download the "
                "workbook again."
            )
            raise Refusal("E_UNIT_CO2", message, name, cell)


def _inventory_rows(path: Path, layout: InventoryLayout) -> dict[str, int]:
    """Return inventory code (or 'total') -> row_no in the order of the code list, total first."""
    name = layout.sheet.name
    rows: dict[str, int] = {}
    for row_no, label in layout.labels().items():
        # The first row is the total; 'Total Consumption' means another row in the energy files.
        code = code_of("inventory", label) if rows else code_of("inventory_total", label)
        cell = address(row_no, layout.label_column_no)
        if code is None:
            expected = "a label of the 47 inventory rows" if rows else "the total row ('TotalEmissions')"
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: label '{label}' is in no alias table; expected "
                f"is {expected}. Correct the label, or add it to the seed 'sector_label_alias' if the "
                "publisher changed it."
            )
            raise Refusal("E_LABEL", message, name, cell)
        if code in rows:
            message = (
                f"{path.name}, sheet '{name}', cell {cell}: row '{label}' occurs twice, first in row "
                f"{rows[code]}. Delete the row that does not belong there or download the workbook again."
            )
            raise Refusal("E_SECTOR_SET", message, name, cell)
        rows[code] = row_no
    missing = [code for code in ("total", *inventory_codes()) if code not in rows]
    if missing:
        message = (
            f"{path.name}, sheet '{name}': {len(rows)} labelled rows, expected 48; missing "
            f"{', '.join(missing)}. Restore the rows from the publisher's copy or download the workbook "
            "again."
        )
        raise Refusal("E_SECTOR_SET", message, name)
    return {code: rows[code] for code in ("total", *inventory_codes())}


def _number(path: Path, sheet: Sheet, row_no: int, column_no: int) -> float:
    cell = sheet.rows[row_no - 1][column_no - 1]
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) and not cell.strip():
        return float("nan")
    place = address(row_no, column_no)
    message = (
        f"{path.name}, sheet '{sheet.name}', cell {place}: '{cell}' is no number. Restore the number from "
        "the publisher's copy or download the workbook again."
    )
    raise Refusal("E_NOT_NUMBER", message, sheet.name, place)


def _cells(block: ProvinceBlock, year: int) -> pl.DataFrame:
    row_count, column_count = block.values.shape
    frame = pl.DataFrame(
        {
            "inventory_code": np.repeat(list(block.rows), column_count),
            "fuel_code": np.tile(list(block.columns), row_count),
            "value_mt": block.values.ravel(),
            "row_no": np.repeat(list(block.rows.values()), column_count),
            "column_no": np.tile(list(block.columns.values()), row_count),
        }
    ).with_columns(
        pl.lit(block.province_code).alias("province_code"),
        pl.lit(year).alias("year"),
        pl.lit(block.sheet.name).alias("sheet"),
        pl.col("value_mt").fill_nan(None),
    )
    return frame.select(CELL_SCHEMA.names()).cast(CELL_SCHEMA)
