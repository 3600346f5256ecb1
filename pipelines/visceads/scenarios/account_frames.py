"""Accounts of base and scenario, and their differences, laid out as frames.

Belongs here: which columns a result has, in which order and under which names. Not here: the mathematics (`accounts`),
words for people (`summary`), files (`result_folder`).

Columns have the names, units and meanings of the published tables. Differences are scenario - base, taken before
figures are rounded to the digits that are written; where nothing changed they are exactly zero. A figure that differs
from its base by less than the digits that are written (1e-12 of it) is that of the base: the rest is rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import polars as pl
import polars.selectors as cs

from visceads.accounts.footprint import ProvinceFootprints, province_footprints
from visceads.accounts.ict_effect import IctEffect
from visceads.accounts.null_reason import first_reason, missing_co2
from visceads.accounts.scenario_change import Economy
from visceads.accounts.scenario_comparison import AccountSummary, compare
from visceads.accounts.system import F64
from visceads.scenarios.published_table import PublishedTable

SECTOR_KEY = ("table_id", "province_code", "sector_code", "co2_basis")
PROVINCE_KEY = ("table_id", "province_code", "co2_basis")

ROUNDING = 1e-12
"""Below this share of the base a difference is rounding."""

FOOTPRINT_COLUMNS = (
    "production_mt",
    "consumption_mt",
    "income_mt",
    "import_enabled_mt",
    "export_mt",
    "error_mt",
    "stranded_mt",
    "household_mt",
    "net_transfer_mt",
)
"""Columns of accounts.province_footprint that a scenario has too."""


@dataclass(frozen=True)
class AccountFrames:
    """One kind of account three times, with equal rows and columns.

    Attributes:
        base: as published.
        scenario: with the changes.
        difference: scenario - base; null where either is null.
    """

    base: pl.DataFrame
    scenario: pl.DataFrame
    difference: pl.DataFrame


def account_frames(table: PublishedTable, changed: Economy) -> tuple[AccountFrames, AccountFrames]:
    """Return the accounts of sectors and of provinces, unrounded and sorted by key.

    Sectors: gross output, value added, CO2 (`co2_mt`) and the CO2 embodied in all provinces' final demand for the
    product (`final_demand_co2_mt`). Provinces: gross output, value added and the columns of
    accounts.province_footprint; direct CO2 of households is that of the base, no scenario changes it.

    Args:
        table: the base.
        changed: what `apply_scenario` returned for it.
    """
    base = table.economy
    comparison = compare(base, changed)
    footprints = _footprints(base, table.household_mt)
    # nothing changed: the same accounts, not the same sums once more
    is_same = changed.system is base.system and changed.emissions is base.emissions
    new_footprints = footprints if is_same else _footprints(changed, table.household_mt)
    sectors = _compared(
        _sector_frame(table, comparison.base), _sector_frame(table, comparison.scenario), list(SECTOR_KEY)
    )
    provinces = _compared(
        _province_frame(table, comparison.base, footprints),
        _province_frame(table, comparison.scenario, new_footprints),
        list(PROVINCE_KEY),
    )
    return sectors, provinces


def ict_frames(table: PublishedTable, effect: IctEffect) -> dict[str, pl.DataFrame]:
    """Return an ICT effect as frames: the terms, the rebound by share, the ICT products bought more.

    Every one of them carries the tier stamp.
    """
    stamp = {"table_id": table.table_id, "co2_basis": table.co2_basis, "tier": effect.tier}
    stamp["public_use"] = effect.public_use
    statement = {item.name: getattr(effect.statement, item.name) for item in fields(effect.statement)}
    statement["ict_sectors"] = "|".join(effect.statement.ict_sectors)
    terms = {
        name: getattr(effect, name)
        for name in (
            "first_order_mt",
            "gross_second_order_mt",
            "net_second_order_mt",
            "actual_reduction_mt",
            "smaller_increase_mt",
            "saving_m_cny",
            "household_intensity_t_per_m_cny",
            "break_even_share",
        )
    }
    labels = table.economy.system.labels
    rows = [k for k, (_, sector) in enumerate(labels) if sector in effect.statement.ict_sectors]
    reason = pl.Series("null_reason", [effect.rebound_reason], dtype=pl.String)
    frames = {
        "ict_effect": pl.DataFrame([{**stamp, **terms, **statement}]).with_columns(reason),
        "ict_rebound": pl.DataFrame(
            [{**stamp, "spent_share": rebound.spent_share, "net_mt": rebound.net_mt} for rebound in effect.rebounds]
        ),
        "ict_purchase": pl.DataFrame(
            [
                {
                    **stamp,
                    "province_code": p,
                    "sector_code": s,
                    "ict_purchase_m_cny": float(effect.ict_purchase_m_cny[k]),
                }
                for k, (p, s) in ((k, labels[k]) for k in rows)
            ]
        ).sort("province_code", "sector_code"),
    }
    return {name: _nulls(frame).with_columns(pl.col("tier").cast(pl.Int32)) for name, frame in frames.items()}


def _footprints(economy: Economy, household_mt: F64) -> ProvinceFootprints | None:
    if economy.emissions is None:
        return None
    return province_footprints(economy.system, economy.emissions, household_mt)


def _sector_frame(table: PublishedTable, account: AccountSummary) -> pl.DataFrame:
    system, emissions = table.economy.system, table.economy.emissions
    provinces, sectors = zip(*system.labels, strict=True)
    key = {"table_id": [table.table_id] * len(provinces), "province_code": provinces, "sector_code": sectors}
    key["co2_basis"] = [table.co2_basis] * len(provinces)
    columns: Mapping[str, F64] = {
        "gross_output_m_cny": account.output_m_cny,
        "value_added_m_cny": account.value_added_m_cny,
        "co2_mt": account.co2_production_mt,
        "final_demand_co2_mt": account.co2_consumption_mt,
    }
    reason = pl.Series("null_reason", first_reason(missing_co2(system, emissions)), dtype=pl.String)
    return _nulls(pl.DataFrame({**key, **columns})).with_columns(reason)


def _province_frame(
    table: PublishedTable, account: AccountSummary, footprints: ProvinceFootprints | None
) -> pl.DataFrame:
    provinces = table.economy.system.provinces
    nothing = np.full(len(provinces), np.nan)
    columns: Mapping[str, F64] = {
        "gross_output_m_cny": account.province_output_m_cny,
        "value_added_m_cny": account.province_value_added_m_cny,
        **{name: nothing if footprints is None else getattr(footprints, name) for name in FOOTPRINT_COLUMNS},
    }
    reasons = ("no_inventory",) * len(provinces) if footprints is None else footprints.null_reason
    missing = () if footprints is None else footprints.provinces_without_inventory
    key = {"table_id": [table.table_id] * len(provinces), "province_code": provinces}
    key["co2_basis"] = [table.co2_basis] * len(provinces)
    return _nulls(pl.DataFrame({**key, **columns})).with_columns(
        pl.lit("XZ" in missing).alias("excludes_tibet"), pl.Series("null_reason", reasons, dtype=pl.String)
    )


def _compared(base: pl.DataFrame, scenario: pl.DataFrame, key: list[str]) -> AccountFrames:
    names = base.select(cs.float()).columns
    pairs = base.hstack(scenario.select(pl.col(name).alias(f"{name} of scenario") for name in names))
    changed = base.with_columns(pairs.select(_without_rounding(name) for name in names))
    difference = base.with_columns(changed[name] - base[name] for name in names)
    return AccountFrames(base.sort(key), changed.sort(key), difference.sort(key))


def _without_rounding(name: str) -> pl.Expr:
    base, scenario = pl.col(name), pl.col(f"{name} of scenario")
    is_rounding = (scenario - base).abs() <= ROUNDING * base.abs()
    return pl.when(is_rounding).then(base).otherwise(scenario).alias(name)


def _nulls(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(cs.float().fill_nan(None))
