"""Production layers: the two-province example, brute force, what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.footprint import province_footprints
from visceads.accounts.production_layer import production_layers, province_production_layers
from visceads.accounts.system import F64, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]


def test_two_provinces(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    # Worked out for the project, six decimals.
    system = build_system(two_provinces)
    emissions = build_emissions(system, two_provinces_co2)
    layers = province_production_layers(system, emissions)
    assert layers.demands == ("P", "Q", "all")
    expected = [
        [11.6, 7.425, 3.407444, 1.576483, 0.736206],
        [8.5, 7.522, 3.687356, 1.756127, 0.830260],
        [25.4, 17.256667, 8.137056, 3.818641, 1.794594],
    ]
    np.testing.assert_allclose(layers.layer_mt[:5].T, expected, atol=1e-6)
    assert layers.layer_mt.shape == (11, 3)
    np.testing.assert_allclose(layers.total_mt[:2], province_footprints(system, emissions).consumption_mt, rtol=1e-12)
    assert layers.total_mt[2] == pytest.approx(58, rel=1e-12)
    np.testing.assert_allclose(layers.cumulative_share[0], [0.456756, 0.369003, 25.4 / 58], atol=1e-6)


def test_a_demand_without_co2_has_no_shares(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    layers = production_layers(system, build_emissions(system, np.zeros(6)), system.demand)
    assert (layers.layer_mt == 0).all()
    assert layers.rest_mt == 0
    assert np.isnan(layers.cumulative_share).all()


def test_one_layer_leaves_the_rest(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    layers = production_layers(system, build_emissions(system, two_provinces_co2), system.demand, last_layer=0)
    np.testing.assert_allclose(layers.rest_mt, [58 - 25.4], rtol=1e-12)


@pytest.mark.parametrize(
    ("demand", "last_layer", "words"),
    [
        (np.ones(5), 10, "demand has the shape"),
        (np.ones((6, 2, 2)), 10, "demand has the shape"),
        (np.array([1.0, np.nan, 1, 1, 1, 1]), 10, "demand of P manufacturing holds nan"),
        (np.ones(6), -1, "the last production layer is -1"),
    ],
)
def test_refusals(
    two_provinces: InputOutputTable, two_provinces_co2: F64, demand: F64, last_layer: int, words: str
) -> None:
    system = build_system(two_provinces)
    with pytest.raises(AccountsError, match=words):
        production_layers(system, build_emissions(system, two_provinces_co2), demand, last_layer)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 4), sectors=st.integers(2, 8), last=st.integers(0, 12))
def test_layers_are_powers_and_add_up(random_table: Random, seed: int, provinces: int, sectors: int, last: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    emissions = build_emissions(system, co2)
    layers = production_layers(system, emissions, system.Y, last)
    power = np.linalg.matrix_power(system.A, last)
    np.testing.assert_allclose(layers.layer_mt[last], emissions.f @ power @ system.Y, rtol=1e-10, atol=1e-14)
    sums = layers.layer_mt.sum(axis=0) + layers.rest_mt
    np.testing.assert_allclose(sums, layers.total_mt, rtol=1e-11, atol=1e-12 * np.abs(layers.total_mt).max())
