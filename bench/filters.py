"""`make bench-filters`: seconds of every network filter on a whole table, 1302 nodes and 1.4 million edges, both sides.

Belongs here: what issue after issue promises about the speed of filters, measured as wall clock and processor time. Not
here: their results (tests) and comparisons with other programs. Never a test: machines are noisy.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from visceads.backbone import METHODS, apply_filter, network_from_matrix
from visceads.workbooks.mrio import read_mrio

GOALS_S = {
    "disparity": 0.3,
    "noise_corrected": 0.3,
    "marginal_likelihood": 1.5,
    "lans": 0.6,
    "doubly_stochastic": 1.5,
    "high_salience": 10.0,
    "metric_backbone": 10.0,
}
ATTEMPTS = 3


def main() -> None:
    """Print the best of three attempts of every method."""
    data = Path(os.environ.get("VISCEADS_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    workbook = next(path for path in sorted((data / "mrio").glob("*.xlsx")) if "2012" in path.name)
    flows = read_mrio(workbook).tables[0].arrays.flows
    weights = flows.reshape(int(np.sqrt(flows.size)), -1) / 100  # 10k yuan -> million yuan
    load = os.getloadavg()[0]
    table = Table(title=f"{np.count_nonzero(weights):,} edges; best of {ATTEMPTS}; load of the machine {load:.1f}")
    for title in ("method", "seconds", "of the processor", "goal"):
        table.add_column(title, justify="left" if title == "method" else "right")
    for name in METHODS:
        wall, processor = min(_seconds(weights, name) for _ in range(ATTEMPTS))
        table.add_row(name, f"{wall:.2f}", f"{processor:.2f}", f"{GOALS_S[name]:.1f}" if name in GOALS_S else "")
    Console().print(table)


def _seconds(weights: np.ndarray, name: str) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    apply_filter(network_from_matrix(weights), name)
    return time.perf_counter() - wall, time.process_time() - processor


if __name__ == "__main__":
    main()
