"""Where the parts of a national input-output table lie on its sheet, found by content.

Belongs here: the row and the column of codes, labels, items and the stated unit. Not here: values
(`national_io_table`), what must hold (`national_io_checks`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from visceads.codes import normal_key
from visceads.workbooks.mrio_families import Rows, family_refusal
from visceads.workbooks.mrio_labels import FINAL_DEMAND_CODES, IGNORED_ITEMS, item_of, text_of
from visceads.workbooks.mrio_place import Source, unknown_item
from visceads.workbooks.refusal import Finding, address

FEWEST_SECTORS = 42

_HEAD_ROWS = 20
_CODE = re.compile(r"\d{1,6}[A-Za-z]?")
_REQUIRED_RIGHT = ("TIU", *FINAL_DEMAND_CODES, "EX", "TFU", "IM", "GO")
_REQUIRED_BELOW = ("TII", "VA001", "VA002", "VA003", "VA004", "TVA", "TI")
_UNIT = re.compile(r"(?:单位|\bunits?)\s*[:：]?\s*([^()（）;；|｜\n]+)|[（(]([^()（）]+)[)）]", re.IGNORECASE)
_MONEY = re.compile(r"元|yuan|rmb|cny", re.IGNORECASE)
_10K_YUAN = re.compile(
    r"(?:人民币)?1?万元|(?:rmb)?(?:10000|10k|104|tenthousand)(?:rmb)?(?:yuan|rmb|cny)|rmb(?:10000|10k)"
)
_MOVED = ("inflow", "outflow", "流入", "流出", "调入", "调出")


@dataclass(frozen=True)
class Place:
    """One row or column of the table.

    Attributes:
        no: its number on the sheet, counted from 1.
        code: a product or sector code such as '34072a', or an item such as 'VA001'.
        label: its name as printed, or ''.
    """

    no: int
    code: str
    label: str


@dataclass(frozen=True)
class NationalLayout:
    """One table on its sheet.

    Attributes:
        rows: the sellers, in sheet order.
        columns: the buyers, in sheet order; the same codes as the rows.
        right: TIU, final demand, their subtotals, EX, TFU, IM, ERR, GO, in sheet order.
        column_items: TII, VA001..VA004, TVA, TI, in sheet order.
        titles: the texts above the table.
        findings: what is noted about the labels.
    """

    rows: tuple[Place, ...]
    columns: tuple[Place, ...]
    right: tuple[Place, ...]
    column_items: tuple[Place, ...]
    titles: tuple[str, ...]
    findings: tuple[Finding, ...]


def find_national_layout(rows: Rows, source: Source) -> NationalLayout | None:
    """Return the table that a sheet holds, or None if it holds none.

    Args:
        rows: the whole sheet.
        source: for the messages.

    Raises:
        Refusal: E_UNIT_MONEY if the sheet does not say 10k yuan; E_SECTOR_SET if rows and columns have other codes or
            one of them twice; E_LABEL if no column holds the codes of the rows; E_ITEM for a missing, repeated or
            unknown item; E_MRIO_FAMILY for the table of a single province.
    """
    head = next(
        (found for row_no in range(1, min(_HEAD_ROWS, len(rows)) + 1) if (found := _code_run(rows, row_no))), None
    )
    if head is None:
        return None
    code_row, first, last = head
    titles = tuple(text for row in rows[: code_row - 1] for cell in row if (text := text_of(cell)))
    _require_unit(rows, code_row, source)
    label_row = _fullest(rows, [r for r in range(1, code_row + 3) if r != code_row], first, last)
    columns = tuple(
        Place(no, _code(rows[code_row - 1][no - 1]), text_of(rows[label_row - 1][no - 1]))
        for no in range(first, last + 1)
    )
    right = _items_right(rows, (code_row, label_row), last, source)
    code_column = _code_column(rows, (code_row, first), {column.code for column in columns}, source)
    label_column = _label_column(rows, code_row, first, code_column)
    sellers, below = _rows_of(rows, code_row, (code_column, label_column), first, source)
    _require_same_codes(sellers, columns, (code_row, code_column), source)
    return NationalLayout(
        rows=sellers,
        columns=columns,
        right=right,
        column_items=below,
        titles=titles,
        findings=tuple(_other_labels(sellers, columns, source)),
    )


def _code(cell: object) -> str:
    """A code as printed; numbers of one digit, which a spreadsheet program makes of '01', with their zero again."""
    text = text_of(cell)
    return text.zfill(2) if text.isdecimal() else text


def _code_run(rows: Rows, row_no: int) -> tuple[int, int, int] | None:
    """(row, first, last column) of 42 or more codes side by side, followed by the column of intermediate use."""
    cells = [text_of(cell) for cell in rows[row_no - 1]]
    for end, text in enumerate(cells):
        if item_of("column", text) != "TIU":
            continue
        run = list(takewhile(lambda cell: _CODE.fullmatch(cell) is not None, reversed(cells[:end])))
        if len(run) >= FEWEST_SECTORS:
            return row_no, end - len(run) + 1, end
    return None


def _fullest(rows: Rows, candidates: Sequence[int], first: int, last: int) -> int:
    """The row with most text above (or below) the codes: it names the products."""

    def texts(row_no: int) -> int:
        row = rows[row_no - 1][first - 1 : last] if row_no <= len(rows) else []
        return sum(isinstance(cell, str) and any(map(str.isalpha, cell)) for cell in row)

    return max(candidates, key=texts)


def _require_unit(rows: Rows, code_row: int, source: Source) -> None:
    """The sheet must say, above its codes, that its money is in 10k yuan, and in no other unit."""
    is_stated = False
    for row_no, row in enumerate(rows[: code_row - 1], start=1):
        for column_no, cell in enumerate(row, start=1):
            for after_word, in_brackets in _UNIT.findall(text_of(cell)):
                stated = (after_word or in_brackets).strip()
                if _10K_YUAN.match(normal_key(stated)):
                    is_stated = True
                elif _MONEY.search(stated):
                    text = (
                        f"the sheet states its unit as '{stated}'; only 10k yuan (万元) is read. Use the table in that "
                        "unit, as the publisher issues it."
                    )
                    raise source.refusal("E_UNIT_MONEY", text, (row_no, column_no))
    if not is_stated:
        text = "the sheet does not state its unit above the table (such as '单位：万元', 10k yuan). Restore that line "
        raise source.refusal("E_UNIT_MONEY", f"{text}from the publisher's copy.")


def _items_right(rows: Rows, header: tuple[int, int], last: int, source: Source) -> tuple[Place, ...]:
    """The columns right of the flows up to gross output, by code or else by label."""
    code_row, label_row = header
    header_text = " ".join(text_of(cell) for row in rows[:code_row] for cell in row[last:]).casefold()
    if any(word in header_text for word in _MOVED):
        raise family_refusal(source, "the table of a single province (it has flows to and from other provinces)")
    found: list[Place] = []
    for no in range(last + 1, len(rows[code_row - 1]) + 1):
        code, label = (text_of(rows[row - 1][no - 1]) for row in (code_row, label_row))
        others = [text_of(row[no - 1]) for row in reversed(rows[: code_row - 1])]
        item = next((known for text in (code, label, *others) if (known := item_of("column", text))), None)
        if item is not None and item not in IGNORED_ITEMS:
            found.append(Place(no, item, label or code))
        elif item is None and any(isinstance(row[no - 1], int | float) for row in rows[code_row:]):
            raise unknown_item(source, (code_row, no), code or label, "column")
        if item == "GO":
            break
    _require_items(found, _REQUIRED_RIGHT, "right of the flows these columns", source)
    return tuple(found)


def _require_items(found: Sequence[Place], required: Sequence[str], where: str, source: Source) -> None:
    codes = [place.code for place in found]
    missing = [item for item in required if item not in codes]
    if missing:
        text = f"{where} are missing: {', '.join(missing)}. Compare with the publisher's copy."
        raise source.refusal("E_ITEM", text)
    repeated = next((code for position, code in enumerate(codes) if code in codes[:position]), None)
    if repeated is not None:
        text = f"{where} stand twice: {repeated}. Delete or relabel one of them."
        raise source.refusal("E_ITEM", text)


def _code_column(rows: Rows, corner: tuple[int, int], expected: set[str], source: Source) -> int:
    """The column left of the flows with the most codes of the header."""
    code_row, first = corner
    counts = [sum(_code(row[c]) in expected for row in rows[code_row:]) for c in range(first - 1)]
    if not counts or not max(counts):
        text = f"no column left of {address(code_row, first)} holds the codes of that row. Restore it from the "
        raise source.refusal("E_LABEL", f"{text}publisher's copy.")
    return counts.index(max(counts)) + 1


def _label_column(rows: Rows, code_row: int, first: int, code_column: int) -> int:
    """The column left of the flows, besides the codes, with the most text: it names the products."""
    texts = {
        c: sum(isinstance(row[c - 1], str) and bool(text_of(row[c - 1])) for row in rows[code_row:])
        for c in range(1, first)
        if c != code_column
    }
    return max(texts, key=lambda c: texts[c], default=code_column)


def _rows_of(
    rows: Rows, code_row: int, columns: tuple[int, int], first: int, source: Source
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """The rows below the header up to total inputs: products by code, items by code or else by label."""
    code_column, label_column = columns
    sellers: list[Place] = []
    items: list[Place] = []
    for row_no in range(code_row + 1, len(rows) + 1):
        row = rows[row_no - 1]
        code, label = _code(row[code_column - 1]), text_of(row[label_column - 1])
        left = [text_of(cell) for cell in row[: first - 1]]
        is_product = _CODE.fullmatch(code) is not None
        item = None if is_product else next((i for text in (code, label, *left) if (i := item_of("row", text))), None)
        if is_product:
            sellers.append(Place(row_no, code, label))
        elif item is not None and item not in IGNORED_ITEMS:
            items.append(Place(row_no, item, label or next((text for text in left if text), "")))
        elif item is None and any(left) and any(isinstance(cell, int | float) for cell in row[first - 1 :]):
            text = code or label or next(text for text in left if text)
            raise unknown_item(source, (row_no, code_column), text, "row")
        if item == "TI":
            break
    _require_items(items, _REQUIRED_BELOW, "below the flows these rows", source)
    return tuple(sellers), tuple(items)


def _require_same_codes(
    sellers: Sequence[Place], columns: Sequence[Place], header: tuple[int, int], source: Source
) -> None:
    """Each code stands once on each axis, and both axes have the same."""
    code_row, code_column = header
    axes = (
        ("row", [seller.code for seller in sellers], [(seller.no, code_column) for seller in sellers]),
        ("column", [column.code for column in columns], [(code_row, column.no) for column in columns]),
    )
    for position, (kind, stated, cells) in enumerate(axes):
        other_kind, others, _ = axes[1 - position]
        for code, cell in zip(stated, cells, strict=True):
            if stated.count(code) > 1:
                text = (
                    f"the code {code} stands on more than one {kind}; tables with a block of imported products are "
                    "not read, use the one with competitive imports."
                )
                raise source.refusal("E_SECTOR_SET", text, cell)
            if code not in others:
                text = (
                    f"the {kind} {code} has no {other_kind} of its own ({len(sellers)} rows, {len(columns)} columns). "
                    "Both axes must name the same products: compare with the publisher's copy."
                )
                raise source.refusal("E_SECTOR_SET", text, cell)


def _other_labels(sellers: Sequence[Place], columns: Sequence[Place], source: Source) -> list[Finding]:
    """Note products whose row and column carry the same code, but other names in the same script."""
    names = {column.code: column for column in columns}
    pairs = [(seller, names[seller.code]) for seller in sellers]
    other = [
        (seller, column)
        for seller, column in pairs
        if seller.label and column.label and normal_key(seller.label) != normal_key(column.label)
        and seller.label.isascii() == column.label.isascii()
    ]  # fmt: skip
    if not other:
        return []
    seller, column = other[0]
    text = (
        f"{len(other)} products have one code but two names, first {seller.code}: row '{seller.label}', column "
        f"'{column.label}'; the code counts."
    )
    return [source.finding("W_LABELS_DIFFER", text, (seller.no, 1))]
