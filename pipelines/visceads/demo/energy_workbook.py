"""The workbook around an invented provincial energy inventory, laid out as published.

Belongs here: the NOTE sheet, the province sheets with their balance block. Not here: the numbers (`energy`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import xlsxwriter.worksheet

from visceads import codes
from visceads.demo.economy import random_numbers
from visceads.demo.energy import SyntheticEnergy
from visceads.demo.note_sheet import INVENTORY_REFERENCES, PROVINCE_DOWNLOAD, NoteText, write_note
from visceads.demo.workbook import synthetic_workbook

_SEPARATOR = ""
"""A row without a label; published sheets have zeros in it."""

_BALANCE = (
    *(_SEPARATOR, _SEPARATOR),
    *("transformation", "transformation_thermal_power", "transformation_heating", "transformation_coal_washing"),
    *("transformation_coking", "transformation_refineries", "transformation_gas_works", "memo_coke_input"),
    *("transformation_briquettes", _SEPARATOR, "loss", "loss_percent", "total_consumption", _SEPARATOR),
    *("non_energy_use", _SEPARATOR, "bunkers_abroad", "bunkers_in_china"),
)
"""The rows below the 47, as they stand on a sheet."""


def write_energy_workbook(path: Path, energy: SyntheticEnergy) -> None:
    """Write the energy inventory of one year: a NOTE and 30 province sheets in no particular order.

    Args:
        path: the workbook; replaced if it exists.
        energy: the quantities.
    """
    note = NoteText(
        content="China provincial energy inventory",
        content_zh="中国省级能源清单",
        kind="energy\n能源",
        years=energy.year,
        unit="10^4 tn, 10^8 cu.m, 10^10 kj, 10^8 kwh, 10^4 tce\n万吨、亿立方米、百亿千焦、亿千瓦时、万吨标准煤",
        references=INVENTORY_REFERENCES,
        download=PROVINCE_DOWNLOAD,
    )
    with synthetic_workbook(path, f"provincial energy inventory {energy.year}") as workbook:
        write_note(workbook.add_worksheet("NOTE"), note)
        names = dict(codes.seed("province").select("province_code", "name_en").rows())
        for k in random_numbers(31).permutation(len(energy.provinces)).tolist():
            name = names[energy.provinces[k]].replace(" ", "")
            quantities = dict(zip(energy.row_codes, energy.hundredths[k], strict=True))
            _write_province(workbook.add_worksheet(f"{name}{energy.year}"), quantities)


def _write_province(sheet: xlsxwriter.worksheet.Worksheet, quantities: dict[str, npt.NDArray[np.int64]]) -> None:
    """Write headers and units, final consumption, the 47 rows and the balance; no row is left empty.

    Args:
        sheet: the empty sheet.
        quantities: row code -> 20 hundredths.
    """
    fuels = codes.seed("fuel").filter(pl.col("energy_header").is_not_null()).sort("fuel_no")
    sheet.write_row(0, 0, ("Energy_inventory", *fuels["energy_header"]))
    sheet.write_row(1, 0, ("unit", *fuels["energy_unit"]))
    labels = _labels()
    zeros = np.zeros(fuels.height, dtype=np.int64)
    for row, code in enumerate(("total_final_consumption", *codes.inventory_codes(), *_BALANCE), start=2):
        if code != _SEPARATOR:
            sheet.write_string(row, 0, labels[code])
        sheet.write_row(row, 1, [hundredths / 100 for hundredths in quantities.get(code, zeros).tolist()])


def _labels() -> dict[str, str]:
    """Return code -> label as published; where a label has several spellings, the first one."""
    inventory = codes.seed("sector_inventory").select("inventory_code", "label_energy_file").rows()
    aliases = codes.seed("sector_label_alias").filter(pl.col("scheme") == "energy_balance")
    balance = aliases.unique("target_code", keep="first", maintain_order=True)
    return dict(inventory) | dict(balance.select("target_code", "label").rows())
