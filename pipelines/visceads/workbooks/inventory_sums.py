"""Sums of rows and columns of inventory blocks against the totals that the sheet states.

Belongs here: the residual of one sum, and the worst one of a workbook as an identity. Not here: which rows make which
total, and how much it may be off (`co2_checks`, `energy_inventory`, `co2_national`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from visceads.workbooks.inventory_block import InventoryBlock
from visceads.workbooks.reading import Identity


@dataclass(frozen=True)
class Residual:
    """A sum of cells and the total that the sheet states for it.

    Attributes:
        block: the block.
        summed: the sum of the parts.
        stated: the total as the sheet has it.
        row: where that total stands in `block.values`.
        column: the same.
    """

    block: InventoryBlock
    summed: float
    stated: float
    row: int
    column: int

    @property
    def size(self) -> float:
        """How far the two are apart."""
        return abs(self.summed - self.stated)

    @property
    def cell(self) -> str:
        """The address of the stated total."""
        return self.block.cell(self.row, self.column)


def worst_of_rows(block: InventoryBlock, total: str, parts: Sequence[str]) -> Residual:
    """Return the column in which some rows miss their total row most; the block must have no empty cell in them."""
    row = block.row(total)
    sums = block.values[[block.row(code) for code in parts]].sum(axis=0)
    column = int(np.abs(sums - block.values[row]).argmax())
    return Residual(block, float(sums[column]), float(block.values[row, column]), row, column)


def worst_of_columns(block: InventoryBlock, total: str, parts: Sequence[str]) -> Residual:
    """Return the row in which some columns miss their total column most; the block must have no empty cell in them."""
    column = block.column(total)
    sums = block.values[:, [block.column(code) for code in parts]].sum(axis=1)
    row = int(np.abs(sums - block.values[:, column]).argmax())
    return Residual(block, float(sums[row]), float(block.values[row, column]), row, column)


def worst_identity(blank: Identity, residuals: Sequence[Residual], place_of: Callable[[Residual], str]) -> Identity:
    """Return an identity with the worst of its residuals filled in; without any, or if all are zero, it stays blank.

    Args:
        blank: its code, rule, tolerance and unit, with a worst of 0.
        residuals: the worst residual of each sheet that has numbers.
        place_of: a residual -> its place in words.
    """
    worst = max(residuals, key=lambda residual: residual.size, default=None)
    if worst is None or worst.size == 0:
        return blank
    return replace(blank, worst=worst.size, place=place_of(worst), sheet=worst.block.sheet.name, cell=worst.cell)
