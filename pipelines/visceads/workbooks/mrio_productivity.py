"""Whether a table is productive: the spectral radius of its coefficients, and how well its equations are posed.

Belongs here: two figures of the matrix A of input coefficients, for the checks of the readers. Not here: what is
refused because of them (`mrio_checks`, `national_io_table`), and input-output analysis proper (`accounts`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from visceads.workbooks.mrio_arrays import Floats

LARGEST_RADIUS = 1.0
"""From here on no positive output could meet every final demand (Miller and Blair 2009, chapter 2)."""

_RADIUS_TOLERANCE = 1e-8
_MOST_RESTARTS = 10  # published tables take three; a table on which the iteration stalls must not hold a run


@dataclass(frozen=True)
class Productivity:
    """Two figures of one table.

    Attributes:
        spectral_radius: the largest absolute eigenvalue of A; where the iteration finds none, the largest column sum,
            which bounds it, if that is below 1.
        dominant: the index of the sector with the largest entry in the Perron vector (or the largest column sum):
            where to look first.
        condition_number: of I - A in the 1-norm, as LAPACK estimates it (dgecon), infinite where it is singular.
    """

    spectral_radius: float
    dominant: int
    condition_number: float


def productivity(flows: Floats, output: Floats) -> Productivity:
    """Return spectral radius and condition number of A = Z diag(1/x); a sector without output buys nothing.

    Args:
        flows: Z, (n, n), row = seller, column = buyer.
        output: x, gross output, (n,), in the unit of the flows, not negative.

    Returns:
        The same figures in every run: the iteration starts from a fixed vector. Some 0.2 s for 1,302 sectors.
    """
    coefficients = flows * np.divide(1.0, output, out=np.zeros_like(output), where=output > 0)
    radius, dominant = _radius(coefficients)
    coefficients *= -1.0
    np.fill_diagonal(coefficients, coefficients.diagonal() + 1.0)  # I - A in its place: it is 14 MB large
    return Productivity(_rounded(radius), dominant, _rounded(_condition_number(coefficients)))


def _rounded(figure: float) -> float:
    """Nine significant digits: the further ones depend on the machine, and what is published must not."""
    return float(f"{figure:.9g}")


def _radius(coefficients: Floats) -> tuple[float, int]:
    """The spectral radius and the sector that dominates it; A is not negative, so column sums bound the radius."""
    try:
        start = np.ones(len(coefficients))
        values, vectors = eigs(coefficients, k=1, v0=start, tol=_RADIUS_TOLERANCE, maxiter=_MOST_RESTARTS)
        return float(abs(values[0])), int(abs(vectors[:, 0]).argmax())
    except ArpackNoConvergence:  # several eigenvalues of about one size: no published table is like that
        sums = coefficients.sum(axis=0)
        largest = int(sums.argmax())
        if sums[largest] < LARGEST_RADIUS:
            return float(sums[largest]), largest
        return float(abs(np.linalg.eigvals(coefficients)).max()), largest


def _condition_number(matrix: Floats) -> float:
    """Estimate it in the 1-norm, which is the maximum norm of the transposed matrix; `matrix` is overwritten."""
    norm = abs(matrix).sum(axis=0).max()
    factors, _, singular = lapack.dgetrf(matrix.T, overwrite_a=1)
    if singular:
        return float("inf")
    reciprocal, _ = lapack.dgecon(factors, norm, norm="I")
    return float(1 / reciprocal) if reciprocal > 0 else float("inf")
