"""`visceads backbone` on the command line: options, exit codes, sentences, files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from visceads import cli
from visceads.backbone import METHODS
from visceads.lake.paths import LakePaths
from visceads.networks.backbone_answer import BackboneQuestion
from visceads.networks.published_network import NetworkQuestion
from visceads.published.marts import PublishedError

GUANGDONG = ("--method", "disparity", "--province", "GD", "--table", "2012")


def call(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(cli.app, ["backbone", *map(str, arguments)])
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[BackboneQuestion]:
    """What reached the answer, which is refused each time."""
    questions: list[BackboneQuestion] = []

    def refuse(_lake: LakePaths, question: BackboneQuestion) -> None:
        questions.append(question)
        raise PublishedError("that is refused", exit_code=1)

    monkeypatch.setattr("visceads.networks.backbone_answer.answer_backbone", refuse)
    return questions


def test_every_option_reaches_the_question(asked: list[BackboneQuestion], tmp_path: Path):
    result = call(
        *("--method", "lans", "--parameter", "0.01", "--side", "and", "--correction", "bh", "--self-loops", "keep"),
        *("--scope", "national", "--weight", "embodied_co2", "--table", "2012", "--co2-basis", "satellite"),
        *("--lake", tmp_path),
    )
    assert asked == [
        BackboneQuestion(
            "lans",
            NetworkQuestion("national", "embodied_co2", None, "2012", "satellite"),
            0.01,
            {"side": "and", "correction": "bh", "self_loops": "keep"},
        )
    ]
    assert result.exit_code == 1
    assert result.output.strip() == "that is refused"


def test_options_that_are_not_given_are_the_methods_own(asked: list[BackboneQuestion], tmp_path: Path):
    call("--method", "lans", "--province", "GD", "--lake", tmp_path)
    assert asked == [BackboneQuestion("lans", NetworkQuestion("province", "flow", "GD"))]


def test_the_summary_is_printed_and_nothing_written(published_lake: LakePaths):
    before = sorted(published_lake.root.rglob("*"))
    result = call(*GUANGDONG, "--parameter", "0.5", "--lake", published_lake.root)
    assert result.exit_code == 0
    assert "alpha=0.5;side=or;self_loops=drop" in result.output
    assert "written" not in result.output
    assert sorted(published_lake.root.rglob("*")) == before


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_all_edges_are_written(published_lake: LakePaths, tmp_path: Path, ending: str):
    file = tmp_path / f"edges.{ending}"
    result = call(*GUANGDONG, "--out", file, "--lake", published_lake.root)
    assert result.exit_code == 0
    assert f"written   {file}" in result.output
    edges = pl.read_parquet(file) if ending == "parquet" else pl.read_csv(file)
    assert sorted(edges["weight"].to_list()) == [4, 10, 30, 60, 90]
    assert edges["table_id"].cast(pl.String).unique().to_list() == ["2012"]


def test_only_kept_edges_are_written_where_asked(published_lake: LakePaths, tmp_path: Path):
    file = tmp_path / "edges.csv"
    call(
        "--method",
        "primary_linkage",
        "--province",
        "GD",
        "--table",
        "2012",
        "--kept",
        "--out",
        file,
        "--lake",
        published_lake.root,
    )
    assert pl.read_csv(file)["weight"].to_list() == [90, 60, 30]


def test_the_list_needs_no_lake(tmp_path: Path):
    result = call("--list", "--lake", tmp_path / "none")
    assert result.exit_code == 0
    for name in METHODS:
        assert f"{name}" in result.output
    assert "significance level" in result.output


def test_an_empty_lake_is_told_and_nothing_is_made(tmp_path: Path):
    result = call(*GUANGDONG, "--lake", tmp_path / "lake")
    assert result.exit_code == 1
    assert "run `visceads run` first" in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "name a method with --method"),
        (("--method", "magic", "--province", "GD"), "there is no filter 'magic'"),
        (("--method", "disparity"), "name it with --province"),
        (("--method", "disparity", "--province", "GD", "--kept"), "name a file with --out"),
        (("--method", "disparity", "--province", "GD", "--parameter", "7"), "alpha is 7.0"),
        (("--method", "disparity", "--province", "GD", "--weight", "jobs"), "Invalid value"),
        (("--method", "disparity", "--scope", "national", "--out", "edges.xlsx"), "neither .parquet nor .csv"),
        (("--method", "top_share", "--province", "GD", "--correction", "bh"), "top_share has no option 'correction'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_exits_with_2(published_lake: LakePaths, arguments: tuple[str, ...], sentence: str):
    result = call(*arguments, "--lake", published_lake.root)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.replace("│", " ").split())


def test_a_file_that_cannot_go_there_is_told_before_anything_is_computed(asked: list[BackboneQuestion], tmp_path: Path):
    result = call(*GUANGDONG, "--out", tmp_path / "none" / "edges.csv", "--lake", tmp_path)
    assert result.exit_code == 2
    assert asked == []
