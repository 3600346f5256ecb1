"""What the UI shows of a table: previews that nothing breaks out of, columns with units, row counts."""

from __future__ import annotations

import html

import dagster as dg
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.contracts.catalogue import CONTRACTS
from visceads.orchestration.reporting import PREVIEW_ROWS, contract_schema, markdown_preview, table_metadata


@pytest.mark.parametrize(
    "label",
    [
        "a|b",
        "a\\|b",
        "| | |",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "line\nbreak",
        "line\r\nbreak",
        "line\u2028break",
        "[click](javascript:alert(1))",
        "![picture](http://example.org/x.png)",
        "`code",
        "**bold",
        "&lt;already escaped&gt;",
    ],
)
def test_a_label_of_a_workbook_stays_in_its_cell(label: str):
    preview = markdown_preview(pl.DataFrame({"label": [label], "next": ["cell"]}))
    lines = preview.split("\n")
    assert len(lines) == 3
    assert lines[2].count("|") == 3
    assert lines[2].endswith("| cell |")
    assert not set(lines[2]) & set("<>[]`*\\")
    shown = html.unescape(lines[2].removeprefix("| ").removesuffix(" | cell |"))
    assert shown == " ".join(label.split()), "a person must still read the label as it is"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_adds_a_line_a_column_or_a_tag(first: str, second: str):
    preview = markdown_preview(pl.DataFrame({"a": [first], "b": [second]}, schema={"a": pl.String, "b": pl.String}))
    lines = preview.splitlines()
    assert len(lines) == 3
    assert lines[2].count("|") == 3
    assert "<" not in preview


def test_a_column_named_by_a_workbook_stays_in_its_cell():
    head = markdown_preview(pl.DataFrame({"a|<b>": ["x"]})).split("\n")[0]
    assert "<" not in head
    assert head.count("|") == 2


def test_numbers_are_short_and_missing_is_empty():
    frame = pl.DataFrame({"value": [508_444.894229, None], "year": [2012, 2015]})
    assert markdown_preview(frame).split("\n")[2:] == ["| 508445 | 2012 |", "|  | 2015 |"]


def test_a_preview_is_short():
    frame = pl.DataFrame({"n": range(1000)})
    assert len(markdown_preview(frame).split("\n")) == 2 + PREVIEW_ROWS


def test_an_empty_table_shows_its_columns():
    preview = markdown_preview(pl.DataFrame(schema={"a": pl.String, "b": pl.Int32}))
    assert preview.split("\n") == ["| a | b |", "|---|---|"]


def test_metadata_counts_the_whole_table_not_its_head():
    metadata = table_metadata(pl.DataFrame({"a": [1, 2]}), rows=1_490_000)
    assert metadata["dagster/row_count"] == 1_490_000
    assert table_metadata(pl.DataFrame({"a": [1, 2]}))["dagster/row_count"] == 2
    assert [column.name for column in metadata["dagster/column_schema"].columns] == ["a"]
    assert isinstance(metadata["preview"], dg.MarkdownMetadataValue)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.name)
def test_the_ui_shows_unit_and_both_titles_of_every_column(contract):
    schema = contract_schema(contract)
    assert [column.name for column in schema.columns] == [column.name for column in contract.columns]
    for shown, column in zip(schema.columns, contract.columns, strict=True):
        for part in (column.title_en, column.title_zh, column.unit):
            assert part in shown.description
        assert shown.constraints.nullable == column.is_nullable
