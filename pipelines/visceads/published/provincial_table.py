"""One published provincial table on its axis: which tables there are, their flows, inputs and figures.

Belongs here: choosing a table, its axis, and rows of marts -> arrays on it. Not here: opening the marts (`marts`),
what is computed with the arrays.

Index k = (province, sector), province-major in table order; money in million yuan, CO2 in Mt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from visceads import codes
from visceads.contracts.fields import CO2_BASES, FINAL_DEMAND_CATEGORIES
from visceads.published.marts import Marts, PublishedError

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class TableAxis:
    """The axis of a provincial table.

    Attributes:
        table_id: the table.
        classification: '2012' or '2017', the one of its sectors.
        provinces: province codes in table order.
        sectors: sector codes in table order.
    """

    table_id: str
    classification: str
    provinces: tuple[str, ...]
    sectors: tuple[str, ...]

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """The pairs of province and sector, province-major."""
        return tuple((province, sector) for province in self.provinces for sector in self.sectors)


def co2_bases_of_tables(marts: Marts) -> dict[str, tuple[str, ...]]:
    """Return table id -> the bases on which any of its sectors has CO2, ids ascending.

    Raises:
        PublishedError: with exit code 1 if the version has no provincial table.
    """
    has_co2 = (pl.col(f"co2_{basis}_mt").is_not_null().any().alias(basis) for basis in CO2_BASES)
    found = marts.scan("mrio", "sector_account").group_by("table_id").agg(has_co2).sort("table_id").collect()
    if found.is_empty():
        raise PublishedError(
            f"version {marts.version} has no provincial input-output table: put one into raw/ and run `visceads run`",
            exit_code=1,
        )
    return {row["table_id"]: tuple(basis for basis in CO2_BASES if row[basis]) for row in found.to_dicts()}


def choose_table(marts: Marts, table_id: str | None, co2_basis: str | None = None) -> str:
    """Return the table that is meant: the one named, else the newest (the last id in ascending order).

    Args:
        marts: the published version.
        table_id: its id, or None.
        co2_basis: the basis on which it must have CO2, or None if it needs none.

    Raises:
        PublishedError: with exit code 2 for a table that is not there, with 1 if it has no CO2 of the basis or
            there is no table at all.
    """
    bases = co2_bases_of_tables(marts)
    if table_id is not None and table_id not in bases:
        raise PublishedError(
            f"there is no table '{table_id}' in version {marts.version}; --table can be {', '.join(bases)}",
            exit_code=2,
        )
    fitting = [name for name, found in bases.items() if co2_basis is None or co2_basis in found]
    chosen = table_id or (fitting or list(bases))[-1]
    if chosen in fitting:
        return chosen
    what_to_do = [f"--co2-basis {' or '.join(bases[chosen])}"] if bases[chosen] else []
    what_to_do += [f"another table with --table: {', '.join(fitting)}"] if fitting else []
    raise PublishedError(
        f"table {chosen} has no CO2 of the {co2_basis} basis; "
        f"{'use ' + ', or '.join(what_to_do) if what_to_do else 'put the inventory of its year into raw/'}",
        exit_code=1,
    )


def axis_of(marts: Marts, table_id: str) -> TableAxis:
    """Return the axis of a table that is published.

    Raises:
        PublishedError: with exit code 1 if its sectors are those of no known classification.
    """
    own = marts.scan("mrio", "sector_account").filter(pl.col("table_id") == table_id)
    sectors = set(own.select("sector_code").unique().collect()["sector_code"])
    for name in codes.CLASSIFICATIONS:
        if set(codes.sector_codes(name)) == sectors:
            return TableAxis(table_id, name, codes.province_codes(), codes.sector_codes(name))
    raise PublishedError(
        f"the {len(sectors)} sectors of table {table_id} are those of no known classification; run `visceads run` with "
        "this version of the program, then ask again",
        exit_code=1,
    )


def load_flows(marts: Marts, axis: TableAxis, province: str | None = None) -> F64:
    """Return intermediate flows, million yuan, row = seller, column = buyer; 0 where there is none.

    Args:
        marts: the published version.
        axis: the axis of the table.
        province: its code for the flows inside it, None for those of the nation.

    Returns:
        (n, n) over the axis, or (42, 42) over the sectors of the province.

    Raises:
        PublishedError: with exit code 1 if the flows name a code that is not on the axis.
    """
    rows = marts.scan("mrio", "flow").filter(pl.col("table_id") == axis.table_id)
    if province is not None:
        rows = rows.filter(pl.col("seller_province_code") == province, pl.col("buyer_province_code") == province)
    orders = {
        f"{side}_{kind}_code": order
        for side in ("seller", "buyer")
        for kind, order in (("province", axis.provinces), ("sector", axis.sectors))
    }
    flows = _placed(axis, "mrio.flow", rows, orders, "flow_m_cny")
    ends = []
    for side in ("seller", "buyer"):
        above = 0 if province is not None else flows[f"{side}_province_code"].to_numpy() * len(axis.sectors)
        ends.append(above + flows[f"{side}_sector_code"].to_numpy())
    count = len(axis.sectors) * (1 if province is not None else len(axis.provinces))
    matrix = np.zeros((count, count))
    matrix[ends[0], ends[1]] = flows["flow_m_cny"].to_numpy()
    return matrix


def load_final_demand(marts: Marts, axis: TableAxis) -> F64:
    """Return final demand for domestic products, million yuan; 0 where there is none.

    Returns:
        (n, R, C): seller on the axis, province of the buyer, category in the order of `FINAL_DEMAND_CATEGORIES`.

    Raises:
        PublishedError: with exit code 1 if it names a code that is not on the axis.
    """
    rows = marts.scan("mrio", "final_demand").filter(pl.col("table_id") == axis.table_id)
    orders: dict[str, Sequence[str]] = {
        "seller_province_code": axis.provinces,
        "seller_sector_code": axis.sectors,
        "buyer_province_code": axis.provinces,
        "category_code": FINAL_DEMAND_CATEGORIES,
    }
    demand = _placed(axis, "mrio.final_demand", rows, orders, "flow_m_cny")
    values = np.zeros([len(order) for order in orders.values()])
    values[tuple(demand[column].to_numpy() for column in orders)] = demand["flow_m_cny"].to_numpy()
    return values.reshape(-1, len(axis.provinces), len(FINAL_DEMAND_CATEGORIES))


def load_primary_inputs(marts: Marts, axis: TableAxis, items: Sequence[str]) -> F64:
    """Return primary inputs of sectors, million yuan, row = item in the order given, column = buyer; 0 where none.

    Args:
        marts: the published version.
        axis: the axis of the table.
        items: item codes; rows of other items, and those of final demand, are left out.

    Raises:
        PublishedError: with exit code 1 if they name a code that is not on the axis.
    """
    own = pl.col("table_id") == axis.table_id
    wanted = (pl.col("buyer_kind") == "sector") & pl.col("item_code").is_in(list(items))
    rows = marts.scan("mrio", "primary_input").filter(own & wanted)
    orders = {"item_code": items, "buyer_province_code": axis.provinces, "buyer_code": axis.sectors}
    inputs = _placed(axis, "mrio.primary_input", rows, orders, "input_m_cny")
    values = np.zeros([len(order) for order in orders.values()])
    values[tuple(inputs[column].to_numpy() for column in orders)] = inputs["input_m_cny"].to_numpy()
    return values.reshape(len(items), -1)


def load_sector_figures(axis: TableAxis, rows: pl.DataFrame, column: str) -> F64:
    """Return one figure of every sector on the axis, (n), NaN where it is null.

    Args:
        axis: the axis of the table.
        rows: one row a province and sector, in any order.
        column: the figure.

    Raises:
        PublishedError: with exit code 1 if the rows are not those of the axis, each once.
    """
    wanted = pl.DataFrame(axis.labels, schema=["province_code", "sector_code"], orient="row")
    key = ["province_code", "sector_code"]
    found = rows.select(*key, column, pl.lit(value=True).alias("is_there"))
    joined = wanted.join(found, on=key, how="left", maintain_order="left")
    if joined.height != wanted.height or rows.height != wanted.height or joined["is_there"].has_nulls():
        missing = joined.filter(pl.col("is_there").is_null())
        first = f"; {' '.join(missing.row(0)[:2])} is missing" if missing.height else ""
        raise _off_axis(axis, f"the rows of {column} ({rows.height} instead of {wanted.height}{first})")
    return joined[column].cast(pl.Float64).fill_null(np.nan).to_numpy().copy()


def _placed(
    axis: TableAxis, mart: str, rows: pl.LazyFrame, orders: Mapping[str, Sequence[str]], figure: str
) -> pl.DataFrame:
    """Return the figure of each row, and the positions of its codes in place of them."""
    found = rows.select(*(_position(column, order) for column, order in orders.items()), figure).collect()
    for column, order in orders.items():
        if found[column].has_nulls():
            code = rows.filter(_position(column, order).is_null()).select(column).first().collect().item()
            raise _off_axis(axis, f"the rows of {mart} (one has the {column} '{code}')")
    if found[figure].has_nulls():
        raise _off_axis(axis, f"the rows of {mart} (one has no {figure})")
    return found


def _position(column: str, order: Sequence[str]) -> pl.Expr:
    """The position of each code in `order`, null where it is not there."""
    return pl.col(column).cast(pl.Enum(order), strict=False).to_physical().cast(pl.Int64)


def _off_axis(axis: TableAxis, what: str) -> PublishedError:
    return PublishedError(
        f"table {axis.table_id} is not whole: {what} do not fit its {len(axis.provinces)} provinces x "
        f"{len(axis.sectors)} sectors; run `visceads run` with this version of the program, then ask again",
        exit_code=1,
    )
