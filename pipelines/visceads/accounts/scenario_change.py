"""A table and its CO2 under a scenario.

Belongs here: applying changes to intensity, technology and demand, and the new output they need. Not here: the form
of a scenario file (`scenario`), differences to the base (`scenario_comparison`), effects of ICT (`ict_effect`).

Order: intensities, then technology, then demand; within each the order of the file, every change working on what
the one before left. The new output is x + (I - A1)^-1 ((A1 - A)x + dy): what the base misses of its own balance
stays as it is, so a difference to the base never holds a part of it.

What a sector saves by buying less becomes operating surplus, what it buys more is taken from it: compensation, taxes
and depreciation per unit of output stay. Imported inputs per unit of output stay too.

A selection by `all` passes over sectors without output (and, for intensities, without CO2 data); a sector that
is named and cannot be changed is an error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

from visceads.accounts.emissions import TONNES_PER_MEGATONNE, Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.scenario import SELECTIONS, Change, Scenario, nearest
from visceads.accounts.system import (
    F64,
    VALUE_ADDED_CODES,
    InputOutputSystem,
    InputOutputTable,
    Mask,
    build_system,
    require_productive,
)

SURPLUS = VALUE_ADDED_CODES.index("VA004")
VANISHED = 1e-12
"""A new output below this share of the base is rounding of 0."""


@dataclass(frozen=True)
class Economy:
    """A table and the CO2 of one basis, or None where the table has none."""

    system: InputOutputSystem
    emissions: Emissions | None


def apply_scenario(system: InputOutputSystem, emissions: Emissions | None, scenario: Scenario) -> Economy:
    """Return the table and its CO2 under a scenario.

    What nothing changes is returned as the same object, so its differences to the base are exactly zero.

    Args:
        system: the base.
        emissions: its CO2, or None.
        scenario: the changes.

    Raises:
        AccountsError: an unknown code, with the nearest known ones; a named sector without output or, for an
            intensity, without CO2 data; an amount that makes an intensity, an input or a demand negative or that
            cannot be shared out; value added below zero where the file does not allow it; a technology that is
            not productive; a demand that would need a negative output. It names the change, province and sector.
    """
    for change in scenario.changes:
        _require_known_codes(system, change)
    f = _new_intensity(system, emissions, scenario)
    A = _new_technology(system, scenario)
    final, exports = _new_demand(system, scenario)
    changed = _new_system(system, scenario, A, (final, exports))
    return Economy(changed, _new_emissions(system, changed, emissions, f))


def _new_intensity(system: InputOutputSystem, emissions: Emissions | None, scenario: Scenario) -> F64:
    changes = [change for change in scenario.changes if change.kind == "intensity"]
    if emissions is None:
        if changes:
            raise AccountsError(
                f"change {changes[0].number} of scenario '{scenario.name}' is about CO2, but the table has no CO2 data "
                f"of this basis; choose another table or basis"
            )
        return np.zeros(len(system.x))
    known = emissions.has_inventory[system.province_index] & ~emissions.lacks_row
    f = emissions.f.copy()
    for change in changes:
        chosen = _sectors(system, change, "provinces", "sectors")
        unknown = chosen & system.active & ~known
        _require_named(system, change, SELECTIONS["intensity"], unknown, "has no CO2 data, so its intensity is unknown")
        chosen &= system.active & known
        new = f * _factor(change) + (change.absolute or 0.0) / TONNES_PER_MEGATONNE
        _require_no_negative_intensity(system, change, chosen, new)
        f[chosen] = new[chosen]
    return f


def _new_technology(system: InputOutputSystem, scenario: Scenario) -> F64:
    changes = [change for change in scenario.changes if change.kind == "technology"]
    A = system.A.copy() if changes else system.A
    for change in changes:
        sellers = np.flatnonzero(_sectors(system, change, "seller_provinces", "seller_sectors") & system.active)
        buyers = np.flatnonzero(_sectors(system, change, "buyer_provinces", "buyer_sectors") & system.active)
        block = A[np.ix_(sellers, buyers)]
        if change.absolute is None:
            A[np.ix_(sellers, buyers)] = block * _factor(change)
            continue
        for column, j in enumerate(buyers.tolist()):
            A[sellers, j] = _shared(block[:, column], change, " ".join(system.labels[j]), "inputs")
    return A


def _new_demand(system: InputOutputSystem, scenario: Scenario) -> tuple[F64, F64]:
    """Return final demand, (n, R, C), and exports, (n)."""
    final, exports = system.final_demand, system.exports
    for change in scenario.changes:
        if change.kind == "final_demand":
            rows = np.flatnonzero(_sectors(system, change, "seller_provinces", "seller_sectors") & system.active)
            buyers = _positions(change, "buyer_provinces", system.provinces)
            cells = np.ix_(rows, buyers, _positions(change, "categories", system.categories))
            final = _with_amount(final, cells, change, "final demand")
        elif change.kind == "exports":
            rows = np.flatnonzero(_sectors(system, change, "provinces", "sectors") & system.active)
            exports = _with_amount(exports, (rows,), change, "exports")
    return final, exports


def _with_amount(values: F64, cells: tuple[NDArray[np.intp], ...], change: Change, words: str) -> F64:
    changed = values.copy()
    chosen = values[cells]
    if change.absolute is None:
        changed[cells] = chosen * _factor(change)
    else:
        changed[cells] = _shared(chosen.ravel(), change, "the selection", words).reshape(chosen.shape)
    return changed


def _shared(values: F64, change: Change, whose: str, words: str) -> F64:
    """Add the absolute amount of a change to values, shared out as their positive part is."""
    amount = change.absolute or 0.0
    if len(values) == 1 and values[0] + amount >= min(0.0, values[0]):
        return values + amount  # a single cell needs nothing to go by
    positive = np.maximum(values, 0.0)
    total = float(positive.sum())
    if total == 0 and amount > 0:
        raise AccountsError(
            f"change {change.number}: {amount:g} cannot be shared out, {words} of {whose} are 0 in all chosen places; "
            f"name one place alone"
        )
    if total + amount < 0:
        raise AccountsError(
            f"change {change.number}: {words} of {whose} are {total:.6g} in the chosen places and cannot fall by "
            f"{-amount:g}; take away less",
            value=total,
        )
    if total == 0:
        return values
    return np.where(positive > 0, np.maximum(values + positive * (amount / total), 0.0), values)


def _new_system(system: InputOutputSystem, scenario: Scenario, A: F64, demands: tuple[F64, F64]) -> InputOutputSystem:
    final, exports = demands
    same_technology = A is system.A or np.array_equal(A, system.A)
    same_demand = np.array_equal(final, system.final_demand) and np.array_equal(exports, system.exports)
    if same_technology and same_demand:
        return system
    shock = (final - system.final_demand).sum(axis=(1, 2)) + (exports - system.exports)
    lost = np.zeros(len(system.x))
    if not same_technology:
        lost = system.A.sum(axis=0) - A.sum(axis=0)
        _require_viable(system, scenario, A, lost)
        shock = shock + (A - system.A) @ system.x
    x = _new_output(system, scenario, A, shock)
    scale = np.divide(x, system.x, out=np.ones(len(x)), where=system.active)
    Z = np.where(system.A == A, system.Z * scale, A * x)
    Z[x == 0] = 0.0  # a sector that nobody needs any more: what is left of its sales is rounding
    value_added = system.value_added * scale
    value_added[SURPLUS] += lost * x
    return build_system(
        InputOutputTable(
            labels=system.labels,
            categories=system.categories,
            Z=Z,
            x=x,
            final_demand=final,
            exports=exports,
            error=system.error,
            imports=system.imports * scale,
            value_added=value_added,
        )
    )


def _require_viable(system: InputOutputSystem, scenario: Scenario, A: F64, lost: F64) -> None:
    value_added = system.coefficients(system.value_added_total) + lost
    negative = np.flatnonzero((lost != 0) & (value_added < 0))
    if negative.size and not scenario.allow_negative_value_added:
        k = int(negative[value_added[negative].argmin()])
        province, sector = system.labels[k]
        raise AccountsError(
            f"the technology changes of scenario '{scenario.name}' leave {province} {sector} a value added of "
            f"{value_added[k]:.6g} per unit of output ({negative.size} such sectors in all); change less, or write "
            f"allow_negative_value_added: true",
            province,
            sector,
            float(value_added[k]),
        )
    try:
        require_productive(A, system.labels)
    except AccountsError as error:
        raise AccountsError(
            f"the technology changes of scenario '{scenario.name}' cannot be carried out: {error}",
            error.province,
            error.sector,
            error.value,
        ) from error


def _new_output(system: InputOutputSystem, scenario: Scenario, A: F64, shock: F64) -> F64:
    same = np.array_equal(A, system.A)
    difference: F64 = system.solve(shock) if same else solve(np.eye(len(shock)) - A, shock)
    x = np.where(system.active, system.x + difference, 0.0)
    x[np.abs(x) <= VANISHED * system.x] = 0.0
    if (x < 0).any():
        k = int(x.argmin())
        province, sector = system.labels[k]
        raise AccountsError(
            f"scenario '{scenario.name}' would need a gross output of {x[k]:.6g} million yuan of {province} {sector}: "
            f"its other demand is negative (falling inventories, statistical error); take away less",
            province,
            sector,
            float(x[k]),
        )
    return x


def _new_emissions(
    base: InputOutputSystem, changed: InputOutputSystem, emissions: Emissions | None, f: F64
) -> Emissions | None:
    if emissions is None or (changed is base and np.array_equal(f, emissions.f)):
        return emissions
    scale = np.divide(changed.x, base.x, out=np.ones(len(f)), where=base.active)
    co2 = np.where(f == emissions.f, emissions.co2 * scale, f * changed.x)
    return Emissions(co2, np.where(changed.active, f, 0.0), emissions.has_inventory, emissions.lacks_row)


def _factor(change: Change) -> float:
    return 1.0 if change.percent is None else 1 + change.percent / 100


def _sectors(system: InputOutputSystem, change: Change, province_key: str, sector_key: str) -> Mask:
    """Return the chosen sectors, (n); refuse a pair that is named and has no output, and a selection without any."""
    provinces, sectors = change.selection[province_key], change.selection[sector_key]
    chosen = np.array(
        [
            (provinces is None or province in provinces) and (sectors is None or sector in sectors)
            for province, sector in system.labels
        ],
        dtype=np.bool_,
    )
    _require_named(system, change, (province_key, sector_key), chosen & ~system.active, "has no output")
    if not (chosen & system.active).any():
        raise AccountsError(
            f"change {change.number} ({change.kind}) chooses no sector that has an output; choose others"
        )
    return chosen


def _require_named(system: InputOutputSystem, change: Change, keys: tuple[str, ...], wrong: Mask, words: str) -> None:
    """Refuse chosen sectors that cannot be changed, unless `all` under one of the keys chose them."""
    if not wrong.any() or any(change.selection[key] is None for key in keys):
        return
    k = int(np.flatnonzero(wrong)[0])
    province, sector = system.labels[k]
    raise AccountsError(
        f"change {change.number} ({change.kind}) names {province} {sector}, which {words}; leave it out",
        province,
        sector,
    )


def _require_no_negative_intensity(system: InputOutputSystem, change: Change, chosen: Mask, f: F64) -> None:
    wrong = np.flatnonzero(chosen & (f < 0))
    if not wrong.size:
        return
    k = int(wrong[0])
    province, sector = system.labels[k]
    value = float(f[k]) * TONNES_PER_MEGATONNE
    raise AccountsError(
        f"change {change.number} ({change.kind}) makes the intensity of {province} {sector} {value:.6g} t per million "
        f"yuan ({wrong.size} such sectors in all); take away less",
        province,
        sector,
        value,
    )


def _positions(change: Change, key: str, known: tuple[str, ...]) -> NDArray[np.intp]:
    codes = change.selection[key]
    return np.array([k for k, code in enumerate(known) if codes is None or code in codes], dtype=np.intp)


def _require_known_codes(system: InputOutputSystem, change: Change) -> None:
    known = {
        "provinces": system.provinces,
        "sectors": tuple(dict.fromkeys(sector for _, sector in system.labels)),
        "categories": system.categories,
    }
    for key, codes in change.selection.items():
        there = known[key.rpartition("_")[2]]
        for code in codes or ():
            if code not in there:
                raise AccountsError(
                    f"{key} of change {change.number} ({change.kind}) names '{code}', which the table does not have; "
                    f"{nearest(code, there)}"
                )
