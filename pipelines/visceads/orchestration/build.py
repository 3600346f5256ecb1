"""One factory for all definitions.

Belongs here: putting assets, checks, jobs and resources together for one lake. Not here: any of them.
"""

from __future__ import annotations

import warnings

import dagster as dg

from visceads.orchestration.compute import build_compute_assets
from visceads.orchestration.decomposition import build_decomposition_asset
from visceads.orchestration.ingest import build_ingest_assets
from visceads.orchestration.marts import build_mart_assets
from visceads.orchestration.progress import progress_logger
from visceads.orchestration.transform import build_dbt_assets, dbt_resource
from visceads.settings import Settings

EVERYTHING = "__ASSET_JOB"
"""Dagster's own job of all assets. A job defined by hand could not hold it: assets with two partition sets."""


def build_definitions(settings: Settings, pool: str | None = "duckdb") -> dg.Definitions:
    """Return the definitions of one lake: raw -> bronze -> dbt -> arrays -> dbt -> marts -> publication.

    Args:
        settings: the lake.
        pool: the pool that lets one run at a time write the working database. A run that is killed keeps its slot until
            the daemon of the UI frees it, so a run from the command line, which has no daemon, does without.

    Raises:
        RuntimeError: if dbt cannot parse its project.
    """
    # The single-run policy is marked beta; this one warning would be printed for every asset of every command.
    warnings.filterwarnings("ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning)
    assets = [
        *build_ingest_assets(settings),
        *build_dbt_assets(settings, pool),
        *build_compute_assets(settings),
        build_decomposition_asset(settings),
        *build_mart_assets(settings),
    ]
    return dg.Definitions(
        assets=assets,
        resources={"dbt": dbt_resource(settings)},
        # Every step of the multi-process executor would load all definitions again: 28 s against 10 s for two steps.
        executor=dg.in_process_executor,
        loggers={"console": dg.colored_console_logger, "progress": progress_logger},
    )
