"""The record of a contract: what a published table promises, as plain data.

Belongs here: the frozen records `Column` and `Contract`, and `define`, which reads a model and the shared
vocabulary into one. Not here: the tables themselves (the modules named as the groups) and what is made of the
records (`catalogue`, `products`).
"""

from __future__ import annotations

from dataclasses import dataclass

from visceads.contracts.base import KEY, PublishedTable
from visceads.contracts.fields import VOCABULARY

Bilingual = tuple[str, str]
"""A text in English and in Chinese."""

DTYPES = ("String", "Int32", "Float64", "Boolean")
"""The types that a published column may have: no nested types, no 64-bit integers."""


@dataclass(frozen=True)
class Column:
    """One column of a published table.

    Attributes:
        name: snake_case, the same meaning and unit in every table.
        dtype: String, Int32, Float64 or Boolean.
        unit: the unit, or what stands in place of one ('code', 'text', 'true/false').
        title_en: the title in English.
        title_zh: the title in Chinese.
        description: one or two sentences in English.
        is_key: whether it belongs to the key.
        is_nullable: whether it may be missing.
        choices: the only values that it may hold; empty if it is not enumerated.
    """

    name: str
    dtype: str
    unit: str
    title_en: str
    title_zh: str
    description: str
    is_key: bool
    is_nullable: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """What a published table promises to its readers.

    Attributes:
        group: the DuckDB schema and mart folder.
        table: the name within the group.
        model: the pandera model that a frame must pass.
        title: English and Chinese title.
        grain: English and Chinese sentence that says what one row is.
        years: English and Chinese sentence about the years covered.
        warnings: keys of `fields.USAGE_WARNINGS`.
        query: an SQL query to copy, which runs on the warehouse.
        key: the key columns in sort order.
        columns: all columns in order, the key first.
        explained: the main figures whose absence the column `null_reason` explains.
    """

    group: str
    table: str
    model: type[PublishedTable]
    title: Bilingual
    grain: Bilingual
    years: Bilingual
    warnings: tuple[str, ...]
    query: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    explained: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name as it stands in SQL: `group.table`."""
        return f"{self.group}.{self.table}"


def define(  # noqa: PLR0913 - a record with this many parts; all but the first two are named at the call
    name: str,
    model: type[PublishedTable],
    *,
    title: Bilingual,
    grain: Bilingual,
    years: Bilingual,
    query: str,
    warnings: tuple[str, ...] = (),
) -> Contract:
    """Return the contract of one table, its columns described from the shared vocabulary.

    Args:
        name: `group.table`.
        model: the pandera model of the table.
        title: English and Chinese title.
        grain: what one row is, in both languages.
        years: which years are covered, in both languages.
        query: an SQL query to copy.
        warnings: keys of `fields.USAGE_WARNINGS`.

    Raises:
        KeyError: if a column of the model is not in the vocabulary.
        TypeError: if a column has a type that is not published.
    """
    group, table = name.split(".")
    return Contract(
        group=group,
        table=table,
        model=model,
        title=title,
        grain=grain,
        years=years,
        warnings=warnings,
        query=query,
        key=model.key_columns(),
        columns=_columns(model),
        explained=model.explained_columns(),
    )


def _columns(model: type[PublishedTable]) -> tuple[Column, ...]:
    columns = []
    for name, column in model.to_schema().columns.items():
        term = VOCABULARY[name]
        dtype = str(column.dtype)
        if dtype not in DTYPES:
            raise TypeError(f"the column '{name}' has the type {dtype}; published are {', '.join(DTYPES)}")
        allowed = [check.statistics["allowed_values"] for check in column.checks if check.name == "isin"]
        columns.append(
            Column(
                name=name,
                dtype=dtype,
                unit=term.unit,
                title_en=term.title_en,
                title_zh=term.title_zh,
                description=term.description,
                is_key=bool((column.metadata or {}).get(KEY)),
                is_nullable=bool(column.nullable),
                choices=tuple(allowed[0]) if allowed else (),
            )
        )
    return tuple(columns)
