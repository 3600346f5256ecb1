"""A scenario from its file to its folder.

Belongs here: the order of the steps and what about.json tells. Not here: the steps themselves.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from visceads.accounts.errors import AccountsError
from visceads.accounts.ict_effect import IctEffect, ict_effect
from visceads.accounts.scenario_change import Economy, apply_scenario
from visceads.lake.paths import LakePaths
from visceads.scenarios.account_frames import AccountFrames, account_frames, ict_frames
from visceads.scenarios.errors import ScenarioError
from visceads.scenarios.published_table import PublishedTable, load_published_table
from visceads.scenarios.result_folder import ABOUT, SCENARIO_COPY, SUMMARY, default_folder, require_free, write_result
from visceads.scenarios.scenario_file import ScenarioFile, read_scenario_file
from visceads.scenarios.summary import Summary, as_markdown, summarise_scenario


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes:
        file: the scenario file.
        table_id: the table, or None for the newest that has the basis.
        co2_basis: inventory or satellite.
        out: folder of the result, or None for scenarios/ in the lake.
    """

    file: Path
    table_id: str | None = None
    co2_basis: str = "inventory"
    out: Path | None = None


@dataclass(frozen=True)
class ScenarioResult:
    """What was computed and written.

    Attributes:
        folder: where it lies.
        table: the base.
        sectors, provinces: accounts of base, scenario and difference, unrounded.
        effect: the ICT effect, or None where the file has no statement on it.
        summary: the differences in words.
    """

    folder: Path
    table: PublishedTable
    sectors: AccountFrames
    provinces: AccountFrames
    effect: IctEffect | None
    summary: Summary


def run_scenario(lake: LakePaths, request: Request, visceads_version: str) -> ScenarioResult:
    """Carry out a scenario on a published table and write its result; the marts are only read.

    Args:
        lake: the lake.
        request: what is asked.
        visceads_version: for about.json.

    Raises:
        ScenarioError: a sentence; exit code 2 for a wrong file or question, 1 where the table cannot carry it.
    """
    file = read_scenario_file(request.file)
    if request.out is not None:
        require_free(request.out, lake)
    table = load_published_table(lake, request.table_id, request.co2_basis)
    folder = request.out or default_folder(lake, file.scenario.name, table.table_id, table.co2_basis)
    require_free(folder, lake)
    changed, effect = _applied(file, table)
    sectors, provinces = account_frames(table, changed)
    summary = summarise_scenario(table, file.scenario, (sectors, provinces), effect)
    tables = {
        f"{level}_{kind}": getattr(frames, kind)
        for level, frames in (("sector", sectors), ("province", provinces))
        for kind in ("base", "scenario", "difference")
    }
    if effect is not None:
        tables |= ict_frames(table, effect)
    about = _about(file, table, effect, visceads_version)
    texts = {
        ABOUT: (json.dumps(about, ensure_ascii=False, indent=2) + "\n").encode(),
        SUMMARY: as_markdown(summary).encode(),
        SCENARIO_COPY: file.content,
    }
    write_result(folder, tables, texts)
    return ScenarioResult(folder, table, sectors, provinces, effect, summary)


def _applied(file: ScenarioFile, table: PublishedTable) -> tuple[Economy, IctEffect | None]:
    scenario, base = file.scenario, table.economy
    is_about_co2 = scenario.ict is not None or any(change.kind == "intensity" for change in scenario.changes)
    if base.emissions is None and is_about_co2:
        raise ScenarioError(
            f"{file.path}: table {table.table_id} cannot carry this scenario: it is about CO2, and the table has none "
            "on either basis; put the CO2 inventories of its year into raw/ and run `visceads run`, or name another "
            "table with --table",
            exit_code=1,
        )
    try:
        changed = apply_scenario(base.system, base.emissions, scenario)
        return changed, None if scenario.ict is None else ict_effect(base, changed, scenario.ict)
    except AccountsError as error:
        raise ScenarioError(
            f"{file.path}: table {table.table_id} cannot carry this scenario: {error}", exit_code=1
        ) from None


def _about(
    file: ScenarioFile, table: PublishedTable, effect: IctEffect | None, visceads_version: str
) -> dict[str, object]:
    emissions, system = table.economy.emissions, table.economy.system
    known = [False] * len(system.provinces) if emissions is None else emissions.has_inventory.tolist()
    return {
        "scenario": file.scenario.name,
        "title": file.scenario.title,
        "scenario_sha256": file.sha256,
        "visceads_version": visceads_version,
        "marts_version": table.version,
        "table_id": table.table_id,
        "co2_basis": table.co2_basis,
        "has_co2": emissions is not None,
        "split_rule": table.split_rule,
        "provinces_without_co2": [p for p, has in zip(system.provinces, known, strict=True) if not has],
        "is_synthetic": table.is_synthetic,
        "is_reconstructed": table.is_reconstructed,
        "price_basis": "current",
        "ict_tier": None if effect is None else effect.tier,
        "ict_public_use": None if effect is None else effect.public_use,
        "releases": [asdict(release) for release in table.releases],
    }
