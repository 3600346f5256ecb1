"""The result that all filters share, and the checks of common parameters.

Belongs here: `Verdict`, what a filter says about the edges that take part; `FilterResult`, the same for all edges
of the network. Not here: the filters themselves (see `filters` for all of them).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from visceads.backbone.edges import BoolArray, FloatArray, IntArray, SelfLoops
from visceads.backbone.network import CountedNetwork, Network
from visceads.backbone.widths import box_cox_widths

Status = Literal["ok", "not_scalable"]
"""Whether the filter has a result. `not_scalable`: the doubly stochastic form of the network does not exist."""

REASONS = ("", "filter", "tree", "emitter")
"""Why an edge is kept, by number: not kept, by the filter, by the spanning tree, for a large emitter."""


@dataclass(frozen=True)
class Verdict:
    """What a filter says about each edge that takes part; arrays as long as these edges.

    Attributes:
        score: the filter's own measure, large = keep.
        is_kept: whether the edge belongs to the backbone.
        p_seller: p-value among the seller's edges; None where the filter has none, as below.
        p_buyer: p-value among the buyer's edges.
        p_value: the p-value that was compared with alpha: after side and correction.
        score_sd: standard deviation of the score.
        side: 'or', 'and', or None where the filter has no sides.
        status: whether the filter has a result.
        note: a sentence that a reader of the result must know, else empty.
        reason: why the edge is kept, a number into `REASONS`; None: by the filter.
    """

    score: FloatArray
    is_kept: BoolArray
    p_seller: FloatArray | None = None
    p_buyer: FloatArray | None = None
    p_value: FloatArray | None = None
    score_sd: FloatArray | None = None
    side: str | None = None
    status: Status = "ok"
    note: str = ""
    reason: npt.NDArray[np.int8] | None = None


@dataclass(frozen=True, eq=False)
class FilterResult:
    """All positive cells of a network in (seller, buyer) order, with what a filter says about them.

    A dropped self-loop stays in the arrays and in none of the tests: its share, rank, score and p-values are
    NaN and it is not kept. Missing figures are NaN here and null in `to_frame`. Rank and width are computed when
    they are first asked for.

    Attributes:
        method: name of the filter.
        parameter: its parameters as text, e.g. `share=0.05;self_loops=keep`.
        self_loops: 'keep' or 'drop'.
        side: 'or', 'and', or None where the filter has no sides.
        status: 'ok', or 'not_scalable' where there is no result; `note` then says why.
        note: a sentence that a reader of the result must know, else empty.
        node_count: N.
        labels: the name of each node, or None where nodes are numbers from 0.
        seller: row of each edge, from 0.
        buyer: column of each edge, from 0.
        weight: weight of each edge, in the unit of the matrix.
        share: weight / sum of all cells that take part.
        score: the filter's own measure, large = keep.
        score_sd: standard deviation of the score, NaN where the filter has none.
        p_seller: p-value among the seller's edges, NaN where the filter has none.
        p_buyer: p-value among the buyer's edges, NaN where the filter has none.
        p_value: the p-value that was compared with alpha, after side and correction; NaN where there is none.
        is_kept: whether the edge belongs to the backbone.
        is_self_loop: whether seller and buyer are the same node.
        reason: why the edge is kept, a number into `REASONS`.
        network: the network.
    """

    method: str
    parameter: str
    self_loops: SelfLoops
    side: str | None
    status: Status
    note: str
    node_count: int
    labels: tuple[Hashable, ...] | None
    seller: IntArray
    buyer: IntArray
    weight: FloatArray
    share: FloatArray
    score: FloatArray
    score_sd: FloatArray
    p_seller: FloatArray
    p_buyer: FloatArray
    p_value: FloatArray
    is_kept: BoolArray
    is_self_loop: BoolArray
    reason: npt.NDArray[np.int8]
    network: Network = field(repr=False)

    @cached_property
    def rank(self) -> FloatArray:
        """1 = largest of the cells that take part; ties by seller, then buyer (a whole number)."""
        counted = self.counted()
        return _spread(counted, counted.rank.astype(np.float64))

    @cached_property
    def width(self) -> FloatArray:
        """Drawn width 1..40 over the kept edges (`widths`), NaN where not kept."""
        width = np.full(len(self.weight), np.nan)
        width[self.is_kept] = box_cox_widths(self.weight[self.is_kept])
        return width

    def counted(self) -> CountedNetwork:
        """The network under the same treatment of self-loops."""
        return self.network.counted(self.self_loops)

    def kept_matrix(self) -> FloatArray:
        """The backbone as a weight matrix of shape (N, N); cells that are not kept are 0."""
        matrix = np.zeros((self.node_count, self.node_count))
        matrix[self.seller[self.is_kept], self.buyer[self.is_kept]] = self.weight[self.is_kept]
        return matrix

    def to_frame(self) -> pl.DataFrame:
        """One row an edge; NaN becomes null; rank is a 32-bit integer.

        Seller and buyer are the names of the nodes, or 32-bit numbers from 0 where the network has no names.
        """
        columns = {
            "seller": self._names(self.seller),
            "buyer": self._names(self.buyer),
            "weight": self.weight,
            "share": self.share,
            "rank": self.rank,
            "score": self.score,
            "score_sd": self.score_sd,
            "p_seller": self.p_seller,
            "p_buyer": self.p_buyer,
            "p_value": self.p_value,
            "is_kept": self.is_kept,
            "reason": self._reasons(),
            "is_self_loop": self.is_self_loop,
            "width": self.width,
        }
        frame = pl.DataFrame(columns)
        measured = pl.col("share", "rank", "score", "score_sd", "p_seller", "p_buyer", "p_value", "width")
        return frame.with_columns(measured.fill_nan(None)).with_columns(pl.col("rank").cast(pl.Int32))

    def _names(self, node: IntArray) -> pl.Series:
        numbers = pl.Series(node)
        return numbers.cast(pl.Int32) if self.labels is None else pl.Series(list(self.labels)).gather(numbers)

    def _reasons(self) -> pl.Series:
        names = pl.Series([name or None for name in REASONS], dtype=pl.String)
        return names.gather(pl.Series(self.reason).cast(pl.UInt32))


def filter_result(
    method: str, parameter: str, network: Network, self_loops: SelfLoops, verdict: Verdict
) -> FilterResult:
    """Return the result of a filter for all edges of the network.

    Args:
        method: name of the filter.
        parameter: its own parameters as text, may be empty; that of the self-loops is added.
        network: the network.
        self_loops: whether its diagonal takes part.
        verdict: what the filter says about the edges that take part.
    """
    counted, edges = network.counted(self_loops), network.edges
    nothing = np.full(len(edges.weight), np.nan)

    def figures(values: FloatArray | None) -> FloatArray:
        return nothing if values is None else _spread(counted, values)

    reason = verdict.is_kept.astype(np.int8) if verdict.reason is None else verdict.reason
    return FilterResult(
        method=method,
        parameter=";".join(filter(None, (parameter, f"self_loops={self_loops}"))),
        self_loops=self_loops,
        side=verdict.side,
        status=verdict.status,
        note=verdict.note,
        node_count=len(network.weights),
        labels=network.labels,
        seller=edges.seller,
        buyer=edges.buyer,
        weight=edges.weight,
        share=_spread(counted, counted.edges.weight / (counted.sums.total or 1.0)),
        score=_spread(counted, verdict.score),
        score_sd=figures(verdict.score_sd),
        p_seller=figures(verdict.p_seller),
        p_buyer=figures(verdict.p_buyer),
        p_value=figures(verdict.p_value),
        is_kept=cast("BoolArray", counted.spread(verdict.is_kept, otherwise=False)),
        is_self_loop=edges.is_self_loop,
        reason=cast("npt.NDArray[np.int8]", counted.spread(reason, otherwise=False)),
        network=network,
    )


def _spread(counted: CountedNetwork, values: FloatArray) -> FloatArray:
    return cast("FloatArray", counted.spread(values, otherwise=np.nan))


def check_fraction(name: str, value: float) -> float:
    """Return a parameter that must lie in (0, 1] as a plain float.

    Raises:
        ValueError: if it does not.
    """
    if not 0 < value <= 1:
        raise ValueError(f"{name} is {value}; it must be above 0 and at most 1, for example 0.05")
    return float(value)


def check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    """Check an argument that must be one of a few words.

    Raises:
        ValueError: if it is none of them.
    """
    if value not in choices:
        listed = ", ".join(f"'{choice}'" for choice in choices[:-1])
        raise ValueError(f"{name} is '{value}'; it must be {listed} or '{choices[-1]}'")
