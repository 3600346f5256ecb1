"""The base of every contract: how a published table is declared, and the rules that all tables share.

Belongs here: the base model (strict, ordered, never coercing), the builders of columns, and the checks that
hold for every table (sorted by key, unique key, a reason for every missing main figure). Not here: single
tables (the modules named as the groups), titles and units (`fields`), the wording of failures (`checking`).

Two traps are closed here. `ge=0` alone lets infinity pass, so every measure is bounded by the largest double,
which refuses NaN and both infinities. And a unique-key check by grouping costs seconds on 1.46 million rows;
since tables are sorted by key, comparing each row with the one before it answers both questions at once.
"""

# ruff: noqa: ANN401 - a field of a pandera model is typed Any by pandera itself

from __future__ import annotations

import sys
from typing import Any, ClassVar

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

LARGEST = sys.float_info.max
"""The largest finite double: the outer bound of every measure."""

KEY = "visceads_key"
"""The mark, in a field's metadata, of a column that belongs to the key."""


def key(choices: tuple[str, ...] = ()) -> Any:
    """A text column of the key: never null, never empty, one of `choices` if any are given."""
    return _text(nullable=False, may_be_empty=False, choices=choices, is_key=True)


def key_number(minimum: int = 1, maximum: int = 2**31 - 1) -> Any:
    """A 32-bit integer column of the key, within the bounds."""
    return pa.Field(in_range=_bounds(minimum, maximum), metadata={KEY: True})


def text(*, nullable: bool = False, may_be_empty: bool = False) -> Any:
    """A text column; missing is null, so the empty text is refused unless it means something."""
    return _text(nullable=nullable, may_be_empty=may_be_empty, choices=(), is_key=False)


def choice(values: tuple[str, ...], *, nullable: bool = False) -> Any:
    """A text column that holds one of `values`."""
    return _text(nullable=nullable, may_be_empty=False, choices=values, is_key=False)


def flag() -> Any:
    """A true-or-false column, never null."""
    return pa.Field()


def number(minimum: int = 0, maximum: int = 2**31 - 1, *, nullable: bool = False) -> Any:
    """A 32-bit integer column within the bounds (both belong to it)."""
    return pa.Field(nullable=nullable, in_range=_bounds(minimum, maximum))


def measure(
    minimum: float = -LARGEST, maximum: float = LARGEST, *, above: float | None = None, nullable: bool = False
) -> Any:
    """A finite double within the bounds, which belong to it; `above` is a lower bound that does not."""
    bounds = _bounds(minimum, maximum)
    if above is not None:
        bounds |= {"min_value": above, "include_min": False}
    return pa.Field(nullable=nullable, in_range=bounds)


def fraction(*, nullable: bool = False) -> Any:
    """A finite double in 0..1: a share, a percentile, a probability."""
    return measure(0.0, 1.0, nullable=nullable)


def _bounds(minimum: float, maximum: float) -> dict[str, Any]:
    return {"min_value": minimum, "max_value": maximum}


def _text(*, nullable: bool, may_be_empty: bool, choices: tuple[str, ...], is_key: bool) -> Any:
    checks: dict[str, Any] = {}
    if choices:
        checks["isin"] = list(choices)
    elif not may_be_empty:
        checks["str_length"] = {"min_value": 1}
    return pa.Field(nullable=nullable, metadata={KEY: True} if is_key else None, **checks)


class PublishedTable(pa.DataFrameModel):
    """A table as it is published: exactly these columns, in this order, with these types, sorted by its key.

    A subclass lists its columns in order, the key first. Where it has a column `null_reason`, the class
    attribute `_explained` names the main figures: `null_reason` is null exactly if all of them are present.
    """

    _explained: ClassVar[tuple[str, ...]] = ()

    class Config:
        """Nothing is added, left out, moved or converted on the way."""

        strict = True
        ordered = True
        coerce = False

    @classmethod
    def key_columns(cls) -> tuple[str, ...]:
        """The key columns, in the order in which rows are sorted."""
        columns = cls.to_schema().columns
        return tuple(name for name, column in columns.items() if (column.metadata or {}).get(KEY))

    @classmethod
    def explained_columns(cls) -> tuple[str, ...]:
        """The main figures whose absence `null_reason` explains; empty for a table without that column."""
        return cls._explained

    @pa.dataframe_check
    @classmethod
    def _sorted_by_key(cls, data: PolarsData) -> pl.LazyFrame:
        # Lexicographic order, built from the last key column forwards. A null key is another check's finding.
        in_order = pl.lit(value=True)
        for name in reversed(cls.key_columns()):
            this, before = pl.col(name), pl.col(name).shift(1)
            in_order = (this > before) | ((this == before) & in_order)
        return data.lazyframe.select(in_order.fill_null(value=True).alias("sorted_by_key"))

    @pa.dataframe_check
    @classmethod
    def _unique_key(cls, data: PolarsData) -> pl.LazyFrame:
        repeats = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in cls.key_columns())
        return data.lazyframe.select((~repeats).fill_null(value=True).alias("unique_key"))

    @pa.dataframe_check
    @classmethod
    def _null_has_a_reason(cls, data: PolarsData) -> pl.LazyFrame:
        if not cls.explained_columns():
            return data.lazyframe.select(pl.lit(value=True).alias("null_has_a_reason"))
        is_complete = pl.all_horizontal(pl.col(name).is_not_null() for name in cls.explained_columns())
        return data.lazyframe.select((pl.col("null_reason").is_null() == is_complete).alias("null_has_a_reason"))
