"""The columns right of the flows and the rows below them: final demand, exports, output, imports, value added, CO2.

Belongs here: which item a column or row holds. Not here: the axes of the flows (`mrio_axis`, `mrio_rows`), values.
"""

from __future__ import annotations

from visceads import codes
from visceads.workbooks.mrio_families import Rows, family_refusal, provinces_in_order, usual_distance
from visceads.workbooks.mrio_header import Header
from visceads.workbooks.mrio_labels import (
    FINAL_DEMAND_CODES,
    IGNORED_ITEMS,
    Label,
    item_of,
    province_label,
    text_of,
)
from visceads.workbooks.mrio_place import Cell, Source, province_name, unknown_item, unresolved_label
from visceads.workbooks.refusal import address

_ROW_ITEMS = ("EX", "ERR", "GO")
_OPTIONAL_ROW_ITEMS = ("TIU", "TFU")


def columns_right_of_flows(
    rows: Rows, header: Header, first_row: int, source: Source
) -> tuple[dict[tuple[str, str], int], dict[str, int], list[str]]:
    """Read the columns right of the flows by their code, else by their label; columns without header are ignored."""
    final_demand: dict[tuple[str, str], int] = {}
    items: dict[str, int] = {}
    repaired: list[str] = []
    province: Label | None = None
    _refuse_other_final_demand(rows, header, source)
    for column_no in range(header.last_column + 1, len(rows[header.sector_row - 1]) + 1):
        cell = (header.code_row or header.sector_row, column_no)
        item = _item_in_header(rows, header, first_row, column_no, source)
        if item is None or item in IGNORED_ITEMS:
            continue
        if item not in FINAL_DEMAND_CODES:
            _put_item(items, item, cell, source)
            continue
        text = text_of(rows[header.province_row - 1][column_no - 1])
        if text or province is None:
            province = province_label(text)
            if province is None:
                raise unresolved_label(source, (header.province_row, column_no), text, "province")
            repaired += [text] if province.is_repaired else []
        if (province.code, item) in final_demand:
            text = f"{item} of {province_name(province.code)} stands a second time. Delete or relabel one of them."
            raise source.refusal("E_ITEM", text, cell)
        final_demand[province.code, item] = column_no
    _require_columns(final_demand, items, source)
    return final_demand, items, repaired


def _item_in_header(rows: Rows, header: Header, first_row: int, column_no: int, source: Source) -> str | None:
    """Return the item code of a column right of the flows; None if it has no header or holds no numbers."""
    texts = [text_of(row[column_no - 1]) for row in rows[: first_row - 1]]
    code_text = texts[header.code_row - 1] if header.code_row else ""
    others = [text for text in reversed(texts) if text and text != code_text and not province_label(text)]
    for text in [code_text, *others]:
        item = item_of("column", text)
        if item is not None:
            return item
    shown = code_text or (others[0] if others else "")
    has_numbers = any(isinstance(row[column_no - 1], int | float) for row in rows[first_row - 1 :])
    if not shown or not has_numbers:
        return None
    raise unknown_item(source, (header.code_row or header.sector_row, column_no), shown, "column")


def _put_item(items: dict[str, int], item: str, cell: Cell, source: Source) -> None:
    if item not in _ROW_ITEMS + _OPTIONAL_ROW_ITEMS:
        raise unknown_item(source, cell, item, "column")
    if item in items:
        text = f"a second column of {item}; the first is {address(cell[0], items[item])}. Delete or relabel one."
        raise source.refusal("E_ITEM", text, cell)
    items[item] = cell[1]


def _refuse_other_final_demand(rows: Rows, header: Header, source: Source) -> None:
    """Four final-demand columns per province are another family; their labels need not be known to say so."""
    right = rows[header.province_row - 1][header.last_column :]
    starts = provinces_in_order(right)
    if len(starts) >= 20 and usual_distance(starts) != len(FINAL_DEMAND_CODES):
        columns = usual_distance(starts)
        known = " (Liu 2012)" if columns == 4 else ""
        raise family_refusal(source, f"a 31 x 42 table with {columns} final-demand columns per province{known}")


def _require_columns(final_demand: dict[tuple[str, str], int], items: dict[str, int], source: Source) -> None:
    missing = [item for item in _ROW_ITEMS if item not in items]
    missing += [
        f"{item} of {province_name(province)}"
        for province in codes.province_codes()
        for item in FINAL_DEMAND_CODES
        if (province, item) not in final_demand
    ]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        text = f"right of the flows these columns are missing: {', '.join(missing[:5])}{more}."
        raise source.refusal("E_ITEM", f"{text} Compare the header with the publisher's copy.")
