"""The accounting identities of a provincial multi-regional table, and what explains them when they break.

Belongs here: residuals, tolerances, the search for a cause (a subtracted error, exchanged labels, sectors without
output). Not here: units and signs (`mrio_checks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from visceads import codes
from visceads.workbooks.mrio_arrays import Floats, MrioArrays, MrioPlaces, sector_at
from visceads.workbooks.mrio_place import Cell, province_name, sector_name
from visceads.workbooks.mrio_rows import VALUE_ADDED_CODES
from visceads.workbooks.reading import Identity
from visceads.workbooks.refusal import Finding, Refusal, address

EXACT = 1e-6
"""A residual up to this share of gross output (and always up to 1, that is 10k yuan) passes."""

NOTED = 1e-3
"""A residual up to this share of gross output is noted; a larger one refuses the workbook."""

_ROWS = "intermediate use + final demand + exports + error = gross output"
_COLUMNS = "intermediate input + value added = gross output"


@dataclass(frozen=True)
class Equation:
    """One identity over the 1,302 sectors.

    Attributes:
        code: its name in snake_case, as in `reading.Identity`.
        name: the identity in words.
        residual: left side minus right side, 10k yuan; NaN where a printed total is empty.
        cells: the cell to look at, by sector index.
    """

    code: str
    name: str
    residual: Floats
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Balance:
    """How a table that is not refused balances.

    Attributes:
        findings: one W_BALANCE for each identity that is off by more than 1e-6 and not more than 1e-3 of output.
        identities: every identity with its worst sector.
    """

    findings: list[Finding]
    identities: list[Identity]


def intermediate_use(arrays: MrioArrays) -> Floats:
    """TIU: domestic intermediate sales by seller, recomputed."""
    return np.asarray(arrays.flows.sum(axis=1))


def intermediate_input(arrays: MrioArrays) -> Floats:
    """TII: domestic and imported intermediate purchases by buyer, recomputed."""
    return np.asarray(arrays.flows.sum(axis=0) + arrays.column_items["IM"])


def value_added(arrays: MrioArrays) -> Floats:
    """TVA: value added by buyer, recomputed."""
    return np.asarray(sum(arrays.column_items[item] for item in VALUE_ADDED_CODES))


def check_balance(arrays: MrioArrays, places: MrioPlaces, zero_output_offenders: Mapping[int, str]) -> Balance:
    """Check rows, columns, the whole table and the printed totals.

    Args:
        arrays: the table.
        places: where its cells stand.
        zero_output_offenders: sectors with gross output 0 that hold something else: index -> what.

    Raises:
        Refusal: E_BALANCE, E_ERR_SIGN or E_ZERO_OUTPUT.
    """
    equations = _equations(arrays, places)
    broken = [equation for equation in equations if _exceeds(equation, arrays, NOTED).any()]
    explained = _exchanged_labels(arrays, places) if broken else None
    if explained is not None:
        raise explained
    if zero_output_offenders and _is_only_about(zero_output_offenders, equations[:2], arrays):
        raise _zero_output(zero_output_offenders, arrays, places)
    wrong_sign = _error_sign(equations[0], equations[1], arrays, places)
    if wrong_sign is not None:
        raise wrong_sign
    if broken:
        wrong_flow = _wrong_flow(equations[0], equations[1], arrays, places)
        raise wrong_flow or _imbalance(broken[0], arrays, places)
    noted = [_noted(equation, arrays, places) for equation in equations if _exceeds(equation, arrays, EXACT).any()]
    whole = _whole_table(arrays, places)
    identities = [*(_worst(equation, arrays, places) for equation in equations), whole]
    return Balance(noted + _whole_table_finding(whole, places), identities)


def _equations(arrays: MrioArrays, places: MrioPlaces) -> list[Equation]:
    """Rows and columns first; then the printed totals, where the sheet has them, against the recomputed ones."""
    use, inputs, added = intermediate_use(arrays), intermediate_input(arrays), value_added(arrays)
    final_use = arrays.final_demand.sum(axis=1) + arrays.row_items["EX"]
    output = arrays.gross_output
    output_cells = _row_cells(places, "GO")
    column_cells = tuple((places.item_rows["IM"], int(column)) for column in places.column_nos)
    equations = [
        Equation("rows_balance", f"rows: {_ROWS}", use + final_use + arrays.row_items["ERR"] - output, output_cells),
        Equation("columns_balance", f"columns: {_COLUMNS}", inputs + added - output, column_cells),
    ]
    for item, computed in (("TIU", use), ("TFU", final_use)):
        if item in arrays.row_items:
            name = f"printed {item} = the sum of its parts"
            stated = arrays.row_items[item]
            equations.append(Equation(_printed(item), name, stated - computed, _row_cells(places, item)))
    for item, computed in (("TII", inputs), ("TVA", added), ("TI", inputs + added)):
        if item in arrays.column_items:
            cells = tuple((places.item_rows[item], int(column)) for column in places.column_nos)
            name = f"printed {item} = the sum of its parts"
            equations.append(Equation(_printed(item), name, arrays.column_items[item] - computed, cells))
            if item == "TI":
                residual = arrays.column_items["TI"] - output
                equations.append(Equation("input_is_output", "printed TI = gross output", residual, cells))
    return equations


def _printed(item: str) -> str:
    return f"printed_{item.lower()}_adds_up"


def _row_cells(places: MrioPlaces, item: str) -> tuple[Cell, ...]:
    return tuple((int(row), places.item_columns[item]) for row in places.row_nos)


def _exceeds(equation: Equation, arrays: MrioArrays, share: float) -> npt.NDArray[np.bool_]:
    """Where the residual is above both 10k yuan and a share of gross output; an empty total exceeds nothing."""
    return np.nan_to_num(abs(equation.residual)) > np.maximum(1.0, share * abs(arrays.gross_output))


def _is_only_about(offenders: Mapping[int, str], main: list[Equation], arrays: MrioArrays) -> bool:
    """Whether the sectors without output account for the rows, or for the columns, that do not balance."""
    unbalanced = [{int(i) for i in np.flatnonzero(_exceeds(equation, arrays, NOTED))} for equation in main]
    return any(indices <= set(offenders) for indices in unbalanced)


def _zero_output(offenders: Mapping[int, str], arrays: MrioArrays, places: MrioPlaces) -> Refusal:
    index, what = next(iter(offenders.items()))
    text = (
        f"gross output of {sector_at(arrays.classification, index)} is 0, but it has {what} (10k yuan, CO2 in Mt). "
        f"A sector without output must be empty throughout; sectors that are not: {len(offenders)}. Compare its row "
        f"{places.row_nos[index]} and column {address(1, int(places.column_nos[index]))[:-1]} with the publisher's "
        "copy."
    )
    return places.source.refusal("E_ZERO_OUTPUT", text, places.row_item_cell("GO", index))


def _wrong_flow(rows: Equation, columns: Equation, arrays: MrioArrays, places: MrioPlaces) -> Refusal | None:
    """One row and one column that are off by the same amount point to the flow where they cross."""
    sellers, buyers = (np.flatnonzero(_exceeds(equation, arrays, NOTED)) for equation in (rows, columns))
    # What is much for a small seller can be little for a large buyer, so only one of the two need be off by its share.
    if sellers.size == 1 and buyers.size <= 1:
        residual = float(rows.residual[sellers[0]])
        buyers = _off_by(residual, columns)
    elif buyers.size == 1 and not sellers.size:
        residual = float(columns.residual[buyers[0]])
        sellers = _off_by(residual, rows)
    if sellers.size != 1 or buyers.size != 1:
        return None
    seller, buyer = int(sellers[0]), int(buyers[0])
    flow = float(arrays.flows[seller, buyer])
    text = (
        f"the flow from {sector_at(arrays.classification, seller)} to {sector_at(arrays.classification, buyer)} is "
        f"{flow:,.1f} (10k yuan); its row and its column balance only if it is {flow - residual:,.1f}. Compare this "
        "cell with the publisher's copy."
    )
    return places.source.refusal("E_BALANCE", text, places.flow_cell(seller, buyer))


def _off_by(residual: float, equation: Equation) -> npt.NDArray[np.intp]:
    return np.flatnonzero(abs(equation.residual - residual) <= max(1.0, EXACT * abs(residual)))


def _error_sign(rows: Equation, columns: Equation, arrays: MrioArrays, places: MrioPlaces) -> Refusal | None:
    """The rows balance only if the statistical error is subtracted.

    Errors of less than a thousandth of gross output would otherwise pass with the wrong sign, so the narrow
    tolerance is asked too.
    """
    subtracted = Equation(rows.code, rows.name, rows.residual - 2 * arrays.row_items["ERR"], rows.cells)

    def only_subtracted(share: float) -> bool:
        wrong, *right = (_exceeds(equation, arrays, share).any() for equation in (rows, subtracted, columns))
        return bool(wrong) and not any(right)

    if not (only_subtracted(EXACT) or only_subtracted(NOTED)):
        return None
    worst = int(abs(rows.residual).argmax())
    text = (
        f"{_ROWS} is off by {rows.residual[worst]:,.1f} (10k yuan) at {sector_at(arrays.classification, worst)}, and "
        "the rows balance only if the statistical error is subtracted. Turn the sign of the error column."
    )
    return places.source.refusal("E_ERR_SIGN", text, places.row_item_cell("ERR", worst))


def _imbalance(equation: Equation, arrays: MrioArrays, places: MrioPlaces) -> Refusal:
    off = _exceeds(equation, arrays, NOTED)
    order = np.argsort(-np.nan_to_num(abs(equation.residual)), kind="stable")
    worst = [int(i) for i in order if off[i]][:10]
    listed = "; ".join(
        f"{sector_at(arrays.classification, i)} off by {equation.residual[i]:,.1f} of "
        f"{arrays.gross_output[i]:,.1f} ({address(*equation.cells[i])})"
        for i in worst
    )
    text = (
        f"{equation.name} does not hold in {int(off.sum())} of 1302 sectors; the worst (10k yuan, of gross output): "
        f"{listed}. Compare these sectors with the publisher's copy."
    )
    return places.source.refusal("E_BALANCE", text, equation.cells[worst[0]])


def _noted(equation: Equation, arrays: MrioArrays, places: MrioPlaces) -> Finding:
    off = _exceeds(equation, arrays, EXACT)
    worst = int(np.where(off, abs(equation.residual), 0.0).argmax())
    text = (
        f"{equation.name} is off by more than one millionth (and at most one thousandth) of gross output in "
        f"{int(off.sum())} sectors; the largest is {equation.residual[worst]:,.1f} (10k yuan) at "
        f"{sector_at(arrays.classification, worst)}."
    )
    return places.source.finding("W_BALANCE", text, equation.cells[worst])


def _worst(equation: Equation, arrays: MrioArrays, places: MrioPlaces) -> Identity:
    """The sector whose residual comes nearest to its tolerance, or exceeds it most."""
    limits = np.maximum(1.0, NOTED * abs(arrays.gross_output))
    residuals = np.nan_to_num(abs(equation.residual))
    worst = int((residuals / limits).argmax())
    return Identity(
        code=equation.code,
        rule=equation.name,
        worst=float(residuals[worst]),
        tolerance=float(limits[worst]),
        unit="10k yuan",
        place=sector_at(arrays.classification, worst),
        sheet=places.source.sheet,
        cell=address(*equation.cells[worst]),
    )


def _whole_table(arrays: MrioArrays, places: MrioPlaces) -> Identity:
    """Value added of the country = final demand + exports + error - imported intermediates.

    It follows from rows and columns, so it cannot break alone; small residuals of one sign add up in it.
    """
    added = float(value_added(arrays).sum())
    spent = float(arrays.final_demand.sum() + arrays.row_items["EX"].sum() + arrays.row_items["ERR"].sum())
    residual = added - (spent - float(arrays.column_items["IM"].sum()))
    return Identity(
        code="whole_table_balances",
        rule="value added = final demand + exports + error - imported intermediates; above the tolerance it is noted",
        worst=abs(residual),
        tolerance=EXACT * float(arrays.gross_output.sum()),
        unit="10k yuan",
        sheet=places.source.sheet,
    )


def _whole_table_finding(whole: Identity, places: MrioPlaces) -> list[Finding]:
    if whole.tolerance is None or whole.worst <= whole.tolerance:
        return []
    text = (
        f"total value added differs by {whole.worst:,.1f} (10k yuan) from final demand + exports + error - imports of "
        f"the whole table; up to {whole.tolerance:,.1f} is accepted as rounding."
    )
    return [places.source.finding("W_BALANCE", text)]


def _exchanged_labels(arrays: MrioArrays, places: MrioPlaces) -> Refusal | None:
    """Try whether exchanging two provinces, two sectors or two single labels on one axis restores the columns.

    A row carries its gross output along when it is mislabelled, so the rows still balance; the columns show it.
    """
    inputs = intermediate_input(arrays) + value_added(arrays)
    output = arrays.gross_output
    off = _exceeds(Equation("", "", inputs - output, ()), arrays, NOTED)
    if not off.any():
        return None
    names, order = _exchange(np.flatnonzero(off), arrays.classification)
    exchanged = output[order]
    if (abs(inputs - exchanged) > np.maximum(1.0, NOTED * exchanged)).any():
        return None
    worst = int(np.where(off, abs(inputs - output), 0.0).argmax())
    text = (
        f"{_COLUMNS} does not hold in {int(off.sum())} of 1302 sectors, all of {names[0]} and {names[1]}, and holds if "
        f"these two are exchanged on one axis: their row labels or their column labels look exchanged. Compare the "
        "labels of both axes with the publisher's copy."
    )
    cell = (places.item_rows["IM"], int(places.column_nos[worst]))
    return places.source.refusal("E_BALANCE", text, cell)


def _exchange(sectors: npt.NDArray[np.intp], classification: str) -> tuple[tuple[str, ...], npt.NDArray[np.intp]]:
    """Return the two names whose exchange could explain that these sectors are off, and the exchanged order.

    Where the sectors belong to neither two provinces nor two sectors, the order is the old one.
    """
    order = np.arange(len(codes.province_codes()) * 42)
    table = order.reshape(-1, 42)
    provinces, kinds = (np.unique(part) for part in np.divmod(sectors, 42))
    names: tuple[str, ...] = ("", "")
    if sectors.size == 2:
        names = (sector_at(classification, int(sectors[0])), sector_at(classification, int(sectors[1])))
        order[sectors] = sectors[::-1]
    elif provinces.size == 2:
        names = tuple(province_name(codes.province_codes()[p]) for p in provinces)
        table[provinces] = table[provinces[::-1]]
    elif kinds.size == 2:
        names = tuple(sector_name(codes.sector_codes(classification)[k]) for k in kinds)
        table[:, kinds] = table[:, kinds[::-1]]
    return names, order
