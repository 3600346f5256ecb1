"""The doubly stochastic filter: known answers, units, networks that cannot be scaled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone import doubly_stochastic
from visceads.backbone.scaling import scaled_weights

networks = st.integers(0, 5).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 3).map(float)))


@pytest.mark.parametrize("loops", ["keep", "drop"])
def test_w5(loops, w5, known_w5, on_cells):
    # Known answers W5, tolerance 1e-9.
    result = doubly_stochastic(w5, self_loops=loops)
    score = on_cells(result, "score")
    assert np.allclose(score, known_w5("doubly_stochastic", loops), rtol=0, atol=1e-9, equal_nan=True)
    assert np.allclose(np.nansum(score, axis=0), 1, atol=1e-9)
    assert np.allclose(np.nansum(score, axis=1), 1, atol=1e-9)


@pytest.mark.parametrize(("loops", "order"), [("keep", "ED DE CE AB BC"), ("drop", "AB ED BA CE DE BC")])
def test_kept_edges_of_w5_in_order(loops, order, w5):
    result = doubly_stochastic(w5, self_loops=loops)
    kept = np.flatnonzero(result.is_kept)
    kept = kept[np.argsort(-result.score[kept])]
    assert " ".join("ABCDE"[result.seller[k]] + "ABCDE"[result.buyer[k]] for k in kept) == order


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_unit_changes_nothing(factor, w5):
    # netbone 0.2.3 adds 1e-4 to every cell of the upper triangle: the unit then decides.
    plain, scaled = doubly_stochastic(w5), doubly_stochastic(w5.weights * factor)
    assert np.allclose(plain.score, scaled.score, equal_nan=True)
    assert np.array_equal(plain.is_kept, scaled.is_kept)


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        ([[0, 1], [0, 0]], "2 node(s) only sell or only buy"),
        ([[0, 0, 0, 1], [0, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 0]], "lacks support"),
        ([[1, 1], [0, 1]], "1 edge(s) lie on no set"),
    ],
)
def test_networks_that_cannot_be_scaled_say_why(weights, text):
    # netbone 0.2.3 returns an empty frame in silence.
    result = doubly_stochastic(weights, self_loops="keep")
    assert result.status == "not_scalable"
    assert text in result.note
    assert np.isnan(result.score).all()
    assert not result.is_kept.any()


@settings(max_examples=80, deadline=None)
@given(networks)
def test_scaled_or_told_why_not(weights):
    active = weights.any(axis=0) | weights.any(axis=1)
    matrix = weights[np.ix_(active, active)]
    scaled, reason = scaled_weights(matrix)
    if scaled is None:
        assert reason
    else:
        assert np.allclose(scaled.sum(axis=0), 1, rtol=0, atol=1e-9)
        assert np.allclose(scaled.sum(axis=1), 1, rtol=0, atol=1e-9)
        assert np.array_equal(scaled > 0, matrix > 0)
    assert (scaled is not None) == _has_total_support(matrix)


def _has_total_support(matrix):
    """By trying all permutations: every edge lies on one whose cells are all edges."""
    from itertools import permutations

    covered = np.zeros(matrix.shape, dtype=bool)
    for order in permutations(range(len(matrix))):
        cells = (np.arange(len(matrix)), np.array(order, dtype=int))
        if np.all(matrix[cells] > 0):
            covered[cells] = True
    return bool(np.all(covered == (matrix > 0)))


def test_parts_that_were_never_connected_stay_apart():
    weights = np.zeros((6, 6))  # two circles of two, one node without edges, one with a loop only
    weights[0, 1], weights[1, 0], weights[2, 3], weights[3, 2], weights[4, 4] = 5, 1, 2, 2, 7
    result = doubly_stochastic(weights, self_loops="keep")
    assert result.status == "ok"
    assert np.count_nonzero(result.kept_matrix()[:2]) >= 1
    assert np.count_nonzero(result.kept_matrix()[2:4]) >= 1
    assert not result.is_kept[result.is_self_loop].any()


def test_empty_networks():
    assert doubly_stochastic(np.zeros((3, 3))).status == "ok"
    assert doubly_stochastic([]).is_kept.tolist() == []
