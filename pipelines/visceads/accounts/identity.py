"""Accounting identities as residuals: how far results are from adding up.

Belongs here: relative residuals under stable names, for tests and for the checks of a run. Not here: what is
done about a residual that is too large.
"""

from __future__ import annotations

import numpy as np

from visceads.accounts.footprint import EmbodiedFlow, ProvinceFootprints
from visceads.accounts.multiplier import Multipliers
from visceads.accounts.system import F64, InputOutputSystem


def table_residuals(system: InputOutputSystem, result: Multipliers) -> dict[str, float]:
    """Return residuals of the table and of its money multipliers.

    `row_balance`, `column_balance`, `quantity_model` (x = Ly) are the largest gaps of a sector,
    `demand_equals_primary_inputs` (sum y = sum of value added and imports) is a gap of totals; all four are
    relative to total gross output. `unit_cost` is the largest |value added + imports - 1| and holds only
    for a table whose columns balance.
    """
    scale = float(system.x.sum())
    demand, value_added = system.demand, system.value_added_total
    return {
        "row_balance": _largest(system.Z.sum(axis=1) + demand - system.x) / scale,
        "column_balance": _largest(system.Z.sum(axis=0) + system.imports + value_added - system.x) / scale,
        "quantity_model": _largest(system.solve(demand) - system.x) / scale,
        "demand_equals_primary_inputs": abs(float(demand.sum() - value_added.sum() - system.imports.sum()) / scale),
        "unit_cost": _largest((result.value_added + result.imports - 1)[system.active]),
    }


def footprint_residuals(footprints: ProvinceFootprints, mrio: EmbodiedFlow, eebt: EmbodiedFlow) -> dict[str, float]:
    """Return residuals of the CO2 accounts, relative to total production; provinces without data count as 0.

    `production_by_use`: production - stranded = consumption + exports + error. `production_by_income`: the
    same total = income + import-enabled. `consumption_by_category`: categories add up. `mrio_rows`,
    `eebt_rows`: destinations, exports and error of an origin give its production less the stranded part.
    `mrio_columns`: origins give consumption. `eebt_gap`: the gaps of consumption between MRIO and EEBT add
    up to the gap of exports and error the other way round. All residuals are 0 where nothing is emitted.
    """
    carried = np.nan_to_num(footprints.production_mt - footprints.stranded_mt)
    scale = float(np.nansum(footprints.production_mt)) or 1.0
    abroad = _abroad(footprints.export_mt, footprints.error_mt)
    income = footprints.income_mt.sum() + footprints.import_enabled_mt.sum()
    gaps = footprints.consumption_mt - eebt.consumption_mt
    eebt_abroad = _abroad(eebt.export_mt, eebt.error_mt)
    residuals = {
        "production_by_use": carried.sum() - footprints.consumption_mt.sum() - abroad.sum(),
        "production_by_income": carried.sum() - income,
        "consumption_by_category": footprints.consumption_by_category_mt.sum(axis=1) - footprints.consumption_mt,
        "mrio_rows": _row_sums(mrio) - carried,
        "mrio_columns": mrio.consumption_mt - footprints.consumption_mt,
        "eebt_rows": _row_sums(eebt) - carried,
        "eebt_gap": gaps.sum() - (eebt_abroad.sum() - abroad.sum()),
    }
    return {name: _largest(np.atleast_1d(gap)) / scale for name, gap in residuals.items()}


def sector_flow_residuals(system: InputOutputSystem, flows: F64, mrio: EmbodiedFlow) -> dict[str, float]:
    """Return how far flows by sector of origin are from the flows between provinces, relative to all of them.

    Args:
        system: the table.
        flows: (n, R) from `embodied_flow_sector`; NaN counts as 0.
        mrio: (R, R) from `embodied_flow_mrio`.
    """
    between = np.nan_to_num(mrio.co2_mt)
    scale = float(np.abs(between).sum()) or 1.0
    return {"flows_by_sector": _largest(system.sum_by_province(np.nan_to_num(flows)) - between) / scale}


def identity_residuals(
    system: InputOutputSystem,
    result: Multipliers,
    footprints: ProvinceFootprints,
    mrio: EmbodiedFlow,
    eebt: EmbodiedFlow,
) -> dict[str, float]:
    """Return the residuals of `table_residuals` and `footprint_residuals` together."""
    return table_residuals(system, result) | footprint_residuals(footprints, mrio, eebt)


def _largest(gaps: F64) -> float:
    return float(np.abs(gaps).max(initial=0.0))


def _abroad(export: F64, error: F64) -> F64:
    return np.nan_to_num(export + error)


def _row_sums(flow: EmbodiedFlow) -> F64:
    total: F64 = np.nansum(flow.co2_mt, axis=1) + _abroad(flow.export_mt, flow.error_mt)
    return total
