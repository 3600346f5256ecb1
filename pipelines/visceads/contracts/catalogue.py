"""The catalogue of all published tables: look a contract up, validate a frame, derive schemas and pages.

Belongs here: the register `CONTRACTS` and the functions that other rooms call. Not here: the promises
themselves (the modules named as the groups), their wording when broken (`checking`), derivations
(`products`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts import (
    accounts,
    accounts_chain,
    accounts_change,
    accounts_province,
    backbone,
    baseline,
    inventory,
    meta,
    mrio,
    mrio_national,
    products,
    reference,
    revision,
)
from visceads.contracts.checking import ContractError, check_frame
from visceads.contracts.products import arrow_schema, polars_schema, reference_page
from visceads.contracts.record import Column, Contract

__all__ = [
    "CONTRACTS",
    "Column",
    "Contract",
    "ContractError",
    "arrow_schema",
    "contract_of",
    "dictionary_frame",
    "polars_schema",
    "reference_page",
    "validate",
]

CONTRACTS: dict[tuple[str, str], Contract] = {
    (contract.group, contract.table): contract
    for module in (
        reference,
        meta,
        revision,
        inventory,
        mrio,
        mrio_national,
        baseline,
        accounts,
        accounts_province,
        accounts_chain,
        accounts_change,
        backbone,
    )
    for contract in module.CONTRACTS
}
"""(group, table) -> contract, for every published table."""


def contract_of(group: str, table: str) -> Contract:
    """Return the contract of a table.

    Raises:
        KeyError: if no such table is published; the message lists the tables of the group, or the groups.
    """
    if (group, table) in CONTRACTS:
        return CONTRACTS[group, table]
    tables = [name for of_group, name in CONTRACTS if of_group == group]
    if tables:
        raise KeyError(f"there is no table {group}.{table}; the group {group} holds {', '.join(tables)}")
    groups = dict.fromkeys(of_group for of_group, _ in CONTRACTS)
    raise KeyError(f"there is no group {group}; the groups are {', '.join(groups)}")


def validate(group: str, table: str, frame: pl.DataFrame) -> None:
    """Validate a collected frame against the contract of a table.

    Args:
        group: the group, such as 'mrio'.
        table: the table, such as 'flow'.
        frame: the whole table or a part of it that is contiguous in key order.

    Raises:
        ContractError: if the frame breaks the contract; the message tells all problems at once.
        KeyError: if no such table is published.
    """
    check_frame(contract_of(group, table), frame)


def dictionary_frame() -> pl.DataFrame:
    """Return the rows of meta.dictionary: every column of every published table, sorted by key."""
    return products.dictionary_frame(CONTRACTS.values())
