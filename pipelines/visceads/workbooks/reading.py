"""What every reader returns: the tidy cells of one workbook, and how well its accounts add up.

Belongs here: the two records that readers, the lake and the checks share. Not here: rules of any one family, and what
is said about a refused workbook (`refusal`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from visceads.workbooks.refusal import Finding


@dataclass(frozen=True)
class Identity:
    """How well one accounting identity holds in a workbook, told by its worst offender.

    A residual above the tolerance refuses the workbook (or is a finding, where the rule says so); an identity that
    holds is kept too, so that everybody can see how well.

    Attributes:
        code: snake_case name of the identity, such as 'inventory_rows_add_up'.
        rule: what must hold, in words: 'sum of the 47 rows = total row'.
        worst: the largest residual, or the value where something is only reported (a condition number).
        tolerance: the largest residual that is accepted, or None where something is only reported.
        unit: of both, such as 'Mt' or '10k yuan' or '1'.
        place: where the worst one is, in words: 'Guangdong, raw coal'; '' where it has no place.
        sheet: the sheet of the worst one, or ''.
        cell: its address, or ''.
    """

    code: str
    rule: str
    worst: float
    tolerance: float | None
    unit: str
    place: str = ""
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True)
class Reading:
    """One workbook as it states itself: nothing corrected, nothing left out that counts.

    Attributes:
        path: the file.
        family: a key of `families.TITLES`.
        periods: years such as '2012', or table ids, ascending.
        cells: one row a cell, in the columns of its family (docs/architecture.md), sorted as they stand in the file.
        findings: what its users should know.
        identities: how well its accounts add up.
        vintage: the publisher's edition where the family has several, such as 'V3', else ''.
        series: which of several series of a family it holds (an indicator of the statistics bureau), else ''.
        content_sha256: a hash of the values, the same for the same values in other bytes.
        is_synthetic: it says of itself that its data are invented for demonstration.
        is_reconstructed: it says of itself that it stands in for a real workbook in tests.
    """

    path: Path
    family: str
    periods: tuple[str, ...]
    cells: pl.DataFrame
    findings: tuple[Finding, ...] = ()
    identities: tuple[Identity, ...] = ()
    vintage: str = ""
    series: str = ""
    content_sha256: str = ""
    is_synthetic: bool = False
    is_reconstructed: bool = False
