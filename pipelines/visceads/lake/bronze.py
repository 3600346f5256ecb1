"""Bronze: one Parquet file a release, with a sidecar that says what it was read from.

Belongs here: ids of releases, places, writing and reading, the test whether a release must be read again. Not
here: reading workbooks (`workbooks`) and which release is current (`releases`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from visceads.lake.atomic import file_sha256, replacing, write_text
from visceads.lake.clock import utc_now
from visceads.lake.paths import LakePaths

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_ID_PART = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True)
class SourceFinding:
    """What was noted while a workbook was read.

    Attributes:
        code: the rule, such as `W_PROCESS_ZERO`.
        severity: 'warning' or 'error'.
        message: one sentence.
        sheet: the sheet, or ''.
        cell: the address, or ''.
    """

    code: str
    severity: str
    message: str
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True)
class SourceIdentity:
    """How well an accounting identity holds in a workbook: its worst offender.

    Attributes:
        code: snake_case name, such as 'inventory_rows_add_up'.
        message: one sentence: what must hold, the largest residual and where it is.
        value: the largest residual, or the value where something is only reported.
        tolerance: the largest residual that is accepted; None where something is only reported.
        unit: of both.
        sheet: the sheet of the worst one, or ''.
        cell: its address, or ''.
    """

    code: str
    message: str
    value: float
    tolerance: float | None
    unit: str
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True)
class Source:
    """What a release was read from, as the reader and the recognition know it.

    Attributes:
        family: the family of workbooks, such as `co2_inventory`.
        periods: the years or table ids held, such as ('2012',) or ('2017', '2017-new').
        vintage: V1, V2, V3, or '' where there is none.
        file_name: the workbook's name.
        sha256: the sha256 of the workbook's bytes.
        reader_version: the version of the reader; another one means reading again.
        is_synthetic: whether it was made up for demonstration.
        is_reconstructed: whether a model filled its cells.
        findings: what was noted.
        series: what tells releases of one family and period apart, such as the indicator of an NBS series.
        identities: how well its accounts add up.
        content_sha256: a hash of its values, the same for the same values in other bytes; '' if none was made.
    """

    family: str
    periods: tuple[str, ...]
    vintage: str
    file_name: str
    sha256: str
    reader_version: str
    is_synthetic: bool
    is_reconstructed: bool
    findings: tuple[SourceFinding, ...] = ()
    series: str = ""
    identities: tuple[SourceIdentity, ...] = ()
    content_sha256: str = ""


@dataclass(frozen=True)
class Sidecar:
    """The record beside a bronze file.

    Attributes:
        release_id: the id of the release.
        source: what it was read from.
        accepted_at: when it was first read, ISO 8601 in UTC; reading it again keeps the time.
        rows: the rows of the bronze file.
        bronze_sha256: the sha256 of the bronze file's bytes.
    """

    release_id: str
    source: Source
    accepted_at: str
    rows: int
    bronze_sha256: str


class BronzeError(ValueError):
    """A bronze file or its sidecar cannot be used; the message says which and what to do."""


def period_label(periods: Sequence[str]) -> str:
    """Return the years of some periods as one text.

    ('2012',) -> '2012'; ('2017', '2017-new') -> '2017'; ('national-2020',) -> '2020'; years without a gap ->
    '2011-2022'; with gaps -> '2012_2015' or '1995_1997-2019'.

    Args:
        periods: years or table ids; a table id states its year.
    """
    runs: list[list[int]] = []
    for year in sorted({int(_YEAR.findall(period)[0]) for period in periods}):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return "_".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def release_id(family: str, period: str, sha256: str) -> str:
    """Return the id of a release: `<family>-<period>-<first 12 digits of the sha256>`.

    Args:
        family: lower case letters, digits and underscores, such as `co2_inventory`.
        period: a year, a table id or the text of `period_label`.
        sha256: 64 hexadecimal digits.

    Raises:
        ValueError: if a part could not stand in a file name.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"'{sha256}' is not the sha256 of a file: 64 hexadecimal digits are needed")
    for part in (family, period):
        if not _ID_PART.fullmatch(part):
            raise ValueError(
                f"'{part}' cannot be part of a release id: use lower case letters, digits, and _ . - between them"
            )
    return f"{family}-{period}-{sha256[:12]}"


def source_release_id(source: Source) -> str:
    """Return the id of the release that a source makes."""
    return release_id(source.family, period_label(source.periods), source.sha256)


def bronze_path(lake: LakePaths, family: str, release: str) -> Path:
    """Return where the bronze file of a release lies."""
    return lake.bronze / family / f"{release}.parquet"


def sidecar_path(bronze_file: Path) -> Path:
    """Return where the sidecar of a bronze file lies."""
    return bronze_file.with_suffix(".json")


def write_bronze(lake: LakePaths, source: Source, frame: pl.DataFrame, accepted_at: str | None = None) -> Sidecar:
    """Write a release: first the cells, then the sidecar, each atomically; equal cells give equal bytes.

    A bronze file counts only if its sidecar knows its bytes (`can_keep`), so an interrupted run leaves
    nothing half read behind.

    Args:
        lake: the lake.
        source: what the cells were read from.
        frame: the cells as the seam of the family says (docs/architecture.md).
        accepted_at: the time of acceptance for a release that is new; now, if not given. Workbooks that are read in one
            go are given one time, so that which of them is current does not depend on the pace of reading.

    Returns:
        The sidecar as written.
    """
    release = source_release_id(source)
    path = bronze_path(lake, source.family, release)
    accepted = _accepted_before(path) or accepted_at or utc_now()
    with replacing(path) as temporary:
        frame.write_parquet(temporary, compression="zstd")
    sidecar = Sidecar(release, source, accepted, frame.height, file_sha256(path))
    write_text(sidecar_path(path), json.dumps(asdict(sidecar), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return sidecar


def read_sidecar(path: Path) -> Sidecar:
    """Read a sidecar.

    Raises:
        BronzeError: if it is not a sidecar of this program's.
    """
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        source = dict(record["source"])
        source["periods"] = tuple(source["periods"])
        source["findings"] = tuple(SourceFinding(**finding) for finding in source["findings"])
        source["identities"] = tuple(SourceIdentity(**identity) for identity in source["identities"])
        return Sidecar(**{**record, "source": Source(**source)})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BronzeError(
            f"the file {path.name} in bronze/{path.parent.name} is not a sidecar that this version can read: "
            "delete it, and the release is read from its workbook again"
        ) from None


def read_sidecars(lake: LakePaths) -> list[Sidecar]:
    """Return the sidecars of all releases whose bronze file is there, sorted by release id.

    Raises:
        BronzeError: if one of them cannot be read.
    """
    found = [read_sidecar(path) for path in sorted(lake.bronze.glob("*/*.json")) if not path.name.startswith(".")]
    present = [s for s in found if bronze_path(lake, s.source.family, s.release_id).is_file()]
    return sorted(present, key=lambda sidecar: sidecar.release_id)


def can_keep(lake: LakePaths, sidecar: Sidecar, sha256: str, reader_version: str) -> bool:
    """Whether a release need not be read again.

    It can be kept if the workbook has the same bytes, the reader is the same, and the bronze file's own bytes
    are those that the sidecar knows.

    Args:
        lake: the lake.
        sidecar: the sidecar of the release.
        sha256: the sha256 of the workbook now.
        reader_version: the version of the reader now.
    """
    path = bronze_path(lake, sidecar.source.family, sidecar.release_id)
    is_same = (sidecar.source.sha256, sidecar.source.reader_version) == (sha256, reader_version)
    return is_same and path.is_file() and file_sha256(path) == sidecar.bronze_sha256


def _accepted_before(path: Path) -> str | None:
    """The time of an earlier reading: a new reader must not make an old release look new."""
    if not sidecar_path(path).is_file():
        return None
    try:
        return read_sidecar(sidecar_path(path)).accepted_at
    except BronzeError:
        return None
