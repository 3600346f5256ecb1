"""Yearly series of the National Bureau of Statistics: known sums, found indicators, refusals with line and field."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.workbooks.nbs_indicator import indicator_codes, printed_indicator
from visceads.workbooks.nbs_series import CELL_SCHEMA, is_nbs_series, read_nbs_series
from visceads.workbooks.refusal import Refusal

YEARS = [2014, 2013, 2012, 2011]
GDP = "gdp_100m_cny_current"


def lines_of(indicator: str = GDP, years: list[int] = YEARS, factor: float = 1.0) -> list[list[str]]:
    """A wide table as the bureau exports it, values from the seed: title, header, 31 provinces, footer."""
    known = codes.seed("nbs_province_year")
    values = {(row["province_code"], row["year"]): row[indicator] for row in known.iter_rows(named=True)}
    names = dict(codes.seed("province").select("province_code", "name_zh_full").iter_rows())
    lines = [
        ["数据库：分省年度数据"],
        [f"时间：{years[-1]}年-{years[0]}年"],
        ["地区", *[f"{year}年" for year in years]],
    ]
    for code, name in names.items():
        lines.append([name, *[f"{float(values[code, str(year)]) * factor}" for year in years]])
    return [*lines, ["注：1. 修订。"], ["数据来源：国家统计局"]]


def written(path: Path, lines: list[list[str]], encoding: str = "utf-8-sig", ending: str = "") -> Path:
    path.write_bytes("\r\n".join(",".join(line) + ending for line in lines).encode(encoding))
    return path


def refused(path: Path, indicator_code: str | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_nbs_series(path, indicator_code)
    assert caught.value.message.startswith(path.name)
    assert caught.value.message.endswith(".")
    return caught.value


def test_cells_keep_line_and_field(tmp_path):
    lines = lines_of()
    reading = read_nbs_series(written(tmp_path / "gdp.csv", lines))
    assert reading.cells.schema == CELL_SCHEMA
    assert (len(reading.cells), reading.years) == (31 * 4, (2011, 2012, 2013, 2014))
    assert (reading.indicator_code, reading.findings, reading.is_synthetic) == (GDP, (), False)
    for row in reading.cells.iter_rows(named=True):
        assert float(lines[row["row_no"] - 1][row["column_no"] - 1]) == row["value"]
        assert lines[2][row["column_no"] - 1] == f"{row['year']}年"


@pytest.mark.parametrize("indicator", indicator_codes())
def test_every_known_indicator_is_found_by_its_values_though_revised_a_little(tmp_path, indicator):
    factor = 1.001 if "index" in indicator else 1.01  # an index is revised by a tenth of a point
    path = written(tmp_path / "unnamed.csv", lines_of(indicator, factor=factor))
    assert read_nbs_series(path).indicator_code == indicator


def test_another_index_is_not_taken_for_that_of_gdp(tmp_path):
    """All indices lie near 100: consumer prices differ from GDP by a few percent, and are not its growth."""
    lines = lines_of("gdp_index_prev_year_100")
    for number, line in enumerate(lines[3:34]):
        line[1:] = [f"{102 + number % 5 / 10:.1f}"] * 4
    refusal = refused(written(tmp_path / "prices.csv", lines))
    assert refusal.code == "E_NBS_INDICATOR"
    assert "they cover 2011-2022, so at least one of these years must be in the file" in refusal.message


def test_gb18030_tabs_and_trailing_commas_are_read_alike(tmp_path):
    lines = lines_of()
    plain = read_nbs_series(written(tmp_path / "a.csv", lines)).cells
    dressed = [[f"{field}\t" for field in line] for line in lines]
    path = written(tmp_path / "b.csv", dressed, "gb18030", ending=",")
    assert read_nbs_series(path).cells.equals(plain)


def test_a_line_that_says_synthetic_is_carried_and_a_wrong_extension_noted(tmp_path):
    lines = [*lines_of(), ["SYNTHETIC DATA - for demonstration"]]
    reading = read_nbs_series(written(tmp_path / "a.xlsx", lines))
    assert reading.is_synthetic
    assert [finding.code for finding in reading.findings] == ["W_EXTENSION"]


def test_an_empty_year_stays_null_and_a_single_gap_is_noted(tmp_path):
    lines = lines_of()
    for line in lines[3:34]:
        line[1] = ""
    lines[10][3] = ""
    reading = read_nbs_series(written(tmp_path / "a.csv", lines))
    assert reading.cells.filter(pl.col("year") == 2014)["value"].null_count() == 31
    assert reading.cells["value"].null_count() == 32
    assert [(finding.code, finding.cell) for finding in reading.findings] == [
        ("W_EMPTY_YEAR", ""),
        ("W_EMPTY_CELL", "D11"),
    ]
    assert "line 11, field 4 (Heilongjiang 2012)" in reading.findings[1].message


def test_a_missing_and_a_repeated_province_are_named(tmp_path):
    lines = lines_of()
    lines[5][0] = lines[4][0]
    refusal = refused(written(tmp_path / "a.csv", lines))
    assert (refusal.code, refusal.cell) == ("E_PROVINCE_SET", "A6")
    assert "line 6: 天津市 occurs twice, first in line 5. Delete one" in refusal.message
    del lines[5]
    refusal = refused(written(tmp_path / "a.csv", lines))
    assert refusal.code == "E_PROVINCE_SET"
    assert "30 of the 31 provinces are there; missing Hebei" in refusal.message


@pytest.mark.parametrize(
    ("place", "text", "code", "words"),
    [
        ((7, 3), "1，234", "E_NOT_NUMBER", "line 7, field 3: '1，234' (山西省) is no number"),
        ((7, 3), "nan", "E_NOT_NUMBER", "'nan' (山西省) is no number"),
        ((7, 3), "1e999", "E_NOT_NUMBER", "'1e999' (山西省) is no number"),
        ((7, 1), "内蒙", "E_LABEL", "line 7: '内蒙' is no province, but the line holds numbers"),
        ((3, 4), "2013年", "E_YEAR_CONFLICT", "the year 2013 occurs twice"),
        ((3, 4), "指标", "E_LABEL", "header '指标' is no year"),
        ((3, 4), "", "E_LABEL", "stands under no year"),
    ],
)
def test_a_field_that_cannot_be_read_is_refused_with_its_place(tmp_path, place, text, code, words):
    line_no, field_no = place
    lines = lines_of()
    lines[line_no - 1][field_no - 1] = text
    refusal = refused(written(tmp_path / "a.csv", lines))
    assert refusal.code == code
    assert words in refusal.message
    assert refusal.cell in (f"{'ABCD'[field_no - 1]}{line_no}", "D4")  # under no year: the first value there


def test_a_lost_comma_is_refused_before_it_shifts_values(tmp_path):
    lines = lines_of()
    lines[7] = [lines[7][0], f"{lines[7][1]}{lines[7][2].replace('.', '')}", *lines[7][3:]]
    refusal = refused(written(tmp_path / "a.csv", lines))
    assert (refusal.code, refusal.cell) == ("E_FIELD_COUNT", "D8")
    assert "line 8: the line has 4 fields, the header 5" in refusal.message


def test_values_of_no_known_series_need_the_indicator_named(tmp_path):
    path = written(tmp_path / "a.csv", lines_of(factor=1.1))
    refusal = refused(path)
    assert refusal.code == "E_NBS_INDICATOR"
    assert "Read are gdp_100m_cny_current, " in refusal.message
    assert "leave other series out of the folder" in refusal.message
    assert read_nbs_series(path, indicator_code=GDP).indicator_code == GDP


@pytest.mark.parametrize("first_year", [2001, 2023])
def test_other_years_are_read_if_the_indicator_is_named_and_plausible(tmp_path, first_year):
    years = [first_year + 3, first_year + 2, first_year + 1, first_year]
    lines = lines_of(factor=0.6 if first_year < 2011 else 2.2)
    lines[2][1:] = [f"{year}年" for year in years]
    path = written(tmp_path / "a.csv", lines)
    assert refused(path).code == "E_NBS_INDICATOR"
    reading = read_nbs_series(path, GDP)
    assert (reading.years, reading.indicator_code) == (tuple(reversed(years)), GDP)
    in_yuan = [*lines[:3], *[[line[0], *[f"{float(field) * 1e4}" for field in line[1:]]] for line in lines[3:34]]]
    refusal = refused(written(tmp_path / "b.csv", in_yuan), GDP)
    assert refusal.code == "E_NBS_INDICATOR"
    assert "the values cannot be 'gdp_100m_cny_current': the median province of " in refusal.message


def test_named_values_far_from_the_known_series_are_refused(tmp_path):
    refusal = refused(written(tmp_path / "a.csv", lines_of(factor=3.3)), GDP)
    assert refusal.code == "E_NBS_INDICATOR"
    assert "their median deviates by 230% from the known series in the years 2011-2014" in refusal.message


def test_single_values_far_from_the_known_series_are_noted(tmp_path):
    lines = lines_of("population_10k")
    lines[21][1] = f"{float(lines[21][1]) * 10}"
    reading = read_nbs_series(written(tmp_path / "a.csv", lines))
    assert [finding.code for finding in reading.findings] == ["W_NBS_DEVIATION"]
    assert "1 value(s) lie more than 50% off the known series, the worst Guangdong 2014" in reading.findings[0].message
    lines = lines_of("gdp_index_prev_year_100")
    lines[21][1] = "7.8"
    reading = read_nbs_series(written(tmp_path / "b.csv", lines))
    assert "1 value(s) lie more than 5% off the known series, the worst Guangdong 2014" in reading.findings[0].message


def with_indicator(text: str, lines: list[list[str]]) -> list[list[str]]:
    return [lines[0], [f"指标：{text}"], *lines[1:]]


def test_a_line_that_names_the_indicator_counts(tmp_path):
    lines = lines_of(factor=1.1)
    path = written(tmp_path / "a.csv", with_indicator("地区生产总值(亿元)", lines))
    assert read_nbs_series(path).indicator_code == GDP
    assert "but says itself that it holds '地区生产总值(亿元)'" in refused(path, "population_10k").message
    path = written(tmp_path / "b.csv", with_indicator("居民消费价格指数(上年=100)", lines_of()))
    refusal = refused(path)
    assert refusal.code == "E_NBS_INDICATOR"
    assert "the file says that it holds '居民消费价格指数(上年=100)'" in refusal.message
    path = written(tmp_path / "c.csv", with_indicator("年末常住人口(万人)", lines_of()))
    assert "but its values are those of 'gdp_100m_cny_current'" in refused(path).message
    path = written(tmp_path / "d.csv", with_indicator("地区生产总值(万元)", lines_of(factor=1e4)))
    reading = read_nbs_series(path)
    assert [finding.code for finding in reading.findings] == ["W_UNIT_CONVERTED"]
    plain = read_nbs_series(written(tmp_path / "e.csv", lines_of()))
    assert reading.cells["value"].to_list() == pytest.approx(plain.cells["value"].to_list(), rel=1e-12)


def test_printed_indicators_are_known_by_name_and_unit():
    known = {
        "地区生产总值 (亿元)": (GDP, 1.0),
        "地区生产总值（万元）": (GDP, 1e4),
        "第二产业增加值(亿元)": ("secondary_va_100m_cny", 1.0),
        "年末常住人口 (万人)": ("population_10k", 1.0),
        "城镇人口 (人)": ("urban_population_10k", 1e4),
        "地区生产总值指数(上年=100) (上年=100)": ("gdp_index_prev_year_100", 1.0),
        "地区生产总值指数 (上年=100)": ("gdp_index_prev_year_100", 1.0),
    }
    for text, (code, divisor) in known.items():
        printed = printed_indicator(text)
        assert printed is not None
        assert (printed.indicator_code, printed.divisor) == (code, divisor)
    others = (
        "地区生产总值",
        "地区生产总值 (美元)",
        "第二产业增加值 (上年=100)",
        "人均地区生产总值 (元/人)",
        "乡村人口 (万人)",
        "",
    )
    assert [printed_indicator(text) for text in others] == [None] * 6


def test_a_wrongly_named_indicator_is_refused(tmp_path):
    path = written(tmp_path / "a.csv", lines_of("population_10k"))
    refusal = refused(path, GDP)
    assert refusal.code == "E_NBS_INDICATOR"
    assert "said to hold 'gdp_100m_cny_current', but its values are those of 'population_10k'" in refusal.message
    assert "there is no indicator 'gdp'" in refused(path, "gdp").message


def test_other_files_are_refused(tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    assert refused(other).code == "E_UNKNOWN_LAYOUT"
    other.write_text("no table at all")
    assert refused(other).code == "E_NOT_SPREADSHEET"
    other.write_bytes("地区,2012年\n".encode() + b"x," * 40_000 + b"\xff\xff")
    assert "in neither UTF-8 nor GB18030 throughout" in refused(other).message
    endless = '地区,2012年\n北京市,1\n天津市,"' + "x" * 200_000
    other.write_text(endless, encoding="utf-8")
    assert "after line 2: the text is no CSV from there on" in refused(other).message
    assert is_nbs_series(endless)
    assert not is_nbs_series('a,"' + "x" * 200_000)


@settings(max_examples=15, deadline=None)
@given(years=st.permutations(YEARS))
def test_the_order_of_years_does_not_matter(tmp_path_factory, years):
    folder = tmp_path_factory.mktemp("years")
    plain = read_nbs_series(written(folder / "a.csv", lines_of()))
    shuffled = read_nbs_series(written(folder / "b.csv", lines_of(years=years)))
    keys = ["indicator_code", "province_code", "year", "value", "row_no"]
    assert shuffled.cells.select(keys).equals(plain.cells.select(keys))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file_name", "indicator", "sums"),
    [
        ("NBS_地区生产总值_GDP_省级_2011-2022.csv", GDP, (551_419.7, 704_746.0, 845_179.8)),
        ("NBS_第二产业增加值_省级_2011-2022.csv", "secondary_va_100m_cny", (255_116.0, 297_489.9, 336_753.5)),
        ("NBS_年末常住人口_省级_2011-2022.csv", "population_10k", (135_694, 138_097, 139_779)),
        ("NBS_年末城镇人口_省级_2011-2022.csv", "urban_population_10k", (71_942, 79_081, 84_112)),
        ("NBS_地区生产总值指数_上年100_省级_2011-2022.csv", "gdp_index_prev_year_100", None),
    ],
)
def test_sums_of_the_published_series(real_data, file_name, indicator, sums):
    """Sums of 31 provinces in 2012, 2015, 2017; source: the bureau's exports, summed beforehand, one decimal."""
    reading = read_nbs_series(real_data / "nbs" / file_name)
    assert reading.indicator_code == indicator
    assert reading.years == tuple(range(2011, 2023))
    assert (len(reading.cells), reading.cells["value"].null_count()) == (372, 0)
    by_year = dict(reading.cells.group_by("year").agg(pl.col("value").sum()).iter_rows())
    if sums is not None:
        assert [by_year[year] for year in (2012, 2015, 2017)] == pytest.approx(sums, abs=0.05)
    else:
        of_2017 = reading.cells.filter(pl.col("year") == 2017)["value"]
        assert (of_2017.min(), of_2017.max()) == (103.2, 110.2)
