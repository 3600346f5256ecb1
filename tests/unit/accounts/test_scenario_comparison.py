"""A scenario beside its base: exact zeros, sums that agree, nulls, refusals."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.footprint import province_footprints
from visceads.accounts.scenario import parse_scenario
from visceads.accounts.scenario_change import Economy, apply_scenario
from visceads.accounts.scenario_comparison import AccountSummary, compare, summarise
from visceads.accounts.system import F64, InputOutputTable, build_system

EMPTY = {"name": "nothing", "title": "Nothing changes", "changes": []}


@pytest.fixture
def base(two_provinces: InputOutputTable, two_provinces_co2: F64) -> Economy:
    system = build_system(two_provinces)
    return Economy(system, build_emissions(system, two_provinces_co2))


def scenario_of(economy: Economy, *changes: dict) -> Economy:
    return apply_scenario(economy.system, economy.emissions, parse_scenario({**EMPTY, "changes": list(changes)}))


def test_a_scenario_that_changes_nothing_gives_exactly_zero(base: Economy) -> None:
    # Also where the base was made anew from the same numbers.
    again = Economy(build_system(base.system), build_emissions(base.system, base.emissions.co2))
    for other in (scenario_of(base), again):
        difference = compare(base, other).difference
        for item in fields(AccountSummary):
            assert (getattr(difference, item.name) == 0).all(), item.name


def test_sums_agree_with_the_accounts(base: Economy) -> None:
    summary = summarise(base)
    accounts = province_footprints(base.system, base.emissions)
    np.testing.assert_allclose(summary.province_co2_consumption_mt, accounts.consumption_mt, rtol=1e-12)
    np.testing.assert_allclose(summary.province_co2_production_mt, accounts.production_mt, rtol=1e-12)
    assert summary.co2_consumption_mt.sum() == pytest.approx(accounts.consumption_mt.sum(), rel=1e-12)
    np.testing.assert_allclose(summary.province_output_m_cny, [600, 350])
    np.testing.assert_allclose(summary.province_value_added_m_cny, [280, 115])


def test_the_difference_is_scenario_less_base(base: Economy) -> None:
    less = {"change": "intensity", "provinces": "P", "sectors": "energy", "percent": -30}
    result = compare(base, scenario_of(base, less))
    np.testing.assert_allclose(result.difference.co2_production_mt, [-9, 0, 0, 0, 0, 0], rtol=1e-14)
    np.testing.assert_allclose(result.difference.province_co2_production_mt, [-9, 0])
    assert (result.difference.output_m_cny == 0).all()
    # Energy of P emits 13.577214 Mt for P and 10.355185 Mt for Q: a known answer of the example.
    np.testing.assert_allclose(
        result.difference.province_co2_consumption_mt, [-0.3 * 13.577214, -0.3 * 10.355185], atol=1e-6
    )
    gap = result.scenario.province_co2_consumption_mt - result.base.province_co2_consumption_mt
    np.testing.assert_array_equal(result.difference.province_co2_consumption_mt, gap)


def test_unknown_co2_is_null(base: Economy) -> None:
    co2 = base.emissions.co2.copy()
    co2[3:] = np.nan
    partly = Economy(base.system, build_emissions(base.system, co2))
    summary = summarise(partly)
    np.testing.assert_array_equal(np.isnan(summary.co2_production_mt), [False] * 3 + [True] * 3)
    np.testing.assert_array_equal(np.isnan(summary.province_co2_production_mt), [False, True])
    assert summary.province_co2_consumption_mt[0] == pytest.approx(21.682086, abs=1e-6)
    nothing = summarise(Economy(base.system, None))
    assert np.isnan(nothing.co2_consumption_mt).all()
    assert np.isnan(nothing.province_co2_production_mt).all()


def test_refusals(base: Economy) -> None:
    with pytest.raises(AccountsError, match="only one of base and scenario has CO2"):
        compare(base, Economy(base.system, None))
    renamed = tuple((province.lower(), sector) for province, sector in base.system.labels)
    other = replace(base, system=replace(base.system, labels=renamed))
    with pytest.raises(AccountsError, match="have different sectors"):
        compare(base, other)
