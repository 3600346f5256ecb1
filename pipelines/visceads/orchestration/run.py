"""One whole run of the pipeline in this process, and what a person is told at its end.

Belongs here: preparing the Dagster instance of a lake, executing the graph, the summary as plain data. Not here: how
the summary is shown (`cli`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from visceads import __version__
from visceads.demo.release import write_demo_release
from visceads.lake.atomic import file_sha256, write_text
from visceads.lake.bronze import BronzeError, read_sidecars
from visceads.lake.paths import LakePaths
from visceads.lake.publication import current_version
from visceads.orchestration.intake import Verdict, load_verdicts, raw_files
from visceads.orchestration.progress import Listener
from visceads.orchestration.raw_folder import search_raw_folder
from visceads.orchestration.summary import RunSummary
from visceads.settings import Settings

DEMO_FOLDER = "visceads-demo"


def prepare_instance(settings: Settings) -> None:
    """Make the folders of a lake and the home of its Dagster instance, and set the variables that name them."""
    os.environ.update(settings.environment())
    home = Path(settings.environment()["DAGSTER_HOME"])
    for folder in (home, settings.raw_folder, settings.lake / "bronze"):
        folder.mkdir(parents=True, exist_ok=True)
    shipped = settings.project / "deploy" / "dagster.yaml"
    target = home / "dagster.yaml"
    if not target.exists() or target.read_bytes() != shipped.read_bytes():
        shutil.copyfile(shipped, target)


def raise_demo_release(settings: Settings, listener: Listener) -> bool:
    """Write the demo release into the raw folder if nothing lies there that could be input; return whether it did."""
    found = search_raw_folder(settings.raw_folder)
    if found.files or any(one.is_problem for one in found.skipped):
        return False
    listener("note", f"{settings.raw_folder} holds no workbook: writing the synthetic demo release there")
    write_demo_release(settings.raw_folder / DEMO_FOLDER, lambda text: listener("note", text))
    return True


def run_pipeline(settings: Settings, listener: Listener) -> RunSummary:
    """Run everything: recognise, read, transform, compute, validate, publish.

    Args:
        settings: the lake and the raw folder.
        listener: told of steps and sentences while it runs.
    """
    prepare_instance(settings)
    with _only_run(settings) as is_alone:
        if not is_alone:
            sentence = (
                f"another `visceads run` works on the lake {settings.lake}: wait until it has ended, then run again"
            )
            version = current_version(LakePaths(settings.lake)) or ""
            return RunSummary(False, version, is_new=False, failures=(sentence,))
        return _run_alone(settings, listener)


@contextmanager
def _only_run(settings: Settings) -> Iterator[bool]:
    """Hold the lake for one run of the command line; yields whether it was free. A killed run lets go by itself."""
    with (settings.lake / "build" / "run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _run_alone(settings: Settings, listener: Listener) -> RunSummary:
    if not raw_files(settings.raw_folder) and _holds_real_releases(settings):
        # the demo release would mix with them, and an empty publication would take their place
        version = current_version(LakePaths(settings.lake)) or ""
        return RunSummary(False, version, is_new=False, failures=(_gone(settings),))
    raise_demo_release(settings, listener)
    fingerprint = input_fingerprint(settings)
    unchanged = _unchanged(settings, fingerprint)
    if unchanged is not None:
        return unchanged
    summary = _execute(settings, listener)
    if summary.succeeded:
        record = asdict(summary) | {"fingerprint": fingerprint, "raw": str(settings.raw_folder)}
        write_text(_record_path(settings), json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    return summary


def _holds_real_releases(settings: Settings) -> bool:
    try:
        return any(not sidecar.source.is_synthetic for sidecar in read_sidecars(LakePaths(settings.lake)))
    except BronzeError:
        return True  # what cannot be read may be real


def _gone(settings: Settings) -> str:
    return (
        f"{settings.raw_folder} holds no workbook, but this lake was made of published ones: put them back, or name "
        "their folder with --raw; for the demo release use another lake"
    )


def input_fingerprint(settings: Settings) -> str:
    """A hash of everything that a publication depends on: workbooks and their names, code, SQL, seeds, settings."""
    digest = hashlib.sha256(
        f"{__version__} {settings.split_rule} {settings.corrections} {settings.carbon_price_cny_per_t} "
        f"{settings.raw_folder}".encode()
    )
    code = (settings.project / "pipelines").rglob("*.py")
    compiled = settings.dbt_project / "target"
    sql = [p for p in settings.dbt_project.rglob("*") if p.suffix in {".sql", ".yml", ".csv"}]
    for path in (*sorted(code), *sorted(sql), settings.project / "uv.lock", *raw_files(settings.raw_folder)):
        if path.is_file() and compiled not in path.parents:
            digest.update(f"\n{path} {_fingerprint_of(path)}".encode())
    return digest.hexdigest()


def _fingerprint_of(path: Path) -> str:
    """The sha256 of a file, or '' if it cannot be read, as recognition has it too."""
    try:
        return file_sha256(path)
    except OSError:
        return ""


def _record_path(settings: Settings) -> Path:
    return settings.lake / "build" / "last_run.json"


def _unchanged(settings: Settings, fingerprint: str) -> RunSummary | None:
    """The summary of the last run, if nothing that it rested on has changed and its publication is whole."""
    path = _record_path(settings)
    if not path.is_file():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    lake = LakePaths(settings.lake)
    is_whole = current_version(lake) == record["version"] and lake.warehouse_file.is_file() and _has_all_marts(lake)
    record.pop("raw", None)
    if record.pop("fingerprint") != fingerprint or not is_whole:
        return None
    verdicts = tuple(Verdict(**{**v, "periods": tuple(v["periods"])}) for v in record.pop("verdicts"))
    record |= {"verdicts": verdicts, "is_new": False, "is_unchanged_input": True}
    lists = {name: tuple(record[name]) for name in ("failures", "warnings")}
    return RunSummary(**{**record, **lists})


def _has_all_marts(lake: LakePaths) -> bool:
    """Whether every table that the last run validated lies in the current version."""
    candidates = lake.build / "candidate"
    return all((lake.latest / path.relative_to(candidates)).is_file() for path in candidates.glob("*/*.parquet"))


def _execute(settings: Settings, listener: Listener) -> RunSummary:
    # Dagster and its dbt integration take five seconds to import: an unchanged run does without them.
    from visceads.orchestration.execution import execute_everything  # noqa: PLC0415

    return execute_everything(settings, listener)


def lake_status(settings: Settings) -> list[str]:
    """Say in lines what is published, what lies in the raw folder, and whether a run would do anything."""
    lake = LakePaths(settings.lake)
    version = current_version(lake)
    files = raw_files(settings.raw_folder)
    lines = [
        f"lake       {settings.lake}",
        f"raw        {settings.raw_folder}: {len(files)} files",
        f"published  {'version ' + version if version else 'nothing yet: run `visceads run`'}",
    ]
    if version is None:
        return lines
    unchanged = _unchanged(settings, input_fingerprint(settings))
    if unchanged is not None:
        return [*lines, "up to date: no workbook, code or setting has changed since"]
    return [*lines, "behind: " + _why_behind(lake, settings) + "; run `visceads run`"]


def _why_behind(lake: LakePaths, settings: Settings) -> str:
    """Name what changed since the last run, as far as the record of it tells."""
    path = _record_path(settings)
    raw = json.loads(path.read_text(encoding="utf-8")).get("raw", "") if path.is_file() else ""
    if raw and raw != str(settings.raw_folder):
        return f"the last run read another folder, {raw}; name it with --raw to compare with it"
    known = {verdict.file_name: verdict.sha256 for verdict in load_verdicts(lake, "raw")}
    files = raw_files(settings.raw_folder)
    present = {path.relative_to(settings.raw_folder).as_posix(): _fingerprint_of(path) for path in files}
    changes = [f"{name} is new" for name in present if name not in known]
    changes += [f"{name} is gone" for name in known if name not in present]
    changes += [f"{name} has changed" for name in present if known.get(name, present[name]) != present[name]]
    return ", ".join(changes) or "code, SQL, seeds or settings have changed, or the last run did not come to its end"
