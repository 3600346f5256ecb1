"""Multipliers: textbook and official tables, the two-province example, the rules for nulls, invariants."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.multiplier import fuel_group_intensities, multipliers, type1_ratio, type1_ratios
from visceads.accounts.system import F64, InputOutputTable, build_system, spectral_radius

Maker = Callable[..., InputOutputTable]
Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
Permuted = Callable[[InputOutputTable, int], tuple[InputOutputTable, np.ndarray, np.ndarray]]
Scaled = Callable[[InputOutputTable, float], InputOutputTable]
NULL = np.nan


GERMAN_PRODUCT_TAXES = np.array([1084.0, 6505, 1548, 8349, 8473, 12551])
GERMAN_EMPLOYMENT = np.array([1096.0, 8381, 3236, 9251, 4258, 10206])  # thousand persons


def test_germany_leontief_inverse(germany_1995: InputOutputTable) -> None:
    # Published with 4 decimals (diagonal 1.0339 1.4292 1.0289); six recomputed from the same numbers.
    system = build_system(germany_1995)
    assert system.A[[0, 4, 4], [0, 0, 4]] == pytest.approx([0.0258, 0.0828, 0.2790], abs=0.6e-4)
    expected = [
        [1.033872, 0.035030, 0.010022, 0.005086, 0.003025, 0.004423],
        [0.289644, 1.429152, 0.396131, 0.141974, 0.059632, 0.107343],
        [0.020700, 0.019088, 1.028938, 0.021081, 0.050037, 0.024999],
        [0.126915, 0.121400, 0.106421, 1.178400, 0.035568, 0.063120],
        [0.184207, 0.207107, 0.250343, 0.223880, 1.412562, 0.126868],
        [0.049501, 0.029522, 0.021772, 0.033097, 0.034230, 1.051495],
    ]
    np.testing.assert_allclose(system.solve(np.eye(6)), expected, atol=1e-6)
    assert spectral_radius(system.A) == pytest.approx(0.402936, abs=1e-6)
    assert 1 / system.reciprocal_condition == pytest.approx(2.645400, abs=1e-6)


def test_germany_multipliers(germany_1995: InputOutputTable, germany_1995_co2: F64) -> None:
    # Output and value added multipliers as published by Eurostat (4 decimals); the others worked out twice.
    system = build_system(germany_1995)
    result = multipliers(system, build_emissions(system, germany_1995_co2))
    expected = {
        "output": [1.704838, 1.841299, 1.813627, 1.603518, 1.595054, 1.378247],
        "value_added": [0.845015, 0.764685, 0.861463, 0.901914, 0.939333, 0.919913],
        "income": [0.417241, 0.507488, 0.540196, 0.572871, 0.320158, 0.650382],
        "imports": [0.122149, 0.220579, 0.124172, 0.075199, 0.041240, 0.050714],
        "co2_direct_t_per_m_cny": [237941, 517235, 45577, 131964, 12696, 53034],
        "co2_total_t_per_m_cny": [418471, 768628, 272550, 235709, 58288, 123419],
        "co2_upstream_share": [0.431403, 0.327067, 0.832775, 0.440140, 0.782179, 0.570291],
    }
    for name, values in expected.items():
        tolerance = 1.0 if name.endswith("cny") else 1e-6  # intensities printed with six decimals, times 1e6
        np.testing.assert_allclose(getattr(result, name), values, atol=tolerance, err_msg=name)
    taxes = system.multipliers(system.coefficients(GERMAN_PRODUCT_TAXES))
    np.testing.assert_allclose(taxes, [0.032836, 0.014736, 0.014365, 0.022887, 0.019427, 0.029374], atol=1e-6)
    np.testing.assert_allclose(result.value_added + result.imports + taxes, 1, atol=1e-12)


def test_germany_employment_and_type1_ratios(germany_1995: InputOutputTable) -> None:
    system = build_system(germany_1995)
    jobs = system.coefficients(GERMAN_EMPLOYMENT)
    published = [0.032627, 0.016167, 0.020682, 0.023733, 0.011179, 0.024222]
    np.testing.assert_allclose(system.multipliers(jobs), published, atol=1e-6)
    np.testing.assert_allclose(
        type1_ratio(system, jobs), [1.307145, 2.082266, 1.569686, 1.385490, 1.818083, 1.207796], atol=1e-6
    )
    income = system.coefficients(system.value_added[0])
    np.testing.assert_allclose(
        type1_ratio(system, income), [1.952788, 1.847799, 1.683293, 1.442697, 1.776341, 1.212534], atol=1e-6
    )


def test_miller_blair_income_ratio(one_region: Maker) -> None:
    # Miller and Blair (2009), chapter 6: household coefficients .3 and .25.
    system = build_system(one_region(np.array([[150.0, 500], [200, 100]]), np.array([1000.0, 2000])))
    np.testing.assert_allclose(type1_ratio(system, np.array([0.3, 0.25])), [1.474147, 1.518152], atol=0.6e-6)


def test_netherlands_2000_income(netherlands_2000: InputOutputTable) -> None:
    # SPICOSA report, Netherlands 2000, million EUR: published with three decimals, recomputed to six.
    system = build_system(netherlands_2000)
    income = system.coefficients(system.value_added[0])
    simple, ratio = system.multipliers(income), type1_ratio(system, income)
    np.testing.assert_allclose(simple, [0.263, 0.099, 0.306, 0.212, 0.465, 0.493], atol=0.6e-3)
    np.testing.assert_allclose(ratio, [2.466, 2.333, 1.840, 2.372, 1.953, 1.417], atol=0.6e-3)
    np.testing.assert_allclose(simple, [0.263461, 0.098710, 0.306073, 0.211755, 0.464852, 0.493397], atol=1e-6)
    np.testing.assert_allclose(ratio, [2.465771, 2.333343, 1.839948, 2.372199, 1.953034, 1.417132], atol=1e-6)
    output = [1.757069, 1.215959, 1.615374, 1.896194, 1.897534, 1.487015]
    np.testing.assert_allclose(multipliers(system, None).output, output, atol=1e-6)


@pytest.mark.real_data
def test_the_printed_tables_are_those_of_the_files(
    real_data: Path, germany_1995: InputOutputTable, germany_1995_co2: F64, netherlands_2000: InputOutputTable
) -> None:
    folder = real_data / "known_answers"
    german = {row[0]: row for row in csv.reader((folder / "Beutel_15_4.csv").open(encoding="utf-8"))}
    sellers = ("cpa_a", "cpa_c", "cpa_f", "cpa_g_i", "cpa_business", "cpa_other")
    cells = np.array([german[code][5:16] for code in sellers], float)
    np.testing.assert_array_equal(germany_1995.Z, cells[:, :6])
    np.testing.assert_array_equal(germany_1995.final_demand[:, 0], cells[:, 6:10])
    np.testing.assert_array_equal(germany_1995.exports, cells[:, 10])
    np.testing.assert_array_equal(germany_1995.x, np.array(german["P1"][5:11], float))
    assert german["cpa_c"][16] == "1079400"  # the misprint: row P1, the row and the column give 1,079,446
    pollutants = {row[0]: row for row in csv.reader((folder / "germany_15_3_airpol.csv").open(encoding="utf-8")) if row}
    np.testing.assert_array_equal(germany_1995_co2, np.array(pollutants["CO2"][1:7], float))
    dutch = list(csv.reader((folder / "netherlands_2006.csv").open(encoding="utf-8"), delimiter=";"))
    np.testing.assert_array_equal(netherlands_2000.Z, np.array([row[1:7] for row in dutch[1:7]], float))
    households = dutch[0].index("final_consumption_households")
    np.testing.assert_array_equal(
        netherlands_2000.final_demand[:, 0, 0], np.array([row[households] for row in dutch[1:7]], float)
    )


def test_two_provinces(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    result = multipliers(system, build_emissions(system, two_provinces_co2))
    expected = {
        "output": [1.427541, 1.980936, 1.732893, NULL, 2.357236, 1.919152],
        "value_added": [0.859591, 0.769655, 0.863964, NULL, 0.776185, 0.889088],
        "imports": [0.140409, 0.230345, 0.136036, NULL, 0.223815, 0.110912],
        "income": [0.365024, 0.389331, 0.508495, NULL, 0.424847, 0.508664],
        "net_production_tax": [0.080489, 0.065394, 0.057240, NULL, 0.010101, 0.055576],
        "depreciation": [0, 0, 0, NULL, 0, 0],
        "co2_direct_t_per_m_cny": [200000, 40000, 20000, NULL, 50000, 20000],
        "co2_total_t_per_m_cny": [232700, 112545, 66893, NULL, 145974, 77651],
        "co2_upstream_share": [0.140525, 0.644586, 0.701013, NULL, 0.657473, 0.742438],
    }
    for name, values in expected.items():
        tolerance = 1.0 if name.endswith("cny") else 1e-6
        np.testing.assert_allclose(getattr(result, name), values, atol=tolerance, err_msg=name)
    assert result.null_reason == (None, None, None, "zero_output", None, None)


def test_type1_ratio_to_a_subsidy_is_null(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    ratio = type1_ratio(system, system.coefficients(system.value_added[1]))
    np.testing.assert_array_equal(np.isnan(ratio), [False, False, False, True, True, False])


def test_a_province_without_inventory_keeps_its_money_multipliers(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    co2 = np.array([30.0, 12, 3, NULL, NULL, NULL])
    result = multipliers(system, build_emissions(system, co2))
    assert result.null_reason == (None, None, None, "zero_output", "no_inventory", "no_inventory")
    assert result.output[4] == pytest.approx(2.357236, abs=1e-6)
    assert np.isnan(result.co2_direct_t_per_m_cny[3:]).all()
    assert np.isnan(result.co2_total_t_per_m_cny[3:]).all()
    assert np.isnan(result.co2_upstream_share[3:]).all()
    L = np.linalg.inv(np.eye(6) - system.A)
    own = (np.array([0.2, 0.04, 0.02]) @ L[:3])[:3]
    np.testing.assert_allclose(result.co2_total_t_per_m_cny[:3], own * 1e6, rtol=1e-12)


def test_a_sector_without_inventory_row_has_no_intensity(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    co2 = np.array([30.0, 12, 0, 0, 10, 0])
    result = multipliers(system, build_emissions(system, co2, ["services"]))
    assert result.null_reason == (None, None, "no_inventory_row", "zero_output", None, "no_inventory_row")
    for column in (
        result.co2_direct_t_per_m_cny,
        result.co2_total_t_per_m_cny,
        result.co2_upstream_share,
    ):
        np.testing.assert_array_equal(np.isnan(column), [False, False, True, True, False, True])
    assert result.output[2] == pytest.approx(1.732893, abs=1e-6)


@pytest.mark.parametrize(("x", "reason"), [(0.0999, "tiny_output"), (0.1, None)])
def test_tiny_output_stays_in_the_algebra_but_has_no_intensity(one_region: Maker, x: float, reason: str | None) -> None:
    table = one_region(np.array([[0.0, 0.05], [0.0, 0.0]]), np.array([x, 1.0]))
    system = build_system(table)
    result = multipliers(system, build_emissions(system, np.array([0.001, 0.0])))
    assert result.null_reason[0] == reason
    assert np.isnan(result.co2_direct_t_per_m_cny[0]) == (reason is not None)
    assert result.output[0] == 1
    # The buyer's total counts what the tiny seller emits: .001 / x per million yuan, times .05.
    assert result.co2_total_t_per_m_cny[1] == pytest.approx(0.05 * 0.001 / x * 1e6, rel=1e-12)


def test_a_chain_without_co2_has_no_upstream_share(one_region: Maker) -> None:
    system = build_system(one_region(np.array([[0.2, 0.0], [0.0, 0.2]]), np.ones(2)))
    result = multipliers(system, build_emissions(system, np.array([1.0, 0.0])))
    assert result.null_reason == (None, "zero_denominator")
    np.testing.assert_array_equal(result.co2_total_t_per_m_cny, [1.25e6, 0])
    assert np.isnan(result.co2_upstream_share[1])


def test_without_co2_only_the_money_columns_are_filled(two_provinces: InputOutputTable) -> None:
    result = multipliers(build_system(two_provinces), None)
    assert result.null_reason == (*["no_inventory"] * 3, "zero_output", *["no_inventory"] * 2)
    assert np.isnan(result.co2_total_t_per_m_cny).all()
    assert np.isfinite(result.output).sum() == 5


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 5), sectors=st.integers(2, 12))
def test_invariants(random_table: Random, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    result = multipliers(system, build_emissions(system, co2))
    active = system.active
    np.testing.assert_allclose((result.value_added + result.imports)[active], 1, atol=1e-9)
    parts = result.income + result.net_production_tax + result.depreciation + result.operating_surplus
    np.testing.assert_allclose(parts, result.value_added, atol=1e-12)
    assert (result.output[active] >= 1 - 1e-12).all()
    assert np.isnan(result.output[~active]).all()
    shown = [reason is None for reason in result.null_reason]
    assert (result.co2_total_t_per_m_cny >= result.co2_direct_t_per_m_cny * (1 - 1e-12))[shown].all()
    assert ((result.co2_upstream_share >= 0) & (result.co2_upstream_share <= 1))[shown].all()
    # Demand valued with total intensities is all CO2 that outputs carry.
    carried = co2[active].sum()
    total = np.nan_to_num(result.co2_total_t_per_m_cny) @ system.demand / 1e6
    assert total == pytest.approx(carried, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(2, 5), sectors=st.integers(2, 8))
def test_a_permutation_of_provinces_permutes_the_result(
    random_table: Random, permuted: Permuted, seed: int, provinces: int, sectors: int
) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    moved, k, _ = permuted(table, seed)
    first, second = build_system(table), build_system(moved)
    before = multipliers(first, build_emissions(first, co2))
    after = multipliers(second, build_emissions(second, co2[k]))
    for name in ("output", "value_added", "imports", "co2_total_t_per_m_cny", "co2_upstream_share"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name)[k], rtol=1e-9, atol=1e-12)
    assert after.null_reason == tuple(before.null_reason[i] for i in k)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), factor=st.sampled_from([1e2, 1e4, 7.3]))
def test_money_in_another_unit_changes_only_the_intensities(
    random_table: Random, scaled: Scaled, seed: int, factor: float
) -> None:
    table, co2 = random_table(seed, 3, 5)
    first, second = build_system(table), build_system(scaled(table, factor))
    before = multipliers(first, build_emissions(first, co2))
    after = multipliers(second, build_emissions(second, co2))
    for name in ("output", "value_added", "income", "imports", "co2_upstream_share"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(after.co2_total_t_per_m_cny * factor, before.co2_total_t_per_m_cny, rtol=1e-9)


def test_type1_ratios_of_a_table(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    result = multipliers(system, build_emissions(system, two_provinces_co2))
    ratios = type1_ratios(system, result)
    income = np.array([0.365024, 0.389331, 0.508495, NULL, 0.424847, 0.508664])
    own = np.array([40 / 150, 50 / 300, 50 / 150, NULL, 25 / 200, 45 / 150])
    np.testing.assert_allclose(ratios.income, income / own, atol=1e-5)
    np.testing.assert_allclose(ratios.co2[:3], [0.232700 / 0.2, 0.112545 / 0.04, 0.066893 / 0.02], atol=1e-4)
    for name, coefficients in {"value_added": system.value_added_total, "imports": system.imports}.items():
        np.testing.assert_allclose(
            getattr(ratios, name), type1_ratio(system, system.coefficients(coefficients)), rtol=1e-12
        )
    np.testing.assert_array_equal(np.isnan(ratios.net_production_tax), [False, False, False, True, True, False])
    assert np.isnan(ratios.depreciation).all()  # none in the example: zero_direct


def test_type1_ratio_of_co2_is_null_where_the_intensity_is(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, np.array([30.0, 0, 3, NULL, NULL, NULL]))
    ratios = type1_ratios(system, multipliers(system, emissions))
    np.testing.assert_array_equal(np.isnan(ratios.co2), [False, True, False, True, True, True])


def test_fuel_groups_add_up(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, two_provinces_co2)
    coal = two_provinces_co2 * [0.9, 0.5, 0, 0, 0.7, 0.1]
    result = fuel_group_intensities(system, emissions, {"coal": coal, "oil": two_provinces_co2 - coal})
    whole = multipliers(system, emissions)
    assert result.groups == ("coal", "oil")
    np.testing.assert_allclose(result.direct_t_per_m_cny.sum(axis=0), whole.co2_direct_t_per_m_cny, rtol=1e-12)
    np.testing.assert_allclose(result.total_t_per_m_cny.sum(axis=0), whole.co2_total_t_per_m_cny, rtol=1e-12)
    L = np.linalg.inv(np.eye(6) - system.A)
    expected = 1e6 * np.divide(coal, system.x, out=np.zeros(6), where=system.active) @ L
    np.testing.assert_allclose(result.total_t_per_m_cny[0, [0, 1, 2, 4, 5]], expected[[0, 1, 2, 4, 5]], rtol=1e-12)
    assert np.isnan(result.total_t_per_m_cny[:, 3]).all()
    assert result.null_reason == whole.null_reason


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ({}, "no fuel group at all"),
        ({"coal": [30, 12, 3, 0, 9, 3]}, "fuel groups of Q manufacturing add up to 9 Mt, its CO2 is 10 Mt"),
        ({"coal": [30, 12, 3, 0, NULL, 3]}, "fuel groups of Q manufacturing add up to 0 Mt"),
        ({"coal": [30, 12, 3, 0, np.inf, 3]}, "CO2 from coal of Q manufacturing holds inf"),
        ({"coal": [30, 12, 3]}, r"CO2 from coal has the shape \(3,\)"),
    ],
)
def test_wrong_fuel_groups_are_refused(
    two_provinces: InputOutputTable, two_provinces_co2: F64, groups: dict, words: str
) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, two_provinces_co2)
    with pytest.raises(AccountsError, match=words):
        fuel_group_intensities(system, emissions, {name: np.array(co2, float) for name, co2 in groups.items()})
