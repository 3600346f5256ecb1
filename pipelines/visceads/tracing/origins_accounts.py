"""The figures of the accounts beside the provincial CO2 inventories, as cells of their workbooks.

Belongs here: energy, national, apparent and city emissions. Not here: provincial CO2 inventories (`origins_inventory`).
"""

from __future__ import annotations

from visceads import codes
from visceads.tracing.origins import MT, Block, Computed, Conversion, Origin, Where, kept
from visceads.tracing.origins_inventory import fuels_of, null_rules
from visceads.tracing.published import Published
from visceads.tracing.rows import Row

_APPARENT_FUELS = ("raw_coal", "crude_oil", "natural_gas")
_TOTALS_OF_CONSUMPTION = ("total_final_consumption", "total_consumption")
_CEMENT = "process_cement"
_UNKNOWN = (
    "correction zero_coded_to_missing: zeros of a province and year without energy data mean unknown; a cell that is "
    "blank in the workbook is missing by itself"
)


def national_emission(_published: Published, row: Row) -> list[Origin | Computed]:
    """One cell of the national inventory."""
    where = _where(row, "year", "inventory_code", "fuel_code")
    return [_cell(row, "co2_mt", "co2_national", where, MT)]


def city_emission(_published: Published, row: Row) -> list[Origin | Computed]:
    """One cell of the workbook of cities."""
    where = _where(row, "province_code", "city_name_zh", "year")
    return [_cell(row, "co2_mt", "city_vector", where, MT)]


def apparent_emission(_published: Published, row: Row) -> list[Origin | Computed]:
    """One cell of a workbook of apparent emissions, with its sign; without energy data zeros mean unknown."""
    family = "apparent_national" if row["province_code"] == "CN" else "apparent_provincial"
    where = dict(_where(row, "province_code", "year", "fuel_code", "item_code"))
    if row["fuel_code"] == "process":
        where["fuel_code"] = (_CEMENT,)
    totals = {**where, "fuel_code": _APPARENT_FUELS, "item_code": ("total",)}
    return [_cell(row, "co2_mt", family, where, MT, totals)]


def energy(_published: Published, row: Row) -> list[Origin | Computed]:
    """One cell of an energy inventory, brought to the base unit of the fuel; without energy data zeros mean unknown."""
    where = _where(row, "province_code", "year", "inventory_code", "fuel_code")
    consumption = {
        **where,
        "inventory_code": (*codes.inventory_codes(), *_TOTALS_OF_CONSUMPTION),
        "fuel_code": fuels_of("coal", "oil", "gas"),
    }
    return [_cell(row, "quantity", "energy_inventory", where, energy_conversion(str(row["fuel_code"])), consumption)]


def energy_conversion(fuel_code: str) -> Conversion:
    """How the printed unit of a fuel becomes its base unit."""
    fuel = codes.seed("fuel").filter(fuel_code=fuel_code).row(0, named=True)
    printed, base, factor = fuel["energy_unit"], fuel["energy_unit_base"], float(fuel["energy_unit_factor"])
    if factor == 1:
        return kept(printed)
    return Conversion(printed, f"{printed} x {factor:,.0f} = {base}", multiply_by=factor)


def _where(row: Row, *columns: str) -> Where:
    return {name: (int(str(row[name])) if name == "year" else str(row[name]),) for name in columns}


def _cell(  # noqa: PLR0913, PLR0917 - one column, its cell, and the cells that tell a gap
    row: Row, column: str, family: str, where: Where, conversion: Conversion, gap: Where | None = None
) -> Origin:
    release = str(row["release_id"])
    is_gap = gap is not None and row["null_reason"] is not None
    reason = (Block(family, release, gap),) if gap is not None and is_gap else ()
    rules = (*((_UNKNOWN,) if is_gap else ()), *null_rules(row["null_reason"]))
    return Origin(column, (Block(family, release, where),), conversion, rules, reason=reason)
