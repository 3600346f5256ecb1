"""Fixtures shared by all tests: where the real workbooks lie, and the largest of them read once."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from visceads.workbooks.mrio import MrioReading

PROJECT_ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real workbooks: VISCEADS_TEST_DATA, or ../shared/data beside the clone."""
    folder = Path(os.environ.get("VISCEADS_TEST_DATA", PROJECT_ROOT.parent / "shared" / "data"))
    if not (folder / "mrio").is_dir():
        pytest.skip(f"the real workbooks are not at {folder}; set VISCEADS_TEST_DATA to where they lie")
    return folder


@pytest.fixture(scope="session")
def real_mrio(real_data: Path) -> Callable[[int], MrioReading]:
    """The real input-output workbook of a year, read once in a process: reading takes two seconds a table."""
    from visceads.workbooks.mrio import read_mrio

    @cache
    def reading(year: int) -> MrioReading:
        return read_mrio(real_data / "mrio" / f"MRIO{year}_42 CEADS.xlsx")

    return reading
