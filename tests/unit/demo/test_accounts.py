"""The invented accounts beside the inventories: each holds its identities and agrees with what it comes from."""

from __future__ import annotations

import numpy as np
import pytest

from visceads import codes
from visceads.demo.apparent import ITEMS, ZERO_CODED, synthetic_apparent
from visceads.demo.city import CITIES, synthetic_cities
from visceads.demo.energy import EMISSION_FACTORS, TRANSFORMATION_ROWS, synthetic_energy
from visceads.demo.inventory import (
    EDITION_FACTORS,
    NATIONAL_SHARE,
    national_inventory,
    older_edition,
    synthetic_inventory,
)
from visceads.demo.mrio_table import synthetic_table
from visceads.demo.national_table import synthetic_national_table
from visceads.demo.release import APPARENT_YEARS, ENERGY_YEAR, INVENTORY_YEARS, NATIONAL_TABLE, SERIES_YEARS

ROWS = codes.inventory_codes()


# --- nation and older edition --------------------------------------------------------------------------


@pytest.mark.parametrize("year", INVENTORY_YEARS)
def test_nation_is_a_given_share_of_the_provinces_cell_by_cell(year) -> None:
    inventory = synthetic_inventory(year)
    provinces, nation = inventory.co2_t.sum(axis=0), national_inventory(inventory)
    assert nation.shape == (47, 18)
    assert np.abs(nation - NATIONAL_SHARE * provinces).max() <= 0.5
    assert 0.9 < nation.sum() / provinces.sum() < 1


def test_older_edition_differs_in_one_fuel_of_four_provinces() -> None:
    current = synthetic_inventory(2015)
    older = older_edition(current)
    differing = np.argwhere(older.co2_t != current.co2_t)
    found = {(current.provinces[p], current.fuel_codes[f]) for p, _, f in differing}
    assert found == {(province, fuel) for province, (fuel, _) in EDITION_FACTORS.items()}
    totals = older.co2_t.sum(axis=(1, 2)) / current.co2_t.sum(axis=(1, 2))
    assert (totals != 1).sum() == len(EDITION_FACTORS)
    assert np.abs(totals - 1).max() < 0.03
    np.testing.assert_array_equal(current.co2_t, synthetic_inventory(2015).co2_t)  # the current one is left alone


# --- energy --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def energy() -> dict[str, np.ndarray]:
    """Row code -> 30 x 20 hundredths."""
    made = synthetic_energy(ENERGY_YEAR)
    return dict(zip(made.row_codes, np.moveaxis(made.hundredths, 1, 0), strict=True))


def test_energy_sums_hold_in_whole_hundredths(energy) -> None:
    np.testing.assert_array_equal(energy["total_final_consumption"], sum(energy[row] for row in ROWS))
    np.testing.assert_array_equal(energy["transformation"], sum(energy[row] for row in TRANSFORMATION_ROWS))
    both = energy["total_final_consumption"] + energy["transformation"]
    np.testing.assert_array_equal(energy["total_consumption"], both)
    assert not energy["memo_coke_input"].any()  # it stands among the transformations, and is none


def test_what_is_burnt_emits_what_the_inventory_says(energy) -> None:
    """Final consumption, and what power and heating stations burn, times emission factors, to rounding."""
    co2_t = synthetic_inventory(ENERGY_YEAR).co2_t
    factors = np.array(list(EMISSION_FACTORS.values()))
    for k, row in enumerate(ROWS):
        stations = TRANSFORMATION_ROWS[:2] if row == "power_heat" else ()
        burnt = energy[row][:, :17] + sum(energy[station][:, :17] for station in stations)
        np.testing.assert_allclose(burnt / 100 * factors, co2_t[:, k, :17] / 1e6, atol=0.005 * factors.max() * 1.001)


def test_energy_is_negative_only_where_a_transformation_gives_out(energy) -> None:
    made = synthetic_energy(ENERGY_YEAR)
    assert made.fuel_codes[-3:] == ("heat", "electricity", "other_energy")
    assert all((energy[row] >= 0).all() for row in (*ROWS, "total_final_consumption", "loss", "non_energy_use"))
    heat, electricity = (made.fuel_codes.index(code) for code in ("heat", "electricity"))
    assert (energy["transformation_thermal_power"][:, electricity] < 0).all()
    assert (energy["transformation_heating"][:, heat] < 0).all()
    assert (energy["transformation_refineries"][:, made.fuel_codes.index("crude_oil")] > 0).all()


# --- apparent emissions --------------------------------------------------------------------------------


@pytest.mark.parametrize("year", APPARENT_YEARS)
def test_apparent_identities_hold_in_whole_tonnes(year) -> None:
    one = synthetic_apparent(year)
    for fuel, values in one.items.items():
        item = dict(zip(ITEMS, values, strict=True))
        supplied = sum(item[name] for name in ITEMS[:6])
        np.testing.assert_array_equal(supplied - item["loss"] - item["non_energy_use"], one.totals[fuel])
        assert (item["export"] <= 0).all()
        assert (item["move_out"] <= 0).all()
        assert all((item[name] >= 0).all() for name in ("production", "import", "move_in", "loss", "non_energy_use"))
    np.testing.assert_array_equal(sum(one.totals.values()) + one.cement, one.total)


@pytest.mark.parametrize("year", APPARENT_YEARS)
def test_apparent_emissions_are_somewhat_above_the_sectoral_ones(year) -> None:
    sectoral = synthetic_inventory(year).co2_t.sum(axis=(1, 2))
    one = synthetic_apparent(year)
    ratio = one.total / sectoral
    if year == ZERO_CODED[1]:
        ratio = np.delete(ratio, one.provinces.index(ZERO_CODED[0]))
    assert 0.9 < ratio.min() < ratio.max() < 1.5
    np.testing.assert_array_equal(one.cement, synthetic_inventory(year).co2_t[:, :, 17].sum(axis=1))


def test_what_moves_out_of_provinces_moves_into_others() -> None:
    for values in synthetic_apparent(2017).items.values():
        moved_in, moved_out = values[ITEMS.index("move_in")], values[ITEMS.index("move_out")]
        assert abs(moved_in.sum() + moved_out.sum()) < 500  # tonnes of some billion: rounding


def test_one_province_year_is_without_energy_data() -> None:
    province, year = ZERO_CODED
    empty = {
        (one.year, one.provinces[k])
        for one in map(synthetic_apparent, APPARENT_YEARS)
        for k in range(30)
        if not any(values[:, k].any() for values in one.items.values())
    }
    assert empty == {(year, province)}
    one = synthetic_apparent(year)
    k = one.provinces.index(province)
    assert one.total[k] == one.cement[k] > 0


# --- cities --------------------------------------------------------------------------------------------


def test_cities_are_some_dozens_and_less_than_their_provinces() -> None:
    cities = synthetic_cities(SERIES_YEARS)
    assert 36 <= len(cities) <= 60
    assert not {"BJ", "TJ", "SH", "CQ", "XZ"} & CITIES.keys()
    for year in SERIES_YEARS:
        inventory = synthetic_inventory(year)
        totals = dict(zip(inventory.provinces, inventory.co2_t.sum(axis=(1, 2)), strict=True))
        for province in CITIES:
            own = [values.get(year, 0) for (code, _), values in cities.items() if code == province]
            assert sum(own) < 0.8 * totals[province]


def test_some_values_of_cities_are_missing_and_none_is_zero() -> None:
    cities = synthetic_cities(SERIES_YEARS)
    values = [value for own in cities.values() for value in own.values()]
    assert min(values) > 1_000_000
    assert 0.8 * len(cities) * len(SERIES_YEARS) < len(values) < len(cities) * len(SERIES_YEARS)


# --- national table ------------------------------------------------------------------------------------


def test_national_table_balances_in_whole_hundredths() -> None:
    table = synthetic_national_table(synthetic_table(*NATIONAL_TABLE))
    uses = table.flow.sum(axis=1) + table.final_demand.sum(axis=1) + table.export
    np.testing.assert_array_equal(uses - table.imports + table.error, table.gross_output)
    np.testing.assert_array_equal(table.flow.sum(axis=0) + table.value_added.sum(axis=0), table.gross_output)
    assert (table.flow >= 0).all()
    assert (table.imports >= 0).all()


def test_national_table_is_the_provinces_added_up() -> None:
    provinces = synthetic_table(*NATIONAL_TABLE)
    nation = synthetic_national_table(provinces)
    kept = {
        "export": provinces.export,
        "error": provinces.statistical_error,
        "gross_output": provinces.gross_output,
    }
    for name, amounts in kept.items():
        summed = amounts.reshape(31, 42).sum(axis=0)
        np.testing.assert_allclose(getattr(nation, name) / 100, summed, rtol=1e-12, err_msg=name)
    imports = provinces.import_intermediate.sum() + provinces.import_final.sum()
    assert nation.imports.sum() / 100 == pytest.approx(imports, rel=1e-12)
    by_buyer = provinces.flow.sum(axis=0).reshape(31, 42).sum(axis=0)
    imported = provinces.import_intermediate.reshape(31, 42).sum(axis=0)
    np.testing.assert_allclose(nation.flow.sum(axis=0) / 100, by_buyer + imported, rtol=1e-12)
