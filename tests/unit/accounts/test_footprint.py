"""Footprints and embodied flows: the two-province example, Germany 1995, brute force on random tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.footprint import (
    embodied_flow_eebt,
    embodied_flow_mrio,
    embodied_flow_sector,
    province_footprints,
)
from visceads.accounts.system import F64, InputOutputSystem, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]


@pytest.fixture(scope="module")
def example(two_provinces: InputOutputTable, two_provinces_co2: F64) -> tuple[InputOutputSystem, Emissions]:
    system = build_system(two_provinces)
    return system, build_emissions(system, two_provinces_co2)


@pytest.fixture(scope="module")
def example_without_q(two_provinces: InputOutputTable) -> tuple[InputOutputSystem, Emissions]:
    """The example on an inventory that does not cover province Q."""
    system = build_system(two_provinces)
    return system, build_emissions(system, np.array([30.0, 12, 3, np.nan, np.nan, np.nan]))


def test_accounts_of_two_provinces(example: tuple[InputOutputSystem, Emissions]) -> None:
    result = province_footprints(*example, households=np.array([2.0, 1.0]))
    expected = {
        "production_mt": [45, 13],
        "consumption_mt": [25.396492, 23.035007],
        "consumption_by_category_mt": [[12.120414, 13.276078], [7.917800, 15.117208]],
        "export_mt": [7.871648, 1.456542],
        "error_mt": [0.249000, -0.008690],
        "income_mt": [39.508335, 8.536262],
        "stranded_mt": [0, 0],
        "household_mt": [2, 1],
        "net_transfer_mt": [45 - 25.396492, 13 - 23.035007],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(result, name), values, atol=1e-6, err_msg=name)
    assert result.import_enabled_mt.sum() == pytest.approx(9.955403, abs=1e-6)
    assert result.null_reason == (None, None)
    assert result.provinces_without_inventory == ()


def test_embodied_flow_mrio_of_two_provinces(example: tuple[InputOutputSystem, Emissions]) -> None:
    flow = embodied_flow_mrio(*example)
    np.testing.assert_allclose(flow.co2_mt, [[21.682086, 15.197265], [3.714406, 7.837742]], atol=1e-6)
    np.testing.assert_allclose(flow.export_mt, [7.871648, 1.456542], atol=1e-6)
    np.testing.assert_allclose(flow.error_mt, [0.249000, -0.008690], atol=1e-6)
    np.testing.assert_allclose(flow.consumption_mt, [25.396492, 23.035007], atol=1e-6)
    assert flow.interprovincial_mt == pytest.approx(15.197265 + 3.714406, abs=2e-6)


def test_embodied_flow_by_sector_of_two_provinces(example: tuple[InputOutputSystem, Emissions]) -> None:
    expected = [
        [13.577214, 5.996337, 2.108535, 0, 3.111781, 0.602625],
        [10.355185, 4.121857, 0.720223, 0, 5.825630, 2.012112],
    ]
    np.testing.assert_allclose(embodied_flow_sector(*example).T, expected, atol=1e-6)


def test_embodied_flow_eebt_of_two_provinces(example: tuple[InputOutputSystem, Emissions]) -> None:
    flow = embodied_flow_eebt(*example)
    np.testing.assert_allclose(flow.co2_mt, [[17.861500, 20.528460], [5.020619, 6.938144]], atol=1e-6)
    np.testing.assert_allclose(flow.export_mt, [6.352124, 1.041237], atol=1e-6)
    np.testing.assert_allclose(flow.error_mt, [0.257916, 0], atol=1e-6)
    np.testing.assert_allclose(flow.consumption_mt, [22.882119, 27.466604], atol=1e-6)
    gap = embodied_flow_mrio(*example).consumption_mt - flow.consumption_mt
    np.testing.assert_allclose(gap, [2.514373, -4.431597], atol=1e-6)


def test_a_province_without_inventory_is_null_not_zero(
    example_without_q: tuple[InputOutputSystem, Emissions],
) -> None:
    result = province_footprints(*example_without_q)
    for name in ("production_mt", "export_mt", "error_mt", "stranded_mt", "net_transfer_mt"):
        np.testing.assert_array_equal(np.isnan(getattr(result, name)), [False, True], err_msg=name)
    # What P consumes is known only as far as it was emitted in P; what Q consumes from P is known too.
    np.testing.assert_allclose(result.consumption_mt, [21.682086, 15.197265], atol=1e-6)
    assert np.isnan(result.household_mt).all()
    assert result.null_reason == (None, "no_inventory")
    assert result.provinces_without_inventory == ("Q",)


def test_no_flows_start_in_a_province_without_inventory(
    example_without_q: tuple[InputOutputSystem, Emissions],
) -> None:
    mrio, eebt = embodied_flow_mrio(*example_without_q), embodied_flow_eebt(*example_without_q)
    np.testing.assert_allclose(mrio.co2_mt[0], [21.682086, 15.197265], atol=1e-6)
    np.testing.assert_allclose(eebt.co2_mt[0], [17.861500, 20.528460], atol=1e-6)
    for flow in (mrio, eebt):
        assert np.isnan(flow.co2_mt[1]).all()
        assert np.isnan(flow.export_mt[1])
        assert np.isnan(flow.error_mt[1])
    assert mrio.interprovincial_mt == pytest.approx(15.197265, abs=1e-6)
    by_sector = embodied_flow_sector(*example_without_q)
    assert np.isnan(by_sector[3:]).all()
    assert np.isfinite(by_sector[:3]).all()


def test_stranded_co2_stays_in_production_only(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, np.array([30.0, 12, 3, 0.008, 10, 3]))
    result = province_footprints(system, emissions)
    np.testing.assert_allclose(result.production_mt, [45, 13.008], atol=1e-12)
    np.testing.assert_allclose(result.stranded_mt, [0, 0.008], atol=1e-15)
    np.testing.assert_allclose(result.consumption_mt, [25.396492, 23.035007], atol=1e-6)


@pytest.mark.parametrize(
    ("households", "words"),
    [(np.array([1.0]), r"household CO2 has the shape \(1,\)"), (np.array([1, np.inf]), "of Q is infinite")],
)
def test_wrong_households_are_refused(
    example: tuple[InputOutputSystem, Emissions], households: F64, words: str
) -> None:
    with pytest.raises(AccountsError, match=words):
        province_footprints(*example, households=households)


def test_germany_co2_by_final_use(germany_1995: InputOutputTable) -> None:
    # Eurostat Manual 2008, chapter 15: CO2 in thousand tonnes, the parts sum to 687,020 (with households the
    # file prints 904,158, its parts give 904,157). Results worked out twice.
    system = build_system(germany_1995)
    emissions = build_emissions(system, np.array([10448.0, 558327, 11194, 71269, 8792, 26990]))
    result = province_footprints(system, emissions)
    by_use = [247356.3449, 49731.2349, 129496.0581, 5807.5463]
    np.testing.assert_allclose(result.consumption_by_category_mt[0], by_use, atol=1e-4)
    assert result.export_mt[0] == pytest.approx(254628.8158, abs=1e-4)
    assert result.production_mt[0] == 687020


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 5), sectors=st.integers(2, 12))
def test_accounts_equal_brute_force(random_table: Random, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    emissions = build_emissions(system, co2)
    n, near = len(table.x), {"rtol": 1e-9, "atol": 1e-12}
    safe = np.where(table.x > 0, table.x, 1.0)
    f = np.where(table.x > 0, co2 / safe, 0.0)
    L = np.linalg.inv(np.eye(n) - table.Z / safe)
    G = np.linalg.inv(np.eye(n) - table.Z / safe[:, None])  # the Ghosh inverse, which the code never forms
    member = np.kron(np.eye(provinces), np.ones(sectors))
    Y = table.final_demand.sum(axis=2)
    result = province_footprints(system, emissions)
    np.testing.assert_allclose(result.production_mt, member @ co2, **near)
    np.testing.assert_allclose(result.consumption_mt, f @ L @ Y, **near)
    np.testing.assert_allclose(result.consumption_by_category_mt[:, 1], f @ L @ table.final_demand[:, :, 1], **near)
    np.testing.assert_allclose(result.export_mt, member @ (f * (L @ table.exports)), **near)
    np.testing.assert_allclose(result.income_mt, member @ (table.value_added.sum(0) * (G @ f)), **near)
    np.testing.assert_allclose(result.import_enabled_mt, member @ (table.imports * (G @ f)), **near)
    flow = embodied_flow_mrio(system, emissions)
    np.testing.assert_allclose(flow.co2_mt, member @ (f[:, None] * (L @ Y)), **near)
    assert_eebt_equals_single_province_models(table, f, embodied_flow_eebt(system, emissions).co2_mt)


def assert_eebt_equals_single_province_models(table: InputOutputTable, f: F64, co2: F64) -> None:
    """Each province as a table of its own, in which every other province is an export destination."""
    R, S = table.final_demand.shape[1], len(table.x) // table.final_demand.shape[1]
    A = table.Z / np.where(table.x > 0, table.x, 1.0)
    for r in range(R):
        own = slice(r * S, (r + 1) * S)
        domestic = np.linalg.inv(np.eye(S) - A[own, own])
        for s in range(R):
            demand = table.final_demand[own, s].sum(axis=1)
            if s != r:
                demand = demand + table.Z[own, s * S : (s + 1) * S].sum(axis=1)
            assert co2[r, s] == pytest.approx(float(f[own] @ domestic @ demand), rel=1e-9, abs=1e-12)


def test_inflow_and_outflow_leave_the_own_part_out(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    """Two provinces, three sectors: rows 21.682086 15.197265 / 3.714406 7.837742 (own known answer, 1e-6)."""
    system = build_system(two_provinces)
    flow = embodied_flow_mrio(system, build_emissions(system, two_provinces_co2))
    np.testing.assert_allclose(flow.inflow_mt, [3.714406, 15.197265], rtol=0, atol=1e-6)
    np.testing.assert_allclose(flow.outflow_mt, [15.197265, 3.714406], rtol=0, atol=1e-6)


def test_a_province_without_inventory_has_inflow_but_no_outflow(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    flow = embodied_flow_mrio(system, build_emissions(system, np.array([30.0, 12, 3, np.nan, np.nan, np.nan])))
    np.testing.assert_allclose(flow.inflow_mt, [0.0, 15.197265], rtol=0, atol=1e-6)
    np.testing.assert_allclose(flow.outflow_mt, [15.197265, np.nan], rtol=0, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(2, 5), sectors=st.integers(2, 8))
def test_a_permutation_of_provinces_permutes_the_flows(
    random_table: Random, seed: int, provinces: int, sectors: int
) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    order = np.random.default_rng(seed).permutation(provinces)
    k = (order[:, None] * sectors + np.arange(sectors)).ravel()
    moved = replace(
        table,
        labels=tuple(table.labels[i] for i in k),
        Z=table.Z[np.ix_(k, k)],
        x=table.x[k],
        final_demand=table.final_demand[k][:, order],
        exports=table.exports[k],
        error=table.error[k],
        imports=table.imports[k],
        value_added=table.value_added[:, k],
    )
    first, second = build_system(table), build_system(moved)
    before, after = build_emissions(first, co2), build_emissions(second, co2[k])
    near = {"rtol": 1e-9, "atol": 1e-12}
    for embodied in (embodied_flow_mrio, embodied_flow_eebt):
        old, new = embodied(first, before), embodied(second, after)
        np.testing.assert_allclose(new.co2_mt, old.co2_mt[np.ix_(order, order)], **near)
        np.testing.assert_allclose(new.export_mt, old.export_mt[order], **near)
    old, new = province_footprints(first, before), province_footprints(second, after)
    for name in ("production_mt", "consumption_mt", "income_mt", "import_enabled_mt", "net_transfer_mt"):
        np.testing.assert_allclose(getattr(new, name), getattr(old, name)[order], **near, err_msg=name)
