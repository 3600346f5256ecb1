"""`make bench-large`: a generated table of 313 cities x 42 sectors, solved for multipliers and footprints.

Belongs here: the timed steps and what they are held against (120 s, 8 GiB). Not here: the table (`city_table`) and the
arithmetic (`visceads.accounts.blocked`). Ends with 1 where a goal is missed or a result does not add up.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.city_table import city_table
from bench.machine import Timing, machine, peak_mb, timed, versions
from visceads.accounts.blocked import BlockedTable, build_blocked_system
from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.footprint import EmbodiedFlow, ProvinceFootprints, embodied_flow_mrio, province_footprints
from visceads.accounts.multiplier import Multipliers, multipliers
from visceads.accounts.system import F64, InputOutputSystem

RESULTS = Path(__file__).resolve().parent / "results"
GOAL_SECONDS, GOAL_MB = 120.0, 8 * 1024.0
LARGEST_GAP = 1e-9


@dataclass(frozen=True)
class Solved:
    """A system with its CO2 and what was solved for."""

    system: InputOutputSystem
    emissions: Emissions
    multipliers: Multipliers
    footprints: ProvinceFootprints
    flow: EmbodiedFlow


def main() -> None:
    """Solve the table once, check the results, print the figures."""
    before = machine()
    (table, co2), drawing = timed(city_table)
    solved, steps = solve(table, co2)
    steps = {"draw the table (first pass)": drawing} | steps
    seconds, peak = sum(step.best_wall for step in steps.values()), peak_mb()
    gaps = residuals(table, solved)
    show(len(co2), steps, gaps, peak)
    RESULTS.mkdir(exist_ok=True)
    record = {
        "machine": before,
        "versions": versions("numpy", "scipy"),
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS", "as many as cores"),
        "sectors": len(co2),
        "reciprocal_condition": solved.system.reciprocal_condition,
        "steps": {name: step.record() for name, step in steps.items()},
        "seconds": seconds,
        "peak_mb": peak,
        "residuals": gaps,
    }
    (RESULTS / "large.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    sys.exit(seconds > GOAL_SECONDS or peak > GOAL_MB or max(gaps.values()) > LARGEST_GAP)


def solve(table: BlockedTable, co2: F64) -> tuple[Solved, dict[str, Timing]]:
    """Build the system and solve it for everything, each step timed."""
    steps: dict[str, Timing] = {}
    system, steps["build the system: fill I - A, factorise"] = timed(lambda: build_blocked_system(table))
    emissions = build_emissions(system, co2)
    result, steps["multipliers, money and CO2"] = timed(lambda: multipliers(system, emissions))
    footprints, steps["production and consumption accounts"] = timed(lambda: province_footprints(system, emissions))
    flow, steps["CO2 embodied in trade, 313 x 313"] = timed(lambda: embodied_flow_mrio(system, emissions))
    return Solved(system, emissions, result, footprints, flow), steps


def residuals(table: BlockedTable, solved: Solved) -> dict[str, float]:
    """Return how far results are from adding up; the multipliers are put into m = f + A'm with the flows drawn anew."""
    result, footprints, flow = solved.multipliers, solved.footprints, solved.flow
    m = result.co2_total_t_per_m_cny / 1e6
    inputs = np.concatenate([m @ table.purchases(r) for r in range(len(table.regions))])
    again = solved.emissions.f + inputs / solved.system.x
    produced = footprints.production_mt.sum()
    used = footprints.consumption_mt.sum() + footprints.export_mt.sum() + footprints.error_mt.sum()
    rows = flow.co2_mt.sum(axis=1) + flow.export_mt + flow.error_mt
    columns = flow.co2_mt.sum(axis=0)
    return {
        "m = f + A'm, of the largest m": float(np.abs(again - m).max() / m.max()),
        "value added + imports = 1": float(np.abs(result.value_added + result.imports - 1).max()),
        "production = consumption + exports + error": float(abs(produced - used) / produced),
        "rows of trade = production, worst city": float(np.abs(rows / footprints.production_mt - 1).max()),
        "columns of trade = consumption, worst city": float(np.abs(columns / footprints.consumption_mt - 1).max()),
    }


def show(n: int, steps: dict[str, Timing], gaps: dict[str, float], peak: float) -> None:
    """Print what was measured and how well it adds up."""
    table = Table("step", "wall s", "processor s", title=f"generated table of cities, {n:,} sectors, float64")
    for name, step in steps.items():
        table.add_row(name, f"{step.best_wall:.1f}", f"{step.best_cpu:.1f}")
    table.add_section()
    wall, processor = (sum(getattr(step, name) for step in steps.values()) for name in ("best_wall", "best_cpu"))
    table.add_row("all steps (goal 120 s)", f"{wall:.1f}", f"{processor:.1f}")
    table.add_row(f"peak memory, MB (goal 8,192; the matrix alone is {8 * n * n / 2**20:,.0f})", f"{peak:,.0f}", "")
    console = Console(width=110)
    console.print(table)
    checks = Table("what must hold", "relative gap (at most 1e-9)")
    for name, gap in gaps.items():
        checks.add_row(name, f"{gap:.1e}")
    console.print(checks)
    state = machine()
    console.print(f"{state['processor']}, {state['cores']} cores, load {state['load_1min']}")


if __name__ == "__main__":
    main()
