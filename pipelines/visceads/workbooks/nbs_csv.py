"""Comma-separated text of the National Bureau of Statistics: its lines, the number in a field, the gaps in a series.

Belongs here: what every CSV of the bureau has in common. Not here: the wide table of one indicator (`nbs_series`), the
panel of several (`nbs_panel`), and which indicator a series is (`nbs_indicator`).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from visceads.codes import province_codes
from visceads.workbooks.file_content import DOWNLOAD_AGAIN, decoded, file_content, not_spreadsheet
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.refusal import Finding, Refusal, address

NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
"""A number without separators, as the bureau prints it."""


@dataclass(frozen=True)
class Line:
    """One line of the file: its number and its fields without blanks and tabs around them."""

    row_no: int
    fields: list[str]


def open_text(path: Path) -> str:
    """Return the text of a file that must be CSV, whatever its extension.

    Raises:
        Refusal: E_NOT_SPREADSHEET, if it is a workbook or anything else, or in neither UTF-8 nor GB18030.
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
    return read_text(path)


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


def csv_lines(path: Path, text: str) -> list[Line]:
    """Return the lines of CSV text.

    Raises:
        Refusal: E_NOT_SPREADSHEET, if the text stops being CSV (a quote that is never closed).
    """
    lines: list[Line] = []
    try:
        lines.extend(_lines(text))
    except csv.Error as error:
        last = lines[-1].row_no if lines else 0
        message = f"{path.name}, after line {last}: the text is no CSV from there on ({error}). {DOWNLOAD_AGAIN}"
        raise Refusal("E_NOT_SPREADSHEET", message) from error
    return lines


def has_line(text: str, test: Callable[[Line], bool]) -> bool:
    """Return whether some line of CSV text passes a test; text that is no CSV throughout has none."""
    try:
        return any(test(line) for line in _lines(text))
    except csv.Error:
        return False


def number_in(path: Path, line: Line, column_no: int, province: str) -> float | None:
    """Return the number in a field, None where it is empty.

    Args:
        path: the file, for the message.
        line: the line.
        column_no: the field, counted from 1.
        province: the line's province as printed, for the message.

    Raises:
        Refusal: E_NOT_NUMBER.
    """
    field = line.fields[column_no - 1]
    if not field:
        return None
    if NUMBER.fullmatch(field) is None or not math.isfinite(float(field)):
        message = (
            f"{path.name}, line {line.row_no}, field {column_no}: '{field}' ({province}) is no "
            "number. Write the number without separators, or leave the field empty if there is none."
        )
        raise Refusal("E_NOT_NUMBER", message, "", address(line.row_no, column_no))
    return float(field)


def refuse_short(path: Path, line: Line, header: Line) -> None:
    """Refuse a line with fewer fields than the header has: a lost comma would shift its values to other columns.

    Raises:
        Refusal: E_FIELD_COUNT.
    """
    needed = max(column_no for column_no, field in enumerate(header.fields, start=1) if field)
    if len(line.fields) < needed:
        message = (
            f"{path.name}, line {line.row_no}: the line has {len(line.fields)} fields, the header {needed}; to which "
            "column its values belong cannot be told. Restore the missing commas, or export the table again."
        )
        raise Refusal("E_FIELD_COUNT", message, "", address(line.row_no, len(line.fields)))


def gap_findings(path: Path, cells: pl.DataFrame, name: str = "") -> list[Finding]:
    """Note empty cells of one indicator; a year that is empty for all provinces is one not filled yet.

    Args:
        path: the file.
        cells: province_code, year, value, row_no, column_no; all provinces a year.
        name: the indicator as printed, where the file has several.
    """
    start = f"{path.name}, '{name}'" if name else path.name
    empty = cells.filter(pl.col("value").is_null())
    whole = empty.group_by("year").len().filter(pl.col("len") == len(province_codes()))["year"].sort().to_list()
    findings = []
    if whole:
        years = ", ".join(str(year) for year in whole)
        findings.append(Finding("W_EMPTY_YEAR", f"{start}: no province has a value for {years}; the cells stay empty."))
    single = empty.filter(~pl.col("year").is_in(whole))
    if not single.is_empty():
        first = single.row(0, named=True)
        message = (
            f"{start}: {len(single)} single value(s) are missing, the first in line {first['row_no']}, "
            f"field {first['column_no']} ({province_name(first['province_code'])} {first['year']}); they "
            "stay empty."
        )
        findings.append(Finding("W_EMPTY_CELL", message, "", address(first["row_no"], first["column_no"])))
    return findings


def _lines(text: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=None))
    for fields in reader:
        yield Line(reader.line_num, [field.strip() for field in fields])
