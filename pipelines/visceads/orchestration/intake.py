"""From the raw folder to bronze: recognise every file, read the workbooks that a reader exists for, keep the verdicts.

Belongs here: the list of workbooks in a lake's raw folder and what became of each. Not here: how a workbook is
recognised or read (`workbooks`), where bronze lies (`lake`), Dagster.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from visceads.lake.atomic import write_text
from visceads.lake.bronze import (
    BronzeError,
    Sidecar,
    Source,
    SourceFinding,
    bronze_path,
    can_keep,
    read_sidecar,
    sidecar_path,
    source_release_id,
    write_bronze,
)
from visceads.lake.clock import utc_now
from visceads.lake.paths import LakePaths
from visceads.orchestration.workers import in_parallel
from visceads.workbooks import co2_inventory, mrio, mrio_cells, nbs_series
from visceads.workbooks.recognise import Recognition, recognise
from visceads.workbooks.refusal import Finding, Refusal

READER_VERSIONS = {"co2_inventory": "1", "mrio": "1", "nbs_series": "1"}
"""Raised by hand when a reader reads differently: releases are then read again."""

WORKBOOK_KINDS = frozenset({"xlsx", "xls"})
WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xls", ".xlsm", ".xlsb", ".csv", ".mat", ".ods", ""})
"""A file with such bytes or such a name is meant as input: if it cannot be read, that is said and counts as refusal."""

SCHEMAS: dict[str, pl.Schema] = {
    "co2_inventory": co2_inventory.CELL_SCHEMA,
    "mrio": pl.Schema(mrio_cells.SCHEMA),
    "nbs_series": nbs_series.CELL_SCHEMA,
}


@dataclass(frozen=True)
class Verdict:
    """What became of one file of the raw folder.

    Attributes:
        file_name: its path below the raw folder.
        sha256: of its bytes.
        status: accepted, rejected, not_read_yet, duplicate, or ignored (a file that nobody would take for a workbook).
        family: the family, or '' where none was recognised.
        periods: years or table ids.
        release_id: of an accepted workbook, else ''.
        code: the rule that a rejected workbook breaks, else ''.
        sheet: where, else ''.
        cell: where, else ''.
        reason: a sentence; '' for an accepted workbook.
    """

    file_name: str
    sha256: str
    status: str
    family: str = ""
    periods: tuple[str, ...] = ()
    release_id: str = ""
    code: str = ""
    sheet: str = ""
    cell: str = ""
    reason: str = ""


def raw_files(folder: Path) -> list[Path]:
    """All files below a folder, sorted; hidden files and Excel's lock files (`~$...`) are left out."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(p for p in found if not any(part.startswith((".", "~$")) for part in p.relative_to(folder).parts))


def recognise_folder(folder: Path, note: Callable[[str], None]) -> list[Recognition]:
    """Recognise every file below a folder.

    Args:
        folder: the raw folder.
        note: called with a sentence for each file.
    """
    recognitions = list(in_parallel(recognise, raw_files(folder)))
    for recognition in recognitions:
        note(recognition.summary)
    return recognitions


def first_verdicts(folder: Path, recognitions: Iterable[Recognition]) -> list[Verdict]:
    """Say of every file whether it is to be read (`pending`), rejected, not read yet, ignored, or a copy of another."""
    verdicts: list[Verdict] = []
    seen: dict[str, str] = {}
    for found in recognitions:
        name = found.path.relative_to(folder).as_posix()
        first = seen.setdefault(found.sha256, name) if found.sha256 else name
        if first != name:
            reason = f"{name} has the same bytes as {first}; it is read once"
            verdicts.append(Verdict(name, found.sha256, "duplicate", found.family, found.periods, reason=reason))
        else:
            verdicts.append(_first_verdict(name, found))
    return verdicts


def _first_verdict(name: str, found: Recognition) -> Verdict:
    pending = Verdict(name, found.sha256, "pending", found.family, found.periods)
    if _is_no_workbook(found):
        return replace(pending, status="ignored", reason=f"{name} is no workbook: left alone")
    if found.refusal is not None:
        return _refused(pending, found.refusal)
    if not found.is_supported:
        return replace(pending, status="not_read_yet", reason=found.summary)
    return pending


def _is_no_workbook(found: Recognition) -> bool:
    """Whether neither bytes nor name of a refused file speak of a spreadsheet: a README, a picture, an archive."""
    is_foreign = found.refusal is not None and found.kind not in WORKBOOK_KINDS
    return is_foreign and found.path.suffix.lower() not in WORKBOOK_SUFFIXES


def save_verdicts(lake: LakePaths, part: str, verdicts: Sequence[Verdict]) -> None:
    """Keep verdicts of one step in `build/intake/<part>.json`."""
    text = json.dumps([asdict(verdict) for verdict in verdicts], ensure_ascii=False, indent=1)
    write_text(lake.build / "intake" / f"{part}.json", text + "\n")


def forget_verdicts(lake: LakePaths, part: str) -> None:
    """Remove the verdicts of one step."""
    (lake.build / "intake" / f"{part}.json").unlink(missing_ok=True)


def load_verdicts(lake: LakePaths, part: str) -> list[Verdict]:
    """Return the verdicts of one step; empty if it has not run."""
    path = lake.build / "intake" / f"{part}.json"
    if not path.is_file():
        return []
    records = json.loads(path.read_text(encoding="utf-8"))
    return [Verdict(**{**record, "periods": tuple(record["periods"])}) for record in records]


def ensure_family(lake: LakePaths, family: str) -> None:
    """Leave an empty bronze file with the columns of a family, so that SQL can read a family without any release."""
    path = lake.bronze / family / "no_release.parquet"
    schema = {"release_id": pl.String(), **SCHEMAS[family]}
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(schema=schema).write_parquet(path)


@dataclass(frozen=True)
class ReadingTask:
    """What a worker is told: a pending workbook, the lake, the raw folder, the time of acceptance."""

    lake: LakePaths
    folder: Path
    verdict: Verdict
    accepted_at: str


def read_workbooks(
    lake: LakePaths, folder: Path, pending: Sequence[Verdict]
) -> Iterator[tuple[Verdict, Sidecar | None]]:
    """Read pending workbooks into bronze, several at a time; yield the outcome of `read_workbook` in their order."""
    now = utc_now()
    # a workbook that bronze has already costs nothing, so it is no reason to start workers
    to_read = [verdict for verdict in pending if _kept(lake, verdict) is None]
    done = in_parallel(_read_task, [ReadingTask(lake, folder, verdict, now) for verdict in to_read])
    for verdict in pending:
        yield next(done) if verdict in to_read else read_workbook(lake, folder, verdict)


def _read_task(task: ReadingTask) -> tuple[Verdict, Sidecar | None]:
    return read_workbook(task.lake, task.folder, task.verdict, task.accepted_at)


def read_workbook(
    lake: LakePaths, folder: Path, verdict: Verdict, accepted_at: str | None = None
) -> tuple[Verdict, Sidecar | None]:
    """Read one pending workbook into bronze, unless bronze has it already.

    Args:
        lake: the lake.
        folder: the raw folder, below which the file name of the verdict lies.
        verdict: a pending one.
        accepted_at: the time of acceptance of a new release, ISO 8601 in UTC; now, if not given.

    Returns:
        the verdict (accepted or rejected), and the sidecar of an accepted one.
    """
    kept = _kept(lake, verdict)
    if kept is not None:
        return _accepted(verdict, kept), kept
    path = folder / verdict.file_name
    try:
        source, frame = _READERS[verdict.family](path, verdict)
    except Refusal as refusal:
        return _refused(verdict, refusal), None
    release = source_release_id(source)
    frame = frame.select(pl.lit(release).alias("release_id"), pl.all())
    sidecar = write_bronze(lake, source, frame, accepted_at)
    return _accepted(verdict, sidecar), sidecar


def _read_inventory(path: Path, verdict: Verdict) -> tuple[Source, pl.DataFrame]:
    reading = co2_inventory.read_co2_inventory(path)
    periods = tuple(str(year) for year in reading.years)
    return _source(verdict, periods, reading.vintage, reading), reading.cells


def _read_mrio(path: Path, verdict: Verdict) -> tuple[Source, pl.DataFrame]:
    reading = mrio.read_mrio(path)
    periods = tuple(table.table_id for table in reading.tables)
    return _source(verdict, periods, "", reading), pl.concat([table.cells for table in reading.tables])


def _read_nbs(path: Path, verdict: Verdict) -> tuple[Source, pl.DataFrame]:
    reading = nbs_series.read_nbs_series(path)
    years = tuple(str(year) for year in sorted(set(reading.cells["year"])))
    series = "+".join(sorted(set(reading.cells["indicator_code"])))
    return replace(_source(verdict, years, "", reading), series=series), reading.cells


_READERS: dict[str, Callable[[Path, Verdict], tuple[Source, pl.DataFrame]]] = {
    "co2_inventory": _read_inventory,
    "mrio": _read_mrio,
    "nbs_series": _read_nbs,
}

Reading = co2_inventory.InventoryReading | mrio.MrioReading | nbs_series.NbsReading


def _source(verdict: Verdict, periods: tuple[str, ...], vintage: str, reading: Reading) -> Source:
    return Source(
        family=verdict.family,
        periods=periods,
        vintage=vintage,
        file_name=verdict.file_name,
        sha256=verdict.sha256,
        reader_version=READER_VERSIONS[verdict.family],
        is_synthetic=getattr(reading, "is_synthetic", False),
        is_reconstructed=getattr(reading, "is_reconstructed", False),
        findings=tuple(_finding(finding) for finding in reading.findings),
    )


def _finding(finding: Finding) -> SourceFinding:
    severity = "error" if finding.code.startswith("E_") else "warning"
    return SourceFinding(finding.code, severity, finding.message, finding.sheet, finding.cell)


def _kept(lake: LakePaths, verdict: Verdict) -> Sidecar | None:
    for path in sorted((lake.bronze / verdict.family).glob(f"*-{verdict.sha256[:12]}.parquet")):
        if not sidecar_path(path).is_file():
            continue
        try:
            sidecar = read_sidecar(sidecar_path(path))
        except BronzeError:
            continue  # an unreadable sidecar counts as none: the workbook is read again
        same_name = sidecar.source.file_name == verdict.file_name
        if same_name and can_keep(lake, sidecar, verdict.sha256, READER_VERSIONS[verdict.family]):
            return sidecar
    return None


def _accepted(verdict: Verdict, sidecar: Sidecar) -> Verdict:
    return Verdict(
        verdict.file_name,
        verdict.sha256,
        "accepted",
        sidecar.source.family,
        sidecar.source.periods,
        sidecar.release_id,
    )


def _refused(verdict: Verdict, refusal: Refusal) -> Verdict:
    return replace(
        verdict,
        status="rejected",
        code=refusal.code,
        sheet=refusal.sheet,
        cell=refusal.cell,
        reason=refusal.message,
    )


def bronze_file(lake: LakePaths, sidecar: Sidecar) -> Path:
    """Where the cells of a release lie."""
    return bronze_path(lake, sidecar.source.family, sidecar.release_id)
