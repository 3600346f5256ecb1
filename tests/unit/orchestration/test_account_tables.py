"""The accounts of a table id as published tables: an economy of two sectors, computed by hand.

Power (Beijing) sells 40 of its 100 to building (Guangdong), whose output is 200: L = [1 .2 / 0 1], f = .1 and .005 Mt
per million yuan, Ghosh G = [1 .4 / 0 1].
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from visceads.accounts.errors import AccountsError
from visceads.contracts.catalogue import contract_of, validate
from visceads.orchestration.account_tables import (
    ACCOUNT_TABLES,
    CHECKS,
    IDENTITIES,
    INVERSES,
    PARTS,
    AccountTables,
    account_tables,
)
from visceads.orchestration.arrays import load_table

POWER = {"province_code": "BJ", "sector_code": "power_heat"}
BUILDING = {"province_code": "GD", "sector_code": "construction"}
HOUSEHOLD_MT = 2.5


@pytest.fixture
def computed(accounts_on_both_bases: AccountTables) -> AccountTables:
    """The accounts without those on the basis inventory."""
    frames = {
        name: frame.filter(co2_basis="satellite") if "co2_basis" in frame.columns else frame
        for name, frame in accounts_on_both_bases.frames.items()
    }
    return AccountTables(frames, accounts_on_both_bases.residuals)


def _row(computed: AccountTables, table: str, **key: str) -> dict[str, Any]:
    return computed.frames[f"accounts.{table}"].filter(**key).row(0, named=True)


def _validate(computed: AccountTables) -> None:
    """As the assets do: the columns of the contract, rows in key order."""
    for name, frame in computed.frames.items():
        contract = contract_of(*name.split("."))
        columns = [column.name for column in contract.columns]
        validate(contract.group, contract.table, frame.select(columns).sort(list(contract.key)))


def _near(**expected: float) -> dict[str, Any]:
    return {name: pytest.approx(value, rel=1e-12) for name, value in expected.items()}


def _values(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in expected}


def test_every_table_has_its_frame_and_passes_its_contract(accounts_on_both_bases: AccountTables):
    assert sorted(accounts_on_both_bases.frames) == list(ACCOUNT_TABLES)
    _validate(accounts_on_both_bases)


# --- multipliers ---


@pytest.mark.parametrize(
    ("sector", "expected"),
    [
        (
            POWER,
            _near(
                output_multiplier=1.0,
                income_type1=1.0,
                output_type2_truncated=2.5,  # 1 + .6 x 2.5 x 1: of 100 earned, 60 are spent on power again
                output_type2_total=5.0,
                income_type2=2.5,
                co2_type2_truncated_t_per_m_cny=2.5e5,
                ghosh_forward=1.4,
                co2_total_t_per_m_cny=1e5,
                co2_downstream_t_per_m_cny=1.02e5,  # .1 + .4 x .005
                output_other_province=0.0,
            ),
        ),
        (
            BUILDING,
            _near(
                output_multiplier=1.2,
                value_added_multiplier=1.0,
                value_added_type1=1.25,
                operating_surplus_multiplier=0.8,
                depreciation_multiplier=0.0,
                income_multiplier=0.2,
                output_type2_truncated=1.5,
                output_type2_total=2.0,
                output_own_province=1.0,
                output_other_province=0.2,
                output_feedback=0.0,
                value_added_own_province=0.8,
                value_added_other_province=0.2,
                co2_direct_t_per_m_cny=5e3,
                co2_total_t_per_m_cny=2.5e4,
                co2_own_province_t_per_m_cny=5e3,
                co2_other_province_t_per_m_cny=2e4,
                co2_type1=5.0,
                co2_upstream_share=0.8,
                ghosh_forward=1.0,
            ),
        ),
    ],
    ids=["power", "building"],
)
def test_multipliers_by_hand(computed: AccountTables, sector: dict[str, str], expected: dict[str, Any]):
    row = _row(computed, "multiplier", **sector)
    assert _values(row, expected) == expected
    assert not row["closure_capped"]


def test_a_ratio_to_nothing_is_missing(computed: AccountTables):
    row = _row(computed, "multiplier", **BUILDING)
    assert (row["income_type1"], row["income_type2_ratio"], row["null_reason"]) == (None, None, None)


def test_sectors_without_output_are_missing_with_a_reason(computed: AccountTables):
    idle = computed.frames["accounts.multiplier"].filter(null_reason="zero_output")
    assert idle.height == 1300
    assert idle["output_type2_total"].null_count() == idle["ghosh_forward"].null_count() == 1300
    assert set(idle["fuel_null_reason"]) == {"zero_output"}


def test_households_that_spend_more_than_they_earn_are_capped(connection: duckdb.DuckDBPyConnection):
    """Consumption 60, pay 40, imports of households 6: C = 60 / 66, W = .4; 1 + C x .4 / (1 - .4 C) for power."""
    connection.execute("update mrio.primary_input set input_m_cny = 40 where item_code = 'VA001'")
    connection.execute("insert into mrio.primary_input values ('2012', 'BJ', 'power_heat', 'VA004', 'sector', 60.0)")
    frame = account_tables(load_table(connection, "2012")).frames["accounts.multiplier"]
    spent = 0.4 * 60 / 66
    assert frame.filter(**POWER)["output_type2_truncated"].item() == pytest.approx(1 + spent / (1 - spent), rel=1e-12)
    assert set(frame.filter("closure_capped")["province_code"]) == {"BJ"}


def test_a_cap_without_the_imports_of_households_is_refused(connection: duckdb.DuckDBPyConnection):
    connection.execute("update mrio.primary_input set input_m_cny = 40 where item_code = 'VA001'")
    connection.execute("delete from mrio.primary_input where item_code = 'IM'")
    with pytest.raises(AccountsError, match="households of BJ consume 60 million yuan and earn 40"):
        account_tables(load_table(connection, "2012"))


def test_groups_of_fuels_are_those_of_the_inventory(accounts_on_both_bases: AccountTables):
    inventory = _row(accounts_on_both_bases, "multiplier", co2_basis="inventory", **BUILDING)
    expected = _near(co2_direct_coal_t_per_m_cny=3.75e3, co2_total_coal_t_per_m_cny=1.875e4)
    expected |= _near(co2_direct_gas_t_per_m_cny=1.25e3, co2_total_gas_t_per_m_cny=6.25e3)
    expected |= _near(co2_total_oil_t_per_m_cny=0.0, co2_total_process_t_per_m_cny=0.0)
    assert _values(inventory, expected) == expected
    satellite = _row(accounts_on_both_bases, "multiplier", co2_basis="satellite", **BUILDING)
    assert satellite["co2_total_coal_t_per_m_cny"] is None
    assert (satellite["fuel_null_reason"], inventory["fuel_null_reason"]) == ("no_fuel_split", None)


# --- linkages ---


def test_linkages_by_hand(computed: AccountTables):
    """Means over the two active sectors: backward and forward 1.1, Ghosh 1.2."""
    power, building = (_row(computed, "linkage", **sector) for sector in (POWER, BUILDING))
    expected = _near(backward_multiplier=1.0, forward_multiplier=1.2, power_of_dispersion=1 / 1.1)
    expected |= _near(sensitivity_of_dispersion=1.2 / 1.1, ghosh_forward=1.4, ghosh_forward_normalised=1.4 / 1.2)
    expected |= _near(backward_coefficient_of_variation=np.sqrt(2.0))
    assert _values(power, expected) == expected
    assert (power["key_sector_class"], building["key_sector_class"]) == ("forward", "backward")
    # alone in its province a sector is average
    alone = _near(power_of_dispersion_in_province=1.0, ghosh_forward_normalised_in_province=1.0)
    assert _values(power, alone) == alone
    assert power["key_sector_class_in_province"] == "weak"


def test_linkages_of_the_nation_stand_beside_those_of_provinces(computed: AccountTables):
    """Each of the two sectors is active in one province only: the nation's are the same."""
    frame = computed.frames["accounts.linkage"]
    assert frame.group_by("province_code").len().filter(pl.col("len") != 42).is_empty()
    nation = frame.filter(province_code="CN").drop_nulls("power_of_dispersion").sort("sector_code")
    assert nation["sector_code"].to_list() == ["construction", "power_heat"]
    assert nation["power_of_dispersion"].to_list() == pytest.approx([1.2 / 1.1, 1 / 1.1], rel=1e-12)
    assert nation["key_sector_class"].to_list() == nation["key_sector_class_in_province"].to_list()


def test_co2_linkages_by_hand(computed: AccountTables):
    """Upstream .1 and .025, downstream .102 and .005 Mt per million yuan: means .0625 and .0535."""
    for province in ("BJ", "CN"):
        row = _row(computed, "co2_linkage", province_code=province, sector_code="power_heat")
        expected = _near(co2_total_t_per_m_cny=1e5, co2_backward_normalised=1.6, co2_forward_normalised=0.102 / 0.0535)
        assert _values(row, expected) == expected
        assert row["co2_key_sector_class"] == "key"


# --- extraction ---


@pytest.mark.parametrize("scope", ["sector", "province"])
def test_extraction_by_hand(computed: AccountTables, scope: str):
    """Building takes 40 of power with it; power takes nothing, for building then imports what it bought."""
    whole = {"sector": {}, "province": {"sector_code": "total"}}[scope]
    power = _row(computed, "extraction", scope=scope, **(POWER | whole))
    building = _row(computed, "extraction", scope=scope, **(BUILDING | whole))
    expected = _near(output_loss_m_cny=100.0, value_added_loss_m_cny=100.0, co2_loss_mt=10.0, co2_loss_share=10 / 11)
    assert _values(power, expected) == expected
    expected = _near(output_loss_m_cny=240.0, value_added_loss_m_cny=200.0, co2_loss_mt=5.0, output_loss_share=0.8)
    assert _values(building, expected) == expected


def test_extraction_of_what_has_no_inventory_is_missing_in_co2_only(with_inventory: duckdb.DuckDBPyConnection):
    with_inventory.execute(
        "update mrio.sector_account set co2_inventory_mt = null, co2_inventory_coal_mt = null, "
        "co2_inventory_gas_mt = null, co2_inventory_oil_mt = null, co2_inventory_process_mt = null "
        "where province_code = 'GD'"
    )
    computed = account_tables(load_table(with_inventory, "2012"))
    _validate(computed)
    row = _row(computed, "extraction", co2_basis="inventory", scope="sector", **BUILDING)
    assert (row["output_loss_m_cny"], row["co2_loss_mt"]) == (pytest.approx(240.0), None)
    assert row["null_reason"] == "no_inventory"


# --- footprints and flows ---


def test_footprints_by_hand(computed: AccountTables):
    beijing = _row(computed, "province_footprint", province_code="BJ")
    guangdong = _row(computed, "province_footprint", province_code="GD")
    # exports are booked where the CO2 is emitted: 50 * 0.02 in Beijing, 50 * 0.005 in Guangdong
    expected = _near(production_mt=10.0, consumption_mt=6.0, export_mt=1.0, consumption_rural_household_mt=6.0)
    expected |= _near(inflow_from_provinces_mt=0.0, outflow_to_provinces_mt=3.0, consumption_eebt_mt=6.0)
    expected |= _near(production_t_per_head=0.5, consumption_t_per_head=0.3, production_t_per_m_cny=1e4)
    assert _values(beijing, expected) == expected
    # at the first border Guangdong takes over the CO2 of all power it buys, 40 x .1, and of its own building
    expected = _near(production_mt=1.0, consumption_mt=3.75, export_mt=0.25, consumption_fixed_capital_mt=3.75)
    expected |= _near(inflow_from_provinces_mt=3.0, consumption_eebt_mt=4.75, accounting_gap_mt=-1.0)
    assert _values(guangdong, expected) == expected
    assert (guangdong["consumption_t_per_head"], guangdong["gdp_m_cny"]) == (None, None)


def test_flows_by_hand(computed: AccountTables):
    flow = _row(computed, "embodied_flow", accounting="mrio", origin_province_code="BJ", destination_province_code="GD")
    assert flow["co2_mt"] == pytest.approx(150 * 0.02, rel=1e-12)
    by_sector = computed.frames["accounts.embodied_flow_sector"]
    names = ("origin_province_code", "origin_sector_code", "destination_province_code")
    rows = {row[:-1]: row[-1] for row in by_sector.select(*names, "co2_mt").iter_rows()}
    assert rows == {
        ("BJ", "power_heat", "BJ"): pytest.approx(6.0, rel=1e-12),
        ("BJ", "power_heat", "GD"): pytest.approx(3.0, rel=1e-12),
        ("GD", "construction", "GD"): pytest.approx(0.75, rel=1e-12),
    }


def test_households_and_releases_stand_beside_the_inventory_only(accounts_on_both_bases: AccountTables):
    frame = accounts_on_both_bases.frames["accounts.province_footprint"].filter(province_code="BJ").sort("co2_basis")
    columns = ("household_mt", "household_t_per_head", "inventory_release_id", "split_rule", "release_id")
    assert frame.select(columns).rows() == [
        (HOUSEHOLD_MT, pytest.approx(0.125), "co2_inventory-2012", "equal", "mrio-2012"),
        (None, None, None, None, "mrio-2012"),
    ]


# --- identities, and a table without CO2 ---


def test_residuals_are_multiples_of_what_is_allowed(computed: AccountTables):
    assert set(computed.residuals) == set(CHECKS) >= {IDENTITIES, INVERSES, PARTS}
    assert {"output_split", "co2_split", "flows_by_sector"} <= set(computed.residuals[PARTS])
    assert {"leontief_rows", "ghosh_rows", "leontief_diagonal"} <= set(computed.residuals[INVERSES])
    assert {"production_by_use", "row_balance"} <= set(computed.residuals[IDENTITIES])
    for residuals in computed.residuals.values():
        assert max(residuals.values()) < 1e-3


def test_a_row_that_does_not_balance_shows_as_a_residual(connection: duckdb.DuckDBPyConnection):
    """10 of 300 are gone: 1/30 of the output of the table, of which 5e-3 is allowed."""
    connection.execute("update mrio.final_demand set flow_m_cny = flow_m_cny - 10 where category_code = 'FU201'")
    residuals = account_tables(load_table(connection, "2012")).residuals
    assert residuals[IDENTITIES]["row_balance"] == pytest.approx(10 / 300 / 5e-3, rel=1e-9)
    assert max(residuals[INVERSES].values()) < 1e-3


def test_money_needs_no_co2(connection: duckdb.DuckDBPyConnection):
    connection.execute("update mrio.sector_account set co2_satellite_mt = null")
    computed = account_tables(load_table(connection, "2012"))
    assert set(computed.frames) == {"accounts.multiplier", "accounts.linkage", "accounts.extraction"}
    _validate(computed)
    frame = computed.frames["accounts.multiplier"]
    assert frame["output_multiplier"].drop_nulls().len() == 2
    assert frame["co2_total_t_per_m_cny"].null_count() == 1302
    assert set(frame.drop_nulls("output_multiplier")["fuel_null_reason"]) == {"no_inventory"}
    assert computed.residuals[IDENTITIES] == {}
    assert _row(computed, "extraction", scope="sector", **BUILDING)["output_loss_m_cny"] == pytest.approx(240.0)
