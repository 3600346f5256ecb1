"""The price of carbon passed on: the Leontief price model, price changes of sectors and who bears them.

Belongs here: what a price per tonne of CO2 does to prices of sectors, and its burden on the demand of provinces.
Not here: how anyone reacts to prices (quantities and technology stay: with full pass-through this is an upper
bound), CO2 that is not emitted by a sector (households' own fuel).

With the carbon cost c = price x f per unit of output the price change is dp = phi (c + A'dp), phi being the part of
its costs that a sector passes on. Under full pass-through dp = price x m: prices rise by the CO2 embodied.
Money balances: what demand pays plus what sectors absorb is the price times the CO2 that is priced.

Source: Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapter 2.6 (Leontief price model).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve

from visceads.accounts.emissions import Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.household_closure import HOUSEHOLD_CATEGORIES
from visceads.accounts.null_reason import Reasons, first_reason, has_value, intensity_rules
from visceads.accounts.system import F64, InputOutputSystem, Mask, checked_array


@dataclass(frozen=True)
class CarbonPrice:
    """A carbon price and whom it reaches.

    Attributes:
        cny_per_t: yuan per tonne of CO2, 0 or more.
        covered: (n) whether the sector pays for its CO2; None means all do.
        pass_through: (n) share 0..1 of its higher costs that a sector passes on; None means all of them.
    """

    cny_per_t: float
    covered: Mask | None = None
    pass_through: F64 | None = None


@dataclass(frozen=True)
class PricePassThrough:
    """What a carbon price does; NaN is null. Unknown CO2 enters the algebra as 0.

    Attributes:
        price_change_share: (n) rise of the sector's price as a fraction of its base price.
        carbon_cost_share: (n) what the sector itself pays for its CO2 per unit of output, a fraction of output.
        supplier_cost_share: (n) rise of the costs of its domestic inputs per unit of output. Own and suppliers'
            cost times the pass-through is the price change.
        absorbed_m_cny: (n) higher costs that the sector does not pass on, million yuan.
        burden_m_cny: (R, C) what final demand of each province and category pays more, million yuan.
        export_burden_m_cny: what exports pay more.
        error_burden_m_cny: what falls on the statistical error.
        payment_m_cny: (R) what the province's sectors pay for their CO2; null where CO2 is unknown. The sum over
            provinces is that of burdens and absorbed costs.
        null_reason: (n) why the three shares are null, as for CO2 intensities, or None.
    """

    price_change_share: F64
    carbon_cost_share: F64
    supplier_cost_share: F64
    absorbed_m_cny: F64
    burden_m_cny: F64
    export_burden_m_cny: float
    error_burden_m_cny: float
    payment_m_cny: F64
    null_reason: Reasons


def price_pass_through(system: InputOutputSystem, emissions: Emissions, price: CarbonPrice) -> PricePassThrough:
    """Return price changes and burdens of a carbon price at unchanged quantities.

    Args:
        system: the table.
        emissions: CO2 of one basis.
        price: yuan per tonne, covered sectors, pass-through.

    Raises:
        AccountsError: a negative or not finite price; `covered` or `pass_through` of another length; a pass-through
            outside 0..1 (with province and sector).
    """
    cost = _carbon_cost(system, emissions, price)
    passed = _pass_through(system, price.pass_through)
    change = _price_change(system, cost, passed)
    supplier = change @ system.A
    reason = first_reason(intensity_rules(system, emissions))
    shown = has_value(reason)
    categories = len(system.categories)
    burden = change @ system.final_demand.reshape(len(system.x), -1)
    return PricePassThrough(
        price_change_share=np.where(shown, change, np.nan),
        carbon_cost_share=np.where(shown, cost, np.nan),
        supplier_cost_share=np.where(shown, supplier, np.nan),
        absorbed_m_cny=(1 - passed) * (cost + supplier) * system.x,
        burden_m_cny=burden.reshape(-1, categories),
        export_burden_m_cny=float(change @ system.exports),
        error_burden_m_cny=float(change @ system.error),
        payment_m_cny=emissions.null_where_no_inventory(system.sum_by_province(cost * system.x)),
        null_reason=reason,
    )


def cost_of_living_share(
    system: InputOutputSystem,
    result: PricePassThrough,
    household_imports: F64,
    categories: Sequence[str] = HOUSEHOLD_CATEGORIES,
) -> F64:
    """Return by how much the consumption of each province's households becomes dearer, a fraction, (R).

    Imports count in the base and do not become dearer. NaN where households buy nothing (`zero_denominator`).

    Args:
        system: the table.
        result: burdens of a carbon price on the same table.
        household_imports: (R) imports that households use themselves, million yuan, 0 or more.
        categories: codes of the final demand categories of households.

    Raises:
        AccountsError: a category that the table has not; imports of another length, negative or not finite.
    """
    unknown = [code for code in categories if code not in system.categories]
    if unknown:
        raise AccountsError(
            f"the table has no final demand category {unknown[0]}; it has {', '.join(system.categories)}"
        )
    imports = np.asarray(household_imports, dtype=np.float64)
    if imports.shape != (len(system.provinces),):
        raise AccountsError(
            f"household imports have the shape {imports.shape}, the table has {len(system.provinces)} provinces; "
            f"give one value each"
        )
    wrong = np.flatnonzero(~(np.isfinite(imports) & (imports >= 0)))
    if wrong.size:
        province = system.provinces[int(wrong[0])]
        raise AccountsError(
            f"household imports of {province} are {imports[wrong[0]]:.6g} million yuan; give a number of 0 or more",
            province,
        )
    chosen = [system.categories.index(code) for code in categories]
    spent = system.final_demand[:, :, chosen].sum(axis=(0, 2)) + imports
    share = np.full(len(imports), np.nan)
    np.divide(result.burden_m_cny[:, chosen].sum(axis=1), spent, out=share, where=spent > 0)
    return share


def _carbon_cost(system: InputOutputSystem, emissions: Emissions, price: CarbonPrice) -> F64:
    """Return price x f where covered, (n): yuan per tonne times Mt per million yuan is yuan per yuan."""
    if not (np.isfinite(price.cny_per_t) and price.cny_per_t >= 0):
        raise AccountsError(f"the carbon price is {price.cny_per_t} yuan per tonne; give a number of 0 or more")
    cost = price.cny_per_t * emissions.f
    if price.covered is None:
        return cost
    covered = np.asarray(price.covered)
    if covered.shape != system.x.shape or covered.dtype != np.bool_:
        raise AccountsError(
            f"`covered` has the shape {covered.shape} and the type {covered.dtype}; give true or false for each of the "
            f"{len(system.x)} sectors"
        )
    return np.where(covered, cost, 0.0)


def _pass_through(system: InputOutputSystem, given: F64 | None) -> F64:
    if given is None:
        return np.ones(len(system.x))
    passed = checked_array("pass_through", given, system.x.shape, system.labels)
    wrong = np.flatnonzero((passed < 0) | (passed > 1))
    if wrong.size:
        k = int(wrong[0])
        province, sector = system.labels[k]
        raise AccountsError(
            f"the pass-through of {province} {sector} is {passed[k]:.6g}; give a share from 0 to 1",
            province,
            sector,
            float(passed[k]),
        )
    return passed


def _price_change(system: InputOutputSystem, cost: F64, passed: F64) -> F64:
    if (passed == 1).all():
        return system.multipliers(cost)
    # phi <= 1 makes no column of A larger, so the system stays solvable.
    matrix = -(passed[:, None] * system.A.T)
    matrix[np.diag_indices_from(matrix)] += 1
    change: F64 = solve(matrix, passed * cost, overwrite_a=True)
    return change
