"""One yearly series of the 31 provinces, as the National Bureau of Statistics exports it (CSV) -> tidy cells.

Belongs here: reading the wide table (a province a row, a year a column) and settling which indicator it holds. Not
here: how an indicator is known by name or values (`nbs_indicator`), the panel file of many indicators (`nbs_panel`).

Source: National Bureau of Statistics of China, annual data by province (data.stats.gov.cn).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from visceads.codes import normal_key, province_codes, province_of
from visceads.workbooks.file_content import extension_finding
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.nbs_csv import (
    NUMBER,
    Line,
    csv_lines,
    gap_findings,
    has_line,
    number_in,
    open_text,
    read_text,
    refuse_short,
)
from visceads.workbooks.nbs_indicator import (
    PrintedIndicator,
    closest_indicator,
    implausible,
    indicator_codes,
    known_years,
    printed_indicator,
    single_deviations,
)
from visceads.workbooks.note_sheet import says
from visceads.workbooks.refusal import Finding, Refusal, address

__all__ = ["CELL_SCHEMA", "NbsReading", "indicator_codes", "is_nbs_series", "read_nbs_series", "read_text"]

_YEAR_HEADER = re.compile(r"((?:19|20)\d\d)年?")
_INDICATOR_LINE = re.compile(r"指标\s*[:：]\s*(.*\S)")

CELL_SCHEMA = pl.Schema(
    {
        "indicator_code": pl.String(),
        "province_code": pl.String(),
        "year": pl.Int32(),
        "value": pl.Float64(),
        "row_no": pl.Int32(),
        "column_no": pl.Int32(),
    }
)
"""The columns of the bronze family `nbs_series`."""


@dataclass(frozen=True)
class NbsReading:
    """One series of the National Bureau of Statistics as its CSV states it.

    Attributes:
        path: the file.
        cells: one row a cell, columns of `CELL_SCHEMA`, provinces in table order, years ascending; `value` in
            the unit that ends `indicator_code`, null where the cell is empty; `row_no` is the line of the
            file and `column_no` the field in it, both counted from 1.
        indicator_code: a value column of the seed `nbs_province_year`.
        years: the years, ascending.
        findings: what its users should know.
        is_synthetic: a line beside the data says SYNTHETIC.
    """

    path: Path
    cells: pl.DataFrame
    indicator_code: str
    years: tuple[int, ...]
    findings: tuple[Finding, ...]
    is_synthetic: bool


@dataclass(frozen=True)
class _WideTable:
    """Header and lines of a wide table, and the lines beside it (title, footer)."""

    years: dict[int, int]
    header: Line
    lines: dict[str, Line]
    beside: list[str]


def is_nbs_series(text: str) -> bool:
    """Return whether CSV text has a line `地区, <year>, <year>, ...`, the header of a wide table."""
    return has_line(text, _is_header)


def read_nbs_series(path: Path, indicator_code: str | None = None) -> NbsReading:
    """Read one yearly series of the 31 provinces.

    Most files say nowhere what they count; some have a line '指标：地区生产总值(亿元)'. Without such a line and without
    `indicator_code` the values are compared with the series of the seed `nbs_province_year`: the one with the smallest
    median relative deviation is taken if that is below 2 percent and a fifth of the second smallest at most. Whoever
    names the indicator, its values must be plausible.

    Args:
        path: the CSV, in UTF-8 or GB18030, whatever its extension.
        indicator_code: the indicator, where the caller knows it.

    Returns:
        31 cells a year and what is to be known about them.

    Raises:
        Refusal: E_NOT_SPREADSHEET, E_UNKNOWN_LAYOUT, E_LABEL, E_PROVINCE_SET, E_FIELD_COUNT, E_NOT_NUMBER,
            E_YEAR_CONFLICT (a year twice), E_NBS_INDICATOR (unknown, implausible, or another series than the file or
            the caller says).
    """
    table = _wide_table(path, open_text(path))
    cells, findings = _cells(path, table)
    printed = _printed(path, table, indicator_code)
    if printed is not None and printed.divisor != 1:
        cells = cells.with_columns(pl.col("value") / printed.divisor)
        message = f"{path.name}: the values are in {printed.unit}; they were divided by {printed.divisor:g}."
        findings.append(Finding("W_UNIT_CONVERTED", message))
    code = _indicator_of(path, cells, indicator_code or (printed.indicator_code if printed else None))
    far = single_deviations(cells, code)
    if far:
        findings.append(Finding("W_NBS_DEVIATION", f"{path.name}: {far}; they are kept as they are."))
    cells = cells.with_columns(pl.lit(code).alias("indicator_code"))
    return NbsReading(
        path=path,
        cells=cells.select(CELL_SCHEMA.names()).cast(CELL_SCHEMA),
        indicator_code=code,
        years=tuple(sorted(table.years)),
        findings=(*extension_finding(path, "csv"), *findings),
        is_synthetic=any(says("SYNTHETIC", line) for line in table.beside),
    )


def _is_header(line: Line) -> bool:
    years = [field for field in line.fields[1:] if _YEAR_HEADER.fullmatch(field)]
    return bool(years) and normal_key(line.fields[0]) in ("地区", "region", "province", "省份")


def _wide_table(path: Path, text: str) -> _WideTable:
    lines = csv_lines(path, text)
    header = next((line for line in lines if _is_header(line)), None)
    if header is None:
        message = (
            f"{path.name}: no line of the file is a header '地区, 2022年, 2021年, ...'; this is no yearly "
            "series by province of the National Bureau of Statistics. Export the series again, provinces "
            "in rows, years in columns."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message)
    by_province: dict[str, Line] = {}
    beside = [" ".join(line.fields) for line in lines if line.row_no < header.row_no]
    for line in (line for line in lines if line.row_no > header.row_no and any(line.fields)):
        province_code = province_of(line.fields[0])
        if province_code is None:
            _refuse_unnamed_numbers(path, line)
            beside.append(" ".join(line.fields))
        elif province_code in by_province:
            message = (
                f"{path.name}, line {line.row_no}: {line.fields[0]} occurs twice, first in line "
                f"{by_province[province_code].row_no}. Delete one of the lines."
            )
            raise Refusal("E_PROVINCE_SET", message, "", address(line.row_no, 1))
        else:
            by_province[province_code] = line
    missing = [province_name(code) for code in province_codes() if code not in by_province]
    if missing:
        message = (
            f"{path.name}: {len(by_province)} of the 31 provinces are there; missing {', '.join(missing)}. "
            "Export the series again with all provinces."
        )
        raise Refusal("E_PROVINCE_SET", message)
    return _WideTable(_year_columns(path, header), header, by_province, beside)


def _refuse_unnamed_numbers(path: Path, line: Line) -> None:
    """Refuse a line of numbers whose first field is no province; a footer has none and is passed over."""
    if any(NUMBER.fullmatch(field) for field in line.fields[1:]):
        message = (
            f"{path.name}, line {line.row_no}: '{line.fields[0]}' is no province, but the line holds "
            "numbers. Correct the name, or delete the line if it is a total."
        )
        raise Refusal("E_LABEL", message, "", address(line.row_no, 1))


def _year_columns(path: Path, header: Line) -> dict[int, int]:
    """Return year -> column_no."""
    columns: dict[int, int] = {}
    for column_no, field in enumerate(header.fields[1:], start=2):
        if not field:
            continue
        cell = address(header.row_no, column_no)
        match = _YEAR_HEADER.fullmatch(field)
        if match is None:
            message = (
                f"{path.name}, line {header.row_no}, field {column_no}: header '{field}' is no year. Delete "
                "the column, or export the series again."
            )
            raise Refusal("E_LABEL", message, "", cell)
        if int(match[1]) in columns:
            place = f"{path.name}, line {header.row_no}, field {column_no}"
            message = f"{place}: the year {match[1]} occurs twice. Delete one of its columns."
            raise Refusal("E_YEAR_CONFLICT", message, "", cell)
        columns[int(match[1])] = column_no
    return columns


def _cells(path: Path, table: _WideTable) -> tuple[pl.DataFrame, list[Finding]]:
    rows = []
    for province_code in province_codes():
        line = table.lines[province_code]
        refuse_short(path, line, table.header)
        _refuse_extra_fields(path, line, table)
        for year in sorted(table.years):
            column_no = table.years[year]
            rows.append((province_code, year, number_in(path, line, column_no, line.fields[0]), line.row_no, column_no))
    schema = {name: kind for name, kind in CELL_SCHEMA.items() if name != "indicator_code"}
    cells = pl.DataFrame(rows, schema=schema, orient="row")
    return cells, gap_findings(path, cells)


def _refuse_extra_fields(path: Path, line: Line, table: _WideTable) -> None:
    for column_no, field in enumerate(line.fields[1:], start=2):
        if field and column_no not in table.years.values():
            message = (
                f"{path.name}, line {line.row_no}, field {column_no}: value '{field}' stands under no year. "
                "Export the series again, or give the column its year."
            )
            raise Refusal("E_LABEL", message, "", address(line.row_no, column_no))


def _printed(path: Path, table: _WideTable, named: str | None) -> PrintedIndicator | None:
    """Return the indicator that a line beside the table names, or None if no line names one."""
    matches = [match for line in table.beside if (match := _INDICATOR_LINE.match(line))]
    if not matches:
        return None
    text = matches[0][1]
    printed = printed_indicator(text)
    if printed is None and named is None:
        message = (
            f"{path.name}: the file says that it holds '{text}'; read are {', '.join(indicator_codes())}, in their "
            "usual units. Leave other series out of the folder."
        )
        raise Refusal("E_NBS_INDICATOR", message)
    if printed is not None and named is not None and printed.indicator_code != named:
        message = (
            f"{path.name}: the file is said to hold '{named}', but says itself that it holds '{text}'. Name that "
            "indicator instead, or replace the file."
        )
        raise Refusal("E_NBS_INDICATOR", message)
    return printed


def _indicator_of(path: Path, cells: pl.DataFrame, named: str | None) -> str:
    known = ", ".join(indicator_codes())
    if named is not None and named not in indicator_codes():
        message = f"{path.name}: there is no indicator '{named}'; the indicators are {known}."
        raise Refusal("E_NBS_INDICATOR", message)
    found = closest_indicator(cells)
    if named is None and found is None:
        message = (
            f"{path.name}: what the file counts is not stated in it, and its values fit none of the known "
            f"series clearly (they cover {known_years()}, so at least one of these years must be in the file). Read "
            f"are {known}; leave other series out of the folder."
        )
        raise Refusal("E_NBS_INDICATOR", message)
    if named is not None and found is not None and named != found:
        message = (
            f"{path.name}: the file is said to hold '{named}', but its values are those of '{found}'. Name "
            "that indicator instead, or replace the file."
        )
        raise Refusal("E_NBS_INDICATOR", message)
    reason = implausible(cells, named) if named is not None and found is None else ""
    if reason:
        message = (
            f"{path.name}: the values cannot be '{named}': {reason}. Check indicator and unit, or replace the file."
        )
        raise Refusal("E_NBS_INDICATOR", message)
    return named or str(found)
