"""Results by province as tables: footprints, and CO2 embodied in trade between provinces.

Belongs here: their columns. Not here: results by sector (`account_sector_frames`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from visceads.accounts.emissions import TONNES_PER_MEGATONNE
from visceads.accounts.footprint import (
    EmbodiedFlow,
    ProvinceFootprints,
    embodied_flow_eebt,
    embodied_flow_mrio,
    embodied_flow_sector,
    province_footprints,
)
from visceads.accounts.system import F64
from visceads.orchestration.account_results import BasisResults
from visceads.orchestration.layout import province_key, quotient, sector_key, table_frame, texts

TIBET = "XZ"
PERSONS_PER_10K = 1e4

CATEGORY_COLUMNS = {
    "FU101": "consumption_rural_household_mt",
    "FU102": "consumption_urban_household_mt",
    "FU103": "consumption_government_mt",
    "FU201": "consumption_fixed_capital_mt",
    "FU202": "consumption_inventory_change_mt",
}
"""Final demand category -> the column that holds the CO2 embodied in it."""


@dataclass(frozen=True)
class ProvinceResults:
    """Results by province of one table on one CO2 basis.

    Attributes:
        results: those by sector.
        footprints: production, consumption and income.
        mrio: flows to the final user.
        eebt: flows at the first border.
        by_sector_mt: (n, R) flows to the final user by sector of origin, NaN where the origin has no CO2 data.
    """

    results: BasisResults
    footprints: ProvinceFootprints
    mrio: EmbodiedFlow
    eebt: EmbodiedFlow
    by_sector_mt: F64


def province_results(results: BasisResults) -> ProvinceResults:
    """Compute the results by province.

    Raises:
        ValueError: if the table has no CO2 on the basis.
    """
    system, arrays, emissions = results.systems.system, results.systems.arrays, results.emissions
    if emissions is None:
        raise ValueError(f"table {arrays.table_id} has no CO2 on the basis {results.basis}")
    # households' own emissions are known from the inventory; the satellite row leaves them out
    households = arrays.by_province("household_mt") if results.basis == "inventory" else None
    return ProvinceResults(
        results=results,
        footprints=province_footprints(system, emissions, households),
        mrio=embodied_flow_mrio(system, emissions),
        eebt=embodied_flow_eebt(system, emissions),
        by_sector_mt=embodied_flow_sector(system, emissions),
    )


def footprint_frame(own: ProvinceResults) -> pl.DataFrame:
    """Return `accounts.province_footprint` of one table on one CO2 basis."""
    footprints, systems = own.footprints, own.results.systems
    by_category = dict(zip(systems.system.categories, footprints.consumption_by_category_mt.T, strict=True))
    eebt = own.eebt.consumption_mt
    columns = {
        "production_mt": footprints.production_mt,
        "consumption_mt": footprints.consumption_mt,
        "income_mt": footprints.income_mt,
        "import_enabled_mt": footprints.import_enabled_mt,
        "export_mt": footprints.export_mt,
        "error_mt": footprints.error_mt,
        "stranded_mt": footprints.stranded_mt,
        "household_mt": footprints.household_mt,
        "net_transfer_mt": footprints.net_transfer_mt,
        "inflow_from_provinces_mt": own.mrio.inflow_mt,
        "outflow_to_provinces_mt": own.mrio.outflow_mt,
        "consumption_eebt_mt": eebt,
        "accounting_gap_mt": footprints.consumption_mt - eebt,
        **{CATEGORY_COLUMNS[category]: values for category, values in by_category.items()},
        "excludes_tibet": np.full(len(eebt), TIBET in footprints.provinces_without_inventory),
        "null_reason": texts(footprints.null_reason),
    }
    key = province_key(systems.system)
    return table_frame(_constants(own), key | columns | _intensities(own) | _sources(own))


def embodied_flow_frame(own: ProvinceResults) -> pl.DataFrame:
    """Return `accounts.embodied_flow` of one table on one CO2 basis, by both accountings."""
    provinces = texts(own.results.systems.system.provinces)
    r = len(provinces)
    key = {
        "origin_province_code": provinces.gather(np.repeat(np.arange(r), r)),
        "destination_province_code": provinces.gather(np.tile(np.arange(r), r)),
    }
    parts = [
        table_frame(_constants(own) | {"accounting": flow.accounting}, key | {"co2_mt": flow.co2_mt.ravel()})
        for flow in (own.mrio, own.eebt)
    ]
    return pl.concat(parts).drop_nulls("co2_mt")


def embodied_flow_sector_frame(own: ProvinceResults) -> pl.DataFrame:
    """Return `accounts.embodied_flow_sector` of one table on one CO2 basis: what is not zero."""
    system = own.results.systems.system
    flows = np.nan_to_num(own.by_sector_mt)
    origin, destination = np.nonzero(flows)
    columns = {f"origin_{name}": labels.gather(origin) for name, labels in sector_key(system).items()}
    columns |= {f"destination_{name}": labels.gather(destination) for name, labels in province_key(system).items()}
    return table_frame(_constants(own), columns | {"co2_mt": pl.Series(flows[origin, destination])})


def _constants(own: ProvinceResults) -> dict[str, str]:
    return {"table_id": own.results.systems.arrays.table_id, "co2_basis": own.results.basis}


def _intensities(own: ProvinceResults) -> dict[str, object]:
    """Accounts per head and per GDP of the table's year, tonnes."""
    arrays, footprints = own.results.systems.arrays, own.footprints
    gdp, persons = arrays.by_province("gdp_m_cny"), PERSONS_PER_10K * arrays.by_province("population_10k")
    amounts = {
        "production": footprints.production_mt,
        "consumption": footprints.consumption_mt,
        "income": footprints.income_mt,
        "household": footprints.household_mt,
    }
    columns: dict[str, object] = {
        "gdp_m_cny": arrays.provinces["gdp_m_cny"],
        "population_10k": arrays.provinces["population_10k"],
        "denominator_source": arrays.provinces["denominator_source"],
    }
    for name, megatonnes in amounts.items():
        columns[f"{name}_t_per_head"] = quotient(TONNES_PER_MEGATONNE * megatonnes, persons)
        columns[f"{name}_t_per_m_cny"] = quotient(TONNES_PER_MEGATONNE * megatonnes, gdp)
    return columns


def _sources(own: ProvinceResults) -> dict[str, object]:
    """The releases and the split rule that the row rests on; the satellite row rests on no inventory."""
    provinces = own.results.systems.arrays.provinces
    columns: dict[str, object] = {"release_id": provinces["release_id"]}
    for name in ("inventory_release_id", "split_rule"):
        missing = pl.repeat(None, provinces.height, dtype=pl.String, eager=True)
        columns[name] = provinces[name] if own.results.basis == "inventory" else missing
    return columns
