"""CO2 on the axis of a system: nulls, stranded CO2, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.system import F64, InputOutputTable, build_system


def test_intensity_and_stranded_co2(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    co2 = two_provinces_co2.copy()
    co2[3] = 0.008
    emissions = build_emissions(build_system(two_provinces), co2)
    np.testing.assert_allclose(emissions.f, [0.2, 0.04, 0.02, 0, 0.05, 0.02], atol=1e-15)
    np.testing.assert_array_equal(emissions.stranded, [0, 0, 0, 0.008, 0, 0])
    assert emissions.has_inventory.all()


def test_a_province_of_nulls_enters_the_algebra_as_zero(two_provinces: InputOutputTable) -> None:
    co2 = np.array([30.0, 12, 3, np.nan, np.nan, np.nan])
    emissions = build_emissions(build_system(two_provinces), co2)
    np.testing.assert_array_equal(emissions.has_inventory, [True, False])
    np.testing.assert_array_equal(emissions.co2, [30, 12, 3, 0, 0, 0])
    nulled = emissions.null_where_no_inventory(np.ones((2, 2)))
    assert np.isnan(nulled[1]).all()
    assert (nulled[0] == 1).all()


def test_an_empty_cell_of_an_inactive_sector_is_no_gap(two_provinces: InputOutputTable) -> None:
    co2 = np.array([30.0, 12, 3, np.nan, 10, 3])
    emissions = build_emissions(build_system(two_provinces), co2)
    assert emissions.has_inventory.all()
    np.testing.assert_array_equal(emissions.co2, [30, 12, 3, 0, 10, 3])


@pytest.mark.parametrize("missing", [0.0, np.nan])
def test_a_sector_without_row_may_be_zero_or_null(two_provinces: InputOutputTable, missing: float) -> None:
    co2 = np.array([30.0, 12, missing, np.nan, np.nan, missing])
    emissions = build_emissions(build_system(two_provinces), co2, sectors_without_row=["services"])
    np.testing.assert_array_equal(emissions.has_inventory, [True, False])  # its 0 is no sign of an inventory
    np.testing.assert_array_equal(emissions.lacks_row, [False, False, True, False, False, True])


@pytest.mark.parametrize(
    ("co2", "without_row", "words"),
    [
        ([30, -12, 3, 0, 10, 3], (), "P manufacturing is -12 Mt but cannot be below zero"),
        ([30, np.inf, 3, 0, 10, 3], (), "co2_mt of P manufacturing holds inf"),
        ([30, 12, np.nan, 0, 10, 3], (), "P services is null while other sectors"),
        ([30, 12, 3, 0, 10, 3], ("services",), "P services is 3 Mt but its sector is listed"),
        ([30, 12, 3], (), r"co2_mt has the shape \(3,\)"),
    ],
)
def test_wrong_co2_is_refused(two_provinces: InputOutputTable, co2: list, without_row: tuple, words: str) -> None:
    with pytest.raises(AccountsError, match=words):
        build_emissions(build_system(two_provinces), np.array(co2, float), without_row)
