"""Assets from the raw folder to bronze and the registry of releases.

Belongs here: thin assets over `orchestration.intake` and `lake.releases`. Not here: reading, and anything after bronze.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg
import polars as pl

from visceads.contracts.catalogue import CONTRACTS, polars_schema
from visceads.lake.bronze import Sidecar, read_sidecar, read_sidecars, sidecar_path
from visceads.lake.paths import LakePaths
from visceads.lake.releases import current_period_frame, finding_frame, refuse_mixed_names, release_frame
from visceads.orchestration import intake
from visceads.orchestration.identity_checks import identity_check_results, identity_check_specs
from visceads.orchestration.partitions import (
    INVENTORY_YEARS,
    SINGLE_RUN,
    TABLE_IDS,
    chosen_partitions,
    report_partitions,
    set_partitions,
)
from visceads.orchestration.raw_folder import search_raw_folder
from visceads.orchestration.reporting import table_metadata
from visceads.orchestration.tables import write_part
from visceads.orchestration.workers import end_workers
from visceads.settings import Settings
from visceads.workbooks.readers import READERS
from visceads.workbooks.recognise import Recognition

Outcome = dg.MaterializeResult[None] | dg.AssetCheckResult

FAMILY_TEXT = {
    "co2_inventory": "Cells of the provincial CO2 inventories, as printed, with sheet, row and column.",
    "mrio": "Cells of the provincial multi-regional input-output tables, with sheet, row and column.",
    "nbs_series": "Series of the National Bureau of Statistics, by province and year.",
    "nbs_panel": "Panels of the National Bureau of Statistics: several indicators by province and year.",
    "energy_inventory": "Cells of the provincial energy inventories, in the units of their columns.",
    "co2_national": "Cells of the national CO2 inventory, one sheet a year.",
    "apparent_provincial": "Cells of the apparent CO2 emissions by province.",
    "apparent_national": "Cells of the national apparent CO2 emissions.",
    "city_vector": "CO2 totals of cities by year.",
    "national_io_table": "Cells of the national input-output tables of the National Bureau of Statistics.",
}

PARTITIONED = {"co2_inventory": INVENTORY_YEARS, "mrio": TABLE_IDS}
"""The families with many workbooks; the others are a few files each and are read in one step."""

REGISTRY_TEXT = {
    "current_period": "Which release stands for each family, series and period; SQL joins it, it is not published.",
    "finding": "What the readers noted, and how well the accounts of each workbook add up; for meta.quality.",
    **{table: CONTRACTS["meta", table].grain[0] for table in ("release", "rejected_workbook")},
}


def build_ingest_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return `raw/workbook`, the bronze families and the registry of releases."""
    lake = LakePaths(settings.lake)

    @dg.asset(
        key=["raw", "workbook"],
        group_name="raw",
        kinds={"excel"},
        code_version="1",
        description="Every file of the raw folder, recognised by its content: family, years or table ids, verdict.",
    )
    def raw_workbook(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        intake.forget_verdicts(lake, "raw")  # if this step fails, nobody shall take those of the last run for its own
        found = intake.recognise_folder(settings.raw_folder, context.log.debug)
        verdicts = intake.first_verdicts(settings.raw_folder, found, search_raw_folder(settings.raw_folder).skipped)
        _refuse_mixture(found, read_sidecars(lake))
        intake.save_verdicts(lake, "raw", verdicts)
        pending = _offer_partitions(context, verdicts, "pending")
        context.log.info(f"{len(found)} files recognised in {settings.raw_folder}, {len(pending)} of them to be read")
        return dg.MaterializeResult(metadata=table_metadata(_verdict_frame(verdicts)))

    def bronze_asset(family: str, partitions: dg.DynamicPartitionsDefinition) -> dg.AssetsDefinition:
        @dg.asset(
            key=["bronze", family],
            deps=[["raw", "workbook"]],
            group_name="bronze",
            kinds={"python", "parquet"},
            code_version=READERS[family].version,
            description=FAMILY_TEXT[family],
            partitions_def=partitions,
            backfill_policy=SINGLE_RUN,
            check_specs=identity_check_specs(family),
        )
        def bronze(context: dg.AssetExecutionContext) -> Iterator[Outcome]:
            keys = chosen_partitions(context, partitions)
            sidecars = _read_family(context, settings, family, keys)
            read = {period for sidecar in sidecars for period in sidecar.source.periods}
            report_partitions(context, dg.AssetKey(["bronze", family]), sorted(read))
            yield dg.MaterializeResult(metadata=_bronze_metadata(lake, family, sidecars))
            yield from identity_check_results(family, sidecars)

        return bronze

    @dg.multi_asset(
        name="bronze_small_families",
        can_subset=True,
        specs=[
            dg.AssetSpec(
                ["bronze", family],
                deps=[["raw", "workbook"]],
                group_name="bronze",
                kinds={"python", "parquet"},
                code_version=READERS[family].version,
                description=text,
                skippable=True,
            )
            for family, text in FAMILY_TEXT.items()
            if family not in PARTITIONED
        ],
        check_specs=[
            spec for family in FAMILY_TEXT if family not in PARTITIONED for spec in identity_check_specs(family)
        ],
    )
    def bronze_small_families(context: dg.AssetExecutionContext) -> Iterator[Outcome]:
        """The families of which there are few workbooks."""
        for key in sorted(context.selected_asset_keys):
            family = key.path[-1]
            sidecars = _read_family(context, settings, family, None)
            yield dg.MaterializeResult(asset_key=key, metadata=_bronze_metadata(lake, family, sidecars))
            yield from identity_check_results(family, sidecars)

    @dg.multi_asset(
        name="registry",
        specs=[
            dg.AssetSpec(
                ["meta", table],
                deps=[["bronze", family] for family in FAMILY_TEXT],
                group_name="meta",
                kinds={"python", "parquet"},
                code_version="1",
                description=text,
            )
            for table, text in REGISTRY_TEXT.items()
        ],
    )
    def registry(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        """Accepted releases, rejected workbooks, findings."""
        end_workers()
        verdicts = final_verdicts(lake)
        accepted = _offer_partitions(context, verdicts, "accepted")
        sidecars = [
            read_sidecar(sidecar_path(lake.bronze / verdict.family / f"{verdict.release_id}.parquet"))
            for verdict in accepted
        ]
        frames = {
            "current_period": current_period_frame(sidecars),
            "release": release_frame(sidecars),
            "rejected_workbook": _rejected_frame(verdicts),
            "finding": finding_frame(sidecars),
        }
        for table, frame in frames.items():
            write_part(settings, f"meta.{table}", frame)
            yield dg.MaterializeResult(asset_key=["meta", table], metadata=table_metadata(frame))
        context.log.info(f"accepted: {len(accepted)}; rejected: {frames['rejected_workbook'].height}")

    return [
        raw_workbook,
        *[bronze_asset(family, partitions) for family, partitions in PARTITIONED.items()],
        bronze_small_families,
        registry,
    ]


def final_verdicts(lake: LakePaths) -> list[intake.Verdict]:
    """The verdict on every file of the raw folder after reading, in the order of their names."""
    read = {(v.file_name, v.sha256): v for family in FAMILY_TEXT for v in intake.load_verdicts(lake, family)}
    first = intake.load_verdicts(lake, "raw")
    return [read.get((v.file_name, v.sha256), v) if v.status == "pending" else v for v in first]


def _refuse_mixture(recognitions: Iterable[Recognition], sidecars: Iterable[Sidecar]) -> None:
    """Refuse to read synthetic workbooks into a lake of real ones, or the reverse.

    Raises:
        MixedLakeError: naming some workbooks of either kind.
    """
    files = [(f.path.name, f.is_synthetic) for f in recognitions if f.family and f.refusal is None]
    files += [(sidecar.source.file_name, sidecar.source.is_synthetic) for sidecar in sidecars]
    refuse_mixed_names(
        synthetic=sorted({name for name, is_synthetic in files if is_synthetic}),
        real=sorted({name for name, is_synthetic in files if not is_synthetic}),
    )


def _read_family(context: dg.AssetExecutionContext, settings: Settings, family: str, keys: object) -> list[Sidecar]:
    """Read the pending workbooks of a family that hold one of the chosen partitions; keep the other verdicts."""
    lake = LakePaths(settings.lake)
    intake.ensure_family(lake, family)
    before = {verdict.file_name: verdict for verdict in intake.load_verdicts(lake, family)}
    chosen = None if keys is None else set(keys)  # type: ignore[call-overload]
    verdicts, to_read = [], []
    for pending in intake.load_verdicts(lake, "raw"):
        if pending.family != family or pending.status != "pending":
            continue
        known = before.get(pending.file_name)
        is_chosen = chosen is None or not pending.periods or bool(chosen & set(pending.periods))
        if not is_chosen and known is not None and known.sha256 == pending.sha256:
            verdicts.append(known)
        else:
            to_read.append(pending)
    sidecars = []
    for verdict, sidecar in intake.read_workbooks(lake, settings.raw_folder, to_read):
        context.log.info(f"{verdict.file_name}: {verdict.reason or verdict.status + ' as ' + verdict.release_id}")
        verdicts.append(verdict)
        if sidecar is not None:
            sidecars.append(sidecar)
    intake.save_verdicts(lake, family, verdicts)
    return sidecars


def _bronze_metadata(lake: LakePaths, family: str, sidecars: list[Sidecar]) -> dict[str, Any]:
    rows = sum(sidecar.rows for sidecar in sidecars)
    if not sidecars:
        return table_metadata(pl.DataFrame(schema=READERS[family].schema), rows)
    return table_metadata(pl.read_parquet(intake.bronze_file(lake, sidecars[0]), n_rows=10), rows)


def _offer_partitions(
    context: dg.AssetExecutionContext, verdicts: list[intake.Verdict], status: str
) -> list[intake.Verdict]:
    """Make the partitions those that workbooks of a status hold, and return these: before reading, after it."""
    chosen = [verdict for verdict in verdicts if verdict.status == status]
    for family, partitions in PARTITIONED.items():
        keys = {period for verdict in chosen if verdict.family == family for period in verdict.periods}
        set_partitions(context.instance, partitions, sorted(keys))
    return chosen


def _verdict_frame(verdicts: list[intake.Verdict]) -> pl.DataFrame:
    rows = [(v.file_name, v.family, ", ".join(v.periods), v.status, v.reason) for v in verdicts]
    schema = dict.fromkeys(("file_name", "family", "periods", "status", "reason"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _rejected_frame(verdicts: list[intake.Verdict]) -> pl.DataFrame:
    schema = polars_schema(CONTRACTS["meta", "rejected_workbook"])
    rows = [
        {name: getattr(verdict, name) for name in schema}
        | {
            "sha256": verdict.sha256 or "unreadable",
            "family": verdict.family or None,
        }
        for verdict in verdicts
        if verdict.status == "rejected"
    ]
    return pl.DataFrame(rows, schema=schema).sort(CONTRACTS["meta", "rejected_workbook"].key)
