"""Between tables and arrays: positions on the axis, and an economy of two sectors that can be computed by hand."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import polars as pl
import pytest

from visceads import codes
from visceads.contracts.catalogue import contract_of, polars_schema, validate
from visceads.contracts.record import Contract
from visceads.orchestration.arrays import (
    account_tables,
    axis_of,
    backbone_tables,
    classification_of,
    load_flows,
    load_own_blocks,
    load_table,
)

POWER, BUILDING = ("BJ", "power_heat"), ("GD", "construction")
HOUSEHOLD_MT = 2.5


def _frame(contract: Contract, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Rows as a table of the contract: numbers that a row does not state are 0."""
    schema = polars_schema(contract)
    zeros = {name: 0.0 for name, dtype in schema.items() if dtype.is_float()}
    return pl.DataFrame([{**zeros, **row} for row in rows], schema=schema)


def _tables() -> dict[str, list[dict[str, object]]]:
    """Beijing's power sells 40 of its 100 to Guangdong's builders, whose 200 are invested there (150) or exported."""
    accounts: list[dict[str, object]] = []
    for province, sector in axis_of("2012"):
        row: dict[str, object] = {"table_id": "2012", "province_code": province, "sector_code": sector}
        row |= {"co2_satellite_mt": 0.0, "co2_inventory_mt": None, "is_zero_output": True}
        if (province, sector) == POWER:
            row |= {"gross_output_m_cny": 100.0, "co2_satellite_mt": 10.0, "is_zero_output": False}
        if (province, sector) == BUILDING:
            row |= {"gross_output_m_cny": 200.0, "export_m_cny": 50.0, "co2_satellite_mt": 1.0, "is_zero_output": False}
        accounts.append(row)
    seller = {"seller_province_code": POWER[0], "seller_sector_code": POWER[1]}
    builder = {"seller_province_code": BUILDING[0], "seller_sector_code": BUILDING[1]}
    demand = [
        {"table_id": "2012", **seller, "buyer_province_code": "BJ", "category_code": "FU101", "flow_m_cny": 60.0},
        {"table_id": "2012", **builder, "buyer_province_code": "GD", "category_code": "FU201", "flow_m_cny": 150.0},
    ]
    flow = {"table_id": "2012", **seller, "buyer_province_code": BUILDING[0], "buyer_sector_code": BUILDING[1]}
    primary = [
        {"table_id": "2012", "buyer_province_code": p, "buyer_code": s, "item_code": item, "input_m_cny": value}
        for (p, s), item, value in ((POWER, "VA001", 100.0), (BUILDING, "VA004", 160.0))
    ]
    return {
        "mrio.sector_account": accounts,
        "mrio.final_demand": demand,
        "mrio.flow": [{**flow, "flow_m_cny": 40.0}],
        "mrio.primary_input": [{**row, "buyer_kind": "sector"} for row in primary],
        "inventory.emission": [
            {"release_id": "r", "province_code": "BJ", "year": 2012, "inventory_code": "household_urban"}
            | {"fuel_code": "natural_gas", "co2_mt": HOUSEHOLD_MT, "is_current": True},
            {"release_id": "old", "province_code": "BJ", "year": 2012, "inventory_code": "household_urban"}
            | {"fuel_code": "natural_gas", "co2_mt": 99.0, "is_current": False},
        ],
        "inventory.emission_total": [
            {"release_id": name, "province_code": "BJ", "year": 2012, "co2_mt": 5.0, "is_current": name == "r"}
            for name in ("r", "old")
        ],
        "reference.inventory_sector": [
            {"inventory_code": "household_urban", "row_no": 46, "kind": "household", "name_en": "Urban"}
        ],
    }


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as database:
        for name, rows in _tables().items():
            group, table = name.split(".")
            frame = _frame(contract_of(group, table), rows)
            database.register("given", frame)
            database.execute(f"create schema if not exists {group}; create table {name} as select * from given")
        yield database


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
    households = load_table(connection, "2012").household_mt
    assert households[codes.province_codes().index("BJ")] == HOUSEHOLD_MT
    assert np.isnan(households).sum() == 30


def test_a_table_that_is_not_complete_is_refused_with_the_first_gap(connection: duckdb.DuckDBPyConnection):
    connection.execute("delete from mrio.sector_account where province_code = 'TJ' and sector_code = 'textiles'")
    with pytest.raises(ValueError, match=r"table 2012 has no account of TJ textiles \(1 of 1302 are missing\)"):
        load_table(connection, "2012")


def test_accounts_of_two_sectors_by_hand(connection: duckdb.DuckDBPyConnection):
    """m(power) = 10 / 100; m(building) = 1 / 200 + 40 / 200 * 10 / 100 = 0.025 Mt per million yuan."""
    frames, residuals = account_tables(load_table(connection, "2012"))
    for name, frame in frames.items():
        _validate(name, frame)
    multiplier = frames["accounts.multiplier"]
    power = multiplier.filter(province_code="BJ", sector_code="power_heat").row(0, named=True)
    building = multiplier.filter(province_code="GD", sector_code="construction").row(0, named=True)
    assert power["co2_total_t_per_m_cny"] == pytest.approx(1e5, rel=1e-12)
    assert building["co2_total_t_per_m_cny"] == pytest.approx(2.5e4, rel=1e-12)
    assert building["co2_direct_t_per_m_cny"] == pytest.approx(5e3, rel=1e-12)
    assert building["co2_upstream_share"] == pytest.approx(0.8, rel=1e-12)
    assert building["output_multiplier"] == pytest.approx(1.2, rel=1e-12)
    assert building["value_added_multiplier"] == pytest.approx(1.0, rel=1e-12)
    assert building["income_multiplier"] == pytest.approx(0.2, rel=1e-12)
    assert multiplier.filter(null_reason="zero_output").height == 1300
    footprint = frames["accounts.province_footprint"]
    beijing = footprint.filter(province_code="BJ").row(0, named=True)
    guangdong = footprint.filter(province_code="GD").row(0, named=True)
    assert (beijing["production_mt"], guangdong["production_mt"]) == (10.0, 1.0)
    assert beijing["consumption_mt"] == pytest.approx(6.0, rel=1e-12)
    assert guangdong["consumption_mt"] == pytest.approx(3.75, rel=1e-12)
    # exports are booked where the CO2 is emitted: 50 * 0.02 in Beijing, 50 * 0.005 in Guangdong
    assert footprint["export_mt"].sum() == pytest.approx(1.25, rel=1e-12)
    assert beijing["export_mt"] == pytest.approx(1.0, rel=1e-12)
    flow = frames["accounts.embodied_flow"].filter(
        accounting="mrio", origin_province_code="BJ", destination_province_code="GD"
    )
    assert flow["co2_mt"].item() == pytest.approx(150 * 0.02, rel=1e-12)
    assert max(residuals.values()) < 1e-3  # as a multiple of what is allowed


def test_households_stand_beside_the_inventory_only(connection: duckdb.DuckDBPyConnection):
    connection.execute("update mrio.sector_account set co2_inventory_mt = co2_satellite_mt")
    frames, _ = account_tables(load_table(connection, "2012"))
    footprint = frames["accounts.province_footprint"].filter(province_code="BJ")
    by_basis = dict(footprint.select("co2_basis", "household_mt").iter_rows())
    assert by_basis == {"inventory": HOUSEHOLD_MT, "satellite": None}


def test_money_multipliers_need_no_co2(connection: duckdb.DuckDBPyConnection):
    connection.execute("update mrio.sector_account set co2_satellite_mt = null")
    frames, residuals = account_tables(load_table(connection, "2012"))
    assert set(frames) == {"accounts.multiplier"}
    frame = frames["accounts.multiplier"]
    _validate("accounts.multiplier", frame)
    assert frame["output_multiplier"].drop_nulls().len() == 2
    assert frame["co2_total_t_per_m_cny"].null_count() == 1302
    assert residuals == {}


def test_backbone_of_every_province_has_the_columns_of_its_contracts():
    generator = np.random.default_rng(7)
    blocks = generator.lognormal(3.0, 2.0, size=(31, 42, 42))
    frames = backbone_tables(blocks, "2012")
    for name, frame in frames.items():
        _validate(name, frame)
    kept = frames["backbone.edge"].filter(pl.col("is_kept") & (pl.col("method") == "top_share"))
    assert kept.group_by("province_code").len()["len"].to_list() == [88] * 31
    largest = kept.filter(pl.col("province_code") == "GD", pl.col("rank") == 1).row(0, named=True)
    own = blocks[codes.province_codes().index("GD")]
    seller, buyer = np.unravel_index(own.argmax(), own.shape)
    sectors = codes.sector_codes("2012")
    assert (largest["seller_sector_code"], largest["buyer_sector_code"]) == (sectors[seller], sectors[buyer])
    assert largest["weight"] == own.max()
    assert frames["backbone.node"].height == 31 * 42


def _validate(name: str, frame: pl.DataFrame) -> None:
    """As the assets do: the columns of the contract, rows in key order."""
    contract = contract_of(*name.split("."))
    columns = [column.name for column in contract.columns]
    validate(contract.group, contract.table, frame.select(columns).sort(list(contract.key)))
