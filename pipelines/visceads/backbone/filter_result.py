"""The result that all filters share, and the parts every filter needs to build it.

Belongs here: `FilterResult`, the ranked edges of a network, the checks of common parameters. Not here: the
filters themselves (`filters`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from visceads.backbone.edges import (
    BoolArray,
    Edges,
    FloatArray,
    IntArray,
    SelfLoops,
    considered_weights,
    positive_edges,
    ranks,
)
from visceads.backbone.widths import box_cox_widths


@dataclass(frozen=True)
class FilterResult:
    """All positive cells of a network in (seller, buyer) order, with what a filter says about them.

    A dropped self-loop stays in the arrays and in none of the tests: its share, rank, score and p-values are
    NaN and it is not kept. Missing figures are NaN here and null in `to_frame`.

    Attributes:
        method: name of the filter.
        parameter: its parameters as text, e.g. `share=0.05;self_loops=keep`.
        self_loops: 'keep' or 'drop'.
        side: 'or', 'and', or None where the filter has no sides.
        node_count: N.
        note: a sentence where the result is not what the parameter promises, else empty.
        seller: row of each edge, from 0.
        buyer: column of each edge, from 0.
        weight: weight of each edge, in the unit of the matrix.
        share: weight / sum of all cells that take part.
        rank: 1 = largest of the cells that take part; ties by seller, then buyer (a whole number).
        score: the filter's own measure, large = keep.
        p_seller: p-value among the seller's edges.
        p_buyer: p-value among the buyer's edges.
        is_kept: whether the edge belongs to the backbone.
        is_self_loop: whether seller and buyer are the same node.
        width: drawn width 1..40 over the kept edges (`widths`), NaN where not kept.
    """

    method: str
    parameter: str
    self_loops: str
    side: str | None
    node_count: int
    note: str
    seller: IntArray
    buyer: IntArray
    weight: FloatArray
    share: FloatArray
    rank: FloatArray
    score: FloatArray
    p_seller: FloatArray
    p_buyer: FloatArray
    is_kept: BoolArray
    is_self_loop: BoolArray
    width: FloatArray

    def kept_matrix(self) -> FloatArray:
        """The backbone as a weight matrix of shape (N, N); cells that are not kept are 0."""
        matrix = np.zeros((self.node_count, self.node_count))
        matrix[self.seller[self.is_kept], self.buyer[self.is_kept]] = self.weight[self.is_kept]
        return matrix

    def to_frame(self) -> pl.DataFrame:
        """One row an edge; NaN becomes null; seller, buyer and rank are 32-bit integers."""
        columns = {
            "seller": self.seller,
            "buyer": self.buyer,
            "weight": self.weight,
            "share": self.share,
            "rank": self.rank,
            "score": self.score,
            "p_seller": self.p_seller,
            "p_buyer": self.p_buyer,
            "is_kept": self.is_kept,
            "is_self_loop": self.is_self_loop,
            "width": self.width,
        }
        frame = pl.DataFrame(columns).with_columns(pl.selectors.float().fill_nan(None))
        return frame.with_columns(pl.col("seller", "buyer", "rank").cast(pl.Int32))


@dataclass(frozen=True)
class RankedEdges:
    """All positive cells of a network, and which of them take part.

    Attributes:
        node_count: N.
        self_loops: 'keep' or 'drop'.
        edges: every positive cell, the diagonal included.
        is_considered: False for dropped self-loops.
        rank: 1 = largest of the considered edges, NaN for the others.
        share: weight / sum of the considered edges, NaN for the others.
    """

    node_count: int
    self_loops: SelfLoops
    edges: Edges
    is_considered: BoolArray
    rank: FloatArray
    share: FloatArray


def ranked_edges(matrix: FloatArray, self_loops: SelfLoops) -> RankedEdges:
    """Return all edges of a checked matrix of shape (N, N) with rank and share of those that take part.

    Raises:
        ValueError: if `self_loops` is neither 'keep' nor 'drop'.
    """
    total = float(considered_weights(matrix, self_loops).sum())
    edges = positive_edges(matrix)
    considered = np.ones(len(edges.weight), dtype=np.bool_) if self_loops == "keep" else ~edges.is_self_loop
    rank, share = missing(edges), missing(edges)
    weight = edges.weight[considered]
    rank[considered] = ranks(edges.seller[considered], edges.buyer[considered], weight)
    share[considered] = weight / total
    return RankedEdges(len(matrix), self_loops, edges, considered, rank, share)


def missing(edges: Edges) -> FloatArray:
    """Return one NaN for each edge."""
    return np.full(len(edges.weight), np.nan)


@dataclass(frozen=True)
class Verdict:
    """What a filter says about each edge; arrays as long as the edges.

    Attributes:
        score: the filter's own measure, large = keep.
        p_seller: p-value among the seller's edges, NaN where the filter has none.
        p_buyer: p-value among the buyer's edges, NaN where the filter has none.
        is_kept: whether the edge belongs to the backbone.
        side: 'or', 'and', or None where the filter has no sides.
        note: a sentence where the result is not what the parameter promises, else empty.
    """

    score: FloatArray
    p_seller: FloatArray
    p_buyer: FloatArray
    is_kept: BoolArray
    side: str | None = None
    note: str = ""


def filter_result(method: str, parameter: str, ranked: RankedEdges, verdict: Verdict) -> FilterResult:
    """Return the result of a filter, with the widths of the kept edges.

    Args:
        method: name of the filter.
        parameter: its own parameters as text; that of the self-loops is added.
        ranked: the edges.
        verdict: what the filter says about them.
    """
    edges = ranked.edges
    width = missing(edges)
    width[verdict.is_kept] = box_cox_widths(edges.weight[verdict.is_kept])
    return FilterResult(
        method=method,
        parameter=f"{parameter};self_loops={ranked.self_loops}",
        self_loops=ranked.self_loops,
        side=verdict.side,
        node_count=ranked.node_count,
        note=verdict.note,
        seller=edges.seller,
        buyer=edges.buyer,
        weight=edges.weight,
        share=ranked.share,
        rank=ranked.rank,
        score=verdict.score,
        p_seller=verdict.p_seller,
        p_buyer=verdict.p_buyer,
        is_kept=verdict.is_kept,
        is_self_loop=edges.is_self_loop,
        width=width,
    )


def check_fraction(name: str, value: float) -> float:
    """Return a parameter that must lie in (0, 1] as a plain float.

    Raises:
        ValueError: if it does not.
    """
    if not 0 < value <= 1:
        raise ValueError(f"{name} is {value}; it must be above 0 and at most 1, for example 0.05")
    return float(value)


def check_side(side: str) -> None:
    """Check the argument `side`.

    Raises:
        ValueError: if it is neither 'or' nor 'and'.
    """
    if side not in ("or", "and"):
        raise ValueError(f"side is '{side}'; it must be 'or' or 'and'")
