"""Every contract promises enough to be read without asking, and its derivations agree with it."""

from __future__ import annotations

import re
from collections import defaultdict

import duckdb
import polars as pl
import pytest

from visceads.contracts.catalogue import (
    CONTRACTS,
    Contract,
    arrow_schema,
    contract_of,
    dictionary_frame,
    polars_schema,
    reference_page,
    validate,
)
from visceads.contracts.fields import NULL_REASONS, USAGE_WARNINGS, VOCABULARY

ALL = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.name)
HAN = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"todo|tbd|\?|xxx|lorem", re.IGNORECASE)

TABLES = {
    "reference": "province sector sector_group sector_harmonised inventory_sector fuel concordance indicator "
    "target pathway known_issue",
    "meta": "release rejected_workbook quality dictionary publication revision",
    "inventory": "emission emission_total energy national_emission apparent_emission city_emission",
    "mrio": "flow final_demand primary_input sector_account national_flow national_final_demand "
    "national_sector_account",
    "baseline": "sector_indicator province_year",
    "accounts": "multiplier linkage co2_linkage extraction province_footprint embodied_flow embodied_flow_sector "
    "production_layer supply_path price_pass_through structural_decomposition",
    "backbone": "comparison edge node",
}


def test_the_published_tables_are_these() -> None:
    expected = {(group, table) for group, tables in TABLES.items() for table in tables.split()}
    assert set(CONTRACTS) == expected


@ALL
def test_every_column_has_unit_and_both_titles(contract: Contract) -> None:
    for column in contract.columns:
        assert column.unit.strip(), column.name
        assert re.search("[A-Za-z]", column.title_en), column.name
        # proper names such as PageRank and ISO stay as they are in Chinese
        assert HAN.search(column.title_zh) or column.title_zh == "PageRank", column.name
        assert column.description.endswith("."), column.name


@ALL
def test_texts_are_there_in_both_languages(contract: Contract) -> None:
    for english, chinese in (contract.title, contract.grain, contract.years):
        assert re.search("[A-Za-z]", english)
        assert HAN.search(chinese)
    assert set(contract.warnings) <= set(USAGE_WARNINGS)


def test_no_text_is_a_placeholder() -> None:
    texts = [text for pair in (*NULL_REASONS.values(), *USAGE_WARNINGS.values()) for text in pair]
    texts += [text for term in VOCABULARY.values() for text in (term.title_en, term.title_zh, term.description)]
    assert [text for text in texts if PLACEHOLDER.search(text)] == []
    assert all(HAN.search(chinese) for _, chinese in (*NULL_REASONS.values(), *USAGE_WARNINGS.values()))


def test_every_term_and_every_warning_is_used() -> None:
    columns = {column.name for contract in CONTRACTS.values() for column in contract.columns}
    warnings = {warning for contract in CONTRACTS.values() for warning in contract.warnings}
    assert columns == set(VOCABULARY)
    assert warnings == set(USAGE_WARNINGS)


def test_one_name_has_one_type_everywhere() -> None:
    types = defaultdict(set)
    for contract in CONTRACTS.values():
        for column in contract.columns:
            types[column.name].add(column.dtype)
    assert {name: kinds for name, kinds in types.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize(
    ("suffix", "unit"),
    [
        ("_mt", "Mt CO2"),
        ("_t_per_m_cny", "t CO2 per million yuan"),
        ("_10k", "10 thousand persons"),
        ("_share", "1"),
    ],
)
def test_suffix_tells_the_unit(suffix: str, unit: str) -> None:
    named = [name for name in VOCABULARY if name.endswith(suffix)]
    assert named
    assert {VOCABULARY[name].unit for name in named} == {unit}


def test_money_is_in_million_yuan() -> None:
    money = [name for name in VOCABULARY if name.endswith("_m_cny") and not name.endswith("_t_per_m_cny")]
    assert {VOCABULARY[name].unit for name in money} == {"million yuan, current prices"}


@ALL
def test_key_comes_first_and_is_never_null(contract: Contract) -> None:
    assert contract.key
    assert contract.key == tuple(column.name for column in contract.columns)[: len(contract.key)]
    assert not any(column.is_nullable for column in contract.columns if column.is_key)


@ALL
def test_a_null_reason_explains_nullable_figures(contract: Contract) -> None:
    nullable = {column.name for column in contract.columns if column.is_nullable}
    has_reason = "null_reason" in {column.name for column in contract.columns}
    assert bool(contract.explained) == has_reason
    if has_reason:
        assert nullable & set(contract.explained)


@ALL
def test_empty_table_passes_its_contract(contract: Contract) -> None:
    validate(contract.group, contract.table, pl.DataFrame(schema=polars_schema(contract)))


@ALL
def test_arrow_schema_carries_units_and_titles(contract: Contract) -> None:
    schema = arrow_schema(contract)
    assert schema.names == [column.name for column in contract.columns]
    for column in contract.columns:
        field = schema.field(column.name)
        assert field.metadata[b"unit"].decode() == column.unit
        assert field.metadata[b"title_en"].decode() == column.title_en
        assert field.metadata[b"title_zh"].decode() == column.title_zh
        assert field.nullable == column.is_nullable
    assert schema.metadata[b"table"].decode() == contract.table
    assert b"Cite" in schema.metadata[b"licence"]
    assert pl.DataFrame(schema.empty_table()).schema == polars_schema(contract)


@ALL
def test_page_tells_all_columns_warnings_and_the_query(contract: Contract) -> None:
    page = reference_page(contract)
    assert page.startswith(f"# {contract.name}\n")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert [re.split(r"(?<!\\)\|", row)[1].strip(" `") for row in rows] == [c.name for c in contract.columns]
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {8}
    assert all(USAGE_WARNINGS[warning][1] in page for warning in contract.warnings)
    assert contract.query in page


@pytest.fixture(scope="module")
def empty_warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    types = {"String": "VARCHAR", "Int32": "INTEGER", "Float64": "DOUBLE", "Boolean": "BOOLEAN"}
    for group in TABLES:
        connection.execute(f"CREATE SCHEMA {group}")
    for contract in CONTRACTS.values():
        columns = ", ".join(f"{column.name} {types[column.dtype]}" for column in contract.columns)
        connection.execute(f"CREATE TABLE {contract.name} ({columns})")
    return connection


@ALL
def test_example_query_runs_on_empty_tables(contract: Contract, empty_warehouse: duckdb.DuckDBPyConnection) -> None:
    assert contract.name in contract.query
    assert empty_warehouse.execute(f"EXPLAIN {contract.query}").fetchall()
    assert empty_warehouse.execute(contract.query).fetchall() == []


def test_dictionary_lists_every_column_and_passes_its_own_contract() -> None:
    frame = dictionary_frame()
    validate("meta", "dictionary", frame)
    assert frame.height == sum(len(contract.columns) for contract in CONTRACTS.values())
    flow = frame.filter(pl.col("table_name") == "flow", pl.col("column_name") == "flow_m_cny")
    assert flow.select("unit", "title_zh", "is_key").row(0) == ("million yuan, current prices", "流量", False)


def test_unknown_table_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="the group mrio holds flow, final_demand"):
        contract_of("mrio", "flows")
    with pytest.raises(KeyError, match="the groups are reference, meta"):
        contract_of("mrios", "flow")
