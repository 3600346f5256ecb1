"""The Polya filter: known answers, the disparity and binomial cases, the discrete form against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from visceads.backbone import disparity, polya, polya_likeliest_a

networks = st.integers(0, 6).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 12).map(float)))


@pytest.mark.parametrize("loops", ["keep", "drop"])
@pytest.mark.parametrize("a", ["0.5", "1", "2"])
def test_w5(a, loops, w5, known_w5, on_cells):
    # Known answers W5, tolerance 1e-9.
    result = polya(w5, a=float(a), self_loops=loops)
    for side in ("p_seller", "p_buyer"):
        expected = known_w5(f"polya_continuous_a{a}_{side}", loops)
        assert np.allclose(on_cells(result, side), expected, rtol=0, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize(
    ("loops", "continuous", "discrete"), [("keep", 0.812158, 0.721035), ("drop", 0.784387, 0.689298)]
)
def test_likeliest_a_of_w5(loops, continuous, discrete, w5):
    # Known answers W5, tolerance 1e-5.
    assert polya_likeliest_a(w5, self_loops=loops) == pytest.approx(continuous, abs=1e-5)
    assert polya_likeliest_a(w5, form="discrete", self_loops=loops) == pytest.approx(discrete, abs=1e-5)
    assert "a_from=maximum_likelihood;form=continuous" in polya(w5, self_loops=loops).parameter


@settings(max_examples=40, deadline=None)
@given(networks, st.sampled_from(["keep", "drop"]))
def test_one_is_the_disparity_filter(weights, loops):
    urn, split = polya(weights, a=1, self_loops=loops), disparity(weights, self_loops=loops)
    nearly = polya(weights, a=1 + 1e-13, self_loops=loops)
    for side in ("p_seller", "p_buyer"):
        assert np.allclose(getattr(urn, side), getattr(split, side), rtol=0, atol=1e-15, equal_nan=True)
        assert np.allclose(getattr(nearly, side), getattr(split, side), rtol=0, atol=1e-11, equal_nan=True)


@settings(max_examples=30, deadline=None)
@given(networks, st.sampled_from([0.0, 0.3, 1.0, 4.0]))
def test_discrete_form_against_scipy(weights, a):
    result = polya(weights, a=a, form="discrete", self_loops="keep")
    k, s = np.count_nonzero(weights, axis=1), weights.sum(axis=1)
    for i, w, p in zip(result.seller, result.weight, result.p_seller, strict=True):
        if k[i] == 1:
            expected = 1.0
        elif a == 0:
            expected = stats.binom.sf(w - 1, s[i], 1 / k[i])
        else:
            expected = stats.betabinom.sf(w - 1, s[i], 1 / a, (k[i] - 1) / a)
        assert p == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_discrete_differs_slightly_from_disparity(w5):
    urn, split = polya(w5, a=1, form="discrete"), disparity(w5)
    difference = np.abs(urn.p_seller - split.p_seller)
    assert 1e-3 < np.nanmax(difference) < 0.05


def test_discrete_form_rounds_to_whole_units():
    result = polya([[0, 0.4, 2.6, 5], [1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]], a=1, form="discrete")
    whole = polya([[0, 0, 3, 5], [1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]], a=1, form="discrete")
    assert result.p_seller[0] == result.p_buyer[0] == 1
    assert np.allclose(result.p_seller[1:], whole.p_seller)


def test_larger_a_is_stricter_for_strong_edges(w5):
    counts = [int(polya(w5, 0.1, a=a).is_kept.sum()) for a in (0.25, 0.5, 1, 2, 4)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_networks_without_a_likelihood():
    assert polya_likeliest_a(np.zeros((3, 3))) == 1
    assert polya([[0, 5], [0, 0]]).p_seller.tolist() == [1]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: polya([[1]], a=0), "a is 0"),
        (lambda: polya([[1]], a=-1, form="discrete"), "a is -1"),
        (lambda: polya([[1]], a="fitted"), "a is fitted"),
        (lambda: polya([[1]], form="urn"), "form is 'urn'"),
        (lambda: polya([[0, 1e12], [1, 0]], form="discrete"), "larger unit"),
    ],
)
def test_refusals(call, text):
    with pytest.raises(ValueError, match=text):
        call()
