"""Scenario files: what is read, and errors that name file and line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from visceads.scenarios.errors import ScenarioError
from visceads.scenarios.scenario_file import LARGEST_FILE_BYTES, read_scenario_file

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


def refused(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_scenario_file(path)
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith(str(path))
    return str(caught.value)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_examples_are_read(path: Path):
    file = read_scenario_file(path)
    assert file.scenario.name == path.stem
    assert file.content == path.read_bytes()
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_three_examples_are_shipped():
    assert [path.stem for path in SHIPPED] == [
        "construction_demand_down_10",
        "ict_substitution",
        "power_decarbonised_30",
    ]


def test_the_example_of_the_page_is_a_scenario(tmp_path: Path):
    page = (ROOT / "docs" / "how-to" / "scenario.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    path = tmp_path / "page.yaml"
    path.write_text(example, encoding="utf-8")
    (change,) = read_scenario_file(path).scenario.changes
    assert (change.kind, change.percent) == ("technology", -20.0)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path):
    path = tmp_path / "test.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: test\r\ntitle: Title\r\nchanges: []\r\n")
    assert read_scenario_file(path).scenario.title == "Title"


def test_a_file_that_is_not_there(tmp_path: Path):
    assert "does not exist; name a scenario file" in refused(tmp_path / "none.yaml")
    assert "is no file" in refused(tmp_path)


def test_a_text_in_another_encoding(tmp_path: Path):
    path = tmp_path / "test.yaml"
    path.write_bytes("name: test\ntitle: 情景\n".encode("gb18030"))
    assert f"{path}, line 2: the text is not in UTF-8" in refused(path)


def test_a_file_that_is_too_large(tmp_path: Path):
    path = tmp_path / "test.yaml"
    path.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    assert "larger than 1,000,000 bytes" in refused(path)


CHANGE = "  - {change: intensity, provinces: all, sectors: %s, percent: %s}"


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ("changes: []\nchanges: []", 4, "the key 'changes' stands here again, after line 3"),
        ("changes:\n" + CHANGE % ("power_heat", "-30 %"), 4, "percent of change 1 is the text '-30 %'"),
        (
            "changes:\n" + CHANGE % ("power_heat", -30) + "\n" + CHANGE % ("power_heat", -130),
            5,
            "percent of change 2 is -130; nothing can fall by more than all",
        ),
        (
            "changes:\n" + CHANGE % ("power", -30),
            4,
            "sectors of change 1 names 'power', which is no code; did you mean",
        ),
        (
            "changes:\n  - change: intensity\n    provinces:\n      - GD\n      - Guangdong\n    sectors: all\n"
            "    percent: 1",
            7,
            "provinces of change 1 names 'Guangdong', which is no code",
        ),
        (
            "changes:\n  - change: final_demand\n    seller_provinces: all\n    seller_sectors: all\n"
            "    buyer_provinces: all\n    categories: [FU101, FU104]\n    percent: 1",
            8,
            "categories of change 1 names 'FU104', which is no code",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(write_scenario: Callable[..., Path], changes: str, line: int, words: str):
    path = write_scenario(changes)
    sentence = refused(path)
    assert sentence.startswith(f"{path}, line {line}: ")
    assert words in sentence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ("changes: 5", "the changes of scenario 'test' are 5; give a list"),
        ("chages: []", "the scenario has the key 'chages', which means nothing here; did you mean changes"),
        ("", "the scenario has no changes"),
        ("changes: []\nict: {}", "the ict statement has no ict_sectors"),
    ],
)
def test_where_no_change_is_to_blame_the_key_is_named(write_scenario: Callable[..., Path], changes: str, words: str):
    assert words in refused(write_scenario(changes))


def test_codes_of_the_ict_statement_are_checked(tmp_path: Path):
    shipped = next(path for path in SHIPPED if path.stem == "ict_substitution").read_text(encoding="utf-8")
    wrong = shipped.replace(
        "ict_sectors: [information_services, electronics]", "ict_sectors: [information, electronics]"
    )
    path = tmp_path / "test.yaml"
    path.write_text(wrong, encoding="utf-8")
    line = wrong[: wrong.index("ict_sectors: [info")].count("\n") + 1
    assert f"line {line}: ict_sectors of ict names 'information', which is no code" in refused(path)


@pytest.mark.parametrize("sector", ["waste_resources", "technical_services"])
def test_a_code_of_either_classification_is_no_mistake_of_the_file(write_scenario: Callable[..., Path], sector: str):
    """Whether the table has it can be told only when the table is known."""
    (change,) = read_scenario_file(write_scenario("changes:\n" + CHANGE % (sector, 1))).scenario.changes
    assert change.selection["sectors"] == (sector,)
