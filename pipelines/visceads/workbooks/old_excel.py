"""An old Excel workbook (.xls), looked through before it is parsed, and put into a container that cannot mislead.

Belongs here: the compound file that an .xls is (sectors, chains, directory), and the records of its one stream that
say how much memory a parser will take. Not here: what the cells hold (calamine parses them).

Sources: Microsoft, [MS-CFB] Compound File Binary File Format, and [MS-XLS] Excel Binary File Format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from visceads.workbooks.limits import Limits, limits_in_force, too_large

STREAM_NAMES = ("Workbook", "Book")
"""The stream that holds the sheets: since Excel 97, and before."""

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN, _FREE_SECTOR, _FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SMALL_STREAM, _SMALL_SECTOR = 4096, 64
_BOF, _EOF, _PASSWORD, _SHEET, _TEXTS, _DIMENSIONS, _MANY_NUMBERS = 0x809, 0x0A, 0x2F, 0x85, 0xFC, 0x200, 0xBD
_BOFS = frozenset({0x009, 0x209, 0x409, _BOF})
_CELLS = frozenset({0x006, 0x203, 0x204, 0x205, 0x27E, 0x0D6, 0x0FD, _MANY_NUMBERS})
_CELL_LENGTHS = {0x203: 14, 0x27E: 10, 0x0FD: 10}
"""A number, a shortened number, a text of the table: a parser would take the bytes of one for another."""

_MOST_NESTED = 50


@dataclass
class _Part:
    """A part of the stream from where it begins to its end: the globals, a sheet, or a chart within a sheet."""

    begin: int
    row_count: int = 0
    column_count: int = 0

    @property
    def cells(self) -> int:
        return self.row_count * self.column_count


@dataclass
class _Contents:
    """What the records of the stream say."""

    parts: dict[int, _Part] = field(default_factory=dict)
    sheets: list[tuple[int, str]] = field(default_factory=list)
    text_count: int = 0
    claimed_cells: int = 0


def safe_copy(path: Path, content: bytes) -> bytes:
    """Return an .xls that holds the sheets of another one and nothing else: no macros, no chains that can run in rings.

    Args:
        path: the file, for the messages.
        content: its bytes.

    Raises:
        ValueError: if it is no intact compound file, or holds no workbook, or its records are damaged.
        Refusal: E_TOO_LARGE.
    """
    limits = limits_in_force()
    if len(content) > limits.old_workbook_bytes:
        raise too_large(path, "old_workbook_bytes", len(content), "bytes")
    name, stream = workbook_stream(content)
    _refuse_too_large(path, _contents(stream), len(stream), limits)
    return packed(name, stream)


def workbook_stream(content: bytes) -> tuple[str, bytes]:
    """Return name and content of the stream that holds the sheets.

    Raises:
        ValueError: if the compound file is damaged or has no such stream.
    """
    if len(content) < 1536 or not content.startswith(_SIGNATURE):
        raise ValueError("no compound file")
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    if shift not in (9, 12) or small_shift != 6:
        raise ValueError("a compound file with sectors of a size that does not exist")
    fat = _sector_table(content, 1 << shift)
    directory = _chain(content, 1 << shift, struct.unpack_from("<I", content, 48)[0], fat)
    entries: dict[str, tuple[int, int]] = {}
    for begin in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, begin + 64)[0]
        entry_name = directory[begin : begin + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<II", directory, begin + 116)
        entries.setdefault(entry_name, (start, size))
    for name in STREAM_NAMES:
        if name in entries:
            start, size = entries[name]
            if size >= _SMALL_STREAM:
                stream = _chain(content, 1 << shift, start, fat)
            else:
                stream = _small_stream(content, 1 << shift, start, fat, entries)
            if len(stream) < size:
                raise ValueError("the stream of the workbook is cut off")
            return name, stream[:size]
    raise ValueError("a compound file without a workbook")


def asks_for_password(stream: bytes) -> bool:
    """Return whether the stream of a workbook says that what follows is encrypted; that stands in its first part."""
    try:
        for _, kind, _, _ in _records(stream):
            if kind in (_PASSWORD, _EOF):
                return kind == _PASSWORD
    except ValueError:
        return False
    return False


def packed(name: str, stream: bytes) -> bytes:
    """Return a compound file with one stream: header, sector table, directory, and the stream from front to back."""
    sectors = -(-max(len(stream), _SMALL_STREAM) // 512)
    fat_count = 1
    while fat_count * 128 < sectors + 1 + fat_count + _table_sectors(fat_count):
        fat_count += 1
    table_count = _table_sectors(fat_count)
    first = fat_count + table_count + 1  # of the stream; the sector before it is the directory
    fat = [_FAT_SECTOR] * fat_count + [0xFFFFFFFC] * table_count + [_END_OF_CHAIN]
    fat += [*range(first + 1, first + sectors), _END_OF_CHAIN]
    fat += [_FREE_SECTOR] * (fat_count * 128 - len(fat))
    header = _SIGNATURE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fat_count, first - 1, 0, _SMALL_STREAM, _END_OF_CHAIN, 0, 0, 0)[:28]
    header += struct.pack("<II", fat_count if table_count else _END_OF_CHAIN, table_count)
    numbers = list(range(fat_count))
    header += struct.pack("<109I", *numbers[:109], *[_FREE_SECTOR] * (109 - len(numbers[:109])))
    tables = b""
    for begin in range(0, table_count):
        part = numbers[109 + begin * 127 : 109 + (begin + 1) * 127]
        following = fat_count + begin + 1 if begin + 1 < table_count else _END_OF_CHAIN
        tables += struct.pack("<128I", *part, *[_FREE_SECTOR] * (127 - len(part)), following)
    size = max(len(stream), _SMALL_STREAM)
    directory = _entry("Root Entry", 5, 1, _END_OF_CHAIN, 0) + _entry(name, 2, _FREE_SECTOR, first, size)
    body = struct.pack(f"<{len(fat)}I", *fat) + tables + directory.ljust(512, b"\0")
    return header + body + stream.ljust(sectors * 512, b"\0")


def _table_sectors(fat_count: int) -> int:
    """How many sectors are needed to list the sectors of the sector table that the header has no room for."""
    return -(-max(0, fat_count - 109) // 127)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    numbers = struct.pack("<HBBIII", len(text), kind, 1, _FREE_SECTOR, _FREE_SECTOR, child)
    return text.ljust(64, b"\0") + numbers + bytes(36) + struct.pack("<IQ", start, size)


def _sector(content: bytes, size: int, number: int) -> bytes:
    begin = (number + 1) * size
    if number >= _FAT_SECTOR - 1 or begin >= len(content):
        raise ValueError("a chain of sectors leads out of the file")
    return content[begin : begin + size].ljust(size, b"\0")


def _sector_table(content: bytes, size: int) -> list[int]:
    """Return, for each sector, the sector that follows it."""
    numbers = list(struct.unpack_from("<109I", content, 76))
    following, seen = struct.unpack_from("<I", content, 68)[0], set()
    while following not in (_END_OF_CHAIN, _FREE_SECTOR):
        if following in seen:
            raise ValueError("the table of sectors runs in a ring")
        seen.add(following)
        *more, following = struct.unpack(f"<{size // 4}I", _sector(content, size, following))
        numbers += more
    used = [number for number in numbers if number != _FREE_SECTOR]
    if len(set(used)) < len(used):
        raise ValueError("the table of sectors names a sector twice")
    table = b"".join(_sector(content, size, number) for number in used)
    return list(struct.unpack(f"<{len(table) // 4}I", table))


def _chain(content: bytes, size: int, start: int, table: list[int], most: int | None = None) -> bytes:
    """Return the sectors of a chain one after another; none can stand in it twice."""
    pieces, number, left = [], start, len(content) // size + 1 if most is None else most
    while number != _END_OF_CHAIN:
        if left == 0 or number >= len(table):
            raise ValueError("a chain of sectors runs in a ring or out of the table")
        pieces.append(_sector(content, size, number))
        number, left = table[number], left - 1
    return b"".join(pieces)


def _small_stream(content: bytes, size: int, start: int, fat: list[int], entries: dict[str, tuple[int, int]]) -> bytes:
    """Return a stream below 4096 bytes; such ones share the sectors of the root entry, in pieces of 64 bytes."""
    root = next(iter(entries.values()))
    shared = _chain(content, size, root[0], fat)
    table = _chain(content, size, struct.unpack_from("<I", content, 60)[0], fat)
    small_table = list(struct.unpack(f"<{len(table) // 4}I", table))
    # `_sector` skips a header of one sector, which the shared stream does not have
    return _chain(bytes(_SMALL_SECTOR) + shared, _SMALL_SECTOR, start, small_table, _SMALL_STREAM // _SMALL_SECTOR)


def _records(stream: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield (where it begins, kind, where its content begins, where it ends) of every record."""
    begin, size = 0, len(stream)
    unpack = struct.Struct("<HH").unpack_from
    while begin + 4 <= size:
        kind, length = unpack(stream, begin)
        end = begin + 4 + length
        if end > size:
            raise ValueError("a record of the workbook is cut off")
        if kind == 0 and length == 0 and not any(stream[begin:]):
            return  # what follows the last record is filled up with zeros
        yield begin, kind, begin + 4, end
        begin = end


def _contents(stream: bytes) -> _Contents:
    found = _Contents()
    is_open: list[_Part] = []
    cell = struct.Struct("<HH").unpack_from
    for begin, kind, content, end in _records(stream):
        if kind in _CELLS:
            if end - content < 6 or end - content != _CELL_LENGTHS.get(kind, end - content):
                raise ValueError("a cell of the workbook is not as long as its kind wants")
            row, column = cell(stream, content)
            if kind == _MANY_NUMBERS:
                column = max(column, struct.unpack_from("<H", stream, end - 2)[0])
            for part in is_open:
                part.row_count = max(part.row_count, row + 1)
                part.column_count = max(part.column_count, column + 1)
        elif kind in _BOFS:
            is_open.append(_Part(begin))
            found.parts[begin] = is_open[-1]
            if len(is_open) > _MOST_NESTED:
                raise ValueError("parts of the workbook are not closed")
        elif kind == _EOF:
            is_open = []  # calamine reads a sheet up to the first end that follows it
        else:
            _note_record(found, kind, stream[content:end])
    return found


def _note_record(found: _Contents, kind: int, content: bytes) -> None:
    if kind == _SHEET and len(content) >= 8:
        found.sheets.append((struct.unpack_from("<I", content)[0], content[6:].hex()))
    elif kind == _TEXTS and len(content) >= 8:
        found.text_count = max(found.text_count, *struct.unpack_from("<II", content)[1:])
    elif kind == _DIMENSIONS and len(content) >= 10:
        rows = struct.unpack_from("<II", content) if len(content) >= 14 else struct.unpack_from("<HH", content)
        columns = struct.unpack_from("<HH", content, 8 if len(content) >= 14 else 4)
        # a parser reserves memory for what this record claims, wherever it stands and even if it ends before it begins
        claimed = ((rows[1] - rows[0]) % 2**32) * ((columns[1] - columns[0]) % 2**32)
        found.claimed_cells = max(found.claimed_cells, claimed)


def _refuse_too_large(path: Path, found: _Contents, size: int, limits: Limits) -> None:
    begins = [begin for begin, _ in found.sheets]
    if not begins or len(set(begins)) < len(begins) or not set(begins) <= set(found.parts):
        raise ValueError("its list of sheets does not fit its sheets")
    parts = list(found.parts.values())
    largest = max(found.claimed_cells, *(part.cells for part in parts))
    if largest > limits.sheet_cells:
        what = "cells between A1 and the last row and column of a sheet"
        raise too_large(path, "sheet_cells", largest, what)
    total = sum(part.cells for part in parts)
    if total > limits.workbook_cells:
        raise too_large(path, "workbook_cells", total, "cells between A1 and the last cell of its sheets")
    if found.text_count > limits.shared_strings:
        raise too_large(path, "shared_strings", found.text_count, "texts")
    if found.text_count > size // 3:  # a text takes three bytes at least
        raise ValueError("its table of texts claims more texts than there is room for")
