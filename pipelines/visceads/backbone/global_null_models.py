"""Filters that test an edge against the whole network: marginal likelihood and hypergeometric.

Belongs here: tests whose model throws the total weight as single units at pairs of nodes. Not here: the
noise-corrected filter, whose score is no p-value (`noise_corrected`); tests among the edges of one node
(`local_null_models`).

Both read a weight as a count of independent events. Money is none: in a unit a thousand times smaller every
p-value goes to 0 or 1. `note` says so in every result.
"""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from visceads.backbone.edges import FloatArray, SelfLoops
from visceads.backbone.filter_result import FilterResult, filter_result
from visceads.backbone.network import CountedNetwork, Weights, as_network, network_from_matrix
from visceads.backbone.significance import Correction, checked_level, verdict_without_sides

UNIT_NOTE = "the p-values depend on the unit of the weights: this filter reads a weight as a count of events"
"""What every reader of such a result must know."""

SYMMETRY = 1e-12
"""Two directions of an undirected edge may differ by this much, relative to the larger."""


def marginal_likelihood(
    weights: Weights,
    alpha: float = 0.05,
    *,
    correction: Correction = "none",
    directed: bool = True,
    self_loops: SelfLoops = "drop",
) -> FilterResult:
    """Keep edges heavier than T units thrown at random by the strengths of seller and buyer would make them.

    p = P(X >= w), X ~ Binomial(T, s_i t_j / T^2), as the regularised incomplete beta function: exact for whole
    weights, continuous between them. Undirected: Binomial(T_u, s_i s_j / (2 T_u^2)) with every pair counted
    once in T_u. One test for both nodes, so p_seller = p_buyer. Source: Dianati 2016.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0; the unit matters.
        alpha: significance level, above 0 and at most 1.
        correction: for the number of edges tested: 'none', 'bonferroni', 'holm' or 'bh'.
        directed: False for a symmetric matrix that stands for an undirected network.
        self_loops: whether the diagonal takes part; an undirected network has none ('drop').

    Raises:
        ValueError: if a weight or a parameter is outside its range, or the matrix of an undirected network is not
            symmetric.
    """
    level = checked_level(alpha, None, correction)
    network = as_network(weights)
    counted = network.counted(self_loops)
    edges, sums = counted.edges, counted.sums
    trials, chance_factor = sums.total or 1.0, 1.0
    if not directed:
        check_symmetric(counted)
        trials, chance_factor = trials / 2, 0.5
    probability = chance_factor * (sums.out_strength / trials)[edges.seller] * (sums.in_strength / trials)[edges.buyer]
    # Strengths are summed in another order than the total and may exceed it by a rounding error.
    failures = np.maximum(trials - edges.weight, 0.0)
    p = np.asarray(special.betainc(edges.weight, failures + 1, np.minimum(probability, 1.0)), dtype=np.float64)
    parameter = level.parameter() + ("" if directed else ";directed=no")
    return filter_result(
        "marginal_likelihood", parameter, network, self_loops, verdict_without_sides(p, level, UNIT_NOTE)
    )


def hypergeometric(
    weights: Weights, alpha: float = 0.05, *, correction: Correction = "none", self_loops: SelfLoops = "drop"
) -> FilterResult:
    """Keep edges heavier than a random matching of the seller's s_i units with the buyer's t_j would make them.

    p = P(X >= w), X ~ Hypergeometric(T units, t_j of the buyer, s_i drawn by the seller), on weights rounded to
    whole units, halves to even; strengths and total are those of the rounded weights. An edge that rounds to 0
    has p = 1. One test for both nodes, so p_seller = p_buyer. The library's p-values hold to about eight digits for
    totals of 1e8. Source: the exact form of Tumminello et al. 2011.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0; the unit matters.
        alpha: significance level, above 0 and at most 1.
        correction: for the number of edges tested: 'none', 'bonferroni', 'holm' or 'bh'.
        self_loops: whether the diagonal takes part.

    Raises:
        ValueError: if a weight or a parameter is outside its range, or the sum of all weights is 2^53 or more, so
            that whole units can no longer be counted.
    """
    level = checked_level(alpha, None, correction)
    network = as_network(weights)
    counted = network.counted(self_loops)
    whole = whole_units(counted)
    edges, sums = counted.edges, whole.sums
    weight, s, t = np.rint(edges.weight), sums.out_strength[edges.seller], sums.in_strength[edges.buyer]
    # From the smallest possible value on the probability is 1, and the library answers NaN below it.
    is_certain = weight <= np.maximum(0.0, s + t - sums.total)
    p = np.ones(len(weight))
    tested = ~is_certain
    p[tested] = stats.hypergeom.sf(weight[tested] - 1, sums.total, t[tested], s[tested])
    return filter_result(
        "hypergeometric", level.parameter(), network, self_loops, verdict_without_sides(p, level, UNIT_NOTE)
    )


def whole_units(counted: CountedNetwork) -> CountedNetwork:
    """Return the network with its weights rounded to whole units, halves to even.

    Raises:
        ValueError: if the sum is 2^53 or more.
    """
    rounded: FloatArray = np.rint(counted.matrix)
    if rounded.sum() >= 2.0**53:
        raise ValueError(
            f"the weights add up to {rounded.sum():g}, too many whole units to count; express them in a larger unit"
        )
    return network_from_matrix(rounded).counted("keep")


def check_symmetric(counted: CountedNetwork) -> None:
    """Check that a matrix can stand for an undirected network.

    Raises:
        ValueError: if the two directions of a pair differ, or self-loops take part.
    """
    if counted.self_loops == "keep":
        raise ValueError("an undirected network is filtered without self-loops; pass self_loops='drop'")
    matrix = counted.matrix
    faulty = np.argwhere(np.abs(matrix - matrix.T) > SYMMETRY * np.maximum(matrix, matrix.T))
    if len(faulty):
        i, j = (int(k) for k in faulty[0])
        raise ValueError(
            f"an undirected network has a symmetric matrix, but the cell in row {i}, column {j} is {matrix[i, j]:g} "
            f"and its mirror image {matrix[j, i]:g} (counted from 0); add the two directions up first, or pass "
            f"directed=True"
        )
