"""A workbook on disk -> its visible sheets as lists of rows, each cell at its address.

Belongs here: opening a workbook whatever its name says, loading sheets by position, the cells that hold an
error or an uncomputed formula. Not here: what kind of file the bytes are (`file_content`), the guards that look at the
bytes before they are parsed (`zip_guard`, `sheet_xml`, `old_excel`, `workbook_copy`), nor what the cells mean; every
layout has its own reader.
"""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from visceads.workbooks.file_content import DOWNLOAD_AGAIN, extension_finding, file_content, not_spreadsheet
from visceads.workbooks.limits import limits_in_force, too_large
from visceads.workbooks.old_excel import safe_copy
from visceads.workbooks.parsing import damaged, parsing
from visceads.workbooks.refusal import Finding, Refusal, address
from visceads.workbooks.sheet_xml import CellDefects, ambiguity, first_rows, scan_sheet
from visceads.workbooks.workbook_copy import SharedParts, copy_of, refuse_much_text, shared_parts
from visceads.workbooks.zip_guard import Package, elements, opened_package

__all__ = ["CellDefects", "Sheet", "Workbook", "cell_defects", "error_cells", "open_workbook", "refuse_defects"]

_SMALL_WORKBOOK = 8_000_000
"""Bytes of XML up to which all sheets of a workbook are unpacked at once: 30 small copies would take longer."""

_INFINITE = float("inf")
_MOST_REMEMBERED = 1_000
_remembered_defects: dict[tuple[object, ...], CellDefects] = {}
"""What loading a sheet found beside its values, so that asking for it does not unpack the sheet a second time."""


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
class _Listing:
    """What a workbook lists: (name as the file has it, whether it is a visible worksheet), parts, way of dates."""

    sheets: list[tuple[str, bool]]
    parts: dict[str, str] = field(default_factory=dict)
    counts_from_1904: bool = False


@dataclass(frozen=True)
class Workbook:
    """An open workbook: its visible worksheets, each loaded on demand.

    Attributes:
        path: the file.
        kind: 'xlsx' or 'xls'.
        findings: notes about the file itself (W_EXTENSION).
        raw_names: stripped sheet name -> name as the file has it, in workbook order, without hidden sheets.
        parts: name as the file has it -> the part of an .xlsx that holds the sheet; empty for an .xls.
        counts_from_1904: whether its dates are counted from 1904, as old Macintosh programs did.
    """

    path: Path
    kind: str
    findings: tuple[Finding, ...]
    raw_names: dict[str, str]
    parts: dict[str, str] = field(default_factory=dict)
    counts_from_1904: bool = False

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
            Refusal: E_NOT_SPREADSHEET, if the bytes of the sheet are damaged; E_TOO_LARGE; E_XML_DOCTYPE;
                E_NOT_NUMBER, if a number is infinite or none (NaN).
        """
        raw_name = self.raw_names[name]
        if self.kind == "xls":
            with parsing(self.path, name):
                rows = _rows(self._old_workbook, raw_name)
        elif self._is_small:
            with parsing(self.path, name):
                rows = _rows(self._all_sheets, str(list(self.raw_names).index(name)))
        else:
            with opened_package(self.path) as package:
                xml = self._checked(package, name)
            with parsing(self.path, name):
                rows = _rows(CalamineWorkbook.from_filelike(copy_of({name: xml}, self._shared)), "0")
        _refuse_infinite(self.path, name, rows, may_hold_nan=self.kind == "xls")
        return Sheet(name, raw_name, rows)

    def load_head(self, name: str, row_count: int = 20) -> Sheet:
        """Return the first rows of one sheet, without reading the rest of it where the file allows that.

        A sheet of a provincial input-output table takes a second to load, its head a few milliseconds.

        Args:
            name: a name out of `sheet_names`.
            row_count: how many rows that the file holds; empty rows before and between them come on top.

        Raises:
            KeyError: if the workbook has no visible sheet of this name.
            Refusal: as `load`.
        """
        raw_name = self.raw_names[name]
        if self.kind == "xls":
            return Sheet(name, raw_name, self.load(name).rows[:row_count])
        part = self.parts[raw_name]
        with opened_package(self.path) as package:
            head = first_rows(package.chunks(part, name), row_count)
            self._check(package, name, head)
        with parsing(self.path, name):
            rows = _rows(CalamineWorkbook.from_filelike(copy_of({name: head}, self._shared)), "0")
        _refuse_infinite(self.path, name, rows)
        return Sheet(name, raw_name, rows)

    def defects(self, raw_name: str) -> CellDefects:
        """Return the cells of one sheet that the parser returns as empty; see `cell_defects`."""
        if self.kind == "xls":
            return CellDefects([], [])
        key = (*_state(self.path), raw_name)
        if key not in _remembered_defects:
            name = next((name for name, raw in self.raw_names.items() if raw == raw_name), None)
            if name is None:
                raise KeyError(f"the workbook has no sheet '{raw_name}'")
            with opened_package(self.path) as package:
                self._checked(package, name)
        return _remembered_defects[key]

    def _checked(self, package: Package, name: str) -> bytes:
        """Return the XML of a sheet after it was looked through whole."""
        raw_name = self.raw_names[name]
        xml = package.read(self.parts[raw_name], name)
        defects = self._check(package, name, xml)
        unclear = ambiguity(xml) if len(xml) <= _SMALL_WORKBOOK else ""
        if unclear:
            raise damaged(self.path, name, ValueError(unclear))
        if len(_remembered_defects) >= _MOST_REMEMBERED:
            _remembered_defects.clear()
        _remembered_defects[*_state(self.path), raw_name] = defects
        return xml

    def _check(self, package: Package, name: str, xml: bytes) -> CellDefects:
        """Refuse the XML of a sheet, or its beginning, that would be dangerous to parse or holds false numbers."""
        limits = package.limits
        package.refuse_unsafe_xml(self.parts[self.raw_names[name]], xml)
        scan = scan_sheet(xml, limits.sheet_cells, limits.unusual_cells)
        if scan.uncommon_count > limits.unusual_cells:
            what = "or more cells that are no plain number or text, such as errors"
            raise too_large(self.path, "unusual_cells", scan.uncommon_count, what, name)
        cells = scan.row_count * scan.column_count
        what = "cells between A1 and its last row and column"
        if cells > limits.sheet_cells:
            raise too_large(self.path, "sheet_cells", cells, what, name)
        self._cells[name] = cells
        total = sum(self._cells.values())
        if total > limits.workbook_cells:
            raise too_large(self.path, "workbook_cells", total, f"{what}, all sheets together", name)
        refuse_much_text(package, name, xml, scan, self._shared)
        if scan.has_defect_without_address:
            message = (
                f"{self.path.name}, sheet '{name}': it holds a cell with an error or an uncomputed formula, and the "
                "file states no cell addresses. Restore its value and save it in a spreadsheet program as an Excel "
                "workbook (.xlsx)."
            )
            raise Refusal("E_ERROR_CELLS", message, name)
        if scan.false_numbers:
            raise _no_number(self.path, name, *scan.false_numbers[0])
        return scan.defects

    @cached_property
    def _cells(self) -> dict[str, int]:
        """Rows times columns of every sheet looked at so far."""
        return {}

    @cached_property
    def _shared(self) -> SharedParts:
        with opened_package(self.path) as package:
            return shared_parts(package, self.counts_from_1904)

    @cached_property
    def _is_small(self) -> bool:
        with opened_package(self.path) as package:
            parts = (self.parts[raw_name].casefold() for raw_name in self.raw_names.values())
            sizes = (package.members[part].file_size for part in parts if part in package.members)
            return sum(sizes) <= _SMALL_WORKBOOK

    @cached_property
    def _all_sheets(self) -> CalamineWorkbook:
        """The parser on a copy of all visible sheets, in their order."""
        with opened_package(self.path) as package:
            xml = {name: self._checked(package, name) for name in self.raw_names}
        return CalamineWorkbook.from_filelike(copy_of(xml, self._shared))

    @cached_property
    def _old_workbook(self) -> CalamineWorkbook:
        return _parser_of_old(self.path)


def open_workbook(path: Path) -> Workbook:
    """Open an Excel workbook by its bytes; a wrong extension is a finding, not an error.

    Raises:
        Refusal: E_NOT_SPREADSHEET, if the bytes are anything else (text, a web page, a cut-off download, an
            encrypted workbook, a folder, nothing) or damaged; E_TOO_LARGE, if it is beyond a bound of `limits`;
            E_XML_DOCTYPE; E_DUPLICATE_SHEET, if the names of two visible sheets differ at most by blanks and letter
            case, or two sheets are one; E_UNKNOWN_LAYOUT, if no worksheet is visible.
    """
    content = file_content(path)
    if content.kind == "csv":
        remedy = f"If it should be a workbook, the download went wrong. {DOWNLOAD_AGAIN}"
        message = f"{path.name}: the content is {content.description}, not an Excel workbook. {remedy}"
        raise Refusal("E_NOT_SPREADSHEET", message)
    if content.kind not in ("xlsx", "xls"):
        raise not_spreadsheet(path, content)
    listing = _listing_of_old(path) if content.kind == "xls" else _listing(path)
    return Workbook(
        path=path,
        kind=content.kind,
        findings=extension_finding(path, content.kind),
        raw_names=_visible_names(path, listing.sheets),
        parts=listing.parts,
        counts_from_1904=listing.counts_from_1904,
    )


def cell_defects(
    path: Path, raw_sheet_name: str, max_column: int | None = None, max_row: int | None = None
) -> CellDefects:
    """Return the cells of one sheet that hold an error or a formula without a saved result.

    calamine (and fastexcel) return both as empty cells, so they must be looked for in the sheet's XML. An old .xls
    file has no XML: nothing is found there, and its error cells are met as empty cells.

    Args:
        path: an .xlsx file.
        raw_sheet_name: the name of a visible sheet as the file has it (`Sheet.raw_name`).
        max_column: the last column of interest, counted from 1; None for all.
        max_row: the last row of interest, counted from 1; None for all.

    Raises:
        KeyError: if the workbook has no such sheet.
        Refusal: as `Workbook.load`.
    """
    found = _remembered_defects.get((*_state(path), raw_sheet_name))
    if found is None:
        found = open_workbook(path).defects(raw_sheet_name)

    def inside(place: tuple[int, int]) -> bool:
        return (max_row is None or place[0] <= max_row) and (max_column is None or place[1] <= max_column)

    return CellDefects(list(filter(inside, found.error_cells)), list(filter(inside, found.uncached_formulas)))


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


def _state(path: Path) -> tuple[object, ...]:
    """What changes when a file changes."""
    try:
        state = path.stat()
    except OSError:
        return (str(path),)
    return (str(path.absolute()), state.st_ino, state.st_mtime_ns, state.st_size, limits_in_force())


def _listing(path: Path) -> _Listing:
    """Return what an .xlsx lists, each sheet with its part by way of the workbook's relationships."""
    with opened_package(path) as package:
        entries = elements(package, "xl/workbook.xml", ("sheet", "workbookPr"))
        relations = elements(package, "xl/_rels/workbook.xml.rels", ("Relationship",))
    targets = {relation.get("Id"): relation for _, relation in relations}
    listing = _Listing([])
    for element, attributes in entries:
        if element == "workbookPr":
            is_1904 = attributes.get("date1904", "0") in ("1", "true")
            listing = _Listing(listing.sheets, listing.parts, is_1904)
            continue
        name, relation = attributes.get("name", ""), targets.get(attributes.get("id"), {})
        if name in listing.parts:
            raise _duplicate(path, f"two sheets are named '{name.strip()}'", name.strip())
        part = posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
        twin = next((other for other, stored in listing.parts.items() if stored == part), None)
        if twin is not None:
            raise _duplicate(path, f"the sheets '{twin}' and '{name}' are stored as one", name.strip())
        is_worksheet = relation.get("Type", "").endswith("/worksheet")
        listing.sheets.append((name, is_worksheet and attributes.get("state", "visible") == "visible"))
        listing.parts[name] = part
    return listing


def _listing_of_old(path: Path) -> _Listing:
    with parsing(path):
        sheets = _parser_of_old(path).sheets_metadata
    visible = (SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)
    return _Listing([(sheet.name, (sheet.typ, sheet.visible) == visible) for sheet in sheets])


def _parser_of_old(path: Path) -> CalamineWorkbook:
    with parsing(path):
        return CalamineWorkbook.from_filelike(io.BytesIO(safe_copy(path, path.read_bytes())))


def _visible_names(path: Path, sheets: Iterable[tuple[str, bool]]) -> dict[str, str]:
    names: dict[str, str] = {}
    folded: set[str] = set()
    listed = list(sheets)
    for raw_name in (name for name, is_visible in listed if is_visible):
        name = raw_name.strip()
        if name.casefold() in folded or sum(other == raw_name for other, _ in listed) > 1:
            raise _duplicate(
                path, f"two sheets are named '{name}' but for blanks around the name and letter case", name
            )
        folded.add(name.casefold())
        names[name] = raw_name
    if not names:
        message = (
            f"{path.name}: of its {len(listed)} sheets there is none that is visible and no chart, so there is nothing "
            "to read. Show the sheets with the tables in a spreadsheet program and save it."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message)
    return names


def _duplicate(path: Path, what: str, sheet: str) -> Refusal:
    message = f"{path.name}: {what}; which one counts cannot be told. Delete or rename one of them."
    return Refusal("E_DUPLICATE_SHEET", message, sheet)


def _rows(parser: CalamineWorkbook, name: str) -> list[list[object]]:
    return cast("list[list[object]]", parser.get_sheet_by_name(name).to_python(skip_empty_area=False))


def _refuse_infinite(path: Path, sheet: str, rows: list[list[object]], may_hold_nan: bool = False) -> None:
    """Refuse 1e999 and the like, which a parser reads as infinite: any sum over it would be meaningless."""
    for row_no, row in enumerate(rows, start=1):
        # the membership test runs at the speed of C; the second is for bytes that are a double as they stand
        if _INFINITE in row or -_INFINITE in row or (may_hold_nan and any(cell != cell for cell in row)):  # noqa: PLR0124
            places = (column for column, cell in enumerate(row, 1) if cell in (_INFINITE, -_INFINITE) or cell != cell)  # noqa: PLR0124
            raise _no_number(path, sheet, row_no, next(places))


def _no_number(path: Path, sheet: str, row_no: int, column_no: int) -> Refusal:
    cell = address(row_no, column_no)
    message = (
        f"{path.name}, sheet '{sheet}': cell {cell} is said to be a number, but is none or is infinitely large. "
        "Restore its value or download the workbook again."
    )
    return Refusal("E_NOT_NUMBER", message, sheet, cell)
