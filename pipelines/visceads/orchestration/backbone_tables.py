"""Filters and node metrics of one table id as published tables.

Belongs here: which backbones are published, the columns of `backbone.edge` and `backbone.node`. Not here: the filters
and metrics (`backbone`), the networks (`backbone_networks`), comparisons (`comparison_tables`), Dagster.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from visceads import codes
from visceads.backbone.combinations import disparity_tree
from visceads.backbone.filter_result import REASONS, FilterResult
from visceads.backbone.filters import disparity, top_share
from visceads.backbone.node_metrics import node_metrics
from visceads.backbone.significance import Correction
from visceads.orchestration.backbone_networks import UNITS, ScopedNetwork, TableNetworks

NATIONAL_CORRECTION: Correction = "bonferroni"
"""The national network has about 1.4 million edges: without a correction chance alone would keep thousands of them."""

LARGEST_RANKED = 100_000
"""Networks of more edges have no ranks: those of the national one cost more time than its filter."""

_RESULT_COLUMNS = (
    "weight",
    "share",
    "rank",
    "score",
    "p_seller",
    "p_buyer",
    "p_value",
    "is_kept",
    "reason",
    "is_self_loop",
    "width",
)


def backbone_tables(table: TableNetworks) -> dict[str, pl.DataFrame]:
    """Compute the published filters, and the node metrics of the money flows inside every province.

    Args:
        table: what the networks of the table are made of.

    Returns:
        the frames of `backbone.edge` and `backbone.node`.
    """
    own = [scoped for province in codes.province_codes() if (scoped := table.own(province, "flow"))]
    edges = [*_judged_edges(table, own), *_default_backbones(table, own)]
    nodes = [_node_frame(table, scoped) for scoped in own]
    return {"backbone.edge": pl.concat(edges), "backbone.node": pl.concat(nodes)}


def _judged_edges(table: TableNetworks, own: list[ScopedNetwork]) -> Iterator[pl.DataFrame]:
    """All edges of money inside the provinces under the parity rule and the disparity filter, kept or not."""
    for scoped in own:
        for result in (top_share(scoped.network), disparity(scoped.network)):
            yield _edge_frame(result, table, scoped)


def _default_backbones(table: TableNetworks, own: list[ScopedNetwork]) -> Iterator[pl.DataFrame]:
    """The kept edges of the default method in every scope, without widths."""
    networks = [
        *own,
        *(table.own(province, "embodied_co2") for province in codes.province_codes()),
        table.between("flow"),
        table.between("embodied_co2"),
    ]
    for scoped in networks:
        if scoped is not None:
            yield _edge_frame(disparity_tree(scoped.network), table, scoped, only_kept=True)
    whole = table.national()
    yield _edge_frame(disparity_tree(whole.network, correction=NATIONAL_CORRECTION), table, whole, only_kept=True)


def _edge_frame(
    result: FilterResult, table: TableNetworks, scoped: ScopedNetwork, *, only_kept: bool = False
) -> pl.DataFrame:
    provinces, sectors = (pl.Series(names, dtype=pl.String) for names in (scoped.provinces, scoped.sectors))
    edges = _kept_figures(result) if only_kept else result.to_frame()
    chosen = result.is_kept if only_kept else slice(None)
    seller, buyer = pl.Series(result.seller[chosen]), pl.Series(result.buyer[chosen])
    return edges.select(
        pl.lit(table.table_id).alias("table_id"),
        pl.lit(scoped.scope).alias("scope"),
        pl.lit(scoped.province_code).alias("province_code"),
        pl.lit(scoped.weight_kind).alias("weight_kind"),
        pl.lit(result.method).alias("method"),
        pl.lit(result.parameter).alias("parameter"),
        provinces.gather(seller).alias("seller_province_code"),
        sectors.gather(seller).alias("seller_sector_code"),
        provinces.gather(buyer).alias("buyer_province_code"),
        sectors.gather(buyer).alias("buyer_sector_code"),
        *_RESULT_COLUMNS,
        pl.lit(result.self_loops).alias("self_loops"),
        pl.lit(result.side, dtype=pl.String).alias("side"),
        pl.lit(scoped.co2_basis, dtype=pl.String).alias("co2_basis"),
        pl.lit(UNITS[scoped.weight_kind]).alias("unit"),
    )


def _kept_figures(result: FilterResult) -> pl.DataFrame:
    """The kept edges as `FilterResult.to_frame` has them, but without widths: these take most of the time."""
    kept = result.is_kept
    rank = result.rank[kept] if len(result.weight) < LARGEST_RANKED else np.full(int(kept.sum()), np.nan)
    reasons = pl.Series([name or None for name in REASONS], dtype=pl.String)
    figures = ("weight", "share", "score", "p_seller", "p_buyer", "p_value", "is_self_loop")
    frame = pl.DataFrame({"rank": rank} | {name: getattr(result, name)[kept] for name in figures})
    return frame.with_columns(pl.selectors.float().fill_nan(None)).with_columns(
        pl.col("rank").cast(pl.Int32),
        reasons.gather(pl.Series(result.reason[kept]).cast(pl.UInt32)).alias("reason"),
        pl.lit(value=True).alias("is_kept"),
        pl.lit(None, dtype=pl.Float64).alias("width"),
    )


def _node_frame(table: TableNetworks, scoped: ScopedNetwork) -> pl.DataFrame:
    return (
        node_metrics(scoped.network)
        .to_frame()
        .rename({"node": "sector_code"})
        .select(
            pl.lit(table.table_id).alias("table_id"),
            pl.lit(scoped.scope).alias("scope"),
            pl.lit(scoped.province_code).alias("province_code"),
            pl.lit(scoped.weight_kind).alias("weight_kind"),
            pl.all(),
        )
    )
