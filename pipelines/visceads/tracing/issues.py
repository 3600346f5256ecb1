"""Known issues of the sources (reference.known_issue) that touch a traced row.

Belongs here: which entries are about a family, edition, period, province, row and fuel. Not here: the entries (a seed)
and what is done about them (corrections, `origins_inventory`).
"""

from __future__ import annotations

from collections.abc import Iterable

from visceads.contracts.catalogue import contract_of
from visceads.lake.bronze import Source
from visceads.tracing.published import Published
from visceads.tracing.record import TracedColumn
from visceads.tracing.rows import Row


def issues_of(published: Published, row: Row, columns: Iterable[TracedColumn]) -> tuple[str, ...]:
    """Return the known issues that touch a row, as sentences that begin with their id.

    Args:
        published: what is published.
        row: the row.
        columns: its traced figures, which name the releases that it rests on.
    """
    named: set[str] = set()
    for column in columns:
        named |= {cell.release_id for cell in column.cells} | {block.release_id for block in column.ranges}
    sources = [published.sidecar(name).source for name in sorted(named - {""})]
    if not published.has(contract_of("reference", "known_issue")):
        return ()
    issues = published.scan(contract_of("reference", "known_issue")).collect()
    return tuple(
        f"{issue['issue_id']}: {issue['title_en']}. {issue['effect_en']}"
        for issue in issues.iter_rows(named=True)
        if any(_is_about(issue, source, row) for source in sources)
    )


def _is_about(issue: Row, source: Source, row: Row) -> bool:
    """Whether an entry is about a row: an empty field of the entry means all."""
    period = str(row.get("year") or row.get("table_id") or "")[:4]
    if issue["family"] != source.family or not period.isdecimal():
        return False
    vintages = str(issue["vintage"] or source.vintage).split("|")
    is_then = int(str(issue["period_from"])) <= int(period) <= int(str(issue["period_to"]))
    provinces = [value for column, value in row.items() if column.endswith("province_code")]
    is_there = issue["province_code"] is None or issue["province_code"] in provinces
    return source.vintage in vintages and is_then and is_there and _is_about_cell(issue, row)


def _is_about_cell(issue: Row, row: Row) -> bool:
    """Whether row and fuel of an entry fit; a row that is about a whole province takes the entries on its parts too."""
    for column in ("inventory_code", "fuel_code"):
        if issue[column] is not None and row.get(column, issue[column]) != issue[column]:
            return False
    # an entry on a row of all provinces, such as logging, says nothing about a total
    return issue["inventory_code"] is None or "inventory_code" in row or issue["province_code"] is not None
