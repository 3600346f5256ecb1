"""Comparison of two backbones: W5 counted by hand, symmetry, years, refusals."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone import (
    disparity,
    doubly_stochastic,
    lans,
    network_from_edges,
    network_from_matrix,
    primary_linkage,
    threshold,
    top_share,
)
from visceads.backbone.comparison import compare, compare_all, edge_changes

matrices = hnp.arrays(np.float64, (6, 6), elements=st.integers(0, 9).map(lambda k: float(max(k - 3, 0))))


def test_two_methods_on_w5(w5):
    # Known answers W5: disparity keeps AB ED; primary linkage (out) AB BC CD DB ED. Weights 40 33; 40 22 14 25 33.
    found = compare(disparity(w5), primary_linkage(w5))
    assert (found.edges_before, found.edges_after, found.edges_common) == (2, 5, 2)
    assert (found.edges_gained, found.edges_lost) == (3, 0)
    assert (found.weight_gained, found.weight_lost, found.share_lost) == (61, 0, 0)
    assert found.share_gained == pytest.approx(61 / 216)
    assert found.edge_jaccard == 2 / 5
    assert found.node_jaccard == 4 / 5
    assert found.weighted_jaccard == pytest.approx(73 / 134)


def test_two_years():
    before = network_from_edges("aab", "bcc", [6.0, 3.0, 1.0], nodes="abc")
    after = network_from_edges("abd", "bda", [8.0, 8.0, 4.0], nodes="abd")
    found = compare(*(threshold(year, 2.0, kind="absolute") for year in (before, after)))
    assert (found.edges_common, found.edges_gained, found.edges_lost) == (1, 2, 1)
    assert (found.weight_gained, found.weight_lost) == (12, 3)
    assert (found.share_gained, found.share_lost) == pytest.approx((0.6, 0.3))
    assert found.edge_jaccard == 1 / 4
    assert found.node_jaccard == 2 / 4
    assert found.weighted_jaccard == pytest.approx(0.4 / (0.6 + 0.3 + 0.4 + 0.2))
    assert found.score_spearman is None  # one edge is common to both networks


def test_edges_gained_lost_and_common_with_their_figures():
    before = network_from_edges("aab", "bcc", [6.0, 3.0, 1.0], nodes="abc")
    after = network_from_edges("abd", "bda", [8.0, 8.0, 4.0], nodes="abd")
    changes = edge_changes(*(threshold(year, 2.0, kind="absolute") for year in (before, after)))
    rows = changes.select("seller", "buyer", "change", "weight_before", "weight_after", "rank_after").rows()
    assert rows == [
        ("a", "b", "common", 6, 8, 1),
        ("b", "d", "gained", None, 8, 2),
        ("d", "a", "gained", None, 4, 3),
        ("a", "c", "lost", 3, None, None),
    ]


def test_nodes_without_names_are_numbers():
    changes = edge_changes(threshold([[0, 1], [4, 0]], 2, kind="absolute"), threshold([[0, 3]] * 2, 2, kind="absolute"))
    assert changes.select("seller", "buyer", "change").rows() == [(0, 1, "gained"), (1, 0, "lost")]


def test_names_may_be_pairs():
    labels = [("BJ", "power"), ("TJ", "power")]
    year = disparity(network_from_matrix([[0, 1], [4, 0]], labels), 1.0)
    assert compare(year, year).edge_jaccard is None  # lone edges have p = 1: neither backbone has an edge
    kept = threshold(network_from_matrix([[0, 1], [4, 0]], labels), 0.5, kind="absolute")
    assert edge_changes(kept, kept)["seller"].to_list() == [["TJ", "power"], ["BJ", "power"]]


def test_scores_are_ranked_over_all_edges_of_both(w5):
    # Both scores rise with the weight, so they rank alike whatever they keep; equal scores rank nothing.
    assert compare(top_share(w5), threshold(w5, self_loops="keep")).score_spearman == pytest.approx(1)
    assert compare(disparity(np.ones((4, 4))), lans(np.ones((4, 4)))).score_spearman is None


@settings(max_examples=30, deadline=None)
@given(matrices, matrices)
def test_turning_round_swaps_gained_and_lost(first, second):
    one, other = top_share(first, share=0.3), top_share(second, share=0.3)
    there, back = asdict(compare(one, other)), asdict(compare(other, one))
    for name, mirrored in [
        ("edges_gained", "edges_lost"),
        ("weight_gained", "weight_lost"),
        ("share_gained", "share_lost"),
        ("edges_before", "edges_after"),
        ("edge_jaccard", "edge_jaccard"),
        ("node_jaccard", "node_jaccard"),
        ("weighted_jaccard", "weighted_jaccard"),
        ("score_spearman", "score_spearman"),
    ]:
        assert there[name] == (None if back[mirrored] is None else pytest.approx(back[mirrored])), name
    assert there["edges_common"] + there["edges_gained"] == there["edges_after"]


@settings(max_examples=30, deadline=None)
@given(matrices, st.permutations(range(6)))
def test_names_decide_not_the_order_of_nodes(weights, order):
    names = np.array(list("abcdef"))
    plain = threshold(network_from_matrix(weights, names.tolist()), 2.0, kind="absolute")
    turned = threshold(network_from_matrix(weights[np.ix_(order, order)], names[order].tolist()), 2.0, kind="absolute")
    found = compare(plain, turned)
    assert found.edges_gained == found.edges_lost == 0
    assert found.edge_jaccard == (1.0 if found.edges_before else None)
    assert found.weighted_jaccard == (pytest.approx(1.0) if found.edges_before else None)


def test_all_pairs(w5):
    results = {"disparity": disparity(w5), "primary": primary_linkage(w5), "top": top_share(w5)}
    frame = compare_all(results)
    assert frame.select("before", "after").rows() == [
        ("disparity", "primary"),
        ("disparity", "top"),
        ("primary", "top"),
    ]
    assert frame.row(0, named=True)["edge_jaccard"] == 2 / 5
    assert compare_all({}).columns == frame.columns


@pytest.mark.parametrize("size", [0, 3])
def test_empty_backbones_have_nothing_in_common_and_nothing_apart(size):
    empty = disparity(np.zeros((size, size)))
    found = compare(empty, empty)
    assert (found.edges_common, found.edges_gained, found.edges_lost) == (0, 0, 0)
    assert found.edge_jaccard is found.node_jaccard is found.weighted_jaccard is found.score_spearman is None
    assert edge_changes(empty, empty).height == 0


def test_what_cannot_be_matched_is_refused(w5):
    with pytest.raises(ValueError, match="only one of the two networks names"):
        compare(disparity(w5), disparity(w5.weights))
    with pytest.raises(ValueError, match="5 and 4 nodes without names"):
        compare(disparity(w5.weights), disparity(np.ones((4, 4))))
    with pytest.raises(ValueError, match="no node in common: one begins with 'A', the other with 1"):
        compare(disparity(w5), disparity(network_from_matrix(np.ones((2, 2)), [1, 2])))
    with pytest.raises(ValueError, match="doubly_stochastic has no result"):
        compare(doubly_stochastic([[0, 1], [0, 0]]), disparity([[0, 1], [0, 0]]))
