"""Linkages: Germany 1995, the two-province example, key sectors at the boundary, nulls, invariants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.ghosh import downstream_multipliers
from visceads.accounts.linkage import Co2Linkages, co2_linkages, key_sector_class, linkages
from visceads.accounts.multiplier import multipliers
from visceads.accounts.system import F64, InputOutputSystem, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
Permuted = Callable[[InputOutputTable, int], tuple[InputOutputTable, np.ndarray, np.ndarray]]
Scaled = Callable[[InputOutputTable, float], InputOutputTable]
Maker = Callable[..., InputOutputTable]
NULL = np.nan


def in_co2(system: InputOutputSystem, emissions: Emissions) -> Co2Linkages:
    return co2_linkages(system, multipliers(system, emissions), downstream_multipliers(system, emissions))


def test_germany(germany_1995: InputOutputTable) -> None:
    # Backward and Ghosh forward: Eurostat Manual (2008), chapter 15; the others worked out twice for the project.
    result = linkages(build_system(germany_1995))
    expected = {
        "backward": [1.704838, 1.841299, 1.813627, 1.603518, 1.595054, 1.378247],
        "ghosh_forward": [2.112605, 1.690961, 1.355765, 1.584850, 2.103708, 1.210591],
        "backward_coefficient_of_variation": [1.336714, 1.806968, 1.274440, 1.699873, 2.114425, 1.764364],
        "forward_coefficient_of_variation": [2.295352, 1.281148, 2.107392, 1.637951, 1.240949, 2.044785],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(result, name), values, atol=1e-6, err_msg=name)
    normalised = {
        "power_of_dispersion": [1.029431, 1.111830, 1.095121, 0.968251, 0.963140, 0.832226],
        "sensitivity_of_dispersion": [0.659055, 1.463607, 0.703366, 0.985343, 1.452189, 0.736440],
        "ghosh_forward": [1.260194, 1.008678, 0.808730, 0.945381, 1.254886, 0.722131],
    }
    for scope in (result.nation, result.province):  # one region: the province is the nation
        for name, values in normalised.items():
            np.testing.assert_allclose(getattr(scope, name), values, atol=1e-6, err_msg=name)
        assert scope.key_sector_class == ("key", "key", "backward", "weak", "forward", "weak")


def test_two_provinces_in_money(two_provinces: InputOutputTable) -> None:
    result = linkages(build_system(two_provinces))
    np.testing.assert_allclose(result.backward, [1.427541, 1.980936, 1.732893, NULL, 2.357236, 1.919152], atol=1e-6)
    np.testing.assert_allclose(
        result.ghosh_forward, [2.259647, 1.813265, 1.876703, NULL, 1.850241, 1.954573], atol=1e-6
    )
    nation = {
        "power_of_dispersion": [0.757899, 1.051703, 0.920013, NULL, 1.251485, 1.018901],
        "sensitivity_of_dispersion": [1.024639, 1.160649, 0.879509, NULL, 0.996201, 0.939002],
        "ghosh_forward": [1.158267, 0.929457, 0.961975, NULL, 0.948411, 1.001890],
    }
    for name, values in nation.items():
        np.testing.assert_allclose(getattr(result.nation, name), values, atol=1e-6, err_msg=name)
    assert result.nation.key_sector_class == ("forward", "backward", "weak", None, "backward", "key")
    np.testing.assert_allclose(
        result.backward_coefficient_of_variation,
        [1.614735, 1.328543, 1.378696, NULL, 1.040310, 1.282277],
        atol=1e-6,
    )
    np.testing.assert_allclose(
        result.forward_coefficient_of_variation,
        [1.058793, 1.158266, 1.461711, NULL, 1.446689, 1.450508],
        atol=1e-6,
    )
    assert result.null_reason == (None, None, None, "zero_output", None, None)


def test_two_provinces_normalised_within_each_province(two_provinces: InputOutputTable) -> None:
    province = linkages(build_system(two_provinces)).province
    mean_p, mean_q = (1.427541 + 1.980936 + 1.732893) / 3, (2.357236 + 1.919152) / 2
    np.testing.assert_allclose(
        province.power_of_dispersion,
        [1.427541 / mean_p, 1.980936 / mean_p, 1.732893 / mean_p, NULL, 2.357236 / mean_q, 1.919152 / mean_q],
        atol=1e-6,
    )
    assert province.key_sector_class == ("forward", "backward", "backward", None, "backward", "forward")


def test_two_provinces_in_co2(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    result = in_co2(system, build_emissions(system, two_provinces_co2))
    m = np.array([0.232700, 0.112545, 0.066893, NULL, 0.145974, 0.077651])
    enabled = np.array([0.265750, 0.080271, 0.061328, NULL, 0.090921, 0.065326])
    np.testing.assert_allclose(result.backward_t_per_m_cny / 1e6, m, atol=1e-6)
    np.testing.assert_allclose(result.forward_t_per_m_cny / 1e6, enabled, atol=1e-6)
    np.testing.assert_allclose(result.nation.backward, m / np.nanmean(m), atol=1e-5)
    np.testing.assert_allclose(result.nation.forward, enabled / np.nanmean(enabled), atol=1e-5)
    assert result.nation.key_sector_class == ("key", "weak", "weak", None, "backward", "weak")
    np.testing.assert_allclose(result.province.backward[:3], (m / m[:3].mean())[:3], atol=1e-5)
    np.testing.assert_allclose(result.province.forward[4:], (enabled / enabled[4:].mean())[4:], atol=1e-5)
    assert result.province.key_sector_class == ("key", "weak", "weak", None, "key", "weak")


def test_sectors_without_co2_data_stand_in_no_mean(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    result = in_co2(system, build_emissions(system, np.array([30.0, 12, 3, NULL, NULL, NULL])))
    assert result.null_reason == (None, None, None, "zero_output", "no_inventory", "no_inventory")
    assert np.isnan(result.nation.backward[3:]).all()
    # What is published averages to 1: a reader can check it.
    assert np.nanmean(result.nation.backward) == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(result.nation.backward[:3], result.province.backward[:3], rtol=1e-12)
    assert result.nation.key_sector_class[3:] == (None, None, None)


def test_a_table_without_any_co2_has_no_normalised_linkage(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    result = in_co2(system, build_emissions(system, np.zeros(6)))
    assert np.isnan(result.nation.backward).all()
    assert np.isnan(result.province.forward).all()
    assert set(result.nation.key_sector_class) == {None}


def test_exactly_average_is_not_above_average(one_region: Maker) -> None:
    # A circulant table: all sectors are alike, every normalised linkage is 1 but for the last digits.
    a = np.array([0.1, 0.23, 0.07, 0.31, 0.013])
    A = np.array([np.roll(a, shift) for shift in range(5)])
    result = linkages(build_system(one_region(A, np.ones(5))))
    np.testing.assert_allclose(result.nation.power_of_dispersion, 1, atol=1e-14)
    assert set(result.nation.key_sector_class) == {"weak"}
    assert key_sector_class(np.array([1.0, 1.1, 1.0, NULL]), np.array([1.0, 1.0, 1.1, 2.0])) == (
        "weak",
        "backward",
        "forward",
        None,
    )


def test_one_active_sector_has_no_spread(one_region: Maker) -> None:
    result = linkages(build_system(one_region(np.array([[0.5, 0.0], [0.0, 0.0]]), np.array([1.0, 0.0]))))
    np.testing.assert_array_equal(result.backward, [2, NULL])
    np.testing.assert_array_equal(result.nation.power_of_dispersion, [1, NULL])
    assert np.isnan(result.backward_coefficient_of_variation).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 4), sectors=st.integers(2, 10))
def test_invariants(random_table: Random, permuted: Permuted, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    result = linkages(system)
    a = system.active
    L = np.linalg.inv(np.eye(len(table.x)) - system.A)[np.ix_(a, a)]
    np.testing.assert_allclose(result.nation.power_of_dispersion[a], a.sum() * L.sum(axis=0) / L.sum(), rtol=1e-9)
    np.testing.assert_allclose(result.nation.sensitivity_of_dispersion[a], a.sum() * L.sum(axis=1) / L.sum(), rtol=1e-9)
    spread = np.sqrt(((L - L.mean(axis=0)) ** 2).sum(axis=0) / (a.sum() - 1))
    np.testing.assert_allclose(result.backward_coefficient_of_variation[a], spread / L.mean(axis=0), rtol=1e-9)
    for r in range(provinces):
        block = result.province.power_of_dispersion[system.block(r)]
        if not np.isnan(block).all():
            assert np.nanmean(block) == pytest.approx(1, abs=1e-12)
    moved, k, _ = permuted(table, seed)
    after = linkages(build_system(moved))
    for name in ("power_of_dispersion", "sensitivity_of_dispersion", "ghosh_forward"):
        for scope in ("nation", "province"):
            before_values = getattr(getattr(result, scope), name)
            np.testing.assert_allclose(getattr(getattr(after, scope), name), before_values[k], rtol=1e-9)
    again = build_system(moved)
    np.testing.assert_allclose(
        in_co2(again, build_emissions(again, co2[k])).nation.forward,
        in_co2(system, build_emissions(system, co2)).nation.forward[k],
        rtol=1e-9,
    )


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), factor=st.sampled_from([1e2, 1e4, 7.3]))
def test_the_unit_of_money_does_not_matter(random_table: Random, scaled: Scaled, seed: int, factor: float) -> None:
    table, co2 = random_table(seed, 2, 6)
    first, second = build_system(table), build_system(scaled(table, factor))
    before, after = linkages(first), linkages(second)
    np.testing.assert_allclose(after.ghosh_forward, before.ghosh_forward, rtol=1e-9)
    np.testing.assert_allclose(after.backward, before.backward, rtol=1e-9)
    co2_before, co2_after = (in_co2(s, build_emissions(s, co2)).nation for s in (first, second))
    np.testing.assert_allclose(co2_after.backward, co2_before.backward, rtol=1e-9)
