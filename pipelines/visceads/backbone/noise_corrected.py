"""The noise-corrected filter: how far a weight exceeds its expectation, beyond the noise of that figure.

Belongs here: score and standard deviation of Coscia and Neffke. Not here: filters with p-values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from visceads.backbone.edges import FloatArray, SelfLoops
from visceads.backbone.filter_result import FilterResult, Verdict, check_choice, filter_result
from visceads.backbone.network import CountedNetwork, Weights, as_network

Prior = Literal["moment", "script"]
"""Prior of the chance of an edge: the moment estimate, or that of the script in circulation."""

UNIT_NOTE = "the standard deviation depends on the unit of the weights: this filter reads a weight as a count of events"
"""What every reader of such a result must know."""


def noise_corrected(
    weights: Weights, delta: float = 1.64, *, prior: Prior = "moment", self_loops: SelfLoops = "drop"
) -> FilterResult:
    """Keep edges whose lift over expectation exceeds delta standard deviations.

    With kappa = T / (s_i t_j): score = (kappa w - 1) / (kappa w + 1), in (-1, 1), 0 = as expected. Its standard
    deviation follows from a binomial weight whose chance has a Beta prior; see `score_sd` of the result. Source:
    Coscia, Neffke 2017. On a symmetric matrix it is the filter of an undirected network: T then holds both
    directions.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0; the unit matters
            to the standard deviation.
        delta: number of standard deviations, at least 0; 1.28, 1.64 and 2.32 correspond to one-sided levels of
            0.1, 0.05 and 0.01.
        prior: 'moment' estimates the Beta prior by its moments; 'script' takes b = mu (1 - mu^2) / v - (1 - mu),
            which the authors' script has and which is not the moment estimate.
        self_loops: whether the diagonal takes part, also in strengths and the total.

    Raises:
        ValueError: if a weight or a parameter is outside its range, or the unit is so large that the prior has no
            moments (the weights add up to little more than 1).
    """
    check_choice("prior", prior, ("moment", "script"))
    if not (np.isfinite(delta) and delta >= 0):
        raise ValueError(f"delta is {delta}; it must be at least 0 and finite, for example 1.64")
    network = as_network(weights)
    expectation = _expectation(network.counted(self_loops))
    score, deviation = _lift_and_noise(expectation, _posterior_chance(expectation, prior))
    verdict = Verdict(score, score > delta * deviation, score_sd=deviation, note=UNIT_NOTE)
    return filter_result("noise_corrected", f"delta={float(delta)!r};prior={prior}", network, self_loops, verdict)


@dataclass(frozen=True)
class _Expectation:
    """Each edge with its weight w, the shares s_i / T and t_j / T of its nodes, and its chance, their product mu."""

    weight: FloatArray
    total: float
    out_share: FloatArray
    in_share: FloatArray
    chance: FloatArray


def _expectation(counted: CountedNetwork) -> _Expectation:
    edges, sums = counted.edges, counted.sums
    if len(edges.weight) and sums.total <= 1:
        raise ValueError(_too_large(sums.total))
    total = sums.total or 1.0
    # A strength is summed in another order than the total and may exceed it by a rounding error.
    out_share = np.minimum(sums.out_strength / total, 1.0)[edges.seller]
    in_share = np.minimum(sums.in_strength / total, 1.0)[edges.buyer]
    return _Expectation(edges.weight, total, out_share, in_share, out_share * in_share)


def _lift_and_noise(e: _Expectation, chance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Score and standard deviation: sqrt(T e (1 - e)) 2 |kappa + w d| / (kappa w + 1)^2.

    d = 1 / (s t) - T (s + t) / (s t)^2, so that kappa + w d = (1 + w (1 / T - (s + t) / (s t))) / (T mu).
    """
    lift = e.weight / (e.total * e.chance)
    slope = np.abs(1 + e.weight / e.total * (1 - (e.out_share + e.in_share) / e.chance)) / (e.total * e.chance)
    deviation = np.sqrt(e.total * chance * (1 - chance)) * 2 * slope / (lift + 1) ** 2
    return (lift - 1) / (lift + 1), deviation


def _posterior_chance(e: _Expectation, prior: Prior) -> FloatArray:
    """(a + w) / (a + b + T) with the prior Beta(a, b), all four multiplied by v / mu to stay finite for v = 0."""
    if not len(e.weight):
        return np.zeros(0)
    mu = e.chance
    spread = (1 - e.out_share) * (1 - e.in_share) / (e.total - 1)  # v / mu
    if np.any((spread > 0) & (1 - mu <= spread)):
        raise ValueError(_too_large(e.total))
    a = mu * (1 - mu - spread)
    # (1 - mu) (1 - mu - v / mu) for the moment estimate, with 1 + mu instead of the second 1 - mu in the script.
    b = (1 - mu) * ((1 - mu if prior == "moment" else 1 + mu) - spread)
    whole = a + b + e.total * spread
    # A seller or buyer of everything leaves no doubt about the chance: the variance of the prior is 0.
    return np.where(spread > 0, (a + e.weight * spread) / np.where(whole > 0, whole, 1.0), mu)


def _too_large(total: float) -> str:
    return (
        f"the weights that take part add up to {total:g}; the noise-corrected filter reads weights as counts and needs "
        f"a total well above 1; express them in a smaller unit, so that the figures grow"
    )
