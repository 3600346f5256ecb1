"""The command `visceads trace`: from a published number back to the cell.

Belongs here: its options and exit codes. Not here: how a number is traced (`tracing`).
Exit code 0: traced; 1: there is no such row, or a figure does not follow from its cell; 2: wrong usage.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from visceads.settings import Settings

_KEYS = "Keys, as codes or as names in any spelling"
Key = Annotated[str | None, typer.Option(rich_help_panel=_KEYS)]


def add_trace_command(app: typer.Typer, settings_of: Callable[[Path | None, Path | None], Settings]) -> None:
    """Add the command to an application.

    Args:
        app: the application.
        settings_of: folders of lake and raw as typed, or None -> the settings.
    """

    @app.command()
    def trace(  # noqa: PLR0913, PLR0917 - one parameter an option
        table: Annotated[str, typer.Argument(help="A published table, such as inventory.emission or mrio.flow.")],
        province: Key = None,
        year: Key = None,
        sector: Key = None,
        fuel: Key = None,
        city: Key = None,
        table_id: Annotated[
            str | None, typer.Option("--table", help="Such as 2012 or 2017-new.", rich_help_panel=_KEYS)
        ] = None,
        seller_province: Key = None,
        seller_sector: Key = None,
        buyer_province: Key = None,
        buyer_sector: Key = None,
        category: Key = None,
        item: Key = None,
        indicator: Key = None,
        release: Annotated[
            str | None, typer.Option(help="A release id; without it the current release.", rich_help_panel=_KEYS)
        ] = None,
        column: Annotated[str, typer.Option(help="One column of the table; without it all figures of the row.")] = "",
        lake: Annotated[
            Path | None,
            typer.Option(help="Folder of the lake. Default: VISCEADS_LAKE, else data_lake in the clone."),
        ] = None,
        raw: Annotated[
            Path | None,
            typer.Option(help="Folder with the workbooks. Default: the one that the last run read."),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    ) -> None:
        """Trace a published number back to the cell: release, file, sheet, address, raw value, every rule on the way.

        Of a table that is computed it lists what it is made from, down to the workbooks and their ranges of cells.
        """
        # imported where it is used, so that help appears at once
        from visceads.tracing.record import TraceError  # noqa: PLC0415
        from visceads.tracing.text import as_json as json_of  # noqa: PLC0415
        from visceads.tracing.text import as_text  # noqa: PLC0415
        from visceads.tracing.tracer import Question, trace_in  # noqa: PLC0415

        options = {
            "province": province,
            "year": year,
            "sector": sector,
            "fuel": fuel,
            "city": city,
            "table": table_id,
            "seller-province": seller_province,
            "seller-sector": seller_sector,
            "buyer-province": buyer_province,
            "buyer-sector": buyer_sector,
            "category": category,
            "item": item,
            "indicator": indicator,
            "release": release,
        }
        given = {name: text for name, text in options.items() if text is not None}
        settings = settings_of(lake, raw)
        try:
            found = trace_in(settings.lake, settings.raw, Question(table, given, column))
        except TraceError as error:
            typer.secho(str(error), err=True, fg=typer.colors.RED)
            raise typer.Exit(error.exit_code) from None
        typer.echo(json_of(found) if as_json else as_text(found), nl=as_json)
        raise typer.Exit(0 if found.is_sound else 1)
