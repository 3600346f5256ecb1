"""Yearly emissions of cities: exact reading of both sheets, the municipalities as a witness, refusals with places."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.workbooks.city_emission import CELL_SCHEMA, read_city_vector
from visceads.workbooks.city_sheets import split_city
from visceads.workbooks.refusal import Refusal

book = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("inventory_book.py"))))
Rows = list[list[object]]
YEARS = (2010, 2011, 2012, 2015)
NOTE = [
    ["Content/内容", "China city emission data\n中国城市排放数据"],
    ["Timeseries/时间序列", "2010-2015"],
    ["Unit/单位", "million tones\n百万吨"],
]
Cities = dict[str, dict[int, float]]


def published(province_code: str, year: int) -> float:
    """The total of a municipality's inventory in the release V2, or an invented one of a year that is not published."""
    rows = codes.seed("co2_province_year_published").filter(
        pl.col("vintage") == "V2", pl.col("province_code") == province_code, pl.col("year") == str(year)
    )
    return float(rows["co2_mt"][0]) if len(rows) else 97.5


def cities() -> Cities:
    return {
        "北京": {year: published("BJ", year) for year in YEARS},
        "吉林吉林": {2010: 41.25, 2011: 42.5, 2012: 43.125, 2015: 39.0},
        "吉林长春": {2010: 60.5, 2012: 61.0},
        "内蒙古乌兰察布": {2015: 51.75},
        "重庆": {year: published("CQ", year) for year in YEARS},
    }


def vector_of(table: Cities) -> Rows:
    rows: Rows = [["ID", "city", "year", "emission"]]
    return rows + [[f"{name}{y}", name, float(y), value] for name, own in table.items() for y, value in own.items()]


def matrix_of(table: Cities) -> Rows:
    rows: Rows = [["city", *[str(year) for year in YEARS]]]
    return rows + [[name, *[own.get(year, "") for year in YEARS]] for name, own in sorted(table.items())]


def workbook() -> dict[str, Rows]:
    return {
        "NOTE": [list(row) for row in NOTE],
        "emission vector": vector_of(cities()),
        "emission matrix": matrix_of(cities()),
    }


def written(path: Path, sheets: dict[str, Rows]) -> Path:
    return book.InventoryBook(sheets).write(path)


def refused(path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_city_vector(path)
    assert caught.value.message.startswith(path.name)
    assert caught.value.message.endswith(".")
    return caught.value


def spoilt(path: Path, change: Callable[[dict[str, Rows]], object]) -> Refusal:
    sheets = workbook()
    change(sheets)
    return refused(written(path, sheets))


def as_dict(cells: pl.DataFrame) -> dict[tuple[str, str, int], float | None]:
    return {(code, city, year): value for code, city, year, value in cells.select(list(CELL_SCHEMA)[:4]).iter_rows()}


SPLIT = {
    "北京": ("BJ", "北京"),
    "吉林吉林": ("JL", "吉林"),
    "吉林长春": ("JL", "长春"),
    "内蒙古乌兰察布": ("NM", "乌兰察布"),
    "重庆": ("CQ", "重庆"),
}


def expected(table: Cities) -> dict[tuple[str, str, int], float | None]:
    return {(*SPLIT[name], year): value for name, own in table.items() for year, value in own.items()}


def test_the_province_in_front_is_split_off():
    assert {name: split_city(name) for name in SPLIT} == SPLIT
    assert split_city("安徽省安庆市") == ("AH", "安庆市")
    assert split_city(" 黑龙江 大庆 ") == ("HL", "大庆")
    assert split_city("上海市") == ("SH", "上海")
    assert [split_city(name) for name in ("安庆", "吉林", "吉林市", "Anhui Anqing", "")] == [None] * 5


def test_cells_come_from_the_vector_and_stand_where_they_say(tmp_path):
    sheets = workbook()
    reading = read_city_vector(written(tmp_path / "a.xlsx", sheets))
    assert (reading.family, reading.periods) == ("city_vector", ("2010", "2011", "2012", "2015"))
    assert reading.cells.schema == CELL_SCHEMA
    assert as_dict(reading.cells) == expected(cities())
    assert set(reading.cells["sheet"]) == {"emission vector"}
    for row in reading.cells.iter_rows(named=True):
        assert sheets["emission vector"][row["row_no"] - 1][row["column_no"] - 1] == row["value_mt"]
    assert reading.findings == ()
    agree, municipalities = reading.identities
    assert (agree.code, agree.worst) == ("city_sheets_agree", 0.0)
    assert municipalities.code == "municipalities_equal_inventory"
    assert "release V2" in municipalities.rule
    assert (municipalities.worst, municipalities.tolerance) == (0.0, 1e-4)


def test_without_vector_the_matrix_is_read_with_its_gaps(tmp_path):
    sheets = workbook()
    whole = read_city_vector(written(tmp_path / "a.xlsx", sheets))
    del sheets["emission vector"]
    reading = read_city_vector(written(tmp_path / "b.xlsx", sheets))
    assert len(reading.cells) == 5 * 4
    assert as_dict(reading.cells.drop_nulls("value_mt")) == expected(cities())
    assert reading.cells["value_mt"].null_count() == 5
    assert reading.content_sha256 == whole.content_sha256
    del sheets["emission matrix"]
    assert refused(written(tmp_path / "c.xlsx", sheets)).code == "E_UNKNOWN_LAYOUT"


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_layout_gives_the_table(tmp_path_factory, data):
    """Rows and columns in any order, padded names, years as text or number, blank rows, phantom columns, a title."""
    table = cities()
    names = data.draw(st.permutations(list(table)))
    dress = data.draw(st.sampled_from([str, lambda text: f" {text}\u3000", lambda text: f"{text} "]))
    year_as = data.draw(st.sampled_from([str, int, float]))
    case = data.draw(st.sampled_from([str.upper, str.title, lambda text: f" {text} "]))
    columns = data.draw(st.permutations(["id", "city", "year", "emission"]))
    vector: Rows = [[case(name) for name in columns]]
    for name in names:
        for year, value in table[name].items():
            cell = {"id": f"{name}{year}", "city": dress(name), "year": year_as(year), "emission": value}
            vector.append([cell[column] for column in columns])
    years = data.draw(st.permutations(YEARS))
    matrix: Rows = [[case("city"), *[year_as(year) for year in years]]]
    matrix += [[dress(name), *[table[name].get(year, "") for year in years]] for name in names]
    for rows in (vector, matrix):
        rows.insert(data.draw(st.integers(1, len(rows))), [""] * len(rows[0]))
        for row in rows:
            row.append("")
        rows[data.draw(st.integers(1, len(rows) - 1))][-1] = 8.5
    if data.draw(st.booleans()):
        vector.insert(0, ["Emissions of cities"])
        matrix.insert(0, [])
    sheets = {"V": vector, "M": matrix} if data.draw(st.booleans()) else {" M ": matrix, "V": vector}
    reading = read_city_vector(written(tmp_path_factory.mktemp("layout") / "a.xlsx", sheets))
    assert as_dict(reading.cells) == expected(table)


@settings(max_examples=20, deadline=None)
@given(
    row=st.integers(1, 14), change=st.floats(1e-9, 100), sheet=st.sampled_from(["emission vector", "emission matrix"])
)
def test_a_number_changed_on_one_sheet_is_refused(tmp_path_factory, row, change, sheet):
    def edit(sheets: dict[str, Rows]) -> None:
        rows = sheets[sheet]
        column = 3 if sheet == "emission vector" else 1 + row % 4
        line = rows[row if sheet == "emission vector" else 1 + row % 5]
        line[column] = (line[column] or 0.0) + change

    refusal = spoilt(tmp_path_factory.mktemp("change") / "a.xlsx", edit)
    assert refusal.code == "E_CITY_SHEETS"
    assert "sheet 'emission matrix', cell " in refusal.message or "the other sheet has no value" in refusal.message


def test_disagreeing_sheets_are_named_with_both_addresses(tmp_path):
    refusal = spoilt(tmp_path / "a.xlsx", lambda sheets: sheets["emission vector"][5].__setitem__(3, 41.5))
    assert (refusal.code, refusal.sheet, refusal.cell) == ("E_CITY_SHEETS", "emission vector", "D6")
    words = (
        "disagree on 吉林 (Jilin) 2010: sheet 'emission vector', cell D6 says 41.5, sheet 'emission matrix', cell B4"
    )
    assert words in refusal.message
    refusal = spoilt(tmp_path / "b.xlsx", lambda sheets: sheets["emission vector"].pop(5))
    assert (refusal.code, refusal.sheet, refusal.cell) == ("E_CITY_SHEETS", "emission matrix", "B4")
    assert "the other sheet has no value, sheet 'emission matrix', cell B4 says 41.25" in refusal.message


@pytest.mark.parametrize(
    ("place", "value", "verdict", "words"),
    [
        (
            (5, 0),
            "吉林吉林2011",
            ("E_CITY_ID", "A6"),
            "the ID is '吉林吉林2011', but city and year beside it are '吉林吉林' and",
        ),
        ((5, 0), "", ("E_CITY_ID", "A6"), "the ID is ''"),
        ((5, 2), "later", ("E_YEAR_UNKNOWN", "C6"), "'later' is no year"),
        ((5, 3), -1.0, ("E_NEGATIVE", "D6"), "the emissions are -1 Mt"),
        ((5, 3), "41,25", ("E_NOT_NUMBER", "D6"), "'41,25' is no number"),
        ((5, 3), book.Formula("#N/A"), ("E_ERROR_CELLS", "D6"), "hold an error"),
        ((5, 3), book.Formula(""), ("E_EMPTY_CELL", "D6"), "saved without a result"),
    ],
)
def test_a_spoilt_row_is_refused_with_its_place(tmp_path, place, value, verdict, words):
    def change(sheets: dict[str, Rows]) -> None:
        sheets["emission vector"][place[0]][place[1]] = value

    refusal = spoilt(tmp_path / "a.xlsx", change)
    assert (refusal.code, refusal.sheet, refusal.cell) == (verdict[0], "emission vector", verdict[1])
    assert words in refusal.message


def test_names_that_do_not_resolve_and_duplicates_are_refused(tmp_path):
    refusal = spoilt(tmp_path / "a.xlsx", lambda sheets: sheets["emission matrix"][1].__setitem__(0, "吉林"))
    assert (refusal.code, refusal.sheet, refusal.cell) == ("E_LABEL", "emission matrix", "A2")
    assert "'吉林' is no Chinese name of a city with its province in front" in refusal.message
    refusal = spoilt(tmp_path / "b.xlsx", lambda sheets: sheets["emission vector"].append(sheets["emission vector"][5]))
    assert (refusal.code, refusal.cell) == ("E_DUPLICATE_CITY", "D17")
    assert "吉林 (Jilin) 2010 occurs twice, first in D6" in refusal.message
    refusal = spoilt(tmp_path / "c.xlsx", lambda sheets: sheets["emission matrix"][0].__setitem__(2, "2010"))
    assert (refusal.code, refusal.sheet, refusal.cell) == ("E_YEAR_CONFLICT", "emission matrix", "C1")
    refusal = spoilt(tmp_path / "d.xlsx", lambda sheets: sheets.update({"copy": sheets["emission vector"]}))
    assert (refusal.code, refusal.sheet) == ("E_DUPLICATE_SHEET", "copy")
    refusal = spoilt(
        tmp_path / "e.xlsx", lambda sheets: sheets["NOTE"][0].__setitem__(1, "provincial energy inventory")
    )
    assert refusal.code == "E_NOTE_CONFLICT"
    empty = {"emission vector": [["ID", "city", "year", "emission"]]}
    assert refused(written(tmp_path / "f.xlsx", empty)).code == "E_UNKNOWN_LAYOUT"


def test_other_units_are_refused_by_note_municipalities_and_magnitude(tmp_path):
    refusal = spoilt(tmp_path / "a.xlsx", lambda sheets: sheets["NOTE"][2].__setitem__(1, "10^4 t"))
    assert (refusal.code, refusal.sheet, refusal.cell) == ("E_UNIT_CO2", "NOTE", "B3")
    in_kt = {name: {year: value * 1000 for year, value in own.items()} for name, own in cities().items()}
    refusal = refused(written(tmp_path / "b.xlsx", {"v": vector_of(in_kt)}))
    assert refusal.code == "E_UNIT_CO2"
    assert "its inventory of release V2" in refusal.message
    del in_kt["北京"], in_kt["重庆"]
    refusal = refused(written(tmp_path / "c.xlsx", {"v": vector_of(in_kt)}))
    assert refusal.code == "E_UNIT_CO2"
    assert "the median of all cities is 43,125" in refusal.message


def test_what_users_should_know_is_found(tmp_path):
    table = cities()
    table["北京"][2012] += 1.5
    table["吉林吉林"][1995] = 30.0
    sheets = {"NOTE": [*NOTE, ["SYNTHETIC"]], "v": vector_of(table), "extra": [["x"]]}
    reading = read_city_vector(written(tmp_path / "a.csv", sheets))
    assert reading.is_synthetic
    assert reading.periods[0] == "1995"
    found = {finding.code: finding for finding in reading.findings}
    assert set(found) == {"W_EXTENSION", "W_SHEET_IGNORED", "W_YEAR_OUTSIDE_NOTE", "W_CITY_INVENTORY"}
    assert "1 value(s) are of other years, the first 吉林 1995" in found["W_YEAR_OUTSIDE_NOTE"].message
    assert "Beijing 2012 has 99.498 Mt, its inventory of release V2 97.998 Mt" in found["W_CITY_INVENTORY"].message


@pytest.mark.real_data
def test_the_published_workbook(real_data):
    """290 cities, 3,929 values; municipalities equal the inventories of release V2 (workbooks of 2012 and 2015)."""
    reading = read_city_vector(next((real_data / "ceads" / "city").glob("*.xlsx")))
    assert (len(reading.cells), reading.cells["value_mt"].null_count()) == (3929, 0)
    assert reading.cells.n_unique(["province_code", "city_name_zh"]) == 290
    assert sorted(set(reading.cells["province_code"])) == sorted(codes.inventory_province_codes())
    assert reading.periods == ("1995", *[str(year) for year in range(1997, 2020)])
    of_1995 = reading.cells.filter(pl.col("year") == 1995)
    assert of_1995.select("province_code", "city_name_zh").rows() == [("GZ", "贵阳")]
    assert [finding.code for finding in reading.findings] == ["W_YEAR_OUTSIDE_NOTE"]
    assert [identity.worst <= 1e-4 for identity in reading.identities] == [True, True]
    values = as_dict(reading.cells)
    known = {
        ("BJ", "北京"): 97.998041,
        ("TJ", "天津"): 160.3253,
        ("SH", "上海"): 195.926394,
        ("CQ", "重庆"): 171.645829,
    }
    for (code, city), total in known.items():
        assert values[code, city, 2012] == pytest.approx(total, abs=1e-4)
        assert values[code, city, 2015] == pytest.approx(published(code, 2015), abs=1e-4)
