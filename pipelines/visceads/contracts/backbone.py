"""The contracts of the group `backbone`: edges and nodes of the inter-industry networks.

Belongs here: the models and records of those tables. Not here: filters and metrics (the package
`visceads.backbone`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, flag, fraction, key, measure, number, text
from visceads.contracts.fields import CO2_BASES
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
    total. The method disparity_tree has kept edges only, without widths.
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
    p_value: pl.Float64 = fraction(nullable=True)
    is_kept: pl.Boolean = flag()
    reason: pl.String = choice(("filter", "tree"), nullable=True)
    is_self_loop: pl.Boolean = flag()
    width: pl.Float64 = measure(1.0, 40.0, nullable=True)
    self_loops: pl.String = choice(("keep", "drop"))
    side: pl.String = choice(("or", "and"), nullable=True)
    co2_basis: pl.String = choice(CO2_BASES, nullable=True)
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


class Comparison(PublishedTable):
    """Backbones of money flows: what each carries of its network, and how it differs from another.

    Within a table a backbone is compared with the one of the parity rule top_share; across tables with the one of
    the table before.
    """

    table_id: pl.String = key()
    scope: pl.String = key(_SCOPES)
    province_code: pl.String = key()
    weight_kind: pl.String = key(_WEIGHT_KINDS)
    sector_list: pl.String = key(("table", "harmonised"))
    method: pl.String = key()
    parameter: pl.String = key()
    compared_table_id: pl.String = key()
    compared_method: pl.String = key()
    compared_parameter: pl.String = key()
    nodes_active: pl.Int32 = number()
    nodes_kept: pl.Int32 = number()
    edges_all: pl.Int32 = number()
    edges_kept: pl.Int32 = number()
    flow_coverage: pl.Float64 = fraction(nullable=True)
    flow_coverage_with_loops: pl.Float64 = fraction(nullable=True)
    co2_coverage: pl.Float64 = fraction(nullable=True)
    co2_basis: pl.String = choice(CO2_BASES, nullable=True)
    reachability: pl.Float64 = fraction(nullable=True)
    largest_component_share: pl.Float64 = fraction(nullable=True)
    edges_common: pl.Int32 = number()
    edges_gained: pl.Int32 = number()
    edges_lost: pl.Int32 = number()
    share_gained: pl.Float64 = fraction()
    share_lost: pl.Float64 = fraction()
    edge_jaccard: pl.Float64 = fraction(nullable=True)


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
    define(
        "backbone.comparison",
        Comparison,
        title=("Backbones compared", "骨干网络比较"),
        grain=(
            "One row is one backbone beside another: of two methods on one network, or of one method in two tables.",
            "每行一个骨干网络与另一骨干网络的比较：同一网络的两种方法，或同一方法的两张表。",
        ),
        years=_YEARS,
        warnings=_WARNINGS,
        query="SELECT method, parameter, edges_kept, flow_coverage, co2_coverage, edge_jaccard\n"
        "FROM backbone.comparison\n"
        "WHERE table_id = '2012' AND compared_table_id = '2012' AND scope = 'province' AND province_code = 'GD'\n"
        "ORDER BY flow_coverage DESC;",
    ),
)
"""The contracts of this group."""
