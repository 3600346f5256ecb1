"""Accounting identities as checks in the Dagster UI, each naming its worst offender.

Belongs here: which checks a family has, and their results out of what the readers recorded. Not here: the identities
and their tolerances; the readers compute them, and refuse a workbook that breaks one beyond its tolerance. A check that
does not pass therefore is a warning: the workbook was accepted, and is off by more than its publisher promises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dagster as dg

from visceads.lake.bronze import Sidecar, SourceIdentity

_ALL = "accounts_add_up"

_OWN_CHECKS: dict[str, dict[str, str]] = {
    "co2_inventory": {
        "inventory_rows_add_up": "The 47 rows add up to the total row.",
        "inventory_columns_add_up": "The 17 fuels and process emissions add up to the total column.",
    },
    "mrio": {
        "rows_balance": "Intermediate use + final demand + exports + statistical error = gross output.",
        "columns_balance": "Intermediate input + value added = gross output.",
        "input_is_output": "The printed total input is gross output.",
        "printed_totals_add_up": "The printed totals are the sums of their parts.",
        "whole_table_balances": "Value added = final demand + exports + error - imported intermediates, in all.",
        "output_not_negative": "No gross output is negative.",
        "zero_output_is_empty": "A sector without output neither buys, sells nor emits.",
        "error_share_of_output": "The statistical error is small beside gross output.",
        "spectral_radius_below_one": "The spectral radius of the coefficients is below one.",
        "condition_number": "The condition number of I - A, reported.",
        "value_added_fits_gdp": "Value added of every province is near its GDP: no slip by 10, 100 or 1000.",
        "provinces_in_order_by_gdp": "No two provinces are exchanged, judged by GDP.",
        "co2_fits_inventory": "CO2 of every province beside its published inventory, reported.",
        "provinces_in_order_by_co2": "No two provinces are exchanged, judged by CO2.",
        "power_emits_most": "Power and heat emits most in the nation: labels are not shifted.",
    },
}
"""Families with a check an identity; the others have one check over all of theirs."""


def identity_check_specs(family: str) -> list[dg.AssetCheckSpec]:
    """Return the checks of a bronze family."""
    described = _OWN_CHECKS.get(family, {_ALL: "Every identity of every workbook holds within its tolerance."})
    return [dg.AssetCheckSpec(name, asset=["bronze", family], description=text) for name, text in described.items()]


def identity_check_results(family: str, sidecars: Sequence[Sidecar]) -> Iterator[dg.AssetCheckResult]:
    """Yield the result of every check of a family over the workbooks just read, each with its worst offender."""
    recorded = [(sidecar.source.file_name, held) for sidecar in sidecars for held in sidecar.source.identities]
    for name in _OWN_CHECKS.get(family, {_ALL: ""}):
        mine = [(file, held) for file, held in recorded if name in (_ALL, _check_of(held.code))]
        yield dg.AssetCheckResult(
            asset_key=["bronze", family],
            check_name=name,
            passed=all(_holds(held) for _, held in mine),
            severity=dg.AssetCheckSeverity.WARN,
            description=_worst_in_words(mine),
            metadata=_metadata(mine),
        )


def _check_of(code: str) -> str:
    return "printed_totals_add_up" if code.startswith("printed_") else code


def _holds(held: SourceIdentity) -> bool:
    return held.tolerance is None or held.value <= held.tolerance


def _strain(held: SourceIdentity) -> float:
    """How near an identity comes to its tolerance; where none is given, or it is zero, the value itself."""
    return held.value / held.tolerance if held.tolerance else held.value


def _worst_in_words(recorded: Sequence[tuple[str, SourceIdentity]]) -> str:
    if not recorded:
        return "No workbook with this identity was read."
    file, worst = max(recorded, key=lambda one: _strain(one[1]))
    place = " ".join(part for part in (worst.sheet, worst.cell) if part)
    return f"Worst of {len(recorded)}: {file}{', ' + place if place else ''}: {worst.message}"


def _metadata(recorded: Sequence[tuple[str, SourceIdentity]]) -> dict[str, float | str]:
    if not recorded:
        return {}
    file, worst = max(recorded, key=lambda one: _strain(one[1]))
    told: dict[str, float | str] = {
        "workbook": file,
        "sheet": worst.sheet,
        "cell": worst.cell,
        "worst": worst.value,
        "unit": worst.unit,
    }
    return told if worst.tolerance is None else told | {"tolerance": worst.tolerance}
