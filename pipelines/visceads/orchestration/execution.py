"""Executing the graph of a lake in this process.

Belongs here: one in-process run of all assets and the collection of its failures. Not here: deciding whether a run is
needed (`run`).
"""

from __future__ import annotations

import re
from contextlib import redirect_stdout

import dagster as dg

from visceads.lake.paths import LakePaths
from visceads.lake.publication import current_version
from visceads.orchestration.build import build_definitions
from visceads.orchestration.ingest import final_verdicts
from visceads.orchestration.progress import Listener, listen
from visceads.orchestration.summary import RunSummary
from visceads.settings import Settings

OWN_RUNS = {"visceads/started_by": "visceads run"}
"""The tag of runs that were started from the command line."""


def execute_everything(settings: Settings, listener: Listener) -> RunSummary:
    """Materialise every asset of the lake in one run and say what came of it."""
    lake = LakePaths(settings.lake)
    before = current_version(lake)
    definitions = build_definitions(settings, pool=None)
    job = definitions.resolve_implicit_global_asset_job_def()
    stop = listen(listener)
    log = lake.build / "last_run.log"
    try:
        # dbt prints a line for each of its 250 steps: they go to a file, the terminal shows the steps of the graph
        with log.open("w", encoding="utf-8") as file, redirect_stdout(file), dg.DagsterInstance.get() as instance:
            _bury_dead_runs(instance)
            result = job.execute_in_process(
                instance=instance,
                raise_on_error=False,
                run_config={"loggers": {"progress": {}}},
                tags=OWN_RUNS,
            )
    finally:
        stop()
    version = current_version(lake) or ""
    verdicts = tuple(final_verdicts(lake))
    return RunSummary(
        succeeded=result.success,
        version=version,
        is_new=result.success and version != before,
        is_synthetic=_is_synthetic(lake),
        verdicts=verdicts,
        failures=(*_failed_steps(result), *_failed_checks(result, dg.AssetCheckSeverity.ERROR)),
        warnings=_failed_checks(result, dg.AssetCheckSeverity.WARN),
    )


def _bury_dead_runs(instance: dg.DagsterInstance) -> None:
    """Mark runs of the command line that never ended as failed: we hold the lock of the lake, so they were killed."""
    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING], tags=OWN_RUNS)
    for run in instance.get_runs(filters=unfinished):
        instance.report_run_failed(run, "The process of this run ended before the run did.")


def _failed_steps(result: dg.ExecuteInProcessResult) -> tuple[str, ...]:
    sentences = []
    for event in result.all_events:
        if event.event_type_value == "STEP_FAILURE":
            data = event.step_failure_data
            reason = data.user_failure_data.description if data.user_failure_data else None
            sentences.append(f"{str(event.step_key).replace('__', '/')}: {reason or _cause(data.error)}")
    return tuple(sentences)


def _failed_checks(result: dg.ExecuteInProcessResult, severity: dg.AssetCheckSeverity) -> tuple[str, ...]:
    sentences = []
    for event in result.all_events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            if not check.passed and check.severity == severity:
                name = f"{check.asset_key.to_user_string()} ({check.check_name})"
                sentences.append(f"check failed: {name}: {check.description or 'see the check in the UI'}")
    return tuple(sentences)


def _cause(error: object) -> str:
    """The innermost message of an error: a person needs the sentence, the UI keeps the stack."""
    while getattr(error, "cause", None) is not None:
        error = error.cause  # type: ignore[attr-defined]
    message = str(getattr(error, "message", error)).strip()
    if message.endswith("DagsterExecutionInterruptedError"):
        return "stopped from outside (Ctrl-C or a signal) before its end; run again"
    # Our own errors are sentences; the name of their class before them helps nobody.
    own = re.match(r"visceads\.[\w.]+: ", message)
    return message[own.end() :] if own else message


def _is_synthetic(lake: LakePaths) -> bool:
    import polars as pl  # noqa: PLC0415

    path = lake.latest / "meta" / "publication.parquet"
    return bool(path.is_file() and pl.read_parquet(path)["is_synthetic"].any())
