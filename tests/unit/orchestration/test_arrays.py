"""From tables to arrays: positions on the axis, and what goes with a province."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from visceads import codes
from visceads.orchestration.arrays import axis_of, classification_of, load_flows, load_own_blocks, load_table

POWER, BUILDING = ("BJ", "power_heat"), ("GD", "construction")
HOUSEHOLD_MT = 2.5


def test_table_ids_tell_the_classification():
    assert [classification_of(i) for i in ("2012", "2017", "2017-new")] == ["2012", "2012", "2017"]


@pytest.mark.parametrize("table_id", ["2012", "2017-new"])
def test_the_axis_is_province_major(table_id: str):
    axis = axis_of(table_id)
    sectors = codes.sector_codes(classification_of(table_id))
    assert len(axis) == len(set(axis)) == 31 * 42
    assert [province for province, _ in axis[::42]] == list(codes.province_codes())
    assert [sector for _, sector in axis[:42]] == list(sectors)


def test_a_flow_lands_at_seller_and_buyer(connection: duckdb.DuckDBPyConnection):
    flows = load_flows(connection, "2012")
    axis = axis_of("2012")
    assert flows.shape == (1302, 1302)
    assert flows[axis.index(POWER), axis.index(BUILDING)] == 40.0
    assert flows.sum() == 40.0


def test_own_blocks_hold_the_flows_inside_provinces_only(connection: duckdb.DuckDBPyConnection):
    connection.execute("insert into mrio.flow values ('2012', 'GD', 'textiles', 'GD', 'agriculture', 7.0)")
    blocks = load_own_blocks(connection, "2012")
    sectors, province = codes.sector_codes("2012"), codes.province_codes().index("GD")
    assert blocks.shape == (31, 42, 42)
    assert blocks[province, sectors.index("textiles"), sectors.index("agriculture")] == 7.0
    assert blocks.sum() == 7.0


def test_own_blocks_are_the_diagonal_blocks_of_the_flows(connection: duckdb.DuckDBPyConnection):
    generator = np.random.default_rng(1)
    axis = axis_of("2012")
    for k, anywhere in generator.integers(0, 1302, size=(300, 2)):
        m = k - k % 42 + anywhere % 42 if k % 2 else anywhere  # every other one inside its province
        values = [*axis[k], *axis[m], float(1302 * k + m + 1)]
        connection.execute("insert into mrio.flow values ('2012', ?, ?, ?, ?, ?)", values)
    flows, blocks = load_flows(connection, "2012"), load_own_blocks(connection, "2012")
    for position, block in enumerate(blocks):
        own = slice(position * 42, position * 42 + 42)
        np.testing.assert_array_equal(block, flows[own, own])


def test_a_basis_that_a_table_does_not_have_is_absent(connection: duckdb.DuckDBPyConnection):
    arrays = load_table(connection, "2012")
    assert set(arrays.co2_mt) == {"satellite"}
    assert arrays.co2_mt["satellite"].sum() == 11.0


def test_households_come_from_the_current_release_and_are_unknown_elsewhere(connection: duckdb.DuckDBPyConnection):
    households = load_table(connection, "2012").by_province("household_mt")
    assert households[codes.province_codes().index("BJ")] == HOUSEHOLD_MT
    assert np.isnan(households).sum() == 30


def test_a_flow_of_an_unknown_sector_is_not_taken(connection: duckdb.DuckDBPyConnection):
    connection.execute("insert into mrio.flow values ('2012', 'GD', 'no_such_sector', 'GD', 'textiles', 7.0)")
    with pytest.raises(duckdb.ConversionException, match="no_such_sector"):
        load_flows(connection, "2012")


def test_imports_of_households_are_those_of_two_categories(connection: duckdb.DuckDBPyConnection):
    imports = load_table(connection, "2012").provinces.select("province_code", "household_import_m_cny")
    assert imports.drop_nulls().rows() == [("BJ", 6.0)]


def test_statistics_are_those_of_the_year_of_the_table(connection: duckdb.DuckDBPyConnection):
    provinces = load_table(connection, "2012").provinces
    assert provinces["province_code"].to_list() == list(codes.province_codes())
    known = provinces.select("province_code", "gdp_m_cny", "population_10k", "denominator_source").drop_nulls()
    assert known.rows() == [("BJ", 1000.0, 2000.0, "nbs")]


def test_groups_of_fuels_come_with_the_inventory_only(with_inventory: duckdb.DuckDBPyConnection):
    arrays = load_table(with_inventory, "2012")
    assert {name: values.sum() for name, values in arrays.co2_by_fuel_group_mt.items()} == {
        "coal": 8.25,
        "oil": 0.0,
        "gas": 2.75,
        "process": 0.0,
    }
    with_inventory.execute("update mrio.sector_account set co2_inventory_mt = null")
    assert load_table(with_inventory, "2012").co2_by_fuel_group_mt == {}


def test_releases_and_the_split_rules_go_with_a_province(with_inventory: duckdb.DuckDBPyConnection):
    with_inventory.execute(
        "update mrio.sector_account set split_rule = 'fuel_purchase' "
        "where province_code = 'BJ' and sector_code = 'transport_post'"
    )
    columns = ("release_id", "inventory_release_id", "split_rule")
    provinces = load_table(with_inventory, "2012").provinces
    assert provinces.filter(province_code="BJ").select(columns).row(0) == (
        "mrio-2012",
        "co2_inventory-2012",
        "equal|fuel_purchase",
    )
    assert provinces.filter(province_code="GD").select(columns).row(0)[2] == "equal"


def test_a_province_without_a_mixed_row_has_no_split_rule(connection: duckdb.DuckDBPyConnection):
    provinces = load_table(connection, "2012").provinces
    assert provinces["split_rule"].null_count() == 31
    assert provinces["inventory_release_id"].null_count() == 31


def test_a_table_that_is_not_complete_is_refused_with_the_first_gap(connection: duckdb.DuckDBPyConnection):
    connection.execute("delete from mrio.sector_account where province_code = 'TJ' and sector_code = 'textiles'")
    with pytest.raises(ValueError, match=r"table 2012 has no account of TJ textiles \(1 of 1302 are missing\)"):
        load_table(connection, "2012")
