"""The invented inventories: exact sums, plausible sizes, and an allocation that loses nothing."""

from __future__ import annotations

import numpy as np
import pytest

from visceads import codes
from visceads.demo.inventory import PROCESS_ROW, sector_shares, synthetic_inventory
from visceads.demo.mrio_table import synthetic_table
from visceads.demo.release import INVENTORY_YEARS

ROWS = codes.inventory_codes()


@pytest.fixture(scope="module", params=INVENTORY_YEARS)
def inventory(request):
    return synthetic_inventory(request.param)


def test_axes_are_30_provinces_47_rows_17_fuels_and_process(inventory) -> None:
    assert inventory.co2_t.shape == (30, 47, 18)
    assert inventory.provinces == codes.inventory_province_codes()
    assert "XZ" not in inventory.provinces
    assert inventory.fuel_codes[0] == "raw_coal"
    assert inventory.fuel_codes[16:] == ("natural_gas", "process")
    assert len(set(inventory.fuel_codes)) == 18


def test_totals_are_of_the_size_of_a_country_of_provinces(inventory) -> None:
    by_province = inventory.co2_t.sum(axis=(1, 2)) / 1e6
    assert 9_000 < by_province.sum() < 10_000
    assert by_province.min() > 15
    assert by_province.max() < 1_000


def test_power_emits_most_and_households_are_in_their_two_rows(inventory) -> None:
    by_row = inventory.co2_t.sum(axis=(0, 2)) / 1e6
    assert ROWS[int(by_row.argmax())] == "power_heat"
    households = by_row[ROWS.index("household_urban")] + by_row[ROWS.index("household_rural")]
    assert 300 < households < 500


def test_process_emissions_stand_only_in_the_row_of_cement(inventory) -> None:
    process = inventory.co2_t[:, :, inventory.fuel_codes.index("process")]
    cement = ROWS.index(PROCESS_ROW)
    assert (process[:, cement] > 0).all()
    assert np.delete(process, cement, axis=1).sum() == 0


def test_no_cell_is_negative_and_logging_is_zero(inventory) -> None:
    assert (inventory.co2_t >= 0).all()
    assert inventory.co2_t[:, ROWS.index("logging")].sum() == 0


def test_same_values_on_every_call(inventory) -> None:
    again = synthetic_inventory(inventory.year)
    np.testing.assert_array_equal(inventory.co2_t, again.co2_t)


def test_satellite_row_is_the_inventory_without_households(inventory) -> None:
    """Conservation per province, to 1e-9 relative."""
    table = synthetic_table(inventory.year, "2012")
    satellite = table.co2_mt.reshape(31, 42)
    has_inventory = np.array([code != "XZ" for code in codes.province_codes()])
    households = [ROWS.index("household_urban"), ROWS.index("household_rural")]
    scope_1 = inventory.co2_t.sum(axis=(1, 2)) - inventory.co2_t[:, households].sum(axis=(1, 2))
    np.testing.assert_allclose(satellite[has_inventory].sum(axis=1), scope_1 / 1e6, rtol=1e-9)
    assert 0 < satellite[~has_inventory].sum() < 10
    assert 3_000 < satellite.sum() < 20_000


def test_split_rows_are_shared_equally() -> None:
    """The rule that reproduces the published satellites of 2012 and 2015."""
    inventory, table = synthetic_inventory(2012), synthetic_table(2012, "2012")
    sectors, anhui = codes.sector_codes("2012"), "AH"
    satellite = table.co2_mt.reshape(31, 42)[codes.province_codes().index(anhui)]
    row = inventory.co2_t[inventory.provinces.index(anhui), ROWS.index("transport_post_telecom")].sum() / 1e6
    assert satellite[sectors.index("information_services")] == pytest.approx(row / 2, rel=1e-12)
    assert satellite[sectors.index("transport_post")] == pytest.approx(row / 2, rel=1e-12)
    assert len(sector_shares("other_services")) == 10
    assert sector_shares("household_rural") == []


def test_year_without_gdp_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="nbs_province_year has no gdp_100m_cny_current of 1990"):
        synthetic_inventory(1990)
