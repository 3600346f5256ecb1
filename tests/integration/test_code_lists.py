"""The code lists hold their own tests: unique keys, known references, one code a normal key."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from visceads.settings import Settings


def test_every_test_of_the_seeds_passes(tmp_path: Path) -> None:
    settings = Settings(lake=tmp_path / "lake")
    (settings.lake / "build").mkdir(parents=True)
    command = [str(Path(sys.executable).parent / "dbt"), "build", "--project-dir", str(settings.dbt_project)]
    command += ["--target-path", str(tmp_path / "target"), "--select", "resource_type:seed", "tag:code_list"]
    command += ["--indirect-selection", "cautious"]  # tests that also read a model belong to a run of the pipeline
    done = subprocess.run(command, env=os.environ | settings.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "ERROR=0" in done.stdout
    assert "PASS=104" in done.stdout, "25 seeds and 79 tests of them are expected: was a seed or a test lost?"
