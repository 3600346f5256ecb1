"""Multipliers and CO2 intensities of every sector, with the rules for nulls.

Belongs here: amounts per million yuan of final demand for a sector, Type I ratios, intensities by fuel group.
Not here: the solves (`system`), induced household spending (`household_closure`), the split between provinces
(`spillover`), what a sector's primary inputs enable downstream (`ghosh`), effects of actual demand (`footprint`).

Sources: Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapter 6; Eurostat Manual of Supply, Use and
Input-Output Tables (2008), chapter 15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from visceads.accounts.emissions import TONNES_PER_MEGATONNE, Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.null_reason import Reasons, first_reason, has_value, intensity_rules
from visceads.accounts.system import F64, InputOutputSystem, checked_array

GROUPS_ADD_UP = 1e-9
"""What fuel groups of a sector may miss of its CO2, relative."""


@dataclass(frozen=True)
class Multipliers:
    """One value per sector, (n); NaN is null. Money: million yuan per million yuan of final demand.

    Attributes:
        output: column sums of L; the unit of demand itself is included.
        value_added: all value added, the sum of the four components that follow.
        income: compensation of employees (simple multiplier, not divided by the direct coefficient).
        net_production_tax: may be negative.
        depreciation: fixed capital used up.
        operating_surplus: may be negative.
        imports: imported intermediate inputs; value_added + imports = 1.
        co2_direct_t_per_m_cny: f, tonnes per million yuan of the sector's own output.
        co2_total_t_per_m_cny: f'L, tonnes per million yuan of final demand.
        co2_upstream_share: 1 - direct / total.
        null_reason: why cells are null, or None. `zero_output` empties the whole row; `no_inventory`,
            `no_inventory_row` and `tiny_output` the three CO2 values; `zero_denominator` (nothing is emitted
            on the whole chain) only the share.
    """

    output: F64
    value_added: F64
    income: F64
    net_production_tax: F64
    depreciation: F64
    operating_surplus: F64
    imports: F64
    co2_direct_t_per_m_cny: F64
    co2_total_t_per_m_cny: F64
    co2_upstream_share: F64
    null_reason: Reasons


@dataclass(frozen=True)
class Type1Ratios:
    """The whole effect per unit of the sector's own, (n); NaN is null.

    A cell is null with the reason `zero_direct` where the own coefficient is zero or below zero (a ratio to a
    subsidy means nothing), and for the reasons of `Multipliers` where the multiplier is null.
    """

    value_added: F64
    income: F64
    net_production_tax: F64
    depreciation: F64
    operating_surplus: F64
    imports: F64
    co2: F64


@dataclass(frozen=True)
class FuelGroupIntensities:
    """CO2 intensities by fuel group, tonnes per million yuan; the groups add up to `Multipliers`.

    Attributes:
        groups: (G) codes of the groups.
        direct_t_per_m_cny: (G, n).
        total_t_per_m_cny: (G, n).
        null_reason: (n) as in `Multipliers`, without `zero_denominator`.
    """

    groups: tuple[str, ...]
    direct_t_per_m_cny: F64
    total_t_per_m_cny: F64
    null_reason: Reasons


def multipliers(system: InputOutputSystem, emissions: Emissions | None) -> Multipliers:
    """Return the multipliers m = q'L of all sectors, from one solve with all right sides.

    Args:
        system: the table.
        emissions: CO2 of one basis, or None where the table has none (all CO2 values are null then).
    """
    money = np.vstack([system.x, system.value_added, system.imports])
    f = np.zeros(len(system.x)) if emissions is None else emissions.f
    m = system.multipliers(np.vstack([system.coefficients(money), f]))
    m[:, ~system.active] = np.nan
    output, income, tax, depreciation, surplus, imports, total = m
    rules = intensity_rules(system, emissions)
    shown = has_value(first_reason(rules))
    reason = first_reason([*rules, ("zero_denominator", total == 0)])
    direct, total = np.where(shown, f, np.nan), np.where(shown, total, np.nan)
    return Multipliers(
        output=output,
        value_added=m[1:5].sum(axis=0),
        income=income,
        net_production_tax=tax,
        depreciation=depreciation,
        operating_surplus=surplus,
        imports=imports,
        co2_direct_t_per_m_cny=TONNES_PER_MEGATONNE * direct,
        co2_total_t_per_m_cny=TONNES_PER_MEGATONNE * total,
        co2_upstream_share=_upstream_share(direct, total),
        null_reason=reason,
    )


def type1_ratio(system: InputOutputSystem, coefficients: F64) -> F64:
    """Return Type I ratios q'L / q of any coefficients: all of an effect per unit of the sector's own.

    NaN where the sector is inactive and where q <= 0 (reason `zero_direct`).

    Args:
        system: the table.
        coefficients: (n) amounts per million yuan of gross output.
    """
    return _ratio(system.multipliers(coefficients), np.where(system.active, coefficients, 0.0))


def type1_ratios(system: InputOutputSystem, result: Multipliers) -> Type1Ratios:
    """Return the Type I ratios of all multipliers of a table, without another solve.

    Args:
        system: the table.
        result: its multipliers.
    """
    q = system.coefficients(np.vstack([system.value_added_total, system.value_added, system.imports]))
    return Type1Ratios(
        value_added=_ratio(result.value_added, q[0]),
        income=_ratio(result.income, q[1]),
        net_production_tax=_ratio(result.net_production_tax, q[2]),
        depreciation=_ratio(result.depreciation, q[3]),
        operating_surplus=_ratio(result.operating_surplus, q[4]),
        imports=_ratio(result.imports, q[5]),
        co2=_ratio(result.co2_total_t_per_m_cny, np.nan_to_num(result.co2_direct_t_per_m_cny)),
    )


def fuel_group_intensities(
    system: InputOutputSystem, emissions: Emissions, co2_by_group: Mapping[str, F64]
) -> FuelGroupIntensities:
    """Return direct and total intensities of every fuel group, f_g and f_g'L.

    Args:
        system: the table.
        emissions: all CO2 of the basis.
        co2_by_group: Mt by producing sector, (n), of each group, for instance coal, oil, gas, process; NaN
            counts as 0. Together they are the CO2 of `emissions`.

    Raises:
        AccountsError: no group at all, a wrong shape, an infinite value, or groups that do not add up to the
            CO2 of a sector; it names the province and the sector.
    """
    if not co2_by_group:
        raise AccountsError("there is no fuel group at all; give the CO2 of at least one")
    arrays = [
        np.nan_to_num(checked_array(f"CO2 from {group}", co2, system.x.shape, system.labels, nulls=True))
        for group, co2 in co2_by_group.items()
    ]
    groups = np.vstack(arrays)
    _require_groups_add_up(groups.sum(axis=0), system, emissions)
    f = system.coefficients(groups)
    reason = first_reason(intensity_rules(system, emissions))
    shown = has_value(reason)
    return FuelGroupIntensities(
        groups=tuple(co2_by_group),
        direct_t_per_m_cny=TONNES_PER_MEGATONNE * np.where(shown, f, np.nan),
        total_t_per_m_cny=TONNES_PER_MEGATONNE * np.where(shown, system.multipliers(f), np.nan),
        null_reason=reason,
    )


def _require_groups_add_up(total: F64, system: InputOutputSystem, emissions: Emissions) -> None:
    gap = np.abs(total - emissions.co2)
    # The second term forgives the rounding of sums in sectors that emit next to nothing.
    wrong = gap > GROUPS_ADD_UP * emissions.co2 + 1e-12 * emissions.co2.sum()
    if not wrong.any():
        return
    k = int(gap.argmax())
    province, sector = system.labels[k]
    raise AccountsError(
        f"the fuel groups of {province} {sector} add up to {total[k]:.9g} Mt, its CO2 is "
        f"{emissions.co2[k]:.9g} Mt ({int(wrong.sum())} such sectors in all); give every fuel to one group",
        province,
        sector,
        float(total[k]),
    )


def _ratio(total: F64, direct: F64) -> F64:
    ratio = np.full(len(total), np.nan)
    np.divide(total, direct, out=ratio, where=direct > 0)
    return ratio


def _upstream_share(direct: F64, total: F64) -> F64:
    share = np.full(len(total), np.nan)
    np.divide(direct, total, out=share, where=total > 0)
    # m >= f holds exactly in theory; a pure producer without purchases may miss it by a rounding error.
    return np.where(np.isnan(share), np.nan, np.clip(1 - share, 0.0, 1.0))
