"""The Ghosh model: what the primary inputs of a sector enable downstream.

Belongs here: allocation coefficients, the Ghosh inverse, downstream multipliers of output and CO2, the
income-based account by sector. Not here: the same account by province (`footprint`), linkages built on these
multipliers (`linkage`).

With B = diag(x)^-1 Z the model is x' = x'B + primary inputs. On active sectors G = (I - B)^-1 equals
diag(x)^-1 L diag(x), so G q = (L (x q)) / x follows from the factors of I - A; no second factorisation is made.

Sources: Ghosh, Input-output approach in an allocation system, Economica 25 (1958); Miller and Blair (2nd ed.
2009), chapter 12; Marques et al., Income-based environmental responsibility, Ecological Economics 84 (2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visceads.accounts.emissions import TONNES_PER_MEGATONNE, Emissions
from visceads.accounts.null_reason import Reasons, first_reason, has_value, intensity_rules, missing_co2, zero_output
from visceads.accounts.system import F64, InputOutputSystem


@dataclass(frozen=True)
class DownstreamMultipliers:
    """What one million yuan of primary inputs (value added or imports) of a sector enables, (n); NaN is null.

    Attributes:
        output: row sums of G, million yuan per million yuan; the sector's own unit is included.
        co2_t_per_m_cny: G f, tonnes per million yuan.
        income_mt: CO2 enabled by the sector's value added, va (G f), Mt.
        import_enabled_mt: CO2 enabled by the sector's imported inputs, Mt.
        null_reason: `zero_output` empties the row; `no_inventory`, `no_inventory_row` the three CO2 values;
            `tiny_output` only the CO2 per million yuan.
    """

    output: F64
    co2_t_per_m_cny: F64
    income_mt: F64
    import_enabled_mt: F64
    null_reason: Reasons


def allocation_coefficients(system: InputOutputSystem) -> F64:
    """Return B = diag(x)^-1 Z, (n, n): shares of a seller's output by buyer; rows of inactive sectors are 0."""
    return np.divide(system.Z, system.x[:, None], out=np.zeros_like(system.Z), where=system.active[:, None])


def ghosh_inverse(system: InputOutputSystem) -> F64:
    """Return G = (I - B)^-1, (n, n); row and column of an inactive sector are those of the unit matrix.

    Only for what needs its elements; sums over G come from `enabled` at the cost of one solve.
    """
    scale = np.where(system.active, system.x, 1.0)
    return system.leontief_inverse * scale / scale[:, None]


def enabled(system: InputOutputSystem, coefficients: F64) -> F64:
    """Return G q: the amount that one million yuan of primary inputs of each sector enables downstream.

    Args:
        system: the table.
        coefficients: (n) or (p, n) amounts per million yuan of gross output.

    Returns:
        The same shape as `coefficients`; 0 where a sector is inactive (whoever publishes makes it a null).

    Raises:
        AccountsError: another length than the table, or a value that is no finite number.
    """
    amounts = system.on_axis("coefficients", coefficients, axis=-1) * system.x
    return system.coefficients(np.ascontiguousarray(system.solve(amounts.T).T))


def downstream_multipliers(system: InputOutputSystem, emissions: Emissions | None) -> DownstreamMultipliers:
    """Return the downstream multipliers of every sector, from one solve with two right sides.

    Args:
        system: the table.
        emissions: CO2 of one basis, or None where the table has none (all CO2 values are null then).
    """
    f = np.zeros(len(system.x)) if emissions is None else emissions.f
    output, co2 = enabled(system, np.vstack([system.active.astype(np.float64), f]))
    amounts = has_value(first_reason([zero_output(system), *missing_co2(system, emissions)]))
    reason = first_reason(intensity_rules(system, emissions))
    return DownstreamMultipliers(
        output=np.where(system.active, output, np.nan),
        co2_t_per_m_cny=TONNES_PER_MEGATONNE * np.where(has_value(reason), co2, np.nan),
        income_mt=np.where(amounts, system.value_added_total * co2, np.nan),
        import_enabled_mt=np.where(amounts, system.imports * co2, np.nan),
        null_reason=reason,
    )
