"""Backbones side by side as a published table: methods on one network, and one method from year to year.

Belongs here: which backbones are compared, the columns of `backbone.comparison`. Not here: the measures (`backbone`),
the networks (`backbone_networks`), Dagster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from visceads import codes
from visceads.accounts.system import F64
from visceads.backbone.combinations import disparity_tree
from visceads.backbone.coverage import ALPHAS, coverage
from visceads.backbone.filter_result import FilterResult
from visceads.backbone.filters import apply_filter
from visceads.backbone.harmonising import harmonised_network
from visceads.backbone.network import network_from_matrix
from visceads.contracts.catalogue import contract_of, polars_schema
from visceads.orchestration.arrays import classification_of
from visceads.orchestration.backbone_networks import ScopedNetwork, TableNetworks

METHODS: tuple[tuple[str, float | None], ...] = (
    ("top_share", None),
    *(("disparity_tree", alpha) for alpha in ALPHAS),
    ("disparity", None),
    ("lans", None),
    ("filtering_edges", None),
    ("spanning_tree", None),
)
"""The methods that are compared, with their parameter (None: the default); the first is what they are compared with.

All are free of units, and cheap: others are compared on demand.
"""


def comparison_of_methods(table: TableNetworks) -> pl.DataFrame:
    """Compare the methods with the parity rule, on the money inside every province and between provinces.

    Args:
        table: what the networks of the table are made of.

    Returns:
        the rows of `backbone.comparison` whose two backbones are of one table.
    """
    rows = []
    for scoped, co2 in _money_networks(table):
        results = [apply_filter(scoped.network, method, parameter) for method, parameter in METHODS]
        parity = (table.table_id, results[0])
        rows += [
            _row(scoped, "table", parity, (table.table_id, result)) | _carried(table, result, co2) for result in results
        ]
    return _frame(rows)


def comparison_of_years(tables: Sequence[TableNetworks]) -> pl.DataFrame:
    """Compare each table with the one before it, by the default method.

    Inside provinces both are brought to the harmonised sectors before the filter; provinces need no such step.

    Args:
        tables: the tables in ascending order of their ids.

    Returns:
        the rows of `backbone.comparison` whose two backbones are of different tables.
    """
    rows = []
    years = [(table, list(_harmonised_backbones(table))) for table in tables]
    for (earlier, before), (later, after) in pairwise(years):
        for (_, old, _), (scoped, new, co2) in zip(before, after, strict=True):
            sectors = "harmonised" if scoped.scope == "province" else "table"
            row = _row(scoped, sectors, (earlier.table_id, old), (later.table_id, new))
            rows.append(row | _carried(later, new, co2))
    return _frame(rows)


Row = dict[str, object]
Flags = npt.NDArray[np.bool_]


def _money_networks(table: TableNetworks) -> Iterator[tuple[ScopedNetwork, F64 | None]]:
    """The networks of money inside and between provinces, each with the CO2 embodied in the same edges."""
    for province in codes.province_codes():
        yield from _with_co2(table.own(province, "flow"), table.own(province, "embodied_co2"))
    yield from _with_co2(table.between("flow"), table.between("embodied_co2"))


def _with_co2(money: ScopedNetwork | None, co2: ScopedNetwork | None) -> Iterator[tuple[ScopedNetwork, F64 | None]]:
    if money is not None:
        yield money, None if co2 is None else co2.network.weights


def _differences(before: FilterResult, after: FilterResult) -> Row:
    """Edges that two backbones on the same nodes share, gain and lose.

    The figures are those of `backbone.compare`, which joins frames and so takes too long for thousands of pairs.
    """
    if before.labels != after.labels:
        raise ValueError(f"the backbones of {before.method} and {after.method} have other nodes; use `compare`")
    had, has = before.kept_matrix() > 0, after.kept_matrix() > 0
    common, either = int((had & has).sum()), int((had | has).sum())
    return {
        "edges_common": common,
        "edges_gained": int(has.sum()) - common,
        "edges_lost": int(had.sum()) - common,
        "share_gained": _share(after, had),
        "share_lost": _share(before, has),
        "edge_jaccard": common / either if either else None,
    }


def _share(result: FilterResult, others: Flags) -> float:
    """Share of its network that the kept edges carry which are not among others."""
    chosen = result.is_kept & ~others[result.seller, result.buyer]
    return min(float(result.share[chosen].sum()), 1.0)


def _harmonised_backbones(table: TableNetworks) -> Iterator[tuple[ScopedNetwork, FilterResult, F64 | None]]:
    """The default backbones of money with the CO2 of the same edges: always of the same networks in one order."""
    classification = classification_of(table.table_id)
    for scoped, co2 in _money_networks(table):
        if scoped.scope != "province":
            yield scoped, disparity_tree(scoped.network), co2
            continue
        network = harmonised_network(scoped.network, classification)
        carried = None if co2 is None else network_from_matrix(co2, scoped.network.labels)
        harmonised_co2 = None if carried is None else harmonised_network(carried, classification).weights
        yield scoped, disparity_tree(network), harmonised_co2


def _row(
    scoped: ScopedNetwork, sector_list: str, before: tuple[str, FilterResult], after: tuple[str, FilterResult]
) -> Row:
    """The row of a backbone beside another, each with the id of its table; what it carries comes besides."""
    (compared_table_id, other), (table_id, result) = before, after
    return {
        "table_id": table_id,
        "scope": scoped.scope,
        "province_code": scoped.province_code,
        "weight_kind": scoped.weight_kind,
        "sector_list": sector_list,
        "method": result.method,
        "parameter": result.parameter,
        "compared_table_id": compared_table_id,
        "compared_method": other.method,
        "compared_parameter": other.parameter,
        **_differences(other, result),
    }


def _carried(table: TableNetworks, result: FilterResult, co2: F64 | None) -> Row:
    found = coverage(result, co2=co2, with_lengths=False)
    return {
        "nodes_active": found.nodes_active,
        "nodes_kept": found.nodes_kept,
        "edges_all": found.edges_all,
        "edges_kept": found.edges_kept,
        "flow_coverage": found.weight_coverage,
        "flow_coverage_with_loops": found.weight_coverage_with_loops,
        "co2_coverage": found.co2_coverage,
        "co2_basis": table.co2_basis if found.co2_coverage is not None else None,
        "reachability": found.reachability,
        "largest_component_share": found.largest_component_share,
    }


def _frame(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=polars_schema(contract_of("backbone", "comparison")), orient="row")
