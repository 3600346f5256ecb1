"""Primary linkage, multiple linkage, filtering edges: known answers, limit cases, brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.backbone import filtering_edges, multiple_linkage, primary_linkage


def row(*weights):
    """A network in which node 0 sells these weights to the others and nobody else sells."""
    matrix = np.zeros((len(weights) + 1, len(weights) + 1))
    matrix[0, 1:] = weights
    return matrix


def test_primary_linkage_of_w5(w5, kept_names):
    assert kept_names(primary_linkage(w5)) == "AB BC CD DB ED"
    assert kept_names(primary_linkage(w5, direction="in")) == "AB BA BC DE ED"
    assert kept_names(primary_linkage(w5, self_loops="keep")) == "AB BC CD DB ED"


def test_hierarchical_linkage_of_w5(w5, kept_names):
    # What each takes in without loops: 8 74 44 65 25. B -> C and no other goes to a smaller node.
    assert kept_names(primary_linkage(w5, hierarchical=True)) == "AB CD DB ED"
    # What each gives out: 50 45 29 54 38; largest suppliers of A-E: B A B E D.
    assert kept_names(primary_linkage(w5, direction="in", hierarchical=True)) == "AB BC DE"


def test_primary_linkage_ties():
    assert primary_linkage(np.ones((3, 3))).kept_matrix().tolist() == [[0, 1, 0], [1, 0, 0], [1, 0, 0]]


def test_multiple_linkage_of_w5(w5, kept_names):
    assert kept_names(multiple_linkage(w5)) == "AB BC BD CD DB DE ED"
    turned = multiple_linkage(w5.weights.T, direction="in")
    assert np.array_equal(turned.kept_matrix().T, multiple_linkage(w5).kept_matrix())


@pytest.mark.parametrize(
    ("weights", "number"),
    [((7,), 1), ((4, 4, 4), 3), ((0.1, 0.1, 0.1), 3), ((9, 1), 1), ((9, 9, 1), 2), ((2, 1, 0), 1)],
)
def test_multiple_linkage_limits(weights, number):
    assert multiple_linkage(row(*weights)).is_kept.sum() == number


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=2, max_size=12))
def test_multiple_linkage_against_correlations(weights):
    ordered = np.sort(np.array(weights, float))[::-1]
    kept = int(multiple_linkage(row(*weights)).is_kept.sum())
    if np.ptp(ordered) == 0:
        assert kept == len(ordered)
        return
    patterns = [np.where(np.arange(len(ordered)) < k, ordered.sum() / k, 0) for k in range(1, len(ordered))]
    likeness = np.array([np.corrcoef(ordered, pattern)[0, 1] ** 2 for pattern in patterns])
    assert kept == 1 + int((likeness >= likeness.max() - 1e-12).argmax())


def test_filtering_edges_of_w5(w5, kept_names):
    assert kept_names(filtering_edges(w5)) == "AB BA BC BD CB CD CE DA DB DC DE ED"


@pytest.mark.parametrize(
    ("weights", "number"), [((3,), 1), ((1, 1, 1, 1), 2), ((1, 1, 1, 1, 1), 3), ((80, 80, *[5] * 8), 2)]
)
def test_filtering_edges_limits(weights, number):
    # The edge at which share and count meet belongs to the backbone: 80 % of the weight on 20 % of the edges.
    result = filtering_edges(row(*weights), side="and")
    of_seller = result.is_kept.sum()
    assert of_seller == number


def test_filtering_edges_keeps_an_only_edge_of_either_node():
    assert filtering_edges(row(5, 3, 1)).is_kept.all()  # every buyer has one supplier
    assert filtering_edges(row(50, 3, 1), side="and").is_kept.tolist() == [True, False, False]


def test_refusals():
    with pytest.raises(ValueError, match="direction is 'up'"):
        primary_linkage([[0]], direction="up")
    with pytest.raises(ValueError, match="direction is 'up'"):
        multiple_linkage([[0]], direction="up")
    with pytest.raises(ValueError, match="side is 'both'"):
        filtering_edges([[0]], side="both")
