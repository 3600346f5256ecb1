"""Fixtures shared by all tests: where the real workbooks lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT_ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real workbooks: VISCEADS_TEST_DATA, or ../shared/data beside the clone."""
    folder = Path(os.environ.get("VISCEADS_TEST_DATA", PROJECT_ROOT.parent / "shared" / "data"))
    if not (folder / "mrio").is_dir():
        pytest.skip(f"the real workbooks are not at {folder}; set VISCEADS_TEST_DATA to where they lie")
    return folder
