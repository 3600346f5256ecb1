"""Parts of Python tables in `build/`, and tables read back in the order of their contract."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from visceads.contracts.catalogue import CONTRACTS, contract_of, polars_schema
from visceads.orchestration.tables import PYTHON_TABLES, keep_parts, part_path, read_table, working_database, write_part
from visceads.settings import Settings

MULTIPLIER = contract_of("accounts", "multiplier")
FLOW = contract_of("mrio", "flow")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(lake=tmp_path / 'a "lake"; with, odd & 中文 (signs)')


def _multipliers(table_id: str, sectors: list[str]) -> pl.DataFrame:
    rows = [{"table_id": table_id, "province_code": "BJ", "sector_code": s, "co2_basis": "satellite"} for s in sectors]
    return pl.DataFrame(rows, schema=polars_schema(MULTIPLIER))


def _flows(settings: Settings, rows: list[tuple[str, str, str, str, str, float]]) -> None:
    frame = pl.DataFrame(rows, schema=polars_schema(FLOW), orient="row")
    database = Path(settings.environment()["VISCEADS_BUILD_DATABASE"])
    database.parent.mkdir(parents=True)
    with duckdb.connect(database) as connection:
        connection.register("given", frame)
        connection.execute("create schema mrio; create table mrio.flow as select * from given")


def test_python_tables_have_contracts():
    assert {contract.name for contract in CONTRACTS.values()} >= PYTHON_TABLES


def test_parts_are_read_as_one_table_sorted_by_key(settings: Settings):
    write_part(settings, "accounts.multiplier", _multipliers("2015", ["textiles", "agriculture"]), "2015")
    write_part(settings, "accounts.multiplier", _multipliers("2012", ["textiles"]), "2012")
    write_part(settings, "accounts.multiplier", _multipliers("2012", []), "none")
    chunks = list(read_table(settings, MULTIPLIER))
    assert [chunk["table_id"].unique().to_list() for chunk in chunks] == [["2012"], ["2015"]]
    assert chunks[1]["sector_code"].to_list() == ["agriculture", "textiles"]
    assert chunks[0].columns == [column.name for column in MULTIPLIER.columns]


def test_a_table_without_any_table_id_has_its_columns_and_no_row(settings: Settings):
    write_part(settings, "accounts.multiplier", _multipliers("2012", []), "none")
    (chunk,) = read_table(settings, MULTIPLIER)
    assert chunk.is_empty()
    assert chunk.columns == [column.name for column in MULTIPLIER.columns]


def test_parts_that_are_no_longer_current_are_removed(settings: Settings):
    for part in ("2012", "2015", "none"):
        write_part(settings, "backbone.edge", pl.DataFrame({"a": [1]}), part)
    keep_parts(settings, "backbone.edge", ["2015", "none"])
    assert not part_path(settings, "backbone.edge", "2012").exists()
    assert part_path(settings, "backbone.edge", "2015").exists()
    assert part_path(settings, "backbone.edge", "none").exists()


def test_keeping_parts_of_a_table_never_written_is_no_error(settings: Settings):
    keep_parts(settings, "backbone.edge", ["2012"])


def test_a_part_is_replaced_whole(settings: Settings):
    write_part(settings, "accounts.multiplier", _multipliers("2012", ["textiles"]), "2012")
    write_part(settings, "accounts.multiplier", _multipliers("2012", ["agriculture"]), "2012")
    (chunk,) = read_table(settings, MULTIPLIER)
    assert chunk["sector_code"].to_list() == ["agriculture"]
    assert len(list(part_path(settings, "accounts.multiplier").parent.iterdir())) == 1


def test_a_model_is_read_from_the_working_database_in_key_order(settings: Settings):
    rows = [
        ("2017-new", "BJ", "textiles", "BJ", "textiles", 1.0),
        ("2017", "GD", "textiles", "BJ", "textiles", 2.0),
        ("2017", "BJ", "textiles", "GD", "agriculture", 3.0),
        ("2017", "BJ", "agriculture", "GD", "agriculture", 4.0),
    ]
    _flows(settings, rows)
    chunks = list(read_table(settings, FLOW))
    assert [chunk["flow_m_cny"].to_list() for chunk in chunks] == [[4.0, 3.0, 2.0], [1.0]]


def test_the_working_database_is_opened_for_reading_only(settings: Settings):
    _flows(settings, [])
    with working_database(settings) as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("create table mrio.other (a integer)")
