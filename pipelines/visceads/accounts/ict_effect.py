"""Effects of an ICT solution on CO2 in the sense of ITU-T L.1480, from a scenario and its reference.

Belongs here: first-order, second-order and rebound terms and the stamp a result carries. Not here: the scenario
itself (`scenario`, `scenario_change`).

With A', f', y' of the scenario and m' = f'L': the solution's own footprint (first order) is m' times the ICT products
bought more; the change of all emissions is the net second-order effect, which holds the first-order effect, and what
is left without it is the gross second-order effect. Money saved by the solution may be spent again (rebound, a
higher-order effect): it is shown beside the net effect for given shares, never inside it.

An input-output result alone is of tier 3: L.1480 does not regard it as rigorous and keeps it out of public and
consumer communication. The stamp says so and cannot be changed.

Source: Recommendation ITU-T L.1480 (12/2022), Enabling the Net Zero transition: Assessing how the use of ICT
solutions impacts greenhouse gas emissions of other sectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visceads.accounts.emissions import TONNES_PER_MEGATONNE, Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.household_closure import HOUSEHOLD_CATEGORIES
from visceads.accounts.scenario import IctStatement, nearest
from visceads.accounts.scenario_change import Economy
from visceads.accounts.system import F64, InputOutputSystem

TIER = 3
REBOUND_SHARES = (0.0, 0.1, 0.3, 0.5)
"""Shares of the money saved that households may spend again."""

_ROUNDING = 1e-12


@dataclass(frozen=True)
class Rebound:
    """Net effect with a part of the saving spent again.

    Attributes:
        spent_share: part of the saving that households spend again, 0..1.
        net_mt: net second-order effect with the CO2 of that spending, Mt; NaN is null.
    """

    spent_share: float
    net_mt: float


@dataclass(frozen=True)
class IctEffect:
    """CO2 effects of an ICT solution, Mt; negative is a fall. NaN is null.

    Attributes:
        statement: what has to be said beside the figures.
        ict_purchase_m_cny: (n) ICT products bought more in the scenario, 0 for other sectors.
        first_order_mt: footprint of those products.
        gross_second_order_mt: change of all other emissions.
        net_second_order_mt: their sum, the change of all emissions.
        actual_reduction_mt: how far emissions fall, 0 or more; null where the reference is no observed state.
        smaller_increase_mt: how much less they are than projected, 0 or more; null where the reference is observed.
        saving_m_cny: money that industries and final demand no longer spend on domestic products.
        household_intensity_t_per_m_cny: CO2 embodied in a million yuan of household demand; null where there is none.
        rebounds: for each share that is spent again; null unless the saving is above 0.
        break_even_share: share at which the rebound uses up the whole effect; null unless the saving is above 0.
        rebound_reason: why the rebound is null (`not_applicable`: nothing is saved; `zero_denominator`: households
            demand nothing), or None.
        tier: 3.
        public_use: False.
    """

    statement: IctStatement
    ict_purchase_m_cny: F64
    first_order_mt: float
    gross_second_order_mt: float
    net_second_order_mt: float
    actual_reduction_mt: float
    smaller_increase_mt: float
    saving_m_cny: float
    household_intensity_t_per_m_cny: float
    rebounds: tuple[Rebound, ...]
    break_even_share: float
    rebound_reason: str | None
    tier: int = TIER
    public_use: bool = False


def ict_effect(
    reference: Economy,
    scenario: Economy,
    statement: IctStatement,
    household_categories: Sequence[str] = HOUSEHOLD_CATEGORIES,
    rebound_shares: Sequence[float] = REBOUND_SHARES,
) -> IctEffect:
    """Return first-order, second-order and rebound effects of an ICT solution.

    Args:
        reference: the economy without the solution.
        scenario: the economy with it, from `apply_scenario`.
        statement: the statement of the scenario file.
        household_categories: codes of the final demand categories of households, whose mix the rebound has.
        rebound_shares: shares of the saving that are spent again, each 0..1.

    Raises:
        AccountsError: no CO2; different labels; an ICT sector or category that the table has not; a share outside
            0..1; a sector whose domestic inputs exceed its output in the scenario.
    """
    system = scenario.system
    before, after = _checked(reference, scenario)
    _require_known(statement.ict_sectors, tuple(dict.fromkeys(s for _, s in system.labels)), "ICT sector")
    _require_known(household_categories, system.categories, "final demand category")
    wrong = [share for share in rebound_shares if not 0 <= share <= 1]
    if wrong:
        raise AccountsError(f"a rebound share is {wrong[0]}; give shares from 0 to 1")
    m = system.multipliers(after.f)
    purchases = (system.A - reference.system.A) @ system.x + system.demand - reference.system.demand
    is_ict = np.array([sector in statement.ict_sectors for _, sector in system.labels])
    ict_purchase = np.where(is_ict, purchases, 0.0)
    first = float(m @ ict_purchase)
    net = float((after.f * system.x - before.f * reference.system.x).sum())
    saving = 0.0 - float(purchases.sum())
    household = _household_intensity(reference.system, m, household_categories)
    reason = "not_applicable" if saving <= 0 else "zero_denominator" if np.isnan(household) else None
    again = saving * household if reason is None else np.nan
    observed = statement.reference_kind == "observed"
    fall = max(0.0, -net)
    return IctEffect(
        statement=statement,
        ict_purchase_m_cny=ict_purchase,
        first_order_mt=first,
        gross_second_order_mt=net - first,
        net_second_order_mt=net,
        actual_reduction_mt=fall if observed else np.nan,
        smaller_increase_mt=np.nan if observed else fall,
        saving_m_cny=saving,
        household_intensity_t_per_m_cny=TONNES_PER_MEGATONNE * household,
        rebounds=tuple(Rebound(share, net + share * again) for share in rebound_shares),
        break_even_share=-net / again if again > 0 else np.nan,
        rebound_reason=reason,
    )


def _checked(reference: Economy, scenario: Economy) -> tuple[Emissions, Emissions]:
    if reference.system.labels != scenario.system.labels:
        raise AccountsError("reference and scenario have different sectors; compare a scenario with its own reference")
    if reference.emissions is None or scenario.emissions is None:
        raise AccountsError(
            "the table has no CO2 of this basis, so an ICT effect cannot be stated; choose another basis"
        )
    system = scenario.system
    sums = system.A.sum(axis=0)
    wrong = np.flatnonzero((sums > 1 + _ROUNDING) & (sums > reference.system.A.sum(axis=0)))
    if wrong.size:
        k = int(wrong[0])
        province, sector = system.labels[k]
        raise AccountsError(
            f"in the scenario {province} {sector} needs domestic inputs of {sums[k]:.6g} per unit of output; an ICT "
            f"effect wants at most 1, change less",
            province,
            sector,
            float(sums[k]),
        )
    return reference.emissions, scenario.emissions


def _household_intensity(system: InputOutputSystem, m: F64, categories: Sequence[str]) -> float:
    """Return CO2 per unit of household demand of all provinces in the reference, Mt per million yuan."""
    chosen = [system.categories.index(code) for code in categories]
    demand = system.final_demand[:, :, chosen].sum(axis=(1, 2))
    total = float(demand.sum())
    return float(m @ demand) / total if total > 0 else np.nan


def _require_known(codes: Sequence[str], known: tuple[str, ...], kind: str) -> None:
    for code in codes:
        if code not in known:
            raise AccountsError(f"the table has no {kind} '{code}'; {nearest(code, known)}")
