"""The accounts of one table id as published tables, with the residuals of the identities that they must obey.

Belongs here: which table is made by which layout, on which bases, and what a residual may be. Not here: the columns
(`account_sector_frames`, `account_province_frames`), the mathematics (`accounts`) and Dagster.

To add a table: give it a layout and a row below; its contract, its asset and its mart follow from its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from visceads.accounts.identity import identity_residuals, sector_flow_residuals
from visceads.accounts.inverse_identity import inverse_residuals, split_residuals
from visceads.accounts.system import InputOutputSystem
from visceads.orchestration.account_chain_frames import (
    ChainResults,
    chain_results,
    layer_residuals,
    path_residuals,
    price_frame,
    price_residuals,
    production_layer_frame,
    supply_path_frame,
)
from visceads.orchestration.account_province_frames import (
    ProvinceResults,
    embodied_flow_frame,
    embodied_flow_sector_frame,
    footprint_frame,
    province_results,
)
from visceads.orchestration.account_results import BasisResults, TableSystems, results_on_basis, table_systems
from visceads.orchestration.account_sector_frames import (
    co2_linkage_frame,
    extraction_frame,
    linkage_frame,
    multiplier_frame,
)
from visceads.orchestration.arrays import TableArrays

WITHOUT_BASIS: Mapping[str, Callable[[TableSystems], pl.DataFrame]] = {"accounts.linkage": linkage_frame}
"""Tables of money alone."""

BY_BASIS: Mapping[str, Callable[[BasisResults], pl.DataFrame]] = {
    "accounts.multiplier": multiplier_frame,
    "accounts.extraction": extraction_frame,
}
"""Tables of money and CO2: a table without CO2 has them too, with the CO2 columns null."""

BY_CO2_BASIS: Mapping[str, Callable[[BasisResults], pl.DataFrame]] = {"accounts.co2_linkage": co2_linkage_frame}
"""Tables of CO2 by sector, which a table without CO2 does not have."""

BY_PROVINCE: Mapping[str, Callable[[ProvinceResults], pl.DataFrame]] = {
    "accounts.province_footprint": footprint_frame,
    "accounts.embodied_flow": embodied_flow_frame,
    "accounts.embodied_flow_sector": embodied_flow_sector_frame,
}
"""Tables of CO2 by province, which a table without CO2 does not have."""

BY_CHAIN: Mapping[str, Callable[[ChainResults], pl.DataFrame]] = {
    "accounts.production_layer": production_layer_frame,
    "accounts.supply_path": supply_path_frame,
    "accounts.price_pass_through": price_frame,
}
"""Tables of CO2 along chains of suppliers, which a table without CO2 does not have."""

ACCOUNT_TABLES = tuple(sorted((*WITHOUT_BASIS, *BY_BASIS, *BY_CO2_BASIS, *BY_PROVINCE, *BY_CHAIN)))

IDENTITIES, INVERSES, PARTS = "identities", "inverses", "parts_add_up"
LAYERS, PATHS, PRICES = "layers_add_up", "paths_within_footprint", "prices_add_up"
CHECKS: Mapping[str, tuple[str, str]] = {
    IDENTITIES: (
        "accounts.province_footprint",
        "Production = consumption + exports + error, and the other accounting identities.",
    ),
    INVERSES: (
        "accounts.linkage",
        "Rows and columns of the Leontief and of the Ghosh inverse: L = I + A L; nothing below 0, no diagonal below 1.",
    ),
    PARTS: (
        "accounts.multiplier",
        "Own and other provinces, and the groups of fuels, add up to the multipliers; sectors add up to flows.",
    ),
    LAYERS: ("accounts.production_layer", "Layers and the rest add up to the CO2 embodied in the demand."),
    PATHS: ("accounts.supply_path", "The listed paths of a demand carry no more than is embodied in it."),
    PRICES: ("accounts.price_pass_through", "Own carbon cost and that of suppliers add up to the rise of the price."),
}
"""Check -> the table that it stands at, and what it holds."""

LARGEST_RESIDUAL = 1e-9
"""Accounting identities of results, relative to the total, where the table balances."""

LARGEST_TABLE_RESIDUAL = 5e-3
"""Balances of the table itself: readers accept 1e-3 of a sector's output, and the chain of suppliers multiplies it."""

IMBALANCE_SPREAD = 100.0
"""How far an imbalance may spread in CO2: intensities of sectors differ by about that factor from the mean."""


@dataclass(frozen=True)
class AccountTables:
    """The accounts of one table id.

    Attributes:
        frames: `accounts.<table>` -> its rows; a table without any CO2 has no frame where CO2 is all there is.
        residuals: check -> identity -> residual as a multiple of what is allowed: 1 is the limit.
    """

    frames: dict[str, pl.DataFrame]
    residuals: dict[str, dict[str, float]]


def account_tables(arrays: TableArrays, carbon_price_cny_per_t: float = 100.0) -> AccountTables:
    """Compute the accounts of one table on every CO2 basis that it has.

    Args:
        arrays: the table.
        carbon_price_cny_per_t: the price of `accounts.price_pass_through`, yuan per tonne.

    Raises:
        AccountsError: if the table cannot be a productive input-output system, or not when closed on households.
    """
    systems = table_systems(arrays)
    parts = {name: [layout(systems)] for name, layout in WITHOUT_BASIS.items()}
    allowed_by_table = _allowed(systems.system)
    residuals: dict[str, dict[str, float]] = {check: {} for check in CHECKS}
    _keep_largest(residuals[INVERSES], inverse_residuals(systems.system), {})
    # a table without CO2 has its money accounts still, under the basis that is asked for first
    for basis in arrays.co2_mt or ("inventory",):
        results = results_on_basis(systems, basis)
        gaps = split_residuals(results.upstream, results.split, results.fuel_groups)
        _keep_largest(residuals[PARTS], gaps, {})
        frames = {name: layout(results) for name, layout in BY_BASIS.items()}
        if results.emissions is not None:
            own = province_results(results)
            frames |= {name: layout(results) for name, layout in BY_CO2_BASIS.items()}
            frames |= {name: layout(own) for name, layout in BY_PROVINCE.items()}
            chains = chain_results(results, carbon_price_cny_per_t)
            frames |= {name: layout(chains) for name, layout in BY_CHAIN.items()}
            _keep_largest(residuals[LAYERS], layer_residuals(chains), {})
            _keep_largest(residuals[PATHS], path_residuals(chains), {})
            _keep_largest(residuals[PRICES], price_residuals(chains), {})
            _keep_largest(residuals[PARTS], sector_flow_residuals(systems.system, own.by_sector_mt, own.mrio), {})
            gaps = identity_residuals(systems.system, results.upstream, own.footprints, own.mrio, own.eebt)
            _keep_largest(residuals[IDENTITIES], gaps, dict.fromkeys(gaps, allowed_by_table) | _OF_TABLE)
        for name, frame in frames.items():
            parts.setdefault(name, []).append(frame)
    return AccountTables({name: pl.concat(frames) for name, frames in parts.items()}, residuals)


_OF_TABLE = dict.fromkeys(
    ("row_balance", "column_balance", "quantity_model", "demand_equals_primary_inputs", "unit_cost"),
    LARGEST_TABLE_RESIDUAL,
)
"""Residuals of the table itself -> what they may be."""


def _keep_largest(kept: dict[str, float], gaps: Mapping[str, float], allowed: Mapping[str, float]) -> None:
    """Take residuals over, as multiples of what is allowed, where they are larger than those of another basis."""
    for name, gap in gaps.items():
        kept[name] = max(gap / allowed.get(name, LARGEST_RESIDUAL), kept.get(name, 0.0))


def _allowed(system: InputOutputSystem) -> float:
    """What residuals of CO2 accounts may be.

    A table is accepted with rows and columns that miss by up to 1e-3 of a sector's output; what is computed from it can
    then add up only as well as it does. In a table that balances, results add up to 1e-9.
    """
    rows = system.Z.sum(axis=1) + system.demand - system.x
    columns = system.Z.sum(axis=0) + system.imports + system.value_added_total - system.x
    imbalance = float((np.abs(rows).sum() + np.abs(columns).sum()) / system.x.sum())
    return max(LARGEST_RESIDUAL, IMBALANCE_SPREAD * imbalance)
