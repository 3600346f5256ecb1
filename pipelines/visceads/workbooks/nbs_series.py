"""One yearly series of the 31 provinces, as the National Bureau of Statistics exports it (CSV) -> tidy cells.

Belongs here: reading the wide table (a province a row, a year a column) and finding out which indicator it
holds. Not here: units and conversions (the indicator's code names its unit), the panel file of many
indicators.

Source: National Bureau of Statistics of China, annual data by province (data.stats.gov.cn).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from visceads.codes import normal_key, province_codes, province_of, seed
from visceads.workbooks.file_content import (
    DOWNLOAD_AGAIN,
    decoded,
    extension_finding,
    file_content,
    not_spreadsheet,
)
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.note_sheet import says
from visceads.workbooks.refusal import Finding, Refusal, address

LARGEST_DEVIATION = 0.02
"""The median relative deviation from a known series up to which a table can be that series."""

CLEARNESS = 5.0
"""How many times closer the best known series must be than the second."""

_FEWEST_COMMON_VALUES = 31
_YEAR_HEADER = re.compile(r"((?:19|20)\d\d)年?")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")

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
class _Line:
    """One line of the file: its number and its fields without blanks and tabs around them."""

    row_no: int
    fields: list[str]


@dataclass(frozen=True)
class _WideTable:
    """Header and lines of a wide table, and the lines beside it (title, footer)."""

    years: dict[int, int]
    header: _Line
    lines: dict[str, _Line]
    beside: list[str]


def indicator_codes() -> tuple[str, ...]:
    """The indicators that can be read: the value columns of the seed `nbs_province_year`."""
    keys = ("province_code", "gb_code", "year", "source")
    return tuple(name for name in seed("nbs_province_year").columns if name not in keys)


def is_nbs_series(text: str) -> bool:
    """Return whether CSV text has a line `地区, <year>, <year>, ...`, the header of a wide table."""
    return any(_is_header(line) for line in _lines(text))


def read_text(path: Path) -> str:
    """Return the text of a CSV file, in UTF-8 or GB18030.

    Raises:
        Refusal: E_NOT_SPREADSHEET, if it is in neither encoding throughout.
    """
    text = decoded(path.read_bytes())
    if text is None:
        message = (
            f"{path.name}: the file begins as comma-separated text, but is in neither UTF-8 nor GB18030 "
            f"throughout. {DOWNLOAD_AGAIN}"
        )
        raise Refusal("E_NOT_SPREADSHEET", message)
    return text


def read_nbs_series(path: Path, indicator: str | None = None) -> NbsReading:
    """Read one yearly series of the 31 provinces.

    The file says nowhere what it counts. Without `indicator` the values are compared with the series of the
    seed `nbs_province_year`: the one with the smallest median relative deviation is taken if that is below 2
    percent and a fifth of the second smallest at most.

    Args:
        path: the CSV, in UTF-8 or GB18030, whatever its extension.
        indicator: the indicator's code, where the caller knows it.

    Returns:
        31 cells a year and what is to be known about them.

    Raises:
        Refusal: E_NOT_SPREADSHEET, E_UNKNOWN_LAYOUT, E_LABEL, E_PROVINCE_SET, E_NOT_NUMBER, E_YEAR_CONFLICT
            (a year twice), E_NBS_INDICATOR (unknown, or another series than `indicator` says).
    """
    content = file_content(path)
    if content.kind in ("xlsx", "xls"):
        message = (
            f"{path.name}: the content is {content.description}; series of the National Bureau of "
            "Statistics are read from CSV. Export the table as CSV."
        )
        raise Refusal("E_NOT_SPREADSHEET", message)
    if content.kind != "csv":
        raise not_spreadsheet(path, content)
    table = _wide_table(path, read_text(path))
    cells, findings = _cells(path, table)
    indicator_code = _indicator_of(path, cells, indicator)
    cells = cells.with_columns(pl.lit(indicator_code).alias("indicator_code"))
    return NbsReading(
        path=path,
        cells=cells.select(CELL_SCHEMA.names()).cast(CELL_SCHEMA),
        indicator_code=indicator_code,
        years=tuple(sorted(table.years)),
        findings=(*extension_finding(path, "csv"), *findings),
        is_synthetic=any(says("SYNTHETIC", line) for line in table.beside),
    )


def _lines(text: str) -> list[_Line]:
    reader = csv.reader(io.StringIO(text, newline=None))
    return [_Line(reader.line_num, [field.strip() for field in fields]) for fields in reader]


def _is_header(line: _Line) -> bool:
    years = [field for field in line.fields[1:] if _YEAR_HEADER.fullmatch(field)]
    return bool(years) and normal_key(line.fields[0]) in ("地区", "region", "province", "省份")


def _wide_table(path: Path, text: str) -> _WideTable:
    lines = _lines(text)
    header = next((line for line in lines if _is_header(line)), None)
    if header is None:
        message = (
            f"{path.name}: no line of the file is a header '地区, 2022年, 2021年, ...'; this is no yearly "
            "series by province of the National Bureau of Statistics. Export the series again, provinces "
            "in rows, years in columns."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message)
    by_province: dict[str, _Line] = {}
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


def _refuse_unnamed_numbers(path: Path, line: _Line) -> None:
    """Refuse a line of numbers whose first field is no province; a footer has none and is passed over."""
    if any(_NUMBER.fullmatch(field) for field in line.fields[1:]):
        message = (
            f"{path.name}, line {line.row_no}: '{line.fields[0]}' is no province, but the line holds "
            "numbers. Correct the name, or delete the line if it is a total."
        )
        raise Refusal("E_LABEL", message, "", address(line.row_no, 1))


def _year_columns(path: Path, header: _Line) -> dict[int, int]:
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
        _refuse_extra_fields(path, line, table)
        for year in sorted(table.years):
            column_no = table.years[year]
            rows.append((province_code, year, _value(path, line, column_no), line.row_no, column_no))
    schema = {name: kind for name, kind in CELL_SCHEMA.items() if name != "indicator_code"}
    cells = pl.DataFrame(rows, schema=schema, orient="row")
    return cells, _gap_findings(path, cells)


def _refuse_extra_fields(path: Path, line: _Line, table: _WideTable) -> None:
    for column_no, field in enumerate(line.fields[1:], start=2):
        if field and column_no not in table.years.values():
            message = (
                f"{path.name}, line {line.row_no}, field {column_no}: value '{field}' stands under no year. "
                "Export the series again, or give the column its year."
            )
            raise Refusal("E_LABEL", message, "", address(line.row_no, column_no))


def _value(path: Path, line: _Line, column_no: int) -> float | None:
    field = line.fields[column_no - 1] if column_no <= len(line.fields) else ""
    if not field:
        return None
    if _NUMBER.fullmatch(field) is None:
        message = (
            f"{path.name}, line {line.row_no}, field {column_no}: '{field}' ({line.fields[0]}) is no "
            "number. Write the number without separators, or leave the field empty if there is none."
        )
        raise Refusal("E_NOT_NUMBER", message, "", address(line.row_no, column_no))
    return float(field)


def _gap_findings(path: Path, cells: pl.DataFrame) -> list[Finding]:
    """Note empty cells; a year that is empty for all provinces is one the publisher has not filled yet."""
    empty = cells.filter(pl.col("value").is_null())
    whole = empty.group_by("year").len().filter(pl.col("len") == len(province_codes()))["year"].sort().to_list()
    findings = []
    if whole:
        years = ", ".join(str(year) for year in whole)
        message = f"{path.name}: no province has a value for {years}; the cells stay empty."
        findings.append(Finding("W_EMPTY_YEAR", message))
    single = empty.filter(~pl.col("year").is_in(whole))
    if not single.is_empty():
        first = single.row(0, named=True)
        message = (
            f"{path.name}: {len(single)} single value(s) are missing, the first in line {first['row_no']}, "
            f"field {first['column_no']} ({province_name(first['province_code'])} {first['year']}); they "
            "stay empty."
        )
        findings.append(Finding("W_EMPTY_CELL", message, "", address(first["row_no"], first["column_no"])))
    return findings


def _indicator_of(path: Path, cells: pl.DataFrame, named: str | None) -> str:
    known = ", ".join(indicator_codes())
    if named is not None and named not in indicator_codes():
        message = f"{path.name}: there is no indicator '{named}'; the indicators are {known}."
        raise Refusal("E_NBS_INDICATOR", message)
    found = _closest_indicator(cells)
    if named is None and found is None:
        message = (
            f"{path.name}: what the file counts is not stated in it, and its values fit none of the known "
            f"series clearly. Read are {known}; leave other series out of the folder."
        )
        raise Refusal("E_NBS_INDICATOR", message)
    if named is not None and found is not None and named != found:
        message = (
            f"{path.name}: the file is said to hold '{named}', but its values are those of '{found}'. Name "
            "that indicator instead, or replace the file."
        )
        raise Refusal("E_NBS_INDICATOR", message)
    return named or str(found)


def _closest_indicator(cells: pl.DataFrame) -> str | None:
    """Return the known series that the values clearly are, or None."""
    known = seed("nbs_province_year").with_columns(pl.col("year").cast(pl.Int32))
    joined = cells.drop_nulls("value").join(known, on=["province_code", "year"])
    if len(joined) < _FEWEST_COMMON_VALUES:
        return None
    deviations = []
    for code in indicator_codes():
        reference = pl.col(code).cast(pl.Float64)
        median = joined.select(((pl.col("value") - reference) / reference).abs().median()).item()
        deviations.append((float(median), code))
    (best, code), (second, _) = sorted(deviations)[:2]
    return code if best < LARGEST_DEVIATION and second > CLEARNESS * best else None
