"""Tables on their way to the marts: the files that Python assets write in `build/`, and the working database of dbt.

Belongs here: where those files lie, reading and writing them, reading the working database. Not here: Dagster (this
module is plain, so that it can be tested without it), and what the tables mean.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path

import duckdb
import polars as pl

from visceads.contracts.record import Contract
from visceads.lake.atomic import replacing
from visceads.settings import Settings

PYTHON_TABLES = frozenset(
    {
        "meta.release",
        "meta.rejected_workbook",
        "meta.dictionary",
        "meta.publication",
        "accounts.multiplier",
        "accounts.linkage",
        "accounts.co2_linkage",
        "accounts.extraction",
        "accounts.province_footprint",
        "accounts.embodied_flow",
        "accounts.embodied_flow_sector",
        "accounts.price_pass_through",
        "accounts.production_layer",
        "accounts.structural_decomposition",
        "accounts.supply_path",
        "backbone.comparison",
        "backbone.edge",
        "backbone.node",
    }
)
"""The published tables that array code writes; all others are dbt models of the same name."""


def part_path(settings: Settings, name: str, part: str = "all") -> Path:
    """Where one part of a Python table lies: `build/tables/<group>/<table>/<part>.parquet`."""
    group, table = name.split(".")
    return settings.lake / "build" / "tables" / group / table / f"{part}.parquet"


def write_part(settings: Settings, name: str, frame: pl.DataFrame, part: str = "all") -> Path:
    """Write one part of a Python table; a part is a table id, or `all`."""
    path = part_path(settings, name, part)
    with replacing(path) as temporary:
        frame.write_parquet(temporary, compression="zstd")
    return path


def keep_parts(settings: Settings, name: str, parts: Iterable[str]) -> None:
    """Remove the parts of a Python table that are not among `parts`: their workbook is no longer current."""
    kept = {part_path(settings, name, part) for part in parts}
    folder = part_path(settings, name).parent
    for path in sorted(folder.glob("*.parquet")) if folder.is_dir() else ():
        if path not in kept:
            path.unlink()


def working_database(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the working database of dbt for reading.

    Select and sort only: a sum over several threads differs in its last digits from run to run.
    """
    return duckdb.connect(settings.environment()["VISCEADS_BUILD_DATABASE"], read_only=True)


def read_table(settings: Settings, contract: Contract) -> Generator[pl.DataFrame, None, None]:
    """Yield a table sorted by its key, in chunks of one value of the first key column each where it is large.

    Args:
        settings: the lake.
        contract: which table; its columns are selected in the order of the contract.

    Yields:
        frames with the columns of the contract; rows in key order, chunks in ascending order of the first key.
    """
    columns = ", ".join(f'"{column.name}"' for column in contract.columns)
    order = ", ".join(f'"{name}"' for name in contract.key)
    is_python = contract.name in PYTHON_TABLES
    with duckdb.connect() if is_python else working_database(settings) as connection:
        source = _source(settings, contract)
        if contract.key[0] != "table_id":
            yield connection.sql(f"select {columns} from {source} order by {order}").pl()  # noqa: S608 - own names
            return
        ids = connection.sql(f"select distinct table_id from {source} order by 1").fetchall()  # noqa: S608
        if not ids:
            yield connection.sql(f"select {columns} from {source}").pl()  # noqa: S608
        for (table_id,) in ids:
            yield connection.execute(
                f"select {columns} from {source} where table_id = ? order by {order}",  # noqa: S608
                [table_id],
            ).pl()


def _source(settings: Settings, contract: Contract) -> str:
    if contract.name in PYTHON_TABLES:
        folder = part_path(settings, contract.name).parent
        return f"read_parquet('{folder}/*.parquet', hive_partitioning=false)"
    return f'{contract.group}."{contract.table}"'
