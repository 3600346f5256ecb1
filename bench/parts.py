"""The parts that the design gives a budget of their own; each function returns the seconds of its core.

Belongs here: loading inputs untimed, timing one call. Not here: the table (`__main__`).
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from visceads.settings import Settings
from visceads.workbooks.mrio import read_mrio

TABLE_ID = "2012"


def read_sheet(data: Path, _: Path) -> float:
    """Read the one sheet of 2012, check it, write it as Parquet."""
    workbook = next(path for path in sorted((data / "mrio").glob("*.xlsx")) if TABLE_ID in path.name)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        reading = read_mrio(workbook)
        reading.tables[0].cells.write_parquet(Path(folder) / "cells.parquet", compression="zstd")
        return time.perf_counter() - started


def accounts(_: Path, lake: Path) -> float:
    """All published accounts of 2012 on both CO2 bases, from arrays."""
    from visceads.orchestration.account_tables import account_tables
    from visceads.orchestration.arrays import load_table
    from visceads.orchestration.tables import working_database

    with working_database(Settings(lake=lake)) as connection:
        arrays = load_table(connection, TABLE_ID)
    started = time.perf_counter()
    account_tables(arrays)
    return time.perf_counter() - started


def backbone(_: Path, lake: Path) -> float:
    """Both filters and all node metrics of the 31 own blocks of 2012."""
    from visceads.orchestration.arrays import load_own_blocks
    from visceads.orchestration.backbone_tables import backbone_tables
    from visceads.orchestration.tables import working_database

    with working_database(Settings(lake=lake)) as connection:
        blocks = load_own_blocks(connection, TABLE_ID)
    started = time.perf_counter()
    backbone_tables(blocks, TABLE_ID)
    return time.perf_counter() - started
