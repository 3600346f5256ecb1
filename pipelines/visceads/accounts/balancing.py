"""Balancing a matrix to given row and column totals: RAS for values of one sign, GRAS for both.

Belongs here: the two iterations, what they cannot do and in which words. Not here: where totals come from, and
checks of published tables (a reader refuses a table that does not balance; nothing is balanced in silence).

Both look for the matrix nearest to the given one (in information) that has the totals. Cells that are zero stay
zero, signs stay. GRAS splits the matrix into P = max(z, 0) and N = max(-z, 0) and finds multipliers r, s with
z*_ij = r_i P_ij s_j - N_ij / (r_i s_j); without negative cells it is RAS.

Sources: Bacharach, Biproportional Matrices and Input-Output Change (1970) (RAS); Junius and Oosterhaven, The solution
of updating or regionalizing a matrix with both positive and negative entries, Economic Systems Research 15 (2003);
Lenzen, Wood and Gallego, Some comments on the GRAS method, Economic Systems Research 19 (2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visceads.accounts.errors import AccountsError
from visceads.accounts.system import F64

TOTALS_AGREE = 1e-9
"""What the sum of the row totals may miss of the sum of the column totals, relative to the totals' absolute sum."""

GAP = 1e-10
"""Largest relative gap between a sum and its target at which the iteration stops."""

MOST_SWEEPS = 1000

_DIVERGED = 1e100  # multipliers beyond this mean that no solution exists


@dataclass(frozen=True)
class Balanced:
    """A balanced matrix and how it came about.

    Attributes:
        values: (a, b) the matrix with the totals asked for.
        row_multipliers: (a) r; 1 for a row that holds no value.
        column_multipliers: (b) s; 1 for a column that holds no value.
        sweeps: number of passes over rows and columns.
        largest_gap: largest gap of a sum from its target, relative to the target (to all totals where it is 0).
    """

    values: F64
    row_multipliers: F64
    column_multipliers: F64
    sweeps: int
    largest_gap: float


@dataclass(frozen=True)
class _Axis:
    """Targets along one axis and what its places are called."""

    kind: str
    target: F64
    names: Sequence[str] | None

    def name(self, place: int) -> str:
        return f"{self.kind} {place + 1 if self.names is None else self.names[place]}"


def ras(
    matrix: F64,
    row_totals: F64,
    column_totals: F64,
    row_names: Sequence[str] | None = None,
    column_names: Sequence[str] | None = None,
) -> Balanced:
    """Scale rows and columns of a matrix without negative values until its sums are the totals.

    Args:
        matrix: (a, b) values of 0 or more, any unit.
        row_totals: (a) targets of 0 or more, same unit.
        column_totals: (b) targets of 0 or more; their sum is that of `row_totals`.
        row_names: (a) how errors call the rows; without them they are counted from 1.
        column_names: (b) the same for columns.

    Raises:
        AccountsError: the reasons of `gras`; and a negative value or target.
    """
    z, rows, columns = _checked(matrix, row_totals, column_totals, (row_names, column_names))
    for axis in (rows, columns):
        if (axis.target < 0).any():
            place = int(np.flatnonzero(axis.target < 0)[0])
            raise AccountsError(
                f"the target of {axis.name(place)} is {axis.target[place]:.6g}; RAS needs totals of 0 or more, "
                f"use GRAS for mixed signs",
                value=float(axis.target[place]),
            )
    if (z < 0).any():
        i, j = (int(place) for place in np.argwhere(z < 0)[0])
        raise AccountsError(
            f"{rows.name(i)}, {columns.name(j)} holds {z[i, j]:.6g}; RAS needs values of 0 or more, use GRAS for "
            f"mixed signs",
            value=float(z[i, j]),
        )
    return _balance(z, rows, columns)


def gras(
    matrix: F64,
    row_totals: F64,
    column_totals: F64,
    row_names: Sequence[str] | None = None,
    column_names: Sequence[str] | None = None,
) -> Balanced:
    """Scale rows and columns of a matrix with values of both signs until its sums are the totals.

    Args:
        matrix: (a, b) values of any sign, any unit.
        row_totals: (a) targets of any sign, same unit.
        column_totals: (b) targets of any sign; their sum is that of `row_totals`.
        row_names: (a) how errors call the rows; without them they are counted from 1.
        column_names: (b) the same for columns.

    Raises:
        AccountsError: a wrong shape or a value that is no finite number; totals of rows and columns that differ; a
            row or column that cannot reach its target (empty with a target other than 0, or without a value of
            the sign it needs); no solution within 1000 sweeps. It names the row or column.
    """
    z, rows, columns = _checked(matrix, row_totals, column_totals, (row_names, column_names))
    return _balance(z, rows, columns)


def _balance(z: F64, rows: _Axis, columns: _Axis) -> Balanced:
    positive, negative = np.maximum(z, 0.0), np.maximum(-z, 0.0)
    _require_reachable(z, rows)
    _require_reachable(z.T, columns)
    s = np.ones(z.shape[1])
    scale = float(np.abs(rows.target).sum()) or 1.0
    for sweep in range(1, MOST_SWEEPS + 1):
        r = _multipliers(positive @ s, negative @ _reciprocal(s), rows)
        s = _multipliers(r @ positive, _reciprocal(r) @ negative, columns)
        values = r[:, None] * positive * s - negative * np.outer(_reciprocal(r), _reciprocal(s))
        gap = _relative_gap(values.sum(axis=1), rows.target, scale)
        other = _relative_gap(values.sum(axis=0), columns.target, scale)
        largest = float(max(gap.max(), other.max()))
        if largest <= GAP:
            return Balanced(values, r, s, sweep, largest)
    axis, gaps = (rows, gap) if gap.max() >= other.max() else (columns, other)
    worst = int(gaps.argmax())
    raise AccountsError(
        f"the matrix cannot be balanced: after {MOST_SWEEPS} sweeps {axis.name(worst)} still misses its target of "
        f"{axis.target[worst]:.6g} by {gaps[worst]:.3g} (relative); look for values that are zero where the totals "
        f"need one",
        value=float(axis.target[worst]),
    )


def _multipliers(positive: F64, negative: F64, axis: _Axis) -> F64:
    """Solve r p - n / r = u for the positive root of each place; 1 where p = n = 0.

    For u < 0 the root is written with the sum in the denominator: u + sqrt(u^2 + 4pn) would cancel.
    """
    u = axis.target
    root = np.sqrt(u**2 + 4 * positive * negative)
    above = np.where(u >= 0, u + root, 2 * negative)
    below = np.where(u >= 0, 2 * positive, root - u)
    result = np.ones(len(u))
    held = (positive > 0) | (negative > 0)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        np.divide(above, below, out=result, where=held)
    lost = ~(result <= _DIVERGED) | ((u != 0) & (~held | (result == 0)))
    if lost.any():
        place = int(np.flatnonzero(lost)[0])
        raise AccountsError(
            f"the matrix cannot be balanced: {axis.name(place)} has a target of {u[place]:.6g}, but the other totals "
            f"leave nothing in its values of the sign it needs; give it further values or correct the totals",
            value=float(u[place]),
        )
    return result


def _reciprocal(multipliers: F64) -> F64:
    """Return 1 / r, and 0 where r is 0: only places without negative values have that."""
    return np.divide(1.0, multipliers, out=np.zeros_like(multipliers), where=multipliers > 0)


def _relative_gap(sums: F64, target: F64, scale: float) -> F64:
    return np.asarray(np.abs(sums - target) / np.where(target == 0, scale, np.abs(target)))


def _require_reachable(z: F64, axis: _Axis) -> None:
    u = axis.target
    has_positive, has_negative = (z > 0).any(axis=1), (z < 0).any(axis=1)
    needs_positive = ~has_positive & ((u > 0) | (has_negative & (u == 0)))
    needs_negative = ~has_negative & (u < 0)
    for wrong, sign in ((needs_positive, "above"), (needs_negative, "below")):
        if wrong.any():
            place = int(np.flatnonzero(wrong)[0])
            raise AccountsError(
                f"{axis.name(place)} has a target of {u[place]:.6g} but no value {sign} zero; a zero cell stays zero, "
                f"so give it a first value or correct the target",
                value=float(u[place]),
            )


def _checked(
    matrix: F64,
    row_totals: F64,
    column_totals: F64,
    names: tuple[Sequence[str] | None, Sequence[str] | None],
) -> tuple[F64, _Axis, _Axis]:
    z = np.ascontiguousarray(matrix, dtype=np.float64)
    if z.ndim != 2:
        raise AccountsError(f"the matrix to balance has {z.ndim} axes; give rows and columns")
    axes = []
    for kind, size, given, called in zip(("row", "column"), z.shape, (row_totals, column_totals), names, strict=True):
        target = np.asarray(given, dtype=np.float64)
        if target.shape != (size,) or (called is not None and len(called) != size):
            raise AccountsError(
                f"the matrix has {size} {kind}s, but {target.size} {kind} totals"
                f"{'' if called is None else f' and {len(called)} names'} were given; give one for each"
            )
        axes.append(_Axis(kind, target, called))
        if not np.isfinite(target).all():
            place = int(np.flatnonzero(~np.isfinite(target))[0])
            raise AccountsError(f"the target of {axes[-1].name(place)} is {target[place]}; give a finite number")
    rows, columns = axes
    if not np.isfinite(z).all():
        i, j = (int(place) for place in np.argwhere(~np.isfinite(z))[0])
        raise AccountsError(
            f"{rows.name(i)}, {columns.name(j)} holds {z[i, j]}; give finite numbers, 0 for an empty cell"
        )
    gap = abs(float(rows.target.sum() - columns.target.sum()))
    if gap > TOTALS_AGREE * float(np.abs(rows.target).sum() + np.abs(columns.target).sum()) / 2:
        raise AccountsError(
            f"the row totals sum to {rows.target.sum():.9g}, the column totals to {columns.target.sum():.9g}; "
            f"no matrix has both, make them agree"
        )
    return z, rows, columns
