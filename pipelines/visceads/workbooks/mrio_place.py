"""Where in a multi-regional table a message points: file, sheet, cell, province and sector in words.

Belongs here: wording of places. Not here: the rules that are broken (`mrio_axis`, `mrio_checks`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from visceads import codes
from visceads.workbooks.refusal import Finding, Refusal, address

Cell = tuple[int, int]
"""(row_no, column_no), both counted from 1."""


@dataclass(frozen=True)
class Source:
    """The sheet that is being read, to word refusals and findings about it.

    Attributes:
        file: the file's name without its folder.
        sheet: the sheet's name.
    """

    file: str
    sheet: str

    def refusal(self, code: str, text: str, cell: Cell | None = None) -> Refusal:
        """Return (not raise) the refusal whose message is `<file>, sheet '<sheet>', cell <cell>: <text>`."""
        return Refusal(code, self._message(text, cell), self.sheet, address(*cell) if cell else "")

    def finding(self, code: str, text: str, cell: Cell | None = None) -> Finding:
        """Return the finding whose message is `<file>, sheet '<sheet>', cell <cell>: <text>`."""
        return Finding(code, self._message(text, cell), self.sheet, address(*cell) if cell else "")

    def _message(self, text: str, cell: Cell | None) -> str:
        place = f", cell {address(*cell)}" if cell else ""
        return f"{self.file}, sheet '{self.sheet}'{place}: {text}"


@cache
def province_name(province_code: str) -> str:
    """The English name of a province."""
    names = codes.seed("province")
    return str(dict(zip(names["province_code"], names["name_en"], strict=True))[province_code])


@cache
def sector_name(sector_code: str) -> str:
    """The short English name of a sector; a sector code means the same in both classifications."""
    names = codes.seed("sector_mrio")
    return str(dict(zip(names["sector_code"], names["short_en"], strict=True))[sector_code])


def sector_in_words(province_code: str, sector_code: str) -> str:
    """A province-sector in words, such as `Beijing / Construction`."""
    return f"{province_name(province_code)} / {sector_name(sector_code)}"


def unresolved_label(source: Source, cell: Cell, text: str, kind: str) -> Refusal:
    """Return the refusal E_LABEL of one cell; `kind` is 'province' or 'sector'."""
    if text:
        what = f"the {kind} label '{text}' is in no alias table. If it is a new spelling, add it to the seed"
        what += " `province_alias`." if kind == "province" else " `sector_label_alias` (scheme mrio)."
    else:
        what = f"a {kind} label is expected here, but the cell is empty. Compare with the publisher's copy."
    return source.refusal("E_LABEL", what, cell)


def unknown_item(source: Source, cell: Cell, text: str, kind: str) -> Refusal:
    """Return the refusal E_ITEM of a row or column outside the flows that the seed `mrio_item` does not know."""
    what = (
        f"'{text}' is no known {kind} of a provincial table (final demand, exports, error, output, imports, value "
        "added, CO2). If it is a new spelling, add it to the seed `mrio_item`."
    )
    return source.refusal("E_ITEM", what, cell)
