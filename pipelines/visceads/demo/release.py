"""The demo release: six workbooks of an invented China, for whoever has no CEADs files at hand.

Belongs here: which workbooks the release has and where they go. Not here: their content.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from visceads.demo.inventory import synthetic_inventory
from visceads.demo.inventory_workbook import write_inventory_workbook
from visceads.demo.mrio_table import synthetic_table
from visceads.demo.mrio_workbook import write_mrio_workbook

MRIO_TABLES = {2012: ("2012",), 2015: ("2012",), 2017: ("2012", "2017")}
"""Years of the MRIO workbooks and the classifications of the tables in each."""

INVENTORY_YEARS = (2012, 2015, 2017)


def write_demo_release(folder: Path, progress: Callable[[str], None] | None = None) -> list[Path]:
    """Write the synthetic release: three CO2 inventories and three MRIO workbooks (four tables).

    Everything is invented, labelled SYNTHETIC in file names, note sheets and document properties, and the
    same on every run, byte for byte. Files of the same names are replaced, each at once when it is whole.

    Args:
        folder: where the workbooks go; made if it does not exist.
        progress: called with a short sentence before each workbook.

    Returns:
        The six paths, inventories first, by year.

    Raises:
        NotADirectoryError: if `folder` is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name a folder for the demo release")
    folder.mkdir(parents=True, exist_ok=True)
    say = progress or (lambda _message: None)
    written: list[Path] = []
    for year in INVENTORY_YEARS:
        path = folder / f"SYNTHETIC_CO2_inventory_30_provinces_{year}.xlsx"
        say(f"Writing {path.name} ({len(written) + 1} of 6).")
        write_inventory_workbook(path, synthetic_inventory(year))
        written.append(path)
    for year, classifications in MRIO_TABLES.items():
        path = folder / f"SYNTHETIC_MRIO{year}_42.xlsx"
        say(f"Writing {path.name} ({len(written) + 1} of 6).")
        write_mrio_workbook(path, [synthetic_table(year, classification) for classification in classifications])
        written.append(path)
    return written
