"""Which indicator a series of the National Bureau of Statistics is: by its printed name, and by its values.

Belongs here: names and units in headers, the comparison with the known series, what is plausible. Not here: reading the
files (`nbs_series`, `nbs_panel`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from visceads.codes import normal_key, seed
from visceads.workbooks.inventory_layout import province_name

LARGEST_DEVIATION = 0.02
"""The median relative deviation from a known series up to which a table can be that series."""

CLEARNESS = 5.0
"""How many times closer the best known series must be than the second."""

LARGEST_REVISION = 0.25
"""The median relative deviation up to which a series that is named can be a revision of the known one."""

_FEWEST_COMMON_VALUES = 31
_SINGLE_DEVIATION = 0.5
_SINGLE_INDEX_DEVIATION = 0.05
_FACTOR_PER_YEAR = 1.25
_LARGEST_FACTOR = 30.0
_INDEX = "gdp_index_prev_year_100"
_NAME_AND_UNIT = re.compile(r"(.+?)\s*[(（]([^()（）]*)[)）]")

_NAMES = {
    "地区生产总值": "gdp_100m_cny_current",
    "地区生产总值指数": _INDEX,
    "年末常住人口": "population_10k",
    "城镇人口": "urban_population_10k",
    "年末城镇人口": "urban_population_10k",
    "第二产业增加值": "secondary_va_100m_cny",
}
"""Names as the bureau prints them -> indicator."""

_MONEY = {"亿元": 1.0, "万元": 1e4, "百万元": 1e2, "元": 1e8}
_PEOPLE = {"万人": 1.0, "人": 1e4}
_UNITS = {
    "gdp_100m_cny_current": _MONEY,
    "secondary_va_100m_cny": _MONEY,
    "population_10k": _PEOPLE,
    "urban_population_10k": _PEOPLE,
    _INDEX: {"上年100": 1.0},
}
"""Indicator -> unit as printed (normal key) -> how many of it are one unit of the indicator."""


@dataclass(frozen=True)
class PrintedIndicator:
    """An indicator with its unit, as a header prints it.

    Attributes:
        indicator_code: a value column of the seed `nbs_province_year`.
        unit: the unit as printed.
        divisor: the printed values are divided by it to be in the unit that ends the code; 1 mostly.
    """

    indicator_code: str
    unit: str
    divisor: float


def indicator_codes() -> tuple[str, ...]:
    """The indicators that can be read: the value columns of the seed `nbs_province_year`."""
    keys = ("province_code", "gb_code", "year", "source")
    return tuple(name for name in seed("nbs_province_year").columns if name not in keys)


def printed_indicator(text: str) -> PrintedIndicator | None:
    """Return the indicator that a text such as '地区生产总值 (亿元)' names, or None if name or unit is not known."""
    match = _NAME_AND_UNIT.fullmatch(text.strip())
    if match is None:
        return None
    unit = normal_key(match[2])
    name = match[1]
    inner = _NAME_AND_UNIT.fullmatch(name)
    if inner is not None and normal_key(inner[2]) == "上年100":
        name = inner[1]  # '地区生产总值指数(上年=100) (上年=100)': the bureau repeats the base of an index
    code = _NAMES.get(normal_key(name))
    divisor = _UNITS[code].get(unit) if code is not None else None
    return PrintedIndicator(code, match[2], divisor) if code is not None and divisor is not None else None


def closest_indicator(cells: pl.DataFrame) -> str | None:
    """Return the known series that the values clearly are, or None.

    Args:
        cells: province_code, year (Int32), value.
    """
    joined = _with_known(cells)
    if len(joined) < _FEWEST_COMMON_VALUES:
        return None
    deviations = sorted((_median_deviation(joined, code), code) for code in indicator_codes())
    (best, code), (second, _) = deviations[:2]
    return code if best < LARGEST_DEVIATION and second > CLEARNESS * best else None


def implausible(cells: pl.DataFrame, indicator_code: str) -> str:
    """Return why the values cannot be what they are said to be, as a clause, or '' if they can.

    In years that the known series has, the median may deviate by a quarter (the bureau revises); in other years the
    nearest known year counts, with a wider margin for every year between.

    Args:
        cells: province_code, year (Int32), value, in the unit of the indicator.
        indicator_code: a value column of the seed `nbs_province_year`.
    """
    known = _with_known(cells)
    if len(known) >= _FEWEST_COMMON_VALUES:
        deviation = _median_deviation(known, indicator_code)
        if deviation <= LARGEST_REVISION:
            return ""
        return f"their median deviates by {deviation:.0%} from the known series in the years {_span(known['year'])}"
    present = cells.drop_nulls("value")
    if present.is_empty():
        return ""
    reference = seed("nbs_province_year").select(
        "province_code", pl.col("year").cast(pl.Int32).alias("known_year"), pl.col(indicator_code).cast(pl.Float64)
    )
    nearest = (
        present.join(reference, on="province_code")
        .with_columns((pl.col("known_year") - pl.col("year")).abs().alias("gap"))
        .filter(pl.col("gap") == pl.col("gap").min().over("province_code", "year"))
        .with_columns((pl.col("value") / pl.col(indicator_code)).alias("ratio"))
    )
    for year, rows in nearest.group_by("year", maintain_order=True):
        ratio, gap = float(rows["ratio"].median()), int(rows["gap"][0])  # type: ignore[arg-type]
        years = 0 if indicator_code == _INDEX else gap
        factor = min(1.5 * _FACTOR_PER_YEAR**years, _LARGEST_FACTOR)
        if not 1 / factor <= ratio <= factor:
            return f"the median province of {year[0]} has {ratio:.4g} times its value of {rows['known_year'][0]}"
    return ""


def single_deviations(cells: pl.DataFrame, indicator_code: str) -> str:
    """Return the values that lie far from the known series, as a clause, or '' if there are none.

    Args:
        cells: province_code, year (Int32), value, in the unit of the indicator.
        indicator_code: a value column of the seed `nbs_province_year`.
    """
    limit = _SINGLE_INDEX_DEVIATION if indicator_code == _INDEX else _SINGLE_DEVIATION
    far = (
        _with_known(cells)
        .with_columns((pl.col("value") / pl.col(indicator_code).cast(pl.Float64) - 1).abs().alias("deviation"))
        .filter(pl.col("deviation") > limit)
        .sort("deviation", descending=True)
    )
    if far.is_empty():
        return ""
    worst = far.row(0, named=True)
    known = float(worst[indicator_code])
    name = province_name(worst["province_code"])
    return (
        f"{len(far)} value(s) lie more than {limit:.0%} off the known series, the worst {name} "
        f"{worst['year']} with {worst['value']:g} against {known:g}"
    )


def known_years() -> str:
    """Return the years of the known series in words, '2011-2022'."""
    return _span(seed("nbs_province_year")["year"])


def _with_known(cells: pl.DataFrame) -> pl.DataFrame:
    known = seed("nbs_province_year").with_columns(pl.col("year").cast(pl.Int32))
    return cells.drop_nulls("value").join(known, on=["province_code", "year"])


def _deviation(code: str) -> pl.Expr:
    """Return the relative deviation; of an index it is that of the growth, since all indices lie near 100."""
    reference = pl.col(code).cast(pl.Float64)
    if code != _INDEX:
        return ((pl.col("value") - reference) / reference).abs()
    return (pl.col("value") - reference).abs() / pl.max_horizontal((reference - 100).abs(), pl.lit(1.0))


def _median_deviation(joined: pl.DataFrame, code: str) -> float:
    return float(joined.select(_deviation(code).median()).item())


def _span(years: pl.Series) -> str:
    distinct = sorted(set(years.to_list()))
    first, last = distinct[0], distinct[-1]
    return f"{first}-{last}" if first != last else f"{first}"
