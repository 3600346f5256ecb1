"""The demo release: twelve workbooks of an invented China, for whoever has no CEADs files at hand.

Belongs here: which workbooks the release has and where they go. Not here: their content.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from visceads.demo.apparent import synthetic_apparent
from visceads.demo.apparent_workbook import write_apparent_workbook
from visceads.demo.city import synthetic_cities
from visceads.demo.city_workbook import write_city_workbook
from visceads.demo.energy import synthetic_energy
from visceads.demo.energy_workbook import write_energy_workbook
from visceads.demo.inventory import national_inventory, older_edition, synthetic_inventory
from visceads.demo.inventory_workbook import V2, write_inventory_workbook
from visceads.demo.mrio_table import synthetic_table
from visceads.demo.mrio_workbook import write_mrio_workbook
from visceads.demo.national_table import synthetic_national_table
from visceads.demo.national_table_workbook import write_national_table_workbook
from visceads.demo.national_workbook import write_national_workbook

MRIO_TABLES = {2012: ("2012",), 2015: ("2012",), 2017: ("2012", "2017")}
"""Years of the MRIO workbooks and the classifications of the tables in each."""

INVENTORY_YEARS = (2012, 2015, 2017)

OLDER_EDITION_YEAR = 2015
"""The year whose inventory is there in an older edition too, so that there is a revision to look at."""

ENERGY_YEAR = 2017

SERIES_YEARS = tuple(range(INVENTORY_YEARS[0], INVENTORY_YEARS[-1] + 1))
"""Years of the national inventory and of the cities: a note can only state years without a gap."""

APPARENT_YEARS = (2015, 2016, 2017)

NATIONAL_TABLE = (2017, "2017")
"""Year and classification of the national input-output table, those of one of the provincial tables."""

_Write = Callable[[Path], object]


def write_demo_release(folder: Path, progress: Callable[[str], None] | None = None) -> list[Path]:
    """Write the synthetic release: one workbook or more of every family that fills a table of its own.

    Three CO2 inventories, one of them in an older edition too, an energy inventory, the national inventory, apparent
    emissions, cities, three MRIO workbooks (four tables) and a national input-output table. Series of the statistics
    bureau are no part of it: their true figures come with the pipeline.

    Everything is invented, labelled SYNTHETIC in file names, note sheets and document properties, and the
    same on every run, byte for byte. Files of the same names are replaced, each at once when it is whole.

    Args:
        folder: where the workbooks go; made if it does not exist.
        progress: called with a short sentence before each workbook.

    Returns:
        The twelve paths: inventories by year, what else is by year and place, tables.

    Raises:
        NotADirectoryError: if `folder` is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name a folder for the demo release")
    folder.mkdir(parents=True, exist_ok=True)
    say = progress or (lambda _message: None)
    planned = {**_inventories(), **_other_accounts(), **_tables()}
    for number, (name, write) in enumerate(planned.items(), start=1):
        say(f"Writing {name} ({number} of {len(planned)}).")
        write(folder / name)
    return [folder / name for name in planned]


def _inventories() -> dict[str, _Write]:
    def write(year: int) -> _Write:
        return lambda path: write_inventory_workbook(path, synthetic_inventory(year))

    def write_older(path: Path) -> None:
        write_inventory_workbook(path, older_edition(synthetic_inventory(OLDER_EDITION_YEAR)), V2)

    current = {f"SYNTHETIC_CO2_inventory_30_provinces_{year}.xlsx": write(year) for year in INVENTORY_YEARS}
    return {**current, f"SYNTHETIC_CO2_inventory_30_provinces_{OLDER_EDITION_YEAR}_V2.xlsx": write_older}


def _other_accounts() -> dict[str, _Write]:
    series = f"{SERIES_YEARS[0]}-{SERIES_YEARS[-1]}"
    apparent = f"{APPARENT_YEARS[0]}-{APPARENT_YEARS[-1]}"
    return {
        f"SYNTHETIC_energy_inventory_30_provinces_{ENERGY_YEAR}.xlsx": lambda path: write_energy_workbook(
            path, synthetic_energy(ENERGY_YEAR)
        ),
        f"SYNTHETIC_national_CO2_inventory_{series}.xlsx": lambda path: write_national_workbook(
            path, {year: national_inventory(synthetic_inventory(year)) for year in SERIES_YEARS}
        ),
        f"SYNTHETIC_apparent_CO2_30_provinces_{apparent}.xlsx": lambda path: write_apparent_workbook(
            path, [synthetic_apparent(year) for year in APPARENT_YEARS]
        ),
        f"SYNTHETIC_city_CO2_{series}.xlsx": lambda path: write_city_workbook(path, synthetic_cities(SERIES_YEARS)),
    }


def _tables() -> dict[str, _Write]:
    def write(year: int, classifications: tuple[str, ...]) -> _Write:
        return lambda path: write_mrio_workbook(path, [synthetic_table(year, one) for one in classifications])

    def write_national(path: Path) -> None:
        write_national_table_workbook(path, synthetic_national_table(synthetic_table(*NATIONAL_TABLE)))

    provincial = {f"SYNTHETIC_MRIO{year}_42.xlsx": write(year, of_year) for year, of_year in MRIO_TABLES.items()}
    return {**provincial, f"SYNTHETIC_national_IO_table_{NATIONAL_TABLE[0]}_42.xlsx": write_national}
