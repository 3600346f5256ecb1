"""The split of multipliers between the province of a sector and all other provinces.

Belongs here: own-province and other-province parts, the feedback through other provinces. Not here: the whole
multipliers (`multiplier`), flows of actual demand (`footprint`).

For sector j of province s and coefficients q: *own* is what arises in s, *other* (the spillover) what arises
elsewhere. *Closed* is what the province would reach alone, q_s'(I - A_ss)^-1; *feedback* = own - closed is what comes
back because other provinces buy in s in turn. closed + feedback + other = total.

Sources: Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapters 3.3 and 6.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visceads.accounts.emissions import TONNES_PER_MEGATONNE, Emissions
from visceads.accounts.null_reason import Reasons, first_reason, has_value, intensity_rules
from visceads.accounts.system import F64, InputOutputSystem


@dataclass(frozen=True)
class ProvinceSplit:
    """Parts of multipliers q'L by where they arise, each of the shape of q; not yet null where inactive."""

    closed: F64
    feedback: F64
    other: F64

    @property
    def own(self) -> F64:
        """What arises in the sector's own province."""
        return self.closed + self.feedback


@dataclass(frozen=True)
class SplitMultipliers:
    """Multipliers by where they arise, per million yuan of final demand, (n); NaN is null.

    Attributes:
        output_own_province: million yuan, the unit of demand itself included.
        output_other_province: the spillover.
        output_closed: the multiplier of the province's own block alone.
        output_feedback: own - closed.
        value_added_own_province, value_added_other_province: million yuan.
        co2_own_province_t_per_m_cny, co2_other_province_t_per_m_cny: tonnes; own includes the direct part.
        null_reason: `zero_output` empties the row; the others only CO2.
    """

    output_own_province: F64
    output_other_province: F64
    output_closed: F64
    output_feedback: F64
    value_added_own_province: F64
    value_added_other_province: F64
    co2_own_province_t_per_m_cny: F64
    co2_other_province_t_per_m_cny: F64
    null_reason: Reasons


def split_by_province(system: InputOutputSystem, coefficients: F64) -> ProvinceSplit:
    """Split q'L of one or many coefficient vectors; forms the Leontief inverse.

    Feedback is computed as closed A_so L_os (o: all other provinces) rather than as a difference, so that it
    is exactly 0 in a table of one region and never falls below 0 by rounding.

    Args:
        system: the table.
        coefficients: (n) or (p, n) amounts per million yuan of gross output.

    Raises:
        AccountsError: another length than the table, or a value that is no finite number.
    """
    q = np.atleast_2d(system.on_axis("coefficients", coefficients, axis=-1))
    closed, feedback, other = np.empty_like(q), np.empty_like(q), np.empty_like(q)
    for r in range(len(system.provinces)):
        block = system.block(r)
        alone = np.eye(block.stop - block.start) - system.A[block, block]
        closed[:, block] = np.linalg.solve(alone.T, q[:, block].T).T
        bought = closed[:, block] @ system.A[block]
        bought[:, block] = 0.0
        elsewhere = q.copy()
        elsewhere[:, block] = 0.0
        columns = system.leontief_inverse[:, block]
        feedback[:, block] = bought @ columns
        other[:, block] = elsewhere @ columns
    shape = np.shape(coefficients)
    return ProvinceSplit(closed.reshape(shape), feedback.reshape(shape), other.reshape(shape))


def split_multipliers(system: InputOutputSystem, emissions: Emissions | None) -> SplitMultipliers:
    """Return output, value added and CO2 multipliers of every sector by where they arise.

    Args:
        system: the table.
        emissions: CO2 of one basis, or None where the table has none (CO2 is null then).
    """
    f = np.zeros(len(system.x)) if emissions is None else emissions.f
    money = system.coefficients(np.vstack([system.x, system.value_added_total]))
    parts = split_by_province(system, np.vstack([money, f]))
    reason = first_reason(intensity_rules(system, emissions))
    own, other = (np.where(system.active, part, np.nan) for part in (parts.own, parts.other))
    shown = has_value(reason)
    return SplitMultipliers(
        output_own_province=own[0],
        output_other_province=other[0],
        output_closed=np.where(system.active, parts.closed[0], np.nan),
        output_feedback=np.where(system.active, parts.feedback[0], np.nan),
        value_added_own_province=own[1],
        value_added_other_province=other[1],
        co2_own_province_t_per_m_cny=TONNES_PER_MEGATONNE * np.where(shown, own[2], np.nan),
        co2_other_province_t_per_m_cny=TONNES_PER_MEGATONNE * np.where(shown, other[2], np.nan),
        null_reason=reason,
    )
