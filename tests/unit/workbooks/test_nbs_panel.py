"""Panels of the National Bureau of Statistics: known indicators loaded, others named, doubtful ones refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.workbooks.nbs_panel import CELL_SCHEMA, read_nbs_panel
from visceads.workbooks.nbs_series import CELL_SCHEMA as SERIES_SCHEMA
from visceads.workbooks.refusal import Refusal

GDP, POPULATION = "gdp_100m_cny_current", "population_10k"
URBAN, SECONDARY = "urban_population_10k", "secondary_va_100m_cny"
HEADER = ["省辖市代码", "省份", "年份", "地区生产总值 (亿元)", "第一产业增加值 (亿元)", "年末常住人口 (万人)"]
YEARS = (2018, 2017, 2016)


def known(indicator: str) -> dict[tuple[str, int], float]:
    rows = codes.seed("nbs_province_year").select("province_code", "year", indicator).iter_rows()
    return {(code, int(year)): float(value) for code, year, value in rows}


def lines_of(years: tuple[int, ...] = YEARS) -> list[list[str]]:
    """A panel as it circulates: provinces by code, years descending, numbers with a decimal."""
    gdp, population = known(GDP), known(POPULATION)
    provinces = codes.seed("province").sort("gb_code").iter_rows(named=True)
    lines = [list(HEADER)]
    for province in provinces:
        for year in years:
            key = (province["province_code"], year)
            values = [f"{gdp[key]}", f"{gdp[key] / 10}", f"{population[key]}"] if key in gdp else ["", "", ""]
            lines.append([f"{province['gb_code']}000000", province["name_zh_full"], str(year), *values])
    return lines


def written(path: Path, lines: list[list[str]], encoding: str = "utf-8-sig", ending: str = "") -> Path:
    path.write_bytes("\r\n".join(",".join(line) + ending for line in lines).encode(encoding))
    return path


def refused(path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_nbs_panel(path)
    assert caught.value.message.startswith(path.name)
    assert caught.value.message.endswith(".")
    return caught.value


def test_known_indicators_are_read_and_others_named(tmp_path):
    lines = lines_of()
    reading = read_nbs_panel(written(tmp_path / "a.csv", lines))
    assert CELL_SCHEMA == SERIES_SCHEMA
    assert reading.cells.schema == CELL_SCHEMA
    assert (reading.family, reading.series, reading.periods) == (
        "nbs_panel",
        f"{GDP}+{POPULATION}",
        ("2016", "2017", "2018"),
    )
    assert len(reading.cells) == 2 * 31 * 3
    for row in reading.cells.iter_rows(named=True):
        assert row["value"] == known(row["indicator_code"])[row["province_code"], row["year"]]
        assert float(lines[row["row_no"] - 1][row["column_no"] - 1]) == row["value"]
    assert [finding.code for finding in reading.findings] == ["W_INDICATOR_SKIPPED"]
    assert "1 column(s) hold other indicators or units and were not read: '第一产业增加值 (亿元)'" in (
        reading.findings[0].message
    )


def test_the_year_that_is_not_filled_yet_stays_empty(tmp_path):
    reading = read_nbs_panel(written(tmp_path / "a.csv", lines_of((2025, 2017, 2016))))
    assert reading.periods == ("2016", "2017", "2025")
    assert reading.cells.filter(pl.col("year") == 2025)["value"].null_count() == 62
    empty = [finding for finding in reading.findings if finding.code == "W_EMPTY_YEAR"]
    assert len(empty) == 2
    assert "'地区生产总值 (亿元)': no province has a value for 2025" in empty[0].message


def test_another_known_unit_is_converted_and_said(tmp_path):
    lines = lines_of()
    lines[0][3] = "地区生产总值（万元）"
    for line in lines[1:]:
        line[3] = f"{float(line[3]) * 1e4:.0f}"
    reading = read_nbs_panel(written(tmp_path / "a.csv", lines))
    gdp = reading.cells.filter(pl.col("indicator_code") == GDP)
    expected = [known(GDP)[row["province_code"], row["year"]] for row in gdp.iter_rows(named=True)]
    assert gdp["value"].to_list() == pytest.approx(expected, rel=1e-12)
    converted = [finding.message for finding in reading.findings if finding.code == "W_UNIT_CONVERTED"]
    assert len(converted) == 1
    assert (
        "field 4 ('地区生产总值（万元）'): the values are in 万元; they were divided by 10000 to be in" in converted[0]
    )


def test_an_unknown_unit_is_not_read(tmp_path):
    lines = lines_of()
    lines[0][3] = "地区生产总值 (亿美元)"
    reading = read_nbs_panel(written(tmp_path / "a.csv", lines))
    assert reading.series == POPULATION
    assert "'地区生产总值 (亿美元)', '第一产业增加值 (亿元)'" in reading.findings[0].message
    lines[0][5] = "年末常住人口"
    refusal = refused(written(tmp_path / "b.csv", lines))
    assert refusal.code == "E_NBS_INDICATOR"
    assert "none of its indicators is read here" in refusal.message
    assert "leave other panels out of the folder" in refusal.message


@pytest.mark.parametrize(
    ("place", "text", "verdict", "words"),
    [
        ((5, 0), "130000000000", ("E_PROVINCE_CONFLICT", "A6"), "is that of Hebei, but the name is '天津市'"),
        ((5, 0), "120100000000", ("E_PROVINCE_CONFLICT", "A6"), "is that of no province, but the name is '天津市'"),
        ((5, 1), "北京市", ("E_PROVINCE_CONFLICT", "A6"), "is that of Tianjin, but the name is '北京市'"),
        ((5, 1), "全国", ("E_LABEL", "B6"), "'全国' is no province, but the line holds numbers"),
        ((5, 2), "18", ("E_YEAR_UNKNOWN", "C6"), "'18' (天津市) is no year"),
        ((5, 2), "2018", ("E_YEAR_CONFLICT", "C6"), "天津市 2018 occurs twice, first in line 5"),
        ((5, 3), "1，5", ("E_NOT_NUMBER", "D6"), "'1，5' (天津市) is no number"),
        ((0, 4), "", ("E_LABEL", "E2"), "stands under no header"),
        ((0, 4), "年份", ("E_LABEL", "E1"), "'年份' occurs twice"),
        (
            (0, 4),
            "地区生产总值 (万元)",
            ("E_NBS_INDICATOR", "E1"),
            "is the same indicator as '地区生产总值 (亿元)' in field 4",
        ),
        ((0, 1), "城市", ("E_UNKNOWN_LAYOUT", ""), "no line of the file is a header with '省份' and '年份'"),
    ],
)
def test_a_spoilt_field_is_refused_with_its_place(tmp_path, place, text, verdict, words):
    lines = lines_of()
    lines[place[0]][place[1]] = text
    refusal = refused(written(tmp_path / "a.csv", lines))
    assert (refusal.code, refusal.cell) == verdict
    assert words in refusal.message


def test_missing_lines_are_named(tmp_path):
    lines = lines_of()
    del lines[5]
    refusal = refused(written(tmp_path / "a.csv", lines))
    assert refusal.code == "E_PROVINCE_SET"
    assert "of 2017 30 of the 31 provinces are there; missing Tianjin" in refusal.message
    assert refused(written(tmp_path / "b.csv", lines[:1])).code == "E_PROVINCE_SET"
    workbook = tmp_path / "c.csv"
    workbook.write_bytes(b"PK\x03\x04")
    assert refused(workbook).code == "E_NOT_SPREADSHEET"


def test_a_lost_comma_is_refused_before_it_shifts_values(tmp_path):
    lines = lines_of()
    lines[7] = [*lines[7][:3], lines[7][3] + lines[7][4].replace(".", ""), lines[7][5]]
    refusal = refused(written(tmp_path / "a.csv", lines))
    assert (refusal.code, refusal.cell) == ("E_FIELD_COUNT", "E8")
    assert "line 8: the line has 5 fields, the header 6" in refusal.message


def test_values_that_are_not_what_the_header_says_are_refused(tmp_path):
    lines = lines_of()
    lines[0][3], lines[0][5] = "第二产业增加值 (亿元)", "城镇人口 (万人)"
    refusal = refused(written(tmp_path / "a.csv", lines))
    assert refusal.code == "E_NBS_INDICATOR"
    assert "the values cannot be 'secondary_va_100m_cny': they are those of 'gdp_100m_cny_current'" in refusal.message
    lines = lines_of()
    for line in lines[1:]:
        line[3] = f"{float(line[3]) * 100}"
    refusal = refused(written(tmp_path / "b.csv", lines))
    assert "their median deviates by 9900% from the known series in the years 2016-2018" in refusal.message


def test_codes_as_a_spreadsheet_program_writes_them_and_a_remark_below_are_read(tmp_path):
    lines = lines_of()
    for line in lines[1:]:
        line[0] = f"{float(line[0]):.1E}"
    lines += [["SYNTHETIC data"], [""]]
    reading = read_nbs_panel(written(tmp_path / "a.txt", lines))
    assert reading.is_synthetic
    assert len(reading.cells) == 2 * 31 * 3


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_order_gives_the_table(tmp_path_factory, data):
    """Lines and columns in any order, with tabs, a trailing comma, a title, in either encoding."""
    lines = lines_of()
    order = data.draw(st.permutations(range(len(HEADER))))
    body = data.draw(st.permutations(lines[1:]))
    tab = data.draw(st.sampled_from(["", "\t", " "]))
    dressed = [[f"{line[i]}{tab}" for i in order] for line in [lines[0], *body]]
    if data.draw(st.booleans()):
        dressed.insert(0, ["数据库：分省年度数据"])
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
    path = tmp_path_factory.mktemp("order") / "a.csv"
    reading = read_nbs_panel(written(path, dressed, encoding, data.draw(st.sampled_from(["", ","]))))
    found = {tuple(row[:3]): row[3] for row in reading.cells.iter_rows()}
    expected = {
        (code, *key): value for code in (GDP, POPULATION) for key, value in known(code).items() if key[1] in YEARS
    }
    assert found == expected
    plain = read_nbs_panel(written(path, lines))
    assert reading.content_sha256 == plain.content_sha256


def test_all_five_indicators_in_the_headers_of_the_published_panels(tmp_path):
    """Header spellings and the figures of Beijing and Xinjiang 2016 as the bureau publishes them in two panels."""
    headers = {
        GDP: "地区生产总值 (亿元)",
        SECONDARY: "第二产业增加值 (亿元)",
        POPULATION: "年末常住人口 (万人)",
        URBAN: "城镇人口 (万人)",
        "gdp_index_prev_year_100": "地区生产总值指数 (上年=100)",
    }
    lines = [[*HEADER[:3], *headers.values()]]
    for line in lines_of()[1:]:
        key = (codes.province_of(line[1]), int(line[2]))
        lines.append([*line[:3], *[f"{known(code)[key]}" for code in headers]])
    reading = read_nbs_panel(written(tmp_path / "a.csv", lines))
    assert reading.series == "+".join(sorted(headers))
    values = {tuple(row[:3]): row[3] for row in reading.cells.iter_rows()}
    assert [values[code, "BJ", 2016] for code in list(headers)[:4]] == [28438.7, 4665.8, 2195.0, 1904.0]
    assert [values[code, "XJ", 2016] for code in (POPULATION, URBAN)] == [2428.0, 1224.0]
