"""Networks from edge lists and matrices: names, refusals, places of edges among their nodes' edges."""

import numpy as np
import polars as pl
import pytest

from visceads.backbone import disparity, network_from_edges, network_from_matrix
from visceads.backbone.network import as_network

EDGES = {"seller": ["b", "a", "c"], "buyer": ["a", "b", "a"], "weight": [90.0, 10.0, 5.0]}


def test_edge_list_keeps_names_and_directions():
    # netbone 0.2.3 merges a -> b and b -> a; one of the two weights is lost.
    network = network_from_edges(**EDGES)
    assert network.labels == ("a", "b", "c")
    assert network.weights.tolist() == [[0, 10, 0], [90, 0, 0], [5, 0, 0]]
    frame = disparity(network).to_frame()
    assert frame.select("seller", "buyer", "weight").rows() == [("a", "b", 10), ("b", "a", 90), ("c", "a", 5)]


def test_edge_list_of_a_frame_with_nodes_of_its_own():
    frame = pl.DataFrame(EDGES)
    network = network_from_edges(frame["seller"], frame["buyer"], frame["weight"], nodes=["d", "c", "b", "a"])
    assert network.labels == ("d", "c", "b", "a")
    assert network.weights[2, 3] == 90
    assert network.weights[0].sum() == network.weights[:, 0].sum() == 0


def test_parallel_edges_are_refused_or_summed():
    doubled = {name: [*values, values[0]] for name, values in EDGES.items()}
    with pytest.raises(ValueError, match="stands more than once"):
        network_from_edges(**doubled)
    assert network_from_edges(**doubled, parallel="sum").weights[1, 0] == 180


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: network_from_edges(**EDGES, nodes=["a", "b"]), "'c', which is not among `nodes`"),
        (lambda: network_from_edges(["a", 1], [1, "a"], [1, 2]), "no order; pass `nodes`"),
        (lambda: network_from_matrix([[0, 1], [1, 0]], ["a"]), "2 nodes needs 2 labels, but there are 1"),
        (lambda: network_from_matrix([[0, 1], [1, 0]], ["a", "a"]), "'a' names two nodes"),
        (lambda: network_from_edges(["a"], ["b"], [-1]), "is -1"),
    ],
)
def test_faulty_lists_are_refused(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_weights_of_a_network_cannot_change_behind_its_back():
    given = np.array([[0.0, 1.0], [2.0, 0.0]])
    network = as_network(given)
    given[0, 1] = 7
    assert network.weights[0, 1] == 1
    with pytest.raises(ValueError, match="read-only"):
        network.weights[0, 1] = 7


def test_places_count_ties_by_order_and_by_size():
    # Row 0 without its loop: 4 4 1. Column 2: 4 (from 0), 3 (from 1).
    network = network_from_matrix([[9, 4, 4, 1], [0, 0, 3, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    counted = network.counted("drop")
    assert counted.edges.weight.tolist() == [4, 4, 1, 3]
    assert counted.rank.tolist() == [1, 2, 4, 3]
    assert counted.seller_places.rank.tolist() == [1, 2, 3, 1]
    assert counted.seller_places.larger.tolist() == [0, 0, 2, 0]
    assert counted.buyer_places.rank.tolist() == [1, 1, 1, 2]
    assert network.counted("keep").seller_places.rank.tolist() == [1, 2, 3, 4, 1]
