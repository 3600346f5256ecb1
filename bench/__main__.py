"""`make bench`: seconds and peak memory on the real workbooks, one table.

Belongs here: what the budgets of the design name. Each measurement runs in a process of its own, so that its peak
memory is its own; the processes that it starts (dbt, readers) are counted with it. The workbooks are found as the tests
find them: VISCEADS_TEST_DATA, or ../shared/data beside the clone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
PARTS = {
    "read_sheet": ("one MRIO sheet (1302 x 1467) to tidy Parquet", "3 s"),
    "accounts": ("accounts of one table, both CO2 bases, from arrays", "1 s"),
    "backbone": ("two filters and node metrics, 31 provinces, one table", "8 s (all filters)"),
}


@dataclass(frozen=True)
class Measurement:
    """What one process took.

    Attributes:
        name: what was measured.
        budget: what the design allows.
        seconds: wall clock.
        peak_mb: peak resident memory of it and its children together.
    """

    name: str
    budget: str
    seconds: float
    peak_mb: float


def measure(name: str, budget: str, command: Sequence[str]) -> Measurement:
    """Run a command and measure it; where it prints `seconds=...`, it has timed its own core."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    elapsed = time.perf_counter() - started
    if done.returncode not in (0, 1):
        sys.exit(f"{name}: {' '.join(command)} failed\n{done.stdout}{done.stderr}")
    usage = done.stderr.rsplit("peak_kb=", 1)
    peak = float(usage[1].split()[0]) / 1024 if len(usage) > 1 else float("nan")
    reported = [line for line in done.stdout.splitlines() if line.startswith("seconds=")]
    if reported:
        elapsed = float(reported[-1].removeprefix("seconds="))
    return Measurement(name, budget, elapsed, peak)


def wrapped(arguments: Sequence[str]) -> list[str]:
    """The command of this module that runs `arguments` and prints its peak memory at the end."""
    return [sys.executable, "-m", "bench", "--watch", *arguments]


def watch(arguments: Sequence[str]) -> int:
    """Run a command and print the largest resident memory that it and its children held together."""
    process = subprocess.Popen(arguments)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(resident_kb(pid) for pid in family_of(process.pid)))
        time.sleep(0.1)
    print(f"peak_kb={peak}", file=sys.stderr)
    return process.returncode


def family_of(root: int) -> list[int]:
    """A process and all that it started, as Linux tells; pages that they share are counted for each."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError, IndexError):
            continue  # it ended while we looked
    members = [root]
    for pid in members:
        members += [child for child, parent in parents.items() if parent == pid]
    return members


def resident_kb(pid: int) -> int:
    """Resident memory of a process, 0 if it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * (os.sysconf("SC_PAGE_SIZE") // 1024)
    except (OSError, ValueError, IndexError):
        return 0


def part(name: str, data: Path, lake: Path) -> None:
    """Time one part in this process and print `seconds=...` (imports and loading of its inputs are not counted)."""
    from bench import parts

    print(f"seconds={getattr(parts, name)(data, lake):.3f}")


def main() -> None:
    """Print the table."""
    data = Path(os.environ.get("VISCEADS_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "mrio").is_dir():
        sys.exit(f"the real workbooks are not at {data}; set VISCEADS_TEST_DATA to where they lie")
    with tempfile.TemporaryDirectory(prefix="visceads-bench-") as folder:
        run = [str(ROOT / ".venv/bin/visceads"), "run", "--raw", str(data), "--lake", folder]
        results = [
            measure("whole run, cold", "60 s, 2 GiB", wrapped(run)),
            measure("whole run again, nothing changed", "15 s", wrapped(run)),
        ]
        (Path(folder) / "build" / "last_run.json").unlink()
        results.append(measure("whole run again, every step computed", "", wrapped(run)))
        for name, (title, budget) in PARTS.items():
            command = [sys.executable, "-m", "bench", "--part", name, str(data), folder]
            results.append(measure(title, budget, wrapped(command)))
    show(results)


def show(results: Sequence[Measurement]) -> None:
    """Print measurements as a table."""
    table = Table("measurement", "seconds", "peak MB", "budget")
    for result in results:
        table.add_row(result.name, f"{result.seconds:.2f}", f"{result.peak_mb:.0f}", result.budget)
    Console(width=110).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--watch"]:
        sys.exit(watch(sys.argv[2:]))
    elif sys.argv[1:2] == ["--part"]:
        part(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
