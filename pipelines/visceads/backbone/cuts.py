"""Filters that cut by size: the largest cells, cells above a threshold, the largest of every node.

Belongs here: rules that compare a weight with other weights and need no model of chance. Not here: filters
with p-values (`local_null_models`, `global_null_models`, `polya`, `noise_corrected`), linkage analysis (`linkage`).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from visceads.backbone.edges import FloatArray, SelfLoops
from visceads.backbone.filter_result import FilterResult, Verdict, check_choice, check_fraction, filter_result
from visceads.backbone.network import CountedNetwork, Weights, as_network
from visceads.backbone.significance import Side

ThresholdKind = Literal["absolute", "quantile", "mean", "total_share", "column_share"]
"""What a threshold is compared with, see `threshold`."""

NOISE = 1e-12
"""A bound that was computed may exceed a weight by this share: the mean of equal weights is not exactly their size."""


def top_share(weights: Weights, share: float = 0.05, *, self_loops: SelfLoops = "keep") -> FilterResult:
    """Keep the largest cells: those whose rank among all N*N cells is within a share of N*N.

    The rule of the earlier prototype: rank / N^2 <= share, zero cells counted, so that a full 42 x 42 block
    keeps exactly 88 edges. Zero cells are never kept; if the cut reaches them, `note` says so. With
    `self_loops="drop"` the N*N cells stay N*N; those of the diagonal count as zero. The score is the rank
    percentile 1 - rank / N^2, the share of all cells that rank lower; there are no p-values.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        share: share of all cells to keep, above 0 and at most 1.
        self_loops: whether the diagonal takes part.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    network = as_network(weights)
    counted = network.counted(self_loops)
    limit = check_fraction("share", share)
    cells = counted.matrix.size
    # Dividing, not multiplying: rank / N^2 and a share such as 0.1 are rounded alike, share * N^2 is not.
    percentile = counted.rank / max(cells, 1)
    is_kept = percentile <= limit
    note = _shortfall_note(cells, limit, int(is_kept.sum()))
    return filter_result(
        "top_share", f"share={limit!r}", network, self_loops, Verdict(1.0 - percentile, is_kept, note=note)
    )


def threshold(
    weights: Weights,
    tau: float = 1.0,
    *,
    kind: ThresholdKind = "mean",
    output: npt.ArrayLike | None = None,
    self_loops: SelfLoops = "drop",
) -> FilterResult:
    """Keep edges whose weight reaches a threshold: weight >= bound.

    The score is weight / bound, at least 1 for kept edges; there are no p-values.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        tau: the threshold, above 0; what it means depends on `kind`.
        kind: `absolute`: bound = tau, in the unit of the weights. `quantile`: bound = the smallest weight such
            that at least the share tau of all positive cells is not above it (tau at most 1). `mean`: bound =
            tau times the mean of the positive cells. `total_share`: bound = tau times the sum of all cells.
            `column_share`: bound = tau times the buyer's column sum, or its `output`: a_ij >= tau.
        output: for `column_share` only: the gross output of each buyer, shape (N,), in the unit of the weights,
            which makes the share of a column a technical coefficient. A buyer without output must buy nothing.
        self_loops: whether the diagonal takes part, also in means, quantiles and sums.

    Raises:
        ValueError: if a weight, an output or a parameter is outside its range.
    """
    check_choice("kind", kind, ("absolute", "quantile", "mean", "total_share", "column_share"))
    if not (np.isfinite(tau) and tau > 0):
        raise ValueError(f"tau is {tau}; it must be above 0 and finite")
    if output is not None and kind != "column_share":
        raise ValueError(f"output is used with kind='column_share' only, but kind is '{kind}'; leave one of them out")
    network = as_network(weights)
    counted = network.counted(self_loops)
    weight = counted.edges.weight
    bound = _bound(counted, float(tau), kind, output)
    source = "" if output is None else ";divisor=output"
    verdict = Verdict(weight / bound, weight >= bound * (1 - (0.0 if kind in ("absolute", "quantile") else NOISE)))
    return filter_result("threshold", f"tau={float(tau)!r};kind={kind}{source}", network, self_loops, verdict)


def k_strongest(weights: Weights, k: int = 3, *, side: Side = "or", self_loops: SelfLoops = "drop") -> FilterResult:
    """Keep the k largest out-edges of every seller and the k largest in-edges of every buyer.

    Ties are broken by seller, then by buyer, so no node has more than k edges on its own account. The score is
    k / rank among the node's edges, at least 1 for kept edges: the better of both sides for 'or', the worse for
    'and'.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        k: number of edges, a whole number from 1 on.
        side: 'or' keeps an edge that is among the k of either node (union), 'and' of both (intersection).
        self_loops: whether the diagonal takes part.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    check_choice("side", side, ("or", "and"))
    if k != int(k) or k < 1:
        raise ValueError(f"k is {k}; it must be a whole number from 1 on")
    network = as_network(weights)
    counted = network.counted(self_loops)
    choose = np.minimum if side == "or" else np.maximum
    place = choose(counted.seller_places.rank, counted.buyer_places.rank)
    return filter_result(
        "k_strongest", f"k={int(k)};side={side}", network, self_loops, Verdict(k / place, place <= k, side=side)
    )


def _bound(counted: CountedNetwork, tau: float, kind: str, output: npt.ArrayLike | None) -> FloatArray:
    """The smallest weight that is kept, one figure for each edge."""
    weight, buyer = counted.edges.weight, counted.edges.buyer
    if kind == "column_share":
        sums = counted.sums.in_strength if output is None else _checked_output(output, counted)
        return tau * sums[buyer]
    if kind == "quantile":
        check_fraction("tau", tau)
        # A weight that occurs, not one between two: interpolating would shift the cut by rounding.
        bound = float(np.quantile(weight, tau, method="inverted_cdf")) if len(weight) else 1.0
    elif kind == "mean":
        bound = tau * counted.sums.total / max(len(weight), 1)
    else:
        bound = tau * counted.sums.total if kind == "total_share" else tau
    return np.full(len(weight), bound)


def _checked_output(output: npt.ArrayLike, counted: CountedNetwork) -> FloatArray:
    values = np.asarray(output, dtype=np.float64)
    count = len(counted.matrix)
    if values.shape != (count,):
        raise ValueError(f"{count} nodes need {count} figures of output, but output has the shape {values.shape}")
    faulty = np.flatnonzero(~np.isfinite(values) | (values < 0) | ((values == 0) & (counted.sums.in_strength > 0)))
    if len(faulty):
        node = int(faulty[0])
        raise ValueError(
            f"the output of node {node} (counted from 0) is {values[node]:g}; output is finite, and above 0 for "
            f"every node that buys something"
        )
    return values


def _shortfall_note(cells: int, limit: float, kept: int) -> str:
    promised = int(np.count_nonzero(np.arange(1, cells + 1) / max(cells, 1) <= limit))
    if kept == promised:
        return ""
    return (
        f"a share of {limit!r} of {cells} cells is {promised} cells, but only {kept} cells that take part "
        f"are positive: {kept} edges are kept"
    )
