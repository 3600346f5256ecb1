"""Tables of a coarser grain: harmonised sectors, regions, the nation; and one province as a table of its own.

Belongs here: summing flows of an `InputOutputTable` into fewer sectors and provinces, the groupings that the seeds
define. Not here: coefficients and multipliers; they are computed anew from the summed flows (`build_system`) and
never averaged. Nothing is ever split.

Flows, final demand (its buyers too), exports, error, imports and value added are summed with the same 0/1 map, so
every total of the table stays what it was.

Source: Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapter 4.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from visceads import codes
from visceads.accounts.errors import AccountsError
from visceads.accounts.system import F64, InputOutputTable

NATION = "CN"
"""The code of all provinces together."""


@dataclass(frozen=True)
class Grouping:
    """A many-to-one map of codes.

    Attributes:
        codes: the new codes in the order in which they shall stand in the table.
        group_of: old code -> new code.
    """

    codes: tuple[str, ...]
    group_of: Mapping[str, str]


@dataclass(frozen=True)
class Aggregation:
    """The map of a table's axis onto a coarser one, from `aggregation_of`.

    Attributes:
        labels: (N) pairs of province and sector of the new table.
        provinces: (Q) new province codes in order.
        position: (n) place of each old sector in `labels`.
        province_position: (R) place of each old province in `provinces`.
    """

    labels: tuple[tuple[str, str], ...]
    provinces: tuple[str, ...]
    position: NDArray[np.intp]
    province_position: NDArray[np.intp]


def harmonised_sectors(classification: str) -> Grouping:
    """Return the map of the 42 sectors of a classification ('2012', '2017') to the sectors common to both.

    Raises:
        AccountsError: if there is no such classification.
    """
    rows = codes.seed("sector_harmonised_map").filter(pl.col("classification") == classification)
    if rows.is_empty():
        raise AccountsError(
            f"there is no sector classification '{classification}'; choose one of {', '.join(codes.CLASSIFICATIONS)}"
        )
    order = codes.seed("sector_harmonised").sort(pl.col("harmonised_no").cast(pl.Int32))["harmonised_code"]
    return Grouping(tuple(order), dict(zip(rows["sector_code"], rows["harmonised_code"], strict=True)))


def regions() -> Grouping:
    """Return the map of the 31 provinces to the regions of the seed, in the order of their first province."""
    rows = codes.seed("province").sort(pl.col("mrio_order").cast(pl.Int32))
    order = tuple(rows["region_code"].unique(maintain_order=True))
    return Grouping(order, dict(zip(rows["province_code"], rows["region_code"], strict=True)))


def nation(provinces: tuple[str, ...] | None = None) -> Grouping:
    """Return the map of all provinces to one.

    Args:
        provinces: the codes to be mapped; without them the 31 provinces.
    """
    return Grouping((NATION,), dict.fromkeys(provinces or codes.province_codes(), NATION))


def aggregation_of(
    labels: tuple[tuple[str, str], ...], provinces: Grouping | None = None, sectors: Grouping | None = None
) -> Aggregation:
    """Return the map of an axis onto a coarser one.

    Args:
        labels: (n) pairs of province and sector, province-major, as in a table.
        provinces: how provinces are grouped; None keeps them.
        sectors: how sectors are grouped; None keeps them.

    Raises:
        AccountsError: a code of the table that has no group, a group that is not among the codes, or one that no
            sector of the table belongs to.
    """
    old = tuple(dict.fromkeys(province for province, _ in labels))
    province_groups = provinces or _identity(old)
    sector_groups = sectors or _identity(tuple(dict.fromkeys(sector for _, sector in labels)))
    rank_of_province, rank_of_sector = _ranks(province_groups), _ranks(sector_groups)
    pairs = [
        (_group(province, province_groups, "province"), _group(sector, sector_groups, "sector"))
        for province, sector in labels
    ]
    _require_members(province_groups, {province for province, _ in pairs}, "province")
    _require_members(sector_groups, {sector for _, sector in pairs}, "sector")
    new = tuple(sorted(set(pairs), key=lambda pair: (rank_of_province[pair[0]], rank_of_sector[pair[1]])))
    place = {pair: number for number, pair in enumerate(new)}
    return Aggregation(
        labels=new,
        provinces=province_groups.codes,
        position=np.array([place[pair] for pair in pairs], dtype=np.intp),
        province_position=np.array([rank_of_province[province_groups.group_of[p]] for p in old], dtype=np.intp),
    )


def aggregate_table(table: InputOutputTable, aggregation: Aggregation) -> InputOutputTable:
    """Return the table summed to the coarser axis; every total is kept.

    Args:
        table: a table on the axis that `aggregation` was made for.
        aggregation: the map.

    Raises:
        AccountsError: if the table has another number of sectors or provinces than the map.
    """
    rows = _matrix(aggregation.position, len(aggregation.labels))
    final = aggregate_sectors(table.final_demand, aggregation)
    buyers = aggregate_provinces(final.transpose(1, 0, 2), aggregation).transpose(1, 0, 2)
    return InputOutputTable(
        labels=aggregation.labels,
        categories=table.categories,
        Z=np.ascontiguousarray((rows @ aggregate_sectors(table.Z, aggregation).T).T),
        x=aggregate_sectors(table.x, aggregation),
        final_demand=np.ascontiguousarray(buyers),
        exports=aggregate_sectors(table.exports, aggregation),
        error=aggregate_sectors(table.error, aggregation),
        imports=aggregate_sectors(table.imports, aggregation),
        value_added=np.ascontiguousarray(aggregate_sectors(table.value_added.T, aggregation).T),
    )


def aggregate_sectors(values: F64, aggregation: Aggregation) -> F64:
    """Return the sums of (n, ...) amounts by new sector, (N, ...).

    A sum over NaN is NaN: where unknown CO2 shall count as 0, give `Emissions.co2` and say so beside the result.

    Raises:
        AccountsError: if `values` has another length than the old axis.
    """
    return _sums(values, aggregation.position, len(aggregation.labels), "sectors")


def aggregate_provinces(values: F64, aggregation: Aggregation) -> F64:
    """Return the sums of (R, ...) amounts by new province, (Q, ...); a sum over NaN is NaN.

    Raises:
        AccountsError: if `values` has another length than the old provinces.
    """
    return _sums(values, aggregation.province_position, len(aggregation.provinces), "provinces")


def single_province_table(table: InputOutputTable, province: str) -> InputOutputTable:
    """Return one province as a table of its own: its block, with all other provinces as the rest of the world.

    Inputs from other provinces join the imports, all sales to them join the exports, so the new table balances
    as the old one does.

    Args:
        table: the table of all provinces.
        province: its code.

    Raises:
        AccountsError: if the table has no such province.
    """
    order = list(dict.fromkeys(code for code, _ in table.labels))
    if province not in order:
        raise AccountsError(f"the table has no province {province}; it has {', '.join(order)}", province)
    own = np.array([code == province for code, _ in table.labels])
    r = order.index(province)
    sold = table.Z[np.ix_(own, ~own)].sum(axis=1)
    used_elsewhere = np.delete(table.final_demand[own], r, axis=1).sum(axis=(1, 2))
    return InputOutputTable(
        labels=tuple(pair for pair in table.labels if pair[0] == province),
        categories=table.categories,
        Z=table.Z[np.ix_(own, own)],
        x=table.x[own],
        final_demand=table.final_demand[own][:, r : r + 1],
        exports=table.exports[own] + sold + used_elsewhere,
        error=table.error[own],
        imports=table.imports[own] + table.Z[np.ix_(~own, own)].sum(axis=0),
        value_added=table.value_added[:, own],
    )


def _identity(names: tuple[str, ...]) -> Grouping:
    return Grouping(names, {name: name for name in names})


def _ranks(grouping: Grouping) -> dict[str, int]:
    return {code: rank for rank, code in enumerate(grouping.codes)}


def _group(code: str, grouping: Grouping, kind: str) -> str:
    group = grouping.group_of.get(code)
    if group is None:
        raise AccountsError(f"the {kind} {code} of the table has no group; map it before aggregating")
    if group not in grouping.codes:
        raise AccountsError(
            f"the {kind} {code} is mapped to {group}, which is none of the groups {', '.join(grouping.codes)}; "
            f"correct the map"
        )
    return group


def _require_members(grouping: Grouping, used: set[str], kind: str) -> None:
    empty = [code for code in grouping.codes if code not in used]
    if empty:
        raise AccountsError(f"no {kind} of the table belongs to the group {empty[0]}; leave it out or correct the map")


def _matrix(position: NDArray[np.intp], size: int) -> csr_array:
    """The 0/1 aggregation matrix T, (size, n)."""
    n = len(position)
    return csr_array((np.ones(n), (position, np.arange(n))), shape=(size, n))


def _sums(values: F64, position: NDArray[np.intp], size: int, axis: str) -> F64:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 or len(array) != len(position):
        raise AccountsError(
            f"the values have the shape {array.shape}, the map is for {len(position)} {axis}; align them with the table"
        )
    flat = array.reshape(len(array), -1)
    sums: F64 = np.asarray(_matrix(position, size) @ flat)
    return sums.reshape(size, *array.shape[1:])
