"""Settings come from arguments, then from VISCEADS_ variables, then from defaults."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pydantic import ValidationError

from visceads.settings import Settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LAKE", "RAW", "SPLIT_RULE", "CORRECTIONS", "CARBON_PRICE_CNY_PER_T", "PROJECT"):
        monkeypatch.delenv(f"VISCEADS_{name}", raising=False)


def test_defaults_lie_in_the_clone():
    settings = Settings()
    root = Path(__file__).resolve().parents[2]
    assert settings.project == root
    assert settings.lake == root / "data_lake"
    assert settings.raw_folder == root / "data_lake" / "raw"
    assert settings.dbt_project == root / "dbt_project"
    assert (settings.dbt_project / "dbt_project.yml").is_file()
    assert settings.split_rule == "fuel_purchase"


def test_variables_override_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("VISCEADS_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("VISCEADS_SPLIT_RULE", "equal")
    settings = Settings()
    assert settings.lake == tmp_path / "lake"
    assert settings.raw_folder == tmp_path / "lake" / "raw"
    assert settings.split_rule == "equal"


def test_arguments_override_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("VISCEADS_LAKE", str(tmp_path / "other"))
    settings = Settings(lake=tmp_path / "lake", raw=tmp_path / "elsewhere")
    assert settings.lake == tmp_path / "lake"
    assert settings.raw_folder == tmp_path / "elsewhere"


def test_relative_paths_become_absolute_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A child process of the run may work in another folder."""
    monkeypatch.chdir(tmp_path)
    settings = Settings(lake=Path("lake"), raw=Path("../raw"))
    assert settings.lake == tmp_path / "lake"
    assert settings.raw_folder == tmp_path.parent / "raw"


def test_the_carbon_price_is_a_number_of_0_or_more(monkeypatch: pytest.MonkeyPatch):
    assert Settings().carbon_price_cny_per_t == 100.0
    monkeypatch.setenv("VISCEADS_CARBON_PRICE_CNY_PER_T", "62.5")
    assert Settings().environment()["VISCEADS_CARBON_PRICE_CNY_PER_T"] == "62.5"
    for wrong in ("-1", "inf", "nan", "much"):
        monkeypatch.setenv("VISCEADS_CARBON_PRICE_CNY_PER_T", wrong)
        with pytest.raises(ValidationError, match="carbon_price_cny_per_t"):
            Settings()


def test_an_unknown_split_rule_is_refused_with_the_known_ones(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VISCEADS_SPLIT_RULE", "guess")
    with pytest.raises(ValidationError, match="'fuel_purchase', 'output_share' or 'equal'"):
        Settings()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("default", "default"),
        ("none", "none"),
        ("all", "all"),
        ("zero_coded_to_missing", "zero_coded_to_missing"),
        (
            " zero_coded_to_missing, process_from_older_release,zero_coded_to_missing",
            "process_from_older_release,zero_coded_to_missing",
        ),
    ],
)
def test_corrections_are_a_word_or_names_in_one_order(monkeypatch: pytest.MonkeyPatch, given: str, kept: str):
    monkeypatch.setenv("VISCEADS_CORRECTIONS", given)
    assert Settings().corrections == kept
    assert Settings().environment()["VISCEADS_CORRECTIONS"] == kept


@pytest.mark.parametrize("given", ["guess", "", "all,none", "zero_coded_to_missing,", "x') or true --"])
def test_an_unknown_correction_is_refused_with_the_known_ones(monkeypatch: pytest.MonkeyPatch, given: str):
    monkeypatch.setenv("VISCEADS_CORRECTIONS", given)
    known = "lost_process_to_missing, process_from_older_release, zero_coded_to_missing, parted by commas"
    with pytest.raises(ValidationError, match=f"use default, none, all, or one or more of {known}"):
        Settings()


@pytest.mark.parametrize("name", ["it's", "lake*", "lake?", "lake[1]", "{lake}"])
def test_a_lake_whose_path_would_break_sql_is_refused(tmp_path: Path, name: str):
    with pytest.raises(ValidationError, match="the path of a lake stands in SQL"):
        Settings(lake=tmp_path / name)
    assert Settings(lake=tmp_path / "lake", raw=tmp_path / name).raw_folder == tmp_path / name


def test_settings_cannot_be_changed_during_a_run():
    settings = Settings()
    with pytest.raises((ValidationError, dataclasses.FrozenInstanceError)):
        settings.split_rule = "equal"  # type: ignore[misc]


def test_the_environment_makes_a_child_process_work_on_the_same_lake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    settings = Settings(lake=tmp_path / "lake", raw=tmp_path / "raw", split_rule="equal")
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    child = Settings()
    assert (child.lake, child.raw_folder, child.split_rule) == (settings.lake, settings.raw_folder, "equal")
    assert child.environment() == settings.environment()


def test_everything_that_a_run_writes_lies_in_the_lake(tmp_path: Path):
    environment = Settings(lake=tmp_path / "lake").environment()
    for name in ("VISCEADS_BUILD_DATABASE", "DAGSTER_HOME"):
        assert Path(environment[name]).is_relative_to(tmp_path / "lake")
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
