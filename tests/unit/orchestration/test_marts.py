"""A mart is written only if its table keeps its contract; one that fails leaves nothing behind and nothing open."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest

from visceads.contracts.catalogue import contract_of, dictionary_frame, polars_schema
from visceads.lake.parquet import TableFile
from visceads.orchestration.marts import build_mart_assets
from visceads.orchestration.tables import write_part
from visceads.settings import Settings

FLOW = contract_of("mrio", "flow")
KEY = dg.AssetKey(["marts", "mrio", "flow"])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(lake=tmp_path / "lake")


def _flows(settings: Settings, *rows: tuple[str, str, str, str, str, float]) -> None:
    database = Path(settings.environment()["VISCEADS_BUILD_DATABASE"])
    database.parent.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame(list(rows), schema=polars_schema(FLOW), orient="row")
    with duckdb.connect(database) as connection:
        connection.register("given", frame)
        connection.execute("create schema if not exists mrio; create or replace table mrio.flow as select * from given")


def _materialise(settings: Settings, *others: dg.AssetKey) -> dg.ExecuteInProcessResult:
    (asset,) = (a for a in build_mart_assets(settings) if isinstance(a, dg.AssetsDefinition) and KEY in a.keys)
    return dg.materialize([asset], selection=[KEY, *others], raise_on_error=False)


GOOD = ("2012", "BJ", "textiles", "GD", "construction", 1.0)
BAD = ("2015", "BJ", "textiles", "GD", "construction", -1.0)


def test_a_table_that_keeps_its_contract_becomes_a_candidate(settings: Settings):
    _flows(settings, GOOD)
    result = _materialise(settings)
    assert result.success
    (event,) = result.asset_materializations_for_node("marts")
    assert event.metadata["dagster/row_count"].value == 1
    (check,) = result.get_asset_check_evaluations()
    assert check.passed
    candidate = settings.lake / "build" / "candidate" / "mrio" / "flow.parquet"
    assert pl.read_parquet(candidate).rows() == [GOOD]
    assert TableFile("mrio", "flow", candidate, 1, str(event.metadata["visceads/sha256"].value)).rows == 1


def test_a_table_that_breaks_its_contract_fails_check_and_step_with_the_row(settings: Settings):
    _flows(settings, GOOD, BAD)
    result = _materialise(settings)
    assert not result.success
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    for part in ("mrio.flow breaks its contract", "flow_m_cny", "2015"):
        assert part in check.description
    assert result.asset_materializations_for_node("marts") == []
    assert not (settings.lake / "build" / "candidate" / "mrio" / "flow.parquet").exists()


def test_a_broken_contract_keeps_the_candidate_of_before(settings: Settings):
    _flows(settings, GOOD)
    _materialise(settings)
    candidate = settings.lake / "build" / "candidate" / "mrio" / "flow.parquet"
    before = candidate.read_bytes()
    _flows(settings, GOOD, BAD)
    _materialise(settings)
    assert candidate.read_bytes() == before


def test_a_broken_contract_leaves_the_working_database_to_dbt(settings: Settings):
    """The first frame of several breaks the contract, so that the reading stops half way."""
    _flows(settings, (*BAD[:5], -2.0), ("2017", *BAD[1:]))
    result = _materialise(settings)
    assert not result.success
    # a connection that were still open for reading would refuse this one
    with duckdb.connect(settings.environment()["VISCEADS_BUILD_DATABASE"]) as connection:
        connection.execute("create table mrio.written_by_dbt (a integer)")


def test_one_broken_table_leaves_the_others_written_and_is_named_alone(settings: Settings):
    """Two tables are written by two processes; the step fails once, with the sentence of the broken one."""
    _flows(settings, BAD)
    _dictionary(settings)
    result = _materialise(settings, dg.AssetKey(["marts", "meta", "dictionary"]))
    assert not result.success
    assert {check.asset_key: check.passed for check in result.get_asset_check_evaluations()} == {
        KEY: False,
        dg.AssetKey(["marts", "meta", "dictionary"]): True,
    }
    (failure,) = (e for e in result.all_events if e.event_type_value == "STEP_FAILURE")
    described = failure.step_failure_data.user_failure_data.description
    assert described.startswith("mrio.flow breaks its contract")
    assert "meta.dictionary" not in described
    assert (settings.lake / "build" / "candidate" / "meta" / "dictionary.parquet").is_file()


def _dictionary(settings: Settings) -> None:
    write_part(settings, "meta.dictionary", dictionary_frame())
