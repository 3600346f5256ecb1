"""The row axis of a provincial multi-regional table and the item rows below it, found by content.

Belongs here: which row holds which sector or item. Not here: the column axis (`mrio_axis`), values (`mrio`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from visceads.workbooks.mrio_axis import (
    AxisEntry,
    TableLocation,
    require_number_fits,
    require_whole_axis,
)
from visceads.workbooks.mrio_families import Rows, family_refusal
from visceads.workbooks.mrio_header import AXIS_LENGTH
from visceads.workbooks.mrio_labels import (
    IGNORED_ITEMS,
    Label,
    item_of,
    province_label,
    sector_label,
    sector_number,
    text_of,
)
from visceads.workbooks.mrio_place import Source, unknown_item, unresolved_label
from visceads.workbooks.refusal import address

VALUE_ADDED_CODES = ("VA001", "VA002", "VA003", "VA004")
"""Compensation, net taxes on production, depreciation, operating surplus."""

_REQUIRED = ("IM", *VALUE_ADDED_CODES)
_IMPORT_BLOCK = "the interprovincial 31 x 42 table with a block of 42 import rows"


@dataclass(frozen=True)
class RowAxis:
    """The rows of a table.

    Attributes:
        rows: the 1,302 sector rows in sheet order.
        item_rows: IM, VA001..VA004 and, where the sheet has them, TII, TVA, TI, CO2 -> row_no.
        repaired_labels: labels that were read in spite of a corrupted print.
    """

    rows: tuple[AxisEntry, ...]
    item_rows: dict[str, int]
    repaired_labels: tuple[str, ...]


@dataclass(frozen=True)
class _LabelColumns:
    """The label columns left of the flows, counted from 0; None where the sheet has none."""

    province: int
    sector: int
    number: int | None


def read_row_axis(rows: Rows, location: TableLocation, source: Source) -> RowAxis:
    """Return the row axis of a located table; rows without a label are ignored, whatever they hold.

    Args:
        rows: the whole sheet.
        location: where its column axis lies.
        source: for the messages.

    Raises:
        Refusal: E_LABEL, E_PROVINCE_SET, E_SECTOR_SET, E_ITEM for a broken axis, E_MRIO_FAMILY for a table with an
            import block.
    """
    columns = _label_columns(rows, location, source)
    entries: list[AxisEntry] = []
    repaired: list[str] = []
    province: Label | None = None
    end = len(rows) + 1
    for row_no, labels in _labelled_rows(rows, location):
        name = labels[columns.sector]
        number = sector_number(labels[columns.number]) if columns.number is not None else None
        imports = item_of("row", labels[columns.province]) == "IM"
        if sector_label(name) is None and number is None and any(item_of("row", text) for text in labels):
            end = row_no
            break
        if (imports and (sector_label(name) or number)) or len(entries) >= AXIS_LENGTH + 42:
            raise family_refusal(source, _IMPORT_BLOCK)
        entry, texts, province = _entry(row_no, labels, columns, province, source)
        repaired += texts
        entries.append(entry)
        if number is not None:
            require_number_fits(entry, number, location.classification, (row_no, (columns.number or 0) + 1), source)
    _refuse_other_sectors(entries, location, columns, source)
    require_whole_axis(entries, location.classification, "row", source)
    return RowAxis(tuple(entries), _item_rows(rows, location, end, source), tuple(repaired))


def _label_columns(rows: Rows, location: TableLocation, source: Source) -> _LabelColumns:
    """Choose, left of the flows, the columns with the most province names, sector names and sector numbers."""
    block = rows[location.first_row - 1 : location.first_row - 1 + AXIS_LENGTH]
    width = location.first_column - 1

    def best(is_kind: Sequence[list[bool]]) -> tuple[int, int]:
        counts = [sum(column) for column in is_kind]
        most = max(counts, default=0)
        return (counts.index(most) if most else -1, most)

    texts = [[text_of(row[c]) for row in block] for c in range(width)]
    province, _ = best([[province_label(text) is not None for text in column] for column in texts])
    sector, _ = best([[sector_label(text) is not None for text in column] for column in texts])
    number, numbers = best([[sector_number(text) is not None for text in column] for column in texts])
    for kind, found in (("province", province), ("sector", sector)):
        if found < 0:
            text = f"no column left of {address(1, location.first_column)[:-1]} names the {kind} of the rows."
            raise source.refusal("E_LABEL", f"{text} Restore the row labels from the publisher's copy.")
    return _LabelColumns(province, sector, number if numbers > AXIS_LENGTH // 2 else None)


def _labelled_rows(rows: Rows, location: TableLocation) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows from the first sector row on that have a label: (row_no, texts left of the flows)."""
    for row_no in range(location.first_row, len(rows) + 1):
        labels = [text_of(cell) for cell in rows[row_no - 1][: location.first_column - 1]]
        if any(labels):
            yield row_no, labels


def _entry(
    row_no: int, labels: list[str], columns: _LabelColumns, province: Label | None, source: Source
) -> tuple[AxisEntry, list[str], Label]:
    """Resolve one sector row; an empty province label means the province of the row above."""
    text = labels[columns.province]
    repaired = []
    if text or province is None:
        province = province_label(text)
        if province is None:
            raise unresolved_label(source, (row_no, columns.province + 1), text, "province")
        repaired += [text] if province.is_repaired else []
    name = labels[columns.sector]
    sector = sector_label(name)
    if sector is None:
        raise unresolved_label(source, (row_no, columns.sector + 1), name, "sector")
    repaired += [name] if sector.is_repaired else []
    return AxisEntry(row_no, province.code, sector.code), repaired, province


def _refuse_other_sectors(
    entries: Sequence[AxisEntry], location: TableLocation, columns: _LabelColumns, source: Source
) -> None:
    """Rows and columns must name the same 42 sectors: one classification for both axes."""
    named = {entry.sector_code for entry in location.columns}
    for entry in entries:
        if entry.sector_code not in named:
            text = (
                f"the rows name a sector ('{entry.sector_code}') that is not among the 42 of the columns, which are "
                f"of the {location.classification} classification. Both axes must use the same list."
            )
            raise source.refusal("E_CLASSIFICATION", text, (entry.place, columns.sector + 1))


def _item_rows(rows: Rows, location: TableLocation, start: int, source: Source) -> dict[str, int]:
    items: dict[str, int] = {}
    for row_no in range(start, len(rows) + 1):
        row = rows[row_no - 1]
        labels = [text_of(cell) for cell in row[: location.first_column - 1]]
        item = next((found for text in reversed(labels) if (found := item_of("row", text))), None)
        if item is None:
            _refuse_unknown_numbers(row, row_no, labels, location, source)
        elif item not in IGNORED_ITEMS and item in items:
            text = f"a second row of {item}; the first is row {items[item]}. Delete or relabel one of them."
            raise source.refusal("E_ITEM", text, (row_no, 1))
        elif item not in IGNORED_ITEMS:
            items[item] = row_no
    missing = [item for item in _REQUIRED if item not in items]
    if missing:
        text = f"below the flows these rows are missing: {', '.join(missing)}."
        raise source.refusal("E_ITEM", f"{text} Compare the row labels with the publisher's copy.")
    return items


def _refuse_unknown_numbers(
    row: Sequence[object], row_no: int, labels: Sequence[str], location: TableLocation, source: Source
) -> None:
    """A labelled row of numbers that is no known item stops the file; a footnote or an unlabelled row does not."""
    label = next((column for column, text in enumerate(labels) if text), None)
    first = location.first_column - 1
    if label is not None and any(isinstance(cell, int | float) for cell in row[first : first + AXIS_LENGTH]):
        raise unknown_item(source, (row_no, label + 1), labels[label], "row")
