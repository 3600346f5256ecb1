"""Top share, thresholds, k strongest: known answers, ties, parity with the prototype."""

import numpy as np
import polars as pl
import pytest

from visceads.backbone import k_strongest, threshold, top_share
from visceads.backbone.edges import matrix_from_edges

W5 = np.array([[12, 40, 7, 0, 3], [5, 60, 22, 18, 0], [0, 9, 30, 14, 6], [2, 25, 11, 8, 16], [1, 0, 4, 33, 0]], float)


def names(result):
    """Kept edges of W5 as pairs of letters."""
    kept = zip(result.seller[result.is_kept], result.buyer[result.is_kept], strict=True)
    return [f"{'ABCDE'[i]}{'ABCDE'[j]}" for i, j in kept]


def matrix_of(result, values):
    matrix = np.full((result.node_count, result.node_count), np.nan)
    matrix[result.seller, result.buyer] = values
    return matrix


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


# --- threshold and k strongest ---

G4 = np.array([[0, 2, 3, 4], [1, 0, 5, 2], [8, 2, 0, 2], [1, 7, 2, 0]], float)


def cells(result):
    """Kept edges as pairs counted from 1, as the source does."""
    return list(
        zip((result.seller[result.is_kept] + 1).tolist(), (result.buyer[result.is_kept] + 1).tolist(), strict=True)
    )


def test_threshold_of_g4():
    # zpneal/backbone, inst/tinytest: w > 5, and w > mean of all 16 cells (2.4375).
    assert cells(threshold(G4, np.nextafter(5, 6), kind="absolute")) == [(3, 1), (4, 2)]
    assert cells(threshold(G4, 2.4375, kind="absolute")) == [(1, 3), (1, 4), (2, 3), (3, 1), (4, 2)]


def test_thresholds_by_hand():
    assert cells(threshold(G4, 5, kind="absolute")) == [(2, 3), (3, 1), (4, 2)]
    # Positive cells sorted: 1 1 2 2 2 2 2 3 4 5 7 8; mean 3.25, sum 39.
    assert cells(threshold(G4)) == [(1, 4), (2, 3), (3, 1), (4, 2)]
    assert cells(threshold(G4, 0.75, kind="quantile")) == [(1, 4), (2, 3), (3, 1), (4, 2)]
    assert threshold(G4, 0.1, kind="total_share").is_kept.sum() == 4
    # Column sums 10 11 10 8.
    assert cells(threshold(G4, 0.5, kind="column_share")) == [(1, 4), (2, 3), (3, 1), (4, 2)]
    result = threshold(G4, 0.4, kind="column_share", output=[10, 20, 10, 10])
    assert cells(result) == [(1, 4), (2, 3), (3, 1)]
    assert result.parameter == "tau=0.4;kind=column_share;divisor=output;self_loops=drop"
    assert np.array_equal(result.is_kept, result.score >= 1)


def test_threshold_mean_leaves_dropped_loops_out():
    weights = G4 + np.diag([100.0, 0, 0, 0])
    assert cells(threshold(weights)) == cells(threshold(G4))
    assert cells(threshold(weights, self_loops="keep")) == [(1, 1)]


def test_equal_weights_reach_their_mean_in_every_unit():
    for factor in (0.1, 0.3, 0.7, 1.1, 1e-3):
        for count in range(2, 9):
            assert threshold(np.full((count, count), factor)).is_kept.sum() == count * (count - 1)


def test_k_strongest_of_w5():
    assert names(k_strongest(W5, 1)) == ["AB", "BA", "BC", "CD", "DB", "DE", "ED"]
    assert names(k_strongest(W5, 1, side="and")) == ["AB", "BC", "ED"]
    assert names(k_strongest(W5, 1, self_loops="keep")) == ["AA", "AB", "BB", "CC", "DB", "DE", "ED"]


def test_k_strongest_breaks_ties_and_scores():
    result = k_strongest(np.ones((4, 4)), 2, side="and")
    assert names(result) == ["AB", "AC", "BA", "BC", "CA", "CB"]
    assert np.array_equal(result.is_kept[~result.is_self_loop], result.score[~result.is_self_loop] >= 1)


# --- refusals ---


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: top_share(W5, 0), "share is 0"),
        (lambda: threshold(W5, 0), "tau is 0"),
        (lambda: threshold(W5, 2, kind="quantile"), "tau is 2"),
        (lambda: threshold(W5, kind="median"), "kind is 'median'"),
        (lambda: threshold(W5, output=[1]), "output is used with kind='column_share' only"),
        (lambda: threshold(W5, kind="column_share", output=[1]), "need 5 figures of output"),
        (lambda: threshold(W5, kind="column_share", output=[1, 0, 1, 1, 1]), "output of node 1"),
        (lambda: k_strongest(W5, 0), "k is 0"),
        (lambda: k_strongest(W5, 1.5), "k is 1.5"),
        (lambda: k_strongest(W5, side="both"), "side is 'both'"),
    ],
)
def test_parameters_outside_their_range_are_refused(call, text):
    with pytest.raises(ValueError, match=text):
        call()


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
