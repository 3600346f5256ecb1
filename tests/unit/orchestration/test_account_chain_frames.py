"""Layers, paths and prices as tables: the economy of two sectors, computed by hand.

Power (Beijing) emits .1 Mt per million yuan and sells .2 per unit to building (Guangdong), which emits .005. Beijing
uses 60 of power, Guangdong invests 150 of building, 50 of building are exported.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from visceads.accounts.errors import AccountsError
from visceads.accounts.production_layer import ProvinceProductionLayers
from visceads.orchestration.account_chain_frames import (
    PROVINCE_THRESHOLD,
    WHOLE_THRESHOLD,
    ChainResults,
    chain_results,
    layer_residuals,
    path_residuals,
    price_residuals,
    production_layer_frame,
    supply_path_frame,
)
from visceads.orchestration.account_results import results_on_basis, table_systems
from visceads.orchestration.account_tables import LAYERS, PATHS, PRICES, AccountTables, account_tables
from visceads.orchestration.arrays import load_table

POWER, BUILDING = "BJ.power_heat", "GD.construction"


@pytest.fixture
def chains(connection: duckdb.DuckDBPyConnection) -> ChainResults:
    results = results_on_basis(table_systems(load_table(connection, "2012")), "satellite")
    return chain_results(results, 100.0)


def _frame(computed: AccountTables, table: str) -> pl.DataFrame:
    return computed.frames[f"accounts.{table}"].filter(co2_basis="satellite")


@pytest.mark.parametrize(
    ("province", "layers"), [("BJ", [6.0, 0.0]), ("GD", [0.75, 3.0]), ("CN", [7.0, 4.0])], ids=["BJ", "GD", "all"]
)
def test_layers_by_hand(accounts_on_both_bases: AccountTables, province: str, layers: list[float]):
    """150 x .005 by the builders themselves, 150 x .2 x .1 by their supplier, and nothing behind it."""
    rows = _frame(accounts_on_both_bases, "production_layer").filter(province_code=province).sort("layer")
    assert rows["layer"].to_list() == list(range(12))
    assert rows["co2_mt"].to_list() == pytest.approx([*layers, *[0.0] * 10], abs=1e-12)
    assert rows["cumulative_share"].to_list() == pytest.approx([layers[0] / sum(layers), *[1.0] * 11], rel=1e-12)
    assert rows.filter("is_rest")["layer"].to_list() == [11]


def test_a_demand_without_co2_has_no_shares_and_no_paths(accounts_on_both_bases: AccountTables):
    rows = _frame(accounts_on_both_bases, "production_layer").filter(province_code="TJ")
    assert rows["cumulative_share"].null_count() == 12
    assert set(rows["null_reason"]) == {"zero_denominator"}
    assert _frame(accounts_on_both_bases, "supply_path").filter(province_code="TJ").is_empty()


def test_paths_by_hand(accounts_on_both_bases: AccountTables):
    rows = _frame(accounts_on_both_bases, "supply_path").filter(province_code="GD").sort("path_rank")
    first, second = rows.to_dicts()
    expected: dict[str, Any] = {
        "path": f"{POWER} > {BUILDING}",
        "link_count": 1,
        "origin_province_code": "BJ",
        "origin_sector_code": "power_heat",
        "final_province_code": "GD",
        "final_sector_code": "construction",
        "co2_mt": pytest.approx(3.0, rel=1e-12),
        "footprint_share": pytest.approx(0.8, rel=1e-12),
        "threshold_share": PROVINCE_THRESHOLD,
        "covered_share": pytest.approx(1.0, rel=1e-12),
    }
    assert {name: first[name] for name in expected} == expected
    assert (second["path_rank"], second["path"], second["link_count"]) == (2, BUILDING, 0)
    assert second["origin_sector_code"] == second["final_sector_code"] == "construction"


def test_paths_of_all_demand_hold_exports(accounts_on_both_bases: AccountTables):
    rows = _frame(accounts_on_both_bases, "supply_path").filter(province_code="CN").sort("path_rank")
    assert dict(zip(rows["path"], rows["co2_mt"], strict=True)) == {
        POWER: pytest.approx(6.0, rel=1e-12),
        f"{POWER} > {BUILDING}": pytest.approx(4.0, rel=1e-12),
        BUILDING: pytest.approx(1.0, rel=1e-12),
    }
    assert set(rows["threshold_share"]) == {WHOLE_THRESHOLD}


def test_prices_by_hand(accounts_on_both_bases: AccountTables):
    """100 yuan a tonne: power pays 10 yuan per yuan, building .5 and 2 more for its power."""
    rows = _frame(accounts_on_both_bases, "price_pass_through").drop_nulls("price_increase_share").sort("province_code")
    names = ("carbon_price_cny_per_t", "price_increase_share", "carbon_cost_share", "supplier_cost_share")
    assert [rows[name].to_list() for name in names] == [
        [100.0, 100.0],
        pytest.approx([10.0, 2.5], rel=1e-12),
        pytest.approx([10.0, 0.5], rel=1e-12),
        pytest.approx([0.0, 2.0], rel=1e-12),
    ]


def test_the_price_is_a_parameter(connection: duckdb.DuckDBPyConnection):
    frame = account_tables(load_table(connection, "2012"), 50.0).frames["accounts.price_pass_through"]
    assert set(frame["carbon_price_cny_per_t"]) == {50.0}
    assert frame["price_increase_share"].max() == pytest.approx(5.0, rel=1e-12)


def test_a_price_below_zero_is_refused(connection: duckdb.DuckDBPyConnection):
    with pytest.raises(AccountsError, match="the carbon price is -1"):
        account_tables(load_table(connection, "2012"), -1.0)


def test_a_table_without_co2_has_no_chains(connection: duckdb.DuckDBPyConnection):
    results = results_on_basis(table_systems(load_table(connection, "2012")), "inventory")
    with pytest.raises(ValueError, match="table 2012 has no CO2 on the basis inventory"):
        chain_results(results, 100.0)


def test_what_adds_up_has_no_residual(accounts_on_both_bases: AccountTables):
    for check in (LAYERS, PATHS, PRICES):
        assert max(accounts_on_both_bases.residuals[check].values()) < 1e-3
        assert accounts_on_both_bases.residuals[check]


def test_what_does_not_add_up_has_one(chains: ChainResults):
    """One Mt less in the rest of 11, a path counted twice, and own costs left out."""
    layers = chains.layers
    short = ProvinceProductionLayers(layers.layer_mt, layers.rest_mt - 1, layers.total_mt, layers.demands)
    assert layer_residuals(replace(chains, layers=short)) == {"layers_and_rest": pytest.approx(1 / 11)}
    share, paths = chains.paths["GD"]
    twice = chains.paths | {"GD": (share, replace(paths, co2_mt=2 * paths.co2_mt))}
    assert path_residuals(replace(chains, paths=twice)) == {"paths_beyond_footprint": pytest.approx(1.0)}
    price = replace(chains.price, carbon_cost_share=np.zeros_like(chains.price.carbon_cost_share))
    assert price_residuals(replace(chains, price=price)) == {"price_by_cost": pytest.approx(1.0)}


def test_frames_have_as_many_rows_as_there_are_results(chains: ChainResults):
    assert production_layer_frame(chains).height == 32 * 12
    assert supply_path_frame(chains).height == sum(len(paths.links) for _, paths in chains.paths.values()) == 6
