"""Layers, paths, prices, scenarios and decomposition on the provincial table of 2012 with its CO2 satellite.

The workbook is reconstructed (largest cells real, others synthetic): the figures check arithmetic, they are no facts
about China.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from visceads import codes
from visceads.accounts.aggregation import (
    aggregate_sectors,
    aggregate_table,
    aggregation_of,
    harmonised_sectors,
)
from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.ict_effect import ict_effect
from visceads.accounts.price import CarbonPrice, price_pass_through
from visceads.accounts.production_layer import province_production_layers
from visceads.accounts.scenario import parse_scenario
from visceads.accounts.scenario_change import Economy, apply_scenario
from visceads.accounts.scenario_comparison import compare
from visceads.accounts.structural_decomposition import (
    FORMS,
    Period,
    structural_decomposition,
    technology_by_purchaser,
)
from visceads.accounts.supply_path import supply_paths
from visceads.accounts.system import VALUE_ADDED_CODES, InputOutputSystem, InputOutputTable, build_system
from visceads.workbooks.mrio import MrioReading

pytestmark = pytest.mark.real_data

CATEGORIES = ("FU101", "FU102", "FU103", "FU201", "FU202")
SCENARIOS = sorted((Path(__file__).resolve().parents[3] / "scenarios").glob("*.yaml"))


@pytest.fixture(scope="module")
def base(real_mrio: Callable[[int], MrioReading]) -> Economy:
    (reading,) = real_mrio(2012).tables
    arrays, provinces = reading.arrays, codes.province_codes()
    sectors = codes.sector_codes(reading.classification)
    system = build_system(
        InputOutputTable(  # the workbook counts in 10k yuan
            labels=tuple((province, sector) for province in provinces for sector in sectors),
            categories=CATEGORIES,
            Z=arrays.flows / 100,
            x=arrays.gross_output / 100,
            final_demand=arrays.final_demand.reshape(-1, len(provinces), len(CATEGORIES)) / 100,
            exports=arrays.row_items["EX"] / 100,
            error=arrays.row_items["ERR"] / 100,
            imports=arrays.column_items["IM"] / 100,
            value_added=np.array([arrays.column_items[code] for code in VALUE_ADDED_CODES]) / 100,
        )
    )
    return Economy(system, build_emissions(system, arrays.column_items["CO2"]))


@pytest.fixture(scope="module")
def system(base: Economy) -> InputOutputSystem:
    return base.system


@pytest.fixture(scope="module")
def emissions(base: Economy) -> Emissions:
    assert base.emissions is not None
    return base.emissions


def test_layers(system: InputOutputSystem, emissions: Emissions) -> None:
    layers = province_production_layers(system, emissions)
    sums = layers.layer_mt.sum(axis=0) + layers.rest_mt
    np.testing.assert_allclose(sums, layers.total_mt, rtol=1e-12)
    assert layers.total_mt[-1] == pytest.approx(9340.9904, abs=0.6e-3)  # the satellite, less what is stranded
    assert 0.990 <= layers.cumulative_share[-1, -1] <= 0.997


def test_no_path_is_missed(system: InputOutputSystem, emissions: Emissions) -> None:
    paths = supply_paths(system, emissions, system.demand)
    assert 0.5 < paths.coverage < 0.6
    assert not paths.reached_longest
    # Every amount again from its sectors.
    amount = system.demand[paths.nodes[np.arange(len(paths.links)), paths.links]]
    for place in range(paths.nodes.shape[1] - 1):
        on = paths.links > place
        amount[on] *= system.A[paths.nodes[on, place], paths.nodes[on, place + 1]]
    np.testing.assert_allclose(paths.co2_mt, emissions.f[paths.nodes[:, 0]] * amount, rtol=1e-12)
    # All paths of up to two links, without any bound.
    f, A, d, least = emissions.f, system.A, system.demand, paths.threshold_mt
    one = A * d
    counts = [(f * np.abs(d) >= least).sum(), (f[:, None] * np.abs(one) >= least).sum(), 0]
    for k in range(len(f)):  # paths of two links that pass through k
        strongest = np.sort(f * A[:, k])
        counts[2] += (len(f) - np.searchsorted(strongest, least / np.abs(one[k][one[k] != 0]))).sum()
    np.testing.assert_array_equal(np.bincount(paths.links)[:3], counts)


def test_what_the_price_takes_is_borne(system: InputOutputSystem, emissions: Emissions) -> None:
    half = np.full(len(system.x), 0.5)
    for price in (CarbonPrice(50.0), CarbonPrice(50.0, pass_through=half)):
        result = price_pass_through(system, emissions, price)
        borne = result.burden_m_cny.sum() + result.export_burden_m_cny + result.error_burden_m_cny
        carried = (emissions.f * system.x).sum()
        assert borne + result.absorbed_m_cny.sum() == pytest.approx(50 * carried, rel=1e-12)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_shipped_scenarios(base: Economy, file: Path) -> None:
    scenario = parse_scenario(yaml.safe_load(file.read_text(encoding="utf-8")))
    changed = apply_scenario(base.system, base.emissions, scenario)
    after = changed.system
    scale = base.system.x.sum()
    assert np.abs(after.Z.sum(axis=1) + after.demand - after.x).max() <= 1e-9 * scale
    bought = after.Z.sum(axis=0) + after.imports + after.value_added_total
    assert np.abs(bought - after.x).max() <= 1e-9 * scale
    difference = compare(base, changed).difference
    assert np.nansum(difference.co2_production_mt) < 0
    assert (difference.output_m_cny[~base.system.active] == 0).all()
    if scenario.ict is not None:
        effect = ict_effect(base, changed, scenario.ict)
        assert effect.first_order_mt > 0 > effect.gross_second_order_mt
        assert effect.net_second_order_mt == pytest.approx(np.nansum(difference.co2_production_mt), rel=1e-9)


def test_decomposition_of_a_known_change(base: Economy) -> None:
    # On harmonised sectors: intensity of power -30 %, demand for construction -10 %; technology and people stay.
    both = {
        "name": "both",
        "title": "Power and construction",
        "changes": [
            {"change": "intensity", "provinces": "all", "sectors": "power_heat", "percent": -30},
            {
                "change": "final_demand",
                "seller_provinces": "all",
                "seller_sectors": "construction",
                "buyer_provinces": "all",
                "categories": "all",
                "percent": -10,
            },
        ],
    }
    map_ = aggregation_of(base.system.labels, sectors=harmonised_sectors("2012"))
    system = build_system(aggregate_table(base.system, map_))
    assert len(system.x) == 41 * 31
    emissions = build_emissions(system, aggregate_sectors(base.emissions.co2, map_))
    changed = apply_scenario(system, emissions, parse_scenario(both))
    people = np.linspace(300, 9000, 31)
    periods = Period(system, emissions, people), Period(changed.system, changed.emissions, people)
    result = structural_decomposition(*periods)
    total = result.start_mt.sum()
    for form in FORMS:
        effects = result.effect_mt[form]
        np.testing.assert_allclose(effects.sum(axis=0), result.end_mt - result.start_mt, atol=1e-12 * total)
        np.testing.assert_allclose(effects[[1, 4]], 0, atol=1e-10)
        assert (effects[[0, 3]].sum(axis=(1, 2)) < 0).all()
    np.testing.assert_allclose(technology_by_purchaser(*periods), 0, atol=1e-10)
