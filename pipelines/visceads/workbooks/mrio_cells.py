"""The numbers of a located table: sheet -> arrays in canonical order -> the long bronze frame.

Belongs here: reading cells as numbers, empty and text cells, the order of the axes, the long frame. Not here: where
the cells lie (`mrio_axis`, `mrio_rows`), what must hold (`mrio_checks`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import numpy.typing as npt
import polars as pl

from visceads import codes
from visceads.workbooks.mrio_arrays import Floats, MrioArrays, MrioPlaces, sector_at
from visceads.workbooks.mrio_axis import AxisEntry, TableLocation
from visceads.workbooks.mrio_families import Rows
from visceads.workbooks.mrio_labels import FINAL_DEMAND_CODES
from visceads.workbooks.mrio_place import Cell, Source
from visceads.workbooks.mrio_rows import RowAxis
from visceads.workbooks.refusal import Finding, address

SCHEMA = {
    "table_id": pl.String,
    "block": pl.String,
    "row_province_code": pl.String,
    "row_code": pl.String,
    "column_province_code": pl.String,
    "column_code": pl.String,
    "value": pl.Float64,
    "sheet": pl.String,
    "row_no": pl.Int32,
    "column_no": pl.Int32,
}
"""The bronze schema of the family `mrio`; money in 10k yuan, CO2 in Mt."""

_PRINTED = frozenset({"TIU", "TFU", "TII", "TVA", "TI"})
_KEPT_EMPTY = _PRINTED | {"CO2"}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

Places = npt.NDArray[np.int32]


@dataclass(frozen=True)
class StatedTable:
    """The cells of one table as stated, in canonical order; NaN where a cell is empty.

    Attributes:
        body: 1302 x (1302 flows, 155 final demand, row items).
        below: column items x (1302 sectors, 155 final demand).
        row_items: the codes of the last columns of `body`.
        column_items: the codes of the rows of `below`.
        text_numbers: cells that hold a number as text.
    """

    body: Floats
    below: Floats
    row_items: tuple[str, ...]
    column_items: tuple[str, ...]
    text_numbers: list[Cell]


def places_of(location: TableLocation, axis: RowAxis, source: Source) -> MrioPlaces:
    """Return where the canonical rows and columns of a table stand on its sheet."""
    final_demand = [
        location.final_demand_columns[province, item]
        for province in codes.province_codes()
        for item in FINAL_DEMAND_CODES
    ]
    return MrioPlaces(
        source=source,
        row_nos=_in_order(axis.rows, location.classification),
        column_nos=_in_order(location.columns, location.classification),
        final_demand_columns=np.array(final_demand, dtype=np.int32),
        item_columns=location.item_columns,
        item_rows=axis.item_rows,
    )


def read_cells(rows: Rows, places: MrioPlaces) -> StatedTable:
    """Read the numbers of a table.

    Args:
        rows: the whole sheet.
        places: where its cells stand.

    Raises:
        Refusal: E_NOT_NUMBER for a cell that holds text, a date or a truth value.
    """
    row_items, column_items = tuple(places.item_columns), tuple(places.item_rows)
    columns = np.concatenate([places.column_nos, places.final_demand_columns]).tolist()
    item_columns = [places.item_columns[item] for item in row_items]
    item_rows = [places.item_rows[item] for item in column_items]
    texts: list[Cell] = []
    body = numbers_at(rows, places.row_nos.tolist(), columns + item_columns, texts, places.source)
    # Of the rows below the flows only imports are stated under final demand.
    sectors = places.column_nos.tolist()
    below = np.full((len(item_rows), len(columns)), np.nan)
    below[:, : len(sectors)] = numbers_at(rows, item_rows, sectors, texts, places.source)
    imports = numbers_at(rows, [places.item_rows["IM"]], places.final_demand_columns.tolist(), texts, places.source)
    below[column_items.index("IM"), len(sectors) :] = imports[0]
    return StatedTable(body, below, row_items, column_items, texts)


def arrays_of(stated: StatedTable, classification: str) -> MrioArrays:
    """Return the table as arrays; an empty cell counts as zero but for printed totals and CO2."""
    sectors = len(codes.province_codes()) * 42
    first_item = sectors + len(codes.province_codes()) * len(FINAL_DEMAND_CODES)

    def filled(item: str, values: Floats) -> Floats:
        return values if item in _KEPT_EMPTY else np.nan_to_num(values)

    row_items = {
        item: filled(item, stated.body[:, first_item + position].copy())
        for position, item in enumerate(stated.row_items)
    }
    column_items = {
        item: filled(item, stated.below[position, :sectors]) for position, item in enumerate(stated.column_items)
    }
    return MrioArrays(
        classification=classification,
        flows=np.nan_to_num(stated.body[:, :sectors]),
        final_demand=np.nan_to_num(stated.body[:, sectors:first_item]),
        row_items=row_items,
        column_items=column_items,
        final_imports=stated.below[stated.column_items.index("IM"), sectors:],
    )


def cell_findings(stated: StatedTable, arrays: MrioArrays, places: MrioPlaces) -> list[Finding]:
    """Note empty cells and numbers stored as text.

    Raises:
        Refusal: E_EMPTY_CELL if gross output is empty for a sector that sells something.
    """
    findings = []
    output = stated.body[:, -len(stated.row_items) + stated.row_items.index("GO")]
    sold = abs(arrays.flows).sum(axis=1) + abs(arrays.final_demand).sum(axis=1) + abs(arrays.row_items["EX"])
    lost = np.flatnonzero(np.isnan(output) & (sold != 0))
    if lost.size:
        text = (
            f"gross output of {sector_at(arrays.classification, int(lost[0]))} is empty, but the sector sells "
            f"something; {lost.size} sectors are like that. Restore the values from the publisher's copy."
        )
        raise places.source.refusal("E_EMPTY_CELL", text, places.row_item_cell("GO", int(lost[0])))
    count, first = _empty_cells(stated, places)
    if first is not None:
        text = (
            f"{count} empty cells in the table count as zero, the first is {address(*first)}; the identities "
            "hold with that."
        )
        findings.append(places.source.finding("W_EMPTY_CELL", text, first))
    if stated.text_numbers:
        text = f"{len(stated.text_numbers)} cells hold numbers stored as text, read as numbers."
        findings.append(places.source.finding("W_NUMBER_AS_TEXT", text, min(stated.text_numbers)))
    return findings


def long_frame(stated: StatedTable, places: MrioPlaces, table_id: str, classification: str) -> pl.DataFrame:
    """Return the table as bronze cells: one row per non-empty cell, flows of zero left out.

    Returns:
        A frame with the columns of `SCHEMA`, in the order flow, final_demand, row_item, column_item.
    """
    provinces, sectors = codes.province_codes(), codes.sector_codes(classification)
    sector_provinces = [province for province in provinces for _ in sectors]
    sector_codes = [sector for _ in provinces for sector in sectors]
    sellers = _Axis.of(sector_provinces, sector_codes, places.row_nos)
    buyers = _Axis.of(sector_provinces, sector_codes, places.column_nos)
    final_demand = _Axis.of(
        [province for province in provinces for _ in FINAL_DEMAND_CODES],
        [item for _ in provinces for item in FINAL_DEMAND_CODES],
        places.final_demand_columns,
    )
    row_items = _Axis.of_items(stated.row_items, places.item_columns)
    column_items = _Axis.of_items(stated.column_items, places.item_rows)
    flows, demand, items = np.split(stated.body, [len(buyers.places), -len(stated.row_items)], axis=1)
    cells = pl.concat(
        [
            _block("flow", np.where(flows == 0, np.nan, flows), sellers, buyers),
            _block("final_demand", demand, sellers, final_demand),
            _block("row_item", items, sellers, row_items),
            _block("column_item", stated.below, column_items, buyers.followed_by(final_demand)),
        ]
    )
    return cells.with_columns(
        table_id=_constant(table_id, cells.height), sheet=_constant(places.source.sheet, cells.height)
    ).select(list(SCHEMA))


@dataclass(frozen=True)
class _Axis:
    """One side of a block: province (null for an item), code and place by position."""

    provinces: pl.Series
    codes: pl.Series
    places: Places

    @classmethod
    def of(cls, provinces: Sequence[str | None], codes_: Sequence[str], places: Places) -> _Axis:
        return cls(pl.Series(provinces, dtype=pl.String), pl.Series(codes_, dtype=pl.String), places)

    @classmethod
    def of_items(cls, items: Sequence[str], places: dict[str, int]) -> _Axis:
        return cls.of([None] * len(items), items, np.array([places[item] for item in items], dtype=np.int32))

    def followed_by(self, other: _Axis) -> _Axis:
        places = np.concatenate([self.places, other.places])
        return _Axis(pl.concat([self.provinces, other.provinces]), pl.concat([self.codes, other.codes]), places)


def _block(name: str, values: Floats, rows: _Axis, columns: _Axis) -> pl.DataFrame:
    """The non-empty cells of one block as a long frame."""
    row, column = (positions.astype(np.uint32) for positions in np.nonzero(~np.isnan(values)))
    return pl.DataFrame(
        {
            "block": _constant(name, row.size),
            "row_province_code": rows.provinces.gather(row),
            "row_code": rows.codes.gather(row),
            "column_province_code": columns.provinces.gather(column),
            "column_code": columns.codes.gather(column),
            "value": values[row, column],
            "row_no": rows.places[row],
            "column_no": columns.places[column],
        }
    )


def _constant(text: str, height: int) -> pl.Series:
    return pl.Series([text]).new_from_index(0, height)


def _in_order(axis: Sequence[AxisEntry], classification: str) -> Places:
    """The places of an axis in canonical order: provinces in table order, sectors by number."""
    places = {(entry.province_code, entry.sector_code): entry.place for entry in axis}
    order = [(p, s) for p in codes.province_codes() for s in codes.sector_codes(classification)]
    return np.array([places[pair] for pair in order], dtype=np.int32)


def numbers_at(
    rows: Rows, row_nos: Sequence[int], column_nos: Sequence[int], texts: list[Cell], source: Source
) -> Floats:
    """Return the cells at the crossings of rows and columns as numbers, NaN where empty.

    Args:
        rows: the whole sheet.
        row_nos: rows, counted from 1.
        column_nos: two or more columns, counted from 1.
        texts: takes up the cells that hold a number as text.
        source: for the message.

    Raises:
        Refusal: E_NOT_NUMBER for a cell that holds text, a date or a truth value.
    """
    pick = itemgetter(*[column_no - 1 for column_no in column_nos])
    numbers = np.empty((len(row_nos), len(column_nos)))
    for position, row_no in enumerate(row_nos):
        cells = pick(rows[row_no - 1])
        # One look at the types of a row spares two million single looks; a truth value is no number here.
        if set(map(type, cells)) <= {float, int}:
            numbers[position] = cells
        else:
            numbers[position] = [
                np.nan if cell == "" else _number(cell, (row_no, column_no), texts, source)
                for cell, column_no in zip(cells, column_nos, strict=True)
            ]
    return numbers


def _number(cell: object, place: Cell, texts: list[Cell], source: Source) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    text = "" if cell is None else str(cell).strip()
    if not text:
        return np.nan
    if isinstance(cell, str) and _NUMBER.fullmatch(text):
        texts.append(place)
        return float(text)
    what = f"'{text}' stands where a number is expected. Put the number there, or empty the cell if it is zero."
    raise source.refusal("E_NOT_NUMBER", what, place)


def _empty_cells(stated: StatedTable, places: MrioPlaces) -> tuple[int, Cell | None]:
    """How many empty cells count as zero, and the first of them on the sheet.

    Printed totals, CO2 and the imports of final demand are not among them: they stay empty.
    """
    item_columns = [places.item_columns[item] for item in stated.row_items]
    item_rows = np.array([places.item_rows[item] for item in stated.column_items])
    columns = np.concatenate([places.column_nos, places.final_demand_columns, item_columns])
    is_counted = np.ones(columns.size, dtype=bool)
    is_counted[-len(item_columns) :] = [item not in _KEPT_EMPTY for item in stated.row_items]
    counted_rows = np.array([item not in _KEPT_EMPTY for item in stated.column_items])
    body = np.isnan(stated.body) & is_counted
    below = np.isnan(stated.below[:, : places.column_nos.size]) & counted_rows[:, None]
    count = int(body.sum() + below.sum())
    for empty, row_nos, column_nos in ((body, places.row_nos, columns), (below, item_rows, places.column_nos)):
        if empty.any():
            row_no = int(row_nos[empty.any(axis=1)].min())
            on_row = empty[row_nos == row_no][0]
            return count, (row_no, int(column_nos[on_row].min()))
    return count, None
