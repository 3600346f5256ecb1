"""Provincial CO2 inventories: known answers on the published workbooks, refusals on spoilt ones."""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from visceads import codes
from visceads.workbooks.co2_inventory import CELL_SCHEMA, read_co2_inventory
from visceads.workbooks.refusal import Refusal

book = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("inventory_book.py"))))
verdict = book.verdict
V3 = "ceads/inventory/{}年30个省份排放清单.xlsx"
V2 = "ceads/inventory_older/v2/Emission_Inventories_for_30_Provinces_{}.xlsx"
V1 = "ceads/inventory_older/v1/{}年30个省份排放清单.xlsx"


@pytest.fixture
def inventory():
    """A valid inventory of 2012, to be spoilt."""
    return book.make_inventory()


def refused(inventory, tmp_path, year=None, name="spoilt.xlsx") -> Refusal:
    return book.refused_by(read_co2_inventory, inventory, tmp_path / name, year)


def total_of(cells: pl.DataFrame, inventory_code: str = "total", fuel_code: str = "total") -> float:
    is_cell = (pl.col("inventory_code") == inventory_code) & (pl.col("fuel_code") == fuel_code)
    return cells.filter(is_cell)["value_mt"].sum()


# --- a valid workbook ---


def test_every_cell_of_a_valid_inventory_is_read_at_its_address(inventory, tmp_path):
    reading = read_co2_inventory(inventory.write(tmp_path / "a.xlsx"))
    assert reading.cells.schema == CELL_SCHEMA
    assert len(reading.cells) == 30 * 48 * 22
    assert (reading.years, reading.vintage, reading.findings) == ((2012,), "V3", ())
    assert not reading.is_synthetic
    assert not reading.is_reconstructed
    for row in reading.cells.sample(300, seed=1).iter_rows(named=True):
        assert inventory.sheets[row["sheet"]][row["row_no"] - 1][row["column_no"] - 1] == row["value_mt"]
    cement = reading.cells.row(
        by_predicate=(pl.col("sheet") == "Hunan2012") & (pl.col("row_no") == 31) & (pl.col("column_no") == 22),
        named=True,
    )
    assert (cement["province_code"], cement["year"]) == ("HN", 2012)
    assert (cement["inventory_code"], cement["fuel_code"]) == ("nonmetal_mineral_products", "process")
    assert reading.cells["province_code"].unique(maintain_order=True).to_list() == list(
        codes.inventory_province_codes()
    )


def test_padded_labels_and_printed_variants_resolve(inventory, tmp_path):
    for name in ("Beijing2012", "Hunan2012", "Xinjiang2012"):  # one workbook mixes padded and clean sheets
        for row in inventory.sheets[name][4:51]:
            row[0] = f"  {row[0]}          "
    odd = inventory.sheets["Hunan2012"]  # as the one odd sheet of the second release, Hunan2017
    odd[0][1:] = [header.replace("_", " ") for header in odd[0][1:]]
    odd[0][0], odd[0][2], odd[3][0] = "", "Cleaned Coal", "Total Emissions"
    inventory.sheets["Hubei2012"][3][0] = "Total Consumption"
    reading = read_co2_inventory(inventory.write(tmp_path / "a.xlsx"))
    assert len(reading.cells) == 31_680
    assert reading.findings == ()
    assert reading.content_sha256 == read_co2_inventory(book.make_inventory().write(tmp_path / "b.xlsx")).content_sha256


def test_a_block_that_begins_elsewhere_and_phantom_cells_keep_their_addresses(inventory, tmp_path):
    shifted = [["" for _ in range(25)], ["" for _ in range(25)]]
    shifted += [["", *row] for row in inventory.sheets["Hunan2012"]]
    shifted += [["", "", 0.0, 99.0]]  # a row without a label, though it holds numbers
    inventory.sheets["Hunan2012"] = shifted
    cells = read_co2_inventory(inventory.write(tmp_path / "a.xlsx")).cells.filter(pl.col("province_code") == "HN")
    assert len(cells) == 48 * 22
    assert cells.select("row_no", "column_no").row(0) == (6, 3)
    assert cells["row_no"].max() == 53


def test_sheet_order_does_not_matter_and_chinese_sheet_names_resolve(inventory, tmp_path):
    expected = read_co2_inventory(inventory.write(tmp_path / "a.xlsx"))
    inventory.rename("InnerMongolia2012", "内蒙古自治区2012")
    inventory.sheets = dict(sorted(inventory.sheets.items(), reverse=True))
    reading = read_co2_inventory(inventory.write(tmp_path / "b.xlsx"))
    assert reading.content_sha256 == expected.content_sha256
    assert reading.cells.drop("sheet").equals(expected.cells.drop("sheet"))


def test_a_workbook_named_csv_is_read_with_a_finding(inventory, tmp_path):
    path = inventory.write(tmp_path / "a.xlsx").rename(tmp_path / "a.csv")
    reading = read_co2_inventory(path)
    assert len(reading.cells) == 31_680
    assert [finding.code for finding in reading.findings] == ["W_EXTENSION"]


@pytest.mark.parametrize("word", ["SYNTHETIC", "RECONSTRUCTED"])
def test_a_note_that_calls_the_data_invented_is_carried(inventory, tmp_path, word):
    inventory.sheets["NOTE"].append(["Warning", f"{word} DATA - not for quotation"])
    reading = read_co2_inventory(inventory.write(tmp_path / "a.xlsx"))
    assert (reading.is_synthetic, reading.is_reconstructed) == (word == "SYNTHETIC", word == "RECONSTRUCTED")


# --- refusals: the frame ---


def test_a_missing_province_is_named(inventory, tmp_path):
    del inventory.sheets["Hainan2012"]
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_PROVINCE_SET", "", "")
    assert "29 of the 30 province sheets are there; missing Hainan. Nothing of it is loaded" in refusal.message


def test_an_unknown_sheet_and_tibet_are_named(inventory, tmp_path):
    inventory.rename("Hunan2012", "Hunnan2012")
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_PROVINCE_SET", "Hunnan2012", "")
    assert "missing Hunan; unknown sheets 'Hunnan2012'" in refusal.message
    inventory.rename("Hunnan2012", "Tibet2012")
    assert "unknown sheets 'Tibet2012'" in refused(inventory, tmp_path).message


def test_two_sheets_of_one_province_are_named(inventory, tmp_path):
    inventory.sheets["湖南2012"] = inventory.sheets["Hunan2012"]
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_PROVINCE_SET", "湖南2012", "")
    assert "sheets 'Hunan2012' and '湖南2012' are both Hunan" in refusal.message
    assert "Delete or rename one of them" in refusal.message


def test_an_unknown_label_is_refused_with_its_cell(inventory, tmp_path):
    inventory.sheets["Gansu2012"][9][0] = "Iron mining"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_LABEL", "Gansu2012", "A10")
    assert "label 'Iron mining' is in no alias table" in refusal.message
    assert "sector_label_alias" in refusal.message


def test_an_unknown_total_label_and_header_are_refused_with_their_cells(inventory, tmp_path):
    inventory.sheets["Gansu2012"][3][0] = "Total Final Consumption"  # the balance row of the energy files
    assert verdict(refused(inventory, tmp_path)) == ("E_LABEL", "Gansu2012", "A4")
    inventory.sheets["Gansu2012"][3][0] = "TotalEmissions"
    inventory.sheets["Gansu2012"][0][5] = "Cokes"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_LABEL", "Gansu2012", "F1")
    assert "column header 'Cokes' is in no list of fuels" in refusal.message


def test_missing_and_repeated_rows_and_columns_are_refused(inventory, tmp_path):
    lines = inventory.sheets["Gansu2012"]
    lines[10][0] = lines[9][0]
    assert verdict(refused(inventory, tmp_path)) == ("E_SECTOR_SET", "Gansu2012", "A11")
    lines[10][0] = ""
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_SECTOR_SET", "Gansu2012", "")
    assert "47 labelled rows, expected 48; missing other_mining" in refusal.message
    inventory = book.make_inventory()
    inventory.sheets["Gansu2012"][0][6] = "Coke"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_FUEL_SET", "Gansu2012", "G1")
    assert "'Coke' occurs twice, first in column F1" in refusal.message
    inventory.sheets["Gansu2012"][0][6] = ""
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_FUEL_SET", "Gansu2012", "G1")
    assert "the column has the unit 'Mt CO2', but no header" in refusal.message
    inventory.sheets["Gansu2012"][1][6] = ""
    assert "no column for coke_oven_gas" in refused(inventory, tmp_path).message
    inventory = book.make_inventory()
    inventory.sheets["Gansu2012"][0][19] = ""  # electricity may be absent, but not half of it
    assert verdict(refused(inventory, tmp_path)) == ("E_FUEL_SET", "Gansu2012", "T1")


def test_a_wrong_unit_is_refused_with_its_cell(inventory, tmp_path):
    inventory.sheets["Fujian2012"][1][4] = "10^4 ton"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_UNIT_CO2", "Fujian2012", "E2")
    assert "the unit is '10^4 ton', expected 'Mt CO2'" in refusal.message


def test_a_province_sheet_without_headers_is_refused(inventory, tmp_path):
    inventory.sheets["Fujian2012"] = [["nothing here"]]
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_UNKNOWN_LAYOUT", "Fujian2012", "")
    assert "Restore the first rows" in refusal.message


# --- refusals: other workbooks and the year ---


def test_a_title_of_another_year_is_refused_one_of_a_span_is_not(inventory, tmp_path):
    inventory.sheets["Gansu2012"][0][0] = "Emission inventory, series 1997-2022"
    assert read_co2_inventory(inventory.write(tmp_path / "a.xlsx")).years == (2012,)
    inventory.sheets["Gansu2012"][0][0] = "2011年排放清单"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_YEAR_CONFLICT", "Gansu2012", "A1")
    assert "the title of sheet 'Gansu2012' says 2011 (cell A1)" in refusal.message


def test_a_note_whose_year_contradicts_the_sheet_names_is_refused(inventory, tmp_path):
    inventory.sheets["NOTE"][3][1] = 2013
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_YEAR_CONFLICT", "NOTE", "B4")
    assert "sheet 'Beijing2012' says 2012, but the note says 2013 (sheet 'NOTE', cell B4)" in refusal.message


def test_sheet_names_of_two_years_and_a_wrong_passed_year_are_refused(inventory, tmp_path):
    assert "the year passed for it is 2011" in refused(inventory, tmp_path, year=2011).message
    inventory.rename("Hunan2012", "Hunan2013")
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_YEAR_CONFLICT", "Hunan2013", "")


def test_a_note_of_another_family_is_refused(inventory, tmp_path):
    inventory.sheets["NOTE"][1][1] = "China provincial energy inventory\n中国省级能源清单"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_NOTE_CONFLICT", "NOTE", "")
    assert "'China provincial energy inventory'" in refusal.message


def test_city_national_energy_and_tibet_workbooks_are_told_apart(inventory, tmp_path):
    for old in list(inventory.sheets)[4:]:
        inventory.rename(old, old.replace("2012", " prefecture"))
    refusal = refused(inventory, tmp_path)
    assert refusal.code == "E_CITY_WORKBOOK"
    assert "30 inventory sheets, 3 are provinces" in refusal.message
    national = book.InventoryBook({str(year): book.province_rows(1) for year in (2011, 2012)})
    assert "a national inventory (one sheet a year)" in refused(national, tmp_path).message
    for rows in national.sheets.values():
        rows[0][21] = ""
    assert "this is an energy inventory" in refused(national, tmp_path).message
    tibet = book.InventoryBook(
        {"Energy and emissions 2014": [["Activity data (energy consumption)", "", "CO2 emissions"]]}
    )
    refusal = refused(tibet, tmp_path)
    assert verdict(refusal) == ("E_TIBET_LAYOUT", "Energy and emissions 2014", "")
    assert "cannot be appended to the 30 provinces" in refusal.message
    other = book.InventoryBook({"Sheet1": [["a", 1.0]]})
    assert refused(other, tmp_path).code == "E_UNKNOWN_LAYOUT"


def test_a_workbook_without_year_takes_it_from_parameter_then_file_name_else_is_refused(tmp_path):
    inventory = book.make_inventory(with_note=False, suffix="")
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_YEAR_UNKNOWN", "", "")
    assert "the file name has no year. Put the year into the file name" in refusal.message
    assert read_co2_inventory(tmp_path / "spoilt.xlsx", year=2005).years == (2005,)
    named = read_co2_inventory(inventory.write(tmp_path / "Emissions_2004.xlsx"))
    assert named.years == (2004,)
    assert [finding.code for finding in named.findings] == ["W_YEAR_FROM_FILENAME"]
    several = inventory.write(tmp_path / "1997-2019.xlsx")
    with pytest.raises(Refusal, match="the file name has several years"):
        read_co2_inventory(several)


def test_a_file_name_with_another_year_is_noted(inventory, tmp_path):
    reading = read_co2_inventory(inventory.write(tmp_path / "inventory 2015.xlsx"))
    assert reading.years == (2012,)
    assert [finding.code for finding in reading.findings] == ["W_FILENAME_YEAR"]
    assert "the file name says 2015, but sheet 'Beijing2012' says 2012" in reading.findings[0].message


# --- the published workbooks (source: the researched formats, section 3; the baselines, section 10) ---


@cache
def published(path: Path):
    """The reading of a published workbook; several tests look at the same ones."""
    return read_co2_inventory(path)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("path", "year", "vintage", "total"),
    [
        (V1, 2012, "V1", 9501.7),
        (V1, 2015, "V1", 9644.0),
        (V2, 2012, "V2", 9742.7006),
        (V2, 2015, "V2", 9831.5598),
        (V3, 2003, "V3", 3882.92),
        (V3, 2010, "V3", 8598.8151),
        (V3, 2012, "V3", 9743.3236),
        (V3, 2015, "V3", 9832.3864),
        (V3, 2017, "V3", 10173.6985),
        (V3, 2018, "V3", 10530.6433),
        (V3, 2022, "V3", 11408.4656),
    ],
)
def test_totals_of_the_published_releases(real_data, path, year, vintage, total):
    reading = published(real_data / path.format(year))
    assert (reading.years, reading.vintage) == ((year,), vintage)
    assert len(reading.cells) == (27_360 if vintage == "V1" else 31_680)
    assert total_of(reading.cells) == pytest.approx(total, abs=0.005 if year == 2003 else 6e-5)
    assert reading.cells["value_mt"].null_count() == 0


@pytest.mark.real_data
def test_province_totals_equal_the_published_list(real_data):
    listed = codes.seed("co2_province_year_published").select(
        "vintage", "province_code", pl.col("year").cast(pl.Int32), pl.col("co2_mt").cast(pl.Float64)
    )
    for path, year, vintage in [(V1, 2012, "V1"), (V2, 2015, "V2"), (V3, 2012, "V3"), (V3, 2017, "V3")]:
        cells = published(real_data / path.format(year)).cells
        totals = cells.filter((pl.col("inventory_code") == "total") & (pl.col("fuel_code") == "total"))
        joined = totals.join(listed.filter(pl.col("vintage") == vintage), on=["province_code", "year"])
        assert len(joined) == 30
        assert (joined["value_mt"] - joined["co2_mt"]).abs().max() < 1e-6


@pytest.mark.real_data
def test_sectors_and_process_of_the_current_release_2012(real_data):
    cells = published(real_data / V3.format(2012)).cells
    expected = {
        ("power_heat", "total"): 4754.557666,
        ("ferrous_smelting", "total"): 1339.724137,
        ("household_urban", "total"): 249.863787,
        ("household_rural", "total"): 156.780029,
        ("logging", "total"): 0.0,
        ("total", "process"): 641.3466,
    }
    for (inventory_code, fuel_code), value in expected.items():
        assert total_of(cells, inventory_code, fuel_code) == pytest.approx(value, abs=6e-5)


@pytest.mark.real_data
def test_known_defects_of_the_published_workbooks_are_flagged(real_data):
    def codes_of(path: str, year: int) -> list[tuple[str, str]]:
        findings = published(real_data / path.format(year)).findings
        return [(finding.code, finding.sheet) for finding in findings]

    assert codes_of(V3, 2003) == [("E_PROCESS_LOST", "")]
    assert codes_of(V3, 2017) == [("W_PROCESS_ZERO", "Shanghai2017")]
    assert codes_of(V3, 2012) == codes_of(V2, 2012) == []
    assert codes_of(V1, 2012) == [("W_YEAR_FROM_TOTALS", "")]


@pytest.mark.real_data
def test_the_oldest_release_finds_its_year_by_its_totals(real_data, tmp_path):
    path = real_data / V1.format(2015)
    copy = tmp_path / "renamed 2012.xlsx"
    copy.write_bytes(path.read_bytes())
    reading = read_co2_inventory(copy)
    assert reading.years == (2015,)
    assert {finding.code for finding in reading.findings} == {"W_YEAR_FROM_TOTALS", "W_FILENAME_YEAR"}
    with pytest.raises(Refusal, match="the year passed for it is 2012, but its 30 province totals equal") as caught:
        read_co2_inventory(path, year=2012)
    assert caught.value.code == "E_YEAR_CONFLICT"


@pytest.mark.real_data
@pytest.mark.parametrize(("path", "year"), [(V1, 2012), (V1, 2015), (V2, 2012), (V2, 2015), (V3, 2003), (V3, 2022)])
def test_the_published_workbooks_add_up(real_data, path, year):
    rows, columns = published(real_data / path.format(year)).identities
    if path == V1:  # rounded to one decimal
        assert (rows.worst, columns.worst) == (pytest.approx(0.6), pytest.approx(0.3))
        assert (rows.tolerance, columns.tolerance) == (1.0, 0.5)
    else:
        assert max(rows.worst, columns.worst) < 1e-12
        assert (rows.tolerance, columns.tolerance) == (1e-6, 1e-6)
