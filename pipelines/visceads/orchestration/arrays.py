"""From tables to arrays: the harmonised tables of one table id as matrices and columns on its axis.

Belongs here: reading `mrio.*`, and what of inventories and statistics goes with it, from the working database. Not
here: the mathematics (`accounts`, `backbone`), the layout of results (`account_tables`, `backbone_tables`), Dagster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from visceads import codes
from visceads.accounts.household_closure import HOUSEHOLD_CATEGORIES
from visceads.accounts.system import F64, VALUE_ADDED_CODES, InputOutputTable

CATEGORIES = ("FU101", "FU102", "FU103", "FU201", "FU202")
CO2_BASES = ("inventory", "satellite")
FUEL_GROUPS = ("coal", "oil", "gas", "process")

Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]

_YEAR_OF_TABLE = "cast(split_part(?, '-', 1) as integer)"


@dataclass(frozen=True)
class TableArrays:
    """The harmonised tables of one table id on its axis: k = (province, sector), province-major.

    Attributes:
        table_id: the table.
        sectors: its 42 sector codes in table order.
        table: flows, demand and primary inputs, million yuan.
        co2_mt: CO2 by basis, (n), Mt, NaN where null; a basis that the table does not have is absent.
        co2_by_fuel_group_mt: the inventory's CO2 by group of fuels, (n), Mt, NaN where null; empty without inventory.
        provinces: what goes with a province, 31 rows in table order, null where there is none: province_code;
            household_mt, direct CO2 of households from the current inventory of the table's year;
            household_import_m_cny, imports that households use themselves; gdp_m_cny, population_10k and their
            denominator_source; release_id of the table, inventory_release_id, split_rule (several parted by |).
    """

    table_id: str
    sectors: tuple[str, ...]
    table: InputOutputTable
    co2_mt: dict[str, F64]
    co2_by_fuel_group_mt: dict[str, F64]
    provinces: pl.DataFrame

    def by_province(self, column: str) -> F64:
        """Return a number of `provinces`, (31), NaN where null."""
        return _column(self.provinces, column)

    def sectors_without_row(self, basis: str) -> tuple[str, ...]:
        """Return the sectors to which the concordance maps no inventory row; the satellite row covers all."""
        if basis != "inventory":
            return ()
        concordance = codes.seed("concordance_inventory_mrio").filter(
            pl.col("classification") == classification_of(self.table_id)
        )
        covered = set(concordance["sector_code"].drop_nulls())
        return tuple(sector for sector in self.sectors if sector not in covered)


def classification_of(table_id: str) -> str:
    """The classification of a table: ids end in `-new` where the table has the 2017-style sectors."""
    return "2017" if table_id.endswith("-new") else "2012"


def axis_of(table_id: str) -> tuple[tuple[str, str], ...]:
    """The axis of a table: 1,302 pairs of province and sector code in table order."""
    sectors = codes.sector_codes(classification_of(table_id))
    return tuple((province, sector) for province in codes.province_codes() for sector in sectors)


def load_flows(connection: duckdb.DuckDBPyConnection, table_id: str) -> F64:
    """Return the domestic intermediate flows of a table, (1302, 1302), million yuan, row = seller."""
    sectors = codes.sector_codes(classification_of(table_id))
    seller, buyer = (
        f"{_position_in_sql(f'{side}_province_code', codes.province_codes())} * {len(sectors)} + "
        f"{_position_in_sql(f'{side}_sector_code', sectors)}"
        for side in ("seller", "buyer")
    )
    query = f"select {seller} as seller, {buyer} as buyer, flow_m_cny from mrio.flow where table_id = ?"  # noqa: S608
    flows = connection.execute(query, [table_id]).pl()
    n = len(codes.province_codes()) * len(sectors)
    matrix = np.zeros((n, n))
    matrix[flows["seller"].to_numpy(), flows["buyer"].to_numpy()] = flows["flow_m_cny"].to_numpy()
    return matrix


def load_own_blocks(connection: duckdb.DuckDBPyConnection, table_id: str) -> F64:
    """Return the flows inside every province, (31, 42, 42) in table order, million yuan, row = seller."""
    query = """
        select seller_province_code, seller_sector_code, buyer_sector_code, flow_m_cny
        from mrio.flow where table_id = ? and seller_province_code = buyer_province_code
    """
    flows = connection.execute(query, [table_id]).pl()
    sectors = codes.sector_codes(classification_of(table_id))
    blocks = np.zeros((len(codes.province_codes()), len(sectors), len(sectors)))
    province = _number(flows, "seller_province_code", codes.province_codes())
    seller = _number(flows, "seller_sector_code", sectors)
    buyer = _number(flows, "buyer_sector_code", sectors)
    blocks[province, seller, buyer] = flows["flow_m_cny"].to_numpy()
    return blocks


def load_table(connection: duckdb.DuckDBPyConnection, table_id: str) -> TableArrays:
    """Return everything that the accounts of one table need.

    Raises:
        ValueError: if the table is not complete (31 provinces x 42 sectors).
    """
    sectors = codes.sector_codes(classification_of(table_id))
    labels = axis_of(table_id)
    account = _account(connection, table_id, labels)
    table = InputOutputTable(
        labels=labels,
        categories=CATEGORIES,
        Z=load_flows(connection, table_id),
        x=_column(account, "gross_output_m_cny"),
        final_demand=_final_demand(connection, table_id, sectors),
        exports=_column(account, "export_m_cny"),
        error=_column(account, "error_m_cny"),
        imports=_column(account, "import_m_cny"),
        value_added=_value_added(connection, table_id, sectors),
    )
    co2 = {basis: _column(account, f"co2_{basis}_mt") for basis in CO2_BASES}
    present = {basis: values for basis, values in co2.items() if not np.isnan(values).all()}
    groups = {group: _column(account, f"co2_inventory_{group}_mt") for group in FUEL_GROUPS}
    return TableArrays(
        table_id=table_id,
        sectors=sectors,
        table=table,
        co2_mt=present,
        co2_by_fuel_group_mt=groups if "inventory" in present else {},
        provinces=_provinces(connection, table_id, account),
    )


def _position_in_sql(column: str, order: Sequence[str]) -> str:
    """SQL for the position of a code in `order`, from 0: faster on a million rows than looking texts up afterwards.

    A code that is not in `order` is an error in DuckDB.
    """
    names = ", ".join(f"'{code}'" for code in order)
    return f"cast(enum_code(cast({column} as enum ({names}))) as bigint)"


def _number(frame: pl.DataFrame, column: str, order: Sequence[str]) -> Numbers:
    """The position of each row's code in `order`."""
    return frame[column].replace_strict(list(order), list(range(len(order))), return_dtype=pl.Int64).to_numpy()


def _position(frame: pl.DataFrame, province: str, sector: str, sectors: Sequence[str]) -> Numbers:
    """The position k of each row's province and sector on the axis."""
    return _number(frame, province, codes.province_codes()) * len(sectors) + _number(frame, sector, sectors)


def _account(connection: duckdb.DuckDBPyConnection, table_id: str, labels: tuple[tuple[str, str], ...]) -> pl.DataFrame:
    rows = connection.execute("select * from mrio.sector_account where table_id = ?", [table_id]).pl()
    axis = pl.DataFrame(labels, schema=["province_code", "sector_code"], orient="row")
    account = axis.join(rows, on=["province_code", "sector_code"], how="left", maintain_order="left")
    missing = account.filter(pl.col("gross_output_m_cny").is_null())
    if missing.height:
        first = missing.row(0, named=True)
        raise ValueError(
            f"table {table_id} has no account of {first['province_code']} {first['sector_code']} "
            f"({missing.height} of {len(labels)} are missing); read its workbook again"
        )
    return account


def _column(account: pl.DataFrame, name: str) -> F64:
    return account[name].cast(pl.Float64).fill_null(np.nan).to_numpy().copy()


def _final_demand(connection: duckdb.DuckDBPyConnection, table_id: str, sectors: Sequence[str]) -> F64:
    rows = connection.execute("select * from mrio.final_demand where table_id = ?", [table_id]).pl()
    provinces = codes.province_codes()
    array = np.zeros((len(provinces) * len(sectors), len(provinces), len(CATEGORIES)))
    seller = _position(rows, "seller_province_code", "seller_sector_code", sectors)
    buyer = _number(rows, "buyer_province_code", provinces)
    array[seller, buyer, _number(rows, "category_code", CATEGORIES)] = rows["flow_m_cny"].to_numpy()
    return array


def _value_added(connection: duckdb.DuckDBPyConnection, table_id: str, sectors: Sequence[str]) -> F64:
    query = "select * from mrio.primary_input where table_id = ? and buyer_kind = 'sector' and item_code <> 'IM'"
    rows = connection.execute(query, [table_id]).pl()
    array = np.zeros((len(VALUE_ADDED_CODES), len(codes.province_codes()) * len(sectors)))
    item = _number(rows, "item_code", VALUE_ADDED_CODES)
    array[item, _position(rows, "buyer_province_code", "buyer_code", sectors)] = rows["input_m_cny"].to_numpy()
    return array


def _provinces(connection: duckdb.DuckDBPyConnection, table_id: str, account: pl.DataFrame) -> pl.DataFrame:
    provinces = pl.DataFrame({"province_code": codes.province_codes()})
    sources = account.group_by("province_code").agg(
        pl.col("release_id", "inventory_release_id").drop_nulls().first(),
        pl.col("split_rule").drop_nulls().unique().sort().str.join("|").replace("", None),
    )
    parts = (
        _households(connection, table_id),
        _household_imports(connection, table_id),
        _statistics(connection, table_id),
        sources,
    )
    for part in parts:
        provinces = provinces.join(part, on="province_code", how="left", maintain_order="left", validate="1:1")
    return provinces


def _households(connection: duckdb.DuckDBPyConnection, table_id: str) -> pl.DataFrame:
    query = f"""
        select emission.province_code, emission.co2_mt as household_mt
        from inventory.emission as emission
        inner join reference.inventory_sector as sector on emission.inventory_code = sector.inventory_code
        inner join inventory.emission_total as total
            on emission.release_id = total.release_id and emission.province_code = total.province_code
            and emission.year = total.year
        where emission.is_current and sector.kind = 'household' and total.null_reason is null
            and emission.year = {_YEAR_OF_TABLE}
        order by emission.province_code, emission.inventory_code, emission.fuel_code
    """  # noqa: S608 - a constant
    return _sums(connection.execute(query, [table_id]).pl(), "household_mt")


def _household_imports(connection: duckdb.DuckDBPyConnection, table_id: str) -> pl.DataFrame:
    query = """
        select buyer_province_code as province_code, input_m_cny as household_import_m_cny
        from mrio.primary_input
        where table_id = ? and item_code = 'IM' and buyer_kind = 'final_demand' and list_contains(?, buyer_code)
        order by buyer_province_code, buyer_code
    """
    rows = connection.execute(query, [table_id, list(HOUSEHOLD_CATEGORIES)]).pl()
    return _sums(rows, "household_import_m_cny")


def _sums(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Sum a column by province, in the order of the rows: DuckDB's own sums differ in their last digits."""
    return rows.group_by("province_code", maintain_order=True).agg(pl.col(name).sum())


def _statistics(connection: duckdb.DuckDBPyConnection, table_id: str) -> pl.DataFrame:
    query = f"""
        select province_code, gdp_m_cny, population_10k, denominator_source
        from staging.stg_nbs_province_year where year = {_YEAR_OF_TABLE}
    """  # noqa: S608 - a constant
    return connection.execute(query, [table_id]).pl()
