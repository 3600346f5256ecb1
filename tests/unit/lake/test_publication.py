"""Publication is whole or nothing, and the same content is the same version on any day."""

from __future__ import annotations

import fcntl
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.contracts.catalogue import CONTRACTS, ContractError, validate
from visceads.lake import publication
from visceads.lake.atomic import file_sha256
from visceads.lake.parquet import TableFile
from visceads.lake.paths import LakePaths
from visceads.lake.publication import PublicationError, current_version, publish, version_of

Build = Callable[..., list[TableFile]]
OTHER = (("2012", "BJ", "agriculture", "BJ", "construction", 13.5),)


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file below a folder with its hash and its time of change; every link with its target."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path)] = (str(path.readlink()), path.lstat().st_mtime_ns)
        elif path.is_file():
            found[str(path)] = (file_sha256(path), path.stat().st_mtime_ns)
    return found


def test_published_version_holds_every_table(lake: LakePaths, build_tables: Build) -> None:
    assert current_version(lake) is None
    done = publish(lake, build_tables(), visceads_version="0.1.0")
    assert done.is_new
    assert current_version(lake) == done.version == lake.latest.readlink().name
    assert not lake.latest.readlink().is_absolute()
    for group, table in CONTRACTS:
        validate(group, table, pl.read_parquet(lake.latest / group / f"{table}.parquet"))
    row = pl.read_parquet(lake.mart(done.version, "meta", "publication")).row(0, named=True)
    assert row["version"] == done.version
    assert row["table_count"] == len(CONTRACTS)
    assert row["is_synthetic"] is False
    assert pl.read_parquet(lake.latest / "mrio" / "flow.parquet")["flow_m_cny"][1] == 0.3


def test_second_publication_changes_no_byte(lake: LakePaths, build_tables: Build) -> None:
    first = publish(lake, build_tables(), visceads_version="0.1.0")
    before = fingerprint(lake.marts)
    second = publish(lake, build_tables(accepted_at="2030-01-01T00:00:00Z"), visceads_version="0.1.0")
    assert (second.version, second.is_new) == (first.version, False)
    assert "nothing changed" in second.message
    ours = {path: mark for path, mark in fingerprint(lake.marts).items() if not path.endswith(".lock")}
    assert ours == {path: mark for path, mark in before.items() if not path.endswith(".lock")}


def test_the_same_day_gives_the_same_bytes_in_another_lake(
    lake: LakePaths, build_tables: Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    tables = build_tables()
    publish(lake, tables, visceads_version="0.1.0")
    other = LakePaths(tmp_path / "other")
    publish(other, tables, visceads_version="0.1.0")

    def hashes(marts: Path) -> list[tuple[str, str]]:
        return [(str(p.relative_to(marts)), file_sha256(p)) for p in sorted(marts.rglob("*.parquet"))]

    assert hashes(lake.marts) == hashes(other.marts)


def test_changed_content_is_another_version_and_the_old_one_stays(lake: LakePaths, build_tables: Build) -> None:
    first = publish(lake, build_tables(), visceads_version="0.1.0")
    second = publish(lake, build_tables(OTHER), visceads_version="0.1.0")
    assert second.is_new
    assert second.version != first.version
    assert first.folder.is_dir()
    back = publish(lake, build_tables(), visceads_version="0.1.0")
    assert (back.version, back.is_new) == (first.version, False)
    assert "latest points to it again" in back.message
    assert current_version(lake) == first.version


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_version_does_not_depend_on_order(shuffler: random.Random) -> None:
    tables = [TableFile("mrio", f"t{n}", Path("nowhere"), n, f"{n:064x}") for n in range(9)]
    shuffled = list(tables)
    shuffler.shuffle(shuffled)
    assert version_of(shuffled) == version_of(tables)
    assert version_of([*tables[:-1], replace(tables[-1], sha256="f" * 64)]) != version_of(tables)


def test_synthetic_release_marks_the_publication(lake: LakePaths, build_tables: Build) -> None:
    done = publish(lake, build_tables(is_synthetic=True), visceads_version="0.1.0")
    row = pl.read_parquet(lake.mart(done.version, "meta", "publication")).row(0, named=True)
    assert row["is_synthetic"] is True
    assert "says anything about China" in row["note_en"]


def test_incomplete_or_unknown_tables_are_refused(lake: LakePaths, build_tables: Build) -> None:
    tables = build_tables()
    with pytest.raises(PublicationError, match=r"have a contract but were not built: reference\.province"):
        publish(lake, tables[1:], visceads_version="0.1.0")
    unknown = replace(tables[0], table="county")
    with pytest.raises(PublicationError, match=r"have no contract: reference\.county"):
        publish(lake, [*tables, unknown], visceads_version="0.1.0")
    with pytest.raises(PublicationError, match=r"given twice: reference\.province"):
        publish(lake, [*tables, tables[0]], visceads_version="0.1.0")
    assert not lake.marts.exists()


def test_failing_contract_leaves_the_marts_untouched(lake: LakePaths, build_tables: Build) -> None:
    publish(lake, build_tables(), visceads_version="0.1.0")
    before = fingerprint(lake.marts)
    with pytest.raises(ContractError, match=r"mrio\.flow breaks its contract"):
        build_tables((("2012", "BJ", "agriculture", "BJ", "construction", -1.0),))
    assert fingerprint(lake.marts) == before


def test_file_changed_after_validation_is_refused(lake: LakePaths, build_tables: Build, tmp_path: Path) -> None:
    shared = build_tables()
    flow = next(table for table in shared if table.table == "flow")
    copy = tmp_path / "flow.parquet"
    copy.write_bytes(flow.path.read_bytes())
    flow = replace(flow, path=copy)
    tables = [flow if table.table == "flow" else table for table in shared]
    stale = [replace(table, sha256="0" * 64) if table is flow else table for table in tables]
    with pytest.raises(PublicationError, match=r"mrio\.flow changed after it was validated"):
        publish(lake, stale, visceads_version="0.1.0")
    pl.read_parquet(flow.path).write_parquet(flow.path)
    with pytest.raises(PublicationError, match="was not written under the contract"):
        publish(lake, tables, visceads_version="0.1.0")
    flow.path.unlink()
    with pytest.raises(PublicationError, match="is gone"):
        publish(lake, tables, visceads_version="0.1.0")
    assert current_version(lake) is None


@pytest.mark.parametrize("victim", ["_write_publication", "_point_latest"])
def test_killed_in_the_middle_leaves_latest_and_is_cleaned_up(
    victim: str, lake: LakePaths, build_tables: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(lake, build_tables(), visceads_version="0.1.0")
    before = fingerprint(first.folder)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    tables = build_tables(OTHER)
    with monkeypatch.context() as patch:
        patch.setattr(publication, victim, die)
        with pytest.raises(KeyboardInterrupt):
            publish(lake, tables, visceads_version="0.1.0")
    (lake.marts / ".latest-dead").symlink_to("nowhere")
    assert current_version(lake) == first.version
    assert fingerprint(first.folder) == before
    done = publish(lake, tables, visceads_version="0.1.0")
    assert current_version(lake) == done.version != first.version
    names = {path.name for path in lake.marts.iterdir()}
    assert names == {".lock", "latest", first.version, done.version}


def test_version_changed_by_hand_is_refused(lake: LakePaths, build_tables: Build) -> None:
    done = publish(lake, build_tables(), visceads_version="0.1.0")
    lake.mart(done.version, "mrio", "flow").write_bytes(b"tampered")
    with pytest.raises(PublicationError, match=f"delete the folder marts/{done.version} and run again"):
        publish(lake, build_tables(), visceads_version="0.1.0")


def test_two_runs_do_not_publish_at_once(lake: LakePaths, build_tables: Build) -> None:
    tables = build_tables()
    lake.marts.mkdir(parents=True)
    with (lake.marts / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(PublicationError, match="another run publishes"):
            publish(lake, tables, visceads_version="0.1.0")
    assert publish(lake, tables, visceads_version="0.1.0").is_new


def test_folder_in_place_of_the_link_is_refused(lake: LakePaths, build_tables: Build) -> None:
    lake.latest.mkdir(parents=True)
    with pytest.raises(PublicationError, match="marts/latest is a folder"):
        publish(lake, build_tables(), visceads_version="0.1.0")
