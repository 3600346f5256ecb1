"""The identities hold to rounding on balanced tables, and a table that does not balance shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import build_emissions
from visceads.accounts.footprint import (
    embodied_flow_eebt,
    embodied_flow_mrio,
    embodied_flow_sector,
    province_footprints,
)
from visceads.accounts.identity import (
    footprint_residuals,
    identity_residuals,
    sector_flow_residuals,
    table_residuals,
)
from visceads.accounts.multiplier import multipliers
from visceads.accounts.system import F64, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
TABLE = {"row_balance", "column_balance", "quantity_model", "demand_equals_primary_inputs", "unit_cost"}
FOOTPRINT = {
    "production_by_use",
    "production_by_income",
    "consumption_by_category",
    "mrio_rows",
    "mrio_columns",
    "eebt_rows",
    "eebt_gap",
}


def residuals_of(table: InputOutputTable, co2: F64) -> dict[str, float]:
    system = build_system(table)
    emissions = build_emissions(system, co2)
    return identity_residuals(
        system,
        multipliers(system, emissions),
        province_footprints(system, emissions),
        embodied_flow_mrio(system, emissions),
        embodied_flow_eebt(system, emissions),
    )


@pytest.mark.parametrize("missing", [0.0, np.nan])
def test_two_provinces_add_up(two_provinces: InputOutputTable, missing: float) -> None:
    residuals = residuals_of(two_provinces, np.array([30.0, 12, 3, missing, missing, missing]))
    assert set(residuals) == TABLE | FOOTPRINT
    assert max(residuals.values()) < 1e-12


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    provinces=st.integers(1, 5),
    sectors=st.integers(2, 12),
    without_inventory=st.booleans(),
)
def test_every_identity_holds(
    random_table: Random, seed: int, provinces: int, sectors: int, without_inventory: bool
) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    if without_inventory:
        co2[-sectors:] = np.nan
    residuals = residuals_of(table, co2)
    assert {name: value for name, value in residuals.items() if value > 1e-9} == {}


def test_a_broken_row_shows(two_provinces: InputOutputTable) -> None:
    error = two_provinces.error.copy()
    error[5] += 9.5  # a hundredth of total output, 950
    residuals = residuals_of(replace(two_provinces, error=error), np.array([30.0, 12, 3, 0, 10, 3]))
    assert residuals["row_balance"] == pytest.approx(0.01, rel=1e-12)
    assert residuals["demand_equals_primary_inputs"] == pytest.approx(0.01, rel=1e-12)
    assert residuals["quantity_model"] > 0.01
    assert residuals["production_by_use"] > 1e-3
    assert residuals["eebt_rows"] > 1e-3
    assert residuals["column_balance"] < 1e-15


def test_a_broken_column_shows(two_provinces: InputOutputTable) -> None:
    imports = two_provinces.imports.copy()
    imports[1] += 9.5
    residuals = residuals_of(replace(two_provinces, imports=imports), np.array([30.0, 12, 3, 0, 10, 3]))
    assert residuals["column_balance"] == pytest.approx(0.01, rel=1e-12)
    assert residuals["unit_cost"] > 9.5 / 300
    assert residuals["production_by_income"] > 1e-3
    assert residuals["row_balance"] < 1e-15


def test_each_footprint_residual_sees_its_own_account(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, np.array([30.0, 12, 3, 0, 10, 3]))
    accounts = province_footprints(system, emissions)
    mrio, eebt = embodied_flow_mrio(system, emissions), embodied_flow_eebt(system, emissions)
    off = 0.58  # a hundredth of production, 58 Mt
    p, q = np.array([off, 0]), np.array([0, off])  # added to province P or Q
    broken = {
        "production_by_use": (replace(accounts, export_mt=accounts.export_mt + p), mrio, eebt),
        "production_by_income": (replace(accounts, income_mt=accounts.income_mt + p), mrio, eebt),
        "consumption_by_category": (
            replace(accounts, consumption_by_category_mt=accounts.consumption_by_category_mt + p[:, None]),
            mrio,
            eebt,
        ),
        "mrio_rows": (accounts, replace(mrio, export_mt=mrio.export_mt + p), eebt),
        "mrio_columns": (accounts, replace(mrio, co2_mt=mrio.co2_mt + np.diag(p)), eebt),
        "eebt_rows": (accounts, mrio, replace(eebt, error_mt=eebt.error_mt + q)),
        "eebt_gap": (accounts, mrio, replace(eebt, co2_mt=eebt.co2_mt + np.diag(q))),
    }
    for name, parts in broken.items():
        assert footprint_residuals(*parts)[name] >= 0.01 - 1e-12, name


def test_nothing_emitted_leaves_no_residual(two_provinces: InputOutputTable) -> None:
    residuals = residuals_of(two_provinces, np.zeros(6))
    assert all(residuals[name] == 0 for name in FOOTPRINT)


def test_table_residuals_need_no_co2(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    residuals = table_residuals(system, multipliers(system, None))
    assert set(residuals) == TABLE
    assert max(residuals.values()) < 1e-12


@pytest.mark.parametrize("missing", [0.0, np.nan])
def test_sectors_add_up_to_flows_between_provinces_and_a_lost_sector_shows(
    two_provinces: InputOutputTable, missing: float
) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, np.array([30.0, 12, 3, missing, missing, missing]))
    flows, mrio = embodied_flow_sector(system, emissions), embodied_flow_mrio(system, emissions)
    assert sector_flow_residuals(system, flows, mrio)["flows_by_sector"] < 1e-12
    lost = flows.copy()
    lost[0] = 0.0
    expected = np.nanmax(flows[0]) / np.nansum(mrio.co2_mt)
    assert sector_flow_residuals(system, lost, mrio)["flows_by_sector"] == pytest.approx(expected, rel=1e-9)
