"""Type II multipliers: textbook tables, the two-province example, caps, refusals, brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.household_closure import (
    HouseholdClosure,
    close_on_households,
    closed_coefficients,
    type2_multipliers,
    type2_truncated,
)
from visceads.accounts.multiplier import type1_ratio
from visceads.accounts.system import F64, InputOutputTable, build_system, spectral_radius

Maker = Callable[..., InputOutputTable]
Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
NULL = np.nan


def test_miller_blair(one_region: Maker) -> None:
    # Miller and Blair (2009), chapter 2.5: households also buy .05 of their income from households, which our tables
    # do not know. With own purchases d the truncated multipliers are those of C / (1 - d).
    table = one_region(
        np.array([[150.0, 500], [200, 100]]),
        np.array([1000.0, 2000]),
        value_added=np.array([[300.0, 500], [0, 0], [0, 0], [350, 900]]),
    )
    system = build_system(table)
    C = np.array([[0.05], [0.40]])
    closure = HouseholdClosure(("national",), C / (1 - 0.05), np.array([[0.3, 0.25]]), np.array([False]))
    result = type2_multipliers(system, None, closure)
    np.testing.assert_allclose(result.output_truncated, [1.892409, 1.773336], atol=1e-6)
    # The row of households in their inverse is 1 / (1 - d) of the pay that industries alone hand out.
    np.testing.assert_allclose(result.income / 0.95, [0.569849, 0.489050], atol=1e-6)
    np.testing.assert_allclose(result.output_truncated + result.income / 0.95, [2.462258, 2.262386], atol=1e-6)
    np.testing.assert_allclose(result.income_ratio / 0.95, [1.899497, 1.956198], atol=1e-6)
    Abar = np.array([[0.15, 0.25, 0.05], [0.20, 0.05, 0.40], [0.30, 0.25, 0.05]])
    closed = build_system(one_region(Abar, np.ones(3)))
    expected = [
        [1.365086, 0.425260, 0.250904],
        [0.527323, 1.348076, 0.595365],
        [0.569849, 0.489050, 1.288539],
    ]
    np.testing.assert_allclose(closed.leontief_inverse, expected, atol=1e-6)
    assert spectral_radius(Abar) == pytest.approx(0.560018, abs=1e-6)


def test_germany(germany_1995: InputOutputTable) -> None:
    # Worked out twice for the project; W = compensation / output, C = households / 996,900.
    system = build_system(germany_1995)
    closure = close_on_households(system, None, categories=["use1"])
    result = type2_multipliers(system, None, closure)
    np.testing.assert_allclose(
        result.output_truncated, [2.641360, 2.980385, 3.026128, 2.889359, 2.313667, 2.838068], atol=1e-6
    )
    np.testing.assert_allclose(
        result.output_total, [3.346180, 3.837653, 3.938649, 3.857075, 2.854490, 3.936719], atol=1e-6
    )
    np.testing.assert_allclose(result.income, [0.704820, 0.857268, 0.912521, 0.967716, 0.540823, 1.098651], atol=1e-6)
    assert spectral_radius(closed_coefficients(system, closure)) == pytest.approx(0.724694, abs=1e-6)
    assert not closure.capped.any()


def test_netherlands_income_ratios(netherlands_2000: InputOutputTable) -> None:
    system = build_system(netherlands_2000)
    exact = close_on_households(system, None, categories=["use1"])
    np.testing.assert_allclose(
        type2_multipliers(system, None, exact).income_ratio,
        [3.678429, 3.480874, 2.744827, 3.538838, 2.913530, 2.114073],
        atol=1e-6,
    )
    # The published ratios rest on household coefficients rounded to two decimals.
    rounded = replace(exact, C=np.array([[0, 0, 0.08, 0.03, 0, 0.59]]).T)
    ratio = type2_multipliers(system, None, rounded).income_ratio
    np.testing.assert_allclose(ratio, [3.636524, 3.441219, 2.713558, 3.498523, 2.880339, 2.089989], atol=1e-6)
    np.testing.assert_allclose(ratio, [3.6377, 3.4423, 2.7144, 3.4996, 2.8813, 2.0907], rtol=5e-4)


def test_two_provinces(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    closure = close_on_households(system, None, categories=["consumption"])
    assert closure.households == ("P", "Q")
    result = type2_multipliers(system, build_emissions(system, two_provinces_co2), closure)
    expected = {
        "output_truncated": [2.232210, 2.850855, 2.850759, NULL, 3.443705, 3.295790],
        "output_total": [2.787770, 3.445952, 3.624010, NULL, 4.122988, 4.125611],
        "income": [0.555560, 0.595097, 0.773251, NULL, 0.679283, 0.829821],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(result, name), values, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(
        result.co2_truncated_t_per_m_cny / 1e6, [0.282778, 0.166706, 0.136455, NULL, 0.213883, 0.163826], atol=1e-6
    )
    assert result.income_ratio[0] == pytest.approx(0.555560 / (40 / 150), abs=1e-5)
    assert spectral_radius(closed_coefficients(system, closure)) == pytest.approx(0.727866, abs=1e-6)
    assert result.null_reason == (None, None, None, "zero_output", None, None)
    assert np.isnan(type2_multipliers(system, None, closure).co2_truncated_t_per_m_cny).all()


def test_households_that_outspend_their_pay_are_capped(two_provinces: InputOutputTable) -> None:
    demand = two_provinces.final_demand.copy()
    moved = 40.0  # from capital formation of Q to its consumption of its own manufactures
    demand[4, 1] += [moved, -moved]
    system = build_system(replace(two_provinces, final_demand=demand))
    with pytest.raises(AccountsError, match="households of Q consume 105 million yuan and earn 70") as caught:
        close_on_households(system, None, categories=["consumption"])
    assert caught.value.province == "Q"
    closure = close_on_households(system, np.array([9.0, 20.0]), categories=["consumption"])
    np.testing.assert_array_equal(closure.capped, [False, True])
    np.testing.assert_allclose(closure.C.sum(axis=0), [105 / 140, 105 / 125], rtol=1e-12)
    at_par = demand.copy()
    at_par[4, 1, 0] -= 35  # consumption of Q equals its pay: capped too
    par = build_system(replace(two_provinces, final_demand=at_par, x=two_provinces.x - [0, 0, 0, 0, 35, 0]))
    assert close_on_households(par, np.zeros(2), categories=["consumption"]).capped.tolist() == [False, True]


def test_one_household_sector_for_the_nation(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    closure = close_on_households(system, None, categories=["consumption"], closure="nation")
    assert closure.households == ("nation",)
    np.testing.assert_allclose(closure.C[:, 0], np.array([25, 40, 45, 0, 30, 30]) / 210, rtol=1e-12)
    Lbar = np.linalg.inv(np.eye(7) - closed_coefficients(system, closure))
    result = type2_multipliers(system, None, closure)
    active = np.flatnonzero(system.active)
    np.testing.assert_allclose(result.output_truncated[active], Lbar[:6].sum(axis=0)[active], rtol=1e-12)
    np.testing.assert_allclose(result.output_total[active], Lbar.sum(axis=0)[active], rtol=1e-12)


def test_households_without_any_pay_or_spending_add_nothing(two_provinces: InputOutputTable) -> None:
    value_added = two_provinces.value_added.copy()
    value_added[3] += value_added[0]
    value_added[0] = 0
    system = build_system(replace(two_provinces, value_added=value_added))
    closure = close_on_households(system, np.zeros(2), categories=["consumption"])
    result = type2_multipliers(system, None, closure)
    np.testing.assert_allclose(result.output_truncated[0], 1.427541, atol=1e-6)
    np.testing.assert_array_equal(result.income[system.active], 0)
    assert np.isnan(result.income_ratio).all()


@pytest.mark.parametrize(
    ("imports", "categories", "words"),
    [
        (None, ["FU101"], "no final demand category FU101, it has consumption, capital"),
        (np.zeros(3), ["consumption"], r"household imports have the shape \(3,\)"),
        (np.array([0, NULL]), ["consumption"], "household imports of Q are nan"),
        (np.array([-1.0, 0]), ["consumption"], "household imports of P are -1.0"),
    ],
)
def test_wrong_input_is_refused(
    two_provinces: InputOutputTable, imports: F64 | None, categories: list[str], words: str
) -> None:
    with pytest.raises(AccountsError, match=words):
        close_on_households(build_system(two_provinces), imports, categories)


@pytest.mark.parametrize(
    ("field", "place", "words"),
    [
        ("value_added", (0, 4), "compensation of employees of Q manufacturing is -3 million yuan"),
        ("final_demand", (4, 0, 0), "household consumption of Q manufacturing is -3 million yuan"),
    ],
)
def test_negative_pay_and_consumption_are_refused(
    two_provinces: InputOutputTable, field: str, place: tuple, words: str
) -> None:
    array = getattr(two_provinces, field).copy()
    array[place] = -3
    system = build_system(replace(two_provinces, **{field: array}))
    with pytest.raises(AccountsError, match=words) as caught:
        close_on_households(system, None, categories=["consumption"])
    assert (caught.value.province, caught.value.sector) == ("Q", "manufacturing")


def test_an_unknown_closure_is_refused(two_provinces: InputOutputTable) -> None:
    with pytest.raises(AccountsError, match="no household closure 'region'; choose one of province, nation"):
        close_on_households(build_system(two_provinces), None, ["consumption"], "region")


def test_spending_that_never_dies_out_is_refused(one_region: Maker) -> None:
    # All value added is pay, all pay is spent inside: Abar has a spectral radius of 1.
    table = one_region(np.zeros((2, 2)), np.ones(2), value_added=np.array([[1.0, 1], [0, 0], [0, 0], [0, 0]]))
    with pytest.raises(
        AccountsError, match=r"not productive: induced spending .* households of national spend, 1 come"
    ):
        close_on_households(build_system(table), np.zeros(1), categories=["use1"])


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 4), sectors=st.integers(2, 8))
def test_equals_the_inverse_of_the_large_matrix(random_table: Random, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    pay = np.abs(table.value_added[:1])
    system = build_system(replace(table, value_added=np.vstack([pay, table.value_added[1:]])))
    emissions = build_emissions(system, co2)
    closure = close_on_households(system, np.full(provinces, 0.5), categories=["consumption"])
    Abar, n = closed_coefficients(system, closure), len(table.x)
    assert spectral_radius(Abar) < 1
    Lbar = np.linalg.inv(np.eye(n + provinces) - Abar)
    q = np.vstack([np.ones(n), emissions.f])
    truncated = type2_truncated(system, closure, q)
    np.testing.assert_allclose(truncated, q @ Lbar[:n, :n], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(type2_truncated(system, closure, q[1]), truncated[1], rtol=1e-12, atol=1e-15)
    result = type2_multipliers(system, emissions, closure)
    a = np.flatnonzero(system.active)
    np.testing.assert_allclose(result.output_total[a], Lbar[:, :n].sum(axis=0)[a], rtol=1e-9)
    np.testing.assert_allclose(result.income[a], Lbar[n:, :n].sum(axis=0)[a], rtol=1e-9, atol=1e-12)
    simple = type1_ratio(system, system.coefficients(system.value_added[0]))
    shown = ~np.isnan(simple)
    assert (result.income_ratio[shown] >= simple[shown] * (1 - 1e-12)).all()
