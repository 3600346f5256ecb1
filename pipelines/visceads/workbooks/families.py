"""The layouts that circulate, each known by the first rows of its sheets: which one a workbook is.

Belongs here: one predicate a family, on content alone, and what an unknown workbook comes nearest to. Not
here: the provincial input-output tables, whose axes are found by `mrio_axis`, and reading any values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visceads.codes import code_of, fuel_of_header, normal_key, province_of
from visceads.workbooks.inventory_layout import (
    inventory_layout,
    inventory_layouts,
    is_tibet_inventory,
    province_and_year,
)
from visceads.workbooks.note_sheet import YEAR, Note, is_note
from visceads.workbooks.sheets import Sheet

TITLES = {
    "co2_inventory": "provincial CO2 inventory",
    "co2_national": "national CO2 inventory",
    "energy_inventory": "energy inventory",
    "apparent_provincial": "apparent CO2 emissions by province",
    "apparent_national": "apparent CO2 emissions, national",
    "city_vector": "CO2 emissions of cities, one total a year",
    "city_182": "CO2 inventory of 182 cities",
    "tibet_2014": "Tibet 2014 activity inventory (thousand tonnes, 7 fuels)",
    "mrio": "provincial multi-regional input-output table",
    "national_io_table": "national input-output table of the National Bureau of Statistics",
    "nbs_series": "yearly series by province of the National Bureau of Statistics",
    "nbs_panel": "panel of yearly indicators of the National Bureau of Statistics",
}
"""Family -> what it is in words."""

_PRODUCT_CODE = re.compile(r"\d{2,5}[a-z]?")
_FEWEST_SECTORS = 42


@dataclass(frozen=True)
class Match:
    """A family that a workbook belongs to, with the periods its sheets name."""

    family: str
    periods: tuple[str, ...]


@dataclass(frozen=True)
class Nearest:
    """What an unknown workbook comes nearest to: the family, or '', and what it lacks to be one."""

    family: str
    missing: tuple[str, ...]


def match_family(heads: Sequence[Sheet], note: Note) -> Match | None:
    """Return the family of a workbook by its first rows, or None; provincial MRIO tables are not tried.

    Args:
        heads: the first rows (20 or more) of every visible sheet.
        note: what its note says.
    """
    for predicate in _PREDICATES:
        match = predicate(heads, note)
        if match is not None:
            return match
    return None


def nearest_family(heads: Sequence[Sheet]) -> Nearest:
    """Return which family an unknown workbook comes nearest to, by the share of its marks that it has."""
    best, best_share = Nearest("", ()), 0.0
    for family, marks in _MARKS.items():
        missing = tuple(words for words, has in marks if not any(has(sheet) for sheet in heads))
        share = 1 - len(missing) / len(marks)
        if share > best_share:
            best, best_share = Nearest(family, missing), share
    return best


def _tibet(heads: Sequence[Sheet], note: Note) -> Match | None:
    if is_tibet_inventory(heads) or normal_key(note.content).startswith("tibetenergy"):
        return Match("tibet_2014", ("2014",))
    return None


def _city_vector(heads: Sequence[Sheet], note: Note) -> Match | None:
    years: set[str] = {str(year) for year in note.years}
    found = False
    for sheet in heads:
        header = _texts(sheet.rows[0]) if sheet.rows else []
        keys = [normal_key(text) for text in header]
        if keys[:4] == ["id", "city", "year", "emission"]:
            found = True
        elif keys[:1] == ["city"] and len(keys) > 1 and all(YEAR.fullmatch(text) for text in header[1:]):
            found = True
            years = years or set(header[1:])
    return Match("city_vector", tuple(sorted(years))) if found else None


def _city_182(heads: Sequence[Sheet], _: Note) -> Match | None:
    by_name = {normal_key(sheet.name): sheet for sheet in heads}
    if "energy" not in by_name or "sector" not in by_name:
        return None
    keys = {normal_key(text) for row in by_name["energy"].rows[:3] for text in _texts(row)}
    return Match("city_182", ()) if {"ename", "cname", "total"} <= keys else None


def _national_table(heads: Sequence[Sheet], _: Note) -> Match | None:
    for sheet in heads:
        for row in sheet.rows:
            texts = _texts(row)
            codes = [text for text in texts if _PRODUCT_CODE.fullmatch(text)]
            if len(codes) >= _FEWEST_SECTORS and len(codes) == len(set(codes)) and "TIU" in texts:
                years = sorted({*YEAR.findall(sheet.name), *YEAR.findall(" ".join(_texts(sheet.rows[0])))})
                return Match("national_io_table", tuple(years))
    return None


def _inventory(heads: Sequence[Sheet], _: Note) -> Match | None:
    layouts = inventory_layouts(heads)
    if not layouts:
        return None
    names = [layout.sheet.name for layout in layouts]
    are_years = all(YEAR.fullmatch(name) for name in names)
    years = sorted({str(year) for year in (province_and_year(name)[1] for name in names) if year is not None})
    if all(layout.account == "energy" for layout in layouts):
        return Match("energy_inventory", tuple(years))
    return Match("co2_national" if are_years else "co2_inventory", tuple(years))


def _apparent(heads: Sequence[Sheet], note: Note) -> Match | None:
    for sheet in heads:
        for row in sheet.rows[:3]:
            texts = _texts(row)
            if "items" not in {normal_key(text) for text in texts[:2]}:
                continue
            if sum(province_of(text) is not None for text in texts) >= 30:
                named = {head.name for head in heads if YEAR.fullmatch(head.name)}
                return Match("apparent_provincial", tuple(sorted(named or {str(year) for year in note.years})))
            years = [text for text in texts if YEAR.fullmatch(text)]
            if len(years) > 1:
                return Match("apparent_national", tuple(sorted(years)))
    return None


_PREDICATES: tuple[Callable[[Sequence[Sheet], Note], Match | None], ...] = (
    _tibet,
    _city_vector,
    _city_182,
    _national_table,
    _inventory,
    _apparent,
)
"""In this order: the first match wins, since city workbooks have sheets laid out like those of a province."""


def _texts(row: Sequence[object]) -> list[str]:
    """Return the non-empty cells of a row as text, whole numbers without '.0'."""
    texts = []
    for cell in row:
        text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
        if text:
            texts.append(text)
    return texts


def _some_row(test: Callable[[list[str]], bool]) -> Callable[[Sheet], bool]:
    return lambda sheet: not is_note(sheet.name) and any(test(_texts(row)) for row in sheet.rows)


def _counts(resolve: Callable[[str], object], fewest: int) -> Callable[[Sheet], bool]:
    return _some_row(lambda texts: sum(resolve(text) is not None for text in texts) >= fewest)


_MARKS: dict[str, tuple[tuple[str, Callable[[Sheet], bool]], ...]] = {
    "co2_inventory": (
        ("a row of fuel headers (Raw Coal ... Natural Gas, Process)", _counts(fuel_of_header, 10)),
        (
            "a row of units 'Mt CO2' right below it",
            lambda sheet: inventory_layout(sheet) is not None,
        ),
        ("sheets named after provinces", lambda sheet: province_and_year(sheet.name)[0] is not None),
    ),
    "mrio": (
        (
            "a sheet with 31 x 42 sector columns",
            _some_row(lambda texts: len(texts) >= 1302),
        ),
        (
            "a header row of the 42 sectors",
            _counts(lambda text: code_of("mrio", text), _FEWEST_SECTORS),
        ),
        ("a header row of the 31 provinces", _counts(province_of, 31)),
    ),
    "apparent_provincial": (
        (
            "a header row that begins with 'Items'",
            _some_row(lambda texts: "Items" in texts[:2]),
        ),
        ("the 30 provinces in that row", _counts(province_of, 30)),
    ),
    "national_io_table": (
        (
            "a row of product or sector codes",
            _some_row(lambda texts: sum(_PRODUCT_CODE.fullmatch(text) is not None for text in texts) >= 42),
        ),
        ("a column with the code TIU in that row", _some_row(lambda texts: "TIU" in texts)),
    ),
}
