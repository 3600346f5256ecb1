"""What a measurement was made on and with: clock, memory of this process, processor, load, versions.

Belongs here: what every bench prints beside its figures. It imports nothing of visceads, because the peers' runs use it
in their own environments.
"""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Timing:
    """Seconds of the repeats of one step: wall clock, and processor time of all threads."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @property
    def best_wall(self) -> float:
        """The fastest repeat: others share the machine, and what they take is not ours."""
        return min(self.wall)

    @property
    def best_cpu(self) -> float:
        """The least processor time of a repeat."""
        return min(self.cpu)

    def record(self) -> dict[str, Any]:
        """As plain data."""
        return {"wall_s": list(self.wall), "cpu_s": list(self.cpu)}


def timed(step: Callable[[], Result], repeats: int = 1) -> tuple[Result, Timing]:
    """Run a step some times; return its last result and the seconds of each run."""
    wall, cpu = [], []
    for _ in range(repeats):
        started, used = time.perf_counter(), _processor_seconds()
        result = step()
        wall.append(time.perf_counter() - started)
        cpu.append(_processor_seconds() - used)
    return result, Timing(tuple(wall), tuple(cpu))


def peak_mb() -> float:
    """Largest resident memory that this process ever held, MB; what its parent held is not in it."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def versions(*packages: str) -> dict[str, str]:
    """Versions of Python and of installed packages."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in packages}


def machine() -> dict[str, Any]:
    """Processor, cores, memory and how busy the machine is now (load of the last minute)."""
    processor = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "processor": processor[0] if processor else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "load_1min": round(os.getloadavg()[0], 2),
    }


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
