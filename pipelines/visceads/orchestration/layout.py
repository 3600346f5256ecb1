"""Arrays as columns: the small steps that every layout of results shares.

Belongs here: keys of sectors and of provinces, constants, NaN as null. Not here: single tables
(`account_sector_frames`, `account_province_frames`, `backbone_tables`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from visceads.accounts.system import F64, InputOutputSystem


def table_frame(constants: Mapping[str, str], columns: Mapping[str, object]) -> pl.DataFrame:
    """Return a frame of constants and of columns of equal length; NaN becomes null.

    Args:
        constants: column -> the value of every row.
        columns: column -> an array or a series.
    """
    frame = pl.DataFrame(columns).with_columns(pl.selectors.float().fill_nan(None))
    return frame.with_columns(pl.lit(value, dtype=pl.String).alias(name) for name, value in constants.items())


def texts(values: Sequence[str | None]) -> pl.Series:
    """Return texts as a series that has its type even where all of them are missing."""
    return pl.Series(values, dtype=pl.String)


def sector_key(system: InputOutputSystem) -> dict[str, pl.Series]:
    """Return the columns that name the sectors of a system, (n)."""
    provinces, sectors = zip(*system.labels, strict=True)
    return {"province_code": texts(provinces), "sector_code": texts(sectors)}


def province_key(system: InputOutputSystem) -> dict[str, pl.Series]:
    """Return the column that names the provinces of a system, (R)."""
    return {"province_code": texts(system.provinces)}


def quotient(amounts: F64, by: F64) -> F64:
    """Return amounts over a denominator, NaN where either is missing or the denominator is not above 0."""
    result = np.full(np.shape(amounts), np.nan)
    np.divide(amounts, by, out=result, where=by > 0)
    return result
