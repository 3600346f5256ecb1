"""Node metrics of one directed weighted network: strengths, centralities, communities, roles.

Belongs here: the table of all metrics, one value for each node, and the rule for roles. Not here: the
measures themselves (`centrality`, `communities`), and any knowledge of provinces or sectors.

Inactive nodes (no positive cell in their row or column) stay in every array with `is_active` False. Their
strengths, shares and degrees are 0, which is true; everything else is NaN, since it is undefined for them.
They are left out of the network before it is measured, so adding one changes no other node's value, and N in
the normalisations is the number of active nodes. A node that has only a self-loop is active.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import polars as pl

from visceads.backbone.centrality import clustering, katz, pagerank, path_centrality, perron_vectors
from visceads.backbone.communities import communities, modularity
from visceads.backbone.edges import (
    BoolArray,
    FloatArray,
    IntArray,
    SelfLoops,
    margins,
)
from visceads.backbone.network import Weights, as_network

ROLE_PERCENTILE = 0.8
"""From this percentile on a strength or a betweenness counts as high."""

_WHOLE_NUMBERS = ("out_degree", "in_degree", "community")
_NOT_A_COLUMN = ("modularity", "labels")


@dataclass(frozen=True)
class NodeMetrics:
    """Metrics of all N nodes of a network, arrays of length N in the order of the matrix.

    Strengths, shares and degrees rest on all cells, the diagonal included, whatever `self_loops` says; paths,
    clustering, communities and roles never see the diagonal.

    Attributes:
        is_active: whether the node has an edge (a self-loop counts).
        out_strength: row sum.
        in_strength: column sum.
        out_strength_without_loop: row sum without the diagonal.
        in_strength_without_loop: column sum without the diagonal.
        self_loop: the diagonal cell.
        out_share: out_strength / sum of all cells (0 in an empty network).
        in_share: in_strength / sum of all cells (0 in an empty network).
        out_degree: number of positive cells in the row.
        in_degree: number of positive cells in the column.
        pagerank: importance as a buyer, sum 1.
        pagerank_reverse: importance as a seller (PageRank against the edges), sum 1.
        betweenness: ordered pairs whose shortest path (lengths 1 / weight) passes through the node.
        betweenness_normalised: betweenness / ((N - 1)(N - 2)); NaN for fewer than three nodes.
        closeness: mean of 1 / distance from the others to the node, in the unit of the weights.
        eigenvector_left: left Perron vector of the largest strongly connected component, 0 outside it.
        eigenvector_right: right Perron vector, alike.
        is_in_largest_component: whether the node belongs to that component.
        katz: Katz centrality, sum 1.
        clustering: directed weighted clustering coefficient.
        community: number of the community, 1 = largest (a whole number).
        role: hub, source, sink, bridge or periphery; empty for an inactive node.
        modularity: directed modularity of the communities (one figure for the network).
        labels: the name of each node, or None where nodes are numbers from 0.
    """

    is_active: BoolArray
    out_strength: FloatArray
    in_strength: FloatArray
    out_strength_without_loop: FloatArray
    in_strength_without_loop: FloatArray
    self_loop: FloatArray
    out_share: FloatArray
    in_share: FloatArray
    out_degree: IntArray
    in_degree: IntArray
    pagerank: FloatArray
    pagerank_reverse: FloatArray
    betweenness: FloatArray
    betweenness_normalised: FloatArray
    closeness: FloatArray
    eigenvector_left: FloatArray
    eigenvector_right: FloatArray
    is_in_largest_component: BoolArray
    katz: FloatArray
    clustering: FloatArray
    community: FloatArray
    role: npt.NDArray[np.str_]
    modularity: float
    labels: tuple[Hashable, ...] | None = None

    def to_frame(self, figures: Mapping[str, npt.ArrayLike] | None = None) -> pl.DataFrame:
        """One row a node, `node` being its name, or its number from 0; NaN and empty roles become null.

        Args:
            figures: further figures of the nodes by column name, shape (N,) each, such as CO2 in Mt and intensities.

        Raises:
            ValueError: if a figure has another length than the nodes, or the name of a metric.
        """
        count = len(self.is_active)
        names = [field.name for field in fields(self) if field.name not in _NOT_A_COLUMN]
        columns = {name: getattr(self, name) for name in names}
        columns["role"] = pl.Series([role or None for role in self.role.tolist()], dtype=pl.String)
        numbers = pl.Series(np.arange(count), dtype=pl.Int32)
        node = numbers if self.labels is None else pl.Series(list(self.labels))
        frame = pl.DataFrame({"node": node} | columns | _checked_figures(figures or {}, count, {"node", *names}))
        frame = frame.with_columns(pl.selectors.float().fill_nan(None))
        return frame.with_columns(pl.col(*_WHOLE_NUMBERS).cast(pl.Int32))


def _checked_figures(
    figures: Mapping[str, npt.ArrayLike], count: int, taken: set[str]
) -> dict[str, npt.NDArray[np.generic]]:
    checked = {name: np.asarray(values) for name, values in figures.items()}
    for name, values in checked.items():
        if name in taken:
            raise ValueError(f"'{name}' is a column of the metrics already; give the figure another name")
        if values.shape != (count,):
            raise ValueError(f"{count} nodes need {count} figures of {name}, but these have the shape {values.shape}")
    return checked


def node_metrics(weights: Weights, *, self_loops: SelfLoops = "keep") -> NodeMetrics:
    """Return all metrics of all nodes.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit: the full
            network or a backbone of it (`FilterResult.kept_matrix`; say which where the result is published).
        self_loops: whether the diagonal takes part in PageRank, Perron vectors and Katz.

    Raises:
        ValueError: if a weight or `self_loops` is outside its range.
    """
    whole = as_network(weights)
    matrix, walked = whole.weights, whole.counted(self_loops).matrix
    full, bare = whole.counted("keep").sums, whole.counted("drop").sums
    active = np.flatnonzero(full.out_degree + full.in_degree)
    network, walked = matrix[np.ix_(active, active)], walked[np.ix_(active, active)]
    paths, perron = path_centrality(network), perron_vectors(walked)
    community = communities(network)
    count = len(matrix)

    def spread(values: npt.ArrayLike) -> FloatArray:
        return _spread(values, active, count)

    return NodeMetrics(
        is_active=_flags(active, count),
        out_strength=full.out_strength,
        in_strength=full.in_strength,
        out_strength_without_loop=bare.out_strength,
        in_strength_without_loop=bare.in_strength,
        self_loop=matrix.diagonal().copy(),
        out_share=_share(full.out_strength, full.total),
        in_share=_share(full.in_strength, full.total),
        out_degree=full.out_degree,
        in_degree=full.in_degree,
        pagerank=spread(pagerank(walked)),
        pagerank_reverse=spread(pagerank(walked.T)),
        betweenness=spread(paths.betweenness),
        betweenness_normalised=spread(_normalised(paths.betweenness)),
        closeness=spread(paths.closeness),
        eigenvector_left=spread(perron.left),
        eigenvector_right=spread(perron.right),
        is_in_largest_component=_flags(active[perron.is_in_component], count),
        katz=spread(katz(walked)),
        clustering=spread(clustering(network)),
        community=spread(community),
        role=_spread_roles(roles(network, paths.betweenness), active, count),
        modularity=modularity(network, community),
        labels=whole.labels,
    )


def roles(weights: FloatArray, betweenness: FloatArray) -> npt.NDArray[np.str_]:
    """Return the role of each node: hub, source, sink, bridge or periphery.

    High is a percentile of at least 0.8 (rank from the smallest / N, equal values sharing the smallest rank)
    of a value above 0. Deliveries to others and purchases from others both high: hub; only deliveries:
    source; only purchases: sink; else a high betweenness: bridge; else periphery. Self-loops are left out:
    what a sector sells to itself does not connect it.

    Args:
        weights: checked matrix of shape (N, N).
        betweenness: betweenness of each node, shape (N,).
    """
    sums = margins(weights, "drop")
    sells, buys = _is_high(sums.out_strength), _is_high(sums.in_strength)
    conditions = [sells & buys, sells, buys, _is_high(betweenness)]
    return np.select(conditions, ["hub", "source", "sink", "bridge"], default="periphery").astype(np.str_)


def _is_high(values: FloatArray) -> BoolArray:
    rank = 1 + np.searchsorted(np.sort(values), values, side="left")
    return (rank / max(len(values), 1) >= ROLE_PERCENTILE) & (values > 0)


def _share(strength: FloatArray, total: float) -> FloatArray:
    # A row that holds the whole total is summed in another order than the total: cut what rounding adds to 1.
    return np.minimum(strength / (total or 1.0), 1.0)


def _normalised(betweenness: FloatArray) -> FloatArray:
    count = len(betweenness)
    if count < 3:
        return np.full(count, np.nan)
    return betweenness / ((count - 1) * (count - 2))


def _spread(values: npt.ArrayLike, active: npt.NDArray[np.intp], count: int) -> FloatArray:
    """Values of the active nodes at their places among all nodes, NaN elsewhere."""
    spread = np.full(count, np.nan)
    spread[active] = values
    return spread


def _spread_roles(active_roles: npt.NDArray[np.str_], active: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.str_]:
    spread = np.full(count, "", dtype="<U9")
    spread[active] = active_roles
    return spread


def _flags(positions: npt.NDArray[np.intp], count: int) -> BoolArray:
    flags = np.zeros(count, dtype=np.bool_)
    flags[positions] = True
    return flags
