"""`make bench-peers`: parity with pymrio and MARIO, and seconds side by side, in one run.

All programs get the same number of BLAS threads: `python -m bench.peers --threads 2`; without it one, because two
threads that wait for each other measure the other users of a busy machine.

Belongs here: running ours and the peers one after the other, comparing what they wrote, printing. Not here: the runs
themselves (`peer_runs/`, each in its own environment), the tables (`peer_tables`), the environments
(`peer_environments`). Ends with 1 where parity is missed or could not be shown; seconds never fail a run, because
machines are noisy.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.machine import machine
from bench.peer_environments import ROOT, prepare
from bench.peer_report import show
from bench.peer_tables import write_tables

RUNS = ROOT / "bench" / "peer_runs"
RESULTS = ROOT / "bench" / "results"
OURS, PEERS = "visceads", ("pymrio", "mario")
REPEATS = {OURS: 7, "pymrio": 5, "mario": 3}
TIMED_TABLE = "2012"
LIMIT_SECONDS = 900
LARGEST_DIFFERENCE = 1e-10
TEST_TABLE = "pymrio-test"
# Published with pymrio 0.7.0 for the first emission of its test system; the project's known answers state them too.
KNOWN_ANSWERS = {
    "A": 6.245417284842748,
    "L": 55.119616504790216,
    "production account": 1_080_224_428.04,
    "consumption account": 1_080_224_428.04,
    "embodied in sales to others": 509_616_409.1418,
}


@dataclass
class Run:
    """What one program did with one table.

    Attributes:
        record: versions, seconds and peak memory as it printed them.
        result: the file of its results, or None.
        problem: why something is missing, or an empty text.
    """

    record: dict[str, Any] = field(default_factory=dict)
    result: Path | None = None
    problem: str = ""


def main() -> None:
    """Run everything, compare, print, write the JSON file."""
    data = Path(os.environ.get("VISCEADS_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "mrio").is_dir():
        sys.exit(f"the real workbooks are not at {data}; set VISCEADS_TEST_DATA to where they lie")
    reader = argparse.ArgumentParser(prog="python -m bench.peers")
    reader.add_argument("--threads", type=int, default=1, help="BLAS threads of each program")
    threads = reader.parse_args().threads
    os.environ |= {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    before = machine()
    environments = {name: prepare(name) for name in PEERS}
    programs = {OURS: Path(sys.executable)} | {e.name: e.python for e in environments.values() if e.python is not None}
    problems = {e.name: f"not installed: {e.problem}" for e in environments.values() if e.python is None}
    with tempfile.TemporaryDirectory(prefix="visceads-peers-") as folder:
        tables = write_tables(data / "mrio", Path(folder))
        tables |= test_table(programs, Path(folder))
        runs = {
            (name, table): run(name, python, source, REPEATS[name] if table == TIMED_TABLE else 0)
            for table, source in tables.items()
            for name, python in programs.items()
        }
        known = known_answers(runs.get((OURS, TEST_TABLE), Run()))
        differences = {
            (name, table): compare(runs[OURS, table], runs[name, table]) for name, table in runs if name != OURS
        }
    record = {
        "blas_threads": threads,
        "machine": {"before": before, "after": machine()},
        "problems": problems | {f"{n} {t}": r.problem for (n, t), r in runs.items() if r.problem},
        "runs": {f"{name} {table}": done.record for (name, table), done in runs.items()},
        "largest_relative_difference": {f"{name} {table}": gaps for (name, table), gaps in differences.items()},
    }
    record["known_answers"] = known
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "peers.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    show(record, PEERS, TIMED_TABLE)
    shown = all(any(found for (n, _), found in differences.items() if n == name) for name in PEERS)
    missed = any(
        not gap <= LARGEST_DIFFERENCE for gaps in differences.values() for gap in (*gaps.values(), *known.values())
    )
    sys.exit(missed or not shown or bool(record["problems"]))


def test_table(programs: dict[str, Path], folder: Path) -> dict[str, Path]:
    """The arrays of the test system that pymrio ships, where pymrio is there."""
    if "pymrio" not in programs:
        return {}
    target = folder / f"{TEST_TABLE}.npz"
    command = [str(programs["pymrio"]), str(RUNS / "pymrio_run.py"), "test", str(target), "0"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=LIMIT_SECONDS)
    return {TEST_TABLE: target}


def run(name: str, python: Path, source: Path, repeats: int) -> Run:
    """Run one program on one table; its last line of JSON counts, also where it was stopped."""
    target = source.with_name(f"{source.stem}-{name}-result.npz")
    command = [str(python), str(RUNS / f"{name}_run.py"), str(source), str(target), str(repeats)]
    problem = ""
    try:
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=LIMIT_SECONDS)
        printed = done.stdout
        if done.returncode:
            problem = f"ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"
    except subprocess.TimeoutExpired as stopped:
        printed = stopped.stdout.decode() if isinstance(stopped.stdout, bytes) else (stopped.stdout or "")
        problem = f"stopped after {LIMIT_SECONDS} s"
    lines = [line for line in printed.splitlines() if line.startswith("{")]
    return Run(json.loads(lines[-1]) if lines else {}, target if target.is_file() else None, problem)


def compare(ours: Run, theirs: Run) -> dict[str, float]:
    """Return the largest relative difference of a single element for each quantity that both have.

    Where ours is null (a sector without output) nothing is compared: the peers state figures there.
    """
    if ours.result is None or theirs.result is None:
        return {}
    with np.load(ours.result) as mine, np.load(theirs.result) as other:
        return {name: _largest_difference(mine[name], other[name]) for name in mine.files if name in other.files}


def known_answers(ours: Run) -> dict[str, float]:
    """Return the relative differences of our sums over the test system from the published ones."""
    if ours.result is None:
        return {}
    with np.load(ours.result) as mine:
        return {f"sum of {name}": abs(float(mine[name].sum()) / sum_ - 1) for name, sum_ in KNOWN_ANSWERS.items()}


def _largest_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    known = ~np.isnan(ours)
    gap, scale = np.abs(ours - theirs)[known], np.maximum(np.abs(ours), np.abs(theirs))[known]
    return float(np.max(np.divide(gap, scale, out=np.zeros_like(gap), where=gap != 0)))


if __name__ == "__main__":
    main()
