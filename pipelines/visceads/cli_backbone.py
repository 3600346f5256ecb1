"""The command `visceads backbone`: any filter on any network of the published tables.

Belongs here: its options and exit codes. Not here: loading, filtering, writing (`networks`).
Exit code 0: done; 1: nothing is published, or the network or the filter has no such result; 2: wrong usage.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from visceads.settings import Settings

_NETWORK = "The network"
_METHOD = "The method"


def add_backbone_command(app: typer.Typer, settings_of: Callable[[Path | None, Path | None], Settings]) -> None:
    """Add the command to an application.

    Args:
        app: the application.
        settings_of: folders of lake and raw as typed, or None -> the settings.
    """

    @app.command()
    def backbone(  # noqa: PLR0913, PLR0917 - one parameter an option
        method: Annotated[
            str | None, typer.Option(help="Such as disparity; --list names all.", rich_help_panel=_METHOD)
        ] = None,
        parameter: Annotated[
            float | None,
            typer.Option(help="Its main parameter, such as 0.01; --list says what it means.", rich_help_panel=_METHOD),
        ] = None,
        side: Annotated[
            Literal["or", "and"] | None,
            typer.Option(help="Significant on either side or on both. Default: or.", rich_help_panel=_METHOD),
        ] = None,
        correction: Annotated[
            Literal["none", "bonferroni", "holm", "bh"] | None,
            typer.Option(help="Of p-values, for the number of edges. Default: none.", rich_help_panel=_METHOD),
        ] = None,
        self_loops: Annotated[
            Literal["keep", "drop"] | None,
            typer.Option(help="Whether the diagonal takes part. Default: the method's.", rich_help_panel=_METHOD),
        ] = None,
        scope: Annotated[
            Literal["province", "interprovincial", "national"],
            typer.Option(help="Sectors of one province, provinces, or all sectors.", rich_help_panel=_NETWORK),
        ] = "province",
        province: Annotated[
            str | None,
            typer.Option(help="For --scope province: a code, or a name in any spelling.", rich_help_panel=_NETWORK),
        ] = None,
        weight: Annotated[
            Literal["flow", "coefficient", "embodied_co2"],
            typer.Option(help="Money, money per unit of the buyer's output, or CO2.", rich_help_panel=_NETWORK),
        ] = "flow",
        table_id: Annotated[
            str | None,
            typer.Option(
                "--table",
                help="Such as 2012. Default: the newest that can answer.",
                rich_help_panel=_NETWORK,
            ),
        ] = None,
        co2_basis: Annotated[
            Literal["inventory", "satellite"],
            typer.Option(
                help="Provincial inventories, or the CO2 row of the workbook.",
                rich_help_panel=_NETWORK,
            ),
        ] = "inventory",
        out: Annotated[
            Path | None,
            typer.Option(help="File for all edges, .parquet or .csv; one that is there is replaced."),
        ] = None,
        kept: Annotated[bool, typer.Option("--kept", help="Write the kept edges only, the largest first.")] = False,
        list_methods: Annotated[bool, typer.Option("--list", help="List the methods and end.")] = False,
        lake: Annotated[
            Path | None,
            typer.Option(help="Folder of the lake. Default: VISCEADS_LAKE, else data_lake in the clone."),
        ] = None,
    ) -> None:
        """Filter a network of the published tables: which edges matter, and how much of the flow they carry.

        The marts are only read. Every edge comes with its weight, rank, score and p-values; --out writes them.
        """
        # imported where it is used, so that help appears at once
        from visceads.networks.text import as_text, kept_only, list_of_methods  # noqa: PLC0415

        if list_methods:
            typer.echo(list_of_methods())
            return
        if method is None:
            raise typer.BadParameter("name a method with --method, such as disparity; --list names all")
        if kept and out is None:
            raise typer.BadParameter("--kept says what --out writes: name a file with --out, or leave --kept out")

        from visceads.lake.paths import LakePaths  # noqa: PLC0415
        from visceads.networks.backbone_answer import BackboneQuestion, answer_backbone  # noqa: PLC0415
        from visceads.networks.edge_file import require_writable, write_edges  # noqa: PLC0415
        from visceads.networks.published_network import NetworkQuestion  # noqa: PLC0415
        from visceads.published.marts import PublishedError  # noqa: PLC0415

        options = {"side": side, "correction": correction, "self_loops": self_loops}
        given = {name: value for name, value in options.items() if value is not None}
        network = NetworkQuestion(scope, weight, province, table_id, co2_basis)
        paths = LakePaths(settings_of(lake, None).lake)
        try:
            if out is not None:
                require_writable(out, paths)
            answer = answer_backbone(paths, BackboneQuestion(method, network, parameter, given))
            if out is not None:
                write_edges(out, kept_only(answer.edges) if kept else answer.edges)
        except PublishedError as error:
            typer.secho(str(error), err=True, fg=typer.colors.RED)
            raise typer.Exit(error.exit_code) from None
        typer.echo(as_text(answer))
        if out is not None:
            typer.echo(f"written   {out}")
