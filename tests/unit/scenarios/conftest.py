"""A lake of two provinces and three sectors, published as the marts are: the example whose results are known.

Tables: `2012` with CO2 of both bases (the inventory lacks Tibet), `2015` with the satellite row alone, `2017-new` with
the inventory alone, `2020` without any CO2.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from visceads import codes
from visceads.lake.paths import LakePaths

PROVINCES = ("BJ", "XZ")
SECTORS = {
    "2012": ("power_heat", "construction", "electronics"),
    "2017": ("power_heat", "construction", "information_services"),
}
BASES = {"2012": "both", "2015": "satellite", "2017-new": "inventory", "2020": "none"}
VERSION = "0123456789ab"

FLOWS = (
    (10, 40, 10, 0, 30, 10),
    (10, 60, 20, 0, 30, 10),
    (5, 30, 20, 0, 10, 5),
    (0, 0, 0, 0, 0, 0),
    (5, 20, 5, 0, 40, 20),
    (5, 10, 5, 0, 30, 25),
)
DEMAND = {  # (buyer, category) -> by seller
    ("BJ", "FU102"): (15, 30, 40, 0, 15, 5),
    ("BJ", "FU201"): (10, 60, 30, 0, 15, 0),
    ("XZ", "FU102"): (10, 10, 5, 0, 15, 25),
    ("XZ", "FU201"): (-2, 40, 5, 0, 55, 35),
}
EXPORTS, ERROR = (15, 32, 0, 0, 10, 10), (2, -2, 0, 0, 0, 0)
OUTPUT, IMPORTS = (150, 300, 150, 0, 200, 150), (15, 40, 10, 0, 20, 5)
VALUE_ADDED = {
    "VA001": (40, 50, 50, 0, 25, 45),
    "VA002": (10, 10, 5, 0, -5, 5),
    "VA003": (0, 0, 0, 0, 0, 0),
    "VA004": (50, 40, 25, 0, 20, 25),
}
CO2 = (30, 12, 3, 0, 10, 3)
HOUSEHOLDS = {"BJ": 2.0, "XZ": 1.0}


def axis(table_id: str) -> list[tuple[str, str]]:
    return list(product(PROVINCES, SECTORS["2017" if table_id.endswith("-new") else "2012"]))


def _flows(table_id: str) -> list[dict]:
    k = range(len(axis(table_id)))
    return [
        {
            "table_id": table_id,
            **dict(zip(("seller_province_code", "seller_sector_code"), axis(table_id)[i], strict=True)),
            **dict(zip(("buyer_province_code", "buyer_sector_code"), axis(table_id)[j], strict=True)),
            "flow_m_cny": float(FLOWS[i][j]),
        }
        for i, j in product(k, k)
        if FLOWS[i][j]
    ]


def _demand(table_id: str) -> list[dict]:
    return [
        {
            "table_id": table_id,
            **dict(zip(("seller_province_code", "seller_sector_code"), axis(table_id)[i], strict=True)),
            "buyer_province_code": buyer,
            "category_code": category,
            "flow_m_cny": float(values[i]),
        }
        for (buyer, category), values in DEMAND.items()
        for i in range(len(values))
        if values[i]
    ]


def _inputs(table_id: str) -> list[dict]:
    rows = [
        (province, sector, item, "sector", values[k])
        for item, values in (*VALUE_ADDED.items(), ("IM", IMPORTS))
        for k, (province, sector) in enumerate(axis(table_id))
    ]
    rows.append(("BJ", "FU102", "IM", "final_demand", 7))
    names = ("buyer_province_code", "buyer_code", "item_code", "buyer_kind", "input_m_cny")
    return [
        {"table_id": table_id, **dict(zip(names, (*row[:-1], float(row[-1])), strict=True))} for row in sorted(rows)
    ]


def _accounts(table_id: str) -> list[dict]:
    basis = BASES[table_id]
    return [
        {
            "table_id": table_id,
            "province_code": province,
            "sector_code": sector,
            "gross_output_m_cny": float(OUTPUT[k]),
            "export_m_cny": float(EXPORTS[k]),
            "error_m_cny": float(ERROR[k]),
            "import_m_cny": float(IMPORTS[k]),
            "co2_satellite_mt": float(CO2[k]) if basis in {"both", "satellite"} else None,
            "co2_inventory_mt": float(CO2[k]) if basis in {"both", "inventory"} and province != "XZ" else None,
            "split_rule": "fuel_purchase" if basis in {"both", "inventory"} and sector != "power_heat" else None,
            "inventory_release_id": "co2_inventory-1" if province != "XZ" else None,
            "release_id": f"mrio-{table_id}",
        }
        for k, (province, sector) in sorted(enumerate(axis(table_id)), key=lambda item: item[1])
    ]


def _footprints(table_id: str) -> list[dict]:
    basis = {"both": ("inventory", "satellite"), "none": ()}.get(BASES[table_id], (BASES[table_id],))
    return [
        {
            "table_id": table_id,
            "province_code": province,
            "co2_basis": name,
            "household_mt": amount if name == "inventory" and province != "XZ" else None,
        }
        for (province, amount), name in product(HOUSEHOLDS.items(), basis)
    ]


def _releases() -> list[dict]:
    ids = ["co2_inventory-1", *(f"mrio-{table_id}" for table_id in BASES)]
    return [
        {
            "release_id": name,
            "family": name.split("-")[0],
            "vintage": "V3",
            "file_name": f"{name}.xlsx",
            "sha256": "0" * 64,
            "citation": "Cite this.",
            "is_synthetic": False,
            "is_reconstructed": name in {"mrio-2012", "mrio-2017-new"},
        }
        for name in ids
    ]


def publish(root: Path) -> LakePaths:
    """Write the marts of the small lake."""
    lake = LakePaths(root)
    concordance = [
        {"classification": name, "sector_code": sector} for name, sectors in SECTORS.items() for sector in sectors
    ]
    tables = {
        ("mrio", "flow"): [row for name in BASES for row in _flows(name)],
        ("mrio", "final_demand"): [row for name in BASES for row in _demand(name)],
        ("mrio", "primary_input"): [row for name in BASES for row in _inputs(name)],
        ("mrio", "sector_account"): [row for name in BASES for row in _accounts(name)],
        ("accounts", "province_footprint"): [row for name in BASES for row in _footprints(name)],
        ("reference", "concordance"): concordance,
        ("meta", "release"): _releases(),
    }
    for (group, table), rows in tables.items():
        path = lake.mart(VERSION, group, table)
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(path)
    lake.latest.symlink_to(VERSION, target_is_directory=True)
    return lake


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> LakePaths:
    """The small lake, for reading only."""
    return publish(tmp_path_factory.mktemp("small") / "lake")


@pytest.fixture
def small_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code lists of two provinces and three sectors."""
    monkeypatch.setattr(codes, "province_codes", lambda: PROVINCES)
    monkeypatch.setattr(codes, "sector_codes", lambda classification: SECTORS[classification])


@pytest.fixture
def small_lake(published: LakePaths, small_codes: None) -> LakePaths:
    """The small lake with the code lists that belong to it."""
    return published


@pytest.fixture
def own_lake(tmp_path: Path, small_codes: None) -> LakePaths:
    """A small lake that a test may spoil."""
    return publish(tmp_path / "lake")


@pytest.fixture
def write_scenario(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a scenario file from the lines below `changes:`."""

    def write(changes: str = "changes: []", name: str = "test", rest: str = "") -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(f"name: {name}\ntitle: A test\n{changes}\n{rest}", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def example() -> SimpleNamespace:
    """The inputs of the example."""
    return SimpleNamespace(
        flows=FLOWS, demand=DEMAND, output=OUTPUT, exports=EXPORTS, value_added=VALUE_ADDED, co2=CO2, version=VERSION
    )
