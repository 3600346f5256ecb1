"""The command line: `visceads ...`.

Belongs here: arguments, help texts, progress and summaries on the terminal, exit codes. Not here: the work itself.
Exit code 0: done; 1: finished with rejected inputs or failed checks; 2: wrong usage.

What a command needs is imported where it is used: a help text then appears at once, and the processes that read
workbooks, which import this module when they start, do so without the contracts.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from visceads import __version__
from visceads.cli_backbone import add_backbone_command
from visceads.cli_scenario import add_scenario_command
from visceads.cli_trace import add_trace_command
from visceads.lake.paths import LakePaths
from visceads.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from visceads.orchestration.intake import Verdict
    from visceads.orchestration.summary import RunSummary

app = typer.Typer(
    name="visceads",
    help="From CEADs spreadsheets to a carbon and input-output warehouse of China's provinces.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
console = Console()
errors = Console(stderr=True)

STATUS_TEXT = {
    "accepted": "accepted",
    "rejected": "rejected",
    "duplicate": "copies of others",
    "ignored": "other files left alone",
}

LakeOption = Annotated[
    Path | None, typer.Option("--lake", help="Folder of the lake. Default: VISCEADS_LAKE, else data_lake in the clone.")
]
RawOption = Annotated[
    Path | None,
    typer.Option("--raw", help="Folder with the workbooks, searched with its subfolders. Default: raw in the lake."),
]


def _settings(lake: Path | None, raw: Path | None = None) -> Settings:
    given = {name: path for name, path in (("lake", lake), ("raw", raw)) if path is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = f"VISCEADS_{first['loc'][0]}".upper()
        _usage_error(f"{name} is '{first['input']}', which will not do: {first['msg']}. Set it so, or unset it")
    if settings.lake.exists() and not settings.lake.is_dir():
        _usage_error(f"{settings.lake} is a file; name a folder for the lake")
    if raw is not None and not settings.raw_folder.is_dir():
        _usage_error(f"the folder {raw} does not exist; give the folder that holds the workbooks")
    return settings


def _one_thread_of_linear_algebra() -> None:
    """Let BLAS use one thread, before numpy is imported, here and in the processes started from here.

    The last digits of a product depend on the number of threads, so figures would differ between machines; and beside
    other work two threads wait for one another: a factorisation of 1,302 sectors took 0.23 s of processor time with
    two threads on a busy machine, 0.03 s with one.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


def _usage_error(sentence: str) -> NoReturn:
    errors.print(f"[red]{escape(sentence)}[/red]", soft_wrap=True)
    raise typer.Exit(2)


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Drop spreadsheets into a folder, run one command, query the warehouse."""
    if version:
        console.print(f"visceads {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        console.print(context.get_help())


@app.command()
def run(lake: LakeOption = None, raw: RawOption = None) -> None:
    """Do everything: read the workbooks, compute, validate, publish.

    With no workbook in the raw folder the synthetic demo release is written there first.
    """
    _one_thread_of_linear_algebra()
    from visceads.lake.releases import MixedLakeError
    from visceads.orchestration.run import run_pipeline

    settings = _settings(lake, raw)
    try:
        with _progress() as show:
            summary = run_pipeline(settings, show)
    except MixedLakeError as error:
        errors.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(1) from None
    _print_summary(settings, summary)
    raise typer.Exit(summary.exit_code)


@app.command()
def demo(folder: Annotated[Path, typer.Argument(help="Where to write the workbooks.")]) -> None:
    """Write the synthetic demo release: workbooks in the true layouts, every number invented."""
    from visceads.demo.release import write_demo_release

    if folder.exists() and not folder.is_dir():
        _usage_error(f"{folder} is a file; name a folder for the demo release")
    with console.status("writing the synthetic workbooks"):
        paths = write_demo_release(folder)
    for path in paths:
        console.print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
    console.print("These workbooks are [bold]synthetic[/bold]: they say nothing about China.")


@app.command()
def recognise(files: Annotated[list[Path], typer.Argument(help="Workbooks or CSV files.")]) -> None:
    """Say what each file is, what it holds and what is wrong with it. Reads, never writes."""
    from visceads.workbooks.recognise import recognise as look_at

    refused = False
    for path in files:
        found = look_at(path)
        console.print(f"[bold]{escape(str(path))}[/bold]", soft_wrap=True)
        console.print(f"  {escape(found.summary)}", soft_wrap=True)
        for finding in found.findings:
            place = f" [{finding.sheet} {finding.cell}]".replace(" ]", "]") if finding.sheet else ""
            console.print(f"  {finding.code}{escape(place)}: {escape(finding.message)}", soft_wrap=True)
        if found.refusal is not None:
            refused = True
            place = " ".join(part for part in (found.refusal.sheet, found.refusal.cell) if part)
            console.print(f"  [red]refused[/red] {found.refusal.code} {escape(place)}".rstrip(), soft_wrap=True)
            console.print(f"  {escape(found.refusal.message)}", soft_wrap=True)
    raise typer.Exit(1 if refused else 0)


@app.command(context_settings={"ignore_unknown_options": True})  # a query may begin with a comment: `-- Which ...`
def sql(
    statement: Annotated[
        str | None, typer.Argument(help="One query, such as 'SELECT * FROM reference.province'.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="A file with the query, such as sql/01_top_emitters.sql.")
    ] = None,
    lake: LakeOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
) -> None:
    """Query the warehouse, read-only."""
    import polars as pl

    if (statement is None) == (file is None):
        raise typer.BadParameter("give one query: as an argument in quotes, or in a file with --file")
    if file is not None and not file.is_file():
        raise typer.BadParameter(f"the file {file} does not exist; worked queries lie in the folder sql of the clone")
    frame = _query(lake, file.read_text(encoding="utf-8") if file is not None else str(statement))
    if csv:
        sys.stdout.write(frame.write_csv())
        return
    # to a terminal as wide as it is, into a pipe without cutting anything
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else -1
    with pl.Config(
        tbl_rows=200,
        tbl_cols=-1,
        tbl_width_chars=width,
        fmt_str_lengths=200,
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
    ):
        sys.stdout.write(f"{frame}\n")
    sys.stdout.write(f"{frame.height} {'row' if frame.height == 1 else 'rows'}\n")


@app.command()
def releases(lake: LakeOption = None) -> None:
    """List the workbooks of the warehouse: family, years, vintage, which are current."""
    _print_query(
        lake,
        "SELECT family, years, vintage, is_current, is_synthetic, release_id, file_name FROM meta.release ORDER BY ALL",
    )


@app.command()
def status(lake: LakeOption = None, raw: RawOption = None) -> None:
    """Say what is published, what lies in the raw folder, and whether the publication is behind it."""
    from visceads.orchestration.run import lake_status

    for line in lake_status(_settings(lake, raw)):
        console.print(escape(line), soft_wrap=True)


add_trace_command(app, _settings)
add_scenario_command(app, _settings)
add_backbone_command(app, _settings)


@app.command()
def ui(
    lake: LakeOption = None,
    raw: RawOption = None,
    port: Annotated[int, typer.Option(help="Port of the web server.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on; anything but the loopback is open to others.")] = (
        "127.0.0.1"
    ),
) -> None:
    """Open the Dagster UI on the loopback: assets, runs, checks, lineage. End it with Ctrl-C."""
    _one_thread_of_linear_algebra()
    from visceads.orchestration.run import prepare_instance

    settings = _settings(lake, raw)
    prepare_instance(settings)
    if host not in {"127.0.0.1", "localhost", "::1"}:
        errors.print(f"[yellow]{escape(host)} can be reached by others, and the UI asks for no password.[/yellow]")
    command = [str(Path(sys.executable).parent / "dagster"), "dev", "-w", str(settings.project / "workspace.yaml")]
    command += ["-h", host, "-p", str(port)]
    console.print(f"http://{host}:{port}  (ready in about half a minute)")
    sys.stdout.flush()
    # The UI takes the place of this process, so that a signal to it reaches the UI and leaves nothing running.
    os.execve(command[0], command, os.environ | settings.environment())  # noqa: S606 - our own command


def _query(lake: Path | None, statement: str) -> pl.DataFrame:
    from visceads.lake.warehouse import WarehouseError, query

    try:
        return query(LakePaths(_settings(lake).lake), statement)
    except WarehouseError as error:
        errors.print(f"[red]{escape(str(error))}[/red]", soft_wrap=True)
        raise typer.Exit(1) from None


def _print_query(lake: Path | None, statement: str) -> None:
    frame = _query(lake, statement)
    table = Table(box=None)
    for name in frame.columns:
        table.add_column(name, overflow="fold")  # a name that is cut cannot be copied
    for row in frame.iter_rows():
        table.add_row(*(escape("" if value is None else str(value)) for value in row))
    console.print(table)


class _progress:  # noqa: N801 - used as a context manager only
    """Shows the steps of a run: a live line on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        # Bound to the terminal of now: while a run is on, what others print goes to a file.
        terminal = Console(file=sys.stdout)
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=terminal, transient=True
        )
        self._task = self._progress.add_task("starting")

    def __enter__(self) -> _progress:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, kind: str, text: str) -> None:
        if kind == "start":
            self._progress.update(self._task, description=escape(text.replace("__", "/")))
        elif kind == "failure":
            self._progress.print(f"[red]failed[/red]  {escape(text.replace('__', '/'))}")
        elif kind == "note":
            self._progress.print(f"  {escape(text)}", soft_wrap=True)


def _print_summary(settings: Settings, summary: RunSummary) -> None:
    lake = LakePaths(settings.lake)
    console.print()
    for failure in summary.failures:
        console.print(f"[red]{escape(failure)}[/red]", soft_wrap=True)
    for warning in summary.warnings:
        console.print(f"[yellow]{escape(warning)}[/yellow]", soft_wrap=True)
    _print_verdicts("Rejected, nothing of them is loaded", summary.rejected)
    counts = Counter(verdict.status for verdict in summary.verdicts)
    told = ", ".join(f"{counts[status]} {text}" for status, text in STATUS_TEXT.items() if counts[status])
    if told:
        console.print(f"{settings.raw_folder}: {told}", soft_wrap=True)
    if not summary.succeeded:
        kept = f"version {summary.version} stays published" if summary.version else "nothing is published"
        console.print(f"[red]The run failed; {kept}.[/red]")
        return
    if summary.is_unchanged_input:
        console.print("Nothing has changed since the last run; nothing was computed.")
    if summary.is_synthetic:
        console.print("[yellow]SYNTHETIC: the demo release; no figure says anything about China.[/yellow]")
    state = "published" if summary.is_new else "unchanged"
    console.print(f"version    [bold]{summary.version}[/bold] ({state})")
    console.print(f"marts      {lake.latest}", soft_wrap=True)
    console.print(f"warehouse  {lake.warehouse_file}", soft_wrap=True)


def _print_verdicts(title: str, verdicts: list[Verdict] | tuple[Verdict, ...]) -> None:
    if not verdicts:
        return
    console.print(f"[bold]{title}[/bold]")
    for verdict in verdicts:
        place = " ".join(part for part in (verdict.code, verdict.sheet, verdict.cell) if part)
        console.print(f"  {escape(verdict.file_name)}  {escape(place)}", soft_wrap=True)
        reason = verdict.reason.removeprefix(Path(verdict.file_name).name).lstrip(":, ")
        console.print(f"    {escape(reason)}", soft_wrap=True)
