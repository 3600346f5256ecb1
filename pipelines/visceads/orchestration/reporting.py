"""What every asset tells the Dagster UI about the table that it wrote.

Belongs here: metadata made from frames and contracts. Not here: assets.
"""

from __future__ import annotations

from typing import Any

import dagster as dg
import polars as pl

from visceads.contracts.record import Contract

PREVIEW_ROWS = 8

_REFERENCES = {ord(character): f"&#{ord(character)};" for character in "&<>|\\`[]*"}


def table_metadata(frame: pl.DataFrame, rows: int | None = None) -> dict[str, Any]:
    """Metadata of a frame: row count, columns with their types, a preview in Markdown.

    Args:
        frame: the table, or its first rows.
        rows: the number of rows of the whole table, where `frame` is only its head.
    """
    columns = [dg.TableColumn(name=name, type=str(dtype)) for name, dtype in frame.schema.items()]
    return {
        "dagster/row_count": frame.height if rows is None else rows,
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "preview": dg.MetadataValue.md(markdown_preview(frame)),
    }


def contract_schema(contract: Contract) -> dg.TableSchema:
    """The columns of a contract with units and titles, as the UI shows them."""
    columns = [
        dg.TableColumn(
            name=column.name,
            type=column.dtype,
            description=f"{column.title_en} | {column.title_zh} ({column.unit}). {column.description}",
            constraints=dg.TableColumnConstraints(nullable=column.is_nullable),
        )
        for column in contract.columns
    ]
    return dg.TableSchema(columns=columns)


def markdown_preview(frame: pl.DataFrame, rows: int = PREVIEW_ROWS) -> str:
    """The first rows of a frame as a Markdown table; labels from workbooks cannot break out of their cell."""
    head = frame.head(rows)
    lines = ["| " + " | ".join(_cell(name) for name in head.columns) + " |", "|" + "---|" * head.width]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in head.iter_rows()]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    # `split` also breaks at the rarer line ends of Unicode; the characters of Markdown and HTML become references,
    # because a backslash before a bar could itself stand behind one
    return " ".join(text.split()).translate(_REFERENCES)
