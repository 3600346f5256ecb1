"""Hypothetical extraction: Germany 1995, the two-province example, brute force on random tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.extraction import ExtractionLoss, extract_groups, extract_provinces, extract_sectors
from visceads.accounts.system import F64, InputOutputSystem, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
Permuted = Callable[[InputOutputTable, int], tuple[InputOutputTable, np.ndarray, np.ndarray]]
Scaled = Callable[[InputOutputTable, float], InputOutputTable]
NULL = np.nan
QUANTITIES = ("output_loss_m_cny", "value_added_loss_m_cny", "co2_loss_mt")


def by_brute_force(system: InputOutputSystem, emissions: Emissions, A: F64, demand: F64) -> list[float]:
    """The three losses against the base, both solved with the whole matrix."""
    identity = np.eye(len(system.x))
    lost = np.linalg.solve(identity - system.A, system.demand) - np.linalg.solve(identity - A, demand)
    q = [system.active.astype(float), system.coefficients(system.value_added_total), emissions.f]
    return [float(coefficients @ lost) for coefficients in q]


def without(system: InputOutputSystem, members: np.ndarray) -> tuple[F64, F64]:
    """A and demand with rows, columns and demand of a set at zero."""
    A, demand = system.A.copy(), system.demand.copy()
    A[members] = 0
    A[:, members] = 0
    demand[members] = 0
    return A, demand


def values(loss: ExtractionLoss) -> F64:
    return np.array([getattr(loss, name) for name in QUANTITIES])


def test_germany(germany_1995: InputOutputTable, germany_1995_co2: F64) -> None:
    system = build_system(germany_1995)
    result = extract_sectors(system, build_emissions(system, germany_1995_co2))
    output = [72406.857, 1390742.782, 432910.142, 734895.671, 781951.174, 667064.540]
    np.testing.assert_allclose(result.output_loss_m_cny, output, atol=1e-3)
    np.testing.assert_allclose(
        100 * result.output_loss_share, [2.328, 44.712, 13.918, 23.627, 25.140, 21.446], atol=1e-3
    )
    co2 = [17773.026, 580548.622, 65057.286, 108025.999, 28574.571, 59734.024]
    np.testing.assert_allclose(result.co2_loss_mt, co2, atol=1e-3)
    np.testing.assert_allclose(result.co2_loss_share, np.array(co2) / 687020, atol=1e-8)


def test_sectors_of_two_provinces(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, two_provinces_co2)
    result = extract_sectors(system, emissions)
    expected = [
        [193.073349, 445.646921, 217.658256, 0, 351.922763, 228.599403],
        [116.258718, 173.147580, 108.517374, 0, 115.880320, 105.903542],
        [31.472450, 25.318980, 8.401965, 0, 21.793112, 9.249400],
    ]
    np.testing.assert_allclose(values(result), expected, atol=1e-6)
    np.testing.assert_allclose(result.value_added_loss_share, result.value_added_loss_m_cny / 395, rtol=1e-12)
    purchases = extract_sectors(system, emissions, "purchases").output_loss_m_cny
    np.testing.assert_allclose(purchases, [57.824467, 220.679084, 92.054269, 0, 202.628112, 109.484587], atol=1e-6)
    sales = extract_sectors(system, emissions, "sales").output_loss_m_cny
    np.testing.assert_allclose(sales, [128.715566, 193.113666, 101.573853, 0, 158.365244, 114.299702], atol=1e-6)
    assert result.null_reason == (None,) * 6


def test_provinces_of_two_provinces(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, two_provinces_co2)
    expected = [[674.484536, 488.037028], [304.407216, 183.946119], [47.773196, 26.498220]]
    np.testing.assert_allclose(values(extract_provinces(system, emissions)), expected, atol=1e-6)
    expected = [[212.521564, 212.521564], [93.353336, 93.353336], [16.271416, 16.271416]]
    np.testing.assert_allclose(values(extract_provinces(system, emissions, "external")), expected, atol=1e-6)


def test_unknown_co2_is_null_where_it_is_what_is_extracted(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, np.array([30.0, 12, 0, NULL, NULL, NULL]), ["services"])
    sectors = extract_sectors(system, emissions)
    assert sectors.null_reason == (None, None, "no_inventory_row", None, "no_inventory", "no_inventory")
    np.testing.assert_array_equal(np.isnan(sectors.co2_loss_mt), [False, False, True, False, True, True])
    assert sectors.co2_loss_mt[3] == 0  # inactive: nothing to lose
    assert np.isfinite(sectors.output_loss_m_cny).all()
    provinces = extract_provinces(system, emissions)
    assert provinces.null_reason == (None, "no_inventory")
    np.testing.assert_array_equal(np.isnan(provinces.co2_loss_share), [False, True])
    groups = extract_groups(system, emissions, [np.array([1, 4]), np.array([2, 5])])
    assert groups.null_reason == (None, "no_inventory_row")
    np.testing.assert_array_equal(np.isnan(groups.co2_loss_mt), [False, True])


def test_without_co2_only_money_is_lost(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    sectors, provinces = extract_sectors(system, None), extract_provinces(system, None)
    np.testing.assert_allclose(sectors.output_loss_m_cny[0], 193.073349, atol=1e-6)
    np.testing.assert_array_equal(sectors.co2_loss_mt, [NULL, NULL, NULL, 0, NULL, NULL])
    assert sectors.null_reason == (*["no_inventory"] * 3, None, *["no_inventory"] * 2)
    np.testing.assert_allclose(provinces.output_loss_m_cny, [674.484536, 488.037028], atol=1e-6)
    assert np.isnan(provinces.co2_loss_mt).all()
    assert np.isnan(sectors.co2_loss_share).all()  # a share of nothing


def test_unknown_variants_and_sets_are_refused(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    with pytest.raises(AccountsError, match="no extraction variant 'external'; choose one of total, purchases, sales"):
        extract_sectors(system, None, "external")
    with pytest.raises(AccountsError, match="no extraction variant 'sales'; choose one of total, external"):
        extract_provinces(system, None, "sales")
    for members in ([], [1, 1], [6], [-1]):
        with pytest.raises(AccountsError, match=r"set 1 of the sectors to extract .* 0\.\.5"):
            extract_groups(system, None, [np.array([0]), np.array(members, dtype=np.intp)])


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 4), sectors=st.integers(2, 6))
def test_sectors_equal_brute_force(random_table: Random, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    emissions = build_emissions(system, co2)
    n = len(table.x)
    variants = {name: values(extract_sectors(system, emissions, name)) for name in ("total", "purchases", "sales")}
    scale = max(1.0, float(system.x.sum()))
    for k in range(n):
        column, row = system.A.copy(), system.A.copy()
        column[:, k] = 0
        row[k] = 0
        cases = {
            "total": without(system, np.array([k])),
            "purchases": (column, system.demand),
            "sales": (row, system.demand),
        }
        for name, (A, demand) in cases.items():
            brute = by_brute_force(system, emissions, A, demand)
            np.testing.assert_allclose(variants[name][:, k], brute, rtol=1e-9, atol=1e-11 * scale, err_msg=name)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(2, 4), sectors=st.integers(2, 6))
def test_provinces_and_groups_equal_brute_force(random_table: Random, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    emissions = build_emissions(system, co2)
    k = np.arange(len(table.x))
    total, external = (values(extract_provinces(system, emissions, name)) for name in ("total", "external"))
    scale = max(1.0, float(system.x.sum()))
    for r in range(provinces):
        own = system.province_index == r
        brute = by_brute_force(system, emissions, *without(system, k[own]))
        np.testing.assert_allclose(total[:, r], brute, rtol=1e-9, atol=1e-11 * scale)
        cut = np.where(own[:, None] == own, system.A, 0)
        brute = by_brute_force(system, emissions, cut, system.demand)
        np.testing.assert_allclose(external[:, r], brute, rtol=1e-9, atol=1e-11 * scale)
    everywhere = [k[i::sectors] for i in range(sectors)]  # one sector in all provinces
    losses = values(extract_groups(system, emissions, everywhere))
    for i, members in enumerate(everywhere):
        brute = by_brute_force(system, emissions, *without(system, members))
        np.testing.assert_allclose(losses[:, i], brute, rtol=1e-9, atol=1e-11 * scale)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), factor=st.sampled_from([1e2, 1e4, 7.3]))
def test_order_and_unit_of_money_do_not_matter(
    random_table: Random, permuted: Permuted, scaled: Scaled, seed: int, factor: float
) -> None:
    table, co2 = random_table(seed, 3, 4)
    moved, k, order = permuted(table, seed)
    first, second = build_system(table), build_system(scaled(moved, factor))
    old, new = build_emissions(first, co2), build_emissions(second, co2[k])
    before, after = extract_provinces(first, old), extract_provinces(second, new)
    np.testing.assert_allclose(after.output_loss_m_cny, factor * before.output_loss_m_cny[order], rtol=1e-9)
    np.testing.assert_allclose(after.co2_loss_mt, before.co2_loss_mt[order], rtol=1e-9)
    by_sector, moved_sector = extract_sectors(first, old), extract_sectors(second, new)
    np.testing.assert_allclose(moved_sector.output_loss_share, by_sector.output_loss_share[k], rtol=1e-9)
    np.testing.assert_allclose(moved_sector.co2_loss_share, by_sector.co2_loss_share[k], rtol=1e-9, atol=1e-12)
