"""The XML of one sheet, looked through before it is parsed: how far it reaches, and which cells a parser cannot see.

Belongs here: the extent of a sheet, error cells, formulas without a result, numbers that are none; the beginning of a
sheet. Not here: unpacking (`zip_guard`), values (calamine parses them), what the cells mean.

`<dimension>` can lie, and one cell at XFD1048576 makes a parser reserve memory for the whole rectangle. A provincial
input-output table has two million cells, too many to look at each. So what the sheet says of its extent is taken as a
claim; one search finds every cell that goes beyond the claim or is out of the ordinary, and only those are looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""Excel's own bounds."""

_DIMENSION = re.compile(
    rb"<(?:\w+:)?dimension\s[^<>]*?ref=[\"'](?:[A-Z]{1,3}[0-9]{1,7}:)?([A-Z]{1,3})([0-9]{1,7})[\"']"
)
_CELL_OR_ROW_END = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])|</(?:[\w.-]+:)?row\s*>")
_ANY_CELL = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])")
_ROW_END = re.compile(rb"</(?:\w+:)?row\s*>|<(?:\w+:)?row\b[^<>]*/>")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"']\s*([0-9]{1,9})\s*[\"']")
_PLAIN_REFERENCE = re.compile(rb"\br=\"([A-Z]{1,3})([0-9]{1,7})\"")
_PLAIN_PLACE = re.compile(rb" r=\"([A-Z]{1,3}[0-9]{1,7})\"")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']\s*([A-Za-z]{1,9})([0-9]{1,9})\s*[\"']")
_TYPE = re.compile(rb"\st\s*=\s*[\"']([^\"']*)[\"']")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^<>]*)?>([^<]*)<")
_AFTER_VALUE = re.compile(rb"</(?:[\w.-]+:)?v\s*>(?!\s*</)")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SHEET_DATA = re.compile(rb"<([\w.-]+:)?sheetData")
_BEGINNING_BYTES = 200_000
_MOST_COLONS = 20_000


@dataclass(frozen=True)
class CellDefects:
    """Cells whose value the parser cannot see: both kinds come back from it as empty.

    Attributes:
        error_cells: (row_no, column_no) of cells that hold #REF!, #N/A, #DIV/0! and the like, in file order.
        uncached_formulas: (row_no, column_no) of formulas that were saved without their result.
    """

    error_cells: list[tuple[int, int]]
    uncached_formulas: list[tuple[int, int]]


@dataclass(frozen=True)
class SheetScan:
    """What the XML of a sheet holds beside its values.

    Attributes:
        row_count: rows from row 1 to the last cell; at most a claim rounded up, never less than the truth.
        column_count: columns from A to the last cell, likewise.
        uncommon_count: how many cells were looked at one by one.
        defects: the cells that a parser returns as empty.
        false_numbers: (row_no, column_no) of cells that are said to be numbers and hold something else, such as NaN.
        has_defect_without_address: whether a defect stands in a cell without an address; the standard allows to leave
            it out, no CEADs or NBS file does.
    """

    row_count: int
    column_count: int
    uncommon_count: int
    defects: CellDefects
    false_numbers: list[tuple[int, int]]
    has_defect_without_address: bool


@dataclass(frozen=True)
class _Uncommon:
    """One cell that was looked at: its place (None if it states none), and what is wrong with its value."""

    place: tuple[int, int] | None
    defect: str


def scan_sheet(xml: bytes, most_cells: int, most_uncommon: int) -> SheetScan:
    """Look through the XML of a sheet.

    Args:
        xml: the whole sheet, or its beginning up to the end of a row.
        most_cells: the bound on rows times columns. If the extent seems to go beyond it, it is made exact.
        most_uncommon: the bound on cells that have to be looked at one by one; the search ends one beyond it.

    Returns:
        the extent and the defects.
    """
    row_claim, column_claim = _claimed_extent(xml)
    row_count, row_form = _rounded_row(row_claim)
    column_count, column_form = _rounded_column(column_claim)
    prefix = _prefix(xml)
    cells = _ANY_CELL if prefix is None else _uncommon_cells(prefix, row_form, column_form)
    uncommon = [_looked_at(piece) for piece in islice(_pieces(xml, cells), most_uncommon + 1)]
    places = [cell.place for cell in uncommon if cell.place is not None]
    row_count = max(row_count, max((row for row, _ in places), default=0))
    column_count = max(column_count, max((column for _, column in places), default=0))
    if len(uncommon) <= most_uncommon and (len(places) < len(uncommon) or row_count * column_count > most_cells):
        row_count, column_count = _exact_extent(xml)
    return SheetScan(
        row_count,
        column_count,
        len(uncommon),
        CellDefects(_places_of(uncommon, "error"), _places_of(uncommon, "formula")),
        _places_of(uncommon, "number"),
        any(cell.defect and cell.place is None for cell in uncommon),
    )


def ambiguity(xml: bytes) -> str:
    """Return what makes the value of a cell ambiguous, in words: programs differ in which of two values they take.

    It looks at every cell, which is worth it for small sheets; '' if nothing is ambiguous.
    """
    places = _PLAIN_PLACE.findall(xml)
    if len(set(places)) < len(places):
        twice = next(place for place, count in Counter(places).items() if count > 1)
        return f"cell {twice.decode()} occurs twice"
    return "something follows the value of a cell" if _AFTER_VALUE.search(xml) else ""


def first_rows(chunks: Iterable[bytes], row_count: int) -> bytes:
    """Return the beginning of a sheet up to the end of a row, closed so that it is a whole XML document.

    Args:
        chunks: the XML of the sheet in pieces; no more of them are taken than needed.
        row_count: how many rows that the file holds.
    """
    text = bytearray()
    seen = 0
    for chunk in chunks:
        # a tag may be cut in two by the end of a piece; what was searched before is not searched again
        begin = max(seen, len(text) - 4096)
        text += chunk
        for match in _ROW_END.finditer(text, begin):
            seen, row_count = match.end(), row_count - 1
            if row_count == 0:
                prefix = re.search(rb"<(\w+:)?sheetData", text)
                name = (prefix[1] or b"") if prefix else b""
                return bytes(text[:seen]) + b"</" + name + b"sheetData></" + name + b"worksheet>"
    return bytes(text)


def column_number(letters: bytes) -> int:
    """Return the number of a column, counted from 1: b'AA' -> 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _prefix(xml: bytes) -> bytes | None:
    """Return what stands before the names of elements ('' or 'x:'), or None if it is not the same for all cells."""
    data = _SHEET_DATA.search(xml, 0, _BEGINNING_BYTES)
    prefix = (data[1] or b"") if data else b""
    if prefix:
        others = rb"<(?!" + re.escape(prefix) + rb")(?:[\w.-]+:)?c[\s/>]"
        return None if re.search(others, xml) else prefix
    return None if _may_have_prefixes(xml) else prefix


def _may_have_prefixes(xml: bytes) -> bool:
    """Return whether a cell may be written `<x:c>`; a search for one byte is ten times faster than for two."""
    place = -1
    for _ in range(_MOST_COLONS):
        place = xml.find(b":", place + 1)
        if place < 0 or xml[place + 1 : place + 2] == b"c":
            return place >= 0
    return b":c" in xml


def _claimed_extent(xml: bytes) -> tuple[int, int]:
    """Return (rows, columns) that the sheet itself claims, by its dimension, its last row and its first rows."""
    beginning = xml[:_BEGINNING_BYTES]
    dimension = _DIMENSION.search(beginning)
    rows, columns = (int(dimension[2]), column_number(dimension[1])) if dimension else (1, 1)
    last = _ROW_NUMBER.search(xml, max(0, xml.rfind(b"<row")))
    if last:
        rows = max(rows, int(last[1]))
    if columns == 1 or len(xml) > len(beginning):
        # not stated, or stated as the first cell alone, as writers do that do not know it yet; or worth a second look
        seen = max((column_number(match[1]) for match in _PLAIN_REFERENCE.finditer(beginning)), default=1)
        columns = max(columns, seen)
    return min(rows, MOST_ROWS), min(columns, MOST_COLUMNS)


def _rounded_row(row: int) -> tuple[int, bytes]:
    """Return a row number rounded up to a full first digit, and a pattern of the numbers up to it: 1316 -> 1999."""
    digits = len(str(row)) - 1
    first = row // 10**digits
    if digits == 0:
        return 9, b"[0-9]"
    return (first + 1) * 10**digits - 1, b"[1-%d]?[0-9]{1,%d}+" % (first, digits)


def _rounded_column(column: int) -> tuple[int, bytes]:
    """Return a column with its last letter rounded up to Z, and a pattern of the letters up to it: BDK -> BDZ.

    A rounder one is no use: with BZZ, half as many columns again, a table of 31 provinces seemed larger than the bound
    on cells, and every one of its cells was looked at.
    """
    if column <= 26:
        return column, b"[A-%c]" % _letter(column)
    if column <= 26 + 26**2:
        first = (column - 1) // 26
        return first * 26 + 26, b"[A-%c]?[A-Z]" % _letter(first)
    first, second = divmod((column - 27) // 26 - 26, 26)
    rounded = (first + 1) * 26**2 + (second + 1) * 26 + 26
    same_first = b"%c[A-%c]" % (_letter(first + 1), _letter(second + 1))
    lower_first = b"[A-%c][A-Z]|" % _letter(first) if first else b""
    return rounded, b"(?:" + lower_first + same_first + b"|[A-Z]?)[A-Z]"


def _letter(number: int) -> int:
    """The code of a capital letter: 1 -> A."""
    return ord("A") + number - 1


def _uncommon_cells(prefix: bytes, row_form: bytes, column_form: bytes) -> re.Pattern[bytes]:
    """A search for cells that are anything but a number, a text or empty, at a place within the claimed extent."""
    begin = b"<" + re.escape(prefix)
    end = b"</" + re.escape(prefix)
    formula = rb"(?:" + begin + rb"f(?:[^<>]*+/>|[^<>/]*+>[^<]*+" + end + rb"f>))?+"
    number = rb">" + formula + begin + rb"v>-?[0-9]"
    text = rb' t="(?:s|str|inlineStr)">' + formula + begin + rb"(?:v>[^<]|is>)"
    place = rb' r="' + column_form + row_form + rb'"(?: s="[0-9]++")?+'
    return re.compile(begin + rb"c(?!" + place + rb"(?:" + number + rb"|" + text + rb"|/>))(?=[\s/>])")


def _pieces(xml: bytes, cells: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield the XML of every cell that a pattern finds, up to where the next cell or the end of the row is."""
    for match in cells.finditer(xml):
        end = _CELL_OR_ROW_END.search(xml, match.end())
        yield xml[match.start() : end.start() if end else len(xml)]


def _looked_at(piece: bytes) -> _Uncommon:
    tag = piece[: piece.find(b">") + 1] or piece
    reference = _REFERENCE.search(tag)
    kind = _TYPE.search(tag)
    value = _VALUE.search(piece)
    text = value[1].strip() if value else b""
    place = (int(reference[2]), column_number(reference[1])) if reference else None
    if kind and kind[1] == b"e":
        return _Uncommon(place, "error")
    if not text and _FORMULA.search(piece) and not (kind and kind[1] == b"str"):
        return _Uncommon(place, "formula")
    if text and (kind is None or kind[1] == b"n") and not _NUMBER.fullmatch(text):
        return _Uncommon(place, "number")
    return _Uncommon(place, "")


def _places_of(cells: Iterable[_Uncommon], defect: str) -> list[tuple[int, int]]:
    return [cell.place for cell in cells if cell.defect == defect and cell.place is not None]


def _exact_extent(xml: bytes) -> tuple[int, int]:
    """Return (rows, columns) after looking at every cell; one without an address stands right of the one before it."""
    row_no = column_no = last_row = last_column = 0
    for match in re.finditer(rb"<(?:[\w.-]+:)?(row|c)(?=[\s/>])([^<>]*)>", xml):
        reference = (_ROW_NUMBER if match[1] == b"row" else _REFERENCE).search(match[2])
        if match[1] == b"row":
            row_no, column_no = int(reference[1]) if reference else row_no + 1, 0
            continue
        column_no += 1
        place_row = row_no
        if reference:
            place_row, column_no = int(reference[2]), column_number(reference[1])
        last_row, last_column = max(last_row, place_row), max(last_column, column_no)
    return last_row, last_column
