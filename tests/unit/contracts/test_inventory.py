"""The accounts beside the provincial CO2 inventory: signs, units and gaps that their contracts let pass or refuse."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl
import pytest

from visceads.contracts.catalogue import ContractError, contract_of, polars_schema, validate

ENERGY = ("energy-2012", "BJ", 2012, "transformation_heating", "heat", -1.563237e14, "kJ", True, None)
APPARENT = ("apparent-2012", "BJ", 2012, "raw_coal", "export", -3.304378, True, None)
CITY = ("city-2012", "AH", "安庆", 2012, None, True, "missing_in_source")
NATIONAL = ("national-2012", 2012, "power_heat", "raw_coal", 3300.0, True, None)


def frame(table: str, row: tuple[Any, ...], **changes: object) -> pl.DataFrame:
    """One row of a table of the group, with some of its columns changed."""
    schema = polars_schema(contract_of("inventory", table))
    values = dict(zip(schema.names(), row, strict=True)) | changes
    return pl.DataFrame([values], schema=schema)


@pytest.mark.parametrize(
    ("table", "row"),
    [("energy", ENERGY), ("apparent_emission", APPARENT), ("city_emission", CITY), ("national_emission", NATIONAL)],
)
def test_rows_as_the_workbooks_state_them_pass(table: str, row: tuple[Any, ...]) -> None:
    validate("inventory", table, frame(table, row))


@pytest.mark.parametrize(
    ("table", "row", "changes", "told"),
    [
        ("energy", ENERGY, {"unit": "10^10 kj"}, "'unit' must be one of t, m3, kJ, kWh, tce"),
        ("energy", ENERGY, {"quantity": None}, "null_reason must be null exactly if quantity is present"),
        ("energy", ENERGY, {"null_reason": "missing_in_source"}, "null_reason must be null exactly if quantity"),
        ("apparent_emission", APPARENT, {"item_code": "stock"}, "'item_code' must be one of total, production"),
        ("apparent_emission", APPARENT, {"fuel_code": "diesel_oil"}, "'fuel_code' must be one of raw_coal, crude_oil"),
        (
            "apparent_emission",
            APPARENT,
            {"null_reason": "process_lost", "co2_mt": None},
            "'null_reason' must be one of",
        ),
        ("city_emission", CITY, {"null_reason": None}, "null_reason must be null exactly if co2_mt is present"),
        (
            "city_emission",
            CITY,
            {"co2_mt": -1.0, "null_reason": None},
            "'co2_mt' must be a finite number of at least 0",
        ),
        ("city_emission", CITY, {"city_name_zh": ""}, "'city_name_zh' must not be empty"),
        ("national_emission", NATIONAL, {"co2_mt": -0.1}, "'co2_mt' must be a finite number of at least 0.0"),
    ],
)
def test_other_rows_are_refused(table: str, row: tuple[Any, ...], changes: dict[str, object], told: str) -> None:
    with pytest.raises(ContractError) as caught:
        validate("inventory", table, frame(table, row, **changes))
    assert told in str(caught.value)


def test_the_example_query_of_the_nation_gives_the_gap_to_the_provinces() -> None:
    """Sum of provinces over nation, 2012: +7.3 % (9,742.7 against 9,080.5 Mt, V2); only current releases count."""
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA inventory")
        nation = frame("national_emission", NATIONAL, co2_mt=9080.5484)
        nation = pl.concat([nation, nation.with_columns(is_current=False)])
        province = pl.DataFrame(
            [("a", "SD", 2012, 9742.7006, True, None, None), ("b", "SD", 2012, 1.0, False, None, None)],
            schema=polars_schema(contract_of("inventory", "emission_total")),
            orient="row",
        )
        connection.register("nation_rows", nation)
        connection.register("province_rows", province)
        connection.execute("CREATE TABLE inventory.national_emission AS FROM nation_rows")
        connection.execute("CREATE TABLE inventory.emission_total AS FROM province_rows")
        row = connection.execute(contract_of("inventory", "national_emission").query).fetchone()
    assert row is not None
    assert row[:3] == (2012, 9080.5484, 9742.7006)
    assert row[3] == pytest.approx(0.073, abs=5e-4)
