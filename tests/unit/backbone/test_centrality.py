"""Centralities: known answers W5, networkx as an independent implementation, degenerate networks."""

import networkx as nx
import numpy as np
import pytest

from visceads.backbone.centrality import clustering, katz, pagerank, path_centrality, perron_vectors

# Known answers W5, section 7, six decimals.
W5 = np.array([[12, 40, 7, 0, 3], [5, 60, 22, 18, 0], [0, 9, 30, 14, 6], [2, 25, 11, 8, 16], [1, 0, 4, 33, 0]], float)
BARE = W5 - np.diag(W5.diagonal())
ACYCLIC = np.array([[0, 3, 1], [0, 0, 2], [0, 0, 0]], float)


def near(values, *expected):
    assert np.allclose(values, expected, rtol=0, atol=1e-6), values


def random_network(seed, size=25, density=0.3):
    generator = np.random.default_rng(seed)
    weights = generator.lognormal(3, 2, (size, size)) * (generator.random((size, size)) < density)
    np.fill_diagonal(weights, 0.0)
    return weights


def graph_of(weights):
    graph = nx.from_numpy_array(weights, create_using=nx.DiGraph)
    for _, _, data in graph.edges(data=True):
        data["length"] = 1 / data["weight"]
    return graph


def test_pagerank_of_w5():
    near(pagerank(BARE), 0.067410, 0.255662, 0.212181, 0.314729, 0.150018)
    near(pagerank(BARE.T), 0.179515, 0.246141, 0.138804, 0.262473, 0.173067)
    near(pagerank(W5), 0.063178, 0.345405, 0.250875, 0.234761, 0.105780)


@pytest.mark.parametrize("seed", range(3))
def test_pagerank_against_networkx(seed):
    weights = random_network(seed, density=0.1)
    weights[4] = 0  # a node that delivers nothing
    expected = nx.pagerank(graph_of(weights), alpha=0.85, weight="weight", tol=1e-14, max_iter=1000)
    assert np.allclose(pagerank(weights), [expected[k] for k in range(25)], rtol=0, atol=1e-10)


def test_paths_of_w5():
    # Weights taken as lengths, a defect of netbone, give A 5, C 5, E 4, B 0, D 0.
    paths = path_centrality(W5)
    assert paths.betweenness.tolist() == [0, 8, 0, 6, 0]
    near(paths.closeness, 4.020126, 22.056034, 14.133605, 19.353448, 9.731887)


@pytest.mark.parametrize("seed", range(3))
def test_paths_against_networkx(seed):
    weights = random_network(seed, density=0.12)
    graph = graph_of(weights)
    paths = path_centrality(weights)
    betweenness = nx.betweenness_centrality(graph, weight="length", normalized=False)
    closeness = nx.harmonic_centrality(graph, distance="length")
    assert np.allclose(paths.betweenness, [betweenness[k] for k in range(25)], rtol=0, atol=1e-9)
    assert np.allclose(paths.closeness, [closeness[k] / 24 for k in range(25)], rtol=1e-9)


def test_equal_paths_share_their_pair():
    weights = np.zeros((4, 4))
    weights[0, 1] = weights[0, 2] = weights[1, 3] = weights[2, 3] = 2.0
    assert path_centrality(weights).betweenness.tolist() == [0, 0.5, 0.5, 0]


def test_closeness_has_the_unit_of_the_weights():
    plain, scaled = path_centrality(BARE), path_centrality(BARE * 1e6)
    assert np.allclose(scaled.closeness, plain.closeness * 1e6)
    assert np.array_equal(scaled.betweenness, plain.betweenness)


def test_weights_too_far_apart_for_paths_are_refused():
    with pytest.raises(ValueError, match="too far apart"):
        path_centrality(np.array([[0, 1e300, 0], [0, 0, 1e-300], [0, 0, 0]]))


def test_perron_vectors_of_w5():
    vectors = perron_vectors(W5)
    near(vectors.left, 0.040236, 0.452440, 0.255546, 0.192125, 0.059654)
    near(vectors.right, 0.239160, 0.373446, 0.128394, 0.176156, 0.082844)
    root = 79.256585
    assert np.allclose(W5 @ vectors.right, root * vectors.right, atol=1e-6)
    assert np.allclose(vectors.left @ W5, root * vectors.left, atol=1e-6)
    assert vectors.is_in_component.all()


def test_perron_vectors_are_zero_outside_the_largest_component():
    weights = np.zeros((7, 7))
    weights[:4, :4] = BARE[:4, :4]
    weights[0, 4] = 1000.0  # leaves the component for good
    weights[4, 5] = weights[5, 4] = 5000.0  # a smaller component with a larger root
    vectors = perron_vectors(weights)
    assert vectors.is_in_component.tolist() == [True] * 4 + [False] * 3
    assert vectors.left[4:].tolist() == vectors.right[4:].tolist() == [0, 0, 0]
    assert np.allclose(vectors.left[:4], perron_vectors(BARE[:4, :4]).left)
    assert vectors.right.sum() == pytest.approx(1)


def test_equal_components_the_one_with_the_smallest_node_counts():
    weights = np.zeros((4, 4))
    weights[1, 3] = weights[3, 1] = 1.0
    weights[0, 2] = weights[2, 0] = 1.0
    assert perron_vectors(weights).is_in_component.tolist() == [True, False, True, False]


def test_perron_vectors_of_a_plain_cycle():
    # Three eigenvalues share the largest modulus; only one is real and positive.
    cycle = np.roll(np.eye(3), 1, axis=1) * 4.0
    assert np.allclose(perron_vectors(cycle).left, 1 / 3)
    assert np.allclose(perron_vectors(cycle).right, 1 / 3)


def test_katz_of_w5():
    near(katz(W5), 0.072028, 0.401656, 0.240774, 0.197760, 0.087782)


@pytest.mark.parametrize("seed", range(3))
def test_katz_against_networkx(seed):
    weights = random_network(seed)
    radius = np.abs(np.linalg.eigvals(weights)).max()
    expected = nx.katz_centrality_numpy(graph_of(weights), alpha=0.85 / radius, weight="weight")
    expected = np.array([expected[k] for k in range(25)])
    assert np.allclose(katz(weights), expected / expected.sum(), rtol=1e-8)


def test_without_a_cycle_katz_and_perron_are_undefined():
    assert np.isnan(katz(ACYCLIC)).all()
    assert np.isnan(perron_vectors(ACYCLIC).left).all()
    assert not perron_vectors(ACYCLIC).is_in_component.any()


def test_clustering_of_w5():
    near(clustering(W5), 0.123504, 0.217910, 0.201938, 0.194748, 0.129052)


@pytest.mark.parametrize("seed", range(3))
def test_clustering_against_networkx(seed):
    weights = random_network(seed, density=0.15)
    expected = nx.clustering(graph_of(weights), weight="weight")
    found = clustering(weights)
    assert np.allclose(np.nan_to_num(found), [expected[k] for k in range(25)], rtol=0, atol=1e-12)


def test_clustering_is_undefined_without_two_neighbours():
    weights = np.array([[0, 2, 0], [3, 0, 1], [0, 0, 0]], float)
    found = clustering(weights)
    assert np.isnan(found).tolist() == [True, False, True]
    assert found[1] == 0


@pytest.mark.parametrize("size", [0, 1, 2])
def test_trivial_networks(size):
    weights = np.zeros((size, size))
    assert np.allclose(pagerank(weights), 1 / max(size, 1))
    assert path_centrality(weights).betweenness.tolist() == [0.0] * size
    assert len(clustering(weights)) == len(katz(weights)) == len(perron_vectors(weights).left) == size


def test_large_networks_have_the_perron_vectors_of_all_eigenvalues():
    # Above 200 nodes the Arnoldi iteration takes over; numpy's dense solver is the independent implementation.
    weights = np.random.default_rng(8).lognormal(3, 2, (230, 230))
    vectors = perron_vectors(weights)
    values, all_vectors = np.linalg.eig(weights)
    expected = np.abs(all_vectors[:, values.real.argmax()].real)
    assert np.allclose(vectors.right, expected / expected.sum(), rtol=1e-9)
    assert np.allclose(vectors.left, perron_vectors(weights.T).right, rtol=1e-9)
    expected = np.linalg.solve(np.eye(230) - 0.85 / values.real.max() * weights.T, np.ones(230))
    assert np.allclose(katz(weights), expected / expected.sum(), rtol=1e-9)


def test_a_large_plain_cycle_has_equal_perron_vectors():
    # All 230 eigenvalues share the largest modulus: the real positive one has to be found among them.
    cycle = np.roll(np.eye(230), 1, axis=1) * 4.0
    assert np.allclose(perron_vectors(cycle).left, 1 / 230)
    assert np.allclose(perron_vectors(cycle).right, 1 / 230)


def test_paths_on_many_nodes_see_only_edges_that_no_detour_shortens():
    weights = random_network(11, size=60, density=0.9)
    paths, graph = path_centrality(weights), graph_of(weights)
    betweenness = nx.betweenness_centrality(graph, weight="length", normalized=False)
    assert np.allclose(paths.betweenness, [betweenness[k] for k in range(60)], rtol=0, atol=1e-9)
