"""Code lists: labels in any spelling -> codes, read from the seeds of the dbt project.

Belongs here: loading the seeds, the normal key of a label, resolving labels. Not here: workbook layouts
(`workbooks`) and anything that depends on a release. The seeds are the only place where sector and
province names live; no name stands in the code.
"""

from __future__ import annotations

import os
import unicodedata
from functools import cache
from pathlib import Path

import polars as pl

PROJECT_ROOT = Path(os.environ.get("VISCEADS_PROJECT", Path(__file__).resolve().parents[2]))
"""The clone that holds `dbt_project/`; the environment variable VISCEADS_PROJECT moves it."""

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds"

CLASSIFICATIONS = ("2012", "2017")
"""The two 42-sector classifications of the provincial tables."""


def normal_key(text: str) -> str:
    """Return the normal key of a label: NFKC, casefold, only letters, digits and `%`.

    Two labels mean the same if, within one scheme, their normal keys are equal; there is no fuzzy matching.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c == "%" or unicodedata.category(c)[0] in "LN")


@cache
def seed(name: str) -> pl.DataFrame:
    """Return one seed, every column as text (leading zeros stay), empty cells as null.

    Args:
        name: the seed's file name without `.csv`.

    Raises:
        FileNotFoundError: if the project folder holds no such seed.
    """
    return pl.read_csv(SEEDS / f"{name}.csv", infer_schema=False)


@cache
def province_codes() -> tuple[str, ...]:
    """The 31 province codes in table order (`mrio_order`)."""
    return tuple(seed("province").sort(pl.col("mrio_order").cast(pl.Int32))["province_code"])


@cache
def inventory_province_codes() -> tuple[str, ...]:
    """The 30 provinces that have an inventory, in table order (all but Tibet)."""
    rows = seed("province").filter(pl.col("has_inventory") == "true")
    return tuple(rows.sort(pl.col("mrio_order").cast(pl.Int32))["province_code"])


@cache
def sector_codes(classification: str) -> tuple[str, ...]:
    """The 42 sector codes of one classification ('2012' or '2017') in table order (`sector_no`)."""
    rows = seed("sector_mrio").filter(pl.col("classification") == classification)
    return tuple(rows.sort("sector_no")["sector_code"])


@cache
def inventory_codes() -> tuple[str, ...]:
    """The 47 row codes of the inventories in workbook order (45 production, urban, rural households)."""
    return tuple(seed("sector_inventory").sort("row_no")["inventory_code"])


@cache
def _province_keys() -> dict[str, str]:
    aliases = seed("province_alias")
    return dict(zip(aliases["alias_norm"], aliases["province_code"], strict=True))


def province_of(label: str) -> str | None:
    """Return the province code of a name in any known spelling, or None (a bare code is no name)."""
    return _province_keys().get(normal_key(label))


@cache
def _label_keys(scheme: str) -> dict[str, str]:
    rows = seed("sector_label_alias").filter(pl.col("scheme") == scheme)
    if rows.is_empty():
        schemes = sorted(set(seed("sector_label_alias")["scheme"]))
        raise ValueError(f"there is no label scheme '{scheme}'; the schemes are {', '.join(schemes)}")
    return dict(zip(rows["label_norm"], rows["target_code"], strict=True))


def code_of(scheme: str, label: str) -> str | None:
    """Return the code of a label within one scheme of the alias seed, or None.

    Args:
        scheme: inventory, inventory_total, energy_balance, apparent, mrio or prototype.
        label: the label as the workbook prints it.

    Raises:
        ValueError: if the scheme does not exist.
    """
    return _label_keys(scheme).get(normal_key(label))


@cache
def fuel_of_header(header: str) -> str | None:
    """Return the fuel code of a column header of the inventories in any vintage, or None."""
    return _fuel_keys().get(normal_key(header))


@cache
def _fuel_keys() -> dict[str, str]:
    fuels = seed("fuel")
    pairs = zip(fuels["fuel_code"], fuels["header_norm"], strict=True)
    return {key: code for code, keys in pairs for key in keys.split("|")}
