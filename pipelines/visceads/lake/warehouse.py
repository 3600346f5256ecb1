"""The warehouse: one DuckDB file made of the published marts, and read-only queries on it.

Belongs here: building the file aside and renaming it into place, comments on tables and columns, the
locked-down query. Not here: what is published (`publication`).

Readers that have the file open keep the content they opened, because a rename leaves their file alone. Within
one process DuckDB hands out the old database as long as a connection to the path is open, so every function
here closes its connection before it returns.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from visceads.contracts.catalogue import CONTRACTS, Column, Contract
from visceads.lake.atomic import sync
from visceads.lake.paths import LakePaths
from visceads.lake.publication import current_version

_TYPES = {"String": "VARCHAR", "Int32": "INTEGER", "Float64": "DOUBLE", "Boolean": "BOOLEAN"}

_LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # else `FROM name` finds Python variables of the caller
    "temp_directory": "",  # a reader writes nothing, not even spilled rows
    "lock_configuration": "true",
}

_READS = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


class WarehouseError(ValueError):
    """The warehouse cannot be built or asked; the message is a sentence that says why and what to do."""


@dataclass(frozen=True)
class Warehouse:
    """The DuckDB file of a lake.

    Attributes:
        path: where it lies.
        version: the version of the marts that it was made of.
        rows: (group, table) -> number of rows, counted in the finished file.
        is_new: whether it was built now; False if it was there already.
    """

    path: Path
    version: str
    rows: dict[tuple[str, str], int]
    is_new: bool


def build_warehouse(lake: LakePaths) -> Warehouse:
    """Build the DuckDB file from the current version of the marts, unless it is made of that version already.

    Schemas are the groups; every table and column carries a comment with its titles, unit and description.
    The file is built aside, opened once read-only and counted, and only then takes the place of the one
    before.

    Raises:
        WarehouseError: if nothing is published, or if the built file does not hold what the marts hold.
    """
    version = current_version(lake)
    if version is None:
        raise WarehouseError("nothing is published in this lake yet: run `visceads run` first")
    target = lake.warehouse_file
    if warehouse_version(lake) == version:
        return Warehouse(target, version, _count_rows(target), is_new=False)
    lake.warehouse.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(target)
    aside = target.with_name(f".{target.name}.{secrets.token_hex(6)}.new")
    try:
        expected = _fill(lake, version, aside)
        rows = _count_rows(aside)
        _refuse_difference(expected, rows)
        sync(aside)
        aside.replace(target)
        sync(lake.warehouse)
    finally:
        _clear_leftovers(target)
    return Warehouse(target, version, rows, is_new=True)


def warehouse_version(lake: LakePaths) -> str | None:
    """Return the version that the DuckDB file was made of, or None if there is no usable file."""
    if not lake.warehouse_file.is_file():
        return None
    try:
        with duckdb.connect(lake.warehouse_file, read_only=True) as connection:
            row = connection.execute("SELECT version FROM meta.publication").fetchone()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None


def query(lake: LakePaths, sql: str) -> pl.DataFrame:
    """Run one read-only query on the warehouse, locked down: no files, settings or extensions.

    Args:
        lake: the lake.
        sql: one statement that reads: SELECT, FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN.

    Returns:
        The result.

    Raises:
        WarehouseError: if there is no warehouse, if the statement would do anything but read the warehouse,
            or if
            DuckDB does not understand it.
    """
    if not lake.warehouse_file.is_file():
        raise WarehouseError("there is no warehouse in this lake yet: run `visceads run` first")
    _refuse_all_but_reading(sql)
    try:
        with duckdb.connect(lake.warehouse_file, read_only=True, config=_LOCKED) as connection:
            return connection.execute(sql).pl()
    except duckdb.PermissionException as error:
        raise WarehouseError(
            f"the query was refused, because it reaches outside the warehouse: {_first_line(error)}. Only "
            f"the tables "
            "of the warehouse can be read here; open files with DuckDB itself"
        ) from None
    except duckdb.Error as error:
        raise WarehouseError(f"DuckDB could not run the query: {_first_line(error)}") from None


def _refuse_all_but_reading(sql: str) -> None:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise WarehouseError(f"DuckDB does not understand the query: {_first_line(error)}") from None
    if not statements:
        raise WarehouseError("the query is empty: give one statement, such as SELECT * FROM reference.province")
    kinds = [statement.type for statement in statements]
    refused = [kind.name for kind in kinds if kind not in _READS]
    if refused:
        raise WarehouseError(
            f"only reading is allowed here, but the query holds a {refused[0]} statement: the warehouse is "
            f"made by "
            "`visceads run` alone; copy what you need with DuckDB itself (for PIVOT, name the values with IN)"
        )
    if len(kinds) > 1:
        raise WarehouseError(f"one statement at a time, but the query holds {len(kinds)}: run them one by one")


def _fill(lake: LakePaths, version: str, path: Path) -> dict[tuple[str, str], int]:
    """Write all tables of a version into a new DuckDB file; return the rows inserted into each."""
    expected = {}
    # One thread writes rows in key order and compresses them once: with two, the 6 million flows took twice the time
    # (13 s against 5 s of processor) and half as much space again (114 MB against 73 MB).
    with duckdb.connect(path, config={"threads": 1}) as connection:
        for group in dict.fromkeys(group for group, _ in CONTRACTS):
            connection.execute(f"CREATE SCHEMA {group}")
        for identity, contract in CONTRACTS.items():
            connection.execute(_create_statement(contract))
            mart = lake.mart(version, contract.group, contract.table)
            # `SELECT` names the columns: a file that differs from its contract fails here, by name
            names = ", ".join(column.name for column in contract.columns)
            read = f"SELECT {names} FROM read_parquet(?, hive_partitioning = false)"  # noqa: S608
            done = connection.execute(f"INSERT INTO {contract.name} {read}", [str(mart)]).fetchone()
            expected[identity] = int(done[0]) if done else 0
            for statement in _comment_statements(contract):
                connection.execute(statement)
        connection.execute("CHECKPOINT")
    return expected


def _create_statement(contract: Contract) -> str:
    columns = ", ".join(
        f"{column.name} {_TYPES[column.dtype]}{'' if column.is_nullable else ' NOT NULL'}"
        for column in contract.columns
    )
    return f"CREATE TABLE {contract.name} ({columns})"


def _comment_statements(contract: Contract) -> list[str]:
    table = " | ".join((*contract.title, contract.grain[0], contract.grain[1]))
    statements = [f"COMMENT ON TABLE {contract.name} IS {_quoted(table)}"]
    for column in contract.columns:
        statements.append(f"COMMENT ON COLUMN {contract.name}.{column.name} IS {_quoted(_column_comment(column))}")
    return statements


def _column_comment(column: Column) -> str:
    return " | ".join((column.title_en, column.title_zh, column.unit, column.description))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _count_rows(path: Path) -> dict[tuple[str, str], int]:
    counts = {}
    with duckdb.connect(path, read_only=True) as connection:
        for identity, contract in CONTRACTS.items():
            row = connection.execute(f"SELECT count(*) FROM {contract.name}").fetchone()  # noqa: S608
            counts[identity] = int(row[0]) if row else 0
    return counts


def _refuse_difference(expected: dict[tuple[str, str], int], rows: dict[tuple[str, str], int]) -> None:
    different = [".".join(identity) for identity in expected if expected[identity] != rows[identity]]
    if different:
        raise WarehouseError(
            f"the built warehouse does not hold all rows of {', '.join(different)}: the one before stays in "
            f"place; "
            "run again"
        )


def _clear_leftovers(target: Path) -> None:
    for path in target.parent.glob(f".{target.name}.*.new*"):
        path.unlink(missing_ok=True)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
