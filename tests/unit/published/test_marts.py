"""The marts of one version: nothing published, tables that are not there, releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from visceads.lake.paths import LakePaths
from visceads.published.marts import PublishedError, open_marts


def test_an_empty_lake_is_told(tmp_path: Path):
    with pytest.raises(PublishedError, match="run `visceads run` first") as caught:
        open_marts(LakePaths(tmp_path))
    assert caught.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_rows_of_one_table(published_lake: LakePaths):
    marts = open_marts(published_lake)
    assert marts.version == "0123456789ab"
    assert marts.rows("mrio", "flow", "2012")["flow_m_cny"].sum() == 256
    assert marts.rows("mrio", "flow", "1999").is_empty()


def test_a_table_of_another_program_version_is_told(published_lake: LakePaths):
    with pytest.raises(PublishedError, match=r"version 0123456789ab has no table mrio\.magic") as caught:
        open_marts(published_lake).scan("mrio", "magic")
    assert caught.value.exit_code == 1


def test_a_version_published_meanwhile_is_not_mixed_in(published_lake: LakePaths):
    marts = open_marts(published_lake)
    published_lake.latest.unlink()
    (published_lake.marts / "newer").mkdir()
    published_lake.latest.symlink_to("newer")
    assert marts.rows("mrio", "flow", "2012").height == 9


def test_what_is_known_of_the_workbooks(published_lake: LakePaths):
    marts = open_marts(published_lake)
    assert marts.is_synthetic(["mrio-2012", "mrio-2020"])
    assert not marts.is_synthetic(["mrio-2012", "co2-2012"])
    assert marts.is_reconstructed(["mrio-2012", "co2-2012"])
    assert not marts.is_reconstructed(["mrio-2012"])
