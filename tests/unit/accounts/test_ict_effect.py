"""Effects of ICT in the sense of ITU-T L.1480: the worked example, zero shock, stamp, refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.ict_effect import IctEffect, ict_effect
from visceads.accounts.scenario import IctStatement, parse_scenario
from visceads.accounts.scenario_change import Economy, apply_scenario
from visceads.accounts.system import InputOutputTable, build_system

# Sector 01 manufacturing, 02 transport, 03 ICT. The households' mix is that of the example, (.5 .2 .3).
A = np.array([[0.20, 0.30, 0.10], [0.10, 0.10, 0.05], [0.02, 0.03, 0.10]])
DEMAND = np.array([100.0, 40, 20])
HOUSEHOLDS = np.array([25.0, 10, 15])
STATEMENT = IctStatement(("03",), "observed", "substitute", *["Text."] * 6)


@pytest.fixture
def reference(one_region: Callable[..., InputOutputTable]) -> Economy:
    x = np.linalg.solve(np.eye(3) - A, DEMAND)
    surplus = np.zeros((4, 3))
    surplus[3] = x * (1 - A.sum(axis=0))
    uses = np.column_stack([HOUSEHOLDS, DEMAND - HOUSEHOLDS])
    system = build_system(one_region(A * x, x, uses, value_added=surplus))
    return Economy(system, build_emissions(system, np.array([2, 5, 0.5]) * x))


def technology(seller: str, **amount: float) -> dict:
    keys = dict.fromkeys(("seller_provinces", "buyer_provinces"), "all")
    return {"change": "technology", **keys, "seller_sectors": seller, "buyer_sectors": "01", **amount}


def demand(seller: str, absolute: float) -> dict:
    keys = dict.fromkeys(("seller_provinces", "buyer_provinces"), "all")
    return {"change": "final_demand", **keys, "seller_sectors": seller, "categories": "use2", "absolute": absolute}


def effect(reference: Economy, *changes: dict, statement: IctStatement = STATEMENT) -> IctEffect:
    content = {"name": "test", "title": "Test", "changes": list(changes)}
    changed = apply_scenario(reference.system, reference.emissions, parse_scenario(content))
    return ict_effect(reference, changed, statement, household_categories=("use1",))


def test_the_reference(reference: Economy) -> None:
    # Worked out for the project, six decimals.
    np.testing.assert_allclose(reference.system.x, [152.040816, 62.876579, 27.696793], atol=1e-6)
    assert reference.emissions.co2.sum() == pytest.approx(632.312925, abs=1e-6)
    m = reference.system.multipliers(reference.emissions.f)
    np.testing.assert_allclose(m, [3.373016, 6.723356, 1.303855], atol=1e-6)


def test_less_transport_and_more_ict_in_manufacturing(reference: Economy) -> None:
    # Case A of the example.
    result = effect(reference, technology("02", percent=-10), technology("03", absolute=0.004))
    assert result.net_second_order_mt == pytest.approx(-9.394141, abs=1e-6)
    np.testing.assert_allclose(result.ict_purchase_m_cny, [0, 0, 0.605896], atol=1e-6)
    assert result.first_order_mt == pytest.approx(0.783634, abs=1e-6)
    assert result.gross_second_order_mt == pytest.approx(-10.177775, abs=1e-6)
    assert result.saving_m_cny == pytest.approx(0.908844, abs=1e-6)
    assert result.household_intensity_t_per_m_cny / 1e6 == pytest.approx(3.373263, abs=1e-6)
    assert [again.spent_share for again in result.rebounds] == [0, 0.1, 0.3, 0.5]
    np.testing.assert_allclose(
        [again.net_mt for again in result.rebounds], [-9.394141, -9.087563, -8.474409, -7.861255], atol=1e-6
    )
    assert result.break_even_share == pytest.approx(3.064201, abs=1e-6)
    assert result.actual_reduction_mt == pytest.approx(9.394141, abs=1e-6)
    assert np.isnan(result.smaller_increase_mt)
    assert result.rebound_reason is None


def test_less_demand_for_transport_and_more_for_ict(reference: Economy) -> None:
    # Case B of the example.
    result = effect(reference, demand("02", -4), demand("03", 1))
    assert result.first_order_mt == pytest.approx(1.303855, abs=1e-6)
    assert result.net_second_order_mt == pytest.approx(-25.589569, abs=1e-6)
    assert result.gross_second_order_mt == pytest.approx(-26.893424, abs=1e-6)
    spent = result.rebounds[2]
    assert spent.net_mt - result.net_second_order_mt == pytest.approx(3.080102, abs=1e-6)


def test_no_shock_has_no_effect(reference: Economy) -> None:
    result = effect(reference)
    assert result.first_order_mt == result.gross_second_order_mt == result.net_second_order_mt == 0
    assert result.saving_m_cny == result.actual_reduction_mt == 0
    assert result.rebound_reason == "not_applicable"
    assert np.isnan([again.net_mt for again in result.rebounds]).all()
    assert np.isnan(result.break_even_share)


def test_every_result_is_stamped(reference: Economy) -> None:
    result = effect(reference, technology("02", percent=-10))
    assert (result.tier, result.public_use, result.statement) == (3, False, STATEMENT)


def test_against_a_projection_a_fall_is_a_smaller_increase(reference: Economy) -> None:
    projected = replace(STATEMENT, reference_kind="projected")
    result = effect(reference, technology("02", percent=-10), statement=projected)
    assert result.smaller_increase_mt == -result.net_second_order_mt > 0
    assert np.isnan(result.actual_reduction_mt)


def test_more_emissions_are_no_reduction(reference: Economy) -> None:
    result = effect(reference, technology("03", absolute=0.01))
    assert result.net_second_order_mt > 0
    assert result.actual_reduction_mt == 0
    assert result.rebound_reason == "not_applicable"


def test_households_that_buy_nothing_have_no_rebound(reference: Economy) -> None:
    content = {"name": "test", "title": "Test", "changes": [technology("02", percent=-10)]}
    changed = apply_scenario(reference.system, reference.emissions, parse_scenario(content))
    result = ict_effect(reference, changed, STATEMENT, household_categories=())
    assert result.rebound_reason == "zero_denominator"
    assert np.isnan(result.household_intensity_t_per_m_cny)


def test_refusals(reference: Economy) -> None:
    with pytest.raises(AccountsError, match="no ICT sector '3'"):
        effect(reference, statement=replace(STATEMENT, ict_sectors=("3",)))
    with pytest.raises(AccountsError, match="no final demand category 'FU101'"):
        ict_effect(reference, reference, STATEMENT)
    with pytest.raises(AccountsError, match=r"a rebound share is 1\.5"):
        ict_effect(reference, reference, STATEMENT, ("use1",), rebound_shares=(1.5,))
    with pytest.raises(AccountsError, match="no CO2 of this basis"):
        ict_effect(reference, Economy(reference.system, None), STATEMENT, ("use1",))
    renamed = tuple(("elsewhere", sector) for _, sector in reference.system.labels)
    with pytest.raises(AccountsError, match="different sectors"):
        ict_effect(reference, replace(reference, system=replace(reference.system, labels=renamed)), STATEMENT)


def test_inputs_above_output_are_refused(reference: Economy) -> None:
    content = {
        "name": "test",
        "title": "Test",
        "changes": [technology("01", absolute=0.75)],
        "allow_negative_value_added": True,
    }
    changed = apply_scenario(reference.system, reference.emissions, parse_scenario(content))
    with pytest.raises(AccountsError, match=r"national 01 needs domestic inputs of 1\.07 per unit") as caught:
        ict_effect(reference, changed, STATEMENT, ("use1",))
    assert caught.value.sector == "01"
