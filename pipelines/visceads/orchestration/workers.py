"""Two processes that work side by side: on workbooks, on tables, on marts.

Belongs here: the pool and the decision whether it pays. Not here: what is done (`intake`, `per_table`, `candidates`).

Reading, computing and validating are each bound by one core (calamine and the checks of 1.7 million cells hold the
interpreter; numbers that must not depend on the machine are summed in one thread), and starting two workers takes about
a second: on the four tables and fifteen inventories of the test data they save some eight of seventeen seconds of
reading alone. Workers are spawned, not forked, because polars keeps threads that a fork would break.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

WORKERS = 2
"""More would not fit the memory budget of 2 GiB: a worker that reads a table holds half of one."""

_pool: ProcessPoolExecutor | None = None


def in_parallel(function: Callable[[Item], Answer], items: Sequence[Item]) -> Iterator[Answer]:
    """Yield `function(item)` for every item, in their order; a module-level function of one picklable argument."""
    if len(items) < WORKERS or (os.cpu_count() or 1) < WORKERS:
        yield from map(function, items)
        return
    global _pool  # noqa: PLW0603 - one pool serves several steps of a run: spawning costs a second each time
    if _pool is None:
        _pool = ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn"))
    yield from _pool.map(function, items)


def end_workers() -> None:
    """End the workers and give their memory back; the next step that needs them starts new ones."""
    global _pool  # noqa: PLW0603 - see in_parallel
    if _pool is not None:
        _pool.shutdown()
        _pool = None
