"""When a run has work to do: the fingerprint of its inputs, the record of the last run, what status says."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from visceads.lake.atomic import file_sha256
from visceads.lake.bronze import Source, write_bronze
from visceads.lake.paths import LakePaths
from visceads.orchestration import intake, run
from visceads.orchestration.run import RunSummary
from visceads.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`prepare_instance` sets variables of the process: monkeypatch gives them back afterwards."""
    for name, value in Settings(lake=tmp_path / "unused").environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A lake with one raw file, over a small project of its own that a test may change."""
    project = tmp_path / "project"
    (project / "pipelines").mkdir(parents=True)
    (project / "dbt_project" / "models").mkdir(parents=True)
    (project / "deploy").mkdir()
    (project / "pipelines" / "code.py").write_text("X = 1\n")
    (project / "dbt_project" / "models" / "m.sql").write_text("select 1\n")
    (project / "uv.lock").write_text("version = 1\n")
    shutil.copy(ROOT / "deploy" / "dagster.yaml", project / "deploy")
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.xlsx").write_text("a")
    return Settings(lake=tmp_path / "lake", raw=raw, project=project)


# --- fingerprint ---


def test_the_fingerprint_repeats(settings: Settings):
    assert run.input_fingerprint(settings) == run.input_fingerprint(settings)


@pytest.mark.parametrize(
    "change",
    [
        "raw/a.xlsx",
        "raw/b.xlsx",
        "raw/target/b.xlsx",
        "project/pipelines/code.py",
        "project/pipelines/deep/more.py",
        "project/dbt_project/models/m.sql",
        "project/dbt_project/seeds/s.csv",
        "project/dbt_project/dbt_project.yml",
        "project/uv.lock",
    ],
)
def test_the_fingerprint_changes_with_every_input(settings: Settings, tmp_path: Path, change: str):
    before = run.input_fingerprint(settings)
    path = tmp_path / change
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")
    assert run.input_fingerprint(settings) != before


def test_the_fingerprint_changes_with_the_name_of_a_workbook(settings: Settings):
    """The name stands in meta.release."""
    before = run.input_fingerprint(settings)
    (settings.raw_folder / "a.xlsx").rename(settings.raw_folder / "renamed.xlsx")
    assert run.input_fingerprint(settings) != before


def test_the_fingerprint_changes_with_a_setting(settings: Settings):
    other = Settings(lake=settings.lake, raw=settings.raw, project=settings.project, split_rule="equal")
    assert run.input_fingerprint(other) != run.input_fingerprint(settings)


@pytest.mark.parametrize("name", ["raw/.hidden", "raw/~$a.xlsx", "project/dbt_project/target/compiled.sql"])
def test_the_fingerprint_ignores_what_no_run_reads(settings: Settings, tmp_path: Path, name: str):
    before = run.input_fingerprint(settings)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("x")
    assert run.input_fingerprint(settings) == before


# --- the record of the last run ---


def _publish(lake: LakePaths, version: str = "abc123") -> None:
    for folder in (lake.marts / version, lake.build / "candidate"):
        (folder / "mrio").mkdir(parents=True, exist_ok=True)
        (folder / "mrio" / "flow.parquet").write_text("flows")
    lake.latest.unlink(missing_ok=True)
    lake.latest.symlink_to(version)
    lake.warehouse.mkdir(exist_ok=True)
    lake.warehouse_file.write_text("warehouse")


@pytest.fixture
def executed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replaces the execution of the graph by one that publishes at once; lists the executions."""
    calls: list[str] = []

    def execute(of: Settings, _listener: object) -> RunSummary:
        lake = LakePaths(of.lake)
        first = intake.Verdict("a.xlsx", file_sha256(of.raw_folder / "a.xlsx"), "accepted", periods=("2012",))
        intake.save_verdicts(lake, "raw", [first])
        _publish(lake)
        calls.append("run")
        return RunSummary(True, "abc123", is_new=len(calls) == 1, verdicts=(first,))

    monkeypatch.setattr(run, "_execute", execute)
    return calls


def _run(settings: Settings) -> RunSummary:
    return run.run_pipeline(settings, lambda _kind, _text: None)


def test_a_second_run_does_nothing_and_says_the_same(settings: Settings, executed: list[str]):
    first = _run(settings)
    second = _run(settings)
    assert executed == ["run"]
    assert first.is_new
    assert not first.is_unchanged_input
    assert second.is_unchanged_input
    assert not second.is_new
    assert asdict(second) | {"is_new": True, "is_unchanged_input": False} == asdict(first)


@pytest.mark.parametrize("lost", ["warehouse", "latest", "version", "table", "record", "another version"])
def test_a_publication_that_is_not_whole_is_made_again(settings: Settings, executed: list[str], lost: str):
    _run(settings)
    lake = LakePaths(settings.lake)
    if lost == "warehouse":
        lake.warehouse_file.unlink()
    elif lost == "latest":
        lake.latest.unlink()
    elif lost == "version":
        shutil.rmtree(lake.marts / "abc123")
    elif lost == "table":
        (lake.marts / "abc123" / "mrio" / "flow.parquet").unlink()
    elif lost == "record":
        (lake.build / "last_run.json").unlink()
    else:
        _publish(lake, "ffffff")
    _run(settings)
    assert executed == ["run", "run"]


def test_a_failed_run_is_tried_again(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    calls = []

    def fail(_settings: Settings, _listener: object) -> RunSummary:
        calls.append("run")
        return RunSummary(False, "", is_new=False, failures=("marts: broken",))

    monkeypatch.setattr(run, "_execute", fail)
    assert _run(settings).exit_code == 1
    assert _run(settings).exit_code == 1
    assert calls == ["run", "run"]


def test_an_emptied_raw_folder_does_not_put_the_demo_into_a_lake_of_real_workbooks(settings, executed: list[str]):
    source = Source("mrio", ("2012",), "", "a.xlsx", "0" * 64, "1", is_synthetic=False, is_reconstructed=False)
    intake.ensure_family(LakePaths(settings.lake), "mrio")
    write_bronze(LakePaths(settings.lake), source, intake.pl.DataFrame({"value": [1.0]}))
    (settings.raw_folder / "a.xlsx").unlink()
    summary = _run(settings)
    assert not summary.succeeded
    assert "holds no workbook" in summary.failures[0]
    assert executed == []
    assert list(settings.raw_folder.iterdir()) == []


# --- status ---


def test_status_says_up_to_date_after_a_run(settings: Settings, executed: list[str]):
    _run(settings)
    lines = run.lake_status(settings)
    assert "up to date" in lines[-1]
    assert any("version abc123" in line for line in lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [("new", "b.xlsx is new"), ("gone", "a.xlsx is gone"), ("changed", "a.xlsx has changed"), ("code", "code, SQL")],
)
def test_status_names_what_changed(settings: Settings, executed: list[str], change: str, said: str):
    _run(settings)
    if change == "new":
        (settings.raw_folder / "b.xlsx").write_text("b")
    elif change == "gone":
        (settings.raw_folder / "a.xlsx").unlink()
    elif change == "changed":
        (settings.raw_folder / "a.xlsx").write_text("other")
    else:
        (settings.project / "pipelines" / "code.py").write_text("X = 2\n")
    last = run.lake_status(settings)[-1]
    assert said in last
    assert last.startswith("behind: ")
    assert last.endswith("run `visceads run`")


# --- the Dagster instance of a lake ---


def test_the_instance_is_prepared_once_and_follows_the_shipped_file(settings: Settings):
    run.prepare_instance(settings)
    home = Path(settings.environment()["DAGSTER_HOME"])
    shipped = settings.project / "deploy" / "dagster.yaml"
    assert (home / "dagster.yaml").read_bytes() == shipped.read_bytes()
    shipped.write_text("telemetry:\n  enabled: false\n# changed\n")
    run.prepare_instance(settings)
    assert (home / "dagster.yaml").read_bytes() == shipped.read_bytes()


def test_the_shipped_instance_sends_nothing_and_lets_one_write_at_a_time():
    text = (ROOT / "deploy" / "dagster.yaml").read_text(encoding="utf-8")
    assert "telemetry:\n  enabled: false" in text
    assert "default_limit: 1" in text


# --- exit codes ---


@pytest.mark.parametrize(
    ("succeeded", "statuses", "code"),
    [
        (True, ["accepted"], 0),
        (True, ["accepted", "ignored", "duplicate"], 0),
        (True, ["accepted", "rejected"], 1),
        (False, ["accepted"], 1),
        (True, [], 0),
    ],
)
def test_exit_codes(succeeded: bool, statuses: list[str], code: int):
    verdicts = tuple(intake.Verdict(f"{n}.xlsx", "0" * 64, status) for n, status in enumerate(statuses))
    assert RunSummary(succeeded, "v", is_new=True, verdicts=verdicts).exit_code == code


def test_the_record_is_plain_json(settings: Settings, executed: list[str]):
    _run(settings)
    record = json.loads((settings.lake / "build" / "last_run.json").read_text(encoding="utf-8"))
    assert record["version"] == "abc123"
    assert record["verdicts"][0]["periods"] == ["2012"]
