"""What must hold in a national input-output table with competitive imports.

Belongs here: signs, identities, productivity, the comparison with GDP. Not here: where the cells lie
(`national_io_layout`). Money is in 10k yuan; the tolerances are those of the provincial tables (`mrio_balance`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visceads.workbooks.mrio_arrays import Floats
from visceads.workbooks.mrio_balance import EXACT, NOTED
from visceads.workbooks.mrio_labels import FINAL_DEMAND_CODES
from visceads.workbooks.mrio_place import Cell, Source
from visceads.workbooks.mrio_productivity import LARGEST_RADIUS, productivity
from visceads.workbooks.mrio_provinces import compare_with_gdp, gdp_findings, province_identities, scale_slip
from visceads.workbooks.mrio_rows import VALUE_ADDED_CODES
from visceads.workbooks.national_io_layout import NationalLayout, Place
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, address

_NOT_NEGATIVE_RIGHT = ("FU101", "FU102", "FU103", "FU201", "EX", "IM", "GO")
_NOT_NEGATIVE_BELOW = ("VA001", "VA003")
_SUBTOTALS = {
    "THC": ("FU101", "FU102"),
    "TC": ("FU101", "FU102", "FU103"),
    "GCF": ("FU201", "FU202"),
    "TFU": (*FINAL_DEMAND_CODES, "EX"),
}


@dataclass(frozen=True)
class NationalArrays:
    """One table, products in the order of its columns on both axes; NaN where a cell of `right` or `below` is empty.

    Attributes:
        flows: Z, (n, n), row = seller, imports included; an empty cell is 0.
        right: item of the rows -> (n,).
        below: item of the columns -> (n,).
        row_nos: where each seller stands on the sheet, n.
    """

    flows: Floats
    right: dict[str, Floats]
    below: dict[str, Floats]
    row_nos: tuple[int, ...]


@dataclass(frozen=True)
class _Equation:
    """One identity over the products: its residual, 10k yuan, NaN where a printed total is empty, and its cells."""

    code: str
    rule: str
    residual: Floats
    cells: list[Cell]


def verify_national(
    arrays: NationalArrays, layout: NationalLayout, year: int, source: Source
) -> tuple[list[Finding], list[Identity]]:
    """Check a table; return what is to be noted about it, and how well it holds.

    Args:
        arrays: the table.
        layout: where it stands, for the messages.
        year: the year of the table, to compare its value added with GDP.
        source: file and sheet.

    Raises:
        Refusal: E_EMPTY_CELL, E_NEGATIVE, E_SCALE_SLIP, E_BALANCE, E_ZERO_OUTPUT or E_SPECTRAL_RADIUS.
    """
    places = _Places(layout, arrays.row_nos, source)
    _require_output(arrays, places)
    _check_signs(arrays, places)
    added = _sum(arrays.below, VALUE_ADDED_CODES)
    comparison = compare_with_gdp(added.sum(keepdims=True), year)
    if comparison and (slip := scale_slip(comparison, source, (places.below("VA001", 0),))):
        raise slip
    equations = _equations(arrays, places)
    findings = _check_balance(equations, arrays.right["GO"], places)
    _check_zero_output(arrays, places)
    identities = [_worst(equation, arrays.right["GO"], places) for equation in equations]
    identities += _check_productivity(arrays, places)
    identities += province_identities(comparison, source.sheet) if comparison else []
    return findings + gdp_findings(comparison, year, source), identities


@dataclass(frozen=True)
class _Places:
    """Names and cells of products, by index, and the sheet for the messages."""

    layout: NationalLayout
    row_nos: tuple[int, ...]
    source: Source

    def name(self, index: int) -> str:
        column = self.layout.columns[index]
        return f"{column.code} {column.label}".strip()

    def right(self, item: str, index: int) -> Cell:
        return self.row_nos[index], _no(self.layout.right, item)

    def below(self, item: str, index: int) -> Cell:
        return _no(self.layout.column_items, item), self.layout.columns[index].no

    def all_right(self, item: str) -> list[Cell]:
        return [self.right(item, index) for index in range(len(self.row_nos))]

    def all_below(self, item: str) -> list[Cell]:
        return [self.below(item, index) for index in range(len(self.row_nos))]


def _no(places: Sequence[Place], item: str) -> int:
    return next(place.no for place in places if place.code == item)


def _sum(items: dict[str, Floats], wanted: Sequence[str]) -> Floats:
    """The sum of items; an empty cell counts as zero."""
    return np.asarray(sum(np.nan_to_num(items[item]) for item in wanted))


def _require_output(arrays: NationalArrays, places: _Places) -> None:
    empty = np.flatnonzero(np.isnan(arrays.right["GO"]))
    if empty.size:
        index = int(empty[0])
        text = f"gross output of {places.name(index)} is empty ({empty.size} products are like that). Restore it from "
        raise places.source.refusal("E_EMPTY_CELL", f"{text}the publisher's copy.", places.right("GO", index))


def _check_signs(arrays: NationalArrays, places: _Places) -> None:
    """Negative is allowed in FU202, ERR, VA002, VA004 and what is summed of them."""
    for item in _NOT_NEGATIVE_RIGHT:
        values = np.nan_to_num(arrays.right[item])
        if (values < 0).any():
            raise _negative(item, int(values.argmin()), values, places.right(item, int(values.argmin())), places)
    for item in _NOT_NEGATIVE_BELOW:
        values = np.nan_to_num(arrays.below[item])
        if (values < 0).any():
            raise _negative(item, int(values.argmin()), values, places.below(item, int(values.argmin())), places)
    if (arrays.flows < 0).any():
        seller, buyer = (int(i) for i in np.unravel_index(int(arrays.flows.argmin()), arrays.flows.shape))
        cell = (arrays.row_nos[seller], places.layout.columns[buyer].no)
        raise _negative(f"the flow to {places.name(buyer)}", seller, arrays.flows[:, buyer], cell, places)


def _negative(what: str, index: int, values: Floats, cell: Cell, places: _Places) -> Exception:
    hint = " Imports are stated above zero; they are subtracted." if what == "IM" else ""
    text = f"{what} of {places.name(index)} is {values[index]:,.6g}; it cannot be negative.{hint} Compare with the "
    return places.source.refusal("E_NEGATIVE", f"{text}publisher's copy.", cell)


def _equations(arrays: NationalArrays, places: _Places) -> list[_Equation]:
    right, below = arrays.right, arrays.below
    output = right["GO"]
    use = arrays.flows.sum(axis=1)
    final_use = _sum(right, _SUBTOTALS["TFU"])
    inputs, added = arrays.flows.sum(axis=0), _sum(below, VALUE_ADDED_CODES)
    error = np.nan_to_num(right["ERR"]) if "ERR" in right else np.zeros_like(output)
    net = use + final_use - np.nan_to_num(right["IM"]) + error
    rows = "intermediate use + final use - imports" + (" + error" if "ERR" in right else "") + " = gross output"
    equations = [
        _Equation("rows_balance", rows, net - output, places.all_right("GO")),
        _Equation(
            "columns_balance", "intermediate input + value added = gross output", inputs + added - output,
            places.all_below("TI"),
        ),
        _Equation("input_is_output", "printed TI = gross output", below["TI"] - output, places.all_below("TI")),
    ]  # fmt: skip
    for item, computed in {"TIU": use, **{item: _sum(right, parts) for item, parts in _SUBTOTALS.items()}}.items():
        if item in right:
            equations.append(_printed(item, right[item] - computed, places.all_right(item)))
    for item, computed in {"TII": inputs, "TVA": added, "TI": inputs + added}.items():
        equations.append(_printed(item, below[item] - computed, places.all_below(item)))
    return equations


def _printed(item: str, residual: Floats, cells: list[Cell]) -> _Equation:
    return _Equation(f"printed_{item.lower()}_adds_up", f"printed {item} = the sum of its parts", residual, cells)


def _check_balance(equations: list[_Equation], output: Floats, places: _Places) -> list[Finding]:
    findings = []
    for equation in equations:
        residual = np.nan_to_num(abs(equation.residual))
        off = residual > np.maximum(1.0, EXACT * output)
        refused = residual > np.maximum(1.0, NOTED * output)
        if not off.any():
            continue
        listed = [int(i) for i in np.argsort(-residual, kind="stable") if (refused if refused.any() else off)[i]]
        worst = "; ".join(
            f"{places.name(i)} off by {equation.residual[i]:,.1f} of {output[i]:,.1f} ({address(*equation.cells[i])})"
            for i in listed[:10]
        )
        count = f"{len(listed)} of {len(output)} products; the worst (10k yuan, of gross output): {worst}."
        if refused.any():
            text = f"{equation.rule} does not hold in {count} Compare with the publisher's copy."
            raise places.source.refusal("E_BALANCE", text, equation.cells[listed[0]])
        text = f"{equation.rule} is off by more than one millionth of gross output in {count}"
        findings.append(places.source.finding("W_BALANCE", text, equation.cells[listed[0]]))
    return findings


def _check_zero_output(arrays: NationalArrays, places: _Places) -> None:
    """A product without output that is imported and used balances; one that is produced from inputs does not."""
    for index in np.flatnonzero(arrays.right["GO"] == 0):
        inputs = float(abs(arrays.flows[:, index]).sum())
        if inputs:
            text = f"gross output of {places.name(int(index))} is 0, but it has inputs of {inputs:,.6g}. Compare with "
            raise places.source.refusal("E_ZERO_OUTPUT", f"{text}the publisher's copy.", places.right("GO", int(index)))


def _worst(equation: _Equation, output: Floats, places: _Places) -> Identity:
    limits = np.maximum(1.0, NOTED * output)
    residuals = np.nan_to_num(abs(equation.residual))
    worst = int((residuals / limits).argmax())
    return Identity(
        code=equation.code,
        rule=equation.rule,
        worst=float(residuals[worst]),
        tolerance=float(limits[worst]),
        unit="10k yuan",
        place=places.name(worst),
        sheet=places.source.sheet,
        cell=address(*equation.cells[worst]),
    )


def _check_productivity(arrays: NationalArrays, places: _Places) -> list[Identity]:
    found = productivity(arrays.flows, arrays.right["GO"])
    name, cell = places.name(found.dominant), places.right("GO", found.dominant)
    if found.spectral_radius >= LARGEST_RADIUS:
        text = (
            f"the spectral radius of the input coefficients is {found.spectral_radius:.6g}; it must be below 1. The "
            f"product that dominates it is {name}: compare its column and its gross output with the publisher's copy."
        )
        raise places.source.refusal("E_SPECTRAL_RADIUS", text, cell)
    radius_rule = "spectral radius of A = Z / gross output < 1, imports included in Z"
    condition_rule = "condition number of I - A in the 1-norm, estimated; reported only"
    place, sheet = address(*cell), places.source.sheet
    return [
        Identity("spectral_radius_below_one", radius_rule, found.spectral_radius, 1.0, "1", name, sheet, place),
        Identity("condition_number", condition_rule, found.condition_number, None, "1", sheet=sheet),
    ]
