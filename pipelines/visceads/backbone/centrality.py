"""Centralities of one directed weighted network: PageRank, Perron vectors, Katz, paths, clustering.

Belongs here: one function a measure, matrix in, array out. Not here: the table of all metrics of a network
(`node_metrics`), which also leaves inactive nodes out.

Strong edges are short: every path has the length sum of 1 / weight. A weight is never used as a length.
All functions expect a matrix checked by `edges.check_weights`, shape (N, N), row = seller, column = buyer.
"""

from __future__ import annotations

from dataclasses import dataclass

import igraph
import numpy as np
import numpy.typing as npt
from scipy.sparse import csgraph
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from visceads.backbone.edges import BoolArray, FloatArray, considered_weights
from visceads.backbone.paths import EQUAL_LENGTHS, shortest_paths

DAMPING = 0.85
"""Damping of PageRank."""

KATZ_SHARE = 0.85
"""The attenuation of Katz as a share of the largest one for which the series converges, 1 / rho."""

_DENSE_EIGENVALUES_UP_TO = 200  # below this size all eigenvalues cost less than an Arnoldi iteration is worth


@dataclass(frozen=True)
class PerronVectors:
    """Perron vectors of the largest strongly connected component; arrays of length N.

    Attributes:
        left: left vector, sum 1, 0 outside the component; all NaN if the network has no cycle.
        right: right vector, alike.
        is_in_component: which nodes the component holds; none if the network has no cycle.
    """

    left: FloatArray
    right: FloatArray
    is_in_component: BoolArray


@dataclass(frozen=True)
class PathCentrality:
    """Centralities on shortest paths of length sum of 1 / weight, self-loops left out; arrays of length N.

    Attributes:
        betweenness: number of ordered pairs whose shortest path passes through the node, equal paths shared.
        closeness: mean of 1 / distance from the other nodes to the node, 0 for a node out of reach; in the
            unit of the weights. NaN for a single node.
    """

    betweenness: FloatArray
    closeness: FloatArray


def pagerank(weights: FloatArray) -> FloatArray:
    """Return PageRank with damping 0.85, walking from seller to buyer; sum 1.

    The stationary distribution as the solution of its linear equations, not by iteration. A node that
    delivers nothing passes its weight to all nodes alike. For the walk from buyer to seller pass the
    transposed matrix. Source: Brin, Page 1998.
    """
    count = len(weights)
    if count == 0:
        return np.zeros(0)
    strength = weights.sum(axis=1)
    steps = np.full((count, count), 1.0 / count)
    delivers = strength > 0
    steps[delivers] = weights[delivers] / strength[delivers, None]
    rank = np.linalg.solve(np.eye(count) - DAMPING * steps.T, np.full(count, (1 - DAMPING) / count))
    return np.asarray(rank / rank.sum())


def perron_vectors(weights: FloatArray) -> PerronVectors:
    """Return the left and right Perron vectors of the largest strongly connected component.

    The largest component has the most nodes; of equals, the one with the smallest node. A component counts
    only if it holds a cycle (a self-loop is one). Outside it both vectors are 0.
    """
    count = len(weights)
    left, right = np.zeros(count), np.zeros(count)
    is_inside = np.zeros(count, dtype=np.bool_)
    components = _cyclic_components(weights)
    if not components:
        return PerronVectors(np.full(count, np.nan), np.full(count, np.nan), is_inside)
    largest = max(components, key=len)  # the first of equals: components are ordered by smallest node
    is_inside[largest] = True
    part = weights[np.ix_(largest, largest)]
    left[largest] = _perron(part.T)[1]
    right[largest] = _perron(part)[1]
    return PerronVectors(left, right, is_inside)


def katz(weights: FloatArray) -> FloatArray:
    """Return Katz centrality c = (I - alpha W')^-1 1 with alpha = 0.85 / rho(W), scaled to sum 1.

    Counts what arrives at a buyer over chains of any length. NaN if the network has no cycle: rho is 0, and
    alpha undefined. Source: Katz 1953, weighted and with the attenuation tied to the spectral radius.
    """
    count = len(weights)
    # rho as the largest over the components: the eigenvalues of a whole network with few cycles are
    # ill-conditioned, and rounding would give an acyclic one a positive radius.
    radius = max((_perron(weights[np.ix_(part, part)])[0] for part in _cyclic_components(weights)), default=0.0)
    if radius == 0.0:
        return np.full(count, np.nan)
    scores = np.linalg.solve(np.eye(count) - KATZ_SHARE / radius * weights.T, np.ones(count))
    return np.asarray(scores / scores.sum())


def path_centrality(weights: FloatArray) -> PathCentrality:
    """Return betweenness and harmonic closeness on shortest paths, directed.

    Every edge of a shortest path is itself the shortest path between its ends: paths are counted on the edges of
    the metric backbone alone, which are few (5,250 of 1.46 million in the table of 1,302 sectors of 2012), and
    the result is that of the whole network. Source: Freeman 1977; Marchiori, Latora 2000 (harmonic closeness);
    Simas, Correia, Rocha 2021 (metric backbone).

    Raises:
        ValueError: if the largest weight exceeds the smallest by more than a double holds.
    """
    count = len(weights)
    matrix = considered_weights(weights, "drop")
    if not matrix.any():
        return PathCentrality(np.zeros(count), np.full(count, np.nan if count < 2 else 0.0))
    largest = _largest_of_near_weights(matrix)
    paths = shortest_paths(matrix / largest)  # in units of the shortest edge
    is_shortest = (paths.lengths <= paths.distances * (1 + EQUAL_LENGTHS)) & np.isfinite(paths.lengths)
    seller, buyer = np.nonzero(is_shortest)
    graph = igraph.Graph(n=count, edges=np.column_stack((seller, buyer)).tolist(), directed=True)
    betweenness = graph.betweenness(directed=True, weights=paths.lengths[seller, buyer].tolist())
    # The diagonal is made infinitely far: a node is no neighbour of itself.
    far = paths.distances + np.diag(np.full(count, np.inf))
    closeness = (1.0 / far).sum(axis=0) / (count - 1) * largest
    return PathCentrality(np.array(betweenness, dtype=np.float64), closeness)


def _largest_of_near_weights(matrix: FloatArray) -> float:
    """The largest weight, after checking that path lengths in units of the shortest edge fit a double."""
    largest, smallest = float(matrix.max()), float(matrix[matrix > 0].min())
    with np.errstate(over="ignore"):
        longest = np.divide(largest, smallest) * np.count_nonzero(matrix)
    if not np.isfinite(longest):
        raise ValueError(
            f"the weights reach from {smallest:g} to {largest:g}, too far apart for path lengths in doubles; set the "
            f"smallest weights to 0"
        )
    return largest


def clustering(weights: FloatArray) -> FloatArray:
    """Return the directed weighted clustering coefficient, self-loops left out, in 0..1.

    With W = (w / largest w)^(1/3), total degree d and number b of neighbours in both directions:
    [(W + W')^3]_ii / (2 (d (d - 1) - 2 b)). NaN for a node with no possible triangle (fewer than two
    neighbours). Source: Fagiolo 2007, equation 10.
    """
    matrix = considered_weights(weights, "drop")
    count = len(matrix)
    if not matrix.any():
        return np.full(count, np.nan)
    links = (matrix > 0).astype(np.float64)
    degree = links.sum(axis=0) + links.sum(axis=1)
    mutual = (links * links.T).sum(axis=1)
    possible = 2.0 * (degree * (degree - 1) - 2 * mutual)
    roots = np.cbrt(matrix / matrix.max())
    both = roots + roots.T
    triangles = ((both @ both) * both.T).sum(axis=1)
    coefficient = np.full(count, np.nan)
    np.divide(triangles, possible, out=coefficient, where=possible > 0)
    return coefficient


def _cyclic_components(weights: FloatArray) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Strongly connected components that hold a cycle, as node lists, ordered by smallest node."""
    if not len(weights):
        return []
    _, label = csgraph.connected_components(weights > 0, directed=True, connection="strong")
    groups = [np.flatnonzero(label == k) for k in np.unique(label)]
    groups.sort(key=lambda group: int(group[0]))
    return [group for group in groups if len(group) > 1 or weights[group[0], group[0]] > 0]


def _perron(part: FloatArray) -> tuple[float, FloatArray]:
    """Perron root and right vector (sum 1) of an irreducible matrix.

    Of the eigenvalues of largest modulus only the Perron root is real and positive: it has the largest real part.
    Large matrices go through the Arnoldi iteration with a fixed start vector, so the result is the same in every
    run; where it does not converge all eigenvalues are computed.
    """
    scale = part.max()
    value, vector = _leading_eigenpair(part / scale)
    positive = np.abs(vector)
    return value * float(scale), positive / positive.sum()


def _leading_eigenpair(matrix: FloatArray) -> tuple[float, FloatArray]:
    if len(matrix) > _DENSE_EIGENVALUES_UP_TO:
        try:
            values, vectors = eigs(matrix, k=1, which="LR", v0=np.ones(len(matrix)))
            return float(values[0].real), _real_part(vectors[:, 0])
        except ArpackNoConvergence:
            pass
    values, vectors = np.linalg.eig(matrix)
    position = int(values.real.argmax())
    return float(values[position].real), _real_part(vectors[:, position])


def _real_part(vector: npt.NDArray[np.complexfloating]) -> FloatArray:
    """An eigenvector of a real eigenvalue is real but for a factor: turn its largest element real."""
    largest = vector[np.abs(vector).argmax()]
    return np.asarray((vector / largest).real, dtype=np.float64)
