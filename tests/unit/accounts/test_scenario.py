"""Scenario files: the shipped examples, what every key may hold, each refusal and its words."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from visceads import codes
from visceads.accounts.errors import AccountsError
from visceads.accounts.scenario import ALL, SELECTIONS, parse_scenario

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios"
EXAMPLE = {
    "name": "less_power",
    "title": "Less CO2 per unit of power",
    "changes": [{"change": "intensity", "provinces": "all", "sectors": ["power_heat"], "percent": -30}],
}
STATEMENT = {
    "ict_sectors": ["electronics"],
    "reference_kind": "observed",
    "mechanism": "substitute",
    **dict.fromkeys(
        ("reference_scenario", "ict_solution", "consequences", "cut_offs", "rebound_treatment", "data_quality"), "Text."
    ),
}


def test_what_a_file_says_becomes_data() -> None:
    scenario = parse_scenario(EXAMPLE)
    assert (scenario.name, scenario.title, scenario.description) == ("less_power", "Less CO2 per unit of power", "")
    assert not scenario.allow_negative_value_added
    assert scenario.ict is None
    (change,) = scenario.changes
    assert (change.kind, change.percent, change.absolute, change.number) == ("intensity", -30.0, None, 1)
    assert change.selection == {"provinces": None, "sectors": ("power_heat",)}


def test_a_single_code_needs_no_list_and_no_change_is_a_scenario_too() -> None:
    content = copy.deepcopy(EXAMPLE)
    content["changes"][0]["sectors"] = "power_heat"
    assert parse_scenario(content) == parse_scenario(EXAMPLE)
    assert parse_scenario({**EXAMPLE, "changes": []}).changes == ()


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("power_decarbonised_30.yaml", ["intensity"]),
        ("construction_demand_down_10.yaml", ["final_demand"]),
        ("ict_substitution.yaml", ["technology"] * 3),
    ],
)
def test_shipped_examples(file: str, kinds: list[str]) -> None:
    scenario = parse_scenario(yaml.safe_load((SCENARIOS / file).read_text(encoding="utf-8")))
    assert file == f"{scenario.name}.yaml"
    assert [change.kind for change in scenario.changes] == kinds
    assert (scenario.ict is not None) == (file == "ict_substitution.yaml")
    for classification in codes.CLASSIFICATIONS:  # an example must work on every table
        for change in scenario.changes:
            for key in SELECTIONS[change.kind]:
                if key.endswith("sectors"):
                    assert set(change.selection[key] or ()) <= set(codes.sector_codes(classification))
        if scenario.ict:
            assert set(scenario.ict.ict_sectors) <= set(codes.sector_codes(classification))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "the scenario is empty; give a mapping with the keys name, title, changes"),
        ([], "the scenario is a list; give a mapping"),
        (
            {**EXAMPLE, "chanes": []},
            "the scenario has the key 'chanes', which means nothing here; did you mean changes",
        ),
        ({"name": "x", "title": "y"}, "the scenario has no changes"),
        ({**EXAMPLE, "name": "Less power"}, "name is 'Less power'; use lower-case"),
        ({**EXAMPLE, "name": 5}, "the scenario's name is 5; give a text"),
        ({**EXAMPLE, "title": " "}, "title of scenario 'less_power' is the text ' '"),
        ({**EXAMPLE, "description": []}, "description of scenario 'less_power' is a list"),
        ({**EXAMPLE, "changes": {}}, r"changes of scenario 'less_power' are a mapping; give a list, \[\] for none"),
        ({**EXAMPLE, "allow_negative_value_added": "yes"}, "write true or false"),
        ({**EXAMPLE, "ict": {**STATEMENT, "mechanism": "subsitute"}}, "did you mean substitute"),
        ({**EXAMPLE, "ict": {**STATEMENT, "reference_kind": None}}, "reference_kind of the ict statement is empty"),
        ({**EXAMPLE, "ict": {**STATEMENT, "cut_offs": ""}}, "cut_offs of the ict statement is the text ''"),
        ({**EXAMPLE, "ict": {**STATEMENT, "ict_sectors": "all"}}, "ict_sectors of the ict statement is 'all'"),
    ],
)
def test_refusals_of_the_file(content: object, words: str) -> None:
    with pytest.raises(AccountsError, match=words):
        parse_scenario(content)


@pytest.mark.parametrize("key", STATEMENT)
def test_every_field_of_the_ict_statement_is_required(key: str) -> None:
    missing = {name: value for name, value in STATEMENT.items() if name != key}
    with pytest.raises(AccountsError, match=f"the ict statement has no {key}"):
        parse_scenario({**EXAMPLE, "ict": missing})
    assert parse_scenario({**EXAMPLE, "ict": STATEMENT}).ict is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("text", "change 1 is the text 'text'; give a mapping"),
        ({"kind": "intensity"}, "change 1 has no key 'change'; write it with one of intensity"),
        ({"change": "intensty"}, "the kind of change 1 is the text 'intensty'; did you mean intensity"),
        ({"change": ["intensity"]}, "the kind of change 1 is a list; did you mean intensity"),
        ({"sectors": None}, r"change 1 \(intensity\) has no sectors; give it \(all for all of them\)"),
        ({"buyer_sectors": "all"}, r"has the key 'buyer_sectors', which means nothing here; did you mean sectors"),
        ({"percent": None}, r"change 1 \(intensity\) has no amount; give percent or absolute, one"),
        ({"absolute": 1}, "has percent and absolute; give percent or absolute, one"),
        ({"percent": -100.5}, "percent of change 1 is -100.5; nothing can fall by more than all"),
        ({"percent": "4e-3"}, "percent of change 1 is the text '4e-3'; give a plain number"),
        ({"percent": True}, "percent of change 1 is True; give a plain number"),
        ({"percent": float("nan")}, "percent of change 1 is nan; give a finite number"),
        ({"sectors": []}, "sectors of change 1 holds an empty list"),
        ({"sectors": [1]}, "sectors of change 1 holds 1; give codes as text"),
        ({"provinces": [False]}, "provinces of change 1 holds False; give codes as text"),
        ({"provinces": ["GD", "all"]}, "provinces of change 1 names 'all' beside other codes"),
        ({"provinces": ["GD", "GD"]}, "provinces of change 1 names GD more than once"),
    ],
)
def test_refusals_of_a_change(change: object, words: str) -> None:
    if isinstance(change, dict) and "kind" not in change:
        whole = {**EXAMPLE["changes"][0], **change}
        change = {key: value for key, value in whole.items() if value is not None}
    with pytest.raises(AccountsError, match=words):
        parse_scenario({**EXAMPLE, "changes": [change]})


def test_all_is_no_code() -> None:
    assert ALL not in {*codes.province_codes(), *codes.sector_codes("2012"), *codes.sector_codes("2017")}
