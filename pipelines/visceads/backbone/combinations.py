"""Backbones from more than one rule: disparity with a spanning tree, the edges of large emitters, consensus.

Belongs here: what joins results of filters. Not here: the filters themselves. `reason` of a result says by which
rule an edge is kept: the first of filter, tree, emitter that keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from visceads.backbone.edges import BoolArray, FloatArray, IntArray, SelfLoops
from visceads.backbone.filter_result import REASONS, FilterResult, Verdict, check_fraction, filter_result
from visceads.backbone.local_null_models import disparity
from visceads.backbone.network import Network, Weights, as_network
from visceads.backbone.significance import Correction, Side
from visceads.backbone.trees import tree_edges

_BY_TREE, _BY_EMITTER = REASONS.index("tree"), REASONS.index("emitter")


def disparity_tree(
    weights: Weights,
    alpha: float = 0.05,
    *,
    side: Side = "or",
    correction: Correction = "none",
    self_loops: SelfLoops = "drop",
) -> FilterResult:
    """Keep the edges of the disparity filter and those of the maximum spanning tree.

    No node that trades with another is left alone, and every connected part of the network stays connected.
    Scores and p-values are those of the disparity filter.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        alpha: significance level of the disparity filter, above 0 and at most 1.
        side: 'or' keeps an edge significant on either side, 'and' on both.
        correction: for the number of edges tested: 'none', 'bonferroni', 'holm' or 'bh'.
        self_loops: whether the diagonal takes part in the disparity filter; a tree has none.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    network = as_network(weights)
    result = disparity(network, alpha, side=side, correction=correction, self_loops=self_loops)
    tree = tree_edges(network.counted("drop").matrix)[result.seller, result.buyer]
    return _joined(replace(result, method="disparity_tree"), tree, _BY_TREE, "tree=maximum_spanning")


def with_emitters(
    result: FilterResult, co2: npt.ArrayLike, *, emission_share: float = 0.8, at_least: int = 5
) -> FilterResult:
    """Return a result that also keeps the largest in-edge and out-edge of every large emitter.

    Large emitters are the nodes of the largest CO2 emissions that together hold a share of all of them, and at
    least a few; ties go to the smaller number. It guards against a backbone in which the largest emitter trades
    with nobody but itself.

    Args:
        result: result of any filter.
        co2: emissions of each node, shape (N,), not negative, any unit; NaN where unknown, which never counts as
            large.
        emission_share: share of the known emissions that large emitters hold, above 0 and at most 1.
        at_least: number of nodes that count as large in any case (those that emit something).

    Raises:
        ValueError: if the emissions are not N figures, one is negative or infinite, a parameter is outside its
            range, or the filter has no result (`not_scalable`).
    """
    _check_has_result(result)
    share = check_fraction("emission_share", emission_share)
    if at_least != int(at_least) or at_least < 0:
        raise ValueError(f"at_least is {at_least}; it must be a whole number from 0 on")
    emitters = _large_emitters(_checked_emissions(co2, result.node_count), share, int(at_least))
    bare = result.network.counted("drop")
    is_largest = (bare.seller_places.rank == 1) & np.isin(bare.edges.seller, emitters)
    is_largest |= (bare.buyer_places.rank == 1) & np.isin(bare.edges.buyer, emitters)
    added = np.zeros(len(result.weight), dtype=np.bool_)
    added[~result.is_self_loop] = is_largest
    text = f"emission_share={share!r};at_least={int(at_least)}"
    return _joined(replace(result, method=f"{result.method}+emitters"), added, _BY_EMITTER, text)


def consensus(results: Sequence[FilterResult], at_least: int | None = None) -> FilterResult:
    """Keep edges that several results keep.

    The score is the share of the results that keep the edge.

    Args:
        results: results of filters on one network, with one treatment of self-loops.
        at_least: number of results that must keep an edge; None: all of them.

    Raises:
        ValueError: if there is no result, the results differ in network or self-loops, one of them has none
            (`not_scalable`), or `at_least` is not between 1 and their number.
    """
    network, self_loops = _common_network(results)
    counted = network.counted(self_loops)
    needed = len(results) if at_least is None else at_least
    if needed != int(needed) or not 1 <= needed <= len(results):
        raise ValueError(f"at_least is {needed}; it must be a whole number between 1 and {len(results)}, the results")
    votes = np.sum([result.is_kept[counted.is_counted] for result in results], axis=0)
    text = f"at_least={int(needed)};of={'|'.join(f'{result.method}({result.parameter})' for result in results)}"
    return filter_result("consensus", text, network, self_loops, Verdict(votes / len(results), votes >= needed))


def _joined(result: FilterResult, added: BoolArray, reason: int, text: str) -> FilterResult:
    """The result with more edges, which carry their own reason; parameters of both rules."""
    is_new = added & ~result.is_kept
    reasons = result.reason.copy()
    reasons[is_new] = reason
    return replace(result, is_kept=result.is_kept | is_new, reason=reasons, parameter=f"{result.parameter};{text}")


def _checked_emissions(co2: npt.ArrayLike, count: int) -> FloatArray:
    values = np.array(co2, dtype=np.float64)
    if values.shape != (count,):
        raise ValueError(f"{count} nodes need {count} figures of CO2, but these have the shape {values.shape}")
    faulty = np.flatnonzero((values < 0) | np.isinf(values))
    if len(faulty):
        node = int(faulty[0])
        raise ValueError(
            f"the CO2 of node {node} (counted from 0) is {values[node]:g}; it must be finite and not negative"
        )
    return np.nan_to_num(values, nan=0.0)


def _large_emitters(emissions: FloatArray, share: float, at_least: int) -> IntArray:
    order = np.argsort(-emissions, kind="stable")
    order = order[emissions[order] > 0]
    held = np.cumsum(emissions[order])
    enough = 1 + int(np.searchsorted(held, share * held[-1] * (1 - 1e-12))) if len(held) else 0
    return order[: max(enough, at_least)]


def _common_network(results: Sequence[FilterResult]) -> tuple[Network, SelfLoops]:
    if not results:
        raise ValueError("there is no result to agree with; pass at least one")
    first = results[0]
    for result in results:
        _check_has_result(result)
        same = np.array_equal(result.network.weights, first.network.weights)
        if not same or result.self_loops != first.self_loops:
            raise ValueError(
                f"the results of {first.method} and {result.method} rest on different networks or treat self-loops "
                f"differently; run all filters on one network with one `self_loops`"
            )
    return first.network, first.self_loops


def _check_has_result(result: FilterResult) -> None:
    if result.status != "ok":
        raise ValueError(f"{result.method} has no result to build on: {result.note}; use another filter")
