"""Type II multipliers: the system closed on households, whose pay is spent again.

Belongs here: households as further sectors (one per province, or one for the nation), induced effects. Not here:
simple multipliers and Type I ratios (`multiplier`).

The closed system is Abar = [[A, C], [W, 0]]: W holds the compensation per unit of output, C what households of a
province buy per unit of their income. The large matrix is never formed: with K = W L C and Q = (I - K)^-1 (one row
and column per household sector) the industries' rows of q'Lbar are q'L + (q'L C) Q (W L).

Two numbers go by the name of Type II output multiplier and must not be mixed: *truncated* sums the rows of the
industries, *total* adds the rows of the households.

Sources: Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapters 2.5 and 6.2; Eurostat Manual of Supply,
Use and Input-Output Tables (2008), chapter 15.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from visceads.accounts.emissions import TONNES_PER_MEGATONNE, Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.null_reason import Reasons, first_reason, has_value, intensity_rules
from visceads.accounts.system import (
    F64,
    LARGEST_SPECTRAL_RADIUS,
    InputOutputSystem,
    Mask,
    refuse_negative,
    spectral_radius,
)

HOUSEHOLD_CATEGORIES = ("FU101", "FU102")
"""Final demand of rural and of urban households."""

NATION = "nation"

Closure = Literal["province", "nation"]
"""One household sector per province, or one for all."""


@dataclass(frozen=True)
class HouseholdClosure:
    """Households as sectors of the system, h of them.

    Attributes:
        households: (h) province codes, or `nation` alone.
        C: (n, h) purchases of households per unit of their income, million yuan per million yuan.
        W: (h, n) compensation that goes to the households per unit of a sector's output.
        capped: (h) `closure_capped`: households spend at least what they earn in the table, so their income
            was set to their consumption, imports included.
    """

    households: tuple[str, ...]
    C: F64
    W: F64
    capped: Mask


@dataclass(frozen=True)
class Type2Multipliers:
    """Per million yuan of final demand, induced household spending included, (n); NaN is null.

    Attributes:
        output_truncated: million yuan, rows of industries only.
        output_total: the same with the rows of households (their income counts as output).
        value_added_truncated: million yuan.
        income: million yuan of compensation.
        income_ratio: income per unit of the sector's own compensation, null (`zero_direct`) where that is not
            above zero.
        co2_truncated_t_per_m_cny: tonnes; null for the reasons in `null_reason`.
        null_reason: `zero_output` empties the row; the others only CO2.
    """

    output_truncated: F64
    output_total: F64
    value_added_truncated: F64
    income: F64
    income_ratio: F64
    co2_truncated_t_per_m_cny: F64
    null_reason: Reasons


def close_on_households(
    system: InputOutputSystem,
    household_imports: F64 | None,
    categories: Sequence[str] = HOUSEHOLD_CATEGORIES,
    closure: Closure = "province",
) -> HouseholdClosure:
    """Turn the households of every province (or of the nation) into sectors.

    C is household consumption over compensation. Where households consume at least the compensation paid in
    their province, consumption with imports takes its place and the closure counts as capped.

    Args:
        system: the table.
        household_imports: (R) imports that households use themselves, million yuan; None where they are not
            known, which is allowed as long as no closure must be capped.
        categories: codes of the final demand categories of households.
        closure: one household sector per province, or one for all.

    Raises:
        AccountsError: an unknown category or closure; negative compensation or household consumption; imports
            of a wrong length, negative or not finite, or lacking where a cap needs them; induced spending that
            never dies out (spectral radius of K of 1 - 1e-9 or more: as no coefficient is negative, that is the case
            exactly if the spectral radius of Abar is not below 1).
    """
    if closure not in get_args(Closure):
        raise AccountsError(f"there is no household closure '{closure}'; choose one of {', '.join(get_args(Closure))}")
    positions = [_position(code, system.categories) for code in categories]
    spending = system.final_demand[:, :, positions].sum(axis=2)
    compensation = system.value_added[0]
    refuse_negative(compensation, "compensation of employees", system.labels)
    refuse_negative(system.final_demand[:, :, positions].min(axis=(1, 2)), "household consumption", system.labels)
    imports = _checked_imports(household_imports, system.provinces)
    group = system.province_index if closure == "province" else np.zeros(len(system.x), dtype=np.intp)
    households = system.provinces if closure == "province" else (NATION,)
    if closure == "nation":
        spending = spending.sum(axis=1, keepdims=True)
        imports = None if imports is None else imports.sum(keepdims=True)
    earned = np.bincount(group, weights=compensation, minlength=len(households)).astype(np.float64)
    consumption = spending.sum(axis=0)
    capped = (consumption >= earned) & (consumption > 0)
    imports = _needed_imports(imports, capped, households, consumption, earned)
    income = np.where(capped, consumption + imports, earned)
    C = np.divide(spending, income, out=np.zeros_like(spending), where=income > 0)
    W = np.zeros((len(households), len(system.x)))
    W[group, np.arange(len(system.x))] = system.coefficients(compensation)
    result = HouseholdClosure(households, C, W, capped)
    _require_induced_spending_dies_out(system, result)
    return result


def type2_multipliers(
    system: InputOutputSystem, emissions: Emissions | None, closure: HouseholdClosure
) -> Type2Multipliers:
    """Return the Type II multipliers of every sector.

    Args:
        system: the table.
        emissions: CO2 of one basis, or None where the table has none (CO2 is null then).
        closure: its households, from `close_on_households`.
    """
    f = np.zeros(len(system.x)) if emissions is None else emissions.f
    direct = system.coefficients(np.vstack([system.x, system.value_added_total, system.value_added[0]]))
    simple, induced_income = _solve(system, closure, np.vstack([direct[:2], f]))
    truncated = simple + (simple @ closure.C) @ induced_income
    truncated[:, ~system.active] = np.nan
    income = np.where(system.active, induced_income.sum(axis=0), np.nan)
    reason = first_reason(intensity_rules(system, emissions))
    return Type2Multipliers(
        output_truncated=truncated[0],
        output_total=truncated[0] + income,
        value_added_truncated=truncated[1],
        income=income,
        income_ratio=np.divide(income, direct[2], out=np.full(len(income), np.nan), where=direct[2] > 0),
        co2_truncated_t_per_m_cny=TONNES_PER_MEGATONNE * np.where(has_value(reason), truncated[2], np.nan),
        null_reason=reason,
    )


def type2_truncated(system: InputOutputSystem, closure: HouseholdClosure, coefficients: F64) -> F64:
    """Return truncated Type II multipliers of any coefficients, q'L + (q'L C) Q (W L).

    Args:
        system: the table.
        closure: its households.
        coefficients: (n) or (p, n) amounts per million yuan of gross output.

    Returns:
        The same shape as `coefficients`; an inactive sector gets its coefficient.

    Raises:
        AccountsError: another length than the table, or a value that is no finite number.
    """
    simple, induced_income = _solve(
        system, closure, np.atleast_2d(system.on_axis("coefficients", coefficients, axis=-1))
    )
    result: F64 = (simple + (simple @ closure.C) @ induced_income).reshape(np.shape(coefficients))
    return result


def closed_coefficients(system: InputOutputSystem, closure: HouseholdClosure) -> F64:
    """Return Abar = [[A, C], [W, 0]], (n + h, n + h); for checks, no multiplier needs it."""
    h = len(closure.households)
    return np.block([[system.A, closure.C], [closure.W, np.zeros((h, h))]])


def _solve(system: InputOutputSystem, closure: HouseholdClosure, coefficients: F64) -> tuple[F64, F64]:
    """Return q'L, (p, n), and the income of households by sector of demand, Q W L, (h, n)."""
    h = len(closure.households)
    m = system.multipliers(np.vstack([coefficients, closure.W]))
    first_round = m[len(coefficients) :]
    income = np.linalg.solve(np.eye(h) - first_round @ closure.C, first_round)
    return m[: len(coefficients)], np.asarray(income, dtype=np.float64)


def _position(code: str, categories: tuple[str, ...]) -> int:
    if code not in categories:
        raise AccountsError(
            f"the table has no final demand category {code}, it has {', '.join(categories)}; "
            f"name the categories of households"
        )
    return categories.index(code)


def _checked_imports(imports: F64 | None, provinces: tuple[str, ...]) -> F64 | None:
    if imports is None:
        return None
    array = np.asarray(imports, dtype=np.float64)
    if array.shape != (len(provinces),):
        raise AccountsError(
            f"household imports have the shape {array.shape}, the table has {len(provinces)} "
            f"provinces; give one value each"
        )
    for province, value in zip(provinces, array.tolist(), strict=True):
        if not (np.isfinite(value) and value >= 0):
            raise AccountsError(
                f"household imports of {province} are {value}; give a number of million yuan, 0 where there are none",
                province,
                value=value,
            )
    return array


def _needed_imports(
    imports: F64 | None, capped: NDArray[np.bool_], households: tuple[str, ...], consumption: F64, income: F64
) -> F64:
    if imports is not None:
        return imports
    if not capped.any():
        return np.zeros(len(households))
    worst = int(np.argmax(np.where(capped, consumption - income, -np.inf)))
    raise AccountsError(
        f"households of {households[worst]} consume {consumption[worst]:.6g} million yuan and earn "
        f"{income[worst]:.6g} ({int(capped.sum())} such household sectors in all); the closure must then be capped: "
        f"give the imports of households",
        households[worst],
        value=float(consumption[worst]),
    )


def _require_induced_spending_dies_out(system: InputOutputSystem, closure: HouseholdClosure) -> None:
    rounds = system.multipliers(closure.W) @ closure.C
    radius = spectral_radius(rounds)
    if radius < LARGEST_SPECTRAL_RADIUS:
        return
    worst = int(rounds.sum(axis=0).argmax())
    raise AccountsError(
        f"the system closed on households is not productive: induced spending grows by a factor of {radius:.12g} from "
        f"round to round, it must be below 1; of one million yuan that households of {closure.households[worst]} "
        f"spend, {rounds[:, worst].sum():.6g} come back as pay; check compensation and household consumption there",
        closure.households[worst],
        value=radius,
    )
