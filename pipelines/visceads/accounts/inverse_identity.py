"""Identities of the Leontief and the Ghosh inverse and of split multipliers, as residuals.

Belongs here: relative residuals under stable names, for tests and for the checks of a run, of what `multiplier`,
`spillover`, `ghosh` and `linkage` rest on. Not here: residuals of the table and of footprints (`identity`); what is
done about a residual that is too large.

Every residual costs a few products of the matrix with a vector, never one of two matrices.
"""

from __future__ import annotations

import numpy as np

from visceads.accounts.ghosh import enabled
from visceads.accounts.multiplier import FuelGroupIntensities, Multipliers
from visceads.accounts.spillover import SplitMultipliers
from visceads.accounts.system import F64, InputOutputSystem


def inverse_residuals(system: InputOutputSystem) -> dict[str, float]:
    """Return residuals of L and of the Ghosh inverse G; all should be below 1e-10.

    `leontief_rows` (L1 = 1 + A L1), `leontief_columns` (1'L = 1' + 1'L A) and `ghosh_rows` (G1 = 1 + B G1, where
    G1 comes from the factors of I - A) are relative to the largest sum. `leontief_negative` is how far the smallest
    element of L lies below 0, `leontief_diagonal` how far the smallest diagonal element lies below 1.
    """
    L, one = system.leontief_inverse, np.ones(len(system.x))
    rows, columns = L.sum(axis=1), L.sum(axis=0)
    active = system.active.astype(np.float64)
    ghosh = enabled(system, active)
    # B G1 = diag(x)^-1 Z G1 without forming B.
    next_round = system.coefficients(system.Z @ ghosh)
    return {
        "leontief_rows": _relative(rows - one - system.A @ rows, rows),
        "leontief_columns": _relative(columns - one - columns @ system.A, columns),
        "leontief_negative": max(0.0, -float(L.min())),
        "leontief_diagonal": max(0.0, 1.0 - float(np.diag(L).min())),
        "ghosh_rows": _relative(ghosh - active - next_round, ghosh),
    }


def split_residuals(
    result: Multipliers, split: SplitMultipliers, groups: FuelGroupIntensities | None = None
) -> dict[str, float]:
    """Return how far parts of multipliers are from their totals, relative to the largest total.

    `output_split`, `value_added_split`, `co2_split`: own and other provinces; `co2_fuel_groups`: the fuel groups,
    where they are given. A residual is 0 where all values are null.
    """
    residuals = {
        "output_split": _gap(split.output_own_province + split.output_other_province, result.output),
        "value_added_split": _gap(
            split.value_added_own_province + split.value_added_other_province, result.value_added
        ),
        "co2_split": _gap(
            split.co2_own_province_t_per_m_cny + split.co2_other_province_t_per_m_cny, result.co2_total_t_per_m_cny
        ),
    }
    if groups is not None:
        residuals["co2_fuel_groups"] = _gap(groups.total_t_per_m_cny.sum(axis=0), result.co2_total_t_per_m_cny)
    return residuals


def _gap(sums: F64, total: F64) -> float:
    known = ~np.isnan(total)
    return _relative((sums - total)[known], total[known])


def _relative(gaps: F64, totals: F64) -> float:
    scale = float(np.abs(totals).max(initial=0.0))
    return float(np.abs(gaps).max(initial=0.0)) / (scale or 1.0)
