"""Spoilt workbooks as they reach a user: code, sheet, cell and a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from visceads import codes
from visceads.workbooks import mrio as reader
from visceads.workbooks.mrio import read_mrio
from visceads.workbooks.mrio_axis import find_tables
from visceads.workbooks.refusal import Refusal, address
from visceads.workbooks.sheets import CellDefects

FIRST_ROW, FIRST_COLUMN = 4, 3  # of the flows in layout A, counted from 0
OUTPUT = FIRST_COLUMN + 1302 + 1 + 155 + 3
BELOW = FIRST_ROW + 1302


@pytest.fixture
def rows(mrio):
    """The sheet of a valid table in layout A, to be spoilt."""
    return mrio.rows(mrio.A)


@pytest.fixture
def read(mrio, monkeypatch):
    """Read sheets as if they stood in a workbook: writing and parsing a file takes ten times as long."""

    def read_sheets(sheets, file="MRIO.xlsx", year=None):
        monkeypatch.setattr(reader, "open_workbook", lambda path: mrio.in_memory(sheets, path.name))
        monkeypatch.setattr(reader, "cell_defects", mrio.no_defects)
        return read_mrio(Path(file), year)

    return read_sheets


@pytest.fixture
def refused(mrio, read):
    """Read one sheet of layout A; return the refusal, whose message names file and sheet and ends with advice."""

    def refuse(rows, sheet=mrio.A.sheet, **others):
        with pytest.raises(Refusal) as caught:
            read({sheet: rows}, **others)
        refusal = caught.value
        cell = f", cell {refusal.cell}" if refusal.cell else ""
        assert refusal.sheet == sheet
        assert refusal.message.startswith(f"MRIO.xlsx, sheet '{sheet}'{cell}: ")
        assert refusal.message.endswith(".")
        return refusal

    return refuse


def scale_money(rows, factor):
    """State all money in another unit; CO2, in the last row, stays."""
    for row in rows[FIRST_ROW:-1]:
        row[FIRST_COLUMN:] = [cell * factor if isinstance(cell, float) else cell for cell in row[FIRST_COLUMN:]]


# --- labels and axes ---


def test_a_missing_sector_row_is_named(rows, refused):
    del rows[FIRST_ROW + 3 * 42 + 1]
    refusal = refused(rows)
    assert refusal.code == "E_SECTOR_SET"
    assert "missing Shanxi / Coal mining. Compare with the publisher's copy, restore" in refusal.message


def test_unknown_labels_are_refused_with_cell_and_seed(rows, refused):
    rows[FIRST_ROW + 50][1] = "Coal and so on"
    refusal = refused(rows)
    assert (refusal.code, refusal.cell) == ("E_LABEL", "B55")
    assert "'Coal and so on' is in no alias table. If it is a new spelling, add it to the seed" in refusal.message
    rows[FIRST_ROW + 10][0] = "Peking Area"
    assert (refused(rows).code, refused(rows).cell) == ("E_LABEL", "A15")


def test_column_labels_of_two_provinces_exchanged_are_named(rows, refused):
    provinces, header = codes.province_codes(), rows[1]
    for sector in range(42):
        one, other = (FIRST_COLUMN + provinces.index(code) * 42 + sector for code in ("SX", "SN"))
        header[one], header[other] = header[other], header[one]
    refusal = refused(rows)
    assert refusal.code == "E_BALANCE"
    assert "all of Shanxi and Shaanxi" in refusal.message
    assert "look exchanged. Compare the labels of both axes" in refusal.message


# --- values ---


def test_negative_output_and_negative_flow_are_refused_with_their_cells(rows, refused):
    rows[FIRST_ROW][OUTPUT] *= -1
    refusal = refused(rows)
    assert (refusal.code, refusal.cell) == ("E_NEGATIVE", address(FIRST_ROW + 1, OUTPUT + 1))
    assert f"GO of Beijing / Agriculture is {rows[FIRST_ROW][OUTPUT]:,.6g}; it cannot be negative" in refusal.message
    rows[FIRST_ROW][OUTPUT] *= -1
    rows[FIRST_ROW + 1][FIRST_COLUMN + 43] = -12.5
    refusal = refused(rows)
    assert (refusal.code, refusal.cell) == ("E_NEGATIVE", "AU6")
    assert "the flow from Beijing / Coal mining to Tianjin / Coal mining is -12.5" in refusal.message


def test_an_empty_flow_counts_as_zero_and_is_noted(rows, read, refused, mrio):
    rows[FIRST_ROW + 5][FIRST_COLUMN] = ""
    reading = read({mrio.A.sheet: rows})
    (finding,) = reading.findings
    assert (finding.code, finding.sheet, finding.cell) == ("W_EMPTY_CELL", mrio.A.sheet, "D10")
    assert "1 empty cells in the table count as zero, the first is D10" in finding.message
    assert np.array_equal(reading.tables[0].arrays.flows, mrio.table().Z)
    rows[FIRST_ROW][FIRST_COLUMN] = ""  # five million 10k yuan are missing now
    assert refused(rows).code == "E_BALANCE"


@pytest.mark.parametrize("text", ["1 234", "1,234.5", "12..5", "#REF!", "１２"])
def test_text_that_is_no_plain_number_is_refused(rows, refused, text):
    rows[FIRST_ROW + 5][FIRST_COLUMN] = text
    refusal = refused(rows)
    assert (refusal.code, refusal.cell) == ("E_NOT_NUMBER", "D10")
    assert f"'{text}' stands where a number is expected. Put the number there" in refusal.message


def test_money_in_another_unit_is_refused(rows, refused):
    scale_money(rows, 1e-4)
    refusal = refused(rows)
    assert (refusal.code, refusal.cell) == ("E_UNIT_MONEY", address(FIRST_ROW + 1, OUTPUT + 1))
    assert "looks like 100 million yuan. Convert the sheet to 10k yuan" in refusal.message


def test_an_error_column_of_the_wrong_sign_is_named(mrio, refused):
    """The errors are so small here that either sign is within a thousandth of gross output."""
    table = mrio.table()
    table.row_items["ERR"] *= -1
    refusal = refused(mrio.rows(mrio.A, table))
    assert (refusal.code, refusal.cell[:3]) == ("E_ERR_SIGN", "BDH")
    assert "Turn the sign of the error column" in refusal.message


def test_a_sector_without_output_that_buys_is_named(rows, refused, mrio):
    seller, buyer = rows[FIRST_ROW + 7], FIRST_COLUMN + mrio.closed_sector
    seller[buyer] = 3e6
    refusal = refused(rows)
    assert (refusal.code, refusal.cell) == (
        "E_ZERO_OUTPUT",
        address(FIRST_ROW + mrio.closed_sector + 1, OUTPUT + 1),
    )
    assert "gross output of Tibet / Oil & gas is 0, but it has intermediate input 3e+06" in refusal.message
    assert "with the publisher's copy" in refusal.message


# --- the year, the note, twins ---


@pytest.mark.parametrize("title", [2015.0, 2015, "2015年投入产出表", "MRIO (2015)"])
def test_the_title_may_be_a_number_or_a_text(mrio, rows, title):
    rows[0][0] = title
    assert find_tables(mrio.in_memory({"Sheet1": rows}))[0].year == 2015


def test_a_file_name_of_another_year_is_noted_and_the_content_counts(rows, read, mrio):
    reading = read({mrio.A.sheet: rows}, file="MRIO2015.xlsx")
    assert reading.tables[0].year == 2012
    (finding,) = reading.findings
    assert finding.code == "W_FILENAME_YEAR"
    assert "the file name says 2015, but the sheet name 'Table_2012_consistent' says 2012" in finding.message


def test_witnesses_of_two_years_are_refused(rows, refused):
    rows[0][0] = "Interprovincial table 2013"
    refusal = refused(rows)
    assert refusal.code == "E_YEAR_CONFLICT"
    assert "says 2012, the title says 2013. Correct the one that is wrong." in refusal.message


def test_a_warning_far_down_a_long_note_is_found(rows, read, mrio):
    note = [["line"]] * 60 + [["reconstructed from published figures"]]
    assert read({"Note": note, mrio.A.sheet: rows}).is_reconstructed


# --- other sheets and files ---


@pytest.mark.parametrize("value", [1.0, 2.0, "1"])
def test_a_row_of_equal_small_numbers_is_no_table_of_sectors(read, value):
    with pytest.raises(Refusal, match=r"no sheet holds the 31 provinces x 42 sectors table.*sheets Data\.") as caught:
        read({"Data": [["item", *[f"x{k}" for k in range(22)]], ["share", *[value] * 22]]})
    assert caught.value.code == "E_UNKNOWN_LAYOUT"


def test_errors_in_labels_are_refused_and_in_cells_that_are_not_read_ignored(rows, read, mrio, monkeypatch):
    """A province label that looks empty would otherwise mean the province of the row above."""
    label, below_output = (FIRST_ROW + 2, 1), (BELOW + 4, OUTPUT + 1)  # nothing is read below gross output
    rows[label[0] - 1][0] = ""
    defects = [below_output]
    monkeypatch.setattr(mrio, "no_defects", lambda *_: CellDefects(defects, []))
    assert read({mrio.A.sheet: rows}).findings == ()
    defects.append(label)
    with pytest.raises(Refusal, match=r"1 error cells \(such as #REF!\) in the table, first A6. Repair") as caught:
        read({mrio.A.sheet: rows})
    assert (caught.value.code, caught.value.cell) == ("E_ERROR_CELLS", "A6")


def test_a_truncated_file_is_refused(mrio, tmp_path):
    path = mrio.write(tmp_path / "MRIO.xlsx", {"Sheet1": mrio.rows(mrio.A)[:30]})
    path.write_bytes(path.read_bytes()[:-2_000])
    with pytest.raises(Refusal, match=r"MRIO\.xlsx: .*[Dd]ownload") as caught:
        read_mrio(path)
    assert caught.value.code == "E_NOT_SPREADSHEET"
