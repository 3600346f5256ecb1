"""A provincial multi-regional table as arrays in canonical order, with the place of every row and column.

Belongs here: the two records that reader and checks share. Not here: how they are filled (`mrio`), what must hold
(`mrio_checks`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from visceads import codes
from visceads.workbooks.mrio_place import Cell, Source, sector_in_words

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class MrioArrays:
    """One table in 10k yuan (CO2 in Mt), as the workbook states it.

    The sector index is province-major: provinces in `codes.province_codes()`, sectors in
    `codes.sector_codes(classification)`. Where a cell is empty, `flows`, `final_demand`, EX, ERR, GO, IM and
    VA001..VA004 hold 0; the printed totals, CO2 and the imports of final demand hold NaN.

    Attributes:
        classification: '2012' or '2017'.
        flows: Z, 1302 x 1302, row = seller, column = buyer, domestic.
        final_demand: 1302 x 155, buyer provinces in order, each with FU101, FU102, FU103, FU201, FU202.
        row_items: EX, ERR, GO and the printed totals TIU, TFU where the sheet has them; each 1302.
        column_items: IM, VA001..VA004 and TII, TVA, TI, CO2 where the sheet has them; each 1302.
        final_imports: imports under the final-demand columns, 155.
    """

    classification: str
    flows: Floats
    final_demand: Floats
    row_items: dict[str, Floats]
    column_items: dict[str, Floats]
    final_imports: Floats

    @property
    def gross_output(self) -> Floats:
        """Gross output by sector, 1302, 10k yuan."""
        return self.row_items["GO"]


@dataclass(frozen=True)
class MrioPlaces:
    """Where the rows and columns of the arrays stand on the sheet; all counted from 1.

    Attributes:
        source: file and sheet.
        row_nos: row of each sector, 1302.
        column_nos: column of each sector, 1302.
        final_demand_columns: column of each final-demand category, 155.
        item_columns: EX, ERR, GO, TIU, TFU -> column.
        item_rows: IM, VA001, .., CO2 -> row.
    """

    source: Source
    row_nos: Integers
    column_nos: Integers
    final_demand_columns: Integers
    item_columns: dict[str, int]
    item_rows: dict[str, int]

    def flow_cell(self, seller: int, buyer: int) -> Cell:
        """The cell of one flow."""
        return int(self.row_nos[seller]), int(self.column_nos[buyer])

    def row_item_cell(self, item: str, sector: int) -> Cell:
        """The cell of an item right of the flows."""
        return int(self.row_nos[sector]), self.item_columns[item]

    def column_item_cell(self, item: str, sector: int) -> Cell:
        """The cell of an item below the flows."""
        return self.item_rows[item], int(self.column_nos[sector])


def sector_at(classification: str, index: int) -> str:
    """The province-sector with this index in words, such as `Beijing / Construction`."""
    province, sector = divmod(index, 42)
    return sector_in_words(codes.province_codes()[province], codes.sector_codes(classification)[sector])
