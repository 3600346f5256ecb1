"""Provincial energy inventories: known answers on the published workbooks, refusals on spoilt ones."""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from visceads import codes
from visceads.workbooks.energy_inventory import CELL_SCHEMA, energy_account, read_energy_inventory

book = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("inventory_book.py"))))
verdict = book.verdict
BALANCE = [
    *("total_final_consumption", "transformation", "transformation_thermal_power", "transformation_heating"),
    *("transformation_coal_washing", "transformation_coking", "transformation_refineries"),
    *("transformation_gas_works", "memo_coke_input", "transformation_briquettes", "loss", "loss_percent"),
    *("total_consumption", "non_energy_use", "bunkers_abroad", "bunkers_in_china"),
]


@pytest.fixture
def inventory():
    """A valid energy inventory of 2012, to be spoilt."""
    return book.make_energy_inventory()


def refused(inventory, tmp_path, *arguments):
    return book.refused_by(read_energy_inventory, inventory, tmp_path / "spoilt.xlsx", *arguments)


def row_of(inventory, sheet: str, label: str) -> list[object]:
    return next(row for row in inventory.sheets[sheet] if row[0] == label)


# --- a valid workbook ---


def test_every_cell_of_a_valid_inventory_is_read_at_its_address(inventory, tmp_path):
    reading = read_energy_inventory(inventory.write(tmp_path / "a.xlsx"))
    assert reading.cells.schema == CELL_SCHEMA
    assert len(reading.cells) == 30 * 63 * 20
    assert (reading.family, reading.periods, reading.findings) == ("energy_inventory", ("2012",), ())
    assert book.misplaced(reading.cells, inventory) == []
    cell = reading.cells.row(
        by_predicate=(pl.col("sheet") == "Hunan2012") & (pl.col("row_no") == 49) & (pl.col("column_no") == 19),
        named=True,
    )
    assert (cell["province_code"], cell["year"], cell["unit"]) == ("HN", 2012, "10^10 kj")
    assert (cell["inventory_code"], cell["fuel_code"]) == ("household_urban", "heat")
    assert reading.cells["province_code"].unique(maintain_order=True).to_list() == list(
        codes.inventory_province_codes()
    )


def test_the_rows_are_the_47_and_the_balance_in_the_codes_of_its_scheme():
    account = energy_account()
    assert set(account.row_codes) == {*codes.inventory_codes(), *BALANCE}
    assert account.row_codes[:48] == ("total_final_consumption", *codes.inventory_codes())
    assert len(account.fuel_units) == 20
    assert not {"process", "total"} & set(account.fuel_units)


def test_the_identities_name_their_rule_and_their_worst_place(inventory, tmp_path):
    row_of(inventory, "Hunan2012", "Total Final Consumption")[1] += 5e-7  # within the tolerance
    row_of(inventory, "Hubei2012", "Total Consumption")[19] -= 2.5e-7
    reading = read_energy_inventory(inventory.write(tmp_path / "a.xlsx"))
    rows, transformation, total = reading.identities
    assert (rows.code, rows.place, rows.sheet, rows.cell) == (
        *("energy_rows_add_up", "Hunan, Raw coal", "Hunan2012", "B3"),
    )
    assert rows.worst == pytest.approx(5e-7, rel=1e-3)
    assert (rows.tolerance, rows.unit) == (1e-6, "10^4 ton")
    assert transformation.code == "energy_transformation_adds_up"
    assert transformation.worst < 1e-10
    assert (total.code, total.place, total.cell) == ("energy_total_adds_up", "Hunan, Raw coal", "B65")


@pytest.mark.parametrize("unit", ["10^4 ton", "104 tn", "10⁴ tn", " 10^4  Ton "])
def test_units_are_read_in_any_known_spelling_and_given_in_one(inventory, tmp_path, unit):
    rows = inventory.sheets["Hunan2012"]
    rows[1] = [unit if cell == "10^4 ton" else "1010 kj" if cell == "10^10 kj" else cell for cell in rows[1]]
    cells = read_energy_inventory(inventory.write(tmp_path / "a.xlsx")).cells
    assert set(cells["unit"]) == {"10^4 ton", "10^8 cu.m", "10^10 kj", "10^8 kwh", "10^4 tce"}


def test_an_empty_cell_of_a_memo_row_is_null_and_a_whole_empty_sheet_is_missing(inventory, tmp_path):
    row_of(inventory, "Hunan2012", "Loss")[3] = ""
    inventory.sheets["Hainan2012"] = [
        row if row[0] in ("Energy_inventory", "unit") else [row[0], *[""] * 20] for row in book.energy_rows(1)
    ]
    for row in inventory.sheets["Ningxia2012"][2:]:
        row[1:18] = [0.0] * 17  # zero written for missing
    reading = read_energy_inventory(inventory.write(tmp_path / "a.xlsx"))
    by_province = reading.cells.group_by("province_code").agg(pl.col("value").null_count())
    assert dict(by_province.filter(pl.col("value") > 0).iter_rows()) == {"HN": 1, "HI": 63 * 20}
    assert [(finding.code, finding.sheet) for finding in reading.findings] == [
        ("W_NO_ENERGY_DATA", "Hainan2012"),
        ("W_NO_ENERGY_DATA", "Ningxia2012"),
    ]
    assert "Ningxia 2012 has no energy data: its 17 fuels are zero in all rows" in reading.findings[1].message


def test_negative_consumption_is_noted_negative_balance_rows_are_the_rule(inventory, tmp_path):
    rows = inventory.sheets["Zhejiang2012"]
    rows[49][8] -= 1.0  # as in 2015: other coking products of rural households
    for label in ("Total Final Consumption", "Total Consumption"):
        row_of(inventory, "Zhejiang2012", label)[8] -= 1.0
    findings = read_energy_inventory(inventory.write(tmp_path / "a.xlsx")).findings
    assert [(finding.code, finding.sheet, finding.cell) for finding in findings] == [
        ("W_NEGATIVE_ENERGY", "Zhejiang2012", "I3")
    ]
    assert "2 cell(s) of final consumption are negative" in findings[0].message


# --- refusals ---


@pytest.mark.parametrize(
    ("label", "cell", "rule"),
    [
        ("Rural", "E3", "sum of the 47 rows = Total Final Consumption"),
        ("Total Final Consumption", "E3", "sum of the 47 rows = Total Final Consumption"),
        ("Gas Works", "E53", "sum of the seven transformation rows, without Coke Input (-) = Inputs(+) outputs(-)"),
        ("Inputs(+) outputs(-)", "E53", "Inputs(+) outputs(-)"),
        ("Total Consumption", "E65", "without Loss = Total Consumption"),
    ],
)
def test_a_sum_that_does_not_hold_is_refused_at_its_total(inventory, tmp_path, label, cell, rule):
    row_of(inventory, "Henan2012", label)[4] += 0.001
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_TOTALS", "Henan2012", cell)
    assert rule in refusal.message
    assert "column 'Briquettes'" in refusal.message
    assert "10^4 ton" in refusal.message


@pytest.mark.parametrize("label", ["Coke Input (-)", "Loss", "% Loss", "Non-Energy Use"])
def test_memo_rows_enter_no_sum(inventory, tmp_path, label):
    row_of(inventory, "Henan2012", label)[4] += 3.0
    assert read_energy_inventory(inventory.write(tmp_path / "a.xlsx")).findings == ()


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        ("", "E_EMPTY_CELL", "cells are empty, the first is D7"),
        ("n.a.", "E_NOT_NUMBER", "cell D7: 'n.a.' is no number"),
        (True, "E_NOT_NUMBER", "cell D7: 'True' is no number"),
    ],
)
def test_a_cell_that_is_no_number_is_refused(inventory, tmp_path, value, code, words):
    inventory.sheets["Jilin2012"][6][3] = value
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == (code, "Jilin2012", "D7")
    assert words in refusal.message


def test_error_cells_and_formulas_without_result_are_refused(inventory, tmp_path):
    inventory.sheets["Jilin2012"][6][3] = book.Formula("#REF!")
    assert verdict(refused(inventory, tmp_path)) == ("E_ERROR_CELLS", "Jilin2012", "D7")
    inventory.sheets["Jilin2012"][6][3] = book.Formula("")
    assert verdict(refused(inventory, tmp_path)) == ("E_EMPTY_CELL", "Jilin2012", "D7")


def test_a_unit_of_another_fuel_is_refused_with_its_cell(inventory, tmp_path):
    inventory.sheets["Fujian2012"][1][6] = "10^4 ton"  # coke oven gas is counted in cubic metres
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_UNIT_ENERGY", "Fujian2012", "G2")
    assert "the unit is '10^4 ton', expected '10^8 cu.m'" in refusal.message


def test_missing_repeated_and_unknown_columns_are_refused(inventory, tmp_path):
    header = inventory.sheets["Gansu2012"][0]
    header[20] = "Process"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == (
        "E_UNKNOWN_LAYOUT" if refusal.code == "E_UNKNOWN_LAYOUT" else "E_LABEL",
        "Gansu2012",
        "U1",
    )
    assert "column header 'Process' is no column of an energy inventory" in refusal.message
    header[20] = "Heat"
    assert verdict(refused(inventory, tmp_path)) == ("E_FUEL_SET", "Gansu2012", "U1")
    header[20] = ""
    assert "no column for other_energy" in refused(inventory, tmp_path).message


def test_missing_repeated_and_unknown_rows_are_refused(inventory, tmp_path):
    rows = inventory.sheets["Gansu2012"]
    rows[69][0] = rows[68][0]
    assert verdict(refused(inventory, tmp_path)) == ("E_SECTOR_SET", "Gansu2012", "A70")
    rows[69][0] = ""
    assert "62 labelled rows, expected 63; missing bunkers_in_china" in refused(inventory, tmp_path).message
    rows[69][0] = "Ships"
    assert verdict(refused(inventory, tmp_path)) == ("E_LABEL", "Gansu2012", "A70")


def test_the_total_row_of_a_co2_inventory_is_no_first_row_here(inventory, tmp_path):
    rows = inventory.sheets["Gansu2012"]
    rows[2][0] = "Total Consumption"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_LABEL", "Gansu2012", "A3")
    assert "expected is the row 'Total Final Consumption'" in refusal.message


def test_missing_and_repeated_provinces_are_named(inventory, tmp_path):
    inventory.sheets["湖南2012"] = inventory.sheets["Hunan2012"]
    assert verdict(refused(inventory, tmp_path)) == ("E_PROVINCE_SET", "湖南2012", "")
    del inventory.sheets["湖南2012"], inventory.sheets["Hainan2012"]
    assert "29 of the 30 province sheets are there; missing Hainan" in refused(inventory, tmp_path).message


def test_other_workbooks_are_told_apart(inventory, tmp_path):
    refusal = refused(book.make_inventory(), tmp_path)
    assert refusal.code == "E_UNKNOWN_LAYOUT"
    assert "this is a CO2 inventory, not an energy inventory" in refusal.message
    national = book.InventoryBook({str(year): book.energy_rows(1) for year in (2011, 2012)})
    assert "a national inventory (one sheet a year)" in refused(national, tmp_path).message
    for old in list(inventory.sheets)[4:]:
        inventory.rename(old, old.replace("2012", " prefecture"))
    assert refused(inventory, tmp_path).code == "E_CITY_WORKBOOK"
    tibet = [["Activity data (energy consumption)", "", "CO2 emissions"]]
    assert refused(book.InventoryBook({"Sheet1": tibet}), tmp_path).code == "E_TIBET_LAYOUT"
    assert refused(book.InventoryBook({"Sheet1": [["a", 1.0]]}), tmp_path).code == "E_UNKNOWN_LAYOUT"


def test_a_note_of_another_family_or_year_is_refused(inventory, tmp_path):
    inventory.sheets["NOTE"][1][1] = "2013"
    assert verdict(refused(inventory, tmp_path)) == ("E_YEAR_CONFLICT", "NOTE", "B2")
    inventory.sheets["NOTE"][0][1] = "China provincial CO2 emission inventory (by IPCC Sectoral Approach)"
    assert verdict(refused(inventory, tmp_path)) == ("E_NOTE_CONFLICT", "NOTE", "")


def test_a_title_of_another_year_is_refused_with_its_cell(inventory, tmp_path):
    inventory.sheets["Gansu2012"][0][0] = "Energy inventory of Gansu, 2011"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_YEAR_CONFLICT", "Gansu2012", "A1")
    assert "the title of sheet 'Gansu2012' says 2011 (cell A1)" in refusal.message


def test_the_year_comes_from_a_title_the_parameter_or_the_file_name(tmp_path):
    inventory = book.make_energy_inventory(with_note=False, suffix="")
    assert refused(inventory, tmp_path).code == "E_YEAR_UNKNOWN"
    assert read_energy_inventory(tmp_path / "spoilt.xlsx", year=2005).periods == ("2005",)
    named = read_energy_inventory(inventory.write(tmp_path / "energy_2004.xlsx"))
    assert named.periods == ("2004",)
    assert [finding.code for finding in named.findings] == ["W_YEAR_FROM_FILENAME"]
    inventory.sheets["Gansu"][0][0] = "Energy inventory 2003"
    titled = read_energy_inventory(inventory.write(tmp_path / "energy.xlsx"))
    assert (titled.periods, titled.findings) == (("2003",), ())
    assert "the year passed for it is 2005" in refused(inventory, tmp_path, 2005).message


@pytest.mark.parametrize("word", ["SYNTHETIC", "RECONSTRUCTED"])
def test_a_note_that_calls_the_data_invented_is_carried(inventory, tmp_path, word):
    inventory.sheets["NOTE"].append(["Warning", f"{word} DATA - not for quotation"])
    reading = read_energy_inventory(inventory.write(tmp_path / "a.xlsx"))
    assert (reading.is_synthetic, reading.is_reconstructed) == (word == "SYNTHETIC", word == "RECONSTRUCTED")


# --- the published workbooks (source: the workbooks themselves, cells looked up by hand) ---


@cache
def published(path: Path):
    """The reading of a published workbook; several tests look at the same ones."""
    return read_energy_inventory(path)


@pytest.mark.real_data
@pytest.mark.parametrize("year", [2012, 2015, 2017])
def test_the_published_workbooks_are_read_whole_and_add_up(real_data, year):
    reading = published(real_data / f"ceads/energy/省级能源清单_{year}.xlsx")
    assert reading.periods == (str(year),)
    assert len(reading.cells) == 37_800
    assert reading.cells["value"].null_count() == 0
    assert len(reading.identities) == 3
    assert max(identity.worst for identity in reading.identities) < 1e-10
    expected = [("W_NEGATIVE_ENERGY", "Zhejiang2015", "I50")] if year == 2015 else []
    assert [(finding.code, finding.sheet, finding.cell) for finding in reading.findings] == expected


@pytest.mark.real_data
def test_known_cells_of_inner_mongolia(real_data):
    def value(year: int, row_no: int, column_no: int) -> tuple[float, str, str, str]:
        cells = published(real_data / f"ceads/energy/省级能源清单_{year}.xlsx").cells.filter(
            (pl.col("province_code") == "NM") & (pl.col("row_no") == row_no) & (pl.col("column_no") == column_no)
        )
        return cells.select("value", "unit", "inventory_code", "fuel_code").row(0)

    assert value(2012, 3, 2) == (6751.3307749999985, "10^4 ton", "total_final_consumption", "raw_coal")
    assert value(2012, 54, 20) == (-3026.6435, "10^8 kwh", "transformation_thermal_power", "electricity")
    assert value(2015, 49, 19) == (21187.44, "10^10 kj", "household_urban", "heat")
    assert value(2017, 63, 20) == (94.54, "10^8 kwh", "loss", "electricity")
    assert value(2017, 65, 21) == (38.28, "10^4 tce", "total_consumption", "other_energy")
