"""Filters: known answers, defects of public tools, invariants, parity with the prototype."""

import itertools
from pathlib import Path

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone.edges import matrix_from_edges
from visceads.backbone.filters import disparity, top_share

DATA = Path(__file__).parent / "data"

W5 = np.array([[12, 40, 7, 0, 3], [5, 60, 22, 18, 0], [0, 9, 30, 14, 6], [2, 25, 11, 8, 16], [1, 0, 4, 33, 0]], float)
M4 = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 1]], float)

# Whole numbers keep ties and order under any change of unit; sizes 0 to 7 include the trivial networks.
networks = st.integers(0, 7).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 12).map(float)))
self_loops = st.sampled_from(["keep", "drop"])


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
@pytest.mark.parametrize("side", ["p_seller", "p_buyer"])
def test_disparity_of_w5_on_both_sides(loops, side):
    # Known answers W5 (file beside this one), tolerance 1e-9.
    expected = pl.read_csv(DATA / "w5_disparity.csv", comment_prefix="#")
    expected = expected.filter(self_loops=loops, quantity=f"disparity_{side}")
    result = disparity(W5, self_loops=loops)
    found = matrix_of(result, getattr(result, side))
    assert expected.height == {"keep": 20, "drop": 16}[loops] == np.count_nonzero(~np.isnan(found))
    for row in expected.iter_rows(named=True):
        cell = "ABCDE".index(row["seller"]), "ABCDE".index(row["buyer"])
        assert found[cell] == pytest.approx(row["value"], abs=1e-9)


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


# --- top_share: known answers ---


def test_top_share_keeps_88_of_a_full_block():
    weights = np.random.default_rng(1).lognormal(4, 2, (42, 42))
    result = top_share(weights)
    assert np.count_nonzero(result.is_kept) == 88
    assert sorted(result.rank[result.is_kept]) == list(range(1, 89))
    assert result.parameter == "share=0.05;self_loops=keep"
    assert result.note == ""
    assert result.share.sum() == pytest.approx(1)
    assert np.allclose(result.score, 1 - result.rank / 1764)
    assert np.nanmin(result.width) == pytest.approx(1)
    assert np.nanmax(result.width) == pytest.approx(40)
    assert np.array_equal(np.isnan(result.width), ~result.is_kept)


def test_top_share_counts_zero_cells_but_keeps_none():
    weights = np.zeros((42, 42))
    weights[:6, :10] = 3.0
    result = top_share(weights)
    assert np.count_nonzero(result.is_kept) == 60
    assert "88 cells" in result.note
    assert "60 edges are kept" in result.note


def test_top_share_breaks_ties_by_seller_then_buyer():
    result = top_share(np.ones((4, 4)), share=6 / 16)
    kept = list(zip(result.seller[result.is_kept], result.buyer[result.is_kept], strict=True))
    assert kept == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1)]
    assert result.width[result.is_kept].tolist() == [40.0] * 6


def test_top_share_cut_is_not_shifted_by_rounding():
    # 0.29 * 100 is 28.999999999999996 in doubles; rank 29 of 100 cells belongs to the share all the same.
    weights = np.arange(1.0, 101.0).reshape(10, 10)
    assert [np.count_nonzero(top_share(weights, share=s).is_kept) for s in (0.07, 0.29, 0.57)] == [7, 29, 57]


def test_top_share_with_and_without_loops():
    # 0.2 of 25 cells: five edges; without the loops BB, CC, AA the next ones move up.
    assert names(top_share(W5, share=0.2)) == ["AB", "BB", "CC", "DB", "ED"]
    assert names(top_share(W5, share=0.2, self_loops="drop")) == ["AB", "BC", "BD", "DB", "ED"]
    dropped = top_share(W5, share=0.2, self_loops="drop")
    assert matrix_of(dropped, dropped.share)[0, 1] == pytest.approx(40 / 216)


# --- refusals ---


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: top_share(W5, share=0), "share is 0"),
        (lambda: disparity(W5, alpha=5), "alpha is 5"),
        (lambda: disparity(W5, side="both"), "side is 'both'"),
        (lambda: disparity(W5, self_loops="no"), "self_loops is 'no'"),
        (lambda: top_share(-W5), r"row 0 \(seller\), column 0"),
    ],
)
def test_parameters_outside_their_range_are_refused(call, text):
    with pytest.raises(ValueError, match=text):
        call()


# --- invariants ---


def both_filters(weights, loops="keep"):
    # 0.0517 is no power of a fraction of small numbers: no p-value lies on the cut itself.
    return [
        top_share(weights, share=0.3, self_loops=loops),
        disparity(weights, alpha=0.0517, self_loops=loops),
    ]


@settings(max_examples=40, deadline=None)
@given(networks, self_loops, st.sampled_from([1e-3, 7.0, 1e6]))
def test_kept_sets_do_not_depend_on_the_unit(weights, loops, factor):
    for plain, scaled in zip(both_filters(weights, loops), both_filters(weights * factor, loops), strict=True):
        assert np.array_equal(plain.is_kept, scaled.is_kept)
        assert np.allclose(plain.p_seller, scaled.p_seller, atol=1e-12, equal_nan=True)
        assert np.array_equal(plain.rank, scaled.rank, equal_nan=True)


@settings(max_examples=40, deadline=None)
@given(networks, self_loops, st.randoms(use_true_random=False))
def test_permuted_nodes_permute_the_result(weights, loops, generator):
    order = generator.sample(range(len(weights)), len(weights))
    plain = disparity(weights, self_loops=loops)
    moved = disparity(weights[np.ix_(order, order)], self_loops=loops)
    for side in ("p_seller", "p_buyer"):
        before = matrix_of(plain, getattr(plain, side))[np.ix_(order, order)]
        assert np.allclose(matrix_of(moved, getattr(moved, side)), before, atol=1e-12, equal_nan=True)


@settings(max_examples=40, deadline=None)
@given(networks, self_loops)
def test_transposition_swaps_the_sides(weights, loops):
    plain, turned = disparity(weights, self_loops=loops), disparity(weights.T, self_loops=loops)
    swapped = matrix_of(turned, turned.p_buyer).T
    assert np.allclose(matrix_of(plain, plain.p_seller), swapped, atol=1e-12, equal_nan=True)
    assert np.array_equal(plain.kept_matrix(), turned.kept_matrix().T)


@settings(max_examples=40, deadline=None)
@given(networks, self_loops)
def test_kept_sets_are_nested(weights, loops):
    levels = (0.01, 0.05, 0.2, 1.0)
    for results in (
        [disparity(weights, alpha=a, self_loops=loops) for a in levels],
        [disparity(weights, alpha=a, side="and", self_loops=loops) for a in levels],
        [top_share(weights, share=q, self_loops=loops) for q in levels],
    ):
        for stricter, looser in itertools.pairwise(results):
            assert not np.any(stricter.is_kept & ~looser.is_kept)


@settings(max_examples=40, deadline=None)
@given(networks, self_loops)
def test_p_values_are_probabilities(weights, loops):
    result = disparity(weights, self_loops=loops)
    considered = ~result.is_self_loop if loops == "drop" else np.ones(len(result.weight), dtype=bool)
    for p in (result.p_seller[considered], result.p_buyer[considered], result.score[considered]):
        assert np.all((p >= 0) & (p <= 1))


@settings(max_examples=40, deadline=None)
@given(networks, self_loops)
def test_inactive_node_changes_nothing_for_disparity(weights, loops):
    larger = np.pad(weights, ((0, 1), (0, 1)))
    plain, padded = disparity(weights, self_loops=loops), disparity(larger, self_loops=loops)
    assert np.array_equal(plain.is_kept, padded.is_kept)
    assert np.allclose(plain.p_seller, padded.p_seller, atol=1e-12, equal_nan=True)
    assert np.allclose(plain.p_buyer, padded.p_buyer, atol=1e-12, equal_nan=True)


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_empty_networks_have_empty_results(size):
    for result in both_filters(np.zeros((size, size))):
        assert result.node_count == size
        assert result.to_frame().height == 0
        assert result.kept_matrix().shape == (size, size)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_one_edge(size):
    weights = np.zeros((size, size))
    weights[0, size - 1] = 3.0  # a self-loop for size 1
    top, by_chance = top_share(weights, share=1.0), disparity(weights, self_loops="keep")
    assert top.is_kept.tolist() == [True]
    assert (top.width[0], top.share[0], top.rank[0]) == (40, 1, 1)
    assert by_chance.is_kept.tolist() == [False]


# --- parity with the prototype ---


@pytest.mark.real_data
def test_parity_with_the_prototype(real_data):
    # Every published edge of 31 provinces x 2 tables: 5,456 widths to 1e-4, ranks and percentiles exactly.
    published = pl.read_parquet(real_data / "prototype" / "backbone_edges_2012_2015.parquet")
    tables = published.partition_by("province_code", "table_year")
    assert len(tables) == 62
    for table in tables:
        seller = table["seller_sector_no"].cast(pl.Int64).to_numpy() - 1
        buyer = table["buyer_sector_no"].cast(pl.Int64).to_numpy() - 1
        result = top_share(matrix_from_edges(seller, buyer, table["flow_m_cny"].to_numpy(), node_count=42))
        assert np.count_nonzero(result.is_kept) == 88 == table.height
        assert np.allclose(matrix_of(result, result.width)[seller, buyer], table["width"], rtol=0, atol=1e-4)
        assert np.array_equal(matrix_of(result, result.rank)[seller, buyer], table["rank"])
        assert np.allclose(1 - matrix_of(result, result.score)[seller, buyer], table["percentile"], rtol=0, atol=1e-9)
        assert np.array_equal(seller == buyer, table["is_self_loop"])


@pytest.mark.real_data
def test_guangdong_2012_of_the_prototype(real_data):
    # Known answers, section 7: value to 1e-6 relative, width to 1e-4.
    published = pl.read_parquet(real_data / "prototype" / "backbone_edges_2012_2015.parquet")
    table = published.filter(province_code="GD", table_year="2012")
    seller = table["seller_sector_no"].cast(pl.Int64).to_numpy() - 1
    buyer = table["buyer_sector_no"].cast(pl.Int64).to_numpy() - 1
    result = top_share(matrix_from_edges(seller, buyer, table["flow_m_cny"].to_numpy(), node_count=42))
    edges = result.to_frame().sort("rank")
    first, second, last = (edges.row(k, named=True) for k in (0, 1, 87))
    assert (first["seller"], first["buyer"], first["rank"]) == (19, 19, 1)
    assert first["weight"] == pytest.approx(508444.894229, rel=1e-6)
    assert first["width"] == pytest.approx(40)
    assert (second["seller"], second["buyer"]) == (11, 11)
    assert second["weight"] == pytest.approx(342082.377411, rel=1e-6)
    assert second["width"] == pytest.approx(38.813793, abs=1e-4)
    assert (last["seller"], last["buyer"], last["rank"]) == (37, 38, 88)
    assert last["weight"] == pytest.approx(15563.362386, rel=1e-6)
    assert last["width"] == pytest.approx(1)
