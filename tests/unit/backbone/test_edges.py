"""Edges: validation that names the cell, strengths with and without loops, order and ranks."""

import numpy as np
import pytest

from visceads.backbone.edges import (
    check_weights,
    considered_weights,
    descending_order,
    margins,
    matrix_from_edges,
    positive_edges,
    without_noise,
)

W5 = np.array([[12, 40, 7, 0, 3], [5, 60, 22, 18, 0], [0, 9, 30, 14, 6], [2, 25, 11, 8, 16], [1, 0, 4, 33, 0]], float)


@pytest.mark.parametrize(("value", "text"), [(-1.5, "-1.5"), (np.nan, "nan"), (np.inf, "inf")])
def test_faulty_weight_is_refused_with_its_cell(value, text):
    weights = W5.copy()
    weights[3, 1] = value
    with pytest.raises(ValueError, match=rf"row 3 \(seller\), column 1 \(buyer\).* {text};"):
        check_weights(weights)


@pytest.mark.parametrize("shape", [(2, 3), (4,), (2, 2, 2), (0, 3)])
def test_not_square_is_refused_with_its_shape(shape):
    with pytest.raises(ValueError, match="shape"):
        check_weights(np.ones(shape))


def test_sum_beyond_doubles_is_refused():
    with pytest.raises(ValueError, match="larger unit"):
        check_weights(np.full((2, 2), 1e308))


def test_empty_network_is_accepted():
    assert check_weights(np.zeros((0, 0))).shape == (0, 0)
    assert check_weights([]).shape == (0, 0)


def test_checked_weights_are_a_copy():
    weights = W5.copy()
    check_weights(weights)[0, 0] = 99
    considered_weights(weights, "drop")
    assert np.array_equal(weights, W5)


def test_margins_with_and_without_loops():
    # Totals 326 and 216: known answers W5.
    keep, drop = margins(W5, "keep"), margins(W5, "drop")
    assert (keep.total, drop.total) == (326, 216)
    assert keep.out_strength.tolist() == [62, 105, 59, 62, 38]
    assert keep.in_strength.tolist() == [20, 134, 74, 73, 25]
    assert drop.out_strength.tolist() == [50, 45, 29, 54, 38]
    assert drop.in_strength.tolist() == [8, 74, 44, 65, 25]
    assert keep.out_degree.tolist() == [4, 4, 4, 5, 3]
    assert keep.in_degree.tolist() == [4, 4, 5, 4, 3]
    assert drop.out_degree.tolist() == [3, 3, 3, 4, 3]
    assert drop.in_degree.tolist() == [3, 3, 4, 3, 3]


def test_unknown_self_loops_is_refused():
    with pytest.raises(ValueError, match="'keep' or 'drop'"):
        margins(W5, "without")


def test_positive_edges_stand_by_seller_then_buyer():
    edges = positive_edges(W5)
    cells = list(zip(edges.seller.tolist(), edges.buyer.tolist(), strict=True))
    assert cells == sorted(cells)
    assert len(cells) == 20
    assert np.count_nonzero(edges.is_self_loop) == 4
    assert np.array_equal(edges.weight, W5[edges.seller, edges.buyer])


def test_descending_order_leaves_ties_as_they_are():
    assert descending_order(np.array([5.0, 5.0, 5.0, 7.0])).tolist() == [3, 0, 1, 2]
    assert descending_order(np.zeros(0)).tolist() == []


def test_rounding_noise_does_not_break_ties():
    # 0.1 + 0.2 is 0.30000000000000004 in doubles.
    values = np.array([0.3, 0.1 + 0.2, 3e-300, 3.1e-300])
    assert descending_order(values).tolist() == [1, 0, 3, 2]
    assert descending_order(without_noise(values, 12)).tolist() == [0, 1, 3, 2]


def test_edge_list_stays_directed():
    # netbone 0.2.3 makes such a list undirected; the last of a -> b and b -> a wins in silence.
    matrix = matrix_from_edges([0, 1, 0, 2, 1], [1, 0, 2, 0, 2], [10, 90, 5, 1, 2], node_count=3)
    assert matrix.tolist() == [[0, 10, 5], [90, 0, 2], [1, 0, 0]]


def test_parallel_edges_are_refused_or_summed():
    with pytest.raises(ValueError, match="seller 0 to buyer 1"):
        matrix_from_edges([0, 0], [1, 1], [2, 3], node_count=2)
    assert matrix_from_edges([0, 0], [1, 1], [2, 3], node_count=2, parallel="sum")[0, 1] == 5


def test_edge_list_errors_say_where():
    with pytest.raises(ValueError, match=r"edge 1 .* joins nodes 0 and 2"):
        matrix_from_edges([0, 0], [1, 2], [2, 3], node_count=2)
    with pytest.raises(ValueError, match="2 sellers, 1 buyers"):
        matrix_from_edges([0, 0], [1], [2, 3], node_count=2)
    with pytest.raises(ValueError, match="row 0"):
        matrix_from_edges([0], [1], [-2], node_count=2)
    with pytest.raises(ValueError, match="parallel is 'max'"):
        matrix_from_edges([0], [1], [2], node_count=2, parallel="max")
