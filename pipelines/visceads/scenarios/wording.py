"""Figures, places and changes in words.

Belongs here: numbers with their digits, names beside codes, a change as a sentence. Not here: which figures a summary
shows (`summary`).
"""

from __future__ import annotations

import math
from functools import cache

from visceads import codes
from visceads.accounts.scenario import Change

_DIGITS = 6
_UNITS = {
    "intensity": "t CO2 per million yuan of output",
    "technology": "million yuan per million yuan of output",
    "final_demand": "million yuan",
    "exports": "million yuan",
}
_CATEGORIES = {
    "FU101": "rural households",
    "FU102": "urban households",
    "FU103": "government",
    "FU201": "fixed capital formation",
    "FU202": "changes in inventories",
}


def figure(value: float | None, *, signed: bool = False) -> str:
    """Return a number with about six significant digits and thousands separators; null as 'no data'."""
    if value is None or math.isnan(value):
        return "no data"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    sign = "+" if signed else ""
    if size < -_DIGITS:
        return f"{value:{sign}.3g}"
    return f"{value:{sign},.{max(0, _DIGITS - 1 - size)}f}"


def percent(difference: float | None, base: float | None) -> str:
    """Return a difference in percent of its base; '' where that has no meaning."""
    if difference is None or base is None or base <= 0:
        return ""
    share = 100 * difference / base
    if share == 0:
        return "0 %"
    return f"{share:+.4g} %" if abs(share) < 1000 else f"{share:+,.0f} %"


def province_name(code: str) -> str:
    """Return 'Guangdong (GD)'."""
    return f"{_names('province', 'province_code', 'name_en').get(code, code)} ({code})"


def sector_name(code: str) -> str:
    """Return 'Electricity and heat (power_heat)'."""
    return f"{_names('sector_mrio', 'sector_code', 'short_en').get(code, code)} ({code})"


def change_in_words(change: Change) -> str:
    """Return a change as a line: what, by how much, where."""
    if change.percent is not None:
        amount = f"{change.percent:+g} %"
    else:
        amount = f"{change.absolute or 0.0:+g} {_UNITS[change.kind]}"
    chosen = {key: _listed(key, codes_) for key, codes_ in change.selection.items()}
    if change.kind == "intensity":
        return f"CO2 per unit of output {amount}: {chosen['sectors']} in {chosen['provinces']}"
    if change.kind == "exports":
        return f"exports {amount}: {chosen['sectors']} of {chosen['provinces']}"
    sold = f"{chosen['seller_sectors']} of {chosen['seller_provinces']}"
    if change.kind == "technology":
        return f"inputs {amount}: {sold}, bought by {chosen['buyer_sectors']} of {chosen['buyer_provinces']}"
    return f"final demand {amount}: {sold}, bought by {chosen['categories']} of {chosen['buyer_provinces']}"


def _listed(key: str, chosen: tuple[str, ...] | None) -> str:
    kind = key.rpartition("_")[2]
    if chosen is None:
        return f"all {kind}"
    if kind == "categories":
        return ", ".join(f"{_CATEGORIES.get(code, code)} ({code})" for code in chosen)
    name = province_name if kind == "provinces" else sector_name
    return ", ".join(name(code) for code in chosen)


@cache
def _names(seed: str, code: str, name: str) -> dict[str, str]:
    rows = codes.seed(seed)
    return dict(zip(rows[code], rows[name], strict=True))
