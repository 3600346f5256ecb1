"""Carbon price pass-through: the two-province example, the dual identity, cost of living, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.multiplier import multipliers
from visceads.accounts.price import CarbonPrice, cost_of_living_share, price_pass_through
from visceads.accounts.system import F64, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
UNIT = CarbonPrice(1.0)


def test_two_provinces(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    # Worked out for the project, six decimals: one yuan per tonne raises prices by m (Mt per million yuan).
    system = build_system(two_provinces)
    emissions = build_emissions(system, two_provinces_co2)
    full = price_pass_through(system, emissions, UNIT)
    np.testing.assert_allclose(full.price_change_share, multipliers(system, emissions).co2_total_t_per_m_cny / 1e6)
    half = np.array([1, 0.5, 1, 1, 1, 0.5])
    result = price_pass_through(system, emissions, CarbonPrice(1.0, pass_through=half))
    np.testing.assert_allclose(
        result.price_change_share, [0.225026, 0.046973, 0.053509, np.nan, 0.122598, 0.030689], atol=1e-6
    )
    assert result.null_reason[3] == "zero_output"
    assert (result.absorbed_m_cny[[1, 5]] > 0).all()
    np.testing.assert_array_equal(result.absorbed_m_cny[[0, 2, 3, 4]], 0)


def test_money_balances(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    # What demand pays more is the price times all CO2: 50 yuan x 58 Mt.
    system = build_system(two_provinces)
    result = price_pass_through(system, build_emissions(system, two_provinces_co2), CarbonPrice(50.0))
    paid = result.burden_m_cny.sum() + result.export_burden_m_cny + result.error_burden_m_cny
    assert paid == pytest.approx(50 * 58, rel=1e-12)
    # Burden of P's and Q's final demand: price times the CO2 embodied in it.
    np.testing.assert_allclose(result.burden_m_cny.sum(axis=1), [50 * 25.396492, 50 * 23.035007], atol=50e-6)
    np.testing.assert_allclose(result.payment_m_cny, [50 * 45, 50 * 13], rtol=1e-12)
    np.testing.assert_allclose(result.carbon_cost_share[0], 50 * 30 / 150)
    active = system.active
    np.testing.assert_allclose(
        (result.carbon_cost_share + result.supplier_cost_share)[active], result.price_change_share[active], rtol=1e-12
    )


def test_only_covered_sectors_pay(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, two_provinces_co2)
    energy = np.array([True, False, False, True, False, False])
    result = price_pass_through(system, emissions, CarbonPrice(1.0, covered=energy))
    paid = result.burden_m_cny.sum() + result.export_burden_m_cny + result.error_burden_m_cny
    assert paid == pytest.approx(30, rel=1e-12)
    assert (result.price_change_share[system.active] > 0).all()  # all buy energy somewhere


def test_unknown_co2_is_null_not_free(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    co2 = two_provinces_co2.copy()
    co2[3:] = np.nan
    system = build_system(two_provinces)
    result = price_pass_through(system, build_emissions(system, co2), UNIT)
    assert result.null_reason == (None, None, None, "zero_output", "no_inventory", "no_inventory")
    assert np.isnan(result.price_change_share[3:]).all()
    np.testing.assert_array_equal(np.isnan(result.payment_m_cny), [False, True])


def test_cost_of_living(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    result = price_pass_through(system, build_emissions(system, two_provinces_co2), UNIT)
    # P consumes 105 of domestic products with 12.120414 Mt in them, Q 65 with 7.917800 Mt; imports 15 and 0.
    share = cost_of_living_share(system, result, np.array([15.0, 0]), categories=("consumption",))
    np.testing.assert_allclose(share, [12.120414 / 120, 7.917800 / 65], atol=1e-8)


@pytest.mark.parametrize(
    ("imports", "categories", "words"),
    [
        (np.zeros(3), ("consumption",), "household imports have the shape"),
        (np.array([0, -1.0]), ("consumption",), "household imports of Q are -1"),
        (np.array([np.nan, 0]), ("consumption",), "household imports of P are nan"),
        (np.zeros(2), ("FU101",), "no final demand category FU101"),
    ],
)
def test_cost_of_living_refusals(
    two_provinces: InputOutputTable, two_provinces_co2: F64, imports: F64, categories: tuple, words: str
) -> None:
    system = build_system(two_provinces)
    result = price_pass_through(system, build_emissions(system, two_provinces_co2), UNIT)
    with pytest.raises(AccountsError, match=words):
        cost_of_living_share(system, result, imports, categories)


def test_households_that_buy_nothing_have_no_cost_of_living(
    two_provinces: InputOutputTable, two_provinces_co2: F64
) -> None:
    system = build_system(two_provinces)
    result = price_pass_through(system, build_emissions(system, two_provinces_co2), UNIT)
    assert np.isnan(cost_of_living_share(system, result, np.zeros(2), categories=())).all()


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (CarbonPrice(-1.0), "carbon price is -1"),
        (CarbonPrice(np.nan), "carbon price is nan"),
        (CarbonPrice(1.0, covered=np.ones(5, bool)), "`covered` has the shape"),
        (CarbonPrice(1.0, covered=np.ones(6)), "the type float64"),
        (CarbonPrice(1.0, pass_through=np.ones(5)), "pass_through has the shape"),
        (CarbonPrice(1.0, pass_through=np.array([1, 1.2, 1, 1, 1, 1])), "pass-through of P manufacturing is 1.2"),
    ],
)
def test_refusals(two_provinces: InputOutputTable, two_provinces_co2: F64, price: CarbonPrice, words: str) -> None:
    system = build_system(two_provinces)
    with pytest.raises(AccountsError, match=words):
        price_pass_through(system, build_emissions(system, two_provinces_co2), price)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 4), sectors=st.integers(2, 8), full=st.booleans())
def test_what_is_paid_is_borne_or_absorbed(
    random_table: Random, seed: int, provinces: int, sectors: int, full: bool
) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    rng = np.random.default_rng(seed)
    price = CarbonPrice(80.0, rng.random(len(co2)) < 0.7, None if full else rng.random(len(co2)))
    result = price_pass_through(system, build_emissions(system, co2), price)
    borne = result.burden_m_cny.sum() + result.export_burden_m_cny + result.error_burden_m_cny
    paid = np.nansum(result.payment_m_cny)
    assert borne + result.absorbed_m_cny.sum() == pytest.approx(paid, rel=1e-9, abs=1e-9)
    assert not full or (result.absorbed_m_cny == 0).all()
    assert (result.price_change_share[~np.isnan(result.price_change_share)] >= -1e-12).all()
