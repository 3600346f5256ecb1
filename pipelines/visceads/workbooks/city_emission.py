"""Yearly CO2 emissions of some 290 cities, one total each -> tidy cells.

Belongs here: the two sheets that hold the same values (a row a city and year; a row a city, years across), their
comparison, the municipalities as a witness. Not here: inventories of cities by fuel and sector, which are not read.

Source: CEADs (Shan et al. 2022, Science Bulletin, doi 10.1016/j.scib.2022.08.024).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from visceads.codes import seed
from visceads.workbooks.city_sheets import (
    CityValues,
    is_matrix,
    is_vector,
    municipalities,
    read_matrix,
    read_vector,
)
from visceads.workbooks.inventory_layout import province_name
from visceads.workbooks.note_sheet import Note, is_note, read_note
from visceads.workbooks.reading import Identity, Reading
from visceads.workbooks.refusal import Finding, Refusal, address
from visceads.workbooks.sheets import Sheet, Workbook, open_workbook
from visceads.workbooks.table_cells import cell_hash, refuse_other_note, refuse_other_unit

CELL_SCHEMA = pl.Schema(
    {
        "province_code": pl.String(),
        "city_name_zh": pl.String(),
        "year": pl.Int32(),
        "value_mt": pl.Float64(),
        "sheet": pl.String(),
        "row_no": pl.Int32(),
        "column_no": pl.Int32(),
    }
)
"""The columns of the bronze family `city_vector`."""

INVENTORY_TOLERANCE = 1e-4
"""Mt; the four municipalities equal the published totals of their provincial inventories within it."""

_LARGEST_RATIO = 2.0
_CITY_MEDIAN_MT = (1.0, 400.0)
"""Where no municipality is there to compare, the median of all values must lie within these bounds."""


def read_city_vector(path: Path) -> Reading:
    """Read the yearly emissions of cities; refuse the workbook whole if anything about it is doubtful.

    The values come from the sheet with a row a city and year ('emission vector'), or from the one with years as columns
    ('emission matrix') where the first is absent; where both are there they must agree.

    Args:
        path: the workbook, whatever its extension.

    Returns:
        Its cells in the order of the sheet: `city_name_zh` without the province in front of it (of a municipality:
        its own name), `value_mt` in Mt CO2, null where the cell is empty. 3,929 cells in the published file.

    Raises:
        Refusal: E_NOT_SPREADSHEET, E_UNKNOWN_LAYOUT, E_NOTE_CONFLICT (another kind of file); E_LABEL, E_CITY_ID,
            E_DUPLICATE_CITY, E_YEAR_CONFLICT, E_YEAR_UNKNOWN, E_UNIT_CO2 (its frame); E_ERROR_CELLS, E_EMPTY_CELL,
            E_NOT_NUMBER, E_NEGATIVE, E_CITY_SHEETS (its cells).
    """
    workbook = open_workbook(path)
    sheets = [workbook.load(name) for name in workbook.sheet_names]
    note = read_note(sheets)
    refuse_other_note(path, note, ("city_vector",), "yearly emissions of cities")
    refuse_other_unit(path, sheets)
    vector, matrix, skipped = _city_sheets(workbook, sheets)
    read = [
        reader(path, sheet) for reader, sheet in ((read_vector, vector), (read_matrix, matrix)) if sheet is not None
    ]
    values = read[0]
    if not values:
        message = f"{path.name}: no row below the header names a city. Download the workbook again."
        raise Refusal("E_UNKNOWN_LAYOUT", message)
    identities = [_sheets_agree(path, *read)] if len(read) == 2 else []
    witness, noted = _municipalities(path, values)
    cells = pl.DataFrame(
        [(*key, one.value, one.sheet, one.row_no, one.column_no) for key, one in values.items()],
        schema=CELL_SCHEMA,
        orient="row",
    )
    return Reading(
        path=path,
        family="city_vector",
        periods=tuple(str(year) for year in sorted({year for _, _, year in values})),
        cells=cells,
        findings=(*workbook.findings, *skipped, *_outside_note(path, note, values), *noted),
        identities=(*identities, *witness),
        content_sha256=cell_hash(cells.drop_nulls("value_mt"), ("province_code", "city_name_zh", "year"), "value_mt"),
        is_synthetic=note.is_synthetic,
        is_reconstructed=note.is_reconstructed,
    )


def _city_sheets(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Sheet | None, Sheet | None, list[Finding]]:
    """Return the vector sheet and the matrix sheet, each None if it is not there, and the sheets passed over."""
    path = workbook.path
    vectors = [sheet for sheet in sheets if is_vector(sheet)]
    matrices = [sheet for sheet in sheets if is_matrix(sheet)]
    for found in (vectors, matrices):
        if len(found) > 1:
            message = (
                f"{path.name}: the sheets '{found[0].name}' and '{found[1].name}' have the same header; which one "
                "counts cannot be told. Delete one of them."
            )
            raise Refusal("E_DUPLICATE_SHEET", message, found[1].name)
    if not vectors and not matrices:
        names = ", ".join(f"'{sheet.name}'" for sheet in sheets[:5])
        message = (
            f"{path.name}: these are no yearly emissions of cities: none of its sheets "
            f"({names}{', ...' if len(sheets) > 5 else ''}) has the header ID, city, year, emission, or city and then "
            "years. Run 'visceads recognise' on it to see what it is."
        )
        raise Refusal("E_UNKNOWN_LAYOUT", message)
    known = {sheet.name for sheet in (*vectors, *matrices)}
    others = [s.name for s in sheets if s.name not in known and not is_note(s.name) and any(map(any, s.rows))]
    what = "the sheet is no table of cities and was not read"
    skipped = [Finding("W_SHEET_IGNORED", f"{path.name}, sheet '{name}': {what}.", name) for name in others]
    return next(iter(vectors), None), next(iter(matrices), None), skipped


def _sheets_agree(path: Path, vector: CityValues, matrix: CityValues) -> Identity:
    """Return the identity of the two sheets after refusing any difference; an empty cell equals an absent row."""
    for key in {**vector, **matrix}:
        one, other = vector.get(key), matrix.get(key)
        first, second = one.value if one else None, other.value if other else None
        if first == second:
            continue
        (province_code, city, year), found = key, one or other
        assert found is not None
        places = [
            f"sheet '{place.sheet}', cell {address(place.row_no, place.column_no)} says "
            f"{'nothing' if place.value is None else repr(place.value)}"
            if place
            else "the other sheet has no value"
            for place in (one, other)
        ]
        message = (
            f"{path.name}: the two sheets disagree on {city} ({province_name(province_code)}) {year}: {places[0]}, "
            f"{places[1]}. Correct the one that is wrong, or download the workbook again."
        )
        raise Refusal("E_CITY_SHEETS", message, found.sheet, address(found.row_no, found.column_no))
    return Identity("city_sheets_agree", "both sheets hold the same values", 0.0, 0.0, "Mt")


def _municipalities(path: Path, values: CityValues) -> tuple[list[Identity], list[Finding]]:
    """Compare the municipalities with their published inventories, release by release: a witness of the unit.

    Returns:
        The identity with the nearest release, and the finding W_CITY_INVENTORY if even that differs.

    Raises:
        Refusal: E_UNIT_CO2, if they are off by more than a factor of two, or, without any municipality, if the values
            are of no city's magnitude.
    """
    common = _with_published_totals(values)
    if common.is_empty():
        _refuse_magnitude(path, values)
        return [], []
    common = common.with_columns((pl.col("value_mt") - pl.col("published_mt")).abs().alias("off"))
    nearest = common.group_by("vintage").agg(pl.col("off").max()).sort("off", "vintage").item(0, "vintage")
    worst = common.filter(pl.col("vintage") == nearest).sort("off", descending=True).row(0, named=True)
    cell = address(worst["row_no"], worst["column_no"])
    name = f"{province_name(worst['province_code'])} {worst['year']}"
    said = f"{worst['value_mt']:,.6g} Mt, its inventory of release {nearest} {worst['published_mt']:,.6g} Mt"
    ratios = common.filter(pl.col("vintage") == nearest).select(pl.col("value_mt") / pl.col("published_mt")).to_series()
    median = float(ratios.sort()[len(ratios) // 2])
    if not 1 / _LARGEST_RATIO <= median <= _LARGEST_RATIO:
        message = (
            f"{path.name}, sheet '{worst['sheet']}', cell {cell}: the values cannot be million tonnes: {name} has "
            f"{said}. Convert all values to Mt, or download the workbook again."
        )
        raise Refusal("E_UNIT_CO2", message, worst["sheet"], cell)
    identity = Identity(
        code="municipalities_equal_inventory",
        rule=f"a municipality's emissions = its provincial inventory of release {nearest}",
        worst=float(worst["off"]),
        tolerance=INVENTORY_TOLERANCE,
        unit="Mt",
        place=name,
        sheet=worst["sheet"],
        cell=cell,
    )
    if identity.worst <= INVENTORY_TOLERANCE:
        return [identity], []
    message = f"{path.name}, sheet '{worst['sheet']}', cell {cell}: {name} has {said}; both are kept as they are."
    return [identity], [Finding("W_CITY_INVENTORY", message, worst["sheet"], cell)]


def _with_published_totals(values: CityValues) -> pl.DataFrame:
    """Return a row a municipality, year and release: value_mt, published_mt, sheet, row_no, column_no."""
    rows = [
        (province_code, year, one.value, one.sheet, one.row_no, one.column_no)
        for (province_code, city, year), one in values.items()
        if municipalities().get(province_code) == city and one.value is not None
    ]
    schema = {name: kind for name, kind in CELL_SCHEMA.items() if name != "city_name_zh"}
    own = pl.DataFrame(rows, schema=schema, orient="row")
    published = seed("co2_province_year_published").select(
        "vintage",
        "province_code",
        pl.col("year").cast(pl.Int32),
        pl.col("co2_mt").cast(pl.Float64).alias("published_mt"),
    )
    return own.join(published, on=["province_code", "year"])


def _refuse_magnitude(path: Path, values: CityValues) -> None:
    present = sorted(one.value for one in values.values() if one.value is not None)
    median = present[len(present) // 2] if present else None
    if median is not None and not _CITY_MEDIAN_MT[0] <= median <= _CITY_MEDIAN_MT[1]:
        low, high = _CITY_MEDIAN_MT
        message = (
            f"{path.name}: the values cannot be million tonnes: the median of all cities is {median:,.6g}, that of "
            f"Chinese cities lies between {low:g} and {high:g} Mt. Convert all values to Mt, or download the workbook "
            "again."
        )
        raise Refusal("E_UNIT_CO2", message)


def _outside_note(path: Path, note: Note, values: CityValues) -> list[Finding]:
    """Note single values of years that the note does not cover; the published file has one, of 1995."""
    outside = {key: one for key, one in values.items() if key[2] not in note.years and one.value is not None}
    if not note.years or not outside:
        return []
    (_, city, year), first = next(iter(outside.items()))
    cell = address(first.row_no, first.column_no)
    message = (
        f"{path.name}, sheet '{first.sheet}', cell {cell}: the note says {note.years[0]}-{note.years[-1]}, but "
        f"{len(outside)} value(s) are of other years, the first {city} {year}; they are kept."
    )
    return [Finding("W_YEAR_OUTSIDE_NOTE", message, first.sheet, cell)]
