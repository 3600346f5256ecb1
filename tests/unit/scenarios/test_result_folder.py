"""The folder of a result: whole or not at all, and nothing of others is ever replaced."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from visceads.lake.paths import LakePaths
from visceads.scenarios.errors import ScenarioError
from visceads.scenarios.result_folder import default_folder, require_free, write_result

TABLE = {"sector_base": pl.DataFrame({"co2_mt": [1 / 3, -0.0, None]})}
TEXTS = {"about.json": b"{}"}


@pytest.fixture
def lake(tmp_path: Path) -> LakePaths:
    return LakePaths(tmp_path / "lake")


def refused(folder: Path, lake: LakePaths) -> str:
    with pytest.raises(ScenarioError) as caught:
        require_free(folder, lake)
    assert caught.value.exit_code == 2
    return str(caught.value)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_is_written_whole(tmp_path: Path, lake: LakePaths):
    folder = tmp_path / "new" / "result"
    require_free(folder, lake)
    write_result(folder, TABLE, TEXTS)
    assert names(folder) == ["about.json", "sector_base.parquet"]
    assert names(folder.parent) == ["result"]
    assert pl.read_parquet(folder / "sector_base.parquet")["co2_mt"].to_list() == [0.333333333333, 0.0, None]


def test_an_earlier_result_is_replaced_with_all_its_files(tmp_path: Path, lake: LakePaths):
    folder = tmp_path / "result"
    write_result(folder, {**TABLE, "ict_effect": TABLE["sector_base"]}, TEXTS)
    require_free(folder, lake)
    write_result(folder, TABLE, {"about.json": b"new"})
    assert names(folder) == ["about.json", "sector_base.parquet"]
    assert (folder / "about.json").read_bytes() == b"new"
    assert names(tmp_path) == ["result"]


def test_an_empty_folder_is_free(tmp_path: Path, lake: LakePaths):
    (tmp_path / "result").mkdir()
    require_free(tmp_path / "result", lake)
    write_result(tmp_path / "result", TABLE, TEXTS)
    assert names(tmp_path) == ["result"]


@pytest.mark.parametrize("others", [["notes.txt"], ["about.json", "notes.txt"], ["summary.md"]])
def test_a_folder_with_other_files_is_refused(tmp_path: Path, lake: LakePaths, others: list[str]):
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in others:
        (folder / name).write_text("mine")
    sentence = refused(folder, lake)
    assert "which no scenario wrote" in sentence
    assert ("'notes.txt'" in sentence) == ("notes.txt" in others)


def test_a_file_is_refused(tmp_path: Path, lake: LakePaths):
    (tmp_path / "result").write_text("x")
    assert "is a file" in refused(tmp_path / "result", lake)


@pytest.mark.parametrize("inside", [".", "marts", "marts/latest/accounts", "raw", "bronze/mine", "build", "warehouse"])
def test_the_folders_of_the_lake_take_no_result(lake: LakePaths, inside: str):
    assert "belongs to the lake itself" in refused(lake.root / inside, lake)


def test_a_link_into_the_marts_is_seen_through(tmp_path: Path, lake: LakePaths):
    lake.marts.mkdir(parents=True)
    (tmp_path / "link").symlink_to(lake.marts)
    assert "belongs to the lake itself" in refused(tmp_path / "link" / "result", lake)


def test_the_default_lies_in_the_lake(lake: LakePaths):
    folder = default_folder(lake, "less_power", "2017-new", "inventory")
    assert folder == lake.root / "scenarios" / "less_power-2017-new-inventory"
    require_free(folder, lake)


def test_when_writing_fails_the_earlier_result_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "result"
    write_result(folder, TABLE, TEXTS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("visceads.scenarios.result_folder.sync", full)
    with pytest.raises(ScenarioError, match="No space left on device") as caught:
        write_result(folder, TABLE, {"about.json": b"new"})
    assert caught.value.exit_code == 1
    assert (folder / "about.json").read_bytes() == b"{}"
    assert names(tmp_path) == ["result"]


def test_when_the_place_cannot_be_taken_the_earlier_result_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "result"
    write_result(folder, TABLE, TEXTS)
    rename = Path.rename

    def refuse_new(self: Path, target: Path) -> Path:
        if self.suffix == ".tmp":
            raise OSError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_new)
    with pytest.raises(ScenarioError, match="Permission denied"):
        write_result(folder, TABLE, {"about.json": b"new"})
    assert (folder / "about.json").read_bytes() == b"{}"
    assert names(tmp_path) == ["result"]


def test_a_place_that_is_a_file_halfway_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ScenarioError, match="name another folder with --out"):
        write_result(tmp_path / "file" / "result", TABLE, TEXTS)
