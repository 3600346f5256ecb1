"""Publication: validated tables become one immutable version of the marts, and `latest` points to it.

Belongs here: the version, assembling aside, renaming into place, the lock, clearing up after dead runs. Not
here: writing single tables (`parquet`) and the DuckDB file (`warehouse`).

A version is a hash of content: the same tables give the same version on any day, so nothing is written twice.
A reader sees a whole version or none: the folder is assembled under a hidden name and renamed, then the link
`latest` is replaced by a rename too.
"""

from __future__ import annotations

import fcntl
import hashlib
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from visceads.contracts.catalogue import CONTRACTS, arrow_schema, contract_of, polars_schema
from visceads.lake.atomic import copy_hashed, file_sha256, sync
from visceads.lake.clock import utc_now
from visceads.lake.parquet import TableFile, content_sha256, write_table
from visceads.lake.paths import LakePaths

_ASSEMBLING = ".assembling-"
_LINKING = ".latest-"
_OWN_TABLE = ("meta", "publication")
_TIMES = {("meta", "release"): ("accepted_at",)}
"""Columns that hold a time and therefore take no part in the version."""

_NOTES = {
    "synthetic": (
        "Made from the synthetic demonstration release: no figure says anything about China.",
        "由合成的演示数据生成：任何数值都不代表中国的实际情况。",
    ),
    "reconstructed": (
        "Some tables rest on reconstructed workbooks (meta.release, is_reconstructed): do not quote them as facts.",
        "部分表基于重构的工作簿（见meta.release的is_reconstructed）：请勿作为事实引用。",
    ),
    "real": (
        "Made from workbooks as published; meta.release says which and what to cite.",
        "由已发布的工作簿生成；来源与引用格式见meta.release。",
    ),
}


class PublicationError(ValueError):
    """The tables cannot be published; the message says why and what to do. The marts stay as they were."""


@dataclass(frozen=True)
class Publication:
    """The outcome of a publication.

    Attributes:
        version: the version that `latest` points to now.
        folder: its folder.
        is_new: whether it was written now; False if it was there already.
        message: one sentence that says so.
    """

    version: str
    folder: Path
    is_new: bool
    message: str


def version_of(tables: Sequence[TableFile]) -> str:
    """Return the version of some tables: 12 hexadecimal digits of a hash over (group, table, content).

    meta.publication and the column accepted_at of meta.release take no part; the order of the tables does not
    matter.
    """
    digest = hashlib.sha256()
    for table in sorted(tables, key=_identity):
        if _identity(table) != _OWN_TABLE:
            times = _TIMES.get(_identity(table))
            content = content_sha256(table.path, leave_out=times) if times else table.sha256
            digest.update(f"{table.group}\0{table.table}\0{content}\n".encode())
    return digest.hexdigest()[:12]


def publish(lake: LakePaths, tables: Sequence[TableFile], *, visceads_version: str) -> Publication:
    """Publish tables as one version of the marts and let `latest` point to it.

    meta.publication is written here and must not be among the tables. Whether the version is synthetic or
    reconstructed follows from meta.release.

    Args:
        lake: the lake.
        tables: one file for every contract but meta.publication, as `parquet.write_table` gave them.
        visceads_version: the version of the program, for meta.publication.

    Returns:
        The version; `is_new` tells whether anything was written.

    Raises:
        PublicationError: if tables are missing, unknown, given twice or changed since they were validated, if
            a
            published version was changed by hand, or if another run publishes at this moment.
    """
    _refuse_incomplete(tables)
    _refuse_unvalidated(tables)
    version = version_of(tables)
    folder = lake.marts / version
    with _lock(lake):
        _clear_leftovers(lake.marts)
        is_new = not folder.exists()
        if is_new:
            _assemble(lake, version, tables, visceads_version)
        else:
            _refuse_changed(lake, version, tables)
        was_latest = current_version(lake) == version
        if not was_latest:
            _point_latest(lake, version)
    if is_new:
        message = f"version {version} is published: {len(tables) + 1} tables"
    elif was_latest:
        message = f"nothing changed: version {version} is published already, and nothing was written"
    else:
        message = f"version {version} was published before; latest points to it again"
    return Publication(version, folder, is_new, message)


def current_version(lake: LakePaths) -> str | None:
    """Return the version that `latest` points to, or None if nothing is published yet."""
    if not lake.latest.is_symlink() or not lake.latest.is_dir():
        return None
    return lake.latest.readlink().name


def _identity(table: TableFile) -> tuple[str, str]:
    return (table.group, table.table)


def _refuse_incomplete(tables: Sequence[TableFile]) -> None:
    given = [_identity(table) for table in tables]
    expected = set(CONTRACTS) - {_OWN_TABLE}
    problems = [
        ("these tables have a contract but were not built", expected - set(given)),
        ("these tables have no contract", set(given) - set(CONTRACTS)),
        ("these tables were given twice", {name for name in given if given.count(name) > 1}),
        ("publishing writes this table itself", set(given) & {_OWN_TABLE}),
    ]
    sentences = [f"{text}: {', '.join(sorted('.'.join(name) for name in names))}" for text, names in problems if names]
    if sentences:
        raise PublicationError(f"nothing is published, because the tables are not complete: {'; '.join(sentences)}")


def _refuse_unvalidated(tables: Sequence[TableFile]) -> None:
    """Refuse a file that `write_table` did not write: its schema carries the contract's metadata."""
    for table in tables:
        contract = contract_of(table.group, table.table)
        if not table.path.is_file():
            raise PublicationError(f"nothing is published: the file of {contract.name} is gone; build the table again")
        if not _has_schema_of(table):
            raise PublicationError(
                f"nothing is published: the file of {contract.name} was not written under the contract as it "
                f"is now; "
                "build the table again"
            )


def _has_schema_of(table: TableFile) -> bool:
    expected = arrow_schema(contract_of(table.group, table.table))
    return bool(pq.read_schema(table.path).equals(expected, check_metadata=True))


def _refuse_changed(lake: LakePaths, version: str, tables: Sequence[TableFile]) -> None:
    for table in tables:
        if _identity(table) in _TIMES:
            continue
        path = lake.mart(version, table.group, table.table)
        if not path.is_file() or file_sha256(path) != table.sha256:
            raise PublicationError(
                f"the published table {table.group}.{table.table} of version {version} was changed or "
                f"removed by "
                f"hand: delete the folder marts/{version} and run again"
            )


@contextmanager
def _lock(lake: LakePaths) -> Iterator[None]:
    lake.marts.mkdir(parents=True, exist_ok=True)
    with (lake.marts / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PublicationError(
                "another run publishes into this lake at this moment: wait until it has ended, then run again"
            ) from None
        yield


def _clear_leftovers(marts: Path) -> None:
    """Remove what dead runs left; under the lock nobody else can be at work there."""
    for path in marts.glob(f"{_ASSEMBLING}*"):
        shutil.rmtree(path)
    for path in marts.glob(f"{_LINKING}*"):
        path.unlink()


def _assemble(lake: LakePaths, version: str, tables: Sequence[TableFile], visceads_version: str) -> None:
    aside = lake.marts / f"{_ASSEMBLING}{secrets.token_hex(6)}"
    for table in tables:
        target = aside / table.group / f"{table.table}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        if copy_hashed(table.path, target) != table.sha256:
            raise PublicationError(
                f"nothing is published: the file of {table.group}.{table.table} changed after it was "
                f"validated; "
                "build the table again"
            )
    _write_publication(aside, version, tables, visceads_version)
    for folder in (*{path.parent for path in aside.glob("*/*.parquet")}, aside):
        sync(folder)
    aside.rename(lake.marts / version)
    sync(lake.marts)


def _write_publication(aside: Path, version: str, tables: Sequence[TableFile], visceads_version: str) -> None:
    contract = contract_of(*_OWN_TABLE)
    releases = pl.read_parquet(aside / "meta" / "release.parquet")
    is_synthetic = bool(releases["is_synthetic"].any())
    is_reconstructed = bool(releases["is_reconstructed"].any())
    notes = _NOTES["synthetic" if is_synthetic else "reconstructed" if is_reconstructed else "real"]
    rows = sum(table.rows for table in tables)
    row = (
        version,
        utc_now(),
        visceads_version,
        is_synthetic,
        is_reconstructed,
        len(tables) + 1,
        rows,
        *notes,
    )
    frame = pl.DataFrame([row], schema=polars_schema(contract), orient="row")
    write_table(contract, [frame], aside / contract.group / f"{contract.table}.parquet")


def _point_latest(lake: LakePaths, version: str) -> None:
    if lake.latest.is_dir() and not lake.latest.is_symlink():
        raise PublicationError("marts/latest is a folder, but must be a link that visceads sets: remove it, run again")
    link = lake.marts / f"{_LINKING}{secrets.token_hex(6)}"
    link.symlink_to(version, target_is_directory=True)
    link.replace(lake.latest)
    sync(lake.marts)
