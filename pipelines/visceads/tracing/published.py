"""The published version of a lake: its tables, and the releases that they were made from.

Belongs here: opening what `latest` points to and choosing releases as the publication chose them. Not here: single
rows (`rows`) and cells (`cells`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from visceads.contracts.catalogue import CONTRACTS, Contract
from visceads.lake.bronze import BronzeError, Sidecar, read_sidecars
from visceads.lake.paths import LakePaths
from visceads.lake.publication import current_version
from visceads.lake.releases import current_releases
from visceads.tracing.record import TraceError


@dataclass(frozen=True)
class Published:
    """What is published in a lake.

    Attributes:
        lake: the lake.
        version: the version that `latest` points to.
        sidecars: release id -> sidecar, of the releases in meta.release.
        current: (family, series, period) -> id of the release that stands for it.
    """

    lake: LakePaths
    version: str
    sidecars: dict[str, Sidecar]
    current: dict[tuple[str, str, str], str]

    def has(self, contract: Contract) -> bool:
        """Whether the published version has a table; one that an older program published may lack it."""
        return self.lake.mart(self.version, contract.group, contract.table).is_file()

    def scan(self, contract: Contract) -> pl.LazyFrame:
        """Return a published table, not read yet.

        Raises:
            TraceError: if the published version does not have the table.
        """
        if not self.has(contract):
            raise TraceError(
                f"version {self.version} has no table {contract.name}: it was published by another version of the "
                "program. Run `visceads run`, then ask again",
                exit_code=1,
            )
        return pl.scan_parquet(self.lake.mart(self.version, contract.group, contract.table))

    def sidecar(self, release_id: str) -> Sidecar:
        """Return the record of a release.

        Raises:
            TraceError: if bronze does not hold it any more.
        """
        if release_id not in self.sidecars:
            raise TraceError(
                f"the table rests on the release {release_id}, which lies in bronze/ no more: put its workbook into "
                "raw/ and run `visceads run`, then ask again",
                exit_code=1,
            )
        return self.sidecars[release_id]

    def table_ids(self) -> tuple[str, ...]:
        """The ids of the provincial tables that are published, ascending."""
        return tuple(sorted(period for family, _, period in self.current if family == "mrio"))


def open_published(lake: LakePaths) -> Published:
    """Return what is published in a lake.

    Raises:
        TraceError: if nothing is published yet, or a record in bronze cannot be read.
    """
    version = current_version(lake)
    if version is None:
        raise TraceError("nothing is published in this lake yet: run `visceads run` first", exit_code=1)
    listed = set(pl.read_parquet(lake.mart(version, "meta", "release"))["release_id"])
    try:
        # a workbook that came after the publication is in bronze, but nothing published rests on it
        sidecars = [sidecar for sidecar in read_sidecars(lake) if sidecar.release_id in listed]
    except BronzeError as error:
        raise TraceError(str(error), exit_code=1) from None
    by_id = {sidecar.release_id: sidecar for sidecar in sidecars}
    return Published(lake, version, by_id, current_releases(sidecars))


def contract_named(name: str) -> Contract:
    """Return the contract of a table named as in SQL, `group.table`.

    Raises:
        TraceError: naming the tables, if there is none of that name.
    """
    group, _, table = name.strip().lower().partition(".")
    if (group, table) in CONTRACTS:
        return CONTRACTS[group, table]
    own = [contract.name for contract in CONTRACTS.values() if group in {contract.table, contract.group}]
    listed = own or [contract.name for contract in CONTRACTS.values()]
    what = "name the table as in SQL" if own else "there is no such table"
    raise TraceError(f"'{name}': {what}; {'these are meant perhaps' if own else 'the tables are'}: {', '.join(listed)}")
