"""Files that must agree with each other: pins and lock, code locations, seeds and macros, models and contracts."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from visceads import codes
from visceads.contracts.catalogue import CONTRACTS
from visceads.orchestration.tables import PYTHON_TABLES
from visceads.orchestration.transform import ensure_manifest
from visceads.settings import Settings

ROOT = Path(__file__).resolve().parents[2]

# dbt models that the contracts do not publish live in these schemas
UNPUBLISHED_SCHEMAS = {"staging", "seeds"}

# a model without a test of its own, and why that is right
UNTESTED_MODELS = {
    "stg_mrio_cell": "a view of bronze; the reader checks the cells, the balance tests the accounts made of it",
    "correction_switch": "three rows of the seed known_issue, whose own tests check them",
    "inventory_correction": "a row too many would repeat cells, which the key of inventory_emission would tell",
    "reference_known_issue": "the seed known_issue with two casts; the tests of the seed and the contract check it",
    "meta_quality": "numbered here; the contract of the mart checks key, types and bounds",
    "stg_mrio_province_total": "sums of bronze for meta.revision; revision_pairs_every_release checks these",
    "stg_national_io_cell": "a view of bronze; national_accounts_balance checks the accounts made of it",
    "stg_nbs_cell": "a view of bronze; the reader checks the cells",
    "mrio_national_flow": "the account made of it balances; the contract checks key, types and bounds",
    "mrio_national_final_demand": "the account made of it balances; the contract checks key, types and bounds",
    "mrio_flow": "6 million rows; the contract of the mart checks key, types and bounds, the balance tests the sums",
}

PLACEHOLDER = re.compile(r"\b(TODO|FIXME|XXX|TBD|HACK)\b|lorem ipsum|\bplaceholder text\b|coming soon", re.IGNORECASE)
DATA_FILE = re.compile(r"\.(xlsx?|xlsm|ods|parquet|duckdb|db|sqlite)$", re.IGNORECASE)


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _tracked_files() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git work tree here: which files are tracked cannot be told")
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """The dbt project as dbt itself understands it."""
    return json.loads(ensure_manifest(Settings()).read_text(encoding="utf-8"))


def _models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


# --- Dagster finds the definitions, whichever file it is given ---


def test_workspace_and_pyproject_name_the_same_code_location():
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text(encoding="utf-8"))
    (location,) = workspace["load_from"]
    project = _pyproject()["tool"]["dg"]["project"]
    assert location["python_module"]["module_name"] == project["code_location_target_module"]
    assert location["python_module"]["location_name"] == project["code_location_name"]


def test_the_code_location_is_a_module_that_binds_and_nothing_else():
    module = _pyproject()["tool"]["dg"]["project"]["code_location_target_module"]
    path = ROOT / "pipelines" / Path(*module.split(".")).with_suffix(".py")
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert [type(node) for node in body[-1:]] == [ast.Assign]
    assert all(isinstance(node, ast.Expr | ast.ImportFrom | ast.Assign) for node in body)


# --- versions ---


def test_installed_versions_are_the_measured_ones():
    assert duckdb.__version__ == "1.5.5"
    assert importlib.metadata.version("dagster") == "1.13.27"
    assert importlib.metadata.version("dagster-webserver") == "1.13.27"
    assert importlib.metadata.version("dagster-graphql") == "1.13.27"
    assert importlib.metadata.version("dagster-dbt") == "0.29.27"
    major, minor = importlib.metadata.version("dbt-core").split(".")[:2]
    assert (int(major), int(minor)) < (1, 12)


def test_every_pin_has_a_reason_beside_it():
    """A pin is `==`, or a ceiling below the next major version; a comment stands on its line or above its block."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("\ndependencies = [") :]
    lines = block[: block.index("\n]")].splitlines()[2:]
    reason, unexplained, pins = "", [], 0
    previous_is_comment = False
    for line in lines:
        if line.lstrip().startswith("#"):
            reason = f"{reason} {line}" if previous_is_comment else line
            previous_is_comment = True
            continue
        previous_is_comment = False
        requirement, _, comment = line.partition("#")
        if re.search(r"==|<\d+\.\d+", requirement):
            pins += 1
            if len(comment.split()) < 4 and len(reason.split()) < 8:
                unexplained.append(requirement.strip())
    assert pins >= 10, "this test no longer finds the pins"
    assert not unexplained


def test_the_lock_is_in_step_with_pyproject():
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    (own,) = (package for package in lock["package"] if package["name"] == "visceads")
    locked = {(item["name"], item["specifier"]) for item in own["metadata"]["requires-dist"]}
    locked |= {(item["name"], item["specifier"]) for item in own["metadata"]["requires-dev"]["dev"]}
    project = _pyproject()
    stated = set()
    for requirement in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"]):
        name, specifier = re.fullmatch(r"([\w-]+)(?:\[\w+\])?(.*)", requirement).groups()  # type: ignore[union-attr]
        stated.add((name, specifier))
    assert {_sorted(item) for item in locked} == {_sorted(item) for item in stated}


def _sorted(item: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    return item[0], tuple(sorted(item[1].split(",")))


def test_uv_says_that_the_lock_is_current():
    local = ROOT / ".uv" / "bin" / "uv"
    uv = str(local) if local.is_file() else shutil.which("uv")
    if uv is None:
        pytest.skip("uv is neither in .uv/bin nor on the path; `make` puts it there")
    done = subprocess.run([uv, "lock", "--check", "--offline"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0 and "needs to be updated" not in done.stderr:
        pytest.skip(f"uv could not check the lock without the network: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


def test_installed_packages_are_the_locked_ones():
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    versions: dict[str, set[str]] = {}
    for package in lock["package"]:
        versions.setdefault(package["name"], set()).add(package["version"])
    names = [re.match(r"[\w-]+", item)[0] for item in _pyproject()["project"]["dependencies"]]  # type: ignore[index]
    wrong = {name: importlib.metadata.version(name) for name in names}
    assert not {name: found for name, found in wrong.items() if found not in versions[name]}


# --- the work tree ---


def test_ci_calls_the_command_that_the_readme_names():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = [line.strip() for line in script.splitlines() if line.strip() and not line.startswith("#")]
    assert "make test" in commands
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111, ".ci/run must be executable"


def test_make_test_runs_every_check():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^test: ([^#\n]+)", makefile, re.MULTILINE)[1].split()  # type: ignore[index]
    assert {"lint", "types", "sql-lint", "unit", "integration"} <= set(targets)


def test_no_data_file_is_tracked():
    """CEADs grants no right of redistribution, and a binary in the history stays there for ever."""
    assert [name for name in _tracked_files() if DATA_FILE.search(name)] == []


def test_no_placeholder_is_left():
    found = []
    for name in _tracked_files():
        if name.startswith(("pipelines/", "docs/", "dbt_project/", "sql/", "deploy/", "bench/")) or name == "README.md":
            text = (ROOT / name).read_text(encoding="utf-8")
            found += [f"{name}: {match[0]}" for match in PLACEHOLDER.finditer(text)]
    assert found == []


def test_no_path_of_a_machine_is_written_down():
    found = []
    for name in _tracked_files():
        if name.endswith((".py", ".sql", ".yml", ".yaml", ".toml", ".md", "Makefile")) and name != _own_name():
            text = (ROOT / name).read_text(encoding="utf-8")
            found += [f"{name}: {match[0]}" for match in re.finditer(r"/(?:home/\w+|Users/\w+|work/\w+)/", text)]
    assert found == []


def _own_name() -> str:
    return Path(__file__).resolve().relative_to(ROOT).as_posix()


# --- dbt ---


def test_the_indicator_macro_lists_the_seed():
    text = (ROOT / "dbt_project" / "macros" / "indicator_codes.sql").read_text(encoding="utf-8")
    listed = re.findall(r"'(\w+)'", text)
    assert listed == codes.seed("indicator").sort("indicator_no")["indicator_code"].to_list()
    assert len(listed) == 30


def test_every_model_seed_and_source_has_a_description(manifest: dict[str, Any]):
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] in {"model", "seed"}]
    nodes += manifest["sources"].values()
    assert [node["name"] for node in nodes if not node["description"].strip()] == []


def test_every_model_has_a_test_or_a_reason(manifest: dict[str, Any]):
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    tested = {dependency.split(".")[2] for test in tests for dependency in test["depends_on"]["nodes"]}
    untested = set(_models(manifest)) - tested
    assert untested == set(UNTESTED_MODELS)


def test_every_singular_test_says_what_it_holds(manifest: dict[str, Any]):
    """The comment at its head is what a person reads when it fails."""
    silent = [
        path.name
        for path in sorted((ROOT / "dbt_project" / "tests").glob("*.sql"))
        if not re.search(r"^-- .{20,}", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert silent == []
    names = {n["name"] for n in manifest["nodes"].values() if n["resource_type"] == "test"}
    assert {path.stem for path in (ROOT / "dbt_project" / "tests").glob("*.sql")} <= names


# --- contracts and tables, in both directions ---


def test_every_published_table_has_a_contract_and_every_contract_a_table(manifest: dict[str, Any]):
    modelled = {
        f"{node['schema']}.{node['alias']}"
        for node in _models(manifest).values()
        if node["schema"] not in UNPUBLISHED_SCHEMAS
    }
    contracted = {contract.name for contract in CONTRACTS.values()}
    assert modelled & PYTHON_TABLES == set(), "a table is made twice"
    assert modelled - contracted == set(), "modelled in a published group, but without a contract"
    assert PYTHON_TABLES - contracted == set(), "written by Python, but without a contract"
    assert contracted - modelled - PYTHON_TABLES == set(), "a contract that no model and no array code fills"


def test_a_model_file_is_named_for_its_table(manifest: dict[str, Any]):
    wrong = [
        name
        for name, node in _models(manifest).items()
        if node["schema"] not in {*UNPUBLISHED_SCHEMAS, "baseline"} and name != f"{node['schema']}_{node['alias']}"
    ]
    assert wrong == []
