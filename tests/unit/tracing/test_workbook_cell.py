"""What the workbook itself says now, compared with bronze."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from visceads.lake.atomic import file_sha256
from visceads.lake.bronze import Source
from visceads.lake.paths import LakePaths
from visceads.tracing.workbook_cell import RawFolder, raw_of_last_run


def source(path: Path) -> Source:
    return Source("co2_inventory", ("2017",), "V3", path.name, file_sha256(path), "1", False, False)


@pytest.fixture
def workbook(tmp_path: Path) -> Source:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sheet")
        sheet.write(0, 0, 1.5)
        sheet.write(0, 1, "2.5")
        sheet.write(0, 2, "text")
        sheet.write(0, 3, 0)
        sheet.write(2, 0, 7)
    return source(path)


@pytest.mark.parametrize(
    ("place", "value", "agrees", "words"),
    [
        ((1, 1), 1.5, True, "says the same now"),
        ((1, 2), 2.5, True, "says the same now"),  # a number stored as text
        ((2, 1), None, True, "is empty"),
        ((1, 4), None, True, "says 0"),  # a zero that bronze leaves out
        ((9, 9), None, True, "is empty"),  # beyond the last row and column
        ((1, 1), 1.25, False, "says 1.5 now, but bronze holds 1.25"),
        ((1, 1), None, False, "says 1.5 now, but bronze holds nothing"),
        ((2, 1), 4.0, False, "says nothing now, but bronze holds 4.0"),
        ((1, 3), 1.0, False, "says 'text' now, which is no number"),
    ],
)
def test_a_cell_is_compared(tmp_path, workbook, place, value, agrees, words):  # noqa: PLR0917
    seen = RawFolder(tmp_path).look_up(workbook, ("Sheet", *place), value)
    assert seen.agrees is agrees
    assert words in seen.sentence


def test_a_sheet_that_is_gone_cannot_be_compared(tmp_path: Path, workbook: Source):
    seen = RawFolder(tmp_path).look_up(workbook, ("Other", 1, 1), 1.5)
    assert seen.agrees is None
    assert "could not be opened again" in seen.sentence


def test_a_file_that_is_gone(tmp_path: Path, workbook: Source):
    (tmp_path / "book.xlsx").unlink()
    seen = RawFolder(tmp_path).look_up(workbook, ("Sheet", 1, 1), 1.5)
    assert seen.sentence == f"the workbook is no longer in {tmp_path}"
    assert seen.agrees is None


def test_a_field_of_a_csv_file_by_line_and_field(tmp_path: Path):
    path = tmp_path / "series.csv"
    path.write_text('title\n"a name\nover two lines",1\n\n广东省,2.5\t,3\n', encoding="utf-8-sig")
    raw = RawFolder(tmp_path)
    assert raw.look_up(source(path), ("", 5, 2), 2.5).agrees is True
    assert raw.look_up(source(path), ("", 3, 2), 1.0).sentence == "the workbook's field says the same now"
    assert raw.look_up(source(path), ("", 5, 3), 2.5).agrees is False


def test_the_raw_folder_is_the_one_of_the_last_run(tmp_path: Path):
    lake = LakePaths(tmp_path / "lake")
    assert raw_of_last_run(lake) == lake.raw
    lake.build.mkdir(parents=True)
    record = lake.build / "last_run.json"
    record.write_text(json.dumps({"raw": str(tmp_path / "elsewhere")}), encoding="utf-8")
    assert raw_of_last_run(lake) == tmp_path / "elsewhere"
    record.write_text("{", encoding="utf-8")  # a record that cannot be read does no harm
    assert raw_of_last_run(lake) == lake.raw
