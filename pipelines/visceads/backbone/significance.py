"""From p-values to kept edges: significance level, sides, and corrections for many tests.

Belongs here: the rules that all filters with p-values share. Not here: the p-values themselves.

The smaller of two p-values is a rule, not an exact p-value. Without a correction it is compared with alpha as it
is (the rule of the literature); a correction needs p-values that hold, so the smaller one is doubled first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from visceads.backbone.edges import FloatArray
from visceads.backbone.filter_result import Verdict, check_choice, check_fraction

Side = Literal["or", "and"]
"""Whether one side (`or`) or both (`and`) must be significant."""

Correction = Literal["none", "bonferroni", "holm", "bh"]
"""Correction for many tests: none, Bonferroni, Holm, or Benjamini and Hochberg."""


@dataclass(frozen=True)
class Level:
    """The checked parameters of a significance test.

    Attributes:
        alpha: significance level; an edge is kept if its p-value is strictly below.
        side: 'or', 'and', or None for methods whose test has no sides.
        correction: how p-values are corrected for the number of edges.
    """

    alpha: float
    side: Side | None
    correction: Correction

    def parameter(self) -> str:
        """The parameters as text."""
        side = "" if self.side is None else f";side={self.side}"
        correction = "" if self.correction == "none" else f";correction={self.correction}"
        return f"alpha={self.alpha!r}{side}{correction}"


def checked_level(alpha: float, side: Side | None, correction: Correction) -> Level:
    """Return the checked parameters of a significance test.

    Raises:
        ValueError: if one of them is outside its range.
    """
    if side is not None:
        check_choice("side", side, ("or", "and"))
    check_choice("correction", correction, ("none", "bonferroni", "holm", "bh"))
    return Level(check_fraction("alpha", alpha), side, correction)


def verdict_of_sides(p_seller: FloatArray, p_buyer: FloatArray, level: Level) -> Verdict:
    """Return the verdict of a test on both sides of each edge.

    The score is 1 - p of the side that decides: the smaller p for 'or', the larger for 'and'.
    """
    deciding = np.minimum(p_seller, p_buyer) if level.side == "or" else np.maximum(p_seller, p_buyer)
    if level.correction == "none":
        p_value = deciding
    else:
        # Both sides must pass for 'and': the larger p-value holds as it is. For 'or' it is one of two chances.
        family = np.minimum(2 * deciding, 1.0) if level.side == "or" else deciding
        p_value = corrected_p_values(family, level.correction)
    return Verdict(
        score=1.0 - deciding,
        is_kept=p_value < level.alpha,
        p_seller=p_seller,
        p_buyer=p_buyer,
        p_value=p_value,
        side=level.side,
    )


def verdict_without_sides(p: FloatArray, level: Level, note: str) -> Verdict:
    """Return the verdict of a test that looks at seller and buyer at once: one p-value for both sides."""
    p_value = corrected_p_values(p, level.correction)
    return Verdict(score=1.0 - p, is_kept=p_value < level.alpha, p_seller=p, p_buyer=p, p_value=p_value, note=note)


def corrected_p_values(p_values: FloatArray, correction: Correction) -> FloatArray:
    """Return p-values corrected for the number of tests, in the order given, at most 1.

    Bonferroni: m p. Holm 1979: the largest of (m - k + 1) p(k) so far, p sorted upwards. Benjamini and Hochberg
    1995: the smallest of m p(k) / k from k on. An edge whose corrected value is below alpha is one that the
    procedure rejects at alpha.

    Args:
        p_values: one p-value for each test, shape (m,), without NaN.
        correction: 'none', 'bonferroni', 'holm' or 'bh'.

    Raises:
        ValueError: if the correction is none of these.
    """
    check_choice("correction", correction, ("none", "bonferroni", "holm", "bh"))
    count = len(p_values)
    if correction == "none":
        return p_values
    if correction == "bonferroni":
        return np.minimum(p_values * count, 1.0)
    order = np.argsort(p_values, kind="stable")
    arranged, place = p_values[order], np.arange(1, count + 1)
    if correction == "holm":
        stepped = np.maximum.accumulate((count - place + 1) * arranged)
    else:
        stepped = np.minimum.accumulate((count / place * arranged)[::-1])[::-1]
    corrected = np.empty(count)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected
