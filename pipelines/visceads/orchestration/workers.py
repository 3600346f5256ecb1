"""Two processes that read workbooks side by side.

Belongs here: the pool and the decision whether it pays. Not here: what is read (`intake`).

Reading is bound by one core (calamine and the checks of 1.7 million cells hold the interpreter), and starting two
workers takes about a second: on the four tables and fifteen inventories of the test data they save some eight of
seventeen seconds. Workers are spawned, not forked, because polars keeps threads that a fork would break.
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
    global _pool  # noqa: PLW0603 - one pool serves all reading steps of a run: spawning costs a second each time
    if _pool is None:
        _pool = ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn"))
    yield from _pool.map(function, items)


def end_workers() -> None:
    """End the workers and give their memory back; the next reading starts new ones."""
    global _pool  # noqa: PLW0603 - see in_parallel
    if _pool is not None:
        _pool.shutdown()
        _pool = None
