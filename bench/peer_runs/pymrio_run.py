"""pymrio's side of `bench.peers`: the same results by `calc_all`, in pymrio's own environment.

Call: python pymrio_run.py TABLE.npz RESULT.npz REPEATS. With the word `test` for TABLE.npz it writes the arrays of
pymrio's own test system beside the result, as TABLE of the others. Prints one line of JSON.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pymrio

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.machine import peak_mb, timed, versions

warnings.simplefilter("ignore")  # pymrio divides by the output of empty sectors and clears the result
logging.disable(logging.CRITICAL)


def main() -> None:
    """Compute, time, write, print."""
    source, target, repeats = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if source == "test":
        np.savez(target, **test_system())
        print(json.dumps({"versions": versions("pymrio")}))
        return
    with np.load(source) as data:
        parts = dict(data)
    record: dict[str, object] = {"versions": versions("pymrio", "numpy", "pandas")}
    if repeats:
        made = [system_of(parts) for _ in range(repeats)]  # calc_all fills in what is missing: each needs a new system
        steps = {"calc_all": timed(lambda: made.pop().calc_all(), repeats)[1]}
        made = [system_of(parts) for _ in range(repeats)]
        steps["calc_all with Ghosh"] = timed(lambda: made.pop().calc_all(include_ghosh=True), repeats)[1]
        record["steps"] = {name: step.record() for name, step in steps.items()}
    record["peak_mb"] = peak_mb()
    np.savez(target, **results(system_of(parts).calc_all(include_ghosh=True), [str(p) for p in parts["provinces"]]))
    print(json.dumps(record))


def system_of(parts: dict[str, np.ndarray]) -> pymrio.IOSystem:
    """A system with Z, x and Y; exports and the statistical error stand as two more buyers."""
    axis = pd.MultiIndex.from_product([parts["provinces"], parts["sectors"]], names=["region", "sector"])
    final = parts["final_demand"]
    buyers = [(p, f"category{c + 1}") for p in parts["provinces"] for c in range(final.shape[2])]
    columns = pd.MultiIndex.from_tuples(
        [*buyers, ("abroad", "exports"), ("error", "error")], names=["region", "category"]
    )
    Y = np.column_stack([final.reshape(len(axis), -1), parts["exports"], parts["error"]])
    factors = pd.DataFrame(
        np.vstack([parts["value_added"].sum(axis=0), parts["imports"], parts["co2"]]),
        index=pd.Index(["value_added", "imports", "co2"], name="stressor"),
        columns=axis,
    )
    system = pymrio.IOSystem(
        Z=pd.DataFrame(parts["Z"], index=axis, columns=axis),
        Y=pd.DataFrame(Y, index=axis, columns=columns),
        x=pd.DataFrame(parts["x"], index=axis, columns=["indout"]),
    )
    system.factors = pymrio.Extension(name="factors", F=factors)
    return system


def results(system: pymrio.IOSystem, provinces: list[str]) -> dict[str, np.ndarray]:
    """What is compared."""
    factors = system.factors
    return {
        "A": system.A.to_numpy(),
        "L": system.L.to_numpy(),
        "output multipliers": system.L.sum(axis=0).to_numpy(),
        "value added multipliers": factors.M.loc["value_added"].to_numpy(),
        "import multipliers": factors.M.loc["imports"].to_numpy(),
        "CO2 total": factors.M.loc["co2"].to_numpy(),
        "Ghosh row sums": system.G.sum(axis=1).to_numpy(),
        "production account": factors.D_pba_reg.loc["co2", provinces].to_numpy(),
        "consumption account": factors.D_cba_reg.loc["co2", provinces].to_numpy(),
        "embodied in sales to others": factors.D_exp_reg.loc["co2", provinces].to_numpy(),
        "embodied in purchases from others": factors.D_imp_reg.loc["co2", provinces].to_numpy(),
    }


def test_system() -> dict[str, np.ndarray]:
    """The arrays of pymrio's test system (6 regions x 8 sectors) under the names of `bench.peer_tables`."""
    system = pymrio.load_test()
    regions, sectors = (system.Z.index.unique(level) for level in ("region", "sector"))
    final = system.Y.T.groupby(level="region", sort=False).sum().T.to_numpy()
    n = len(system.Z)
    x = system.Z.to_numpy().sum(axis=1) + final.sum(axis=1)
    value_added = np.vstack([system.factor_inputs.F.sum(axis=0).to_numpy(), np.zeros((3, n))])
    return {
        "Z": system.Z.to_numpy(),
        "x": x,
        "final_demand": final[:, :, None],
        "exports": np.zeros(n),
        "error": np.zeros(n),
        "imports": np.zeros(n),
        "value_added": value_added,
        "co2": system.emissions.F.loc["emission_type1"].to_numpy().ravel(),
        "provinces": regions.to_numpy(dtype=str),
        "sectors": sectors.to_numpy(dtype=str),
    }


if __name__ == "__main__":
    main()
