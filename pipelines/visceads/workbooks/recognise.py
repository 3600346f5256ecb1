"""What a file is, by its bytes and its content: family, periods, vintage, and whether it can be read.

Belongs here: the one question every file is asked first, and its answer in a record that never raises. Not
here: the layouts themselves (`families`, `inventory_layout`, `mrio_axis`) and reading for the lake (one
reader a family).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from visceads.codes import normal_key
from visceads.workbooks.co2_inventory import read_co2_inventory
from visceads.workbooks.families import TITLES, match_family, nearest_family
from visceads.workbooks.file_content import extension_finding, file_content, not_spreadsheet
from visceads.workbooks.mrio_axis import find_tables
from visceads.workbooks.nbs_series import is_nbs_series, read_nbs_series, read_text
from visceads.workbooks.note_sheet import Note, is_note, read_note
from visceads.workbooks.refusal import Finding, Refusal
from visceads.workbooks.sheets import Sheet, Workbook, open_workbook

SUPPORTED_FAMILIES = ("co2_inventory", "mrio", "nbs_series")
"""The families that have a reader; the others are recognised, not read yet."""

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
        is_supported: whether the family has a reader; False means 'recognised, not read yet'.
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
    is_supported: bool = False
    is_synthetic: bool = False
    is_reconstructed: bool = False
    summary: str = ""
    findings: tuple[Finding, ...] = ()
    refusal: Refusal | None = None


def recognise(path: Path) -> Recognition:
    """Return what a file is; it is read, never written, and a bad file raises nothing.

    Provincial CO2 inventories and NBS series are read whole, as their readers do (some 0.15 s), so that
    everything wrong with them shows; of input-output tables only the headers are read, their balances are
    checked on loading.

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
    return replace(answer, summary=_summary(answer))


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _recognise_csv(blank: Recognition) -> Recognition:
    path = blank.path
    text = read_text(path)
    found = replace(blank, findings=extension_finding(path, "csv"))
    if is_nbs_series(text):
        found = replace(found, family="nbs_series", is_supported=True)
        try:
            reading = read_nbs_series(path)
        except Refusal as refusal:
            return replace(found, refusal=refusal)
        years = tuple(str(year) for year in reading.years)
        return replace(found, periods=years, is_synthetic=reading.is_synthetic, findings=reading.findings)
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
    if match.family == "co2_inventory":
        return _recognise_co2_inventory(replace(found, periods=match.periods))
    found = replace(found, family=match.family, periods=match.periods)
    return replace(found, refusal=_note_conflict(found, note))


def _recognise_co2_inventory(found: Recognition) -> Recognition:
    family = replace(found, family="co2_inventory", is_supported=True)
    try:
        reading = read_co2_inventory(found.path)
    except Refusal as refusal:
        # The sheet of a city has the layout of a province: only the set of names tells them apart.
        return replace(found if refusal.code == "E_CITY_WORKBOOK" else family, refusal=refusal)
    years = tuple(str(year) for year in reading.years)
    return replace(family, periods=years, vintage=reading.vintage, findings=reading.findings)


def _recognise_tables(found: Recognition, workbook: Workbook, heads: list[Sheet]) -> Recognition:
    family = replace(found, family="mrio", is_supported=True)
    try:
        tables = find_tables(workbook)
    except Refusal as refusal:
        return replace(found if refusal.code == "E_MRIO_FAMILY" else family, refusal=refusal)
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
    return f"{name}: {what}; {'can be read' if found.is_supported else 'recognised, not read yet'}."


def _periods_in_words(periods: tuple[str, ...]) -> str:
    years = [int(period) for period in periods if period.isdecimal()]
    if len(years) == len(periods) > 2 and years == list(range(years[0], years[-1] + 1)):
        return f"{years[0]} to {years[-1]}"
    return ", ".join(periods)
