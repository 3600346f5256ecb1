"""The national tables: kept apart from the provincial ones, with imports under a name of their own."""

from __future__ import annotations

import polars as pl
import pytest

from visceads.contracts import mrio, mrio_national
from visceads.contracts.catalogue import ContractError, contract_of, polars_schema, validate

FLOW = ("national-2020", "01001", "13012", 12.5)
ACCOUNT = (
    "national-2020",
    "94148",
    "社会保障",
    136.0,
    60.0,
    1.0,
    76.0,
    40.0,
    -2.0,
    8.0,
    30.0,
    25.0,
    112.0,
    0.0,
    0.0,
    "r",
)


def one_row(table: str, row: tuple[object, ...]) -> pl.DataFrame:
    """A frame of one row of a national table."""
    return pl.DataFrame([row], schema=polars_schema(contract_of("mrio", table)), orient="row")


def test_national_tables_have_no_provinces_and_provincial_tables_no_products() -> None:
    columns = {contract.name: {c.name for c in contract.columns} for contract in mrio_national.CONTRACTS}
    assert all(not {name for name in names if "province" in name or "sector" in name} for names in columns.values())
    for contract in mrio.CONTRACTS:
        assert not {column.name for column in contract.columns if "product_code" in column.name}


def test_imports_of_a_product_are_not_called_like_imported_inputs() -> None:
    """Imports are an input, a row, in the provincial tables; in the competitive national table a column, subtracted."""
    names = {column.name for column in contract_of("mrio", "national_sector_account").columns}
    assert "product_import_m_cny" in names
    assert "import_m_cny" not in names
    assert all("imports_within_flows" in contract.warnings for contract in mrio_national.CONTRACTS)


def test_good_rows_pass() -> None:
    validate("mrio", "national_flow", one_row("national_flow", FLOW))
    validate("mrio", "national_sector_account", one_row("national_sector_account", ACCOUNT))
    for value in (-5.0, 5.0):
        demand = one_row("national_final_demand", ("national-2020", "01001", "FU202", value))
        validate("mrio", "national_final_demand", demand)


def test_zero_flows_and_subtotals_of_final_demand_are_refused() -> None:
    with pytest.raises(ContractError, match=r"above 0\.0"):
        validate("mrio", "national_flow", one_row("national_flow", (*FLOW[:3], 0.0)))
    subtotal = one_row("national_final_demand", ("national-2020", "01001", "THC", 1.0))
    with pytest.raises(ContractError, match="'category_code' must be one of FU101"):
        validate("mrio", "national_final_demand", subtotal)
