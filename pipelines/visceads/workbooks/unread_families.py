"""Families that are recognised and have no place in this lake: why each of them is refused.

Belongs here: one sentence a family. Not here: how they are recognised (`families`), and layouts that nobody knows.
"""

from __future__ import annotations

from pathlib import Path

from visceads.workbooks.refusal import Refusal

_REASONS = {
    "tibet_2014": (
        "E_TIBET_LAYOUT",
        "this is the Tibet 2014 activity inventory (thousand tonnes, 7 fuels and processes by kind of activity); it "
        "has no 47 sector rows and cannot be appended to the 30 provinces. Take it out of the folder; Tibet stays "
        "without emissions",
    ),
    "city_182": (
        "E_CITY_WORKBOOK",
        "this is the CO2 inventory of 182 cities (a sheet a city, laid out like the sheet of a province, and no series "
        "by year); it belongs to no table here and must not be taken for provinces. Take it out of the folder; of city "
        "workbooks only the yearly totals of 290 cities (sheets 'emission vector' and 'emission matrix') are read",
    ),
}
"""Family -> code and reason."""


def unread_family_refusal(path: Path, family: str) -> Refusal | None:
    """Return why a workbook of a recognised family is not loaded, or None if the family is not one of these.

    Args:
        path: the workbook.
        family: a key of `families.TITLES`.
    """
    if family not in _REASONS:
        return None
    code, reason = _REASONS[family]
    return Refusal(code, f"{path.name}: {reason}.")
