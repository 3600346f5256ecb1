"""The marts of one published version.

Belongs here: opening what `latest` points to, its tables, the workbooks that went in. Not here: arrays
(`provincial_table`), what is computed from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from visceads.lake.paths import LakePaths
from visceads.lake.publication import current_version


class PublishedError(ValueError):
    """The published tables cannot answer; the message is a sentence that says where, why and what to do.

    Attributes:
        exit_code: 2 for a wrong question, 1 where the published tables cannot answer it.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Marts:
    """The tables of one version: what is published meanwhile is not mixed in.

    Attributes:
        lake: the lake; only its marts are read.
        version: the version.
    """

    lake: LakePaths
    version: str

    def scan(self, group: str, table: str) -> pl.LazyFrame:
        """Return a table, not read yet.

        Raises:
            PublishedError: with exit code 1 if this version does not have the table.
        """
        path = self.lake.mart(self.version, group, table)
        if not path.is_file():
            raise PublishedError(
                f"version {self.version} has no table {group}.{table}: it was published by another version of the "
                "program. Run `visceads run`, then ask again",
                exit_code=1,
            )
        return pl.scan_parquet(path)

    def rows(self, group: str, table: str, table_id: str) -> pl.DataFrame:
        """Return the rows of one input-output table.

        Raises:
            PublishedError: with exit code 1 if this version does not have the table.
        """
        return self.scan(group, table).filter(pl.col("table_id") == table_id).collect()

    def is_synthetic(self, release_ids: Iterable[str]) -> bool:
        """Whether any of some workbooks is synthetic."""
        return self._any_release(release_ids, "is_synthetic")

    def is_reconstructed(self, release_ids: Iterable[str]) -> bool:
        """Whether cells of any of some workbooks were filled by a model."""
        return self._any_release(release_ids, "is_reconstructed")

    def _any_release(self, release_ids: Iterable[str], flag: str) -> bool:
        chosen = pl.col("release_id").is_in(list(release_ids))
        return bool(self.scan("meta", "release").filter(chosen).select(pl.col(flag).any()).collect().item())


def open_marts(lake: LakePaths) -> Marts:
    """Return the marts that `latest` points to.

    Raises:
        PublishedError: with exit code 1 if nothing is published.
    """
    version = current_version(lake)
    if version is None:
        raise PublishedError("nothing is published in this lake yet: run `visceads run` first", exit_code=1)
    return Marts(lake, version)
