"""Why a value of a sector is null: the reason codes of the accounts and the order in which they apply.

Belongs here: the rules that hold for every table of results. Not here: what is computed; reasons that only one
account knows (its own module adds them behind these).

| code | meaning |
|---|---|
| `zero_output` | the sector produces nothing, so nothing is per unit of its output |
| `no_inventory` | the province has no CO2 data |
| `no_inventory_row` | no row of the inventory covers the sector |
| `tiny_output` | output is too small for an intensity to mean anything |
| `zero_denominator` | the share or ratio would divide by zero |
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visceads.accounts.emissions import Emissions
from visceads.accounts.system import InputOutputSystem, Mask

TINY_OUTPUT_M_CNY = 0.1
"""Below this output (10 in the unit of the workbooks, 10k yuan) an intensity is published as null."""

Reasons = tuple[str | None, ...]
"""One reason per sector or province; None where the value is no null."""

Rule = tuple[str, Mask]


def first_reason(rules: Sequence[Rule]) -> Reasons:
    """Return for each place the name of the first rule whose mask holds there, or None.

    Args:
        rules: pairs of a reason code and a mask; all masks have the same length.
    """
    reasons: list[str | None] = [None] * len(rules[0][1])
    for name, mask in rules:
        for k in np.flatnonzero(mask).tolist():
            reasons[k] = reasons[k] or name
    return tuple(reasons)


def has_value(reasons: Reasons) -> Mask:
    """Return where no reason stands, (n)."""
    return np.array([reason is None for reason in reasons], dtype=np.bool_)


def zero_output(system: InputOutputSystem) -> Rule:
    """Return the rule for everything that is per unit of output."""
    return "zero_output", ~system.active


def missing_co2(system: InputOutputSystem, emissions: Emissions | None) -> list[Rule]:
    """Return the rules for amounts of CO2 (Mt): unknown where the sector's own emissions are unknown."""
    if emissions is None:
        return [("no_inventory", np.ones(len(system.x), dtype=np.bool_))]
    return [
        ("no_inventory", ~emissions.has_inventory[system.province_index]),
        ("no_inventory_row", emissions.lacks_row),
    ]


def intensity_rules(system: InputOutputSystem, emissions: Emissions | None) -> list[Rule]:
    """Return the rules for CO2 per unit of a sector, in order: output, CO2 data, size of the output."""
    tiny = ("tiny_output", system.x < TINY_OUTPUT_M_CNY)
    return [zero_output(system), *missing_co2(system, emissions), tiny]
