"""Spanning tree and arborescence: known answers, networkx as an independent implementation, ties."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone import arborescence, spanning_tree
from visceads.backbone.trees import maximum_branching

networks = st.integers(0, 8).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 20).map(float)))


def test_trees_of_w5(w5, kept_names):
    # Known answers W5: pairs A-B B-C B-D D-E; arborescence of weight 101.
    assert kept_names(spanning_tree(w5)) == "AB BC DB ED"
    result = arborescence(w5)
    assert kept_names(result) == "AB BC CE ED"
    assert result.weight[result.is_kept].sum() == 101


def test_les_miserables_tree():
    result = spanning_tree(nx.to_numpy_array(nx.les_miserables_graph()))
    assert result.is_kept.sum() == 76
    # Of two equal directions the smaller seller's is kept.
    assert np.all(result.seller[result.is_kept] < result.buyer[result.is_kept])


@settings(max_examples=60, deadline=None)
@given(networks)
def test_spanning_tree_against_networkx(weights):
    bare = weights - np.diag(weights.diagonal())
    graph = nx.from_numpy_array(bare + bare.T)
    kept = spanning_tree(weights).kept_matrix()
    pairs = kept + np.where(kept > 0, bare.T, 0)
    assert pairs.sum() == nx.maximum_spanning_tree(graph).size(weight="weight")
    parts = nx.number_connected_components(graph) if len(weights) else 0
    assert np.count_nonzero(kept) == len(weights) - parts
    assert not len(weights) or nx.is_forest(nx.from_numpy_array(kept + kept.T))
    assert np.all(kept >= np.where(kept > 0, bare.T, 0))


@settings(max_examples=150, deadline=None)
@given(networks)
def test_arborescence_against_networkx(weights):
    bare = weights - np.diag(weights.diagonal())
    kept = arborescence(weights).kept_matrix()
    assert np.all(np.count_nonzero(kept, axis=0) <= 1)
    assert not len(weights) or nx.is_directed_acyclic_graph(nx.from_numpy_array(kept, create_using=nx.DiGraph))
    if np.count_nonzero(bare):
        graph = nx.from_numpy_array(bare, create_using=nx.DiGraph)
        best = nx.maximum_branching(graph, attr="weight")
        assert kept.sum() == sum(data["weight"] for _, _, data in best.edges(data=True))


@pytest.mark.parametrize("seed", range(3))
def test_large_arborescence_against_networkx(seed):
    weights = np.random.default_rng(seed).lognormal(0, 2, (40, 40))
    np.fill_diagonal(weights, 0)
    best = nx.maximum_branching(nx.from_numpy_array(weights, create_using=nx.DiGraph), attr="weight")
    supplier = maximum_branching(weights)
    assert sorted((int(s), j) for j, s in enumerate(supplier) if s >= 0) == sorted(best.edges())


def test_circle_within_a_circle():
    # 0 <-> 1 close first, then with 2 and 3; the root is the node whose edge into the circle costs least.
    weights = np.zeros((4, 4))
    weights[0, 1], weights[1, 0], weights[1, 2], weights[2, 0], weights[2, 3], weights[3, 1] = 10, 9, 8, 7, 6, 5
    kept = arborescence(weights).kept_matrix()
    assert sorted(zip(*(k.tolist() for k in np.nonzero(kept)), strict=True)) == [(0, 1), (1, 2), (2, 3)]


def test_ties_go_to_the_smaller_numbers():
    assert spanning_tree(np.ones((4, 4))).kept_matrix()[0].tolist() == [0, 1, 1, 1]
    assert maximum_branching(np.ones((4, 4)) - np.eye(4)).tolist() == [-1, 0, 0, 0]


def test_sums_that_differ_by_rounding_are_equal():
    # 0.1 + 0.2 and 0.3 + 0: pair 0-2 comes before pair 1-2 by number, in every unit.
    weights = np.array([[0, 0.5, 0.3], [0, 0, 0.1], [0, 0.2, 0]])
    for factor in (1, 10, 1e-3):
        assert spanning_tree(weights * factor).is_kept.tolist() == [True, True, False, False]
