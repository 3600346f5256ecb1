"""Between tables and arrays: the harmonised tables of one table id as matrices, and results as published tables.

Belongs here: reading `mrio.*` from the working database onto the axis of a table, and laying out results in the
columns of their contracts. Not here: the mathematics (`accounts`, `backbone`) and Dagster.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from visceads import codes
from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.footprint import embodied_flow_eebt, embodied_flow_mrio, province_footprints
from visceads.accounts.identity import identity_residuals
from visceads.accounts.multiplier import multipliers
from visceads.accounts.system import (
    F64,
    VALUE_ADDED_CODES,
    InputOutputSystem,
    InputOutputTable,
    build_system,
)
from visceads.backbone.filter_result import FilterResult
from visceads.backbone.filters import disparity, top_share
from visceads.backbone.node_metrics import node_metrics

CATEGORIES = ("FU101", "FU102", "FU103", "FU201", "FU202")
CO2_BASES = ("inventory", "satellite")

LARGEST_RESIDUAL = 1e-9
"""Accounting identities of results, relative to the total, where the table balances."""

LARGEST_TABLE_RESIDUAL = 5e-3
"""Balances of the table itself: readers accept 1e-3 of a sector's output, and the chain of suppliers multiplies it."""

IMBALANCE_SPREAD = 100.0
"""How far an imbalance may spread in CO2: intensities of sectors differ by about that factor from the mean."""


@dataclass(frozen=True)
class TableArrays:
    """The harmonised tables of one table id on its axis: k = (province, sector), province-major.

    Attributes:
        table_id: the table.
        sectors: its 42 sector codes in table order.
        table: flows, demand and primary inputs, million yuan.
        co2_mt: CO2 by basis, (n), Mt, NaN where null; a basis that the table does not have is absent.
        household_mt: (31) direct CO2 of households from the current inventory of the table's year, NaN where null.
    """

    table_id: str
    sectors: tuple[str, ...]
    table: InputOutputTable
    co2_mt: dict[str, F64]
    household_mt: F64


def classification_of(table_id: str) -> str:
    """The classification of a table: ids end in `-new` where the table has the 2017-style sectors."""
    return "2017" if table_id.endswith("-new") else "2012"


def axis_of(table_id: str) -> tuple[tuple[str, str], ...]:
    """The axis of a table: 1,302 pairs of province and sector code in table order."""
    sectors = codes.sector_codes(classification_of(table_id))
    return tuple((province, sector) for province in codes.province_codes() for sector in sectors)


def load_flows(connection: duckdb.DuckDBPyConnection, table_id: str) -> F64:
    """Return the domestic intermediate flows of a table, (1302, 1302), million yuan, row = seller."""
    query = """
        select seller_province_code, seller_sector_code, buyer_province_code, buyer_sector_code, flow_m_cny
        from mrio.flow where table_id = ?
    """
    flows = connection.execute(query, [table_id]).pl()
    sectors = codes.sector_codes(classification_of(table_id))
    seller = _position(flows, "seller_province_code", "seller_sector_code", sectors)
    buyer = _position(flows, "buyer_province_code", "buyer_sector_code", sectors)
    n = len(codes.province_codes()) * len(sectors)
    matrix = np.zeros((n, n))
    matrix[seller, buyer] = flows["flow_m_cny"].to_numpy()
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
    return TableArrays(table_id, sectors, table, present, _households(connection, table_id))


def account_tables(arrays: TableArrays) -> tuple[dict[str, pl.DataFrame], dict[str, float]]:
    """Compute the accounts of one table on every CO2 basis that it has.

    Returns:
        the frames of `accounts.multiplier`, `accounts.province_footprint` and `accounts.embodied_flow`, and the
        residual of every accounting identity as a multiple of what is allowed: 1 is the limit.

    Raises:
        AccountsError: if the table cannot be a productive input-output system.
    """
    system = build_system(arrays.table)
    parts: dict[str, list[pl.DataFrame]] = {"multiplier": [], "province_footprint": [], "embodied_flow": []}
    residuals: dict[str, float] = {}
    for basis, co2_mt in arrays.co2_mt.items():
        emissions = build_emissions(system, co2_mt, _sectors_without_row(arrays, basis))
        households = arrays.household_mt if basis == "inventory" else None
        frames, gaps = _accounts_on_basis(arrays, system, emissions, basis, households)
        for name, frame in frames.items():
            parts[name].append(frame)
        allowed = _allowed_residuals(system, gaps)
        residuals = {name: max(gap / allowed[name], residuals.get(name, 0.0)) for name, gap in gaps.items()}
    if not arrays.co2_mt:
        # money multipliers need no CO2: they are published with the CO2 columns null
        parts["multiplier"].append(_multiplier_frame(arrays, system, None, "inventory"))
    return {f"accounts.{name}": pl.concat(frames) for name, frames in parts.items() if frames}, residuals


def backbone_tables(blocks: F64, table_id: str) -> dict[str, pl.DataFrame]:
    """Compute filters and node metrics of the money flows inside every province.

    Args:
        blocks: (31, 42, 42) flows inside every province in table order, million yuan.
        table_id: the table, which tells the sectors.

    Returns:
        the frames of `backbone.edge` (all positive cells under both rules) and `backbone.node`.
    """
    sectors = codes.sector_codes(classification_of(table_id))
    edges, nodes = [], []
    for province, own in zip(codes.province_codes(), blocks, strict=True):
        for result in (top_share(own), disparity(own)):
            edges.append(_edge_frame(result, table_id, province, sectors))
        nodes.append(_node_frame(own, table_id, province, sectors))
    return {"backbone.edge": pl.concat(edges), "backbone.node": pl.concat(nodes)}


def _accounts_on_basis(
    arrays: TableArrays, system: InputOutputSystem, emissions: Emissions, basis: str, households: F64 | None
) -> tuple[dict[str, pl.DataFrame], dict[str, float]]:
    footprints = province_footprints(system, emissions, households)
    mrio, eebt = embodied_flow_mrio(system, emissions), embodied_flow_eebt(system, emissions)
    gaps = identity_residuals(system, multipliers(system, emissions), footprints, mrio, eebt)
    provinces = system.provinces
    key = {"table_id": arrays.table_id, "province_code": list(provinces), "co2_basis": basis}
    footprint_frame = _frame(
        key,
        production_mt=footprints.production_mt,
        consumption_mt=footprints.consumption_mt,
        income_mt=footprints.income_mt,
        import_enabled_mt=footprints.import_enabled_mt,
        export_mt=footprints.export_mt,
        error_mt=footprints.error_mt,
        stranded_mt=footprints.stranded_mt,
        household_mt=footprints.household_mt,
        net_transfer_mt=footprints.net_transfer_mt,
        excludes_tibet=["XZ" in footprints.provinces_without_inventory] * len(provinces),
        null_reason=pl.Series(footprints.null_reason, dtype=pl.String),
    )
    flows = [
        _frame(
            {
                "table_id": arrays.table_id,
                "co2_basis": basis,
                "accounting": flow.accounting,
                "origin_province_code": np.repeat(provinces, len(provinces)).tolist(),
                "destination_province_code": list(provinces) * len(provinces),
            },
            co2_mt=flow.co2_mt.ravel(),
        ).drop_nulls("co2_mt")
        for flow in (mrio, eebt)
    ]
    return {
        "multiplier": _multiplier_frame(arrays, system, emissions, basis),
        "province_footprint": footprint_frame,
        "embodied_flow": pl.concat(flows),
    }, gaps


def _allowed_residuals(system: InputOutputSystem, gaps: Mapping[str, float]) -> dict[str, float]:
    """What each residual may be.

    A table is accepted with rows and columns that miss by up to 1e-3 of a sector's output; what is computed from it can
    then add up only as well as it does. In a table that balances, results add up to 1e-9.
    """
    rows = system.Z.sum(axis=1) + system.demand - system.x
    columns = system.Z.sum(axis=0) + system.imports + system.value_added_total - system.x
    imbalance = float((np.abs(rows).sum() + np.abs(columns).sum()) / system.x.sum())
    of_table = {"row_balance", "column_balance", "quantity_model", "demand_equals_primary_inputs", "unit_cost"}
    of_results = max(LARGEST_RESIDUAL, IMBALANCE_SPREAD * imbalance)
    return {name: LARGEST_TABLE_RESIDUAL if name in of_table else of_results for name in gaps}


def _multiplier_frame(
    arrays: TableArrays, system: InputOutputSystem, emissions: Emissions | None, basis: str
) -> pl.DataFrame:
    result = multipliers(system, emissions)
    provinces, sectors = zip(*system.labels, strict=True)
    return _frame(
        {
            "table_id": arrays.table_id,
            "province_code": list(provinces),
            "sector_code": list(sectors),
            "co2_basis": basis,
        },
        output_multiplier=result.output,
        value_added_multiplier=result.value_added,
        income_multiplier=result.income,
        import_multiplier=result.imports,
        net_production_tax_multiplier=result.net_production_tax,
        co2_direct_t_per_m_cny=result.co2_direct_t_per_m_cny,
        co2_total_t_per_m_cny=result.co2_total_t_per_m_cny,
        co2_upstream_share=result.co2_upstream_share,
        null_reason=pl.Series(result.null_reason, dtype=pl.String).replace("no_co2", "no_inventory"),
    )


def _edge_frame(result: FilterResult, table_id: str, province: str, sectors: Sequence[str]) -> pl.DataFrame:
    names = pl.Series(sectors, dtype=pl.String)
    edges = result.to_frame()
    return edges.select(
        pl.lit(table_id).alias("table_id"),
        pl.lit("province").alias("scope"),
        pl.lit(province).alias("province_code"),
        pl.lit("flow").alias("weight_kind"),
        pl.lit(result.method).alias("method"),
        pl.lit(result.parameter).alias("parameter"),
        pl.lit(province).alias("seller_province_code"),
        names.gather(edges["seller"]).alias("seller_sector_code"),
        pl.lit(province).alias("buyer_province_code"),
        names.gather(edges["buyer"]).alias("buyer_sector_code"),
        "weight",
        "share",
        "rank",
        "score",
        "p_seller",
        "p_buyer",
        "is_kept",
        "is_self_loop",
        "width",
        pl.lit("million yuan").alias("unit"),
    )


def _node_frame(own: F64, table_id: str, province: str, sectors: Sequence[str]) -> pl.DataFrame:
    frame = node_metrics(own).to_frame()
    names = pl.Series(sectors, dtype=pl.String).gather(frame["node"])
    return frame.drop("node").select(
        pl.lit(table_id).alias("table_id"),
        pl.lit("province").alias("scope"),
        pl.lit(province).alias("province_code"),
        pl.lit("flow").alias("weight_kind"),
        names.alias("sector_code"),
        pl.all(),
    )


def _frame(key: Mapping[str, object], **columns: object) -> pl.DataFrame:
    """A frame of constants, lists and arrays; NaN becomes null."""
    length = max(len(v) for v in key.values() if isinstance(v, list))
    data = {name: value if isinstance(value, list) else [value] * length for name, value in key.items()}
    return pl.DataFrame({**data, **columns}).with_columns(pl.selectors.float().fill_nan(None))


Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


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


def _households(connection: duckdb.DuckDBPyConnection, table_id: str) -> F64:
    query = """
        select emission.province_code, emission.co2_mt
        from inventory.emission as emission
        inner join reference.inventory_sector as sector on emission.inventory_code = sector.inventory_code
        inner join inventory.emission_total as total
            on emission.release_id = total.release_id and emission.province_code = total.province_code
            and emission.year = total.year
        where emission.is_current and sector.kind = 'household' and total.null_reason is null
            and emission.year = cast(split_part(?, '-', 1) as integer)
        order by emission.province_code, emission.inventory_code, emission.fuel_code
    """
    rows = connection.execute(query, [table_id]).pl()
    sums = rows.group_by("province_code", maintain_order=True).agg(pl.col("co2_mt").sum())
    known = dict(sums.iter_rows())
    return np.array([known.get(province, np.nan) for province in codes.province_codes()])


def _sectors_without_row(arrays: TableArrays, basis: str) -> tuple[str, ...]:
    """Sectors of the table to which the concordance maps no inventory row; the satellite row covers all."""
    if basis != "inventory":
        return ()
    concordance = codes.seed("concordance_inventory_mrio").filter(
        pl.col("classification") == classification_of(arrays.table_id)
    )
    covered = set(concordance["sector_code"].drop_nulls())
    return tuple(sector for sector in arrays.sectors if sector not in covered)
