"""Filters and node metrics of one table id as published tables.

Belongs here: the columns of `backbone.*`. Not here: the filters and metrics (`backbone`), loading (`arrays`), Dagster.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from visceads import codes
from visceads.accounts.system import F64
from visceads.backbone.filter_result import FilterResult
from visceads.backbone.filters import disparity, top_share
from visceads.backbone.node_metrics import node_metrics
from visceads.orchestration.arrays import classification_of


def backbone_tables(blocks: F64, table_id: str) -> dict[str, pl.DataFrame]:
    """Compute filters and node metrics of the money flows inside every province.

    Args:
        blocks: (31, 42, 42) flows inside every province in table order, million yuan.
        table_id: the table, which tells the sectors.

    Returns:
        the frames of `backbone.edge` (all positive cells under both rules) and `backbone.node`.
    """
    sectors = codes.sector_codes(classification_of(table_id))
    edges, nodes = [], []
    for province, own in zip(codes.province_codes(), blocks, strict=True):
        for result in (top_share(own), disparity(own)):
            edges.append(_edge_frame(result, table_id, province, sectors))
        nodes.append(_node_frame(own, table_id, province, sectors))
    return {"backbone.edge": pl.concat(edges), "backbone.node": pl.concat(nodes)}


def _edge_frame(result: FilterResult, table_id: str, province: str, sectors: Sequence[str]) -> pl.DataFrame:
    names = pl.Series(sectors, dtype=pl.String)
    edges = result.to_frame()
    return edges.select(
        pl.lit(table_id).alias("table_id"),
        pl.lit("province").alias("scope"),
        pl.lit(province).alias("province_code"),
        pl.lit("flow").alias("weight_kind"),
        pl.lit(result.method).alias("method"),
        pl.lit(result.parameter).alias("parameter"),
        pl.lit(province).alias("seller_province_code"),
        names.gather(edges["seller"]).alias("seller_sector_code"),
        pl.lit(province).alias("buyer_province_code"),
        names.gather(edges["buyer"]).alias("buyer_sector_code"),
        "weight",
        "share",
        "rank",
        "score",
        "p_seller",
        "p_buyer",
        "is_kept",
        "is_self_loop",
        "width",
        pl.lit("million yuan").alias("unit"),
    )


def _node_frame(own: F64, table_id: str, province: str, sectors: Sequence[str]) -> pl.DataFrame:
    frame = node_metrics(own).to_frame()
    names = pl.Series(sectors, dtype=pl.String).gather(frame["node"])
    return frame.drop("node").select(
        pl.lit(table_id).alias("table_id"),
        pl.lit("province").alias("scope"),
        pl.lit(province).alias("province_code"),
        pl.lit("flow").alias("weight_kind"),
        names.alias("sector_code"),
        pl.all(),
    )
