"""MARIO's side of `bench.peers`: the same results and its linkages, in MARIO's own environment.

Call: python mario_run.py TABLE.npz RESULT.npz REPEATS. Prints a line of JSON after each timed step, so that a run that
is stopped at its time limit leaves what it has.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import mario
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.machine import peak_mb, timed, versions

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
# z, w: A and L; b, g: Ghosh; v, m: value added; e, f: CO2; F, M: the accounts of demand
ACCOUNTS = ["z", "w", "v", "e", "m", "f", "M", "F"]


def main() -> None:
    """Compute, time, write, print."""
    source, target, repeats = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    with np.load(source) as data:
        parts = dict(data)
    record: dict[str, object] = {"versions": versions("mariopy", "numpy", "pandas"), "steps": {}}
    database = database_of(parts)
    database.calc_all([*ACCOUNTS, "b", "g"])
    np.savez(target, **results(database, parts))
    record["peak_mb"] = peak_mb()
    print(json.dumps(record), flush=True)
    if not repeats:
        return
    fresh = [database_of(parts) for _ in range(2 * repeats + 1)]
    warm = fresh[0]
    steps: dict[str, tuple[Callable[[], object], int]] = {
        "calc_all": (lambda: fresh.pop().calc_all(ACCOUNTS), repeats),
        "linkages of the whole": (lambda: plain_linkages(fresh.pop()), repeats),
        "linkages": (warm.calc_linkages, 1),
        "linkages, w and g there": (warm.calc_linkages, 2),
    }
    for name, (step, times) in steps.items():
        record["steps"][name] = timed(step, times)[1].record()
        record["peak_mb"] = peak_mb()
        print(json.dumps(record), flush=True)


def plain_linkages(database: mario.Database) -> pd.DataFrame:
    """Linkages of the table as one economy: row and column sums, without local and foreign parts."""
    return database.calc_linkages(multi_mode=False, cut_diag=False, normalized=False)


def database_of(parts: dict[str, np.ndarray]) -> mario.Database:
    """A database from frames; it takes x = Z1 + Y1, so the error here is what makes that the stated output."""
    provinces = [str(province) for province in parts["provinces"]]
    sectors = [str(sector) for sector in parts["sectors"]]
    n, S, C = len(provinces) * len(sectors), len(sectors), parts["final_demand"].shape[2]
    axis = pd.MultiIndex.from_product([provinces, ["Sector"], sectors])
    names = [f"category{c + 1}" for c in range(C)] + ["exports", "error"]
    columns = pd.MultiIndex.from_product([provinces, ["Consumption category"], names])
    demand = np.zeros((n, len(provinces), C + 2))
    demand[:, :, :C] = parts["final_demand"]
    seller = np.arange(n) // S
    demand[np.arange(n), seller, C] = parts["exports"]
    rest = parts["x"] - parts["Z"].sum(axis=1) - parts["final_demand"].sum(axis=(1, 2)) - parts["exports"]
    demand[np.arange(n), seller, C + 1] = rest
    factors = ["value_added", "imports"]
    levels = {"Sector": sectors, "Factor of production": factors, "Satellite account": ["co2"]}
    units = {level: pd.DataFrame({"unit": "any"}, index=items) for level, items in levels.items()}
    return mario.Database(
        table="IOT",
        Z=pd.DataFrame(parts["Z"].copy(), index=axis, columns=axis),
        Y=pd.DataFrame(demand.reshape(n, -1), index=axis, columns=columns),
        V=pd.DataFrame(np.vstack([parts["value_added"].sum(axis=0), parts["imports"]]), index=factors, columns=axis),
        E=pd.DataFrame(parts["co2"][None, :], index=["co2"], columns=axis),
        EY=pd.DataFrame(0.0, index=["co2"], columns=columns),
        units=units,
        calc_all=False,
    )


def results(database: mario.Database, parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What is compared, on the axis of the table: MARIO sorts its own."""
    axis = pd.MultiIndex.from_product([parts["provinces"], ["Sector"], parts["sectors"]])
    z, w, m, f = (database.query(matrices=[name]) for name in ("z", "w", "m", "f"))
    linkages = plain_linkages(database)
    return {
        "A": z.reindex(index=axis, columns=axis).to_numpy(),
        "L": w.reindex(index=axis, columns=axis).to_numpy(),
        "output multipliers": linkages["Total Backward"].reindex(axis).to_numpy(),
        "value added multipliers": m.loc["value_added"].reindex(axis).to_numpy(),
        "import multipliers": m.loc["imports"].reindex(axis).to_numpy(),
        "CO2 total": f.loc["co2"].reindex(axis).to_numpy(),
        "Ghosh row sums": linkages["Total Forward"].reindex(axis).to_numpy(),
    }


if __name__ == "__main__":
    main()
