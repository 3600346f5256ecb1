"""The figures of the group `mrio` as cells of the input-output workbooks.

Belongs here: the provincial tables. Not here: what is computed of them (`derived`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from visceads import codes
from visceads.tracing.origins import MONEY, MT, Block, Computed, Conversion, Origin
from visceads.tracing.origins_inventory import fuels_of, sheet_at, sum_of
from visceads.tracing.published import Published
from visceads.tracing.rows import Row

ITEMS_OF_VALUE_ADDED = ("VA001", "VA002", "VA003", "VA004")
ADDED = "the cells are added up; the total that the sheet prints was only compared with their sum"
FOUR_PARTS = "the four parts are added"
_CO2_COLUMNS = {
    "co2_inventory_mt": ("coal", "oil", "gas", "process"),
    "co2_inventory_coal_mt": ("coal",),
    "co2_inventory_oil_mt": ("oil",),
    "co2_inventory_gas_mt": ("gas",),
    "co2_inventory_process_mt": ("process",),
}


def flow(published: Published, row: Row) -> list[Origin | Computed]:
    """One cell of the block of flows: row of the seller, column of the buyer."""
    where = {
        "row_province_code": (str(row["seller_province_code"]),),
        "row_code": (str(row["seller_sector_code"]),),
        "column_province_code": (str(row["buyer_province_code"]),),
        "column_code": (str(row["buyer_sector_code"]),),
    }
    return [_money(published, row, "flow_m_cny", "flow", where)]


def final_demand(published: Published, row: Row) -> list[Origin | Computed]:
    """One cell of final demand: row of the seller, column of the buying province and category."""
    where = {
        "row_province_code": (str(row["seller_province_code"]),),
        "row_code": (str(row["seller_sector_code"]),),
        "column_province_code": (str(row["buyer_province_code"]),),
        "column_code": (str(row["category_code"]),),
    }
    return [_money(published, row, "flow_m_cny", "final_demand", where)]


def primary_input(published: Published, row: Row) -> list[Origin | Computed]:
    """One cell below the flows: imports or a part of value added."""
    where = {
        "row_code": (str(row["item_code"]),),
        "column_province_code": (str(row["buyer_province_code"]),),
        "column_code": (str(row["buyer_code"]),),
    }
    return [_money(published, row, "input_m_cny", "column_item", where)]


def sector_account(published: Published, row: Row) -> list[Origin | Computed]:
    """The account of a sector: single cells, sums over its row or column, and its CO2 on both bases."""
    seller = {"row_province_code": (str(row["province_code"]),), "row_code": (str(row["sector_code"]),)}
    buyer = {"column_province_code": (str(row["province_code"]),), "column_code": (str(row["sector_code"]),)}

    def right(column: str, item: str) -> Origin:
        return _money(published, row, column, "row_item", {**seller, "column_code": (item,)}, empty_is_zero=True)

    def below(column: str, *items: str) -> Origin:
        rules = (FOUR_PARTS,) if len(items) > 1 else ()
        return _money(published, row, column, "column_item", {"row_code": items, **buyer}, rules, empty_is_zero=True)

    def total(column: str, block: str, where: Mapping[str, tuple[str, ...]]) -> Origin:
        return _money(published, row, column, block, where, (ADDED,), is_sum=True)

    account = [
        right("gross_output_m_cny", "GO"),
        total("intermediate_input_m_cny", "flow", buyer),
        below("import_m_cny", "IM"),
        below("value_added_m_cny", *ITEMS_OF_VALUE_ADDED),
        below("compensation_m_cny", "VA001"),
        below("net_production_tax_m_cny", "VA002"),
        below("depreciation_m_cny", "VA003"),
        below("operating_surplus_m_cny", "VA004"),
        total("intermediate_use_m_cny", "flow", seller),
        total("final_demand_m_cny", "final_demand", seller),
        right("export_m_cny", "EX"),
        right("error_m_cny", "ERR"),
        _satellite(published, row, buyer),
    ]
    output = float(str(row["gross_output_m_cny"]))
    flags = [
        Computed("is_zero_output", "gross_output_m_cny = 0", output == 0),
        Computed("is_tiny_output", "gross_output_m_cny is positive and below 0.1 million yuan", 0 < output < 0.1),
    ]
    return [*account, *_allocated(published, row), *flags]


def table_release(published: Published, table_id: str) -> str:
    """The release that the provincial table of an id was read from; '' if there is none."""
    return published.current.get(("mrio", "", table_id), "")


def classification_of(table_id: str) -> str:
    """The classification of a table: ids end in `-new` where the table has the 2017-style sectors."""
    return "2017" if table_id.endswith("-new") else "2012"


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
    conversion: Conversion = MONEY,
) -> Origin:
    table_id = str(row["table_id"])
    release = table_release(published, table_id)
    cells = Block("mrio", release, {"table_id": (table_id,), "block": (block,), **where})
    return Origin(column, (cells,), conversion, rules, is_sum=is_sum, empty_is_zero=empty_is_zero)


def _satellite(published: Published, row: Row, buyer: Mapping[str, tuple[str, ...]]) -> Origin:
    rules = ("the row CO2 below the table is taken as it is; a workbook without this row leaves it null",)
    where = {"row_code": ("CO2",), **buyer}
    return _money(published, row, "co2_satellite_mt", "column_item", where, rules, conversion=MT)


def _allocated(published: Published, row: Row) -> list[Origin | Computed]:
    """CO2 of the current inventory of the table's year, brought to the sector by the concordance."""
    release = row["inventory_release_id"]
    if release is None:
        rule = "no inventory of the table's year covers the province: null, with the reason no_inventory"
        return [Computed(column, rule, None) for column in _CO2_COLUMNS]
    inventory_rows, is_split = _inventory_rows(row)
    if not inventory_rows:
        rule = "the concordance maps no inventory row to the sector: 0 (null where the inventory is missing)"
        value = None if row["null_reason"] else 0.0
        return [Computed(column, rule, value) for column in _CO2_COLUMNS]
    rules = [f"the concordance maps to the sector: {', '.join(inventory_rows)}"]
    if is_split:
        rules.append(
            f"a row that several sectors share is multiplied with the sector's share, by the split rule "
            f"{row['split_rule']} (mrio.sector_account, column split_rule)"
        )
    sheet = sheet_at(published, str(release), str(row["province_code"]), int(str(row["table_id"])[:4]))
    found = []
    for column, groups in _CO2_COLUMNS.items():
        origin = sum_of(sheet, column, inventory_rows, fuels_of(*groups))
        is_exact = origin.is_exact and not is_split
        found.append(replace(origin, rules=(*rules, *origin.rules), is_exact=is_exact))
    return [*found]


def _inventory_rows(row: Row) -> tuple[list[str], bool]:
    """The inventory rows that go to a sector, and whether one of them is shared with others."""
    classification = classification_of(str(row["table_id"]))
    found = [
        entry
        for entry in codes.seed("concordance_inventory_mrio").iter_rows(named=True)
        if (entry["classification"], entry["sector_code"]) == (classification, row["sector_code"])
    ]
    return [entry["inventory_code"] for entry in found], any(entry["rule"] == "split" for entry in found)
