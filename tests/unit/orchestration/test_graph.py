"""The asset graph as a whole: its nodes and edges are those on record, and every node says what it is.

After a change that is meant, write the record anew and read its difference before committing it:

    VISCEADS_REFRESH_EXPECTATIONS=1 .venv/bin/pytest tests/unit/orchestration/test_graph.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from visceads.contracts.catalogue import CONTRACTS
from visceads.lake.atomic import write_text
from visceads.orchestration.build import EVERYTHING, build_definitions
from visceads.settings import Settings

RECORD = Path(__file__).resolve().parents[2] / "expectations" / "asset_graph.json"
REFRESH = "VISCEADS_REFRESH_EXPECTATIONS"

# made without asking Dagster: what the partitions of the lake are is found in the workbooks
PARTITIONED = {
    "bronze/co2_inventory": "inventory_year",
    "bronze/mrio": "table_id",
    "accounts/co2_linkage": "table_id",
    "accounts/embodied_flow": "table_id",
    "accounts/embodied_flow_sector": "table_id",
    "accounts/extraction": "table_id",
    "accounts/linkage": "table_id",
    "accounts/multiplier": "table_id",
    "accounts/price_pass_through": "table_id",
    "accounts/production_layer": "table_id",
    "accounts/province_footprint": "table_id",
    "accounts/supply_path": "table_id",
    "backbone/comparison": "table_id",
    "backbone/edge": "table_id",
    "backbone/node": "table_id",
}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_definitions(Settings(lake=tmp_path_factory.mktemp("lake")))


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def _name(key: dg.AssetKey) -> str:
    return key.to_user_string()


def test_the_graph_is_the_one_on_record(graph: AssetGraph):
    found = {
        _name(node.key): {
            "group": node.group_name,
            "kinds": sorted(node.kinds),
            "depends_on": sorted(_name(key) for key in node.parent_keys),
        }
        for node in graph.asset_nodes
    }
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    if os.environ.get(REFRESH):
        write_text(RECORD, text)
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    changed = sorted(name for name in found.keys() & recorded.keys() if found[name] != recorded[name])
    assert text == RECORD.read_text(encoding="utf-8"), (
        f"the asset graph differs from {RECORD.name}: "
        f"new {sorted(found.keys() - recorded.keys())}, gone {sorted(recorded.keys() - found.keys())}, "
        f"changed {changed}. If that is meant: {REFRESH}=1 .venv/bin/pytest {Path(__file__).name}"
    )


def test_every_asset_has_group_kind_and_description(graph: AssetGraph):
    for node in graph.asset_nodes:
        assert node.group_name not in {None, "default"}, _name(node.key)
        assert node.kinds, f"{_name(node.key)} has no kind"
        assert len((node.description or "").strip()) > 10, f"{_name(node.key)} has no description"


def test_every_dependency_is_an_asset_that_can_be_made(graph: AssetGraph):
    assert {_name(node.key) for node in graph.asset_nodes if not node.is_materializable} == set()


def test_every_contract_has_a_mart_with_a_blocking_check(graph: AssetGraph):
    expected = {f"marts/{group}/{table}" for group, table in CONTRACTS} - {"marts/meta/publication"}
    marts = {_name(node.key): node for node in graph.asset_nodes if node.group_name == "marts"}
    assert set(marts) == expected
    for name, mart in marts.items():
        blocking = [check.name for check in mart.check_keys if graph.get_check_spec(check).blocking]
        assert blocking == ["contract"], name
        assert [_name(key) for key in mart.parent_keys] == [name.removeprefix("marts/")]


def test_publication_waits_for_every_mart_and_the_warehouse_for_publication(graph: AssetGraph):
    marts = {_name(node.key) for node in graph.asset_nodes if node.group_name == "marts"}
    assert {_name(key) for key in graph.get(dg.AssetKey("publication")).parent_keys} == marts
    assert {_name(key) for key in graph.get(dg.AssetKey("warehouse")).parent_keys} == {"publication"}


def test_the_accounting_identities_are_checks_of_the_graph(graph: AssetGraph):
    """Singular dbt tests show in the UI only if they say to which model they belong."""
    checks = [key for node in graph.asset_nodes if "dbt" in node.kinds for key in node.check_keys]
    assert len(checks) > 30
    names = {key.name for key in checks}
    assert {"sector_account_rows_balance", "sector_account_columns_balance", "table_balances_as_a_whole"} <= names


def test_partitions_are_table_ids_and_years_never_provinces(graph: AssetGraph):
    found = {_name(node.key): node.partitions_def.name for node in graph.asset_nodes if node.partitions_def}
    assert found == PARTITIONED
    assert all(
        isinstance(node.partitions_def, dg.DynamicPartitionsDefinition)
        for node in graph.asset_nodes
        if node.partitions_def
    )


def test_a_backfill_of_several_partitions_is_one_run(graph: AssetGraph):
    policies = {node.backfill_policy for node in graph.asset_nodes if node.partitions_def}
    assert policies == {dg.BackfillPolicy.single_run()}


def test_the_job_of_everything_holds_every_asset(definitions: dg.Definitions, graph: AssetGraph):
    job = definitions.resolve_implicit_global_asset_job_def()
    assert job.name == EVERYTHING
    assert set(job.asset_layer.executable_asset_keys) == {node.key for node in graph.asset_nodes}


def test_runs_execute_in_one_process_by_default(definitions: dg.Definitions):
    assert definitions.executor is dg.in_process_executor


def test_identities_of_accounts_block_what_comes_after(graph: AssetGraph):
    found = {
        key.name: (_name(node.key), graph.get_check_spec(key).blocking)
        for node in graph.asset_nodes
        if node.group_name == "accounts"
        for key in node.check_keys
    }
    assert found == {
        "identities": ("accounts/province_footprint", True),
        "inverses": ("accounts/linkage", True),
        "parts_add_up": ("accounts/multiplier", True),
        "layers_add_up": ("accounts/production_layer", True),
        "paths_within_footprint": ("accounts/supply_path", True),
        "prices_add_up": ("accounts/price_pass_through", True),
        "effects_add_up": ("accounts/structural_decomposition", True),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("staging/stg_nbs_province_year", {"accounts/province_footprint", "accounts/structural_decomposition"}),
        ("inventory/emission", {"accounts/province_footprint"}),
    ],
)
def test_few_accounts_rest_on_statistics_and_on_households(graph: AssetGraph, name: str, expected: set[str]):
    """The other accounts get their CO2 by way of the accounts of sectors; a decomposition needs the population."""
    asset = dg.AssetKey(name.split("/"))
    accounts = [node for node in graph.asset_nodes if node.group_name == "accounts"]
    assert {_name(node.key) for node in accounts if asset in node.parent_keys} == expected


def test_numbers_of_households_show_in_the_lineage_of_footprints(graph: AssetGraph):
    """The footprint carries households' direct emissions, which come from the inventory."""
    parents = {_name(key) for key in graph.get(dg.AssetKey(["accounts", "province_footprint"])).parent_keys}
    assert {"inventory/emission", "inventory/emission_total", "mrio/sector_account", "mrio/flow"} <= parents
