"""How much of its network a backbone still carries: nodes, edges, weight, CO2, connections.

Belongs here: measures of one backbone against its whole network, for one filter, several filters, or one filter
over its parameter. Not here: two backbones against each other (`comparison`), the filters.

The question that a drawing of a backbone must answer first is how much of the flow its edges carry:
`weight_coverage`. A measure that has no value (a share of nothing) is None here and null in frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csgraph

from visceads.backbone.edges import BoolArray, FloatArray
from visceads.backbone.filter_result import FilterResult
from visceads.backbone.filters import METHODS, apply_filter
from visceads.backbone.network import Network, Weights, as_network
from visceads.backbone.paths import shortest_paths

ALPHAS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Significance levels over which a backbone is followed by default."""


@dataclass(frozen=True)
class Coverage:
    """What a backbone carries of its network; shares lie in 0..1.

    Attributes:
        nodes_active: nodes of the network that have an edge (a self-loop counts).
        nodes_kept: nodes that have a kept edge.
        node_coverage: nodes_kept / nodes_active.
        edges_all: edges of the network that took part in the filter.
        edges_kept: edges of the backbone.
        edge_fraction: edges_kept / edges_all.
        weight_coverage: share of the weight between different nodes that kept edges carry.
        weight_coverage_with_loops: the same with self-loops counted on both sides.
        co2_coverage: share of the embodied CO2 between different nodes that kept edges carry.
        co2_coverage_with_loops: the same with self-loops counted on both sides.
        emission_coverage: emissions of the nodes that have a kept edge, as a share of the known emissions.
        reachability: ordered pairs of nodes that the backbone connects, as a share of those that the network does.
        largest_component_share: nodes of the largest weakly connected part of the backbone / nodes_active.
        length_ratio: mean of shortest path in the backbone / shortest path in the network, over the pairs that the
            backbone connects; 1 = no path has grown. Path lengths are sums of 1 / weight.
    """

    nodes_active: int
    nodes_kept: int
    node_coverage: float | None
    edges_all: int
    edges_kept: int
    edge_fraction: float | None
    weight_coverage: float | None
    weight_coverage_with_loops: float | None
    co2_coverage: float | None
    co2_coverage_with_loops: float | None
    emission_coverage: float | None
    reachability: float | None
    largest_component_share: float | None
    length_ratio: float | None


def coverage(
    result: FilterResult,
    *,
    co2: npt.ArrayLike | None = None,
    emissions: npt.ArrayLike | None = None,
    with_lengths: bool = True,
) -> Coverage:
    """Return what a backbone carries of its network.

    Args:
        result: result of any filter.
        co2: CO2 embodied in each transaction, shape (N, N), row = seller, column = buyer, any unit, not negative;
            NaN where unknown, which counts in no sum. None: the CO2 coverage is None.
        emissions: CO2 that each node emits itself, shape (N,), alike.
        with_lengths: whether `length_ratio` is measured, which takes the shortest paths of the whole network (a
            second or two for 1,300 nodes).

    Raises:
        ValueError: if CO2 or emissions have another shape than the network, or a figure is negative or infinite.
    """
    return _measure(result, _Whole(result.network, *_checked(result.network, co2, emissions)), with_lengths)


def coverage_of_methods(
    results: Sequence[FilterResult],
    *,
    co2: npt.ArrayLike | None = None,
    emissions: npt.ArrayLike | None = None,
    with_lengths: bool = True,
) -> pl.DataFrame:
    """Return the coverage of several backbones of one network, one row each in the order given.

    Columns: method, parameter, status, and those of `Coverage`. What the whole network needs is computed once.

    Args:
        results: results of filters on one network, at least one.
        co2: as in `coverage`.
        emissions: as in `coverage`.
        with_lengths: as in `coverage`.

    Raises:
        ValueError: as in `coverage`; or if there is no result or the networks differ.
    """
    if not results:
        raise ValueError("there is no result to measure; pass at least one")
    network = results[0].network
    for result in results:
        if result.network is not network and not np.array_equal(result.network.weights, network.weights):
            raise ValueError(
                f"the results of {results[0].method} and {result.method} rest on different networks; measure each of "
                f"them with `coverage`, and lay two of them side by side with `compare`"
            )
    whole = _Whole(network, *_checked(network, co2, emissions))
    rows = [
        {"method": result.method, "parameter": result.parameter, "status": result.status}
        | asdict(_measure(result, whole, with_lengths))
        for result in results
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


def robustness(
    weights: Weights,
    method: str,
    values: Sequence[float] = ALPHAS,
    *,
    co2: npt.ArrayLike | None = None,
    emissions: npt.ArrayLike | None = None,
    **options: Any,  # noqa: ANN401 - the filters check their own options
) -> pl.DataFrame:
    """Return the coverage of one filter over its main parameter: a curve, one row a value in the order given.

    Columns: `value` and those of `coverage_of_methods`.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0.
        method: a name in `METHODS` that has a parameter.
        values: its values; the default are significance levels.
        co2: as in `coverage`.
        emissions: as in `coverage`.
        **options: options of the filter.

    Raises:
        ValueError: as in `coverage` and `apply_filter`; or if the method has no parameter or there is no value.
    """
    chosen = METHODS.get(method)
    if chosen is not None and chosen.parameter is None:
        raise ValueError(f"{method} has no parameter to vary; measure it with `coverage`")
    network = as_network(weights)
    results = [apply_filter(network, method, value, **options) for value in values]
    measured = coverage_of_methods(results, co2=co2, emissions=emissions)
    return measured.insert_column(0, pl.Series("value", values, dtype=pl.Float64))


_TYPES = {"int": pl.Int64, "float | None": pl.Float64}
_SCHEMA: dict[str, type[pl.DataType]] = dict.fromkeys(("method", "parameter", "status"), pl.String) | {
    name: _TYPES[kind] for name, kind in Coverage.__annotations__.items()
}


@dataclass(frozen=True, eq=False)
class _Whole:
    """The network that backbones are measured against; what needs all its paths is computed once."""

    network: Network
    co2: FloatArray | None
    emissions: FloatArray | None

    @cached_property
    def is_active(self) -> BoolArray:
        sums = self.network.counted("keep").sums
        return (sums.out_degree + sums.in_degree) > 0

    @cached_property
    def pairs(self) -> int:
        return int(_connected(self.network.counted("drop").matrix).sum())

    @cached_property
    def distances(self) -> FloatArray:
        return shortest_paths(self.network.counted("drop").matrix).distances


def _measure(result: FilterResult, whole: _Whole, with_lengths: bool) -> Coverage:
    kept = result.kept_matrix()
    is_present: BoolArray = np.any(kept > 0, axis=0) | np.any(kept > 0, axis=1)
    active = int(whole.is_active.sum())
    weights, weights_with_loops = _carried(result, result.weight)
    co2, co2_with_loops = (None, None) if whole.co2 is None else _carried(result, _on_edges(result, whole.co2))
    emissions = whole.emissions
    tested, edges_kept = int(result.counted().is_counted.sum()), int(result.is_kept.sum())
    bare = kept.copy()
    np.fill_diagonal(bare, 0.0)
    return Coverage(
        nodes_active=active,
        nodes_kept=int(is_present.sum()),
        node_coverage=_share(int(is_present.sum()), active),
        edges_all=tested,
        edges_kept=edges_kept,
        edge_fraction=_share(edges_kept, tested),
        weight_coverage=weights,
        weight_coverage_with_loops=weights_with_loops,
        co2_coverage=co2,
        co2_coverage_with_loops=co2_with_loops,
        emission_coverage=None if emissions is None else _share(emissions[is_present].sum(), emissions.sum()),
        reachability=_share(int(_connected(bare).sum()), whole.pairs),
        largest_component_share=_share(_largest_component(bare, is_present), active),
        length_ratio=_length_ratio(bare, whole) if with_lengths else None,
    )


def _carried(result: FilterResult, values: FloatArray) -> tuple[float | None, float | None]:
    """Share of the values that kept edges carry, between different nodes and with self-loops."""
    between = ~result.is_self_loop
    return (
        _share(values[result.is_kept & between].sum(), values[between].sum()),
        _share(values[result.is_kept].sum(), values.sum()),
    )


def _on_edges(result: FilterResult, cells: FloatArray) -> FloatArray:
    values: FloatArray = cells[result.seller, result.buyer]
    return values


def _share(part: float, whole: float) -> float | None:
    # Sums taken in two orders differ in their last digits: cut what rounding adds to 1.
    return min(float(part / whole), 1.0) if whole > 0 else None


def _connected(matrix: FloatArray) -> BoolArray:
    """Which ordered pairs of different nodes a path connects, by repeated squaring; shape (N, N)."""
    count = len(matrix)
    reaches = (matrix > 0) | np.eye(count, dtype=np.bool_)
    while True:
        steps = reaches.astype(np.float32)
        further = (steps @ steps) > 0
        if np.array_equal(further, reaches):
            return further & ~np.eye(count, dtype=np.bool_)
        reaches = further


def _largest_component(matrix: FloatArray, is_present: BoolArray) -> int:
    """Nodes of the largest weakly connected part; a node with nothing but a self-loop is a part of its own."""
    if not is_present.any():
        return 0
    _, label = csgraph.connected_components(matrix > 0, directed=True, connection="weak")
    return int(np.bincount(label[is_present]).max())


def _length_ratio(kept: FloatArray, whole: _Whole) -> float | None:
    distances = shortest_paths(kept).distances
    connected = np.isfinite(distances) & ~np.eye(len(kept), dtype=np.bool_)
    return float((distances[connected] / whole.distances[connected]).mean()) if connected.any() else None


def _checked(
    network: Network, co2: npt.ArrayLike | None, emissions: npt.ArrayLike | None
) -> tuple[FloatArray | None, FloatArray | None]:
    count = len(network.weights)
    return (
        None if co2 is None else _checked_figures("CO2 of the edges", co2, (count, count)),
        None if emissions is None else _checked_figures("emissions of the nodes", emissions, (count,)),
    )


def _checked_figures(name: str, values: npt.ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    figures = np.asarray(values, dtype=np.float64)
    if figures.shape != shape:
        raise ValueError(f"the {name} have the shape {figures.shape}, but the network needs {shape}")
    faulty = np.argwhere((figures < 0) | np.isinf(figures))
    if len(faulty):
        place = tuple(int(k) for k in faulty[0])
        raise ValueError(
            f"the {name} at position {', '.join(map(str, place))} (counted from 0) are {figures[place]:g}; they must "
            f"be finite and not negative, NaN where unknown"
        )
    return np.nan_to_num(figures, nan=0.0)
