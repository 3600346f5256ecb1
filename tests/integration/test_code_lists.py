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
    command += ["fqn:visceads.harmonised.reference"]  # the published code lists are made of seeds alone
    command += [
        "--indirect-selection",
        "cautious",
    ]  # tests that also read another model belong to a run of the pipeline
    done = subprocess.run(command, env=os.environ | settings.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "ERROR=0" in done.stdout
    assert "PASS=135" in done.stdout, "26 seeds, 11 code lists and 98 tests are expected: was one lost?"
