"""A network that filters take: its weight matrix, the names of its nodes, and what is computed from it only once.

Belongs here: `Network`, built from a matrix or from an edge list, and `CountedNetwork`, the network under one
treatment of its self-loops with edges, strengths, order and ranks. Not here: the filters and their results.

Every filter takes a plain matrix as well as a `Network`. The latter is worth its line where several filters look
at one large network: the checks, the list of edges and their order are then computed once for all of them.
Weights are held as a full matrix: a network of N nodes takes 8 N^2 bytes a copy, about 10,000 nodes at most.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from visceads.backbone.edges import (
    BoolArray,
    Edges,
    FloatArray,
    IntArray,
    Margins,
    SelfLoops,
    check_self_loops,
    check_weights,
    considered_weights,
    descending_order,
    margins,
    matrix_from_edges,
    positive_edges,
)


@dataclass(frozen=True, eq=False)
class Network:
    """A checked directed weighted network; make it with `network_from_matrix` or `network_from_edges`.

    Attributes:
        weights: matrix of shape (N, N), row = seller, column = buyer, cells >= 0; read-only.
        labels: the name of each node in the order of the matrix, or None where nodes are numbers from 0.
    """

    weights: FloatArray
    labels: tuple[Hashable, ...] | None = None

    @cached_property
    def edges(self) -> Edges:
        """All positive cells by seller, then by buyer, the diagonal included."""
        return positive_edges(self.weights)

    @cached_property
    def _with_loops(self) -> CountedNetwork:
        return CountedNetwork(self.weights, self.edges, "keep")

    @cached_property
    def _without_loops(self) -> CountedNetwork:
        return CountedNetwork(self.weights, self.edges, "drop")

    def counted(self, self_loops: SelfLoops) -> CountedNetwork:
        """Return the network with its diagonal taking part ('keep') or not ('drop').

        Raises:
            ValueError: if `self_loops` is neither 'keep' nor 'drop'.
        """
        check_self_loops(self_loops)
        return self._with_loops if self_loops == "keep" else self._without_loops


@dataclass(frozen=True, eq=False)
class CountedNetwork:
    """A network and which of its cells take part; all edge arrays hold the edges that take part, and only those.

    Attributes:
        weights: all cells of the network, shape (N, N).
        all_edges: all its positive cells.
        self_loops: 'keep' or 'drop'.
    """

    weights: FloatArray
    all_edges: Edges
    self_loops: SelfLoops

    @cached_property
    def matrix(self) -> FloatArray:
        """The cells that take part, shape (N, N)."""
        return considered_weights(self.weights, self.self_loops)

    @cached_property
    def sums(self) -> Margins:
        """Strengths, degrees and total of the cells that take part."""
        return margins(self.matrix, "keep")

    @cached_property
    def is_counted(self) -> BoolArray:
        """For every edge of the network whether it takes part: False for dropped self-loops."""
        edges = self.all_edges
        return np.ones(len(edges.weight), dtype=np.bool_) if self.self_loops == "keep" else ~edges.is_self_loop

    @cached_property
    def edges(self) -> Edges:
        """The edges that take part, by seller, then by buyer."""
        full, chosen = self.all_edges, self.is_counted
        if chosen.all():
            return full
        return Edges(full.seller[chosen], full.buyer[chosen], full.weight[chosen], full.is_self_loop[chosen])

    @cached_property
    def order(self) -> IntArray:
        """Positions of the edges from strongest to weakest; ties by seller, then by buyer."""
        return descending_order(self.edges.weight)

    @cached_property
    def rank(self) -> IntArray:
        """Rank of each edge: 1 = strongest, no two edges share a rank."""
        rank = np.empty(len(self.order), dtype=np.int64)
        rank[self.order] = np.arange(1, len(rank) + 1)
        return rank

    @cached_property
    def seller_places(self) -> Places:
        """Where each edge stands among its seller's deliveries."""
        return _places(self.edges.seller, self.edges.weight, self.order)

    @cached_property
    def buyer_places(self) -> Places:
        """Where each edge stands among its buyer's purchases."""
        return _places(self.edges.buyer, self.edges.weight, self.order)

    def spread(self, values: npt.NDArray[np.generic], otherwise: float | bool) -> npt.NDArray[np.generic]:
        """Return values of the edges that take part at their places among all edges of the network."""
        if len(values) == len(self.is_counted):
            return values
        spread = np.full(len(self.is_counted), otherwise, dtype=values.dtype)
        spread[self.is_counted] = values
        return spread


@dataclass(frozen=True)
class Places:
    """Where each edge stands among the edges of one of its nodes; arrays as long as the edges.

    Attributes:
        rank: 1 = the node's largest; ties by seller, then by buyer.
        larger: number of the node's edges that are strictly larger.
    """

    rank: IntArray
    larger: IntArray


def _places(node: IntArray, weight: FloatArray, order: IntArray) -> Places:
    count = len(order)
    if count == 0:
        return Places(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    # Small unsigned numbers are sorted by their digits, in linear time.
    narrow = node.astype(np.uint16) if int(node.max()) < 2**16 else node
    by_node = order[np.argsort(narrow[order], kind="stable")]
    of, value = node[by_node], weight[by_node]
    position = np.arange(count)
    starts_node = np.concatenate(([True], of[1:] != of[:-1]))
    starts_run = starts_node | np.concatenate(([True], value[1:] != value[:-1]))
    first = np.maximum.accumulate(np.where(starts_node, position, 0))
    first_of_run = np.maximum.accumulate(np.where(starts_run, position, 0))
    rank, larger = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    rank[by_node] = position - first + 1
    larger[by_node] = first_of_run - first
    return Places(rank, larger)


Weights = npt.ArrayLike | Network
"""What every filter takes: a matrix of shape (N, N), row = seller, column = buyer, cells >= 0; or a `Network`."""


def as_network(weights: Weights) -> Network:
    """Return a network as it is, and a matrix as a network whose nodes are numbers from 0.

    Raises:
        ValueError: if the matrix is not square or a weight is outside its range.
    """
    return weights if isinstance(weights, Network) else network_from_matrix(weights)


def network_from_matrix(weights: npt.ArrayLike, labels: Iterable[Hashable] | None = None) -> Network:
    """Return the network of a weight matrix; the matrix is copied.

    Args:
        weights: matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        labels: the name of each node in the order of the matrix; without it nodes are numbers from 0.

    Raises:
        ValueError: if the matrix is not square, a weight is outside its range, or the labels are not N different
            ones.
    """
    matrix = check_weights(weights)
    matrix.setflags(write=False)
    return Network(matrix, None if labels is None else _checked_labels(tuple(labels), len(matrix)))


def network_from_edges(
    seller: Iterable[Hashable],
    buyer: Iterable[Hashable],
    weight: npt.ArrayLike,
    *,
    nodes: Sequence[Hashable] | None = None,
    parallel: Literal["refuse", "sum"] = "refuse",
) -> Network:
    """Return the network of a directed edge list, its nodes named as in the list.

    Args:
        seller: name of the seller of each edge.
        buyer: name of the buyer of each edge.
        weight: weight of each edge, finite and not negative; all three of one length.
        nodes: all nodes in the order that breaks ties; nodes without an edge belong here too. Without it: the
            names that occur, sorted.
        parallel: what to do with several rows for one seller and buyer: 'refuse', or 'sum' them.

    Raises:
        ValueError: if the lengths differ, an edge has a node that is not in `nodes`, names cannot be sorted, a
            seller and buyer pair stands twice while `parallel` is 'refuse', or a weight is outside its range.
    """
    sellers, buyers = list(seller), list(buyer)
    names = _sorted_names(sellers, buyers) if nodes is None else tuple(nodes)
    labels = _checked_labels(names, len(names))
    number = {name: k for k, name in enumerate(labels)}
    unknown = next((name for name in (*sellers, *buyers) if name not in number), None)
    if unknown is not None:
        raise ValueError(f"the edge list names the node {unknown!r}, which is not among `nodes`; add it there")
    rows = np.array([number[name] for name in sellers], dtype=np.int64)
    columns = np.array([number[name] for name in buyers], dtype=np.int64)
    matrix = matrix_from_edges(rows, columns, weight, node_count=len(labels), parallel=parallel)
    matrix.setflags(write=False)
    return Network(matrix, labels)


def _sorted_names(sellers: list[Hashable], buyers: list[Hashable]) -> tuple[Hashable, ...]:
    try:
        return tuple(sorted({*sellers, *buyers}))  # type: ignore[type-var]
    except TypeError as error:
        raise ValueError(
            "the names of the nodes are of several kinds and have no order; pass `nodes`, all of them in the order "
            "that is to break ties"
        ) from error


def _checked_labels(labels: tuple[Hashable, ...], count: int) -> tuple[Hashable, ...]:
    if len(labels) != count:
        raise ValueError(f"a matrix of {count} nodes needs {count} labels, but there are {len(labels)}")
    seen: set[Hashable] = set()
    for label in labels:
        if label in seen:
            raise ValueError(f"the label {label!r} names two nodes; every node needs a name of its own")
        seen.add(label)
    return labels
