"""`visceads scenario` on the command line: options, exit codes, sentences."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from typer.testing import CliRunner

from visceads import __version__, cli
from visceads.scenarios.errors import ScenarioError
from visceads.scenarios.scenario_run import Request
from visceads.scenarios.summary import Summary

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Path, Request, str]]:
    """What reached the room of scenarios: lake, request, version."""
    monkeypatch.setenv("VISCEADS_LAKE", str(tmp_path / "lake"))
    monkeypatch.delenv("VISCEADS_RAW", raising=False)
    return []


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, asked: list):
    def call(*arguments: str, answer: ScenarioError | Summary | None = None) -> Result:
        def run(lake: object, request: Request, version: str) -> SimpleNamespace:
            asked.append((lake.root, request, version))
            if isinstance(answer, ScenarioError):
                raise answer
            economy = SimpleNamespace(emissions="CO2")
            table = SimpleNamespace(table_id="2017", other_tables=("2012", "2015"), economy=economy)
            return SimpleNamespace(summary=answer, folder=Path("somewhere") / "result", table=table)

        if answer is not None:
            monkeypatch.setattr("visceads.scenarios.scenario_run.run_scenario", run)
        result = CliRunner().invoke(cli.app, ["scenario", *arguments])
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


def test_every_option_reaches_the_request(invoke, asked, tmp_path: Path):
    options = ("--table", "2012", "--co2-basis", "satellite", "--out", "here", "--lake", str(tmp_path / "other"))
    result = invoke("file.yaml", *options, answer=Summary("Title", (), ()))
    assert result.exit_code == 0
    assert "is taken" not in result.output
    assert asked == [
        (tmp_path / "other", Request(Path("file.yaml"), "2012", "satellite", Path("here")), __version__),
    ]


def test_without_options_the_inventory_basis_is_meant(invoke, asked, tmp_path: Path):
    result = invoke("file.yaml", answer=Summary("Title", ("WARNING",), ()))
    assert asked == [(tmp_path / "lake", Request(Path("file.yaml"), None, "inventory", None), __version__)]
    taken, _, rest = result.output.partition("\n\n")
    assert taken == "Table 2017 is taken, the newest with CO2 of the inventory basis; --table names another: 2012, 2015"
    assert rest.startswith("Title\nWARNING\n")
    assert result.output.endswith("result  somewhere/result\n")


@pytest.mark.parametrize("exit_code", [1, 2])
def test_what_cannot_be_done_is_a_sentence(invoke, exit_code: int):
    result = invoke("file.yaml", answer=ScenarioError("the file is wrong", exit_code))
    assert result.exit_code == exit_code
    assert result.output.strip() == "the file is wrong"


@pytest.mark.parametrize(
    "arguments",
    [(), ("file.yaml", "--table"), ("file.yaml", "--co2-basis", "both"), ("one.yaml", "two.yaml")],
    ids=["no file", "no table", "unknown basis", "two files"],
)
def test_wrong_usage_exits_with_2(invoke, arguments: tuple[str, ...]):
    assert invoke(*arguments).exit_code == 2


def test_a_wrong_file_exits_with_2_before_the_lake_is_looked_at(invoke, tmp_path: Path):
    file = tmp_path / "wrong.yaml"
    file.write_text("name: wrong\nname: twice\n", encoding="utf-8")
    result = invoke(str(file))
    assert result.exit_code == 2
    assert f"{file}, line 2: the key 'name' stands here again" in result.output


def test_an_empty_lake_is_told_and_nothing_is_made(invoke, tmp_path: Path):
    result = invoke(str(SHIPPED / "power_decarbonised_30.yaml"))
    assert result.exit_code == 1
    assert "run `visceads run` first" in result.output
    assert not (tmp_path / "lake").exists()


def test_a_folder_of_the_lake_takes_no_result(invoke, tmp_path: Path):
    result = invoke(str(SHIPPED / "power_decarbonised_30.yaml"), "--out", str(tmp_path / "lake" / "marts" / "mine"))
    assert result.exit_code == 2
    assert "belongs to the lake itself" in result.output


def test_help_names_the_bases_and_the_default_lake(invoke):
    output = invoke("--help").output
    for words in ("inventory", "satellite", "VISCEADS_LAKE", "--out"):
        assert words in output
