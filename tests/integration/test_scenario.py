"""`visceads scenario` on whole lakes: the shipped examples, exact zeros, and figures equal to the published ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs
import pytest

from visceads.scenarios.scenario_run import Request, ScenarioResult, run_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
EXAMPLES = ("construction_demand_down_10", "ict_substitution", "power_decarbonised_30")
TABLES = (
    ("2012", "inventory"),
    ("2012", "satellite"),
    ("2015", "inventory"),
    ("2017", "satellite"),
    ("2017-new", "inventory"),
)
EMPTY = "name: nothing\ntitle: Nothing\nchanges: []\n"


def run(lake: Any, file: Path, table: tuple[str, str], out: Path) -> ScenarioResult:
    return run_scenario(lake.lake, Request(file, *table, out), "test")


def total(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].sum())


def require_sound(result: ScenarioResult) -> None:
    """Identities at 1e-9 of national production, in the scenario as in the base."""
    scale = total(result.provinces.base, "production_mt")
    for frame in (result.provinces.base, result.provinces.scenario, result.provinces.difference):
        served = sum(total(frame, name) for name in ("consumption_mt", "export_mt", "error_mt", "stranded_mt"))
        assert total(frame, "production_mt") == pytest.approx(served, abs=1e-9 * scale)


@pytest.mark.parametrize("example", EXAMPLES)
def test_shipped_examples_run_on_the_demo_release(
    demo_lake: Any,
    visceads: Callable[..., Any],
    published_files: Callable[..., dict[str, str]],
    tmp_path: Path,
    example: str,
):
    before = published_files(demo_lake.lake)
    out = tmp_path / "result"
    done = visceads("scenario", SCENARIOS / f"{example}.yaml", "--lake", demo_lake.lake.root, "--out", out)
    assert done.returncode == 0, done.stdout
    for words in (
        f"({example})",
        "SYNTHETIC: ",
        "Table 2017-new, CO2 of the inventory basis, split rule fuel_purchase",
        "No CO2 data of Tibet (XZ)",
        "CO2 of production, Mt",
        "Provinces that change most in CO2",
        f"result  {out}",
    ):
        assert words in done.stdout, done.stdout
    assert ("Tier 3" in done.stdout) == (example == "ict_substitution")
    about = json.loads((out / "about.json").read_text(encoding="utf-8"))
    assert about["marts_version"] == demo_lake.version
    assert about["is_synthetic"] is True
    assert {release["family"] for release in about["releases"]} == {"mrio", "co2_inventory"}
    provinces = pl.read_parquet(out / "province_difference.parquet")
    assert provinces.height == 31
    assert pl.read_parquet(out / "sector_difference.parquet").height == 1302
    assert total(provinces, "production_mt") < 0
    assert published_files(demo_lake.lake) == before, "a scenario must not touch what is published"


@pytest.mark.parametrize("table", TABLES, ids="-".join)
def test_nothing_changed_is_exactly_zero_and_the_base_is_what_is_published(
    demo_lake: Any, tmp_path: Path, table: tuple[str, str]
):
    file = tmp_path / "nothing.yaml"
    file.write_text(EMPTY, encoding="utf-8")
    result = run(demo_lake, file, table, tmp_path / "result")
    for frames in (result.sectors, result.provinces):
        assert frames.scenario.equals(frames.base)
        for values in frames.difference.select(cs.float()).get_columns():
            assert (values.drop_nulls() == 0.0).all(), values.name
    published = pl.read_parquet(demo_lake.lake.latest / "accounts" / "province_footprint.parquet").filter(
        table_id=table[0], co2_basis=table[1]
    )
    base = pl.read_parquet(tmp_path / "result" / "province_base.parquet")
    assert base["province_code"].equals(published["province_code"])
    for name in base.select(cs.float()).columns:
        if name in published.columns:
            assert base[name].is_null().equals(published[name].is_null()), name
            gap = (base[name] - published[name]).abs().max()
            assert gap is None or gap <= 1e-9 * total(base, "production_mt"), name
    assert base["excludes_tibet"].equals(published["excludes_tibet"])


def test_less_demand_takes_away_what_the_published_multipliers_say(demo_lake: Any, tmp_path: Path):
    """A tenth of the demand for construction times its published multipliers, counted here in another way."""
    file = SCENARIOS / "construction_demand_down_10.yaml"
    result = run(demo_lake, file, ("2012", "satellite"), tmp_path / "result")
    latest = demo_lake.lake.latest
    demand = pl.read_parquet(latest / "mrio" / "final_demand.parquet").filter(
        table_id="2012", seller_sector_code="construction"
    )
    multipliers = pl.read_parquet(latest / "accounts" / "multiplier.parquet").filter(
        table_id="2012", co2_basis="satellite"
    )
    served = demand.join(
        multipliers,
        left_on=["seller_province_code", "seller_sector_code"],
        right_on=["province_code", "sector_code"],
    )
    assert served.height == demand.height > 0
    for column, multiplier, unit in (
        ("gross_output_m_cny", "output_multiplier", 1.0),
        ("value_added_m_cny", "value_added_multiplier", 1.0),
        ("production_mt", "co2_total_t_per_m_cny", 1e-6),
    ):
        lost = -0.1 * unit * float((served["flow_m_cny"] * served[multiplier]).sum())
        assert total(result.provinces.difference, column) == pytest.approx(lost, rel=1e-9), column


def test_a_table_without_the_basis_names_the_other_one(demo_lake: Any, visceads: Callable[..., Any], tmp_path: Path):
    arguments = ("--table", "2017-new", "--co2-basis", "satellite", "--out", tmp_path / "result")
    file = SCENARIOS / "power_decarbonised_30.yaml"
    done = visceads("scenario", file, *arguments, "--lake", demo_lake.lake.root)
    assert done.returncode == 1
    assert "table 2017-new has no CO2 of the satellite basis; use --co2-basis inventory" in done.stdout
    assert not (tmp_path / "result").exists()


def test_a_table_without_co2_carries_demand_but_no_intensity(table_only_lake: Any, tmp_path: Path):
    file = SCENARIOS / "construction_demand_down_10.yaml"
    result = run(table_only_lake, file, ("2017-new", "inventory"), tmp_path / "result")
    assert total(result.provinces.difference, "value_added_m_cny") < 0
    assert result.provinces.base["production_mt"].null_count() == 31


@pytest.mark.real_data
@pytest.mark.parametrize("table", TABLES, ids="-".join)
@pytest.mark.parametrize("example", EXAMPLES)
def test_shipped_examples_run_on_the_real_tables(real_lake: Any, tmp_path: Path, example: str, table: tuple[str, str]):
    result = run(real_lake, SCENARIOS / f"{example}.yaml", table, tmp_path / "result")
    require_sound(result)
    assert any(warning.startswith("RECONSTRUCTED") for warning in result.summary.warnings)
    sectors, provinces = result.sectors.difference, result.provinces.difference
    assert total(provinces, "production_mt") < 0
    if example == "power_decarbonised_30":
        power = total(result.sectors.base.filter(sector_code="power_heat"), "co2_mt")
        assert total(sectors, "co2_mt") == pytest.approx(-0.3 * power, rel=1e-9)
        assert set(sectors["gross_output_m_cny"]) == {0.0}
    elif example == "construction_demand_down_10":
        assert total(provinces, "export_mt") == 0.0
        assert total(provinces, "value_added_m_cny") < 0
    else:
        effect = result.effect
        assert effect is not None
        assert effect.first_order_mt > 0 > effect.net_second_order_mt
        assert effect.net_second_order_mt == pytest.approx(total(sectors, "co2_mt"), rel=1e-6)
        assert (effect.tier, effect.public_use) == (3, False)
