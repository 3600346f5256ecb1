"""Filters that test an edge against the other edges of its own nodes: disparity and LANS.

Belongs here: tests on each side of an edge that need no model of the whole network. Not here: the urn that
generalises the disparity filter (`polya`), tests against the whole network (`global_null_models`).

`p_seller` looks at the seller's deliveries, `p_buyer` at the buyer's purchases; small = keep.
"""

from __future__ import annotations

import numpy as np

from visceads.backbone.edges import FloatArray, IntArray, SelfLoops
from visceads.backbone.filter_result import FilterResult, filter_result
from visceads.backbone.network import Weights, as_network
from visceads.backbone.significance import Correction, Side, checked_level, verdict_of_sides


def disparity(
    weights: Weights,
    alpha: float = 0.05,
    *,
    side: Side = "or",
    correction: Correction = "none",
    self_loops: SelfLoops = "drop",
) -> FilterResult:
    """Keep edges that carry more of their seller's or buyer's total than a random split would give.

    p_seller = (1 - w / s)^(k - 1) with the seller's strength s and degree k, p_buyer alike with the buyer's;
    an only edge of a node has p = 1 on that side. Source: Serrano, Boguna, Vespignani 2009, equation 2,
    applied to both ends of a directed edge. The score is 1 - p of the side that decides: the smaller p for
    `or`, the larger for `and`; kept is p < alpha, strictly. The smaller of two p-values is a rule, not an
    exact p-value. On a symmetric matrix it is the filter of an undirected network.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        alpha: significance level, above 0 and at most 1.
        side: 'or' keeps an edge significant on either side, 'and' on both.
        correction: for the number of edges tested: 'none', 'bonferroni', 'holm' or 'bh'.
        self_loops: whether the diagonal takes part, also in strengths, degrees and shares.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    level = checked_level(alpha, side, correction)
    network = as_network(weights)
    counted = network.counted(self_loops)
    edges, sums = counted.edges, counted.sums
    p_seller = _disparity_p(edges.weight, sums.out_strength, sums.out_degree, edges.seller)
    p_buyer = _disparity_p(edges.weight, sums.in_strength, sums.in_degree, edges.buyer)
    return filter_result(
        "disparity", level.parameter(), network, self_loops, verdict_of_sides(p_seller, p_buyer, level)
    )


def lans(
    weights: Weights,
    alpha: float = 0.05,
    *,
    side: Side = "or",
    correction: Correction = "none",
    self_loops: SelfLoops = "drop",
) -> FilterResult:
    """Keep edges that few of their seller's or buyer's other edges exceed (locally adaptive network sparsification).

    p_seller = number of the seller's edges that are strictly larger / number of its edges, p_buyer alike. The
    largest edges of every node have p = 0, so with `or` and without a correction no node is cut off. Source:
    Foti, Hughes, Rockmore 2011, on both ends of a directed edge. Score and rule as in `disparity`.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        alpha: significance level, above 0 and at most 1.
        side: 'or' keeps an edge significant on either side, 'and' on both.
        correction: for the number of edges tested: 'none', 'bonferroni', 'holm' or 'bh'.
        self_loops: whether the diagonal takes part.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    level = checked_level(alpha, side, correction)
    network = as_network(weights)
    counted = network.counted(self_loops)
    edges, sums = counted.edges, counted.sums
    p_seller = counted.seller_places.larger / sums.out_degree[edges.seller]
    p_buyer = counted.buyer_places.larger / sums.in_degree[edges.buyer]
    return filter_result("lans", level.parameter(), network, self_loops, verdict_of_sides(p_seller, p_buyer, level))


def _disparity_p(weight: FloatArray, strength: FloatArray, degree: IntArray, node: IntArray) -> FloatArray:
    """(1 - w/s)^(k - 1) by way of logarithms, which keeps full precision for small shares."""
    # A node's only edge has w/s = 1 and the exponent 0; its logarithm would make that 0 times infinity.
    is_only = (degree == 1)[node]
    share = np.where(is_only, 0.0, np.minimum(weight / strength[node], 1.0))
    with np.errstate(divide="ignore"):  # w/s may round to 1: log1p(-1) is -inf, p is 0
        p: FloatArray = np.exp((degree[node] - 1) * np.log1p(-share))
    return p
