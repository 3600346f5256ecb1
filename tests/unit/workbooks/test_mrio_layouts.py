"""Property: a known table in any layout is read exactly, and a spoilt one is read exactly or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.workbooks.mrio import read_mrio
from visceads.workbooks.mrio_arrays import MrioArrays
from visceads.workbooks.mrio_axis import find_tables
from visceads.workbooks.mrio_cells import arrays_of, places_of, read_cells
from visceads.workbooks.mrio_checks import verify
from visceads.workbooks.mrio_place import Source
from visceads.workbooks.mrio_rows import read_row_axis
from visceads.workbooks.refusal import Refusal

LAYOUTS = ("A", "A_PRIME", "B", "C")
FEW = settings(deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
Rows = list[list[object]]


@dataclass(frozen=True)
class Arrangement:
    """How the rows and columns of a sheet are put, and its labels printed, without a change of what it says.

    Attributes:
        row_provinces: order of the 31 provinces on the rows; likewise the other orders.
        translated: share of the labels that are printed in the other language, by the hash of their text.
        padding: what stands around every label.
        blank_rows: rows without label, empty or with zeros, after these sector rows.
    """

    row_provinces: Sequence[int] = tuple(range(31))
    row_sectors: Sequence[int] = tuple(range(42))
    column_provinces: Sequence[int] = tuple(range(31))
    column_sectors: Sequence[int] = tuple(range(42))
    buyers: Sequence[int] = tuple(range(31))
    categories: Sequence[int] = tuple(range(5))
    items_reversed: bool = False
    translated: frozenset[int] = frozenset()
    padding: str = ""
    blank_rows: Sequence[int] = field(default=())


ARRANGEMENTS = st.builds(
    Arrangement,
    row_provinces=st.permutations(range(31)),
    row_sectors=st.permutations(range(42)),
    column_provinces=st.permutations(range(31)),
    column_sectors=st.permutations(range(42)),
    buyers=st.permutations(range(31)),
    categories=st.permutations(range(5)),
    items_reversed=st.booleans(),
    translated=st.frozensets(st.integers(0, 6)),
    padding=st.sampled_from(["", " ", "  ", "\u3000", "\n"]),
    blank_rows=st.lists(st.integers(0, 1300), max_size=3),
)


def layouts(mrio) -> st.SearchStrategy:
    """The four described layouts, each with its options drawn anew; the title states the year."""
    names = st.sampled_from(LAYOUTS).map(lambda name: getattr(mrio, name))
    options = st.fixed_dictionaries(
        {
            "header_row": st.integers(2, 9),
            "has_tiu": st.booleans(),
            "has_numbers": st.booleans(),
            "has_checks": st.booleans(),
            "is_sparse": st.booleans(),
            "classification": st.sampled_from(codes.CLASSIFICATIONS),
        }
    )
    return st.tuples(names, options).map(lambda drawn: mrio.replace(drawn[0], sheet="Sheet", title="2017", **drawn[1]))


def arranged(mrio, layout, arrangement: Arrangement) -> Rows:
    """The sheet of the known table in a layout, arranged."""
    rows = mrio.rows(layout)
    left, first = layout.label_columns, layout.first_row - 1
    header = rows[layout.header_row - 1]
    right = left + 1302 + layout.has_tiu
    if layout.is_sparse:
        fill_down([header], range(left, left + 1302))
        fill_down([header], range(right, right + 155))
        for block in range(first, first + 1302, 42):
            for row in rows[block : block + 42]:
                row[0] = rows[block][0]
    flows = [left + 42 * p + s for p in arrangement.column_provinces for s in arrangement.column_sectors]
    demand = [right + 5 * p + c for p in arrangement.buyers for c in arrangement.categories]
    items = list(range(right + 155, len(header)))
    tiu = [left + 1302] * layout.has_tiu
    order = [*range(left), *flows, *tiu, *demand, *(reversed(items) if arrangement.items_reversed else items)]
    sellers = [first + 42 * p + s for p in arrangement.row_provinces for s in arrangement.row_sectors]
    rows = [[rows[r][c] for c in order] for r in (*range(first), *sellers, *range(first + 1302, len(rows)))]
    print_labels(layout, rows, arrangement)
    if layout.is_sparse:
        header = rows[layout.header_row - 1]
        for start, width, step in ((left, 1302, 42), (right, 155, 5)):
            blank = [c for c in range(start, start + width) if (c - start) % step]
            for c in blank:
                header[c] = ""
        for k in range(1302):
            rows[first + k][0] = rows[first + k][0] if k % 42 == 0 else ""
    for after in sorted(arrangement.blank_rows, reverse=True):
        rows.insert(first + after + 1, [*[""] * left, *[0.0 if after % 2 else ""] * (len(order) - left)])
    return rows


def fill_down(rows: Rows, columns: range) -> None:
    for row in rows:
        for c in columns:
            row[c] = row[c] or row[c - 1]


def print_labels(layout, rows: Rows, arrangement: Arrangement) -> None:
    """Put labels into the other language and pad them; numbers and codes stay numbers and codes."""
    other = other_language()
    left, first = layout.label_columns, layout.first_row - 1

    def printed(cell: object) -> object:
        if not isinstance(cell, str) or not cell:
            return cell
        if cell in other and sum(map(ord, cell)) % 7 in arrangement.translated:
            cell = other[cell]
        return f"{arrangement.padding}{cell}{arrangement.padding}"

    for r, row in enumerate(rows):
        span = range(len(row)) if layout.header_row - 1 <= r < first else range(left)
        for c in span:
            row[c] = printed(row[c])


def other_language() -> dict[str, str]:
    """Each label in English and Chinese -> the same in the other language."""
    pairs: dict[str, str] = {}
    for name in ("province", "sector_mrio", "mrio_item"):
        seed = codes.seed(name).filter(pl.col("name_en").is_not_null() & pl.col("name_zh").is_not_null())
        for english, chinese in seed.select("name_en", "name_zh").iter_rows():
            pairs |= {english: chinese, chinese: english}
    return pairs


def read(mrio, rows: Rows) -> MrioArrays:
    """Read a sheet in memory and verify it: the path of `read_mrio` without the parsing of a file."""
    (location,) = find_tables(mrio.in_memory({"Sheet": rows}))
    source = Source("MRIO.xlsx", "Sheet")
    places = places_of(location, read_row_axis(rows, location, source), source)
    arrays = arrays_of(read_cells(rows, places), location.classification)
    verify(arrays, places, location.year)
    return arrays


def assert_is_the_table(mrio, arrays: MrioArrays) -> None:
    """Every number is that of the known table; a printed zero that the file leaves blank stays empty."""
    expected = mrio.table(arrays.classification)
    assert np.array_equal(arrays.flows, expected.Z)
    assert np.array_equal(arrays.final_demand, expected.FU)
    assert np.array_equal(arrays.final_imports, expected.final_imports)
    assert {"EX", "ERR", "GO"} <= set(arrays.row_items)
    for item, values in arrays.row_items.items():
        assert np.array_equal(np.nan_to_num(values), expected.row_items[item]), item
    for item, values in arrays.column_items.items():
        assert np.array_equal(np.nan_to_num(values), expected.column_items[item]), item


@FEW
@given(data=st.data())
def test_a_known_table_is_read_exactly_in_any_arrangement_of_any_layout(mrio, data):
    layout = data.draw(layouts(mrio))
    arrays = read(mrio, arranged(mrio, layout, data.draw(ARRANGEMENTS)))
    assert arrays.classification == layout.classification
    assert ("TIU" in arrays.row_items, "CO2" in arrays.column_items) == (layout.has_tiu, layout.has_checks)
    assert_is_the_table(mrio, arrays)


def spoilers(layout) -> dict[str, object]:
    """What goes wrong when people edit a sheet: name -> (rows, row or column k) -> None, in place."""
    left, first = layout.label_columns, layout.first_row - 1
    names = layout.header_row  # the row of sector names, counted from 0

    def exchange_row_labels(rows: Rows, k: int) -> None:
        other = first + (k + 50) % 1302
        rows[first + k][:left], rows[other][:left] = rows[other][:left], rows[first + k][:left]

    def exchange_sector_names(rows: Rows, k: int) -> None:
        a, b = left + k, left + (k + 7) % 1302
        rows[names][a], rows[names][b] = rows[names][b], rows[names][a]

    def delete_column(rows: Rows, k: int) -> None:
        for row in rows:
            del row[left + k]

    def shift_values_right(rows: Rows, k: int) -> None:
        row = rows[first + k]
        row[left:] = [0.0, *row[left:-1]]

    def change_output(rows: Rows, k: int) -> None:
        place = next(c for c, cell in enumerate(rows[names]) if str(cell).strip() in ("Gross output", "总产出"))
        rows[first + k][place] = 7.25 + rows[first + k][place] * 1.01

    return {
        "a sector name is lost": lambda rows, k: rows[first + k].__setitem__(1, ""),
        "a sector name is repeated": lambda rows, k: rows[first + k].__setitem__(1, rows[first + (k + 1) % 1302][1]),
        "a province name is lost": lambda rows, k: rows[first + k].__setitem__(0, ""),
        "a row is deleted": lambda rows, k: rows.__delitem__(first + k),
        "a column is deleted": delete_column,
        "two row labels are exchanged": exchange_row_labels,
        "two sector names are exchanged": exchange_sector_names,
        "a row is shifted by one column": shift_values_right,
        "an output is changed": change_output,
    }


@FEW
@given(data=st.data())
def test_a_spoilt_sheet_is_refused_or_still_says_the_same(mrio, data):
    layout = data.draw(layouts(mrio))
    rows = arranged(mrio, layout, Arrangement())
    kinds = spoilers(layout)
    kind = data.draw(st.sampled_from(sorted(kinds)))
    kinds[kind](rows, data.draw(st.integers(0, 1300)))
    refusal = None
    try:
        arrays = read(mrio, rows)
    except Refusal as raised:
        refusal = raised
    event(f"{kind}: {refusal.code if refusal else 'read'}")
    if refusal is None:
        assert_is_the_table(mrio, arrays)
    else:
        assert refusal.code.startswith("E_")
        assert refusal.message.startswith("MRIO.xlsx")


@pytest.mark.parametrize("name", ["B", "C"])
def test_a_whole_file_in_another_order_is_read_exactly(mrio, tmp_path, name):
    layout = getattr(mrio, name)
    backwards = Arrangement(
        row_provinces=tuple(reversed(range(31))),
        column_sectors=tuple(reversed(range(42))),
        buyers=tuple(reversed(range(31))),
        padding=" ",
        translated=frozenset({1, 2, 3}),
        blank_rows=(41, 500),
    )
    path = mrio.write(tmp_path / "MRIO.xlsx", {layout.sheet: arranged(mrio, layout, backwards)})
    (table,) = read_mrio(path).tables
    assert_is_the_table(mrio, table.arrays)
