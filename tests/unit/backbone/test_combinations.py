"""Disparity with a tree, edges of large emitters, consensus."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone import (
    consensus,
    disparity,
    disparity_tree,
    doubly_stochastic,
    lans,
    network_from_matrix,
    spanning_tree,
    top_share,
    with_emitters,
)

networks = st.integers(0, 7).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 9).map(float)))


def reasons(result):
    frame = result.to_frame().filter("is_kept")
    names = [
        "".join("ABCDE"[k] if isinstance(k, int) else k for k in pair) for pair in frame[["seller", "buyer"]].rows()
    ]
    return dict(zip(names, frame["reason"].to_list(), strict=True))


def test_disparity_tree_of_w5(w5):
    result = disparity_tree(w5)
    assert reasons(result) == {"AB": "filter", "BC": "tree", "DB": "tree", "ED": "filter"}
    assert result.method == "disparity_tree"
    assert result.parameter == "alpha=0.05;side=or;self_loops=drop;tree=maximum_spanning"
    assert np.array_equal(result.p_seller, disparity(w5).p_seller, equal_nan=True)


@settings(max_examples=40, deadline=None)
@given(networks)
def test_disparity_tree_isolates_nobody(weights):
    result = disparity_tree(weights)
    union = disparity(weights).is_kept | spanning_tree(weights).is_kept
    assert np.array_equal(result.is_kept, union)
    bare = weights - np.diag(weights.diagonal())
    if len(weights):
        parts = [nx.number_weakly_connected_components(nx.from_numpy_array(m, create_using=nx.DiGraph))
                 for m in (bare, result.kept_matrix())]  # fmt: skip
        assert parts[0] == parts[1]


def test_largest_emitter_does_not_trade_with_itself_only():
    # The case of the earlier prototype: power and heat (node 2) kept nothing but its self-loop.
    weights = np.array([[50, 40, 1, 0], [30, 60, 2, 1], [3, 1, 90, 2], [0, 1, 1, 5]], float)
    result = top_share(weights, share=5 / 16)
    assert result.kept_matrix()[2].tolist() == [0, 0, 90, 0]
    guarded = with_emitters(result, [5, 1, 90, np.nan], at_least=1)
    assert reasons(guarded) == {
        **dict.fromkeys(("AA", "AB", "BA", "BB", "CC"), "filter"),
        **dict.fromkeys(("BC", "CA"), "emitter"),
    }
    assert guarded.method == "top_share+emitters"
    assert guarded.parameter.endswith("self_loops=keep;emission_share=0.8;at_least=1")


def test_emitters_are_counted_until_the_share_and_at_least_some(w5):
    def with_edges_of(result):
        added = result.reason == 3
        return {*result.seller[added].tolist(), *result.buyer[added].tolist()}

    nothing = top_share(w5, share=1e-9)
    assert not nothing.is_kept.any()
    # 0.8 of 100 is reached by nodes 0 and 1; their partners are 1 and 0, 2.
    assert with_edges_of(with_emitters(nothing, [50, 30, 20, 0, 0], at_least=0)) == {0, 1, 2}
    # Five are asked for, three emit: node 2 buys from 1 and sells to 3.
    assert with_edges_of(with_emitters(nothing, [50, 30, 20, 0, 0])) == {0, 1, 2, 3}
    assert with_edges_of(with_emitters(nothing, [0, 0, 0, 0, np.nan])) == set()


def test_consensus_counts_votes(w5, kept_names):
    results = [disparity(w5), lans(w5), spanning_tree(w5)]
    votes = sum(result.is_kept.astype(int) for result in results)
    for at_least in (1, 2, 3):
        assert np.array_equal(consensus(results, at_least).is_kept, votes >= at_least)
    assert kept_names(consensus(results)) == "AB ED"
    assert consensus(results).parameter.startswith("at_least=3;of=disparity(alpha=0.05;side=or;self_loops=drop)|lans(")


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda n: consensus([]), "no result to agree with"),
        (lambda n: consensus([disparity(n)], 2), "at_least is 2"),
        (lambda n: consensus([disparity(n), top_share(n)]), "disparity and top_share"),
        (lambda n: consensus([disparity(n), disparity(n.weights * 2)]), "different networks"),
        (lambda n: consensus([doubly_stochastic([[0, 1], [0, 0]])]), "doubly_stochastic has no result"),
        (lambda n: with_emitters(doubly_stochastic([[0, 1], [0, 0]]), [1, 1]), "doubly_stochastic has no result"),
        (lambda n: with_emitters(disparity(n), [1, 2]), "5 nodes need 5 figures of CO2"),
        (lambda n: with_emitters(disparity(n), [1, -2, 1, 1, 1]), "CO2 of node 1"),
        (lambda n: with_emitters(disparity(n), [1] * 5, emission_share=80), "emission_share is 80"),
        (lambda n: with_emitters(disparity(n), [1] * 5, at_least=-1), "at_least is -1"),
    ],
)
def test_refusals(call, text, w5):
    with pytest.raises(ValueError, match=text):
        call(network_from_matrix(w5.weights))
