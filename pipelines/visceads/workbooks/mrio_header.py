"""The rows that carry the column axis of a provincial multi-regional table, and the columns it spans.

Belongs here: finding the header by its sector numbers or its sector names. Not here: what its cells mean one by one
(`mrio_axis` for the flows, `mrio_items` for the rest).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from visceads.workbooks.mrio_families import CodeRun, Rows, provinces_in_order
from visceads.workbooks.mrio_labels import sector_label, sector_number, text_of
from visceads.workbooks.mrio_place import Source
from visceads.workbooks.refusal import address

AXIS_LENGTH = 1302
"""31 provinces x 42 sectors."""

HEAD_ROWS = 15
"""The header of a table lies within the first rows of its sheet."""

_MANY = 1000  # cells that must resolve before a row counts as a label row: most of 1,302, whatever is broken in it


@dataclass(frozen=True)
class Header:
    """The rows that carry the column axis, and the columns it spans; all counted from 1, both ends included."""

    code_row: int | None
    sector_row: int
    province_row: int
    first_column: int
    last_column: int

    @property
    def last_row(self) -> int:
        """The last row of the header."""
        return max(self.sector_row, self.province_row, self.code_row or 0)


def find_header(rows: Rows, run: CodeRun | None, source: Source) -> Header | None:
    """Return the header of the 31 x 42 table that starts in these rows, or None if there is none.

    Args:
        rows: the first rows of a sheet.
        run: their longest stretch of sector numbers.
        source: for the messages.

    Raises:
        Refusal: E_LABEL if the sector numbers have no names, or no row names provinces.
    """
    return _header_by_codes(rows, run, source) or _header_by_labels(rows, source)


def first_data_row(rows: Rows, header: Header, source: Source) -> int:
    """The first row below the header that names a sector, or carries its number, left of the block of flows."""
    for row_no in range(header.last_row + 1, len(rows) + 1):
        labels = [text_of(cell) for cell in rows[row_no - 1][: header.first_column - 1]]
        if any(sector_label(text) or sector_number(text) for text in labels):
            return row_no
    text = f"no row below row {header.last_row} names a sector left of column {address(1, header.first_column)[:-1]}."
    raise source.refusal("E_LABEL", f"{text} Restore the row labels from the publisher's copy.")


def _header_by_codes(rows: Rows, run: CodeRun | None, source: Source) -> Header | None:
    """Use the row of sector numbers 01..42, repeated 31 times; a few columns more or less are told by their labels."""
    if run is None or run.regions_and_sectors[1] != 42 or abs(len(run.numbers) - AXIS_LENGTH) >= 42:
        return None
    first, last = run.first_column, run.first_column + len(run.numbers) - 1
    sector_row = _row_with_most(rows, lambda text: sector_label(text) is not None, (first, last), run.row_no)
    if sector_row is None:
        text = (
            "the row of sector numbers has no row of sector names above it, and numbers alone do not tell the two "
            "42-sector classifications apart. Restore the names from the publisher's copy."
        )
        raise source.refusal("E_LABEL", text, (run.row_no, first))
    return Header(run.row_no, sector_row, _province_row(rows, (first, last), source), first, last)


def _header_by_labels(rows: Rows, source: Source) -> Header | None:
    """Use a row of about 1,302 sector names where no row of numbers is."""
    width = max((len(row) for row in rows), default=0)
    sector_row = _row_with_most(rows, lambda text: sector_label(text) is not None, (1, width), None)
    if sector_row is None:
        return None
    cells = rows[sector_row - 1]
    named = [c for c, cell in enumerate(cells, start=1) if isinstance(cell, str) and sector_label(cell.strip())]
    span = (named[0], named[-1])
    return Header(None, sector_row, _province_row(rows, span, source), *span)


def _row_with_most(
    rows: Rows, is_label: Callable[[str], bool], span: tuple[int, int], besides: int | None
) -> int | None:
    """Return the number of the header row with the most labels within a span of columns, if they are many."""
    best, most = None, _MANY - 1
    for row_no, row in enumerate(rows[:HEAD_ROWS], start=1):
        cells = row[span[0] - 1 : span[1]]
        count = sum(1 for cell in cells if isinstance(cell, str) and is_label(cell.strip()))
        if row_no != besides and count > most:
            best, most = row_no, count
    return best


def _province_row(rows: Rows, span: tuple[int, int], source: Source) -> int:
    best, most = None, 0
    for row_no, row in enumerate(rows[:HEAD_ROWS], start=1):
        count = len(provinces_in_order(row[span[0] - 1 : span[1]]))
        if count > most:
            best, most = row_no, count
    if best is None:
        text = "no row above the sector columns names provinces. Restore it from the publisher's copy."
        raise source.refusal("E_LABEL", text)
    return best
