"""The file of a backbone: Parquet or CSV, whole or not at all.

Belongs here: where a file may go, writing it. Not here: its columns (`backbone_answer`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from visceads.lake.atomic import replacing
from visceads.lake.parquet import round_significant
from visceads.lake.paths import LakePaths
from visceads.published.marts import PublishedError

KINDS = (".parquet", ".csv")


def require_writable(file: Path, lake: LakePaths) -> None:
    """Refuse a file before anything is computed for it.

    Raises:
        PublishedError: with exit code 2 for another ending than those of `KINDS`, a folder, a place in a folder that
            does not exist or that belongs to the lake itself.
    """
    if file.suffix.lower() not in KINDS:
        raise PublishedError(f"--out {file} is neither .parquet nor .csv; end its name with one of them", exit_code=2)
    place = file.resolve()
    if place.is_dir():
        raise PublishedError(f"--out {file} is a folder; name a file in it", exit_code=2)
    if not place.parent.is_dir():
        raise PublishedError(
            f"the folder {place.parent} does not exist; make it, or name another with --out", exit_code=2
        )
    kept = [path.resolve() for path in (lake.marts, lake.warehouse, lake.bronze, lake.raw, lake.build, lake.site)]
    if any(path in place.parents for path in kept):
        raise PublishedError(f"--out {file} lies in a folder of the lake itself; name another folder", exit_code=2)


def write_edges(file: Path, frame: pl.DataFrame) -> None:
    """Write edges; a file that is there is replaced. Doubles are rounded to 12 significant digits, as in the marts.

    Args:
        file: where it goes; `require_writable` has looked at it.
        frame: the edges.

    Raises:
        PublishedError: with exit code 1 if it cannot be written; what was there stays.
    """
    rounded = round_significant(frame)
    try:
        with replacing(file) as temporary:
            if file.suffix.lower() == ".csv":
                rounded.write_csv(temporary)
            else:
                rounded.write_parquet(temporary, compression="zstd")
    except OSError as error:
        raise PublishedError(
            f"the edges cannot be written to {file} ({error.strerror}); name another file with --out", exit_code=1
        ) from None
