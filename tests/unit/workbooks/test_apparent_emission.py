"""Apparent emissions, provincial and national: exact reading in any layout, known sums, refusals with their places."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.workbooks.apparent_emission import CELL_SCHEMA, read_apparent_emission
from visceads.workbooks.refusal import Refusal

book = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("inventory_book.py"))))
Rows = list[list[object]]
PROVINCES = codes.inventory_province_codes()
NAMES = dict(codes.seed("province").select("province_code", "name_en").iter_rows())
FUELS = {"raw_coal": "Raw Coal", "crude_oil": "Crude Oil", "natural_gas": "Natural Gas"}
ITEMS = {
    "production": "Indigenous production",
    "import": "Import",
    "export": "Export (-)",
    "move_in": "Move in",
    "move_out": "Move out (-)",
    "stock_decrease": "Stock decrease",
    "loss": "Loss",
    "non_energy_use": "Non-energy use",
}
NOTE = [
    ["Content/内容", "China provincial CO2 emission inventory (by apparent emission accounting method)"],
    ["Timeseries/时间序列", "2012-2013"],
    ["Unit/单位", "Mt\n百万吨"],
]
Table = dict[tuple[str, str], list[float]]
"""(fuel_code, item_code) -> a value a column; sums are exact, since all values are eighths."""


def table_of(size: int, seed: int = 0, factor: float = 1.0) -> Table:
    """Invented values that add up, some 300 Mt a column."""
    table: Table = {}
    for f, fuel in enumerate(FUELS):
        own = {
            "production": [160 / 2**f + (7 * i + seed) % 40 / 8 for i in range(size)],
            "import": [(3 * i + f) % 16 / 8 for i in range(size)],
            "export": [-((5 * i) % 8) / 8 for i in range(size)],
            "move_in": [(11 * i) % 64 / 4 for i in range(size)],
            "move_out": [-((13 * i + f) % 32) / 8 for i in range(size)],
            "stock_decrease": [(i % 9 - 4) / 8 for i in range(size)],
            "loss": [(i % 3) / 8 for i in range(size)],
            "non_energy_use": [(i % 5) / 8 for i in range(size)],
        }
        for item, values in own.items():
            table[fuel, item] = [value * factor for value in values]
        signs = {"loss": -1, "non_energy_use": -1}
        table[fuel, "total"] = [sum(signs.get(item, 1) * table[fuel, item][i] for item in ITEMS) for i in range(size)]
    table["process_cement", "total"] = [(10 + i / 8) * factor for i in range(size)]
    table["total", "total"] = [sum(table[fuel, "total"][i] for fuel in (*FUELS, "process_cement")) for i in range(size)]
    return table


def sheet_of(table: Table, headers: list[object]) -> Rows:
    """A sheet in the published layout: `Items` in B, totals, then three blocks with their name in the first row."""
    rows: Rows = [["", "Items", *headers]]
    for i, (fuel, name) in enumerate(FUELS.items()):
        rows.append(["" if i else "Fossil fuel", f"{name.capitalize()} total", *table[fuel, "total"]])
    rows.append(["Process", "Cement", *table["process_cement", "total"]])
    rows.append(["Total apparent CO2 emissions (mt)", "", *table["total", "total"]])
    for fuel, name in FUELS.items():
        rows.append([""] * (2 + len(headers)))
        listed = [(item, label) for item, label in ITEMS.items() if (fuel, item) in table]
        rows += [["" if i else name, label, *table[fuel, item]] for i, (item, label) in enumerate(listed)]
    return rows


def provincial(years: tuple[int, ...] = (2012, 2013), factor: float = 1.0) -> dict[str, Rows]:
    headers: list[object] = [NAMES[code] for code in PROVINCES]
    return {"NOTE": NOTE, **{str(year): sheet_of(table_of(30, year, factor), headers) for year in years}}


def national(years: tuple[object, ...] = (2012.0, "2013", 2014)) -> dict[str, Rows]:
    table = table_of(len(years), factor=32.0)
    without = {key: values for key, values in table.items() if key[1] not in ("move_in", "move_out")}
    for i in range(len(years)):
        for fuel in FUELS:
            without[fuel, "total"][i] -= table[fuel, "move_in"][i] + table[fuel, "move_out"][i]
        without["total", "total"][i] = sum(without[fuel, "total"][i] for fuel in (*FUELS, "process_cement"))
    return {"Sheet1": sheet_of(without, list(years))}


def written(path: Path, sheets: dict[str, Rows]) -> Path:
    return book.InventoryBook(sheets).write(path)


def refused(path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_apparent_emission(path)
    assert caught.value.message.startswith(path.name)
    assert caught.value.message.endswith(".")
    return caught.value


def as_dict(cells: pl.DataFrame) -> dict[tuple[object, ...], float | None]:
    return {tuple(row[:-1]): row[-1] for row in cells.select(list(CELL_SCHEMA)[:5]).iter_rows()}


def test_provincial_cells_stand_where_they_say(tmp_path):
    sheets = provincial()
    reading = read_apparent_emission(written(tmp_path / "a.dat", sheets))
    assert (reading.family, reading.periods) == ("apparent_provincial", ("2012", "2013"))
    assert reading.cells.schema == CELL_SCHEMA
    assert len(reading.cells) == 2 * 30 * 29
    for row in reading.cells.iter_rows(named=True):
        assert sheets[row["sheet"]][row["row_no"] - 1][row["column_no"] - 1] == row["value_mt"]
        assert sheets[row["sheet"]][0][row["column_no"] - 1] == NAMES[row["province_code"]]
        assert row["sheet"] == str(row["year"])
    table = table_of(30, 2013)
    for fuel, item in table:
        own = reading.cells.filter(pl.col("year") == 2013, pl.col("fuel_code") == fuel, pl.col("item_code") == item)
        assert own["value_mt"].to_list() == table[fuel, item]
    assert [identity.code for identity in reading.identities] == ["apparent_sources_add_up", "apparent_items_add_up"]
    assert all(identity.worst == 0 for identity in reading.identities)
    assert [finding.code for finding in reading.findings] == ["W_EXTENSION"]


def test_national_cells_have_the_code_of_the_nation_and_no_trade_within(tmp_path):
    sheets = national()
    reading = read_apparent_emission(written(tmp_path / "a.xlsx", sheets))
    assert (reading.family, reading.periods) == ("apparent_national", ("2012", "2013", "2014"))
    assert len(reading.cells) == 3 * 23
    assert set(reading.cells["province_code"]) == {"CN"}
    assert not reading.cells["item_code"].is_in(["move_in", "move_out"]).any()
    for row in reading.cells.iter_rows(named=True):
        assert sheets["Sheet1"][row["row_no"] - 1][row["column_no"] - 1] == row["value_mt"]
        assert row["year"] == 2010 + row["column_no"] - 1
    sheets["Sheet1"][-1][3] += 1.0
    assert "natural gas of China 2013 is" in refused(written(tmp_path / "b.xlsx", sheets)).message


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_layout_gives_the_table(tmp_path_factory, data):
    """Columns in any order, padded and recased labels, blank and titled rows, phantom columns, moved to the right."""
    order = data.draw(st.permutations(range(30)))
    table = table_of(30, 2012)
    aliases = {code: [NAMES[code]] for code in PROVINCES}
    for row in codes.seed("province_alias").iter_rows(named=True):
        aliases.get(row["province_code"], []).append(row["alias"])
    dress = data.draw(st.sampled_from([str.upper, str.lower, str.title, lambda text: f"  {text}\u3000"]))
    headers = [dress(data.draw(st.sampled_from(aliases[PROVINCES[i]]))) for i in order]
    rows = sheet_of({key: [values[i] for i in order] for key, values in table.items()}, headers)
    rows = [[dress(cell) if isinstance(cell, str) and cell else cell for cell in row] for row in rows]
    for _ in range(data.draw(st.integers(0, 3))):
        separator = data.draw(st.sampled_from([[""] * 32, ["", 0.0, *[7.5] * 30], ["", "", *[0.0] * 30]]))
        rows.insert(data.draw(st.integers(1, len(rows))), list(separator))
    rows = [[*row, "", ""] for row in rows]
    rows[data.draw(st.integers(1, len(rows) - 1))][-1] = 3.5
    rows = [["x"] if data.draw(st.booleans()) else [], *rows] if data.draw(st.booleans()) else rows
    name = data.draw(st.sampled_from(["2012", " 2012 ", "Apparent2012"]))
    folder = tmp_path_factory.mktemp("layout")
    reading = read_apparent_emission(written(folder / "a.xlsx", {name: rows}))
    expected = {(PROVINCES[i], 2012, *key): values[i] for key, values in table.items() for i in range(30)}
    assert as_dict(reading.cells) == expected
    plain = read_apparent_emission(written(folder / "b.xlsx", {"2012": provincial()["2012"]}))
    assert reading.content_sha256 == plain.content_sha256


@settings(max_examples=15, deadline=None)
@given(row=st.integers(1, 32), column=st.integers(2, 31), change=st.sampled_from([0.001, -0.5, 40.0, "", "12"]))
def test_a_changed_number_never_passes(tmp_path_factory, row, column, change):
    sheets = {"2012": [list(line) for line in provincial()["2012"]]}
    cell = sheets["2012"][row][column]
    assume(cell != "")
    sheets["2012"][row][column] = change if isinstance(change, str) else cell + change
    path = written(tmp_path_factory.mktemp("change") / "a.xlsx", sheets)
    # An empty cell is no number: it stays empty, and counts as zero where a sum contains it.
    if change == "" and (cell == 0 or row == 5):
        reading = read_apparent_emission(path)
        assert reading.cells["value_mt"].null_count() == 1
        assert reading.findings[0].code == "W_EMPTY_CELL"
    else:
        assert refused(path).code in ("E_TOTALS", "E_NOT_NUMBER", "E_NEGATIVE", "E_EXPORT_SIGN")


def spoilt(path: Path, change: Callable[[dict[str, Rows]], object]) -> Refusal:
    sheets = {name: [list(row) for row in rows] for name, rows in provincial().items()}
    change(sheets)
    return refused(written(path, sheets))


@pytest.mark.parametrize(
    ("place", "value", "verdict", "words"),
    [
        ((0, 4), "Hebie", ("E_LABEL", "E1"), "column header 'Hebie' is no province"),
        ((0, 4), "Tianjin", ("E_PROVINCE_SET", "E1"), "Tianjin occurs twice, first in D1"),
        ((0, 4), "Tibet", ("E_PROVINCE_SET", "C1"), "29 of the 30 provinces are there; missing Hebei; not expected"),
        ((0, 31), "", ("E_PROVINCE_SET", "C1"), "missing Xinjiang"),
        ((8, 1), "Imprt", ("E_LABEL", "B9"), "label 'Imprt' is in no alias table"),
        ((8, 1), "Loss", ("E_ITEM", "B14"), "'Loss' of raw coal occurs twice, first in row 9"),
        ((8, 1), "", ("E_ITEM", ""), "1 row(s) of the table are missing: raw coal (import)"),
        ((16, 0), "Crude", ("E_LABEL", "B17"), "'Indigenous production' stands in no fuel's block"),
        ((16, 0), "", ("E_ITEM", "B17"), "'Indigenous production' of raw coal occurs twice"),
        ((7, 5), "1,5", ("E_NOT_NUMBER", "F8"), "'1,5' is no number"),
        ((7, 5), True, ("E_NOT_NUMBER", "F8"), "'True' is no number"),
        ((8, 5), -1.0, ("E_NEGATIVE", "F9"), "'import' of raw coal is -1 Mt for Shanxi 2013 and cannot be negative"),
        ((9, 5), 2.0, ("E_EXPORT_SIGN", "F10"), "'export' of raw coal is 2 Mt for Shanxi 2013; this account stores"),
        ((5, 2), 999.0, ("E_TOTALS", "C6"), "all sources of Beijing 2013 is 999.000000 Mt, but its parts sum"),
        ((20, 2), -99.0, ("E_TOTALS", "C3"), "the total of crude oil of Beijing 2013"),
    ],
)
def test_a_spoilt_sheet_is_refused_with_its_place(tmp_path, place, value, verdict, words):
    def change(sheets: dict[str, Rows]) -> None:
        sheets["2013"][place[0]][place[1]] = value

    refusal = spoilt(tmp_path / "a.xlsx", change)
    assert (refusal.code, refusal.sheet, refusal.cell) == (verdict[0], "2013", verdict[1])
    assert words in refusal.message


@pytest.mark.parametrize(
    ("result", "code", "words"),
    [("#REF!", "E_ERROR_CELLS", "the first is C8"), ("", "E_EMPTY_CELL", "were saved without a result")],
)
def test_error_cells_and_uncomputed_formulas_are_refused(tmp_path, result, code, words):
    def change(sheets: dict[str, Rows]) -> None:
        sheets["2013"][7][2] = book.Formula(result)

    refusal = spoilt(tmp_path / "a.xlsx", change)
    assert refusal.code == code
    assert words in refusal.message


def test_doubtful_years_are_refused(tmp_path):
    refusal = spoilt(tmp_path / "a.xlsx", lambda sheets: sheets.update({"2014": sheets["2012"]}))
    assert (refusal.code, refusal.cell) == ("E_YEAR_CONFLICT", "B2")
    assert "the note says 2012-2013, but there are values of 2014" in refusal.message
    refusal = spoilt(tmp_path / "b.xlsx", lambda sheets: sheets.update({"again2012": sheets["2012"]}))
    assert "sheets '2012' and 'again2012' are both of 2012" in refusal.message
    refusal = spoilt(tmp_path / "c.xlsx", lambda sheets: sheets["2013"].insert(0, ["Emissions of 2011"]))
    assert refusal.code == "E_YEAR_CONFLICT"
    assert "name and title of the sheet say 2011 and 2013" in refusal.message
    refusal = spoilt(tmp_path / "d.xlsx", lambda sheets: sheets.update({"Sheet1": sheets.pop("2012")}))
    assert refusal.code == "E_YEAR_UNKNOWN"
    twice = national((2012, 2012))
    assert refused(written(tmp_path / "e.xlsx", twice)).code == "E_YEAR_CONFLICT"
    mixed = national((2012, 2013, "Mean"))
    assert "column header 'Mean' is no year" in refused(written(tmp_path / "f.xlsx", mixed)).message


def test_a_sheet_without_year_takes_that_of_its_title_or_the_note(tmp_path):
    rows = provincial()["2012"]
    path = written(tmp_path / "a.xlsx", {"Sheet1": [["Apparent emissions, 2012"], *rows]})
    assert read_apparent_emission(path).periods == ("2012",)
    path = written(tmp_path / "b.xlsx", {"NOTE": [["Timeseries", 2012.0]], "Sheet1": rows})
    assert read_apparent_emission(path).periods == ("2012",)


def test_other_units_are_refused(tmp_path):
    sheets = provincial(factor=1000.0)
    refusal = refused(written(tmp_path / "a.xlsx", sheets))
    assert (refusal.code, refusal.sheet, refusal.cell) == ("E_UNIT_CO2", "2012", "C6")
    assert "times the nation's 9,081 Mt of 2012 by sectors; they cannot be million tonnes" in refusal.message
    sheets = {**provincial(), "NOTE": [["Unit/单位", "kt\n千吨"]]}
    refusal = refused(written(tmp_path / "b.xlsx", sheets))
    assert (refusal.code, refusal.sheet, refusal.cell) == ("E_UNIT_CO2", "NOTE", "B1")
    assert "the unit is 'kt 千吨'" in refusal.message


def test_other_workbooks_are_refused(tmp_path):
    sheets = {**provincial(), "NOTE": [["Content", "China city emission data"]]}
    assert refused(written(tmp_path / "a.xlsx", sheets)).code == "E_NOTE_CONFLICT"
    refusal = refused(written(tmp_path / "b.xlsx", {"x": [["y"]]}))
    assert refusal.code == "E_UNKNOWN_LAYOUT"
    assert "none of its sheets ('x') has the header 'Items'" in refusal.message
    refusal = spoilt(tmp_path / "c.xlsx", lambda sheets: sheets["2012"].pop(0))
    assert (refusal.code, refusal.sheet) == ("E_UNKNOWN_LAYOUT", "2012")
    refusal = refused(written(tmp_path / "d.xlsx", {**provincial(), **national((2001, 2002))}))
    assert refusal.code == "E_UNKNOWN_LAYOUT"
    assert "the nation and the provinces come in two workbooks" in refusal.message


def test_what_users_should_know_is_found(tmp_path):
    sheets = {name: [list(row) for row in rows] for name, rows in provincial().items()}
    sheets["NOTE"][1][1] = "2011-2013"
    sheets["NOTE"].append(["SYNTHETIC data"])
    sheets["Sum"] = [["Beijing", 1.0]]
    for i in (1, 2, 3, *range(7, 15), *range(16, 24), *range(25, 33)):
        sheets["2013"][i][30] = 0.0
    sheets["2013"][5][30] = sheets["2013"][4][30]
    for i in range(1, len(sheets["2012"])):
        sheets["2012"][i] = [*sheets["2012"][i][:31], ""]
    reading = read_apparent_emission(written(tmp_path / "a.xlsx", sheets))
    assert reading.is_synthetic
    found = {finding.code: finding for finding in reading.findings}
    assert set(found) == {"W_SHEET_IGNORED", "W_YEAR_MISSING", "W_EMPTY_CELL", "W_NO_ENERGY_DATA"}
    assert "29 cell(s) are empty, the first for Xinjiang 2012" in found["W_EMPTY_CELL"].message
    missing = [finding for finding in reading.findings if finding.code == "W_NO_ENERGY_DATA"]
    assert [(finding.sheet, finding.cell) for finding in missing] == [("2012", "AF2"), ("2013", "AE2")]
    assert "coal, oil and gas of Ningxia 2013 are all zero or empty" in missing[1].message
    assert "but there are no values of 2011" in found["W_YEAR_MISSING"].message
    copies = {"2012": provincial()["2012"], "2013": provincial()["2012"]}
    reading = read_apparent_emission(written(tmp_path / "b.xlsx", copies))
    assert [finding.code for finding in reading.findings] == ["W_SAME_NUMBERS"]


@pytest.mark.real_data
def test_the_published_workbook(real_data):
    """Sums of 30 provinces in Mt, computed beforehand from the published workbook to one decimal."""
    reading = read_apparent_emission(next((real_data / "ceads" / "apparent").glob("*.xlsx")))
    assert reading.periods == tuple(str(year) for year in range(1997, 2023))
    assert (len(reading.cells), reading.cells["value_mt"].null_count()) == (26 * 870, 0)
    total = reading.cells.filter(pl.col("fuel_code") == "total")
    sums = dict(total.group_by("year").agg(pl.col("value_mt").sum()).iter_rows())
    assert [sums[year] for year in (2012, 2017, 2022)] == pytest.approx([10_564.8, 11_553.3, 13_402.5], abs=0.05)
    shanxi = total.filter(pl.col("province_code") == "SX", pl.col("year") == 2017)
    assert shanxi["value_mt"].to_list() == pytest.approx([1521], abs=0.5)
    assert all(identity.worst < 1e-6 for identity in reading.identities)
    assert [finding.code for finding in reading.findings] == ["W_NO_ENERGY_DATA"] * 4
    words = ["Ningxia 2000", "Ningxia 2001", "Hainan 2002", "Ningxia 2002"]
    assert all(word in finding.message for word, finding in zip(words, reading.findings, strict=True))
