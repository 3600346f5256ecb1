"""What a trace tells, as plain data: the same record is printed as text and as JSON.

Belongs here: the records. Not here: how they are found (`tracer`) and how they read (`text`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

Value = float | int | str | bool | None


class TraceError(ValueError):
    """A number cannot be traced; the message is a sentence that says why and what to do.

    Attributes:
        exit_code: 2 for a question that is put wrongly, 1 for one that has no answer.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class TracedCell:
    """One cell that a figure rests on.

    Attributes:
        sheet: the sheet; '' in a CSV file and in a seed.
        address: such as 'S31'; of a CSV file 'line 5, field 3'.
        value: what bronze holds: the figure as the workbook states it; None if the cell is empty.
        in_workbook: what was found when the workbook itself was looked up again, in a sentence.
        agrees: whether the workbook's cell says the same as bronze; None if that could not be seen.
        release_id: the release that holds it; '' for a seed.
    """

    sheet: str
    address: str
    value: float | None
    in_workbook: str = ""
    agrees: bool | None = None
    release_id: str = ""


@dataclass(frozen=True)
class CellRange:
    """A block of cells that a figure rests on.

    Attributes:
        sheet: the sheet.
        address: such as 'D5:AXE1306'; several rectangles are parted by commas.
        cells: how many cells the block has.
        filled: how many of them are neither empty nor zero.
        release_id: the release that holds it.
    """

    sheet: str
    address: str
    cells: int
    filled: int
    release_id: str = ""


@dataclass(frozen=True)
class TracedColumn:
    """One figure of a published row, and where it comes from.

    Attributes:
        column: the column of the published table.
        value: the published figure.
        unit: its unit.
        cells: its cells, one by one, where they are few.
        ranges: the block of its cells, where they are many.
        raw_value: the cell, or the sum over the cells, in the source's unit.
        raw_unit: the unit of the source.
        rules: every rule on the way from the cell to the figure, in order, each a sentence.
        agreement: whether the cells give the figure by these rules, in a sentence; '' if there is nothing to compare.
        is_explained: False if they do not.
        reasons: the blocks of cells for whose sake the figure is missing or taken from another release.
    """

    column: str
    value: Value
    unit: str
    cells: tuple[TracedCell, ...] = ()
    ranges: tuple[CellRange, ...] = ()
    raw_value: float | None = None
    raw_unit: str = ""
    rules: tuple[str, ...] = ()
    agreement: str = ""
    is_explained: bool = True
    reasons: tuple[CellRange, ...] = ()


@dataclass(frozen=True)
class Noted:
    """What was noted when a workbook was read, about a cell, a sheet or the whole of it."""

    code: str
    sheet: str
    cell: str
    message: str


@dataclass(frozen=True)
class TracedRelease:
    """A workbook that a figure rests on, as meta.release and the reader know it.

    Attributes:
        release_id: its id.
        family: the family of workbooks.
        vintage: V1, V2, V3 or ''.
        file_name: its path below the raw folder.
        sha256: of its bytes.
        is_current: whether it is the newest of its family and period.
        is_synthetic: whether it was invented for demonstration.
        is_reconstructed: whether a model filled its cells.
        citation: what to cite.
        notes: what its reader noted about the sheets and cells in question, and about the whole workbook.
    """

    release_id: str
    family: str
    vintage: str
    file_name: str
    sha256: str
    is_current: bool
    is_synthetic: bool
    is_reconstructed: bool
    citation: str
    notes: tuple[Noted, ...] = ()


@dataclass(frozen=True)
class Input:
    """One table that a derived table is made from.

    Attributes:
        name: a published table (`mrio.flow`), a family of workbooks (`workbooks mrio`) or a seed (`seed fuel`).
        rule: how it is made, in a sentence; '' for workbooks and seeds.
        made_from: the names of its own inputs.
    """

    name: str
    rule: str
    made_from: tuple[str, ...]


@dataclass(frozen=True)
class WorkbookBlock:
    """The cells of one release that a derived table rests on.

    Attributes:
        release_id: the release.
        used_for: which table reads them.
        ranges: where they are.
    """

    release_id: str
    used_for: str
    ranges: tuple[CellRange, ...]


@dataclass(frozen=True)
class Trace:
    """The answer: one row of a table down to its cells, or a derived table down to its workbooks.

    Attributes:
        table: `group.table`.
        title: its English title.
        version: the version of the marts that was looked up.
        key: what the row is about: column -> value with its name, such as {'province_code': 'GD (Guangdong)'}.
        columns: the figures of the row.
        rule: how a derived table is made, in a sentence.
        inputs: the tables that a derived table is made from, itself first, then each once, down to workbooks and seeds.
        blocks: the cells that it rests on.
        settings: settings that change its figures, in sentences.
        releases: the workbooks named above.
        issues: known issues of the sources that touch the row, in sentences.
        notes: what else is to be known, in sentences.
    """

    table: str
    title: str
    version: str
    key: dict[str, str]
    columns: tuple[TracedColumn, ...] = ()
    rule: str = ""
    inputs: tuple[Input, ...] = ()
    blocks: tuple[WorkbookBlock, ...] = ()
    settings: tuple[str, ...] = ()
    releases: tuple[TracedRelease, ...] = ()
    issues: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def is_sound(self) -> bool:
        """Whether every figure follows from its cells, and every workbook looked up says what bronze says."""
        cells = [cell for column in self.columns for cell in column.cells]
        return all(column.is_explained for column in self.columns) and all(cell.agrees is not False for cell in cells)
