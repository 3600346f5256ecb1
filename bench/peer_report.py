"""The printed report of `bench.peers`: parity, seconds, goals.

Belongs here: laying out what `peers` recorded. Not here: measuring, comparing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

# (what it is, our step, peer, the peer's step)
PAIRS = (
    ("A, L, multipliers, footprints, embodied flows", "accounts", "pymrio", "calc_all"),
    ("the same with the Ghosh inverse", "accounts", "pymrio", "calc_all with Ghosh"),
    ("A, L, multipliers, CO2 of demand", "accounts", "mario", "calc_all"),
    ("linkages of the table as a whole, from flows", "linkages", "mario", "linkages of the whole"),
    ("linkages, from flows", "linkages", "mario", "linkages"),
    ("linkages, inverses there", "linkages, L there", "mario", "linkages, w and g there"),
    ("the same, ours with own/other split", "linkages and split, L there", "mario", "linkages, w and g there"),
    ("all accounts of one table, no paths", "all accounts", "", ""),
    ("supply paths, threshold 1e-5", "supply paths", "", ""),
)
GOAL_ALL_ACCOUNTS_S, GOAL_PATHS_S, GOAL_PEAK_MB, GOAL_LINKAGES = 1.0, 1.5, 1024.0, 200.0


def show(record: dict[str, Any], peers: tuple[str, ...], timed_table: str) -> None:
    """Print the whole report."""
    console = Console(width=130)
    for peer in peers:
        console.print(_parity(record, peer))
    console.print(_seconds(record, timed_table))
    console.print(_goals(record, timed_table))
    known = Table("known answer of pymrio's test system", "relative difference of ours")
    for words, gap in record["known_answers"].items():
        known.add_row(words, f"{gap:.1e}")
    console.print(known)
    for where, problem in record["problems"].items():
        console.print(f"[bold]{where}[/bold]: {problem}")
    console.print(f"each program with {record['blas_threads']} BLAS thread(s), one after the other")
    before, after = record["machine"]["before"], record["machine"]["after"]
    console.print(
        f"{before['processor']}, {before['cores']} cores, {before['memory_gib']} GiB; load of the last minute "
        f"{before['load_1min']} at the start, {after['load_1min']} at the end"
    )


def _parity(record: dict[str, Any], peer: str) -> Table:
    columns = {
        key.removeprefix(f"{peer} "): gaps
        for key, gaps in record["largest_relative_difference"].items()
        if key.startswith(f"{peer} ")
    }
    versions = [run["versions"] for key, run in record["runs"].items() if key.startswith(f"{peer} ") and run]
    table = Table("quantity", *columns, title=f"largest relative difference of an element: visceads and {peer}")
    table.caption = ", ".join(f"{name} {number}" for name, number in versions[0].items()) if versions else "did not run"
    for quantity in dict.fromkeys(name for gaps in columns.values() for name in gaps):
        table.add_row(quantity, *(f"{gaps[quantity]:.1e}" if quantity in gaps else "" for gaps in columns.values()))
    return table


def _seconds(record: dict[str, Any], timed_table: str) -> Table:
    title = f"seconds on table {timed_table}, best repeat: wall clock (processor time of all threads)"
    table = Table("what", "visceads", "peer", "peer's step", "times faster (processor)", title=title)
    for words, our_step, peer, peer_step in PAIRS:
        ours, theirs = best(record, "visceads", timed_table, our_step), best(record, peer, timed_table, peer_step)
        ratio = f"{theirs[1] / ours[1]:.1f}" if ours and theirs else ""
        table.add_row(words, _both(ours), _both(theirs), f"{peer} {peer_step}".strip(), ratio)
    return table


def _goals(record: dict[str, Any], timed_table: str) -> Table:
    table = Table("goal", "found", "", title="goals (seconds by wall clock, ratios by processor time)")
    differences = record["largest_relative_difference"]
    gaps = [gap for key, found in differences.items() if key.startswith("pymrio ") for gap in found.values()]
    _goal(table, "parity with pymrio to 1e-10", max(gaps, default=None), lambda gap: gap <= 1e-10, "{:.1e}")
    accounts = best(record, "visceads", timed_table, "all accounts")
    _goal(table, "all accounts within 1 s", accounts and accounts[0], lambda s: s <= GOAL_ALL_ACCOUNTS_S, "{:.3f} s")
    paths = best(record, "visceads", timed_table, "supply paths")
    _goal(table, "supply paths at 1e-5 within 1.5 s", paths and paths[0], lambda s: s <= GOAL_PATHS_S, "{:.3f} s")
    for words, ours, theirs in (
        ("linkages 200 times faster than MARIO's, inverses there", "linkages, L there", "linkages, w and g there"),
        ("linkages 200 times faster than MARIO's, from flows", "linkages", "linkages"),
    ):
        fast, slow = best(record, "visceads", timed_table, ours), best(record, "mario", timed_table, theirs)
        ratio = slow[1] / fast[1] if fast and slow else None
        _goal(table, words, ratio, lambda times: times >= GOAL_LINKAGES, "{:.0f} times")
    peak = record["runs"].get(f"visceads {timed_table}", {}).get("peak_mb")
    _goal(table, "our peak memory below 1 GiB", peak, lambda mb: mb < GOAL_PEAK_MB, "{:.0f} MB")
    return table


def _goal(table: Table, words: str, value: float | None, met: Callable[[float], bool], layout: str) -> None:
    if value is None:
        table.add_row(words, "", "not measured")
    else:
        table.add_row(words, layout.format(value), "met" if met(value) else "MISSED")


def best(record: dict[str, Any], program: str, table: str, step: str) -> tuple[float, float] | None:
    """Return the least wall clock and the least processor time of a step, or None where it was not measured."""
    found = record["runs"].get(f"{program} {table}", {}).get("steps", {}).get(step)
    return (min(found["wall_s"]), min(found["cpu_s"])) if found else None


def _both(seconds: tuple[float, float] | None) -> str:
    return f"{seconds[0]:.3f} ({seconds[1]:.3f})" if seconds else ""
