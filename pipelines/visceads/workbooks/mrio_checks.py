"""What must hold in a provincial multi-regional table: units, signs, identities, sectors without output.

Belongs here: pure checks on arrays, with messages that name the worst offenders. Not here: reading (`mrio`).
Money is in 10k yuan, CO2 in Mt; rows balance with the statistical error added (verified on the NBS tables).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visceads import codes
from visceads.workbooks.mrio_arrays import Floats, MrioArrays, MrioPlaces, sector_at
from visceads.workbooks.mrio_balance import check_balance, intermediate_input, intermediate_use, value_added
from visceads.workbooks.mrio_labels import FINAL_DEMAND_CODES
from visceads.workbooks.mrio_place import Cell, province_name, sector_name
from visceads.workbooks.mrio_productivity import LARGEST_RADIUS, productivity
from visceads.workbooks.mrio_provinces import (
    compare_with_gdp,
    compare_with_inventory,
    exchanged_provinces,
    gdp_findings,
    province_identities,
    scale_slip,
)
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, address

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
_POWER = "power_heat"


@dataclass(frozen=True)
class Verification:
    """A table that holds.

    Attributes:
        findings: what is to be noted about it.
        identities: how well each rule holds, with its worst sector or province.
    """

    findings: tuple[Finding, ...]
    identities: tuple[Identity, ...]


def verify(arrays: MrioArrays, places: MrioPlaces, year: int) -> Verification:
    """Check a table and return what is to be noted about it and how well it holds.

    Args:
        arrays: the table.
        places: where its cells stand, for the messages.
        year: the year of the table, to compare its value added with GDP.

    Returns:
        W_BALANCE, W_SMALL_NEGATIVE, W_ERR_SHARE, W_TINY_OUTPUT, W_NO_SATELLITE, W_GDP_GAP and W_GDP_UNCHECKED
        findings, and the identities.

    Raises:
        Refusal: E_UNIT_MONEY, E_NEGATIVE, E_SCALE_SLIP, E_ZERO_OUTPUT, E_ERR_SIGN, E_BALANCE, E_ERR_SHARE,
            E_SPECTRAL_RADIUS, E_UNIT_CO2, E_LABEL_SHIFT or E_PROVINCE_ORDER; the first that applies, in this order but
            that a sector without output is named only where no wider imbalance is.
    """
    _check_money_unit(arrays, places)
    findings = _check_signs(arrays, places)
    first_cells = tuple(places.column_item_cell("VA001", index) for index in range(0, arrays.gross_output.size, 42))
    by_gdp = compare_with_gdp(_by_province(value_added(arrays)), year)
    by_inventory = compare_with_inventory(_by_province(arrays.column_items["CO2"]), year) if has_co2(arrays) else None
    if by_gdp and (slip := scale_slip(by_gdp, places.source, first_cells)):
        raise slip  # it breaks the balance too, and explains it
    balance = check_balance(arrays, places, _zero_output_offenders(arrays))
    findings += balance.findings + _check_error_share(arrays, places)
    productive = _check_productivity(arrays, places)
    findings += _check_satellite(arrays, places)
    largest_emitter = _check_largest_emitter(arrays, places)
    comparisons = [comparison for comparison in (by_gdp, by_inventory) if comparison]
    for comparison in comparisons:  # last, for a table that holds by itself has them exchanged on both axes
        if exchange := exchanged_provinces(comparison, places.source, first_cells[0]):
            raise exchange
    findings += _tiny_outputs(arrays, places) + gdp_findings(by_gdp, year, places.source)
    identities = [*_sign_identities(arrays, places), *balance.identities, *productive, *largest_emitter]
    for comparison in comparisons:
        identities += province_identities(comparison, places.source.sheet)
    return Verification(tuple(findings), tuple(identities))


def has_co2(arrays: MrioArrays) -> bool:
    """Whether a table states emissions: its CO2 row may be missing or wholly empty."""
    return "CO2" in arrays.column_items and not bool(np.isnan(arrays.column_items["CO2"]).all())


def _by_province(values: Floats) -> Floats:
    return np.asarray(np.nan_to_num(values).reshape(-1, 42).sum(axis=1))


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
    if not has_co2(arrays):
        text = "there is no CO2 row, or it is empty; emissions can come from the provincial inventories only."
        return [places.source.finding("W_NO_SATELLITE", text)]
    total = float(np.nansum(arrays.column_items["CO2"]))
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


def _check_productivity(arrays: MrioArrays, places: MrioPlaces) -> list[Identity]:
    found = productivity(arrays.flows, arrays.gross_output)
    dominant = sector_at(arrays.classification, found.dominant)
    cell = places.row_item_cell("GO", found.dominant)
    if found.spectral_radius >= LARGEST_RADIUS:
        text = (
            f"the spectral radius of the input coefficients is {found.spectral_radius:.6g}; it must be below 1, or no "
            f"output could meet a final demand. The sector that dominates it is {dominant}: compare its column and its "
            "gross output with the publisher's copy."
        )
        raise places.source.refusal("E_SPECTRAL_RADIUS", text, cell)
    place = {"place": dominant, "sheet": places.source.sheet, "cell": address(*cell)}
    radius_rule, condition_rule = (
        "spectral radius of A = Z / gross output < 1; the place is the sector that dominates it",
        "condition number of I - A in the 1-norm, estimated; reported only",
    )
    condition = found.condition_number
    return [
        Identity("spectral_radius_below_one", radius_rule, found.spectral_radius, LARGEST_RADIUS, "1", **place),
        Identity("condition_number", condition_rule, condition, None, "1", sheet=places.source.sheet),
    ]


def _check_largest_emitter(arrays: MrioArrays, places: MrioPlaces) -> list[Identity]:
    """Electricity and heat emit most in China in every year; another sector in front means that labels are shifted."""
    if not has_co2(arrays):
        return []
    sectors = codes.sector_codes(arrays.classification)
    national = np.nan_to_num(arrays.column_items["CO2"]).reshape(-1, 42).sum(axis=0)
    power = sectors.index(_POWER)
    others = np.where(np.arange(42) == power, -np.inf, national)
    largest = int(others.argmax())
    cell = places.column_item_cell("CO2", largest)
    if national[largest] >= national[power]:
        text = (
            f"the CO2 row names '{sector_name(sectors[largest])}' the largest emitter of the country "
            f"({national[largest]:,.0f} Mt), before '{sector_name(_POWER)}' ({national[power]:,.0f} Mt), which is the "
            "largest in every year: the row or its labels look shifted. Compare both with the publisher's copy."
        )
        raise places.source.refusal("E_LABEL_SHIFT", text, cell)
    rule = (
        f"national CO2 of the largest sector besides '{sector_name(_POWER)}' is below that of '{sector_name(_POWER)}'"
    )
    place = {"place": sector_name(sectors[largest]), "sheet": places.source.sheet, "cell": address(*cell)}
    return [Identity("power_emits_most", rule, float(national[largest]), float(national[power]), "Mt", **place)]


def _sign_identities(arrays: MrioArrays, places: MrioPlaces) -> list[Identity]:
    """What `_check_signs` and the search for sectors without output let pass."""
    output, sheet = arrays.gross_output, places.source.sheet
    smallest = int(output.argmin())
    negative = Identity(
        code="output_not_negative",
        rule="gross output >= 0; what is told is how far the smallest lies below",
        worst=max(0.0, -float(output[smallest])),
        tolerance=0.0,
        unit="10k yuan",
        place=sector_at(arrays.classification, smallest),
        sheet=sheet,
        cell=address(*places.row_item_cell("GO", smallest)),
    )
    closed = np.flatnonzero(output == 0)
    empty = Identity(
        code="zero_output_is_empty",
        rule="a sector without gross output has no other entry; what is told is how many have",
        worst=0.0,  # a table that has any was refused before
        tolerance=0.0,
        unit="1",
        place=f"{closed.size} sectors without gross output",
        sheet=sheet,
    )
    error = np.divide(abs(arrays.row_items["ERR"]), output, out=np.zeros_like(output), where=output >= TINY_OUTPUT)
    worst = int(error.argmax())
    share = Identity(
        code="error_share_of_output",
        rule=f"|statistical error| / gross output <= {ERROR_SHARE_REFUSED:.0%}, from {TINY_OUTPUT:g} (10k yuan) on",
        worst=float(error[worst]),
        tolerance=ERROR_SHARE_REFUSED,
        unit="1",
        place=sector_at(arrays.classification, worst),
        sheet=sheet,
        cell=address(*places.row_item_cell("ERR", worst)),
    )
    return [negative, empty, share]


def _tiny_outputs(arrays: MrioArrays, places: MrioPlaces) -> list[Finding]:
    tiny = np.flatnonzero((arrays.gross_output > 0) & (arrays.gross_output < TINY_OUTPUT))
    if not tiny.size:
        return []
    names = ", ".join(sector_at(arrays.classification, int(index)) for index in tiny[:5])
    more = f" and {tiny.size - 5} more" if tiny.size > 5 else ""
    text = f"gross output is above 0 and below 100,000 yuan in {names}{more}: their intensities say nothing."
    return [places.source.finding("W_TINY_OUTPUT", text, places.row_item_cell("GO", int(tiny[0])))]
