"""Assets of array code: accounts and backbone of every table id.

Belongs here: thin assets over what is computed for each table id. Not here: what one table id needs (`per_table`), the
mathematics (`accounts`, `backbone`), loading (`arrays`), the layout of results (`account_tables`, `backbone_tables`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl

from visceads.contracts.catalogue import CONTRACTS, polars_schema
from visceads.orchestration.account_tables import ACCOUNT_TABLES, CHECKS
from visceads.orchestration.backbone_networks import SELLER_INTENSITY, load_networks, seller_intensity
from visceads.orchestration.backbone_tables import backbone_tables
from visceads.orchestration.comparison_tables import comparison_of_methods, comparison_of_years
from visceads.orchestration.partitions import SINGLE_RUN, TABLE_IDS, chosen_partitions, report_partitions
from visceads.orchestration.per_table import TableTask, compute_accounts, write_parts
from visceads.orchestration.reporting import table_metadata
from visceads.orchestration.tables import keep_parts, part_path, working_database, write_part
from visceads.orchestration.workers import in_parallel
from visceads.settings import Settings

ACCOUNT_INPUTS = [["mrio", name] for name in ("sector_account", "flow", "final_demand", "primary_input")]
FOOTPRINT_INPUTS = [
    *ACCOUNT_INPUTS,
    # the direct emissions of households, which a footprint carries as a line of its own
    *(["inventory", name] for name in ("emission", "emission_total")),
    ["reference", "inventory_sector"],
    # GDP and population, which footprints are divided by
    ["staging", "stg_nbs_province_year"],
]
BACKBONE_TABLES = ("backbone.comparison", "backbone.edge", "backbone.node")
BACKBONE_INPUTS = [["mrio", "flow"], SELLER_INTENSITY.split(".")]
YEARS_PART = "years"
"""The part of backbone.comparison that lays tables side by side: always made anew, of all tables."""


def build_compute_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the assets `accounts/...` and `backbone/...`, partitioned by table id."""

    @dg.multi_asset(
        name="accounts",
        specs=[
            dg.AssetSpec(
                name.split("."),
                deps=FOOTPRINT_INPUTS if name == "accounts.province_footprint" else ACCOUNT_INPUTS,
                description=_grain(name),
                group_name="accounts",
                kinds={"python", "scipy"},
                code_version="2",
            )
            for name in ACCOUNT_TABLES
        ],
        check_specs=[
            dg.AssetCheckSpec(check, asset=name.split("."), blocking=True, description=description)
            for check, (name, description) in CHECKS.items()
        ],
        partitions_def=TABLE_IDS,
        backfill_policy=SINGLE_RUN,
    )
    def accounts(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        """Multipliers, linkages, extraction, footprints, flows, layers, paths and prices by LU solve."""
        residuals: dict[str, dict[str, float]] = {check: {} for check in CHECKS}
        sources: list[pl.DataFrame] = []
        table_ids = _present_tables(context, settings)
        computed = in_parallel(compute_accounts, [TableTask(settings, table_id) for table_id in table_ids])
        for table_id, accounts_of_table in zip(table_ids, computed, strict=True):
            context.log.info(f"accounts of table {table_id} are computed")
            sources.append(accounts_of_table.provinces)
            for check, gaps in accounts_of_table.residuals.items():
                residuals[check] |= {f"{table_id}: {name}": gap for name, gap in gaps.items()}
        _settle(context, settings, ACCOUNT_TABLES, table_ids)
        for name in ACCOUNT_TABLES:
            yield _result(settings, name, _sources(table_ids, sources))
        for check, gaps in residuals.items():
            yield _check_result(check, gaps)

    @dg.asset(
        key=SELLER_INTENSITY.split("."),
        deps=[["accounts", "multiplier"], ["accounts", "embodied_flow"]],
        description="The CO2 basis of each table, and the total intensity that turns what a sector sells into CO2.",
        group_name="backbone",
        kinds={"python"},
        code_version="1",
    )
    def sellers(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        """One basis and one intensity a seller.

        It has no partitions: Dagster refuses that the backbone, which has them, follows the accounts, which have them
        too, in a run for which no partition was chosen.
        """
        table_ids = _tables_with_accounts(settings)
        frames = {}
        for table_id in table_ids:
            multipliers = pl.read_parquet(part_path(settings, "accounts.multiplier", table_id))
            frames[table_id] = seller_intensity(multipliers, table_id)
            write_part(settings, SELLER_INTENSITY, frames[table_id], table_id)
        keep_parts(settings, SELLER_INTENSITY, table_ids)
        context.log.info(f"intensities of the sellers of {len(table_ids)} tables are chosen")
        return dg.MaterializeResult(metadata=table_metadata(pl.concat(frames.values())) if frames else {})

    @dg.multi_asset(
        name="backbone",
        specs=[
            dg.AssetSpec(
                name.split("."),
                deps=BACKBONE_INPUTS[:1] if name == "backbone.node" else BACKBONE_INPUTS,
                description=_grain(name),
                group_name="backbone",
                kinds={"python", "igraph"},
                code_version="2",
            )
            for name in BACKBONE_TABLES
        ],
        partitions_def=TABLE_IDS,
        backfill_policy=SINGLE_RUN,
    )
    def backbone(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        """Filters, node metrics and comparisons of the networks within and between provinces."""
        table_ids = _present_tables(context, settings)
        networks = {}
        # a run of one table compares it with the others whose accounts were computed in earlier runs
        for table_id in _tables_with_accounts(settings):
            with working_database(settings) as connection:
                networks[table_id] = load_networks(connection, settings, table_id)
        for table_id in table_ids:
            frames = backbone_tables(networks[table_id])
            frames["backbone.comparison"] = comparison_of_methods(networks[table_id])
            write_parts(settings, BACKBONE_TABLES, frames, table_id)
            context.log.info(f"backbone of table {table_id} is computed")
        years = comparison_of_years(list(networks.values()))
        _settle(context, settings, BACKBONE_TABLES, table_ids)
        write_part(settings, "backbone.comparison", years, YEARS_PART)
        for name in BACKBONE_TABLES:
            yield _result(settings, name, {})

    return [accounts, sellers, backbone]


def _present_tables(context: dg.AssetExecutionContext, settings: Settings) -> list[str]:
    """The chosen table ids whose workbook was accepted: one that was refused has nothing to compute from."""
    present = _tables_in_database(settings)
    chosen = chosen_partitions(context, TABLE_IDS)
    for table_id in sorted(set(chosen) - present):
        context.log.warning(f"there is no table {table_id}: its workbook was refused, see meta.rejected_workbook")
    return [table_id for table_id in chosen if table_id in present]


def _tables_in_database(settings: Settings) -> set[str]:
    with working_database(settings) as connection:
        rows = connection.execute("select distinct table_id from mrio.sector_account").fetchall()
    return {str(row[0]) for row in rows}


def _tables_with_accounts(settings: Settings) -> list[str]:
    present = sorted(_tables_in_database(settings))
    return [one for one in present if part_path(settings, "accounts.multiplier", one).is_file()]


def _grain(name: str) -> str:
    group, table = name.split(".")
    return CONTRACTS[group, table].grain[0]


def _check_result(check: str, residuals: Mapping[str, float]) -> dg.AssetCheckResult:
    """The result of a check over all table ids; residuals are multiples of what is allowed."""
    worst = max(residuals, key=lambda name: residuals[name], default="")
    return dg.AssetCheckResult(
        asset_key=CHECKS[check][0].split("."),
        check_name=check,
        passed=not worst or residuals[worst] <= 1,
        description=f"largest residual, as a multiple of what is allowed: {worst} {residuals.get(worst, 0.0):.3g}",
        metadata=dict(residuals),
    )


def _sources(table_ids: Sequence[str], provinces: Sequence[pl.DataFrame]) -> dict[str, str]:
    """What went into the accounts of each table: its release, that of the inventory, and the split rule."""
    columns = ("release_id", "inventory_release_id", "split_rule")
    return {
        f"visceads/{column}": "; ".join(
            f"{table_id}: {', '.join(frame[column].drop_nulls().unique().sort()) or 'none'}"
            for table_id, frame in zip(table_ids, provinces, strict=True)
        )
        for column in columns
    }


def _settle(
    context: dg.AssetExecutionContext, settings: Settings, names: Sequence[str], table_ids: Sequence[str]
) -> None:
    """Drop parts of tables that are no longer current, leave an empty part, report the partitions."""
    current = context.instance.get_dynamic_partitions("table_id")
    for name in names:
        group, table = name.split(".")
        # the empty part carries the columns, so that SQL can read a table without any table id
        write_part(settings, name, pl.DataFrame(schema=polars_schema(CONTRACTS[group, table])), "none")
        keep_parts(settings, name, [*current, "none"])
        report_partitions(context, dg.AssetKey([group, table]), table_ids)


def _result(settings: Settings, name: str, sources: Mapping[str, Any]) -> dg.MaterializeResult[None]:
    parts = sorted(part_path(settings, name).parent.glob("*.parquet"))
    frame = pl.scan_parquet(parts)
    rows = int(frame.select(pl.len()).collect().item())
    return dg.MaterializeResult(
        asset_key=name.split("."),
        metadata=table_metadata(frame.head(10).collect(), rows) | dict(sources),
    )
