"""The one error that the input-output mathematics raises.

Belongs here: the error type and the wording of a place. Not here: the rules that lead to it.
"""

from __future__ import annotations


class AccountsError(ValueError):
    """Arrays that are no input-output table, or that allow no account of the kind asked for.

    Attributes:
        province: the province code the sentence names, or None where the whole table is meant.
        sector: the sector code the sentence names, or None.
        value: the offending value, or None.
    """

    def __init__(
        self, message: str, province: str | None = None, sector: str | None = None, value: float | None = None
    ) -> None:
        super().__init__(message)
        self.province = province
        self.sector = sector
        self.value = value
