"""The contracts of the group `backbone`: edges and nodes of the inter-industry networks.

Belongs here: the models and records of those tables. Not here: filters and metrics (the package
`visceads.backbone`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, flag, fraction, key, measure, number, text
from visceads.contracts.record import define

_SCOPES = ("province", "interprovincial", "national")
_WEIGHT_KINDS = ("flow", "coefficient", "embodied_co2")
_YEARS = ("The MRIO tables in the lake.", "数据湖中的投入产出表年份。")
_WARNINGS = (
    "current_prices",
    "classification_differs",
    "not_an_emission_total",
    "synthetic_or_reconstructed_input",
)


class Edge(PublishedTable):
    """Edges from seller to buyer.

    In the scopes interprovincial and national the province is CN; in the scope interprovincial sectors are
    total.
    """

    table_id: pl.String = key()
    scope: pl.String = key(_SCOPES)
    province_code: pl.String = key()
    weight_kind: pl.String = key(_WEIGHT_KINDS)
    method: pl.String = key()
    parameter: pl.String = key()
    seller_province_code: pl.String = key()
    seller_sector_code: pl.String = key()
    buyer_province_code: pl.String = key()
    buyer_sector_code: pl.String = key()
    weight: pl.Float64 = measure(above=0.0)
    share: pl.Float64 = fraction(nullable=True)
    rank: pl.Int32 = number(1, nullable=True)
    score: pl.Float64 = measure(nullable=True)
    p_seller: pl.Float64 = fraction(nullable=True)
    p_buyer: pl.Float64 = fraction(nullable=True)
    is_kept: pl.Boolean = flag()
    is_self_loop: pl.Boolean = flag()
    width: pl.Float64 = measure(1.0, 40.0, nullable=True)
    unit: pl.String = text()


class Node(PublishedTable):
    """Nodes of the networks with their metrics.

    The province is the node's own in every scope; in the scope interprovincial the sector is total.
    """

    table_id: pl.String = key()
    scope: pl.String = key(_SCOPES)
    province_code: pl.String = key()
    weight_kind: pl.String = key(_WEIGHT_KINDS)
    sector_code: pl.String = key()
    out_strength: pl.Float64 = measure(0.0)
    in_strength: pl.Float64 = measure(0.0)
    out_strength_without_loop: pl.Float64 = measure(0.0)
    in_strength_without_loop: pl.Float64 = measure(0.0)
    self_loop: pl.Float64 = measure(0.0)
    out_share: pl.Float64 = fraction()
    in_share: pl.Float64 = fraction()
    out_degree: pl.Int32 = number()
    in_degree: pl.Int32 = number()
    pagerank: pl.Float64 = fraction(nullable=True)
    pagerank_reverse: pl.Float64 = fraction(nullable=True)
    betweenness: pl.Float64 = measure(0.0, nullable=True)
    betweenness_normalised: pl.Float64 = fraction(nullable=True)
    closeness: pl.Float64 = measure(0.0, nullable=True)
    eigenvector_left: pl.Float64 = fraction(nullable=True)
    eigenvector_right: pl.Float64 = fraction(nullable=True)
    katz: pl.Float64 = measure(nullable=True)
    clustering: pl.Float64 = measure(0.0, nullable=True)
    is_in_largest_component: pl.Boolean = flag()
    community: pl.Int32 = number(1, nullable=True)
    role: pl.String = choice(("hub", "source", "sink", "bridge", "periphery"), nullable=True)
    is_active: pl.Boolean = flag()


CONTRACTS = (
    define(
        "backbone.edge",
        Edge,
        title=("Edges of the backbone", "骨干网络的边"),
        grain=(
            "One row is one edge from seller to buyer under one method in one network.",
            "每行一个网络中一种方法下从卖方到买方的一条边。",
        ),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT seller_sector_code, buyer_sector_code, weight, share, rank\nFROM backbone.edge\n"
        "WHERE table_id = '2012' AND scope = 'province' AND province_code = 'GD' AND weight_kind = 'flow'\n"
        "AND method = 'top_share' AND is_kept\nORDER BY rank;",
    ),
    define(
        "backbone.node",
        Node,
        title=("Nodes of the networks", "网络节点"),
        grain=("One row is one node of one network.", "每行一个网络的一个节点。"),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT sector_code, role, pagerank, betweenness\nFROM backbone.node\n"
        "WHERE table_id = '2012' AND scope = 'province' AND province_code = 'GD' AND weight_kind = 'flow'\n"
        "ORDER BY pagerank DESC NULLS LAST;",
    ),
)
"""The contracts of this group."""
