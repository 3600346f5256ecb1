"""Multipliers and CO2 intensities of every sector, with the rules for nulls.

Belongs here: amounts per million yuan of final demand for a sector, Type I ratios, the reasons why a cell is
null. Not here: the solves (`system`), effects of actual demand (`footprint`).

Sources: Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapter 6; Eurostat Manual of Supply, Use and
Input-Output Tables (2008), chapter 15.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visceads.accounts.emissions import TONNES_PER_MEGATONNE, Emissions
from visceads.accounts.system import F64, InputOutputSystem, Mask

TINY_OUTPUT_M_CNY = 0.1
"""Below this output (10 in the unit of the workbooks, 10k yuan) an intensity is published as null."""


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
    null_reason: tuple[str | None, ...]


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
    reason = _null_reasons(system, emissions, total == 0)
    shown = np.array([r is None or r == "zero_denominator" for r in reason], dtype=np.bool_)
    direct = np.where(shown, f, np.nan)
    total = np.where(shown, total, np.nan)
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
    """Return Type I ratios q'L / q: all of an effect per unit of the sector's own.

    NaN where the sector is inactive and where q <= 0 (reason `zero_direct`): a ratio to a subsidy means
    nothing.

    Args:
        system: the table.
        coefficients: (n) amounts per million yuan of gross output.
    """
    ratio = np.full(len(system.x), np.nan)
    usable = system.active & (coefficients > 0)
    np.divide(system.multipliers(coefficients), coefficients, out=ratio, where=usable)
    return ratio


def _upstream_share(direct: F64, total: F64) -> F64:
    share = np.full(len(total), np.nan)
    np.divide(direct, total, out=share, where=total > 0)
    # m >= f holds exactly in theory; a pure producer without purchases may miss it by a rounding error.
    return np.where(np.isnan(share), np.nan, np.clip(1 - share, 0.0, 1.0))


def _null_reasons(system: InputOutputSystem, emissions: Emissions | None, zero_total: Mask) -> tuple[str | None, ...]:
    """The first rule that applies to a sector gives its reason."""
    everywhere = np.ones(len(system.x), dtype=np.bool_)
    rules: list[tuple[str, Mask]] = [("zero_output", ~system.active)]
    if emissions is None:
        rules.append(("no_inventory", everywhere))
    else:
        rules += [
            ("no_inventory", ~emissions.has_inventory[system.province_index]),
            ("no_inventory_row", emissions.lacks_row),
            ("tiny_output", system.x < TINY_OUTPUT_M_CNY),
            ("zero_denominator", zero_total),
        ]
    return tuple(next((name for name, mask in rules if mask[k]), None) for k in range(len(system.x)))
