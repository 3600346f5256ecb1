"""Options of the command line -> the row of a published table that they name.

Belongs here: which option names which key column, reading the words of a person as codes, finding the row, and saying
what is missing or does not exist. Not here: where its figures come from (`origins`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from visceads.codes import normal_key
from visceads.contracts.catalogue import Contract
from visceads.tracing.labels import code_of_label, has_code_list, is_listed_whole
from visceads.tracing.published import Published
from visceads.tracing.record import TraceError

OPTIONS: dict[str, tuple[str, ...]] = {
    "province": ("province_code",),
    "year": ("year",),
    "sector": ("inventory_code", "sector_code", "product_code", "harmonised_code"),
    "fuel": ("fuel_code",),
    "table": ("table_id",),
    "seller-province": ("seller_province_code",),
    "seller-sector": ("seller_sector_code", "seller_product_code"),
    "buyer-province": ("buyer_province_code",),
    "buyer-sector": ("buyer_sector_code", "buyer_product_code", "buyer_code"),
    "category": ("category_code", "buyer_code"),
    "item": ("item_code",),
    "indicator": ("indicator_code",),
    "city": ("city_name_zh",),
    "release": ("release_id",),
}
"""Option -> the columns that it can name, the first one that a table has."""

_SHOWN = 60

Row = Mapping[str, object]


@dataclass(frozen=True)
class Wanted:
    """The keys that a person gave, as codes: column -> code or year."""

    keys: Mapping[str, str | int]

    def expressions(self, without: str = "") -> list[pl.Expr]:
        """Conditions on the table, one a key."""
        return [pl.col(column) == value for column, value in self.keys.items() if column != without]


def options_of(contract: Contract) -> dict[str, str]:
    """Return option -> column for the options that a table knows."""
    names = [column.name for column in contract.columns]
    found = {option: next((c for c in columns if c in names), "") for option, columns in OPTIONS.items()}
    return {option: column for option, column in found.items() if column}


def read_options(published: Published, contract: Contract, given: Mapping[str, str]) -> Wanted:
    """Return the keys that options name.

    Args:
        published: what is published.
        contract: the table.
        given: option without dashes -> what was typed; options that were not given are absent.

    Raises:
        TraceError: if the table does not know an option, or a word is in no code list; the message lists what is.
    """
    known = options_of(contract)
    keys: dict[str, str | int] = {}
    for option, text in given.items():
        if option not in known:
            listed = ", ".join(f"--{name}" for name in known) or "none: it is listed as a whole"
            raise TraceError(f"{contract.name} has no option --{option}; its options are {listed}")
        column = known[option]
        if column in keys:
            raise TraceError(f"{contract.name}: two options name the column {column}; give one of them")
        keys[column] = _value_of(published, contract, column, option, text)
    return Wanted(keys)


def find_row(published: Published, contract: Contract, wanted: Wanted) -> Row | None:
    """Return the one row that keys name, or None if there is none.

    Where a table holds several releases of one thing and none is named, the current one is meant.

    Raises:
        TraceError: if the keys name several rows; the message says which options are missing and what they can be.
    """
    rows = find_rows(published, contract, wanted, 2)
    if rows.height == 1:
        return rows.row(0, named=True)
    if rows.is_empty():
        return None
    raise TraceError(_several(contract, _matching(published, contract, wanted)))


def find_rows(published: Published, contract: Contract, wanted: Wanted, most: int) -> pl.DataFrame:
    """Return the first `most` rows that keys name, of current releases only where none is named."""
    return _matching(published, contract, wanted).head(most).collect()


def no_row(published: Published, contract: Contract, wanted: Wanted) -> TraceError:
    """Return the sentence that says that there is no such row, with the nearest choices that exist."""
    table = published.scan(contract)
    asked = ", ".join(f"{column} {value}" for column, value in wanted.keys.items())
    said = f"{contract.name} has no row for {asked}"
    for column in wanted.keys:
        values = _distinct(table.filter(*wanted.expressions(without=column)), column)
        if values:
            others = "with the other options as given, " if len(wanted.keys) > 1 else ""
            return TraceError(f"{said}; {others}{column} can be {_listed(values)}", exit_code=1)
    first = next(iter(wanted.keys), contract.key[0])
    values = _distinct(table, first)
    exists = f"{first} can be {_listed(values)}" if values else "the table is empty in this version"
    return TraceError(f"{said}; {exists}", exit_code=1)


def missing_keys(contract: Contract, wanted: Wanted) -> list[str]:
    """The key columns of a table that the keys leave open, the release aside."""
    return [name for name in contract.key if name not in wanted.keys and name != "release_id"]


def _matching(published: Published, contract: Contract, wanted: Wanted) -> pl.LazyFrame:
    table = published.scan(contract).filter(*wanted.expressions())
    has_releases = any(column.name == "is_current" for column in contract.columns)
    if has_releases and "release_id" not in wanted.keys:
        table = table.filter("is_current")
    return table


def _value_of(published: Published, contract: Contract, column: str, option: str, text: str) -> str | int:
    is_number = next(c.dtype for c in contract.columns if c.name == column) == "Int32"
    if is_number:
        if not text.strip().isdecimal():
            raise TraceError(f"--{option} is '{text}', but must be a number such as 2017")
        return int(text)
    if is_listed_whole(column) and (code := code_of_label(column, text)) is not None:
        return code
    values = _distinct(published.scan(contract), column)
    alike = [str(value) for value in values if normal_key(str(value)) == normal_key(text)]
    found = alike[0] if alike else code_of_label(column, text)
    if found is not None or not has_code_list(column):
        return found or text.strip()  # what is in no list may still exist; the search says
    raise TraceError(f"--{option} is '{text}', which is in no code list; {column} can be {_listed(values)}")


def _several(contract: Contract, rows: pl.LazyFrame) -> str:
    by_column = {column: option for option, column in options_of(contract).items()}
    missing = []
    for column in contract.key:
        values = _distinct(rows, column)
        if len(values) > 1:
            missing.append(f"--{by_column.get(column, column)} ({_listed(values)})")
    count = rows.select(pl.len()).collect().item()
    return f"{contract.name}: {count:,} rows fit; say which with {'; '.join(missing)}"


def _distinct(table: pl.LazyFrame, column: str) -> list[object]:
    return table.select(pl.col(column).drop_nulls().unique().sort()).collect().to_series().to_list()


def _listed(values: Sequence[object]) -> str:
    shown = ", ".join(str(value) for value in values[:_SHOWN])
    return shown if len(values) <= _SHOWN else f"{shown} and {len(values) - _SHOWN} more"
