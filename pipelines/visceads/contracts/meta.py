"""The contracts of the group `meta`: releases, what was refused or noted, the dictionary, the publication.

Belongs here: the models and records of those tables. Not here: how releases are chosen (`lake.releases`).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, flag, key, key_number, measure, number, text
from visceads.contracts.record import define

_BY_RELEASE = ("The years of the releases in the lake.", "以数据湖中的版本年份为准。")
_NO_YEARS = ("Does not depend on the year.", "与年份无关。")


class Release(PublishedTable):
    """The workbooks that the lake holds."""

    release_id: pl.String = key()
    family: pl.String = text()
    vintage: pl.String = text(may_be_empty=True)
    years: pl.String = text()
    file_name: pl.String = text()
    sha256: pl.String = text()
    is_current: pl.Boolean = flag()
    is_synthetic: pl.Boolean = flag()
    is_reconstructed: pl.Boolean = flag()
    accepted_at: pl.String = text()
    citation: pl.String = text()


class RejectedWorkbook(PublishedTable):
    """The workbooks that were not loaded, and why."""

    sha256: pl.String = key()
    file_name: pl.String = key()
    family: pl.String = text(nullable=True)
    status: pl.String = choice(("rejected",))
    code: pl.String = text()
    sheet: pl.String = text(may_be_empty=True)
    cell: pl.String = text(may_be_empty=True)
    reason: pl.String = text()


class Quality(PublishedTable):
    """What is known about the quality of the workbooks that were loaded.

    Findings of the readers and jumps between years, the identities with their worst offenders, the corrections with the
    number of cells that they changed, and the known issues of such workbooks.
    """

    release_id: pl.String = key()
    finding_no: pl.Int32 = key_number()
    code: pl.String = text()
    severity: pl.String = choice(("error", "warning", "check", "note"))
    sheet: pl.String = text(may_be_empty=True)
    cell: pl.String = text(may_be_empty=True)
    message: pl.String = text()
    kind: pl.String = choice(("finding", "identity", "correction", "known_issue"))
    value: pl.Float64 = measure(nullable=True)
    tolerance: pl.Float64 = measure(0.0, nullable=True)
    unit: pl.String = text(nullable=True)
    cell_count: pl.Int32 = number(0, nullable=True)


class Dictionary(PublishedTable):
    """Every column of every published table."""

    group_name: pl.String = key()
    table_name: pl.String = key()
    column_no: pl.Int32 = key_number()
    column_name: pl.String = text()
    data_type: pl.String = choice(("String", "Int32", "Float64", "Boolean"))
    unit: pl.String = text()
    title_en: pl.String = text()
    title_zh: pl.String = text()
    description: pl.String = text()
    is_key: pl.Boolean = flag()
    is_nullable: pl.Boolean = flag()


class PublicationRow(PublishedTable):
    """The version of the marts that the reader holds."""

    version: pl.String = key()
    published_at: pl.String = text()
    visceads_version: pl.String = text()
    is_synthetic: pl.Boolean = flag()
    is_reconstructed: pl.Boolean = flag()
    table_count: pl.Int32 = number(1)
    row_count: pl.Int32 = number(0)
    note_en: pl.String = text()
    note_zh: pl.String = text()


CONTRACTS = (
    define(
        "meta.release",
        Release,
        title=("Releases", "数据版本"),
        grain=("One row is one workbook as published.", "每行一个已发布的工作簿。"),
        years=_BY_RELEASE,
        warnings=("release_changes_history", "synthetic_or_reconstructed_input"),
        query="SELECT release_id, vintage, years, file_name, citation\nFROM meta.release\nWHERE is_current\n"
        "ORDER BY family, years;",
    ),
    define(
        "meta.rejected_workbook",
        RejectedWorkbook,
        title=("Workbooks not loaded", "未载入的工作簿"),
        grain=("One row is one workbook that was not loaded.", "每行一个未载入的工作簿。"),
        years=_BY_RELEASE,
        query="SELECT file_name, sheet, cell, reason\nFROM meta.rejected_workbook;",
    ),
    define(
        "meta.quality",
        Quality,
        title=("Quality of the releases", "版本质量"),
        grain=(
            "One row is one finding, identity, correction or known issue of one release.",
            "每行一个版本的一条质量发现、恒等式、修正或已知问题。",
        ),
        years=_BY_RELEASE,
        query="SELECT r.file_name, q.kind, q.severity, q.sheet, q.cell, q.message, q.cell_count\n"
        "FROM meta.quality AS q\n"
        "INNER JOIN meta.release AS r ON r.release_id = q.release_id\nWHERE q.kind IN ('finding', 'correction')\n"
        "ORDER BY r.file_name, q.finding_no;",
    ),
    define(
        "meta.dictionary",
        Dictionary,
        title=("Data dictionary", "数据字典"),
        grain=("One row is one column of one table.", "每行一个表的一列。"),
        years=_NO_YEARS,
        query="SELECT column_name, unit, title_en, title_zh\nFROM meta.dictionary\n"
        "WHERE group_name = 'mrio' AND table_name = 'flow'\nORDER BY column_no;",
    ),
    define(
        "meta.publication",
        PublicationRow,
        title=("This version", "本数据集版本"),
        grain=("The only row is the version of the marts at hand.", "唯一一行为当前数据集版本。"),
        years=_NO_YEARS,
        warnings=("synthetic_or_reconstructed_input",),
        query="SELECT version, published_at, is_synthetic, is_reconstructed, note_en\nFROM meta.publication;",
    ),
)
"""The contracts of this group."""
