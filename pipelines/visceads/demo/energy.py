"""An invented provincial energy inventory that burns what the invented CO2 inventory emits.

Belongs here: final consumption by row and fuel, the balance below it, in the units of the published workbooks. Not
here: the workbook around them (`energy_workbook`). Quantities are whole hundredths, so that all sums hold exactly.

The row of power and heat of a CO2 inventory holds what is burnt to make both; an energy inventory has most of that as
an input of the transformation. All constants are round numbers of a plausible size. None of them is a source.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from visceads import codes
from visceads.demo import profiles
from visceads.demo.economy import SEED_YEAR, Array, by_province, economy
from visceads.demo.inventory import SyntheticInventory, synthetic_inventory, with_inventory

EMISSION_FACTORS = {
    "raw_coal": 0.019,
    "cleaned_coal": 0.024,
    "other_washed_coal": 0.012,
    "briquettes": 0.017,
    "coke": 0.028,
    "coke_oven_gas": 0.07,
    "other_gas": 0.05,
    "other_coking_products": 0.03,
    "crude_oil": 0.031,
    "gasoline": 0.030,
    "kerosene": 0.031,
    "diesel_oil": 0.032,
    "fuel_oil": 0.032,
    "lpg": 0.031,
    "refinery_gas": 0.028,
    "other_petroleum_products": 0.030,
    "natural_gas": 0.216,
}
"""Mt CO2 per unit of the fuel: 10^4 ton, of gases 10^8 cu.m."""

THERMAL_POWER_SHARE = 0.8
"""Of the fuel of the row of power and heat, what thermal power stations burn."""

HEATING_SHARE = 0.12
"""The same of heating stations; the rest is final consumption."""

_ELECTRICITY_PER_MT = 11.0  # 10^8 kWh from fuel that emits a Mt
_HEAT_PER_MT = 950.0  # 10^10 kJ
_ELECTRICITY_LOST = 0.05
_OTHER_ENERGY_PER_COAL = 0.02
_NON_ENERGY_SHARE = 0.04


@dataclass(frozen=True)
class _Process:
    """A transformation: its input in the middle year, 30 provinces, and what a unit of it takes in and gives out.

    Attributes:
        row: its row of the balance.
        sector: the sector of the classification '2012' whose output shares the input out over the provinces.
        input_quantity: of the first fuel, 10^4 ton.
        fuels: fuel -> quantity per unit of input, inputs above zero, outputs below.
    """

    row: str
    sector: str
    input_quantity: float
    fuels: dict[str, float]


_REFINED = {"gasoline": -0.23, "kerosene": -0.075, "diesel_oil": -0.32, "fuel_oil": -0.05, "lpg": -0.065}
_PROCESSES = (
    _Process(
        "transformation_coal_washing",
        "coal_mining",
        140_000,
        {"raw_coal": 1.0, "cleaned_coal": -0.4, "other_washed_coal": -0.4},
    ),
    _Process(
        "transformation_coking",
        "metal_smelting",
        51_000,
        {"cleaned_coal": 1.0, "coke": -0.75, "coke_oven_gas": -0.035, "other_coking_products": -0.05},
    ),
    _Process(
        "transformation_refineries",
        "petroleum_coking",
        55_000,
        {"crude_oil": 1.0, **_REFINED, "refinery_gas": -0.035, "other_petroleum_products": -0.2},
    ),
    _Process("transformation_gas_works", "gas_supply", 1_800, {"raw_coal": 1.0, "other_gas": -0.1}),
    _Process("transformation_briquettes", "nonmetallic_minerals", 700, {"raw_coal": 1.0, "briquettes": -0.95}),
)

TRANSFORMATION_ROWS = (
    "transformation_thermal_power",
    "transformation_heating",
    *(process.row for process in _PROCESSES),
)
"""The rows whose sum is the row `transformation`."""

BALANCE_ROWS = (
    "transformation",
    *TRANSFORMATION_ROWS,
    *("memo_coke_input", "loss", "loss_percent", "total_consumption"),
    *("non_energy_use", "bunkers_abroad", "bunkers_in_china"),
)
"""The rows below the 47, in the codes of the label scheme `energy_balance`."""


@dataclass(frozen=True)
class SyntheticEnergy:
    """The quantities of one year.

    Attributes:
        year: the year.
        provinces: the 30 province codes of the first axis, table order.
        row_codes: the 63 codes of the second axis: `total_final_consumption`, the 47 rows, `BALANCE_ROWS`.
        fuel_codes: the 20 codes of the last axis, in workbook order.
        hundredths: 30 x 63 x 20, in hundredths of the unit that the seed `fuel` states.
    """

    year: int
    provinces: tuple[str, ...]
    row_codes: tuple[str, ...]
    fuel_codes: tuple[str, ...]
    hundredths: npt.NDArray[np.int64]


_Rows = dict[str, npt.NDArray[np.int64]]
"""Row code -> 30 x 20 hundredths, to be filled in."""


def energy_fuel_codes() -> tuple[str, ...]:
    """The 20 columns of an energy inventory: the 17 fuels, heat, electricity, other energy."""
    return tuple(codes.seed("fuel").filter(pl.col("energy_header").is_not_null()).sort("fuel_no")["fuel_code"])


def synthetic_energy(year: int) -> SyntheticEnergy:
    """Return the invented energy inventory of a year; the same values on every call.

    Raises:
        ValueError: if the seed `nbs_province_year` does not cover the year.
    """
    inventory = synthetic_inventory(year)
    row_codes = ("total_final_consumption", *codes.inventory_codes(), *BALANCE_ROWS)
    shape = (len(inventory.provinces), len(energy_fuel_codes()))
    rows: _Rows = {code: np.zeros(shape, dtype=np.int64) for code in row_codes}
    _put_fuels(rows, inventory)
    _put_power_and_heat(rows, inventory)
    _put_processes(rows, year)
    _put_sums(rows)
    hundredths = np.stack([rows[code] for code in row_codes], axis=1)
    return SyntheticEnergy(year, inventory.provinces, row_codes, energy_fuel_codes(), hundredths)


def _hundredths(quantities: Array) -> npt.NDArray[np.int64]:
    return np.rint(100 * quantities).astype(np.int64)


def _put_fuels(rows: _Rows, inventory: SyntheticInventory) -> None:
    """Fill the 17 fuels of the 47 rows; most of the row of power and heat goes to the transformation."""
    factors = np.array([EMISSION_FACTORS[fuel] for fuel in inventory.fuel_codes[:-1]])
    burnt = _hundredths(inventory.co2_t[:, :, :-1] / 1e6 / factors)
    for k, code in enumerate(codes.inventory_codes()):
        rows[code][:, :17] = burnt[:, k]
    whole = rows["power_heat"].copy()
    for code, share in (
        ("transformation_thermal_power", THERMAL_POWER_SHARE),
        ("transformation_heating", HEATING_SHARE),
    ):
        rows[code] += np.rint(share * whole).astype(np.int64)
        rows["power_heat"] -= rows[code]
    # what chemicals take as a raw material: a memo, in no sum
    rows["non_energy_use"] += np.rint(_NON_ENERGY_SHARE * rows["raw_chemicals"]).astype(np.int64)


def _put_power_and_heat(rows: _Rows, inventory: SyntheticInventory) -> None:
    """Fill electricity, heat and other energy: made in the transformation, shared over the 47 rows.

    A province uses the power that it makes; where water and wind make some of it, it uses more than its thermal power
    stations give out.
    """
    heat, electricity, other = (energy_fuel_codes().index(code) for code in ("heat", "electricity", "other_energy"))
    emitted = inventory.co2_t.sum(axis=2) / 1e6
    power_heat = inventory.co2_t[:, codes.inventory_codes().index("power_heat"), :-1].sum(axis=1) / 1e6
    generated = _ELECTRICITY_PER_MT * THERMAL_POWER_SHARE * power_heat
    warmed = _HEAT_PER_MT * HEATING_SHARE * power_heat
    supplied = generated / with_inventory(by_province(profiles.THERMAL_SHARE))
    rows["transformation_thermal_power"][:, electricity] = -_hundredths(generated)
    rows["transformation_heating"][:, heat] = -_hundredths(warmed)
    rows["loss"][:, electricity] = _hundredths(_ELECTRICITY_LOST * supplied)
    shares = np.sqrt(emitted) / np.sqrt(emitted).sum(axis=1, keepdims=True)
    for k, code in enumerate(codes.inventory_codes()):
        rows[code][:, electricity] = _hundredths((1 - _ELECTRICITY_LOST) * supplied * shares[:, k])
        rows[code][:, heat] = _hundredths(warmed * shares[:, k])
        rows[code][:, other] = np.rint(_OTHER_ENERGY_PER_COAL * rows[code][:, 0])


def _put_processes(rows: _Rows, year: int) -> None:
    output = economy(year, "2012").output
    growth = np.exp(profiles.YEAR_GROWTH * (year - SEED_YEAR))
    for process in _PROCESSES:
        made = with_inventory(output[:, codes.sector_codes("2012").index(process.sector)])
        quantity = growth * process.input_quantity * made / made.sum()
        for fuel, share in process.fuels.items():
            rows[process.row][:, energy_fuel_codes().index(fuel)] = _hundredths(share * quantity)


def _put_sums(rows: _Rows) -> None:
    """Fill the three totals: of the 47 rows, of the transformation, of both."""
    rows["total_final_consumption"] = np.sum([rows[code] for code in codes.inventory_codes()], axis=0)
    rows["transformation"] = np.sum([rows[code] for code in TRANSFORMATION_ROWS], axis=0)
    rows["total_consumption"] = rows["total_final_consumption"] + rows["transformation"]
