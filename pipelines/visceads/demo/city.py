"""Invented yearly emissions of some cities, each a share of its province's invented inventory.

Belongs here: which cities, and their emissions by year. Not here: the workbook around them (`city_workbook`).

The four municipalities are left out: a reader holds them against the published totals of their provincial inventories,
which invented figures cannot equal.
"""

from __future__ import annotations

import numpy as np

from visceads.demo.economy import random_numbers
from visceads.demo.inventory import synthetic_inventory

CITIES = {
    "HE": {"石家庄": 0.13, "唐山": 0.3, "邯郸": 0.14},
    "SX": {"太原": 0.12, "大同": 0.1},
    "NM": {"呼和浩特": 0.1, "包头": 0.16, "鄂尔多斯": 0.2},
    "LN": {"沈阳": 0.14, "大连": 0.15},
    "JL": {"长春": 0.28, "吉林": 0.2},
    "HL": {"哈尔滨": 0.25, "大庆": 0.18},
    "JS": {"南京": 0.14, "苏州": 0.22, "徐州": 0.1},
    "ZJ": {"杭州": 0.15, "宁波": 0.24},
    "AH": {"合肥": 0.12, "淮南": 0.15},
    "FJ": {"福州": 0.2, "泉州": 0.22},
    "JX": {"南昌": 0.14},
    "SD": {"济南": 0.09, "青岛": 0.1, "烟台": 0.09},
    "HA": {"郑州": 0.16, "洛阳": 0.12},
    "HB": {"武汉": 0.3, "宜昌": 0.09},
    "HN": {"长沙": 0.14},
    "GD": {"广州": 0.17, "深圳": 0.09},
    "GX": {"南宁": 0.12},
    "HI": {"海口": 0.12},
    "SC": {"成都": 0.18},
    "GZ": {"贵阳": 0.14},
    "YN": {"昆明": 0.18},
    "SN": {"西安": 0.12, "榆林": 0.25},
    "GS": {"兰州": 0.22},
    "QH": {"西宁": 0.45},
    "NX": {"银川": 0.4},
    "XJ": {"乌鲁木齐": 0.16},
}
"""Province -> city -> its share of the province's emissions. The cities exist; the shares are invented."""

_MISSING_EVERY = 8
"""Each city lacks one year in this many, as most published series have gaps."""

CityTonnes = dict[tuple[str, str], dict[int, int]]
"""(province code, city) -> year -> whole tonnes, only the years that there are."""


def synthetic_cities(years: tuple[int, ...]) -> CityTonnes:
    """Return the invented emissions of the cities; the same values on every call.

    Raises:
        ValueError: if the seed `nbs_province_year` does not cover a year.
    """
    places = [(province, city) for province, cities in CITIES.items() for city in cities]
    by_year = {year: _of_year(year, places) for year in years}
    return {
        place: {year: by_year[year][k] for year in years if (k + year) % _MISSING_EVERY}
        for k, place in enumerate(places)
    }


def _of_year(year: int, places: list[tuple[str, str]]) -> list[int]:
    inventory = synthetic_inventory(year)
    totals = dict(zip(inventory.provinces, inventory.co2_t.sum(axis=(1, 2)).tolist(), strict=True))
    factors = np.exp(random_numbers(50, year).normal(0, 0.03, len(places))).tolist()
    shares = [CITIES[province][city] for province, city in places]
    return [round(totals[place[0]] * s * f) for place, s, f in zip(places, shares, factors, strict=True)]
