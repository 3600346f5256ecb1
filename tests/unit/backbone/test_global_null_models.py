"""Marginal likelihood and hypergeometric: known answers, exact fractions, defects of public tools."""

from fractions import Fraction
from math import comb

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone import hypergeometric, marginal_likelihood, network_from_matrix

M4 = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 1]], float)

small = hnp.arrays(np.float64, (4, 4), elements=st.integers(0, 6).map(float))


@pytest.mark.parametrize("loops", ["keep", "drop"])
def test_w5(loops, w5, known_w5, on_cells):
    # Known answers W5, tolerance 1e-9; times ten: the p-values depend on the unit.
    tenfold = network_from_matrix(w5.weights * 10)
    for network, method, quantity in (
        (w5, marginal_likelihood, "mlf_p"),
        (tenfold, marginal_likelihood, "mlf_p_weights_x10"),
        (w5, hypergeometric, "hypergeometric_p"),
    ):
        result = method(network, self_loops=loops)
        expected = known_w5(quantity, loops)
        assert np.allclose(on_cells(result, "p_seller"), expected, rtol=0, atol=1e-9, equal_nan=True)
        assert np.array_equal(result.p_seller, result.p_buyer, equal_nan=True)
        assert "depend on the unit" in result.note


def test_m4(on_cells):
    # zpneal/backbone, inst/tinytest, self-loops kept. netbone takes P(X > w) elsewhere, which gives .2638 for .6536.
    nan = np.nan
    likelihood = [
        [0.653561, nan, 0.287990, 0.653561],
        [nan, 0.201493, nan, nan],
        [0.499751, nan, nan, 0.499751],
        [0.653561, 0.499751, nan, 0.653561],
    ]
    matching = [
        [0.761905, nan, 0.333333, 0.761905],
        [nan, 0.222222, nan, nan],
        [0.583333, nan, nan, 0.583333],
        [0.761905, 0.583333, nan, 0.761905],
    ]
    for method, expected in ((marginal_likelihood, likelihood), (hypergeometric, matching)):
        found = on_cells(method(M4, self_loops="keep"), "p_seller")
        assert np.allclose(found, expected, rtol=0, atol=1e-6, equal_nan=True)


def test_les_miserables_counts():
    # Published counts; P(X > w) would keep 144, 187, 213, 223.
    weights = nx.to_numpy_array(nx.les_miserables_graph())
    kept = [marginal_likelihood(weights, a, directed=False).is_kept.sum() // 2 for a in (0.01, 0.05, 0.1, 0.2)]
    assert kept == [80, 126, 155, 181]


@settings(max_examples=30, deadline=None)
@given(small)
def test_against_exact_fractions(weights):
    whole = weights.astype(int)
    out, into, total = whole.sum(axis=1).tolist(), whole.sum(axis=0).tolist(), int(whole.sum())
    for method, tail in ((marginal_likelihood, _binomial_tail), (hypergeometric, _matching_tail)):
        result = method(weights, self_loops="keep")
        for i, j, w, p in zip(result.seller, result.buyer, result.weight, result.p_seller, strict=True):
            assert p == pytest.approx(float(tail(int(w), out[i], into[j], total)), rel=1e-9)


def _binomial_tail(w, s, t, total):
    chance = Fraction(s * t, total**2)
    return sum(comb(total, x) * chance**x * (1 - chance) ** (total - x) for x in range(w, total + 1))


def _matching_tail(w, s, t, total):
    ways = sum(comb(t, x) * comb(total - t, s - x) for x in range(w, min(s, t) + 1))
    return Fraction(ways, comb(total, s))


def test_fractional_weights_are_accepted():
    # The R package backbone takes whole weights only; between two of them p lies between theirs.
    p = {w: marginal_likelihood([[0, w, 5], [4, 0, 6], [7, 8, 0]]).p_seller[0] for w in (2.0, 2.5, 3.0)}
    assert p[3.0] < p[2.5] < p[2.0]


def test_hypergeometric_rounds_halves_to_even():
    result = hypergeometric([[0, 0.5, 2.5], [3, 0, 1.2], [1.5, 4, 0]])
    whole = hypergeometric([[0, 0, 2], [3, 0, 1], [2, 4, 0]])
    assert result.p_seller[0] == 1  # rounds to 0 and stays an edge
    assert np.allclose(result.p_seller[1:], whole.p_seller)


def test_large_money_has_finite_p_values():
    weights = np.random.default_rng(5).lognormal(6, 3, (42, 42))
    for method in (marginal_likelihood, hypergeometric):
        p = method(weights, self_loops="keep").p_seller
        assert np.all((p >= 0) & (p <= 1))


def test_refusals():
    with pytest.raises(ValueError, match=r"row 0, column 1 is 2 .* mirror image 3"):
        marginal_likelihood([[0, 2], [3, 0]], directed=False)
    with pytest.raises(ValueError, match="without self-loops"):
        marginal_likelihood([[0, 2], [2, 0]], directed=False, self_loops="keep")
    with pytest.raises(ValueError, match="larger unit"):
        hypergeometric([[0, 1e16], [1e16, 0]])
