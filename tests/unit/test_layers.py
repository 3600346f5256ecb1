"""Dependencies between the rooms point one way, as docs/architecture.md says; imports are read, not executed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "pipelines" / "visceads"

# room -> rooms of the project that it may import besides itself; a module at the top of the package is a room
MAY_KNOW: dict[str, set[str]] = {
    "__init__": set(),
    "codes": set(),
    "contracts": set(),
    "settings": {"codes"},
    "workbooks": {"codes"},
    "accounts": {"codes"},
    "backbone": {"codes"},
    "demo": {"codes"},
    "lake": {"codes", "contracts"},
    "tracing": {"codes", "contracts", "lake", "workbooks"},
    "orchestration": {
        "__init__",
        "accounts",
        "backbone",
        "codes",
        "contracts",
        "demo",
        "lake",
        "settings",
        "workbooks",
    },
    "definitions": {"orchestration", "settings"},
    "scenarios": {"accounts", "codes", "contracts", "lake", "published"},
    "published": {"codes", "contracts", "lake"},
    "networks": {"backbone", "codes", "lake", "published"},
    "cli_backbone": {"lake", "networks", "published", "settings"},
    "cli_scenario": {"__init__", "lake", "scenarios", "settings"},
    "cli_trace": {"settings", "tracing"},
    "cli": {
        "__init__",
        "cli_backbone",
        "cli_scenario",
        "cli_trace",
        "demo",
        "lake",
        "orchestration",
        "settings",
        "workbooks",
    },
}
MAY_USE_DAGSTER = {"orchestration", "definitions"}
# pure domain code takes and gives frames and arrays: what runs the pipeline stays out of it
PURE = ("codes", "contracts", "workbooks", "accounts", "backbone", "demo")
RUNS_THE_PIPELINE = {"dagster", "dagster_dbt", "dbt", "duckdb", "typer", "rich", "pydantic_settings"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(path: Path) -> set[str]:
    """Dotted names that a file imports anywhere, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import in line {node.lineno}; write the full name"
            assert node.module is not None
            # `from visceads import codes` imports a module, `from visceads import __version__` a name of the package
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms_imported(path: Path) -> set[str]:
    """Rooms of the project that a file imports; a module of its own room is among them."""
    rooms = set()
    for name in imported_modules(path):
        parts = name.split(".")
        if parts[0] == "visceads":
            is_room = len(parts) > 1 and ((PACKAGE / parts[1]).is_dir() or (PACKAGE / f"{parts[1]}.py").is_file())
            rooms.add(parts[1] if is_room else "__init__")
    return rooms


def test_every_room_is_named_here():
    assert {room_of(path) for path in MODULES} == set(MAY_KNOW)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(path: Path):
    room = room_of(path)
    forbidden = rooms_imported(path) - MAY_KNOW[room] - {room}
    assert not forbidden, f"{path.name} (room {room}) imports {sorted(forbidden)}; see docs/architecture.md"


def test_only_orchestration_and_definitions_import_dagster():
    users = {
        room_of(path)
        for path in MODULES
        if any(name.split(".")[0] in {"dagster", "dagster_dbt"} for name in imported_modules(path))
    }
    assert users <= MAY_USE_DAGSTER
    assert "orchestration" in users, "this test no longer sees the imports"


def test_only_definitions_and_cli_import_orchestration():
    users = {room_of(path) for path in MODULES if "orchestration" in rooms_imported(path)}
    assert users == {"orchestration", "definitions", "cli"}


@pytest.mark.parametrize("room", PURE)
def test_domain_rooms_import_nothing_that_runs_the_pipeline(room: str):
    for path in MODULES:
        if room_of(path) == room:
            found = {name.split(".")[0] for name in imported_modules(path)} & RUNS_THE_PIPELINE
            assert not found, f"{path.relative_to(PACKAGE)} imports {sorted(found)}"


def test_the_reader_of_imports_sees_those_inside_functions(tmp_path: Path):
    module = tmp_path / "module.py"
    module.write_text("def f():\n    from visceads.orchestration import run\n    import dagster.utils\n")
    assert imported_modules(module) == {"visceads.orchestration.run", "dagster.utils"}
    assert rooms_imported(module) == {"orchestration"}
