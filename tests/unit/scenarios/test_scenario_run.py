"""Scenarios on the small lake: known figures, exact zeros, identities, what is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import polars.selectors as cs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visceads.lake.paths import LakePaths
from visceads.scenarios.errors import ScenarioError
from visceads.scenarios.result_folder import TABLES
from visceads.scenarios.scenario_run import Request, ScenarioResult, run_scenario

Write = Callable[..., Path]

INTENSITY = "  - {change: intensity, provinces: %s, sectors: %s, percent: %s}"
DEMAND = (
    "  - {change: final_demand, seller_provinces: all, seller_sectors: %s, buyer_provinces: all, categories: all, "
    "percent: %s}"
)
TECHNOLOGY = (
    "  - {change: technology, seller_provinces: all, seller_sectors: %s, buyer_provinces: all, buyer_sectors: %s, "
    "percent: %s}"
)
ICT = """ict:
  ict_sectors: electronics
  reference_kind: %s
  mechanism: substitute
  reference_scenario: As it is.
  ict_solution: More electronics.
  consequences: Less power.
  cut_offs: None.
  rebound_treatment: Shown beside.
  data_quality: Invented.
"""


def run(lake: LakePaths, file: Path, table_id: str = "2012", basis: str = "satellite", out: str = "out"):
    return run_scenario(lake, Request(file, table_id, basis, file.parent / out), "1.2.3")


def total(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].sum())


def test_the_base_is_the_known_account(small_lake: LakePaths, write_scenario: Write):
    """Figures of the two provinces were worked out by closed forms and by brute force; tolerance 1e-6."""
    base = run(small_lake, write_scenario()).provinces.base
    assert base["province_code"].to_list() == ["BJ", "XZ"]
    assert base["production_mt"].to_list() == pytest.approx([45.0, 13.0], abs=1e-12)
    assert base["consumption_mt"].to_list() == pytest.approx([25.396492, 23.035007], abs=1e-6)
    assert base["income_mt"].to_list() == pytest.approx([39.508335, 8.536262], abs=1e-6)
    assert base["export_mt"].to_list() == pytest.approx([7.871648, 1.456542], abs=1e-6)
    assert base["gross_output_m_cny"].to_list() == [600.0, 350.0]
    assert base["value_added_m_cny"].to_list() == [280.0, 115.0]


def test_where_a_province_has_no_inventory_its_figures_are_null(small_lake: LakePaths, write_scenario: Write):
    """Tolerance 1e-6; the figure is that of the same example with one province's CO2 unknown."""
    result = run(small_lake, write_scenario("changes:\n" + DEMAND % ("construction", -10)), basis="inventory")
    base, difference = result.provinces.base, result.provinces.difference
    assert base["production_mt"].to_list() == [45.0, None]
    assert base["consumption_mt"][0] == pytest.approx(21.682086, abs=1e-6)
    assert base["household_mt"].to_list() == [2.0, None]
    assert base["null_reason"].to_list() == [None, "no_inventory"]
    assert difference["production_mt"][1] is None
    assert difference["household_mt"].to_list() == [0.0, None]
    assert base["excludes_tibet"].to_list() == [True, True]
    sectors = result.sectors.difference.filter(province_code="XZ")
    assert sectors["co2_mt"].null_count() == 3
    assert sectors["gross_output_m_cny"].null_count() == 0


NOTHING = {
    "no change": "changes: []",
    "zero percent": "changes:\n" + INTENSITY % ("all", "all", 0) + "\n" + DEMAND % ("all", 0),
    "zero technology": "changes:\n" + TECHNOLOGY % ("all", "all", 0),
    "nothing added": "changes:\n  - {change: exports, provinces: all, sectors: all, absolute: 0}",
}


@pytest.mark.parametrize("changes", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize("basis", ["inventory", "satellite"])
def test_a_scenario_that_changes_nothing_gives_exactly_zero(
    small_lake: LakePaths, write_scenario: Write, changes: str, basis: str
):
    result = run(small_lake, write_scenario(changes), basis=basis)
    for frames in (result.sectors, result.provinces):
        values = frames.difference.select(cs.float())
        assert values.width >= 4
        assert all((values[name].drop_nulls() == 0.0).all() for name in values.columns)
        assert frames.scenario.equals(frames.base)
    assert "Nothing changes." in [sentence for section in result.summary.sections for sentence in section.sentences]


def test_an_intensity_moves_co2_and_no_money(small_lake: LakePaths, write_scenario: Write):
    result = run(small_lake, write_scenario("changes:\n" + INTENSITY % ("all", "power_heat", -30)))
    sectors = result.sectors.difference
    power = sectors.filter(sector_code="power_heat", province_code="BJ")
    assert power["co2_mt"][0] == pytest.approx(-0.3 * 30, rel=1e-12)
    assert sectors.filter(pl.col("sector_code") != "power_heat")["co2_mt"].to_list() == [0.0] * 4
    for column in ("gross_output_m_cny", "value_added_m_cny"):
        assert sectors[column].to_list() == [0.0] * 6
        assert result.provinces.difference[column].to_list() == [0.0] * 2


def test_less_demand_takes_its_multiplier_away(small_lake: LakePaths, write_scenario: Write):
    """Multipliers of construction are known (1.980936 in BJ, 2.357236 in XZ); tolerance 1e-5 of the result."""
    result = run(small_lake, write_scenario("changes:\n" + DEMAND % ("construction", -10)))
    demand = (30 + 60 + 10 + 40, 15 + 15 + 15 + 55)
    expected = -0.1 * (demand[0] * 1.980936 + demand[1] * 2.357236)
    assert total(result.sectors.difference, "gross_output_m_cny") == pytest.approx(expected, rel=1e-5)


def test_what_does_not_depend_on_a_change_differs_by_nothing(small_lake: LakePaths, write_scenario: Write):
    """CO2 in exports is the same sum of other roundings: what is left of it is no difference."""
    result = run(small_lake, write_scenario("changes:\n" + DEMAND % ("construction", -10)))
    assert result.provinces.difference["export_mt"].to_list() == [0.0, 0.0]
    assert result.provinces.scenario["export_mt"].equals(result.provinces.base["export_mt"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.tuples(st.floats(-90, 60), st.floats(-40, 5), st.floats(-90, 60)), st.sampled_from(["inventory", "satellite"])
)
def test_accounts_of_every_scenario_add_up(
    small_lake: LakePaths, write_scenario: Write, percents: tuple[float, float, float], basis: str
):
    """Identities of the methods page at 1e-9 of the national total, in base, scenario and difference."""
    intensity, technology, demand = percents
    changes = [
        INTENSITY % ("BJ", "all", f"{intensity:.3f}"),
        TECHNOLOGY % ("power_heat", "construction", f"{technology:.3f}"),
        DEMAND % ("electronics", f"{demand:.3f}"),
    ]
    result = run(small_lake, write_scenario("changes:\n" + "\n".join(changes)), basis=basis)
    scale = total(result.provinces.base, "production_mt")
    for kind in ("base", "scenario", "difference"):
        provinces, sectors = getattr(result.provinces, kind), getattr(result.sectors, kind)
        served = sum(total(provinces, name) for name in ("consumption_mt", "export_mt", "error_mt", "stranded_mt"))
        assert total(provinces, "production_mt") == pytest.approx(served, abs=1e-9 * scale)
        enabled = sum(total(provinces, name) for name in ("income_mt", "import_enabled_mt", "stranded_mt"))
        assert total(provinces, "production_mt") == pytest.approx(enabled, abs=1e-9 * scale)
        assert total(sectors, "co2_mt") == pytest.approx(total(provinces, "production_mt"), abs=1e-9 * scale)
        consumed = total(provinces, "consumption_mt")
        assert total(sectors, "final_demand_co2_mt") == pytest.approx(consumed, abs=1e-9 * scale)
        money = total(sectors, "value_added_m_cny")
        assert money == pytest.approx(total(provinces, "value_added_m_cny"), abs=1e-9 * 395)
    for frames in (result.provinces, result.sectors):
        for name in frames.base.select(cs.float()).columns:
            left = frames.scenario[name] - frames.base[name]
            assert left.equals(frames.difference[name])


# --- what is written ---


def written(result: ScenarioResult) -> set[str]:
    return {path.name for path in result.folder.iterdir()}


def test_files_lie_beside_each_other(small_lake: LakePaths, write_scenario: Write):
    file = write_scenario("changes:\n" + INTENSITY % ("all", "power_heat", -30))
    result = run(small_lake, file, basis="inventory")
    money = {f"{name}.parquet" for name in TABLES if not name.startswith("ict")}
    assert written(result) == {*money, "about.json", "summary.md", "scenario.yaml"}
    assert (result.folder / "scenario.yaml").read_bytes() == file.read_bytes()
    frames = {name: pl.read_parquet(result.folder / f"{name}.parquet") for name in TABLES if not name.startswith("ict")}
    for level in ("sector", "province"):
        base, scenario, difference = (frames[f"{level}_{kind}"] for kind in ("base", "scenario", "difference"))
        assert base.schema == scenario.schema == difference.schema
        key = [name for name in base.columns if name.endswith(("_code", "_id", "_basis"))]
        assert base.select(key).equals(scenario.select(key))
        assert base.select(key).equals(base.select(key).sort(key))
    assert frames["sector_base"].columns == [
        "table_id",
        "province_code",
        "sector_code",
        "co2_basis",
        "gross_output_m_cny",
        "value_added_m_cny",
        "co2_mt",
        "final_demand_co2_mt",
        "null_reason",
    ]


def test_columns_that_the_marts_have_too_have_their_meaning():
    from visceads.contracts.fields import VOCABULARY
    from visceads.scenarios.account_frames import FOOTPRINT_COLUMNS, PROVINCE_KEY, SECTOR_KEY

    names = {*FOOTPRINT_COLUMNS, *PROVINCE_KEY, *SECTOR_KEY}
    assert names | {"gross_output_m_cny", "value_added_m_cny", "co2_mt", "null_reason", "excludes_tibet"} <= set(
        VOCABULARY
    )


def test_about_tells_where_the_figures_come_from(small_lake: LakePaths, write_scenario: Write):
    file = write_scenario()
    about = json.loads((run(small_lake, file, basis="inventory").folder / "about.json").read_text(encoding="utf-8"))
    assert about["visceads_version"] == "1.2.3"
    assert about["marts_version"] == "0123456789ab"
    assert (about["table_id"], about["co2_basis"], about["split_rule"]) == ("2012", "inventory", "fuel_purchase")
    assert [release["release_id"] for release in about["releases"]] == ["co2_inventory-1", "mrio-2012"]
    assert (about["is_synthetic"], about["is_reconstructed"]) == (False, True)
    assert about["provinces_without_co2"] == ["XZ"]
    assert about["ict_tier"] is None
    assert len(about["scenario_sha256"]) == 64


def test_equal_inputs_give_equal_bytes(small_lake: LakePaths, write_scenario: Write):
    file = write_scenario("changes:\n" + DEMAND % ("construction", -10))
    first, second = run(small_lake, file, out="one"), run(small_lake, file, out="two")
    assert written(first) == written(second)
    for name in written(first):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes(), name


def test_by_default_the_result_lies_in_the_lake_and_the_marts_stay(own_lake: LakePaths, write_scenario: Write):
    before = {path: path.read_bytes() for path in own_lake.marts.rglob("*.parquet")}
    result = run_scenario(own_lake, Request(write_scenario()), "1.2.3")
    assert result.folder == own_lake.root / "scenarios" / "test-2017-new-inventory"
    assert before == {path: path.read_bytes() for path in own_lake.marts.rglob("*.parquet")}
    assert {path.name for path in own_lake.root.iterdir()} == {"marts", "scenarios"}


def test_a_table_without_co2_carries_changes_of_money(small_lake: LakePaths, write_scenario: Write):
    result = run(small_lake, write_scenario("changes:\n" + DEMAND % ("construction", -10)), "2020", "inventory")
    assert result.provinces.scenario["production_mt"].null_count() == 2
    assert total(result.provinces.difference, "gross_output_m_cny") < 0
    assert set(result.sectors.base["null_reason"]) == {"no_inventory"}


# --- the effect of ICT ---

MORE_ICT = "changes:\n" + DEMAND % ("construction", -10) + "\n" + DEMAND % ("electronics", 2) + "\n"


def test_an_ict_effect_is_written_with_its_stamp(small_lake: LakePaths, write_scenario: Write):
    result = run(small_lake, write_scenario(MORE_ICT + ICT % "observed"))
    effect = pl.read_parquet(result.folder / "ict_effect.parquet")
    row = effect.row(0, named=True)
    emitted = total(result.sectors.difference, "co2_mt")
    assert row["net_second_order_mt"] == pytest.approx(emitted, rel=1e-9)
    assert row["first_order_mt"] + row["gross_second_order_mt"] == pytest.approx(emitted, rel=1e-9)
    # 2 % of the demand for electronics, times the known CO2 multipliers .066893 and .077651; tolerance 1e-5
    assert row["first_order_mt"] == pytest.approx(0.02 * (80 * 0.066893 + 65 * 0.077651), rel=1e-5)
    assert row["actual_reduction_mt"] == pytest.approx(-emitted, rel=1e-9)
    assert row["smaller_increase_mt"] is None
    assert (row["tier"], row["public_use"], row["ict_sectors"]) == (3, False, "electronics")
    assert row["cut_offs"] == "None."
    rebound = pl.read_parquet(result.folder / "ict_rebound.parquet")
    assert rebound["spent_share"].to_list() == [0.0, 0.1, 0.3, 0.5]
    assert rebound["net_mt"][0] == row["net_second_order_mt"]
    assert rebound["net_mt"].is_sorted()
    purchase = pl.read_parquet(result.folder / "ict_purchase.parquet")
    assert purchase.select("province_code", "sector_code").rows() == [("BJ", "electronics"), ("XZ", "electronics")]
    assert purchase["ict_purchase_m_cny"].to_list() == pytest.approx([0.02 * 80, 0.02 * 65], rel=1e-9)
    for frame in (effect, rebound, purchase):
        assert set(frame["tier"]) == {3}
        assert set(frame["public_use"]) == {False}
    about = json.loads((result.folder / "about.json").read_text(encoding="utf-8"))
    assert (about["ict_tier"], about["ict_public_use"]) == (3, False)


def test_a_solution_that_costs_money_has_no_rebound(small_lake: LakePaths, write_scenario: Write):
    changes = "changes:\n" + DEMAND % ("electronics", 2) + "\n"
    result = run(small_lake, write_scenario(changes + ICT % "projected"))
    row = pl.read_parquet(result.folder / "ict_effect.parquet").row(0, named=True)
    assert row["null_reason"] == "not_applicable"
    assert row["break_even_share"] is None
    assert row["actual_reduction_mt"] is None
    assert pl.read_parquet(result.folder / "ict_rebound.parquet")["net_mt"].null_count() == 4


# --- what a table cannot carry ---


@pytest.mark.parametrize(
    ("table", "changes", "words"),
    [
        (
            ("2020", "inventory"),
            "changes:\n" + INTENSITY % ("all", "all", -30),
            "the table has none on either basis; put the CO2 inventories",
        ),
        (("2020", "inventory"), MORE_ICT + ICT % "observed", "it is about CO2, and the table has none"),
        (("2012", "inventory"), "changes:\n" + INTENSITY % ("XZ", "construction", -30), "has no CO2 data"),
        (
            ("2012", "satellite"),
            "changes:\n" + INTENSITY % ("XZ", "power_heat", -30),
            "XZ power_heat, which has no output",
        ),
        (("2017-new", "inventory"), "changes:\n" + DEMAND % ("electronics", 1), "names 'electronics', which the table"),
        (("2012", "satellite"), "changes:\n" + TECHNOLOGY % ("all", "all", 200), "value added"),
    ],
)
def test_what_the_table_cannot_carry(
    small_lake: LakePaths, write_scenario: Write, table: tuple[str, str], changes: str, words: str
):
    file = write_scenario(changes)
    with pytest.raises(ScenarioError) as caught:
        run(small_lake, file, *table)
    assert caught.value.exit_code == 1
    assert str(caught.value).startswith(f"{file}: table {table[0]} cannot carry this scenario: ")
    assert words in str(caught.value)
    assert not (file.parent / "out").exists()
