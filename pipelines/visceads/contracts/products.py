"""What is made of the contracts: Arrow and polars schemas, the rows of the dictionary, the reference pages.

Belongs here: derivations, nothing typed twice. Not here: promises (the modules named as the groups) and
validation (`checking`).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pyarrow as pa

from visceads.contracts.fields import NULL_REASONS, USAGE_WARNINGS
from visceads.contracts.record import Column, Contract

LICENCE = (
    "Derived by visceads from CEADs workbooks, which are free for public and scientific use with citation "
    "and carry no "
    "right of redistribution; GDP and population are official statistics of the National Bureau of "
    "Statistics of "
    "China. Cite the releases that a figure rests on: meta.release, column citation."
)
"""The licence text in the metadata of every published table."""

_ARROW = {"String": pa.string(), "Int32": pa.int32(), "Float64": pa.float64(), "Boolean": pa.bool_()}
_POLARS: dict[str, pl.DataType] = {
    "String": pl.String(),
    "Int32": pl.Int32(),
    "Float64": pl.Float64(),
    "Boolean": pl.Boolean(),
}


def polars_schema(contract: Contract) -> pl.Schema:
    """Return the polars schema of a table: its columns in order with their types."""
    return pl.Schema({column.name: _POLARS[column.dtype] for column in contract.columns})


def arrow_schema(contract: Contract) -> pa.Schema:
    """Return the Arrow schema of a table.

    Field metadata: unit, title_en, title_zh, description. Table metadata: group, table, key, title, grain and
    years in both languages, licence. It holds no time and nothing of the machine, so equal tables give equal
    bytes.
    """
    fields = [
        pa.field(
            column.name,
            _ARROW[column.dtype],
            nullable=column.is_nullable,
            metadata={
                "unit": column.unit,
                "title_en": column.title_en,
                "title_zh": column.title_zh,
                "description": column.description,
            },
        )
        for column in contract.columns
    ]
    table = {
        "group": contract.group,
        "table": contract.table,
        "key": ",".join(contract.key),
        "title_en": contract.title[0],
        "title_zh": contract.title[1],
        "grain_en": contract.grain[0],
        "grain_zh": contract.grain[1],
        "years_en": contract.years[0],
        "years_zh": contract.years[1],
        "licence": LICENCE,
    }
    return pa.schema(fields, metadata=table)


def dictionary_frame(contracts: Iterable[Contract]) -> pl.DataFrame:
    """Return the rows of meta.dictionary for the given contracts, sorted by its key."""
    rows = [
        (
            contract.group,
            contract.table,
            position,
            column.name,
            column.dtype,
            column.unit,
            column.title_en,
            column.title_zh,
            column.description,
            column.is_key,
            column.is_nullable,
        )
        for contract in contracts
        for position, column in enumerate(contract.columns, start=1)
    ]
    schema = {
        "group_name": pl.String,
        "table_name": pl.String,
        "column_no": pl.Int32,
        "column_name": pl.String,
        "data_type": pl.String,
        "unit": pl.String,
        "title_en": pl.String,
        "title_zh": pl.String,
        "description": pl.String,
        "is_key": pl.Boolean,
        "is_nullable": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("group_name", "table_name", "column_no")


def reference_page(contract: Contract) -> str:
    """Return the reference page of a table in Markdown: what stands in docs/reference/<group>.<table>.md."""
    parts = [
        f"# {contract.name}",
        f"{contract.title[0]} | {contract.title[1]}",
        f"{contract.grain[0]}\n{contract.grain[1]}",
        f"**Key** | **主键**: {', '.join(f'`{name}`' for name in contract.key)}. Rows are sorted by it.",
        f"**Years** | **年份**: {contract.years[0]} {contract.years[1]}",
        "## Columns | 列",
        _column_table(contract.columns),
        *_choices(contract.columns),
        *_null_reasons(contract),
        *_warnings(contract),
        "## A query to copy | 示例查询",
        f"```sql\n{contract.query}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _column_table(columns: tuple[Column, ...]) -> str:
    rows = ["| column | type | unit | title | 标题 | description |", "|---|---|---|---|---|---|"]
    for column in columns:
        remark = "Key." if column.is_key else ("May be missing." if column.is_nullable else "")
        cells = (
            f"`{column.name}`",
            column.dtype,
            column.unit,
            column.title_en,
            column.title_zh,
            f"{column.description} {remark}".strip(),
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _choices(columns: tuple[Column, ...]) -> list[str]:
    listed = [column for column in columns if column.choices and column.name != "null_reason"]
    if not listed:
        return []
    lines = [f"- `{column.name}`: {', '.join(f'`{value}`' for value in column.choices)}" for column in listed]
    return ["## Allowed values | 允许值", "\n".join(lines)]


def _null_reasons(contract: Contract) -> list[str]:
    named = [column.choices for column in contract.columns if column.name.endswith("null_reason")]
    reasons = tuple(dict.fromkeys(code for choices in named for code in choices))
    if not reasons:
        return []
    explained = ", ".join(f"`{name}`" for name in contract.explained)
    rule = (
        f"`null_reason` is null exactly if the main figures are present: {explained}. "
        "A missing value is null, never zero.\n"
        f"当且仅当主要数值齐全时`null_reason`为空：{explained}。缺失值为空，绝不为零。"
    )
    lines = [f"- `{code}`: {NULL_REASONS[code][0]} {NULL_REASONS[code][1]}" for code in reasons]
    return ["## Missing values | 缺失值", rule, "\n".join(lines)]


def _warnings(contract: Contract) -> list[str]:
    if not contract.warnings:
        return []
    lines = [f"- `{key}`: {USAGE_WARNINGS[key][0]} {USAGE_WARNINGS[key][1]}" for key in contract.warnings]
    return ["## Before you use it | 使用须知", "\n".join(lines)]
