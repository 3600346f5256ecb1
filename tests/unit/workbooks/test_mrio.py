"""Whole workbooks: every layout gives the same table; spoilt ones are refused; known figures of the real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from visceads import codes
from visceads.workbooks import mrio as reader
from visceads.workbooks.mrio import read_mrio
from visceads.workbooks.mrio_cells import SCHEMA
from visceads.workbooks.refusal import Refusal, address
from visceads.workbooks.sheets import CellDefects

LAYOUTS = ("A", "A_PRIME", "B", "C")
SHEET = "Table_2012_consistent"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mrio")


@pytest.fixture(scope="module")
def readings(mrio, folder):
    """One workbook a layout, as read."""
    notes = {"A": "SYNTHETIC DATA", "A_PRIME": "RECONSTRUCTED TEST FIXTURE", "B": "Zheng et al.", "C": "万元"}
    # Only the sheet of layout A' states no year.
    files = {name: "MRIO_2012.xlsx" if name == "A_PRIME" else f"MRIO_{name}.xlsx" for name in LAYOUTS}
    found = {}
    for name, note in notes.items():
        layout = getattr(mrio, name)
        sheets = {"Note": [[note]], layout.sheet: mrio.rows(layout)}
        found[name] = read_mrio(mrio.write(folder / files[name], sheets))
    return found


@pytest.fixture
def read_sheets(mrio, monkeypatch):
    """Read sheets as if they stood in a workbook; writing and parsing a file would take most of the time."""

    def read(**sheets):
        monkeypatch.setattr(reader, "open_workbook", lambda path: mrio.in_memory(sheets, path.name))
        monkeypatch.setattr(reader, "cell_defects", mrio.no_defects)
        return read_mrio(Path("MRIO.xlsx"))

    return read


@pytest.fixture
def refused(read_sheets):
    """Read sheets, return the refusal."""

    def refuse(**sheets):
        with pytest.raises(Refusal) as caught:
            read_sheets(**sheets)
        return caught.value

    return refuse


@pytest.mark.parametrize(
    ("name", "table_id", "classification"),
    [("A", "2012", "2012"), ("A_PRIME", "2012-new", "2017"), ("B", "2018", "2012"), ("C", "2020", "2012")],
)
def test_every_layout_gives_the_same_table(mrio, readings, name, table_id, classification):
    (table,) = readings[name].tables
    expected = mrio.table()
    assert (table.table_id, table.classification) == (table_id, classification)
    assert table.sheet == getattr(mrio, name).sheet
    assert np.array_equal(table.arrays.flows, expected.Z)
    assert np.array_equal(table.arrays.final_demand, expected.FU)
    for item in ("EX", "ERR", "GO"):
        assert np.array_equal(table.arrays.row_items[item], expected.row_items[item])
    for item in ("IM", "VA001", "VA002", "VA003", "VA004"):
        assert np.array_equal(table.arrays.column_items[item], expected.column_items[item])
    assert np.array_equal(table.arrays.final_imports, expected.final_imports)


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_bronze_cell_stands_where_it_says(mrio, readings, name):
    """Each row of the frame is looked up on the sheet by its address, and the labels there resolve to its codes."""
    layout = getattr(mrio, name)
    rows = mrio.rows(layout)
    cells = readings[name].tables[0].cells
    assert dict(cells.schema) == SCHEMA
    for row_no, column_no, value in cells.sample(2000, seed=1).select("row_no", "column_no", "value").iter_rows():
        assert rows[row_no - 1][column_no - 1] == value, address(row_no, column_no)
    flows = cells.filter(block="flow").sample(300, seed=1)
    for cell in flows.iter_rows(named=True):
        label = rows[cell["row_no"] - 1][1]
        assert codes.code_of("mrio", label) == cell["row_code"]
        label = rows[layout.header_row][cell["column_no"] - 1]
        assert codes.code_of("mrio", label) == cell["column_code"]
        place = (cell["row_no"] - layout.first_row) // 42
        assert codes.province_codes()[place] == cell["row_province_code"]


def test_the_frame_has_the_blocks_of_the_architecture(readings, mrio):
    cells = readings["A"].tables[0].cells
    counts = dict(cells.group_by("block").len().iter_rows())
    table = mrio.table()
    assert counts["flow"] == np.count_nonzero(table.Z)
    assert counts["final_demand"] == np.count_nonzero(table.FU)
    assert counts["column_item"] == sum(np.count_nonzero(item) for item in table.column_items.values()) + 155
    assert set(cells.filter(block="row_item")["column_code"]) == {"TIU", "EX", "TFU", "ERR", "GO"}
    assert cells.filter(block="row_item")["column_province_code"].null_count() == counts["row_item"]
    imports = cells.filter(block="column_item", row_code="IM")
    assert set(imports["column_code"]) >= {"FU101", "FU202", "construction"}
    assert cells.filter(block="column_item")["row_province_code"].null_count() == counts["column_item"]
    assert cells["value"].null_count() == 0
    assert not cells.filter(block="flow")["value"].eq(0).any()


def test_findings_say_what_was_taken_for_granted(readings):
    found = {name: {finding.code for finding in reading.findings} for name, reading in readings.items()}
    assert found["A"] == {"W_EMPTY_CELL"}
    assert found["A_PRIME"] == {"W_EMPTY_CELL", "W_YEAR_FROM_FILENAME", "W_NO_SATELLITE"}
    assert found["B"] == {"W_EMPTY_CELL", "W_LABEL_REPAIRED"}
    assert found["C"] == {"W_EMPTY_CELL", "W_NO_SATELLITE"}
    repaired = next(f for f in readings["B"].findings if f.code == "W_LABEL_REPAIRED")
    assert "'Fi0ce', 'Hai0', 'He0', 'Hu0', 'Yun0'" in repaired.message
    empty = next(f for f in readings["A"].findings if f.code == "W_EMPTY_CELL")
    assert empty.cell == "F5"
    assert empty.message.startswith("MRIO_A.xlsx, sheet 'Table_2012_consistent', cell F5: ")


def test_identities_name_their_table_and_hold(readings):
    for name, table_id in (("A", "2012"), ("A_PRIME", "2012-new"), ("C", "2020")):
        identities = readings[name].identities
        assert {one.place.split(":")[0] for one in identities} == {f"table {table_id}"}
        assert all(one.tolerance is None or one.worst <= one.tolerance for one in identities)
        stated = {one.code for one in identities}
        assert {"rows_balance", "columns_balance", "spectral_radius_below_one", "value_added_fits_gdp"} <= stated
        assert ("power_emits_most" in stated) == (name == "A")
        assert {one.sheet for one in identities} == {readings[name].tables[0].sheet}


def test_a_note_marks_test_and_demonstration_material(readings):
    assert (readings["A"].is_synthetic, readings["A"].is_reconstructed) == (True, False)
    assert (readings["A_PRIME"].is_synthetic, readings["A_PRIME"].is_reconstructed) == (False, True)
    assert (readings["B"].is_synthetic, readings["B"].is_reconstructed) == (False, False)


def test_rows_in_another_order_than_columns_are_put_in_order(mrio, read_sheets):
    rows = mrio.rows(mrio.A)
    provinces = [rows[4 + 42 * p : 4 + 42 * (p + 1)] for p in range(31)]
    rows[4 : 4 + 1302] = [row for block in reversed(provinces) for row in block]
    (table,) = read_sheets(**{SHEET: rows}).tables
    assert np.array_equal(table.arrays.flows, mrio.table().Z)
    assert table.places.row_nos[0] == 5 + 30 * 42


def test_provinces_in_another_order_on_both_axes_are_put_in_order(mrio, read_sheets):
    rows = mrio.rows(mrio.A)
    order = [p * 42 + s for p in reversed(range(31)) for s in range(42)]
    rows[4 : 4 + 1302] = [rows[4 + k] for k in order]
    for row in rows:
        row[3 : 3 + 1302] = [row[3 + k] for k in order]
    (table,) = read_sheets(**{SHEET: rows}).tables
    assert np.array_equal(table.arrays.flows, mrio.table().Z)
    assert np.array_equal(table.arrays.final_demand, mrio.table().FU)


def test_error_cells_in_the_table_are_refused_and_in_check_columns_not_counted(mrio, tmp_path):
    rows = mrio.rows(mrio.A)
    rows[4 + mrio.closed_sector][-2] = mrio.Formula("#DIV/0!")  # a check column: not counted
    rows[9][20] = rows[7][30] = mrio.Formula("#REF!")
    path = mrio.write(tmp_path / "MRIO.xlsx", {SHEET: rows})
    with pytest.raises(Refusal, match="2 error cells") as caught:
        read_mrio(path)
    assert (caught.value.code, caught.value.sheet, caught.value.cell) == ("E_ERROR_CELLS", SHEET, "AE8")


def test_a_formula_saved_without_its_result_is_refused(mrio, refused, monkeypatch):
    monkeypatch.setattr(mrio, "no_defects", lambda *_: CellDefects([], [(10, 21)]))
    refusal = refused(**{SHEET: mrio.rows(mrio.A)})
    assert (refusal.code, refusal.cell) == ("E_EMPTY_CELL", "U10")
    assert "saved without their result" in refusal.message


def test_text_where_a_number_is_expected_is_refused_with_its_cell(mrio, refused):
    rows = mrio.rows(mrio.A)
    rows[9][20] = "n.a."
    refusal = refused(**{SHEET: rows})
    assert (refusal.code, refusal.cell) == ("E_NOT_NUMBER", "U10")
    assert refusal.message.startswith("MRIO.xlsx, sheet 'Table_2012_consistent', cell U10: 'n.a.' stands where")


def test_a_truth_value_is_no_number(mrio, refused):
    rows = mrio.rows(mrio.A)
    rows[9][20] = True
    assert refused(**{SHEET: rows}).code == "E_NOT_NUMBER"


def test_a_number_stored_as_text_is_read_and_noted(mrio, read_sheets):
    rows = mrio.rows(mrio.A)
    stated = rows[4][3]
    rows[4][3] = f" {stated:.1f} "
    reading = read_sheets(**{SHEET: rows})
    assert reading.tables[0].arrays.flows[0, 0] == stated
    noted = next(finding for finding in reading.findings if finding.code == "W_NUMBER_AS_TEXT")
    assert noted.cell == "D5"


def test_an_empty_output_of_a_sector_that_sells_is_refused(mrio, refused):
    rows = mrio.rows(mrio.A)
    output = 3 + 1302 + 1 + 155 + 3
    rows[4][output] = ""
    refusal = refused(**{SHEET: rows})
    assert (refusal.code, refusal.cell) == ("E_EMPTY_CELL", address(5, output + 1))
    assert "Beijing / Agriculture" in refusal.message


def test_an_empty_emission_stays_empty(mrio, read_sheets):
    rows = mrio.rows(mrio.A)
    rows[-1][3] = ""
    (table,) = read_sheets(**{SHEET: rows}).tables
    assert np.isnan(table.arrays.column_items["CO2"][0])
    emissions = table.cells.filter(block="column_item", row_code="CO2")
    assert emissions.filter(column_province_code="BJ", column_code="agriculture").is_empty()


def test_exchanged_row_labels_are_refused_by_name(mrio, refused):
    """Hunan and Hubei exchange their row labels: each row still balances, the table is wrong."""
    rows = mrio.rows(mrio.A)
    order = codes.province_codes()
    for sector in range(42):
        first, second = (rows[4 + order.index(code) * 42 + sector] for code in ("HB", "HN"))
        first[0], second[0] = second[0], first[0]
    refusal = refused(**{SHEET: rows})
    assert refusal.code == "E_BALANCE"
    assert "Hubei and Hunan" in refusal.message
    assert "look exchanged" in refusal.message


class TestTwins:
    def test_of_two_equal_prints_the_clean_one_is_kept(self, mrio, read_sheets):
        english = mrio.rows(mrio.replace(mrio.B, title=""))
        chinese = mrio.rows(mrio.replace(mrio.C, title=""))
        reading = read_sheets(**{"Table_2018_English": english, "Table_2018_中文": chinese})
        assert [table.sheet for table in reading.tables] == ["Table_2018_中文"]
        left_out = next(finding for finding in reading.findings if finding.code == "W_TWIN_LEFT_OUT")
        assert "'Table_2018_English'" in left_out.message

    def test_two_prints_that_differ_are_refused_with_both_cells(self, mrio, refused):
        table = mrio.table()
        chinese = mrio.rows(mrio.replace(mrio.C, title=""), table)
        table.FU[0, 0] += 5.0
        english = mrio.rows(mrio.replace(mrio.B, title=""), table)
        refusal = refused(**{"Table_2018_English": english, "Table_2018_中文": chinese})
        assert refusal.code == "E_TWIN_MISMATCH"
        assert "cell AXG5 there" in refusal.message
        assert refusal.sheet == "Table_2018_中文"


def test_one_broken_table_refuses_the_workbook(mrio, refused):
    broken = mrio.rows(mrio.A_PRIME)
    broken[4][3] = -1.0
    refusal = refused(Table_2017_consistent=mrio.rows(mrio.A), English_Version=broken)
    assert (refusal.code, refusal.sheet, refusal.cell) == ("E_NEGATIVE", "English_Version", "D5")


def test_other_files_are_refused_by_name(tmp_path, mrio):
    matlab = tmp_path / "city.mat"
    matlab.write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200))
    with pytest.raises(Refusal, match="313 regions x 42 sectors") as caught:
        read_mrio(matlab)
    assert caught.value.code == "E_MRIO_FAMILY"
    path = mrio.write(tmp_path / "other.xlsx", {"Sheet1": [["a", "b"], [1.0, 2.0]]})
    with pytest.raises(Refusal, match="sheets Sheet1") as caught:
        read_mrio(path)
    assert caught.value.code == "E_UNKNOWN_LAYOUT"


KNOWN = {
    # table: gross output (1e6 million yuan), inactive, of them Tibet, non-zero flows, negative FU cells, CO2 (Mt)
    "2012": (168.6723, 29, 12, 1_459_063, 86, 9340.9904),
    "2017": (265.1235, 22, 9, 1_488_141, 118, 9732.6752),
    "2017-new": (266.3625, 20, 8, 1_473_732, 141, None),
}


@pytest.mark.real_data
@pytest.mark.parametrize("year", [2012, 2017])
def test_known_figures_of_the_reference_tables(real_data, real_mrio, year):
    reading = real_mrio(year)
    assert {finding.code for finding in reading.findings} <= {"W_SMALL_NEGATIVE", "W_NO_SATELLITE"}
    for one in reading.identities:
        assert one.tolerance is None or one.worst <= one.tolerance, one
    assert (reading.is_reconstructed, reading.is_synthetic) == (True, False)
    assert [table.table_id for table in reading.tables] == [str(year)] + ["2017-new"] * (year == 2017)
    for table in reading.tables:
        output = table.arrays.gross_output
        emission = table.arrays.column_items.get("CO2")
        assert (
            round(output.sum() / 1e8, 4),
            np.count_nonzero(output == 0),
            np.count_nonzero(output[25 * 42 : 26 * 42] == 0),
            table.cells.filter(block="flow").height,
            table.cells.filter((pl.col("block") == "final_demand") & (pl.col("value") < 0)).height,
            None if emission is None else round(float(emission.sum()), 4),
        ) == KNOWN[table.table_id]
    if year in {2012, 2015}:
        assert_flows_of_the_prototype(reading.tables[0].arrays.flows, real_data, str(year))


def assert_flows_of_the_prototype(flows, real_data, year):
    """The 88 largest intra-provincial flows of each province are real CEADs cells, published in million yuan."""
    edges = pl.read_parquet(real_data / "prototype" / "backbone_edges_2012_2015.parquet").filter(table_year=year)
    provinces = codes.province_codes()
    for province, block in edges.group_by("province_code"):
        start = 42 * provinces.index(province[0])
        own = flows[start : start + 42, start : start + 42]
        sellers = block["seller_sector_no"].cast(pl.Int32).to_numpy() - 1
        buyers = block["buyer_sector_no"].cast(pl.Int32).to_numpy() - 1
        assert block.height == 88
        np.testing.assert_allclose(own[sellers, buyers] / 100, block["flow_m_cny"].to_numpy(), rtol=1e-6)
        assert np.sort(own[sellers, buyers]).tolist() == np.sort(own, axis=None)[-88:].tolist()
    assert edges["province_code"].n_unique() == 31
