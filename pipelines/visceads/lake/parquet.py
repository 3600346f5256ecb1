"""Deterministic Parquet: equal tables give equal bytes, and large tables stream in little memory.

Belongs here: rounding, validated and chunked writing with the contract's metadata, hashes of content. Not
here: where tables go (`publication`) and what they promise (`contracts`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from visceads.contracts.catalogue import Contract, ContractError, arrow_schema, validate
from visceads.lake.atomic import file_sha256, replacing

SIGNIFICANT_DIGITS = 12
"""Published doubles carry this many digits: the last ones depend on the order of a sum, not on the data."""

ROW_GROUP_ROWS = 131_072
"""Rows converted and written at a time: it bounds the memory of large tables."""


@dataclass(frozen=True)
class TableFile:
    """One table as a Parquet file that passed its contract.

    Attributes:
        group: the group of the table.
        table: its name within the group.
        path: where the file lies.
        rows: how many rows it has.
        sha256: the sha256 of its bytes.
    """

    group: str
    table: str
    path: Path
    rows: int
    sha256: str


def round_significant(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its doubles rounded to 12 significant digits, and -0.0 as 0.0.

    Null, NaN and infinity stay as they are: the contract refuses what it must.
    """
    names = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    return frame.with_columns(_rounded(pl.col(name)).alias(name) for name in names)


def _rounded(values: pl.Expr) -> pl.Expr:
    is_zero = values == 0.0  # also -0.0, whose sign would make equal tables differ
    return (
        pl.when(is_zero)
        .then(0.0)
        .when(values.is_finite())
        .then(values.round_sig_figs(SIGNIFICANT_DIGITS))
        .otherwise(values)
    )


def write_table(contract: Contract, frames: Iterable[pl.DataFrame], path: Path) -> TableFile:
    """Validate and write a published table, frame by frame, atomically.

    Doubles are rounded to 12 significant digits before they are validated. Each frame is validated as a whole
    and written in row groups, so that only one frame has to be in memory. Equal frames give equal bytes.

    Args:
        contract: the contract of the table.
        frames: collected frames, each sorted by the key; the first key column of each frame lies above that
            of the
            frame before (for `mrio.flow` one frame a table id). No frame at all gives a table without rows.
        path: the file to be written.

    Returns:
        The file with its number of rows and its sha256.

    Raises:
        ContractError: if a frame breaks the contract or does not follow the one before; nothing is written
            then.
    """
    rows, last = 0, None
    schema = arrow_schema(contract)
    with replacing(path) as temporary:
        with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
            for given in frames:
                frame = round_significant(given) if isinstance(given, pl.DataFrame) else given
                validate(contract.group, contract.table, frame)
                if frame.is_empty():
                    continue
                last = _follow(contract, frame, last)
                _write_row_groups(writer, frame, schema)
                rows += frame.height
                del given, frame  # else two frames are held while the next one is made
        sha256 = file_sha256(temporary)
    return TableFile(contract.group, contract.table, path, rows, sha256)


def content_sha256(path: Path, leave_out: tuple[str, ...] = ()) -> str:
    """Return a sha256 of a Parquet file's schema and values, some columns left out.

    Args:
        path: the file.
        leave_out: columns that do not take part, such as a time.
    """
    table = pq.read_table(path, memory_map=True)
    kept = table.drop_columns([name for name in leave_out if name in table.column_names]).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, kept.schema) as writer:
        writer.write_table(kept)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _follow(contract: Contract, frame: pl.DataFrame, last: object) -> object:
    """Return the last value of the first key column, having checked that the frame begins above `last`."""
    name = contract.key[0]
    first = frame[name].item(0)
    if last is not None and first <= last:
        raise ContractError(
            contract.name,
            [
                f"a part begins with {name} {first}, but the part before it ends with {name} {last}: each "
                f"part must "
                f"lie above the one before, so sort the parts by {name} and give all rows of one {name} in "
                f"one part"
            ],
        )
    return frame[name].item(-1)


def _write_row_groups(writer: pq.ParquetWriter, frame: pl.DataFrame, schema: pa.Schema) -> None:
    for part in frame.iter_slices(ROW_GROUP_ROWS):
        # rechunk: a slice over a chunk border would become two row groups, depending on how the frame was
        # made
        writer.write_table(part.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema))
