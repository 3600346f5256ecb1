"""One label of a provincial multi-regional table -> a code: sector numbers, sectors, provinces, items.

Belongs here: what a single cell of an axis means. Not here: where the axes lie (`mrio_axis`, `mrio_rows`).
Labels resolve by exact normal keys through the seeds only; nothing is guessed from likeness.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from visceads import codes

FINAL_DEMAND_CODES = ("FU101", "FU102", "FU103", "FU201", "FU202")
"""Final demand of one province, in table order: rural, urban, government, fixed capital, inventories."""

IGNORED_ITEMS = frozenset({"CHK_ERR", "CHK_GO", "GI"})
"""Check columns and rows that repeat what the identities say."""

_SECTOR_NUMBER = re.compile(r"0?[1-9]|[1-9][0-9]")


@dataclass(frozen=True)
class Label:
    """What a label means.

    Attributes:
        code: the province or sector code.
        is_repaired: whether the print is corrupted ('nan' replaced by '0', as in `He0` and `Fi0ce`).
    """

    code: str
    is_repaired: bool


def text_of(cell: object) -> str:
    """The cell as stripped text; a whole number without its decimals, an empty cell as ''."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip() if cell is not None else ""


def sector_number(cell: object) -> str | None:
    """The two-digit sector number '01'..'99' that a code cell states as '01', '1' or 1.0; else None."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    if isinstance(cell, float) and not 1 <= cell <= 99:
        return None  # nearly every cell of a table: the search for numbers looks at its first rows too
    text = text_of(cell)
    return text.zfill(2) if _SECTOR_NUMBER.fullmatch(text) else None


@lru_cache(maxsize=8192)
def sector_label(text: str) -> Label | None:
    """The sector that a label names in any known spelling, Chinese or English; None if it names none."""
    return _label(text, lambda label: codes.code_of("mrio", label))


@lru_cache(maxsize=8192)
def province_label(text: str) -> Label | None:
    """The province that a label names in any known spelling; None if it names none."""
    return _label(text, codes.province_of)


def _label(text: str, resolve: Callable[[str], str | None]) -> Label | None:
    if not text:
        return None
    # A zero among letters is the trace of the publisher's replacement, also where the alias list knows the result.
    is_corrupted = "0" in text and any(character.isalpha() for character in text)
    code = resolve(text)
    if code is None and is_corrupted:
        code = resolve(text.replace("0", "nan"))
    return None if code is None else Label(code, is_corrupted)


@lru_cache(maxsize=8192)
def item_of(axis: str, text: str) -> str | None:
    """The item code of a row or column outside the block of flows, by its code or else by its label.

    Args:
        axis: 'row' or 'column'.
        text: what a header or label cell says.

    Returns:
        A code of the seed `mrio_item`, or None.
    """
    return _item_keys(axis).get(codes.normal_key(text)) if text else None


@cache
def _item_keys(axis: str) -> dict[str, str]:
    items = codes.seed("mrio_item").filter(codes.seed("mrio_item")["axis"] == axis)
    keys: dict[str, str] = {}
    for item in items.iter_rows(named=True):
        printed = [item["item_code"], item["name_en"], item["name_zh"]]
        for variants in (item["label_variants_en"], item["label_variants_zh"]):
            printed += variants.split("|") if variants else []
        for text in printed:
            keys.setdefault(codes.normal_key(text), item["item_code"])
    return keys
