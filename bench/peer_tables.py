"""The four MRIO tables as plain arrays, one .npz each: what every competitor of `bench.peers` starts from.

Belongs here: reading the workbooks, writing the arrays. Not here: coefficients or anything else that is computed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from visceads import codes
from visceads.workbooks.mrio import MrioTable, read_mrio

M_CNY_PER_10K_CNY = 0.01
VALUE_ADDED = ("VA001", "VA002", "VA003", "VA004")
GENERATED_CO2_SEED = 20170042


def write_tables(workbooks: Path, folder: Path) -> dict[str, Path]:
    """Read all workbooks of a folder; return the written file of each table by table id."""
    written = {}
    for workbook in sorted(workbooks.glob("*.xlsx")):
        for table in read_mrio(workbook).tables:
            written[table.table_id] = folder / f"{table.table_id}.npz"
            with written[table.table_id].open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays_of(table))
    return written


def arrays_of(table: MrioTable) -> dict[str, np.ndarray]:
    """Return one table in million yuan: Z, x, final_demand (n, 31, 5), exports, error, imports, value_added, co2.

    A table without a CO2 row ('2017-new') gets CO2 drawn from a seed: the same for all, and good for arithmetic only.
    """
    arrays = table.arrays
    provinces, sectors = codes.province_codes(), codes.sector_codes(table.classification)
    n = len(provinces) * len(sectors)
    money = {
        "Z": arrays.flows,
        "x": arrays.gross_output,
        "final_demand": arrays.final_demand.reshape(n, len(provinces), -1),
        "exports": arrays.row_items["EX"],
        "error": arrays.row_items["ERR"],
        "imports": arrays.column_items["IM"],
        "value_added": np.vstack([arrays.column_items[code] for code in VALUE_ADDED]),
    }
    result = {name: values * M_CNY_PER_10K_CNY for name, values in money.items()}
    has_co2 = "CO2" in arrays.column_items and bool(np.isfinite(arrays.column_items["CO2"]).all())
    drawn = np.random.default_rng(GENERATED_CO2_SEED).lognormal(-4.0, 1.5, n) * result["x"] / 1e4
    result["co2"] = arrays.column_items["CO2"] if has_co2 else drawn
    result["provinces"], result["sectors"] = np.array(provinces), np.array(sectors)
    return result
