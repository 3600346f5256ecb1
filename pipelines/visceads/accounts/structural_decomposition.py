"""Structural decomposition: why embodied CO2 changed between two tables on the same sectors.

Belongs here: the five effects of a pair of tables in four forms, by emitting province and destination, and the
technology effect by purchasing sector. Not here: bringing two tables to common sectors (`aggregation`, before this),
decomposition without a Leontief inverse (index decomposition).

The CO2 of destination s is C_s = f'L M_s v_s P_s: intensity, technology, mix of final demand, its volume per head,
population. Destinations are the final demand of every province and, with a population of 1 that never changes,
exports and the statistical error. Emissions are split by emitting province too (f restricted to it), so effects sum
to consumption over the emitters and to production, less the stranded part, over the destinations.

Forms: in `polar_a` the factors to the left of the one that changes stand at the first year and those to the right at
the second, in `polar_b` the other way round; `polar_mean` is their average, `dl_mean` that of all 120 orders in which
the factors can change. Every form adds up exactly; their spread is the uncertainty of the method.

Sources: Dietzenbacher and Los, Structural decomposition techniques: sense and sensitivity, Economic Systems Research
10 (1998); Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapter 13.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import numpy as np

from visceads.accounts.emissions import Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.null_reason import Reasons
from visceads.accounts.system import F64, InputOutputSystem, Mask

FACTORS = ("intensity", "technology", "demand_mix", "demand_volume", "population")
FORMS = ("polar_a", "polar_b", "polar_mean", "dl_mean")
EXPORTS, STATISTICAL_ERROR = "EX", "ERR"
"""Destinations beside the provinces, named as the columns of the workbooks."""

NO_VOLUME = 1e-9
"""A demand whose entries cancel to less than this share of their absolute sum has no volume."""


@dataclass(frozen=True)
class Period:
    """One of the two tables.

    Attributes:
        system: the table; both have the same labels.
        emissions: CO2 of the same basis in both.
        population: (R) persons, in the same unit in both, above 0.
        deflator: (R) prices of the province's products in this table relative to the prices in which both shall
            be compared, above 0; None leaves current prices. Footprints do not change, effects move between
            intensity and volume.
    """

    system: InputOutputSystem
    emissions: Emissions
    population: F64
    deflator: F64 | None = None


@dataclass(frozen=True)
class StructuralDecomposition:
    """Effects on the CO2 of every emitting province (R) for every destination (D), Mt; NaN rows are null.

    Attributes:
        origins: (R) province codes.
        destinations: (D) province codes, then `EX` and `ERR`.
        start_mt, end_mt: (R, D) CO2 of the first and the second table.
        effect_mt: form -> (5, R, D) effects in the order of `FACTORS`; over the factors they sum to end - start.
        null_reason: (R) `no_inventory` where the province has no CO2 in either table, `no_inventory_in_one` where
            only one has it. Such a province counts as 0 in both tables: otherwise its data would seem a change.
        demand_flag: (D) `zero_volume` where entries of a demand cancel out in either table: its mix is then the
            demand itself and its volume 1, so that the whole change counts as mix.
        sector_flag: (n) `appears` or `vanishes` where a sector is active in one table only.
        excluded: sectors whose CO2 only one of the two tables states (other than those of null provinces); they
            count as 0 in both.
    """

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    start_mt: F64
    end_mt: F64
    effect_mt: Mapping[str, F64]
    null_reason: Reasons
    demand_flag: Reasons
    sector_flag: Reasons
    excluded: tuple[tuple[str, str], ...]

    def by_destination(self, form: str) -> F64:
        """Return the effects on the CO2 embodied in each destination, (5, D); null origins are left out."""
        return np.asarray(np.nansum(self.effect_mt[form], axis=1))

    def by_origin(self, form: str) -> F64:
        """Return the effects on what each province emits for all destinations, (5, R); null where it is null."""
        return np.asarray(self.effect_mt[form].sum(axis=2))


@dataclass(frozen=True)
class _Factors:
    """The factors of one table, in the prices of comparison.

    Attributes:
        f: (n) intensity, 0 where not comparable.
        price: (n) deflator of the seller.
        mix: (n, D).
        volume: (D) per head.
        population: (D).
    """

    f: F64
    price: F64
    mix: F64
    volume: F64
    population: F64


def structural_decomposition(first: Period, second: Period) -> StructuralDecomposition:
    """Decompose the change of embodied CO2 from one table to another.

    A sector that is active in one table only has f = 0 and an empty column of A in the other; sums stay exact.

    Args:
        first: the earlier table.
        second: the later one, on the same labels.

    Raises:
        AccountsError: labels that differ (naming the first that does); a population or deflator of another length,
            not finite or not above 0 (naming the province); a deflator for one table only.
    """
    _require_same_labels(first.system, second.system)
    if (first.deflator is None) != (second.deflator is None):
        raise AccountsError("only one of the two tables has a deflator; give one for both or for none")
    comparable, null_reason = _comparable(first, second)
    flag, factors = _factor_pair(first, second, comparable)
    co2 = _all_combinations((first.system, second.system), factors)
    known = np.array([reason is None for reason in null_reason])
    co2[..., ~known, :] = np.nan
    difference = {k: np.moveaxis(np.diff(co2, axis=k), k, 0)[0] for k in range(len(FACTORS))}
    effects = {
        form: np.array([np.tensordot(_weights(form, k), difference[k], axes=4) for k in range(len(FACTORS))])
        for form in FORMS
    }
    system = first.system
    half_known = _known(first.emissions, first.system) ^ _known(second.emissions, second.system)
    return StructuralDecomposition(
        origins=system.provinces,
        destinations=(*system.provinces, EXPORTS, STATISTICAL_ERROR),
        start_mt=co2[0, 0, 0, 0, 0],
        end_mt=co2[1, 1, 1, 1, 1],
        effect_mt=MappingProxyType(effects),
        null_reason=null_reason,
        demand_flag=flag,
        sector_flag=_sector_flags(first.system, second.system),
        excluded=tuple(system.labels[k] for k in np.flatnonzero(half_known & known[system.province_index])),
    )


def technology_by_purchaser(first: Period, second: Period, form: str = "dl_mean") -> F64:
    """Return the technology effect by the sector whose inputs changed, (n, D), Mt.

    From L1 - L0 = L1 (A1 - A0) L0: column j of the change of A is what sector j buys differently. Over the
    sectors the parts sum to the technology effect of `by_destination`.

    Args:
        first: the earlier table.
        second: the later one, on the same labels.
        form: one of `FORMS`.

    Raises:
        AccountsError: as `structural_decomposition`; an unknown form.
    """
    if form not in FORMS:
        raise AccountsError(f"there is no form '{form}' of a decomposition; choose one of {', '.join(FORMS)}")
    _require_same_labels(first.system, second.system)
    comparable, _ = _comparable(first, second)
    _, factors = _factor_pair(first, second, comparable)
    before, after = factors
    change = _in_prices(second.system.A, after.price) - _in_prices(first.system.A, before.price)
    weights = _weights(form, FACTORS.index("technology"))
    parts = np.zeros_like(before.mix)
    for a, pair in enumerate(factors):
        demand = sum(
            weights[a, c, v, p] * factors[c].mix * factors[v].volume * factors[p].population
            for c, v, p in product((0, 1), repeat=3)
        )
        row = _multipliers(second.system, pair.f, after.price) @ change
        used = first.system.solve(before.price[:, None] * demand) / before.price[:, None]
        parts += row[:, None] * used
    return parts


def _weights(form: str, factor: int) -> F64:
    """Return the weight of each combination of years of the other four factors, (2, 2, 2, 2), in their order."""
    others = len(FACTORS) - 1
    weights = np.zeros((2,) * others)
    polar_a, polar_b = (0,) * factor + (1,) * (others - factor), (1,) * factor + (0,) * (others - factor)
    if form == "dl_mean":
        # A factor changes after a certain set of u others in u! (4 - u)! of the 5! orders.
        by_size = (1 / 5, 1 / 20, 1 / 30, 1 / 20, 1 / 5)
        for years in product((0, 1), repeat=others):
            weights[years] = by_size[sum(years)]
        return weights
    share = {"polar_a": (1.0, 0.0), "polar_b": (0.0, 1.0), "polar_mean": (0.5, 0.5)}[form]
    weights[polar_a] += share[0]
    weights[polar_b] += share[1]
    return weights


def _all_combinations(systems: tuple[InputOutputSystem, InputOutputSystem], factors: tuple[_Factors, _Factors]) -> F64:
    """Return the CO2 with each factor at either year, (2, 2, 2, 2, 2, R, D)."""
    system = systems[0]
    R, D = len(system.provinces), factors[0].mix.shape[1]
    by_origin = np.arange(R)[:, None] == system.province_index
    co2 = np.empty((2,) * len(FACTORS) + (R, D))
    for a, b in product((0, 1), repeat=2):
        rows = _multipliers(systems[b], by_origin * factors[a].f, factors[b].price)
        for c in (0, 1):
            per_unit = rows @ factors[c].mix
            for v, p in product((0, 1), repeat=2):
                co2[a, b, c, v, p] = per_unit * (factors[v].volume * factors[p].population)
    return co2


def _multipliers(system: InputOutputSystem, coefficients: F64, price: F64) -> F64:
    """Return q'L in the prices of comparison, where L becomes D^-1 L D with the sellers' deflators D."""
    return system.multipliers(coefficients / price) * price


def _in_prices(A: F64, price: F64) -> F64:
    return A * price / price[:, None]


def _factor_pair(first: Period, second: Period, comparable: Mask) -> tuple[Reasons, tuple[_Factors, _Factors]]:
    """Return the flags of the destinations, (D), and the factors of both tables."""
    before, after = _demand(first), _demand(second)
    mix_only = _cancels(before) | _cancels(after)
    factors = (
        _factors(first, before, after, mix_only, comparable),
        _factors(second, after, before, mix_only, comparable),
    )
    return tuple("zero_volume" if only else None for only in mix_only), factors


def _factors(period: Period, demand: F64, other: F64, mix_only: Mask, comparable: Mask) -> _Factors:
    """Return the factors of a table, given its demand and the other table's, (n, D)."""
    people = np.concatenate([_checked(period.population, "population", period.system), [1.0, 1.0]])
    people = np.where(mix_only, 1.0, people)
    volume = np.where(mix_only, 1.0, demand.sum(axis=0))
    mix = _per_unit(demand, volume)
    # A demand that is empty in one year keeps the other year's mix: it then changes by volume alone.
    empty = ~demand.any(axis=0) & ~mix_only
    mix[:, empty] = _per_unit(other, other.sum(axis=0))[:, empty]
    f = np.where(comparable, period.emissions.f, 0.0) * _price(period)
    return _Factors(f, _price(period), mix, volume / people, people)


def _demand(period: Period) -> F64:
    system = period.system
    return np.column_stack([system.Y, system.exports, system.error]) / _price(period)[:, None]


def _cancels(demand: F64) -> Mask:
    size = np.abs(demand).sum(axis=0)
    return np.asarray((np.abs(demand.sum(axis=0)) <= NO_VOLUME * size) & (size > 0))


def _per_unit(demand: F64, volume: F64) -> F64:
    return np.divide(demand, volume, out=np.zeros_like(demand), where=volume != 0)


def _price(period: Period) -> F64:
    if period.deflator is None:
        return np.ones(len(period.system.x))
    return _checked(period.deflator, "deflator", period.system)[period.system.province_index]


def _checked(values: F64, name: str, system: InputOutputSystem) -> F64:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (len(system.provinces),):
        raise AccountsError(
            f"the {name} has the shape {array.shape}, the table has {len(system.provinces)} provinces; "
            f"give one value each"
        )
    wrong = np.flatnonzero(~(np.isfinite(array) & (array > 0)))
    if wrong.size:
        province = system.provinces[int(wrong[0])]
        raise AccountsError(
            f"the {name} of {province} is {array[wrong[0]]:.6g}; give a number above 0",
            province,
            value=float(array[wrong[0]]),
        )
    return array


def _require_same_labels(first: InputOutputSystem, second: InputOutputSystem) -> None:
    if first.labels == second.labels:
        return
    if len(first.labels) != len(second.labels):
        raise AccountsError(
            f"the tables have {len(first.labels)} and {len(second.labels)} sectors; aggregate both to the same ones "
            f"before decomposing"
        )
    one, other = next(pair for pair in zip(first.labels, second.labels, strict=True) if pair[0] != pair[1])
    raise AccountsError(
        f"where the first table has {' '.join(one)} the second has {' '.join(other)}; aggregate both to the same "
        f"sectors in the same order before decomposing",
        *one,
    )


def _known(emissions: Emissions, system: InputOutputSystem) -> Mask:
    return np.asarray(emissions.has_inventory[system.province_index] & ~emissions.lacks_row)


def _comparable(first: Period, second: Period) -> tuple[Mask, Reasons]:
    """Return which sectors have CO2 in both tables, (n), and why a province is null, (R)."""
    both = first.emissions.has_inventory & second.emissions.has_inventory
    either = first.emissions.has_inventory | second.emissions.has_inventory
    reasons = tuple(
        None if in_both else "no_inventory_in_one" if in_one else "no_inventory"
        for in_both, in_one in zip(both, either, strict=True)
    )
    return _known(first.emissions, first.system) & _known(second.emissions, second.system), reasons


def _sector_flags(first: InputOutputSystem, second: InputOutputSystem) -> Reasons:
    return tuple(
        None if before == after else "appears" if after else "vanishes"
        for before, after in zip(first.active.tolist(), second.active.tolist(), strict=True)
    )
