"""Properties of the three inventory readers: the same table in any layout, and never a number that is not there."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visceads.workbooks.co2_inventory import read_co2_inventory
from visceads.workbooks.co2_national import read_co2_national
from visceads.workbooks.energy_inventory import read_energy_inventory
from visceads.workbooks.refusal import Refusal

book = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("inventory_book.py"))))
FAMILIES = {
    "co2_inventory": (book.make_inventory, read_co2_inventory, ["Hunan2012", "Gansu2012"]),
    "energy_inventory": (book.make_energy_inventory, read_energy_inventory, ["Hunan2012", "Gansu2012"]),
    "co2_national": (book.make_national, read_co2_national, ["2010", "2011", "2012"]),
}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as printed": str,
    "underscores": lambda text: text.replace(" ", "_"),
    "blanks": lambda text: text.replace("_", " "),
    "run together": lambda text: text.replace("_", "").replace(" ", ""),
    "capitals": str.upper,
    "small letters": str.lower,
    "padded": lambda text: f"   {text}          ",
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "no-break spaces": lambda text: f"\u00a0{text.replace(' ', chr(0xA0))}\u00a0",
}
SLOW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def relayouts(draw: st.DrawFn, column_count: int, row_count: int) -> object:
    def places(last: int, most: int) -> list[int]:
        return draw(st.lists(st.integers(0, last), max_size=most))

    return book.Relayout(
        order=draw(st.permutations(range(1, column_count + 1))),
        spell=SPELLINGS[draw(st.sampled_from(sorted(SPELLINGS)))],
        blank_rows=places(row_count, 4),
        separators=places(row_count, 4),
        blank_columns=places(column_count, 3),
    )


def laid_out_otherwise(data: st.DataObject, family: str):
    """A valid workbook, some of its sheets laid out otherwise, in another order of sheets."""
    make, _, names = FAMILIES[family]
    inventory = make()
    for name in names:
        rows = inventory.sheets[name]
        inventory.sheets[name] = data.draw(relayouts(len(rows[0]) - 1, len(rows))).of(rows)
    order = data.draw(st.permutations(list(inventory.sheets)))
    inventory.sheets = {name: inventory.sheets[name] for name in order}
    return inventory


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_same_table_is_read_from_any_layout(family, tmp_path):
    make, read, _ = FAMILIES[family]
    plain = read(make().write(tmp_path / "plain.xlsx"))

    @SLOW
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        inventory = laid_out_otherwise(data, family)
        reading = read(inventory.write(tmp_path / "other.xlsx"))
        assert book.values_by_code(reading.cells).equals(book.values_by_code(plain.cells))
        assert reading.content_sha256 == plain.content_sha256
        assert reading.findings == plain.findings
        assert book.misplaced(reading.cells, inventory) == []

    holds()


SPOILERS = st.one_of(
    st.floats(-1e6, 1e6).map(lambda number: round(number, 6)),
    st.sampled_from(["", "n.a.", "0", "-", "Coke", "Urban", "Total Consumption", "Loss", "Mt CO2", "10^4 ton", 0.0, 1]),
)


def outcome_of(read: Callable[[Path], object], path: Path) -> object:
    """What a reader makes of a workbook: its reading, or the refusal; anything else that it raises is an error."""
    try:
        return read(path)
    except Refusal as refusal:
        return refusal


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_spoilt_workbook_is_refused_or_read_as_it_stands(family, tmp_path):
    make, read, names = FAMILIES[family]
    plain = read(make().write(tmp_path / "plain.xlsx"))

    @settings(SLOW, max_examples=30 if family == "co2_national" else 8)
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        inventory = make()
        rows = inventory.sheets[data.draw(st.sampled_from(names))]
        for _ in range(data.draw(st.integers(1, 2))):
            row = data.draw(st.integers(0, len(rows) - 1))
            column = data.draw(st.integers(0, len(rows[row]) - 1))
            rows[row][column] = data.draw(SPOILERS)
        path = inventory.write(tmp_path / "spoilt.xlsx")
        outcome = outcome_of(read, path)
        if isinstance(outcome, Refusal):
            assert outcome.code.startswith("E_")
            assert outcome.message.startswith("spoilt.xlsx")
            return
        assert book.misplaced(outcome.cells, inventory) == []
        codes_and_places = outcome.cells.select(pl.exclude("value", "value_mt"))
        assert codes_and_places.equals(plain.cells.select(pl.exclude("value", "value_mt")))

    holds()
