"""One published provincial table as arrays, with everything that tells where it came from.

Belongs here: which table a scenario means, its system and CO2, its releases and rules. Not here: marts -> arrays
(`published`), what is computed with them.

Index k = (province, sector), province-major in table order; money in million yuan, CO2 in Mt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from visceads import codes
from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.scenario_change import Economy
from visceads.accounts.system import F64, VALUE_ADDED_CODES, InputOutputSystem, InputOutputTable, build_system
from visceads.contracts.fields import FINAL_DEMAND_CATEGORIES
from visceads.lake.paths import LakePaths
from visceads.published.marts import Marts, PublishedError, open_marts
from visceads.published.provincial_table import (
    TableAxis,
    axis_of,
    choose_table,
    co2_bases_of_tables,
    load_final_demand,
    load_flows,
    load_primary_inputs,
    load_sector_figures,
)
from visceads.scenarios.errors import ScenarioError


@dataclass(frozen=True)
class Release:
    """A workbook that a table rests on, as meta.release tells it."""

    release_id: str
    family: str
    file_name: str
    sha256: str
    citation: str
    is_synthetic: bool
    is_reconstructed: bool


@dataclass(frozen=True)
class PublishedTable:
    """A table of the published version on one CO2 basis.

    Attributes:
        version: the version of the marts.
        table_id: the table.
        co2_basis: inventory or satellite.
        economy: the system and its CO2; no CO2 where the table has none on any basis.
        household_mt: (R) direct CO2 of households as accounts.province_footprint tells it, NaN where null.
        split_rule: how mixed inventory rows were shared among sectors; None on the satellite basis.
        releases: the workbooks that went in, by id.
        other_tables: the other tables of the version.
    """

    version: str
    table_id: str
    co2_basis: str
    economy: Economy
    household_mt: F64
    split_rule: str | None
    releases: tuple[Release, ...]
    other_tables: tuple[str, ...]

    @property
    def is_synthetic(self) -> bool:
        """Whether any workbook that went in is synthetic."""
        return any(release.is_synthetic for release in self.releases)

    @property
    def is_reconstructed(self) -> bool:
        """Whether cells of any workbook that went in were filled by a model."""
        return any(release.is_reconstructed for release in self.releases)


def load_published_table(lake: LakePaths, table_id: str | None, co2_basis: str) -> PublishedTable:
    """Return a table of the published version.

    Args:
        lake: the lake; only its marts are read.
        table_id: the table, or None for the newest that has CO2 of the basis (the last id in ascending order).
        co2_basis: inventory or satellite.

    Raises:
        ScenarioError: with exit code 2 for a table that is not there, with 1 where nothing is published, the table
            has CO2 of the other basis only, or the marts are not whole.
    """
    try:
        return _load(open_marts(lake), table_id, co2_basis)
    except PublishedError as error:
        raise ScenarioError(str(error), error.exit_code) from None


def _load(marts: Marts, table_id: str | None, co2_basis: str) -> PublishedTable:
    bases = co2_bases_of_tables(marts)
    chosen = _chosen_table(marts, bases, table_id, co2_basis)
    axis = axis_of(marts, chosen)
    account = marts.rows("mrio", "sector_account", chosen)
    table = _table(marts, axis, account)
    try:
        system = build_system(table)
        emissions = _emissions(marts, system, axis, account, co2_basis) if co2_basis in bases[chosen] else None
    except AccountsError as error:
        raise ScenarioError(f"table {chosen} of version {marts.version}: {error}", exit_code=1) from None
    is_inventory = co2_basis == "inventory"
    rules = account["split_rule"].drop_nulls().unique().sort().to_list() if is_inventory else []
    names = [account["release_id"], account["inventory_release_id"]] if is_inventory else [account["release_id"]]
    return PublishedTable(
        version=marts.version,
        table_id=chosen,
        co2_basis=co2_basis,
        economy=Economy(system, emissions),
        household_mt=_households(marts, chosen, co2_basis),
        split_rule=" and ".join(rules) or None,
        releases=_releases(marts, pl.concat(names).drop_nulls().unique().sort().to_list()),
        other_tables=tuple(sorted(set(bases) - {chosen})),
    )


def _chosen_table(marts: Marts, bases: Mapping[str, Sequence[str]], table_id: str | None, co2_basis: str) -> str:
    """Return the table; one without CO2 on any basis carries money alone, but is not preferred to one that has it."""
    meant = max(bases) if table_id is None else table_id
    has_none = meant in bases and not bases[meant]
    is_basis_known = any(co2_basis in found for found in bases.values())
    is_money_alone = has_none and (table_id is not None or not is_basis_known)
    return choose_table(marts, table_id, None if is_money_alone else co2_basis)


def _table(marts: Marts, axis: TableAxis, account: pl.DataFrame) -> InputOutputTable:
    return InputOutputTable(
        labels=axis.labels,
        categories=FINAL_DEMAND_CATEGORIES,
        Z=load_flows(marts, axis),
        x=load_sector_figures(axis, account, "gross_output_m_cny"),
        final_demand=load_final_demand(marts, axis),
        exports=load_sector_figures(axis, account, "export_m_cny"),
        error=load_sector_figures(axis, account, "error_m_cny"),
        imports=load_sector_figures(axis, account, "import_m_cny"),
        value_added=load_primary_inputs(marts, axis, VALUE_ADDED_CODES),
    )


def _emissions(
    marts: Marts, system: InputOutputSystem, axis: TableAxis, account: pl.DataFrame, co2_basis: str
) -> Emissions:
    without_row: Sequence[str] = ()
    if co2_basis == "inventory":
        # the satellite row covers every sector, the inventories only those that the concordance names
        concordance = marts.scan("reference", "concordance").select("classification", "sector_code").collect()
        covered = set(concordance.filter(classification=axis.classification)["sector_code"].drop_nulls())
        without_row = [sector for sector in axis.sectors if sector not in covered]
    return build_emissions(system, load_sector_figures(axis, account, f"co2_{co2_basis}_mt"), without_row)


def _households(marts: Marts, table_id: str, co2_basis: str) -> F64:
    rows = marts.rows("accounts", "province_footprint", table_id).filter(co2_basis=co2_basis)
    known = dict(rows.select("province_code", "household_mt").iter_rows())
    values = [known.get(province) for province in codes.province_codes()]
    return np.array([np.nan if value is None else value for value in values])


def _releases(marts: Marts, names: Sequence[str]) -> tuple[Release, ...]:
    columns = list(Release.__dataclass_fields__)
    rows = marts.scan("meta", "release").filter(pl.col("release_id").is_in(names)).select(columns).collect()
    if rows.height != len(names):
        raise ScenarioError(
            f"meta.release of version {marts.version} does not list {', '.join(set(names) - set(rows['release_id']))}; "
            "run `visceads run`, then ask again",
            exit_code=1,
        )
    return tuple(Release(**row) for row in rows.sort("release_id").to_dicts())
