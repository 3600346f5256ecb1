"""The worked queries of `sql/`: each says what it answers, runs read-only on the warehouse and gives rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "sql"
QUERIES = sorted(FOLDER.glob("*.sql"))

each_query = pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)


def test_there_are_at_least_ten_queries_numbered_without_a_gap():
    assert len(QUERIES) >= 10
    assert [int(path.name[:2]) for path in QUERIES] == list(range(1, len(QUERIES) + 1))


@each_query
def test_a_query_begins_with_what_it_answers(path: Path):
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert re.fullmatch(r"-- .{20,}[.?)]", first), first
    assert text.rstrip().endswith(";")
    assert text.count(";") == 1


@each_query
def test_a_query_runs_on_the_demo(demo_lake, path: Path):
    frame = demo_lake.query(path.read_text(encoding="utf-8"))
    assert frame.width > 1
    assert frame.height > 0


@pytest.mark.real_data
@each_query
def test_a_query_runs_on_the_real_workbooks(real_lake, path: Path):
    assert real_lake.query(path.read_text(encoding="utf-8")).height > 0


def test_a_query_of_a_file_runs_from_the_command_line(demo_lake, visceads):
    text = (FOLDER / "01_top_emitters.sql").read_text(encoding="utf-8")
    done = visceads("sql", "--csv", "--lake", demo_lake.lake.root, text)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("name_en,name_zh,year,co2_mt")
    assert len(lines) == 11
