"""Recognition: every family by content alone, every bad file with a reason, nothing ever raised."""

from __future__ import annotations

import hashlib
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.workbooks.families import TITLES
from visceads.workbooks.readers import READERS
from visceads.workbooks.recognise import recognise

book = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("inventory_book.py"))))
PROVINCES = codes.seed("province")["name_en"].to_list()


def written(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    return book.InventoryBook(sheets).write(path)


def verdict(path: Path, is_thorough: bool = True) -> tuple[str, str]:
    found = recognise(path, is_thorough)
    assert found.summary.startswith(path.name)
    assert found.summary.endswith(".")
    assert found.family in ("", *TITLES)
    return found.family, found.refusal.code if found.refusal else ""


def test_a_provincial_inventory_is_recognised_and_can_be_read(tmp_path):
    path = book.make_inventory(2013).write(tmp_path / "no clue.dat")
    found = recognise(path)
    assert (found.family, found.periods, found.vintage, found.kind) == ("co2_inventory", ("2013",), "V3", "xlsx")
    assert found.refusal is None
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [finding.code for finding in found.findings] == ["W_EXTENSION"]
    assert found.summary == "no clue.dat: provincial CO2 inventory, release V3, 2013; can be read."


def test_a_spoilt_inventory_keeps_family_and_period_and_says_where(tmp_path):
    inventory = book.make_inventory()
    inventory.sheets["Henan2012"][3][1] *= 1.01
    found = recognise(inventory.write(tmp_path / "a.xlsx"))
    assert (found.family, found.periods) == ("co2_inventory", ("2012",))
    assert found.refusal is not None
    assert (found.refusal.code, found.refusal.sheet, found.refusal.cell) == ("E_TOTALS", "Henan2012", "B4")
    assert found.summary == "a.xlsx: provincial CO2 inventory, 2012; refused (E_TOTALS)."


def test_synthetic_data_are_marked(tmp_path):
    inventory = book.make_inventory()
    inventory.sheets["NOTE"].append(["SYNTHETIC"])
    found = recognise(inventory.write(tmp_path / "a.xlsx"))
    assert found.is_synthetic
    assert "(synthetic); can be read" in found.summary


def energy_rows() -> list[list[object]]:
    rows = [row[:21] for row in book.province_rows(1)]
    rows[1] = ["unit", *["10^4 ton"] * 20]
    del rows[2]
    rows[2][0] = "Total Final Consumption"
    return rows


def apparent_rows() -> list[list[object]]:
    return [["", "Items", *[name for name in PROVINCES if name != "Tibet"]], ["Fossil fuel", "Raw coal total"]]


SKETCHES = {
    "energy_inventory": {f"{name}2016": energy_rows() for name in PROVINCES[:5]},
    "co2_national": {"sum": [["", *book.COLUMNS]], "1997": book.province_rows(1), "1998": book.province_rows(2)},
    "apparent_provincial": {"NOTE": [["x"]], "2001": apparent_rows(), "2002": apparent_rows()},
    "apparent_national": {"Sheet1": [["", "Items", 2000, 2001, 2002]]},
    "city_vector": {"emission vector": [["ID", "city", "year", "emission"], ["北京1997", "北京", 1997, 61.9]]},
    "city_182": {"Energy": [["Ename", "Cname", "Total"]], "Sector": [["x"]], "Beijing": book.province_rows(1)},
    "tibet_2014": {"Energy and emissions 2014": [["Activity data (energy consumption)", "", "CO2 emissions"]]},
    "national_io_table": {
        "2018年全国投入产出表": [["x"], ["", "", *[f"{i:02d}{i:03d}" for i in range(1, 50)], "TIU", "GO"]]
    },
}


@pytest.mark.parametrize("family", SKETCHES)
def test_every_family_is_told_by_the_head_of_its_sheets(tmp_path, family):
    path = written(tmp_path / "a.xlsx", SKETCHES[family])
    code = {"city_182": "E_CITY_WORKBOOK", "tibet_2014": "E_TIBET_LAYOUT"}.get(family, "")
    assert verdict(path, is_thorough=False) == (family, code)


def test_every_family_has_a_reader_or_a_reason():
    assert set(TITLES) == {*READERS, "city_182", "tibet_2014"}


def test_a_whole_reading_finds_what_the_head_does_not_show(tmp_path):
    path = written(tmp_path / "a.xlsx", SKETCHES["energy_inventory"])
    assert verdict(path, is_thorough=False) == ("energy_inventory", "")
    assert verdict(path) == ("energy_inventory", "E_PROVINCE_SET")


def test_the_matrix_of_cities_is_recognised_by_its_years(tmp_path):
    path = written(tmp_path / "a.xlsx", {"emission matrix": [["city", "1995", "1997"], ["安徽安庆", "", 4.9]]})
    found = recognise(path, is_thorough=False)
    assert (found.family, found.periods) == ("city_vector", ("1995", "1997"))


def test_a_note_of_another_family_is_refused(tmp_path):
    sheets = {"NOTE": [["Content/内容", "China city emission data"]], **SKETCHES["energy_inventory"]}
    found = recognise(written(tmp_path / "a.xlsx", sheets))
    assert found.refusal is not None
    assert (found.refusal.code, found.refusal.sheet) == ("E_NOTE_CONFLICT", "NOTE")
    assert "the note says 'China city emission data', but the sheets are of the kind" in found.refusal.message


def test_csv_families(tmp_path):
    panel = tmp_path / "panel.csv"
    panel.write_bytes("省辖市代码,省份,年份,地区生产总值(亿元)\n110000000000,北京市,2016,1\n".encode("gb18030"))
    assert verdict(panel, is_thorough=False) == ("nbs_panel", "")
    series = tmp_path / "series.csv"
    series.write_text("地区,2012年,2011年\n北京市,1,2\n", encoding="utf-8")
    assert verdict(series) == ("nbs_series", "E_PROVINCE_SET")
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    assert verdict(other) == ("", "E_UNKNOWN_LAYOUT")
    assert "begins 'a,b'" in recognise(other).refusal.message


def test_an_unknown_workbook_names_its_sheets_and_the_nearest_family(tmp_path):
    path = written(tmp_path / "a.xlsx", {"Data": [["", *book.COLUMNS], ["Beijing", *[1.5] * 22]], "More": [["x"]]})
    found = recognise(path)
    assert found.family == ""
    assert found.refusal.code == "E_UNKNOWN_LAYOUT"
    assert found.refusal.message.startswith("a.xlsx: no known layout; sheets 'Data', 'More'; it comes nearest to")
    assert "'provincial CO2 inventory', but lacks a row of units 'Mt CO2'" in found.refusal.message
    stranger = written(tmp_path / "b.xlsx", {f"S{i}": [["x", i]] for i in range(9)})
    message = recognise(stranger).refusal.message
    assert "'S5' and 3 more; it resembles none of the known ones" in message


@pytest.mark.parametrize(
    "content", [b"", b"just words", b"<html>", b"PK\x03\x04cut", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"\x00\x01"]
)
def test_bad_bytes_are_answered_not_raised(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert verdict(path) == ("", "E_NOT_SPREADSHEET")


def test_folders_and_missing_files_are_answered_not_raised(tmp_path):
    assert verdict(tmp_path) == ("", "E_NOT_SPREADSHEET")
    assert verdict(tmp_path / "absent.xlsx") == ("", "E_NOT_SPREADSHEET")
    assert recognise(tmp_path).sha256 == ""


def test_a_workbook_without_visible_sheet_and_one_of_empty_sheets_are_answered(tmp_path):
    assert verdict(written(tmp_path / "a.xlsx", {"Empty": []})) == ("", "E_UNKNOWN_LAYOUT")
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as workbook:
        workbook.add_chartsheet()
        workbook.add_worksheet().hide()
    assert verdict(tmp_path / "b.xlsx") == ("", "E_UNKNOWN_LAYOUT")
    assert "none that is visible" in recognise(tmp_path / "b.xlsx").refusal.message


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_no_damage_to_the_bytes_is_ever_raised(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damage")
    whole = written(folder / "a.xlsx", SKETCHES["energy_inventory"]).read_bytes()
    start = data.draw(st.integers(0, len(whole) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=40))
    path = folder / "b.xlsx"
    path.write_bytes(whole[:start] + junk + whole[start + data.draw(st.sampled_from([0, len(junk), 400])) :])
    found = recognise(path)
    assert found.family in ("", *TITLES)
    assert found.family or found.refusal is not None


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("pattern", "family", "periods", "vintage"),
    [
        ("ceads/inventory/2022*.xlsx", "co2_inventory", ("2022",), "V3"),
        ("ceads/inventory_older/v2/*2015.xlsx", "co2_inventory", ("2015",), "V2"),
        ("ceads/inventory_older/v1/2012*.xlsx", "co2_inventory", ("2012",), "V1"),
        ("ceads/energy/*2015.xlsx", "energy_inventory", ("2015",), ""),
        ("ceads/national/*.xlsx", "co2_national", tuple(str(year) for year in range(1997, 2020)), "national-1997-2019"),
        ("ceads/apparent/*.xlsx", "apparent_provincial", tuple(str(year) for year in range(1997, 2023)), ""),
        ("ceads/city/*.xlsx", "city_vector", ("1995", *(str(year) for year in range(1997, 2020))), ""),
        ("mrio/MRIO2015*.xlsx", "mrio", ("2015",), ""),
        ("mrio/MRIO2017*.xlsx", "mrio", ("2017", "2017-new"), ""),
        ("nbs/*GDP*.csv", "nbs_series", tuple(str(year) for year in range(2011, 2023)), ""),
        ("known_answers/NBS_national_IO_2020.xlsx", "national_io_table", ("national-2020",), ""),
    ],
)
def test_published_files_fall_into_their_families(real_data, pattern, family, periods, vintage):
    # tables are read whole in test_mrio; their headers are enough here
    found = recognise(next(real_data.glob(pattern)), is_thorough=family != "mrio")
    assert (found.family, found.periods, found.vintage, found.refusal) == (family, periods, vintage, None)
    assert found.is_reconstructed == (family == "mrio")


@pytest.mark.real_data
def test_the_british_table_is_of_no_known_layout(real_data):
    found = recognise(real_data / "known_answers" / "ONS_UK_IO_2019.xlsx")
    assert (found.family, found.refusal.code) == ("", "E_UNKNOWN_LAYOUT")
