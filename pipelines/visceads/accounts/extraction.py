"""Hypothetical extraction: what would be lost without a sector, a province or any set of sectors.

Belongs here: losses of output, value added and CO2 in closed form, their shares of the table's totals. Not here: a
table that is changed and solved anew (the tests do that, to compare).

For a set g whose rows, columns and demand are set to zero the loss of a quantity with coefficients q is
m_g' L_gg^-1 x_g with m = q'L: one inverse serves all sets. One-sided variants keep the sector and cut only its
purchases or only its sales to industries; `external` keeps a province and cuts its intermediate trade with all
others. Losses of different sets do not add up.

Sources: Dietzenbacher, van der Linden and Steenge, The regional extraction method, Economic Systems Research 5
(1993); Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapter 12.2.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from visceads.accounts.emissions import Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.null_reason import Reasons, first_reason, has_value, missing_co2
from visceads.accounts.system import F64, InputOutputSystem

SectorVariant = Literal["total", "purchases", "sales"]
ProvinceVariant = Literal["total", "external"]


@dataclass(frozen=True)
class ExtractionLoss:
    """What the table loses, one value per extracted sector, province or set; NaN is null.

    An inactive sector loses 0. Shares are in 0..1 of the table's gross output, value added and CO2 (stranded CO2
    included); a share of nothing is null.

    Attributes:
        output_loss_m_cny, value_added_loss_m_cny: million yuan, the extracted part included.
        co2_loss_mt: Mt; null where the CO2 of what is extracted is unknown.
        output_loss_share, value_added_loss_share, co2_loss_share: of the table's totals.
        null_reason: why CO2 is null (`no_inventory`, `no_inventory_row`), or None.
    """

    output_loss_m_cny: F64
    value_added_loss_m_cny: F64
    co2_loss_mt: F64
    output_loss_share: F64
    value_added_loss_share: F64
    co2_loss_share: F64
    null_reason: Reasons


def extract_sectors(
    system: InputOutputSystem, emissions: Emissions | None, variant: SectorVariant = "total"
) -> ExtractionLoss:
    """Return the loss by extracting each sector of each province alone, (n).

    Args:
        system: the table.
        emissions: CO2 of one basis, or None where the table has none (CO2 is null then).
        variant: `total` extracts purchases, sales and final demand; `purchases` only what the sector buys from
            domestic industries; `sales` only what it sells to industries, final demand for it stays.

    Raises:
        AccountsError: if there is no such variant.
    """
    _require_variant(variant, get_args(SectorVariant))
    q, m = _coefficients_and_multipliers(system, emissions)
    weight = {"total": m, "purchases": m - q, "sales": m}[variant]
    amount = system.x - system.demand if variant == "sales" else system.x
    losses = np.where(system.active, weight * amount / np.diag(system.leontief_inverse), 0.0)
    unknown = [(name, mask & system.active) for name, mask in missing_co2(system, emissions)]
    return _with_shares(system, emissions, losses, first_reason(unknown))


def extract_provinces(
    system: InputOutputSystem, emissions: Emissions | None, variant: ProvinceVariant = "total"
) -> ExtractionLoss:
    """Return the loss by extracting each province, (R).

    Args:
        system: the table.
        emissions: CO2 of one basis, or None where the table has none (CO2 is null then).
        variant: `total` extracts the province; `external` leaves it its own block and all final demand for it, and
            cuts its intermediate purchases from and sales to other provinces.

    Raises:
        AccountsError: if there is no such variant.
    """
    _require_variant(variant, get_args(ProvinceVariant))
    blocks = [system.block(r) for r in range(len(system.provinces))]
    losses = _group_losses(system, emissions, [np.arange(b.start, b.stop) for b in blocks])
    if variant == "external":
        losses -= _kept_alone(system, emissions, blocks)
    known = np.zeros(len(blocks), dtype=np.bool_) if emissions is None else emissions.has_inventory
    return _with_shares(system, emissions, losses, first_reason([("no_inventory", ~known)]))


def extract_groups(
    system: InputOutputSystem, emissions: Emissions | None, groups: Sequence[NDArray[np.intp]]
) -> ExtractionLoss:
    """Return the loss by extracting each of some sets of sectors, for instance one sector in all provinces.

    CO2 that is unknown counts as 0 here, as in the accounts of all provinces together; it is null only where
    the table has none, or where none of the set is known.

    Args:
        system: the table.
        emissions: CO2 of one basis, or None.
        groups: the indices k of each set.

    Raises:
        AccountsError: an empty set, an index outside the table or one that occurs twice in a set.
    """
    for number, members in enumerate(groups):
        _require_members(members, len(system.x), number)
    missing = first_reason(missing_co2(system, emissions))
    reasons: list[str | None] = []
    for members in groups:
        own = [missing[k] for k in members.tolist()]
        reasons.append(None if None in own else own[0])
    return _with_shares(system, emissions, _group_losses(system, emissions, groups), tuple(reasons))


def _coefficients_and_multipliers(system: InputOutputSystem, emissions: Emissions | None) -> tuple[F64, F64]:
    """Return q and q'L of output, value added and CO2, (3, n) each."""
    f = np.zeros(len(system.x)) if emissions is None else emissions.f
    q = np.vstack([system.coefficients(np.vstack([system.x, system.value_added_total])), f])
    return q, system.multipliers(q)


def _group_losses(system: InputOutputSystem, emissions: Emissions | None, groups: Sequence[NDArray[np.intp]]) -> F64:
    """Return m_g' L_gg^-1 x_g for the three quantities, (3, number of groups)."""
    _, m = _coefficients_and_multipliers(system, emissions)
    L = system.leontief_inverse
    columns = [m[:, g] @ np.linalg.solve(L[np.ix_(g, g)], system.x[g]) for g in groups]
    return np.column_stack(columns)


def _kept_alone(system: InputOutputSystem, emissions: Emissions | None, blocks: Sequence[slice]) -> F64:
    """Return q_g'(I - A_gg)^-1 y_g: what a province makes for final demand out of its own block, (3, R)."""
    q, _ = _coefficients_and_multipliers(system, emissions)
    demand = system.demand
    columns = []
    for block in blocks:
        alone = np.eye(block.stop - block.start) - system.A[block, block]
        columns.append(q[:, block] @ np.linalg.solve(alone, demand[block]))
    return np.column_stack(columns)


def _with_shares(
    system: InputOutputSystem, emissions: Emissions | None, losses: F64, reason: Reasons
) -> ExtractionLoss:
    output, value_added, co2 = losses
    co2 = np.where(has_value(reason), co2, np.nan)
    total_co2 = 0.0 if emissions is None else float(emissions.co2.sum())
    return ExtractionLoss(
        output_loss_m_cny=output,
        value_added_loss_m_cny=value_added,
        co2_loss_mt=co2,
        output_loss_share=_share(output, float(system.x.sum())),
        value_added_loss_share=_share(value_added, float(system.value_added_total.sum())),
        co2_loss_share=_share(co2, total_co2),
        null_reason=reason,
    )


def _share(loss: F64, total: float) -> F64:
    return loss / total if total > 0 else np.full(len(loss), np.nan)


def _require_variant(variant: str, known: tuple[str, ...]) -> None:
    if variant not in known:
        raise AccountsError(f"there is no extraction variant '{variant}'; choose one of {', '.join(known)}")


def _require_members(members: NDArray[np.intp], n: int, number: int) -> None:
    if len(members) == 0 or len(np.unique(members)) != len(members) or members.min() < 0 or members.max() >= n:
        raise AccountsError(
            f"set {number} of the sectors to extract is empty, names a sector twice or an index outside "
            f"0..{n - 1}; give each sector of a set once"
        )
