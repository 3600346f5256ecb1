"""Structural decomposition: the two-province example, all 120 orders, exact sums, nulls and refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.footprint import province_footprints
from visceads.accounts.structural_decomposition import (
    FORMS,
    Period,
    structural_decomposition,
    technology_by_purchaser,
)
from visceads.accounts.system import F64, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
P_SOLD = 2  # services of P


def rebuilt(table: InputOutputTable, A: F64) -> InputOutputTable:
    """The table that other coefficients and its own demand make."""
    y = table.final_demand.sum(axis=(1, 2)) + table.exports + table.error
    x = np.linalg.solve(np.eye(len(y)) - A, y)
    return replace(table, x=x, Z=A * x)


@pytest.fixture
def periods(two_provinces: InputOutputTable, two_provinces_co2: F64) -> tuple[Period, Period]:
    """The example: other inputs, intensities, demands and persons in the second year."""
    first = build_system(two_provinces)
    final = two_provinces.final_demand.copy()
    final[:, 0] *= 1.5
    final[P_SOLD, 0] *= 2 / 1.5
    final[:, 1] *= 1.2
    A = first.A.copy()
    A[0, 1] *= 0.75
    second = build_system(rebuilt(replace(two_provinces, final_demand=final), A))
    f = build_emissions(first, two_provinces_co2).f * np.array([0.8, 0.9, 0.9, 0.9, 0.9, 0.9])
    return (
        Period(first, build_emissions(first, two_provinces_co2), np.array([10.0, 8])),
        Period(second, build_emissions(second, f * second.x), np.array([11.0, 8])),
    )


def test_two_provinces(periods: tuple[Period, Period]) -> None:
    # Worked out for the project, six decimals.
    result = structural_decomposition(*periods)
    np.testing.assert_allclose(result.start_mt.sum(axis=0)[:2], [25.396492, 23.035007], atol=1e-6)
    np.testing.assert_allclose(result.end_mt.sum(axis=0)[:2], [32.810199, 22.866482], atol=1e-6)
    expected = {
        "polar_a": [-5.825446, -1.800330, -1.699113, 14.198948, 2.539649],
        "polar_b": [-3.897371, -0.931903, -0.791208, 10.051443, 2.982745],
        "polar_mean": [-4.861408, -1.366117, -1.245161, 12.125196, 2.761197],
        "dl_mean": [-4.869312, -1.322957, -1.183167, 11.989776, 2.799367],
    }
    for form, effects in expected.items():
        np.testing.assert_allclose(result.by_destination(form)[:, 0], effects, atol=1e-6, err_msg=form)
    of_q = {
        "dl_mean": [-3.584810, -0.787573, 0, 4.203858, 0],
        "polar_mean": [-3.579627, -0.797939, 0, 4.209041, 0],
    }
    for form, effects in of_q.items():
        np.testing.assert_allclose(result.by_destination(form)[:, 1], effects, atol=1e-6, err_msg=form)
    assert result.destinations == ("P", "Q", "EX", "ERR")
    # The error (2 and -2) has no volume: all its change would count as mix.
    assert result.demand_flag == (None, None, None, "zero_volume")
    np.testing.assert_array_equal(result.by_destination("dl_mean")[2:, 3], 0)
    np.testing.assert_array_equal(result.by_destination("dl_mean")[4, 2:], 0)  # exports have no population


def test_origins_and_destinations_are_the_accounts(periods: tuple[Period, Period]) -> None:
    result = structural_decomposition(*periods)
    for period, co2 in zip(periods, (result.start_mt, result.end_mt), strict=True):
        accounts = province_footprints(period.system, period.emissions)
        np.testing.assert_allclose(co2.sum(axis=0)[:2], accounts.consumption_mt, rtol=1e-12)
        np.testing.assert_allclose(co2.sum(axis=1), accounts.production_mt - accounts.stranded_mt, rtol=1e-12)
    for form in FORMS:
        change = (result.end_mt - result.start_mt).sum(axis=1)
        np.testing.assert_allclose(result.by_origin(form).sum(axis=0), change, atol=1e-12)


def test_deflating_leaves_footprints_as_they_are(periods: tuple[Period, Period]) -> None:
    first, second = periods
    current = structural_decomposition(first, second)
    real = structural_decomposition(replace(first, deflator=np.ones(2)), replace(second, deflator=np.array([1.1, 1.3])))
    np.testing.assert_allclose(real.end_mt, current.end_mt, rtol=1e-12)
    np.testing.assert_allclose(real.start_mt, current.start_mt, rtol=1e-12)
    # Prices rose: in constant prices intensity fell less and volume grew less.
    before, after = current.by_destination("dl_mean"), real.by_destination("dl_mean")
    assert (after[0, :2] > before[0, :2]).all()
    assert (after[3, :2] < before[3, :2]).all()
    by_purchaser = technology_by_purchaser(
        replace(first, deflator=np.ones(2)), replace(second, deflator=np.array([1.1, 1.3]))
    )
    np.testing.assert_allclose(by_purchaser.sum(axis=0), after[1], atol=1e-11)


def test_only_one_purchaser_changed_its_technology(periods: tuple[Period, Period]) -> None:
    for form in FORMS:
        parts = technology_by_purchaser(*periods, form)
        assert (parts[[0, 2, 3, 4, 5]] == 0).all()
        np.testing.assert_allclose(
            parts.sum(axis=0), structural_decomposition(*periods).by_destination(form)[1], atol=1e-12
        )


def test_an_unknown_form_is_refused(periods: tuple[Period, Period]) -> None:
    with pytest.raises(AccountsError, match="no form 'mean'"):
        technology_by_purchaser(*periods, "mean")


@pytest.mark.parametrize(("also_first", "reason"), [(True, "no_inventory"), (False, "no_inventory_in_one")])
def test_a_province_without_co2_is_null_and_counts_as_zero_in_both(
    periods: tuple[Period, Period], also_first: bool, reason: str
) -> None:
    first, second = periods

    def without_q(period: Period) -> Period:
        co2 = period.emissions.co2.copy()
        co2[3:] = np.nan
        return replace(period, emissions=build_emissions(period.system, co2))

    result = structural_decomposition(without_q(first) if also_first else first, without_q(second))
    assert result.null_reason == (None, reason)
    assert np.isnan(result.start_mt[1]).all()
    assert np.isnan(result.by_origin("dl_mean")[:, 1]).all()
    # 21.682086 Mt of what P consumes were emitted in P (the example's case without inventory of Q).
    change = np.nansum(result.end_mt - result.start_mt, axis=0)
    assert np.nansum(result.start_mt[:, 0]) == pytest.approx(21.682086, abs=1e-6)
    for form in FORMS:
        np.testing.assert_allclose(result.by_destination(form).sum(axis=0), change, atol=1e-12)


def test_a_sector_covered_in_one_table_only_is_excluded_from_both(periods: tuple[Period, Period]) -> None:
    first, second = periods
    co2 = second.emissions.co2.copy()
    co2[[2, 5]] = np.nan  # services: no row of the second inventory covers them
    fewer = replace(second, emissions=build_emissions(second.system, co2, ("services",)))
    result = structural_decomposition(first, fewer)
    assert result.excluded == (("P", "services"), ("Q", "services"))
    total = first.emissions.co2[[0, 1, 4]].sum()
    assert result.start_mt.sum() == pytest.approx(total, rel=1e-12)


def test_sectors_that_appear_and_demands_that_begin(periods: tuple[Period, Period]) -> None:
    # Energy of Q begins to sell to final demand of Q; exports begin too.
    first, second = periods
    final = second.system.final_demand.copy()
    final[3, 1, 0] = 12.0
    begun = build_system(rebuilt(replace(as_table(second), final_demand=final), second.system.A))
    idle = build_system(rebuilt(replace(as_table(first), exports=np.zeros(6)), first.system.A))
    f = second.emissions.f + np.array([0, 0, 0, 0.1, 0, 0])
    result = structural_decomposition(
        replace(first, system=idle, emissions=build_emissions(idle, first.emissions.f * idle.x)),
        replace(second, system=begun, emissions=build_emissions(begun, f * begun.x)),
    )
    assert result.sector_flag == (None, None, None, "appears", None, None)
    assert result.demand_flag[2] is None
    change = (result.end_mt - result.start_mt).sum(axis=0)
    for form in FORMS:
        effects = result.by_destination(form)
        np.testing.assert_allclose(effects.sum(axis=0), change, atol=1e-12)
        assert effects[2, 2] == 0  # exports had no mix before, so theirs did not change
    assert change[2] > 0


def as_table(period: Period) -> InputOutputTable:
    names = InputOutputTable.__dataclass_fields__
    return InputOutputTable(**{name: getattr(period.system, name) for name in names})


def test_refusals(periods: tuple[Period, Period], two_provinces: InputOutputTable) -> None:
    first, second = periods
    swapped = {"energy": "services", "services": "energy", "manufacturing": "manufacturing"}
    renamed = tuple((province, swapped[sector]) for province, sector in two_provinces.labels)
    moved = replace(second, system=build_system(replace(as_table(second), labels=renamed)))
    with pytest.raises(AccountsError, match="first table has P energy the second has P services"):
        structural_decomposition(first, moved)
    short = build_system(one_sector())
    with pytest.raises(AccountsError, match="6 and 1 sectors"):
        structural_decomposition(first, replace(second, system=short))
    cases = [
        (replace(second, population=np.ones(3)), "population has the shape"),
        (replace(second, population=np.array([1.0, 0])), "population of Q is 0"),
        (replace(second, population=np.array([np.nan, 1])), "population of P is nan"),
        (replace(second, deflator=np.ones(2)), "only one of the two tables has a deflator"),
    ]
    for wrong, words in cases:
        with pytest.raises(AccountsError, match=words):
            structural_decomposition(first, wrong)
    with pytest.raises(AccountsError, match="deflator of P is -1"):
        structural_decomposition(replace(first, deflator=np.array([-1.0, 1])), replace(second, deflator=np.ones(2)))


def one_sector() -> InputOutputTable:
    return InputOutputTable(
        labels=(("P", "energy"),),
        categories=("consumption",),
        Z=np.array([[0.5]]),
        x=np.ones(1),
        final_demand=np.full((1, 1, 1), 0.5),
        exports=np.zeros(1),
        error=np.zeros(1),
        imports=np.zeros(1),
        value_added=np.zeros((4, 1)),
    )


def mean_over_all_orders(first: Period, second: Period) -> F64:
    """Effects on the first province's consumption, every order in which the factors can change taken once."""
    values = []
    for period in (first, second):
        Y = period.system.Y[:, 0]
        volume = Y.sum()
        L = np.linalg.inv(np.eye(len(Y)) - period.system.A)
        values.append((period.emissions.f, L, Y / volume, volume / period.population[0], period.population[0]))
    effects = np.zeros(5)
    for order in permutations(range(5)):
        now = list(values[0])
        co2 = now[0] @ now[1] @ now[2] * now[3] * now[4]
        for factor in order:
            now[factor] = values[1][factor]
            after = now[0] @ now[1] @ now[2] * now[3] * now[4]
            effects[factor] += after - co2
            co2 = after
    return effects / 120


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31), provinces=st.integers(1, 3), sectors=st.integers(2, 6))
def test_dl_mean_is_the_mean_of_all_orders_and_every_form_adds_up(
    random_table: Random, seed: int, provinces: int, sectors: int
) -> None:
    periods = []
    for year in (0, 1):
        table, co2 = random_table(seed + year, provinces, sectors)
        system = build_system(table)
        people = np.random.default_rng(seed + year).uniform(1, 9, provinces)
        periods.append(Period(system, build_emissions(system, co2), people))
    result = structural_decomposition(periods[0], periods[1])
    change = result.end_mt - result.start_mt
    scale = np.nansum(result.start_mt) + np.nansum(result.end_mt) + 1e-9
    for form in FORMS:
        np.testing.assert_allclose(result.effect_mt[form].sum(axis=0), change, rtol=0, atol=1e-9 * scale)
    # The random emissions may leave a province without any CO2, never without data.
    expected = mean_over_all_orders(periods[0], periods[1])
    np.testing.assert_allclose(result.by_destination("dl_mean")[:, 0], expected, rtol=1e-9, atol=1e-10 * scale)


def test_the_order_of_provinces_does_not_matter(periods: tuple[Period, Period], permuted: Callable) -> None:
    moved = []
    for period in periods:
        table, old, order = permuted(as_table(period), 3)  # this seed swaps the two
        assert order.tolist() == [1, 0]
        system = build_system(table)
        emissions = build_emissions(system, period.emissions.co2[old])
        moved.append(Period(system, emissions, period.population[order]))
    before, after = structural_decomposition(*periods), structural_decomposition(*moved)
    for form in FORMS:
        swapped = after.effect_mt[form][:, [1, 0]][:, :, [1, 0, 2, 3]]
        np.testing.assert_allclose(swapped, before.effect_mt[form], atol=1e-12)
