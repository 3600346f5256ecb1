"""The checks of a provincial energy inventory: its three accounting identities, empty and negative cells.

Belongs here: what must hold on one sheet and over the 30 sheets, and the sentence where it does not. Not here: finding
and reading the cells (`inventory_layout`, `inventory_block`), and correcting anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visceads.codes import inventory_codes, seed
from visceads.workbooks.co2_checks import energy_fuels
from visceads.workbooks.inventory_block import InventoryBlock, fuel_name, refuse_gaps, sector_label
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.inventory_sums import Residual, worst_identity, worst_of_rows
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, Refusal

TOLERANCE = 1e-6
"""In the unit of the column. The published workbooks hold full doubles of up to some 1e5: they are off by 1e-10."""

_FINAL = "total_final_consumption"
_TRANSFORMATION = "transformation"
_TOTAL = "total_consumption"


@dataclass(frozen=True)
class _Sum:
    """One total row and the rows that make it."""

    code: str
    rule: str
    total: str
    parts: tuple[str, ...]


def _sums() -> tuple[_Sum, ...]:
    """The three identities; 'Coke Input (-)' stands among the parts of the transformation, but is a memo row."""
    processes = (
        *("thermal_power", "heating", "coal_washing", "coking"),
        *("refineries", "gas_works", "briquettes"),
    )
    return (
        _Sum("energy_rows_add_up", "sum of the 47 rows = Total Final Consumption", _FINAL, inventory_codes()),
        _Sum(
            "energy_transformation_adds_up",
            "sum of the seven transformation rows, without Coke Input (-) = Inputs(+) outputs(-)",
            _TRANSFORMATION,
            tuple(f"{_TRANSFORMATION}_{process}" for process in processes),
        ),
        _Sum(
            "energy_total_adds_up",
            "Total Final Consumption + Inputs(+) outputs(-), without Loss = Total Consumption",
            _TOTAL,
            (_FINAL, _TRANSFORMATION),
        ),
    )


def check_energy_block(block: InventoryBlock) -> list[Finding]:
    """Check one province sheet on its own.

    A sheet that is empty throughout passes; else the rows that make up an identity must be filled. The memo rows
    (coke input, losses, non-energy use, refuelling) may have empty cells.

    Returns:
        The finding W_NEGATIVE_ENERGY, if a cell of final consumption or of the 47 rows is negative. Below them
        negative cells are the rule: outputs of a transformation.

    Raises:
        Refusal: E_EMPTY_CELL or E_TOTALS, with the address of the first or the worst cell.
    """
    if block.is_empty:
        return []
    refuse_gaps(block, list(dict.fromkeys(code for one in _sums() for code in (one.total, *one.parts))))
    # In this order the first sum that is off points at the wrong total: another one takes it as a part.
    for one in _sums():
        _check_sum(block, one)
    return _negative_findings(block)


def no_energy_findings(blocks: Sequence[InventoryBlock], year: int) -> list[Finding]:
    """Return W_NO_ENERGY_DATA for each province whose 17 fuels are zero or empty throughout: missing, not zero."""
    return [_no_energy_finding(block, year) for block in blocks if _has_no_energy(block)]


def energy_identities(blocks: Sequence[InventoryBlock]) -> tuple[Identity, ...]:
    """Return how well the three sums hold, each told by its worst sheet; empty sheets are left out.

    Args:
        blocks: sheets that `check_energy_block` has passed.

    Returns:
        The identities, with residual and tolerance in the unit of the worst column; that unit is in `unit`.
    """
    filled = [block for block in blocks if not block.is_empty]
    identities = []
    for one in _sums():
        residuals = [worst_of_rows(block, one.total, one.parts) for block in filled]
        worst = max(residuals, key=lambda residual: residual.size, default=None)
        unit = _unit_at(worst) if worst else "1"
        identities.append(worst_identity(Identity(one.code, one.rule, 0.0, TOLERANCE, unit), residuals, _place_of))
    return tuple(identities)


def _check_sum(block: InventoryBlock, one: _Sum) -> None:
    worst = worst_of_rows(block, one.total, one.parts)
    if worst.size <= TOLERANCE:
        return
    unit = _unit_at(worst)
    message = (
        f"{block.place}: column '{fuel_name(_fuel_at(worst))}' breaks the rule '{one.rule}': the parts add up to "
        f"{worst.summed:.6f} {unit}, the total row says {worst.stated:.6f} {unit} (tolerance {TOLERANCE:g}). Look at "
        f"cell {worst.cell} and the rows that make it, and compare with the publisher's copy."
    )
    raise Refusal("E_TOTALS", message, block.sheet.name, worst.cell)


def _negative_findings(block: InventoryBlock) -> list[Finding]:
    rows = [block.row(code) for code in (_FINAL, *inventory_codes())]
    negative = np.argwhere(block.values[rows] < 0)
    if not negative.size:
        return []
    row, column = rows[negative[0][0]], int(negative[0][1])
    fuel_code, row_code = list(block.columns)[column], list(block.rows)[row]
    cell = block.cell(row, column)
    message = (
        f"{block.place}: {len(negative)} cell(s) of final consumption are negative, the first is {cell} "
        f"({sector_label(row_code)}, {fuel_name(fuel_code)}: {block.values[row, column]:g} {_unit(fuel_code)}). "
        "The value is kept as published; treat the row with care."
    )
    return [Finding("W_NEGATIVE_ENERGY", message, block.sheet.name, cell)]


def _has_no_energy(block: InventoryBlock) -> bool:
    columns = [block.column(fuel_code) for fuel_code in energy_fuels()]
    rows = [block.row(code) for code in (_FINAL, *inventory_codes(), _TOTAL)]
    values = block.values[np.ix_(rows, columns)]
    return bool(np.all((values == 0) | np.isnan(values)))


def _no_energy_finding(block: InventoryBlock, year: int) -> Finding:
    what = f"all {block.values.size} cells are empty" if block.is_empty else "its 17 fuels are zero in all rows"
    message = (
        f"{block.place}: {province_name(block.key)} {year} has no energy data: {what}. They count as missing, not "
        "as zero."
    )
    return Finding("W_NO_ENERGY_DATA", message, block.sheet.name)


def _place_of(residual: Residual) -> str:
    return f"{province_name(residual.block.key)}, {fuel_name(_fuel_at(residual))}"


def _fuel_at(residual: Residual) -> str:
    return list(residual.block.columns)[residual.column]


def _unit_at(residual: Residual) -> str:
    return _unit(_fuel_at(residual))


def _unit(fuel_code: str) -> str:
    fuels = seed("fuel")
    return str(fuels.filter(fuels["fuel_code"] == fuel_code)["energy_unit"][0])
