"""What a scenario changes, in plain words with units: the same content for the terminal and for summary.md.

Belongs here: which figures are told, and their order; laying them out as text and as Markdown. Not here: the figures
(`account_frames`), how single figures and names read (`wording`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from visceads.accounts.ict_effect import IctEffect
from visceads.accounts.scenario import Scenario
from visceads.scenarios.account_frames import AccountFrames
from visceads.scenarios.published_table import PublishedTable
from visceads.scenarios.wording import change_in_words, figure, percent, province_name, sector_name

SHOWN = 5
"""How many provinces and sectors are named."""

_SYNTHETIC = "SYNTHETIC: the table is made of the demo release; no figure says anything about China."
_RECONSTRUCTED = (
    "RECONSTRUCTED: cells of the table were filled by a model; do not quote the figures as facts about China."
)
_NATION = (
    ("gross output, million yuan", "gross_output_m_cny"),
    ("value added, million yuan", "value_added_m_cny"),
    ("CO2 of production, Mt", "production_mt"),
    ("CO2 of consumption, Mt", "consumption_mt"),
    ("CO2 in exports abroad, Mt", "export_mt"),
    ("direct CO2 of households, Mt", "household_mt"),
)


@dataclass(frozen=True)
class Section:
    """A heading with sentences, then a table whose first column is text; either part may be empty."""

    heading: str
    sentences: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Summary:
    """A summary of a scenario.

    Attributes:
        title: its title and name.
        warnings: what must be known before a figure is used.
        sections: in the order of reading.
    """

    title: str
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]


def summarise_scenario(
    table: PublishedTable,
    scenario: Scenario,
    accounts: tuple[AccountFrames, AccountFrames],
    effect: IctEffect | None,
) -> Summary:
    """Return the summary of a scenario.

    Args:
        table: the base.
        scenario: the changes.
        accounts: of sectors and of provinces, from `account_frames`.
        effect: the ICT effect, where the file has a statement on it.
    """
    sectors, provinces = accounts
    by_sector = _sums_by_sector(sectors)
    sections = [
        Section("Scenario", _about(table, scenario)),
        _nation(table, provinces),
        _largest("Provinces that change most in", provinces, "province_code", "production_mt"),
        _largest("Sectors (all provinces together) that change most in", by_sector, "sector_code", "co2_mt"),
    ]
    if effect is not None:
        sections.append(_ict(effect))
    return Summary(f"{' '.join(scenario.title.split())} ({scenario.name})", _warnings(table), tuple(sections))


def as_text(summary: Summary) -> str:
    """Return the summary for a terminal: columns aligned, no line cut."""
    lines = [summary.title, *summary.warnings]
    for section in summary.sections:
        lines += ["", section.heading, *(f"  {sentence}" for sentence in section.sentences)]
        if section.rows:
            table = (section.header, *section.rows)
            widths = [max(len(row[k]) for row in table) for k in range(len(section.header))]
            lines += [f"  {_aligned(row, widths)}".rstrip() for row in table]
    return "\n".join(lines) + "\n"


def as_markdown(summary: Summary) -> str:
    """Return the summary as a Markdown page."""
    lines = [f"# {_escaped(summary.title)}", ""]
    for warning in summary.warnings:
        lines += [f"**{warning}**", ""]
    for section in summary.sections:
        lines += [f"## {section.heading}", "", *(f"- {_escaped(sentence)}" for sentence in section.sentences)]
        lines += [""] if section.sentences else []
        if section.rows:
            rule = ("---", *("---:" for _ in section.header[1:]))
            cells = (section.header, rule, *section.rows)
            lines += [f"| {' | '.join(_escaped(cell) for cell in row)} |" for row in cells] + [""]
    return "\n".join(lines)


def _warnings(table: PublishedTable) -> tuple[str, ...]:
    found = [_SYNTHETIC] if table.is_synthetic else []
    found += [_RECONSTRUCTED] if table.is_reconstructed else []
    return (*found, *table.economy.system.warnings)


def _about(table: PublishedTable, scenario: Scenario) -> tuple[str, ...]:
    basis = f"CO2 of the {table.co2_basis} basis" if table.economy.emissions is not None else "no CO2 data"
    rule = f", split rule {table.split_rule}" if table.split_rule else ""
    sentences = [f"Table {table.table_id}, {basis}{rule}, version {table.version} of the marts."]
    sentences += [" ".join(scenario.description.split())] if scenario.description else []
    sentences += [f"Change {change.number}: {change_in_words(change)}." for change in scenario.changes]
    return tuple(sentences) if scenario.changes else (*sentences, "The file lists no change.")


def _nation(table: PublishedTable, provinces: AccountFrames) -> Section:
    rows = []
    for words, column in _NATION:
        base, scenario, difference = (
            _total(frame[column]) for frame in (provinces.base, provinces.scenario, provinces.difference)
        )
        if base is not None:
            shown = (figure(base), figure(scenario), figure(difference, signed=True), percent(difference, base))
            rows.append((words, *shown))
    return Section(
        "All provinces together", _gaps(table), ("", "base", "scenario", "difference", "of base"), tuple(rows)
    )


def _gaps(table: PublishedTable) -> tuple[str, ...]:
    emissions, system = table.economy.emissions, table.economy.system
    if emissions is None:
        return ("The table has no CO2 data, so only money is told.",)
    without = [p for p, known in zip(system.provinces, emissions.has_inventory, strict=True) if not known]
    sentences = ["CO2 of production leaves out direct CO2 of households; emissions abroad are in none of the accounts."]
    if without:
        named = ", ".join(province_name(code) for code in without)
        sentences.append(f"No CO2 data of {named}: the sums of CO2 leave it out.")
    return tuple(sentences)


def _sums_by_sector(sectors: AccountFrames) -> AccountFrames:
    def summed(frame: pl.DataFrame) -> pl.DataFrame:
        # a sum over provinces without CO2 data counts those that have them; over none at all it is null
        sums = frame.group_by("sector_code", maintain_order=True).agg(
            pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)
            for name, dtype in frame.schema.items()
            if dtype.is_float()
        )
        return sums.sort("sector_code")

    return AccountFrames(summed(sectors.base), summed(sectors.scenario), summed(sectors.difference))


def _largest(heading: str, accounts: AccountFrames, code: str, co2: str) -> Section:
    """Return the places that change most in CO2, or in value added where no CO2 changes."""
    difference = accounts.difference
    columns = [(co2, "CO2, Mt"), ("value_added_m_cny", "value added, million yuan")]
    columns.append(("gross_output_m_cny", "gross output, million yuan"))
    measure = next((name for name, _ in columns if _largest_size(difference[name]) > 0), None)
    if measure is None:
        return Section(heading.removesuffix(" in"), ("Nothing changes.",))
    size = pl.col(measure).abs().fill_null(0.0)
    largest = difference.filter(size > 0).sort(size, code, descending=[True, False]).head(SHOWN)
    order = [(measure, dict(columns)[measure]), *((name, words) for name, words in columns if name != measure)]
    name_of = province_name if code == "province_code" else sector_name
    base = accounts.base.select(code, measure).rename({measure: "base"})
    rows = [
        (
            name_of(row[code]),
            figure(row[measure], signed=True),
            percent(row[measure], row["base"]),
            *(figure(row[name], signed=True) for name, _ in order[1:]),
        )
        for row in largest.join(base, on=code, how="left", maintain_order="left").to_dicts()
    ]
    header = ("", order[0][1], "of base", *(words for _, words in order[1:]))
    return Section(f"{heading} {order[0][1].split(',')[0]}", (), header, tuple(rows))


def _largest_size(values: pl.Series) -> float:
    size = values.abs().max()
    return float(size) if isinstance(size, float) else 0.0


def _ict(effect: IctEffect) -> Section:
    statement = effect.statement
    stamp = (
        f"Tier {effect.tier} in the sense of Recommendation ITU-T L.1480: an input-output result alone, for work among "
        "experts; not for public or consumer communication."
    )
    rows = [
        ("first order: footprint of the added ICT", _mt(effect.first_order_mt)),
        ("gross second order: change of all other emissions", _mt(effect.gross_second_order_mt)),
        ("net second order: the sum of both", _mt(effect.net_second_order_mt)),
    ]
    if statement.reference_kind == "observed":
        rows.append(("actual reduction against the observed table", _mt(effect.actual_reduction_mt, signed=False)))
    else:
        rows.append(("smaller increase than projected, no reduction", _mt(effect.smaller_increase_mt, signed=False)))
    rows.append(("money saved on domestic products", f"{figure(effect.saving_m_cny)} million yuan"))
    if effect.rebound_reason is None:
        rows += [
            (f"net effect if {100 * rebound.spent_share:g} % of it is spent again (rebound)", _mt(rebound.net_mt))
            for rebound in effect.rebounds
        ]
        if effect.break_even_share > 0:
            rows.append(("the rebound uses up the effect at", f"{100 * effect.break_even_share:.1f} % spent again"))
    sentences = (
        stamp,
        *_statement(effect),
        *(() if effect.rebound_reason is None else (_NO_REBOUND[effect.rebound_reason],)),
    )
    return Section("Effect of the ICT solution on CO2", sentences, ("", "effect"), tuple(rows))


_NO_REBOUND = {
    "not_applicable": "No rebound is told: the solution saves no money (not_applicable).",
    "zero_denominator": "No rebound is told: households demand nothing in the table (zero_denominator).",
}


def _statement(effect: IctEffect) -> tuple[str, ...]:
    statement = effect.statement
    parts = (
        ("Reference", f"{statement.reference_scenario} ({statement.reference_kind})"),
        ("ICT solution", f"{statement.ict_solution} ({statement.mechanism})"),
        ("Consequences", statement.consequences),
        ("Left out", statement.cut_offs),
        ("Rebound", statement.rebound_treatment),
        ("Data", statement.data_quality),
    )
    return tuple(f"{name}: {' '.join(text.split())}" for name, text in parts)


def _mt(value: float, *, signed: bool = True) -> str:
    return f"{figure(value, signed=signed)} Mt"


def _total(values: pl.Series) -> float | None:
    return float(values.sum()) if values.count() else None


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(row, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
