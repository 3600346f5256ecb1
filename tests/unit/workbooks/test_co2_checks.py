"""The checks of CO2 inventories: wrong cells refused at their address, defects flagged, sums told as identities."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.workbooks.co2_checks import Tolerances, check_block, inventory_identities
from visceads.workbooks.co2_inventory import read_co2_inventory
from visceads.workbooks.inventory_block import InventoryBlock, content_hash
from visceads.workbooks.inventory_layout import InventoryLayout
from visceads.workbooks.refusal import Refusal
from visceads.workbooks.sheets import Sheet

book = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("inventory_book.py"))))
verdict = book.verdict


@pytest.fixture
def inventory():
    """A valid inventory of 2012, to be spoilt."""
    return book.make_inventory()


def refused(inventory, tmp_path, year=None, name="spoilt.xlsx") -> Refusal:
    return book.refused_by(read_co2_inventory, inventory, tmp_path / name, year)


def total_of(cells: pl.DataFrame, inventory_code: str = "total", fuel_code: str = "total") -> float:
    is_cell = (pl.col("inventory_code") == inventory_code) & (pl.col("fuel_code") == fuel_code)
    return cells.filter(is_cell)["value_mt"].sum()


# --- refusals: the cells ---


def test_a_total_row_off_by_one_percent_is_refused_with_both_sums_and_the_cell(inventory, tmp_path):
    total = inventory.sheets["Henan2012"][3]
    right = total[1]
    total[1] = right * 1.01
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_TOTALS", "Henan2012", "B4")
    assert f"the 47 rows of column 'Raw coal' add up to {right:.6f} Mt" in refusal.message
    assert f"its total row says {right * 1.01:.6f} Mt (tolerance 1e-06)" in refusal.message
    assert "Look at cell B4" in refusal.message


def test_a_whole_row_of_totals_off_names_the_worst_column(inventory, tmp_path):
    total = inventory.sheets["Henan2012"][3]
    total[1:] = [value * 1.01 for value in total[1:]]
    assert verdict(refused(inventory, tmp_path))[:2] == ("E_TOTALS", "Henan2012")


def test_a_wrong_cell_is_found_where_its_row_and_its_column_cross(inventory, tmp_path):
    inventory.sheets["Henan2012"][42][12] += 0.5  # diesel of power and heat
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_TOTALS", "Henan2012", "M43")
    assert "of column 'Diesel oil'" in refusal.message
    assert "row 'Production and Supply of Electric Power, Steam and Hot Water'" in refusal.message


def test_an_error_cell_in_the_block_is_refused_one_outside_is_not(inventory, tmp_path):
    inventory.sheets["Jilin2012"][7][2] = book.Formula("#REF!")
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_ERROR_CELLS", "Jilin2012", "C8")
    assert "1 cell(s) of the block hold an error such as #REF!" in refusal.message
    inventory = book.make_inventory()
    inventory.sheets["Jilin2012"][7].append(book.Formula("#REF!"))
    assert len(read_co2_inventory(inventory.write(tmp_path / "b.xlsx")).cells) == 31_680


def test_formula_cells_count_by_their_saved_result(inventory, tmp_path):
    rows = inventory.sheets["Jilin2012"]
    rows[3][1] = book.Formula(rows[3][1])
    assert read_co2_inventory(inventory.write(tmp_path / "a.xlsx")).findings == ()
    rows[3][1] = book.Formula("")
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_EMPTY_CELL", "Jilin2012", "B4")


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        (-0.25, "E_NEGATIVE", "the first is D7 (-0.25 Mt). Emissions cannot be negative"),
        ("", "E_EMPTY_CELL", "1 of 1056 cells are empty, the first is D7"),
        ("n.a.", "E_NOT_NUMBER", "cell D7: 'n.a.' is no number"),
        (True, "E_NOT_NUMBER", "cell D7: 'True' is no number"),
    ],
)
def test_a_cell_that_is_no_emission_is_refused(inventory, tmp_path, value, code, words):
    inventory.sheets["Jilin2012"][6][3] = value
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == (code, "Jilin2012", "D7")
    assert words in refusal.message


def test_process_emissions_in_another_row_are_refused(inventory, tmp_path):
    rows = inventory.sheets["Jilin2012"]
    cement, above = rows[book.CEMENT_ROW], rows[book.CEMENT_ROW - 1]
    for column in (book.PROCESS_COLUMN, book.TOTAL_COLUMN):
        cement[column], above[column] = above[column], cement[column]
    refusal = refused(inventory, tmp_path)
    assert verdict(refusal) == ("E_PROCESS_ROW", "Jilin2012", "V30")
    assert "row 'Plastic Products'" in refusal.message


# --- findings: loaded, but flagged ---


def test_scope_2_and_logging_are_noted(inventory, tmp_path):
    rows = inventory.sheets["Hebei2012"]
    for row in (3, 5):
        rows[row][19] = 4.5
    for row in (3, 11):  # logging
        rows[row][1] += 0.25
        rows[row][22] += 0.25
    findings = read_co2_inventory(inventory.write(tmp_path / "a.xlsx")).findings
    assert [(finding.code, finding.sheet, finding.cell) for finding in findings] == [
        ("W_SCOPE2", "Hebei2012", "T4"),
        ("W_LOGGING", "Hebei2012", "B12"),
    ]


def test_a_province_of_cement_alone_counts_as_missing(inventory, tmp_path):
    for row in inventory.sheets["Ningxia2012"][3:]:
        row[1:18] = [0.0] * 17
        row[22] = row[21]
    reading = read_co2_inventory(inventory.write(tmp_path / "a.xlsx"))
    assert [(finding.code, finding.sheet) for finding in reading.findings] == [("W_NO_ENERGY_DATA", "Ningxia2012")]
    message = reading.findings[0].message
    assert "Ningxia 2012 has no energy data: all 17 fuel totals are zero" in message
    assert "count as missing, not as zero" in message
    ningxia = reading.cells.filter(pl.col("province_code") == "NX")
    assert ningxia["value_mt"].null_count() == 0  # bronze holds what the workbook says
    assert total_of(ningxia) > 0


def test_an_empty_sheet_is_read_as_nulls(inventory, tmp_path):
    for row in inventory.sheets["Hainan2012"][3:]:
        row[1:] = [""] * 22
    reading = read_co2_inventory(inventory.write(tmp_path / "a.xlsx"))
    assert reading.cells.filter(pl.col("province_code") == "HI")["value_mt"].null_count() == 48 * 22
    assert len(reading.cells) == 31_680
    assert [(finding.code, finding.sheet) for finding in reading.findings] == [("W_NO_ENERGY_DATA", "Hainan2012")]
    assert "all 1056 cells are empty" in reading.findings[0].message


def without_cement(inventory, count: int):
    for rows in list(inventory.sheets.values())[1 : count + 1]:
        for row in (3, book.CEMENT_ROW):
            rows[row][22] -= rows[row][21]
            rows[row][21] = 0.0
    return inventory


def test_lost_cement_is_flagged_from_fifteen_provinces_on(inventory, tmp_path):
    findings = read_co2_inventory(without_cement(inventory, 15).write(tmp_path / "a.xlsx")).findings
    assert [finding.code for finding in findings] == ["E_PROCESS_LOST"]
    assert "of 2012 are zero in 15 of 30 provinces" in findings[0].message
    fewer = without_cement(book.make_inventory(), 2)
    findings = read_co2_inventory(fewer.write(tmp_path / "b.xlsx")).findings
    assert [(finding.code, finding.sheet, finding.cell) for finding in findings] == [
        ("W_PROCESS_ZERO", "Beijing2012", "V4"),
        ("W_PROCESS_ZERO", "Tianjin2012", "V4"),
    ]


def test_a_sum_sheet_that_disagrees_is_noted_but_never_a_source(tmp_path):
    inventory = book.make_inventory(with_note=False)
    totals = {name: rows[3][22] for name, rows in inventory.sheets.items()}
    summary = [["province", "Total"], *[[name.removesuffix("2012"), total] for name, total in totals.items()]]
    summary[3][1] += 7.0
    inventory.sheets = {"Sum": summary, **inventory.sheets}
    reading = read_co2_inventory(inventory.write(tmp_path / "a.xlsx"))
    assert reading.vintage == "V1"
    assert [(finding.code, finding.cell) for finding in reading.findings] == [("W_SUM_SHEET", "B4")]
    assert total_of(reading.cells) == pytest.approx(sum(totals.values()))


# --- identities ---


def test_identities_name_rule_worst_place_and_tolerance(inventory, tmp_path):
    for name, slip in [("Hebei2012", 2e-7), ("Henan2012", 6e-7)]:
        inventory.sheets[name][42][1] += slip  # raw coal of power and heat: its row and its column are off
    rows, columns = read_co2_inventory(inventory.write(tmp_path / "a.xlsx")).identities
    assert (rows.code, rows.rule) == ("inventory_rows_add_up", "sum of the 47 rows = total row")
    assert (columns.code, columns.rule) == ("inventory_columns_add_up", "17 fuels + process = total column")
    assert (rows.place, rows.sheet, rows.cell) == ("Henan, Raw coal", "Henan2012", "B4")
    power = "Production and Supply of Electric Power, Steam and Hot Water"
    assert (columns.place, columns.sheet, columns.cell) == (f"Henan, {power}", "Henan2012", "W43")
    for identity in (rows, columns):
        assert identity.worst == pytest.approx(6e-7, rel=1e-3)
        assert (identity.tolerance, identity.unit) == (1e-6, "Mt")


def test_identities_of_rounded_workbooks_state_their_wide_tolerances(tmp_path):
    inventory = book.make_inventory(with_note=False)
    for rows in inventory.sheets.values():
        for row in rows[3:]:
            row[1:] = [round(value, 1) for value in row[1:]]
    rows, columns = read_co2_inventory(inventory.write(tmp_path / "a.xlsx")).identities
    assert (rows.tolerance, columns.tolerance) == (1.0, 0.5)
    assert 0 < rows.worst < 1.0


def test_empty_sheets_enter_no_identity():
    empty = block_of(np.full((48, 22), np.nan))
    rows, columns = inventory_identities([empty], Tolerances(1e-6, 1e-6), lambda block: block.key)
    assert (rows.worst, rows.place, columns.worst, columns.place) == (0.0, "", 0.0, "")


# --- properties ---


def block_of(values: np.ndarray) -> InventoryBlock:
    fuels = codes.seed("fuel")["fuel_code"].to_list()
    rows = {code: 4 + i for i, code in enumerate(("total", *codes.inventory_codes()))}
    columns = {code: 2 + i for i, code in enumerate(fuels)}
    layout = InventoryLayout(Sheet("Hunan2012", "Hunan2012", []), 1, 2, 1, {})
    return InventoryBlock("a.xlsx", layout, "HN", rows, columns, values)


def balanced_values(seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).uniform(0, 30, (48, 22))
    values[:, 17:20] = 0
    values[:, 20] = 0
    values[27, 20] = 5
    values[8] = 0  # logging
    values[:, 21] = values[:, :17].sum(axis=1) + values[:, 20]
    values[0] = values[1:].sum(axis=0)
    return values


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 5),
    row=st.integers(0, 47),
    column=st.sampled_from([*range(17), 21]),
    change=st.floats(1e-4, 50),
)
def test_any_single_wrong_cell_is_refused_at_its_own_address(seed, row, column, change):
    values = balanced_values(seed)
    assert check_block(block_of(values), Tolerances(1e-6, 1e-6)) in ([],)
    values[row, column] += change
    block = block_of(values)
    with pytest.raises(Refusal) as caught:
        check_block(block, Tolerances(1e-6, 1e-6))
    assert verdict(caught.value) == ("E_TOTALS", "Hunan2012", block.cell(row, column))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), row=st.integers(0, 47), column=st.integers(0, 21))
def test_the_content_hash_changes_with_every_cell_and_not_with_the_order(seed, row, column):
    first, second = block_of(balanced_values(seed)), block_of(balanced_values(seed + 1))
    assert content_hash([first, second]) == content_hash([second, first])
    changed = balanced_values(seed)
    changed[row, column] = np.nextafter(changed[row, column], 99)
    assert content_hash([block_of(changed), second]) != content_hash([first, second])
