"""The command `visceads scenario`: a file of changes -> changed accounts beside the base.

Belongs here: its options and exit codes. Not here: reading the file, computing, writing (`scenarios`).
Exit code 0: done; 1: nothing is published or the table cannot carry the scenario; 2: a wrong file or wrong usage.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from visceads.settings import Settings


def add_scenario_command(app: typer.Typer, settings_of: Callable[[Path | None, Path | None], Settings]) -> None:
    """Add the command to an application.

    Args:
        app: the application.
        settings_of: folders of lake and raw as typed, or None -> the settings.
    """

    @app.command()
    def scenario(
        file: Annotated[Path, typer.Argument(help="A scenario file in YAML, such as one of scenarios/ in the clone.")],
        table_id: Annotated[
            str | None,
            typer.Option("--table", help="Such as 2012 or 2017-new. Default: the newest that has CO2 of the basis."),
        ] = None,
        co2_basis: Annotated[
            Literal["inventory", "satellite"],
            typer.Option(help="Provincial inventories, or the CO2 row inside the input-output workbook."),
        ] = "inventory",
        out: Annotated[
            Path | None,
            typer.Option(
                help="Folder of the result; an earlier result in it is replaced. Default: below scenarios/ in the lake."
            ),
        ] = None,
        lake: Annotated[
            Path | None,
            typer.Option(help="Folder of the lake. Default: VISCEADS_LAKE, else data_lake in the clone."),
        ] = None,
    ) -> None:
        """Say what changes if demand, technology or CO2 per unit of output were different.

        Writes base, scenario and differences of all sectors and provinces, and a summary; the marts are only read.
        """
        # imported where it is used, so that help appears at once
        from visceads import __version__  # noqa: PLC0415
        from visceads.lake.paths import LakePaths  # noqa: PLC0415
        from visceads.scenarios.errors import ScenarioError  # noqa: PLC0415
        from visceads.scenarios.scenario_run import Request, run_scenario  # noqa: PLC0415
        from visceads.scenarios.summary import as_text  # noqa: PLC0415

        settings = settings_of(lake, None)
        try:
            result = run_scenario(LakePaths(settings.lake), Request(file, table_id, co2_basis, out), __version__)
        except ScenarioError as error:
            typer.secho(str(error), err=True, fg=typer.colors.RED)
            raise typer.Exit(error.exit_code) from None
        if table_id is None and result.table.other_tables:
            others = ", ".join(result.table.other_tables)
            newest = f"the newest with CO2 of the {co2_basis} basis" if result.table.economy.emissions else "the newest"
            typer.echo(f"Table {result.table.table_id} is taken, {newest}; --table names another: {others}\n")
        typer.echo(as_text(result.summary))
        typer.echo(f"result  {result.folder}")
