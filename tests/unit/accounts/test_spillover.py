"""Own and other provinces: the two-province example, brute force, nulls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import build_emissions
from visceads.accounts.inverse_identity import split_residuals
from visceads.accounts.multiplier import fuel_group_intensities, multipliers
from visceads.accounts.spillover import split_by_province, split_multipliers
from visceads.accounts.system import F64, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
NULL = np.nan


def test_two_provinces(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    result = split_multipliers(system, build_emissions(system, two_provinces_co2))
    expected = {
        "output_closed": [1.242582, 1.644909, 1.502492, NULL, 1.520619, 1.443299],
        "output_feedback": [0.051004, 0.096398, 0.063812, NULL, 0.090012, 0.050952],
        "output_other_province": [0.133955, 0.239629, 0.166589, NULL, 0.746605, 0.424901],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(result, name), values, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(
        result.co2_own_province_t_per_m_cny / 1e6, [0.227931, 0.103431, 0.060918, NULL, 0.072402, 0.036934], atol=1e-6
    )
    np.testing.assert_allclose(
        result.value_added_own_province + result.value_added_other_province,
        [0.859591, 0.769655, 0.863964, NULL, 0.776185, 0.889088],
        atol=1e-6,
    )
    assert result.null_reason == (None, None, None, "zero_output", None, None)


def test_one_region_has_no_others(germany_1995: InputOutputTable, germany_1995_co2: F64) -> None:
    system = build_system(germany_1995)
    result = split_multipliers(system, build_emissions(system, germany_1995_co2))
    np.testing.assert_array_equal(result.output_other_province, 0)
    np.testing.assert_array_equal(result.output_feedback, 0)
    np.testing.assert_array_equal(result.co2_other_province_t_per_m_cny, 0)


def test_co2_is_null_where_the_province_has_no_inventory(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    result = split_multipliers(system, build_emissions(system, np.array([30.0, 12, 3, NULL, NULL, NULL])))
    np.testing.assert_array_equal(
        np.isnan(result.co2_other_province_t_per_m_cny), [False, False, False, True, True, True]
    )
    np.testing.assert_array_equal(result.co2_other_province_t_per_m_cny[:3], 0)  # Q counts as 0 in sums over all
    assert np.isnan(split_multipliers(system, None).co2_own_province_t_per_m_cny).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 5), sectors=st.integers(2, 9))
def test_parts_equal_the_blocks_of_the_inverse(random_table: Random, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    emissions = build_emissions(system, co2)
    q = np.vstack([np.ones(len(table.x)), emissions.f])
    parts = split_by_province(system, q)
    L = np.linalg.inv(np.eye(len(table.x)) - system.A)
    for r in range(provinces):
        b = system.block(r)
        np.testing.assert_allclose(parts.own[:, b], q[:, b] @ L[b, b], rtol=1e-9, atol=1e-12)
        alone = np.linalg.inv(np.eye(sectors) - system.A[b, b])
        np.testing.assert_allclose(parts.closed[:, b], q[:, b] @ alone, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(parts.own + parts.other, q @ L, rtol=1e-9, atol=1e-12)
    assert min(parts.feedback.min(), parts.other.min()) >= 0
    np.testing.assert_array_equal(split_by_province(system, q[1]).other.shape, q[1].shape)
    groups = fuel_group_intensities(system, emissions, {"coal": 0.6 * emissions.co2, "oil": 0.4 * emissions.co2})
    residuals = split_residuals(multipliers(system, emissions), split_multipliers(system, emissions), groups)
    assert max(residuals.values()) < 1e-12


def test_parts_that_do_not_add_up_show_in_the_residuals(
    two_provinces: InputOutputTable, two_provinces_co2: F64
) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, two_provinces_co2)
    clean = build_emissions(system, two_provinces_co2 / 2)
    residuals = split_residuals(multipliers(system, emissions), split_multipliers(system, clean))
    assert residuals["output_split"] < 1e-12
    assert residuals["co2_split"] == pytest.approx(0.5, rel=1e-9)
