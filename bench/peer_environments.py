"""Environments of the peers: one for each list in `environments/`, beside the one of visceads and never in it.

Belongs here: creating an environment, telling why it could not be created. Not here: what runs in it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LISTS = ROOT / "bench" / "environments"
ENVIRONMENTS = ROOT / "bench" / ".environments"
INSTALL_SECONDS = 540


@dataclass(frozen=True)
class Environment:
    """Where a peer runs.

    Attributes:
        name: the name of its list.
        python: its interpreter, or None where it could not be installed.
        problem: why not, in the words of the installer, or an empty text.
    """

    name: str
    python: Path | None
    problem: str


def prepare(name: str) -> Environment:
    """Create the environment of a peer, or take the one that was made from the same list.

    Args:
        name: a file of `environments/` without its ending.
    """
    packages = LISTS / f"{name}.txt"
    folder = ENVIRONMENTS / name
    python, stamp = folder / "bin" / "python", folder / "made_from.sha256"
    wanted = hashlib.sha256(packages.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return Environment(name, python, "")
    shutil.rmtree(folder, ignore_errors=True)
    uv = _uv()
    for command in (
        [uv, "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", str(python), "-r", str(packages)],
    ):
        problem = _run(command)
        if problem:
            return Environment(name, None, problem)
    stamp.write_text(wanted, encoding="utf-8")
    return Environment(name, python, "")


def _uv() -> str:
    own = ROOT / ".uv" / "bin" / "uv"
    return str(own) if own.is_file() else "uv"


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else " ".join(done.stderr.split())
