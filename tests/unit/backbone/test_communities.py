"""Communities: known answer W5, modularity against networkx, planted groups, determinism."""

import networkx as nx
import numpy as np
import pytest

from visceads.backbone.communities import communities, modularity

W5 = np.array([[12, 40, 7, 0, 3], [5, 60, 22, 18, 0], [0, 9, 30, 14, 6], [2, 25, 11, 8, 16], [1, 0, 4, 33, 0]], float)


def planted(seed=0, groups=(9, 6, 4), inside=100.0):
    """Groups with strong links inside; the index order is shuffled."""
    generator = np.random.default_rng(seed)
    label = generator.permutation(np.repeat(np.arange(len(groups)), groups))
    strength = np.where(label[:, None] == label[None, :], inside, 1.0)
    weights = strength * generator.lognormal(0, 0.5, strength.shape)
    np.fill_diagonal(weights, 0.0)
    return weights, label


def test_communities_of_w5():
    # Known answers W5: A B C and D E, also the exhaustive optimum.
    found = communities(W5)
    assert found.tolist() == [1, 1, 1, 2, 2]
    assert modularity(W5, found) == pytest.approx(0.098765, abs=1e-6)


def test_planted_groups_are_found_and_numbered_by_size():
    weights, label = planted()
    assert np.array_equal(communities(weights), label + 1)


def test_equal_sizes_are_numbered_by_smallest_node():
    weights = np.zeros((4, 4))
    weights[0, 2] = weights[2, 0] = weights[1, 3] = weights[3, 1] = 1.0
    assert communities(weights).tolist() == [1, 2, 1, 2]


@pytest.mark.parametrize("seed", range(3))
def test_modularity_and_quality_against_networkx(seed):
    weights, _ = planted(seed, inside=3.0)
    graph = nx.from_numpy_array(weights, create_using=nx.DiGraph)
    found = communities(weights)
    parts = [set(np.flatnonzero(found == k).tolist()) for k in np.unique(found)]
    assert modularity(weights, found) == pytest.approx(nx.community.modularity(graph, parts), abs=1e-12)
    theirs = nx.community.louvain_communities(graph, seed=0)
    assert modularity(weights, found) >= nx.community.modularity(graph, theirs) - 1e-9


def test_self_loops_and_unit_change_nothing():
    weights, _ = planted(inside=3.0)
    found = communities(weights)
    assert np.array_equal(communities(weights + np.diag(np.arange(19.0) * 50)), found)
    assert np.array_equal(communities(weights * 1e6), found)
    assert np.array_equal(communities(weights), found)


def test_node_without_edges_to_others_stays_alone():
    weights = np.pad(W5, ((0, 1), (0, 1)))
    weights[5, 5] = 9.0
    assert communities(weights).tolist() == [1, 1, 1, 2, 2, 3]


def test_network_of_self_loops_only():
    assert communities(np.eye(3)).tolist() == [1, 2, 3]
    assert np.isnan(modularity(np.eye(3), [1, 2, 3]))
    assert communities(np.zeros((0, 0))).tolist() == []


def test_wrong_number_of_labels_is_refused():
    with pytest.raises(ValueError, match="5 nodes need 5 labels"):
        modularity(W5, [1, 2])
