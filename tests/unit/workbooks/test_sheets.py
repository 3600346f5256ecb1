"""Opening workbooks: the bytes decide, every cell keeps its address, errors are not empty cells."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.workbooks.file_content import decoded, file_content
from visceads.workbooks.refusal import Refusal
from visceads.workbooks.sheets import cell_defects, error_cells, open_workbook, refuse_defects

ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


def written(path: Path, cells: dict[str, object], sheet_name: str = "Data") -> Path:
    workbook = openpyxl.Workbook()
    workbook.active.title = sheet_name
    for place, value in cells.items():
        workbook.active[place] = value
    workbook.save(path)
    return path


def test_cells_keep_their_excel_address_though_rows_and_columns_before_are_empty(tmp_path):
    path = written(tmp_path / "a.xlsx", {"C3": 7.5, "E5": "x"})
    rows = open_workbook(path).load("Data").rows
    assert rows[2][2] == 7.5
    assert rows[4][4] == "x"
    assert [len(row) for row in rows] == [5] * 5
    assert rows[0] == [""] * 5


def test_sheet_names_are_stripped_and_hidden_sheets_left_out(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.title = "Sector "
    workbook.create_sheet("secret").sheet_state = "hidden"
    workbook.create_sheet("deep").sheet_state = "veryHidden"
    workbook.create_sheet("last")
    workbook.save(tmp_path / "a.xlsx")
    opened = open_workbook(tmp_path / "a.xlsx")
    assert opened.sheet_names == ("Sector", "last")
    assert opened.load("Sector").raw_name == "Sector "


def test_sheet_names_that_differ_by_blanks_only_are_refused(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.title = "Hunan"
    workbook.create_sheet("Hunan ")
    workbook.save(tmp_path / "a.xlsx")
    with pytest.raises(Refusal, match=r"a\.xlsx: two sheets are named 'Hunan'.*rename") as caught:
        open_workbook(tmp_path / "a.xlsx")
    assert (caught.value.code, caught.value.sheet) == ("E_DUPLICATE_SHEET", "Hunan")


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", "empty", "empty"),
        (b" \r\n", "empty", "empty"),
        (b"dear colleague; see attached", "text", "plain text"),
        (b"<!DOCTYPE html><html><body>Log in</body>", "html", "web page"),
        (b"\xef\xbb\xbf\r\n<table><tr><td>1,2", "html", "web page"),
        (b"<?xml version='1.0'?><Workbook/>", "xml", "XML"),
        (b"%PDF-1.7 ...", "pdf", "PDF"),
        (b"MATLAB 5.0 MAT-file", "mat", "MATLAB"),
        (b"\x89HDF\r\n\x1a\n", "mat", "HDF5"),
        (b"PK\x03\x04 and then the line was cut", "damaged", "end is missing"),
        (ENCRYPTED, "encrypted", "password"),
        (b"\xd0\xcf\x11\xe0" + b"\1" * 2000, "ole", "old Office document"),
        (b"\x00\x01\x02\x03", "unknown", "00 01 02 03"),
    ],
)
def test_files_that_are_no_workbook_are_refused_by_what_they_are(tmp_path, content, kind, words):
    path = tmp_path / "named.xlsx"
    path.write_bytes(content)
    assert file_content(path).kind == kind
    with pytest.raises(Refusal) as caught:
        open_workbook(path)
    assert caught.value.code == "E_NOT_SPREADSHEET"
    assert caught.value.message.startswith("named.xlsx: the content is ")
    assert words in caught.value.message
    assert caught.value.message.endswith(".")


def test_folder_missing_file_and_csv_are_refused_with_advice(tmp_path):
    table = tmp_path / "table.xlsx"
    table.write_text("a,b\n1,2\n")
    for path, words in [
        (tmp_path, "a folder. Name the files inside it"),
        (tmp_path / "absent.xlsx", "no file: nothing is there. Check the path."),
        (table, "comma-separated text, not an Excel workbook"),
    ]:
        with pytest.raises(Refusal, match=words) as caught:
            open_workbook(path)
        assert caught.value.code == "E_NOT_SPREADSHEET"
        assert caught.value.message.startswith(path.name)


def test_a_download_cut_short_is_refused_with_the_advice_to_download_again(tmp_path):
    whole = written(tmp_path / "whole.xlsx", {"A1": 1}).read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refusal, match=r"cut\.xlsx: .*end is missing or damaged.*Download it again"):
        open_workbook(path)


def test_damage_inside_the_archive_is_refused_when_the_sheet_is_read(tmp_path):
    path = written(tmp_path / "a.xlsx", {f"A{i}": f"text {i * 7919 % 1000}" for i in range(1, 400)})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    content[start : start + 60] = b"\xff" * 60
    path.write_bytes(bytes(content))
    for read in (lambda: open_workbook(path).load("Data"), lambda: open_workbook(path).load_head("Data", 5)):
        with pytest.raises(Refusal, match=r"a\.xlsx, sheet 'Data': the workbook is damaged.*Download it again"):
            read()
    with pytest.raises(Refusal, match="damaged"):
        error_cells(path, "Data")


@pytest.mark.parametrize("member", ["xl/workbook.bin", "content.xml", "word/document.xml", "readme.txt"])
def test_archives_that_are_no_xlsx_are_named(tmp_path, member):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(Refusal, match="neither an Excel workbook nor CSV") as caught:
        open_workbook(tmp_path / "a.xlsx")
    assert caught.value.code == "E_NOT_SPREADSHEET"


def test_a_wrong_extension_is_noted_and_reading_goes_on(tmp_path):
    path = written(tmp_path / "a.xlsx", {"A1": 1}).rename(tmp_path / "a.csv")
    workbook = open_workbook(path)
    assert workbook.load("Data").rows == [[1.0]]
    assert [finding.code for finding in workbook.findings] == ["W_EXTENSION"]
    assert "a.csv" in workbook.findings[0].message
    assert "Rename it to '.xlsx'" in workbook.findings[0].message
    assert open_workbook(written(tmp_path / "b.xlsx", {"A1": 1})).findings == ()


def test_error_cells_are_found_though_the_parser_returns_them_empty(tmp_path):
    errors = {"B2": "#REF!", "D4": "#N/A", "AA7": "#DIV/0!"}
    path = written(tmp_path / "a.xlsx", {"A1": 't="e"', "C3": 1.0, **errors})
    places = [(2, 2), (4, 4), (7, 27)]
    sheet = open_workbook(path).load("Data")
    assert all(sheet.rows[row_no - 1][column_no - 1] == "" for row_no, column_no in places)
    assert error_cells(path, "Data") == places
    assert error_cells(path, "Data", max_column=4) == [(2, 2), (4, 4)]
    assert error_cells(path, "Data", max_row=3) == [(2, 2)]
    with pytest.raises(Refusal, match=r"a\.xlsx, sheet 'Data': 3 cell\(s\).*first is B2.*download") as caught:
        refuse_defects(path, sheet)
    assert (caught.value.code, caught.value.sheet, caught.value.cell) == ("E_ERROR_CELLS", "Data", "B2")


def test_formulas_saved_without_a_result_are_found(tmp_path):
    path = written(tmp_path / "a.xlsx", {"A1": 2.0, "B2": "=A1*2", "C9": "=SUM(A1:B2)"})
    assert cell_defects(path, "Data").uncached_formulas == [(2, 2), (9, 3)]
    with pytest.raises(Refusal, match=r"without a result, the first is B2.*let it calculate") as caught:
        refuse_defects(path, open_workbook(path).load("Data"))
    assert (caught.value.code, caught.value.cell) == ("E_EMPTY_CELL", "B2")
    refuse_defects(path, open_workbook(path).load("Data"), max_column=1)


def test_formulas_with_a_result_and_error_cells_of_other_writers_are_told_apart(tmp_path):
    path = tmp_path / "a.xlsx"
    rows = (
        '<x:row r="1"><x:c r="A1"><x:f>1+1</x:f><x:v>2</x:v></x:c><x:c t="e" r="B1"><x:v>#N/A</x:v></x:c></x:row>'
        "<x:row r='2'><x:c r='A2' t='e'><x:v>#REF!</x:v></x:c><x:c r='B2'><x:f t='shared' si='0'/><x:v/></x:c></x:row>"
    )
    with (
        zipfile.ZipFile(written(tmp_path / "base.xlsx", {"A1": 1})) as base,
        zipfile.ZipFile(path, "w") as archive,
    ):
        for name in base.namelist():
            archive.writestr(name, base.read(name) if "sheet1" not in name else prefixed_sheet(rows))
    assert open_workbook(path).load_head("Data", 1).rows == [[2.0, ""]]
    assert error_cells(path, "Data") == [(1, 2), (2, 1)]
    assert cell_defects(path, "Data").uncached_formulas == [(2, 2)]


def prefixed_sheet(rows: str) -> str:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<x:worksheet xmlns:x="{namespace}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'


@settings(max_examples=15, deadline=None)
@given(
    cells=st.dictionaries(
        st.tuples(st.integers(1, 30), st.integers(1, 8)), st.floats(-1e9, 1e9) | st.just("text"), min_size=1
    ),
    row_count=st.integers(1, 12),
)
def test_the_head_of_a_sheet_equals_the_beginning_of_the_whole(tmp_path_factory, cells, row_count):
    path = tmp_path_factory.mktemp("head") / "a.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.title = "Data"
    for (row_no, column_no), value in cells.items():
        workbook.active.cell(row_no, column_no, value)
    workbook.save(path)
    opened = open_workbook(path)
    head, whole = opened.load_head("Data", row_count).rows, opened.load("Data").rows
    width = len(head[0])
    assert head == [row[:width] for row in whole[: len(head)]]
    assert len(head) >= min(row_count, len(whole))


def test_text_is_decoded_as_utf8_then_gb18030():
    assert decoded("\ufeff北京市,1".encode()) == "北京市,1"
    assert decoded("北京市,1".encode("gb18030")) == "北京市,1"
    assert decoded("北京".encode()[:-1], is_cut=True) == "北"
    assert decoded(b"\xff\xff\x00") is None


@pytest.mark.real_data
def test_real_workbooks_have_no_error_cells_and_their_heads_are_cheap(real_data):
    path = real_data / "mrio" / "MRIO2017_42 CEADS.xlsx"
    workbook = open_workbook(path)
    assert workbook.sheet_names[1:3] == ("Sector", "Province")
    head = workbook.load_head("Table_2017_consistent", 10)
    assert len(head.rows[0]) == 1467
    assert head.rows[3][3] == "01"
    assert error_cells(path, "English_Version") == []
