"""Two prints of one table in a workbook (Chinese and English): they must agree before one of them is left out.

Belongs here: comparing two tables value by value. Not here: choosing the one that is kept (`mrio`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from visceads.workbooks.mrio_arrays import Floats, MrioArrays, MrioPlaces
from visceads.workbooks.mrio_place import Cell
from visceads.workbooks.refusal import Finding, address

TOLERANCE = 1e-9
"""Relative difference up to which two prints agree."""


def require_equal(
    kept: MrioArrays, kept_places: MrioPlaces, other: MrioArrays, other_places: MrioPlaces, table_id: str
) -> Finding:
    """Require that two prints of one table agree, and note that one is left out.

    Args:
        kept: the table that is kept.
        kept_places: where its cells stand.
        other: the other print; items that only one of them has are not compared.
        other_places: where its cells stand.
        table_id: what both are.

    Returns:
        W_TWIN_LEFT_OUT.

    Raises:
        Refusal: E_TWIN_MISMATCH, with the cell that differs most in both sheets.
    """
    source, left_out = kept_places.source, other_places.source.sheet
    for first, second, first_cells, second_cells in _pairs(kept, kept_places, other, other_places):
        gap = abs(first - second)
        # An empty cell is NaN in both prints, or it is a difference.
        gap = np.where(np.isnan(first) & np.isnan(second), 0.0, np.where(np.isnan(gap), np.inf, gap))
        off = gap > TOLERANCE * np.maximum(np.nan_to_num(abs(first)), np.nan_to_num(abs(second)))
        if off.any():
            place = np.unravel_index(int(np.where(off, gap, 0.0).argmax()), gap.shape)
            cells = [_cell(rows, columns, place) for rows, columns in (first_cells, second_cells)]
            text = (
                f"this sheet and '{left_out}' are two prints of the table {table_id}, but {int(off.sum())} values "
                f"differ; most {first[place]:,.6g} here and {second[place]:,.6g} in cell {address(*cells[1])} there. "
                "Which one is right cannot be told: compare with the publisher's copy and delete the wrong sheet."
            )
            raise source.refusal("E_TWIN_MISMATCH", text, cells[0])
    text = f"the sheet '{left_out}' is a second print of the table {table_id} with the same values; it was left out."
    return source.finding("W_TWIN_LEFT_OUT", text)


_Lines = tuple[list[int], list[int]]


def _pairs(
    kept: MrioArrays, kept_places: MrioPlaces, other: MrioArrays, other_places: MrioPlaces
) -> Iterator[tuple[Floats, Floats, _Lines, _Lines]]:
    """Yield what both tables have as matrices, each with the rows and columns where its cells stand."""
    both = (kept_places, other_places)
    flows = [(p.row_nos.tolist(), p.column_nos.tolist()) for p in both]
    yield kept.flows, other.flows, flows[0], flows[1]
    demand = [(p.row_nos.tolist(), p.final_demand_columns.tolist()) for p in both]
    yield kept.final_demand, other.final_demand, demand[0], demand[1]
    if not (np.isnan(kept.final_imports).all() or np.isnan(other.final_imports).all()):
        imports = [([p.item_rows["IM"]], p.final_demand_columns.tolist()) for p in both]
        yield kept.final_imports[None, :], other.final_imports[None, :], imports[0], imports[1]
    for item in kept.row_items.keys() & other.row_items.keys():
        lines = [(p.row_nos.tolist(), [p.item_columns[item]]) for p in both]
        yield kept.row_items[item][:, None], other.row_items[item][:, None], lines[0], lines[1]
    for item in kept.column_items.keys() & other.column_items.keys():
        lines = [([p.item_rows[item]], p.column_nos.tolist()) for p in both]
        yield kept.column_items[item][None, :], other.column_items[item][None, :], lines[0], lines[1]


def _cell(rows: list[int], columns: list[int], place: tuple[np.intp, ...]) -> Cell:
    return rows[int(place[0])], columns[int(place[1])]
