"""Words of the field -> codes, for the keys of published tables: any spelling of the code lists, or the code itself.

Belongs here: which seed knows the values of a key column, and their names. Not here: which rows exist (`rows`).
"""

from __future__ import annotations

from functools import cache

from visceads import codes

_NAMES = {
    "province_code": ("province", ("name_en", "name_zh", "name_zh_full", "name_en_short")),
    "inventory_code": ("sector_inventory", ("label_emission_file", "label_energy_file", "name_zh")),
    "fuel_code": ("fuel", ("name_en", "name_zh")),
    "sector_code": ("sector_mrio", ("name_en", "name_zh", "short_en", "short_zh")),
    "harmonised_code": ("sector_harmonised", ("name_en", "name_zh", "short_en", "short_zh")),
    "item_code": ("mrio_item", ("name_en", "name_zh")),
    "indicator_code": ("indicator", ("name_en", "name_zh", "prototype_code")),
}
"""Code column -> the seed that lists its codes, and the columns of that seed that name them."""

_SCHEMES = {
    "inventory_code": ("inventory", "inventory_total", "energy_balance"),
    "sector_code": ("mrio",),
}
"""Code column -> schemes of the alias seed with further spellings."""


def kind_of(column: str) -> str:
    """Return the code column whose list a key column draws on: 'seller_province_code' -> 'province_code'."""
    if column in {"category_code", "item_code"}:
        return "item_code"
    return next((kind for kind in _NAMES if column == kind or column.endswith(f"_{kind}")), "")


def has_code_list(column: str) -> bool:
    """Whether a seed lists codes for a key column; ids, products and cities have none."""
    return bool(kind_of(column)) or column == "buyer_code"


def is_listed_whole(column: str) -> bool:
    """Whether a code list has every code that a key column may hold; of rows and fuels some tables have more."""
    return kind_of(column) in {"province_code", "sector_code"}


def code_of_label(column: str, label: str) -> str | None:
    """Return the code that a label means in a key column, or None if the code lists do not know it.

    Args:
        column: the key column, such as `seller_sector_code`; `buyer_code` holds sectors and categories.
        label: a code in any case, or a name in any spelling of the code lists.
    """
    if column == "buyer_code":
        return code_of_label("sector_code", label) or code_of_label("item_code", label)
    kind = kind_of(column)
    if not kind:
        return None
    if code := _codes_by_key(kind).get(codes.normal_key(label)):
        return code
    if kind == "province_code":
        return codes.province_of(label)
    if kind == "fuel_code":
        return codes.fuel_of_header(label)
    found = (codes.code_of(scheme, label) for scheme in _SCHEMES.get(kind, ()))
    return next((code for code in found if code is not None), None)


def name_of(column: str, code: str) -> str:
    """Return the English name of a code, or '' if its list has none."""
    if column == "buyer_code":
        return name_of("sector_code", code) or name_of("item_code", code)
    kind = kind_of(column)
    return _names(kind).get(code, "") if kind else ""


@cache
def _codes_by_key(kind: str) -> dict[str, str]:
    """Normal key -> code: the codes first, then the names; a name that means two codes means neither."""
    seed, columns = _NAMES[kind]
    rows = codes.seed(seed)
    keys: dict[str, set[str]] = {}
    variants = [name for name in rows.columns if name.startswith("label_variants")]
    for row in rows.iter_rows(named=True):
        names = [row[column] for column in columns]
        names += [label for column in variants for label in (row[column] or "").split("|")]
        for name in filter(None, names):
            keys.setdefault(codes.normal_key(name), set()).add(row[kind])
    by_name = {key: found.copy().pop() for key, found in keys.items() if len(found) == 1 and key}
    return by_name | {codes.normal_key(code): code for code in rows[kind]}


@cache
def _names(kind: str) -> dict[str, str]:
    seed, columns = _NAMES[kind]
    rows = codes.seed(seed)
    return {code: name for code, name in zip(rows[kind], rows[columns[0]], strict=True) if name}
