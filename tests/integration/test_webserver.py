"""The UI as `visceads ui` serves it: everything is materialised once through the web server's own API.

The server is the real one, on a free port of the loopback, over a fresh lake with the workbooks of the demo release.
What it publishes must be, byte for byte, what `visceads run` published from the same workbooks in another lake.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from visceads.contracts.catalogue import CONTRACTS
from visceads.lake.paths import LakePaths
from visceads.lake.publication import current_version
from visceads.orchestration.build import EVERYTHING

STARTED_WITHIN_S = 120
MATERIALISED_WITHIN_S = 420
STOPPED_WITHIN_S = 15

LAUNCH = """
mutation Launch($parameters: ExecutionParams!) {
  launchRun(executionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on InvalidSubsetError { message }
    ... on UnauthorizedError { message }
  }
}
"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status } ... on Error { message } } }"
ASSETS = """
{
  assetNodes {
    assetKey { path }
    groupName
    kinds
    description
    partitionStats { numMaterialized numPartitions numFailed }
    assetChecksOrError {
      ... on AssetChecks { checks { name blocking executionForLatestMaterialization { status } } }
    }
    assetMaterializations(limit: 1) {
      metadataEntries {
        label
        ... on MarkdownMetadataEntry { mdStr }
        ... on IntMetadataEntry { intValue }
        ... on TableSchemaMetadataEntry { schema { columns { name type description } } }
      }
    }
  }
}
"""
PARTITIONS = """
query Keys($path: [String!]!) {
  assetNodeOrError(assetKey: {path: $path}) {
    ... on AssetNode { partitionKeys partitionStats { numMaterialized numPartitions } }
  }
}
"""


@dataclass(frozen=True)
class Server:
    """A web server that runs.

    Attributes:
        address: its address, without a slash at the end.
        lake: the lake that it works on.
    """

    address: str
    lake: LakePaths

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=60) as answer:
            return answer.status, answer.read().decode()

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.address}/graphql", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            content = json.load(answer)
        assert not content.get("errors"), content["errors"]
        return content["data"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(
    demo_lake, project_environment: dict[str, str], wait_until: Callable[..., None], tmp_path_factory
) -> Iterator[Server]:
    """`visceads ui` over a fresh lake with the demo workbooks; stopped by its own id."""
    folder = tmp_path_factory.mktemp("ui")
    port = _free_port()
    command = [str(Path(sys.executable).parent / "visceads"), "ui", "--port", str(port)]
    command += ["--lake", str(folder / "lake"), "--raw", str(demo_lake.lake.raw)]
    with (folder / "server.log").open("w") as log:
        # in another folder than the clone, as a person may stand anywhere
        process = subprocess.Popen(command, env=project_environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        server = Server(f"http://127.0.0.1:{port}", LakePaths(folder / "lake"))
        try:
            wait_until(
                lambda: process.poll() is not None or _answers(server),
                STARTED_WITHIN_S,
                f"the web server does not answer; its log is {log.name}",
            )
            assert process.poll() is None, Path(log.name).read_text(encoding="utf-8")[-2000:]
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOPPED_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(server: Server) -> bool:
    try:
        return server.get("/server_info")[0] == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def materialised(server: Server, wait_until: Callable[..., None]) -> dict[str, dict[str, Any]]:
    """All assets after one run of everything that was launched over GraphQL: name -> what the UI knows of it."""
    parameters = {
        "selector": {
            "repositoryLocationName": "visceads",
            "repositoryName": "__repository__",
            "jobName": EVERYTHING,
        },
        "runConfigData": {},
        "mode": "default",
        "executionMetadata": {"tags": []},
    }
    launched = server.ask(LAUNCH, parameters=parameters)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]

    def status() -> str:
        return str(server.ask(STATUS, id=run_id)["runOrError"]["status"])

    wait_until(
        lambda: status() in {"SUCCESS", "FAILURE", "CANCELED"},
        MATERIALISED_WITHIN_S,
        "the run of everything has not come to its end",
        2.0,
    )
    assert status() == "SUCCESS"
    nodes = server.ask(ASSETS)["assetNodes"]
    return {"/".join(node["assetKey"]["path"]): node for node in nodes}


def _metadata(node: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (materialisation,) = node["assetMaterializations"]
    return {entry["label"]: entry for entry in materialisation["metadataEntries"]}


# --- the server ---


def test_the_page_of_the_ui_answers(server: Server):
    status, page = server.get("/")
    assert status == 200
    assert "<html" in page
    assert server.get("/assets")[0] == 200


def test_the_server_listens_on_the_loopback_only(server: Server):
    """The UI asks for no password."""
    port = int(server.address.rpartition(":")[2])
    listening = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).is_file():
            pytest.skip("this system does not list its sockets in /proc")
        for line in Path(table).read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            if state == "0A" and int(address.rpartition(":")[2], 16) == port:
                listening.append(address.rpartition(":")[0])
    assert listening == ["0100007F"]  # 127.0.0.1, bytes in the order of the machine


def test_storage_lies_in_the_lake(server: Server):
    assert (server.lake.build / "dagster" / "dagster.yaml").is_file()
    assert not (Path.home() / ".dagster_home").exists()


# --- the run of everything ---


def test_the_publication_is_that_of_the_command_line(server: Server, materialised, demo_lake, published_files):
    assert current_version(server.lake) == demo_lake.version
    marts = {name: sha for name, sha in published_files(server.lake).items() if name.startswith("marts/")}
    assert marts == {name: sha for name, sha in demo_lake.after.items() if name.startswith("marts/")}
    assert server.lake.warehouse_file.is_file()


def test_every_asset_was_materialised_and_says_what_it_is(materialised: dict[str, dict[str, Any]]):
    assert {f"marts/{g}/{t}" for g, t in CONTRACTS} - {"marts/meta/publication"} <= set(materialised)
    for name, node in materialised.items():
        assert node["assetMaterializations"], f"{name} was not materialised"
        assert node["groupName"] not in {"", "default"}, name
        assert node["kinds"], f"{name} has no kind"
        assert node["description"], f"{name} has no description"


def test_tables_show_rows_columns_and_a_preview(materialised: dict[str, dict[str, Any]], demo_lake):
    for name, node in materialised.items():
        if node["groupName"] in {"bronze", "meta", "accounts", "backbone", "marts"}:
            metadata = _metadata(node)
            assert metadata["dagster/row_count"]["intValue"] >= 0, name
            assert metadata["preview"]["mdStr"].startswith("| "), name
    for (group, table), contract in CONTRACTS.items():
        if (group, table) != ("meta", "publication"):
            metadata = _metadata(materialised[f"marts/{group}/{table}"])
            assert metadata["dagster/row_count"]["intValue"] == demo_lake.one(f"select count(*) from {contract.name}")
            header = metadata["preview"]["mdStr"].splitlines()[0]
            assert header == "| " + " | ".join(column.name for column in contract.columns) + " |"


def test_marts_show_the_columns_of_their_contract(server: Server, materialised):
    query = (
        "query Columns($path: [String!]!) { assetNodeOrError(assetKey: {path: $path}) { ... on AssetNode { "
        "metadataEntries { label ... on TableSchemaMetadataEntry { schema { columns { name description } } } } } } }"
    )
    contract = CONTRACTS["accounts", "multiplier"]
    node = server.ask(query, path=["marts", "accounts", "multiplier"])["assetNodeOrError"]
    (schema,) = (entry["schema"] for entry in node["metadataEntries"] if entry["label"] == "dagster/column_schema")
    assert [column["name"] for column in schema["columns"]] == [column.name for column in contract.columns]
    for shown, column in zip(schema["columns"], contract.columns, strict=True):
        assert f"{column.title_en} | {column.title_zh} ({column.unit})" in shown["description"]


def test_checks_of_contracts_block_and_have_passed(materialised: dict[str, dict[str, Any]]):
    for name, node in materialised.items():
        for check in node["assetChecksOrError"].get("checks", []):
            if node["groupName"] == "marts":
                assert check["blocking"], name
            execution = check["executionForLatestMaterialization"]
            assert execution is not None, f"{name}: the check {check['name']} was not run"
            assert execution["status"] == "SUCCEEDED", f"{name}: {check['name']}"


@pytest.mark.parametrize(
    ("asset", "keys"),
    [
        ("bronze/mrio", ["2012", "2015", "2017", "2017-new"]),
        ("bronze/co2_inventory", ["2012", "2015", "2017"]),
        ("accounts/multiplier", ["2012", "2015", "2017", "2017-new"]),
        ("backbone/edge", ["2012", "2015", "2017", "2017-new"]),
    ],
)
def test_partitions_are_found_in_the_workbooks_and_shown_as_made(server, materialised, asset: str, keys: list[str]):
    node = server.ask(PARTITIONS, path=asset.split("/"))["assetNodeOrError"]
    assert sorted(node["partitionKeys"]) == keys
    assert node["partitionStats"] == {"numMaterialized": len(keys), "numPartitions": len(keys)}


def test_the_command_line_finds_the_work_of_the_ui_done(server: Server, materialised, visceads, demo_lake):
    done = visceads("sql", "--csv", "--lake", server.lake.root, "SELECT version FROM meta.publication")
    assert done.stdout.split() == ["version", demo_lake.version]


def test_the_server_ends_when_it_is_told_to(server: Server, wait_until, project_environment, tmp_path: Path):
    """A second server, ended by a signal to the process that was started: nothing of it may go on."""
    port = _free_port()
    command = [str(Path(sys.executable).parent / "visceads"), "ui", "--port", str(port)]
    command += ["--lake", str(tmp_path / "lake"), "--raw", str(server.lake.root.parent)]
    second = Server(f"http://127.0.0.1:{port}", LakePaths(tmp_path / "lake"))
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, env=project_environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: _answers(second), STARTED_WITHIN_S, "the second web server does not answer")
        children = _children(process.pid)
        process.send_signal(signal.SIGTERM)
        process.wait(STOPPED_WITHIN_S)
        wait_until(lambda: not any(map(_is_alive, children)), STOPPED_WITHIN_S, f"still running: {children}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert not _answers(second)


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        "Z"
        not in subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    )
