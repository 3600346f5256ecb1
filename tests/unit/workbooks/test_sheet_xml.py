"""The extent of a sheet, told from its XML without a look at every cell."""

from __future__ import annotations

import re

import pytest

from visceads.workbooks.sheet_xml import MOST_COLUMNS, column_number, scan_sheet
from visceads.workbooks.sheet_xml import _rounded_column as rounded_column  # the pattern is what can be wrong


def _letters(column: int) -> bytes:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters.encode()


ALL_COLUMNS = {column: _letters(column) for column in range(1, 26 + 26**2 + 26**3 + 1)}


@pytest.mark.parametrize(
    "column", [1, 5, 26, 27, 52, 60, 702, 703, 704, 728, 729, 1378, 1379, 1467, 2054, 2055, 16383, MOST_COLUMNS]
)
def test_the_pattern_of_columns_has_exactly_those_up_to_the_rounded_one(column: int):
    rounded, pattern = rounded_column(column)
    assert column <= rounded < column + 26
    form = re.compile(pattern)
    assert {number for number, name in ALL_COLUMNS.items() if form.fullmatch(name)} == set(range(1, rounded + 1))


def test_columns_are_numbered_as_excel_does():
    assert [column_number(name) for name in (b"A", b"Z", b"AA", b"ZZ", b"AAA", b"XFD")] == [1, 26, 27, 702, 703, 16384]


def _sheet(rows: int, columns: int) -> bytes:
    last = _letters(columns).decode()
    body = "".join(f'<row r="{row}"><c r="{last}{row}"><v>1</v></c></row>' for row in (1, rows))
    xml = f'<worksheet><dimension ref="A1:{last}{rows}"/><sheetData>{body}</sheetData></worksheet>'
    return xml.encode()


def test_a_table_of_31_provinces_is_told_small_enough_without_a_look_at_every_cell():
    """Its 1316 x 1467 cells are rounded up to fewer than the bound on cells, so the exact extent is not needed."""
    scan = scan_sheet(_sheet(1316, 1467), most_cells=4_000_000, most_uncommon=1000)
    assert (scan.row_count, scan.column_count) == (1999, 1482)


def test_an_extent_beyond_the_bound_is_made_exact():
    scan = scan_sheet(_sheet(2100, 1467), most_cells=4_000_000, most_uncommon=1000)
    assert (scan.row_count, scan.column_count) == (2100, 1467)
