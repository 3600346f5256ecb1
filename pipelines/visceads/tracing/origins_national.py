"""The figures of the national input-output tables (`mrio.national_...`) as cells of their workbooks.

Belongs here: the national tables. Not here: the provincial ones (`origins_mrio`).
"""

from __future__ import annotations

from collections.abc import Mapping

from visceads.contracts.fields import FINAL_DEMAND_CATEGORIES
from visceads.tracing.origins import MONEY, Block, Computed, Origin
from visceads.tracing.origins_mrio import ADDED, FOUR_PARTS, ITEMS_OF_VALUE_ADDED
from visceads.tracing.published import Published
from visceads.tracing.rows import Row


def flow(published: Published, row: Row) -> list[Origin | Computed]:
    """One cell of the block of flows: row of the selling product, column of the buying one."""
    where = {"row_code": (str(row["seller_product_code"]),), "column_code": (str(row["buyer_product_code"]),)}
    return [_money(published, row, "flow_m_cny", "flow", where)]


def final_demand(published: Published, row: Row) -> list[Origin | Computed]:
    """One cell of final demand: row of the product, column of the category."""
    where = {"row_code": (str(row["product_code"]),), "column_code": (str(row["category_code"]),)}
    return [_money(published, row, "flow_m_cny", "final_demand", where)]


def sector_account(published: Published, row: Row) -> list[Origin | Computed]:
    """The account of a product: single cells, and sums over its row or column."""
    seller = {"row_code": (str(row["product_code"]),)}
    buyer = {"column_code": (str(row["product_code"]),)}

    def right(column: str, item: str) -> Origin:
        return _money(published, row, column, "row_item", {**seller, "column_code": (item,)}, empty_is_zero=True)

    def below(column: str, *items: str) -> Origin:
        rules = (FOUR_PARTS,) if len(items) > 1 else ()
        return _money(published, row, column, "column_item", {"row_code": items, **buyer}, rules, empty_is_zero=True)

    def total(column: str, block: str, where: Mapping[str, tuple[str, ...]]) -> Origin:
        return _money(published, row, column, block, where, (ADDED,), is_sum=True)

    return [
        right("gross_output_m_cny", "GO"),
        total("intermediate_input_m_cny", "flow", buyer),
        right("product_import_m_cny", "IM"),
        below("value_added_m_cny", *ITEMS_OF_VALUE_ADDED),
        below("compensation_m_cny", "VA001"),
        below("net_production_tax_m_cny", "VA002"),
        below("depreciation_m_cny", "VA003"),
        below("operating_surplus_m_cny", "VA004"),
        total("intermediate_use_m_cny", "flow", seller),
        total("final_demand_m_cny", "final_demand", {**seller, "column_code": FINAL_DEMAND_CATEGORIES}),
        right("export_m_cny", "EX"),
        right("error_m_cny", "ERR"),
    ]


def _money(  # noqa: PLR0913, PLR0917 - one column, its cells and its rules
    published: Published,
    row: Row,
    column: str,
    block: str,
    where: Mapping[str, tuple[str, ...]],
    rules: tuple[str, ...] = (),
    *,
    is_sum: bool = False,
    empty_is_zero: bool = False,
) -> Origin:
    table_id = str(row["table_id"])
    release = published.current.get(("national_io_table", "", table_id), "")
    cells = Block("national_io_table", release, {"table_id": (table_id,), "block": (block,), **where})
    return Origin(column, (cells,), MONEY, rules, is_sum=is_sum, empty_is_zero=empty_is_zero)
