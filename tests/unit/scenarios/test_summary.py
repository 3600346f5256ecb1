"""Summaries: what is told, in which words, and that text and Markdown tell the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from visceads.accounts.scenario import parse_scenario
from visceads.lake.paths import LakePaths
from visceads.scenarios.scenario_run import Request, run_scenario
from visceads.scenarios.summary import Section, Summary, as_markdown, as_text, summarise_scenario
from visceads.scenarios.wording import change_in_words, figure, percent, province_name, sector_name

CONSTRUCTION = (
    "changes:\n  - {change: final_demand, seller_provinces: all, seller_sectors: construction, buyer_provinces: all, "
    "categories: all, percent: -10}"
)


def run(lake: LakePaths, file: Path, table_id: str = "2012", basis: str = "inventory"):
    return run_scenario(lake, Request(file, table_id, basis, file.parent / "out"), "1.2.3")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (None, "no data"),
        (float("nan"), "no data"),
        (265123482.4, "265,123,482"),
        (9728.0941, "9,728.09"),
        (-12.46391, "-12.4639"),
        (0.0015, "0.00150000"),
        (-2.5e-9, "-2.5e-09"),
    ],
)
def test_figures_have_six_digits(value: float | None, words: str):
    assert figure(value) == words


def test_signs_and_percents():
    assert figure(1.5, signed=True) == "+1.50000"
    assert figure(0.0, signed=True) == "0"
    assert percent(-3.0, 12.0) == "-25 %"
    assert percent(0.0, 12.0) == "0 %"
    assert percent(500.0, 1.0) == "+50,000 %"
    assert percent(1.0, 0.0) == percent(1.0, -2.0) == percent(None, 1.0) == ""


def test_names_stand_beside_codes():
    assert province_name("GD") == "Guangdong (GD)"
    assert sector_name("power_heat") == "Power & heat (power_heat)"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"change": "intensity", "provinces": "all", "sectors": ["power_heat"], "percent": -30},
            "CO2 per unit of output -30 %: Power & heat (power_heat) in all provinces",
        ),
        (
            {"change": "exports", "provinces": "GD", "sectors": "all", "absolute": 1500},
            "exports +1500 million yuan: all sectors of Guangdong (GD)",
        ),
        (
            {
                "change": "final_demand",
                "seller_provinces": "all",
                "seller_sectors": "construction",
                "buyer_provinces": ["GD", "BJ"],
                "categories": ["FU101", "FU201"],
                "percent": 5,
            },
            "final demand +5 %: Construction (construction) of all provinces, bought by rural households (FU101), "
            "fixed capital formation (FU201) of Guangdong (GD), Beijing (BJ)",
        ),
        (
            {
                "change": "technology",
                "seller_provinces": "all",
                "seller_sectors": "electronics",
                "buyer_provinces": "all",
                "buyer_sectors": "finance",
                "absolute": 0.0005,
            },
            "inputs +0.0005 million yuan per million yuan of output: Electronics (electronics) of all provinces, "
            "bought by Finance (finance) of all provinces",
        ),
    ],
    ids=lambda value: value["change"] if isinstance(value, dict) else "",
)
def test_changes_read_as_sentences(change: dict, words: str):
    (found,) = parse_scenario({"name": "x", "title": "y", "changes": [change]}).changes
    assert change_in_words(found) == words


def test_the_nation_and_the_largest_changes_are_told(small_lake: LakePaths, write_scenario: Callable[..., Path]):
    result = run(small_lake, write_scenario(CONSTRUCTION))
    text = as_text(result.summary)
    assert text.startswith("A test (test)\nRECONSTRUCTED: ")
    assert "SYNTHETIC" not in text
    assert "Table 2012, CO2 of the inventory basis, split rule fuel_purchase, version 0123456789ab" in text
    assert "No CO2 data of Tibet (XZ): the sums of CO2 leave it out." in text
    before, after = (
        float(frame["production_mt"].sum()) for frame in (result.provinces.base, result.provinces.scenario)
    )
    row = next(line for line in text.splitlines() if "CO2 of production, Mt" in line)
    assert row.split("Mt")[1].split() == [
        figure(before),
        figure(after),
        figure(after - before, signed=True),
        *percent(after - before, before).split(),
    ]
    sections = {section.heading: section for section in result.summary.sections}
    provinces = sections["Provinces that change most in CO2"]
    assert [row[0] for row in provinces.rows] == ["Beijing (BJ)"], "no figure of Tibet is known"
    sectors = sections["Sectors (all provinces together) that change most in CO2"]
    changes = [abs(float(row[1])) for row in sectors.rows]
    assert changes == sorted(changes, reverse=True)
    assert all(len(row) == len(sectors.header) for row in sectors.rows)


def test_where_no_co2_is_known_value_added_tells_the_order(small_lake: LakePaths, write_scenario: Callable[..., Path]):
    summary = run(small_lake, write_scenario(CONSTRUCTION), "2020").summary
    headings = [section.heading for section in summary.sections]
    assert "Provinces that change most in value added" in headings
    text = as_text(summary)
    assert "The table has no CO2 data, so only money is told." in text
    assert "CO2 of production" not in text
    assert "no data" in text
    assert "RECONSTRUCTED" not in text


def test_synthetic_tables_and_doubtful_systems_are_told_first(
    small_lake: LakePaths, write_scenario: Callable[..., Path]
):
    result = run(small_lake, write_scenario(CONSTRUCTION))
    made_up = tuple(replace(release, is_synthetic=True, is_reconstructed=False) for release in result.table.releases)
    economy = replace(
        result.table.economy, system=replace(result.table.economy.system, warnings=("I - A is doubtful",))
    )
    table = replace(result.table, releases=made_up, economy=economy)
    scenario = parse_scenario({"name": "test", "title": "Two\nlines", "description": "More.", "changes": []})
    summary = summarise_scenario(table, scenario, (result.sectors, result.provinces), None)
    assert summary.title == "Two lines (test)"
    assert [warning.split(":")[0] for warning in summary.warnings] == ["SYNTHETIC", "I - A is doubtful"]
    assert summary.sections[0].sentences[1:] == ("More.", "The file lists no change.")


ICT = """ict:
  ict_sectors: electronics
  reference_kind: %s
  mechanism: substitute
  reference_scenario: As it is.
  ict_solution: More electronics.
  consequences: Less power.
  cut_offs: Abroad.
  rebound_treatment: Shown beside.
  data_quality: Invented.
"""


@pytest.mark.parametrize(
    ("kind", "told", "other"),
    [("observed", "actual reduction", "smaller increase"), ("projected", "smaller increase", "actual reduction")],
)
def test_an_ict_effect_is_told_with_its_stamp(
    small_lake: LakePaths, write_scenario: Callable[..., Path], kind: str, told: str, other: str
):
    result = run(small_lake, write_scenario(f"{CONSTRUCTION}\n{ICT % kind}"), basis="satellite")
    text = as_text(result.summary)
    assert "Tier 3 in the sense of Recommendation ITU-T L.1480" in text
    assert "not for public or consumer communication" in text
    for words in ("first order", "gross second order", "net second order", "30 % of it is spent again (rebound)", told):
        assert words in text
    assert other not in text
    assert f"Reference: As it is. ({kind})" in text
    assert f"{result.effect.net_second_order_mt:+.5f} Mt" in text


def test_without_a_saving_no_rebound_is_told(small_lake: LakePaths, write_scenario: Callable[..., Path]):
    more = CONSTRUCTION.replace("-10", "10")
    text = as_text(run(small_lake, write_scenario(f"{more}\n{ICT % 'observed'}"), basis="satellite").summary)
    assert "No rebound is told: the solution saves no money" in text
    assert "spent again (rebound)" not in text


def test_text_and_markdown_tell_the_same():
    section = Section("Head", ("A <b> | c.",), ("", "base, Mt"), (("long name", "1"), ("x", "22")))
    summary = Summary("Title", ("WARNING: none.",), (section,))
    assert as_text(summary) == (
        "Title\nWARNING: none.\n\nHead\n  A <b> | c.\n"
        "             base, Mt\n  long name         1\n  x                22\n"
    )
    assert as_markdown(summary) == (
        "# Title\n\n**WARNING: none.**\n\n## Head\n\n- A &lt;b> \\| c.\n\n|  | base, Mt |\n| --- | ---: |\n"
        "| long name | 1 |\n| x | 22 |\n"
    )
