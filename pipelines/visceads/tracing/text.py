"""A trace as lines of text that can be read aloud, and as JSON.

Belongs here: wording and layout. Not here: finding anything (`tracer`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from visceads.tracing.record import (
    CellRange,
    Noted,
    Trace,
    TracedCell,
    TracedColumn,
    TracedRelease,
    Value,
    WorkbookBlock,
)

_INDENT = "  "
_NOTES_SHOWN = 8
_SHEETS_SHOWN = 3


def as_json(trace: Trace) -> str:
    """Return a trace as JSON, with `is_sound` beside what `record.Trace` holds."""
    return json.dumps({**asdict(trace), "is_sound": trace.is_sound}, ensure_ascii=False, indent=1)


def as_text(trace: Trace) -> str:
    """Return a trace as text."""
    return "\n".join(_lines(trace)) + "\n"


def _lines(trace: Trace) -> Iterator[str]:
    yield f"{trace.table}: {trace.title}; version {trace.version}"
    for column, value in trace.key.items():
        yield f"{_INDENT}{column}: {value}"
    for note in trace.notes:
        yield f"{_INDENT}{note}"
    for issue in trace.issues:
        yield f"{_INDENT}known issue: {issue}"
    for column_ in trace.columns:
        if column_.rules or column_ is trace.columns[0]:
            yield ""
        yield from _column(column_)
    if trace.inputs:
        yield ""
        yield f"How it is made: {trace.rule}"
        yield from (f"{_INDENT}setting: {setting}" for setting in trace.settings)
        yield from _inputs(trace)
    if trace.blocks:
        yield ""
        yield "Cells that it rests on"
        for block in trace.blocks:
            yield from _block(block)
    for release in trace.releases:
        yield ""
        yield from _release(release)


def _column(column: TracedColumn) -> Iterator[str]:
    yield f"{column.column} = {number(column.value)}{_unit(column)}"
    named = ""
    for cell in column.cells:
        if cell.release_id != named:
            named = cell.release_id
            yield f"{_INDENT}release: {named}"
        said = f"; {number(cell.value)}" if len(column.cells) > 1 else ""
        yield f"{_INDENT}cell: {_cell(cell)}{said}"
    for one in column.ranges:
        if one.release_id != named:
            named = one.release_id
            yield f"{_INDENT}release: {named}"
        yield f"{_INDENT}cells: {_range(one)}"
    if column.cells or column.ranges:
        yield f"{_INDENT}{_raw(column)}"
    for position, rule in enumerate(column.rules, start=1):
        yield f"{_INDENT}rule {position}: {rule}"
    if column.reasons:
        yield f"{_INDENT}because of: {_together(column.reasons)}"
    if column.agreement:
        yield f"{_INDENT}{'check' if column.is_explained else 'NOT EXPLAINED'}: {column.agreement}"


def _unit(column: TracedColumn) -> str:
    is_figure = isinstance(column.value, float | int) and not isinstance(column.value, bool)
    return f" {column.unit}" if is_figure and column.unit not in {"", "1"} else ""


def _raw(column: TracedColumn) -> str:
    what = "raw value" if len(column.cells) == 1 and not column.ranges else "sum of the raw values"
    if column.raw_value is None:
        return f"{what}: none, the cell is empty or bronze leaves it out as zero; its unit would be {column.raw_unit}"
    return f"{what}: {number(column.raw_value)} {column.raw_unit}"


def _cell(cell: TracedCell) -> str:
    place = f"sheet {cell.sheet}, {cell.address}" if cell.sheet else cell.address
    if cell.sheet.startswith("dbt_project/"):
        place = f"{cell.sheet}, {cell.address}"
    return f"{place}; {cell.in_workbook}" if cell.in_workbook else place


def _range(one: CellRange) -> str:
    sheet = f"sheet {one.sheet}, " if one.sheet else ""
    return f"{sheet}{one.address} ({_counted(one.cells, one.filled)})"


def _counted(cells: int, filled: int) -> str:
    return f"{cells:,} {'cell' if cells == 1 else 'cells'}, {filled:,} of them not zero"


def _together(ranges: Sequence[CellRange]) -> str:
    """Ranges with the same address on many sheets in one phrase."""
    if len(ranges) == 1:
        return _range(ranges[0])
    by_address: dict[str, list[CellRange]] = {}
    for one in ranges:
        by_address.setdefault(one.address, []).append(one)
    phrases = []
    for address, found in by_address.items():
        names = ", ".join(one.sheet for one in found[:_SHEETS_SHOWN])
        more = f" and {len(found) - _SHEETS_SHOWN} more" if len(found) > _SHEETS_SHOWN else ""
        cells, filled = sum(one.cells for one in found), sum(one.filled for one in found)
        word = "sheet" if len(found) == 1 else "sheets"
        phrases.append(f"{word} {names}{more}: {address} ({_counted(cells, filled)})")
    return "; ".join(phrases)


def _inputs(trace: Trace) -> Iterator[str]:
    """What each table on the way is made from; which release is current is said with the releases."""
    for one in trace.inputs:
        if one.made_from and one.name not in {"meta.release"} - {trace.table}:
            names = ", ".join(_input_name(name) for name in one.made_from)
            yield f"{_INDENT}{one.name} is made from {names}"
            if one.name != trace.table:
                yield f"{_INDENT * 2}{one.rule}"


def _input_name(name: str) -> str:
    if name.startswith("bronze."):
        return f"workbooks {name.removeprefix('bronze.')}"
    return f"seed {name.removeprefix('seed.')}" if name.startswith("seed.") else name


def _block(block: WorkbookBlock) -> Iterator[str]:
    yield f"{_INDENT}for {block.used_for}, release {block.release_id}"
    yield f"{_INDENT * 2}{_together(block.ranges)}"


def _release(release: TracedRelease) -> Iterator[str]:
    marks = [release.vintage and f"vintage {release.vintage}", "current" if release.is_current else "not current"]
    marks += ["SYNTHETIC"] if release.is_synthetic else []
    marks += ["RECONSTRUCTED: test material, no facts"] if release.is_reconstructed else []
    yield f"Release {release.release_id} ({', '.join(mark for mark in marks if mark)})"
    yield f"{_INDENT}file: {release.file_name}"
    yield f"{_INDENT}sha256: {release.sha256}"
    yield f"{_INDENT}cite: {release.citation}"
    for note in release.notes[:_NOTES_SHOWN]:
        yield f"{_INDENT}noted: {_note(note)}"
    if len(release.notes) > _NOTES_SHOWN:
        yield f"{_INDENT}noted: {len(release.notes) - _NOTES_SHOWN} more, see meta.quality"
    if not release.notes:
        yield f"{_INDENT}noted: nothing when it was read"


def _note(note: Noted) -> str:
    place = " ".join(part for part in (note.sheet, note.cell) if part)
    return f"{note.code}{f' ({place})' if place else ''}: {note.message}"


def number(value: Value) -> str:
    """Return a figure with all its digits; missing is 'null'."""
    if value is None:
        return "null"
    return repr(value) if isinstance(value, float) else str(value)
