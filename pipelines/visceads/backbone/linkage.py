"""Filters that keep, node for node, as many of its largest edges as its own pattern of weights asks for.

Belongs here: primary linkage, multiple linkage, filtering edges. Not here: a fixed number for every node
(`cuts.k_strongest`).

In all of them the score of an edge is the number of edges that its node keeps over the edge's rank at that node:
at least 1 for kept edges.
"""

from __future__ import annotations

import numpy as np

from visceads.backbone.edges import BoolArray, FloatArray, IntArray, SelfLoops
from visceads.backbone.filter_result import FilterResult, Verdict, check_choice, filter_result
from visceads.backbone.network import CountedNetwork, Weights, as_network
from visceads.backbone.path_filters import Direction
from visceads.backbone.significance import Side

EQUAL = 1e-12
"""Shares and correlations that differ by less count as equal."""


def primary_linkage(
    weights: Weights, *, direction: Direction = "out", hierarchical: bool = False, self_loops: SelfLoops = "drop"
) -> FilterResult:
    """Keep each node's largest edge to another node.

    Ties go to the smaller node number. Source: Nystuen, Dacey 1961.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        direction: 'out': each seller's largest out-edge; 'in': each buyer's largest in-edge.
        hierarchical: keep it only if the node at the other end is the larger one, by what it takes in ('out') or
            gives out ('in'): the rule of dominance of the source.
        self_loops: whether the diagonal counts in shares and ranks; it is never kept.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    check_choice("direction", direction, ("out", "in"))
    network = as_network(weights)
    counted = network.counted(self_loops)
    bare = network.counted("drop")
    places, sums = (bare.seller_places, bare.sums.in_strength)
    if direction == "in":
        places, sums = (bare.buyer_places, bare.sums.out_strength)
    is_kept = places.rank == 1
    if hierarchical:
        near, far = (bare.edges.seller, bare.edges.buyer)
        if direction == "in":
            near, far = far, near
        is_kept &= sums[far] > sums[near]
    text = f"direction={direction}{';hierarchical=yes' if hierarchical else ''}"
    return filter_result("primary_linkage", text, network, self_loops, _verdict(counted, 1 / places.rank, is_kept))


def multiple_linkage(weights: Weights, *, direction: Direction = "out", self_loops: SelfLoops = "drop") -> FilterResult:
    """Keep as many of each node's largest edges as the ideal pattern that its weights resemble most.

    The m weights of a node to others, sorted, are compared with the patterns "k equal parts, then nothing",
    k = 1..m-1, by squared correlation; the best k edges are kept, the smaller k if two are equal (1e-12). A
    node's only edge is kept, and all of them if all are equal. Source: Haggett, Cliff, Frey 1977.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        direction: 'out': each seller's out-edges; 'in': each buyer's in-edges.
        self_loops: whether the diagonal counts in shares and ranks; it is never kept.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    check_choice("direction", direction, ("out", "in"))
    network = as_network(weights)
    counted = network.counted(self_loops)
    bare = network.counted("drop")
    if direction == "out":
        number, rank = _ideal_numbers(bare.matrix)[bare.edges.seller], bare.seller_places.rank
    else:
        number, rank = _ideal_numbers(bare.matrix.T)[bare.edges.buyer], bare.buyer_places.rank
    verdict = _verdict(counted, number / rank, rank <= number)
    return filter_result("multiple_linkage", f"direction={direction}", network, self_loops, verdict)


def filtering_edges(weights: Weights, *, side: Side = "or", self_loops: SelfLoops = "drop") -> FilterResult:
    """Keep the fewest of each node's largest edges that carry as large a share as the edges left out are many.

    With a node's k weights sorted, C(m) the share of the m largest: the smallest m with C(m) + m / k >= 1. Four
    fifths of the weight on a fifth of the edges keep that fifth; k equal edges keep half of them, rounded up; an
    only edge is kept. Source: Xing, Han 2022, on the rows and on the columns.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        side: 'or' keeps the edges of either node (the source's rule), 'and' those of both.
        self_loops: whether the diagonal takes part.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    check_choice("side", side, ("or", "and"))
    network = as_network(weights)
    counted = network.counted(self_loops)
    edges = counted.edges
    of_seller = _balanced_numbers(counted.matrix)[edges.seller] / counted.seller_places.rank
    of_buyer = _balanced_numbers(counted.matrix.T)[edges.buyer] / counted.buyer_places.rank
    score = np.maximum(of_seller, of_buyer) if side == "or" else np.minimum(of_seller, of_buyer)
    return filter_result("filtering_edges", f"side={side}", network, self_loops, Verdict(score, score >= 1, side=side))


def _verdict(counted: CountedNetwork, score: FloatArray, is_kept: BoolArray) -> Verdict:
    """The verdict of a rule on the edges between two nodes; the diagonal, where it takes part, scores 0."""
    between = ~counted.edges.is_self_loop
    full_score, full_kept = np.zeros(len(between)), np.zeros(len(between), dtype=np.bool_)
    full_score[between], full_kept[between] = score, is_kept
    return Verdict(full_score, full_kept)


def _ideal_numbers(matrix: FloatArray) -> IntArray:
    """How many edges of each row multiple linkage keeps, shape (N,)."""
    count = len(matrix)
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    ordered = -np.sort(-matrix, axis=1)
    degree = np.count_nonzero(ordered, axis=1)[:, None]
    number = np.arange(1, count + 1)[None, :]
    gathered = np.cumsum(ordered, axis=1)
    total = gathered[:, -1:]
    # The squared correlation with the pattern of k parts, up to a factor that is the same for all k of a node:
    # (C_k - k S / m)^2 / (k (m - k)). Shares instead of weights: no unit can overflow the square.
    is_possible = number < degree
    excess = (gathered - number * total / np.maximum(degree, 1)) / np.where(total > 0, total, 1.0)
    likeness = np.full(matrix.shape, -np.inf)
    np.divide(excess**2, (number * (degree - number)).astype(np.float64), out=likeness, where=is_possible)
    best = likeness.max(axis=1, keepdims=True)
    kept = 1 + (likeness >= best * (1 - EQUAL)).argmax(axis=1)
    smallest = np.take_along_axis(ordered, np.maximum(degree - 1, 0), axis=1)
    is_even = (ordered[:, :1] - smallest)[:, 0] <= EQUAL * ordered[:, 0]
    return np.asarray(np.where(is_even, degree[:, 0], kept))


def _balanced_numbers(matrix: FloatArray) -> IntArray:
    """How many edges of each row filtering edges keeps, shape (N,)."""
    count = len(matrix)
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    gathered = np.cumsum(-np.sort(-matrix, axis=1), axis=1)
    total = gathered[:, -1:]
    degree = np.count_nonzero(matrix, axis=1)[:, None]
    number = np.arange(1, count + 1)[None, :]
    balance = gathered / np.where(total > 0, total, 1.0) + number / np.maximum(degree, 1)
    return np.where(degree[:, 0] > 0, 1 + (balance >= 1 - EQUAL).argmax(axis=1), 0)
