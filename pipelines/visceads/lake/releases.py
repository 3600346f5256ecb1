"""Releases: which one is current, what to cite, the rows of meta.release, and what was noted.

Belongs here: decisions over all sidecars of a lake. Not here: writing and reading sidecars (`bronze`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

import polars as pl

from visceads.contracts.catalogue import contract_of, polars_schema
from visceads.lake.bronze import Sidecar, SourceFinding, period_label

_VINTAGE = re.compile(r"V(\d+)")

_CEADS_INVENTORY = (
    "CEADs, Carbon Emission Accounts and Datasets (www.ceads.net). "
    "Shan et al. 2018, China CO2 emission accounts 1997-2015, Scientific Data, doi 10.1038/sdata.2017.201; "
    "Shan et al. 2020, Scientific Data, doi 10.1038/s41597-020-0393-y; "
    "Guan et al. 2021, Earth's Future, doi 10.1029/2021EF002241; "
    "Xu et al. 2024, Applied Energy."
)
_CEADS_MRIO = (
    "CEADs, Carbon Emission Accounts and Datasets (www.ceads.net). "
    "Zheng et al. 2021, Scientific Data, doi 10.1038/s41597-021-01023-5; "
    "Zheng et al. 2020, Regional determinants of China's consumption-based emissions in the economic "
    "transition, "
    "Environmental Research Letters. To be verified by the user on the download page of the table."
)
_CEADS_MRIO_LATER = (
    "CEADs, Carbon Emission Accounts and Datasets (www.ceads.net). "
    "Scientific Data 2025, doi 10.1038/s41597-025-06543-y. "
    "To be verified by the user on the download page of the table."
)
_NBS = "National Bureau of Statistics of China, annual provincial data."
_NBS_TABLE = "National Bureau of Statistics of China, national input-output table."
_CEADS_ENERGY = (
    "CEADs, Carbon Emission Accounts and Datasets (www.ceads.net), provincial energy inventories. "
    "Shan et al. 2018, China CO2 emission accounts 1997-2015, Scientific Data, doi 10.1038/sdata.2017.201."
)
_CEADS_CITY = (
    "CEADs, Carbon Emission Accounts and Datasets (www.ceads.net), emission inventories of 290 Chinese cities, "
    "1997-2019. The publication asked for stands on the download page."
)
_CITATIONS = {
    "co2_inventory": _CEADS_INVENTORY,
    "co2_national": _CEADS_INVENTORY,
    "apparent_provincial": _CEADS_INVENTORY,
    "apparent_national": _CEADS_INVENTORY,
    "energy_inventory": _CEADS_ENERGY,
    "city_vector": _CEADS_CITY,
    "nbs_series": _NBS,
    "nbs_panel": _NBS,
    "national_io_table": _NBS_TABLE,
}
_SYNTHETIC = "Synthetic demonstration data made by visceads: not to be cited, says nothing about China."
_RECONSTRUCTED = "Reconstructed table: cells were filled by a model, do not quote them as facts. Layout after: "

_LAST_YEAR_OF_FIRST_MRIO_PAPERS = 2017


class MixedLakeError(ValueError):
    """Synthetic and real releases lie in one lake; the message says which and what to do."""


def refuse_mixture(sidecars: Sequence[Sidecar]) -> None:
    """Refuse a lake that holds synthetic and real releases.

    Raises:
        MixedLakeError: naming some files of either kind.
    """
    refuse_mixed_names(
        synthetic=[sidecar.source.file_name for sidecar in sidecars if sidecar.source.is_synthetic],
        real=[sidecar.source.file_name for sidecar in sidecars if not sidecar.source.is_synthetic],
    )


def refuse_mixed_names(synthetic: Sequence[str], real: Sequence[str]) -> None:
    """Refuse if there are workbooks of both kinds.

    Raises:
        MixedLakeError: naming some files of either kind.
    """
    if synthetic and real:
        raise MixedLakeError(
            f"the lake holds {_named('synthetic', synthetic)} and {_named('real', real)}: made-up figures would stand "
            "beside facts. Remove the synthetic workbooks from raw/ and their folders from bronze/, or use another "
            "lake for the demonstration"
        )


def current_releases(sidecars: Sequence[Sidecar]) -> dict[tuple[str, str, str], str]:
    """Return (family, series, period) -> id of the release that is current.

    Of several releases with the same family, series and period the highest vintage wins (V3, V2, V1, none), then the
    one accepted last, then the largest sha256, so that the answer never depends on the order of files.
    """
    current: dict[tuple[str, str, str], str] = {}
    for sidecar in sorted(sidecars, key=_age):
        # a panel holds several series, written with '+' between them
        for series, period in product(sidecar.source.series.split("+"), sidecar.source.periods):
            current[sidecar.source.family, series, period] = sidecar.release_id
    return current


def current_period_frame(sidecars: Sequence[Sidecar]) -> pl.DataFrame:
    """Return which release stands for each family, series and period: what SQL joins, one row each, sorted."""
    rows = [(*key, release) for key, release in sorted(current_releases(sidecars).items())]
    schema = dict.fromkeys(("family", "series", "period", "release_id"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def release_frame(sidecars: Sequence[Sidecar]) -> pl.DataFrame:
    """Return the rows of meta.release, sorted by key.

    A release is current if it is the current one of any of its periods.

    Raises:
        MixedLakeError: if the lake mixes synthetic and real releases.
    """
    refuse_mixture(sidecars)
    current = set(current_releases(sidecars).values())
    rows = [
        (
            sidecar.release_id,
            sidecar.source.family,
            sidecar.source.vintage,
            period_label(sidecar.source.periods),
            sidecar.source.file_name,
            sidecar.source.sha256,
            sidecar.release_id in current,
            sidecar.source.is_synthetic,
            sidecar.source.is_reconstructed,
            sidecar.accepted_at,
            citation(sidecar),
        )
        for sidecar in sidecars
    ]
    schema = polars_schema(contract_of("meta", "release"))
    return pl.DataFrame(rows, schema=schema, orient="row").sort("release_id")


FINDING_SCHEMA = pl.Schema(
    {
        "release_id": pl.String(),
        "code": pl.String(),
        "severity": pl.String(),
        "sheet": pl.String(),
        "cell": pl.String(),
        "message": pl.String(),
        "value": pl.Float64(),
        "tolerance": pl.Float64(),
        "unit": pl.String(),
    }
)
"""What the readers noted, as SQL takes it up into meta.quality."""


def finding_frame(sidecars: Sequence[Sidecar]) -> pl.DataFrame:
    """Return what was noted about the releases, in reading order: findings ('warning', 'error'), identities ('check').

    Two releases with the same values in different bytes are noted too (W_DUPLICATE_CONTENT).
    """
    rows: list[tuple[object, ...]] = []
    for sidecar in sorted(sidecars, key=lambda one: one.release_id):
        findings = (*sidecar.source.findings, *_duplicates(sidecar, sidecars))
        for found in findings:
            place = (found.sheet, found.cell, found.message)
            rows.append((sidecar.release_id, found.code, found.severity, *place, None, None, None))
        for held in sidecar.source.identities:
            place = (held.sheet, held.cell, held.message)
            rows.append((sidecar.release_id, held.code, "check", *place, held.value, held.tolerance, held.unit))
    return pl.DataFrame(rows, schema=FINDING_SCHEMA, orient="row")


def _duplicates(sidecar: Sidecar, sidecars: Sequence[Sidecar]) -> list[SourceFinding]:
    """Note every other release that holds the same values: one of the two files was saved again."""
    source = sidecar.source
    if not source.content_sha256:
        return []
    twins = sorted(
        other.source.file_name
        for other in sidecars
        if other.release_id != sidecar.release_id
        and (other.source.family, other.source.content_sha256) == (source.family, source.content_sha256)
    )
    return [
        SourceFinding(
            "W_DUPLICATE_CONTENT",
            "warning",
            f"{source.file_name} and {name} hold the same values in different bytes: one of them was saved again. "
            "One of the two files is enough.",
        )
        for name in twins
    ]


def citation(sidecar: Sidecar) -> str:
    """Return what to cite for a release: the publications that the data's owner asks for."""
    source = sidecar.source
    if source.is_synthetic:
        return _SYNTHETIC
    if source.family != "mrio":
        return _CITATIONS[source.family]
    is_later = all(int(period[:4]) > _LAST_YEAR_OF_FIRST_MRIO_PAPERS for period in source.periods)
    paper = _CEADS_MRIO_LATER if is_later else _CEADS_MRIO
    return f"{_RECONSTRUCTED}{paper}" if source.is_reconstructed else paper


def _age(sidecar: Sidecar) -> tuple[int, str, str]:
    return (_vintage_no(sidecar.source.vintage), sidecar.accepted_at, sidecar.source.sha256)


def _named(kind: str, names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in sorted(names)[:2])
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{len(names)} {kind} {'workbook' if len(names) == 1 else 'workbooks'} ({shown}{more})"


def _vintage_no(vintage: str) -> int:
    """V3 -> 3, and so on for vintages to come; anything else comes before V1."""
    match = _VINTAGE.fullmatch(vintage)
    return int(match[1]) if match else 0
