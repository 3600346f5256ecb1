"""The workbook around invented emissions of cities: the same values as a row a value, and as a row a city.

Belongs here: the NOTE sheet and both sheets. Not here: the numbers (`city`).
"""

from __future__ import annotations

from pathlib import Path

import xlsxwriter.worksheet

from visceads import codes
from visceads.demo.city import CityTonnes
from visceads.demo.note_sheet import NoteText, write_note
from visceads.demo.workbook import synthetic_workbook

_REFERENCES = (
    "1. Shan et al. (2022), https://doi.org/10.1016/j.scib.2022.08.024",
    "2. Shan et al. (2018), https://www.science.org/doi/full/10.1126/sciadv.aaq0390",
    "3. Shan et al. (2017), https://www.sciencedirect.com/science/article/pii/S0959652617312453",
    "4. Shan et al. (2019), https://www.nature.com/articles/sdata201927",
)


def write_city_workbook(path: Path, cities: CityTonnes) -> None:
    """Write the emissions of cities.

    Args:
        path: the workbook; replaced if it exists.
        cities: (province code, city) -> year -> tonnes; a year that is not there is left out of the first sheet and
            blank on the second.
    """
    years = sorted({year for values in cities.values() for year in values})
    note = NoteText(
        content="China city emission data",
        content_zh="中国城市排放数据",
        kind="CO2\n二氧化碳排放",
        years=f"{years[0]}-{years[-1]}",
        unit="million tones\n百万吨",  # spelt as published
        references=_REFERENCES,
        download="https://ceads.net/data/city/",
    )
    provinces = dict(codes.seed("province").select("province_code", "name_zh").rows())
    named = {f"{provinces[province]}{city}": values for (province, city), values in cities.items()}
    with synthetic_workbook(path, f"CO2 emissions of cities {note.years}") as workbook:
        write_note(workbook.add_worksheet("NOTE"), note)
        _write_vector(workbook.add_worksheet("emission vector"), named)
        _write_matrix(workbook.add_worksheet("emission matrix"), named, years)


def _write_vector(sheet: xlsxwriter.worksheet.Worksheet, cities: dict[str, dict[int, int]]) -> None:
    sheet.write_row(0, 0, ("ID", "city", "year", "emission"))
    listed = [(name, year, tonnes) for name, values in cities.items() for year, tonnes in values.items()]
    for row, (name, year, tonnes) in enumerate(listed, start=1):
        sheet.write_row(row, 0, (f"{name}{year}", name, year, tonnes / 1e6))


def _write_matrix(sheet: xlsxwriter.worksheet.Worksheet, cities: dict[str, dict[int, int]], years: list[int]) -> None:
    """Write the years as text, as published."""
    sheet.write_row(0, 0, ("city", *map(str, years)))
    for row, (name, values) in enumerate(cities.items(), start=1):
        sheet.write_string(row, 0, name)
        for column, year in enumerate(years, start=1):
            if year in values:
                sheet.write_number(row, column, values[year] / 1e6)
