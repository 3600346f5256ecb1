"""Whole runs of the pipeline, each made once a session; two go on at a time, as a machine has two cores.

Every run is the real command line in a process of its own. SOURCE_DATE_EPOCH is set, so that two lakes can be compared
byte by byte. A test that changes a lake changes a copy of a small one: two inventories, no table.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from visceads.demo.inventory import synthetic_inventory
from visceads.demo.inventory_workbook import write_inventory_workbook
from visceads.demo.mrio_table import synthetic_table
from visceads.demo.mrio_workbook import write_mrio_workbook
from visceads.lake.bronze import sidecar_path
from visceads.lake.paths import LakePaths
from visceads.lake.publication import current_version
from visceads.lake.warehouse import query

ROOT = Path(__file__).resolve().parents[2]
EPOCH = "1700000000"
LIMIT_S = 600


@dataclass(frozen=True)
class Run:
    """What one call of `visceads run` did.

    Attributes:
        lake: the lake.
        exit_code: of the command.
        output: what it printed, both streams.
        before: publication before the run: path below the lake -> sha256 (of a link: where it points).
        after: the same after the run.
    """

    lake: LakePaths
    exit_code: int
    output: str
    before: dict[str, str] = field(repr=False)
    after: dict[str, str] = field(repr=False)

    @property
    def version(self) -> str:
        version = current_version(self.lake)
        assert version is not None, f"nothing is published; the run said:\n{self.output}"
        return version

    @property
    def sentences(self) -> str:
        """The output with its line breaks taken out, so that a sentence can be looked for."""
        return " ".join(self.output.split())

    def query(self, sql: str) -> pl.DataFrame:
        return query(self.lake, sql)

    def one(self, sql: str) -> object:
        """The only value of a query."""
        return self.query(sql).item()


def environment() -> dict[str, str]:
    """The environment of a command: nothing of the caller's settings, a fixed clock, wide lines."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VISCEADS_", "DAGSTER_", "DBT_"))}
    return kept | {"SOURCE_DATE_EPOCH": EPOCH, "COLUMNS": "200", "NO_COLOR": "1"}


def command(*arguments: str | Path, variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `visceads ...` in a process of its own."""
    program = Path(sys.executable).parent / "visceads"
    return subprocess.run(
        [str(program), *map(str, arguments)],
        env=variables or environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def publication_of(lake: LakePaths) -> dict[str, str]:
    """What a reader can see: every file of the marts and the warehouse with its hash, links with their aim."""
    found = {}
    for path in sorted((*lake.marts.rglob("*"), *lake.warehouse.rglob("*"))):
        name = path.relative_to(lake.root).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file() and path.name != ".lock":
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def code_state() -> set[tuple[str, int]]:
    """The files that a run rests on, with the time of their last change."""
    compiled = ROOT / "dbt_project" / "target"
    files = [*(ROOT / "pipelines").rglob("*.py"), *(ROOT / "dbt_project").rglob("*.*")]
    kept = [path for path in files if path.is_file() and compiled not in path.parents and path.suffix != ".log"]
    return {(path.relative_to(ROOT).as_posix(), path.stat().st_mtime_ns) for path in kept}


def run_in(root: Path, *options: str | Path) -> Run:
    lake = LakePaths(root)
    before = publication_of(lake)
    done = command("run", "--lake", root, *options)
    return Run(lake, done.returncode, done.stdout, before, publication_of(lake))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test of the web server comes first: its own run then goes on beside those of the other tests."""
    items.sort(key=lambda item: item.path.name != "test_webserver.py")


# --- the lakes ---


def _inventories(raw: Path, *years: int) -> None:
    raw.mkdir(parents=True)
    for year in years:
        write_inventory_workbook(raw / f"SYNTHETIC_CO2_inventory_{year}.xlsx", synthetic_inventory(year))


def _demo(folder: Path, _runs: Runs) -> Run:
    return run_in(folder / "lake")


def _real(folder: Path, runs: Runs) -> Run:
    assert runs.real_data is not None
    return run_in(folder / "lake", "--raw", runs.real_data)


def _small(folder: Path, _runs: Runs) -> Run:
    _inventories(folder / "lake" / "raw", 2012, 2015)
    return run_in(folder / "lake")


def _copy_of_small(folder: Path, runs: Runs) -> Path:
    small = runs["small_lake"]
    copy = folder / "lake"
    shutil.copytree(small.lake.root, copy, symlinks=True)
    return copy


def _forced(folder: Path, runs: Runs) -> Run:
    copy = _copy_of_small(folder, runs)
    (copy / "build" / "last_run.json").unlink()
    return run_in(copy)


def _rebuilt(folder: Path, runs: Runs) -> Run:
    """A lake that lost its build, its warehouse file and the folder of its version."""
    lake = LakePaths(_copy_of_small(folder, runs))
    shutil.rmtree(lake.build)
    shutil.rmtree(lake.marts / runs["small_lake"].version)
    lake.warehouse_file.unlink()
    return run_in(lake.root)


def _shrunk(folder: Path, runs: Runs) -> Run:
    """A lake from whose raw folder a workbook was taken away."""
    copy = _copy_of_small(folder, runs)
    (copy / "raw" / "SYNTHETIC_CO2_inventory_2015.xlsx").unlink()
    return run_in(copy)


def _killed(folder: Path, runs: Runs) -> Run:
    """A lake whose run was killed in the midst of dbt, and was then begun anew."""
    lake = LakePaths(_copy_of_small(folder, runs))
    (lake.raw / "SYNTHETIC_CO2_inventory_2015.xlsx").unlink()
    results = lake.build / "dbt" / "manifest.json"
    results.unlink(missing_ok=True)
    program = [str(Path(sys.executable).parent / "visceads"), "run", "--lake", str(lake.root)]
    with (folder / "killed.log").open("w") as log:
        process = subprocess.Popen(program, env=environment(), cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    end = time.monotonic() + LIMIT_S
    while not results.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(1.0)  # dbt has begun to build
    assert process.poll() is None, "the run ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return run_in(lake.root)


def _without_clock(folder: Path, _runs: Runs) -> Run:
    """The small lake once more, in another place and at the time of now."""
    _inventories(folder / "lake" / "raw", 2012, 2015)
    lake = LakePaths(folder / "lake")
    now = {name: value for name, value in environment().items() if name != "SOURCE_DATE_EPOCH"}
    done = command("run", "--lake", lake.root, variables=now)
    return Run(lake, done.returncode, done.stdout, {}, publication_of(lake))


def _mixed(folder: Path, runs: Runs) -> Run:
    """A demo lake into whose raw folder a real workbook was dropped."""
    assert runs.real_data is not None
    copy = _copy_of_small(folder, runs)
    real = sorted((runs.real_data / "ceads" / "inventory").glob("*.xlsx"))[0]
    shutil.copyfile(real, copy / "raw" / "real.xlsx")
    return run_in(copy)


def change_bronze(lake: LakePaths, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Change the cells of the inventory of 2012 behind the back of the reader: the sidecar vouches for them."""
    (path,) = (lake.bronze / "co2_inventory").glob("co2_inventory-2012-*.parquet")
    change(pl.read_parquet(path)).write_parquet(path)
    record = json.loads(sidecar_path(path).read_text(encoding="utf-8"))
    record["bronze_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    sidecar_path(path).write_text(json.dumps(record), encoding="utf-8")


def _moved(frame: pl.DataFrame, inventory_code: str, fuel_code: str, by: float) -> pl.DataFrame:
    """Add to one cell of Beijing, Mt."""
    here = (pl.col("province_code") == "BJ") & (pl.col("inventory_code") == inventory_code)
    here &= pl.col("fuel_code") == fuel_code
    assert frame.filter(here).height == 1
    return frame.with_columns(value_mt=pl.when(here).then(pl.col("value_mt") + by).otherwise(pl.col("value_mt")))


def _wrong_total(folder: Path, runs: Runs) -> Run:
    """Beijing's total is 5 Mt more than its rows: a test of dbt must stop the run."""
    copy = _copy_of_small(folder, runs)
    change_bronze(LakePaths(copy), lambda frame: _moved(frame, "total", "total", 5.0))
    return run_in(copy)


def _negative_cell(folder: Path, runs: Runs) -> Run:
    """1000 Mt move from one fuel of Beijing's power to another: all sums hold, but one cell is negative."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        for code in ("power_heat", "total"):
            frame = _moved(frame, code, "raw_coal", -1000.0)
            frame = _moved(frame, code, "cleaned_coal", 1000.0)
        return frame

    copy = _copy_of_small(folder, runs)
    change_bronze(LakePaths(copy), change)
    return run_in(copy)


def _table_only(folder: Path, _runs: Runs) -> Run:
    """One table without CO2 of its own (2017-style), and no inventory: money accounts only."""
    raw = folder / "lake" / "raw"
    raw.mkdir(parents=True)
    write_mrio_workbook(raw / "SYNTHETIC_MRIO2017.xlsx", [synthetic_table(2017, "2017")])
    return run_in(folder / "lake")


def _statistics_only(folder: Path, runs: Runs) -> Run:
    assert runs.real_data is not None
    return run_in(folder / "lake", "--raw", runs.real_data / "nbs")


def _all_bad(folder: Path, _runs: Runs) -> Run:
    raw = folder / "lake" / "raw"
    raw.mkdir(parents=True)
    (raw / "inventory.xlsx").write_text("<html>Please log in</html>")
    (raw / "table.xlsx").write_bytes(b"PK\x03\x04 cut off")
    return run_in(folder / "lake")


Plan = Callable[[Path, "Runs"], Run]
PLANS: dict[str, Plan] = {
    "small_lake": _small,
    "demo_lake": _demo,
    "real_lake": _real,
    "forced_lake": _forced,
    "rebuilt_lake": _rebuilt,
    "shrunk_lake": _shrunk,
    "killed_lake": _killed,
    "lake_without_clock": _without_clock,
    "mixed_lake": _mixed,
    "wrong_total_lake": _wrong_total,
    "negative_cell_lake": _negative_cell,
    "table_only_lake": _table_only,
    "statistics_only_lake": _statistics_only,
    "all_bad_lake": _all_bad,
}
COPIES = {
    "forced_lake",
    "rebuilt_lake",
    "shrunk_lake",
    "killed_lake",
    "mixed_lake",
    "wrong_total_lake",
    "negative_cell_lake",
}
NEEDS_REAL_DATA = {"real_lake", "mixed_lake", "statistics_only_lake"}


class Runs:
    """The runs of this session: all that its tests ask for are begun at once, two at a time."""

    def __init__(self, real_data: Path | None, wanted: set[str], new_folder: Callable[[str], Path]) -> None:
        self.real_data = real_data
        self.code = code_state()
        self._pool = ThreadPoolExecutor(2)
        if wanted & COPIES:
            wanted = {*wanted, "small_lake"}  # it comes first in the plans, so that no copy waits for ever
        self._futures: dict[str, Future[Run]] = {}
        for name, plan in PLANS.items():
            if name in wanted:
                self.add(name, plan, new_folder(name))

    def __getitem__(self, name: str) -> Run:
        return self._futures[name].result()

    def add(self, name: str, plan: Plan, folder: Path) -> None:
        """Begin a run that one test module plans itself."""
        self._futures[name] = self._pool.submit(plan, folder, self)

    def end(self) -> None:
        self._pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Begin the runs that the collected tests ask for."""
    try:
        real_data: Path | None = request.getfixturevalue("real_data")
    except pytest.skip.Exception:
        real_data = None
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ()) if name in PLANS}
    if real_data is None:
        wanted -= NEEDS_REAL_DATA
    started = Runs(real_data, wanted, tmp_path_factory.mktemp)
    yield started
    started.end()


def _fixture_of(name: str) -> object:
    if name in NEEDS_REAL_DATA:

        @pytest.fixture(scope="session", name=name)
        def lake(real_data: Path, runs: Runs) -> Run:
            return runs[name]
    else:

        @pytest.fixture(scope="session", name=name)
        def lake(runs: Runs) -> Run:
            return runs[name]

    return lake


for _name in PLANS:
    globals()[_name] = _fixture_of(_name)


@pytest.fixture(scope="session")
def visceads() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `visceads ...` in a process of its own."""
    return command


@pytest.fixture(scope="session")
def published_files() -> Callable[[LakePaths], dict[str, str]]:
    """What a reader of a lake sees now: files with their hashes."""
    return publication_of


@pytest.fixture(scope="session")
def run_lake() -> Callable[..., Run]:
    """Runs `visceads run` on a lake."""
    return run_in


@pytest.fixture
def code_is_still(runs: Runs) -> None:
    """Skips where somebody changed the code after the runs began: an unchanged run cannot be seen then."""
    changed = sorted({path for path, _ in runs.code ^ code_state()})
    if changed:
        pytest.skip(f"changed while the tests ran: {', '.join(changed)}")


@pytest.fixture(scope="session")
def project_environment() -> dict[str, str]:
    """The environment of the runs of this session."""
    return environment()


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., None]:
    """Waits for a condition; raises with a sentence when it does not come true in time."""

    def wait(condition: Callable[[], bool], seconds: float, what: str, pause: float = 0.5) -> None:
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"after {seconds:.0f} s: {what}")
            time.sleep(pause)

    return wait
