"""The question behind `visceads trace`: a table and some keys -> the row, its cells, and the rules between them.

Belongs here: putting the parts together for one row. Not here: derived tables (`derived`), how it is shown (`text`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from pathlib import Path

import polars as pl

from visceads.contracts.catalogue import Contract
from visceads.contracts.lineage import LINEAGE
from visceads.lake.parquet import SIGNIFICANT_DIGITS, round_significant
from visceads.lake.paths import LakePaths
from visceads.lake.releases import citation
from visceads.tracing import (
    derived,
    origins_accounts,
    origins_baseline,
    origins_inventory,
    origins_mrio,
    origins_national,
)
from visceads.tracing.cells import empty_place, find_cells, is_sparse, place_name, ranges_of, seed_path
from visceads.tracing.issues import issues_of
from visceads.tracing.labels import name_of
from visceads.tracing.origins import Block, Computed, Origin
from visceads.tracing.published import Published, contract_named, open_published
from visceads.tracing.record import (
    Noted,
    Trace,
    TracedCell,
    TracedColumn,
    TracedRelease,
    TraceError,
    Value,
    WorkbookBlock,
)
from visceads.tracing.rows import Row, Wanted, find_row, find_rows, missing_keys, no_row, read_options
from visceads.tracing.workbook_cell import RawFolder, raw_of_last_run

CELL_TABLES: dict[str, Callable[[Published, Row], list[Origin | Computed]]] = {
    "inventory.emission": origins_inventory.emission,
    "inventory.emission_total": origins_inventory.emission_total,
    "inventory.energy": origins_accounts.energy,
    "inventory.national_emission": origins_accounts.national_emission,
    "inventory.apparent_emission": origins_accounts.apparent_emission,
    "inventory.city_emission": origins_accounts.city_emission,
    "mrio.flow": origins_mrio.flow,
    "mrio.final_demand": origins_mrio.final_demand,
    "mrio.primary_input": origins_mrio.primary_input,
    "mrio.sector_account": origins_mrio.sector_account,
    "mrio.national_flow": origins_national.flow,
    "mrio.national_final_demand": origins_national.final_demand,
    "mrio.national_sector_account": origins_national.sector_account,
    "baseline.province_year": origins_baseline.province_year,
}
"""Tables whose figures are cells, sums over cells or ratios of such; all others are derived."""

LEAVE_ZEROS_OUT = frozenset({"mrio.flow", "mrio.final_demand", "mrio.national_flow", "mrio.national_final_demand"})
"""Tables that have no row for a cell which is zero or empty."""

TOLERANCE = 1e-12
"""How far a figure may be from what its cell gives, relative: the rounding of doubles."""

TOLERANCE_OF_SUMS = 1e-11
"""The same for sums and ratios, relative to the sizes added: their last digit depends on the order of adding."""

ROUNDING = f"rounded to {SIGNIFICANT_DIGITS} significant digits, as all published figures are"

_SINGLE_CELLS = 6
"""Up to so many cells are shown one by one; more of them as a range."""

_ROWS_SHOWN = 3


@dataclass(frozen=True)
class Question:
    """What a person asks.

    Attributes:
        table: `group.table`.
        given: option without dashes -> what was typed.
        column: one column of the table; '' for all figures.
    """

    table: str
    given: Mapping[str, str]
    column: str = ""


def trace_in(folder: Path, raw: Path | None, question: Question) -> Trace:
    """Answer a question about the lake in a folder; without a raw folder the one of the last run is meant.

    Raises:
        TraceError: if it cannot be answered; the message is a sentence.
    """
    lake = LakePaths(folder)
    return trace(lake, raw or raw_of_last_run(lake), question)


def trace(lake: LakePaths, raw: Path, question: Question) -> Trace:
    """Trace a figure, or list what a derived table is made from.

    Args:
        lake: the lake.
        raw: the folder that may still hold the workbooks.
        question: what is asked.

    Raises:
        TraceError: if it cannot be answered; the message is a sentence.
    """
    contract = contract_named(question.table)
    if question.column and question.column not in {column.name for column in contract.columns}:
        names = ", ".join(column.name for column in contract.columns if not column.is_key)
        raise TraceError(f"{contract.name} has no column {question.column}; its columns are {names}")
    published = open_published(lake)
    wanted = read_options(published, contract, question.given)
    if contract.name in CELL_TABLES:
        return _trace_row(published, RawFolder(raw), contract, wanted, question.column)
    return _trace_derived(published, contract, wanted, question.column)


# --- tables of cells ---


def _trace_row(published: Published, raw: RawFolder, contract: Contract, wanted: Wanted, column: str) -> Trace:
    row = find_row(published, contract, wanted)
    notes: tuple[str, ...] = ()
    if row is None:
        row = _left_out(published, contract, wanted)
        notes = (f"{contract.name} has no row for a cell that is zero or empty: read the figure as 0",)
    origins = CELL_TABLES[contract.name](published, row)
    if column:
        origins = [origin for origin in origins if origin.column == column]
        if not origins:
            traced = ", ".join(origin.column for origin in CELL_TABLES[contract.name](published, row))
            raise TraceError(f"{contract.name}: {column} is no figure out of a workbook; these are: {traced}")
    units = {one.name: str(row.get("unit") or one.unit) for one in contract.columns}
    columns = tuple(_traced(published, raw, origin, row, units[origin.column]) for origin in origins)
    return Trace(
        table=contract.name,
        title=contract.title[0],
        version=published.version,
        key=_named_key(contract, row),
        columns=columns,
        rule=LINEAGE[contract.name].rule,
        releases=_releases(published, columns),
        issues=issues_of(published, row, columns),
        notes=notes,
    )


def _left_out(published: Published, contract: Contract, wanted: Wanted) -> Row:
    """A row that stands for a cell which the table leaves out as zero; refused if there is no such cell.

    Raises:
        TraceError: if keys are missing, or there is no such row and no such cell.
    """
    row = {column.name: wanted.keys.get(column.name) for column in contract.columns}
    if contract.name in LEAVE_ZEROS_OUT and not missing_keys(contract, wanted):
        for origin in CELL_TABLES[contract.name](published, row):
            for block in origin.blocks if isinstance(origin, Origin) else ():
                if block.release_id and not empty_place(published, block).is_empty():
                    return row
    raise no_row(published, contract, wanted)


def _traced(published: Published, raw: RawFolder, origin: Origin | Computed, row: Row, unit: str) -> TracedColumn:
    value = _plain(row[origin.column])
    if isinstance(origin, Computed):
        agrees = _equal(value, origin.value, 0.0, TOLERANCE_OF_SUMS)
        agreement = "" if agrees else f"the formula gives {origin.value!r}, which is not the published figure"
        return TracedColumn(origin.column, value, unit, rules=(origin.rule,), agreement=agreement, is_explained=agrees)
    found = _found(published, origin)
    less = [(block, find_cells(published, block)) for block in origin.subtracted]
    height = sum(cells.height for _, cells in (*found, *less))
    is_short = not origin.is_sum and height <= _SINGLE_CELLS
    values = [*_values(found), *(-one for one in _values(less))]
    raw_value = sum(values) if values or origin.is_sum or origin.empty_is_zero else None
    agreement, agrees = _agreement(origin, row, value, values, raw_value)
    every = _cells_of([*found, *less])
    return TracedColumn(
        column=origin.column,
        value=value,
        unit=unit,
        cells=tuple(_cell(published, raw, block, *place) for block, place in every) if is_short else (),
        ranges=() if is_short else tuple(r for block, cells in found for r in ranges_of(published, block, cells)),
        raw_value=raw_value,
        raw_unit=origin.conversion.raw_unit,
        rules=_rules(origin, value, is_empty=height > len(values)),
        agreement=agreement,
        is_explained=agrees,
        reasons=tuple(r for block in origin.reason for r in ranges_of(published, block, find_cells(published, block))),
    )


Found = list[tuple[Block, pl.DataFrame]]


def _found(published: Published, origin: Origin) -> Found:
    """The cells of a figure; where bronze leaves out a single zero cell, its place."""
    found = [(block, find_cells(published, block)) for block in origin.blocks]
    if origin.is_sum or any(cells.height for _, cells in found):
        return found
    return [(block, empty_place(published, block) if is_sparse(block) else cells) for block, cells in found]


def _values(found: Found) -> list[float]:
    return [float(one) for _, cells in found for one in cells["value"].drop_nulls()]


def _rules(origin: Origin, value: Value, *, is_empty: bool) -> tuple[str, ...]:
    """Every rule on the way from the cells to a figure, in the order in which they apply."""
    zero = ("an empty cell counts as zero",) if origin.empty_is_zero and is_empty else ()
    rounding = (ROUNDING,) if isinstance(value, float) else ()
    return (*zero, origin.conversion.rule, *origin.rules, *rounding)


Place = tuple[str, int, int]
"""Sheet, row and column."""


def _cells_of(
    found: Iterable[tuple[Block, pl.DataFrame]],
) -> Iterator[tuple[Block, tuple[Place, float | None]]]:
    """Every cell of some blocks: its place and what bronze holds."""
    for block, cells in found:
        for sheet, row_no, column_no, value in cells.iter_rows():
            yield block, ((sheet, row_no, column_no), value)


def _cell(published: Published, raw: RawFolder, block: Block, place: Place, value: float | None) -> TracedCell:
    sheet, row_no, column_no = place
    name = place_name(block, sheet, row_no, column_no)
    if not block.release_id:
        return TracedCell(seed_path(block), name, value)
    seen = raw.look_up(published.sidecar(block.release_id).source, place, value)
    return TracedCell(sheet, name, value, seen.sentence, seen.agrees, block.release_id)


def _agreement(
    origin: Origin, row: Row, value: Value, values: list[float], raw_value: float | None
) -> tuple[str, bool]:
    """Whether the cells give the published figure, told in a sentence."""
    if value is None:
        is_known_gap = row.get("null_reason") is not None or not raw_value
        return ("", True) if is_known_gap else (f"the cells say {raw_value!r}, but the figure is missing", False)
    if not origin.is_exact:
        return _share(value, raw_value)
    given = None if raw_value is None else _rounded(origin.conversion.of(raw_value))
    size = origin.conversion.of(sum(abs(one) for one in values))
    if _equal(value, given, size, TOLERANCE_OF_SUMS if len(values) > 1 else TOLERANCE):
        return f"the {'cells give' if len(values) > 1 else 'cell gives'} the published figure by these rules", True
    return f"the cells give {given!r} by these rules, which is not the published figure", False


def _share(value: Value, raw_value: float | None) -> tuple[str, bool]:
    """Whether a figure is a share of its cells, where a rule gives the rest of them to others."""
    if not raw_value:
        return "", not value
    share = float(value or 0.0) / raw_value
    return f"the figure is {share:.6g} of the sum of its cells", -TOLERANCE_OF_SUMS <= share <= 1 + TOLERANCE_OF_SUMS


def _rounded(figure: float) -> float:
    return float(round_significant(pl.DataFrame({"figure": [figure]})).item())


def _equal(value: Value, given: Value, size: float, tolerance: float) -> bool:
    if value is None or given is None:
        return value is given
    if isinstance(value, bool) or isinstance(given, bool):
        return value == given
    return isclose(float(value), float(given), rel_tol=tolerance, abs_tol=tolerance * size)


# --- derived tables ---


def _trace_derived(published: Published, contract: Contract, wanted: Wanted, column: str) -> Trace:
    rows = find_rows(published, contract, wanted, _ROWS_SHOWN + 1)
    if rows.is_empty() and wanted.keys:
        raise no_row(published, contract, wanted)
    is_short = bool(wanted.keys) and rows.height <= _ROWS_SHOWN
    columns = _figures(contract, rows, column) if is_short else ()
    blocks = derived.blocks_of(published, contract, wanted.keys)
    return Trace(
        table=contract.name,
        title=contract.title[0],
        version=published.version,
        key={one.name: _named(one.name, wanted.keys[one.name]) for one in contract.columns if one.name in wanted.keys},
        columns=columns,
        rule=LINEAGE[contract.name].rule,
        inputs=derived.inputs_of(contract.name),
        blocks=blocks,
        settings=derived.settings_of(published, contract.name, wanted.keys),
        releases=tuple(_release(published, name, ()) for name in _named_releases(published, rows, is_short, blocks)),
    )


def _named_releases(
    published: Published, rows: pl.DataFrame, is_short: bool, blocks: Iterable[WorkbookBlock]
) -> list[str]:
    """The releases of the blocks, and those that the few rows in question name themselves."""
    names = [block.release_id for block in blocks]
    for column in rows.columns if is_short else ():
        if column.endswith("release_id"):
            names += [name for name in rows[column].drop_nulls() if name in published.sidecars]
    return list(dict.fromkeys(names))


def _figures(contract: Contract, rows: pl.DataFrame, column: str) -> tuple[TracedColumn, ...]:
    """The figures of the few rows that keys name; a key that they differ in stands beside the name."""
    differing = [name for name in contract.key if rows[name].n_unique() > 1]
    figures = []
    for row in rows.iter_rows(named=True):
        place = ", ".join(f"{name} {row[name]}" for name in differing)
        for one in contract.columns:
            if not one.is_key and column in {"", one.name}:
                name = f"{one.name} ({place})" if place else one.name
                figures.append(TracedColumn(name, _plain(row[one.name]), str(row.get("unit") or one.unit)))
    return tuple(figures)


# --- what both share ---


def _releases(published: Published, columns: Iterable[TracedColumn]) -> tuple[TracedRelease, ...]:
    places: dict[str, set[tuple[str, str]]] = {}
    for column in columns:
        for cell in column.cells:
            places.setdefault(cell.release_id, set()).add((cell.sheet, cell.address))
        for one in (*column.ranges, *column.reasons):
            places.setdefault(one.release_id, set()).add((one.sheet, ""))
    return tuple(_release(published, name, found) for name, found in places.items() if name)


def _release(published: Published, release_id: str, places: Iterable[tuple[str, str]]) -> TracedRelease:
    sidecar = published.sidecar(release_id)
    source = sidecar.source
    cells = set(places)
    sheets = {sheet for sheet, _ in cells} | {""}
    noted = [
        Noted(finding.code, finding.sheet, finding.cell, finding.message)
        for finding in source.findings
        if finding.sheet in sheets
    ]
    noted.sort(key=lambda one: ((one.sheet, one.cell) not in cells, not one.sheet))
    return TracedRelease(
        release_id=release_id,
        family=source.family,
        vintage=source.vintage,
        file_name=source.file_name,
        sha256=source.sha256,
        is_current=release_id in published.current.values(),
        is_synthetic=source.is_synthetic,
        is_reconstructed=source.is_reconstructed,
        citation=citation(sidecar),
        notes=tuple(noted),
    )


def _named_key(contract: Contract, row: Row) -> dict[str, str]:
    return {name: _named(name, row[name]) for name in contract.key if row[name] is not None}


def _named(column: str, value: object) -> str:
    name = name_of(column, str(value))
    return f"{value} ({name})" if name and name != value else str(value)


def _plain(value: object) -> Value:
    return value if isinstance(value, float | int | str | bool) or value is None else str(value)
