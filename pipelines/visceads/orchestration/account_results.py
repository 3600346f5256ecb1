"""All accounts of one table, computed once and shared by the tables that show them.

Belongs here: which results there are, and the order in which they are computed. Not here: the mathematics (`accounts`),
their layout (`account_sector_frames`, `account_province_frames`), limits of residuals (`account_tables`).
"""

from __future__ import annotations

from dataclasses import dataclass

from visceads.accounts.aggregation import aggregate_sectors, aggregate_table, aggregation_of, nation
from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.ghosh import DownstreamMultipliers, downstream_multipliers
from visceads.accounts.household_closure import (
    HouseholdClosure,
    Type2Multipliers,
    close_on_households,
    type2_multipliers,
)
from visceads.accounts.multiplier import FuelGroupIntensities, Multipliers, fuel_group_intensities, multipliers
from visceads.accounts.spillover import SplitMultipliers, split_multipliers
from visceads.accounts.system import InputOutputSystem, build_system
from visceads.orchestration.arrays import TableArrays


@dataclass(frozen=True)
class TableSystems:
    """One table as systems, whatever the CO2 basis.

    Attributes:
        arrays: the table as it was loaded.
        system: its 31 provinces.
        nation: all provinces summed to one, 42 sectors.
        closure: its households as sectors, one for each province.
    """

    arrays: TableArrays
    system: InputOutputSystem
    nation: InputOutputSystem
    closure: HouseholdClosure


@dataclass(frozen=True)
class BasisResults:
    """Results by sector of one table on one CO2 basis.

    Attributes:
        systems: the table.
        basis: `inventory` or `satellite`.
        emissions: its CO2, or None where the table has none.
        upstream: multipliers, what a sector's final demand sets in motion.
        type2: the same with induced household spending.
        split: the same by where it arises.
        downstream: what a sector's primary inputs enable.
        fuel_groups: CO2 intensities by group of fuels, None where the basis does not tell fuels.
    """

    systems: TableSystems
    basis: str
    emissions: Emissions | None
    upstream: Multipliers
    type2: Type2Multipliers
    split: SplitMultipliers
    downstream: DownstreamMultipliers
    fuel_groups: FuelGroupIntensities | None


def table_systems(arrays: TableArrays) -> TableSystems:
    """Build the systems of a table.

    Raises:
        AccountsError: if the table cannot be a productive input-output system, or not when closed on households.
    """
    system = build_system(arrays.table)
    whole = aggregate_table(arrays.table, aggregation_of(system.labels, provinces=nation(system.provinces)))
    column = arrays.provinces["household_import_m_cny"]
    # an empty cell of a row that the workbook has is zero; a row that it does not have is not known
    imports = None if column.null_count() == len(column) else column.fill_null(0.0).to_numpy()
    return TableSystems(arrays, system, build_system(whole), close_on_households(system, imports))


def results_on_basis(systems: TableSystems, basis: str) -> BasisResults:
    """Compute the results by sector on a CO2 basis; where the table does not have it, those of money alone."""
    arrays, system = systems.arrays, systems.system
    emissions = None
    if basis in arrays.co2_mt:
        emissions = build_emissions(system, arrays.co2_mt[basis], arrays.sectors_without_row(basis))
    groups = arrays.co2_by_fuel_group_mt if basis == "inventory" else {}
    return BasisResults(
        systems=systems,
        basis=basis,
        emissions=emissions,
        upstream=multipliers(system, emissions),
        type2=type2_multipliers(system, emissions, systems.closure),
        split=split_multipliers(system, emissions),
        downstream=downstream_multipliers(system, emissions),
        fuel_groups=fuel_group_intensities(system, emissions, groups) if emissions is not None and groups else None,
    )


def national_emissions(results: BasisResults) -> Emissions:
    """Return the CO2 of all provinces by sector of the nation; provinces without data count as 0.

    Raises:
        ValueError: if the table has no CO2.
    """
    if results.emissions is None:
        raise ValueError(f"table {results.systems.arrays.table_id} has no CO2 on the basis {results.basis}")
    system = results.systems.system
    aggregation = aggregation_of(system.labels, provinces=nation(system.provinces))
    co2 = aggregate_sectors(results.emissions.co2, aggregation)
    return build_emissions(results.systems.nation, co2, results.systems.arrays.sectors_without_row(results.basis))
