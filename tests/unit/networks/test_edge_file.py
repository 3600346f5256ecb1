"""The file of a backbone: both formats, refused places, what was there."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from visceads.lake.paths import LakePaths
from visceads.networks.edge_file import require_writable, write_edges
from visceads.published.marts import PublishedError

FRAME = pl.DataFrame(
    {"seller": ["煤炭"], "weight": [0.1 + 0.2], "p_seller": [None]}, schema_overrides={"p_seller": float}
)


def test_parquet_holds_what_the_frame_holds(tmp_path: Path):
    write_edges(tmp_path / "edges.parquet", FRAME)
    found = pl.read_parquet(tmp_path / "edges.parquet")
    assert found.schema == FRAME.schema
    assert found.rows() == [("煤炭", 0.3, None)]


def test_csv_has_empty_cells_for_nulls_and_replaces_an_earlier_file(tmp_path: Path):
    file = tmp_path / "edges.csv"
    file.write_text("earlier")
    write_edges(file, FRAME)
    assert file.read_text(encoding="utf-8") == "seller,weight,p_seller\n煤炭,0.3,\n"
    assert [path.name for path in tmp_path.iterdir()] == ["edges.csv"]


def test_places_where_no_file_goes(tmp_path: Path):
    lake = LakePaths(tmp_path / "lake")
    (lake.marts / "v").mkdir(parents=True)
    (tmp_path / "folder.csv").mkdir()
    for file, sentence in [
        (tmp_path / "edges.xlsx", "neither .parquet nor .csv"),
        (tmp_path / "folder.csv", "is a folder"),
        (tmp_path / "none" / "edges.csv", "does not exist"),
        (lake.marts / "v" / "edges.csv", "lies in a folder of the lake itself"),
    ]:
        with pytest.raises(PublishedError, match=sentence) as caught:
            require_writable(file, lake)
        assert caught.value.exit_code == 2
    require_writable(tmp_path / "edges.CSV", lake)
    require_writable(lake.root / "edges.parquet", lake)


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    (tmp_path / "edges.csv").write_text("earlier")
    with pytest.raises(PublishedError, match="No space left on device") as caught:
        write_edges(tmp_path / "edges.csv", FRAME)
    assert caught.value.exit_code == 1
    assert (tmp_path / "edges.csv").read_text() == "earlier"
