"""Bad workbooks beside good ones: each is refused whole, with file, sheet, cell and a sentence; the rest is published.

Tables are spoilt in the XML of their sheet, as bytes: writing 50 MB anew through a library would take minutes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from visceads.demo.inventory import synthetic_inventory
from visceads.demo.inventory_workbook import write_inventory_workbook
from visceads.demo.mrio_table import synthetic_table
from visceads.demo.mrio_workbook import write_mrio_workbook
from visceads.lake.paths import LakePaths
from visceads.orchestration import intake
from visceads.orchestration.intake import Verdict

Spoil = Callable[[bytes], bytes]

TABLE = "xl/worksheets/sheet4.xml"  # after Note, Sector and Province
SHEET = "Table_2012_consistent"


# --- ways to spoil a sheet ---


def _cell(sheet: bytes, address: str) -> tuple[int, int]:
    """Where the XML of a cell begins and ends."""
    start = sheet.index(b'<c r="%s"' % address.encode())
    return start, sheet.index(b"</c>", start) + len(b"</c>")


def with_error_cell(sheet: bytes) -> bytes:
    start, end = _cell(sheet, "I5")
    return sheet[:start] + b'<c r="I5" t="e"><v>#REF!</v></c>' + sheet[end:]


def without_row(sheet: bytes, number: int = 100) -> bytes:
    """As Excel deletes a row: what stands below moves up."""
    kept = []
    for piece in re.split(rb'(?=<row r=")', sheet):
        match = re.match(rb'<row r="(\d+)"', piece)
        row = int(match[1]) if match else 0
        if row != number:
            kept.append(piece.replace(b'%d"' % row, b'%d"' % (row - 1)) if row > number else piece)
    return b"".join(kept)


def with_two_provinces_swapped_in_row_labels(sheet: bytes) -> bytes:
    """The first two provinces exchange their names beside their rows, not above their columns."""
    pieces = []
    for piece in re.split(rb'(?=<row r=")', sheet):
        match = re.match(rb'<row r="(\d+)"', piece)
        row = int(match[1]) if match else 0
        if 5 <= row <= 46:
            pieces.append(piece.replace(b"<t>Beijing</t>", b"<t>Tianjin</t>", 1))
        elif 47 <= row <= 88:
            pieces.append(piece.replace(b"<t>Tianjin</t>", b"<t>Beijing</t>", 1))
        else:
            pieces.append(piece)
    return b"".join(pieces)


def with_negative_output(sheet: bytes) -> bytes:
    (column,) = re.findall(rb'<c r="([A-Z]+)4" t="inlineStr"><is><t>GO</t>', sheet)
    start, end = _cell(sheet, f"{column.decode()}5")
    return sheet[:start] + sheet[start:end].replace(b"<v>", b"<v>-") + sheet[end:]


def with_one_flow_changed(sheet: bytes) -> bytes:
    start, end = _cell(sheet, "I5")
    return sheet[:start] + b'<c r="I5"><v>99999999</v></c>' + sheet[end:]


def with_empty_cell(sheet: bytes) -> bytes:
    start, end = _cell(sheet, "BDI5")
    return sheet[:start] + sheet[end:]


def with_total_row_off_by_one_percent(sheet: bytes) -> bytes:
    start = sheet.index(b'<row r="4"')
    end = sheet.index(b"</row>", start)
    row = re.sub(rb"<v>([\d.e+-]+)</v>", lambda m: b"<v>%r</v>" % (1.01 * float(m[1])), sheet[start:end])
    return sheet[:start] + row + sheet[end:]


def spoilt(source: Path, target: Path, member: str, spoil: Spoil) -> Path:
    """A copy of a workbook with one member of its archive changed."""
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        for name in whole.namelist():
            content = whole.read(name)
            copy.writestr(name, spoil(content) if name == member else content)
    return target


# --- workbooks ---


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "SYNTHETIC_MRIO2012.xlsx"
    write_mrio_workbook(path, [synthetic_table(2012, "2012")])
    return path


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inventory") / "SYNTHETIC_CO2_inventory_2012.xlsx"
    write_inventory_workbook(path, synthetic_inventory(2012))
    return path


# --- one table at a time, through recognition and reader ---


@pytest.mark.parametrize(
    ("spoil", "place", "said"),
    [
        (with_error_cell, ("E_ERROR_CELLS", "I5"), "#REF!"),
        (without_row, ("E_SECTOR_SET", ""), "missing Hebei / Chemicals"),
        (with_two_provinces_swapped_in_row_labels, ("E_BALANCE", "AL1307"), "Beijing and Tianjin"),
        (with_negative_output, ("E_NEGATIVE", "BDI5"), "cannot be negative"),
        (with_one_flow_changed, ("E_BALANCE", "I5"), "Beijing / Agriculture"),
        (with_empty_cell, ("E_EMPTY_CELL", "BDI5"), "Beijing / Agriculture"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_a_spoilt_table_is_refused_with_its_place(tmp_path: Path, table: Path, spoil: Spoil, place, said):
    raw, lake = tmp_path / "raw", LakePaths(tmp_path / "lake")
    raw.mkdir()
    spoilt(table, raw / "spoilt.xlsx", TABLE, spoil)
    verdict = _read(raw, lake)
    assert verdict.status == "rejected"
    assert (verdict.code, verdict.cell) == place
    assert verdict.sheet == SHEET
    assert said in verdict.reason
    assert verdict.reason.endswith(".")
    assert not list(lake.bronze.rglob("*.parquet")), "nothing of a refused workbook may lie in bronze"


def test_the_table_itself_is_accepted(tmp_path: Path, table: Path):
    """Else the tests above would prove nothing."""
    raw, lake = tmp_path / "raw", LakePaths(tmp_path / "lake")
    raw.mkdir()
    spoilt(table, raw / "copy.xlsx", TABLE, lambda sheet: sheet)
    assert _read(raw, lake).status == "accepted"


def _read(raw: Path, lake: LakePaths) -> Verdict:
    (first,) = intake.first_verdicts(raw, intake.recognise_folder(raw, lambda _: None))
    return intake.read_workbook(lake, raw, first)[0] if first.status == "pending" else first


# --- all of them together, in one run ---

BAD = {
    "cut off.xlsx": ("E_NOT_SPREADSHEET", "", ""),
    "text.xlsx": ("E_NOT_SPREADSHEET", "", ""),
    "error cell.xlsx": ("E_ERROR_CELLS", SHEET, "I5"),
    "row missing.xlsx": ("E_SECTOR_SET", SHEET, ""),
    "swapped.xlsx": ("E_BALANCE", SHEET, "AL1307"),
    "negative.xlsx": ("E_NEGATIVE", SHEET, "BDI5"),
    "[total] off.xlsx": (None, None, None),  # code, sheet and cell of the total row: see its own test
}


@pytest.fixture(scope="module")
def spoilt_lake(runs, run_lake, tmp_path_factory: pytest.TempPathFactory, table: Path, inventory: Path):
    """A lake with one good inventory and seven bad files beside it."""
    folder = tmp_path_factory.mktemp("spoilt_lake")
    raw = folder / "lake" / "raw"
    raw.mkdir(parents=True)
    (raw / "good.xlsx").write_bytes(inventory.read_bytes())
    (raw / "cut off.xlsx").write_bytes(inventory.read_bytes()[:-20_000])
    (raw / "text.xlsx").write_text("year;province;CO2\n2012;Beijing;98\n")
    spoilt(table, raw / "error cell.xlsx", TABLE, with_error_cell)
    spoilt(table, raw / "row missing.xlsx", TABLE, without_row)
    spoilt(table, raw / "swapped.xlsx", TABLE, with_two_provinces_swapped_in_row_labels)
    spoilt(table, raw / "negative.xlsx", TABLE, with_negative_output)
    sheet = "xl/worksheets/sheet2.xml"  # the first province after NOTE
    spoilt(inventory, raw / "[total] off.xlsx", sheet, with_total_row_off_by_one_percent)
    runs.add("spoilt_lake", lambda at, _runs: run_lake(at / "lake"), folder)
    return runs["spoilt_lake"]


def test_the_rest_is_published(spoilt_lake):
    assert spoilt_lake.exit_code == 1
    assert f"version {spoilt_lake.version} (published)" in spoilt_lake.sentences
    assert spoilt_lake.query("select file_name from meta.release")["file_name"].to_list() == ["good.xlsx"]
    assert spoilt_lake.one("select count(*) from inventory.emission_total") == 30
    assert "Traceback" not in spoilt_lake.output


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_listed_with_its_place_and_a_sentence(spoilt_lake, name: str):
    rows = spoilt_lake.query("select * from meta.rejected_workbook").filter(file_name=name)
    (row,) = rows.iter_rows(named=True)
    assert row["status"] == "rejected"
    code, sheet, cell = BAD[name]
    if code is not None:
        assert (row["code"], row["sheet"], row["cell"]) == (code, sheet, cell)
    assert len(row["reason"]) > 40
    assert row["reason"].endswith(".")
    summary = spoilt_lake.sentences
    assert name in summary, "the summary names every rejected file"
    assert " ".join(row["reason"].split())[-60:] in summary


def test_a_total_row_off_by_one_percent_is_told_with_its_province(spoilt_lake):
    rows = spoilt_lake.query("select * from meta.rejected_workbook").filter(file_name="[total] off.xlsx")
    (row,) = rows.iter_rows(named=True)
    assert row["code"].startswith("E_")
    assert row["sheet"].endswith("2012")
    assert re.fullmatch(r"[A-Z]+4", row["cell"]), "the total row is row 4 of the sheet"


def test_nothing_of_a_bad_file_is_in_bronze_or_marts(spoilt_lake):
    releases = {path.stem for path in spoilt_lake.lake.bronze.rglob("*.parquet")} - {"no_release"}
    assert releases == set(spoilt_lake.query("select release_id from meta.release")["release_id"])
    for table in ("mrio.flow", "mrio.sector_account", "accounts.multiplier", "backbone.edge"):
        assert spoilt_lake.one(f"select count(*) from {table}") == 0
    assert spoilt_lake.query("select distinct release_id from inventory.emission").height == 1


def test_the_summary_counts(spoilt_lake):
    assert ": 1 accepted" in spoilt_lake.sentences
    assert "7 rejected" in spoilt_lake.sentences


def test_the_same_files_again_end_the_same_way(spoilt_lake, visceads, code_is_still):
    """A run that computes nothing must still say what was rejected, and exit with 1."""
    done = visceads("run", "--lake", spoilt_lake.lake.root)
    assert done.returncode == 1
    assert "Nothing has changed since the last run" in done.stdout
    assert all(name in done.stdout for name in BAD)


# --- nothing but bad files ---


def test_a_lake_of_bad_files_only_ends_with_sentences(all_bad_lake):
    assert all_bad_lake.exit_code == 1
    assert "Traceback" not in all_bad_lake.output
    assert "2 rejected" in all_bad_lake.sentences
    rows = all_bad_lake.query("select file_name, code from meta.rejected_workbook order by file_name")
    assert rows.rows() == [("inventory.xlsx", "E_NOT_SPREADSHEET"), ("table.xlsx", "E_NOT_SPREADSHEET")]


def test_a_lake_of_bad_files_only_publishes_tables_without_rows(all_bad_lake):
    for name in ("meta.release", "inventory.emission", "mrio.flow", "accounts.multiplier", "backbone.edge"):
        assert all_bad_lake.one(f"select count(*) from {name}") == 0
    assert all_bad_lake.one("select count(*) from reference.province") == 31
    assert not all_bad_lake.one("select is_synthetic from meta.publication")
    assert isinstance(all_bad_lake.query("select * from baseline.province_year limit 1"), pl.DataFrame)
