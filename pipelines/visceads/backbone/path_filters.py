"""Filters that rest on paths: high salience, the metric and the ultrametric backbone.

Belongs here: which edges carry the shortest or strongest paths. Not here: the lengths themselves (`paths`),
spanning trees (`trees`). Self-loops lie on no path: they are never kept; with `self_loops="keep"` they count in
shares and ranks only.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from visceads.backbone.edges import FloatArray, IntArray, SelfLoops
from visceads.backbone.filter_result import FilterResult, Verdict, check_choice, check_fraction, filter_result
from visceads.backbone.global_null_models import check_symmetric
from visceads.backbone.network import CountedNetwork, Weights, as_network
from visceads.backbone.paths import EQUAL_LENGTHS, Length, ShortestPaths, shortest_paths, widest_paths

Direction = Literal["out", "in"]
"""Whether a method looks from each seller along its deliveries, or from each buyer back along its purchases."""


def high_salience(
    weights: Weights,
    salience: float = 0.5,
    *,
    direction: Direction = "out",
    directed: bool = True,
    self_loops: SelfLoops = "drop",
) -> FilterResult:
    """Keep edges that belong to the shortest-path trees of many nodes.

    Length 1 / weight. The salience of i -> j is the number of nodes whose tree of shortest paths uses it, over
    the number of nodes that have an edge to another; it is the score. Of equally long paths (relative 1e-12) a
    tree takes the predecessor with the smallest number. Source: Grady, Thiemann, Brockmann 2012.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        salience: edges above it are kept, above 0 and at most 1.
        direction: 'out' grows trees from each seller along its deliveries, 'in' from each buyer along its purchases.
        directed: False for a symmetric matrix that stands for an undirected network: both directions are added.
        self_loops: whether the diagonal counts in shares and ranks.

    Raises:
        ValueError: if a weight or a parameter is outside its range, or the matrix of an undirected network is not
            symmetric.
    """
    check_choice("direction", direction, ("out", "in"))
    limit = check_fraction("salience", salience)
    network = as_network(weights)
    counted = network.counted(self_loops)
    bare = network.counted("drop")
    if not directed:
        check_symmetric(counted)
    trees = tree_counts(bare.matrix) if direction == "out" else tree_counts(bare.matrix.T).T
    if not directed:
        trees = trees + trees.T
    active = int(np.count_nonzero(bare.sums.out_degree + bare.sums.in_degree))
    score = _on_edges(counted, trees / max(active, 1))
    text = f"salience={limit!r};direction={direction}{'' if directed else ';directed=no'}"
    return filter_result("high_salience", text, network, self_loops, Verdict(score, score > limit))


def metric_backbone(weights: Weights, *, length: Length = "inverse", self_loops: SelfLoops = "drop") -> FilterResult:
    """Keep edges that no detour shortens: length <= shortest path (1 + 1e-12).

    The score is shortest path / length of the edge, 1 for kept edges. Source: Simas, Correia, Rocha 2021.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        length: 'inverse': 1 / weight; 'proximity': 1 / proximity - 1, for weights in 0..1 only.
        self_loops: whether the diagonal counts in shares and ranks.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    network = as_network(weights)
    counted = network.counted(self_loops)
    paths = shortest_paths(network.counted("drop").matrix, length)
    edges = counted.edges
    direct, shortest = paths.lengths[edges.seller, edges.buyer], paths.distances[edges.seller, edges.buyer]
    # The diagonal has no length and the distance 0: score 0. An edge of length 0 is its own shortest path.
    score = np.ones(len(direct))
    np.divide(shortest, direct, out=score, where=direct > 0)
    is_kept = direct <= shortest * (1 + EQUAL_LENGTHS)
    return filter_result("metric_backbone", f"length={length}", network, self_loops, Verdict(score, is_kept))


def ultrametric_backbone(weights: Weights, *, self_loops: SelfLoops = "drop") -> FilterResult:
    """Keep edges that no path of stronger edges replaces.

    The score is weight / weakest edge of the best path between its nodes, 1 for kept edges. The result is the
    same for every length that falls as the weight rises. Source: Simas, Rocha 2015.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        self_loops: whether the diagonal counts in shares and ranks.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    network = as_network(weights)
    counted = network.counted(self_loops)
    edges = counted.edges
    widest = widest_paths(network.counted("drop").matrix)[edges.seller, edges.buyer]
    score = np.zeros(len(widest))
    np.divide(edges.weight, widest, out=score, where=widest > 0)  # the diagonal has no path: score 0
    return filter_result(
        "ultrametric_backbone", "", network, self_loops, Verdict(score, (widest > 0) & (edges.weight >= widest))
    )


def tree_counts(matrix: FloatArray) -> IntArray:
    """Return how many shortest-path trees use each edge, shape (N, N).

    Args:
        matrix: checked matrix of shape (N, N) without self-loops; a tree grows from every node along the rows.
    """
    paths = shortest_paths(matrix)
    count = len(matrix)
    trees = np.zeros((count, count), dtype=np.int64)
    on_shortest = np.isfinite(paths.lengths) & (paths.lengths <= paths.distances * (1 + EQUAL_LENGTHS))
    for node in range(count):
        before = _predecessors(paths, node, np.flatnonzero(on_shortest[:, node]))
        trees[:, node] = np.bincount(before, minlength=count)
    return trees


def _predecessors(paths: ShortestPaths, node: int, candidates: IntArray) -> IntArray:
    """The node before `node` in the tree of every root that reaches it; candidates in rising order."""
    if not len(candidates):
        return np.zeros(0, dtype=np.int64)
    distance = paths.distances[:, node]
    roots = np.flatnonzero(np.isfinite(distance))
    roots = roots[roots != node]
    to_candidate = paths.distances[np.ix_(roots, candidates)]
    reached = distance[roots, None]
    # Strictly nearer to the root: where an edge is shorter than the rounding of a long path, equal distances
    # could otherwise follow each other in a circle.
    fits = (to_candidate + paths.lengths[candidates, node] <= reached * (1 + EQUAL_LENGTHS)) & (to_candidate < reached)
    first = candidates[fits.argmax(axis=1)]
    return np.asarray(np.where(fits.any(axis=1), first, paths.predecessors[roots, node]))


def _on_edges(counted: CountedNetwork, cells: FloatArray) -> FloatArray:
    values: FloatArray = cells[counted.edges.seller, counted.edges.buyer]
    return values
