"""A scenario beside its base: output, value added and CO2 of sectors and provinces, and the differences.

Belongs here: the summary of differences. Not here: applying a scenario (`scenario_change`); whole accounts of the
changed table come from the same functions as those of the base.

Differences are scenario - base of one and the same function: where nothing changed they are exactly zero.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from visceads.accounts.errors import AccountsError
from visceads.accounts.scenario_change import Economy
from visceads.accounts.system import F64


@dataclass(frozen=True)
class AccountSummary:
    """Output, value added and CO2 of one economy, or differences of two; NaN is null.

    CO2 of production is null where a sector's or province's CO2 is unknown; in CO2 of consumption the unknown counts
    as 0. Both are null where the table has no CO2.

    Attributes:
        output_m_cny, value_added_m_cny: (n) by sector, million yuan.
        co2_production_mt: (n) emitted by the sector.
        co2_consumption_mt: (n) embodied in all provinces' final demand for the sector's product (exports excluded).
        province_output_m_cny, province_value_added_m_cny, province_co2_production_mt: (R) sums over its sectors.
        province_co2_consumption_mt: (R) embodied in the province's final demand.
    """

    output_m_cny: F64
    value_added_m_cny: F64
    co2_production_mt: F64
    co2_consumption_mt: F64
    province_output_m_cny: F64
    province_value_added_m_cny: F64
    province_co2_production_mt: F64
    province_co2_consumption_mt: F64


@dataclass(frozen=True)
class ScenarioComparison:
    """The three columns of every account: base, scenario, scenario - base."""

    base: AccountSummary
    scenario: AccountSummary
    difference: AccountSummary


def summarise(economy: Economy) -> AccountSummary:
    """Return output, value added and CO2 of an economy by sector and by province."""
    system, emissions = economy.system, economy.emissions
    value_added = system.value_added_total
    if emissions is None:
        production = consumption = np.full(len(system.x), np.nan)
        by_province = consumed = np.full(len(system.provinces), np.nan)
    else:
        m = system.multipliers(emissions.f)
        unknown = ~emissions.has_inventory[system.province_index] | emissions.lacks_row
        production = np.where(unknown, np.nan, emissions.co2)
        consumption = m * system.Y.sum(axis=1)
        by_province = emissions.null_where_no_inventory(system.sum_by_province(emissions.co2))
        consumed = m @ system.Y
    return AccountSummary(
        output_m_cny=system.x,
        value_added_m_cny=value_added,
        co2_production_mt=production,
        co2_consumption_mt=consumption,
        province_output_m_cny=system.sum_by_province(system.x),
        province_value_added_m_cny=system.sum_by_province(value_added),
        province_co2_production_mt=by_province,
        province_co2_consumption_mt=consumed,
    )


def compare(base: Economy, scenario: Economy) -> ScenarioComparison:
    """Return base, scenario and their difference.

    Args:
        base: the economy that the scenario was applied to.
        scenario: what `apply_scenario` returned.

    Raises:
        AccountsError: if the two have different labels, or only one has CO2.
    """
    if base.system.labels != scenario.system.labels:
        raise AccountsError(
            "base and scenario have different sectors; compare a scenario with the table it was made of"
        )
    if (base.emissions is None) != (scenario.emissions is None):
        raise AccountsError("only one of base and scenario has CO2; compare a scenario with the table it was made of")
    before, after = summarise(base), summarise(scenario)
    difference = {item.name: getattr(after, item.name) - getattr(before, item.name) for item in fields(AccountSummary)}
    return ScenarioComparison(before, after, AccountSummary(**difference))
