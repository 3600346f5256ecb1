"""Input-output tables that are not the provincial 31 x 42 table, named so that the refusal can say what they are.

Belongs here: telling the relatives apart by their headers. Not here: the supported layout itself (`mrio_axis`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from visceads.workbooks.mrio_labels import item_of, province_label, sector_number, text_of
from visceads.workbooks.mrio_place import Source
from visceads.workbooks.refusal import Refusal

Rows = Sequence[Sequence[object]]

SUPPORTED = "the 31 provinces x 42 sectors table with one imports row and five final-demand columns per province"

_NAMED_SIZES = {
    (30, 39): "the 30 provinces x 39 sectors table",
    (30, 30): "the 30 provinces x 30 sectors table (Mi et al. 2012)",
    (31, 3): "the 93 x 93 table (31 provinces x 3 sectors)",
    (313, 42): "the city table (313 regions x 42 sectors)",
}
_SHORTEST_RUN = 20
_MOVED_BETWEEN_PROVINCES = ("inflow", "outflow", "流入", "流出", "调入", "调出")


@dataclass(frozen=True)
class CodeRun:
    """A stretch of neighbouring sector numbers in one row.

    Attributes:
        row_no: the row, counted from 1.
        first_column: its first column, counted from 1.
        numbers: the sector numbers '01'..'99', in sheet order.
    """

    row_no: int
    first_column: int
    numbers: tuple[str, ...]

    @property
    def regions_and_sectors(self) -> tuple[int, int]:
        """How often the run starts again, and its largest number."""
        return self.numbers.count("01"), int(max(self.numbers))

    @property
    def is_regular(self) -> bool:
        """Whether the numbers are 01, 02, .., repeated without a gap."""
        regions, sectors = self.regions_and_sectors
        return self.numbers == tuple(f"{number:02d}" for number in range(1, sectors + 1)) * regions


def longest_code_run(rows: Rows) -> CodeRun | None:
    """Return the longest stretch of sector numbers in one row that counts 01, 02, 03; None if there is none.

    Small whole numbers stand side by side in rows of values too; they do not count upwards.
    """
    best: CodeRun | None = None
    for row_no, row in enumerate(rows, start=1):
        numbers: list[str] = []
        for column_no, cell in enumerate([*row, ""], start=1):
            number = sector_number(cell)
            if number is not None:
                numbers.append(number)
                continue
            if len(numbers) >= _SHORTEST_RUN and "01,02,03" in ",".join(numbers):
                found = CodeRun(row_no, column_no - len(numbers), tuple(numbers))
                best = max((best, found), key=lambda run: len(run.numbers)) if best else found
            numbers = []
    return best


def foreign_family(rows: Rows, run: CodeRun | None, source: Source) -> Refusal | None:
    """Return the refusal that names another family of input-output tables, or None if the sheet is none.

    Args:
        rows: the first rows of a sheet without a complete 31 x 42 axis.
        run: the longest stretch of sector numbers in them.
        source: for the message.
    """
    family = _family_by_codes(run) or _family_by_provinces(rows) or _single_region(rows)
    return None if family is None else family_refusal(source, family)


def family_refusal(source: Source, family: str) -> Refusal:
    """Return the refusal E_MRIO_FAMILY: this is `family`, and only the 31 x 42 table is read."""
    text = f"this is {family}; not supported. Supported is {SUPPORTED}: use that release of the publisher."
    return source.refusal("E_MRIO_FAMILY", text)


def sized_family(regions: int, sectors: int) -> str:
    """Return the name of a multi-regional table of this size."""
    return _NAMED_SIZES.get((regions, sectors), f"a multi-regional table of {regions} regions x {sectors} sectors")


def provinces_in_order(cells: Sequence[object]) -> list[tuple[int, str]]:
    """Return where a row names a new province: (position counted from 0, province_code), repeats left out."""
    starts: list[tuple[int, str]] = []
    for position, cell in enumerate(cells):
        label = province_label(cell) if isinstance(cell, str) else None
        if label is not None and (not starts or starts[-1][1] != label.code):
            starts.append((position, label.code))
    return starts


def usual_distance(starts: Sequence[tuple[int, str]]) -> int:
    """Return the most frequent distance between the starts of neighbouring provinces."""
    distances = Counter(later[0] - earlier[0] for earlier, later in pairwise(starts))
    return distances.most_common(1)[0][0]


def _family_by_codes(run: CodeRun | None) -> str | None:
    if run is None or not run.is_regular:
        return None
    regions, sectors = run.regions_and_sectors
    if (regions, sectors) == (1, 93):
        return _NAMED_SIZES[(31, 3)]
    return sized_family(regions, sectors) if regions > 1 else None


def _family_by_provinces(rows: Rows) -> str | None:
    """Two neighbours of one province in a header row mean an axis; a list of provinces side by side does not."""
    for row in rows:
        starts = provinces_in_order(row)
        regions = len({code for _, code in starts})
        if regions >= _SHORTEST_RUN and usual_distance(starts) > 2:
            return sized_family(regions, usual_distance(starts))
    return None


def _single_region(rows: Rows) -> str | None:
    for row in rows:
        texts = [text_of(cell) for cell in row]
        items = {item for item in (item_of("column", text) for text in texts if text) if item is not None}
        if len(items & {"FU101", "FU102", "FU103", "FU201", "FU202", "EX", "TFU", "TIU", "GO"}) >= 4:
            header = " ".join(text_of(cell) for line in rows for cell in line).casefold()
            if any(word in header for word in _MOVED_BETWEEN_PROVINCES):
                return "the table of a single province (it has columns of flows to and from other provinces)"
            return "a single-region table, such as a national one of the National Bureau of Statistics"
    return None
