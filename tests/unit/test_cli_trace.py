"""`visceads trace` on the command line: options, exit codes, sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from visceads import cli
from visceads.tracing.record import Trace, TracedCell, TracedColumn, TraceError
from visceads.tracing.rows import OPTIONS
from visceads.tracing.tracer import Question

FOUND = Trace("mrio.flow", "Flows", "abc", {"table_id": "2012"}, (TracedColumn("flow_m_cny", 1.5, "million yuan"),))
NOT_EXPLAINED = Trace("mrio.flow", "Flows", "abc", {}, (TracedColumn("flow_m_cny", 1.5, "", is_explained=False),))
WORKBOOK_DIFFERS = Trace(
    "mrio.flow",
    "Flows",
    "abc",
    {},
    (TracedColumn("flow_m_cny", 1.5, "", cells=(TracedCell("Sheet", "D5", 150.0, "says 151", agrees=False),)),),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Path | None, Question]]:
    """What reached the tracer: raw folder and question."""
    monkeypatch.setenv("VISCEADS_LAKE", str(tmp_path / "lake"))
    monkeypatch.delenv("VISCEADS_RAW", raising=False)
    return []


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, asked: list[tuple[Path | None, Question]]):
    def call(*arguments: str, answer: Trace | TraceError | None = FOUND) -> Result:
        def traced(_lake: Path, raw: Path | None, question: Question) -> Trace:
            asked.append((raw, question))
            if isinstance(answer, TraceError):
                raise answer
            assert answer is not None
            return answer

        if answer is not None:
            monkeypatch.setattr("visceads.tracing.tracer.trace_in", traced)
        result = CliRunner().invoke(cli.app, ["trace", *arguments])
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


def test_every_option_reaches_the_question(invoke, asked):
    arguments = [part for name in OPTIONS for part in (f"--{name}", f"x {name}")]
    result = invoke("mrio.flow", *arguments, "--column", "flow_m_cny")
    assert result.exit_code == 0
    assert asked[0][1] == Question("mrio.flow", {name: f"x {name}" for name in OPTIONS}, "flow_m_cny")


def test_options_that_are_not_given_are_no_keys(invoke, asked):
    invoke("mrio.flow")
    assert asked[0][1] == Question("mrio.flow", {})


def test_text_is_the_default_and_json_the_same_content(invoke):
    assert "flow_m_cny = 1.5 million yuan" in invoke("mrio.flow").output
    assert json.loads(invoke("mrio.flow", "--json").output)["columns"][0]["value"] == 1.5


@pytest.mark.parametrize("answer", [NOT_EXPLAINED, WORKBOOK_DIFFERS], ids=["rules", "workbook"])
def test_a_figure_that_does_not_follow_exits_with_1(invoke, answer: Trace):
    assert invoke("mrio.flow", answer=answer).exit_code == 1


@pytest.mark.parametrize("exit_code", [1, 2])
def test_a_question_without_an_answer_is_a_sentence(invoke, exit_code: int):
    result = invoke("mrio.flow", answer=TraceError("there is no such row", exit_code))
    assert result.exit_code == exit_code
    assert result.output.strip() == "there is no such row"


def test_an_empty_lake_is_told_and_nothing_is_made(invoke, tmp_path: Path):
    result = invoke("mrio.flow", answer=None)
    assert result.exit_code == 1
    assert "run `visceads run` first" in result.output
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("arguments", [(), ("mrio.flow", "--price", "3")], ids=["no table", "unknown option"])
def test_wrong_usage_exits_with_2(invoke, arguments: tuple[str, ...]):
    assert invoke(*arguments).exit_code == 2


def test_a_raw_folder_that_is_named_is_looked_at(invoke, asked, tmp_path: Path):
    (tmp_path / "named").mkdir()
    invoke("mrio.flow")
    invoke("mrio.flow", "--raw", str(tmp_path / "named"))
    assert [raw for raw, _ in asked] == [None, tmp_path / "named"]
