"""The Ghosh model: Germany 1995, the two-province example, brute force on random tables, nulls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import build_emissions
from visceads.accounts.ghosh import allocation_coefficients, downstream_multipliers, enabled, ghosh_inverse
from visceads.accounts.inverse_identity import inverse_residuals
from visceads.accounts.system import F64, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
NULL = np.nan


def test_germany_ghosh_inverse(germany_1995: InputOutputTable) -> None:
    # Eurostat Manual (2008), chapter 15: first column and one allocation coefficient with four decimals.
    system = build_system(germany_1995)
    G = ghosh_inverse(system)
    np.testing.assert_allclose(G[:, 0], [1.0339, 0.0118, 0.0037, 0.0103, 0.0117, 0.0043], atol=0.6e-4)
    assert allocation_coefficients(system)[4, 0] == pytest.approx(0.0053, abs=0.6e-4)
    expected = [
        [1.033872, 0.861149, 0.056056, 0.062553, 0.047710, 0.051266],
        [0.011782, 1.429152, 0.090131, 0.071032, 0.038255, 0.050608],
        [0.003701, 0.083892, 1.028938, 0.046356, 0.141080, 0.051799],
        [0.010319, 0.242648, 0.048398, 1.178400, 0.045606, 0.059480],
        [0.011680, 0.322837, 0.088790, 0.174602, 1.412562, 0.093237],
        [0.004271, 0.062618, 0.010507, 0.035122, 0.046577, 1.051495],
    ]
    np.testing.assert_allclose(G, expected, atol=1e-6)


def test_germany_downstream(germany_1995: InputOutputTable, germany_1995_co2: F64) -> None:
    system = build_system(germany_1995)
    result = downstream_multipliers(system, build_emissions(system, germany_1995_co2))
    np.testing.assert_allclose(result.output, [2.112605, 1.690961, 1.355765, 1.584850, 2.103708, 1.210591], atol=1e-6)
    np.testing.assert_allclose(
        result.co2_t_per_m_cny / 1e6, [0.705551, 0.758662, 0.101824, 0.289407, 0.219729, 0.094875], atol=1e-6
    )


def test_two_provinces(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    result = downstream_multipliers(system, build_emissions(system, two_provinces_co2))
    np.testing.assert_allclose(result.output, [2.259647, 1.813265, 1.876703, NULL, 1.850241, 1.954573], atol=1e-6)
    np.testing.assert_allclose(
        result.co2_t_per_m_cny / 1e6, [0.265750, 0.080271, 0.061328, NULL, 0.090921, 0.065326], atol=1e-6
    )
    np.testing.assert_allclose(result.income_mt, [26.574993, 8.027062, 4.906280, NULL, 3.636830, 4.899433], atol=1e-6)
    assert np.nansum(result.import_enabled_mt) == pytest.approx(9.955403, abs=1e-6)
    assert np.nansum(result.income_mt + result.import_enabled_mt) == pytest.approx(58, rel=1e-12)
    assert result.null_reason == (None, None, None, "zero_output", None, None)


def test_nulls(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    partly = build_emissions(system, np.array([30.0, 12, 0, NULL, NULL, NULL]), ["services"])
    result = downstream_multipliers(system, partly)
    assert result.null_reason == (None, None, "no_inventory_row", "zero_output", "no_inventory", "no_inventory")
    for values in (result.co2_t_per_m_cny, result.income_mt, result.import_enabled_mt):
        np.testing.assert_array_equal(np.isnan(values), [False, False, True, True, True, True])
    np.testing.assert_array_equal(np.isnan(result.output), ~system.active)
    without = downstream_multipliers(system, None)
    assert np.isnan(without.income_mt).all()
    np.testing.assert_array_equal(without.output, result.output)


def test_tiny_output_empties_the_intensity_not_the_amount(one_region: Callable[..., InputOutputTable]) -> None:
    system = build_system(one_region(np.zeros((2, 2)), np.array([0.05, 1.0]), value_added=np.full((4, 2), 0.01)))
    result = downstream_multipliers(system, build_emissions(system, np.array([0.002, 0.0])))
    assert result.null_reason == ("tiny_output", None)
    assert np.isnan(result.co2_t_per_m_cny[0])
    assert result.income_mt[0] == pytest.approx(0.04 * 0.002 / 0.05, rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 5), sectors=st.integers(2, 12))
def test_equals_the_inverse_of_the_allocation_coefficients(
    random_table: Random, seed: int, provinces: int, sectors: int
) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    emissions = build_emissions(system, co2)
    brute = np.linalg.inv(np.eye(len(table.x)) - allocation_coefficients(system))
    np.testing.assert_allclose(ghosh_inverse(system), brute, rtol=1e-9, atol=1e-12)
    q = np.vstack([system.active, emissions.f])
    np.testing.assert_allclose(enabled(system, q), (q @ brute.T) * system.active, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(enabled(system, q[1]), enabled(system, q)[1], rtol=1e-12)
    result = downstream_multipliers(system, emissions)
    # Primary inputs valued with what they enable are all CO2 that outputs carry.
    total = np.nansum(result.income_mt + result.import_enabled_mt)
    assert total == pytest.approx(co2[system.active].sum(), rel=1e-9)
    # Supply model: x' = (value added + imports)'G.
    np.testing.assert_allclose((system.value_added_total + system.imports) @ brute, system.x, rtol=1e-9)
    assert max(inverse_residuals(system).values()) < 1e-10


def test_a_wrong_inverse_shows_in_the_residuals(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    wrong = system.leontief_inverse.copy()
    wrong[0, 0], wrong[0, 1] = 0.9, -0.1
    vars(system)["leontief_inverse"] = wrong
    residuals = inverse_residuals(system)
    assert residuals["leontief_diagonal"] == pytest.approx(0.1)
    assert residuals["leontief_negative"] == pytest.approx(0.1)
    assert min(residuals["leontief_rows"], residuals["leontief_columns"]) > 1e-3
