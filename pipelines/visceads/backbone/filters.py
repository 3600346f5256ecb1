"""Network filters: which edges of a directed weighted network are its backbone.

Belongs here: one function a filter, all of one form. Not here: the result they share (`filter_result`),
drawing, node metrics, comparison, reading tables.

Form: `filter_name(weights, *, <its own parameters>, self_loops=...) -> FilterResult`, with `weights` of shape
(N, N), row = seller, column = buyer, cells >= 0. A filter's own measure of an edge is its `score` (large =
keep) or its p-values (small = keep); p-values come by side: `p_seller` looks at the seller's deliveries,
`p_buyer` at the buyer's purchases.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from visceads.backbone.edges import FloatArray, IntArray, SelfLoops, check_weights, margins
from visceads.backbone.filter_result import (
    FilterResult,
    Verdict,
    check_fraction,
    check_side,
    filter_result,
    missing,
    ranked_edges,
)

Side = Literal["or", "and"]
"""Whether one side (`or`) or both (`and`) must be significant."""


def top_share(weights: npt.ArrayLike, *, share: float = 0.05, self_loops: SelfLoops = "keep") -> FilterResult:
    """Keep the largest cells: those whose rank among all N*N cells is within a share of N*N.

    The rule of the earlier prototype: rank / N^2 <= share, zero cells counted, so that a full 42 x 42 block
    keeps exactly 88 edges. Zero cells are never kept; if the cut reaches them, `note` says so. With
    `self_loops="drop"` the N*N cells stay N*N; those of the diagonal count as zero. The score is the rank
    percentile 1 - rank / N^2, the share of all cells that rank lower; there are no p-values.

    Args:
        weights: matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        share: share of all cells to keep, above 0 and at most 1.
        self_loops: whether the diagonal takes part.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    matrix = check_weights(weights)
    limit = check_fraction("share", share)
    ranked = ranked_edges(matrix, self_loops)
    # Dividing, not multiplying: rank / N^2 and a share such as 0.1 are rounded alike, share * N^2 is not.
    percentile = ranked.rank / max(matrix.size, 1)
    is_kept = percentile <= limit  # NaN, a dropped self-loop, compares as False
    verdict = Verdict(
        score=1.0 - percentile,
        p_seller=missing(ranked.edges),
        p_buyer=missing(ranked.edges),
        is_kept=is_kept,
        note=_shortfall_note(matrix.size, limit, int(is_kept.sum())),
    )
    return filter_result("top_share", f"share={limit!r}", ranked, verdict)


def disparity(
    weights: npt.ArrayLike, *, alpha: float = 0.05, side: Side = "or", self_loops: SelfLoops = "drop"
) -> FilterResult:
    """Keep edges that carry more of their seller's or buyer's total than a random split would give.

    p_seller = (1 - w / s)^(k - 1) with the seller's strength s and degree k, p_buyer alike with the buyer's;
    an only edge of a node has p = 1 on that side. Source: Serrano, Boguna, Vespignani 2009, equation 2,
    applied to both ends of a directed edge. The score is 1 - p of the side that decides: the smaller p for
    `or`, the larger for `and`; kept is p < alpha, strictly. The smaller of two p-values is a rule, not an
    exact p-value.

    Args:
        weights: matrix of shape (N, N), row = seller, column = buyer, cells >= 0, any unit.
        alpha: significance level, above 0 and at most 1.
        side: 'or' keeps an edge significant on either side, 'and' on both.
        self_loops: whether the diagonal takes part, also in strengths, degrees and shares.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    matrix = check_weights(weights)
    limit = check_fraction("alpha", alpha)
    check_side(side)
    ranked = ranked_edges(matrix, self_loops)
    p_seller, p_buyer = _disparity_sides(matrix, ranked.edges.seller, ranked.edges.buyer, self_loops)
    p_seller[~ranked.is_considered] = p_buyer[~ranked.is_considered] = np.nan
    deciding = np.minimum(p_seller, p_buyer) if side == "or" else np.maximum(p_seller, p_buyer)
    verdict = Verdict(
        score=1.0 - deciding,
        p_seller=p_seller,
        p_buyer=p_buyer,
        is_kept=deciding < limit,  # NaN, a dropped self-loop, compares as False
        side=side,
    )
    return filter_result("disparity", f"alpha={limit!r};side={side}", ranked, verdict)


def _disparity_sides(
    matrix: FloatArray, seller: IntArray, buyer: IntArray, self_loops: SelfLoops
) -> tuple[FloatArray, FloatArray]:
    """Both p-values of each edge; those of dropped self-loops mean nothing."""
    sums = margins(matrix, self_loops)
    weight = matrix[seller, buyer]
    p_seller = _disparity_p(weight, sums.out_strength[seller], sums.out_degree[seller])
    p_buyer = _disparity_p(weight, sums.in_strength[buyer], sums.in_degree[buyer])
    return p_seller, p_buyer


def _disparity_p(weight: FloatArray, strength: FloatArray, degree: IntArray) -> FloatArray:
    """(1 - w/s)^(k - 1) by way of logarithms, which keeps full precision for small shares."""
    p = np.ones(len(weight))
    several = degree > 1
    # A dropped self-loop can exceed the strength it is no part of; it is cut to 1 here and removed above.
    ratio = np.minimum(weight[several] / strength[several], 1.0)
    with np.errstate(divide="ignore"):  # w/s may round to 1: log1p(-1) is -inf, p is 0
        p[several] = np.exp((degree[several] - 1) * np.log1p(-ratio))
    return p


def _shortfall_note(cells: int, limit: float, kept: int) -> str:
    promised = int(np.count_nonzero(np.arange(1, cells + 1) / max(cells, 1) <= limit))
    if kept == promised:
        return ""
    return (
        f"a share of {limit!r} of {cells} cells is {promised} cells, but only {kept} cells that take part "
        f"are positive: {kept} edges are kept"
    )
