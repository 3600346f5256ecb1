"""What is computed for one table id by itself: load its arrays, compute, write the parts.

Belongs here: functions that a worker can run, of one picklable argument. Not here: the mathematics (`accounts`,
`backbone`), the layout of results (`account_tables`, `backbone_tables`), Dagster: a worker that imported it would take
a second longer to start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from visceads.contracts.catalogue import CONTRACTS, polars_schema
from visceads.orchestration.account_tables import ACCOUNT_TABLES, account_tables
from visceads.orchestration.arrays import load_table
from visceads.orchestration.tables import working_database, write_part
from visceads.settings import Settings


class TableTask(NamedTuple):
    """Which table of which lake."""

    settings: Settings
    table_id: str


@dataclass(frozen=True)
class ComputedAccounts:
    """What the asset says of the accounts of one table, once they are written.

    Attributes:
        provinces: one row a province: release and inventory release, split rule.
        residuals: check -> identity -> residual as a multiple of what is allowed.
    """

    provinces: pl.DataFrame
    residuals: dict[str, dict[str, float]]


def compute_accounts(task: TableTask) -> ComputedAccounts:
    """Compute and write the accounts of a table."""
    settings, table_id = task
    with working_database(settings) as connection:
        arrays = load_table(connection, table_id)
    computed = account_tables(arrays, settings.carbon_price_cny_per_t)
    write_parts(settings, ACCOUNT_TABLES, computed.frames, table_id)
    return ComputedAccounts(arrays.provinces, computed.residuals)


def write_parts(settings: Settings, names: Sequence[str], frames: Mapping[str, pl.DataFrame], table_id: str) -> None:
    """Write the part of each table; where a table has nothing for the table id, an older part must not stay."""
    for name in names:
        group, table = name.split(".")
        schema = polars_schema(CONTRACTS[group, table])
        frame = frames[name].select(schema.names()) if name in frames else pl.DataFrame(schema=schema)
        write_part(settings, name, frame, table_id)
