"""One table validated against its contract and written as a candidate of the next publication.

Belongs here: what a worker does for one table, and what it remembers for the publication. Not here: assets (`marts`),
contracts, Dagster: a worker that imported it would take a second longer to start.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from visceads.contracts.catalogue import Contract, ContractError, contract_of
from visceads.lake.atomic import write_text
from visceads.lake.parquet import TableFile, write_table
from visceads.orchestration.tables import read_table
from visceads.settings import Settings


class MartTask(NamedTuple):
    """Which table of which lake is to be written."""

    settings: Settings
    group: str
    table: str


def write_mart(task: MartTask) -> TableFile | str:
    """Validate a built table and write it as a candidate; the candidate of before stays if it breaks its contract.

    Args:
        task: which table of which lake.

    Returns:
        the file, or what is wrong with the table in sentences (an error of a worker arrives without its attributes).
    """
    settings, group, table = task
    contract = contract_of(group, table)
    path = _candidate(settings, contract)
    try:
        # closed at once: a reading that a broken contract leaves half way would keep the working database open,
        # and dbt would wait minutes for it
        with closing(read_table(settings, contract)) as frames:
            written = write_table(contract, frames, path)
    except ContractError as error:
        return str(error)
    record = asdict(written) | {"path": str(written.path)}
    write_text(path.with_suffix(".json"), json.dumps(record) + "\n")
    return written


def written_mart(settings: Settings, contract: Contract) -> TableFile | None:
    """Return the candidate that was written last for a table, or None if there is none."""
    path = _candidate(settings, contract).with_suffix(".json")
    if not path.is_file():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    return TableFile(**{**record, "path": Path(record["path"])})


def _candidate(settings: Settings, contract: Contract) -> Path:
    return settings.lake / "build" / "candidate" / contract.group / f"{contract.table}.parquet"
