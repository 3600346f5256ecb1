"""Ranges of cells on a sheet: what is named is exactly what is meant."""

from __future__ import annotations

import re

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.tracing.cells import PLACE_SCHEMA, place_name, ranges_of
from visceads.tracing.origins import Block

BLOCK = Block("co2_inventory", "r", {"year": (2017,)})
CELL = re.compile(r"([A-Z]+)([0-9]+)")


def column_no(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cells_named(address: str) -> list[tuple[int, int]]:
    """Every cell of 'B5:C6, E5'."""
    found = []
    for part in address.split(", "):
        corners = [(int(row), column_no(letters)) for letters, row in CELL.findall(part)]
        (top, left), (bottom, right) = corners[0], corners[-1]
        found += [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    return found


def frame(places: set[tuple[int, int]], value: float = 1.0) -> pl.DataFrame:
    rows = [("sheet", row, column, value) for row, column in sorted(places)]
    return pl.DataFrame(rows, schema=PLACE_SCHEMA, orient="row")


@settings(max_examples=100, deadline=None)
@given(st.sets(st.tuples(st.integers(1, 12), st.integers(24, 32)), min_size=1, max_size=60))
def test_a_range_names_each_of_its_cells_once_and_no_other(places: set[tuple[int, int]]):
    (found,) = ranges_of(None, BLOCK, frame(places))  # type: ignore[arg-type]
    assert sorted(cells_named(found.address)) == sorted(places)
    assert found.cells == found.filled == len(places)


def test_zero_and_empty_cells_are_counted_but_not_as_filled():
    cells = pl.concat([frame({(1, 1)}, 0.0), frame({(2, 1)}), frame({(3, 1)}).with_columns(value=None)])
    (found,) = ranges_of(None, BLOCK, cells.cast(PLACE_SCHEMA))  # type: ignore[arg-type]
    assert (found.address, found.cells, found.filled) == ("A1:A3", 3, 1)


def test_places_of_sheets_csv_files_and_seeds():
    assert place_name(BLOCK, "Guangdong2017", 43, 2) == "B43"
    assert place_name(Block("nbs_series", "r", {}), "", 19, 7) == "line 19, field 7"
    assert place_name(Block("seed nbs_province_year", "", {}, "population_10k"), "", 9, 6) == (
        "line 9, column population_10k"
    )
