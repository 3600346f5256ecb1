"""The provincial table of 2012 on its CO2 satellite: regression figures, all printed digits.

The workbook is reconstructed (largest cells real, others synthetic): the figures check arithmetic, they are
no facts about China.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from visceads import codes
from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.footprint import embodied_flow_eebt, embodied_flow_mrio, province_footprints
from visceads.accounts.identity import identity_residuals
from visceads.accounts.multiplier import Multipliers, multipliers
from visceads.accounts.system import (
    VALUE_ADDED_CODES,
    InputOutputSystem,
    InputOutputTable,
    build_system,
    spectral_radius,
)
from visceads.workbooks.mrio import MrioReading

pytestmark = pytest.mark.real_data

CATEGORIES = ("FU101", "FU102", "FU103", "FU201", "FU202")


@pytest.fixture(scope="module")
def table_and_co2(real_mrio: Callable[[int], MrioReading]) -> tuple[InputOutputTable, np.ndarray]:
    (reading,) = real_mrio(2012).tables
    arrays, provinces = reading.arrays, codes.province_codes()
    sectors = codes.sector_codes(reading.classification)
    components = np.array([arrays.column_items[code] for code in VALUE_ADDED_CODES])
    table = InputOutputTable(  # the workbook counts in 10k yuan
        labels=tuple((province, sector) for province in provinces for sector in sectors),
        categories=CATEGORIES,
        Z=arrays.flows / 100,
        x=arrays.gross_output / 100,
        final_demand=arrays.final_demand.reshape(-1, len(provinces), len(CATEGORIES)) / 100,
        exports=arrays.row_items["EX"] / 100,
        error=arrays.row_items["ERR"] / 100,
        imports=arrays.column_items["IM"] / 100,
        value_added=components / 100,
    )
    return table, arrays.column_items["CO2"]


@pytest.fixture(scope="module")
def system(table_and_co2: tuple[InputOutputTable, np.ndarray]) -> InputOutputSystem:
    return build_system(table_and_co2[0])


@pytest.fixture(scope="module")
def satellite(table_and_co2: tuple[InputOutputTable, np.ndarray], system: InputOutputSystem) -> Emissions:
    return build_emissions(system, table_and_co2[1])


@pytest.fixture(scope="module")
def result(system: InputOutputSystem, satellite: Emissions) -> Multipliers:
    return multipliers(system, satellite)


def test_the_table(system: InputOutputSystem) -> None:
    tibet = system.block(system.provinces.index("XZ"))
    assert int((~system.active).sum()) == 29
    assert int((~system.active[tibet]).sum()) == 12
    assert system.x.sum() / 1e6 == pytest.approx(168.6723, abs=0.6e-4)
    assert np.count_nonzero(system.Z) == 1_459_063
    assert int((system.final_demand < 0).sum()) == 86
    assert spectral_radius(system.A) == pytest.approx(0.637342, abs=0.6e-6)
    assert system.A.sum(axis=0).max() == pytest.approx(0.7800, abs=0.6e-4)
    assert 1 / system.reciprocal_condition == pytest.approx(6.40, abs=0.006)


def test_output_multipliers(system: InputOutputSystem, result: Multipliers) -> None:
    assert np.nanmean(result.output) == pytest.approx(2.486413, abs=0.6e-6)
    largest = int(np.nanargmax(result.output))
    assert result.output[largest] == pytest.approx(3.594769, abs=0.6e-6)
    assert system.labels[largest] == ("SD", codes.sector_codes("2012")[17])
    assert int(np.isnan(result.output).sum()) == 29


def test_footprints(system: InputOutputSystem, satellite: Emissions) -> None:
    accounts = province_footprints(system, satellite)
    mrio, eebt = embodied_flow_mrio(system, satellite), embodied_flow_eebt(system, satellite)
    gd = system.provinces.index("GD")
    expected = [
        (accounts.production_mt.sum(), 9340.9904),
        (accounts.consumption_mt.sum(), 7212.5998),
        (accounts.export_mt.sum(), 2132.7663),
        (accounts.error_mt.sum(), -4.3758),
        (accounts.income_mt.sum(), 8206.5774),
        (accounts.import_enabled_mt.sum(), 1134.4130),
        (mrio.interprovincial_mt, 3967.6792),
        (eebt.interprovincial_mt, 4825.0530),
        (eebt.export_mt.sum(), 1347.1997),
        (eebt.error_mt.sum(), -2.0770),
        (accounts.production_mt[gd], 482.5639),
        (accounts.consumption_mt[gd], 521.4135),
        (eebt.consumption_mt[gd], 608.4320),
    ]
    ours, printed = zip(*expected, strict=True)
    np.testing.assert_allclose(ours, printed, atol=0.6e-4)


@pytest.mark.parametrize("with_tibet", [True, False])
def test_identities(
    table_and_co2: tuple[InputOutputTable, np.ndarray], system: InputOutputSystem, with_tibet: bool
) -> None:
    co2 = table_and_co2[1].copy()
    if not with_tibet:
        co2[system.block(system.provinces.index("XZ"))] = np.nan
    emissions = build_emissions(system, co2)
    residuals = identity_residuals(
        system,
        multipliers(system, emissions),
        province_footprints(system, emissions),
        embodied_flow_mrio(system, emissions),
        embodied_flow_eebt(system, emissions),
    )
    assert {name: value for name, value in residuals.items() if value > 1e-12} == {}
