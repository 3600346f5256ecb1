"""Tables that are computed: what they are made from, down to workbooks, and the ranges of cells that they rest on.

Belongs here: walking the lineage, and which releases and blocks of cells a row (or a whole table id) needs. Not here:
single figures (`tracer`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from visceads.contracts.catalogue import Contract, contract_of
from visceads.contracts.lineage import LINEAGE, all_inputs
from visceads.tracing.cells import find_cells, ranges_of
from visceads.tracing.origins import Block
from visceads.tracing.origins_mrio import table_release
from visceads.tracing.published import Published
from visceads.tracing.record import Input, WorkbookBlock

Keys = Mapping[str, str | int]

_MRIO_BLOCKS: dict[str, dict[str, tuple[str, ...]]] = {
    "mrio.flow": {"block": ("flow",)},
    "mrio.final_demand": {"block": ("final_demand",)},
    "mrio.primary_input": {"block": ("column_item",), "row_code": ("IM", "VA001", "VA002", "VA003", "VA004")},
    "mrio.sector_account": {"block": ("row_item",), "column_code": ("EX", "ERR", "GO")},
    "mrio.sector_account, satellite CO2": {"block": ("column_item",), "row_code": ("CO2",)},
}
"""Table of money -> the block of bronze that it reads."""

_OWN_BLOCK_ONLY: dict[str, dict[str, str]] = {
    "backbone.edge": {"scope": "province", "weight_kind": "flow"},
    "backbone.node": {},
}
"""Tables of which a row with these keys rests on the flows inside its own province and on nothing else."""

_OWN_INVENTORY_ONLY = frozenset({"baseline.sector_indicator"})
"""Tables of which a row rests on the inventory of its own province alone, though on a whole table of money."""


def inputs_of(table: str) -> tuple[Input, ...]:
    """Return what a table is made from: itself first, then each input once, down to workbooks and seeds."""
    return tuple(
        Input(name, LINEAGE[name].rule, LINEAGE[name].made_from) if name in LINEAGE else Input(name, "", ())
        for name in all_inputs(table)
    )


def settings_of(published: Published, table: str, keys: Keys) -> tuple[str, ...]:
    """Return the settings that change the figures of a table, as sentences with the choice that was made."""
    inputs = all_inputs(table)
    found = []
    if "mrio.sector_account" in inputs:
        account = published.scan(contract_of("mrio", "sector_account"))
        if "table_id" in keys:
            account = account.filter(table_id=keys["table_id"])
        if rules := _distinct(account, "split_rule"):
            found.append(
                f"split rule {' and '.join(rules)}: how inventory rows that several sectors share are parted "
                "(VISCEADS_SPLIT_RULE; mrio.sector_account, column split_rule)"
            )
    if "inventory.emission_total" in inputs:
        totals = published.scan(contract_of("inventory", "emission_total"))
        corrections = sorted({text.split(":")[0] for text in _distinct(totals, "correction")})
        found.append(
            f"corrections made in the inventories: {', '.join(corrections) or 'none'} "
            "(VISCEADS_CORRECTIONS; inventory.emission_total, column correction)"
        )
    return tuple(found)


def _distinct(table: pl.LazyFrame, column: str) -> list[str]:
    if column not in table.collect_schema().names():  # published by an older program
        return []
    return table.select(pl.col(column).drop_nulls().unique().sort()).collect().to_series().to_list()


def blocks_of(published: Published, contract: Contract, keys: Keys) -> tuple[WorkbookBlock, ...]:
    """Return the cells that a row rests on; with fewer keys, those of a whole table id or of all of them.

    Tables about workbooks as such (`meta`) rest on no single cells and have none here.
    """
    if contract.group == "meta":
        return ()
    found = []
    for used_for, block in _blocks(published, contract, keys):
        ranges = ranges_of(published, block, find_cells(published, block))
        if ranges:
            found.append(WorkbookBlock(block.release_id, used_for, ranges))
    return tuple(found)


def _blocks(published: Published, contract: Contract, keys: Keys) -> Iterator[tuple[str, Block]]:
    own_block_only = _rests_on_own_block(contract.name, keys)
    inputs = ("mrio.flow",) if own_block_only else all_inputs(contract.name)
    if not any(name.split(",")[0] in inputs for name in _MRIO_BLOCKS):
        return
    own = str(keys.get("province_code", ""))
    table_ids = (str(keys["table_id"]),) if "table_id" in keys else published.table_ids()
    for table_id in table_ids:
        release = table_release(published, table_id)
        for name, where in _MRIO_BLOCKS.items():
            if release and name.split(",")[0] in inputs:
                block: dict[str, tuple[str | int, ...]] = {"table_id": (table_id,), **where}
                if own and own_block_only:
                    block |= {"row_province_code": (own,), "column_province_code": (own,)}
                yield f"{name}, table {table_id}", Block("mrio", release, block)
    if "inventory.emission" in inputs:
        narrowed = own if contract.name in _OWN_INVENTORY_ONLY else ""
        for year in sorted({table_id[:4] for table_id in table_ids}):
            yield from _inventory(published, year, narrowed)


def _rests_on_own_block(table: str, keys: Keys) -> bool:
    needed = _OWN_BLOCK_ONLY.get(table)
    return needed is not None and all(keys.get(name) == value for name, value in needed.items())


def _inventory(published: Published, year: str, province: str) -> Iterator[tuple[str, Block]]:
    release = published.current.get(("co2_inventory", "", year), "")
    if release:
        where: dict[str, tuple[str | int, ...]] = {"year": (int(year),)}
        if province:
            where["province_code"] = (province,)
        yield f"inventory.emission, year {year}", Block("co2_inventory", release, where)
