"""The networks of one table id as matrices: money and embodied CO2, within and between provinces.

Belongs here: reading what networks are made of, cutting and adding up to the nodes of a scope. Not here: filters
(`backbone`), the layout of results (`backbone_tables`, `comparison_tables`), Dagster.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import duckdb
import numpy as np
import polars as pl

from visceads import codes
from visceads.accounts.system import F64
from visceads.backbone.network import Network, network_from_matrix
from visceads.backbone.weight_kinds import added_up, embodied_co2
from visceads.contracts.fields import NATION_CODE, TOTAL_CODE
from visceads.orchestration.arrays import CO2_BASES, axis_of, classification_of, load_flows
from visceads.orchestration.tables import part_path
from visceads.settings import Settings

UNITS = {"flow": "million yuan", "embodied_co2": "Mt"}
"""Kind of weight -> its unit."""

SELLER_INTENSITY = "staging.seller_intensity"
"""The working table of `seller_intensity`, one part a table id; it is not published."""


@dataclass(frozen=True, eq=False)
class ScopedNetwork:
    """One network and where it belongs.

    Attributes:
        scope: province, interprovincial or national.
        province_code: the province, or CN.
        weight_kind: flow or embodied_co2.
        co2_basis: inventory or satellite; None for money.
        provinces: province code of each node.
        sectors: sector code of each node; `total` where a node is a whole province.
        network: the network; its nodes are named by sector in a province, by province between provinces.
    """

    scope: str
    province_code: str
    weight_kind: str
    co2_basis: str | None
    provinces: tuple[str, ...]
    sectors: tuple[str, ...]
    network: Network


@dataclass(frozen=True, eq=False)
class TableNetworks:
    """What the networks of one table are made of.

    Attributes:
        table_id: the table.
        flows: (1302, 1302) money flows in table order, million yuan, row = seller.
        co2_basis: inventory where the table has it, else satellite; None where it has neither.
        intensity: (1302) total CO2 intensity of each seller, t per million yuan, NaN where unknown.
        province_co2: (31, 31) CO2 embodied in what a province makes for another's final demand, Mt; None where the
            table has no CO2.
    """

    table_id: str
    flows: F64
    co2_basis: str | None
    intensity: F64
    province_co2: F64 | None

    def own(self, province: str, weight_kind: str) -> ScopedNetwork | None:
        """The network of the sectors of one province; None for CO2 of a table without CO2."""
        if weight_kind == "embodied_co2" and self.co2_basis is None:
            return None
        sectors = codes.sector_codes(classification_of(self.table_id))
        start = codes.province_codes().index(province) * len(sectors)
        here = slice(start, start + len(sectors))
        weights = self.flows[here, here]
        if weight_kind == "embodied_co2":
            weights = embodied_co2(weights, self.intensity[here])
        basis = self.co2_basis if weight_kind == "embodied_co2" else None
        network = network_from_matrix(weights, sectors)
        return ScopedNetwork("province", province, weight_kind, basis, (province,) * len(sectors), sectors, network)

    def between(self, weight_kind: str) -> ScopedNetwork | None:
        """The network of the provinces; None for CO2 of a table without it or with negative CO2.

        CO2 that a province emits for another is negative where more of a stock was drawn down than used; a network
        has no negative weights.
        """
        weights = self._flows_between if weight_kind == "flow" else self.province_co2
        if weights is None or weights.min() < 0:
            return None
        provinces = codes.province_codes()
        basis = self.co2_basis if weight_kind == "embodied_co2" else None
        sectors = (TOTAL_CODE,) * len(provinces)
        network = network_from_matrix(weights, provinces)
        return ScopedNetwork("interprovincial", NATION_CODE, weight_kind, basis, provinces, sectors, network)

    def national(self) -> ScopedNetwork:
        """The network of money flows among all sectors of all provinces."""
        provinces, sectors = (tuple(part) for part in zip(*axis_of(self.table_id), strict=True))
        network = network_from_matrix(self.flows)
        return ScopedNetwork("national", NATION_CODE, "flow", None, provinces, sectors, network)

    @cached_property
    def _flows_between(self) -> F64:
        count = len(codes.province_codes())
        return added_up(self.flows, np.repeat(np.arange(count), len(self.flows) // count), count)


def seller_intensity(multipliers: pl.DataFrame, table_id: str) -> pl.DataFrame:
    """Choose the CO2 basis of a table's networks, and return what turns the money that a sector sells into CO2.

    Args:
        multipliers: the rows of `accounts.multiplier` of the table.
        table_id: the table.

    Returns:
        one row a sector in table order: table_id, province_code, sector_code, co2_basis (inventory where the table has
        it, else satellite; null where it has neither), co2_total_t_per_m_cny (null where unknown).
    """
    known = multipliers.drop_nulls("co2_total_t_per_m_cny")
    basis = next((name for name in CO2_BASES if (known["co2_basis"] == name).any()), None)
    keys = ["province_code", "sector_code"]
    labels = pl.DataFrame(axis_of(table_id), schema=keys, orient="row")
    chosen = known.filter(pl.col("co2_basis") == basis).select(*keys, "co2_total_t_per_m_cny")
    joined = labels.join(chosen, on=keys, how="left", maintain_order="left", validate="1:1")
    return joined.select(
        pl.lit(table_id).alias("table_id"),
        *keys,
        pl.lit(basis, dtype=pl.String).alias("co2_basis"),
        "co2_total_t_per_m_cny",
    )


def load_networks(connection: duckdb.DuckDBPyConnection, settings: Settings, table_id: str) -> TableNetworks:
    """Return what the networks of a table are made of; `SELLER_INTENSITY` has been written before.

    Args:
        connection: the working database.
        settings: the lake, in whose `build/tables` the accounts lie.
        table_id: the table.
    """
    sellers = pl.read_parquet(part_path(settings, SELLER_INTENSITY, table_id))
    basis = sellers["co2_basis"][0]
    intensity = sellers["co2_total_t_per_m_cny"].fill_null(np.nan).to_numpy().copy()
    co2 = None if basis is None else _co2_between_provinces(settings, table_id, basis)
    return TableNetworks(table_id, load_flows(connection, table_id), basis, intensity, co2)


def _co2_between_provinces(settings: Settings, table_id: str, basis: str) -> F64:
    rows = pl.read_parquet(part_path(settings, "accounts.embodied_flow", table_id))
    rows = rows.filter(co2_basis=basis, accounting="mrio")
    place = {province: k for k, province in enumerate(codes.province_codes())}
    matrix = np.zeros((len(place), len(place)))
    for origin, destination, co2 in rows.select(
        "origin_province_code", "destination_province_code", "co2_mt"
    ).iter_rows():
        matrix[place[origin], place[destination]] = co2
    return matrix
