"""The dbt project as assets of the same graph.

Belongs here: the manifest, the translation of dbt names to asset keys, the two dbt steps (harmonised before the array
code, baseline and backbone after it) and what is said when one of them fails. Not here: models; they are SQL in
`dbt_project/`.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from visceads.lake.atomic import file_sha256, write_text
from visceads.orchestration.partitions import SINGLE_RUN
from visceads.orchestration.reporting import table_metadata
from visceads.settings import Settings

HARMONISED = "+fqn:visceads.staging +fqn:visceads.harmonised"
BASELINE = "fqn:visceads.baseline fqn:visceads.backbone"
CODE_LIST_TESTS = "tag:code_list"
"""Tests of the seeds alone: they depend on the code, not on the data, so the test suite runs them."""


class GroupTranslator(DagsterDbtTranslator):
    """Asset keys are `<schema>/<table>`, so that a dbt model and a Python table are named alike."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return the key: sources name their Python asset, seeds stand under `seeds`."""
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["alias"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the schema as group; staging keeps its own."""
        return str(dbt_resource_props["schema"])


def target_folder(settings: Settings) -> Path:
    """Where dbt keeps its run results for one lake."""
    return settings.lake / "build" / "dbt"


def ensure_manifest(settings: Settings) -> Path:
    """Return the path of the manifest, after `dbt parse` if it is missing or made from other files.

    It lies in the project, because it does not depend on a lake; parsing takes five seconds.

    Raises:
        RuntimeError: if dbt cannot parse the project; the message is dbt's own.
    """
    folder = settings.dbt_project / "target"
    manifest, parsed = folder / "manifest.json", folder / "parsed_from.sha256"
    fingerprint = _project_fingerprint(settings.dbt_project)
    if manifest.exists() and parsed.exists() and parsed.read_text(encoding="utf-8") == fingerprint:
        return manifest
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        _parse(settings, Path(aside))
        # dbt reads the second to parse only what has changed; each appears whole, so parallel runs do no harm
        for name in ("partial_parse.msgpack", "manifest.json"):
            (Path(aside) / name).replace(folder / name)
    write_text(parsed, fingerprint)
    return manifest


def _project_fingerprint(project: Path) -> str:
    """A hash of names and content of the project's files; time stamps would miss one that was deleted or restored."""
    target = project / "target"
    files = sorted(p for p in project.rglob("*") if p.suffix in {".sql", ".yml", ".csv"} and target not in p.parents)
    lines = (f"{path.relative_to(project).as_posix()} {file_sha256(path)}" for path in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _parse(settings: Settings, target: Path) -> None:
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "parse", "--project-dir"]
    command += [str(settings.dbt_project), "--target-path", str(target)]
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        command, env=os.environ | settings.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"dbt cannot parse the project {settings.dbt_project}:\n{done.stdout}{done.stderr}")


def build_dbt_assets(settings: Settings, pool: str | None) -> list[dg.AssetsDefinition]:
    """Return the two dbt steps: `dbt_harmonised` (seeds, staging, harmonised tables) and `dbt_baseline` (the rest).

    Args:
        settings: the lake.
        pool: the pool of slots that the steps share with other runs, or None.
    """
    manifest = ensure_manifest(settings)

    @dbt_assets(
        manifest=manifest,
        select=HARMONISED,
        exclude=CODE_LIST_TESTS,
        name="dbt_harmonised",
        dagster_dbt_translator=GroupTranslator(),
        backfill_policy=SINGLE_RUN,
        pool=pool,
    )
    def dbt_harmonised(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        yield from _build(context, dbt, settings)

    @dbt_assets(
        manifest=manifest,
        select=BASELINE,
        exclude=CODE_LIST_TESTS,
        name="dbt_baseline",
        dagster_dbt_translator=GroupTranslator(),
        backfill_policy=SINGLE_RUN,
        pool=pool,
    )
    def dbt_baseline(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        yield from _build(context, dbt, settings)

    return [dbt_harmonised, dbt_baseline]


def dbt_resource(settings: Settings) -> DbtCliResource:
    """The dbt command line for the project of these settings."""
    return DbtCliResource(
        project_dir=str(settings.dbt_project),
        profiles_dir=str(settings.dbt_project),
        dbt_executable=str(Path(sys.executable).parent / "dbt"),
    )


def _build(context: dg.AssetExecutionContext, dbt: DbtCliResource, settings: Settings) -> Iterator[Any]:
    os.environ.update(settings.environment())
    # `buildable`: a test runs once everything that it reads has been built, in this step or before it.
    arguments = ["build", "--indirect-selection", "buildable"]
    run = dbt.cli(arguments, context=context, target_path=target_folder(settings), raise_on_error=True)
    built: list[dg.Output[Any]] = []
    failure: DagsterDbtCliRuntimeError | None = None
    try:
        for event in run.stream():
            if isinstance(event, dg.Output):
                built.append(event)  # its table is described when dbt has let go of the database
            else:
                yield event
    except DagsterDbtCliRuntimeError as error:
        failure = error
    yield from _with_table_metadata(built, settings)
    if failure is not None:
        raise dg.Failure(
            description=explain_failure(settings, target_folder(settings)), allow_retries=False
        ) from failure


def _with_table_metadata(built: Sequence[dg.Output[Any]], settings: Settings) -> Iterator[dg.Output[Any]]:
    """Yield what dbt has built, every model and seed with row count, columns and a preview of its table."""
    database = settings.environment()["VISCEADS_BUILD_DATABASE"]
    if not built or not Path(database).is_file():
        yield from built
        return
    nodes = json.loads(ensure_manifest(settings).read_text(encoding="utf-8"))["nodes"]
    with duckdb.connect(database, read_only=True) as connection:
        for output in built:
            node = nodes[str(output.metadata["unique_id"].value)]
            relation = connection.sql(f'from "{node["schema"]}"."{node["alias"]}"')
            rows = relation.count("*").fetchone()
            described = table_metadata(relation.limit(10).pl(), int(rows[0]) if rows else 0)
            yield output.with_metadata({**output.metadata, **described})


def explain_failure(settings: Settings, target: Path) -> str:
    """Say in sentences what failed in the last dbt run, with the first offending rows of every failed test."""
    results = json.loads((target / "run_results.json").read_text())["results"]
    failed = [result for result in results if result["status"] in {"fail", "error"}]
    parts = [f"{len(failed)} step(s) of dbt failed; nothing is published."]
    for result in failed:
        name = result["unique_id"].split(".")[2]
        parts.append(f"{name}: {result['message']}")
        if result["status"] == "fail":
            parts.append(_offending_rows(settings, result["compiled_code"]))
    return "\n".join(parts)


def _offending_rows(settings: Settings, query: str) -> str:
    database = settings.environment()["VISCEADS_BUILD_DATABASE"]
    try:
        with duckdb.connect(database, read_only=True) as connection:
            rows = connection.sql(query).limit(5).pl()
    except duckdb.Error as error:
        return f"  (its rows could not be read: {error})"
    return "\n".join(f"  {row}" for row in rows.iter_rows(named=True))
