"""How large a file may be before it is refused: bounds that hold before any parser reserves memory for it.

Belongs here: the bounds, their defaults, where a user raises them, and the sentence about a file beyond one. Not here:
the counting, which belongs to whoever opens the file (`zip_guard`, `sheet_xml`, `old_excel`, `file_content`).

The defaults leave the largest known workbooks a wide margin (a provincial input-output table has 2 million cells in
58 MB of XML; two of them in one workbook make 116 MB) and keep the work on a hostile one below 10 s and 1 GiB.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from visceads.workbooks.refusal import Refusal

_PREFIX = "VISCEADS_MAX_"
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """The largest file that is read; each bound is raised by the environment variable VISCEADS_MAX_<NAME>.

    Attributes:
        file_bytes: size of a file as it lies on the disk.
        old_workbook_bytes: size of an old Excel workbook (.xls), which has no compressed parts.
        text_bytes: size of a CSV file.
        archive_bytes: size of all parts of an .xlsx together, unpacked.
        part_bytes: size of one part of an .xlsx (a sheet, the shared strings), unpacked.
        archive_parts: number of parts of an .xlsx.
        compression_ratio: how many times larger a part may become when it is unpacked; parts below 1 MB are let pass.
        sheet_cells: rows times columns of one sheet, counted from A1 to its last row and last column.
        unusual_cells: cells of one sheet that are no plain number or text (errors, formulas without a result, cells
            beyond what the sheet claims to be its extent): each has to be looked at.
        workbook_cells: the same as sheet_cells, all sheets of a workbook together.
        shared_strings: number of entries in the table of texts of an .xlsx or .xls.
        sheet_text_bytes: length of all texts of one sheet, a text counted as often as a cell shows it.
    """

    file_bytes: int = 300 * _MEGABYTE
    old_workbook_bytes: int = 60 * _MEGABYTE
    text_bytes: int = 20 * _MEGABYTE
    archive_bytes: int = 600 * _MEGABYTE
    part_bytes: int = 150 * _MEGABYTE
    archive_parts: int = 2_000
    compression_ratio: int = 200
    sheet_cells: int = 4_000_000
    unusual_cells: int = 300_000
    workbook_cells: int = 8_000_000
    shared_strings: int = 1_000_000
    sheet_text_bytes: int = 200 * _MEGABYTE


def limits_in_force(environment: Mapping[str, str] = os.environ) -> Limits:
    """Return the bounds, as the environment variables VISCEADS_MAX_... state them, else by default.

    They are read from the environment each time, so that spawned processes go by the same ones.

    Raises:
        Refusal: E_SETTING, if a variable is no whole number above 0.
    """
    stated = {}
    for field in fields(Limits):
        text = environment.get(setting_name(field.name), "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            message = f"The setting {setting_name(field.name)} is '{text}': it must be a whole number above 0."
            raise Refusal("E_SETTING", message)
        stated[field.name] = int(text)
    return Limits(**stated)


def setting_name(bound: str) -> str:
    """Return the environment variable that sets a bound: 'sheet_cells' -> 'VISCEADS_MAX_SHEET_CELLS'."""
    return _PREFIX + bound.upper()


def too_large(path: Path, bound: str, found: int, what: str, sheet: str = "") -> Refusal:
    """Return the refusal E_TOO_LARGE of a file beyond a bound.

    Args:
        path: the file.
        bound: the name of the bound, a field of `Limits`.
        found: what the file has.
        what: the number in words, to follow the number: 'cells between A1 and XFD1048576'.
        sheet: the sheet, or '' where the whole file is meant.
    """
    allowed = getattr(limits_in_force(), bound)
    place = f", sheet '{sheet}'" if sheet else ""
    message = (
        f"{path.name}{place}: it has {found:,} {what}, {allowed:,} are allowed; no known workbook of this kind is as "
        f"large, so it was not opened. If it is genuine, set {setting_name(bound)} to a larger number."
    )
    return Refusal("E_TOO_LARGE", message, sheet)
