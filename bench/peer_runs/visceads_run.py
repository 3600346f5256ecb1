"""Our side of `bench.peers`: results and seconds of one table, in a process of its own.

Call: python visceads_run.py TABLE.npz RESULT.npz REPEATS. Prints one line of JSON; with 0 repeats nothing is timed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.machine import peak_mb, timed, versions

from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.extraction import extract_provinces, extract_sectors
from visceads.accounts.footprint import (
    embodied_flow_eebt,
    embodied_flow_mrio,
    embodied_flow_sector,
    province_footprints,
)
from visceads.accounts.ghosh import downstream_multipliers, enabled
from visceads.accounts.household_closure import close_on_households, type2_multipliers
from visceads.accounts.identity import identity_residuals
from visceads.accounts.inverse_identity import inverse_residuals
from visceads.accounts.linkage import Linkages, co2_linkages, linkages
from visceads.accounts.multiplier import multipliers, type1_ratios
from visceads.accounts.price import CarbonPrice, price_pass_through
from visceads.accounts.production_layer import province_production_layers
from visceads.accounts.spillover import split_by_province, split_multipliers
from visceads.accounts.supply_path import SupplyPaths, supply_paths
from visceads.accounts.system import F64, InputOutputSystem, InputOutputTable, build_system

CATEGORIES = ("FU101", "FU102", "FU103", "FU201", "FU202")
PATH_SHARE = 1e-5


def main() -> None:
    """Compute, time, write, print."""
    source, target, repeats = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    table, co2 = load(source)
    record: dict[str, object] = {"versions": versions("visceads", "numpy", "scipy")}
    if repeats:
        record |= timings(table, co2, repeats)
    record["peak_mb"] = peak_mb()
    np.savez(target, **results(table, co2))
    print(json.dumps(record))


def load(source: Path) -> tuple[InputOutputTable, F64]:
    """Return the table and the CO2 of its sectors."""
    with np.load(source) as data:
        parts = dict(data)
    provinces, sectors = parts.pop("provinces"), parts.pop("sectors")
    labels = tuple((str(province), str(sector)) for province in provinces for sector in sectors)
    categories = CATEGORIES[: parts["final_demand"].shape[2]]
    co2 = parts.pop("co2")
    return InputOutputTable(labels=labels, categories=categories, **parts), co2


def results(table: InputOutputTable, co2: F64) -> dict[str, F64]:
    """Return what is compared with the peers; sectors without output are NaN in the multipliers."""
    system = build_system(table)
    emissions = build_emissions(system, co2)
    result, flow = multipliers(system, emissions), embodied_flow_mrio(system, emissions)
    abroad = flow.export_mt + flow.error_mt
    traded = flow.co2_mt - np.diag(np.diag(flow.co2_mt))
    ghosh = np.where(system.active, enabled(system, system.active.astype(np.float64)), np.nan)
    return {
        "A": system.A,
        "L": system.leontief_inverse,
        "output multipliers": result.output,
        "value added multipliers": result.value_added,
        "import multipliers": result.imports,
        "CO2 total": result.co2_total_t_per_m_cny / 1e6,
        "Ghosh row sums": ghosh,
        "production account": flow.co2_mt.sum(axis=1) + abroad,
        "consumption account": province_footprints(system, emissions).consumption_mt,
        "embodied in sales to others": traded.sum(axis=1) + abroad,
        "embodied in purchases from others": traded.sum(axis=0),
    }


def timings(table: InputOutputTable, co2: F64, repeats: int) -> dict[str, object]:
    """Time every step from the arrays of the table on."""
    system = build_system(table)
    emissions = build_emissions(system, co2)
    active = system.active.astype(np.float64)
    linkages(system)  # forms L, which the warm step below starts from
    steps: dict[str, Callable[[], object]] = {
        "accounts": lambda: published_accounts(table, co2),
        "all accounts": lambda: all_accounts(table, co2),
        "linkages": lambda: linkages(build_system(table)),
        "linkages, L there": lambda: linkages(system),
        "linkages and split, L there": lambda: (linkages(system), split_by_province(system, active)),
    }
    measured = {name: timed(step, repeats)[1] for name, step in steps.items()}
    paths, measured["supply paths"] = timed(lambda: paths_of(system, emissions), repeats)
    return {
        "steps": {name: timing.record() for name, timing in measured.items()},
        "paths": {"share": PATH_SHARE, "found": len(paths.co2_mt), "coverage": paths.coverage},
    }


def published_accounts(table: InputOutputTable, co2: F64) -> InputOutputSystem:
    """What pymrio's calc_all gives: A, L, multipliers of money and CO2, production, consumption, embodied flows."""
    system = build_system(table)
    emissions = build_emissions(system, co2)
    multipliers(system, emissions)
    province_footprints(system, emissions)
    embodied_flow_mrio(system, emissions)
    embodied_flow_sector(system, emissions)
    _ = system.leontief_inverse
    return system


def all_accounts(table: InputOutputTable, co2: F64) -> Linkages:
    """Every account of one table and one CO2 basis except paths, and the identities."""
    system = published_accounts(table, co2)
    emissions = build_emissions(system, co2)
    upstream, downstream = multipliers(system, emissions), downstream_multipliers(system, emissions)
    type1_ratios(system, upstream)
    type2_multipliers(system, emissions, close_on_households(system, None))
    split_multipliers(system, emissions)
    co2_linkages(system, upstream, downstream)
    for sector_variant in ("total", "purchases", "sales"):
        extract_sectors(system, emissions, sector_variant)
    for province_variant in ("total", "external"):
        extract_provinces(system, emissions, province_variant)
    province_production_layers(system, emissions)
    price_pass_through(system, emissions, CarbonPrice(100.0))
    mrio, eebt = embodied_flow_mrio(system, emissions), embodied_flow_eebt(system, emissions)
    identity_residuals(system, upstream, province_footprints(system, emissions), mrio, eebt)
    inverse_residuals(system)
    return linkages(system)


def paths_of(system: InputOutputSystem, emissions: Emissions) -> SupplyPaths:
    """All supply paths of the whole demand above the threshold."""
    return supply_paths(system, emissions, system.demand, PATH_SHARE)


if __name__ == "__main__":
    main()
