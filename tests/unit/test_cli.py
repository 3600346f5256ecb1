"""The command line: help, exit codes and sentences; whole runs are tests of integration."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from typer.testing import CliRunner

import visceads
from visceads import cli
from visceads.lake.releases import MixedLakeError
from visceads.orchestration.intake import Verdict
from visceads.orchestration.run import RunSummary

COMMANDS = ("run", "demo", "recognise", "sql", "releases", "status", "trace", "scenario", "backbone", "ui")


@pytest.fixture(autouse=True)
def _own_lake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No command of these tests may touch the lake of the person who runs them."""
    monkeypatch.setenv("VISCEADS_LAKE", str(tmp_path / "lake"))
    monkeypatch.delenv("VISCEADS_RAW", raising=False)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch):
    """Run a command; no traceback may ever reach a person."""
    runner = CliRunner()

    def call(*arguments: str) -> Result:
        # the consoles were bound to the terminal when the module was loaded; give each call its own streams
        monkeypatch.setattr(cli, "console", cli.Console(width=200))
        monkeypatch.setattr(cli, "errors", cli.Console(stderr=True, width=200))
        result = runner.invoke(cli.app, list(arguments))
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


# --- help and version ---


def test_help_names_every_command(invoke):
    result = invoke("--help")
    assert result.exit_code == 0
    for command in COMMANDS:
        assert f" {command} " in result.output


def test_every_command_of_the_application_is_tested_here():
    registered = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    assert registered == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(invoke, command: str):
    result = invoke(command, "--help")
    assert result.exit_code == 0
    assert f"{command} [OPTIONS]" in result.output
    sentences = [line for line in result.output.splitlines() if line.strip().endswith(".")]
    assert sentences, f"the help of {command} has no sentence"


@pytest.mark.parametrize("command", ["run", "status", "ui"])
def test_help_says_where_a_lake_lies_by_default(invoke, command: str):
    output = invoke(command, "--help").output
    assert "VISCEADS_LAKE" in output
    assert "--raw" in output


def test_version(invoke):
    result = invoke("--version")
    assert result.exit_code == 0
    assert result.output.strip() == f"visceads {visceads.__version__}"


# --- wrong usage: exit code 2 ---


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("run", "--fast"),
        ("run", "argument"),
        ("demo",),
        ("recognise",),
        ("sql",),
        ("ui", "--port", "many"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(invoke, arguments: tuple[str, ...]):
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.output


@pytest.mark.parametrize("command", ["run", "status", "ui"])
def test_a_raw_folder_that_does_not_exist_is_wrong_usage(invoke, tmp_path: Path, command: str):
    missing = tmp_path / "no such folder"
    result = invoke(command, "--raw", str(missing))
    assert result.exit_code == 2
    assert f"the folder {missing} does not exist" in result.output
    assert "give the folder that holds the workbooks" in result.output
    assert not missing.exists()


def test_an_unknown_setting_in_the_environment_is_wrong_usage(invoke, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VISCEADS_SPLIT_RULE", "guess")
    result = invoke("status")
    assert result.exit_code == 2
    assert "VISCEADS_SPLIT_RULE" in result.output
    assert "fuel_purchase" in result.output


@pytest.mark.parametrize("arguments", [("run",), ("status",), ("sql", "SELECT 1"), ("ui",)], ids=" ".join)
def test_a_lake_that_is_a_file_is_wrong_usage(invoke, tmp_path: Path, arguments: tuple[str, ...]):
    file = tmp_path / "lake.txt"
    file.write_text("x")
    result = invoke(*arguments, "--lake", str(file))
    assert result.exit_code == 2
    assert "is a file; name a folder for the lake" in result.output


@pytest.mark.parametrize("arguments", [("run",), ("status",), ("releases",)], ids=" ".join)
def test_a_lake_whose_path_would_break_sql_is_wrong_usage(invoke, tmp_path: Path, arguments: tuple[str, ...]):
    result = invoke(*arguments, "--lake", str(tmp_path / "it's"))
    assert result.exit_code == 2
    assert "must not contain '" in result.output
    assert not (tmp_path / "it's").exists()


def test_demo_into_a_file_is_wrong_usage(invoke, tmp_path: Path):
    file = tmp_path / "file.txt"
    file.write_text("x")
    result = invoke("demo", str(file))
    assert result.exit_code == 2
    assert "is a file; name a folder" in result.output


# --- a lake in which nothing is published ---


@pytest.mark.parametrize("arguments", [("sql", "SELECT 1"), ("releases",)], ids=" ".join)
def test_an_empty_lake_is_told_in_a_sentence(invoke, tmp_path: Path, arguments: tuple[str, ...]):
    result = invoke(*arguments)
    assert result.exit_code == 1
    assert "run `visceads run` first" in result.output
    assert not (tmp_path / "lake" / "warehouse").exists(), "a query must not make anything"


def test_status_of_an_empty_lake(invoke, tmp_path: Path):
    result = invoke("status")
    assert result.exit_code == 0
    assert "nothing yet: run `visceads run`" in result.output
    assert str(tmp_path / "lake") in result.output
    assert not (tmp_path / "lake").exists(), "looking must not make anything"


# --- recognise ---


def test_recognise_a_text_file_named_xlsx(invoke, tmp_path: Path):
    file = tmp_path / "CO2 inventory.xlsx"
    file.write_text("<html>Please log in</html>")
    result = invoke("recognise", str(file))
    assert result.exit_code == 1
    assert "E_NOT_SPREADSHEET" in result.output
    assert "Download it again" in result.output
    assert file.read_text() == "<html>Please log in</html>"


def test_recognise_a_file_that_is_not_there(invoke, tmp_path: Path):
    result = invoke("recognise", str(tmp_path / "missing.xlsx"))
    assert result.exit_code in {1, 2}
    assert "missing.xlsx" in result.output


def test_recognise_reads_brackets_in_file_names_as_text(invoke, tmp_path: Path):
    """Rich would take [bold] in a file name for markup, and [/x] for a mistake."""
    file = tmp_path / "inventory [bold] [nofoo].xlsx"
    file.write_text("x")
    result = invoke("recognise", str(file))
    assert result.exit_code == 1
    assert "[bold] [nofoo]" in result.output


# --- run: what the summary says ---


def _run(monkeypatch: pytest.MonkeyPatch, summary: RunSummary | Exception) -> None:
    def pipeline(*_: object) -> RunSummary:
        if isinstance(summary, Exception):
            raise summary
        return summary

    monkeypatch.setattr("visceads.orchestration.run.run_pipeline", pipeline)


ACCEPTED = Verdict("good.xlsx", "0" * 64, "accepted", "mrio", ("2012",), "mrio-2012-000000000000")
REJECTED = Verdict(
    "[sub]/bad.xlsx", "1" * 64, "rejected", "mrio", code="E_ERROR_CELLS", sheet="Table [1]", cell="C7", reason="Why."
)
COPY = Verdict("copy.xlsx", "0" * 64, "duplicate", "mrio", reason="copy.xlsx has the same bytes as good.xlsx")


def test_a_run_that_published_names_version_and_paths(invoke, monkeypatch, tmp_path: Path):
    _run(monkeypatch, RunSummary(True, "abc123", is_new=True, verdicts=(ACCEPTED,)))
    result = invoke("run")
    assert result.exit_code == 0
    assert "abc123 (published)" in result.output
    assert str(tmp_path / "lake" / "marts" / "latest") in result.output.replace("\n", "")
    assert str(tmp_path / "lake" / "warehouse" / "visceads.duckdb") in result.output.replace("\n", "")
    assert ": 1 accepted" in result.output
    assert "SYNTHETIC" not in result.output


def test_rejected_inputs_are_named_with_sheet_cell_and_reason(invoke, monkeypatch):
    _run(monkeypatch, RunSummary(True, "abc123", is_new=True, verdicts=(ACCEPTED, REJECTED, COPY)))
    result = invoke("run")
    assert result.exit_code == 1
    assert "[sub]/bad.xlsx  E_ERROR_CELLS Table [1] C7" in result.output
    assert "Why." in result.output
    assert ": 1 accepted, 1 rejected, 1 copies of others" in result.output


def test_copies_are_no_failure(invoke, monkeypatch):
    _run(monkeypatch, RunSummary(True, "abc123", is_new=False, verdicts=(ACCEPTED, COPY)))
    result = invoke("run")
    assert result.exit_code == 0
    assert "abc123 (unchanged)" in result.output


def test_a_failed_run_says_what_failed_and_what_stays(invoke, monkeypatch):
    failures = ("marts: flow_m_cny is null in 3 rows",)
    _run(monkeypatch, RunSummary(False, "old456", is_new=False, verdicts=(ACCEPTED,), failures=failures))
    result = invoke("run")
    assert result.exit_code == 1
    assert "flow_m_cny is null in 3 rows" in result.output
    assert "version old456 stays published" in result.output


def test_a_first_run_that_fails_says_that_nothing_is_published(invoke, monkeypatch):
    _run(monkeypatch, RunSummary(False, "", is_new=False))
    assert "nothing is published" in invoke("run").output


def test_synthetic_results_are_labelled(invoke, monkeypatch):
    _run(monkeypatch, RunSummary(True, "abc123", is_new=True, is_synthetic=True, verdicts=(ACCEPTED,)))
    assert "SYNTHETIC" in invoke("run").output


def test_a_mixed_lake_is_a_sentence(invoke, monkeypatch):
    _run(monkeypatch, MixedLakeError("the lake holds [both]"))
    result = invoke("run")
    assert result.exit_code == 1
    assert "the lake holds [both]" in result.output


def test_sql_reads_a_query_from_a_file_that_begins_with_a_comment(invoke, tmp_path: Path):
    file = tmp_path / "query.sql"
    file.write_text("-- how many provinces\nSELECT 1", encoding="utf-8")
    assert "no warehouse" in invoke("sql", "--file", str(file)).output
    missing = invoke("sql", "--file", str(tmp_path / "none.sql"))
    assert missing.exit_code == 2
    assert "does not exist" in missing.output
    assert invoke("sql", "SELECT 1", "--file", str(file)).exit_code == 2


# --- ui ---


def test_ui_starts_dagster_on_the_loopback_with_storage_in_the_lake(invoke, monkeypatch, tmp_path: Path):
    seen = SimpleNamespace(command=[], env={})

    def take_over(_path: str, command: list[str], env: dict[str, str]) -> None:
        seen.command, seen.env = command, env

    monkeypatch.setattr(os, "execve", take_over)
    # prepare_instance sets variables of this process: give them back after the test
    monkeypatch.setattr("visceads.orchestration.run.prepare_instance", lambda _settings: None)
    result = invoke("ui", "--port", "3456")
    assert result.exit_code == 0
    assert "http://127.0.0.1:3456" in result.output
    assert seen.command[1:2] == ["dev"]
    assert seen.command[-4:] == ["-h", "127.0.0.1", "-p", "3456"]
    assert Path(seen.command[seen.command.index("-w") + 1]).name == "workspace.yaml"
    assert Path(seen.env["DAGSTER_HOME"]).is_relative_to(tmp_path / "lake")


def test_ui_warns_when_others_can_reach_it(invoke, monkeypatch):
    monkeypatch.setattr(os, "execve", lambda *_args: None)
    monkeypatch.setattr("visceads.orchestration.run.prepare_instance", lambda _settings: None)
    assert "asks for no password" in invoke("ui", "--host", "0.0.0.0").output
