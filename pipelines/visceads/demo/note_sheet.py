"""The sheet NOTE of an invented workbook, laid out as the publisher's, with SYNTHETIC where its terms of use stand.

Belongs here: the lines of a note and where they stand. Not here: the notes of the input-output tables, which are a
plain list of sentences (`mrio_workbook`, `national_table_workbook`).
"""

from __future__ import annotations

from dataclasses import dataclass

import xlsxwriter.worksheet

from visceads.demo.workbook import SYNTHETIC_EN, SYNTHETIC_ZH

INVENTORY_REFERENCES = (
    "1. Shan et al. (2018), https://www.nature.com/articles/sdata2017201",
    "2. Shan et al. (2020), https://www.nature.com/articles/s41597-020-0393-y",
    "3. Guan et al. (2021), https://doi.org/10.1029/2021EF002241",
    "4. Shan et al. (2016), https://www.sciencedirect.com/science/article/abs/pii/S0306261916303932",
    "5. Xu et al. (2024), https://www.sciencedirect.com/science/article/pii/S0306261924002204",
)
"""What the publisher cites for provincial inventories; a reader tells the edition V3 from V2 by the fifth."""

PROVINCE_DOWNLOAD = "https://www.ceads.net/data/province/"


@dataclass(frozen=True)
class NoteText:
    """What a note says.

    Attributes:
        content: the line `Content` in English, without the word SYNTHETIC; readers take it as a witness of the family.
        content_zh: the same in Chinese.
        kind: the line `Type`.
        years: the line `Timeseries`: a year, or the first and the last one, such as '2012-2017'.
        unit: the line `Unit`.
        references: numbered, of the papers whose layout this is.
        download: where the real workbook is to be had.
    """

    content: str
    content_zh: str
    kind: str
    years: int | str
    unit: str
    references: tuple[str, ...]
    download: str


def write_note(sheet: xlsxwriter.worksheet.Worksheet, note: NoteText) -> None:
    """Write a note on an empty sheet."""
    rows: tuple[tuple[str, str | int], ...] = (
        ("Introduction/简介", f"{SYNTHETIC_EN}\n{SYNTHETIC_ZH}"),
        ("Content/内容", f"SYNTHETIC {note.content}\n合成数据：{note.content_zh}"),
        ("Type/类型", note.kind),
        ("Timeseries/时间序列", note.years),
        ("Unit/单位", note.unit),
        ("", ""),
        ("", ""),
        ("Reference/数据引用", "None for the numbers, which are invented. The layout is that of:"),
        *(("", reference) for reference in note.references),
        ("Data download/数据下载", f"Written by: visceads demo. Real inventories: {note.download}"),
        ("", ""),
        ("", ""),
        ("Conditions of data use/使用说明", f"{SYNTHETIC_EN}\n{SYNTHETIC_ZH}"),
    )
    for row, (label, text) in enumerate(rows):
        if label:
            sheet.write_string(row, 0, label)
        if text:
            sheet.write(row, 1, text)
