"""High salience, metric and ultrametric backbone: known answers, brute force, containment."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone import high_salience, metric_backbone, path_lengths, spanning_tree, ultrametric_backbone

networks = st.integers(0, 7).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 9).map(float)))


def test_metric_and_ultrametric_of_w5(w5, kept_names):
    # Known answers W5, directed; networkx-backbone 0.1.0 refuses directed networks.
    assert kept_names(metric_backbone(w5)) == "AB BA BC BD CB CD DB DE ED"
    assert kept_names(ultrametric_backbone(w5)) == "AB BA BC BD CD DB DE ED"


def test_salience_of_w5(w5, kept_names, on_cells):
    score = on_cells(high_salience(w5), "score")
    expected = {"AB": 0.2, "BA": 0.8, "BC": 0.8, "BD": 0.4, "CB": 0.2, "CD": 0.2, "DB": 0.4, "DE": 0.8, "ED": 0.2}
    for i, j in itertools.permutations(range(5), 2):
        assert np.nan_to_num(score[i, j]) == pytest.approx(expected.get("ABCDE"[i] + "ABCDE"[j], 0))
    assert kept_names(high_salience(w5)) == "BA BC DE"
    against = high_salience(w5.weights.T, direction="in")
    assert np.allclose(on_cells(against, "score").T, score, equal_nan=True)


def test_only_one_edge_of_the_closure_case_is_replaced():
    # CASCI-lab/distanceclosure: edge 1-3 is the only one outside both backbones.
    proximity = np.array([[1, 0.9, 0.1, 0], [0.9, 1, 0.8, 0], [0.1, 0.8, 1, 0.6], [0, 0, 0.6, 1]])
    for result in (metric_backbone(proximity, length="proximity"), ultrametric_backbone(proximity)):
        lost = ~result.is_kept & ~result.is_self_loop
        assert list(zip(result.seller[lost].tolist(), result.buyer[lost].tolist(), strict=True)) == [(0, 2), (2, 0)]


def test_les_miserables_counts():
    # Published: metric 163, ultrametric 118; salience above 0.5: 76 for nine orders of ties.
    weights = nx.to_numpy_array(nx.les_miserables_graph())
    assert metric_backbone(weights).is_kept.sum() // 2 == 163
    assert ultrametric_backbone(weights).is_kept.sum() // 2 == 118
    assert high_salience(weights, directed=False).is_kept.sum() // 2 == 76


@settings(max_examples=60, deadline=None)
@given(networks)
def test_backbones_against_their_definitions(weights):
    metric, weakest = metric_backbone(weights), ultrametric_backbone(weights)
    between = ~metric.is_self_loop
    direct, pairs = 1 / metric.weight[between], (metric.seller[between], metric.buyer[between])
    assert np.array_equal(metric.is_kept[between], direct <= path_lengths(weights)[pairs] * (1 + 1e-12))
    assert np.array_equal(weakest.is_kept[between], direct <= path_lengths(weights, kind="ultrametric")[pairs])
    assert not np.any(weakest.is_kept & ~metric.is_kept)
    for result in (metric, weakest):
        assert not result.is_kept[result.is_self_loop].any()
        assert np.array_equal(result.is_kept[between], result.score[between] >= 1 - 1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 8), st.randoms(use_true_random=False))
def test_tree_within_ultrametric_within_metric(count, generator):
    # Symmetric, distinct weights: the tree of both directions is a tree of the undirected network.
    pairs = list(itertools.combinations(range(count), 2))
    weights = np.zeros((count, count))
    for (i, j), w in zip(pairs, generator.sample(range(1, 200), len(pairs)), strict=True):
        weights[i, j] = weights[j, i] = w if generator.random() < 0.7 else 0
    tree, weakest, metric = (f(weights).is_kept for f in (spanning_tree, ultrametric_backbone, metric_backbone))
    assert not np.any(tree & ~weakest)
    assert not np.any(weakest & ~metric)


@settings(max_examples=60, deadline=None)
@given(networks)
def test_salience_against_trees_grown_one_by_one(weights):
    result = high_salience(weights)
    bare = weights - np.diag(weights.diagonal())
    count, distance = len(weights), path_lengths(weights)
    trees = np.zeros((count, count))
    for root, node in itertools.permutations(range(count), 2):
        if np.isfinite(distance[root, node]):
            fitting = [
                i
                for i in range(count)
                if bare[i, node] > 0 and distance[root, i] + 1 / bare[i, node] <= distance[root, node] * (1 + 1e-12)
            ]
            trees[fitting[0], node] += 1
    active = np.count_nonzero(bare.any(axis=0) | bare.any(axis=1))
    between = ~result.is_self_loop
    expected = trees[result.seller[between], result.buyer[between]] / max(active, 1)
    assert np.allclose(result.score[between], expected)


def test_edges_shorter_than_rounding_still_make_trees():
    # From node 0 everything is 1e6 away; 1 -> 2 -> 3 add 1e-11 each, which a distance of 1e6 does not show.
    weights = np.zeros((4, 4))
    weights[0, 1], weights[1, 2], weights[2, 3], weights[3, 1] = 1e-6, 1e11, 1e11, 1e11
    result = high_salience(weights)
    assert result.score.tolist() == [0.25, 0.75, 0.75, 0.5]


def test_refusals():
    with pytest.raises(ValueError, match="direction is 'up'"):
        high_salience([[0, 1], [1, 0]], direction="up")
    with pytest.raises(ValueError, match="salience is 0"):
        high_salience([[0, 1], [1, 0]], 0)
    with pytest.raises(ValueError, match="mirror image"):
        high_salience([[0, 1], [2, 0]], directed=False)
