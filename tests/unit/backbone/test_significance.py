"""Sides and corrections for many tests."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.backbone import corrected_p_values, disparity, marginal_likelihood

# Benjamini and Hochberg 1995, section 3.1: 15 p-values; at 0.05 Bonferroni rejects 3, their procedure 4.
PUBLISHED = np.array(
    [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1]
)


def test_corrections_of_a_published_case():
    rejected = {c: int(np.sum(corrected_p_values(PUBLISHED, c) < 0.05)) for c in ("bonferroni", "holm", "bh")}
    assert rejected == {"bonferroni": 3, "holm": 3, "bh": 4}


def test_corrected_values_by_hand():
    p = np.array([0.04, 0.01, 0.03])
    assert np.allclose(corrected_p_values(p, "bonferroni"), [0.12, 0.03, 0.09])
    assert np.allclose(corrected_p_values(p, "holm"), [0.06, 0.03, 0.06])
    assert np.allclose(corrected_p_values(p, "bh"), [0.04, 0.03, 0.04])
    assert corrected_p_values(p, "none").tolist() == p.tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=20))
def test_corrections_are_ordered(values):
    p = np.array(values)
    bonferroni, holm, bh = (corrected_p_values(p, c) for c in ("bonferroni", "holm", "bh"))
    for smaller, larger in ((p, bh), (bh, holm), (holm, bonferroni)):
        assert np.all(smaller <= larger + 1e-12)
    assert np.all(bonferroni <= 1)


def test_or_doubles_the_smaller_p_before_a_correction(w5):
    plain, corrected = disparity(w5), disparity(w5, correction="bonferroni")
    tested = ~plain.is_self_loop
    smaller = np.minimum(plain.p_seller, plain.p_buyer)[tested]
    assert np.allclose(plain.p_value[tested], smaller)
    assert np.allclose(corrected.p_value[tested], np.minimum(16 * np.minimum(2 * smaller, 1), 1))
    assert corrected.parameter == "alpha=0.05;side=or;correction=bonferroni;self_loops=drop"
    assert np.isnan(corrected.p_value[~tested]).all()


def test_and_takes_the_larger_p_as_it_is(w5):
    corrected = disparity(w5, side="and", correction="bonferroni", self_loops="keep")
    larger = np.maximum(corrected.p_seller, corrected.p_buyer)
    assert np.allclose(corrected.p_value, np.minimum(20 * larger, 1))


def test_one_test_for_both_nodes_is_not_doubled(w5):
    corrected = marginal_likelihood(w5, correction="bonferroni", self_loops="keep")
    assert np.allclose(corrected.p_value, np.minimum(20 * corrected.p_seller, 1))


def test_unknown_correction_is_refused():
    with pytest.raises(ValueError, match="correction is 'fdr'"):
        corrected_p_values(PUBLISHED, "fdr")
    with pytest.raises(ValueError, match="correction is 'fdr'"):
        disparity([[0, 1], [1, 0]], correction="fdr")
