"""The warehouse holds the marts, explains its columns, and lets nobody out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from visceads.contracts.catalogue import CONTRACTS
from visceads.lake import warehouse
from visceads.lake.atomic import file_sha256
from visceads.lake.parquet import TableFile
from visceads.lake.paths import LakePaths
from visceads.lake.publication import publish
from visceads.lake.warehouse import WarehouseError, build_warehouse, query, warehouse_version

Build = Callable[..., list[TableFile]]
OTHER = (("2012", "BJ", "agriculture", "BJ", "construction", 13.5),)


@pytest.fixture
def filled(lake: LakePaths, build_tables: Build) -> LakePaths:
    publish(lake, build_tables(), visceads_version="0.1.0")
    build_warehouse(lake)
    return lake


def test_warehouse_holds_all_tables_and_their_rows(filled: LakePaths) -> None:
    again = build_warehouse(filled)
    assert set(again.rows) == set(CONTRACTS)
    assert again.rows["mrio", "flow"] == 3
    frame = query(filled, "SELECT seller_province_code, flow_m_cny FROM mrio.flow WHERE table_id = '2015'")
    assert frame.rows() == [("GD", 508_444.894229)]
    types = query(filled, "SELECT DISTINCT table_type FROM information_schema.tables")
    assert types.rows() == [("BASE TABLE",)]
    assert [path.name for path in filled.warehouse.iterdir()] == ["visceads.duckdb"]


def test_every_table_and_column_is_commented(published: LakePaths) -> None:
    columns = query(
        published, "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
    )
    assert columns.height == sum(len(contract.columns) for contract in CONTRACTS.values())
    assert columns["comment"].null_count() == 0
    flow = columns.filter(table_name="flow", column_name="flow_m_cny")["comment"].item()
    assert flow == "Flow | 流量 | million yuan, current prices | Money paid by the buyer to the seller."
    assert query(published, "SELECT comment FROM duckdb_tables() WHERE comment IS NULL").is_empty()


def test_unchanged_version_is_not_built_again(published: LakePaths) -> None:
    before = (file_sha256(published.warehouse_file), published.warehouse_file.stat().st_mtime_ns)
    assert build_warehouse(published).is_new is False
    assert (file_sha256(published.warehouse_file), published.warehouse_file.stat().st_mtime_ns) == before


READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
for _ in sys.stdin:
    print(connection.execute("SELECT sum(flow_m_cny) FROM mrio.flow").fetchone()[0], flush=True)
"""


def test_open_reader_keeps_its_content_after_replacement(filled: LakePaths, build_tables: Build) -> None:
    command = [sys.executable, "-c", READER, str(filled.warehouse_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin
        assert reader.stdout

        def ask() -> float:
            assert reader.stdin
            assert reader.stdout
            print(file=reader.stdin, flush=True)
            return float(reader.stdout.readline())

        before = ask()
        done = publish(filled, build_tables(OTHER), visceads_version="0.1.0")
        assert build_warehouse(filled).is_new
        assert ask() == before == pytest.approx(508_457.694229)
        reader.stdin.close()
    assert query(filled, "SELECT sum(flow_m_cny) AS total FROM mrio.flow")["total"].item() == 13.5
    assert warehouse_version(filled) == done.version


def test_failure_while_building_keeps_the_old_warehouse(
    filled: LakePaths, build_tables: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file_sha256(filled.warehouse_file)
    publish(filled, build_tables(OTHER), visceads_version="0.1.0")
    monkeypatch.setattr(warehouse, "_count_rows", lambda _: dict.fromkeys(CONTRACTS, -1))
    with pytest.raises(WarehouseError, match="does not hold all rows of"):
        build_warehouse(filled)
    assert file_sha256(filled.warehouse_file) == before
    assert [path.name for path in filled.warehouse.iterdir()] == ["visceads.duckdb"]


def test_damaged_warehouse_is_replaced(filled: LakePaths) -> None:
    filled.warehouse_file.write_bytes(b"damaged")
    assert warehouse_version(filled) is None
    assert build_warehouse(filled).is_new
    assert query(filled, "SELECT count(*) AS n FROM mrio.flow")["n"].item() == 3


def test_no_warehouse_yet_is_a_sentence(lake: LakePaths) -> None:
    with pytest.raises(WarehouseError, match="there is no warehouse in this lake yet: run `visceads run` first"):
        query(lake, "SELECT 1")
    with pytest.raises(WarehouseError, match="nothing is published in this lake yet"):
        build_warehouse(lake)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM mrio.flow",
        "FROM mrio.flow LIMIT 1;",
        "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
        "DESCRIBE mrio.flow",
        "SHOW ALL TABLES",
        "SUMMARIZE mrio.flow",
        "EXPLAIN SELECT * FROM mrio.flow",
        "VALUES (1)",
        "PIVOT mrio.flow ON table_id IN ('2012', '2015') USING sum(flow_m_cny) GROUP BY seller_province_code",
    ],
)
def test_reading_is_allowed(sql: str, published: LakePaths) -> None:
    assert query(published, sql).height >= 1


@pytest.mark.parametrize(
    "sql",
    [
        "COPY mrio.flow TO '{file}'",
        "COPY (SELECT 1) TO '{file}' (FORMAT parquet)",
        "EXPLAIN ANALYZE COPY mrio.flow TO '{file}'",
        "ATTACH '{file}' AS other",
        "ATTACH ':memory:' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{file}'",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_blob('{secret}')",
        "SELECT * FROM read_parquet('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('/*')",
        "CREATE TABLE mrio.mine AS SELECT 1",
        "CREATE TEMP TABLE mine AS SELECT 1",
        "CREATE VIEW mine AS SELECT 1",
        "CREATE SECRET s (TYPE s3)",
        "INSERT INTO mrio.flow SELECT * FROM mrio.flow",
        "UPDATE mrio.flow SET flow_m_cny = 0",
        "DELETE FROM mrio.flow",
        "DROP TABLE mrio.flow",
        "SET enable_external_access = true",
        "SET threads = 1",
        "PRAGMA enable_external_access = true",
        "RESET lock_configuration",
        "EXPORT DATABASE '{file}'",
        "CALL pragma_version()",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE mrio.flow",
        "PREPARE p AS SELECT 1",
        "USE mrio",
        "",
        "  -- nothing",
        "SELEC 1",
        "SELECT * FROM mrio.flows",
    ],
)
def test_everything_else_is_a_sentence(sql: str, published: LakePaths, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    target = tmp_path / "out.file"
    before = file_sha256(published.warehouse_file)
    with pytest.raises(WarehouseError) as caught:
        query(published, sql.format(file=target, secret=secret))
    assert "\n" not in str(caught.value)
    assert not target.exists()
    assert file_sha256(published.warehouse_file) == before


def test_python_variables_are_out_of_reach(published: LakePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    # DuckDB would find a frame among the names of the module that runs the query
    monkeypatch.setattr(warehouse, "frame_in_module", pl.DataFrame({"a": [1]}), raising=False)
    with pytest.raises(WarehouseError, match="frame_in_module"):
        query(published, "SELECT * FROM frame_in_module")


def test_external_access_stays_off_when_a_function_asks(published: LakePaths) -> None:
    setting = query(published, "SELECT current_setting('enable_external_access') AS s")["s"].item()
    assert setting is False
    with duckdb.connect(published.warehouse_file, read_only=True) as connection:
        row = connection.execute("SELECT version FROM meta.publication").fetchone()
    assert row == (warehouse_version(published),)
