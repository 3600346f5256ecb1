"""What tables are made from is said as the asset graph has it, whose record is held equal to the definitions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from visceads.contracts.catalogue import CONTRACTS
from visceads.contracts.lineage import FAMILIES, LINEAGE, all_inputs

RECORD = Path(__file__).resolve().parents[2] / "expectations" / "asset_graph.json"
GRAPH: dict[str, dict[str, list[str]]] = json.loads(RECORD.read_text(encoding="utf-8"))
PUBLISHED = {contract.name for contract in CONTRACTS.values()}

REGISTRY = {"meta/current_period": "meta.release"}
"""Which release is current is decided in the step that writes meta.release, and not published by itself."""


def name_of(asset: str) -> str | None:
    """The name that the lineage has for an asset; None for a step that is not published."""
    group, _, table = asset.partition("/")
    if asset in REGISTRY:
        return REGISTRY[asset]
    if group in {"seeds", "bronze"}:
        return f"{group.removesuffix('s')}.{table}"
    return f"{group}.{table}" if f"{group}.{table}" in PUBLISHED else None


def inputs_in_graph(asset: str) -> set[str]:
    found = set()
    for dependency in GRAPH[asset]["depends_on"]:
        name = name_of(dependency)
        if name is not None:
            found.add(name)
        elif not dependency.startswith("raw/"):
            found |= inputs_in_graph(dependency)
    return found


def test_every_published_table_has_a_lineage():
    assert set(LINEAGE) == PUBLISHED


@pytest.mark.parametrize("table", sorted(PUBLISHED - {"meta.publication"}))
def test_a_table_is_made_from_what_the_graph_says(table: str):
    assert set(LINEAGE[table].made_from) == inputs_in_graph(table.replace(".", "/"))


def test_inputs_are_sorted_and_rules_are_sentences():
    for table, lineage in LINEAGE.items():
        assert list(lineage.made_from) == sorted(set(lineage.made_from)), table
        assert lineage.rule.endswith("."), table


def test_families_are_those_of_bronze():
    assert [f"bronze.{asset.removeprefix('bronze/')}" for asset in sorted(GRAPH) if asset.startswith("bronze/")] == [
        *FAMILIES
    ]


def test_all_inputs_lead_down_to_workbooks_and_seeds_each_once():
    inputs = all_inputs("accounts.multiplier")
    assert inputs[0] == "accounts.multiplier"
    assert len(inputs) == len(set(inputs))
    assert {"mrio.flow", "bronze.mrio", "bronze.co2_inventory", "seed.concordance_inventory_mrio"} <= set(inputs)


def test_a_workbook_or_seed_is_made_from_nothing():
    assert all_inputs("bronze.mrio") == ("bronze.mrio",)
