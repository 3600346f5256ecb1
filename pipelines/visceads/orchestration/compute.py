"""Assets of array code: accounts and backbone of every table id.

Belongs here: thin assets that load arrays, call the pure functions and write the parts of a table. Not here: the
mathematics (`accounts`, `backbone`) and the layout of results (`orchestration.arrays`).
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
import polars as pl

from visceads.contracts.catalogue import CONTRACTS, polars_schema
from visceads.orchestration.arrays import account_tables, backbone_tables, load_own_blocks, load_table
from visceads.orchestration.partitions import SINGLE_RUN, TABLE_IDS, chosen_partitions, report_partitions
from visceads.orchestration.reporting import table_metadata
from visceads.orchestration.tables import keep_parts, part_path, working_database, write_part
from visceads.settings import Settings

ACCOUNT_INPUTS = (
    *(["mrio", name] for name in ("sector_account", "flow", "final_demand", "primary_input")),
    # the direct emissions of households, which a footprint carries as a line of its own
    *(["inventory", name] for name in ("emission", "emission_total")),
    ["reference", "inventory_sector"],
)
ACCOUNT_TABLES = ("multiplier", "province_footprint", "embodied_flow")
BACKBONE_TABLES = ("edge", "node")


def build_compute_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the assets `accounts/...` and `backbone/...`, partitioned by table id."""

    @dg.multi_asset(
        name="accounts",
        specs=[
            dg.AssetSpec(
                ["accounts", table],
                deps=ACCOUNT_INPUTS,
                description=CONTRACTS[("accounts", table)].grain[0],
                group_name="accounts",
                kinds={"python", "scipy"},
                code_version="1",
            )
            for table in ACCOUNT_TABLES
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "identities",
                asset=["accounts", "province_footprint"],
                blocking=True,
                description="Production = consumption + exports + error, and the other accounting identities.",
            )
        ],
        partitions_def=TABLE_IDS,
        backfill_policy=SINGLE_RUN,
    )
    def accounts(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        """Multipliers, footprints and embodied flows by LU solve."""
        residuals: dict[str, float] = {}
        table_ids = _present_tables(context, settings)
        for table_id in table_ids:
            with working_database(settings) as connection:
                arrays = load_table(connection, table_id)
            frames, gaps = account_tables(arrays)
            _write_parts(settings, frames, table_id)
            context.log.info(f"accounts of table {table_id} are computed")
            residuals |= {f"{table_id}: {name}": gap for name, gap in gaps.items()}
        _settle(context, settings, "accounts", ACCOUNT_TABLES, table_ids)
        worst = max(residuals, key=lambda name: residuals[name], default="")
        passed = not worst or residuals[worst] <= 1
        for table in ACCOUNT_TABLES:
            yield _result(settings, "accounts", table)
        yield dg.AssetCheckResult(
            asset_key=["accounts", "province_footprint"],
            check_name="identities",
            passed=passed,
            description=f"largest residual, as a multiple of what is allowed: {worst} {residuals.get(worst, 0.0):.3g}",
            metadata=dict(residuals),
        )

    @dg.multi_asset(
        name="backbone",
        specs=[
            dg.AssetSpec(
                ["backbone", table],
                deps=[["mrio", "flow"]],
                description=CONTRACTS[("backbone", table)].grain[0],
                group_name="backbone",
                kinds={"python", "igraph"},
                code_version="1",
            )
            for table in BACKBONE_TABLES
        ],
        partitions_def=TABLE_IDS,
        backfill_policy=SINGLE_RUN,
    )
    def backbone(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        """Filters and node metrics of the flows inside every province."""
        table_ids = _present_tables(context, settings)
        for table_id in table_ids:
            with working_database(settings) as connection:
                blocks = load_own_blocks(connection, table_id)
            _write_parts(settings, backbone_tables(blocks, table_id), table_id)
            context.log.info(f"backbone of table {table_id} is computed")
        _settle(context, settings, "backbone", BACKBONE_TABLES, table_ids)
        for table in BACKBONE_TABLES:
            yield _result(settings, "backbone", table)

    return [accounts, backbone]


def _present_tables(context: dg.AssetExecutionContext, settings: Settings) -> list[str]:
    """The chosen table ids whose workbook was accepted: one that was refused has nothing to compute from."""
    with working_database(settings) as connection:
        rows = connection.execute("select distinct table_id from mrio.sector_account").fetchall()
    present = {str(row[0]) for row in rows}
    chosen = chosen_partitions(context, TABLE_IDS)
    for table_id in sorted(set(chosen) - present):
        context.log.warning(f"there is no table {table_id}: its workbook was refused, see meta.rejected_workbook")
    return [table_id for table_id in chosen if table_id in present]


def _write_parts(settings: Settings, frames: Mapping[str, pl.DataFrame], table_id: str) -> None:
    for name, frame in frames.items():
        group, table = name.split(".")
        names = [column.name for column in CONTRACTS[(group, table)].columns]
        write_part(settings, name, frame.select(names), table_id)


def _settle(
    context: dg.AssetExecutionContext,
    settings: Settings,
    group: str,
    tables: Sequence[str],
    table_ids: Sequence[str],
) -> None:
    """Drop parts of tables that are no longer current, leave an empty part, report the partitions."""
    current = context.instance.get_dynamic_partitions("table_id")
    for table in tables:
        # the empty part carries the columns, so that SQL can read a table without any table id
        empty = pl.DataFrame(schema=polars_schema(CONTRACTS[(group, table)]))
        write_part(settings, f"{group}.{table}", empty, "none")
        keep_parts(settings, f"{group}.{table}", [*current, "none"])
        report_partitions(context, dg.AssetKey([group, table]), table_ids)


def _result(settings: Settings, group: str, table: str) -> dg.MaterializeResult[None]:
    parts = sorted(part_path(settings, f"{group}.{table}").parent.glob("*.parquet"))
    frame = pl.scan_parquet(parts)
    rows = int(frame.select(pl.len()).collect().item())
    return dg.MaterializeResult(
        asset_key=[group, table],
        metadata=table_metadata(frame.head(10).collect(), rows),
    )
