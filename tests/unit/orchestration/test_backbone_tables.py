"""The backbone of a table id as published tables."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from visceads import codes
from visceads.backbone import disparity_tree
from visceads.contracts.catalogue import contract_of, validate
from visceads.orchestration import backbone_tables as tables_module
from visceads.orchestration.backbone_networks import TableNetworks
from visceads.orchestration.backbone_tables import NATIONAL_CORRECTION, backbone_tables

SIZE = 31 * 42


@pytest.fixture(scope="module")
def table() -> TableNetworks:
    generator = np.random.default_rng(7)
    flows = generator.lognormal(3.0, 2.0, size=(SIZE, SIZE)) * (generator.random((SIZE, SIZE)) < 0.2)
    for province in range(31):
        own = slice(42 * province, 42 * (province + 1))
        flows[own, own] = generator.lognormal(3.0, 2.0, size=(42, 42))
    intensity = generator.lognormal(4.0, 1.0, size=SIZE)
    intensity[-42:] = np.nan  # the last province has no inventory
    return TableNetworks("2012", flows, "inventory", intensity, generator.lognormal(1.0, 1.0, size=(31, 31)))


@pytest.fixture(scope="module")
def frames(table: TableNetworks) -> dict[str, pl.DataFrame]:
    return backbone_tables(table)


def test_the_tables_keep_their_contracts(frames: dict[str, pl.DataFrame]):
    for name, frame in frames.items():
        _validate(name, frame)
    assert frames["backbone.node"].height == SIZE


def test_every_province_keeps_88_edges_under_the_parity_rule(table: TableNetworks, frames: dict[str, pl.DataFrame]):
    kept = frames["backbone.edge"].filter(pl.col("is_kept") & (pl.col("method") == "top_share"))
    assert set(kept["weight_kind"]) == {"flow"}
    assert kept.group_by("province_code").len()["len"].to_list() == [88] * 31
    largest = kept.filter(pl.col("province_code") == "GD", pl.col("rank") == 1).row(0, named=True)
    start = 42 * codes.province_codes().index("GD")
    own = table.flows[start : start + 42, start : start + 42]
    seller, buyer = np.unravel_index(own.argmax(), own.shape)
    sectors = codes.sector_codes("2012")
    assert (largest["seller_sector_code"], largest["buyer_sector_code"]) == (sectors[seller], sectors[buyer])
    assert largest["weight"] == own.max()


def test_the_default_method_in_every_scope_has_kept_edges_only(frames: dict[str, pl.DataFrame]):
    edges = frames["backbone.edge"].filter(method="disparity_tree")
    assert edges["is_kept"].all()
    assert set(edges["reason"]) == {"filter", "tree"}
    found = edges.group_by("scope", "weight_kind", "co2_basis", "unit").agg(pl.col("province_code").n_unique())
    assert sorted(found.rows(), key=str) == [
        ("interprovincial", "embodied_co2", "inventory", "Mt", 1),
        ("interprovincial", "flow", None, "million yuan", 1),
        ("national", "flow", None, "million yuan", 1),
        # one province without any known intensity has no edges of CO2
        ("province", "embodied_co2", "inventory", "Mt", 30),
        ("province", "flow", None, "million yuan", 31),
    ]


def test_no_active_sector_is_isolated(frames: dict[str, pl.DataFrame]):
    own = frames["backbone.edge"].filter(method="disparity_tree", scope="province", weight_kind="flow")
    for (_,), edges in own.group_by("province_code"):
        assert set(edges["seller_sector_code"]) | set(edges["buyer_sector_code"]) == set(codes.sector_codes("2012"))


def test_the_columns_of_kept_edges_are_those_of_the_result(table: TableNetworks, frames: dict[str, pl.DataFrame]):
    scoped = table.between("embodied_co2")
    assert scoped is not None
    expected = disparity_tree(scoped.network).to_frame().filter("is_kept").drop("width", "score_sd")
    found = frames["backbone.edge"].filter(scope="interprovincial", weight_kind="embodied_co2")
    assert set(found["seller_sector_code"]) == {"total"}
    found = found.rename({"seller_province_code": "seller", "buyer_province_code": "buyer"}).select(expected.columns)
    assert found.equals(expected)


def test_the_national_backbone_is_corrected_and_not_ranked(table: TableNetworks, frames: dict[str, pl.DataFrame]):
    found = frames["backbone.edge"].filter(scope="national")
    assert found["rank"].null_count() == found.height
    assert found["parameter"].unique().to_list() == [
        "alpha=0.05;side=or;correction=bonferroni;self_loops=drop;tree=maximum_spanning"
    ]
    by_filter = found.filter(reason="filter")
    assert (by_filter["p_value"] < 0.05).all()
    assert NATIONAL_CORRECTION == "bonferroni"
    assert found.height == disparity_tree(table.flows, correction="bonferroni").is_kept.sum()
    places = {label: k for k, label in enumerate(zip(*_axis(), strict=True))}
    first = found.row(0, named=True)
    seller = places[first["seller_province_code"], first["seller_sector_code"]]
    buyer = places[first["buyer_province_code"], first["buyer_sector_code"]]
    assert table.flows[seller, buyer] == first["weight"]


def test_small_networks_are_ranked_and_large_ones_not(monkeypatch: pytest.MonkeyPatch, table: TableNetworks):
    monkeypatch.setattr(tables_module, "LARGEST_RANKED", 10)
    edges = backbone_tables(table)["backbone.edge"].filter(scope="interprovincial")
    assert edges["rank"].null_count() == edges.height


def test_embodied_co2_is_the_flow_times_the_intensity_of_the_seller(table: TableNetworks):
    scoped = table.own("GD", "embodied_co2")
    assert scoped is not None
    start = 42 * codes.province_codes().index("GD")
    expected = table.flows[start + 3, start + 5] * table.intensity[start + 3] / 1e6
    assert scoped.network.weights[3, 5] == pytest.approx(expected, rel=1e-15)


def test_flows_between_provinces_are_sums_of_blocks(table: TableNetworks):
    scoped = table.between("flow")
    assert scoped is not None
    assert scoped.network.weights[2, 4] == pytest.approx(table.flows[84:126, 168:210].sum(), rel=1e-12)
    assert scoped.network.weights.sum() == pytest.approx(table.flows.sum(), rel=1e-12)


def test_a_table_without_co2_has_the_networks_of_money_only(table: TableNetworks):
    bare = TableNetworks("2012", table.flows, None, np.full(SIZE, np.nan), None)
    assert bare.own("GD", "embodied_co2") is None
    assert bare.between("embodied_co2") is None
    assert set(backbone_tables(bare)["backbone.edge"]["weight_kind"]) == {"flow"}


def test_negative_co2_between_provinces_is_no_network(table: TableNetworks):
    co2 = np.ones((31, 31))
    co2[3, 4] = -0.001
    assert TableNetworks("2012", table.flows, "inventory", table.intensity, co2).between("embodied_co2") is None


def _axis() -> tuple[list[str], list[str]]:
    provinces = [province for province in codes.province_codes() for _ in range(42)]
    return provinces, list(codes.sector_codes("2012")) * 31


def _validate(name: str, frame: pl.DataFrame) -> None:
    """As the assets do: the columns of the contract, rows in key order."""
    contract = contract_of(*name.split("."))
    columns = [column.name for column in contract.columns]
    validate(contract.group, contract.table, frame.select(columns).sort(list(contract.key)))
