"""CO2 accounts of provinces and the CO2 embodied in trade between them.

Belongs here: production, consumption and income accounts, bilateral flows by the multi-regional view (MRIO)
and by emissions embodied in bilateral trade (EEBT). Not here: household emissions beyond passing them through
(they never enter production or consumption), sector multipliers (`multiplier`), checks (`identity`).

Emissions abroad are in none of these accounts: consumption is what is served from within the table. A
province without CO2 data has NaN where its own emissions are meant; in the consumption and income of all
provinces its emissions are missing, and `provinces_without_inventory` says so.

Sources: Peters, From production-based to consumption-based national emission inventories, Ecological
Economics 65 (2008) 13-23 (EEBT, MRIO); Marques et al., Income-based environmental responsibility, Ecological
Economics 84 (2012) (income account); Miller and Blair (2nd ed. 2009), chapter 12 (Ghosh model).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visceads.accounts.emissions import Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.system import F64, InputOutputSystem


@dataclass(frozen=True)
class ProvinceFootprints:
    """CO2 accounts per province, Mt, (R) unless stated; NaN is null (see `null_reason`).

    Attributes:
        production_mt: emitted by the province's sectors, households excluded, stranded CO2 included.
        consumption_mt: embodied in the province's final demand, wherever in the table it was emitted.
        consumption_by_category_mt: (R, C) the same by category; inventory changes may be negative.
        income_mt: enabled by the province's value added (downstream).
        import_enabled_mt: enabled by the imported inputs of the province's sectors.
        export_mt: emitted in the province for the exports of any province.
        error_mt: emitted in the province for the statistical error of any province.
        stranded_mt: emitted by sectors without output; no demand can be charged with it.
        household_mt: direct emissions of households, an own line; NaN where none were given.
        net_transfer_mt: production - consumption.
        null_reason: (R) `no_inventory` where production, export, error, stranded and net transfer are null.
        provinces_without_inventory: provinces whose emissions are missing in all other values.
    """

    production_mt: F64
    consumption_mt: F64
    consumption_by_category_mt: F64
    income_mt: F64
    import_enabled_mt: F64
    export_mt: F64
    error_mt: F64
    stranded_mt: F64
    household_mt: F64
    net_transfer_mt: F64
    null_reason: tuple[str | None, ...]
    provinces_without_inventory: tuple[str, ...]


@dataclass(frozen=True)
class EmbodiedFlow:
    """CO2 emitted in one province for another, Mt; NaN rows for origins without CO2 data.

    Attributes:
        accounting: `mrio` or `eebt`.
        co2_mt: (R, R) origin by destination; the diagonal is the province's own use.
        export_mt: (R) emitted in the origin for exports.
        error_mt: (R) emitted in the origin for the statistical error.
    """

    accounting: str
    co2_mt: F64
    export_mt: F64
    error_mt: F64

    @property
    def consumption_mt(self) -> F64:
        """Column sums over the origins with CO2 data, (R)."""
        total: F64 = np.nansum(self.co2_mt, axis=0)
        return total

    @property
    def inflow_mt(self) -> F64:
        """Consumption less the own part: emitted in other provinces for this one, (R)."""
        total: F64 = self.consumption_mt - np.nan_to_num(np.diag(self.co2_mt))
        return total

    @property
    def outflow_mt(self) -> F64:
        """Emitted in the province for all others, (R); NaN for an origin without CO2 data."""
        total: F64 = self.co2_mt.sum(axis=1) - np.diag(self.co2_mt)
        return total

    @property
    def interprovincial_mt(self) -> float:
        """Sum of all flows between different provinces."""
        return float(np.nansum(self.co2_mt) - np.nansum(np.diag(self.co2_mt)))


def province_footprints(
    system: InputOutputSystem, emissions: Emissions, households: F64 | None = None
) -> ProvinceFootprints:
    """Return production, consumption and income accounts of every province.

    With m = f'L: consumption of s = m'Y_s. Exports (origin view) = sum over the province of f_k (L ex)_k.
    Income = sum over the province of va_k (G f)_k, where G f = diag(x)^-1 L (x f) follows from L, so the
    Ghosh inverse is not needed.

    Args:
        system: the table.
        emissions: CO2 of one basis on the same axis.
        households: (R) direct household CO2 in Mt, NaN where unknown, or None.

    Raises:
        AccountsError: if `households` has another length or an infinite value.
    """
    n, R = len(system.x), len(system.provinces)
    categories = len(system.categories)
    m = system.multipliers(emissions.f)
    by_category = (m @ system.final_demand.reshape(n, R * categories)).reshape(R, categories)
    consumption = m @ system.Y
    carried = emissions.f * system.x
    responses = system.solve(np.column_stack([system.exports, system.error, carried]))
    enabled = system.coefficients(responses[:, 2])
    own = np.column_stack(
        [emissions.co2, emissions.f * responses[:, 0], emissions.f * responses[:, 1], emissions.stranded]
    )
    production, export, error, stranded = emissions.null_where_no_inventory(system.sum_by_province(own)).T
    return ProvinceFootprints(
        production_mt=production,
        consumption_mt=consumption,
        consumption_by_category_mt=by_category,
        income_mt=system.sum_by_province(system.value_added_total * enabled),
        import_enabled_mt=system.sum_by_province(system.imports * enabled),
        export_mt=export,
        error_mt=error,
        stranded_mt=stranded,
        household_mt=_household_line(households, system.provinces),
        net_transfer_mt=production - consumption,
        null_reason=tuple(None if known else "no_inventory" for known in emissions.has_inventory),
        provinces_without_inventory=tuple(
            province for province, known in zip(system.provinces, emissions.has_inventory, strict=True) if not known
        ),
    )


def embodied_flow_sector(system: InputOutputSystem, emissions: Emissions) -> F64:
    """Return f_k (L Y_s)_k: CO2 of sector k for the final demand of province s, (n, R), Mt.

    Rows of provinces without CO2 data are NaN.
    """
    flows = emissions.f[:, None] * system.solve(system.Y)
    flows[~emissions.has_inventory[system.province_index]] = np.nan
    return flows


def embodied_flow_mrio(system: InputOutputSystem, emissions: Emissions) -> EmbodiedFlow:
    """Return bilateral flows that follow intermediates to the final user (Peters 2008, MRIO).

    Row sums with exports and error give production without the stranded part, column sums consumption.
    """
    responses = system.solve(np.column_stack([system.Y, system.exports, system.error]))
    sums = system.sum_by_province(emissions.f[:, None] * responses)
    return _embodied_flow("mrio", emissions.null_where_no_inventory(sums))


def embodied_flow_eebt(system: InputOutputSystem, emissions: Emissions) -> EmbodiedFlow:
    """Return emissions embodied in bilateral trade: all sales count where they cross the border.

    For origin r the demand of destination s is everything r sells to it, Z_rs 1 + Y_rs (Y_rr alone at home),
    met with the domestic inverse of the province: E_rs = f_r'(I - A_rr)^-1 e_rs (Peters 2008, EEBT).
    Row sums with exports and error give production without the stranded part.
    """
    sales = np.add.reduceat(system.Z, system.starts, axis=1)
    sales[np.arange(len(system.x)), system.province_index] = 0.0
    demand = np.column_stack([sales + system.Y, system.exports, system.error])
    rows = []
    for r in range(len(system.provinces)):
        block = system.block(r)
        inputs = np.eye(block.stop - block.start) - system.A[block, block]
        rows.append(np.linalg.solve(inputs.T, emissions.f[block]) @ demand[block])
    return _embodied_flow("eebt", emissions.null_where_no_inventory(np.array(rows)))


def _embodied_flow(accounting: str, columns: F64) -> EmbodiedFlow:
    """Take (R, R + 2) apart: destinations, exports, error."""
    return EmbodiedFlow(accounting, np.ascontiguousarray(columns[:, :-2]), columns[:, -2].copy(), columns[:, -1].copy())


def _household_line(households: F64 | None, provinces: tuple[str, ...]) -> F64:
    if households is None:
        return np.full(len(provinces), np.nan)
    line = np.array(households, dtype=np.float64)
    if line.shape != (len(provinces),):
        raise AccountsError(
            f"household CO2 has the shape {line.shape}, the table has {len(provinces)} provinces; "
            f"give one value each, NaN where unknown"
        )
    if np.isinf(line).any():
        province = provinces[int(np.flatnonzero(np.isinf(line))[0])]
        raise AccountsError(
            f"household CO2 of {province} is infinite; give a number of Mt, or NaN where unknown", province
        )
    return line
