"""A small lake for the tests of this room: a few rows in each published table that a test looks at."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from visceads.contracts.catalogue import CONTRACTS, contract_of, dictionary_frame, polars_schema
from visceads.lake.parquet import TableFile, write_table
from visceads.lake.paths import LakePaths
from visceads.lake.publication import publish
from visceads.lake.warehouse import build_warehouse

FLOWS = (
    ("2012", "BJ", "agriculture", "BJ", "construction", 12.5),
    ("2012", "BJ", "agriculture", "GD", "construction", 0.1 + 0.2),
    ("2015", "GD", "power_heat", "GD", "power_heat", 508_444.894229),
)

Flows = tuple[tuple[str, str, str, str, str, float], ...]


@pytest.fixture
def lake(tmp_path: Path) -> LakePaths:
    """An empty lake."""
    return LakePaths(tmp_path / "lake")


@pytest.fixture
def flow_frame() -> Callable[[Flows], pl.DataFrame]:
    """Makes a frame of mrio.flow of rows."""
    schema = polars_schema(contract_of("mrio", "flow"))
    return lambda rows: pl.DataFrame(rows, schema=schema, orient="row")


Build = Callable[..., list[TableFile]]


@pytest.fixture(scope="session")
def build_tables(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Writes all tables but meta.publication, most of them without rows; equal arguments give the same files."""

    @cache
    def build(
        flows: Flows = FLOWS, *, accepted_at: str = "2026-01-01T00:00:00Z", is_synthetic: bool = False
    ) -> tuple[TableFile, ...]:
        folder = tmp_path_factory.mktemp("build")
        release = ("r", "mrio", "", "2012", "t.xlsx", "0" * 64, True, is_synthetic, False, accepted_at, "cite me")
        rows = {("mrio", "flow"): list(flows), ("meta", "release"): [release]}
        files = []
        for (group, table), contract in CONTRACTS.items():
            if (group, table) == ("meta", "publication"):
                continue
            frame = pl.DataFrame(rows.get((group, table), []), schema=polars_schema(contract), orient="row")
            if table == "dictionary":
                frame = dictionary_frame()
            files.append(write_table(contract, [frame], folder / group / f"{table}.parquet"))
        return tuple(files)

    return lambda *args, **kwargs: list(build(*args, **kwargs))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, build_tables: Build) -> LakePaths:
    """A lake with one version and its warehouse, shared by the tests that only read it."""
    lake = LakePaths(tmp_path_factory.mktemp("published"))
    publish(lake, build_tables(), visceads_version="0.1.0")
    build_warehouse(lake)
    return lake
