"""Where things lie in a lake.

Belongs here: the folders below the lake's root and the names of the files in them. Not here: which lake is
meant (the settings) and what is written (the other modules of this package).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LakePaths:
    """The folders of one lake.

    Attributes:
        root: the folder that holds them all.
    """

    root: Path

    @property
    def raw(self) -> Path:
        """The workbooks as they were dropped; nothing is ever written there."""
        return self.root / "raw"

    @property
    def bronze(self) -> Path:
        """One Parquet file a release, with its sidecar."""
        return self.root / "bronze"

    @property
    def build(self) -> Path:
        """Scratch of the build: may be deleted at any time between runs."""
        return self.root / "build"

    @property
    def build_tables(self) -> Path:
        """Validated parts of published tables, one folder a table."""
        return self.build / "tables"

    @property
    def marts(self) -> Path:
        """The published versions, one folder a version, and the link `latest`."""
        return self.root / "marts"

    @property
    def latest(self) -> Path:
        """The link to the version that is current."""
        return self.marts / "latest"

    @property
    def warehouse(self) -> Path:
        """The folder of the DuckDB file."""
        return self.root / "warehouse"

    @property
    def warehouse_file(self) -> Path:
        """The DuckDB file made of the current version."""
        return self.warehouse / "visceads.duckdb"

    @property
    def site(self) -> Path:
        """The published site."""
        return self.root / "site"

    def mart(self, version: str, group: str, table: str) -> Path:
        """The Parquet file of one table in one version."""
        return self.marts / version / group / f"{table}.parquet"
