"""Every family that has a reader, in one table: how it is read, in which columns, and by which version of the reader.

Belongs here: the register of readers and the adapters that give the two richer ones (several tables in a workbook,
arrays beside cells) the common form. Not here: the readers, and how a family is recognised (`recognise`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from visceads.workbooks import (
    apparent_emission,
    city_emission,
    co2_inventory,
    co2_national,
    energy_inventory,
    mrio,
    mrio_cells,
    national_io_table,
    nbs_panel,
    nbs_series,
)
from visceads.workbooks.reading import Reading


@dataclass(frozen=True)
class Reader:
    """How a family is read.

    Attributes:
        version: raised by hand when the reader reads differently; its releases are then read again.
        schema: the columns of its cells.
        read: path -> `Reading`; raises `Refusal`.
    """

    version: str
    schema: pl.Schema
    read: Callable[[Path], Reading]


def _read_co2_inventory(path: Path) -> Reading:
    reading = co2_inventory.read_co2_inventory(path)
    return Reading(
        path=path,
        family="co2_inventory",
        periods=tuple(str(year) for year in reading.years),
        cells=reading.cells,
        findings=reading.findings,
        identities=reading.identities,
        vintage=reading.vintage,
        content_sha256=reading.content_sha256,
        is_synthetic=reading.is_synthetic,
        is_reconstructed=reading.is_reconstructed,
    )


def _read_mrio(path: Path) -> Reading:
    reading = mrio.read_mrio(path)
    return Reading(
        path=path,
        family="mrio",
        periods=tuple(sorted(table.table_id for table in reading.tables)),
        cells=pl.concat([table.cells for table in reading.tables]),
        findings=reading.findings,
        identities=reading.identities,
        is_synthetic=reading.is_synthetic,
        is_reconstructed=reading.is_reconstructed,
    )


def _read_nbs_series(path: Path) -> Reading:
    reading = nbs_series.read_nbs_series(path)
    return Reading(
        path=path,
        family="nbs_series",
        periods=tuple(str(year) for year in sorted(set(reading.cells["year"]))),
        cells=reading.cells,
        findings=reading.findings,
        series="+".join(sorted(set(reading.cells["indicator_code"]))),
        is_synthetic=reading.is_synthetic,
    )


READERS: dict[str, Reader] = {
    "co2_inventory": Reader("2", co2_inventory.CELL_SCHEMA, _read_co2_inventory),
    "mrio": Reader("2", pl.Schema(mrio_cells.SCHEMA), _read_mrio),
    "nbs_series": Reader("1", nbs_series.CELL_SCHEMA, _read_nbs_series),
    "nbs_panel": Reader("1", nbs_panel.CELL_SCHEMA, nbs_panel.read_nbs_panel),
    "energy_inventory": Reader("1", energy_inventory.CELL_SCHEMA, energy_inventory.read_energy_inventory),
    "co2_national": Reader("1", co2_national.CELL_SCHEMA, co2_national.read_co2_national),
    "apparent_provincial": Reader("1", apparent_emission.CELL_SCHEMA, apparent_emission.read_apparent_emission),
    "apparent_national": Reader("1", apparent_emission.CELL_SCHEMA, apparent_emission.read_apparent_emission),
    "city_vector": Reader("1", city_emission.CELL_SCHEMA, city_emission.read_city_vector),
    "national_io_table": Reader("1", national_io_table.CELL_SCHEMA, national_io_table.read_national_io_table),
}
"""Family -> its reader. A family of `families.TITLES` that is not here is refused with its reason."""
