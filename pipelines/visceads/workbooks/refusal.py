"""Why a workbook is refused, and what is noted about one that is read.

Belongs here: the two records that every reader speaks in. Not here: the rules that lead to them.
"""

from __future__ import annotations

from dataclasses import dataclass


class Refusal(ValueError):  # noqa: N818 - the domain's word; it is raised, but it is a verdict on an input
    """A workbook is refused whole: nothing of it is loaded.

    Attributes:
        code: the rule that it breaks, such as `E_TOTALS`.
        message: one sentence: what is wrong, where, and what to do about it.
        sheet: the sheet, or '' where the whole file is meant.
        cell: the address such as 'D17', or ''.
    """

    def __init__(self, code: str, message: str, sheet: str = "", cell: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.sheet = sheet
        self.cell = cell

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, str, str, str]]:
        """How it travels between processes: an exception would otherwise be rebuilt from its message alone."""
        return (type(self), (self.code, self.message, self.sheet, self.cell))


FOREIGN_CODES = frozenset({"E_CITY_WORKBOOK", "E_MRIO_FAMILY"})
"""Refusals of a workbook that looks like one of a family, and is not: it is said to belong to none."""


@dataclass(frozen=True)
class Finding:
    """Something about a workbook that is read, which its users should know.

    Attributes:
        code: the rule, such as `W_PROCESS_ZERO`.
        message: one sentence with the place and the figures.
        sheet: the sheet, or ''.
        cell: the address, or ''.
    """

    code: str
    message: str
    sheet: str = ""
    cell: str = ""


def address(row_no: int, column_no: int) -> str:
    """Return the Excel address of a cell, both numbers counted from 1: (17, 4) -> 'D17'."""
    letters = ""
    while column_no:
        column_no, rest = divmod(column_no - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row_no}"
