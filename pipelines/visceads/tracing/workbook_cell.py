"""Looking a cell up once more in the workbook itself, if it still lies in the raw folder with the same bytes.

Belongs here: opening the file that a release was read from, and comparing single cells. Not here: bronze (`cells`).
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from visceads.lake.atomic import file_sha256
from visceads.lake.bronze import Source
from visceads.lake.paths import LakePaths
from visceads.workbooks.nbs_series import read_text
from visceads.workbooks.refusal import Refusal
from visceads.workbooks.sheets import open_workbook


@dataclass(frozen=True)
class Seen:
    """What the workbook says now.

    Attributes:
        sentence: what was found.
        agrees: whether it is what bronze holds; None if it could not be seen.
    """

    sentence: str
    agrees: bool | None


class RawFolder:
    """The raw folder while one question is answered: every file is hashed once, every sheet loaded once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sha256: dict[Path, str] = {}
        self._rows: dict[tuple[Path, str], list[list[object]]] = {}

    def look_up(self, source: Source, place: tuple[str, int, int], value: float | None) -> Seen:
        """Compare one cell of bronze with the workbook that it was read from.

        Args:
            source: what the release was read from.
            place: sheet ('' in a CSV file), row and column, counted from 1.
            value: what bronze holds; None stands for a cell that is empty, or zero and therefore left out.
        """
        path = self.path / source.file_name
        if not path.is_file():
            return Seen(f"the workbook is no longer in {self.path}", None)
        try:
            if self._hash(path) != source.sha256:
                return Seen("the file in the raw folder is not the one that was read: run `visceads run`", None)
            text = self._text(path, *place)
        except (OSError, Refusal, KeyError) as error:
            return Seen(f"the workbook could not be opened again: {error}", None)
        return _compare(text, value, "cell" if place[0] else "field")

    def _hash(self, path: Path) -> str:
        if path not in self._sha256:
            self._sha256[path] = file_sha256(path)
        return self._sha256[path]

    def _text(self, path: Path, sheet: str, row_no: int, column_no: int) -> str:
        if (path, sheet) not in self._rows:
            self._rows[path, sheet] = open_workbook(path).load(sheet).rows if sheet else _csv_rows(path)
        rows = self._rows[path, sheet]
        row = rows[row_no - 1] if row_no <= len(rows) else []
        cell = row[column_no - 1] if column_no <= len(row) else ""
        return "" if cell is None else str(cell).strip()


def raw_of_last_run(lake: LakePaths) -> Path:
    """Return the raw folder that the last run of a lake read; the lake's own, where no record of a run says."""
    try:
        record = json.loads((lake.build / "last_run.json").read_text(encoding="utf-8"))
        return Path(record["raw"])
    except (OSError, ValueError, KeyError, TypeError):
        return lake.raw


def _csv_rows(path: Path) -> list[list[object]]:
    """The fields of a CSV file, every line at its number."""
    reader = csv.reader(io.StringIO(read_text(path), newline=None))
    rows: list[list[object]] = []
    for fields in reader:
        rows += [[]] * (reader.line_num - len(rows) - 1)  # a quoted field may go over several lines
        rows.append(list(fields))
    return rows


def _compare(text: str, value: float | None, word: str) -> Seen:
    try:
        number = float(text) if text else None
    except ValueError:
        return Seen(f"the workbook's {word} says '{text}' now, which is no number", False)
    if number == value:
        return Seen(f"the workbook's {word} says the same now" if text else f"the workbook's {word} is empty", True)
    if value is None and number == 0:
        return Seen(f"the workbook's {word} says {text}", True)
    held = "nothing" if value is None else repr(value)
    return Seen(f"the workbook's {word} says {text or 'nothing'} now, but bronze holds {held}", False)
