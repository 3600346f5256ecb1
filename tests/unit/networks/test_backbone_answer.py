"""Backbones of published networks: columns, what they carry, refusals."""

from __future__ import annotations

import polars as pl
import pytest

from visceads import codes
from visceads.backbone import METHODS
from visceads.contracts.catalogue import CONTRACTS
from visceads.lake.paths import LakePaths
from visceads.networks.backbone_answer import BackboneQuestion, answer_backbone
from visceads.networks.published_network import NetworkQuestion
from visceads.published.marts import PublishedError

SECTORS = codes.sector_codes("2012")
GUANGDONG = NetworkQuestion("province", "flow", "GD", "2012")


def test_edges_and_what_they_carry(published_lake: LakePaths):
    # 90, 60, 30 and 4 between sectors, 10 inside one: the two largest of 194 without the loop carry 150 of 184.
    answer = answer_backbone(published_lake, BackboneQuestion("threshold", GUANGDONG, 50.0, {"kind": "absolute"}))
    assert answer.carried.weight_coverage == answer.flow_share == 150 / 184
    assert answer.carried.weight_coverage_with_loops == 150 / 194
    assert answer.carried.co2_coverage == (90 + 120) / (90 + 120 + 4 + 90)
    kept = answer.edges.filter("is_kept").sort("rank")
    assert kept.select("seller_sector_code", "buyer_sector_code", "weight", "rank").rows() == [
        (SECTORS[0], SECTORS[1], 90, 1),
        (SECTORS[1], SECTORS[2], 60, 2),
    ]


def test_the_columns_of_backbone_edge_and_more(published_lake: LakePaths):
    frame = answer_backbone(published_lake, BackboneQuestion("disparity", GUANGDONG)).edges
    published = {column.name for column in CONTRACTS["backbone", "edge"].columns}
    assert published <= set(frame.columns)
    first = frame.row(0, named=True)
    assert (first["version"], first["table_id"], first["scope"], first["province_code"]) == (
        "0123456789ab",
        "2012",
        "province",
        "GD",
    )
    assert (first["method"], first["parameter"]) == ("disparity", "alpha=0.05;side=or;self_loops=drop")
    assert (first["self_loops"], first["side"], first["co2_basis"], first["unit"]) == (
        "drop",
        "or",
        None,
        "million yuan",
    )
    loop = frame.filter("is_self_loop").row(0, named=True)
    assert (loop["p_seller"], loop["score"], loop["is_kept"]) == (None, None, False)


def test_the_basis_is_told_where_it_matters(published_lake: LakePaths):
    network = NetworkQuestion("national", "embodied_co2", table_id="2012", co2_basis="satellite")
    frame = answer_backbone(published_lake, BackboneQuestion("disparity", network)).edges
    assert frame["co2_basis"].unique().to_list() == ["satellite"]
    assert frame.filter(seller_province_code="GD", buyer_province_code="BJ")["weight"].to_list() == [7.0]


@pytest.mark.parametrize("method", [name for name in METHODS if name != "doubly_stochastic"])
def test_every_method_answers(published_lake: LakePaths, method: str):
    answer = answer_backbone(published_lake, BackboneQuestion(method, GUANGDONG))
    assert answer.edges.height == 5
    assert answer.result.method == method


def test_a_table_without_co2_carries_money_only(published_lake: LakePaths):
    network = NetworkQuestion("province", "coefficient", "GD", "2020")
    answer = answer_backbone(published_lake, BackboneQuestion("spanning_tree", network))
    assert answer.carried.co2_coverage is None
    assert answer.flow_share == 1
    assert answer.edges["is_synthetic"].all()


@pytest.mark.parametrize(
    ("question", "exit_code", "sentence"),
    [
        (BackboneQuestion("magic", GUANGDONG), 2, "there is no filter 'magic'; there are top_share"),
        (BackboneQuestion("disparity", GUANGDONG, 2.0), 2, "alpha is 2.0; it must be above 0 and at most 1"),
        (BackboneQuestion("spanning_tree", GUANGDONG, 1.0), 2, "spanning_tree has no parameter"),
        (BackboneQuestion("lans", GUANGDONG, None, {"magic": "x"}), 2, "lans has no option 'magic'"),
        (BackboneQuestion("doubly_stochastic", GUANGDONG), 1, "doubly_stochastic has no result on this network"),
    ],
    ids=lambda value: value.method if isinstance(value, BackboneQuestion) else "",
)
def test_what_cannot_be_filtered_is_told(
    published_lake: LakePaths, question: BackboneQuestion, exit_code: int, sentence: str
):
    with pytest.raises(PublishedError, match=sentence) as caught:
        answer_backbone(published_lake, question)
    assert caught.value.exit_code == exit_code


def test_marts_of_another_program_version_are_told(published_lake: LakePaths):
    path = published_lake.mart("0123456789ab", "mrio", "sector_account")
    pl.read_parquet(path).drop("gross_output_m_cny").write_parquet(path)
    with pytest.raises(PublishedError, match="version 0123456789ab cannot be read by this version") as caught:
        answer_backbone(published_lake, BackboneQuestion("disparity", GUANGDONG))
    assert caught.value.exit_code == 1
    assert "gross_output_m_cny" in str(caught.value)
