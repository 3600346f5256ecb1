"""Cells of bronze: looking them up, naming their addresses, and the ranges that blocks of them take on a sheet.

Belongs here: reading bronze files and seeds by condition. Not here: which cells a figure rests on (`origins`) and the
workbooks themselves (`workbook_cell`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import polars as pl

from visceads import codes
from visceads.lake.atomic import file_sha256
from visceads.lake.bronze import bronze_path
from visceads.tracing.origins import Block
from visceads.tracing.published import Published
from visceads.tracing.record import CellRange, TraceError
from visceads.workbooks.refusal import address

PLACE_SCHEMA = {"sheet": pl.String, "row_no": pl.Int32, "column_no": pl.Int32, "value": pl.Float64}
"""What is known of a cell here: its place ('' as sheet in a CSV file or a seed) and what it holds."""

_ROW_KEYS = ("row_province_code", "row_code")
_COLUMN_KEYS = ("column_province_code", "column_code")
_SPARSE_BLOCKS = ("flow", "final_demand")
"""Blocks of input-output tables of which bronze leaves cells out: their places follow from the two axes."""


def find_cells(published: Published, block: Block) -> pl.DataFrame:
    """Return the cells of a block that bronze holds, as PLACE_SCHEMA, from left to right, then down.

    Raises:
        TraceError: if the release is not in bronze, or its file is not the one that its record knows.
    """
    if block.family.startswith("seed "):
        return _seed_cells(block)
    scan = _scan(published, block.release_id)
    rows = scan.filter(*(_condition(column, values) for column, values in block.where.items()))
    return rows.select(_place(scan)).sort("sheet", "row_no", "column_no").collect()


def empty_place(published: Published, block: Block) -> pl.DataFrame:
    """Return the place of one cell that bronze leaves out because it is zero or empty, with a null value.

    Its row and its column are known from the other cells of the axes. The frame is empty if the axes do not have them.
    """
    rows, columns, sheet = _axes(published, block)
    if len(rows) != 1 or len(columns) != 1:
        return pl.DataFrame(schema=PLACE_SCHEMA)
    return pl.DataFrame([(sheet, rows[0], columns[0], None)], schema=PLACE_SCHEMA, orient="row")


def ranges_of(published: Published, block: Block, cells: pl.DataFrame) -> tuple[CellRange, ...]:
    """Return the ranges that a block takes, one a sheet.

    Args:
        published: what is published.
        block: the block.
        cells: its cells as `find_cells` gives them.
    """
    is_filled = pl.col("value").is_not_null() & (pl.col("value") != 0)
    if is_sparse(block):
        rows, columns, sheet = _axes(published, block)
        filled = cells.filter(is_filled).height
        if not rows or not columns:
            return ()
        return (CellRange(sheet, _rectangles(rows, columns), len(rows) * len(columns), filled, block.release_id),)
    return tuple(
        CellRange(str(sheet), _addresses(part), part.height, part.filter(is_filled).height, block.release_id)
        for (sheet,), part in cells.group_by("sheet", maintain_order=True)
    )


def is_sparse(block: Block) -> bool:
    """Whether bronze leaves zero or empty cells of the block out."""
    return block.where.get("block", ("",))[0] in _SPARSE_BLOCKS


def place_name(block: Block, sheet: str, row_no: int, column_no: int) -> str:
    """Return the address of a cell: 'S31' on a sheet, 'line 5, field 3' in a CSV file, a line and column in a seed."""
    if block.family.startswith("seed "):
        return f"line {row_no}, column {block.value_column}"
    if not sheet:
        return f"line {row_no}, field {column_no}"
    return address(row_no, column_no)


def seed_path(block: Block) -> str:
    """Where the seed of a block lies in the clone."""
    return f"dbt_project/seeds/{block.family.removeprefix('seed ')}.csv"


def _scan(published: Published, release_id: str) -> pl.LazyFrame:
    sidecar = published.sidecar(release_id)
    path = bronze_path(published.lake, sidecar.source.family, release_id)
    if _sha256_of(path, path.stat().st_mtime_ns) != sidecar.bronze_sha256:
        raise TraceError(
            f"the file {path.name} in bronze/{sidecar.source.family} is not the one that was read from the workbook: "
            "delete it and run `visceads run`, then ask again",
            exit_code=1,
        )
    return pl.scan_parquet(path)


@cache
def _sha256_of(path: Path, _modified_ns: int) -> str:
    """The hash of a bronze file; one trace asks for many blocks of the same file."""
    return file_sha256(path)


def _condition(column: str, values: Sequence[str | int]) -> pl.Expr:
    return pl.col(column) == values[0] if len(values) == 1 else pl.col(column).is_in(list(values))


def _place(scan: pl.LazyFrame) -> list[pl.Expr]:
    names = scan.collect_schema().names()
    sheet = pl.col("sheet") if "sheet" in names else pl.lit("").alias("sheet")
    value = "value" if "value" in names else "value_mt"
    return [sheet, pl.col("row_no"), pl.col("column_no"), pl.col(value).alias("value")]


def _seed_cells(block: Block) -> pl.DataFrame:
    rows = codes.seed(block.family.removeprefix("seed ")).with_row_index("line", offset=2)  # line 1 is the header
    column_no = rows.columns.index(block.value_column)  # the added index stands before the first
    wanted = [pl.col(column).is_in([str(value) for value in values]) for column, values in block.where.items()]
    found = rows.filter(*wanted).select(
        pl.lit("").alias("sheet"),
        pl.col("line").cast(pl.Int32).alias("row_no"),
        pl.lit(column_no, dtype=pl.Int32).alias("column_no"),
        pl.col(block.value_column).cast(pl.Float64).alias("value"),
    )
    return found.cast(PLACE_SCHEMA)  # type: ignore[arg-type]


def _axes(published: Published, block: Block) -> tuple[list[int], list[int], str]:
    """The rows and the columns of a sheet that a sparse block takes, ascending, and the sheet."""
    scan = _scan(published, block.release_id)
    own = [_condition(c, v) for c, v in block.where.items() if c not in {"block", *_ROW_KEYS, *_COLUMN_KEYS}]
    rows = _axis(scan.filter(*own, pl.col("block") == "row_item"), block, _ROW_KEYS, "row_no")
    # every column of flows has its items below, and every column of final demand some seller
    beside = "column_item" if block.where["block"][0] == "flow" else "final_demand"
    columns = _axis(scan.filter(*own, pl.col("block") == beside), block, _COLUMN_KEYS, "column_no")
    if beside == "column_item":  # imports stand under final demand too
        columns = columns.filter(~pl.col("column_code").str.starts_with("FU"))
    sheet = str(rows["sheet"][0]) if rows.height else ""
    return sorted(set(rows["row_no"])), sorted(set(columns["column_no"])), sheet


def _axis(cells: pl.LazyFrame, block: Block, keys: Sequence[str], place: str) -> pl.DataFrame:
    conditions = [_condition(key, block.where[key]) for key in keys if key in block.where]
    names = cells.collect_schema().names()  # a national table has no provinces
    return cells.filter(*conditions).select("sheet", *(key for key in keys if key in names), place).unique().collect()


def _addresses(cells: pl.DataFrame) -> str:
    """The cells of one sheet as rectangles: rows that have the same columns stand together."""
    by_row = cells.group_by("row_no").agg(pl.col("column_no").unique().sort()).sort("row_no")
    rows_of: dict[tuple[int, ...], list[int]] = {}
    for row_no, column_nos in by_row.iter_rows():
        rows_of.setdefault(tuple(column_nos), []).append(row_no)
    return ", ".join(_rectangles(rows, columns) for columns, rows in rows_of.items())


def _rectangles(rows: Sequence[int], columns: Sequence[int]) -> str:
    parts = []
    for first_row, last_row in _runs(rows):
        for first_column, last_column in _runs(columns):
            first, last = address(first_row, first_column), address(last_row, last_column)
            parts.append(first if first == last else f"{first}:{last}")
    return ", ".join(parts)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs without a gap: [1, 2, 5] -> [(1, 2), (5, 5)]."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
