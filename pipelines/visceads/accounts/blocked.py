"""Systems too large for copies: one matrix in memory, filled region by region and factorised in place.

Belongs here: building the system of a table whose flows come in blocks of columns, such as a table of cities
(313 regions x 42 sectors: 13,146 squared, 1.4 GB as float64). Not here: what is solved for. Multipliers, footprints,
embodied flows by the multi-regional view and downstream multipliers take a `BlockedSystem` as they take any system;
what needs Z or A itself (trade embodied by EEBT, layers, paths) does not.

The dense way (`system.build_system`) holds Z, A and the factors at once, and copies on the way. Here I - A is filled
column block by column block where LAPACK then writes the factors, so the peak is that one matrix.

Source: Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapter 2; Berman and Plemmons, Nonnegative Matrices in
the Mathematical Sciences (1994), chapter 6 (for A >= 0 the system is productive exactly if 1'(I - A)^-1 > 0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import NoReturn

import numpy as np
from scipy.linalg import lu_factor, lu_solve
from scipy.linalg.lapack import dgecon

from visceads.accounts.errors import AccountsError
from visceads.accounts.system import (
    DOUBTFUL_CONDITION,
    F64,
    LARGEST_SPECTRAL_RADIUS,
    REFUSED_CONDITION,
    VALUE_ADDED_CODES,
    InputOutputSystem,
    Mask,
    checked_array,
    refuse_negative,
)

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class BlockedTable:
    """A table of R regions with the same S sectors each, unchecked; n = R S, index k = (region, sector).

    Attributes:
        regions: (R) codes.
        sectors: (S) codes.
        categories: (C) codes of the final demand categories.
        purchases: gives Z[:, columns of region r], (n, S), for the position r of a region: what its sectors buy from
            all sellers. It is called once for each region, in order; the block may be a view of a file.
        x: (n) gross output.
        final_demand: (n, R, C) by seller, buyer region and category.
        exports: (n).
        error: (n) statistical error, which is added.
        imports: (n) imported intermediate inputs.
        value_added: (4, n) in the order of `system.VALUE_ADDED_CODES`.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    categories: tuple[str, ...]
    purchases: Callable[[int], F64]
    x: F64
    final_demand: F64
    exports: F64
    error: F64
    imports: F64
    value_added: F64

    @property
    def labels(self) -> Labels:
        """The axis, (n) pairs of region and sector, region-major."""
        return tuple(product(self.regions, self.sectors))


@dataclass(frozen=True)
class BlockedSystem(InputOutputSystem):
    """An `InputOutputSystem` without Z and A: they are gone once the factors stand in their place."""

    Z: F64 = field(init=False, repr=False, compare=False)
    A: F64 = field(init=False, repr=False, compare=False)

    def __getattr__(self, name: str) -> NoReturn:
        """Say why Z and A are missing; Python asks here only for what an object does not have."""
        if name in ("Z", "A"):
            raise AccountsError(
                f"a system built in blocks does not keep {name}; take the flows from their source, or build the "
                f"system of a smaller table with build_system"
            )
        raise AttributeError(f"BlockedSystem has no attribute {name!r}")


def build_blocked_system(table: BlockedTable) -> BlockedSystem:
    """Check a table block by block and factorise I - A in place.

    The rules are those of `build_system`. Peak memory: one (n, n) matrix of float64 and a few arrays of (n, S) and
    (n, R). Whether a table is productive is told by its output multipliers, for A itself is not kept: 1'L is at
    least 1 throughout exactly if the spectral radius is below 1. Multipliers of 1e9 and more are refused as well.

    Args:
        table: the table; each block is read once.

    Raises:
        AccountsError: a region or sector named twice; a wrong shape; a value that is no finite number; a negative
            gross output or intermediate flow; a sector of zero output that still buys or sells; a table that is not
            productive; I - A singular to working precision (reciprocal condition below 1e-12).
    """
    _require_distinct(table.regions, "region")
    _require_distinct(table.sectors, "sector")
    labels, vectors = table.labels, _checked_vectors(table)
    x = vectors["x"]
    active = x > 0
    _require_empty(_amounts_beside_flows(vectors), active, labels)
    matrix, sums = _leontief_matrix(table, x, active)
    norm = max(float(np.abs(matrix[:, k]).sum()) for k in range(len(x)))
    lu, pivots = lu_factor(matrix, overwrite_a=True, check_finite=False)
    condition = float(dgecon(lu, norm, norm="1")[0])
    if sums.max() >= 1:  # sums below 1 prove it for A >= 0
        _require_productive(lu_solve((lu, pivots), np.ones(len(x)), trans=1, check_finite=False), sums, labels)
    _require_solvable(condition)
    Y = vectors["final_demand"].sum(axis=2)
    for array in (lu, Y, active):
        array.flags.writeable = False
    R, S = len(table.regions), len(table.sectors)
    return BlockedSystem(
        labels=labels,
        categories=table.categories,
        **vectors,
        provinces=table.regions,
        starts=np.arange(R, dtype=np.intp) * S,
        province_index=np.repeat(np.arange(R, dtype=np.intp), S),
        active=active,
        Y=Y,
        factors=(lu, pivots),
        reciprocal_condition=condition,
        warnings=_warnings(condition),
    )


def _require_distinct(codes: tuple[str, ...], what: str) -> None:
    if not codes:
        raise AccountsError(f"the table has no {what} at all; give at least one")
    if len(set(codes)) != len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        raise AccountsError(f"{what} {twice} stands more than once among the {what}s; each must occur once")


def _checked_vectors(table: BlockedTable) -> dict[str, F64]:
    n, R, C = len(table.labels), len(table.regions), len(table.categories)
    shapes = {
        "x": (n,),
        "final_demand": (n, R, C),
        "exports": (n,),
        "error": (n,),
        "imports": (n,),
        "value_added": (len(VALUE_ADDED_CODES), n),
    }
    arrays = {name: checked_array(name, getattr(table, name), shapes[name], table.labels) for name in shapes}
    refuse_negative(arrays["x"], "gross output", table.labels)
    return arrays


def _amounts_beside_flows(vectors: dict[str, F64]) -> dict[str, F64]:
    """What a sector sells and buys besides intermediate flows, each as a sum of absolute values, (n)."""
    return {
        "final demand": np.abs(vectors["final_demand"]).sum(axis=(1, 2)),
        "exports": np.abs(vectors["exports"]),
        "a statistical error": np.abs(vectors["error"]),
        "imported inputs": np.abs(vectors["imports"]),
        "value added": np.abs(vectors["value_added"]).sum(axis=0),
    }


def _leontief_matrix(table: BlockedTable, x: F64, active: Mask) -> tuple[F64, F64]:
    """Return I - A in Fortran order, which LAPACK can overwrite, and the column sums of A."""
    n, S, labels = len(x), len(table.sectors), table.labels
    matrix = np.empty((n, n), order="F")
    bought, sold = np.zeros(n), np.zeros(n)
    for r in range(len(table.regions)):
        columns = slice(r * S, (r + 1) * S)
        flows = _checked_block(table, r)
        bought[columns] = flows.sum(axis=0)
        sold += flows.sum(axis=1)
        block = matrix[:, columns]
        block[...] = 0.0
        np.divide(flows, -x[columns], out=block, where=active[columns])
    _require_empty({"intermediate sales": sold, "intermediate purchases": bought}, active, labels)
    sums = np.divide(bought, x, out=np.zeros(n), where=active)
    matrix[np.diag_indices(n)] += 1
    return matrix, sums


def _checked_block(table: BlockedTable, r: int) -> F64:
    """Ask for one block and check it; an error names the flow's seller and buyer."""
    labels, S = table.labels, len(table.sectors)
    flows = np.asarray(table.purchases(r), dtype=np.float64)
    region = table.regions[r]
    if flows.shape != (len(labels), S):
        raise AccountsError(
            f"the purchases of {region} have the shape {flows.shape}, the table needs {(len(labels), S)}: all "
            f"sellers by its sectors",
            region,
        )
    for wrong, words in ((~np.isfinite(flows), "no finite number"), (flows < 0, "below zero")):
        if wrong.any():
            seller, buyer = (int(i) for i in np.argwhere(wrong)[0])
            raise AccountsError(
                f"the flow from {' '.join(labels[seller])} to {region} {table.sectors[buyer]} is "
                f"{flows[seller, buyer]}, {words}; correct it in the source (an empty cell counts as 0)",
                *labels[seller],
                value=float(flows[seller, buyer]),
            )
    return flows


def _require_empty(amounts: dict[str, F64], active: Mask, labels: Labels) -> None:
    for words, values in amounts.items():
        wrong = np.flatnonzero(~active & (values != 0))
        if wrong.size:
            k = int(wrong[0])
            raise AccountsError(
                f"{' '.join(labels[k])} has no gross output but {words} of {values[k]:.6g}; a sector without output "
                f"must be empty ({wrong.size} such sectors in all); correct its gross output or empty it",
                *labels[k],
                value=float(values[k]),
            )


def _require_solvable(condition: float) -> None:
    if condition < REFUSED_CONDITION:
        raise AccountsError(
            f"I - A cannot be solved: its reciprocal condition number is {condition:.3g}, below "
            f"{REFUSED_CONDITION:g}; look for a sector whose gross output is tiny beside its inputs",
            value=condition,
        )


def _require_productive(output_multiplier: F64, sums: F64, labels: Labels) -> None:
    """Refuse where y = 1'L shows that no output could meet every final demand.

    With y > 0 the radius of A lies between 1 - 1/min(y) and 1 - 1/max(y), so y bounded as here keeps it below the
    largest allowed. Where I - A is singular y holds no numbers and is refused too.
    """
    largest = 1 / (1 - LARGEST_SPECTRAL_RADIUS)
    if output_multiplier.min() >= 1 - 1e-9 and output_multiplier.max() < largest:
        return
    k = int(sums.argmax())
    raise AccountsError(
        f"the table is not productive, or next to it: its output multipliers would lie between "
        f"{output_multiplier.min():.6g} and {output_multiplier.max():.6g}, they must lie between 1 and {largest:g}; "
        f"domestic inputs per unit of output reach 1 in {int((sums >= 1).sum())} sectors, most in "
        f"{' '.join(labels[k])} ({sums[k]:.6g}); check these columns and their gross output",
        *labels[k],
        value=float(sums[k]),
    )


def _warnings(condition: float) -> tuple[str, ...]:
    if condition >= DOUBTFUL_CONDITION:
        return ()
    return (
        f"I - A is ill-conditioned: its reciprocal condition number is {condition:.3g}, below "
        f"{DOUBTFUL_CONDITION:g}; multipliers may have lost about {-np.log10(condition):.0f} digits",
    )
