"""A backbone of a published network: from the question to the edges and to what they carry.

Belongs here: the order of the steps, the columns of the result. Not here: the filters (`visceads.backbone`), the
network (`published_network`), files (`edge_file`), words for people (`text`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from visceads.backbone import FilterResult, apply_filter
from visceads.backbone.coverage import Coverage, coverage
from visceads.lake.paths import LakePaths
from visceads.networks.published_network import NetworkQuestion, PublishedNetwork, load_network
from visceads.published.marts import Marts, PublishedError, open_marts

_FIGURES = (
    "weight",
    "share",
    "rank",
    "score",
    "score_sd",
    "p_seller",
    "p_buyer",
    "p_value",
    "is_kept",
    "reason",
    "is_self_loop",
    "width",
)


@dataclass(frozen=True)
class BackboneQuestion:
    """Which backbone is meant.

    Attributes:
        method: a name in `visceads.backbone.METHODS`.
        network: which network it is one of.
        parameter: the method's main parameter, None for its default.
        options: options of the method by name, such as self_loops, correction or side; those not named have their
            default.
    """

    method: str
    network: NetworkQuestion
    parameter: float | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class BackboneAnswer:
    """A backbone of a published network.

    Attributes:
        published: the network.
        result: what the filter says about every edge.
        carried: what the kept edges carry of the weight and of the embodied CO2.
        flow_share: share of the money flow between different nodes that they carry.
    """

    published: PublishedNetwork
    result: FilterResult
    carried: Coverage
    flow_share: float | None

    @cached_property
    def edges(self) -> pl.DataFrame:
        """One row an edge: the columns of backbone.edge, and what tells the result apart from others.

        Besides: version, is_synthetic, co2_basis, self_loops, side, score_sd, p_value and reason.
        In the scope interprovincial sectors are `total`; in it and in the scope national the province is CN.
        """
        result = self.result
        provinces = pl.Series([province for province, _ in self.published.nodes], dtype=pl.String)
        sectors = pl.Series([sector for _, sector in self.published.nodes], dtype=pl.String)
        seller, buyer = pl.Series(result.seller), pl.Series(result.buyer)
        about = {
            "version": self.published.version,
            "table_id": self.published.table_id,
            "scope": self.published.scope,
            "province_code": self.published.province_code,
            "weight_kind": self.published.weight_kind,
            "co2_basis": self.published.co2_basis if self.published.weight_kind == "embodied_co2" else None,
            "unit": self.published.unit,
            "method": result.method,
            "parameter": result.parameter,
            "self_loops": result.self_loops,
            "side": result.side,
        }
        return result.to_frame().select(
            *(pl.lit(value, dtype=pl.String).alias(name) for name, value in about.items()),
            pl.lit(self.published.is_synthetic).alias("is_synthetic"),
            provinces.gather(seller).alias("seller_province_code"),
            sectors.gather(seller).alias("seller_sector_code"),
            provinces.gather(buyer).alias("buyer_province_code"),
            sectors.gather(buyer).alias("buyer_sector_code"),
            *_FIGURES,
        )


def answer_backbone(lake: LakePaths, question: BackboneQuestion) -> BackboneAnswer:
    """Apply a filter to a network of the published version.

    Raises:
        PublishedError: as `load_network`; with exit code 2 also for a method, an option or a parameter that there is
            not; with 1 where the filter has no result on this network.
    """
    published = _load(open_marts(lake), question.network)
    try:
        result = apply_filter(published.network, question.method, question.parameter, **question.options)
    except ValueError as error:
        raise PublishedError(str(error), exit_code=2) from None
    if result.status != "ok":
        raise PublishedError(f"{result.method} has no result on this network: {result.note}", exit_code=1)
    between = ~result.is_self_loop
    flow = published.flow[result.seller, result.buyer]
    whole = float(flow[between].sum())
    return BackboneAnswer(
        published=published,
        result=result,
        carried=coverage(result, co2=published.co2, with_lengths=False),
        flow_share=float(flow[between & result.is_kept].sum()) / whole if whole > 0 else None,
    )


def _load(marts: Marts, question: NetworkQuestion) -> PublishedNetwork:
    try:
        return load_network(marts, question)
    except pl.exceptions.PolarsError as error:
        reason = str(error).partition("\n")[0]
        raise PublishedError(
            f"the tables of version {marts.version} cannot be read by this version of the program ({reason}); run "
            "`visceads run`, then ask again",
            exit_code=1,
        ) from None
