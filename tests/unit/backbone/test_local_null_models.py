"""Disparity and LANS: known answers, defects of public tools."""

import networkx as nx
import numpy as np
import pytest

from visceads.backbone import disparity, lans
from visceads.backbone.edges import matrix_from_edges

W5 = np.array([[12, 40, 7, 0, 3], [5, 60, 22, 18, 0], [0, 9, 30, 14, 6], [2, 25, 11, 8, 16], [1, 0, 4, 33, 0]], float)
M4 = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 1]], float)


def names(result):
    """Kept edges of W5 as pairs of letters."""
    kept = zip(result.seller[result.is_kept], result.buyer[result.is_kept], strict=True)
    return [f"{'ABCDE'[i]}{'ABCDE'[j]}" for i, j in kept]


def matrix_of(result, values):
    matrix = np.full((result.node_count, result.node_count), np.nan)
    matrix[result.seller, result.buyer] = values
    return matrix


# --- disparity: known answers ---


@pytest.mark.parametrize("loops", ["keep", "drop"])
@pytest.mark.parametrize("method", [disparity, lans])
def test_both_sides_of_w5(method, loops, w5, known_w5, on_cells):
    # Known answers W5, tolerance 1e-9. The R package backbone has the seller's side of LANS only.
    result = method(w5, self_loops=loops)
    for side in ("p_seller", "p_buyer"):
        expected = known_w5(f"{method.__name__}_{side}", loops)
        assert np.allclose(on_cells(result, side), expected, rtol=0, atol=1e-9, equal_nan=True)


def test_kept_edges_of_w5():
    # Known answers W5: the pair shows that loops take part in strengths and degrees, not in degrees only.
    assert names(disparity(W5, self_loops="keep")) == ["AB", "ED"]
    assert names(disparity(W5, self_loops="drop")) == ["AB", "ED"]
    assert names(disparity(W5, alpha=0.2, self_loops="keep")) == ["AA", "AB", "BB", "CC", "DB", "DE", "ED"]
    assert names(disparity(W5, alpha=0.2, self_loops="drop")) == ["AB", "BA", "BC", "DB", "DE", "ED"]


def test_dropped_self_loops_stay_in_the_result():
    result = disparity(W5, alpha=1.0, self_loops="drop")
    loops = result.is_self_loop
    assert result.weight[loops].tolist() == [12, 60, 30, 8]
    assert not result.is_kept[loops].any()
    for figure in (result.p_seller, result.p_buyer, result.score, result.rank, result.share, result.width):
        assert np.isnan(figure[loops]).all()
    assert result.share[~loops].sum() == pytest.approx(1)
    assert sorted(result.rank[~loops]) == list(range(1, 17))


def test_disparity_of_m4():
    # zpneal/backbone, inst/tinytest, self-loops kept, three decimals.
    result = disparity(M4, self_loops="keep")
    assert result.parameter == "alpha=0.05;side=or;self_loops=keep"
    smaller = matrix_of(result, np.minimum(result.p_seller, result.p_buyer))
    nan = np.nan
    expected = [
        [0.444, nan, 0.444, 0.444],
        [nan, 0.5, nan, nan],
        [0.444, nan, nan, 0.444],
        [0.444, 0.444, nan, 0.444],
    ]
    assert np.allclose(smaller, expected, atol=5e-4, equal_nan=True)
    by_row = {0: 4 / 9, 1: 1.0, 2: 0.5, 3: 4 / 9}
    by_column = {0: 4 / 9, 1: 0.5, 2: 1.0, 3: 4 / 9}
    assert np.allclose(result.p_seller, [by_row[i] for i in result.seller.tolist()])
    assert np.allclose(result.p_buyer, [by_column[j] for j in result.buyer.tolist()])


def test_disparity_of_the_hub():
    # networkx-backbone 0.1.0 computes 1 - (k-1)(1-p)^(k-2), floored at 0, and keeps nearly every edge.
    graph = nx.path_graph(range(1, 11))
    nx.set_edge_attributes(graph, 5.0, "weight")
    graph.add_weighted_edges_from([(0, n, 100.0 if n == 1 else 1.0) for n in range(1, 11)])
    result = disparity(nx.to_numpy_array(graph, nodelist=range(11)))
    smaller = matrix_of(result, np.minimum(result.p_seller, result.p_buyer))
    assert smaller[0, 1] == smaller[1, 0] == pytest.approx(1.783792e-10, rel=1e-6)
    assert smaller[0, 6] == smaller[6, 0] == pytest.approx(0.826446, abs=1e-6)


@pytest.mark.parametrize(("side", "counts"), [("or", [3, 9, 21, 47]), ("and", [1, 5, 8, 16])])
def test_disparity_counts_of_les_miserables(side, counts):
    # Three public implementations agree ("or"); 77 characters, undirected, 254 edges, shipped with networkx.
    weights = nx.to_numpy_array(nx.les_miserables_graph())
    assert weights.sum() == 2 * 820
    kept = [disparity(weights, alpha=a, side=side).kept_matrix() > 0 for a in (0.01, 0.05, 0.1, 0.2)]
    assert all(np.array_equal(k, k.T) for k in kept)
    assert [k.sum() // 2 for k in kept] == counts


def test_directed_edge_list_stays_directed():
    # netbone 0.2.3 makes this list undirected and loses the weight 10 or 90.
    weights = matrix_from_edges([0, 1, 0, 2, 1], [1, 0, 2, 0, 2], [10, 90, 5, 1, 2], node_count=3)
    result = disparity(weights)
    assert len(result.weight) == 5
    assert matrix_of(result, result.weight)[[0, 1], [1, 0]].tolist() == [10, 90]
    assert matrix_of(result, result.p_seller)[1, 0] == pytest.approx(0.021739, abs=1e-6)
    assert matrix_of(result, result.p_buyer)[1, 0] == pytest.approx(0.010989, abs=1e-6)


def test_alpha_is_not_rounded_and_both_ends_count():
    # python-backbone-network rounds p to four decimals and lets the second end overwrite the first.
    weights = matrix_from_edges([0, 1, 0, 2, 1], [1, 0, 2, 0, 2], [10, 90, 5, 1, 2], node_count=3)
    p = matrix_of(disparity(weights), disparity(weights).p_buyer)[1, 0]  # 1 / 91
    assert disparity(weights, alpha=p * (1 + 1e-9)).kept_matrix()[1, 0] == 90
    assert disparity(weights, alpha=p).kept_matrix()[1, 0] == 0  # strictly below alpha
    assert disparity(weights, alpha=0.02).kept_matrix()[1, 0] == 90  # the buyer's side alone
    assert disparity(weights, alpha=0.02, side="and").kept_matrix()[1, 0] == 0
    assert disparity(weights, alpha=0.022, side="and").kept_matrix()[1, 0] == 90


def test_only_edge_is_not_significant_by_itself():
    result = disparity([[0, 5], [0, 0]])
    assert (result.p_seller[0], result.p_buyer[0], result.score[0]) == (1, 1, 0)
    assert not disparity([[0, 5], [0, 0]], alpha=1.0).is_kept.any()


def test_small_p_keeps_its_precision():
    # A share of 1e-9 among 41 edges: the power of a difference rounded first would lose it.
    weights = np.zeros((42, 42))
    weights[0, 1:] = 1.0
    weights[0, 1] = 40e-9
    p = disparity(weights).p_seller[0]
    assert 1 - p == pytest.approx(40e-9, rel=1e-6)


def test_disparity_of_a_share_that_rounds_to_one():
    result = disparity([[0, 1e20, 1], [0, 0, 0], [0, 1, 0]])
    assert matrix_of(result, result.p_seller)[0, 1] == 0
    assert result.is_kept.tolist() == [True, False, False]


# --- LANS: known answers ---


def test_lans_of_l5():
    # zpneal/backbone, inst/tinytest: hub edges 0, the others 1/3.
    weights = np.array([[0, 2, 2, 2, 2], [2, 0, 1, 1, 0], [2, 1, 0, 0, 1], [2, 1, 0, 0, 1], [2, 0, 1, 1, 0]], float)
    result = lans(weights)
    smaller = np.minimum(result.p_seller, result.p_buyer)
    assert np.allclose(smaller, np.where(result.weight == 2, 0, 1 / 3))


def test_lans_counts_of_les_miserables():
    # The published counts 108, 109, 128, 142 take p = 1 - (1 - q) in doubles, where a p of exactly 0.1 or 0.2 comes
    # out below the level. In fractions p < alpha keeps 127 and 139; a level just above keeps the published numbers.
    weights = nx.to_numpy_array(nx.les_miserables_graph())
    counts = [lans(weights, a).is_kept.sum() // 2 for a in (0.01, 0.05, 0.1, 0.1 + 1e-9, 0.2, 0.2 + 1e-9)]
    assert counts == [108, 109, 127, 128, 139, 142]


def test_lans_cuts_nobody_off():
    weights = np.random.default_rng(3).lognormal(0, 3, (20, 20))
    kept = lans(weights, alpha=1e-6).kept_matrix() > 0
    assert kept.any(axis=0).all()
    assert kept.any(axis=1).all()
