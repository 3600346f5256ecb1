"""Structural path analysis: the single chains of suppliers that carry the CO2 of a final demand.

Belongs here: finding every path above a threshold, with its sectors. Not here: sums over all paths of a length
(`production_layer`), footprints (`footprint`).

A path k_t > ... > k_0 starts at the emitter k_t and ends at the final producer k_0. It carries
f_kt a_ktk(t-1) ... a_k1k0 d_k0. A path that reaches node k with the amount w of output holds, with everything that
could still be put before it, exactly m_k w (m = f'L): where that is below the threshold nothing above the threshold
can follow, so the search leaves none out.

The search takes one layer at a time, all paths of it in one array. Before it starts, links are dropped over which
no single path can carry enough: what reaches k in all is (L|d|)_k.

Sources: Defourny and Thorbecke, Structural path analysis and multiplier decomposition, Economic Journal 94 (1984);
Lenzen, Structural path analysis of ecosystem networks, Ecological Modelling 200 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visceads.accounts.emissions import Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.system import F64, InputOutputSystem, checked_array

THRESHOLD_SHARE = 1e-5
"""A path is listed if it carries at least this share of the demand's footprint."""

LONGEST_PATH = 30
"""Most links of a path."""

MOST_PATHS = 2_000_000
"""More paths than this in one layer are refused: they would fill the memory and no one would read them."""

_ROUNDING = 1 - 1e-9  # bounds come from solves, so a path exactly at the threshold could miss it by rounding

Index = NDArray[np.intp]


@dataclass(frozen=True)
class SupplyPaths:
    """All paths of one demand that carry at least the threshold, largest first, ties by codes.

    Attributes:
        nodes: (P, longest found + 1) indices k from the emitter to the final producer, then -1.
        links: (P) number of links t; 0 where the final producer itself emits.
        co2_mt: (P) what each path carries; negative where it serves a negative demand.
        total_mt: CO2 embodied in the demand, m'd.
        threshold_mt: the least absolute amount that was listed; share times |total|.
        coverage: sum of the paths over the total; NaN where the total is 0.
        reached_longest: whether paths with more links than allowed could be above the threshold too.
    """

    nodes: Index
    links: Index
    co2_mt: F64
    total_mt: float
    threshold_mt: float
    coverage: float
    reached_longest: bool

    def labelled(self, labels: tuple[tuple[str, str], ...]) -> list[tuple[tuple[str, str], ...]]:
        """Return each path as pairs of province and sector, from the emitter to the final producer.

        Args:
            labels: (n) the labels of the system.
        """
        rows = zip(self.nodes.tolist(), self.links.tolist(), strict=True)
        return [tuple(labels[k] for k in row[: links + 1]) for row, links in rows]


@dataclass(frozen=True)
class _Links:
    """Links that may matter, by buyer; within a buyer the largest bound first.

    Attributes:
        start: (n + 1) where the links of each buyer begin.
        seller: (links) index of the seller.
        coefficient: (links) a_seller,buyer.
        bound: (links) m_seller times the coefficient, falling within each buyer.
    """

    start: Index
    seller: Index
    coefficient: F64
    bound: F64


@dataclass(frozen=True)
class _Layer:
    """All paths of one length: last node reached, amount of its output, position of the path they extend."""

    node: Index
    amount: F64
    parent: Index


def supply_paths(
    system: InputOutputSystem,
    emissions: Emissions,
    demand: F64,
    share: float = THRESHOLD_SHARE,
    longest: int = LONGEST_PATH,
) -> SupplyPaths:
    """Return all paths that carry at least a share of the CO2 embodied in a demand.

    Args:
        system: the table.
        emissions: CO2 of one basis; unknown CO2 counts as 0.
        demand: (n) million yuan: a province's final demand, one sector's, or all of it (`system.demand`).
        share: threshold as a share of |m'd|, above 0 and at most 1.
        longest: most links of a path.

    Returns:
        The paths; none where the demand embodies no CO2.

    Raises:
        AccountsError: a demand of another length, or with NaN or an infinite value (with province and sector); a
            share outside 0..1 or 0 itself; a negative `longest`; so low a share that the paths would fill the
            memory.
    """
    d = checked_array("demand", demand, system.x.shape, system.labels)
    if not 0 < share <= 1:
        raise AccountsError(f"the threshold of supply paths is {share:g}; give a share above 0 and at most 1")
    if longest < 0:
        raise AccountsError(f"the longest supply path is {longest} links; give 0 or more")
    m = system.multipliers(emissions.f)
    total = float(m @ d)
    threshold = share * abs(total)
    if threshold == 0:
        return _no_paths(total)
    start = np.flatnonzero((d != 0) & (m * np.abs(d) >= threshold * _ROUNDING))
    first = _Layer(start, d[start], np.zeros(len(start), dtype=np.intp))
    layers, reached = _search(_strong_links(system, m, d, threshold), first, threshold, longest)
    nodes, links, co2 = _listed(layers, emissions.f, threshold, system.labels)
    return SupplyPaths(nodes, links, co2, total, threshold, float(co2.sum() / total), reached)


def _no_paths(total: float) -> SupplyPaths:
    none: Index = np.zeros(0, dtype=np.intp)
    return SupplyPaths(none.reshape(0, 1), none, np.zeros(0), total, 0.0, np.nan, False)


def _strong_links(system: InputOutputSystem, m: F64, demand: F64, threshold: float) -> _Links:
    through = system.solve(np.abs(demand))
    flow = np.multiply(system.A, np.maximum(through, 0.0))
    flow *= m[:, None]
    seller, buyer = np.nonzero(flow >= threshold * _ROUNDING)
    coefficient = system.A[seller, buyer]
    bound = m[seller] * coefficient
    order = np.lexsort((seller, -bound, buyer))
    start = np.concatenate([[0], np.cumsum(np.bincount(buyer, minlength=len(m)))]).astype(np.intp)
    return _Links(start, seller[order], coefficient[order], bound[order])


def _search(links: _Links, layer: _Layer, threshold: float, longest: int) -> tuple[list[_Layer], bool]:
    """Extend all paths link by link; return the layers, and whether the last one could still be extended."""
    layers = [layer]
    while len(layer.node):
        count = _strong_enough(links, layer, threshold)
        if not count.any():
            break
        if len(layers) > longest:
            return layers, True
        if count.sum() > MOST_PATHS:
            raise AccountsError(
                f"the threshold of {threshold:.3g} Mt lets {int(count.sum())} supply paths of {len(layers)} links "
                f"through, more than the {MOST_PATHS} that fit; raise the share"
            )
        layer = _extended(links, layer, count)
        layers.append(layer)
    return layers, False


def _strong_enough(links: _Links, layer: _Layer, threshold: float) -> Index:
    """Count the links before each path over which at least the threshold could come: a bisection for all at once."""
    least = threshold * _ROUNDING / np.abs(layer.amount)
    low, high = links.start[layer.node], links.start[layer.node + 1]
    first = low
    while (low < high).any():
        middle = (low + high) // 2
        open_ = low < high
        enough = open_ & (links.bound[np.where(open_, middle, 0)] >= least)
        low, high = np.where(enough, middle + 1, low), np.where(open_ & ~enough, middle, high)
    return low - first


def _extended(links: _Links, layer: _Layer, count: Index) -> _Layer:
    parent = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count)
    link = links.start[layer.node[parent]] + within
    return _Layer(links.seller[link], links.coefficient[link] * layer.amount[parent], parent)


def _listed(
    layers: list[_Layer], f: F64, threshold: float, labels: tuple[tuple[str, str], ...]
) -> tuple[Index, Index, F64]:
    """Take the paths that themselves carry the threshold out of all paths searched, sorted: nodes, links, CO2."""
    found = [np.flatnonzero(np.abs(f[layer.node] * layer.amount) >= threshold) for layer in layers]
    longest = max((t for t, rows in enumerate(found) if len(rows)), default=0)
    nodes = np.concatenate([_traced(layers, t, rows, longest) for t, rows in enumerate(found)])
    links = np.repeat(np.arange(len(layers)), [len(rows) for rows in found])
    co2 = np.concatenate([f[la.node[rows]] * la.amount[rows] for la, rows in zip(layers, found, strict=True)])
    rank = np.empty(len(labels) + 1, dtype=np.intp)
    rank[sorted(range(len(labels)), key=labels.__getitem__)] = np.arange(len(labels))
    rank[-1] = -1  # the place behind the end of a path: the shorter of two paths comes first
    order = np.lexsort((*rank[nodes].T[::-1], -np.abs(co2)))
    return nodes[order], links[order], co2[order]


def _traced(layers: list[_Layer], t: int, rows: Index, longest: int) -> Index:
    """Follow the paths of layer t back to the demand they serve; emitter first, -1 behind the end."""
    nodes = np.full((len(rows), longest + 1), -1, dtype=np.intp)
    if not len(rows):
        return nodes
    for back in range(t + 1):
        layer = layers[t - back]
        nodes[:, back] = layer.node[rows]
        rows = layer.parent[rows]
    return nodes
