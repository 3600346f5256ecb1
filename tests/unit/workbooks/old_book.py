"""A small old Excel workbook (.xls, BIFF8), written record by record: tests spoil it and read it back.

Test modules cannot import each other here; they load this one with `runpy`. Source: Microsoft, [MS-XLS].
"""

from __future__ import annotations

import struct
from pathlib import Path

from visceads.workbooks.old_excel import packed

Cells = dict[tuple[int, int], float | str]
"""(row, column), both counted from 0 -> value."""


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def beginning(kind: int) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0xDBB, 0x7CC, 0, 6))


def cell(row: int, column: int, value: float | str) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return record(0x203, place + struct.pack("<d", value))


def sheet_stream(cells: Cells) -> bytes:
    rows, columns = [row for row, _ in cells] or [0], [column for _, column in cells] or [0]
    extent = struct.pack("<IIHHH", min(rows), max(rows) + 1, min(columns), max(columns) + 1, 0)
    records = b"".join(cell(row, column, value) for (row, column), value in cells.items())
    return beginning(0x10) + record(0x200, extent) + records + record(0x0A)


def stream(sheets: dict[str, Cells], more: bytes = b"") -> bytes:
    """The stream of a workbook; `more` are records put before its list of sheets."""
    bodies = [sheet_stream(cells) for cells in sheets.values()]
    names = [struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name in sheets]
    begin = beginning(0x05) + record(0x42, struct.pack("<H", 1200)) + more
    place = len(begin) + sum(len(name) + 10 for name in names) + 4
    listing = b""
    for name, body in zip(names, bodies, strict=True):
        listing += record(0x85, struct.pack("<IBB", place, 0, 0) + name)
        place += len(body)
    return begin + listing + record(0x0A) + b"".join(bodies)


def write(path: Path, sheets: dict[str, Cells], more: bytes = b"") -> Path:
    path.write_bytes(packed("Workbook", stream(sheets, more)))
    return path
