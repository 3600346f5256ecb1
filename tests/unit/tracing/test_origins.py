"""Rules between cells and figures that no row of the small lake shows: gaps of the other accounts, all corrections."""

from __future__ import annotations

import pytest

from visceads import codes
from visceads.tracing import origins_accounts, origins_inventory
from visceads.tracing.origins import GDP, MONEY, Origin
from visceads.tracing.origins_inventory import SheetOf, fuels_of

GAP = {
    "release_id": "r",
    "province_code": "NX",
    "year": 2001,
    "inventory_code": "power_heat",
    "fuel_code": "raw_coal",
    "item_code": "import",
    "null_reason": "missing_in_source",
}


def test_every_correction_of_the_seed_is_told_in_words():
    corrections = codes.seed("known_issue")["correction"].drop_nulls().unique().to_list()
    for correction in corrections:
        sheet = SheetOf("r", "GD", 2003, correction, "older" if correction == origins_inventory.REPLACED else "")
        assert sheet.rules()[0].startswith(f"correction {correction}: ")
        assert sheet.reason(), correction


def test_a_sheet_without_a_gap_has_no_rule():
    assert SheetOf("r", "GD", 2012).rules() == ()
    assert SheetOf("r", "GD", 2012).reason() == ()


def test_lent_process_emissions_take_the_place_of_the_own_ones_in_a_sum():
    sheet = SheetOf("own", "GD", 2003, origins_inventory.REPLACED, "older")
    origin = origins_inventory.sum_of(sheet, "co2_mt", ("farming",), fuels_of("gas", "process"))
    assert [(block.release_id, block.where["fuel_code"]) for block in origin.blocks] == [
        ("own", ("natural_gas",)),
        ("older", ("process",)),
    ]


@pytest.mark.parametrize(
    ("origins", "fuels"),
    [
        (origins_accounts.energy, fuels_of("coal", "oil", "gas")),
        (origins_accounts.apparent_emission, ("raw_coal", "crude_oil", "natural_gas")),
    ],
)
def test_zeros_without_energy_data_name_the_totals_that_tell_so(origins, fuels):
    (origin,) = origins(None, GAP)
    assert isinstance(origin, Origin)
    (reason,) = origin.reason
    assert reason.where["fuel_code"] == fuels
    assert reason.where["province_code"] == ("NX",)
    assert origin.rules[-2].startswith("correction zero_coded_to_missing: ")
    assert "missing_in_source" in origin.rules[-1]


def test_a_blank_of_the_national_inventory_is_missing_by_itself():
    (origin,) = origins_accounts.national_emission(None, GAP)
    assert isinstance(origin, Origin)
    assert origin.reason == ()


@pytest.mark.parametrize("fuel", codes.seed("fuel").filter(~codes.seed("fuel")["energy_unit"].is_null()).to_dicts())
def test_energy_is_converted_by_the_factor_of_its_fuel(fuel):
    conversion = origins_accounts.energy_conversion(fuel["fuel_code"])
    assert conversion.of(2.0) == 2.0 * float(fuel["energy_unit_factor"])
    assert fuel["energy_unit"] in conversion.rule


def test_money_and_gdp():
    assert MONEY.of(150.0) == 1.5
    assert GDP.of(1.5) == 150.0
