"""Filters that keep a tree: maximum spanning tree and maximum spanning arborescence.

Belongs here: trees of the greatest total weight. Not here: trees of shortest paths (`path_filters`). A tree has
no self-loops: they are never kept; with `self_loops="keep"` they count in shares and ranks only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csgraph, csr_matrix

from visceads.backbone.edges import BoolArray, FloatArray, IntArray, SelfLoops, descending_order, without_noise
from visceads.backbone.filter_result import FilterResult, Verdict, filter_result
from visceads.backbone.network import Weights, as_network

EQUAL_DIGITS = 12
"""Sums of both directions that agree to so many digits count as equal."""

EQUAL_GAINS = 1e-12
"""Gains that differ by less, relative to the largest weight, count as equal: they are differences of weights."""


def spanning_tree(weights: Weights, *, self_loops: SelfLoops = "drop") -> FilterResult:
    """Keep the maximum spanning tree of the network without directions, a tree for each connected part.

    The weight of a pair is the sum of both directions; of each pair in the tree the larger direction is kept
    (the smaller seller if equal). Ties (12 digits) go to the smaller node numbers. With N nodes in c parts N - c
    edges are kept. The score is 1 for kept edges, else 0. Source: Kruskal 1956.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        self_loops: whether the diagonal counts in shares and ranks.

    Raises:
        ValueError: if a weight is outside its range.
    """
    network = as_network(weights)
    counted = network.counted(self_loops)
    tree = tree_edges(network.counted("drop").matrix)
    is_kept = tree[counted.edges.seller, counted.edges.buyer]
    return filter_result("spanning_tree", "", network, self_loops, Verdict(is_kept.astype(np.float64), is_kept))


def arborescence(weights: Weights, *, self_loops: SelfLoops = "drop") -> FilterResult:
    """Keep the maximum spanning arborescence: at most one in-edge a node, no cycle, the greatest total weight.

    Node for node the supplier that matters most, as far as this closes no circle. Roots are found, not chosen: a
    virtual root reaches every node with weight 0 and is taken off again. Ties go to the smaller node numbers. The
    score is 1 for kept edges, else 0. Source: Chu, Liu 1965; Edmonds 1967.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        self_loops: whether the diagonal counts in shares and ranks.

    Raises:
        ValueError: if a weight is outside its range.
    """
    network = as_network(weights)
    counted = network.counted(self_loops)
    supplier = maximum_branching(network.counted("drop").matrix)
    is_kept = supplier[counted.edges.buyer] == counted.edges.seller
    return filter_result("arborescence", "", network, self_loops, Verdict(is_kept.astype(np.float64), is_kept))


def tree_edges(matrix: FloatArray) -> BoolArray:
    """Return the directed edges of the maximum spanning tree as a matrix of flags, shape (N, N).

    Args:
        matrix: checked matrix of shape (N, N) without self-loops.
    """
    first, second = np.nonzero(np.triu(matrix + matrix.T, k=1))
    strength = matrix[first, second] + matrix[second, first]
    order = descending_order(without_noise(strength, EQUAL_DIGITS))
    chosen = forest_positions(len(matrix), first, second, order)
    first, second = first[chosen], second[chosen]
    is_forward = matrix[first, second] >= matrix[second, first]
    tree = np.zeros(matrix.shape, dtype=np.bool_)
    tree[np.where(is_forward, first, second), np.where(is_forward, second, first)] = True
    return tree


def forest_positions(count: int, first: IntArray, second: IntArray, order: IntArray) -> IntArray:
    """Return the positions of the edges that Kruskal's method takes.

    Args:
        count: N, the number of nodes.
        first: one node of each edge; no pair stands twice.
        second: the other node.
        order: positions of the edges in the order in which they are tried.
    """
    # Ranks as lengths: all different, so the tree is the only one and does not depend on how ties are sorted.
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    forest = csgraph.minimum_spanning_tree(csr_matrix((rank, (first, second)), shape=(count, count)))
    return np.asarray(order[forest.data.astype(np.int64) - 1])


def maximum_branching(matrix: FloatArray) -> IntArray:
    """Return the supplier of each node in the maximum branching, -1 for roots.

    Every node takes its largest in-edge. Where these close a circle, the circle becomes one node, whose in-edges
    gain what they exceed the circle's own edge into the same node by. When no circle is left, the circles are
    opened again, the last one first, each at the node through which it is entered.

    Args:
        matrix: checked matrix of shape (N, N) without self-loops; positive cells are edges.
    """
    count = len(matrix)
    # The virtual root is the last node, so that an edge of equal gain comes first. What is no edge has no gain.
    gains = np.full((count + 1, count + 1), -np.inf)
    gains[:count, :count] = np.where(matrix > 0, matrix, -np.inf)
    gains[count, :count] = 0.0
    tolerance = np.zeros(count + 1)
    parent = np.append(gains[:, :count].argmax(axis=0), -1)
    circles: list[_Circle] = []
    is_settled = np.append(np.zeros(count, dtype=np.bool_), True)
    for start in range(count):
        node, path = start, list[int]()
        while not is_settled[node]:
            if node in path:
                circle = _contract(gains, tolerance, parent, path[path.index(node) :])
                circles.append(circle)
                is_settled[circle.members[1:]] = True
                path = path[: path.index(node)]
                node = circle.head
            else:
                path.append(node)
                node = int(parent[node])
        is_settled[path] = True
    for circle in reversed(circles):
        _open(circle, parent)
    supplier = parent[:count].astype(np.int64)
    supplier[supplier == count] = -1
    return supplier


@dataclass(frozen=True)
class _Circle:
    """A circle that became one node: its members, their parents, and which member each other node is joined to.

    The first member stands for the circle. `entered[u]` is the member that seller u would enter at, `left[v]` the
    one that buyer v would be supplied by.
    """

    members: IntArray
    parents: IntArray
    entered: IntArray
    left: IntArray

    @property
    def head(self) -> int:
        return int(self.members[0])


def _contract(gains: FloatArray, tolerance: FloatArray, parent: IntArray, path: list[int]) -> _Circle:
    """Make a circle one node, in place: gains, tolerances and parents are those of the smaller network."""
    members = np.sort(np.array(path, dtype=np.int64))
    head, rest = int(members[0]), members[1:]
    own = gains[parent[members], members]
    into = gains[:, members] - own
    # Differences of weights are rounded: what they differ by less than this is no difference.
    tolerance[head] = max(tolerance[members].max(), EQUAL_GAINS * float(np.abs(own).max()))
    entered = members[_first_largest(into, tolerance[head])]
    left = members[_first_largest(gains[members].T, tolerance[:, None])]
    circle = _Circle(members, parent[members].copy(), entered, left)
    gains[:, head], gains[head] = into.max(axis=1), gains[members].max(axis=0)
    gains[members, head] = -np.inf
    gains[rest], gains[:, rest] = -np.inf, -np.inf
    parent[np.isin(parent, members)] = head
    parent[head] = int(_first_largest(gains[None, :, head], tolerance[head])[0])
    return circle


def _open(circle: _Circle, parent: IntArray) -> None:
    """Undo `_contract` on the parents: the circle lacks the edge into the member through which it is entered."""
    seller = int(parent[circle.head])
    supplied = np.flatnonzero(parent == circle.head)
    parent[supplied] = circle.left[supplied]
    parent[circle.members] = circle.parents
    parent[circle.entered[seller]] = seller


def _first_largest(values: FloatArray, tolerance: float | FloatArray) -> IntArray:
    """The first position in each row that is as large as any."""
    return np.asarray((values >= values.max(axis=1, keepdims=True) - tolerance).argmax(axis=1))
