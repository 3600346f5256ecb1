"""The asset that lays tables side by side: the structural decomposition of every pair of consecutive tables.

Belongs here: a thin asset that loads the tables, calls the pure functions and writes the one table. Not here: which
pairs there are and the columns (`account_change_frames`), accounts of single tables (`compute`).

It has no partitions: a new table changes the pair with the one before it.
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from visceads.contracts.catalogue import CONTRACTS, polars_schema
from visceads.orchestration.account_change_frames import (
    HarmonisedTable,
    change_tables,
    consecutive_pairs,
    harmonised_table,
    without_population,
)
from visceads.orchestration.account_tables import LARGEST_RESIDUAL
from visceads.orchestration.arrays import load_table
from visceads.orchestration.reporting import table_metadata
from visceads.orchestration.tables import working_database, write_part
from visceads.settings import Settings

TABLE = "accounts.structural_decomposition"
CHECK = "effects_add_up"
INPUTS = [
    *(["mrio", name] for name in ("sector_account", "flow", "final_demand", "primary_input")),
    ["staging", "stg_nbs_province_year"],
]


def build_decomposition_asset(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset `accounts/structural_decomposition`."""
    contract = CONTRACTS["accounts", "structural_decomposition"]

    @dg.asset(
        key=TABLE.split("."),
        deps=INPUTS,
        description=contract.grain[0],
        group_name="accounts",
        kinds={"python", "scipy"},
        code_version="1",
        check_specs=[
            dg.AssetCheckSpec(
                CHECK,
                asset=TABLE.split("."),
                blocking=True,
                description="The five effects add up to the change, in every form.",
            )
        ],
    )
    def structural_decomposition(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        schema = polars_schema(contract)
        frames, gaps = [pl.DataFrame(schema=schema)], dict[str, float]()
        loaded: dict[str, HarmonisedTable] = {}
        for first, second in consecutive_pairs(_table_ids(settings)):
            # a table is kept for the next pair only: each holds some 60 MB
            loaded = {one: loaded.get(one) or _loaded(settings, one) for one in (first, second)}
            lacking = {one: without_population(loaded[one]) for one in (first, second)}
            for one, provinces in lacking.items():
                if provinces:
                    context.log.warning(
                        f"{first} and {second} are not decomposed: the statistics have no population of "
                        f"{', '.join(provinces)} for table {one}"
                    )
            if any(lacking.values()):
                continue
            computed = change_tables(loaded[first], loaded[second])
            if not computed.frame.is_empty():
                frames.append(computed.frame.select(schema.names()))
            gaps |= computed.residuals
        frame = pl.concat(frames)
        write_part(settings, TABLE, frame)
        yield dg.MaterializeResult(asset_key=TABLE.split("."), metadata=table_metadata(frame.head(10), frame.height))
        worst = max(gaps, key=lambda name: gaps[name], default="")
        yield dg.AssetCheckResult(
            check_name=CHECK,
            passed=not worst or gaps[worst] <= LARGEST_RESIDUAL,
            description=f"largest gap, relative to the CO2: {worst} {gaps.get(worst, 0.0):.3g}",
            metadata=dict(gaps),
        )

    return structural_decomposition


def _table_ids(settings: Settings) -> list[str]:
    with working_database(settings) as connection:
        rows = connection.execute("select distinct table_id from mrio.sector_account").fetchall()
    return [str(row[0]) for row in rows]


def _loaded(settings: Settings, table_id: str) -> HarmonisedTable:
    with working_database(settings) as connection:
        return harmonised_table(load_table(connection, table_id))
