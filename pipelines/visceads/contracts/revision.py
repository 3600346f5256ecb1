"""The contract of `meta.revision`: what changed from one release to the next.

Belongs here: the model and record of that table. Not here: the other tables of the group (`meta`), and how old and new
are told apart (the SQL model of the table).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, key, key_number, measure, text
from visceads.contracts.record import define


class Revision(PublishedTable):
    """Every figure that two successive releases state, largest change first."""

    _explained = ("difference", "difference_share")

    family: pl.String = key()
    series: pl.String = key()
    rank: pl.Int32 = key_number()
    province_code: pl.String = text()
    period: pl.String = text()
    old_release_id: pl.String = text()
    new_release_id: pl.String = text()
    old_vintage: pl.String = text(may_be_empty=True)
    new_vintage: pl.String = text(may_be_empty=True)
    old_value: pl.Float64 = measure(nullable=True)
    new_value: pl.Float64 = measure(nullable=True)
    difference: pl.Float64 = measure(nullable=True)
    difference_share: pl.Float64 = measure(nullable=True)
    unit: pl.String = text()
    null_reason: pl.String = choice(("missing_in_source", "process_lost", "zero_denominator"), nullable=True)


CONTRACTS = (
    define(
        "meta.revision",
        Revision,
        title=("Revisions", "版本修订"),
        grain=(
            "One row is one figure of one province and period in one release and in the next newer release that states "
            "it; within a family and series rank 1 is the largest absolute difference. Unchanged figures are among the "
            "rows.",
            "每行为一省一时期的一个数值在相邻两个版本中的取值；同一类型与序列内，排名1为绝对差值最大者。未变化的数值也在其中。",
        ),
        years=("The periods that stand in more than one release.", "在多个版本中出现的时期。"),
        warnings=("release_changes_history", "synthetic_or_reconstructed_input"),
        query="SELECT period, province_code, old_vintage, new_vintage, old_value, new_value, difference\n"
        "FROM meta.revision\nWHERE family = 'co2_inventory' AND series = 'co2_total_mt' AND difference <> 0\n"
        "ORDER BY rank\nLIMIT 10;",
    ),
)
"""The contract of `meta.revision`."""
