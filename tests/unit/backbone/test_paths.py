"""All-pairs lengths: known closure, networkx and brute force as independent implementations."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone import path_lengths
from visceads.backbone.paths import widest_paths

# CASCI-lab/distanceclosure, tests/test_closure.py.
PROXIMITY = np.array([[1, 0.9, 0.1, 0], [0.9, 1, 0.8, 0], [0.1, 0.8, 1, 0.6], [0, 0, 0.6, 1]])

networks = st.integers(0, 7).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 9).map(float)))


def upper(matrix):
    return matrix[np.triu_indices(4, k=1)]


def test_closure_of_proximities():
    # d12 d13 d14 d23 d24 d34, six decimals.
    metric = path_lengths(PROXIMITY, length="proximity")
    assert np.allclose(upper(metric), [0.111111, 0.361111, 1.027778, 0.25, 0.916667, 0.666667], rtol=0, atol=1e-6)
    weakest = path_lengths(PROXIMITY, kind="ultrametric", length="proximity")
    assert np.allclose(upper(weakest), [0.111111, 0.25, 0.666667, 0.25, 0.666667, 0.666667], rtol=0, atol=1e-6)
    inverse = path_lengths(PROXIMITY)
    assert np.allclose(upper(inverse)[[1, 2, 4]], [2.361111, 4.027778, 2.916667], rtol=0, atol=1e-6)


def test_lengths_of_w5(w5):
    # Known answers W5, six decimals.
    lengths = path_lengths(w5)
    assert np.allclose(lengths[0], [0, 0.025, 0.070455, 0.080556, 0.143056], rtol=0, atol=1e-6)
    assert np.allclose(lengths[4], [0.270303, 0.070303, 0.115758, 0.030303, 0], rtol=0, atol=1e-6)


def test_proximity_of_one_is_an_edge_of_no_length():
    lengths = path_lengths([[0, 1, 0], [0, 0, 0.5], [0, 0, 0]], length="proximity")
    assert lengths.tolist() == [[0, 0, 1], [np.inf, 0, 1], [np.inf, np.inf, 0]]


@pytest.mark.parametrize(("seed", "density"), [(0, 0.05), (1, 0.3), (2, 1.0)])
def test_shortest_paths_against_networkx(seed, density):
    generator = np.random.default_rng(seed)
    weights = generator.lognormal(0, 3, (40, 40)) * (generator.random((40, 40)) < density)
    graph = nx.from_numpy_array(weights, create_using=nx.DiGraph)
    for _, _, data in graph.edges(data=True):
        data["length"] = 1 / data["weight"]
    expected = nx.floyd_warshall_numpy(graph, weight="length")
    np.fill_diagonal(expected, 0)
    assert np.allclose(path_lengths(weights), expected, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(networks)
def test_widest_paths_against_all_intermediate_nodes(weights):
    np.fill_diagonal(weights, 0)
    expected = weights.copy()
    for k in range(len(weights)):
        expected = np.maximum(expected, np.minimum(expected[:, [k]], expected[[k]]))
    np.fill_diagonal(expected, 0)
    assert np.array_equal(widest_paths(weights), expected)


def test_refusals():
    with pytest.raises(ValueError, match="largest weight is 2"):
        path_lengths([[0, 2], [1, 0]], length="proximity")
    with pytest.raises(ValueError, match="too small for path lengths"):
        path_lengths([[0, 1e-320], [1, 0]])
    with pytest.raises(ValueError, match="kind is 'tree'"):
        path_lengths([[0, 1], [1, 0]], kind="tree")
    with pytest.raises(ValueError, match="length is 'cost'"):
        path_lengths([[0, 1], [1, 0]], length="cost")
