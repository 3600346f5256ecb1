"""The Polya filter: disparity with a reinforcement parameter that can be fitted to the network.

Belongs here: the urn's p-values, continuous and discrete, and the maximum-likelihood parameter. Not here: the
disparity filter itself (`local_null_models`), which is the continuous form with the parameter 1.

An urn holds one colour for each of a node's k edges; a unit of weight draws a colour and adds a balls of it. The
weight of one edge then has a Beta-binomial distribution, and a Beta distribution where weights are continuous.
The approximation for large strengths that the source also gives is not used: it can exceed 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize, special

from visceads.backbone.edges import FloatArray, IntArray, SelfLoops
from visceads.backbone.filter_result import FilterResult, check_choice, filter_result
from visceads.backbone.global_null_models import whole_units
from visceads.backbone.network import CountedNetwork, Weights, as_network
from visceads.backbone.significance import Correction, Side, checked_level, verdict_of_sides

Form = Literal["continuous", "discrete"]
"""Whether weights are shares of a total, or counts of units."""

SMALLEST_A, LARGEST_A = 0.001, 15.0
"""Bounds of the maximum-likelihood parameter."""

LARGEST_STRENGTH = 2e8
"""Units that one node may have in the discrete form: the distribution is summed unit by unit."""


@dataclass(frozen=True)
class _Side:
    """One side of all edges: each with its node, and each node with strength and degree."""

    weight: FloatArray
    node: IntArray
    strength: FloatArray
    degree: IntArray


def polya(  # noqa: PLR0913 - the urn has two parameters besides those of every test
    weights: Weights,
    alpha: float = 0.05,
    *,
    a: float | Literal["maximum_likelihood"] = "maximum_likelihood",
    form: Form = "continuous",
    side: Side = "or",
    correction: Correction = "none",
    self_loops: SelfLoops = "drop",
) -> FilterResult:
    """Keep edges that carry more of their node's total than a Polya urn would give.

    Continuous: p = 1 - I_{w/s}(1/a, (k-1)/a). Discrete: p = P(X >= w), X ~ BetaBinomial(s, 1/a, (k-1)/a), on
    weights rounded to whole units (halves to even), an edge that rounds to 0 having p = 1. An only edge of a node
    has p = 1 on that side. Source: Marcaccioli, Livan 2019, equations 2 and 4, on both ends of a directed edge.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0. The unit matters to
            the discrete form only.
        alpha: significance level, above 0 and at most 1.
        a: reinforcement, larger = stricter. Above 0; the discrete form also takes 0, the binomial case. 1 in the
            continuous form is the disparity filter. 'maximum_likelihood': fitted, see `polya_likeliest_a`.
        form: 'continuous' or 'discrete'.
        side: 'or' keeps an edge significant on either side, 'and' on both.
        correction: for the number of edges tested: 'none', 'bonferroni', 'holm' or 'bh'.
        self_loops: whether the diagonal takes part.

    Raises:
        ValueError: if a weight or a parameter is outside its range, or a node has too many units for the discrete
            form.
    """
    check_choice("form", form, ("continuous", "discrete"))
    level = checked_level(alpha, side, correction)
    network = as_network(weights)
    counted = network.counted(self_loops)
    sides = _sides(counted, form)
    source = ";a_from=maximum_likelihood" if a == "maximum_likelihood" else ""
    value = _likeliest(sides, form) if a == "maximum_likelihood" else _checked_a(a, form)
    tail = _continuous_p if form == "continuous" else _discrete_p
    verdict = verdict_of_sides(tail(sides[0], value), tail(sides[1], value), level)
    return filter_result("polya", f"{level.parameter()};a={value!r}{source};form={form}", network, self_loops, verdict)


def polya_likeliest_a(weights: Weights, *, form: Form = "continuous", self_loops: SelfLoops = "drop") -> float:
    """Return the reinforcement parameter of the greatest likelihood, between 0.001 and 15.

    Maximises the sum of the log densities of all edges at both their ends, nodes with one edge left out.
    A network without a node of two edges has no likelihood: 1, the disparity filter, is returned.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0.
        form: 'continuous' or 'discrete'.
        self_loops: whether the diagonal takes part.

    Raises:
        ValueError: if a weight or a parameter is outside its range.
    """
    check_choice("form", form, ("continuous", "discrete"))
    return _likeliest(_sides(as_network(weights).counted(self_loops), form), form)


def _checked_a(a: float, form: Form) -> float:
    if isinstance(a, str) or not np.isfinite(a) or a < 0 or (a == 0 and form == "continuous"):
        raise ValueError(
            f"a is {a}; it must be finite and above 0 (in the discrete form also 0), or 'maximum_likelihood'"
        )
    return float(a)


def _sides(counted: CountedNetwork, form: Form) -> tuple[_Side, _Side]:
    """Seller's and buyer's side; in whole units for the discrete form, edges that round to 0 with weight 0."""
    edges = counted.edges
    sums = counted.sums if form == "continuous" else whole_units(counted).sums
    weight = edges.weight if form == "continuous" else np.rint(edges.weight)
    largest = max(sums.out_strength.max(initial=0), sums.in_strength.max(initial=0))
    if form == "discrete" and largest > LARGEST_STRENGTH:
        raise ValueError(
            f"a node has {largest:g} units, more than {LARGEST_STRENGTH:g}; the discrete form sums over all of them: "
            f"express the weights in a larger unit, or pass form='continuous'"
        )
    return (
        _Side(weight, edges.seller, sums.out_strength, sums.out_degree),
        _Side(weight, edges.buyer, sums.in_strength, sums.in_degree),
    )


def _continuous_p(side: _Side, a: float) -> FloatArray:
    p = np.ones(len(side.weight))
    several = side.degree[side.node] > 1
    node = side.node[several]
    rest = 1 - np.minimum(side.weight[several] / side.strength[node], 1.0)
    if a == 1:  # the disparity filter in closed form
        with np.errstate(divide="ignore"):
            p[several] = np.exp((side.degree[node] - 1) * np.log1p(rest - 1))
    else:
        p[several] = special.betaincc(1 / a, (side.degree[node] - 1) / a, 1 - rest)
    return p


def _discrete_p(side: _Side, a: float) -> FloatArray:
    p = np.ones(len(side.weight))
    tested = (side.weight > 0) & (side.degree[side.node] > 1)
    if a == 0:
        node, weight = side.node[tested], side.weight[tested]
        p[tested] = special.betainc(weight, side.strength[node] - weight + 1, 1 / side.degree[node])
        return p
    positions = np.flatnonzero(tested)
    positions = positions[np.argsort(side.node[positions], kind="stable")]
    nodes, starts = np.unique(side.node[positions], return_index=True)
    ends = np.append(starts[1:], len(positions))
    for node, start, end in zip(nodes.tolist(), starts.tolist(), ends.tolist(), strict=False):
        of_node = positions[start:end]
        tail = _beta_binomial_tail(int(side.strength[node]), 1 / a, (int(side.degree[node]) - 1) / a)
        p[of_node] = tail[side.weight[of_node].astype(np.int64)]
    return p


def _beta_binomial_tail(units: int, first: float, second: float) -> FloatArray:
    """P(X >= x) for x = 0..units, X ~ BetaBinomial(units, first, second), from ratios of neighbouring terms."""
    x = np.arange(units, dtype=np.float64)
    ratio = (units - x) * (x + first) / ((x + 1) * (units - x - 1 + second))
    logarithm = np.concatenate(([0.0], np.cumsum(np.log(ratio))))
    term = np.exp(logarithm - logarithm.max())
    tail = np.cumsum(term[::-1])[::-1]  # small terms first
    return np.asarray(np.minimum(tail / tail[0], 1.0))


def _likeliest(sides: tuple[_Side, _Side], form: Form) -> float:
    tested = [_tested(side) for side in sides]
    if not any(len(side.weight) for side in tested):
        return 1.0
    likelihood = _ContinuousLikelihood(tested) if form == "continuous" else _DiscreteLikelihood(tested)
    found = optimize.minimize_scalar(
        lambda a: -likelihood(a), bounds=(SMALLEST_A, LARGEST_A), method="bounded", options={"xatol": 1e-9}
    )
    return float(found.x)


def _tested(side: _Side) -> _Side:
    """The edges of one side that a likelihood can be taken of."""
    chosen = (side.weight > 0) & (side.degree[side.node] > 1)
    return _Side(side.weight[chosen], side.node[chosen], side.strength, side.degree)


class _ContinuousLikelihood:
    """Sum of log Beta densities, from sums over the edges that do not depend on a."""

    def __init__(self, sides: list[_Side]) -> None:
        self.of_share = self.of_rest = self.of_rest_times_others = 0.0
        self.others: list[FloatArray] = []
        for side in sides:
            share = side.weight / side.strength[side.node]
            others = (side.degree[side.node] - 1).astype(np.float64)
            # A share that rounds to 1 would be infinitely unlikely; 2^-53 is the rest that rounding hides.
            rest = np.log(np.maximum(1 - share, 2.0**-53))
            self.of_share += float(np.log(share).sum())
            self.of_rest += float(rest.sum())
            self.of_rest_times_others += float((others * rest).sum())
            self.others.append(others)

    def __call__(self, a: float) -> float:
        constant = sum(float(special.betaln(1 / a, others / a).sum()) for others in self.others)
        return (1 / a - 1) * self.of_share + self.of_rest_times_others / a - self.of_rest - constant


class _DiscreteLikelihood:
    """Sum of log Beta-binomial probabilities, without the binomial coefficients, which do not depend on a."""

    def __init__(self, sides: list[_Side]) -> None:
        self.sides = sides

    def __call__(self, a: float) -> float:
        total = 0.0
        for side in self.sides:
            first, second = 1 / a, (side.degree[side.node] - 1) / a
            rest = side.strength[side.node] - side.weight
            total += float((special.betaln(side.weight + first, rest + second) - special.betaln(first, second)).sum())
        return total
