"""Where tables lie, what their labels mean, and which relatives are refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.workbooks.mrio_axis import find_tables
from visceads.workbooks.mrio_labels import item_of, province_label, sector_label, sector_number
from visceads.workbooks.mrio_place import Source
from visceads.workbooks.mrio_rows import read_row_axis
from visceads.workbooks.refusal import Refusal


def find(mrio, rows, sheet="Table_2012_consistent", year=None, file="MRIO.xlsx", **others):
    return find_tables(mrio.in_memory({sheet: rows, **others}, file), year)


def refused(action):
    with pytest.raises(Refusal) as caught:
        action()
    return caught.value


def read_rows(mrio, rows):
    return read_row_axis(rows, find(mrio, rows)[0], Source("MRIO.xlsx", "Table_2012_consistent"))


@pytest.mark.parametrize(
    ("layout", "table_id", "classification", "first_cell"),
    [
        ("A", "2012", "2012", (5, 4)),
        ("A_PRIME", "2012-new", "2017", (5, 4)),
        ("B", "2018", "2012", (5, 4)),
        ("C", "2020", "2012", (8, 3)),
    ],
)
def test_every_layout_is_found_by_content(mrio, layout, table_id, classification, first_cell):
    layout = getattr(mrio, layout)
    year = 2012 if layout is mrio.A_PRIME else None
    (table,) = find(mrio, mrio.rows(layout), layout.sheet, year)
    assert (table.table_id, table.classification) == (table_id, classification)
    assert (table.first_row, table.first_column) == first_cell
    assert len(table.final_demand_columns) == 155
    # Without a total of intermediate use, final demand starts right after the flows; with it, one column later.
    first_final_demand = table.first_column + 1302 + layout.has_tiu
    assert min(table.final_demand_columns.values()) == first_final_demand


def test_sparse_provinces_are_not_carried_beyond_the_flows(mrio):
    (table,) = find(mrio, mrio.rows(mrio.B), "English Version")
    first = min(table.final_demand_columns, key=table.final_demand_columns.__getitem__)
    assert first == ("BJ", "FU101")
    assert table.item_columns["TIU"] == table.final_demand_columns["BJ", "FU101"] - 1


def test_other_sheets_hold_no_table(mrio):
    rows = [["Items", *codes.seed("province")["name_en"]], ["Total", *[1.0] * 31]]
    assert find(mrio, rows, "1997") == []


@pytest.mark.parametrize(
    ("text", "code", "is_repaired"),
    [("He0", "HA", True), ("He0 Province", "HA", True), ("Xizang", "XZ", False), ("Shannxi", "SN", False)],
)
def test_provinces_in_corrupted_and_other_spellings(text, code, is_repaired):
    label = province_label(text)
    assert label is not None
    assert (label.code, label.is_repaired) == (code, is_repaired)


def test_the_corrupted_label_of_finance_is_read_and_reported():
    label = sector_label("Fi0ce")
    assert label is not None
    assert (label.code, label.is_repaired) == ("finance", True)
    assert province_label("H0n") is None


@pytest.mark.parametrize(("cell", "number"), [("01", "01"), ("1", "01"), (1.0, "01"), (42, "42"), (" 7 ", "07")])
def test_sector_numbers_in_any_form(cell, number):
    assert sector_number(cell) == number


@pytest.mark.parametrize("cell", ["", "FU101", 0.0, 1.5, 100.0, "34072a", True, None, "-1"])
def test_what_is_no_sector_number(cell):
    assert sector_number(cell) is None


@given(st.text(max_size=12))
@settings(deadline=None, max_examples=60)
def test_any_text_resolves_to_a_known_code_or_to_nothing(text):
    label = province_label(text)
    assert label is None or label.code in codes.province_codes()
    sector = sector_label(text)
    known = {code for name in codes.CLASSIFICATIONS for code in codes.sector_codes(name)}
    assert sector is None or sector.code in known


def test_no_item_label_is_a_sector_label():
    items = codes.seed("mrio_item")
    labels = [label for label in [*items["name_en"], *items["name_zh"]] if label]
    assert [label for label in labels if sector_label(label)] == []
    assert item_of("row", "Operationg surplus") == "VA004"


def test_an_unknown_sector_label_is_refused_with_its_cell(mrio):
    rows = mrio.rows(mrio.A)
    rows[2][9] = "Foods and drinks"
    refusal = refused(lambda: find(mrio, rows))
    assert (refusal.code, refusal.cell) == ("E_LABEL", "J3")
    assert "'Foods and drinks'" in refusal.message
    assert "MRIO.xlsx" in refusal.message


def test_an_unknown_province_label_is_refused_with_its_cell(mrio):
    rows = mrio.rows(mrio.B)
    rows[1][3] = "Peking Area"
    refusal = refused(lambda: find(mrio, rows))
    assert (refusal.code, refusal.cell) == ("E_LABEL", "D2")


def test_sectors_of_neither_classification_are_refused(mrio):
    rows = mrio.rows(mrio.A)
    position = codes.sector_codes("2012").index("science_technical")
    for province in range(31):
        rows[2][3 + province * 42 + position] = "Technical services"
    refusal = refused(lambda: find(mrio, rows))
    assert refusal.code == "E_CLASSIFICATION"
    assert "nearest is 2012" in refusal.message


def test_a_deleted_sector_column_is_named(mrio):
    rows = mrio.rows(mrio.A)
    for row in rows:
        del row[3 + 5 * 42 + 27]
    refusal = refused(lambda: find(mrio, rows))
    assert refusal.code == "E_SECTOR_SET"
    assert "missing Liaoning / Construction" in refusal.message


def test_a_deleted_sector_row_is_named(mrio):
    rows = mrio.rows(mrio.A)
    del rows[4 + 5 * 42 + 27]
    refusal = refused(lambda: read_rows(mrio, rows))
    assert refusal.code == "E_SECTOR_SET"
    assert "missing Liaoning / Construction" in refusal.message


def test_a_lost_sparse_province_label_is_seen_as_repeated_sectors(mrio):
    rows = mrio.rows(mrio.replace(mrio.A, is_sparse=True))
    rows[4 + 42][0] = ""
    refusal = refused(lambda: read_rows(mrio, rows))
    assert refusal.code == "E_PROVINCE_SET"
    assert "missing Tianjin" in refusal.message


def test_a_number_that_contradicts_its_label_is_refused(mrio):
    rows = mrio.rows(mrio.A)
    rows[4 + 3][2], rows[4 + 4][2] = rows[4 + 4][2], rows[4 + 3][2]
    refusal = refused(lambda: read_rows(mrio, rows))
    assert (refusal.code, refusal.cell) == ("E_LABEL", "C8")


def test_rows_without_label_and_footnotes_are_ignored(mrio):
    rows = mrio.rows(mrio.A)
    rows.insert(4 + 1302 + 3, ["", "", "", *[0.0] * (len(rows[0]) - 3)])
    rows.append(["Source: CEADs", *[""] * (len(rows[0]) - 1)])
    axis = read_rows(mrio, rows)
    assert len(axis.rows) == 1302
    assert {"IM", "VA001", "VA004", "TI", "CO2"} <= set(axis.item_rows)


def test_an_unknown_row_of_numbers_is_refused(mrio):
    rows = mrio.rows(mrio.A)
    rows[4 + 1302 + 8][1] = "CO2 (tonnes)"
    refusal = refused(lambda: read_rows(mrio, rows))
    assert (refusal.code, refusal.cell) == ("E_ITEM", "B1315")
    assert "'CO2 (tonnes)'" in refusal.message


def test_an_unknown_column_of_numbers_is_refused(mrio):
    rows = mrio.rows(mrio.A)
    rows[2][-2] = "Stock of capital"
    refusal = refused(lambda: find(mrio, rows))
    assert refusal.code == "E_ITEM"
    assert "'Stock of capital'" in refusal.message


def test_a_missing_column_of_final_demand_is_named(mrio):
    rows = mrio.rows(mrio.A)
    for row in rows[:4]:
        row[3 + 1302 + 1] = ""
    refusal = refused(lambda: find(mrio, rows))
    assert refusal.code == "E_ITEM"
    assert "FU101 of Beijing" in refusal.message


def header_of(regions, sectors, with_numbers=True):
    provinces = list(codes.seed("province")["name_en"])
    names = [provinces[r % 31] if regions <= 31 else f"City {r}" for r in range(regions) for _ in range(sectors)]
    numbers = [f"{s + 1:02d}" if with_numbers else f"Sector {s}" for _ in range(regions) for s in range(sectors)]
    data = ["Beijing", "Farming", *[1.0] * len(names)]
    return [["", "", *names], ["", "", *numbers], data, data]


@pytest.mark.parametrize(
    ("regions", "sectors", "with_numbers", "words"),
    [
        (30, 39, True, "30 provinces x 39 sectors"),
        (30, 39, False, "30 provinces x 39 sectors"),
        (30, 30, True, "Mi et al. 2012"),
        (31, 3, False, "93 x 93"),
        (1, 93, True, "93 x 93"),
        (313, 42, True, "city table"),
        (28, 17, False, "28 regions x 17 sectors"),
    ],
)
def test_other_multi_regional_tables_are_named(mrio, regions, sectors, with_numbers, words):
    refusal = refused(lambda: find(mrio, header_of(regions, sectors, with_numbers), "Sheet1"))
    assert refusal.code == "E_MRIO_FAMILY"
    assert words in refusal.message


def test_four_columns_of_final_demand_are_another_family(mrio):
    rows = mrio.rows(mrio.A)
    keep = [c for c in range(len(rows[0])) if not (1306 <= c < 1461 and (c - 1306) % 5 == 4)]
    rows = [[row[c] for c in keep] for row in rows]
    refusal = refused(lambda: find(mrio, rows))
    assert refusal.code == "E_MRIO_FAMILY"
    assert "Liu 2012" in refusal.message


def test_a_block_of_import_rows_is_another_family(mrio):
    rows = mrio.rows(mrio.A)
    block = [["Import", *rows[4 + s][1:]] for s in range(42)]
    rows[4 + 1302 : 4 + 1302] = block
    refusal = refused(lambda: read_rows(mrio, rows))
    assert refusal.code == "E_MRIO_FAMILY"
    assert "import rows" in refusal.message


def test_single_region_tables_are_named(mrio):
    header = ["部门", "代码", "TIU", "FU101", "FU102", "EX", "TFU", "GO"]
    assert "single-region" in refused(lambda: find(mrio, [header], "IO")).message
    provincial = [*header, "国内省外流出"]
    assert "single province" in refused(lambda: find(mrio, [provincial], "IO")).message


def test_a_relative_beside_a_table_is_left_out_and_noted(mrio):
    (table,) = find(mrio, mrio.rows(mrio.A), National=[["TIU", "FU101", "FU102", "EX", "GO"]])
    assert [finding.code for finding in table.findings] == ["W_SHEET_IGNORED"]


class TestYear:
    def test_a_sheet_without_year_takes_that_of_its_sibling(self, mrio):
        rows = mrio.rows(mrio.A_PRIME)
        tables = find(mrio, mrio.rows(mrio.A), "Table_2017_consistent", English_Version=rows)
        assert [table.table_id for table in tables] == ["2017", "2017-new"]

    def test_the_caller_may_state_it(self, mrio):
        assert find(mrio, mrio.rows(mrio.A), "Sheet1", year=2015)[0].table_id == "2015"

    def test_the_note_may_state_it(self, mrio):
        note = [["Timeseries/时间序列", "2020"], ["Reference", "Zheng et al. 2024"]]
        assert find(mrio, mrio.rows(mrio.A), "Sheet1", NOTE=note)[0].year == 2020

    def test_from_the_file_name_only_with_a_finding(self, mrio):
        (table,) = find(mrio, mrio.rows(mrio.A), "Sheet1", file="MRIO2015_42 CEADS.xlsx")
        assert table.year == 2015
        assert [finding.code for finding in table.findings] == ["W_YEAR_FROM_FILENAME"]

    def test_two_witnesses_that_disagree_are_refused(self, mrio):
        refusal = refused(lambda: find(mrio, mrio.rows(mrio.A), year=2017))
        assert refusal.code == "E_YEAR_CONFLICT"
        assert "2012" in refusal.message
        assert "2017" in refusal.message

    def test_no_witness_is_refused(self, mrio):
        assert refused(lambda: find(mrio, mrio.rows(mrio.A), "Sheet1")).code == "E_YEAR_UNKNOWN"
