"""A lake made by hand: a few cells of every family in bronze, the rows that they make in the marts, two raw files.

Every figure is small enough to be followed by eye: what a trace must say of it stands in the tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from visceads.codes import inventory_codes
from visceads.contracts.catalogue import CONTRACTS, dictionary_frame, polars_schema
from visceads.lake.bronze import Sidecar, Source, SourceFinding, read_sidecars, write_bronze
from visceads.lake.parquet import write_table
from visceads.lake.paths import LakePaths
from visceads.lake.publication import publish
from visceads.lake.releases import release_frame
from visceads.tracing.record import Trace
from visceads.tracing.tracer import Question, trace

INVENTORY = "ceads/inventory 2017.xlsx"
SERIES = "nbs/gdp.csv"
SERIES_TEXT = "数据库：分省年度数据\n地区,2018年,2017年\n广东省,99945.2,91648.7\n"

Rows = Sequence[Mapping[str, object]]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_raw(raw: Path) -> dict[str, str]:
    """Write the two files that still lie in the raw folder; return file name -> sha256."""
    for name in (INVENTORY, SERIES):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(raw / INVENTORY) as workbook:
        sheet = workbook.add_worksheet("Guangdong2017")
        for row in _guangdong():
            sheet.write_number(int(str(row["row_no"])) - 1, int(str(row["column_no"])) - 1, float(str(row["value_mt"])))
    (raw / SERIES).write_text(SERIES_TEXT, encoding="utf-8")
    return {name: _sha256((raw / name).read_bytes()) for name in (INVENTORY, SERIES)}


# --- bronze ---


def _inventory_cell(province: str, sheet: str, at: tuple[str, int], fuel: tuple[str, int], value: float | None) -> dict:
    return {
        "province_code": province,
        "year": 2017,
        "inventory_code": at[0],
        "fuel_code": fuel[0],
        "value_mt": value,
        "sheet": sheet,
        "row_no": at[1],
        "column_no": fuel[1],
    }


def _guangdong() -> list[dict]:
    """Raw coal in the row of power is 254.3..., all else of Guangdong is small; rows 5 to 51 as in the layout."""
    cells = []
    for position, code in enumerate(inventory_codes()):
        coal = 254.3385610447171 if code == "power_heat" else 0.5
        cells.append(_inventory_cell("GD", "Guangdong2017", (code, 5 + position), ("raw_coal", 2), coal))
        cells.append(_inventory_cell("GD", "Guangdong2017", (code, 5 + position), ("process", 22), 0.0))
    cells.append(_inventory_cell("GD", "Guangdong2017", ("total", 4), ("raw_coal", 2), 277.3385610447171))
    cells.append(_inventory_cell("GD", "Guangdong2017", ("total", 4), ("total", 23), 277.3385610447171))
    return cells


def _hainan() -> list[dict]:
    """No energy data: zeros in the fuels, a cement cell of 1.0094 Mt."""
    sheet = "Hainan2017"
    return [
        _inventory_cell("HI", sheet, ("power_heat", 43), ("raw_coal", 2), 0.0),
        _inventory_cell("HI", sheet, ("nonmetal_mineral_products", 31), ("process", 22), 1.0094),
        _inventory_cell("HI", sheet, ("total", 4), ("raw_coal", 2), 0.0),
        _inventory_cell("HI", sheet, ("total", 4), ("process", 22), 1.0094),
        _inventory_cell("HI", sheet, ("total", 4), ("total", 23), 1.0094),
    ]


def _cement(process: float, total: float) -> list[dict]:
    """Process emissions of Guangdong 2003 in one release, and the total that the sheet prints."""
    cells = [
        _inventory_cell("GD", "Guangdong2003", ("nonmetal_mineral_products", 31), ("process", 22), process),
        _inventory_cell("GD", "Guangdong2003", ("total", 4), ("process", 22), process),
        _inventory_cell("GD", "Guangdong2003", ("total", 4), ("total", 23), total),
    ]
    return [{**cell, "year": 2003} for cell in cells]


_SELLERS = (("BJ", "agriculture", 5), ("BJ", "construction", 6), ("GD", "agriculture", 7), ("GD", "construction", 8))
_BUYERS = tuple((province, sector, row_no - 1) for province, sector, row_no in _SELLERS)  # columns 4 to 7
_FLOWS = {(5, 4): 100.0, (5, 5): 25.0, (8, 5): 40.0, (8, 7): 300.0}
"""Flows by (row, column), 10k yuan; all other cells of the block are zero and not in bronze."""


def _mrio_cells() -> list[dict]:
    cells = []

    def cell(block: str, row: tuple, column: tuple, value: float) -> None:
        names = ("row_province_code", "row_code", "row_no", "column_province_code", "column_code", "column_no")
        place = dict(zip(names, (*row, *column), strict=True))
        cells.append({"table_id": "2012", "block": block, "value": value, "sheet": "Table_2012", **place})

    for seller in _SELLERS:
        for buyer in _BUYERS:
            if (seller[2], buyer[2]) in _FLOWS:
                cell("flow", seller, buyer, _FLOWS[seller[2], buyer[2]])
        for offset, category in enumerate(("FU101", "FU202")):
            cell("final_demand", seller, ("BJ", category, 8 + offset), -7.5 if category == "FU202" else 0.0)
        for item, column_no in (("EX", 10), ("ERR", 11), ("GO", 12)):
            if item != "EX":  # exports are empty
                cell("row_item", seller, (None, item, column_no), {"ERR": 1.0, "GO": 1000.0}[item])
    for buyer in _BUYERS:
        for item, row_no in (("IM", 9), ("VA001", 10), ("VA002", 11), ("VA003", 12), ("VA004", 13), ("CO2", 14)):
            cell("column_item", (None, item, row_no), buyer, float(row_no))
    return cells


def _national_cells() -> list[dict]:
    def cell(block: str, row: tuple[str, int], column: tuple[str, int], value: float) -> dict:
        return {
            "table_id": "national-2020",
            "block": block,
            "row_code": row[0],
            "row_label": "农产品",
            "column_code": column[0],
            "column_label": column[0],
            "value": value,
            "sheet": "2020",
            "row_no": row[1],
            "column_no": column[1],
        }

    wheat, rice = ("01001", 7), ("01002", 8)
    return [
        cell("flow", wheat, ("01001", 4), 800.0),
        cell("row_item", wheat, ("GO", 9), 4200.0),
        cell("row_item", rice, ("GO", 9), 10.0),
        cell("final_demand", wheat, ("FU101", 6), 3400.0),
        cell("column_item", ("VA001", 11), ("01001", 4), 1000.0),
        cell("column_item", ("VA001", 11), ("01002", 5), 10.0),
    ]


BRONZE: dict[str, list[dict]] = {
    "energy_inventory": [
        {
            **_inventory_cell("GD", "Guangdong", ("power_heat", 40), ("raw_coal", 2), None),
            "value": 12.5,
            "unit": "10^4 ton",
        },
    ],
    "co2_national": [_inventory_cell("", "2017", ("power_heat", 43), ("raw_coal", 2), 3.25)],
    "apparent_provincial": [
        {
            **_inventory_cell("GD", "2017", ("", 5), ("process_cement", 7), 66.6),
            "item_code": "total",
        }
    ],
    "city_vector": [{**_inventory_cell("GD", "vector", ("", 17), ("", 4), 88.8), "city_name_zh": "广州"}],
}
"""The one cell of each of the smaller families."""

_LEFT_OUT = {
    "energy_inventory": ["value_mt"],
    "co2_national": ["province_code"],
    "apparent_provincial": ["inventory_code"],
    "city_vector": ["inventory_code", "fuel_code"],
}


def _put(lake: LakePaths, source: Source, rows: list[dict]) -> str:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    whole = [name for name in ("year", "row_no", "column_no") if name in frame.columns]
    frame = frame.with_columns(pl.col(whole).cast(pl.Int32))
    return write_bronze(lake, source, frame, "2026-01-01T00:00:00Z").release_id


def _source(family: str, period: str, name: str, sha256: str = "", **more: object) -> Source:
    fields: dict[str, object] = {"vintage": "", "is_synthetic": False, "is_reconstructed": False, **more}
    return Source(
        family=family,
        periods=(period,),
        file_name=name,
        sha256=sha256 or _sha256(name.encode()),
        reader_version="1",
        **fields,  # type: ignore[arg-type]
    )


def _write_bronze(lake: LakePaths, raw_sha256: Mapping[str, str]) -> dict[str, str]:
    """Write all releases; return a short name -> release id."""
    noted = (
        SourceFinding("W_PROCESS_ZERO", "warning", "process is zero", "Guangdong2017", "V31"),
        SourceFinding("W_NO_ENERGY_DATA", "warning", "no energy data", "Hainan2017", "B4"),
        SourceFinding("W_EXTENSION", "warning", "the name ends in another extension"),
    )
    sources = {
        "inventory": _source("co2_inventory", "2017", INVENTORY, raw_sha256[INVENTORY], vintage="V3", findings=noted),
        "old": _source("co2_inventory", "2017", "old.xlsx", vintage="V2"),
        "lost": _source("co2_inventory", "2003", "lost.xlsx", vintage="V3"),
        "lender": _source("co2_inventory", "2003", "lender.xlsx", vintage="V2"),
        "mrio": _source("mrio", "2012", "table.xlsx"),
        "national": _source("national_io_table", "national-2020", "national.xlsx"),
        "gdp": _source("nbs_series", "2017", SERIES, raw_sha256[SERIES], series="gdp_100m_cny_current"),
        **{family: _source(family, "2017", f"{family}.xlsx") for family in BRONZE},
    }
    old = [{**cell, "value_mt": 250.0 if cell["fuel_code"] == "raw_coal" else 0.0} for cell in _guangdong()]
    gdp = {"indicator_code": "gdp_100m_cny_current", "province_code": "GD", "year": 2017, "value": 91648.7}
    cells = {
        "inventory": [*_guangdong(), *_hainan()],
        "old": old,
        "lost": _cement(0.0, 100.0),
        "lender": _cement(25.0, 130.0),
        "mrio": _mrio_cells(),
        "national": _national_cells(),
        "gdp": [{**gdp, "row_no": 3, "column_no": 3}],
        **{
            family: [{k: v for k, v in row.items() if k not in _LEFT_OUT[family]} for row in rows]
            for family, rows in BRONZE.items()
        },
    }
    return {name: _put(lake, source, cells[name]) for name, source in sources.items()}


# --- marts ---


def _account(release: str, province: str, sector: str, **figures: object) -> dict:
    """The account of a sector; what is not given is zero."""
    zero = {column.name: 0.0 for column in CONTRACTS["mrio", "sector_account"].columns if column.dtype == "Float64"}
    return {
        **zero,
        "table_id": "2012",
        "province_code": province,
        "sector_code": sector,
        **{name: None for name in zero if name.startswith("co2_inventory")},
        "is_zero_output": False,
        "is_tiny_output": False,
        "release_id": release,
        "null_reason": "no_inventory",
        **figures,
    }


def _issue(issue_id: str, **fields: object) -> dict:
    general = {"family": "co2_inventory", "period_from": 1997, "period_to": 2022, "treatment": "flag"}
    texts = ("title_en", "title_zh", "evidence_en", "effect_en", "effect_zh", "source")
    return {"issue_id": issue_id, **general, **dict.fromkeys(texts, issue_id), "is_default_on": False, **fields}


def _mart_rows(ids: Mapping[str, str]) -> dict[str, Rows]:
    seller = {"seller_province_code": "BJ", "seller_sector_code": "agriculture"}
    emission = {"year": 2017, "is_current": True, "null_reason": None, "release_id": ids["inventory"]}
    flows = [
        {
            "table_id": "2012",
            **seller,
            "buyer_province_code": "BJ",
            "buyer_sector_code": "agriculture",
            "flow_m_cny": 1.0,
        },
        {
            "table_id": "2012",
            **seller,
            "buyer_province_code": "BJ",
            "buyer_sector_code": "construction",
            "flow_m_cny": 0.25,
        },
    ]
    cell = {"inventory_code": "power_heat", "fuel_code": "raw_coal"}
    missing = {"co2_mt": None, "null_reason": "missing_in_source", "correction": "zero_coded_to_missing"}
    lent = {**emission, "province_code": "GD", "year": 2003, "release_id": ids["lost"]}
    lent["correction"] = f"process_from_older_release:{ids['lender']}"
    return {
        "reference.known_issue": [
            _issue("hainan", province_code="HI", correction="zero_coded_to_missing", treatment="null"),
            _issue("only_v1", vintage="V1"),
            _issue("all_years"),
            _issue("other_year", period_from=1997, period_to=2002),
            _issue("other_fuel", fuel_code="natural_gas"),
            _issue("table", family="mrio", period_from=2012, period_to=2020),
        ],
        "inventory.emission": [
            {**lent, "inventory_code": "nonmetal_mineral_products", "fuel_code": "process", "co2_mt": 25.0},
            {**emission, **cell, "province_code": "GD", "co2_mt": 254.338561045},
            {**emission, **cell, "province_code": "HI", **missing},
            {
                **emission,
                **cell,
                "province_code": "GD",
                "co2_mt": 250.0,
                "release_id": ids["old"],
                "is_current": False,
            },
        ],
        "inventory.emission_total": [
            {**lent, "co2_mt": 125.0},
            {**emission, "province_code": "GD", "co2_mt": 277.338561045},
            {**emission, "province_code": "HI", **missing},
        ],
        "inventory.energy": [
            {
                **emission,
                **cell,
                "province_code": "GD",
                "release_id": ids["energy_inventory"],
                "quantity": 125000.0,
                "unit": "t",
            }
        ],
        "inventory.national_emission": [{**emission, **cell, "release_id": ids["co2_national"], "co2_mt": 3.25}],
        "inventory.apparent_emission": [
            {
                **emission,
                "province_code": "GD",
                "fuel_code": "process",
                "item_code": "total",
                "release_id": ids["apparent_provincial"],
                "co2_mt": 66.6,
            }
        ],
        "inventory.city_emission": [
            {
                **emission,
                "province_code": "GD",
                "city_name_zh": "广州",
                "release_id": ids["city_vector"],
                "co2_mt": 88.8,
            }
        ],
        "mrio.flow": flows,
        "mrio.final_demand": [
            {"table_id": "2012", **seller, "buyer_province_code": "BJ", "category_code": "FU202", "flow_m_cny": -0.075}
        ],
        "mrio.primary_input": [
            {
                "table_id": "2012",
                "buyer_province_code": "GD",
                "buyer_code": "construction",
                "item_code": "VA001",
                "buyer_kind": "sector",
                "input_m_cny": 0.1,
            }
        ],
        "mrio.sector_account": [
            _account(
                ids["mrio"],
                "BJ",
                "agriculture",
                gross_output_m_cny=10.0,
                intermediate_input_m_cny=1.0,
                import_m_cny=0.09,
                value_added_m_cny=0.46,
                compensation_m_cny=0.1,
                net_production_tax_m_cny=0.11,
                depreciation_m_cny=0.12,
                operating_surplus_m_cny=0.13,
                intermediate_use_m_cny=1.25,
                final_demand_m_cny=-0.075,
                error_m_cny=0.01,
                co2_satellite_mt=14.0,
            )
        ],
        "mrio.national_flow": [
            {
                "table_id": "national-2020",
                "seller_product_code": "01001",
                "buyer_product_code": "01001",
                "flow_m_cny": 8.0,
            }
        ],
        "mrio.national_final_demand": [
            {"table_id": "national-2020", "product_code": "01001", "category_code": "FU101", "flow_m_cny": 34.0}
        ],
        "mrio.national_sector_account": [
            {
                "table_id": "national-2020",
                "product_code": "01001",
                "name_zh": "农产品",
                **{
                    column.name: 0.0
                    for column in CONTRACTS["mrio", "national_sector_account"].columns
                    if column.dtype == "Float64"
                },
                "gross_output_m_cny": 42.0,
                "intermediate_input_m_cny": 8.0,
                "intermediate_use_m_cny": 8.0,
                "final_demand_m_cny": 34.0,
                "value_added_m_cny": 10.0,
                "compensation_m_cny": 10.0,
                "release_id": ids["national"],
            }
        ],
        "baseline.province_year": [
            {
                "province_code": "GD",
                "year": 2017,
                "co2_mt": 277.338561045,
                "co2_coal_mt": 277.338561045,
                "co2_oil_mt": 0.0,
                "co2_gas_mt": 0.0,
                "co2_process_mt": 0.0,
                "co2_household_mt": 1.0,
                "gdp_m_cny": 9164870.0,
                "population_10k": 12141.0,
                "co2_t_per_m_cny": 277.338561045e6 / 9164870.0,
                "co2_t_per_head": 277.338561045e6 / 12141e4,
                "null_reason": None,
                "release_id": ids["inventory"],
                "denominator_source": f"GDP: {ids['gdp']}; population: seed nbs_province_year",
            }
        ],
        "backbone.node": [
            {
                **{
                    column.name: {"Float64": 0.0, "Int32": 1, "Boolean": True}.get(column.dtype)
                    for column in CONTRACTS["backbone", "node"].columns
                },
                "table_id": "2012",
                "scope": "province",
                "province_code": "BJ",
                "weight_kind": "flow",
                "sector_code": "agriculture",
                "role": None,
            }
        ],
    }


def _publish(lake: LakePaths, folder: Path, sidecars: list[Sidecar], rows: Mapping[str, Rows]) -> None:
    files = []
    for identity, contract in CONTRACTS.items():
        if identity == ("meta", "publication"):
            continue
        schema = polars_schema(contract)
        frame = pl.DataFrame(list(rows.get(contract.name, [])), schema=schema).sort(contract.key)
        frame = {"meta.release": release_frame(sidecars), "meta.dictionary": dictionary_frame()}.get(
            contract.name, frame
        )
        files.append(write_table(contract, [frame], folder / contract.group / f"{contract.table}.parquet"))
    publish(lake, files, visceads_version="0.1.0")


@pytest.fixture(scope="session")
def build_lake(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], LakePaths]:
    """Builds the lake anew, for tests that spoil it."""

    def build() -> LakePaths:
        lake = LakePaths(tmp_path_factory.mktemp("traced") / "lake")
        ids = _write_bronze(lake, _write_raw(lake.raw))
        _publish(lake, lake.build / "candidate", read_sidecars(lake), _mart_rows(ids))
        return lake

    return build


@pytest.fixture(scope="session")
def lake(build_lake: Callable[[], LakePaths]) -> LakePaths:
    """The lake; read it only."""
    return build_lake()


Ask = Callable[..., Trace]


@pytest.fixture(scope="session")
def ask(lake: LakePaths) -> Ask:
    """Traces a table of the lake; options are named as in Python, `seller_province` for `--seller-province`."""

    def asked(name: str, /, *, column: str = "", **options: str) -> Trace:
        given = {option.replace("_", "-"): text for option, text in options.items()}
        return trace(lake, lake.raw, Question(name, given, column))

    return asked
