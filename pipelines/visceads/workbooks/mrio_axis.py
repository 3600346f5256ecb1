"""Where the provincial multi-regional tables lie in a workbook, found by content: the column axis and its items.

Belongs here: finding the tables from the first rows of the sheets, which is cheap, resolving the column axis, the
classification, the table id. Not here: the row axis and the values (`mrio_rows`, `mrio`), the year (`mrio_year`),
other families (`mrio_families`), single labels (`mrio_labels`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from visceads import codes
from visceads.workbooks.mrio_families import (
    Rows,
    family_refusal,
    foreign_family,
    longest_code_run,
    sized_family,
)
from visceads.workbooks.mrio_header import HEAD_ROWS, Header, find_header, first_data_row
from visceads.workbooks.mrio_items import columns_right_of_flows
from visceads.workbooks.mrio_labels import (
    Label,
    province_label,
    sector_label,
    sector_number,
    text_of,
)
from visceads.workbooks.mrio_place import (
    Cell,
    Source,
    province_name,
    sector_in_words,
    sector_name,
    unresolved_label,
)
from visceads.workbooks.mrio_year import TableYear, year_of_table
from visceads.workbooks.refusal import Finding, Refusal, address
from visceads.workbooks.sheets import Sheet, Workbook


@dataclass(frozen=True)
class AxisEntry:
    """One sector column (or row) of the block of flows.

    Attributes:
        place: its column_no (or row_no), counted from 1.
        province_code: the province its label names.
        sector_code: the sector its label names.
    """

    place: int
    province_code: str
    sector_code: str


@dataclass(frozen=True)
class TableLocation:
    """One 31 x 42 table in a workbook, known from the head of its sheet.

    Attributes:
        sheet: the sheet's name.
        table_id: `<year>` for the 2012-style classification, `<year>-new` for the 2017-style one.
        year: the year of the table.
        classification: '2012' or '2017'.
        first_row: the first row of the block of flows, counted from 1.
        first_column: the first column of the block of flows, counted from 1; the label columns lie left of it.
        columns: the 1,302 sector columns in sheet order.
        final_demand_columns: (buyer province_code, FU code) -> column_no, 155 entries.
        item_columns: EX, ERR, GO and, where the sheet has them, TIU, TFU -> column_no.
        repaired_labels: labels of the header that were read in spite of a corrupted print.
        findings: what is noted about the header.
    """

    sheet: str
    table_id: str
    year: int
    classification: str
    first_row: int
    first_column: int
    columns: tuple[AxisEntry, ...]
    final_demand_columns: dict[tuple[str, str], int]
    item_columns: dict[str, int]
    repaired_labels: tuple[str, ...]
    findings: tuple[Finding, ...]


def find_tables(workbook: Workbook, year: int | None = None) -> list[TableLocation]:
    """Return the 31 x 42 tables of a workbook, in sheet order; reads the first rows of each sheet only.

    Two sheets with the same table id (a Chinese and an English print) are both returned.

    Args:
        workbook: an open workbook.
        year: the year of its tables, for a workbook that does not state it.

    Returns:
        An empty list if no sheet looks like an input-output table.

    Raises:
        Refusal: E_MRIO_FAMILY for another family of input-output tables, E_LABEL, E_PROVINCE_SET, E_SECTOR_SET,
            E_CLASSIFICATION, E_ITEM for a broken header, E_YEAR_UNKNOWN and E_YEAR_CONFLICT.
    """
    heads = {name: workbook.load_head(name) for name in workbook.sheet_names}
    tables: list[TableLocation] = []
    foreign: list[Refusal] = []
    for name, head in heads.items():
        found = _table_in(head, Source(workbook.path.name, name))
        if isinstance(found, TableLocation):
            tables.append(found)
        elif found is not None:
            foreign.append(found)
    if foreign and not tables:
        raise foreign[0]
    # Beside a table that can be read, a relative of it (an aggregate, a national table) is no reason to refuse.
    notes = tuple(_ignored_sheet(refusal) for refusal in foreign)
    dated = [_with_year(table, workbook, heads, year) for table in tables]
    return [replace(dated[0], findings=(*dated[0].findings, *notes)), *dated[1:]] if notes else dated


def missing_and_repeated(
    axis: Sequence[AxisEntry], classification: str
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the (province_code, sector_code) that an axis lacks and those that it holds more than once."""
    counts = Counter((entry.province_code, entry.sector_code) for entry in axis)
    expected = [(p, s) for p in codes.province_codes() for s in codes.sector_codes(classification)]
    return [pair for pair in expected if pair not in counts], [pair for pair, n in counts.items() if n > 1]


def require_whole_axis(axis: Sequence[AxisEntry], classification: str, kind: str, source: Source) -> None:
    """Require that an axis holds each of the 31 provinces with each of the 42 sectors once.

    Args:
        axis: the entries.
        classification: '2012' or '2017'.
        kind: 'row' or 'column', for the message.
        source: for the message.

    Raises:
        Refusal: E_PROVINCE_SET or E_SECTOR_SET, naming what is missing or repeated.
    """
    present = {entry.province_code for entry in axis}
    absent = [province_name(code) for code in codes.province_codes() if code not in present]
    remedy = "Compare with the publisher's copy, restore what is missing and try again."
    if absent:
        text = f"the {kind}s name {len(present)} provinces, expected 31; missing {', '.join(absent)}. {remedy}"
        raise source.refusal("E_PROVINCE_SET", text)
    missing, repeated = missing_and_repeated(axis, classification)
    if not missing and not repeated:
        return
    text = f"{len(axis)} sector {kind}s, expected 1302, each of 31 provinces with each of 42 sectors once"
    if missing:
        text += f"; missing {_some_sectors(missing)}"
    if repeated:
        places = [entry.place for entry in axis if (entry.province_code, entry.sector_code) == repeated[0]]
        where = " and ".join(f"row {place}" if kind == "row" else f"cell {address(1, place)}" for place in places)
        text += f"; more than once {_some_sectors(repeated)} (the first in {where})"
    raise source.refusal("E_SECTOR_SET", f"{text}. {remedy}")


def require_number_fits(entry: AxisEntry, number: str, classification: str, cell: Cell, source: Source) -> None:
    """Require that the number printed beside a sector label is that sector's number in the classification.

    Raises:
        Refusal: E_LABEL; with two witnesses that disagree, neither can be trusted.
    """
    expected = codes.sector_codes(classification).index(entry.sector_code) + 1
    if int(number) != expected:
        text = (
            f"the sector number {number} stands beside the label of '{sector_name(entry.sector_code)}', which is "
            f"number {expected:02d} of the {classification} classification. Correct the label or the number."
        )
        raise source.refusal("E_LABEL", text, cell)


def _table_in(head: Sheet, source: Source) -> TableLocation | Refusal | None:
    """Return the table of a sheet (year still 0), the refusal of a foreign family, or None."""
    rows = head.rows[: HEAD_ROWS + 5]
    run = longest_code_run(rows[:HEAD_ROWS])
    header = find_header(rows, run, source)
    if header is None:
        return foreign_family(rows[:HEAD_ROWS], run, source)
    axis, repaired = _column_axis(rows, header, source)
    if isinstance(family := _foreign_by_size(axis), str):
        return family_refusal(source, family)
    classification = _classification(axis, header, source)
    require_whole_axis(axis, classification, "column", source)
    if header.code_row is not None:
        for entry in axis:
            number = sector_number(rows[header.code_row - 1][entry.place - 1]) or ""
            require_number_fits(entry, number, classification, (header.code_row, entry.place), source)
    first_row = first_data_row(rows, header, source)
    final_demand, items, repaired_right = columns_right_of_flows(rows, header, first_row, source)
    return TableLocation(
        sheet=head.name,
        table_id="",
        year=0,
        classification=classification,
        first_row=first_row,
        first_column=header.first_column,
        columns=axis,
        final_demand_columns=final_demand,
        item_columns=items,
        repaired_labels=(*repaired, *repaired_right),
        findings=(),
    )


def _column_axis(rows: Rows, header: Header, source: Source) -> tuple[tuple[AxisEntry, ...], list[str]]:
    entries, repaired = [], []
    province: Label | None = None
    for column_no in range(header.first_column, header.last_column + 1):
        text = text_of(rows[header.province_row - 1][column_no - 1])
        if text or province is None:
            province = province_label(text)
            if province is None:
                raise unresolved_label(source, (header.province_row, column_no), text, "province")
            repaired += [text] if province.is_repaired else []
        name = text_of(rows[header.sector_row - 1][column_no - 1])
        sector = sector_label(name)
        if sector is None:
            raise unresolved_label(source, (header.sector_row, column_no), name, "sector")
        repaired += [name] if sector.is_repaired else []
        entries.append(AxisEntry(column_no, province.code, sector.code))
    return tuple(entries), repaired


def _foreign_by_size(axis: Sequence[AxisEntry]) -> str | None:
    """A regular axis of fewer provinces is another table; an irregular one is ours with something missing."""
    per_province = Counter(entry.province_code for entry in axis)
    sizes = set(per_province.values())
    if len(sizes) == 1 and (len(per_province), *sizes) != (31, 42):
        return sized_family(len(per_province), sizes.pop())
    return None


def _classification(axis: Sequence[AxisEntry], header: Header, source: Source) -> str:
    found = {entry.sector_code for entry in axis}
    differences = {name: found ^ set(codes.sector_codes(name)) for name in codes.CLASSIFICATIONS}
    nearest = min(differences, key=lambda name: len(differences[name]))
    if not differences[nearest]:
        return nearest
    differing = ", ".join(sorted(sector_name(code) for code in differences[nearest]))
    first = next((e.place for e in axis if e.sector_code in differences[nearest]), header.first_column)
    text = (
        f"the {len(found)} sectors named in row {header.sector_row} fit neither 42-sector classification; nearest is "
        f"{nearest}, differing {differing}. Compare the sector labels with the publisher's copy."
    )
    raise source.refusal("E_CLASSIFICATION", text, (header.sector_row, first))


def _some_sectors(pairs: Sequence[tuple[str, str]]) -> str:
    more = f" and {len(pairs) - 5} more" if len(pairs) > 5 else ""
    return ", ".join(sector_in_words(*pair) for pair in pairs[:5]) + more


def _ignored_sheet(refusal: Refusal) -> Finding:
    return Finding("W_SHEET_IGNORED", f"{refusal.message} The sheet was left out.", refusal.sheet)


def _with_year(
    table: TableLocation,
    workbook: Workbook,
    heads: dict[str, Sheet],
    year: int | None,
) -> TableLocation:
    titles = [
        text_of(cell)
        for row in heads[table.sheet].rows[: table.first_row - 1]
        for column_no, cell in enumerate(row, start=1)
        if isinstance(cell, str) or column_no < table.first_column  # the year may be a number, above the labels
    ]
    found: TableYear = year_of_table(workbook.path.name, table.sheet, titles, heads, year)
    suffix = "" if table.classification == "2012" else "-new"
    findings = (*table.findings, *found.findings)
    return replace(table, year=found.year, table_id=f"{found.year}{suffix}", findings=findings)
