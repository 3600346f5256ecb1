"""The seed of known issues agrees with the families that are read and with the rules that SQL knows."""

from __future__ import annotations

import re

import polars as pl
import pytest

from visceads import codes
from visceads.settings import Settings
from visceads.workbooks.families import TITLES

ISSUES = codes.seed("known_issue")
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_every_issue_is_about_a_known_family_and_a_span_of_years():
    assert set(ISSUES["family"]) <= set(TITLES)
    years = ISSUES.select(pl.col("period_from", "period_to").cast(pl.Int32))
    assert years.filter(pl.col("period_from") > pl.col("period_to")).is_empty()
    assert years["period_from"].min() >= 1995
    editions = {edition for text in ISSUES["vintage"].drop_nulls() for edition in text.split("|")}
    assert editions <= {"V1", "V2", "V3"}


def test_texts_are_there_in_their_languages_and_evidence_holds_figures():
    for name in ("title_en", "evidence_en", "effect_en", "source"):
        assert ISSUES[name].null_count() == 0
        assert not any(HAN.search(text) for text in ISSUES[name])
    for name in ("title_zh", "effect_zh"):
        assert all(HAN.search(text) for text in ISSUES[name])
    assert all(text.endswith(".") for text in (*ISSUES["evidence_en"], *ISSUES["effect_en"]))
    without_figures = ISSUES.filter(~pl.col("evidence_en").str.contains(r"\d"))["issue_id"].to_list()
    # cells that are known to differ, without a total of the difference
    assert all("Cells of" in text for text in ISSUES.filter(pl.col("issue_id").is_in(without_figures))["evidence_en"])


def test_only_what_changes_a_value_names_a_correction():
    has_rule = pl.col("correction").is_not_null()
    assert ISSUES.filter(has_rule == (pl.col("treatment") == "flag")).is_empty()
    assert ISSUES.filter(~has_rule & (pl.col("is_default_on") == "true")).is_empty()


def test_a_replacement_is_never_on_by_default_and_a_rule_has_one_default():
    assert set(ISSUES.filter(treatment="replace")["is_default_on"]) == {"false"}
    defaults = ISSUES.drop_nulls("correction").group_by("correction").agg(pl.col("is_default_on").n_unique())
    assert set(defaults["is_default_on"]) == {1}


def test_sql_knows_every_correction_by_name():
    folder = Settings().dbt_project / "models" / "harmonised" / "inventory"
    sql = (folder / "inventory_correction.sql").read_text(encoding="utf-8")
    assert set(re.findall(r"where correction = '(\w+)'", sql)) == set(ISSUES["correction"].drop_nulls())


@pytest.mark.parametrize(
    ("issue_id", "figures"),
    [
        ("co2_2003_process_lost", ("3,882.92", "4,153.96", "250.16")),
        ("co2_2003_process_from_v2", ("4,133.07",)),
        ("co2_ningxia_2000_2002_zero_coded", ("0.8144", "0.9261", "1.0875")),
        ("co2_hainan_2002_zero_coded", ("1.0094",)),
        ("co2_shanghai_2017_cement_zero", ("1.216", "1.205")),
        ("co2_yunnan_2005_jump", ("58.7", "133.1", "82.8")),
        ("apparent_is_another_approach", ("1,521", "509")),
    ],
)
def test_figures_of_the_main_issues(issue_id: str, figures: tuple[str, ...]):
    evidence = ISSUES.filter(issue_id=issue_id)["evidence_en"].item()
    assert all(figure in evidence for figure in figures)
