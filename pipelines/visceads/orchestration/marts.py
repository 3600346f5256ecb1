"""From built tables to a published version: one validated mart an asset, then publication and warehouse.

Belongs here: thin assets over `lake`: all candidates together become a version. Not here: how a candidate is written
(`candidates`), contracts, versions, renaming (`contracts`, `lake`).
"""

from collections.abc import Iterator, Sequence

import dagster as dg
import polars as pl

from visceads import __version__
from visceads.contracts.catalogue import CONTRACTS, Contract, dictionary_frame
from visceads.lake.parquet import TableFile
from visceads.lake.paths import LakePaths
from visceads.lake.publication import publish
from visceads.lake.warehouse import build_warehouse
from visceads.orchestration.candidates import MartTask, write_mart, written_mart
from visceads.orchestration.reporting import contract_schema, markdown_preview, table_metadata
from visceads.orchestration.tables import write_part
from visceads.orchestration.workers import end_workers, in_parallel
from visceads.settings import Settings

WRITTEN_BY_PUBLICATION = ("meta", "publication")
CONTRACT_CHECK = "contract"


def build_mart_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return `marts/<group>/<table>` of every contract, and `publication` and `warehouse` over all of them."""
    contracts = [contract for name, contract in CONTRACTS.items() if name != WRITTEN_BY_PUBLICATION]
    return [
        _dictionary_asset(settings),
        _marts_asset(settings, contracts),
        _publication_asset(settings, contracts),
        _warehouse_asset(settings),
    ]


def _mart_key(contract: Contract) -> dg.AssetKey:
    return dg.AssetKey(["marts", contract.group, contract.table])


def _marts_asset(settings: Settings, contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """One step for all marts, of which any can be made alone: two processes write them side by side."""
    by_key = {_mart_key(contract): contract for contract in contracts}

    @dg.multi_asset(
        name="marts",
        can_subset=True,
        specs=[
            dg.AssetSpec(
                key,
                deps=[[contract.group, contract.table]],
                group_name="marts",
                kinds={"parquet", "pandera"},
                code_version="1",
                description=f"{contract.title[0]} | {contract.title[1]}. {contract.grain[0]}",
                metadata={"dagster/column_schema": contract_schema(contract)},
            )
            for key, contract in by_key.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                CONTRACT_CHECK,
                asset=key,
                blocking=True,
                description="Columns, types, key, order, bounds and null rules of the contract.",
            )
            for key in by_key
        ],
    )
    def marts(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        """Every table is validated against its contract and written as a candidate."""
        chosen = [contract for key, contract in by_key.items() if key in context.selected_asset_keys]
        broken = []
        try:
            tasks = [MartTask(settings, contract.group, contract.table) for contract in chosen]
            for contract, written in zip(chosen, in_parallel(write_mart, tasks), strict=True):
                yield from _mart_results(contract, written)
                if isinstance(written, str):
                    broken.append(written)
        finally:
            end_workers()
        if broken:
            raise dg.Failure(description="\n".join(broken), allow_retries=False)

    return marts


def _mart_results(
    contract: Contract, written: TableFile | str
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    key = _mart_key(contract)
    if isinstance(written, str):
        yield dg.AssetCheckResult(asset_key=key, passed=False, check_name=CONTRACT_CHECK, description=written)
        return
    yield dg.MaterializeResult(
        asset_key=key,
        data_version=dg.DataVersion(written.sha256),
        metadata={
            "dagster/row_count": written.rows,
            "dagster/uri": str(written.path),
            "visceads/sha256": written.sha256,
            "preview": dg.MetadataValue.md(markdown_preview(pl.read_parquet(written.path, n_rows=8))),
        },
    )
    yield dg.AssetCheckResult(asset_key=key, passed=True, check_name=CONTRACT_CHECK, metadata={"rows": written.rows})


def _dictionary_asset(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=["meta", "dictionary"],
        group_name="meta",
        kinds={"python"},
        code_version="1",
        description="Every column of every published table, made from the contracts.",
    )
    def dictionary() -> dg.MaterializeResult[None]:
        frame = dictionary_frame()
        write_part(settings, "meta.dictionary", frame)
        return dg.MaterializeResult(metadata=table_metadata(frame))

    return dictionary


def _publication_asset(settings: Settings, contracts: list[Contract]) -> dg.AssetsDefinition:
    @dg.asset(
        key=["publication"],
        deps=[_mart_key(contract) for contract in contracts],
        group_name="publication",
        kinds={"parquet"},
        code_version="1",
        description="One version of the marts, named by the hash of its content; `latest` points to it.",
    )
    def publication(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        tables = [_recall(settings, contract) for contract in contracts]
        done = publish(LakePaths(settings.lake), tables, visceads_version=__version__)
        context.log.info(done.message)
        return dg.MaterializeResult(
            data_version=dg.DataVersion(done.version),
            metadata={
                "visceads/version": done.version,
                "visceads/is_new": done.is_new,
                "dagster/uri": str(done.folder),
                "message": done.message,
            },
        )

    return publication


def _warehouse_asset(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=["warehouse"],
        deps=[["publication"]],
        group_name="publication",
        kinds={"duckdb"},
        code_version="1",
        description="The DuckDB file made of the current version, with comments on every column.",
    )
    def warehouse() -> dg.MaterializeResult[None]:
        built = build_warehouse(LakePaths(settings.lake))
        return dg.MaterializeResult(
            data_version=dg.DataVersion(built.version),
            metadata={
                "visceads/version": built.version,
                "dagster/uri": str(built.path),
                "dagster/row_count": sum(built.rows.values()),
            },
        )

    return warehouse


def _recall(settings: Settings, contract: Contract) -> TableFile:
    written = written_mart(settings, contract)
    if written is None:
        raise dg.Failure(
            description=f"{contract.name} is not validated yet: materialise marts/{contract.group}/{contract.table}",
            allow_retries=False,
        )
    return written
