"""What must hold in a provincial multi-regional table: units, signs, identities, sectors without output.

Belongs here: pure checks on arrays, with messages that name the worst offenders. Not here: reading (`mrio`).
Money is in 10k yuan, CO2 in Mt; rows balance with the statistical error added (verified on the NBS tables).
"""

from __future__ import annotations

import numpy as np

from visceads import codes
from visceads.workbooks.mrio_arrays import Floats, MrioArrays, MrioPlaces, sector_at
from visceads.workbooks.mrio_balance import check_balance, intermediate_input, intermediate_use
from visceads.workbooks.mrio_labels import FINAL_DEMAND_CODES
from visceads.workbooks.mrio_place import Cell, province_name
from visceads.workbooks.refusal import Finding

GROSS_OUTPUT_RANGE = (1e10, 6e10)
"""Sum of gross output of a whole table, 10k yuan."""

CO2_RANGE = (3_000.0, 20_000.0)
"""Sum of the CO2 row of a whole table, Mt."""

ERROR_SHARE_NOTED = 0.05
"""|ERR| / GO that the publisher promises not to exceed."""

ERROR_SHARE_REFUSED = 0.10

TINY_OUTPUT = 10.0
"""Gross output in 10k yuan below which a sector's ratios are noise."""

_MONEY_UNITS = {"yuan": 1e4, "thousand yuan": 10.0, "million yuan": 1e-2, "100 million yuan": 1e-4}
_CO2_UNITS = {"tonnes": 1e6, "thousand tonnes": 1e3, "10k tonnes": 1e2, "100 million tonnes": 1e-2}
_EXPORT_ROUNDING = -1.0


def verify(arrays: MrioArrays, places: MrioPlaces) -> tuple[Finding, ...]:
    """Check a table and return what is to be noted about it.

    Args:
        arrays: the table.
        places: where its cells stand, for the messages.

    Returns:
        W_BALANCE, W_SMALL_NEGATIVE, W_ERR_SHARE, W_TINY_OUTPUT and W_NO_SATELLITE findings.

    Raises:
        Refusal: E_UNIT_MONEY, E_UNIT_CO2, E_NEGATIVE, E_ZERO_OUTPUT, E_ERR_SIGN, E_BALANCE or E_ERR_SHARE; the first
            that applies, in this order but that a sector without output is named only where no wider imbalance is.
    """
    _check_money_unit(arrays, places)
    findings = _check_signs(arrays, places)
    findings += check_balance(arrays, places, _zero_output_offenders(arrays))
    findings += _check_error_share(arrays, places)
    findings += _check_satellite(arrays, places)
    findings += _tiny_outputs(arrays, places)
    return tuple(findings)


def _check_money_unit(arrays: MrioArrays, places: MrioPlaces) -> None:
    total = float(arrays.gross_output.sum())
    if not GROSS_OUTPUT_RANGE[0] <= total <= GROSS_OUTPUT_RANGE[1]:
        looks = _fitting_unit(total, GROSS_OUTPUT_RANGE, _MONEY_UNITS)
        text = (
            f"gross output sums to {total:.4g}, which does not fit 10k yuan (expected 1e10 to 6e10); looks like "
            f"{looks}. Convert the sheet to 10k yuan, or use the publisher's copy."
        )
        raise places.source.refusal("E_UNIT_MONEY", text, places.row_item_cell("GO", 0))


def _check_satellite(arrays: MrioArrays, places: MrioPlaces) -> list[Finding]:
    emission = arrays.column_items.get("CO2")
    if emission is None or np.isnan(emission).all():
        text = "there is no CO2 row, or it is empty; emissions can come from the provincial inventories only."
        return [places.source.finding("W_NO_SATELLITE", text)]
    total = float(np.nansum(emission))
    if not CO2_RANGE[0] <= total <= CO2_RANGE[1]:
        text = (
            f"the CO2 row sums to {total:.4g}, which does not fit Mt (expected 3,000 to 20,000); looks like "
            f"{_fitting_unit(total, CO2_RANGE, _CO2_UNITS)}. Convert the row to million tonnes, or use the "
            "publisher's copy."
        )
        raise places.source.refusal("E_UNIT_CO2", text, places.column_item_cell("CO2", 0))
    return []


def _fitting_unit(total: float, expected: tuple[float, float], units: dict[str, float]) -> str:
    """Name the unit in which the total would be in range."""
    fitting = [name for name, factor in units.items() if expected[0] <= total / factor <= expected[1]]
    return " or ".join(fitting) if fitting else "no unit that is known here"


def _check_signs(arrays: MrioArrays, places: MrioPlaces) -> list[Finding]:
    """Negative is allowed in FU202, ERR, VA002, VA004, and down to -1 (rounding) in EX."""
    negative = _negative_cells(arrays, places)
    if negative:
        cell, what, value = min(negative, key=lambda found: found[2])
        text = (
            f"{what} is {value:,.6g}; it cannot be negative. Such cells: {len(negative)}, this is the largest. "
            "Compare with the publisher's copy."
        )
        raise places.source.refusal("E_NEGATIVE", text, cell)
    exports = arrays.row_items["EX"]
    small = np.flatnonzero(exports < 0)
    if not small.size:
        return []
    worst = int(exports.argmin())
    text = (
        f"exports are slightly negative in {small.size} sectors (down to {exports[worst]:.4g} 10k yuan at "
        f"{sector_at(arrays.classification, worst)}); taken as rounding and kept as they are."
    )
    return [places.source.finding("W_SMALL_NEGATIVE", text, places.row_item_cell("EX", worst))]


def _negative_cells(arrays: MrioArrays, places: MrioPlaces) -> list[tuple[Cell, str, float]]:
    """Return (cell, what it is, value) of each cell that breaks the sign rule."""
    found: list[tuple[Cell, str, float]] = []

    def named(index: int) -> str:
        return sector_at(arrays.classification, index)

    for seller, buyer in np.argwhere(arrays.flows < 0):
        value = float(arrays.flows[seller, buyer])
        what = f"the flow from {named(int(seller))} to {named(int(buyer))}"
        found.append((places.flow_cell(int(seller), int(buyer)), what, value))
    for seller, column in np.argwhere(arrays.final_demand < 0):
        buyer, category = divmod(int(column), len(FINAL_DEMAND_CODES))
        if FINAL_DEMAND_CODES[category] != "FU202":
            cell = (int(places.row_nos[seller]), int(places.final_demand_columns[column]))
            what = f"{FINAL_DEMAND_CODES[category]} of {province_name(codes.province_codes()[buyer])}"
            what += f" supplied by {named(int(seller))}"
            found.append((cell, what, float(arrays.final_demand[seller, column])))
    for item, limit in (("GO", 0.0), ("EX", _EXPORT_ROUNDING)):
        for sector in np.flatnonzero(arrays.row_items[item] < limit):
            value = float(arrays.row_items[item][sector])
            found.append((places.row_item_cell(item, int(sector)), f"{item} of {named(int(sector))}", value))
    for column in np.flatnonzero(arrays.final_imports < 0):
        buyer, category = divmod(int(column), len(FINAL_DEMAND_CODES))
        if FINAL_DEMAND_CODES[category] != "FU202":  # goods of former years may leave the stocks
            cell = (places.item_rows["IM"], int(places.final_demand_columns[column]))
            what = f"IM of {FINAL_DEMAND_CODES[category]} of {province_name(codes.province_codes()[buyer])}"
            found.append((cell, what, float(arrays.final_imports[column])))
    for item in ("IM", "VA001", "VA003", "CO2"):
        values = arrays.column_items.get(item, np.zeros(0))
        for sector in np.flatnonzero(values < 0):
            cell = places.column_item_cell(item, int(sector))
            found.append((cell, f"{item} of {named(int(sector))}", float(values[sector])))
    return found


def _zero_output_offenders(arrays: MrioArrays) -> dict[int, str]:
    """Return the sectors with gross output 0 and something else: index -> what is not zero."""
    uses = {"intermediate use": intermediate_use(arrays), "final demand": abs(arrays.final_demand).sum(axis=1)}
    uses |= {item: arrays.row_items[item] for item in ("EX", "ERR")}
    uses |= {"intermediate input": intermediate_input(arrays)}
    uses |= {item: arrays.column_items[item] for item in ("VA001", "VA002", "VA003", "VA004")}
    if "CO2" in arrays.column_items:
        uses["CO2"] = np.nan_to_num(arrays.column_items["CO2"])
    offenders: dict[int, str] = {}
    for sector in np.flatnonzero(arrays.gross_output == 0):
        index = int(sector)
        filled = [f"{name} {float(values[index]):,.6g}" for name, values in uses.items() if values[index] != 0]
        if filled:
            offenders[index] = ", ".join(filled)
    return offenders


def _check_error_share(arrays: MrioArrays, places: MrioPlaces) -> list[Finding]:
    """|ERR| / GO; sectors of tiny output are noted but not refused, for their ratios are noise."""
    output = arrays.gross_output
    error = abs(arrays.row_items["ERR"])
    share: Floats = np.divide(error, output, out=np.zeros_like(output), where=output > 0)
    refused = np.where(output >= TINY_OUTPUT, share, 0.0)
    worst = int(share.argmax())
    if refused.max() > ERROR_SHARE_REFUSED:
        worst = int(refused.argmax())
        text = (
            f"the statistical error of {sector_at(arrays.classification, worst)} is {refused[worst]:.1%} of its gross "
            f"output; at most 10 % is accepted ({int((refused > ERROR_SHARE_REFUSED).sum())} sectors exceed it). "
            "Compare ERR and GO with the publisher's copy."
        )
        raise places.source.refusal("E_ERR_SHARE", text, places.row_item_cell("ERR", worst))
    if share[worst] <= ERROR_SHARE_NOTED:
        return []
    text = (
        f"the statistical error exceeds 5 % of gross output in {int((share > ERROR_SHARE_NOTED).sum())} sectors; the "
        f"largest share is {share[worst]:.1%} at {sector_at(arrays.classification, worst)}."
    )
    return [places.source.finding("W_ERR_SHARE", text, places.row_item_cell("ERR", worst))]


def _tiny_outputs(arrays: MrioArrays, places: MrioPlaces) -> list[Finding]:
    tiny = np.flatnonzero((arrays.gross_output > 0) & (arrays.gross_output < TINY_OUTPUT))
    if not tiny.size:
        return []
    names = ", ".join(sector_at(arrays.classification, int(index)) for index in tiny[:5])
    more = f" and {tiny.size - 5} more" if tiny.size > 5 else ""
    text = f"gross output is above 0 and below 100,000 yuan in {names}{more}: their intensities say nothing."
    return [places.source.finding("W_TINY_OUTPUT", text, places.row_item_cell("GO", int(tiny[0])))]
