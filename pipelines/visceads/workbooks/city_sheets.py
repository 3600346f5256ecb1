"""The two sheets of a city workbook: where their columns stand, which city and year a cell is, its value.

Belongs here: headers, names, IDs and years of both sheets, read cell by cell. Not here: comparing the sheets and what
else must hold (`city_emission`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from visceads.codes import normal_key, seed
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.refusal import Refusal, address
from visceads.workbooks.sheets import Sheet, refuse_defects
from visceads.workbooks.table_cells import number_at, year_of

_HEADER_ROWS = 20
_VECTOR_HEADERS = ("id", "city", "year", "emission")


@dataclass(frozen=True)
class CityValue:
    """One value with its place; None where the cell is empty."""

    value: float | None
    sheet: str
    row_no: int
    column_no: int


CityValues = dict[tuple[str, str, int], CityValue]
"""(province code, city without the province in front, year) -> value, in the order of the sheet."""


def is_vector(sheet: Sheet) -> bool:
    """Return whether a sheet has a header row ID, city, year, emission: a row a city and year."""
    return _vector_header(sheet) is not None


def is_matrix(sheet: Sheet) -> bool:
    """Return whether a sheet has a header row city, then years only: a row a city."""
    return _matrix_header(sheet) is not None


def read_vector(path: Path, sheet: Sheet) -> CityValues:
    """Read the sheet with a row a city and year; see `is_vector`.

    Raises:
        Refusal: E_LABEL, E_CITY_ID, E_YEAR_UNKNOWN, E_DUPLICATE_CITY, E_ERROR_CELLS, E_EMPTY_CELL, E_NOT_NUMBER,
            E_NEGATIVE.
    """
    header = _vector_header(sheet)
    assert header is not None
    header_row_no, columns = header
    refuse_defects(path, sheet, max(columns.values()))
    values: CityValues = {}
    for row_no in range(header_row_no + 1, len(sheet.rows) + 1):
        row = sheet.rows[row_no - 1]
        stated_id, name, stated_year = (row[columns[key] - 1] for key in ("id", "city", "year"))
        if not any(str(cell).strip() for cell in (stated_id, name, stated_year)):
            continue  # rows without any label, even if they hold numbers
        year = _year(path, sheet, row_no, columns["year"])
        if normal_key(str(stated_id)) != normal_key(f"{name}{year}"):
            cell = address(row_no, columns["id"])
            message = (
                f"{path.name}, sheet '{sheet.name}', cell {cell}: the ID is '{stated_id}', but city and year beside it "
                f"are '{str(name).strip()}' and {year}. Correct the one that is wrong, or download the workbook again."
            )
            raise Refusal("E_CITY_ID", message, sheet.name, cell)
        province_code, city = _city(path, sheet, row_no, columns["city"])
        _put(path, values, (province_code, city, year), _value(path, sheet, row_no, columns["emission"]))
    return values


def read_matrix(path: Path, sheet: Sheet) -> CityValues:
    """Read the sheet with a row a city and years as columns; see `is_matrix`.

    Raises:
        Refusal: E_LABEL, E_YEAR_CONFLICT, E_DUPLICATE_CITY, E_ERROR_CELLS, E_EMPTY_CELL, E_NOT_NUMBER, E_NEGATIVE.
    """
    header = _matrix_header(sheet)
    assert header is not None
    header_row_no, city_column_no, year_columns = header
    years = _distinct_years(path, sheet, header_row_no, year_columns)
    refuse_defects(path, sheet, max(years.values()))
    values: CityValues = {}
    for row_no in range(header_row_no + 1, len(sheet.rows) + 1):
        if not str(sheet.rows[row_no - 1][city_column_no - 1]).strip():
            continue
        province_code, city = _city(path, sheet, row_no, city_column_no)
        for year, column_no in years.items():
            _put(path, values, (province_code, city, year), _value(path, sheet, row_no, column_no))
    return values


def split_city(name: str) -> tuple[str, str] | None:
    """Return province code and city of a name with the province in front, or None if it has none.

    The longest province name that fits counts; a municipality has nothing behind it and is its own city.
    """
    text = "".join(name.split())
    for prefix, province_code in _province_prefixes():
        if not text.startswith(prefix):
            continue
        city = text.removeprefix(prefix)
        if city in ("", "市"):
            return (province_code, municipalities()[province_code]) if province_code in municipalities() else None
        return province_code, city
    return None


@cache
def _province_prefixes() -> tuple[tuple[str, str], ...]:
    """Chinese names of the provinces, short and full, the longest first, each with its code."""
    provinces = seed("province")
    pairs = [*provinces.select("name_zh", "province_code").iter_rows()]
    pairs += [*provinces.select("name_zh_full", "province_code").iter_rows()]
    return tuple(sorted(set(pairs), key=lambda pair: (-len(pair[0]), pair)))


@cache
def municipalities() -> dict[str, str]:
    """Code -> Chinese name of the provinces that are cities themselves: their full name ends in 'city'."""
    rows = seed("province").select("province_code", "name_zh", "name_zh_full").iter_rows()
    return {code: name for code, name, full_name in rows if full_name.endswith("市")}


def _vector_header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """Return the row of the header and header -> column_no."""
    for row_no, row in enumerate(sheet.rows[:_HEADER_ROWS], start=1):
        keys = [normal_key(str(cell)) for cell in row]
        if all(keys.count(header) == 1 for header in _VECTOR_HEADERS):
            return row_no, {header: keys.index(header) + 1 for header in _VECTOR_HEADERS}
    return None


def _matrix_header(sheet: Sheet) -> tuple[int, int, dict[int, int]] | None:
    """Return the row of the header, the column of the cities, and column_no -> year."""
    for row_no, row in enumerate(sheet.rows[:_HEADER_ROWS], start=1):
        cells = {column_no: cell for column_no, cell in enumerate(row, start=1) if str(cell).strip()}
        if len(cells) < 2 or normal_key(str(next(iter(cells.values())))) != "city":
            continue
        city_column_no, *others = cells
        years = {column_no: year for column_no in others if (year := year_of(cells[column_no])) is not None}
        if len(years) == len(others):
            return row_no, city_column_no, years
    return None


def _distinct_years(path: Path, sheet: Sheet, row_no: int, years: dict[int, int]) -> dict[int, int]:
    """Return year -> column_no."""
    columns: dict[int, int] = {}
    for column_no, year in years.items():
        if year in columns:
            cell = address(row_no, column_no)
            message = (
                f"{path.name}, sheet '{sheet.name}', cell {cell}: the year {year} occurs twice, first in "
                f"{address(row_no, columns[year])}. Delete the column that does not belong there."
            )
            raise Refusal("E_YEAR_CONFLICT", message, sheet.name, cell)
        columns[year] = column_no
    return columns


def _year(path: Path, sheet: Sheet, row_no: int, column_no: int) -> int:
    cell = sheet.rows[row_no - 1][column_no - 1]
    year = year_of(cell)
    if year is None:
        place = address(row_no, column_no)
        message = (
            f"{path.name}, sheet '{sheet.name}', cell {place}: '{cell}' is no year. Write it as four digits, or "
            "download the workbook again."
        )
        raise Refusal("E_YEAR_UNKNOWN", message, sheet.name, place)
    return year


def _city(path: Path, sheet: Sheet, row_no: int, column_no: int) -> tuple[str, str]:
    name = str(sheet.rows[row_no - 1][column_no - 1])
    found = split_city(name)
    if found is None:
        place = address(row_no, column_no)
        message = (
            f"{path.name}, sheet '{sheet.name}', cell {place}: '{name}' is no Chinese name of a city with its province "
            "in front, such as '安徽安庆'. Correct the name, or download the workbook again."
        )
        raise Refusal("E_LABEL", message, sheet.name, place)
    return found


def _value(path: Path, sheet: Sheet, row_no: int, column_no: int) -> CityValue:
    value = number_at(path, sheet, row_no, column_no)
    if value is not None and value < 0:
        place = address(row_no, column_no)
        message = (
            f"{path.name}, sheet '{sheet.name}', cell {place}: the emissions are {value:g} Mt and cannot be negative. "
            "Restore the value from the publisher's copy or download the workbook again."
        )
        raise Refusal("E_NEGATIVE", message, sheet.name, place)
    return CityValue(value, sheet.name, row_no, column_no)


def _put(path: Path, values: CityValues, key: tuple[str, str, int], one: CityValue) -> None:
    if key in values:
        cell, first = address(one.row_no, one.column_no), values[key]
        province_code, city, year = key
        message = (
            f"{path.name}, sheet '{one.sheet}', cell {cell}: {city} ({province_name(province_code)}) {year} occurs "
            f"twice, first in {address(first.row_no, first.column_no)}. Delete the one that does not belong there."
        )
        raise Refusal("E_DUPLICATE_CITY", message, one.sheet, cell)
    values[key] = one
