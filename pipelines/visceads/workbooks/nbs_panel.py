"""Panel of several yearly indicators by province, of the National Bureau of Statistics (CSV) -> tidy cells.

Belongs here: a line a province and year, an indicator a column with its unit in the header. Not here: the wide table
of one indicator (`nbs_series`), names and values of indicators (`nbs_indicator`).

Source: National Bureau of Statistics of China, annual data by province (data.stats.gov.cn).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from visceads.codes import normal_key, province_codes, province_of, seed
from visceads.workbooks.file_content import extension_finding
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.nbs_csv import NUMBER, Line, csv_lines, gap_findings, number_in, open_text, refuse_short
from visceads.workbooks.nbs_indicator import (
    PrintedIndicator,
    closest_indicator,
    implausible,
    indicator_codes,
    printed_indicator,
    single_deviations,
)
from visceads.workbooks.nbs_series import CELL_SCHEMA as SERIES_SCHEMA
from visceads.workbooks.note_sheet import says
from visceads.workbooks.reading import Reading
from visceads.workbooks.refusal import Finding, Refusal, address
from visceads.workbooks.table_cells import cell_hash, year_of

CELL_SCHEMA = SERIES_SCHEMA
"""The columns of the bronze family `nbs_panel`: those of a single series."""

_CODE, _PROVINCE, _YEAR = "省辖市代码", "省份", "年份"
_KEYS = ("省辖市代码", "省份代码", "省份", "年份")


@dataclass(frozen=True)
class _Column:
    """One column of an indicator that is known."""

    column_no: int
    header: str
    printed: PrintedIndicator


@dataclass(frozen=True)
class _Panel:
    """The lines of the panel and the lines beside it.

    Attributes:
        header: the line of headers.
        keys: `_CODE` (where the file has it), `_PROVINCE` and `_YEAR` -> column_no.
        lines: (province code, year) -> line.
        beside: lines before the header and remarks below it.
    """

    header: Line
    keys: dict[str, int]
    lines: dict[tuple[str, int], Line]
    beside: list[str]


def read_nbs_panel(path: Path) -> Reading:
    """Read the known indicators of a panel: GDP, its index, population, urban population, secondary value added.

    Args:
        path: the CSV, in UTF-8 or GB18030, whatever its extension.

    Returns:
        Columns of the family `nbs_series`: 31 cells a year and indicator, by indicator, province and year; `value` in
        the unit that ends `indicator_code`, divided where the header has another unit (finding W_UNIT_CONVERTED), null
        where the field is empty. `series` holds the indicators, joined by '+'.

    Raises:
        Refusal: E_NOT_SPREADSHEET, E_UNKNOWN_LAYOUT, E_LABEL, E_PROVINCE_CONFLICT (code and name of a line disagree),
            E_PROVINCE_SET, E_YEAR_UNKNOWN, E_YEAR_CONFLICT (a province and year twice), E_FIELD_COUNT, E_NOT_NUMBER,
            E_NBS_INDICATOR (none known, one twice, or values that cannot be what the header says).
    """
    panel = _panel(path, csv_lines(path, open_text(path)))
    columns, skipped = _columns(path, panel)
    _refuse_extra_fields(path, panel)
    findings = [*extension_finding(path, "csv"), *skipped]
    parts = []
    for column in columns:
        cells = _cells(path, panel, column)
        findings += _check(path, column, cells)
        parts.append(cells)
    cells = pl.concat(parts)
    series = sorted(column.printed.indicator_code for column in columns)
    return Reading(
        path=path,
        family="nbs_panel",
        periods=tuple(str(year) for year in sorted({year for _, year in panel.lines})),
        cells=cells.select(CELL_SCHEMA.names()).cast(CELL_SCHEMA),
        findings=tuple(findings),
        series="+".join(series),
        content_sha256=cell_hash(cells, ("indicator_code", "province_code", "year"), "value"),
        is_synthetic=any(says("SYNTHETIC", line) for line in panel.beside),
    )


def _panel(path: Path, lines: list[Line]) -> _Panel:
    header = next((line for line in lines if {_PROVINCE, _YEAR} <= set(map(normal_key, line.fields))), None)
    if header is None:
        message = (
            f"{path.name}: no line of the file is a header with '{_PROVINCE}' and '{_YEAR}'; this is no panel of the "
            "National Bureau of Statistics. Export it again, a line a province and year."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message)
    keys = {}
    for column_no, field in enumerate(header.fields, start=1):
        name = _CODE if normal_key(field) == "省份代码" else normal_key(field)
        if name not in _KEYS:
            continue
        if name in keys:
            place = address(header.row_no, column_no)
            message = (
                f"{path.name}, line {header.row_no}, field {column_no}: '{field}' occurs twice. Delete one column."
            )
            raise Refusal("E_LABEL", message, "", place)
        keys[name] = column_no
    panel = _Panel(header, keys, {}, [" ".join(line.fields) for line in lines if line.row_no < header.row_no])
    for line in (line for line in lines if line.row_no > header.row_no and any(line.fields)):
        _add_line(path, panel, line)
    _refuse_missing_provinces(path, panel)
    return panel


def _add_line(path: Path, panel: _Panel, line: Line) -> None:
    name, stated_year = (_field(line, panel.keys[key]) for key in (_PROVINCE, _YEAR))
    if not any(NUMBER.fullmatch(field) for field in line.fields):
        panel.beside.append(" ".join(line.fields))  # a remark below the table
        return
    province_code = province_of(name)
    if province_code is None:
        place = address(line.row_no, panel.keys[_PROVINCE])
        message = (
            f"{path.name}, line {line.row_no}: '{name}' is no province, but the line holds numbers. Correct the name, "
            "or delete the line if it is a total."
        )
        raise Refusal("E_LABEL", message, "", place)
    refuse_short(path, line, panel.header)
    _refuse_other_code(path, panel, line, province_code)
    year = year_of(stated_year.removesuffix("年"))
    if year is None:
        place = address(line.row_no, panel.keys[_YEAR])
        message = f"{path.name}, line {line.row_no}: '{stated_year}' ({name}) is no year. Write it as four digits."
        raise Refusal("E_YEAR_UNKNOWN", message, "", place)
    if (province_code, year) in panel.lines:
        message = (
            f"{path.name}, line {line.row_no}: {name} {year} occurs twice, first in line "
            f"{panel.lines[province_code, year].row_no}. Delete one of the lines; panels of cities are not read."
        )
        raise Refusal("E_YEAR_CONFLICT", message, "", address(line.row_no, panel.keys[_YEAR]))
    panel.lines[province_code, year] = line


def _field(line: Line, column_no: int) -> str:
    return line.fields[column_no - 1] if column_no <= len(line.fields) else ""


def _refuse_other_code(path: Path, panel: _Panel, line: Line, province_code: str) -> None:
    """Refuse a line whose number of the province is that of another one, or of a place within a province."""
    if _CODE not in panel.keys:
        return
    stated = _field(line, panel.keys[_CODE])
    # Spreadsheet programs write the twelve digits as 1.1E+11; all its digits are there.
    digits = f"{float(stated):.0f}" if NUMBER.fullmatch(stated) and len(stated) < 30 else stated
    if digits in (_gb_codes()[province_code], _gb_codes()[province_code] + "000000"):
        return
    owners = {gb: code for code, gb in _gb_codes().items()}
    owner = owners.get(digits.removesuffix("000000")) or owners.get(digits)
    whose = f"that of {province_name(owner)}" if owner else "that of no province"
    message = (
        f"{path.name}, line {line.row_no}: the code '{stated}' is {whose}, but the name is "
        f"'{_field(line, panel.keys[_PROVINCE])}'. Correct the one that is wrong."
    )
    raise Refusal("E_PROVINCE_CONFLICT", message, "", address(line.row_no, panel.keys[_CODE]))


@cache
def _gb_codes() -> dict[str, str]:
    """Province code -> the six digits of the national standard of places (GB/T 2260)."""
    return dict(seed("province").select("province_code", "gb_code").iter_rows())


def _refuse_missing_provinces(path: Path, panel: _Panel) -> None:
    for year in sorted({year for _, year in panel.lines}):
        missing = [province_name(code) for code in province_codes() if (code, year) not in panel.lines]
        if missing:
            message = (
                f"{path.name}: of {year} {31 - len(missing)} of the 31 provinces are there; missing "
                f"{', '.join(missing)}. Export the panel again with all provinces."
            )
            raise Refusal("E_PROVINCE_SET", message)
    if not panel.lines:
        message = f"{path.name}: no line below the header holds a province and numbers. Export the panel again."
        raise Refusal("E_PROVINCE_SET", message)


def _columns(path: Path, panel: _Panel) -> tuple[list[_Column], list[Finding]]:
    """Return the columns of known indicators, and the finding about the others."""
    columns: dict[str, _Column] = {}
    others = []
    for column_no, header in enumerate(panel.header.fields, start=1):
        if not header or column_no in panel.keys.values():
            continue
        printed = printed_indicator(header)
        if printed is None:
            others.append(header)
        elif printed.indicator_code in columns:
            place = address(panel.header.row_no, column_no)
            first = columns[printed.indicator_code]
            message = (
                f"{path.name}, line {panel.header.row_no}, field {column_no}: '{header}' is the same indicator as "
                f"'{first.header}' in field {first.column_no}; which one counts cannot be told. Delete one of "
                "the columns."
            )
            raise Refusal("E_NBS_INDICATOR", message, "", place)
        else:
            columns[printed.indicator_code] = _Column(column_no, header, printed)
    shown = ", ".join(f"'{header}'" for header in others)
    if not columns:
        message = (
            f"{path.name}: none of its indicators is read here, in the unit that its header states: "
            f"{shown or 'it has none'}. Read are {', '.join(indicator_codes())}; leave other panels out of the folder."
        )
        raise Refusal("E_NBS_INDICATOR", message)
    if not others:
        return list(columns.values()), []
    message = f"{path.name}: {len(others)} column(s) hold other indicators or units and were not read: {shown}."
    return list(columns.values()), [Finding("W_INDICATOR_SKIPPED", message)]


def _refuse_extra_fields(path: Path, panel: _Panel) -> None:
    for line in panel.lines.values():
        for column_no, field in enumerate(line.fields, start=1):
            if field and not _field(panel.header, column_no):
                message = (
                    f"{path.name}, line {line.row_no}, field {column_no}: value '{field}' stands under no header. "
                    "Export the panel again, or give the column its header."
                )
                raise Refusal("E_LABEL", message, "", address(line.row_no, column_no))


def _cells(path: Path, panel: _Panel, column: _Column) -> pl.DataFrame:
    rows = []
    order = {code: number for number, code in enumerate(province_codes())}
    for province_code, year in sorted(panel.lines, key=lambda key: (order[key[0]], key[1])):
        line = panel.lines[province_code, year]
        value = number_in(path, line, column.column_no, _field(line, panel.keys[_PROVINCE]))
        if value is not None:
            value /= column.printed.divisor
        rows.append((column.printed.indicator_code, province_code, year, value, line.row_no, column.column_no))
    return pl.DataFrame(rows, schema=CELL_SCHEMA, orient="row")


def _check(path: Path, column: _Column, cells: pl.DataFrame) -> list[Finding]:
    """Return the findings about one indicator after refusing values that cannot be it."""
    code, place = column.printed.indicator_code, f"{path.name}, field {column.column_no} ('{column.header}')"
    found = closest_indicator(cells)
    if found is not None and found != code:
        reason = f"they are those of '{found}'"
    else:
        reason = "" if found else implausible(cells, code)
    if reason:
        message = f"{place}: the values cannot be '{code}': {reason}. Correct the header, or export the panel again."
        raise Refusal("E_NBS_INDICATOR", message)
    findings = gap_findings(path, cells, column.header)
    if column.printed.divisor != 1:
        how = f"the values are in {column.printed.unit}; they were divided by {column.printed.divisor:g}"
        findings.append(Finding("W_UNIT_CONVERTED", f"{place}: {how} to be in the unit of '{code}'."))
    far = single_deviations(cells, code)
    if far:
        findings.append(Finding("W_NBS_DEVIATION", f"{place}: {far}; they are kept as they are."))
    return findings
