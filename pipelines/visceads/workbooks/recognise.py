"""What a file is, by its bytes and its content: family, periods, vintage, and what is wrong with it.

Belongs here: the one question every file is asked first, and its answer in a record that never raises. Not
here: the layouts themselves (`families`, `inventory_layout`, `mrio_axis`) and the readers (`readers`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from visceads.codes import normal_key
from visceads.workbooks.families import TITLES, match_family, nearest_family
from visceads.workbooks.file_content import extension_finding, file_content, not_spreadsheet
from visceads.workbooks.mrio_axis import find_tables
from visceads.workbooks.nbs_series import is_nbs_series, read_text
from visceads.workbooks.note_sheet import Note, is_note, read_note
from visceads.workbooks.readers import READERS
from visceads.workbooks.refusal import FOREIGN_CODES, Finding, Refusal
from visceads.workbooks.sheets import Sheet, Workbook, open_workbook
from visceads.workbooks.unread_families import unread_family_refusal

_PANEL_COLUMNS = {"省份", "年份"}


@dataclass(frozen=True)
class Recognition:
    """What a file is.

    Attributes:
        path: the file.
        sha256: hash of its bytes, or '' if it cannot be read.
        kind: what its bytes are: 'xlsx', 'xls', 'csv', or another word for what cannot be read.
        family: a key of `families.TITLES`, or '' if it is none.
        periods: years such as '2012'; for `mrio` table ids such as '2012' or '2017-new'.
        vintage: 'V1', 'V2', 'V3' for provincial CO2 inventories, else ''.
        is_synthetic: it says of itself that its data are invented for demonstration.
        is_reconstructed: it says of itself that it stands in for a real workbook in tests.
        summary: one sentence.
        findings: what its users should know.
        refusal: why it cannot be loaded, or None.
    """

    path: Path
    sha256: str
    kind: str
    family: str = ""
    periods: tuple[str, ...] = ()
    vintage: str = ""
    is_synthetic: bool = False
    is_reconstructed: bool = False
    summary: str = ""
    findings: tuple[Finding, ...] = ()
    refusal: Refusal | None = None


def recognise(path: Path, is_thorough: bool = True) -> Recognition:
    """Return what a file is; it is read, never written, and a bad file raises nothing.

    Args:
        path: the file.
        is_thorough: also read it whole, as its reader does, so that everything wrong with it shows (up to 2.5 s a
            table of the provincial input-output workbooks). Without it only bytes, headers and notes are looked at:
            enough to know which reader it is for.

    Returns:
        The record; what is wrong stands in its `refusal`, with code, sentence, sheet and cell.
    """
    content = file_content(path)
    blank = Recognition(path, _sha256(path), content.kind)
    try:
        if content.kind == "csv":
            answer = _recognise_csv(blank)
        elif content.kind in ("xlsx", "xls"):
            answer = _recognise_workbook(blank)
        else:
            raise not_spreadsheet(path, content)
    except Refusal as refusal:
        answer = replace(blank, refusal=refusal)
    if is_thorough and answer.family and answer.refusal is None:
        answer = _read_whole(answer)
    return replace(answer, summary=_summary(answer))


def _read_whole(found: Recognition) -> Recognition:
    """Return the record after the reader of its family has seen the whole file."""
    try:
        reading = READERS[found.family].read(found.path)
    except Refusal as refusal:
        # The sheet of a city has the layout of a province: only the set of names tells them apart.
        is_foreign = refusal.code in FOREIGN_CODES
        return replace(found, refusal=refusal, family="" if is_foreign else found.family)
    return replace(
        found,
        periods=reading.periods,
        vintage=reading.vintage,
        findings=reading.findings,
        is_synthetic=reading.is_synthetic,
        is_reconstructed=reading.is_reconstructed,
    )


def _sha256(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe would be waited for
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _recognise_csv(blank: Recognition) -> Recognition:
    path = blank.path
    text = read_text(path)
    found = replace(blank, findings=extension_finding(path, "csv"))
    if is_nbs_series(text):
        return replace(found, family="nbs_series", is_synthetic="SYNTHETIC" in text)
    first_line = text.strip().split("\n")[0].strip()
    if {normal_key(field) for field in first_line.split(",")} >= _PANEL_COLUMNS:
        return replace(found, family="nbs_panel")
    message = (
        f"{path.name}: no known layout; it is comma-separated text that begins '{first_line[:60]}'. Of CSV "
        "files only yearly series by province of the National Bureau of Statistics are read (a line '地区, "
        "2022年, ...', then the 31 provinces); if it should be an Excel workbook, download it again from "
        "the publisher."
    )
    return replace(blank, refusal=Refusal("E_UNKNOWN_LAYOUT", message))


def _recognise_workbook(blank: Recognition) -> Recognition:
    workbook = open_workbook(blank.path)
    heads = [workbook.load(n) if is_note(n) else workbook.load_head(n) for n in workbook.sheet_names]
    note = read_note(heads)
    found = replace(
        blank,
        findings=workbook.findings,
        is_synthetic=note.is_synthetic,
        is_reconstructed=note.is_reconstructed,
    )
    match = match_family(heads, note)
    if match is None:
        return _recognise_tables(found, workbook, heads)
    found = replace(found, family=match.family, periods=match.periods)
    refusal = unread_family_refusal(found.path, match.family) or _note_conflict(found, note)
    return replace(found, refusal=refusal)


def _recognise_tables(found: Recognition, workbook: Workbook, heads: list[Sheet]) -> Recognition:
    family = replace(found, family="mrio")
    try:
        tables = find_tables(workbook)
    except Refusal as refusal:
        return replace(found if refusal.code in FOREIGN_CODES else family, refusal=refusal)
    if not tables:
        return replace(found, refusal=_unknown_layout(workbook, heads))
    ids = tuple(sorted({table.table_id for table in tables}))
    notes = tuple(finding for table in tables for finding in table.findings)
    return replace(family, periods=ids, findings=(*found.findings, *notes))


def _note_conflict(found: Recognition, note: Note) -> Refusal | None:
    """Return the refusal of a workbook whose note names another family than its sheets have."""
    if not note.family or note.family.split("_")[0] == found.family.split("_")[0]:
        return None
    message = (
        f"{found.path.name}, sheet '{note.sheet_name}': the note says '{note.content}', but the sheets are "
        f"of the kind '{TITLES[found.family]}'. Note and sheets come from two workbooks; download it again."
    )
    return Refusal("E_NOTE_CONFLICT", message, note.sheet_name)


def _unknown_layout(workbook: Workbook, heads: list[Sheet]) -> Refusal:
    names = workbook.sheet_names
    shown = ", ".join(f"'{name}'" for name in names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    nearest = nearest_family(heads)
    if nearest.family:
        what = f"it comes nearest to '{TITLES[nearest.family]}', but lacks {'; '.join(nearest.missing)}"
    else:
        what = "it resembles none of the known ones"
    message = (
        f"{workbook.path.name}: no known layout; sheets {shown or 'none that is visible'}; {what}. Check "
        "that it is the publisher's own workbook, unchanged; other tables cannot be read."
    )
    return Refusal("E_UNKNOWN_LAYOUT", message)


def _summary(found: Recognition) -> str:
    name = found.path.name
    if not found.family:
        code = found.refusal.code if found.refusal else ""
        return f"{name}: not recognised; refused ({code})."
    what = TITLES[found.family]
    if found.vintage:
        what += f", release {found.vintage}"
    if found.periods:
        what += f", {_periods_in_words(found.periods)}"
    for is_marked, word in ((found.is_synthetic, "synthetic"), (found.is_reconstructed, "reconstructed")):
        what += f" ({word})" if is_marked else ""
    if found.refusal:
        return f"{name}: {what}; refused ({found.refusal.code})."
    return f"{name}: {what}; can be read."


def _periods_in_words(periods: tuple[str, ...]) -> str:
    if not all(period.isdecimal() for period in periods):
        return ", ".join(periods)
    runs: list[list[int]] = []
    for year in map(int, periods):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    words = (f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
    return ", ".join(words)
