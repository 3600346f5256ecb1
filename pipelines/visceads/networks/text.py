"""A backbone in words: how many edges, what they carry, the largest; and the list of methods.

Belongs here: texts for the terminal. Not here: figures (`backbone_answer`).
"""

from __future__ import annotations

import polars as pl

from visceads.backbone import METHODS
from visceads.networks.backbone_answer import BackboneAnswer
from visceads.networks.published_network import TOTAL, PublishedNetwork

LARGEST = 10
"""How many edges are named."""

_WEIGHTS = {"flow": "money flow", "coefficient": "technical coefficients", "embodied_co2": "embodied CO2"}


def as_text(answer: BackboneAnswer) -> str:
    """Return the summary of a backbone."""
    published, result, carried = answer.published, answer.result, answer.carried
    lines = [_heading(answer)]
    if published.is_synthetic:
        lines.append("SYNTHETIC: the demo release; no figure says anything about China.")
    lines += [
        f"method    {result.method}  {result.parameter}",
        f"edges     {carried.edges_kept:,} of {carried.edges_all:,} kept{_percent(carried.edge_fraction)}",
        f"nodes     {carried.nodes_kept:,} of {carried.nodes_active:,} have a kept edge",
        *_shares(answer),
        *(f"note      {note}" for note in (*published.notes, *([result.note] if result.note else []))),
    ]
    return "\n".join([*lines, *_largest(answer)])


def list_of_methods() -> str:
    """Return every method with its parameter, its default, its meaning and its options."""
    lines = []
    for method in METHODS.values():
        parameter = "" if method.parameter is None else f"  {method.parameter} = {method.default}"
        lines.append(f"{method.name}{parameter}")
        lines.append(f"    {method.meaning}{'' if method.is_unit_free else '; depends on the unit of the weights'}")
        lines.append(f"    options: {', '.join(f'{name}={value}' for name, value in method.options().items())}")
    return "\n".join(lines)


def _heading(answer: BackboneAnswer) -> str:
    published = answer.published
    where = {"province": f"inside {published.province_code}", "interprovincial": "between the provinces"}
    basis = f", {published.co2_basis} basis" if published.weight_kind == "embodied_co2" else ""
    return (
        f"Backbone of the {_WEIGHTS[published.weight_kind]} ({published.unit}{basis}) "
        f"{where.get(published.scope, 'between all sectors of all provinces')}, table {published.table_id}, version "
        f"{published.version}"
    )


def _shares(answer: BackboneAnswer) -> list[str]:
    """What the kept edges carry, of what flows between different nodes; in brackets with self-loops."""
    published, carried = answer.published, answer.carried
    lines = []
    if published.weight_kind == "coefficient":
        lines.append(_carries("weights", carried.weight_coverage, carried.weight_coverage_with_loops))
    if published.weight_kind == "flow":
        lines.append(_carries("money flow", carried.weight_coverage, carried.weight_coverage_with_loops))
    else:
        lines.append(_carries("money flow", answer.flow_share, None))
    if published.co2_basis is not None:
        lines.append(
            _carries(
                f"embodied CO2 ({published.co2_basis} basis)", carried.co2_coverage, carried.co2_coverage_with_loops
            )
        )
    return lines


def _carries(what: str, share: float | None, with_loops: float | None) -> str:
    if share is None:
        return f"carried   nothing flows between different nodes ({what})"
    loops = "" if with_loops is None else f" ({100 * with_loops:.1f} % with self-loops)"
    return f"carried   {100 * share:.1f} % of the {what} between different nodes{loops}"


def _percent(share: float | None) -> str:
    return "" if share is None else f" ({100 * share:.1f} %)"


def _largest(answer: BackboneAnswer) -> list[str]:
    kept = answer.edges.filter("is_kept").sort("rank").head(LARGEST)
    if kept.is_empty():
        return [
            "",
            "No edge is kept. `visceads backbone --list` says what --parameter does; disparity_tree joins all nodes.",
        ]
    rows = [
        (
            _node(answer.published, row, "seller"),
            _node(answer.published, row, "buyer"),
            f"{row['weight']:,.6g}" if row["weight"] < 1 else f"{row['weight']:,.1f}",
            f"{100 * row['share']:.2f} %",
        )
        for row in kept.to_dicts()
    ]
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    title = f"The {len(rows)} largest kept edges: seller -> buyer, {answer.published.unit}, share of what takes part"
    return [
        "",
        title,
        *(f"  {a:<{widths[0]}} -> {b:<{widths[1]}}  {w:>{widths[2]}}  {s:>{widths[3]}}" for a, b, w, s in rows),
    ]


def _node(published: PublishedNetwork, row: dict[str, object], side: str) -> str:
    province, sector = str(row[f"{side}_province_code"]), str(row[f"{side}_sector_code"])
    if sector == TOTAL:
        return province
    return sector if published.scope == "province" else f"{province} {sector}"


def kept_only(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the edges that are kept, the largest first."""
    return frame.filter("is_kept").sort("rank")
