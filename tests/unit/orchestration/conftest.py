"""An economy of two sectors that can be computed by hand, as the tables that array code reads."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import duckdb
import polars as pl
import pytest

from visceads.contracts.catalogue import contract_of, polars_schema
from visceads.contracts.record import Contract
from visceads.orchestration.account_tables import AccountTables, account_tables
from visceads.orchestration.arrays import axis_of, load_table

POWER, BUILDING = ("BJ", "power_heat"), ("GD", "construction")


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
        row |= {"co2_satellite_mt": 0.0, "co2_inventory_mt": None, "is_zero_output": True, "release_id": "mrio-2012"}
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
        for (p, s), item, value in (
            (POWER, "VA001", 100.0),
            (BUILDING, "VA004", 160.0),
            (("BJ", "FU101"), "IM", 4.0),
            (("BJ", "FU102"), "IM", 2.0),
            (("BJ", "FU201"), "IM", 9.0),
        )
    ]
    kinds = {True: "final_demand", False: "sector"}
    return {
        "mrio.sector_account": accounts,
        "mrio.final_demand": demand,
        "mrio.flow": [{**flow, "flow_m_cny": 40.0}],
        "mrio.primary_input": [{**row, "buyer_kind": kinds[str(row["buyer_code"])[:2] == "FU"]} for row in primary],
        "inventory.emission": [
            {"release_id": "r", "province_code": "BJ", "year": 2012, "inventory_code": "household_urban"}
            | {"fuel_code": "natural_gas", "co2_mt": 2.5, "is_current": True},
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


@contextmanager
def _economy() -> Generator[duckdb.DuckDBPyConnection, None, None]:
    with duckdb.connect() as database:
        for name, rows in _tables().items():
            group, table = name.split(".")
            frame = _frame(contract_of(group, table), rows)
            database.register("given", frame)
            database.execute(f"create schema if not exists {group}; create table {name} as select * from given")
        database.execute(
            "create schema staging; create table staging.stg_nbs_province_year as select * from (values "
            "('BJ', 2012, 1000.0::double, 2000.0::double, 'nbs'), ('BJ', 2013, 9000.0, 9000.0, 'nbs')) "
            "as t(province_code, year, gdp_m_cny, population_10k, denominator_source)"
        )
        yield database


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """The working database of that economy: CO2 on the basis satellite alone, 10 Mt of power and 1 Mt of building.

    Households of Beijing emit 2.5 Mt and import 6; its GDP of 2012 is 1,000 million yuan, its people 20 million.
    """
    with _economy() as database:
        yield database


@pytest.fixture
def with_inventory(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The same with the inventory beside the satellite row: the same CO2, three quarters of it of coal."""
    _add_inventory(connection)
    return connection


@pytest.fixture(scope="session")
def accounts_on_both_bases() -> AccountTables:
    """All accounts of that economy, on the satellite row and on the inventory; computed once, never changed."""
    with _economy() as database:
        _add_inventory(database)
        return account_tables(load_table(database, "2012"))


def _add_inventory(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(
        "update mrio.sector_account set co2_inventory_mt = co2_satellite_mt, "
        "co2_inventory_coal_mt = 0.75 * co2_satellite_mt, co2_inventory_gas_mt = 0.25 * co2_satellite_mt, "
        "inventory_release_id = 'co2_inventory-2012'"
    )
    database.execute("update mrio.sector_account set split_rule = 'equal' where sector_code = 'wholesale_retail'")
