"""The network of a published table: which nodes, which weight.

Belongs here: the scopes and weights of docs/methods/backbone.md, from published tables. Not here: filters and
measures (`visceads.backbone`), reading marts (`published`), words for people (`text`).

Scopes: `province`, the sectors of one province; `interprovincial`, the provinces; `national`, all sectors of all
provinces. Weights: `flow`, intermediate deliveries in million yuan; `coefficient`, the same per unit of the buyer's
gross output; `embodied_co2`, in Mt: delivery x total intensity of the seller, the CO2 that a transaction carries,
which counts the same tonne at every stage; between provinces it is accounts.embodied_flow (accounting mrio), which
counts every tonne once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from visceads import codes
from visceads.backbone import Network, network_from_matrix
from visceads.backbone.weight_kinds import added_up, embodied_co2, technical_coefficients
from visceads.published.marts import Marts, PublishedError
from visceads.published.provincial_table import (
    F64,
    TableAxis,
    axis_of,
    choose_table,
    co2_bases_of_tables,
    load_flows,
    load_sector_figures,
)

Scope = Literal["province", "interprovincial", "national"]
WeightKind = Literal["flow", "coefficient", "embodied_co2"]
Co2Basis = Literal["inventory", "satellite"]
Mask = NDArray[np.bool_]

UNITS: dict[WeightKind, str] = {"flow": "million yuan", "coefficient": "1", "embodied_co2": "Mt"}
"""The unit of each weight."""

TOTAL = "total"
"""Sector code of a node that is a whole province."""

NATION = "CN"
"""Province code of a network that is not one province's."""


@dataclass(frozen=True)
class NetworkQuestion:
    """Which network is meant.

    Attributes:
        scope: which nodes.
        weight: which weight.
        province: code, or name in any spelling of the code lists; for the scope province only, where it is needed.
        table_id: the table, or None for the newest that can answer.
        co2_basis: inventory or satellite.
    """

    scope: Scope
    weight: WeightKind
    province: str | None = None
    table_id: str | None = None
    co2_basis: Co2Basis = "inventory"


@dataclass(frozen=True, eq=False)
class PublishedNetwork:
    """A network of the published version; nodes are pairs of province and sector code.

    Attributes:
        version: the version of the marts.
        table_id: the table.
        scope: which nodes.
        province_code: the province, or CN.
        weight_kind: which weight.
        unit: its unit.
        co2_basis: the basis of `co2`, or None where the table has no CO2 of the basis asked.
        nodes: pairs of province and sector code, in the order of the network.
        network: nodes and weights; an edge without a known weight is absent.
        flow: (N, N) money flows between the same nodes, million yuan.
        co2: (N, N) embodied CO2 between the same nodes, Mt, 0 where unknown; None without `co2_basis`.
        notes: sentences that a reader of the result must know.
        is_synthetic: whether any workbook that went in is synthetic.
    """

    version: str
    table_id: str
    scope: Scope
    province_code: str
    weight_kind: WeightKind
    unit: str
    co2_basis: Co2Basis | None
    nodes: tuple[tuple[str, str], ...]
    network: Network
    flow: F64
    co2: F64 | None
    notes: tuple[str, ...]
    is_synthetic: bool


def load_network(marts: Marts, question: NetworkQuestion) -> PublishedNetwork:
    """Return the network that is meant.

    Raises:
        PublishedError: with exit code 2 for a scope without its province, a province that there is not, or a table
            that is not there; with 1 where the table has no CO2 of the basis, no seller has a known weight, or the
            marts are not whole.
    """
    province = _province_of(question)
    needed = question.co2_basis if question.weight == "embodied_co2" else None
    table_id = choose_table(marts, question.table_id, needed)
    axis = axis_of(marts, table_id)
    bases = co2_bases_of_tables(marts)
    has_co2 = question.co2_basis in bases[table_id]
    answered = replace(question, province=province, table_id=table_id)
    cells = _Cells(marts, axis, answered)
    flow, output = cells.flow_and_output()
    co2, notes = cells.co2(flow) if has_co2 else (None, ())
    weights = _weights(question.weight, flow, output, co2)
    if question.weight == "embodied_co2" and not weights.any():
        where = f"{province} in table {table_id}" if province else f"table {table_id}"
        raise PublishedError(
            f"no CO2 of the {question.co2_basis} basis is known in {where}, so no flow carries any; use --weight flow"
            f"{_other_basis(bases, question.co2_basis)}",
            exit_code=1,
        )
    if question.scope != "interprovincial":
        notes = (*notes, "A transaction carries CO2 at every stage: the sum of such flows is no emission total.")
    releases = cells.release_ids(with_inventory=has_co2 and question.co2_basis == "inventory")
    return PublishedNetwork(
        version=marts.version,
        table_id=table_id,
        scope=question.scope,
        province_code=province or NATION,
        weight_kind=question.weight,
        unit=UNITS[question.weight],
        co2_basis=question.co2_basis if has_co2 else None,
        nodes=cells.labels(),
        network=network_from_matrix(weights, cells.labels()),
        flow=flow,
        co2=co2,
        notes=notes if question.weight == "embodied_co2" else (),
        is_synthetic=marts.is_synthetic(releases),
    )


def _other_basis(bases: Mapping[str, Sequence[str]], co2_basis: Co2Basis) -> str:
    """Where CO2 of the other basis can be found, as the end of a sentence."""
    other = "satellite" if co2_basis == "inventory" else "inventory"
    tables = [table_id for table_id, found in bases.items() if other in found]
    return f", or --co2-basis {other} with --table {' or '.join(tables)}" if tables else ""


def _province_of(question: NetworkQuestion) -> str | None:
    """The code of the province, checked against the scope."""
    if question.scope != "province":
        if question.province is not None:
            raise PublishedError(
                f"--province belongs to --scope province, not to --scope {question.scope}; leave one of them out",
                exit_code=2,
            )
        return None
    if question.province is None:
        raise PublishedError(
            "--scope province needs a province: name it with --province, such as --province GD", exit_code=2
        )
    code = question.province.strip().upper()
    found = code if code in codes.province_codes() else codes.province_of(question.province)
    if found is None:
        raise PublishedError(
            f"there is no province '{question.province}'; the codes are {', '.join(codes.province_codes())}",
            exit_code=2,
        )
    return found


@dataclass(frozen=True)
class _Cells:
    """The marts of one table, cut or added up to the nodes of a scope."""

    marts: Marts
    axis: TableAxis
    question: NetworkQuestion

    def labels(self) -> tuple[tuple[str, str], ...]:
        if self.question.scope == "interprovincial":
            return tuple((province, TOTAL) for province in self.axis.provinces)
        return tuple(label for label in self.axis.labels if self.question.province in {None, label[0]})

    def flow_and_output(self) -> tuple[F64, F64]:
        account = self.marts.rows("mrio", "sector_account", self.axis.table_id)
        output = load_sector_figures(self.axis, account, "gross_output_m_cny")
        flow = load_flows(self.marts, self.axis, self.question.province)
        if self.question.scope == "interprovincial":
            count, size = len(self.axis.provinces), len(self.axis.sectors)
            return added_up(flow, np.repeat(np.arange(count), size), count), output.reshape(count, size).sum(axis=1)
        return flow, self._own(output)

    def co2(self, flow: F64) -> tuple[F64, tuple[str, ...]]:
        if self.question.scope == "interprovincial":
            return self._co2_between_provinces()
        rows = self.marts.rows("accounts", "multiplier", self.axis.table_id)
        rows = rows.filter(co2_basis=self.question.co2_basis)
        intensity = self._own(load_sector_figures(self.axis, rows, "co2_total_t_per_m_cny"))
        is_active: Mask = np.any(flow > 0, axis=1)
        notes = _unknown_sellers(self.labels(), np.isnan(intensity) & is_active, is_active)
        return embodied_co2(flow, intensity), notes

    def release_ids(self, *, with_inventory: bool) -> set[str]:
        account = self.marts.rows("mrio", "sector_account", self.axis.table_id)
        columns = ["release_id", "inventory_release_id"] if with_inventory else ["release_id"]
        return {release for name in columns for release in account[name].drop_nulls()}

    def _co2_between_provinces(self) -> tuple[F64, tuple[str, ...]]:
        rows = self.marts.rows("accounts", "embodied_flow", self.axis.table_id)
        rows = rows.filter(co2_basis=self.question.co2_basis, accounting="mrio")
        place = {province: k for k, province in enumerate(self.axis.provinces)}
        matrix = np.zeros((len(place), len(place)))
        for origin, destination, co2_mt in rows.select(
            "origin_province_code", "destination_province_code", "co2_mt"
        ).iter_rows():
            matrix[place[origin], place[destination]] = co2_mt
        if matrix.min(initial=0.0) < 0:
            origin, destination = (self.axis.provinces[k] for k in np.argwhere(matrix < 0)[0])
            raise PublishedError(
                f"the CO2 that {origin} emits for {destination} is negative in table {self.axis.table_id} (a stock was "
                f"drawn down); a network has no negative weights, so use --weight flow",
                exit_code=1,
            )
        missing = sorted(set(place) - set(rows["origin_province_code"]), key=place.__getitem__)
        note = f"No CO2 is known of {', '.join(missing)}: what it delivers has no weight."
        return matrix, (note,) if missing else ()

    def _own(self, figures: F64) -> F64:
        """The part of (n) figures that belongs to the nodes."""
        if self.question.province is None:
            return figures
        start = self.axis.provinces.index(self.question.province) * len(self.axis.sectors)
        return figures[start : start + len(self.axis.sectors)]


def _weights(kind: WeightKind, flow: F64, output: F64, co2: F64 | None) -> F64:
    if kind == "flow":
        return flow
    if kind == "coefficient":
        return technical_coefficients(flow, output)
    if co2 is None:
        raise ValueError("embodied CO2 was asked of a table without CO2")
    return co2


def _unknown_sellers(labels: Sequence[tuple[str, str]], is_unknown: Mask, is_active: Mask) -> tuple[str, ...]:
    """A sentence on whose CO2 is unknown: whole provinces, and sectors of the others."""
    if not is_unknown.any():
        return ()
    active = pl.DataFrame(labels, schema=["province", "sector"], orient="row").with_columns(
        pl.Series("is_unknown", is_unknown)
    )
    active = active.filter(pl.Series(is_active)).with_columns(
        pl.col("is_unknown").all().over("province").alias("whole")
    )
    provinces = active.filter("whole")["province"].unique(maintain_order=True).to_list()
    sectors = active.filter(pl.col("is_unknown") & ~pl.col("whole"))["sector"].unique(maintain_order=True).to_list()
    sellers = f"{int(is_unknown.sum())} of {active.height} sellers"
    return (f"No CO2 is known of {', '.join([*provinces, *sectors])} ({sellers}): what they deliver has no weight.",)
