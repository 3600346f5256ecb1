"""Bytes of valid files are changed 2,000 times: every time the file is refused in a sentence, or every number is right.

Right means: the number that an independent program (openpyxl) finds in that cell of the changed file; where the bytes
of the container are changed, the number of the file before the change. A provincial inventory has 30 sheets and takes
a tenth of a second to read, so most changes are made to a workbook of two sheets that holds every kind of cell, and
fewer to a whole inventory.
"""

from __future__ import annotations

import csv
import io
import random
import runpy
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from visceads import codes
from visceads.workbooks.co2_inventory import read_co2_inventory
from visceads.workbooks.nbs_series import read_nbs_series
from visceads.workbooks.recognise import recognise
from visceads.workbooks.refusal import Refusal
from visceads.workbooks.sheets import open_workbook, refuse_defects

INVENTORY = runpy.run_path(str(Path(__file__).with_name("inventory_book.py")))
OLD = runpy.run_path(str(Path(__file__).with_name("old_book.py")))
FRAGMENTS = (
    b"",
    b"<",
    b">",
    b'"',
    b"/>",
    b"<v>",
    b"</c>",
    b"&",
    b"e",
    b"9",
    b"-",
    b"\x00",
    b"\xff",
    b"<!--",
    b":",
    b" ",
)

Cells = dict[tuple[str, int, int], float]
"""(sheet, row_no, column_no) -> number."""


def changed(content: bytes, chance: random.Random) -> bytes:
    """Bytes with one or two changes: a flipped bit, a digit for a digit, something put in, left out, or swapped."""
    for _ in range(chance.choice((1, 1, 1, 2))):
        at, length = chance.randrange(len(content)), chance.choice((1, 1, 2, 8, 40))
        way = chance.randrange(7)
        if way == 0:
            content = content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]
        elif way == 1:
            content = content[:at] + chance.randbytes(1) + content[at + 1 :]
        elif way == 2:
            content = content[:at] + chance.choice(FRAGMENTS) + content[at:]
        elif way == 3:
            content = content[:at] + content[at + length :]
        elif way == 4 and chance.random() < 0.3:
            content = content[: max(1, at)]
        elif way == 5:
            other = chance.randrange(len(content))
            low, high = sorted((at, other))
            block, moved = content[low : low + length], content[high : high + length]
            if low + length <= high:
                content = content[:low] + moved + content[low + length : high] + block + content[high + length :]
        else:
            digit = next((i for i in range(at, len(content)) if content[i : i + 1].isdigit()), at)
            content = content[:digit] + str(chance.randrange(10)).encode() + content[digit + 1 :]
        content = content or b"\x00"
    return content


def changed_inside(content: bytes, chance: random.Random) -> bytes:
    """An .xlsx with one of its parts changed and packed again, so that the change gets past the archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    others = ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]
    name = chance.choice(sheets if chance.random() < 0.7 else [other for other in others if other in parts])
    parts[name] = changed(parts[name], chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return packed.getvalue()


def numbers(path: Path) -> Cells:
    """Every number of the visible sheets as visceads reads them, if no cell is defective."""
    workbook = open_workbook(path)
    cells: Cells = {}
    for name in workbook.sheet_names:
        sheet = workbook.load(name)
        refuse_defects(path, sheet)
        for row_no, row in enumerate(sheet.rows, start=1):
            for column_no, cell in enumerate(row, start=1):
                if isinstance(cell, float):
                    cells[sheet.raw_name, row_no, column_no] = cell
    return cells


def independent_numbers(path: Path) -> Cells | None:
    """The same by openpyxl, or None where it cannot open the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(path, data_only=True)
    except Exception:
        return None
    return {
        (sheet.title, cell.row, cell.column): float(cell.value)
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool)
    }


def small_book(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        for name in ("Beijing 2012", "NOTE"):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, ["Emission_Inventory", "Raw_Coal", "Coke", "合计"])
            for row_no in range(1, 12):
                sheet.write_row(row_no, 0, [f"sector {row_no}", row_no / 7, row_no * 1e5 + 0.25])
                sheet.write_formula(row_no, 3, f"=B{row_no + 1}+C{row_no + 1}", None, row_no / 7 + row_no * 1e5 + 0.25)
    return path


def run(path: Path, rounds: int, change: Callable[[random.Random], bytes], verdict: Callable[[], None]) -> int:
    """Change a file and judge it `rounds` times; return how often it was read rather than refused."""
    read = 0
    refusals: list[Refusal] = []
    for seed in range(rounds):
        path.write_bytes(change(random.Random(seed)))
        try:
            verdict()
            read += 1
        except Refusal as refusal:
            refusals.append(refusal)
        except BaseException as error:
            error.add_note(f"change number {seed}")
            raise
    for refusal in refusals:
        assert refusal.code.startswith("E_")
        assert refusal.message.endswith((".", ")"))
    return read


def test_changes_inside_a_workbook_are_refused_or_read_as_they_stand(tmp_path):
    content, path = small_book(tmp_path / "a.xlsx").read_bytes(), tmp_path / "b.xlsx"
    compared = 0

    def verdict() -> None:
        nonlocal compared
        found, expected = numbers(path), independent_numbers(path)
        if expected is not None:
            compared += 1
            # a sheet whose namespace is misspelt is empty to openpyxl
            known = {sheet for sheet, _, _ in expected}
            found = {place: value for place, value in found.items() if place[0] in known}
            assert found == {place: value for place, value in expected.items() if place in found}

    read = run(path, 900, lambda chance: changed_inside(content, chance), verdict)
    assert 200 < compared <= read < 900


def test_changes_to_the_archive_are_refused_or_change_no_number(tmp_path):
    content, path = small_book(tmp_path / "a.xlsx").read_bytes(), tmp_path / "b.xlsx"
    original = set(numbers(tmp_path / "a.xlsx").items())

    def verdict() -> None:
        assert {value for _, value in numbers(path).items()} <= {value for _, value in original}
        assert set(numbers(path).items()) <= original

    assert 0 < run(path, 400, lambda chance: changed(content, chance), verdict) < 400


def test_changes_to_an_old_workbook_are_refused_or_stay_in_their_cell(tmp_path):
    cells = {(row, column): row * 10 + column + 0.5 for row in range(12) for column in range(4)}
    content = OLD["write"](tmp_path / "a.xls", {"Data": {**cells, (12, 0): "text"}}).read_bytes()
    path = tmp_path / "b.xls"

    def verdict() -> None:
        for (_, row_no, column_no), value in numbers(path).items():
            assert value in stated_at(path.read_bytes(), row_no - 1, column_no - 1), (row_no, column_no, value)

    assert 0 < run(path, 300, lambda chance: changed(content, chance), verdict) < 300


def stated_at(content: bytes, row: int, column: int) -> list[float]:
    """The numbers that stand in an old workbook behind a row and a column, wherever that is in the file."""
    place = struct.pack("<HH", row, column)
    found, at = [], content.find(place)
    while at >= 0:
        if at + 14 <= len(content):
            found.append(struct.unpack_from("<d", content, at + 6)[0])
        at = content.find(place, at + 1)
    return found


def nbs_csv() -> bytes:
    table = codes.seed("nbs_province_year").filter(pl.col("year").is_in(["2015", "2016"]))
    names = dict(zip(*codes.seed("province")["province_code", "name_zh_full"], strict=True))
    lines = ["数据库：分省年度数据", "时间：2015年-2016年", "地区,2016年,2015年"]
    for code in codes.province_codes():
        by_year = dict(zip(*table.filter(pl.col("province_code") == code)["year", "gdp_100m_cny_current"], strict=True))
        lines.append(f"{names[code]},{by_year['2016']},{by_year['2015']}")
    return "\n".join([*lines, "数据来源：国家统计局", ""]).encode("utf-8-sig")


def test_changes_to_a_csv_are_refused_or_read_as_they_stand(tmp_path):
    content, path = nbs_csv(), tmp_path / "a.csv"

    def verdict() -> None:
        reading = read_nbs_series(path)
        text = path.read_bytes().decode("utf-8-sig", "replace")
        rows = list(csv.reader(io.StringIO(text, newline=None)))
        for cell in reading.cells.drop_nulls("value").iter_rows(named=True):
            field = rows[cell["row_no"] - 1][cell["column_no"] - 1]
            assert float(field) == cell["value"]

    assert 0 < run(path, 300, lambda chance: changed(content, chance), verdict) < 300


def test_changes_inside_an_inventory_are_refused_or_read_as_they_stand(tmp_path):
    content = INVENTORY["make_inventory"]().write(tmp_path / "a.xlsx").read_bytes()
    path = tmp_path / "b.xlsx"

    def verdict() -> None:
        reading = read_co2_inventory(path)
        expected = independent_numbers(path)
        for cell in reading.cells.drop_nulls("value_mt").iter_rows(named=True):
            place = (cell["sheet"], cell["row_no"], cell["column_no"])
            assert expected is None or expected[place] == cell["value_mt"], place

    assert run(path, 40, lambda chance: changed_inside(content, chance), verdict) < 40


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
def test_recognition_answers_every_change(tmp_path, kind):
    source = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        content = small_book(source).read_bytes()
    elif kind == "xls":
        content = OLD["write"](source, {"Data": {(0, 0): "City", (0, 1): "2012"}}).read_bytes()
    else:
        content = nbs_csv()

    def verdict() -> None:
        found = recognise(source)
        assert found.summary.endswith(".")
        if found.refusal is not None:
            raise found.refusal

    run(source, 20, lambda chance: changed(content, chance), verdict)
