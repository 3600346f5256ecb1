"""Weight matrices and their edges: validation, strengths, degrees, totals, order and ranks.

Belongs here: what every filter and every node metric needs to know about a weight matrix before it starts.
Not here: the network with its labels (`network`), the filters, the metrics (`node_metrics`).

Conventions of the whole package:

* `weights[i, j]` is what seller i delivers to buyer j; i -> j and j -> i are two edges, always.
* An edge is a cell above zero. Zero cells are no edges.
* Nodes are counted from 0 in the order of the matrix.
* `self_loops="drop"` sets the diagonal to zero before strengths, degrees and the total are formed, so that
  they always rest on the same cells as the result; `self_loops="keep"` lets it take part everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SelfLoops = Literal["keep", "drop"]
"""Whether the diagonal takes part."""


@dataclass(frozen=True)
class Edges:
    """The positive cells of a weight matrix in (seller, buyer) order; all arrays have the same length.

    Attributes:
        seller: row of each edge, from 0.
        buyer: column of each edge, from 0.
        weight: the cell, in the unit of the matrix.
        is_self_loop: whether seller and buyer are the same node.
    """

    seller: IntArray
    buyer: IntArray
    weight: FloatArray
    is_self_loop: BoolArray


@dataclass(frozen=True)
class Margins:
    """Sums and counts of a weight matrix; arrays of length N.

    Attributes:
        out_strength: row sums, what each seller delivers.
        in_strength: column sums, what each buyer takes.
        out_degree: number of positive cells in each row.
        in_degree: number of positive cells in each column.
        total: sum of all cells.
    """

    out_strength: FloatArray
    in_strength: FloatArray
    out_degree: IntArray
    in_degree: IntArray
    total: float


def check_weights(weights: npt.ArrayLike) -> FloatArray:
    """Return the weight matrix as doubles after checking it; the input is not changed.

    Args:
        weights: matrix of shape (N, N), row = seller, column = buyer, any unit, N >= 0.

    Raises:
        ValueError: if the matrix is not square, or a cell is negative, missing or infinite; the first such
            cell (row by row) is named. Also if the sum of all cells exceeds what a double holds.
    """
    matrix = np.array(weights, dtype=np.float64)
    if matrix.size == 0 and matrix.ndim <= 2:
        matrix = matrix.reshape(0, 0) if matrix.ndim < 2 else matrix
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(
            f"a weight matrix has one row and one column for each node, but this array has the shape "
            f"{matrix.shape}; pass a square matrix with sellers as rows and buyers as columns"
        )
    faulty = np.argwhere(~np.isfinite(matrix) | (matrix < 0))
    if len(faulty):
        seller, buyer = (int(k) for k in faulty[0])
        raise ValueError(
            f"the weight in row {seller} (seller), column {buyer} (buyer), both counted from 0, is "
            f"{matrix[seller, buyer]:g}; {len(faulty)} cell(s) of this kind in all; weights are finite and "
            f"not negative, so correct the cells or set those without an edge to 0"
        )
    with np.errstate(over="ignore"):
        total = matrix.sum()
    if not np.isfinite(total):
        raise ValueError("the sum of all weights exceeds 1.8e308; express the weights in a larger unit")
    return matrix


def check_self_loops(self_loops: str) -> None:
    """Check the argument `self_loops`.

    Raises:
        ValueError: if it is neither 'keep' nor 'drop'.
    """
    if self_loops not in ("keep", "drop"):
        raise ValueError(f"self_loops is '{self_loops}'; it must be 'keep' or 'drop'")


def considered_weights(weights: FloatArray, self_loops: SelfLoops) -> FloatArray:
    """Return the cells that take part: the matrix itself, or a copy without its diagonal.

    Args:
        weights: checked matrix of shape (N, N).
        self_loops: 'keep' or 'drop'.

    Raises:
        ValueError: if `self_loops` is neither 'keep' nor 'drop'.
    """
    check_self_loops(self_loops)
    if self_loops == "keep":
        return weights
    considered = weights.copy()
    np.fill_diagonal(considered, 0.0)
    return considered


def margins(weights: FloatArray, self_loops: SelfLoops) -> Margins:
    """Return strengths, degrees and total of the cells that take part.

    Args:
        weights: checked matrix of shape (N, N).
        self_loops: 'keep' or 'drop'.

    Raises:
        ValueError: if `self_loops` is neither 'keep' nor 'drop'.
    """
    considered = considered_weights(weights, self_loops)
    positive = considered > 0
    return Margins(
        out_strength=considered.sum(axis=1),
        in_strength=considered.sum(axis=0),
        out_degree=np.count_nonzero(positive, axis=1).astype(np.int64),
        in_degree=np.count_nonzero(positive, axis=0).astype(np.int64),
        total=float(considered.sum()),
    )


def positive_edges(weights: FloatArray) -> Edges:
    """Return all positive cells, the diagonal included, by seller, then by buyer.

    Args:
        weights: checked matrix of shape (N, N).
    """
    seller, buyer = (index.astype(np.int64) for index in np.nonzero(weights))
    return Edges(seller, buyer, weights[seller, buyer], seller == buyer)


def descending_order(values: FloatArray) -> IntArray:
    """Return the positions of the values from largest to smallest; equal values keep their order.

    Edges lie in (seller, buyer) order, so ties in weight are broken by seller, then by buyer, and every cut is
    exact and repeatable.

    Args:
        values: one value for each edge, without NaN.
    """
    return np.argsort(-values, kind="stable").astype(np.int64, copy=False)


def without_noise(values: FloatArray, digits: int) -> FloatArray:
    """Return values rounded to so many digits, so that what differs by rounding errors only becomes equal.

    For figures that were computed and whose order breaks ties, such as 0.1 + 0.2 and 0.3.

    Args:
        values: figures of any size.
        digits: decimal digits of the binary mantissa, which lies between 0.5 and 1.
    """
    mantissa, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.round(mantissa, digits), exponent), dtype=np.float64)


def matrix_from_edges(
    seller: npt.ArrayLike,
    buyer: npt.ArrayLike,
    weight: npt.ArrayLike,
    *,
    node_count: int,
    parallel: Literal["refuse", "sum"] = "refuse",
) -> FloatArray:
    """Return the weight matrix of a directed edge list; cells without an edge are 0.

    Args:
        seller: row of each edge, from 0.
        buyer: column of each edge, from 0.
        weight: weight of each edge, finite and not negative; all three of one length.
        node_count: N, the number of nodes.
        parallel: what to do with several rows for one seller and buyer: 'refuse', or 'sum' them.

    Returns:
        Matrix of shape (N, N), row = seller, column = buyer.

    Raises:
        ValueError: if the lengths differ, a node lies outside 0..N-1, a seller and buyer pair stands twice
            while `parallel` is 'refuse', or a weight is negative, missing or infinite.
    """
    rows, columns = np.asarray(seller, dtype=np.int64), np.asarray(buyer, dtype=np.int64)
    values = np.asarray(weight, dtype=np.float64)
    if not len(rows) == len(columns) == len(values):
        raise ValueError(
            f"an edge list has one seller, one buyer and one weight for each edge, but here are {len(rows)} "
            f"sellers, {len(columns)} buyers and {len(values)} weights"
        )
    outside = np.flatnonzero((np.minimum(rows, columns) < 0) | (np.maximum(rows, columns) >= node_count))
    if len(outside):
        row = int(outside[0])
        raise ValueError(
            f"edge {row} (counted from 0) joins nodes {rows[row]} and {columns[row]}, but the network has "
            f"{node_count} nodes, numbered from 0; correct the edge or node_count"
        )
    _check_parallel(rows, columns, node_count, parallel)
    matrix = np.zeros((node_count, node_count))
    np.add.at(matrix, (rows, columns), values)
    return check_weights(matrix)


def _check_parallel(rows: IntArray, columns: IntArray, node_count: int, parallel: str) -> None:
    if parallel not in ("refuse", "sum"):
        raise ValueError(f"parallel is '{parallel}'; it must be 'refuse' or 'sum'")
    cells, counts = np.unique(rows * node_count + columns, return_counts=True)
    if parallel == "refuse" and np.any(counts > 1):
        seller, buyer = divmod(int(cells[counts > 1][0]), node_count)
        raise ValueError(
            f"the edge from seller {seller} to buyer {buyer} (counted from 0) stands more than once; "
            f"remove the doubles, or pass parallel='sum' to add them up"
        )
