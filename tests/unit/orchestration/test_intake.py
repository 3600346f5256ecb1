"""The raw folder: which files count, what is said of each, what is read again and what is not."""

from __future__ import annotations

import json
import runpy
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from visceads.lake.atomic import file_sha256
from visceads.lake.bronze import read_sidecars, sidecar_path
from visceads.lake.paths import LakePaths
from visceads.orchestration import intake
from visceads.orchestration.intake import Verdict
from visceads.orchestration.raw_folder import Skipped
from visceads.workbooks.readers import READERS

BOOK = runpy.run_path(str(Path(__file__).parents[1] / "workbooks" / "inventory_book.py"))
TOTAL_ROW = 3  # of the rows of a sheet, counted from 0


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def lake(tmp_path: Path) -> LakePaths:
    return LakePaths(tmp_path / "lake")


@pytest.fixture
def inventory(raw: Path) -> Path:
    return BOOK["make_inventory"]().write(raw / "inventory.xlsx")


def recognised(raw: Path) -> list[Verdict]:
    return intake.first_verdicts(raw, intake.recognise_folder(raw, lambda _: None))


# --- which files count ---


def test_files_are_found_in_subfolders_in_one_order(raw: Path):
    for name in ("b.xlsx", "a/z.csv", "a/b/c.xlsx", "A.xlsx"):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(name)
    found = [path.relative_to(raw).as_posix() for path in intake.raw_files(raw)]
    assert sorted(found) == ["A.xlsx", "a/b/c.xlsx", "a/z.csv", "b.xlsx"]
    assert found == [path.relative_to(raw).as_posix() for path in intake.raw_files(raw)]


@pytest.mark.parametrize("name", [".hidden.xlsx", "~$inventory.xlsx", ".git/x.xlsx", "a/~$b.xlsx", ".DS_Store"])
def test_hidden_files_and_lock_files_of_excel_are_left_out(raw: Path, name: str):
    (raw / name).parent.mkdir(parents=True, exist_ok=True)
    (raw / name).write_text("x")
    (raw / "seen.xlsx").write_text("x")
    assert intake.raw_files(raw) == [raw / "seen.xlsx"]


def test_a_hidden_folder_above_the_raw_folder_does_not_hide_its_files(tmp_path: Path):
    raw = tmp_path / ".cache" / "raw"
    raw.mkdir(parents=True)
    (raw / "seen.xlsx").write_text("x")
    assert intake.raw_files(raw) == [raw / "seen.xlsx"]


def test_a_folder_that_is_not_there_holds_no_file(tmp_path: Path):
    assert intake.raw_files(tmp_path / "nowhere") == []


# --- first verdicts ---


def test_verdicts_go_by_content_not_by_name(raw: Path):
    BOOK["make_inventory"](2012).write(raw / "holiday photos.dat")
    (raw / "CO2 inventory 2012.xlsx").write_text("not a workbook")
    verdicts = {verdict.file_name: verdict for verdict in recognised(raw)}
    good = verdicts["holiday photos.dat"]
    assert (good.status, good.family, good.periods) == ("pending", "co2_inventory", ("2012",))
    bad = verdicts["CO2 inventory 2012.xlsx"]
    assert (bad.status, bad.code) == ("rejected", "E_NOT_SPREADSHEET")
    assert "CO2 inventory 2012.xlsx" in bad.reason


def test_a_copy_is_read_once(raw: Path, inventory: Path):
    (raw / "sub").mkdir()
    (raw / "sub" / "copy.xlsx").write_bytes(inventory.read_bytes())
    verdicts = recognised(raw)
    assert [(v.file_name, v.status) for v in verdicts] == [
        ("inventory.xlsx", "pending"),
        ("sub/copy.xlsx", "duplicate"),
    ]
    assert verdicts[1].reason == "sub/copy.xlsx has the same bytes as inventory.xlsx; it is read once"


def test_a_copy_of_a_bad_file_is_told_of_too(raw: Path):
    for name in ("a.xlsx", "b.xlsx"):
        (raw / name).write_text("not a workbook")
    assert [v.status for v in recognised(raw)] == ["rejected", "duplicate"]


def test_what_cannot_be_entered_is_rejected_and_what_is_left_alone_is_told(raw: Path):
    closed = Skipped(raw / "closed", "The folder closed cannot be entered.", is_problem=True)
    lock = Skipped(raw / "a" / "~$x.xlsx", "a/~$x.xlsx is left behind by Excel.", is_problem=False)
    itself = Skipped(raw, "The folder raw cannot be entered.", is_problem=True)
    verdicts = intake.first_verdicts(raw, [], [closed, lock, itself])
    assert [(v.file_name, v.status, v.code) for v in verdicts] == [
        ("closed", "rejected", "E_NOT_READABLE"),
        ("a/~$x.xlsx", "ignored", ""),
        ("raw", "rejected", "E_NOT_READABLE"),
    ]
    assert verdicts[0].reason == closed.reason


def test_every_file_gets_a_verdict_and_a_note(raw: Path, inventory: Path):
    (raw / "notes.txt").write_text("remember the milk")
    notes: list[str] = []
    intake.recognise_folder(raw, notes.append)
    assert len(notes) == 2
    assert len(recognised(raw)) == 2


def test_an_inventory_whose_total_row_is_off_is_rejected_with_its_cell(raw: Path, lake: LakePaths):
    book = BOOK["make_inventory"]()
    rows = [list(row) for row in book.sheets["Beijing2012"]]
    rows[TOTAL_ROW][1:] = [value * 1.01 for value in rows[TOTAL_ROW][1:]]
    book.sheets["Beijing2012"] = rows
    book.write(raw / "off.xlsx")
    (pending,) = recognised(raw)
    verdict, sidecar = intake.read_workbook(lake, raw, pending)
    assert (verdict.status, verdict.family, sidecar) == ("rejected", "co2_inventory", None)
    assert verdict.sheet == "Beijing2012"
    assert verdict.cell
    assert "off.xlsx" in verdict.reason


# --- verdicts are kept between steps ---


def test_verdicts_come_back_as_they_were_saved(lake: LakePaths):
    verdicts = [
        Verdict("能源/a|b.xlsx", "0" * 64, "rejected", "mrio", ("2017", "2017-new"), code="E_X", sheet="S", cell="C7"),
        Verdict("b.csv", "1" * 64, "accepted", "nbs_series", ("2012",), "nbs_series-2012-111111111111"),
    ]
    intake.save_verdicts(lake, "raw", verdicts)
    assert intake.load_verdicts(lake, "raw") == verdicts


def test_a_step_that_has_not_run_has_no_verdicts(lake: LakePaths):
    assert intake.load_verdicts(lake, "mrio") == []


# --- reading into bronze ---


def test_an_accepted_workbook_lies_in_bronze_with_its_places(raw: Path, lake: LakePaths, inventory: Path):
    (pending,) = recognised(raw)
    verdict, sidecar = intake.read_workbook(lake, raw, pending)
    assert verdict.status == "accepted"
    assert verdict.release_id == f"co2_inventory-2012-{file_sha256(inventory)[:12]}"
    assert sidecar is not None
    frame = pl.read_parquet(intake.bronze_file(lake, sidecar))
    assert frame.columns[0] == "release_id"
    assert dict(frame.drop("release_id").schema) == dict(READERS["co2_inventory"].schema)
    assert set(frame["release_id"]) == {verdict.release_id}
    cell = frame.filter(province_code="BJ", inventory_code="power_heat", fuel_code="raw_coal").row(0, named=True)
    assert (cell["value_mt"], cell["sheet"], cell["row_no"], cell["column_no"]) == (100.123456, "Beijing2012", 43, 2)


def test_a_workbook_that_bronze_has_is_not_read_again(raw: Path, lake: LakePaths, inventory: Path, monkeypatch):
    (pending,) = recognised(raw)
    first, _ = intake.read_workbook(lake, raw, pending)
    unreadable = replace(READERS["co2_inventory"], read=lambda _: pytest.fail("it is read again"))
    monkeypatch.setitem(READERS, "co2_inventory", unreadable)
    again, _ = intake.read_workbook(lake, raw, pending)
    assert again == first


@pytest.mark.parametrize("part", ["cells", "sidecar", "sidecar unreadable"])
def test_a_damaged_bronze_file_is_made_again(raw: Path, lake: LakePaths, inventory: Path, part: str):
    (pending,) = recognised(raw)
    _, sidecar = intake.read_workbook(lake, raw, pending)
    assert sidecar is not None
    path = intake.bronze_file(lake, sidecar)
    whole = path.read_bytes()
    if part == "cells":
        path.write_bytes(whole[:-100])
    elif part == "sidecar":
        sidecar_path(path).unlink()
    else:
        sidecar_path(path).write_text("{")
    intake.read_workbook(lake, raw, pending)
    assert path.read_bytes() == whole
    assert [kept.release_id for kept in read_sidecars(lake)] == [sidecar.release_id]


def test_a_new_name_of_the_same_workbook_is_noted(raw: Path, lake: LakePaths, inventory: Path):
    (pending,) = recognised(raw)
    intake.read_workbook(lake, raw, pending)
    inventory.rename(raw / "renamed.xlsx")
    intake.read_workbook(lake, raw, replace(pending, file_name="renamed.xlsx"))
    assert [kept.source.file_name for kept in read_sidecars(lake)] == ["renamed.xlsx"]


def test_a_reader_that_changed_reads_again(raw: Path, lake: LakePaths, inventory: Path, monkeypatch):
    (pending,) = recognised(raw)
    _, before = intake.read_workbook(lake, raw, pending)
    monkeypatch.setitem(READERS, "co2_inventory", replace(READERS["co2_inventory"], version="next"))
    _, after = intake.read_workbook(lake, raw, pending)
    assert before is not None
    assert after is not None
    assert before.source.reader_version != "next"
    assert after.source.reader_version == "next"
    assert after.accepted_at == before.accepted_at, "a new reader must not make an old release look new"


def test_a_workbook_that_breaks_between_looking_and_reading_is_rejected(raw: Path, lake: LakePaths, inventory: Path):
    (pending,) = recognised(raw)
    inventory.write_text("overwritten")
    verdict, sidecar = intake.read_workbook(lake, raw, pending)
    assert (verdict.status, verdict.code, sidecar) == ("rejected", "E_NOT_SPREADSHEET", None)
    assert not list(lake.bronze.rglob("*.parquet"))


def test_a_family_without_a_release_still_has_its_columns(lake: LakePaths):
    for family, reader in READERS.items():
        intake.ensure_family(lake, family)
        frame = pl.read_parquet(lake.bronze / family / "*.parquet")
        assert frame.is_empty()
        assert frame.columns == ["release_id", *reader.schema]
    assert read_sidecars(lake) == []


def test_saved_verdicts_can_be_read_by_people(lake: LakePaths):
    intake.save_verdicts(lake, "raw", [Verdict("能源.xlsx", "0" * 64, "pending")])
    text = (lake.build / "intake" / "raw.json").read_text(encoding="utf-8")
    assert "能源.xlsx" in text
    assert json.loads(text)[0]["status"] == "pending"
