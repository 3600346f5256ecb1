"""One published provincial table as arrays, with everything that tells where it came from.

Belongs here: choosing the table and the CO2 basis, reading the marts onto the axis of the table, its releases and
rules. Not here: what is computed with it; anything that is not published.

Index k = (province, sector), province-major in table order; money in million yuan, CO2 in Mt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
from numpy.typing import NDArray

from visceads import codes
from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.scenario_change import Economy
from visceads.accounts.system import F64, VALUE_ADDED_CODES, InputOutputSystem, InputOutputTable, build_system
from visceads.contracts.fields import CO2_BASES, FINAL_DEMAND_CATEGORIES
from visceads.lake.paths import LakePaths
from visceads.lake.publication import current_version
from visceads.scenarios.errors import ScenarioError

_Positions = NDArray[np.int64]


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
    marts = _Marts(lake, _version(lake))
    bases = _bases_by_table(marts)
    chosen, has_co2 = _chosen_table(marts, bases, table_id, co2_basis)
    account = marts.rows("mrio", "sector_account", chosen)
    labels = _axis(chosen, set(account["sector_code"]))
    account = _on_axis(account, labels, chosen)
    try:
        system = build_system(_table(marts, chosen, account, labels))
        emissions = _emissions(marts, system, account, co2_basis) if has_co2 else None
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


@dataclass(frozen=True)
class _Marts:
    """The tables of one version: a version published meanwhile is not mixed in."""

    lake: LakePaths
    version: str

    def scan(self, group: str, table: str) -> pl.LazyFrame:
        path = self.lake.mart(self.version, group, table)
        if not path.is_file():
            raise ScenarioError(
                f"version {self.version} has no table {group}.{table}: it was published by another version of the "
                "program. Run `visceads run`, then ask again",
                exit_code=1,
            )
        return pl.scan_parquet(path)

    def rows(self, group: str, table: str, table_id: str) -> pl.DataFrame:
        """Return the rows of one provincial table."""
        return self.scan(group, table).filter(pl.col("table_id") == table_id).collect()


def _version(lake: LakePaths) -> str:
    version = current_version(lake)
    if version is None:
        raise ScenarioError("nothing is published in this lake yet: run `visceads run` first", exit_code=1)
    return version


def _chosen_table(
    marts: _Marts, bases: Mapping[str, Sequence[str]], table_id: str | None, co2_basis: str
) -> tuple[str, bool]:
    """Return the table and whether it has CO2 of the basis; refuse where only the other basis is there."""
    if not bases:
        raise ScenarioError(
            f"version {marts.version} has no provincial input-output table: put one into raw/ and run `visceads run`",
            exit_code=1,
        )
    if table_id is not None and table_id not in bases:
        raise ScenarioError(
            f"there is no table '{table_id}' in version {marts.version}; --table can be {', '.join(sorted(bases))}",
            exit_code=2,
        )
    with_basis = sorted(name for name, found in bases.items() if co2_basis in found)
    chosen = table_id or max(with_basis or bases)
    if co2_basis not in bases[chosen] and bases[chosen]:
        elsewhere = f", or a table that has it with --table: {', '.join(with_basis)}" if with_basis else ""
        raise ScenarioError(
            f"table {chosen} has no CO2 of the {co2_basis} basis; use --co2-basis {' or '.join(bases[chosen])}"
            f"{elsewhere}",
            exit_code=1,
        )
    return chosen, co2_basis in bases[chosen]


def _bases_by_table(marts: _Marts) -> dict[str, list[str]]:
    found = (
        marts.scan("mrio", "sector_account")
        .group_by("table_id")
        .agg(pl.col(f"co2_{basis}_mt").is_not_null().any().alias(basis) for basis in CO2_BASES)
        .collect()
    )
    return {row["table_id"]: [basis for basis in CO2_BASES if row[basis]] for row in found.to_dicts()}


def _axis(table_id: str, sectors: set[str]) -> tuple[tuple[str, str], ...]:
    for name in codes.CLASSIFICATIONS:
        in_order = codes.sector_codes(name)
        if set(in_order) == sectors:
            return tuple((province, sector) for province in codes.province_codes() for sector in in_order)
    raise ScenarioError(
        f"the sectors of table {table_id} are those of no known classification ({len(sectors)} of them); run `visceads "
        "run` with this version of the program, then ask again",
        exit_code=1,
    )


def _on_axis(account: pl.DataFrame, labels: tuple[tuple[str, str], ...], table_id: str) -> pl.DataFrame:
    """Return the rows in the order of the axis; refuse a table that is not complete."""
    axis = pl.DataFrame(labels, schema=["province_code", "sector_code"], orient="row")
    aligned = axis.join(account, on=["province_code", "sector_code"], how="left", maintain_order="left")
    missing = aligned.filter(pl.col("gross_output_m_cny").is_null())
    if missing.height or account.height != len(labels):
        first = " ".join(missing.row(0)[:2]) if missing.height else "one sector twice"
        raise ScenarioError(
            f"table {table_id} has {account.height} sector accounts instead of {len(labels)} ({first}); run `visceads "
            "run`, then ask again",
            exit_code=1,
        )
    return aligned


def _table(
    marts: _Marts, table_id: str, account: pl.DataFrame, labels: tuple[tuple[str, str], ...]
) -> InputOutputTable:
    provinces = codes.province_codes()
    n = len(labels)
    position = {label: k for k, label in enumerate(labels)}
    sellers = ("seller_province_code", "seller_sector_code")

    flow = marts.rows("mrio", "flow", table_id)
    Z = np.zeros((n, n))
    buyers = ("buyer_province_code", "buyer_sector_code")
    Z[_numbers(flow, sellers, position), _numbers(flow, buyers, position)] = flow["flow_m_cny"].to_numpy()

    demand = marts.rows("mrio", "final_demand", table_id)
    uses = {use: column for column, use in enumerate(product(provinces, FINAL_DEMAND_CATEGORIES))}
    final = np.zeros((n, len(uses)))
    columns = _numbers(demand, ("buyer_province_code", "category_code"), uses)
    final[_numbers(demand, sellers, position), columns] = demand["flow_m_cny"].to_numpy()

    inputs = marts.rows("mrio", "primary_input", table_id).filter(buyer_kind="sector")
    inputs = inputs.filter(pl.col("item_code").is_in(VALUE_ADDED_CODES))
    value_added = np.zeros((len(VALUE_ADDED_CODES), n))
    items = inputs["item_code"].replace_strict(list(VALUE_ADDED_CODES), list(range(len(VALUE_ADDED_CODES)))).to_numpy()
    value_added[items, _numbers(inputs, ("buyer_province_code", "buyer_code"), position)] = inputs["input_m_cny"]
    return InputOutputTable(
        labels=labels,
        categories=FINAL_DEMAND_CATEGORIES,
        Z=Z,
        x=_floats(account["gross_output_m_cny"]),
        final_demand=final.reshape(n, len(provinces), len(FINAL_DEMAND_CATEGORIES)),
        exports=_floats(account["export_m_cny"]),
        error=_floats(account["error_m_cny"]),
        imports=_floats(account["import_m_cny"]),
        value_added=value_added,
    )


def _numbers(frame: pl.DataFrame, columns: tuple[str, str], position: Mapping[tuple[str, str], int]) -> _Positions:
    """Return the position of each row's pair of codes."""
    schema = dict.fromkeys(columns, pl.String) | {"position": pl.Int64}
    known = pl.DataFrame([(*pair, k) for pair, k in position.items()], schema=schema, orient="row")
    found = frame.select(columns).join(known, on=columns, how="left", maintain_order="left")
    unknown = found.filter(pl.col("position").is_null())
    if unknown.height:
        raise ScenarioError(
            f"the published tables name {' '.join(map(str, unknown.row(0)[:2]))}, which is not on the axis of the "
            "table; run `visceads run` with this version of the program, then ask again",
            exit_code=1,
        )
    return found["position"].to_numpy()


def _emissions(marts: _Marts, system: InputOutputSystem, account: pl.DataFrame, co2_basis: str) -> Emissions:
    without_row: Sequence[str] = ()
    if co2_basis == "inventory":
        # the satellite row covers every sector, the inventories only those that the concordance names
        concordance = marts.scan("reference", "concordance").select("classification", "sector_code").collect()
        sectors = tuple(dict.fromkeys(sector for _, sector in system.labels))
        name = next(name for name in codes.CLASSIFICATIONS if codes.sector_codes(name) == sectors)
        covered = set(concordance.filter(classification=name)["sector_code"].drop_nulls())
        without_row = [sector for sector in sectors if sector not in covered]
    return build_emissions(system, _floats(account[f"co2_{co2_basis}_mt"]), without_row)


def _households(marts: _Marts, table_id: str, co2_basis: str) -> F64:
    rows = marts.rows("accounts", "province_footprint", table_id).filter(co2_basis=co2_basis)
    known = dict(rows.select("province_code", "household_mt").iter_rows())
    values = [known.get(province) for province in codes.province_codes()]
    return np.array([np.nan if value is None else value for value in values])


def _releases(marts: _Marts, names: Sequence[str]) -> tuple[Release, ...]:
    columns = list(Release.__dataclass_fields__)
    rows = marts.scan("meta", "release").filter(pl.col("release_id").is_in(names)).select(columns).collect()
    if rows.height != len(names):
        raise ScenarioError(
            f"meta.release of version {marts.version} does not list {', '.join(set(names) - set(rows['release_id']))}; "
            "run `visceads run`, then ask again",
            exit_code=1,
        )
    return tuple(Release(**row) for row in rows.sort("release_id").to_dicts())


def _floats(values: pl.Series) -> F64:
    return values.cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
