"""Two backbones side by side: of two methods on one network, or of one method in two years.

Belongs here: which edges and nodes two backbones share, gain and lose. Not here: a backbone against its own
network (`coverage`), sectors of different classifications (`harmonising`).

Nodes are matched by name, or by number where networks have no names; the second network may have other nodes than
the first. Of years whose tables have different sectors, first make networks of the common sectors
(`harmonising.harmonised_network`) and filter these: a filter's result cannot be carried over.

Weights of two years are in prices of their year; `share` (of the sum that takes part) is what can be compared.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
import polars as pl
from scipy import stats

from visceads.backbone.edges import FloatArray
from visceads.backbone.filter_result import FilterResult

_KEY = ("seller", "buyer")


@dataclass(frozen=True)
class Comparison:
    """How a second backbone differs from a first; None where a measure has no value.

    Attributes:
        edges_before: edges of the first.
        edges_after: edges of the second.
        edges_common: edges of both.
        edges_gained: edges of the second only.
        edges_lost: edges of the first only.
        weight_gained: weight of the gained edges, in the unit of the second network.
        weight_lost: weight of the lost edges, in the unit of the first network.
        share_gained: share of the second network that the gained edges carry.
        share_lost: share of the first network that the lost edges carried.
        edge_jaccard: edges_common / edges of either; None if neither has an edge.
        node_jaccard: nodes with an edge in both / in either; None if neither has an edge.
        weighted_jaccard: sum of the smaller / sum of the larger share over the edges of either, an edge that is
            not kept having the share 0; None if neither has an edge.
        score_spearman: rank correlation of the two filters' scores over the edges that both networks have and both
            filters scored, kept or not; None for fewer than three such edges or where all scores of one are equal.
    """

    edges_before: int
    edges_after: int
    edges_common: int
    edges_gained: int
    edges_lost: int
    weight_gained: float
    weight_lost: float
    share_gained: float
    share_lost: float
    edge_jaccard: float | None
    node_jaccard: float | None
    weighted_jaccard: float | None
    score_spearman: float | None


def compare(before: FilterResult, after: FilterResult) -> Comparison:
    """Return how the second backbone differs from the first.

    Args:
        before: result of any filter.
        after: result of any filter, on the same or another network.

    Raises:
        ValueError: if only one of the networks has names, both have none and differ in size, they have no node in
            common, or a filter has no result (`not_scalable`).
    """
    edges = _side_by_side(before, after)
    kept_before, kept_after = edges["is_kept_before"], edges["is_kept_after"]
    gained, lost = edges.filter(~kept_before & kept_after), edges.filter(kept_before & ~kept_after)
    common, either = int((kept_before & kept_after).sum()), edges.filter(kept_before | kept_after)
    smaller = either.select(
        pl.min_horizontal(_kept_share("before"), _kept_share("after")).alias("smaller"),
        pl.max_horizontal(_kept_share("before"), _kept_share("after")).alias("larger"),
    )
    return Comparison(
        edges_before=int(kept_before.sum()),
        edges_after=int(kept_after.sum()),
        edges_common=common,
        edges_gained=gained.height,
        edges_lost=lost.height,
        weight_gained=float(gained["weight_after"].sum()),
        weight_lost=float(lost["weight_before"].sum()),
        share_gained=float(gained["share_after"].sum()),
        share_lost=float(lost["share_before"].sum()),
        edge_jaccard=_ratio(common, either.height),
        node_jaccard=_node_jaccard(edges),
        weighted_jaccard=_ratio(float(smaller["smaller"].sum()), float(smaller["larger"].sum())),
        score_spearman=_spearman(edges),
    )


def compare_all(results: Mapping[str, FilterResult]) -> pl.DataFrame:
    """Return the comparison of every pair, one row a pair: `before`, `after`, and the fields of `Comparison`.

    Args:
        results: results by a name of each, such as its method or its year; pairs follow this order.

    Raises:
        ValueError: as in `compare`.
    """
    rows = [
        {"before": first, "after": second} | asdict(compare(results[first], results[second]))
        for first, second in combinations(results, 2)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


def edge_changes(before: FilterResult, after: FilterResult) -> pl.DataFrame:
    """Return the edges of either backbone and what became of them.

    One row an edge: seller, buyer, `change` (gained, lost or common), weight_before, weight_after, share_before,
    share_after, rank_before, rank_after; null where a network lacks the edge, weight 0 is never written. Sorted by
    change, then by the larger of the two shares, then by seller and buyer in the order of the nodes.

    Args:
        before: result of any filter.
        after: result of any filter, on the same or another network.

    Raises:
        ValueError: as in `compare`.
    """
    edges = _side_by_side(before, after).filter(pl.col("is_kept_before") | pl.col("is_kept_after"))
    change = (
        pl.when(pl.col("is_kept_before") & pl.col("is_kept_after"))
        .then(pl.lit("common"))
        .when("is_kept_after")
        .then(pl.lit("gained"))
        .otherwise(pl.lit("lost"))
    )
    largest = pl.max_horizontal("share_before", "share_after")
    edges = edges.with_columns(change.alias("change"), largest.alias("largest"))
    edges = edges.sort("change", "largest", *_KEY, descending=[False, True, False, False])
    figures = [f"{name}_{side}" for name in ("weight", "share", "rank") for side in ("before", "after")]
    if before.labels is not None:
        names = pl.Series(_all_labels(before, after))
        edges = edges.with_columns(names.gather(edges[end]).alias(end) for end in _KEY)
    return edges.select(*_KEY, "change", *figures)


_TYPES = {"int": pl.Int64, "float": pl.Float64, "float | None": pl.Float64}
_SCHEMA: dict[str, type[pl.DataType]] = dict.fromkeys(("before", "after"), pl.String) | {
    name: _TYPES[kind] for name, kind in Comparison.__annotations__.items()
}


def _side_by_side(before: FilterResult, after: FilterResult) -> pl.DataFrame:
    """All edges of either network with the figures of both; an edge that one lacks is not kept there.

    Seller and buyer are positions among the nodes of both.
    """
    _check_comparable(before, after)
    place = {label: k for k, label in enumerate(_all_labels(before, after))}
    frames = []
    for result, side in ((before, "before"), (after, "after")):
        labels = range(result.node_count) if result.labels is None else result.labels
        position = np.array([place[label] for label in labels], dtype=np.int64)
        figures = result.to_frame().select(
            pl.col("weight", "share", "rank", "score", "is_kept").name.suffix(f"_{side}")
        )
        ends = {"seller": position[result.seller], "buyer": position[result.buyer]}
        frames.append(pl.DataFrame(ends).with_columns(figures))
    joined = frames[0].join(frames[1], on=_KEY, how="full", coalesce=True)
    return joined.with_columns(pl.col("is_kept_before", "is_kept_after").fill_null(False)).sort(_KEY)


def _all_labels(before: FilterResult, after: FilterResult) -> list[Hashable]:
    """The nodes of the first network in its order, then those that only the second has."""
    if before.labels is None or after.labels is None:
        return list(range(before.node_count))
    return list(dict.fromkeys((*before.labels, *after.labels)))


def _check_comparable(before: FilterResult, after: FilterResult) -> None:
    for result in (before, after):
        if result.status != "ok":
            raise ValueError(f"{result.method} has no result to compare: {result.note}; use another filter")
    if (before.labels is None) != (after.labels is None):
        raise ValueError(
            "only one of the two networks names its nodes; give labels to both, so that they can be matched"
        )
    if before.labels is None and before.node_count != after.node_count:
        raise ValueError(
            f"the networks have {before.node_count} and {after.node_count} nodes without names; give labels to both, "
            f"so that they can be matched"
        )
    if before.labels and after.labels and not set(before.labels) & set(after.labels):
        raise ValueError(
            f"the networks have no node in common: one begins with {before.labels[0]!r}, the other with "
            f"{after.labels[0]!r}; name the nodes of both alike"
        )


def _kept_share(side: str) -> pl.Expr:
    return pl.when(f"is_kept_{side}").then(f"share_{side}").otherwise(0.0)


def _node_jaccard(edges: pl.DataFrame) -> float | None:
    nodes = []
    for side in ("before", "after"):
        kept = edges.filter(f"is_kept_{side}")
        nodes.append(set(kept["seller"]) | set(kept["buyer"]))
    return _ratio(len(nodes[0] & nodes[1]), len(nodes[0] | nodes[1]))


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _spearman(edges: pl.DataFrame) -> float | None:
    scored = edges.select("score_before", "score_after").drop_nulls()
    first: FloatArray = scored["score_before"].to_numpy()
    second: FloatArray = scored["score_after"].to_numpy()
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(stats.spearmanr(first, second).statistic)
