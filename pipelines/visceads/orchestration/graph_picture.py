"""The picture of the asset graph: `python -m visceads.orchestration.graph_picture docs/images/asset-graph.svg`.

Belongs here: which steps the graph has and how they hang together, read from the definitions, and their drawing as a
layered SVG. Not here: the graph itself (the asset modules).

Own drawing, because the layout libraries at hand (networkx, igraph) place points, not boxes with lists in them, and a
renderer such as Graphviz is a program of the system, which a clone does not bring.
"""

from __future__ import annotations

import sys
import tempfile
import textwrap
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

import dagster as dg

from visceads.settings import Settings

TITLES = {
    "raw": ("Raw", "every file of the raw folder, recognised by its content"),
    "bronze": ("Bronze", "cells as printed, each with sheet, row and column; one Parquet file a release"),
    "bronze_small_families": ("Bronze, smaller families", "the same, in one step"),
    "registry": ("Registry", "what was accepted, refused and noted; which release is current"),
    "dictionary": ("Dictionary", "made from the contracts"),
    "dbt_harmonised": ("Harmonised (dbt on DuckDB)", "code lists, then one shape for all years and releases"),
    "accounts": ("Accounts (arrays)", "LU solve, one table at a time"),
    "structural_decomposition": ("Decomposition (arrays)", "each table beside the next one of its classification"),
    "seller_intensity": ("Intensities of sellers", "the CO2 basis of each table; what turns money into CO2"),
    "backbone": ("Backbone (arrays)", "filters, comparisons and node metrics"),
    "dbt_baseline": ("Baseline (dbt on DuckDB)", "indicators, ranks, intensities; the disparity filter in SQL"),
    "marts": ("Marts", "every table is checked against its contract; a failing check stops here"),
    "publication": ("Publication", "one version, named by the hash of its content; marts/latest points to it"),
    "warehouse": ("Warehouse", "one DuckDB file, with a comment on every column"),
}
"""Step -> title and note. A step without an entry is drawn under its own name."""

LISTED = 14
"""A group with more tables than this is drawn as a count."""

_WIDTH, _LEFT, _RIGHT = 900, 34, 806
_GAP_X, _GAP_Y, _LANE = 24, 26, 14
_LINE, _PADDING = 17, 11
_CHARACTER = 6.7  # width of one character at 12 px, a little generous
_STYLE = (
    "text{font-family:Helvetica,Arial,'DejaVu Sans',sans-serif;fill:#1f2933}"
    ".title{font-size:14px;font-weight:bold}.note{font-size:12px;fill:#52606d}.item{font-size:12px}"
    ".box{fill:#f5f8fa;stroke:#486581;stroke-width:1.3}.edge{fill:none;stroke:#829ab1;stroke-width:1.4}"
)


@dataclass(frozen=True)
class Step:
    """One step of the graph: what is computed together.

    Attributes:
        name: the name of the step.
        groups: group -> names of its assets, as (group, names) pairs in the order of the graph.
        after: the names of the steps that it needs.
    """

    name: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    after: frozenset[str]


@dataclass(frozen=True)
class Box:
    """A placed step: corner, size and lines of text, in pixels."""

    step: Step
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + self.height


def steps_of(definitions: dg.Definitions) -> list[Step]:
    """Return the steps of the graph: assets computed together; bronze and the marts are one step each."""
    assets = [asset for asset in definitions.resolve_asset_graph().assets_defs if asset.is_executable]
    owner = {key: _step_name(asset.node_def.name) for asset in assets for key in asset.keys}
    groups: dict[str, dict[str, list[str]]] = {}
    after: dict[str, set[str]] = {}
    for spec in (spec for asset in assets for spec in asset.specs):
        step = owner[spec.key]
        groups.setdefault(step, {}).setdefault(str(spec.group_name), []).append(spec.key.path[-1])
        needed = {owner[dep.asset_key] for dep in spec.deps if dep.asset_key in owner}
        after.setdefault(step, set()).update(needed - {step})
    return [
        Step(
            name, tuple((g, tuple(sorted(names))) for g, names in sorted(groups[name].items())), frozenset(after[name])
        )
        for name in sorted(groups)
    ]


def layers_of(steps: Iterable[Step]) -> list[list[Step]]:
    """Return the steps in layers, top first: each step below all that it needs.

    A step that needs nothing stands first in its layer, just above the first step that needs it.

    Raises:
        ValueError: if steps need each other in a circle.
    """
    by_name = {step.name: step for step in steps}
    depth: dict[str, int] = {}
    while len(depth) < len(by_name):
        ready = [s for s in by_name.values() if s.name not in depth and all(n in depth for n in s.after)]
        if not ready:
            raise ValueError(f"these steps need each other in a circle: {', '.join(sorted(set(by_name) - set(depth)))}")
        for step in ready:
            depth[step.name] = 1 + max((depth[name] for name in step.after), default=-1)
    for step in by_name.values():
        users = [depth[other.name] for other in by_name.values() if step.name in other.after]
        if not step.after and users:
            depth[step.name] = min(users) - 1
    layers: list[list[Step]] = [[] for _ in range(1 + max(depth.values(), default=-1))]
    for step in sorted(by_name.values(), key=lambda s: (bool(s.after), s.name)):
        layers[depth[step.name]].append(step)
    return layers


def drawing(steps: Collection[Step]) -> str:
    """Return the picture of some steps as SVG text; the same steps give the same text."""
    boxes: dict[str, Box] = {}
    layer_of: dict[str, int] = {}
    y = float(_PADDING)
    for number, layer in enumerate(layers_of(steps)):
        width = (_RIGHT - _LEFT - _GAP_X * (len(layer) - 1)) / len(layer)
        texts = [_lines(step, width) for step in layer]
        height = max(2 * _PADDING + _LINE * (1 + len(lines)) - 3 for lines in texts)
        for place, (step, lines) in enumerate(zip(layer, texts, strict=True)):
            boxes[step.name] = Box(step, _LEFT + place * (width + _GAP_X), y, width, height, lines)
            layer_of[step.name] = number
        y += height + _GAP_Y
    edges = [(boxes[name], box) for box in boxes.values() for name in sorted(box.step.after)]
    near = [edge for edge in edges if layer_of[edge[1].step.name] == layer_of[edge[0].step.name] + 1]
    far = [edge for edge in edges if edge not in near]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y - _GAP_Y + _PADDING:.0f}" '
        f'width="{_WIDTH}" height="{y - _GAP_Y + _PADDING:.0f}" role="img" aria-labelledby="name">',
        '<title id="name">The asset graph of visceads, from workbooks to marts and warehouse</title>',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#829ab1"/></marker></defs>',
        f'<rect width="{_WIDTH}" height="100%" fill="#ffffff"/>',
        *(_near_edge(upper, lower) for upper, lower in near),
        *_far_edges(far),
        *(_box(box) for box in boxes.values()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Draw the graph of the definitions into the file given as the only argument; return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("give the file: python -m visceads.orchestration.graph_picture docs/images/asset-graph.svg\n")
        return 2
    # Loading the definitions takes seconds and needs a lake for the manifest of dbt: an empty one will do.
    from visceads.orchestration.build import build_definitions  # noqa: PLC0415
    from visceads.orchestration.run import prepare_instance  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(lake=Path(folder))
        prepare_instance(settings)
        steps = steps_of(build_definitions(settings))
    Path(arguments[0]).write_text(drawing(steps), encoding="utf-8")
    sys.stdout.write(f"{len(steps)} steps are drawn in {arguments[0]}\n")
    return 0


def _step_name(node: str) -> str:
    """bronze__mrio -> bronze, meta__dictionary -> dictionary; others keep their name."""
    first, _, rest = node.partition("__")
    return rest if first in {"meta", "staging"} and rest else first


def _lines(step: Step, width: float) -> tuple[str, ...]:
    """The lines under the title: the note, then each group with its tables, wrapped to the width of the box."""
    room = int((width - 2 * _PADDING) / _CHARACTER)
    note = TITLES.get(step.name, ("", ""))[1]
    lines = textwrap.wrap(note, room)
    for group, names in step.groups:
        if names in {(group,), (step.name,)}:
            continue  # a step of one asset is told by its title
        many = len(names) > LISTED
        text = f"{group}: {len(names)} tables" if many else f"{group}: {', '.join(names)}"
        lines += textwrap.wrap(text, room, subsequent_indent="    ", break_on_hyphens=False)
    return tuple(lines)


def _box(box: Box) -> str:
    title = TITLES.get(box.step.name, (box.step.name, ""))[0]
    note_lines = len(
        textwrap.wrap(TITLES.get(box.step.name, ("", ""))[1], int((box.width - 2 * _PADDING) / _CHARACTER))
    )
    x, y = box.x + _PADDING, box.y + _PADDING + 12
    parts = [
        f'<rect class="box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="6"/>',
        f'<text class="title" x="{x:.1f}" y="{y:.1f}">{escape(title)}</text>',
    ]
    for number, line in enumerate(box.lines, start=1):
        style = "note" if number <= note_lines else "item"
        indent = 14 if line.startswith(" ") else 0
        parts.append(
            f'<text class="{style}" x="{x + indent:.1f}" y="{y + _LINE * number:.1f}">{escape(line.strip())}</text>'
        )
    return "\n".join(parts)


def _near_edge(upper: Box, lower: Box) -> str:
    """A straight arrow where the boxes overlap: in the middle of the narrower one."""
    x = upper.middle if upper.width <= lower.width else lower.middle
    if not max(upper.x, lower.x) < x < min(upper.x + upper.width, lower.x + lower.width):
        x = (max(upper.x, lower.x) + min(upper.x + upper.width, lower.x + lower.width)) / 2
    return _path([(x, upper.bottom), (x, lower.y - 1)])


def _far_edges(edges: Iterable[tuple[Box, Box]]) -> list[str]:
    """Arrows that skip layers run beside the boxes, each in a lane of its own; left of boxes that stand left."""
    paths, lanes, ends = [], {"left": 0, "right": 0}, dict[tuple[str, str], int]()
    ordered = sorted(edges, key=lambda edge: (edge[1].y - edge[0].y, edge[0].y))
    count = {side: sum(_side(upper) == side for upper, _ in ordered) for side in lanes}
    for upper, lower in ordered:
        side = _side(upper)
        is_left = side == "left"
        lanes[side] += 1
        room = _LEFT if is_left else _WIDTH - _RIGHT
        # many lanes stand closer: none may leave the picture
        reach = min(_LANE, room / (count[side] + 1)) * lanes[side]
        lane = _LEFT - reach if is_left else _RIGHT + reach
        start, end = (upper.x, lower.x) if is_left else (upper.x + upper.width, lower.x + lower.width)
        y0 = upper.y + _next(ends, upper.step.name, side)
        y1 = lower.y + _next(ends, lower.step.name, side)
        paths.append(_path([(start, y0), (lane, y0), (lane, y1), (end + (-1 if is_left else 1), y1)]))
    return paths


def _side(upper: Box) -> str:
    return "left" if upper.x + upper.width < _RIGHT - 1 else "right"


def _next(ends: dict[tuple[str, str], int], step: str, side: str) -> float:
    """The height, below the upper edge of a box, at which its next line on a side ends."""
    ends[step, side] = ends.get((step, side), 0) + 1
    return 6.0 + 9 * ends[step, side]


def _path(points: list[tuple[float, float]]) -> str:
    moves = " ".join(f"L{x:.1f},{y:.1f}" for _, (x, y) in pairwise(points))
    return f'<path class="edge" d="M{points[0][0]:.1f},{points[0][1]:.1f} {moves}" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
