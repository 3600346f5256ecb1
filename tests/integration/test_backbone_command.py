"""`visceads backbone` on whole lakes: the published edges again, every scope and weight, known shares of the flow."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from visceads import codes
from visceads.backbone import METHODS, apply_filter, coverage, network_from_matrix, node_metrics, top_share
from visceads.networks.published_network import NetworkQuestion, load_network
from visceads.published.marts import open_marts
from visceads.published.provincial_table import axis_of, load_flows

KEY = ["seller_province_code", "seller_sector_code", "buyer_province_code", "buyer_sector_code"]

Command = Callable[..., Any]


@pytest.mark.parametrize("method", ["top_share", "disparity"])
def test_the_command_gives_the_published_edges(demo_lake: Any, visceads: Command, tmp_path: Path, method: str):
    file = tmp_path / "edges.parquet"
    arguments = ("--method", method, "--province", "GD", "--table", "2012", "--out", file)
    done = visceads("backbone", *arguments, "--lake", demo_lake.lake.root)
    assert done.returncode == 0, done.stdout
    assert "SYNTHETIC" in done.stdout
    found = pl.read_parquet(file)
    chosen = pl.all_horizontal(
        pl.col("table_id") == "2012",
        pl.col("scope") == "province",
        pl.col("province_code") == "GD",
        pl.col("weight_kind") == "flow",
        pl.col("parameter") == found["parameter"][0],
    )
    published = pl.read_parquet(demo_lake.lake.latest / "backbone" / "edge.parquet").filter(
        chosen, pl.col("method") == method
    )
    assert published.height > 100
    shared = [*KEY, "weight", "share", "rank", "score", "p_seller", "p_buyer", "is_kept", "is_self_loop", "width"]
    assert found.select(shared).sort(KEY).equals(published.select(shared).sort(KEY))


@pytest.mark.parametrize("weight", ["flow", "coefficient", "embodied_co2"])
@pytest.mark.parametrize("scope", [("province", "--province", "Guangdong"), ("interprovincial",), ("national",)])
def test_every_scope_and_weight(demo_lake: Any, visceads: Command, tmp_path: Path, scope: tuple[str, ...], weight: str):
    file = tmp_path / "kept.csv"
    arguments = ("--method", "disparity_tree", "--scope", *scope, "--weight", weight, "--kept", "--out", file)
    done = visceads("backbone", *arguments, "--table", "2012", "--lake", demo_lake.lake.root)
    assert done.returncode == 0, done.stdout
    assert "% of the money flow between different nodes" in done.stdout
    kept = pl.read_csv(file)
    assert kept["is_kept"].all()
    assert kept["weight"].is_sorted(descending=True)
    sellers, buyers = set(kept["seller_province_code"]), set(kept["buyer_province_code"])
    # the tree joins every node; Tibet has no inventory, so that what it delivers carries no CO2 that is known
    assert sellers | buyers == ({"GD"} if scope[0] == "province" else set(codes.province_codes()))
    assert weight != "embodied_co2" or "XZ" not in sellers


def test_every_method_on_a_province(demo_lake: Any):
    published = load_network(open_marts(demo_lake.lake), NetworkQuestion("province", "flow", "GD", "2012"))
    for method in METHODS:
        result = apply_filter(published.network, method)
        assert result.status == "ok" or result.note, method
        assert 0 <= (coverage(result, co2=published.co2).weight_coverage or 0) <= 1


def test_an_unknown_table_names_those_that_there_are(demo_lake: Any, visceads: Command):
    arguments = ("--method", "lans", "--scope", "national", "--table", "1999")
    done = visceads("backbone", *arguments, "--lake", demo_lake.lake.root)
    assert done.returncode == 2
    assert "--table can be 2012" in done.stdout


@pytest.mark.real_data
@pytest.mark.parametrize(("table_id", "expected"), [("2012", 0.748), ("2015", 0.736)])
def test_share_of_the_flow_that_88_edges_carry(real_lake: Any, table_id: str, expected: float):
    """Mean over the 31 provinces of the prototype's rule, self-loops counted, to the three digits known."""
    marts = open_marts(real_lake.lake)
    axis = axis_of(marts, table_id)
    results = [top_share(load_flows(marts, axis, province)) for province in codes.province_codes()]
    shares = [coverage(result, with_lengths=False).weight_coverage_with_loops for result in results]
    assert np.mean(shares) == pytest.approx(expected, abs=5e-4)


@pytest.mark.real_data
def test_metrics_of_the_whole_table_take_seconds(real_lake: Any):
    """1,302 nodes and 1.46 million edges: 3 to 5 s on two cores; the bound leaves room for a busy machine."""
    marts = open_marts(real_lake.lake)
    network = network_from_matrix(load_flows(marts, axis_of(marts, "2012")))
    begun = time.monotonic()
    metrics = node_metrics(network)
    assert time.monotonic() - begun < 20
    assert metrics.is_active.sum() == 1273
    assert metrics.modularity == pytest.approx(0.6036, abs=1e-3)
