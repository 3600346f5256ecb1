"""Node metrics: the table of W5, inactive nodes, roles, degenerate networks."""

from dataclasses import fields

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads.backbone.filters import top_share
from visceads.backbone.network import network_from_matrix
from visceads.backbone.node_metrics import node_metrics, roles

W5 = np.array([[12, 40, 7, 0, 3], [5, 60, 22, 18, 0], [0, 9, 30, 14, 6], [2, 25, 11, 8, 16], [1, 0, 4, 33, 0]], float)

networks = st.integers(0, 6).flatmap(
    lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 9).map(lambda k: float(max(k - 4, 0))))
)


def figures_of(metrics):
    """All fields but the names of the nodes."""
    return [field for field in fields(metrics) if field.name != "labels"]


def test_table_of_w5():
    # Known answers W5, section 7.
    found = node_metrics(W5)
    assert found.out_strength.tolist() == [62, 105, 59, 62, 38]
    assert found.in_strength_without_loop.tolist() == [8, 74, 44, 65, 25]
    assert found.self_loop.tolist() == [12, 60, 30, 8, 0]
    assert found.out_degree.tolist() == [4, 4, 4, 5, 3]
    assert np.allclose(found.out_share, found.out_strength / 326)
    assert np.allclose(found.pagerank, [0.063178, 0.345405, 0.250875, 0.234761, 0.105780], atol=1e-6)
    assert found.betweenness.tolist() == [0, 8, 0, 6, 0]
    assert np.allclose(found.betweenness_normalised, [0, 8 / 12, 0, 6 / 12, 0])
    assert np.allclose(found.closeness, [4.020126, 22.056034, 14.133605, 19.353448, 9.731887], atol=1e-6)
    assert np.allclose(found.katz, [0.072028, 0.401656, 0.240774, 0.197760, 0.087782], atol=1e-6)
    assert np.allclose(found.eigenvector_left, [0.040236, 0.452440, 0.255546, 0.192125, 0.059654], atol=1e-6)
    assert np.allclose(found.eigenvector_right, [0.239160, 0.373446, 0.128394, 0.176156, 0.082844], atol=1e-6)
    assert np.allclose(found.clustering, [0.123504, 0.217910, 0.201938, 0.194748, 0.129052], atol=1e-6)
    assert found.community.tolist() == [1, 1, 1, 2, 2]
    assert found.modularity == pytest.approx(0.098765, abs=1e-6)


def test_self_loops_take_part_where_set():
    keep, drop = node_metrics(W5), node_metrics(W5, self_loops="drop")
    assert np.allclose(drop.pagerank, [0.067410, 0.255662, 0.212181, 0.314729, 0.150018], atol=1e-6)
    assert np.allclose(drop.pagerank_reverse, [0.179515, 0.246141, 0.138804, 0.262473, 0.173067], atol=1e-6)
    assert not np.allclose(keep.katz, drop.katz)
    assert not np.allclose(keep.eigenvector_left, drop.eigenvector_left)
    for name in ("out_strength", "self_loop", "betweenness", "closeness", "clustering", "community", "role"):
        assert np.array_equal(getattr(keep, name), getattr(drop, name))
    with pytest.raises(ValueError, match="'keep' or 'drop'"):
        node_metrics(W5, self_loops="none")


def test_inactive_node_stays_with_missing_figures():
    found = node_metrics(np.pad(W5, ((0, 1), (0, 1))))
    last = found.to_frame().row(5, named=True)
    zero = {
        "out_strength", "in_strength", "out_strength_without_loop", "in_strength_without_loop", "self_loop",
        "out_share", "in_share", "out_degree", "in_degree",
    }  # fmt: skip
    assert last.pop("node") == 5
    assert last.pop("is_active") is False
    assert last.pop("is_in_largest_component") is False
    assert {name for name, value in last.items() if value == 0} == zero
    assert {name for name, value in last.items() if value is None} == set(last) - zero


@settings(max_examples=30, deadline=None)
@given(networks, st.sampled_from(["keep", "drop"]))
def test_inactive_node_changes_no_other(weights, loops):
    plain = node_metrics(weights, self_loops=loops)
    padded = node_metrics(np.pad(weights, ((1, 0), (1, 0))), self_loops=loops)
    for field in figures_of(plain):
        before, after = getattr(plain, field.name), getattr(padded, field.name)
        if field.name == "role":
            assert np.array_equal(before, after[1:])
        elif field.name == "modularity":
            assert np.isclose(before, after, equal_nan=True)
        else:
            assert np.allclose(before, after[1:], atol=1e-9, equal_nan=True), field.name


@settings(max_examples=30, deadline=None)
@given(networks)
def test_transposition_swaps_sellers_and_buyers(weights):
    plain, turned = node_metrics(weights), node_metrics(weights.T)
    for one, other in [
        ("out_strength", "in_strength"),
        ("out_degree", "in_degree"),
        ("pagerank", "pagerank_reverse"),
        ("eigenvector_left", "eigenvector_right"),
        ("betweenness", "betweenness"),
        ("clustering", "clustering"),
    ]:
        before, after = getattr(plain, one), getattr(turned, other)
        assert np.allclose(before, after, atol=1e-9, equal_nan=True), one
    swapped = {"source": "sink", "sink": "source"}
    assert [swapped.get(role, role) for role in plain.role.tolist()] == turned.role.tolist()


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e6])
def test_unit_changes_only_what_is_measured_in_it(factor):
    weights = np.random.default_rng(5).lognormal(3, 2, (20, 20))
    plain, scaled = node_metrics(weights), node_metrics(weights * factor)
    with_unit = {field.name for field in fields(plain) if "strength" in field.name} | {
        "self_loop",
        "closeness",
    }
    for field in figures_of(plain):
        before, after = getattr(plain, field.name), getattr(scaled, field.name)
        if field.name == "role":
            assert np.array_equal(before, after)
        else:
            expected = before * factor if field.name in with_unit else before
            assert np.allclose(after, expected, rtol=1e-9), field.name


def test_roles():
    # Ten nodes: percentile 0.8 is reached by the three largest. The diagonal must not count.
    weights = np.zeros((10, 10))
    weights[0, 1:] = 10.0  # sells to all
    weights[1:, 1] = 10.0  # bought by all
    weights[2, 3:] = 8.0
    weights[4:, 2] = 8.0  # sells and buys much: hub
    weights[9, 9] = 1e6
    found = roles(weights, np.array([0.0, 0, 0, 0, 0, 0, 0, 0, 3, 0]))
    assert found.tolist()[:3] == ["source", "sink", "hub"]
    assert found[8] == "bridge"
    assert found[9] == "periphery"


def test_equal_nodes_have_no_role():
    assert set(roles(np.ones((10, 10)), np.zeros(10)).tolist()) == {"periphery"}


def test_roles_of_one_edge():
    found = node_metrics([[0, 5], [0, 0]])
    assert found.role.tolist() == ["source", "sink"]
    assert np.isnan(found.betweenness_normalised).all()
    assert found.closeness.tolist() == [0, 5]


@pytest.mark.parametrize("size", [0, 1, 2, 4])
def test_networks_without_edges(size):
    found = node_metrics(np.zeros((size, size)))
    assert not found.is_active.any()
    assert found.role.tolist() == [""] * size
    assert found.to_frame().height == size
    assert found.to_frame().schema == node_metrics(W5).to_frame().schema


def test_single_self_loop():
    found = node_metrics([[4.0]])
    assert found.is_active.tolist() == [True]
    assert (found.pagerank[0], found.eigenvector_left[0], found.katz[0]) == (1, 1, 1)
    assert found.role.tolist() == ["periphery"]
    assert np.isnan(found.closeness[0])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_only_seller_has_no_more_than_the_whole(seed):
    weights = np.zeros((42, 42))
    weights[7] = np.random.default_rng(seed).lognormal(3, 2, 42)
    found = node_metrics(weights)
    assert found.out_share.max() <= 1
    assert found.out_share[7] == pytest.approx(1)


def test_metrics_of_a_backbone():
    backbone = top_share(W5, share=0.2).kept_matrix()
    found = node_metrics(backbone)
    assert found.out_degree.sum() == 5
    assert found.to_frame().schema["community"] == pl.Int32


def test_names_of_nodes_and_further_figures_come_back(w5):
    frame = node_metrics(w5).to_frame({"co2_mt": [1.0, 2.0, np.nan, 4.0, 5.0]})
    assert frame["node"].to_list() == list("ABCDE")
    assert frame["co2_mt"].to_list() == [1, 2, None, 4, 5]
    assert frame.drop("node", "co2_mt").equals(node_metrics(W5).to_frame().drop("node"))


def test_figures_that_do_not_fit_are_refused():
    found = node_metrics(W5)
    with pytest.raises(ValueError, match="5 nodes need 5 figures of co2_mt"):
        found.to_frame({"co2_mt": [1.0]})
    with pytest.raises(ValueError, match="'katz' is a column of the metrics already"):
        found.to_frame({"katz": np.zeros(5)})


def test_large_network_in_seconds_and_the_same_as_its_parts():
    # 300 nodes take the road of large networks (Arnoldi iteration); six copies of one block apart from each other
    # have the metrics of the block.
    block = np.random.default_rng(3).lognormal(3, 2, (50, 50))
    chain = np.kron(np.eye(6), block)
    whole, one = node_metrics(network_from_matrix(chain)), node_metrics(block)
    assert np.allclose(whole.betweenness, np.tile(one.betweenness, 6))
    assert np.allclose(whole.clustering, np.tile(one.clustering, 6))
    assert np.allclose(whole.katz, np.tile(one.katz, 6) / 6)
    assert whole.is_in_largest_component.tolist() == [True] * 50 + [False] * 250
