"""From built tables to a published version: one validated mart an asset, then publication and warehouse.

Belongs here: thin assets over `lake`: every table is validated against its contract and written as a candidate; all
candidates together become a version. Not here: contracts, versions, renaming (`contracts`, `lake`).
"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import dagster as dg
import polars as pl

from visceads import __version__
from visceads.contracts.catalogue import CONTRACTS, Contract, ContractError, dictionary_frame
from visceads.lake.atomic import write_text
from visceads.lake.parquet import TableFile, write_table
from visceads.lake.paths import LakePaths
from visceads.lake.publication import publish
from visceads.lake.warehouse import build_warehouse
from visceads.orchestration.reporting import contract_schema, markdown_preview, table_metadata
from visceads.orchestration.tables import read_table, write_part
from visceads.settings import Settings

WRITTEN_BY_PUBLICATION = ("meta", "publication")


def build_mart_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return one `marts/<group>/<table>` asset a contract, and `publication` and `warehouse` over all of them."""
    contracts = [contract for name, contract in CONTRACTS.items() if name != WRITTEN_BY_PUBLICATION]
    marts = [_mart_asset(settings, contract) for contract in contracts]
    return [_dictionary_asset(settings), *marts, _publication_asset(settings, contracts), _warehouse_asset(settings)]


def _mart_key(contract: Contract) -> list[str]:
    return ["marts", contract.group, contract.table]


def _mart_asset(settings: Settings, contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        key=_mart_key(contract),
        deps=[[contract.group, contract.table]],
        group_name="marts",
        kinds={"parquet", "pandera"},
        code_version="1",
        description=f"{contract.title[0]} | {contract.title[1]}. {contract.grain[0]}",
        metadata={"dagster/column_schema": contract_schema(contract)},
        check_specs=[
            dg.AssetCheckSpec(
                "contract",
                asset=_mart_key(contract),
                blocking=True,
                description="Columns, types, key, order, bounds and null rules of the contract.",
            )
        ],
    )
    def mart(_: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        try:
            # closed at once: a reading that a broken contract leaves half way would keep the working database open,
            # and dbt would wait minutes for it
            with closing(read_table(settings, contract)) as frames:
                written = write_table(contract, frames, _candidate(settings, contract))
        except ContractError as error:
            yield dg.AssetCheckResult(passed=False, check_name="contract", description=str(error))
            raise dg.Failure(description=str(error), allow_retries=False) from error
        _remember(settings, contract, written)
        yield dg.MaterializeResult(
            data_version=dg.DataVersion(written.sha256),
            metadata={
                "dagster/row_count": written.rows,
                "dagster/uri": str(written.path),
                "visceads/sha256": written.sha256,
                "preview": dg.MetadataValue.md(markdown_preview(pl.read_parquet(written.path, n_rows=8))),
            },
        )
        yield dg.AssetCheckResult(passed=True, check_name="contract", metadata={"rows": written.rows})

    return mart


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


def _candidate(settings: Settings, contract: Contract) -> Path:
    return settings.lake / "build" / "candidate" / contract.group / f"{contract.table}.parquet"


def _remember(settings: Settings, contract: Contract, written: TableFile) -> None:
    record = asdict(written) | {"path": str(written.path)}
    write_text(_candidate(settings, contract).with_suffix(".json"), json.dumps(record) + "\n")


def _recall(settings: Settings, contract: Contract) -> TableFile:
    path = _candidate(settings, contract).with_suffix(".json")
    if not path.is_file():
        raise dg.Failure(
            description=f"{contract.name} is not validated yet: materialise marts/{contract.group}/{contract.table}",
            allow_retries=False,
        )
    record = json.loads(path.read_text(encoding="utf-8"))
    return TableFile(**{**record, "path": Path(record["path"])})
