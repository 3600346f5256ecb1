"""A published lake for the rooms that read marts: whole axes, few flows, figures that can be counted by hand."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import polars as pl
import pytest

from visceads import codes
from visceads.lake.paths import LakePaths

VERSION = "0123456789ab"

# table -> (seller, buyer) -> million yuan; sectors by their position in the list of the table
FLOWS = {
    "2012": {
        (("GD", 0), ("GD", 1)): 90.0,
        (("GD", 1), ("GD", 2)): 60.0,
        (("GD", 0), ("GD", 2)): 4.0,
        (("GD", 2), ("GD", 0)): 30.0,
        (("GD", 2), ("GD", 2)): 10.0,
        (("GD", 0), ("BJ", 1)): 7.0,
        (("BJ", 0), ("BJ", 1)): 50.0,
        (("XZ", 0), ("XZ", 1)): 3.0,
        (("XZ", 0), ("GD", 1)): 2.0,
    },
    "2017-new": {(("GD", 0), ("GD", 1)): 90.0},
    "2020": {(("GD", 0), ("GD", 1)): 90.0},
}
BASES = {"2012": ("inventory", "satellite"), "2017-new": ("inventory",), "2020": ()}
OUTPUT = 200.0


def _classification(table_id: str) -> str:
    return "2017" if table_id.endswith("-new") else "2012"


def _flow_rows(table_id: str) -> list[dict[str, object]]:
    sectors = codes.sector_codes(_classification(table_id))
    return [
        {
            "table_id": table_id,
            "seller_province_code": seller[0],
            "seller_sector_code": sectors[seller[1]],
            "buyer_province_code": buyer[0],
            "buyer_sector_code": sectors[buyer[1]],
            "flow_m_cny": flow,
        }
        for (seller, buyer), flow in FLOWS[table_id].items()
    ]


def _sector_rows(table_id: str) -> list[dict[str, object]]:
    pairs = product(sorted(codes.province_codes()), sorted(codes.sector_codes(_classification(table_id))))
    return [
        {
            "table_id": table_id,
            "province_code": province,
            "sector_code": sector,
            "gross_output_m_cny": OUTPUT,
            "co2_inventory_mt": None if "inventory" not in BASES[table_id] or province == "XZ" else 1.0,
            "co2_satellite_mt": 1.0 if "satellite" in BASES[table_id] else None,
            "release_id": f"mrio-{table_id}",
            "inventory_release_id": f"co2-{table_id}" if "inventory" in BASES[table_id] else None,
        }
        for province, sector in pairs
    ]


def _multiplier_rows(table_id: str) -> list[dict[str, object]]:
    """Total intensity of the k-th sector: k + 1 million t per million yuan, so that a flow of 1 carries k + 1 Mt."""
    sectors = codes.sector_codes(_classification(table_id))
    return [
        {
            "table_id": table_id,
            "province_code": province,
            "sector_code": sector,
            "co2_basis": basis,
            "co2_total_t_per_m_cny": None if basis == "inventory" and province == "XZ" else (k + 1) * 1e6,
        }
        for basis in BASES[table_id]
        for province in codes.province_codes()
        for k, sector in enumerate(sectors)
    ]


def _embodied_rows(table_id: str) -> list[dict[str, object]]:
    return [
        {
            "table_id": table_id,
            "co2_basis": basis,
            "accounting": accounting,
            "origin_province_code": origin,
            "destination_province_code": destination,
            "co2_mt": (5.0 if origin == destination else 1.0) * (1 if accounting == "mrio" else 99),
        }
        for basis in BASES[table_id]
        for accounting in ("mrio", "eebt")
        for origin, destination in product(codes.province_codes(), repeat=2)
        if basis == "satellite" or origin != "XZ"
    ]


def _release_rows() -> list[dict[str, object]]:
    return [
        {"release_id": f"{kind}-{table_id}", "is_synthetic": table_id == "2020", "is_reconstructed": kind == "co2"}
        for table_id in FLOWS
        for kind in ("mrio", "co2")
    ]


@pytest.fixture
def published_lake(tmp_path: Path) -> LakePaths:
    """Tables 2012 (both bases, no inventory of Tibet), 2017-new (inventory alone), 2020 (no CO2; synthetic).

    Flows and bases: `FLOWS` and `BASES` in this file; every sector has an output of 200 million yuan; the k-th sector
    (from 0) a total intensity of k + 1 Mt per million yuan.
    """
    lake = LakePaths(tmp_path / "lake")
    rows = {
        ("mrio", "flow"): [row for table_id in FLOWS for row in _flow_rows(table_id)],
        ("mrio", "sector_account"): [row for table_id in FLOWS for row in _sector_rows(table_id)],
        ("accounts", "multiplier"): [row for table_id in FLOWS for row in _multiplier_rows(table_id)],
        ("accounts", "embodied_flow"): [row for table_id in FLOWS for row in _embodied_rows(table_id)],
        ("meta", "release"): _release_rows(),
    }
    for (group, table), found in rows.items():
        path = lake.mart(VERSION, group, table)
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(found, infer_schema_length=None).write_parquet(path)
    lake.latest.symlink_to(VERSION)
    return lake
