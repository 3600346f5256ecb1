"""Tables of the marts as arrays: values, bases, provenance, and what is refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from visceads import codes
from visceads.lake.paths import LakePaths
from visceads.scenarios.errors import ScenarioError
from visceads.scenarios.published_table import load_published_table


def refused(lake: LakePaths, table_id: str | None, co2_basis: str, exit_code: int) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_published_table(lake, table_id, co2_basis)
    assert caught.value.exit_code == exit_code
    return str(caught.value)


def change_mart(lake: LakePaths, version: str, name: str, change) -> None:
    path = lake.mart(version, *name.split("."))
    change(pl.read_parquet(path)).write_parquet(path)


def test_arrays_are_those_of_the_table(small_lake: LakePaths, example):
    table = load_published_table(small_lake, "2012", "satellite")
    system = table.economy.system
    assert system.labels[:4] == (
        ("BJ", "power_heat"),
        ("BJ", "construction"),
        ("BJ", "electronics"),
        ("XZ", "power_heat"),
    )
    np.testing.assert_array_equal(system.Z, example.flows)
    np.testing.assert_array_equal(system.x, example.output)
    np.testing.assert_array_equal(system.exports, example.exports)
    np.testing.assert_array_equal(system.value_added, list(example.value_added.values()))
    for (buyer, category), values in example.demand.items():
        chosen = system.final_demand[:, ("BJ", "XZ").index(buyer), system.categories.index(category)]
        np.testing.assert_array_equal(chosen, values)
    np.testing.assert_allclose(system.Z.sum(axis=1) + system.demand, system.x, rtol=1e-12)
    np.testing.assert_allclose(system.Z.sum(axis=0) + system.imports + system.value_added_total, system.x, rtol=1e-12)
    np.testing.assert_array_equal(table.economy.emissions.co2, example.co2)


def test_the_inventory_lacks_a_province(small_lake: LakePaths):
    table = load_published_table(small_lake, "2012", "inventory")
    assert table.economy.emissions.has_inventory.tolist() == [True, False]
    np.testing.assert_array_equal(table.household_mt, [2.0, np.nan])
    assert table.split_rule == "fuel_purchase"
    assert [release.release_id for release in table.releases] == ["co2_inventory-1", "mrio-2012"]
    assert table.is_reconstructed
    assert not table.is_synthetic


def test_what_did_not_go_in_is_not_told(small_lake: LakePaths):
    """The satellite row needs no inventory and no split rule; only the releases that went in are judged."""
    table = load_published_table(small_lake, "2015", "satellite")
    assert table.split_rule is None
    assert [release.release_id for release in table.releases] == ["mrio-2015"]
    assert not table.is_reconstructed
    assert np.isnan(table.household_mt).all()


@pytest.mark.parametrize(("co2_basis", "table_id"), [("inventory", "2017-new"), ("satellite", "2015")])
def test_without_a_table_the_newest_with_the_basis_is_taken(small_lake: LakePaths, co2_basis: str, table_id: str):
    table = load_published_table(small_lake, None, co2_basis)
    assert (table.table_id, table.co2_basis, table.version) == (table_id, co2_basis, "0123456789ab")
    assert sorted((*table.other_tables, table_id)) == ["2012", "2015", "2017-new", "2020"]


def test_each_table_has_the_sectors_of_its_classification(small_lake: LakePaths):
    labels = load_published_table(small_lake, "2017-new", "inventory").economy.system.labels
    assert ("BJ", "information_services") in labels
    assert ("BJ", "electronics") not in labels


def test_a_sector_that_no_inventory_row_covers_is_unknown_not_clean(own_lake: LakePaths, example):
    change_mart(own_lake, example.version, "reference.concordance", lambda t: t.filter(sector_code="power_heat"))
    change_mart(
        own_lake,
        example.version,
        "mrio.sector_account",
        lambda t: t.with_columns(
            co2_inventory_mt=pl.when(pl.col("sector_code") == "power_heat").then("co2_inventory_mt").otherwise(0.0)
        ),
    )
    inventory = load_published_table(own_lake, "2012", "inventory").economy.emissions
    satellite = load_published_table(own_lake, "2012", "satellite").economy.emissions
    assert inventory.lacks_row.tolist() == [False, True, True] * 2
    assert not satellite.lacks_row.any()


def test_a_table_without_any_co2_has_money_alone(small_lake: LakePaths):
    assert load_published_table(small_lake, "2020", "inventory").economy.emissions is None


@pytest.mark.parametrize(
    ("table_id", "co2_basis", "words"),
    [
        ("2017-new", "satellite", "use --co2-basis inventory, or another table with --table: 2012, 2015"),
        ("2015", "inventory", "use --co2-basis satellite, or another table with --table: 2012, 2017-new"),
    ],
)
def test_the_other_basis_is_named(small_lake: LakePaths, table_id: str, co2_basis: str, words: str):
    sentence = refused(small_lake, table_id, co2_basis, exit_code=1)
    assert f"table {table_id} has no CO2 of the {co2_basis} basis" in sentence
    assert words in sentence


def test_an_unknown_table_is_wrong_usage(small_lake: LakePaths):
    sentence = refused(small_lake, "2013", "inventory", exit_code=2)
    assert "there is no table '2013'" in sentence
    assert "--table can be 2012, 2015, 2017-new, 2020" in sentence


def test_an_empty_lake(tmp_path):
    assert "run `visceads run` first" in refused(LakePaths(tmp_path / "none"), None, "inventory", exit_code=1)
    assert not (tmp_path / "none").exists()


def test_a_lake_without_a_provincial_table(own_lake: LakePaths, example):
    change_mart(own_lake, example.version, "mrio.sector_account", lambda table: table.clear())
    assert "has no provincial input-output table" in refused(own_lake, None, "inventory", exit_code=1)


def test_a_mart_that_is_not_there(own_lake: LakePaths, example):
    own_lake.mart(example.version, "mrio", "flow").unlink()
    assert "has no table mrio.flow: it was published by another version" in refused(own_lake, "2012", "inventory", 1)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (
            "mrio.sector_account",
            lambda t: t.filter(pl.col("sector_code") != "electronics"),
            "no known classification",
        ),
        (
            "mrio.sector_account",
            lambda t: t.filter((pl.col("sector_code") != "electronics") | (pl.col("province_code") != "XZ")),
            "gross_output_m_cny (5 instead of 6; XZ electronics is missing) do not fit",
        ),
        (
            "mrio.flow",
            lambda t: t.with_columns(pl.col("buyer_sector_code").replace("electronics", "games")),
            "mrio.flow (one has the buyer_sector_code 'games') do not fit its 2 provinces x 3 sectors",
        ),
        (
            "mrio.final_demand",
            lambda t: t.with_columns(pl.col("category_code").replace("FU201", "FU999")),
            "mrio.final_demand (one has the category_code 'FU999') do not fit",
        ),
        (
            "mrio.primary_input",
            lambda t: t.with_columns(
                pl.when(pl.col("item_code") != "VA002").then("input_m_cny").alias("input_m_cny"),
            ),
            "mrio.primary_input (one has no input_m_cny) do not fit",
        ),
        ("meta.release", lambda t: t.filter(pl.col("family") != "mrio"), "does not list mrio-2012"),
        (
            "mrio.flow",
            lambda t: t.with_columns(flow_m_cny=pl.col("flow_m_cny") * 4),
            "table 2012 of version 0123456789ab: the table is not productive",
        ),
    ],
    ids=["classification", "incomplete", "unknown code", "unknown category", "no figure", "release", "not productive"],
)
def test_marts_that_are_not_whole(own_lake: LakePaths, example, name: str, change, words: str):
    change_mart(own_lake, example.version, name, change)
    assert words in refused(own_lake, "2012", "inventory", exit_code=1)


def test_the_real_axis_has_1302_places():
    assert len(codes.province_codes()) * len(codes.sector_codes("2012")) == 1302
