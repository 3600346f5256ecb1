"""The folder of a result: written aside as a whole, then renamed into place.

Belongs here: where a result may go, names of files, writing. Not here: what the files hold.

A folder that holds anything else than an earlier result is never replaced.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from visceads.lake.atomic import sync
from visceads.lake.parquet import round_significant
from visceads.lake.paths import LakePaths
from visceads.scenarios.errors import ScenarioError

KINDS = ("base", "scenario", "difference")
LEVELS = ("sector", "province")
ICT_TABLES = ("ict_effect", "ict_rebound", "ict_purchase")
TABLES = (*(f"{level}_{kind}" for level in LEVELS for kind in KINDS), *ICT_TABLES)
ABOUT, SUMMARY, SCENARIO_COPY = "about.json", "summary.md", "scenario.yaml"
_OWN_FILES = frozenset({ABOUT, SUMMARY, SCENARIO_COPY, *(f"{name}.parquet" for name in TABLES)})


def default_folder(lake: LakePaths, name: str, table_id: str, co2_basis: str) -> Path:
    """Return where a result goes if no folder is named."""
    return lake.root / "scenarios" / f"{name}-{table_id}-{co2_basis}"


def require_free(folder: Path, lake: LakePaths) -> None:
    """Refuse a place for a result that holds something else.

    Args:
        folder: where the result shall go.
        lake: the lake, whose own folders take no result.

    Raises:
        ScenarioError: with exit code 2 for a file, a folder with other files, or a folder of the pipeline.
    """
    place = folder.resolve()
    kept = [path.resolve() for path in (lake.marts, lake.warehouse, lake.bronze, lake.raw, lake.build, lake.site)]
    if place == lake.root.resolve() or any(place == path or path in place.parents for path in kept):
        raise ScenarioError(f"--out {folder} belongs to the lake itself; name another folder", exit_code=2)
    if not place.exists():
        return
    if not place.is_dir():
        raise ScenarioError(f"--out {folder} is a file; name a folder that is new", exit_code=2)
    names = {path.name for path in place.iterdir()}
    foreign = sorted(names - _OWN_FILES)
    if foreign or (names and ABOUT not in names):
        held = f"'{foreign[0]}'" if foreign else "files without about.json"
        raise ScenarioError(
            f"--out {folder} holds {held}, which no scenario wrote; name a folder that is new, or move that away",
            exit_code=2,
        )


def write_result(folder: Path, tables: Mapping[str, pl.DataFrame], texts: Mapping[str, bytes]) -> None:
    """Write a result and put it in the place of an earlier one.

    Doubles are rounded to 12 significant digits, as in the marts.

    Args:
        folder: where the result goes; `require_free` has looked at it.
        tables: name without `.parquet` -> frame.
        texts: file name -> content.

    Raises:
        ScenarioError: with exit code 1 if the folder cannot be written; what was there stays.
    """
    place = folder.resolve()
    aside = place.with_name(f".{place.name}.{secrets.token_hex(6)}.tmp")
    try:
        aside.mkdir(parents=True)
        for name, frame in tables.items():
            round_significant(frame).write_parquet(aside / f"{name}.parquet", compression="zstd")
        for name, content in texts.items():
            (aside / name).write_bytes(content)
        for path in (*aside.iterdir(), aside):
            sync(path)
        _replace(place, aside)
    except OSError as error:
        raise ScenarioError(
            f"the result cannot be written to {folder} ({error.strerror}); name another folder with --out", exit_code=1
        ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _replace(place: Path, new: Path) -> None:
    old = new.with_suffix(".old")
    if place.exists():
        place.rename(old)
    try:
        new.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    sync(place.parent)
    shutil.rmtree(old, ignore_errors=True)
