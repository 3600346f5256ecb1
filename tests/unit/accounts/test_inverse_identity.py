"""The Leontief inverse on demand, vectors off the axis; identities of inverses and splits on a full provincial table.

The workbook of 2017 is reconstructed (largest cells real, others synthetic): its figures check arithmetic, they are
no facts about China.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from visceads import codes
from visceads.accounts.aggregation import aggregate_table, aggregation_of, harmonised_sectors, nation, regions
from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.extraction import extract_provinces, extract_sectors
from visceads.accounts.ghosh import enabled
from visceads.accounts.household_closure import close_on_households, closed_coefficients, type2_truncated
from visceads.accounts.inverse_identity import inverse_residuals, split_residuals
from visceads.accounts.multiplier import fuel_group_intensities, multipliers, type1_ratio
from visceads.accounts.spillover import split_by_province, split_multipliers
from visceads.accounts.system import (
    F64,
    VALUE_ADDED_CODES,
    InputOutputSystem,
    InputOutputTable,
    build_system,
    spectral_radius,
)
from visceads.workbooks.mrio import MrioReading

CATEGORIES = ("FU101", "FU102", "FU103", "FU201", "FU202")


def test_the_inverse_is_formed_once_and_cannot_be_changed(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    L = system.leontief_inverse
    assert system.leontief_inverse is L
    np.testing.assert_allclose(L, np.linalg.inv(np.eye(6) - system.A), rtol=1e-13, atol=1e-15)
    np.testing.assert_array_equal(L[3], np.eye(6)[3])  # the inactive sector
    np.testing.assert_array_equal(L[:, 3], np.eye(6)[3])
    with pytest.raises(ValueError, match="read-only"):
        L[0, 0] = 1.0


@pytest.mark.parametrize(
    "account",
    [
        lambda system, values: system.coefficients(values),
        lambda system, values: system.multipliers(values),
        lambda system, values: system.solve(values),
        type1_ratio,
        enabled,
        split_by_province,
        lambda system, values: type2_truncated(system, close_on_households(system, None, ["consumption"]), values),
    ],
    ids=["coefficients", "multipliers", "solve", "type1_ratio", "enabled", "split_by_province", "type2_truncated"],
)
def test_vectors_off_the_axis_are_refused(
    two_provinces: InputOutputTable, account: Callable[[InputOutputSystem, F64], object]
) -> None:
    system = build_system(two_provinces)
    words = r"have the shape \(5,\), the table has 6 sectors from P energy to Q services"
    with pytest.raises(AccountsError, match=words):
        account(system, np.ones(5))
    for wrong in (np.nan, np.inf):
        with pytest.raises(AccountsError, match=f"of Q manufacturing hold {wrong}; every value") as caught:
            account(system, np.array([1, 1, 1, 1, wrong, 1]))
        assert (caught.value.province, caught.value.sector) == ("Q", "manufacturing")
    account(system, np.ones(6))


def test_many_vectors_are_checked_by_their_own_axis(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    demands = np.ones((6, 2))
    demands[2, 1] = np.nan
    with pytest.raises(AccountsError, match="demands of P services hold nan"):
        system.solve(demands)
    with pytest.raises(AccountsError, match="coefficients of P services hold nan"):
        system.multipliers(demands.T)
    with pytest.raises(AccountsError, match=r"coefficients have the shape \(6, 2\)"):
        system.multipliers(np.ones((6, 2)))


@pytest.fixture(scope="module")
def table_2017(real_mrio: Callable[[int], MrioReading]) -> tuple[InputOutputTable, F64, F64]:
    """The table, its CO2 row, and the imports of households by province."""
    reading = next(t for t in real_mrio(2017).tables if t.table_id == "2017")
    arrays, provinces = reading.arrays, codes.province_codes()
    table = InputOutputTable(  # the workbook counts in 10k yuan
        labels=tuple((p, s) for p in provinces for s in codes.sector_codes(reading.classification)),
        categories=CATEGORIES,
        Z=arrays.flows / 100,
        x=arrays.gross_output / 100,
        final_demand=arrays.final_demand.reshape(-1, len(provinces), len(CATEGORIES)) / 100,
        exports=arrays.row_items["EX"] / 100,
        error=arrays.row_items["ERR"] / 100,
        imports=arrays.column_items["IM"] / 100,
        value_added=np.array([arrays.column_items[code] for code in VALUE_ADDED_CODES]) / 100,
    )
    household_imports = arrays.final_imports.reshape(-1, len(CATEGORIES))[:, :2].sum(axis=1) / 100
    return table, arrays.column_items["CO2"], household_imports


@pytest.fixture(scope="module")
def system(table_2017: tuple[InputOutputTable, F64, F64]) -> InputOutputSystem:
    return build_system(table_2017[0])


@pytest.fixture(scope="module")
def emissions(table_2017: tuple[InputOutputTable, F64, F64], system: InputOutputSystem) -> Emissions:
    return build_emissions(system, table_2017[1])


@pytest.mark.real_data
def test_household_closure_of_2017(table_2017: tuple[InputOutputTable, F64, F64], system: InputOutputSystem) -> None:
    # Regression figures: seven provinces outspend their pay, by up to 9.86 %.
    table, _, household_imports = table_2017
    consumption = table.final_demand[:, :, :2].sum(axis=(0, 2))
    assert (consumption / system.sum_by_province(table.value_added[0])).max() == pytest.approx(1.0986, abs=0.6e-4)
    closure = close_on_households(system, household_imports)
    assert int(closure.capped.sum()) == 7
    assert spectral_radius(closed_coefficients(system, closure)) == pytest.approx(0.796069, abs=0.6e-6)


@pytest.mark.real_data
def test_identities_of_2017(system: InputOutputSystem, emissions: Emissions) -> None:
    fuels = fuel_group_intensities(system, emissions, {"a": 0.3 * emissions.co2, "b": 0.7 * emissions.co2})
    split = split_multipliers(system, emissions)
    residuals = inverse_residuals(system) | split_residuals(multipliers(system, emissions), split, fuels)
    assert {name: value for name, value in residuals.items() if value > 1e-12} == {}


@pytest.mark.real_data
def test_extraction_in_2017_equals_a_new_solution(system: InputOutputSystem, emissions: Emissions) -> None:
    sectors, provinces = extract_sectors(system, emissions), extract_provinces(system, emissions)
    assert (provinces.output_loss_m_cny >= system.sum_by_province(system.x) * (1 - 1e-9)).all()
    k = int(np.argmax(system.x))
    block = system.block(system.provinces.index("GD"))
    cases = {"sector": (slice(k, k + 1), sectors, k), "province": (block, provinces, system.provinces.index("GD"))}
    for name, (members, losses, place) in cases.items():
        A, demand = system.A.copy(), system.demand.copy()
        A[members] = 0
        A[:, members] = 0
        demand[members] = 0
        lost = system.x - np.linalg.solve(np.eye(len(system.x)) - A, demand)
        # The workbook balances to 1e-7 only, so x is not exactly L y.
        assert losses.output_loss_m_cny[place] == pytest.approx(lost.sum(), rel=1e-6), name
        assert losses.co2_loss_mt[place] == pytest.approx(emissions.f @ lost, rel=1e-6), name


@pytest.mark.real_data
def test_aggregates_of_2017_keep_every_total(table_2017: tuple[InputOutputTable, F64, F64]) -> None:
    table = table_2017[0]
    groupings = {
        42: (nation(), None),
        1271: (None, harmonised_sectors("2012")),
        164: (regions(), harmonised_sectors("2012")),
    }
    for size, (provinces, sectors) in groupings.items():
        small = build_system(aggregate_table(table, aggregation_of(table.labels, provinces, sectors)))
        assert len(small.x) == size
        for name in ("Z", "x", "final_demand", "exports", "error", "imports", "value_added"):
            assert getattr(small, name).sum() == pytest.approx(getattr(table, name).sum(), rel=1e-12), (size, name)
        money = multipliers(small, None)
        np.testing.assert_allclose((money.value_added + money.imports)[small.active], 1, atol=1e-6)
