"""Drawn widths: weights made nearly normal by Box and Cox's transform, scaled to a range of line widths.

Belongs here: the transform and its scaling. Not here: which edges are drawn (`filters`), nor how.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

from visceads.backbone.edges import FloatArray

NARROWEST, WIDEST = 1.0, 40.0
"""The widths of the weakest and of the strongest kept edge."""

EQUAL_WEIGHTS = 1e-9
"""Weights whose relative range is below this count as equal: their likelihood is rounding noise."""


def box_cox_lambda(weights: npt.ArrayLike) -> float:
    """Return the maximum-likelihood parameter lambda of the Box-Cox transform.

    Maximises (lambda - 1) sum ln v - n/2 ln var(v^(lambda)), variance with divisor n. Does not depend on the
    unit of the weights. Source: Box, Cox 1964, section 3.

    Args:
        weights: positive weights, shape (n,), not all equal.

    Raises:
        ValueError: if a weight is not positive and finite, or all are equal (the likelihood has no maximum).
    """
    logarithms = _logarithms(weights)
    if _are_equal(logarithms):
        raise ValueError("all weights are equal: the Box-Cox parameter is undefined")
    return _lambda_of(logarithms)


def box_cox_widths(weights: npt.ArrayLike) -> FloatArray:
    """Return line widths of 1 (smallest weight) to 40 (largest), linear in the Box-Cox transform.

    A single weight, or weights that are all equal (relative range at most 1e-9), get 40.

    Args:
        weights: positive weights, shape (n,), any unit: the widths do not depend on it.

    Returns:
        Widths of shape (n,), in the order of the weights.

    Raises:
        ValueError: if a weight is not positive and finite.
    """
    logarithms = _logarithms(weights)
    if _are_equal(logarithms):
        return np.full(len(logarithms), WIDEST)
    return NARROWEST + (WIDEST - NARROWEST) * _position(logarithms, _lambda_of(logarithms))


def _logarithms(weights: npt.ArrayLike) -> FloatArray:
    values = np.asarray(weights, dtype=np.float64)
    if not np.all(np.isfinite(values) & (values > 0)):
        raise ValueError("widths are defined for positive, finite weights only; leave the other edges out")
    return np.log(values)


def _are_equal(logarithms: FloatArray) -> bool:
    return len(logarithms) < 2 or bool(np.ptp(logarithms) <= EQUAL_WEIGHTS)


def _lambda_of(logarithms: FloatArray) -> float:
    # Dividing by the geometric mean leaves lambda unchanged and keeps the powers near 1, far from overflow.
    return float(stats.boxcox_normmax(np.exp(logarithms - logarithms.mean()), method="mle"))


def _position(logarithms: FloatArray, parameter: float) -> FloatArray:
    """Position of each transformed weight between the smallest (0) and the largest (1)."""
    low, high = logarithms.min(), logarithms.max()
    position: FloatArray
    # The last two forms are equal; each has negative exponents only, hence cannot overflow.
    if abs(parameter) * (high - low) < 1e-12:
        position = (logarithms - low) / (high - low)
    elif parameter < 0:
        position = np.expm1(parameter * (logarithms - low)) / np.expm1(parameter * (high - low))
    else:
        position = 1 - np.expm1(parameter * (logarithms - high)) / np.expm1(parameter * (low - high))
    return position
