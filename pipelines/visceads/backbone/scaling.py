"""The doubly stochastic filter: weights scaled until every row and column adds up to 1.

Belongs here: the scaling, whether it exists, and the cut. Not here: other filters.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csgraph, csr_matrix

from visceads.backbone.edges import Edges, FloatArray, IntArray, SelfLoops, descending_order, without_noise
from visceads.backbone.filter_result import FilterResult, Verdict, filter_result
from visceads.backbone.network import CountedNetwork, Weights, as_network
from visceads.backbone.trees import forest_positions

LARGEST_DEVIATION = 1e-10
"""How far a row or column sum may be from 1."""

EQUAL_DIGITS = 9
"""Scaled weights that agree to so many digits count as equal: the scaling is no more exact than that."""

FIRST_TRIED = 8
"""Edges for each node among which the connecting ones are looked for first."""

MOST_SWEEPS = 10_000
"""Number of sweeps after which scaling is given up."""


def doubly_stochastic(weights: Weights, *, self_loops: SelfLoops = "drop") -> FilterResult:
    """Keep the largest edges of the doubly stochastic form, as many as it takes to connect the network.

    Nodes without any edge are left out; rows and columns are scaled in turn until all sums are 1 within 1e-10.
    Then edges between two nodes are taken by scaled weight (the score) until the kept graph, without directions,
    has no more parts than the network itself; ties (9 digits) go to the smaller seller, then buyer. Source: Slater
    2009; Sinkhorn, Knopp 1967.

    The scaled form exists if every edge lies on a set of N edges that gives each node one out- and one in-edge
    (total support). Otherwise `status` is `not_scalable`, nothing is kept, and `note` says why; no constant is
    added to make it work. With a positive diagonal that takes part (`self_loops="keep"`) every edge must still
    lie on a circle.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        self_loops: whether the diagonal takes part in the scaling; it is never kept.

    Raises:
        ValueError: if a weight is outside its range.
    """
    network = as_network(weights)
    counted = network.counted(self_loops)
    edges, sums = counted.edges, counted.sums
    active = np.flatnonzero(sums.out_degree + sums.in_degree)
    scaled, reason = scaled_weights(counted.matrix[np.ix_(active, active)])
    if scaled is None:
        nothing = np.full(len(edges.weight), np.nan)
        verdict = Verdict(nothing, np.zeros(len(nothing), dtype=np.bool_), status="not_scalable", note=reason)
        return filter_result("doubly_stochastic", "", network, self_loops, verdict)
    place = np.full(len(counted.matrix), -1)
    place[active] = np.arange(len(active))
    score = scaled[place[edges.seller], place[edges.buyer]]
    is_kept = np.zeros(len(score), dtype=np.bool_)
    is_kept[_connecting(counted, score)] = True
    return filter_result("doubly_stochastic", "", network, self_loops, Verdict(score, is_kept))


def scaled_weights(matrix: FloatArray) -> tuple[FloatArray | None, str]:
    """Return the doubly stochastic form of a matrix, or None and the reason.

    Args:
        matrix: checked matrix of shape (N, N); every node has an edge.
    """
    reason = _lack_of_support(matrix)
    if reason:
        return None, reason
    # Scaling all weights alike changes nothing; near 1 the factors stay far from the limits of a double.
    base = matrix / matrix.max(initial=1e-300)
    rows = np.ones(len(base))
    for _ in range(MOST_SWEEPS):
        columns = 1.0 / (base.T @ rows)
        sums = base @ columns
        deviation = np.abs(rows * sums - 1).max(initial=0.0)
        rows = 1.0 / sums
        if not np.isfinite(deviation):
            break
        if deviation < LARGEST_DEVIATION:
            return base * np.outer(rows, columns), ""
    return None, (
        f"the scaling did not converge to {LARGEST_DEVIATION:g} within {MOST_SWEEPS} sweeps; the weights of some nodes "
        f"are too uneven"
    )


def _lack_of_support(matrix: FloatArray) -> str:
    """Why the matrix has no doubly stochastic form, empty if it has one."""
    is_edge = matrix > 0
    one_sided = np.flatnonzero(~is_edge.any(axis=0) | ~is_edge.any(axis=1))
    if len(one_sided):
        return f"{len(one_sided)} node(s) only sell or only buy, so that a row or column cannot add up to 1"
    graph = csr_matrix(is_edge.astype(np.int8))
    match = csgraph.maximum_bipartite_matching(graph, perm_type="column")
    if np.any(match < 0):
        return "no set of edges gives every node exactly one seller and one buyer (the matrix lacks support)"
    # With every column moved to the row it is matched with, an edge lies on such a set if it lies on a circle.
    _, label = csgraph.connected_components(graph[:, match], directed=True, connection="strong")
    seller, buyer = np.nonzero(is_edge[:, match])
    loose = int(np.count_nonzero(label[seller] != label[buyer]))
    if loose:
        return f"{loose} edge(s) lie on no set that gives every node one seller and one buyer (no total support)"
    return ""


def _connecting(counted: CountedNetwork, score: FloatArray) -> IntArray:
    """Positions of the edges that connect the network, taken by score."""
    edges, count = counted.edges, len(counted.matrix)
    between = np.flatnonzero(~edges.is_self_loop)
    if not len(between):
        return between
    taken = between[descending_order(without_noise(score[between], EQUAL_DIGITS))]
    # The last edge that Kruskal's method takes is the one that connects the last part. It is looked for among the
    # strongest edges first: trees of all edges take several times as long.
    parts, tried = _parts(count, edges, between), FIRST_TRIED * count
    while _parts(count, edges, taken[:tried]) > parts:
        tried *= 4
    first = taken[:tried]
    tree = forest_positions(count, edges.seller[first], edges.buyer[first], np.arange(len(first)))
    return np.asarray(taken[: int(tree.max()) + 1])


def _parts(count: int, edges: Edges, chosen: IntArray) -> int:
    """Into how many parts these edges, without directions, join the nodes."""
    ones = np.ones(len(chosen), dtype=np.int8)
    graph = csr_matrix((ones, (edges.seller[chosen], edges.buyer[chosen])), shape=(count, count))
    return int(csgraph.connected_components(graph, directed=True, connection="weak")[0])
