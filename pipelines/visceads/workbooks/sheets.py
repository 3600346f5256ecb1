"""A workbook on disk -> its visible sheets as lists of rows, each cell at its address.

Belongs here: opening a workbook whatever its name says, loading sheets by position, the cells that hold an
error or an uncomputed formula. Not here: what kind of file the bytes are (`file_content`), nor what the cells
mean; every layout has its own reader.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import cast
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from visceads.workbooks.file_content import (
    DOWNLOAD_AGAIN,
    SAVE_AS_XLSX,
    extension_finding,
    file_content,
    not_spreadsheet,
)
from visceads.workbooks.refusal import Finding, Refusal, address

_CHUNK = 1 << 20
_ROW_END = re.compile(rb"</(?:\w+:)?row>|<(?:\w+:)?row\b[^>]*/>")
_CELL = rb"<(?:\w+:)?c\b([^>]*)"
_ERROR_CELL = re.compile(_CELL + rb"\bt=[\"']e[\"'][^>]*>")
_UNCACHED_FORMULA = re.compile(
    _CELL + rb">\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]+)[\"']")


@dataclass(frozen=True)
class Sheet:
    """One worksheet, every cell at its place.

    Attributes:
        name: the sheet's name without blanks around it.
        raw_name: the name as the file has it.
        rows: `rows[r - 1][c - 1]` is the cell in row r, column c, both counted from 1 as Excel does; an empty
            cell, and a cell that holds an error, is ''. All rows have the same length.
    """

    name: str
    raw_name: str
    rows: list[list[object]]


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
class Workbook:
    """An open workbook: its visible worksheets, each loaded on demand.

    Attributes:
        path: the file.
        kind: 'xlsx' or 'xls'.
        findings: notes about the file itself (W_EXTENSION).
        raw_names: stripped sheet name -> name as the file has it, in workbook order, without hidden sheets.
    """

    path: Path
    kind: str
    findings: tuple[Finding, ...]
    raw_names: dict[str, str]

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """The names of the visible worksheets, stripped, in workbook order."""
        return tuple(self.raw_names)

    def load(self, name: str) -> Sheet:
        """Return one sheet whole.

        Args:
            name: a name out of `sheet_names`.

        Raises:
            KeyError: if the workbook has no visible sheet of this name.
            Refusal: E_NOT_SPREADSHEET, if the bytes of the sheet are damaged.
        """
        raw_name = self.raw_names[name]
        try:
            rows = self._calamine.get_sheet_by_name(raw_name).to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError) as error:
            raise _damaged(self.path, name, error) from error
        return Sheet(name, raw_name, cast("list[list[object]]", rows))

    def load_head(self, name: str, row_count: int = 20) -> Sheet:
        """Return the first rows of one sheet, without reading the rest of it where the file allows that.

        A sheet of a provincial input-output table takes a second to load, its head a few milliseconds.

        Args:
            name: a name out of `sheet_names`.
            row_count: how many rows that the file holds; empty rows before and between them come on top.

        Raises:
            KeyError: if the workbook has no visible sheet of this name.
            Refusal: E_NOT_SPREADSHEET, if the bytes of the sheet are damaged.
        """
        raw_name = self.raw_names[name]
        if self.kind == "xls":
            return Sheet(name, raw_name, self.load(name).rows[:row_count])
        try:
            head = _with_shortened_sheet(self.path, raw_name, row_count)
            rows = CalamineWorkbook.from_filelike(head).get_sheet_by_name(raw_name).to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise _damaged(self.path, name, error) from error
        return Sheet(name, raw_name, cast("list[list[object]]", rows))

    @cached_property
    def _calamine(self) -> CalamineWorkbook:
        return CalamineWorkbook.from_path(self.path)


def open_workbook(path: Path) -> Workbook:
    """Open an Excel workbook by its bytes; a wrong extension is a finding, not an error.

    Raises:
        Refusal: E_NOT_SPREADSHEET, if the bytes are anything else (text, a web page, a cut-off download, an
            encrypted workbook, a folder, nothing); E_DUPLICATE_SHEET, if the names of two
            visible sheets differ by blanks only.
    """
    content = file_content(path)
    if content.kind == "csv":
        remedy = f"If it should be a workbook, the download went wrong. {DOWNLOAD_AGAIN}"
        message = f"{path.name}: the content is {content.description}, not an Excel workbook. {remedy}"
        raise Refusal("E_NOT_SPREADSHEET", message)
    if content.kind not in ("xlsx", "xls"):
        raise not_spreadsheet(path, content)
    return Workbook(path, content.kind, extension_finding(path, content.kind), _visible_worksheets(path))


def cell_defects(
    path: Path, raw_sheet_name: str, max_column: int | None = None, max_row: int | None = None
) -> CellDefects:
    """Return the cells of one sheet that hold an error or a formula without a saved result.

    calamine (and fastexcel) return both as empty cells, so they must be looked for in the sheet's XML; it is
    streamed, never held whole. An old .xls file has no XML: nothing is found there, and its error cells are
    met as empty cells.

    Args:
        path: an .xlsx file.
        raw_sheet_name: the sheet's name as the file has it (`Sheet.raw_name`).
        max_column: the last column of interest, counted from 1; None for all.
        max_row: the last row of interest, counted from 1; None for all.

    Raises:
        KeyError: if the workbook has no such sheet.
        Refusal: E_NOT_SPREADSHEET, if the bytes of the sheet are damaged.
    """
    if not zipfile.is_zipfile(path):
        return CellDefects([], [])
    errors: list[tuple[int, int]] = []
    formulas: list[tuple[int, int]] = []
    try:
        with zipfile.ZipFile(path) as archive:
            for piece in _whole_rows(archive, _sheet_member(archive, raw_sheet_name)):
                # A plain search is far faster than the patterns, and nearly every piece has neither.
                if b't="e"' in piece or b"t='e'" in piece:
                    errors += [_reference(match[0], path, raw_sheet_name) for match in _ERROR_CELL.finditer(piece)]
                if b"<f" in piece or b":f" in piece:
                    found = _UNCACHED_FORMULA.finditer(piece)
                    formulas += [_reference(match[0], path, raw_sheet_name) for match in found]
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise _damaged(path, raw_sheet_name, error) from error

    def inside(place: tuple[int, int]) -> bool:
        return (max_row is None or place[0] <= max_row) and (max_column is None or place[1] <= max_column)

    return CellDefects([p for p in errors if inside(p)], [p for p in formulas if inside(p)])


def error_cells(
    path: Path, raw_sheet_name: str, max_column: int | None = None, max_row: int | None = None
) -> list[tuple[int, int]]:
    """Return (row_no, column_no) of the cells of one sheet that hold an error; see `cell_defects`."""
    return cell_defects(path, raw_sheet_name, max_column, max_row).error_cells


def refuse_defects(path: Path, sheet: Sheet, max_column: int | None = None, max_row: int | None = None) -> None:
    """Refuse a sheet with an error cell or an uncomputed formula in the block; see `cell_defects`.

    Raises:
        Refusal: E_ERROR_CELLS or E_EMPTY_CELL, with the count and the address of the first such cell.
    """
    defects = cell_defects(path, sheet.raw_name, max_column, max_row)
    if defects.error_cells:
        first = address(*defects.error_cells[0])
        message = (
            f"{path.name}, sheet '{sheet.name}': {len(defects.error_cells)} cell(s) of the block hold an "
            f"error such as #REF! or #N/A, the first is {first}. Restore their values or download the "
            "workbook again."
        )
        raise Refusal("E_ERROR_CELLS", message, sheet.name, first)
    if defects.uncached_formulas:
        first = address(*defects.uncached_formulas[0])
        message = (
            f"{path.name}, sheet '{sheet.name}': {len(defects.uncached_formulas)} formula(s) of the block "
            f"were saved without a result, the first is {first}. Open the workbook in a spreadsheet "
            "program, let it calculate, and save it."
        )
        raise Refusal("E_EMPTY_CELL", message, sheet.name, first)


def _visible_worksheets(path: Path) -> dict[str, str]:
    try:
        metadata = CalamineWorkbook.from_path(path).sheets_metadata
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(path, "", error) from error
    names: dict[str, str] = {}
    for sheet in metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet or sheet.visible != SheetVisibleEnum.Visible:
            continue
        stripped = sheet.name.strip()
        if stripped in names:
            message = (
                f"{path.name}: two sheets are named '{stripped}' but for blanks around the name; which one "
                "counts cannot be told. Delete or rename one of them."
            )
            raise Refusal("E_DUPLICATE_SHEET", message, stripped)
        names[stripped] = sheet.name
    return names


def _sheet_member(archive: zipfile.ZipFile, raw_sheet_name: str) -> str:
    """Return the zip member that holds a sheet, by way of the workbook's relationships."""
    # The parser behind ElementTree (expat from 2.4.1 on) bounds entity expansion by itself.
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in workbook.iter():
        if element.tag.rpartition("}")[2] == "sheet" and element.get("name") == raw_sheet_name:
            relation_id = next(value for key, value in element.attrib.items() if key.endswith("}id"))
            target = targets[relation_id]
            return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    raise KeyError(f"the workbook has no sheet '{raw_sheet_name}'")


def _whole_rows(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """Yield the XML of a sheet in pieces that end where a row ends, so that no cell is cut in two."""
    rest = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            piece = rest + chunk
            cut = piece.rfind(b"</row>") + 1 or piece.rfind(b":row>") + 1
            yield piece[:cut]
            rest = piece[cut:]
    yield rest


def _reference(cell: bytes, path: Path, sheet_name: str) -> tuple[int, int]:
    match = _REFERENCE.search(cell)
    if match is None:  # the standard lets a writer leave the address out; no CEADs or NBS file does
        message = (
            f"{path.name}: sheet '{sheet_name}' holds a cell with an error or an uncomputed formula, and the "
            f"file states no cell addresses. {SAVE_AS_XLSX}"
        )
        raise Refusal("E_ERROR_CELLS", message, sheet_name)
    column_no = 0
    for letter in match[1]:
        column_no = column_no * 26 + letter - ord("A") + 1
    return int(match[2]), column_no


def _with_shortened_sheet(path: Path, raw_sheet_name: str, row_count: int) -> io.BytesIO:
    """Return a copy of the workbook in memory that has one sheet only, ending after some rows."""
    copy = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as shortened:
        member = _sheet_member(archive, raw_sheet_name)
        for item in archive.namelist():
            if not item.startswith("xl/worksheets/") and item != member and item.endswith((".xml", ".rels")):
                shortened.writestr(item, archive.read(item))
        shortened.writestr(member, _first_rows(archive, member, row_count))
    copy.seek(0)
    return copy


def _first_rows(archive: zipfile.ZipFile, member: str, row_count: int) -> bytes:
    text = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            text += chunk
            ends = [match.end() for match in _ROW_END.finditer(text)]
            if len(ends) >= row_count:
                prefix = re.search(rb"<(\w+:)?sheetData", text)
                name = (prefix[1] or b"") if prefix else b""
                return text[: ends[row_count - 1]] + b"</" + name + b"sheetData></" + name + b"worksheet>"
    return text


def _damaged(path: Path, sheet_name: str, error: Exception) -> Refusal:
    place = f", sheet '{sheet_name}'" if sheet_name else ""
    message = f"{path.name}{place}: the workbook is damaged and cannot be read ({error}). {DOWNLOAD_AGAIN}"
    return Refusal("E_NOT_SPREADSHEET", message, sheet_name)
