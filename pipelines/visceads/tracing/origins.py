"""Where each figure of a published table comes from: the cells of bronze, and the rule that makes one of the other.

Belongs here: what the SQL of `dbt_project/models/harmonised` does between a cell and a figure, said once more as plain
records, so that it can be told and checked. Not here: looking the cells up (`cells`).

A test on real workbooks holds it: the cells named here, converted by the rules named here, give the published figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Where = Mapping[str, tuple[str | int, ...]]


@dataclass(frozen=True)
class Conversion:
    """From the unit of a workbook to the unit of a table.

    Attributes:
        raw_unit: the unit of the workbook.
        rule: the conversion in words.
        divide_by: what the raw figure is divided by.
        multiply_by: what it is multiplied by.
    """

    raw_unit: str
    rule: str
    divide_by: float = 1.0
    multiply_by: float = 1.0

    def of(self, raw: float) -> float:
        """Return a raw figure in the unit of the table."""
        return raw / self.divide_by * self.multiply_by


MT = Conversion("Mt CO2", "million tonnes in the workbook and in the table: the unit is kept")
MONEY = Conversion("10k yuan", "10 thousand yuan / 100 = million yuan", divide_by=100.0)
GDP = Conversion("100 million yuan", "100 million yuan x 100 = million yuan", multiply_by=100.0)
PERSONS = Conversion("10k persons", "10 thousand persons in the source and in the table: the unit is kept")


def kept(unit: str) -> Conversion:
    """A figure that is published in the unit of the workbook."""
    return Conversion(unit, f"{unit} in the workbook and in the table: the unit is kept")


@dataclass(frozen=True)
class Block:
    """Cells of bronze.

    Attributes:
        family: the family of workbooks, or `seed <name>`.
        release_id: the release; '' for a seed.
        where: column of bronze -> the values that it may have.
        value_column: the column of a seed that holds the figure; '' for workbooks.
    """

    family: str
    release_id: str
    where: Where
    value_column: str = ""


@dataclass(frozen=True)
class Origin:
    """Where one figure comes from.

    Attributes:
        column: the column of the published table.
        blocks: its cells; several if they lie apart.
        conversion: from their unit to that of the table.
        rules: what else happens on the way, in order, as sentences.
        is_sum: whether the figure is the sum over the cells, so that their whole block matters.
        is_exact: whether cells and conversion alone give the figure; False where a rule has a share in it.
        reason: the cells that tell a gap: for their sake the figure is missing or taken from elsewhere.
        subtracted: cells that are subtracted from the others.
        empty_is_zero: whether empty cells count as zero.
    """

    column: str
    blocks: tuple[Block, ...]
    conversion: Conversion
    rules: tuple[str, ...] = ()
    is_sum: bool = False
    is_exact: bool = True
    reason: tuple[Block, ...] = field(default=())
    subtracted: tuple[Block, ...] = field(default=())
    empty_is_zero: bool = False


@dataclass(frozen=True)
class Computed:
    """A figure that is computed from other figures of its row.

    Attributes:
        column: the column of the published table.
        rule: the formula in words.
        value: what it gives; None if it cannot be computed.
    """

    column: str
    rule: str
    value: float | bool | None
