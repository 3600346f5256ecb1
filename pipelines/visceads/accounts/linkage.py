"""Linkages: how strongly a sector pulls on its suppliers and pushes its buyers, compared with the others.

Belongs here: backward and forward linkages in money and in CO2, their normalisation over the nation or over a
province, coefficients of variation, the class of key sectors. Not here: a table of another grain; linkages of the
42 national sectors are those of an aggregated table, linkages inside a province those of its own table
(`aggregation`).

All sums and means run over active sectors; those of CO2 over the active sectors whose value is known.

Sources: Rasmussen, Studies in Inter-sectoral Relations (1956); Miller and Blair (2nd ed. 2009), chapter 12;
Eurostat Manual of Supply, Use and Input-Output Tables (2008), chapter 15.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visceads.accounts.ghosh import DownstreamMultipliers, enabled
from visceads.accounts.multiplier import Multipliers
from visceads.accounts.null_reason import Reasons, first_reason, zero_output
from visceads.accounts.system import F64, InputOutputSystem

ABOVE_AVERAGE = 1 + 1e-12
"""A normalised linkage is above average beyond this: exactly 1 is not, whatever its last digit says."""


@dataclass(frozen=True)
class NormalisedLinkages:
    """Linkages relative to the mean of the sectors compared, (n); 1 is average, NaN is null.

    Attributes:
        power_of_dispersion: backward linkage over its mean (Rasmussen).
        sensitivity_of_dispersion: Leontief forward linkage over its mean (Rasmussen); presumes that final
            demand for all sectors grows alike.
        ghosh_forward: Ghosh forward linkage over its mean.
        key_sector_class: `key` (power and Ghosh forward above 1), `backward`, `forward`, `weak`, or None.
    """

    power_of_dispersion: F64
    sensitivity_of_dispersion: F64
    ghosh_forward: F64
    key_sector_class: tuple[str | None, ...]


@dataclass(frozen=True)
class Linkages:
    """Linkages in money, (n); NaN is null.

    Attributes:
        backward: column sums of L, the output multiplier.
        forward: row sums of L.
        ghosh_forward: row sums of the Ghosh inverse.
        backward_coefficient_of_variation: sample standard deviation (n - 1) of a column of L over its mean;
            small means that the pull is spread evenly. Null where only one sector is active.
        forward_coefficient_of_variation: the same of a row.
        nation: normalised by the mean of all active sectors of the table.
        province: normalised by the mean of the active sectors of the sector's own province.
        null_reason: `zero_output` or None.
    """

    backward: F64
    forward: F64
    ghosh_forward: F64
    backward_coefficient_of_variation: F64
    forward_coefficient_of_variation: F64
    nation: NormalisedLinkages
    province: NormalisedLinkages
    null_reason: Reasons


@dataclass(frozen=True)
class NormalisedCo2Linkages:
    """CO2 linkages relative to the mean of the sectors compared, (n); null too where that mean is 0."""

    backward: F64
    forward: F64
    key_sector_class: tuple[str | None, ...]


@dataclass(frozen=True)
class Co2Linkages:
    """Linkages in CO2, (n); NaN is null.

    Attributes:
        backward_t_per_m_cny: total intensity m, tonnes per million yuan of final demand for the sector.
        forward_t_per_m_cny: G f, tonnes enabled per million yuan of primary inputs of the sector.
        nation: normalised by the mean of all sectors with a value.
        province: normalised by the mean of the sectors of the own province with a value.
        null_reason: `zero_output`, `no_inventory`, `no_inventory_row`, `tiny_output` or None.
    """

    backward_t_per_m_cny: F64
    forward_t_per_m_cny: F64
    nation: NormalisedCo2Linkages
    province: NormalisedCo2Linkages
    null_reason: Reasons


def linkages(system: InputOutputSystem) -> Linkages:
    """Return the linkages in money of every sector; forms the Leontief inverse.

    Args:
        system: the table.
    """
    L, active = system.leontief_inverse, system.active
    backward = np.where(active, L.sum(axis=0), np.nan)
    forward = np.where(active, L.sum(axis=1), np.nan)
    ghosh = np.where(active, enabled(system, active.astype(np.float64)), np.nan)
    return Linkages(
        backward=backward,
        forward=forward,
        ghosh_forward=ghosh,
        backward_coefficient_of_variation=_coefficient_of_variation(system, axis=0),
        forward_coefficient_of_variation=_coefficient_of_variation(system, axis=1),
        nation=_normalised(backward, forward, ghosh, _whole_table(system)),
        province=_normalised(backward, forward, ghosh, system.province_index),
        null_reason=first_reason([zero_output(system)]),
    )


def co2_linkages(system: InputOutputSystem, upstream: Multipliers, downstream: DownstreamMultipliers) -> Co2Linkages:
    """Return the linkages in CO2 of every sector, from multipliers that are there already.

    Args:
        system: the table.
        upstream: its multipliers on one CO2 basis.
        downstream: its downstream multipliers on the same basis.
    """
    backward, forward = upstream.co2_total_t_per_m_cny, downstream.co2_t_per_m_cny
    return Co2Linkages(
        backward_t_per_m_cny=backward,
        forward_t_per_m_cny=forward,
        nation=_normalised_co2(backward, forward, _whole_table(system)),
        province=_normalised_co2(backward, forward, system.province_index),
        null_reason=downstream.null_reason,
    )


def key_sector_class(backward: F64, forward: F64) -> tuple[str | None, ...]:
    """Return the class of each sector from two normalised linkages, None where one of them is null.

    `key`: both above 1; `backward`, `forward`: only that one; `weak`: none. Exactly 1 is not above.

    Args:
        backward: (n) normalised backward linkages.
        forward: (n) normalised forward linkages.
    """
    names = {(True, True): "key", (True, False): "backward", (False, True): "forward", (False, False): "weak"}
    pulls, pushes = backward > ABOVE_AVERAGE, forward > ABOVE_AVERAGE
    known = ~(np.isnan(backward) | np.isnan(forward))
    classes = zip(pulls.tolist(), pushes.tolist(), strict=True)
    return tuple(names[pair] if shown else None for pair, shown in zip(classes, known.tolist(), strict=True))


def _coefficient_of_variation(system: InputOutputSystem, axis: int) -> F64:
    """Over the active sectors: the others would only add zeros."""
    variation = np.full(len(system.x), np.nan)
    active = np.flatnonzero(system.active)
    if len(active) > 1:
        L = system.leontief_inverse[np.ix_(active, active)]
        variation[active] = L.std(axis=axis, ddof=1) / L.mean(axis=axis)
    return variation


def _normalised(backward: F64, forward: F64, ghosh: F64, group: NDArray[np.intp]) -> NormalisedLinkages:
    power, push = _over_mean(backward, group), _over_mean(ghosh, group)
    return NormalisedLinkages(power, _over_mean(forward, group), push, key_sector_class(power, push))


def _normalised_co2(backward: F64, forward: F64, group: NDArray[np.intp]) -> NormalisedCo2Linkages:
    pull, push = _over_mean(backward, group), _over_mean(forward, group)
    return NormalisedCo2Linkages(pull, push, key_sector_class(pull, push))


def _whole_table(system: InputOutputSystem) -> NDArray[np.intp]:
    return np.zeros(len(system.x), dtype=np.intp)


def _over_mean(values: F64, group: NDArray[np.intp]) -> F64:
    """Divide (n) by the mean of the known values of the same group, (n) -> (n)."""
    known = ~np.isnan(values)
    sums = np.bincount(group[known], weights=values[known], minlength=int(group.max()) + 1)
    counts = np.bincount(group[known], minlength=len(sums))
    mean = np.divide(sums, counts, out=np.zeros(len(sums)), where=counts > 0)[group]
    relative = np.full(len(values), np.nan)
    np.divide(values, mean, out=relative, where=known & (mean > 0))
    return relative
