"""From the raw folder to bronze: recognise every file, read the workbooks that a reader exists for, keep the verdicts.

Belongs here: the list of workbooks in a lake's raw folder and what became of each. Not here: how a workbook is
recognised or read (`workbooks`), where bronze lies (`lake`), Dagster.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl

from visceads.lake.atomic import write_text
from visceads.lake.bronze import (
    BronzeError,
    Sidecar,
    Source,
    SourceFinding,
    SourceIdentity,
    bronze_path,
    can_keep,
    read_sidecar,
    sidecar_path,
    source_release_id,
    write_bronze,
)
from visceads.lake.clock import utc_now
from visceads.lake.paths import LakePaths
from visceads.orchestration.raw_folder import Skipped, search_raw_folder
from visceads.orchestration.workers import in_parallel
from visceads.workbooks.readers import READERS
from visceads.workbooks.reading import Identity, Reading
from visceads.workbooks.recognise import Recognition, recognise
from visceads.workbooks.refusal import FOREIGN_CODES, Finding, Refusal

WORKBOOK_KINDS = frozenset({"xlsx", "xls"})
WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xls", ".xlsm", ".xlsb", ".csv", ".mat", ".ods", ""})
"""A file with such bytes or such a name is meant as input: if it cannot be read, that is said and counts as refusal."""


@dataclass(frozen=True)
class Verdict:
    """What became of one file of the raw folder.

    Attributes:
        file_name: its path below the raw folder.
        sha256: of its bytes.
        status: accepted, rejected, duplicate, or ignored (a file that nobody would take for a workbook).
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
    """All files below a folder, sorted, without hidden ones and those that `search_raw_folder` skips."""
    return list(search_raw_folder(folder).files)


def recognise_folder(folder: Path, note: Callable[[str], None]) -> list[Recognition]:
    """Recognise every file below a folder.

    Args:
        folder: the raw folder.
        note: called with a sentence for each file.
    """
    recognitions = list(in_parallel(partial(recognise, is_thorough=False), raw_files(folder)))
    for recognition in recognitions:
        note(recognition.summary)
    return recognitions


def first_verdicts(folder: Path, recognitions: Iterable[Recognition], skipped: Iterable[Skipped] = ()) -> list[Verdict]:
    """Say of every file whether it is to be read (`pending`), rejected, ignored, or a copy of another.

    Args:
        folder: the raw folder.
        recognitions: what its files are.
        skipped: what was found beside them: folders that cannot be entered, lock files and the like.
    """
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
    return verdicts + [_skipped_verdict(folder, one) for one in skipped]


def _skipped_verdict(folder: Path, skipped: Skipped) -> Verdict:
    name = skipped.path.relative_to(folder).as_posix() if skipped.path != folder else folder.name
    if skipped.is_problem:
        return Verdict(name, "", "rejected", code="E_NOT_READABLE", reason=skipped.reason)
    return Verdict(name, "", "ignored", reason=skipped.reason)


def _first_verdict(name: str, found: Recognition) -> Verdict:
    pending = Verdict(name, found.sha256, "pending", found.family, found.periods)
    if _is_no_workbook(found):
        return replace(pending, status="ignored", reason=f"{name} is no workbook: left alone")
    if found.refusal is not None:
        return _refused(pending, found.refusal)
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
    schema = {"release_id": pl.String(), **READERS[family].schema}
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
        reading = READERS[verdict.family].read(path)
    except Refusal as refusal:
        return _refused(verdict, refusal), None
    source = _source(verdict, reading)
    release = source_release_id(source)
    frame = reading.cells.select(pl.lit(release).alias("release_id"), pl.all())
    sidecar = write_bronze(lake, source, frame, accepted_at)
    return _accepted(verdict, sidecar), sidecar


def _source(verdict: Verdict, reading: Reading) -> Source:
    return Source(
        family=verdict.family,
        periods=reading.periods,
        vintage=reading.vintage,
        file_name=verdict.file_name,
        sha256=verdict.sha256,
        reader_version=READERS[verdict.family].version,
        is_synthetic=reading.is_synthetic,
        is_reconstructed=reading.is_reconstructed,
        findings=tuple(_finding(finding) for finding in reading.findings),
        series=reading.series,
        identities=tuple(_identity(identity) for identity in reading.identities),
        content_sha256=reading.content_sha256,
    )


def _finding(finding: Finding) -> SourceFinding:
    severity = "error" if finding.code.startswith("E_") else "warning"
    return SourceFinding(finding.code, severity, finding.message, finding.sheet, finding.cell)


def _identity(identity: Identity) -> SourceIdentity:
    place = f" at {identity.place}" if identity.place else ""
    if identity.tolerance is None:
        message = f"{identity.rule}: {identity.worst:.6g}{place}"
    else:
        message = f"{identity.rule}: at worst {identity.worst:.3g}{place}, tolerance {identity.tolerance:.3g}"
    return SourceIdentity(
        identity.code,
        message,
        identity.worst,
        identity.tolerance,
        identity.unit,
        identity.sheet,
        identity.cell,
    )


def _kept(lake: LakePaths, verdict: Verdict) -> Sidecar | None:
    for path in sorted((lake.bronze / verdict.family).glob(f"*-{verdict.sha256[:12]}.parquet")):
        if not sidecar_path(path).is_file():
            continue
        try:
            sidecar = read_sidecar(sidecar_path(path))
        except BronzeError:
            continue  # an unreadable sidecar counts as none: the workbook is read again
        same_name = sidecar.source.file_name == verdict.file_name
        if same_name and can_keep(lake, sidecar, verdict.sha256, READERS[verdict.family].version):
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
        family="" if refusal.code in FOREIGN_CODES else verdict.family,
        code=refusal.code,
        sheet=refusal.sheet,
        cell=refusal.cell,
        reason=refusal.message,
    )


def bronze_file(lake: LakePaths, sidecar: Sidecar) -> Path:
    """Where the cells of a release lie."""
    return bronze_path(lake, sidecar.source.family, sidecar.release_id)
