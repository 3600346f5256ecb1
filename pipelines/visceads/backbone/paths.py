"""Lengths of all paths of a directed network: shortest, and by their weakest edge.

Belongs here: all-pairs lengths, exact and fast for a thousand nodes without a compiler. Not here: the filters
that rest on them (`path_filters`), betweenness and closeness (`centrality`).

Strong edges are short. The length of an edge is 1 / weight, or 1 / proximity - 1 for proximities in 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csgraph, csr_matrix

from visceads.backbone.edges import BoolArray, FloatArray, IntArray, descending_order, positive_edges
from visceads.backbone.filter_result import check_choice
from visceads.backbone.network import Weights, as_network

Length = Literal["inverse", "proximity"]
"""Length of an edge: 1 / weight, or 1 / proximity - 1 (weights in 0..1 only)."""

EQUAL_LENGTHS = 1e-12
"""Paths whose lengths differ by less, relative to the length, count as equal."""

STRONGEST_TRIED = 8
"""How many edges of each node, out and in, give the first estimate of all distances."""

EDGES_AT_ONCE = 4096
"""How many edges are looked at together when paths are built from the strongest edge down."""


@dataclass(frozen=True)
class ShortestPaths:
    """Shortest paths between all pairs of nodes, self-loops left out.

    Attributes:
        lengths: length of each edge, shape (N, N), infinite where there is none.
        distances: length of the shortest path from row to column, 0 on the diagonal, infinite out of reach.
        predecessors: the node before the column's on such a path, negative where there is none.
    """

    lengths: FloatArray
    distances: FloatArray
    predecessors: IntArray


def path_lengths(
    weights: Weights, *, kind: Literal["metric", "ultrametric"] = "metric", length: Length = "inverse"
) -> FloatArray:
    """Return the distance closure: the length of the best path from every node to every other.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0; self-loops are
            left out.
        kind: 'metric': the length of a path is the sum of its edges. 'ultrametric': it is its longest edge.
        length: 'inverse' or 'proximity', see `Length`.

    Returns:
        Matrix of shape (N, N): from row to column, 0 on the diagonal, infinite where there is no path.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    check_choice("kind", kind, ("metric", "ultrametric"))
    matrix = as_network(weights).counted("drop").matrix
    if kind == "metric":
        return shortest_paths(matrix, length).distances
    distances = edge_lengths(widest_paths(matrix), length)
    np.fill_diagonal(distances, 0.0)
    return distances


def edge_lengths(matrix: FloatArray, length: Length = "inverse") -> FloatArray:
    """Return the length of each edge, shape (N, N), infinite where there is none.

    Raises:
        ValueError: if `length` is none of its choices, a proximity exceeds 1, or weights lie so far apart that
            path lengths do not fit a double.
    """
    check_choice("length", length, ("inverse", "proximity"))
    if length == "proximity" and matrix.max(initial=0.0) > 1:
        raise ValueError(
            f"a proximity lies in 0..1, but the largest weight is {matrix.max():g}; pass length='inverse' for weights "
            f"that are no proximities"
        )
    lengths = np.full(matrix.shape, np.inf)
    with np.errstate(over="ignore"):
        np.divide(1.0, matrix, out=lengths, where=matrix > 0)
    if not np.isfinite(lengths[matrix > 0].sum()):
        raise ValueError(
            f"the smallest weight is {matrix[matrix > 0].min():g}, too small for path lengths in doubles; set the "
            f"smallest weights to 0"
        )
    return lengths - 1.0 if length == "proximity" else lengths


def shortest_paths(matrix: FloatArray, length: Length = "inverse") -> ShortestPaths:
    """Return the shortest paths of a checked matrix of shape (N, N) without self-loops.

    Dijkstra's method twice. The strongest edges alone give distances that are too long or right; edges longer
    than these lie on no shortest path. Few are left, and the second run over them is exact and quick.
    """
    lengths = edge_lengths(matrix, length)
    count = len(matrix)
    if count < 2:
        return ShortestPaths(lengths, np.zeros((count, count)), np.full((count, count), -9999))
    estimate = csgraph.dijkstra(_graph(lengths, _strongest(matrix)))
    is_needed = np.isfinite(lengths) & (lengths <= estimate * (1 + EQUAL_LENGTHS))
    distances, predecessors = csgraph.dijkstra(_graph(lengths, is_needed), return_predecessors=True)
    return ShortestPaths(lengths, distances, predecessors.astype(np.int64))


def widest_paths(matrix: FloatArray) -> FloatArray:
    """Return the weight of the weakest edge on the best path between all pairs, 0 where there is no path.

    The best path is the one whose weakest edge is strongest. Edges are added from the strongest down while it is
    recorded which node reaches which: a pair gets the weight of the edge that first connects it.

    Args:
        matrix: checked matrix of shape (N, N) without self-loops.

    Returns:
        Matrix of shape (N, N), 0 on the diagonal. An edge belongs to no weaker path than the one found for its
        own pair, so it equals its cell here if no path of stronger edges connects its nodes.
    """
    edges = positive_edges(matrix)
    order = descending_order(edges.weight)
    reaches = np.eye(len(matrix), dtype=np.bool_)
    widest = np.zeros_like(matrix)
    for start in range(0, len(order), EDGES_AT_ONCE):
        some = order[start : start + EDGES_AT_ONCE]
        some = some[~reaches[edges.seller[some], edges.buyer[some]]]
        for edge in some.tolist():
            _connect(reaches, widest, int(edges.seller[edge]), int(edges.buyer[edge]), float(edges.weight[edge]))
        if reaches.all():
            break
    return widest


def _connect(reaches: BoolArray, widest: FloatArray, seller: int, buyer: int, weight: float) -> None:
    """Add one edge: everyone who reaches the seller now reaches everyone whom the buyer reaches."""
    if reaches[seller, buyer]:
        return
    # Who reaches the buyer already gains nothing; whom the seller reaches already is reached by all before it.
    rows = np.flatnonzero(reaches[:, seller] & ~reaches[:, buyer])
    columns = np.flatnonzero(reaches[buyer] & ~reaches[seller])
    block = np.ix_(rows, columns)
    widest[block] = np.where(reaches[block], widest[block], weight)
    reaches[block] = True


def _strongest(matrix: FloatArray) -> BoolArray:
    """The few largest out-edges and in-edges of every node."""
    chosen = np.zeros(matrix.shape, dtype=np.bool_)
    tried = min(STRONGEST_TRIED, len(matrix))
    for weights, marks in ((matrix, chosen), (matrix.T, chosen.T)):
        largest = np.argpartition(-weights, tried - 1, axis=1)[:, :tried]
        np.put_along_axis(marks, largest, values=True, axis=1)
    return chosen & (matrix > 0)


def _graph(lengths: FloatArray, chosen: BoolArray) -> csr_matrix:
    # From lists, not from a matrix: an edge of length 0 (proximity 1) must stay an edge.
    seller, buyer = np.nonzero(chosen)
    return csr_matrix((lengths[seller, buyer], (seller, buyer)), shape=lengths.shape)
