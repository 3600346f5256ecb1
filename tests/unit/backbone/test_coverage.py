"""Coverage: W5 counted by hand, brute force for connections and lengths, limits."""

from dataclasses import asdict

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone import (
    disparity,
    disparity_tree,
    doubly_stochastic,
    high_salience,
    metric_backbone,
    network_from_matrix,
    spanning_tree,
    threshold,
    top_share,
)
from visceads.backbone.coverage import ALPHAS, coverage, coverage_of_methods, robustness

networks = st.integers(0, 7).flatmap(
    lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 9).map(lambda k: float(max(k - 5, 0))))
)


def test_disparity_of_w5(w5):
    # Known answers W5: A->B (40) and E->D (33) are kept; T = 216 without loops, 326 with.
    found = coverage(disparity(w5), co2=np.ones((5, 5)), emissions=[1.0, 2.0, 3.0, 4.0, np.nan])
    assert asdict(found) == {
        "nodes_active": 5,
        "nodes_kept": 4,
        "node_coverage": 0.8,
        "edges_all": 16,
        "edges_kept": 2,
        "edge_fraction": 2 / 16,
        "weight_coverage": 73 / 216,
        "weight_coverage_with_loops": 73 / 326,
        "co2_coverage": 2 / 16,
        "co2_coverage_with_loops": 2 / 20,
        "emission_coverage": 7 / 10,
        "reachability": 2 / 20,
        "largest_component_share": 2 / 5,
        "length_ratio": 1.0,
    }


def test_kept_loops_count_only_where_loops_count(w5):
    found = coverage(threshold(w5, 50.0, kind="absolute", self_loops="keep"))  # B->B (60) alone
    assert (found.edges_all, found.edges_kept, found.nodes_kept) == (20, 1, 1)
    assert found.weight_coverage == 0
    assert found.weight_coverage_with_loops == 60 / 326
    assert found.reachability == 0
    assert found.largest_component_share == 1 / 5
    assert found.length_ratio is None
    assert found.co2_coverage is found.emission_coverage is None


def test_share_of_carbon_is_not_the_share_of_money(w5):
    carbon = np.zeros((5, 5))
    carbon[0, 1], carbon[2, 3], carbon[1, 1] = 9.0, 1.0, np.nan
    found = coverage(disparity(w5), co2=carbon)
    assert found.co2_coverage == found.co2_coverage_with_loops == 0.9


def test_paths_grow_where_the_short_way_is_cut():
    # a->b->c costs 1/10 + 1/10, a->c costs 1/8 and is cut: 1.6 times as long; two pairs keep their length.
    found = coverage(threshold([[0, 10, 8], [0, 0, 10], [0, 0, 0]], 9, kind="absolute"))
    assert found.length_ratio == pytest.approx((1.6 + 1 + 1) / 3)
    assert found.reachability == 1
    assert coverage(threshold([[0, 1], [0, 0]], 9, kind="absolute"), with_lengths=False).length_ratio is None


def test_the_metric_backbone_keeps_every_path_and_a_tree_does_not():
    weights = np.random.default_rng(4).lognormal(3, 2, (30, 30))
    network = network_from_matrix(weights)
    metric, tree = coverage(metric_backbone(network)), coverage(spanning_tree(network))
    assert metric.length_ratio == pytest.approx(1, abs=1e-12)
    assert metric.reachability == metric.largest_component_share == 1
    assert tree.length_ratio > 1.0
    assert tree.reachability < 1
    assert tree.largest_component_share == 1


@settings(max_examples=30, deadline=None)
@given(networks, st.sampled_from(["keep", "drop"]))
def test_connections_and_lengths_against_networkx(weights, loops):
    result = top_share(weights, share=0.2, self_loops=loops)
    found, kept = coverage(result), result.kept_matrix()
    graphs = []
    for matrix in (kept, weights):
        graph = nx.from_numpy_array(matrix, create_using=nx.DiGraph)
        for _, _, data in graph.edges(data=True):
            data["length"] = 1 / data["weight"]
        graphs.append(dict(nx.all_pairs_dijkstra_path_length(graph, weight="length")))
    pairs = [[(i, j) for i in paths for j in paths[i] if i != j] for paths in graphs]
    assert found.reachability == (len(pairs[0]) / len(pairs[1]) if pairs[1] else None)
    ratios = [graphs[0][i][j] / graphs[1][i][j] for i, j in pairs[0]]
    assert found.length_ratio == (pytest.approx(np.mean(ratios)) if ratios else None)


@settings(max_examples=30, deadline=None)
@given(networks, st.floats(0.01, 1.0))
def test_shares_are_shares_and_grow_with_the_backbone(weights, share):
    smaller, larger = (asdict(coverage(top_share(weights, share=s), co2=weights)) for s in (share / 2, share))
    for name in set(smaller) - {"length_ratio"}:
        if smaller[name] is None:
            assert larger[name] is None
            continue
        assert smaller[name] <= larger[name] + 1e-12, name
        assert name.startswith(("nodes", "edges")) or 0 <= smaller[name] <= 1
    assert larger["co2_coverage"] == pytest.approx(larger["weight_coverage"])
    assert larger["length_ratio"] is None or larger["length_ratio"] >= 1 - 1e-12


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_network_without_edges_has_no_shares(size):
    found = asdict(coverage(disparity(np.zeros((size, size))), co2=np.zeros((size, size))))
    counts = {name for name, value in found.items() if value == 0}
    assert counts == {"nodes_active", "nodes_kept", "edges_all", "edges_kept"}
    assert {name for name, value in found.items() if value is None} | counts == set(found)


def test_methods_of_one_network_side_by_side(w5):
    results = [disparity(w5), disparity_tree(w5), high_salience(w5), doubly_stochastic(np.array(w5.weights))]
    frame = coverage_of_methods(results, co2=np.ones((5, 5)))
    assert frame["method"].to_list() == ["disparity", "disparity_tree", "high_salience", "doubly_stochastic"]
    assert frame["parameter"][0] == "alpha=0.05;side=or;self_loops=drop"
    for row, result in zip(frame.to_dicts(), results, strict=True):
        expected = asdict(coverage(result, co2=np.ones((5, 5))))
        assert {name: row[name] for name in expected} == expected


def test_a_filter_without_a_result_is_a_row_that_says_so():
    frame = coverage_of_methods([doubly_stochastic([[0, 1], [0, 0]])])
    assert frame.select("status", "edges_kept", "weight_coverage").row(0) == ("not_scalable", 0, 0.0)


def test_robustness_is_a_curve_over_alpha(w5):
    curve = robustness(w5, "disparity", self_loops="keep")
    assert curve["value"].to_list() == list(ALPHAS) == [0.01, 0.02, 0.05, 0.1, 0.2]
    # Known answers W5, loops kept: AB ED at .05; AA AB BB CC DB DE ED at .2.
    assert curve["edges_kept"][2] == 2
    assert curve["edges_kept"][4] == 7
    assert curve["weight_coverage_with_loops"][4] == (12 + 40 + 60 + 30 + 25 + 16 + 33) / 326
    assert curve["edges_kept"].is_sorted()
    assert curve["parameter"][0] == "alpha=0.01;side=or;self_loops=keep"


def test_robustness_follows_any_parameter(w5):
    curve = robustness(w5, "k_strongest", [1, 2, 3])
    assert curve["edges_kept"].is_sorted()
    assert curve["value"].to_list() == [1, 2, 3]


def test_what_cannot_be_measured_is_refused(w5):
    result = disparity(w5)
    with pytest.raises(ValueError, match=r"CO2 of the edges have the shape \(5,\), but the network needs \(5, 5\)"):
        coverage(result, co2=np.ones(5))
    with pytest.raises(ValueError, match=r"emissions of the nodes at position 2 .* are -1"):
        coverage(result, emissions=[0, 0, -1, 0, 0])
    with pytest.raises(ValueError, match="no result"):
        coverage_of_methods([])
    with pytest.raises(ValueError, match="different networks"):
        coverage_of_methods([result, disparity(np.ones((5, 5)))])
    with pytest.raises(ValueError, match="spanning_tree has no parameter"):
        robustness(w5, "spanning_tree", [1])
    with pytest.raises(ValueError, match="no result to measure"):
        robustness(w5, "disparity", [])
    with pytest.raises(ValueError, match="there is no filter 'magic'"):
        robustness(w5, "magic")
