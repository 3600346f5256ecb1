"""Changes between two tables as a table: which tables are compared, and the structural decomposition of each pair.

Belongs here: the choice of pairs, bringing both tables to the harmonised sectors, columns, what must add up. Not here:
the mathematics (`accounts.structural_decomposition`), loading (`arrays`) and Dagster (`decomposition`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from visceads.accounts.aggregation import aggregate_sectors, aggregate_table, aggregation_of, harmonised_sectors
from visceads.accounts.emissions import build_emissions
from visceads.accounts.structural_decomposition import (
    FACTORS,
    FORMS,
    Period,
    StructuralDecomposition,
    structural_decomposition,
)
from visceads.accounts.system import F64, InputOutputSystem, build_system
from visceads.contracts.fields import NATION_CODE
from visceads.orchestration.arrays import TableArrays, classification_of
from visceads.orchestration.layout import table_frame, texts


@dataclass(frozen=True)
class HarmonisedTable:
    """One table on the harmonised sectors.

    Attributes:
        table_id: the table.
        system: its flows, summed, with coefficients computed anew.
        co2_mt: CO2 by basis, (N), NaN where null.
        without_row: basis -> harmonised sectors that no inventory row belongs to.
        population: (R), 10 thousand persons, NaN where unknown.
    """

    table_id: str
    system: InputOutputSystem
    co2_mt: dict[str, F64]
    without_row: dict[str, tuple[str, ...]]
    population: F64


@dataclass(frozen=True)
class ChangeTables:
    """The decompositions of a pair of tables on every CO2 basis that both have.

    Attributes:
        frame: rows of `accounts.structural_decomposition`.
        residuals: pair and basis -> by how much effects miss the change, relative to the CO2.
    """

    frame: pl.DataFrame
    residuals: dict[str, float]


def consecutive_pairs(table_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs of tables that are compared: neighbours in time within one classification.

    Two tables of one year (2017, 2017-new) are two compilations and are never compared, nor is a table with an older
    one of the other compilation: the difference would not be a change of the economy.
    """
    chains: dict[str, list[str]] = defaultdict(list)
    for table_id in sorted(table_ids):
        chains[classification_of(table_id)].append(table_id)
    return sorted(pair for chain in chains.values() for pair in pairwise(chain))


def harmonised_table(arrays: TableArrays) -> HarmonisedTable:
    """Sum a table to the harmonised sectors.

    Raises:
        AccountsError: if the table cannot be a productive input-output system.
    """
    sectors = harmonised_sectors(classification_of(arrays.table_id))
    aggregation = aggregation_of(arrays.table.labels, sectors=sectors)
    lacking = {basis: set(arrays.sectors_without_row(basis)) for basis in arrays.co2_mt}
    covered = {basis: {sectors.group_of[one] for one in set(arrays.sectors) - lacking[basis]} for basis in lacking}
    return HarmonisedTable(
        table_id=arrays.table_id,
        system=build_system(aggregate_table(arrays.table, aggregation)),
        co2_mt={basis: aggregate_sectors(_known_in_province(arrays, basis), aggregation) for basis in arrays.co2_mt},
        without_row={
            basis: tuple(code for code in sectors.codes if code not in covered[basis]) for basis in arrays.co2_mt
        },
        population=arrays.by_province("population_10k"),
    )


def without_population(table: HarmonisedTable) -> tuple[str, ...]:
    """Return the provinces whose population is not known: a decomposition needs it of all."""
    known = np.isfinite(table.population) & (table.population > 0)
    return tuple(code for code, is_known in zip(table.system.provinces, known, strict=True) if not is_known)


def change_tables(first: HarmonisedTable, second: HarmonisedTable) -> ChangeTables:
    """Decompose the change between two tables.

    Raises:
        AccountsError: if the tables do not fit each other, or a population is not known.
    """
    frames: list[pl.DataFrame] = []
    residuals: dict[str, float] = {}
    for basis in first.co2_mt:
        if basis in second.co2_mt:
            result = structural_decomposition(_period(first, basis), _period(second, basis))
            key = {"first_table_id": first.table_id, "second_table_id": second.table_id, "co2_basis": basis}
            frames += [_by_destination(result, form, key) for form in FORMS]
            frames += [_by_origin(result, form, key) for form in FORMS]
            residuals |= _residuals(result, " ".join(key.values()))
    return ChangeTables(pl.concat(frames) if frames else pl.DataFrame(), residuals)


def _known_in_province(arrays: TableArrays, basis: str) -> F64:
    """CO2 in which a null is 0 where the province has CO2 of other sectors: a sum with a null would be null."""
    co2 = arrays.co2_mt[basis].reshape(-1, len(arrays.sectors))
    has_any = ~np.isnan(co2).all(axis=1, keepdims=True)
    return np.where(np.isnan(co2) & has_any, 0.0, co2).ravel()


def _period(table: HarmonisedTable, basis: str) -> Period:
    emissions = build_emissions(table.system, table.co2_mt[basis], table.without_row[basis])
    return Period(table.system, emissions, table.population)


def _by_destination(result: StructuralDecomposition, form: str, key: dict[str, str]) -> pl.DataFrame:
    """CO2 embodied in the final demand of every province, then of all provinces together."""
    count = len(result.origins)
    columns = {
        "province_code": texts((*result.origins, NATION_CODE)),
        "has_zero_volume": np.array([*(flag is not None for flag in result.demand_flag[:count]), False]),
        "null_reason": texts((None,) * (count + 1)),
    }
    start, end = (np.nansum(co2[:, :count], axis=0) for co2 in (result.start_mt, result.end_mt))
    return _rows(key, "consumption", form, columns | _amounts(start, end, result.by_destination(form)[:, :count]))


def _by_origin(result: StructuralDecomposition, form: str, key: dict[str, str]) -> pl.DataFrame:
    """CO2 that the sectors of every province emit for all demand, then of all provinces together."""
    columns = {
        "province_code": texts((*result.origins, NATION_CODE)),
        "has_zero_volume": np.zeros(len(result.origins) + 1, dtype=np.bool_),
        "null_reason": texts((*result.null_reason, None)),
    }
    start, end = (co2.sum(axis=1) for co2 in (result.start_mt, result.end_mt))
    return _rows(key, "production", form, columns | _amounts(start, end, result.by_origin(form)))


def _amounts(start: F64, end: F64, effects: F64) -> dict[str, object]:
    """Columns of CO2 and of the effects, (5, P), with the sum over provinces at the end; null where NaN."""
    columns = {"start_mt": start, "end_mt": end, "change_mt": end - start}
    columns |= {f"{factor}_effect_mt": effects[k] for k, factor in enumerate(FACTORS)}
    return {name: np.append(values, np.nansum(values)) for name, values in columns.items()}


def _rows(key: dict[str, str], account: str, form: str, columns: dict[str, object]) -> pl.DataFrame:
    return table_frame(key | {"account": account, "form": form}, columns)


def _residuals(result: StructuralDecomposition, name: str) -> dict[str, float]:
    change = result.end_mt - result.start_mt
    size = float(np.nansum(np.abs(result.start_mt)) + np.nansum(np.abs(result.end_mt))) or 1.0
    gaps = [float(np.nansum(np.abs(result.effect_mt[form].sum(axis=0) - change))) / size for form in FORMS]
    return {name: max(gaps)}
