"""CO2 by producing sector on the axis of a system: checks, nulls, direct intensities.

Belongs here: the rules for nulls and for CO2 on inactive sectors, f = E / x. Not here: where the CO2 comes
from (inventory rows are shared out among sectors in SQL), anything that needs the Leontief inverse.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from visceads.accounts.errors import AccountsError
from visceads.accounts.system import F64, InputOutputSystem, Mask, checked_array

TONNES_PER_MEGATONNE = 1e6


@dataclass(frozen=True)
class Emissions:
    """CO2 of one basis, ready for the algebra.

    Attributes:
        co2: (n) Mt by producing sector, nulls as 0.
        f: (n) direct intensity, Mt per million yuan of gross output; 0 where inactive or null.
        has_inventory: (R) whether the province has CO2 data at all.
        lacks_row: (n) whether the sector's 0 stands for "no inventory row covers it".
    """

    co2: F64
    f: F64
    has_inventory: Mask
    lacks_row: Mask

    @property
    def stranded(self) -> F64:
        """CO2 that no output carries because its sector is inactive, (n), Mt."""
        return np.where(self.f > 0, 0.0, self.co2)

    def null_where_no_inventory(self, by_province: F64) -> F64:
        """Return (R, ...) with NaN in the provinces that have no CO2 data."""
        shape = (-1,) + (1,) * (by_province.ndim - 1)
        return np.where(self.has_inventory.reshape(shape), by_province, np.nan)


def build_emissions(system: InputOutputSystem, co2_mt: F64, sectors_without_row: Collection[str] = ()) -> Emissions:
    """Check CO2 by sector and derive the direct intensities.

    A province whose sectors are all NaN has no inventory: its CO2 enters the algebra as 0 and its results
    become null. CO2 on an inactive sector ("stranded") has no intensity; it stays in the province's total.

    Args:
        system: the system whose axis the CO2 stands on.
        co2_mt: (n) Mt, NaN where there are no data. On an inactive sector NaN counts as 0.
        sectors_without_row: sector codes that no inventory row is mapped to; 0 or NaN for them means
            unknown, not clean.

    Raises:
        AccountsError: a wrong shape, an infinite or negative value, a province with some active sectors
            null, or CO2 on a sector that is said to have no row.
    """
    co2 = checked_array("co2_mt", co2_mt, system.x.shape, system.labels, nulls=True)
    lacks_row = np.array([sector in set(sectors_without_row) for _, sector in system.labels], dtype=np.bool_)
    _refuse(co2 < 0, "but cannot be below zero; check the sign in the source", co2, system)
    _refuse(
        lacks_row & (co2 > 0),
        "but its sector is listed as having no inventory row; correct the list",
        co2,
        system,
    )
    known = ~np.isnan(co2)
    counted = system.sum_by_province((known & ~lacks_row).astype(np.float64))
    has_inventory = counted > 0
    partly = ~known & ~lacks_row & system.active & has_inventory[system.province_index]
    _refuse(partly, "while other sectors of the province have numbers; give all of them or none", co2, system)
    filled = np.where(known, co2, 0.0)
    return Emissions(filled, system.coefficients(filled), has_inventory, lacks_row)


def _refuse(wrong: Mask, sentence: str, co2: F64, system: InputOutputSystem) -> None:
    if not wrong.any():
        return
    k = int(np.flatnonzero(wrong)[0])
    province, sector = system.labels[k]
    amount = "null" if np.isnan(co2[k]) else f"{co2[k]:.6g} Mt"
    raise AccountsError(
        f"CO2 of {province} {sector} is {amount} {sentence} ({int(wrong.sum())} such sectors in all)",
        province,
        sector,
        float(co2[k]),
    )
