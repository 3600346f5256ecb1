"""National CO2 inventories: known answers on the published workbook, refusals on spoilt ones."""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from visceads import codes
from visceads.workbooks.co2_national import CELL_SCHEMA, read_co2_national

book = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("inventory_book.py"))))
verdict = book.verdict
PUBLISHED = "ceads/national/China_CO2_Inventory_1997-2019_(IPCC_Sectoral_Emissions).xlsx"


@pytest.fixture
def inventory():
    """A valid national inventory of 2010 to 2012, to be spoilt."""
    return book.make_national()


def refused(inventory, tmp_path):
    return book.refused_by(read_co2_national, inventory, tmp_path / "spoilt.xlsx")


def older_release(years=(2012, 2011, 2010)):
    """The oldest layout: no note, years descending, one decimal, two summaries with the total first."""
    inventory = book.make_national(tuple(sorted(years)))
    sheets = {}
    for year in years:
        rows = inventory.sheets[str(year)]
        kept = [0, *range(1, 18), 21, 22]  # the oldest sheets lack heat, electricity, other energy
        sheets[str(year)] = [[round(row[c], 1) if isinstance(row[c], float) else row[c] for c in kept] for row in rows]
        sheets[str(year)][0][-1] = "Total"
    by_energy = [["", "Total", *sheets[str(years[0])][0][1:-1]]]
    by_energy += [[year, sheets[str(year)][3][-1], *sheets[str(year)][3][1:-1]] for year in years]
    by_sector = [["", *years]]
    for row_no in range(3, 51):
        by_sector.append([sheets[str(years[0])][row_no][0], *[sheets[str(year)][row_no][-1] for year in years]])
    return book.InventoryBook({"Sum by energy": by_energy, "Sum by sector": by_sector, **sheets})


# --- a valid workbook ---


def test_every_cell_of_a_valid_inventory_is_read_at_its_address(inventory, tmp_path):
    reading = read_co2_national(inventory.write(tmp_path / "a.xlsx"))
    assert reading.cells.schema == CELL_SCHEMA
    assert len(reading.cells) == 3 * 48 * 22
    assert (reading.family, reading.periods) == ("co2_national", ("2010", "2011", "2012"))
    assert (reading.vintage, reading.findings) == ("national-2010-2012", ())
    assert book.misplaced(reading.cells, inventory) == []
    cement = reading.cells.row(
        by_predicate=(pl.col("sheet") == "2011") & (pl.col("row_no") == 31) & (pl.col("column_no") == 22), named=True
    )
    assert (cement["year"], cement["inventory_code"], cement["fuel_code"]) == (
        *(2011, "nonmetal_mineral_products", "process"),
    )
    assert [(identity.code, identity.tolerance) for identity in reading.identities] == [
        ("inventory_rows_add_up", 1e-6),
        ("inventory_columns_add_up", 1e-6),
        ("national_summary_agrees", 1e-6),
    ]


def test_the_oldest_layout_is_read_years_ascending(tmp_path):
    inventory = older_release()
    reading = read_co2_national(inventory.write(tmp_path / "a.xlsx"))
    assert len(reading.cells) == 3 * 48 * 19
    assert (reading.periods, reading.vintage, reading.findings) == (*(("2010", "2011", "2012"), "national-older", ()),)
    assert reading.cells["year"].is_sorted()
    assert book.misplaced(reading.cells, inventory) == []
    assert [(identity.code, identity.tolerance) for identity in reading.identities] == [
        ("inventory_rows_add_up", 1.0),
        ("inventory_columns_add_up", 0.5),
        ("national_summary_agrees", 0.5),
    ]


def test_an_identity_names_its_year_and_cell(inventory, tmp_path):
    inventory.sheets["2011"][3][1] += 5e-7
    inventory.sheets["Sum-Sec-Scope 1"][30][2] += 3e-7
    rows, columns, summary = read_co2_national(inventory.write(tmp_path / "a.xlsx")).identities
    assert (rows.place, rows.sheet, rows.cell) == ("2011, Raw coal", "2011", "B4")
    assert (columns.place, columns.sheet, columns.cell) == ("2011, total", "2011", "W4")
    assert rows.worst == pytest.approx(5e-7, rel=1e-3)
    assert summary.worst == pytest.approx(5e-7, rel=1e-3)  # the summary by fuel has the raw coal of before
    assert (summary.place, summary.sheet, summary.cell) == ("2011, Raw coal", "sum", "B3")


def test_a_workbook_without_summaries_and_a_summary_of_more_years_are_read(inventory, tmp_path):
    inventory.sheets["Sum-Sec-Scope 1"] = [[*row, ""] for row in inventory.sheets["Sum-Sec-Scope 1"]]
    inventory.sheets["Sum-Sec-Scope 1"][0][4] = 2013.0  # a year that has no sheet
    inventory.sheets["Sum-Sec-Scope 1"][3][4] = 77.0
    assert len(read_co2_national(inventory.write(tmp_path / "a.xlsx")).identities) == 3
    del inventory.sheets["sum"], inventory.sheets["Sum-Sec-Scope 1"]
    reading = read_co2_national(inventory.write(tmp_path / "b.xlsx"))
    assert [identity.code for identity in reading.identities] == ["inventory_rows_add_up", "inventory_columns_add_up"]


def test_scope_2_and_lost_cement_are_noted(inventory, tmp_path):
    for row in (3, 5):
        inventory.sheets["2011"][row][19] = 4.5
    del inventory.sheets["sum"], inventory.sheets["Sum-Sec-Scope 1"]
    for row in (3, book.CEMENT_ROW):
        inventory.sheets["2012"][row][22] -= inventory.sheets["2012"][row][21]
        inventory.sheets["2012"][row][21] = 0.0
    findings = read_co2_national(inventory.write(tmp_path / "a.xlsx")).findings
    assert [(finding.code, finding.sheet, finding.cell) for finding in findings] == [
        ("W_SCOPE2", "2011", "T4"),
        ("W_PROCESS_ZERO", "2012", "V4"),
    ]
    assert "process emissions (cement) of China 2012 are zero" in findings[1].message


# --- refusals ---


@pytest.mark.parametrize(
    ("place", "cell", "source"),
    [
        (("Sum-Sec-Scope 1", 3, 2), "C4", "W4"),
        (("Sum-Sec-Scope 1", 41, 3), "D42", "W42"),
        (("sum", 2, 5), "F3", "F4"),
        (("sum", 3, 22), "W4", "W4"),
    ],
)
def test_a_summary_that_says_something_else_is_refused(inventory, tmp_path, place, cell, source):
    sheet, row, column = place
    right = inventory.sheets[sheet][row][column]
    inventory.sheets[sheet][row][column] += 0.0001
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_TOTALS", sheet, cell)
    assert f"the summary says {right + 0.0001:.6f} Mt" in refusal.message
    assert f"the year's own sheet says {right:.6f} Mt in cell {source}" in refusal.message


def test_a_summary_of_rounded_figures_that_differs_is_noted(tmp_path):
    inventory = older_release()
    inventory.sheets["Sum by sector"][1][1] += 0.4
    assert read_co2_national(inventory.write(tmp_path / "a.xlsx")).findings == ()
    inventory.sheets["Sum by energy"][2][1] += 7.0
    findings = read_co2_national(inventory.write(tmp_path / "b.xlsx")).findings
    assert [(finding.code, finding.sheet, finding.cell) for finding in findings] == [
        ("W_SUM_SHEET", "Sum by energy", "B3")
    ]


def test_a_formula_without_result_in_a_summary_is_refused(inventory, tmp_path):
    inventory.sheets["sum"][1][1] = book.Formula(inventory.sheets["sum"][1][1])
    assert read_co2_national(inventory.write(tmp_path / "a.xlsx")).findings == ()
    inventory.sheets["sum"][1][1] = book.Formula("")
    assert verdict(refused(inventory, tmp_path)) == ("E_EMPTY_CELL", "sum", "B2")


def test_wrong_sums_and_wrong_cells_are_refused_on_their_sheet(inventory, tmp_path):
    inventory.sheets["2011"][42][12] += 0.5
    assert verdict(refused(inventory, tmp_path)) == ("E_TOTALS", "2011", "M43")
    for value, code in [(-0.25, "E_NEGATIVE"), ("", "E_EMPTY_CELL"), ("n.a.", "E_NOT_NUMBER")]:
        spoilt = book.make_national()
        spoilt.sheets["2011"][6][3] = value
        assert verdict(refused(spoilt, tmp_path)) == (code, "2011", "D7")
    spoilt.sheets["2011"][6][3] = book.Formula("#N/A")
    assert verdict(refused(spoilt, tmp_path)) == ("E_ERROR_CELLS", "2011", "D7")


def test_a_wrong_frame_is_refused_on_its_sheet(tmp_path):
    for row, column, text, code in [
        (1, 4, "10^4 ton", "E_UNIT_CO2"),
        (0, 5, "Cokes", "E_LABEL"),
        (0, 6, "Coke", "E_FUEL_SET"),
        (9, 0, "Iron mining", "E_LABEL"),
        (10, 0, "Nonmetal Minerals Mining and Dressing", "E_SECTOR_SET"),
    ]:
        spoilt = book.make_national()
        spoilt.sheets["2011"][row][column] = text
        assert verdict(refused(spoilt, tmp_path))[:2] == (code, "2011")


def test_a_note_with_other_years_than_the_sheets_is_refused(inventory, tmp_path):
    del inventory.sheets["2011"]
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_YEAR_CONFLICT", "NOTE", "B2")
    assert "of 2011 there is only one of the two" in refusal.message


def test_a_title_of_another_year_and_two_sheets_of_one_year_are_refused(inventory, tmp_path):
    inventory.sheets["2011"][0][0] = "Emission inventory 2010"
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_YEAR_CONFLICT", "2011", "A1")
    inventory = book.make_national()
    inventory.sheets["20１1"] = inventory.sheets["2011"]  # a full-width digit
    assert verdict(refused(inventory, tmp_path)) == ("E_YEAR_CONFLICT", "20１1", "")


def test_an_inventory_without_year_and_a_year_without_inventory_are_refused(inventory, tmp_path):
    inventory.sheets["Hunan2012"] = book.province_rows(3)
    assert verdict(refused(inventory, tmp_path)) == ("E_YEAR_UNKNOWN", "Hunan2012", "")
    inventory = book.make_national()
    inventory.sheets["2011"] = [["nothing here"]]
    assert verdict(refused(inventory, tmp_path)) == ("E_UNKNOWN_LAYOUT", "2011", "")


def test_other_workbooks_are_told_apart(inventory, tmp_path):
    assert "this is no national inventory" in refused(book.make_inventory(), tmp_path).message
    energy = book.InventoryBook({str(year): book.energy_rows(1) for year in (2011, 2012)})
    assert "this is an energy inventory" in refused(energy, tmp_path).message
    tibet = [["Activity data (energy consumption)", "", "CO2 emissions"]]
    assert refused(book.InventoryBook({"Sheet1": tibet}), tmp_path).code == "E_TIBET_LAYOUT"
    assert refused(book.InventoryBook({"Sheet1": [["a", 1.0]]}), tmp_path).code == "E_UNKNOWN_LAYOUT"
    inventory.sheets["NOTE"][0][1] = "China provincial CO2 emission inventory (by IPCC Sectoral Approach)"
    assert verdict(refused(inventory, tmp_path)) == ("E_NOTE_CONFLICT", "NOTE", "")


# --- the published workbook (source: CEADs national sectoral inventory 1997-2019) ---


@cache
def published(path: Path):
    """The reading of the published workbook; several tests look at it."""
    return read_co2_national(path)


@pytest.mark.real_data
def test_the_published_workbook_is_read_whole_and_adds_up(real_data):
    reading = published(real_data / PUBLISHED)
    assert reading.periods == tuple(str(year) for year in range(1997, 2020))
    assert (reading.vintage, reading.findings) == ("national-1997-2019", ())
    assert len(reading.cells) == 23 * 48 * 22
    assert reading.cells["value_mt"].null_count() == 0
    rows, columns, summary = reading.identities
    assert max(rows.worst, columns.worst) < 1e-11
    assert summary.worst == 0.0


@pytest.mark.real_data
def test_totals_equal_the_published_list(real_data):
    cells = published(real_data / PUBLISHED).cells
    totals = cells.filter((pl.col("inventory_code") == "total") & (pl.col("fuel_code") == "total"))
    listed = codes.seed("co2_national_year_published").select(
        "vintage", pl.col("year").cast(pl.Int32), pl.col("co2_mt").cast(pl.Float64)
    )
    joined = totals.join(listed.filter(pl.col("vintage") == "national-1997-2019"), on="year")
    assert len(joined) == 23
    assert (joined["value_mt"] - joined["co2_mt"]).abs().max() < 1e-6
    by_year = dict(totals.select("year", "value_mt").iter_rows())
    for year, total in {2012: 9080.5484, 2015: 9253.5028, 2017: 9408.1708, 2019: 9794.7564}.items():
        assert by_year[year] == pytest.approx(total, abs=6e-5)


@pytest.mark.real_data
def test_known_cells_of_1997(real_data):
    cells = published(real_data / PUBLISHED).cells.filter(pl.col("year") == 1997)
    by_code = {(row[0], row[1]): row[2] for row in cells.select("inventory_code", "fuel_code", "value_mt").iter_rows()}
    assert by_code["power_heat", "raw_coal"] == 976.4296777670315
    assert by_code["nonmetal_mineral_products", "process"] == 142.73952340000002
    assert by_code["household_rural", "total"] == 109.75999581243985
