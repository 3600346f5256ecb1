"""Assets from the raw folder to bronze and the registry of releases.

Belongs here: thin assets over `orchestration.intake` and `lake.releases`. Not here: reading, and anything after bronze.
"""

from collections.abc import Iterable, Iterator

import dagster as dg
import polars as pl

from visceads.contracts.catalogue import CONTRACTS, polars_schema
from visceads.lake.bronze import Sidecar, read_sidecar, read_sidecars, sidecar_path
from visceads.lake.paths import LakePaths
from visceads.lake.releases import current_period_frame, quality_frame, refuse_mixed_names, release_frame
from visceads.orchestration import intake
from visceads.orchestration.partitions import (
    INVENTORY_YEARS,
    SINGLE_RUN,
    TABLE_IDS,
    chosen_partitions,
    report_partitions,
    set_partitions,
)
from visceads.orchestration.reporting import table_metadata
from visceads.orchestration.tables import write_part
from visceads.orchestration.workers import end_workers
from visceads.settings import Settings
from visceads.workbooks.recognise import Recognition

FAMILY_TEXT = {
    "co2_inventory": "Cells of the provincial CO2 inventories, as printed, with sheet, row and column.",
    "mrio": "Cells of the provincial multi-regional input-output tables, with sheet, row and column.",
    "nbs_series": "Series of the National Bureau of Statistics, by province and year.",
}

REGISTRY_TEXT = {
    "current_period": "Which release stands for each family, series and period; SQL joins it, it is not published.",
    **{table: CONTRACTS["meta", table].grain[0] for table in ("release", "rejected_workbook", "quality")},
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
        verdicts = intake.first_verdicts(settings.raw_folder, found)
        _refuse_mixture(found, read_sidecars(lake))
        intake.save_verdicts(lake, "raw", verdicts)
        pending = _offer_partitions(context, verdicts, "pending")
        context.log.info(f"{len(found)} files recognised in {settings.raw_folder}, {len(pending)} of them to be read")
        return dg.MaterializeResult(metadata=table_metadata(_verdict_frame(verdicts)))

    def bronze_asset(family: str, partitions: dg.DynamicPartitionsDefinition | None) -> dg.AssetsDefinition:
        @dg.asset(
            key=["bronze", family],
            deps=[["raw", "workbook"]],
            group_name="bronze",
            kinds={"python", "parquet"},
            code_version=intake.READER_VERSIONS[family],
            description=FAMILY_TEXT[family],
            partitions_def=partitions,
            backfill_policy=SINGLE_RUN if partitions else None,
        )
        def bronze(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
            keys = chosen_partitions(context, partitions) if partitions else None
            sidecars = _read_family(context, settings, family, keys)
            if keys is not None:
                read = {period for sidecar in sidecars for period in sidecar.source.periods}
                report_partitions(context, dg.AssetKey(["bronze", family]), [key for key in keys if key in read])
            rows = sum(sidecar.rows for sidecar in sidecars)
            head = pl.read_parquet(intake.bronze_file(lake, sidecars[0]), n_rows=10) if sidecars else None
            frame = pl.DataFrame(schema=intake.SCHEMAS[family]) if head is None else head
            return dg.MaterializeResult(metadata=table_metadata(frame, rows))

        return bronze

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
            "quality": quality_frame(sidecars),
        }
        for table, frame in frames.items():
            write_part(settings, f"meta.{table}", frame)
            yield dg.MaterializeResult(asset_key=["meta", table], metadata=table_metadata(frame))
        context.log.info(f"accepted: {len(accepted)}; rejected or not read yet: {frames['rejected_workbook'].height}")

    return [
        raw_workbook,
        bronze_asset("co2_inventory", INVENTORY_YEARS),
        bronze_asset("mrio", TABLE_IDS),
        bronze_asset("nbs_series", None),
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
    files = [(f.path.name, f.is_synthetic) for f in recognitions if f.is_supported and f.refusal is None]
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


def _offer_partitions(
    context: dg.AssetExecutionContext, verdicts: list[intake.Verdict], status: str
) -> list[intake.Verdict]:
    """Make the partitions those that workbooks of a status hold, and return these: before reading, after it."""
    chosen = [verdict for verdict in verdicts if verdict.status == status]
    for family, partitions in (("mrio", TABLE_IDS), ("co2_inventory", INVENTORY_YEARS)):
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
            "code": verdict.code or "NOT_READ_YET",
        }
        for verdict in verdicts
        if verdict.status in {"rejected", "not_read_yet"}
    ]
    return pl.DataFrame(rows, schema=schema).sort(CONTRACTS["meta", "rejected_workbook"].key)
