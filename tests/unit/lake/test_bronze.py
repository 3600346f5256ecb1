"""Bronze files, their sidecars, and when a release must be read again."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from visceads.lake.bronze import (
    BronzeError,
    Source,
    SourceFinding,
    bronze_path,
    can_keep,
    period_label,
    read_sidecar,
    read_sidecars,
    release_id,
    sidecar_path,
    write_bronze,
)
from visceads.lake.paths import LakePaths

SHA = "0123456789abcdef" * 4
SOURCE = Source(
    family="co2_inventory",
    periods=("2012",),
    vintage="V3",
    file_name="2012年30个省份排放清单.xlsx",
    sha256=SHA,
    reader_version="1",
    is_synthetic=False,
    is_reconstructed=False,
    findings=(SourceFinding("W_JUMP", "warning", "Yunnan doubles.", "Yunnan2012", "W4"),),
)
CELLS = pl.DataFrame({"province_code": ["BJ"], "value_mt": [97.998041]})


@pytest.mark.parametrize(
    ("periods", "label"),
    [
        (("2012",), "2012"),
        (("2017", "2017-new"), "2017"),
        (("2013", "2011", "2012"), "2011-2013"),
        (("2012", "2015"), "2012_2015"),
        (("1995", "1997", "1998"), "1995_1997-1998"),
        (("national-2020",), "2020"),
    ],
)
def test_period_label(periods: tuple[str, ...], label: str) -> None:
    assert period_label(periods) == label


def test_release_id_is_family_period_and_fingerprint() -> None:
    assert release_id("co2_inventory", "2012", SHA) == "co2_inventory-2012-0123456789ab"
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        release_id("mrio", "2012", "abc")
    with pytest.raises(ValueError, match="cannot be part of a release id"):
        release_id("../mrio", "2012", SHA)


def test_sidecar_reads_back_as_written(lake: LakePaths) -> None:
    sidecar = write_bronze(lake, SOURCE, CELLS)
    path = bronze_path(lake, "co2_inventory", "co2_inventory-2012-0123456789ab")
    assert pl.read_parquet(path).equals(CELLS)
    assert read_sidecar(sidecar_path(path)) == sidecar
    assert read_sidecars(lake) == [sidecar]
    assert sidecar.source.findings[0].cell == "W4"


def test_release_is_kept_only_if_nothing_changed(lake: LakePaths) -> None:
    sidecar = write_bronze(lake, SOURCE, CELLS)
    path = bronze_path(lake, "co2_inventory", sidecar.release_id)
    assert can_keep(lake, sidecar, SHA, "1")
    assert not can_keep(lake, sidecar, SHA, "2")
    assert not can_keep(lake, sidecar, "f" * 64, "1")
    path.write_bytes(path.read_bytes() + b"x")
    assert not can_keep(lake, sidecar, SHA, "1")
    path.unlink()
    assert not can_keep(lake, sidecar, SHA, "1")
    assert read_sidecars(lake) == []


def test_reading_again_keeps_the_time_and_the_bytes(lake: LakePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    first = write_bronze(lake, SOURCE, CELLS)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    second = write_bronze(lake, replace(SOURCE, reader_version="2"), CELLS)
    assert first.accepted_at == second.accepted_at == "1970-01-01T00:00:00Z"
    assert first.bronze_sha256 == second.bronze_sha256
    assert second.source.reader_version == "2"


def test_wrong_epoch_is_a_sentence(lake: LakePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ValueError, match="must be whole seconds since 1970"):
        write_bronze(lake, SOURCE, CELLS)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"source": {}}', '{"source": 3}'])
def test_broken_sidecar_is_a_sentence(content: str, lake: LakePaths) -> None:
    sidecar = write_bronze(lake, SOURCE, CELLS)
    path = sidecar_path(bronze_path(lake, "co2_inventory", sidecar.release_id))
    path.write_text(content)
    with pytest.raises(BronzeError, match="delete it, and the release is read from its workbook again"):
        read_sidecars(lake)
