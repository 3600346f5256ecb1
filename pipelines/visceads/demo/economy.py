"""An invented economy: what each province produces, with which technology, and what it is used for.

Belongs here: the national structure of a year, drifted away from the seed year; its spread over the
provinces; the bridge to the second classification. Not here: trade between provinces (`mrio_table`) and
emissions (`inventory`). Starting points are the seeds `national_technology_2015` and `national_sector_2015`
(structure) and `nbs_province_year` (scale); every difference between provinces is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from visceads import codes
from visceads.demo import profiles

Array = npt.NDArray[np.float64]

SEED_YEAR = 2015
"""The year that the national structure is from; other years drift away from it."""

FINAL_CATEGORIES = ("FU101", "FU102", "FU103", "FU201", "FU202")
"""Rural and urban households, government, fixed capital formation, changes in inventories."""

VALUE_ADDED_ITEMS = ("VA001", "VA002", "VA003", "VA004")
"""Compensation of employees, net taxes on production, depreciation, operating surplus."""

LARGEST_INPUT_SHARE = 0.82
"""Inputs per unit of output, imports included; leaves every sector some value added."""

_RANDOM_ROOT = 20240501
"""Root of all random draws: with it a release has the same values on every run."""


@dataclass(frozen=True)
class Economy:
    """One year of the invented economy in one classification; money in 10k yuan, current prices.

    Attributes:
        year: the year.
        classification: '2012' or '2017'.
        technology: 42 x 42, input of product i per unit of output of j, imports included.
        output: 31 x 42, gross output by province (table order) and sector (`sector_no` order).
        final_use: 5 x 42, national use by category (`FINAL_CATEGORIES`) and product, imports included.
        export: 42, national exports by product.
        import_share: 42, share of imports in the domestic use of a product.
        value_added_share: 4 x 42, share of each item (`VALUE_ADDED_ITEMS`) in the sector's value added.
    """

    year: int
    classification: str
    technology: Array
    output: Array
    final_use: Array
    export: Array
    import_share: Array
    value_added_share: Array


def random_numbers(*purpose: int) -> np.random.Generator:
    """Return a generator whose draws depend only on the purpose (and not on what was drawn before)."""
    return np.random.default_rng([_RANDOM_ROOT, *purpose])


def by_province(values: dict[str, float], default: float = 1.0) -> Array:
    """Return 31 values in table order from a mapping by province code."""
    return np.array([values.get(code, default) for code in codes.province_codes()])


def nbs_values(year: int, column: str) -> Array:
    """Return one column of the seed `nbs_province_year` for 31 provinces in table order.

    Raises:
        ValueError: if the seed does not cover the year.
    """
    rows = codes.seed("nbs_province_year").filter(pl.col("year") == str(year))
    found = dict(zip(rows["province_code"], rows[column].cast(pl.Float64), strict=True))
    missing = [code for code in codes.province_codes() if code not in found]
    if missing:
        raise ValueError(
            f"the seed nbs_province_year has no {column} of {year} for {', '.join(missing)}; "
            "choose a year that the seed covers"
        )
    return np.array([found[code] for code in codes.province_codes()])


def economy(year: int, classification: str) -> Economy:
    """Return the invented economy of a year.

    Value added of the provinces equals their official GDP before the trade model rounds it.

    Args:
        year: a year that the seed `nbs_province_year` covers.
        classification: '2012' or '2017'; the second is the first one bridged.

    Raises:
        ValueError: if the year is not covered or the classification unknown.
    """
    if classification not in codes.CLASSIFICATIONS:
        known = " and ".join(codes.CLASSIFICATIONS)
        raise ValueError(f"there is no classification '{classification}'; the classifications are {known}")
    base = _base_economy(year)
    return base if classification == "2012" else _bridged(base)


def _base_economy(year: int) -> Economy:
    technology, uses, export, import_share = _national_structure(year)
    output_100m = _leontief_output(technology, uses, export, import_share)
    value_added = (1 - technology.sum(axis=0)) * output_100m
    gdp = 1e4 * nbs_values(year, "gdp_100m_cny_current")  # 100 million yuan -> 10k yuan
    scale = gdp.sum() / value_added.sum()
    output = _provincial_output(year, gdp, scale * value_added) / (1 - technology.sum(axis=0))
    return Economy(year, "2012", technology, output, scale * uses, scale * export, import_share, _value_added_share())


def _national_structure(year: int) -> tuple[Array, Array, Array, Array]:
    """Return technology, final use (5 x 42), exports and import shares of the year, 100 million yuan."""
    drift = year - SEED_YEAR
    sectors = codes.sector_codes("2012")
    groups = codes.seed("sector_mrio").filter(pl.col("classification") == "2012").sort("sector_no")["group_code"]
    services = np.array([group.endswith("_services") or group == "trade_transport" for group in groups])
    energy = np.array([s in ("coal_mining", "petroleum_coking", "power_heat") for s in sectors])
    growth = np.exp(drift * (0.02 * services - 0.012 * energy))  # services gain, energy is saved
    technology = _seed_technology()
    use = technology @ _seed_column("gross_output_100m_cny")
    columns = (
        "rural_household",
        "urban_household",
        "government",
        "fixed_capital_formation",
        "inventory_change",
    )
    final = np.stack([_seed_column(f"{name}_100m_cny") for name in columns])
    import_share = _seed_column("import_100m_cny") / (use + final[:4].sum(axis=0))
    technology = technology * growth[:, None]
    technology = technology * np.minimum(1, LARGEST_INPUT_SHARE / technology.sum(axis=0))
    export = _seed_column("export_100m_cny") * np.exp(-0.03 * drift)
    return technology, final * growth, export, np.clip(import_share, 0, 0.6)


def _seed_technology() -> Array:
    technology = np.zeros((42, 42))
    rows = codes.seed("national_technology_2015")
    seller = rows["seller_sector_no"].cast(pl.Int32).to_numpy() - 1
    buyer = rows["buyer_sector_no"].cast(pl.Int32).to_numpy() - 1
    technology[seller, buyer] = rows["technical_coefficient"].cast(pl.Float64).to_numpy()
    return technology


def _seed_column(name: str) -> Array:
    return codes.seed("national_sector_2015").sort("sector_no")[name].cast(pl.Float64).to_numpy()


def _leontief_output(technology: Array, uses: Array, export: Array, import_share: Array) -> Array:
    """Solve x = (1 - m)(A x + y) + n + e: imports serve a share m of every use but inventories n."""
    domestic = 1 - import_share
    demand = domestic * uses[:4].sum(axis=0) + uses[4] + export
    return np.linalg.solve(np.eye(42) - domestic[:, None] * technology, demand)


def _value_added_share() -> Array:
    columns = ("compensation", "net_production_tax", "depreciation", "operating_surplus")
    items = np.stack([_seed_column(f"{name}_100m_cny") for name in columns])
    return cast("Array", items / items.sum(axis=0))


def _provincial_output(year: int, gdp: Array, value_added: Array) -> Array:
    """Return value added, 31 x 42, that adds up to both margins (iterative proportional fitting)."""
    lasting = random_numbers(1).normal(0, 0.25, (31, 42))
    passing = random_numbers(2, year).normal(0, 0.04, (31, 42))
    fitted = _specialities() * np.exp(lasting + passing) * np.outer(gdp, value_added)
    for _ in range(500):
        fitted *= (value_added / fitted.sum(axis=0))[None, :]
        fitted *= (gdp / fitted.sum(axis=1))[:, None]
    return fitted


def _specialities() -> Array:
    provinces = codes.province_codes()
    weights = np.ones((31, 42))
    for j, sector in enumerate(codes.sector_codes("2012")):
        default = profiles.UNSPECIALISED.get(sector, 1.0)
        weights[:, j] = by_province(profiles.SPECIALITIES.get(sector, {}), default)
        for province, inactive in profiles.INACTIVE_SECTORS.items():
            if sector in inactive:
                weights[provinces.index(province), j] = 0
    return weights


_SPLIT_WEIGHTS = {"research_development": 0.3, "technical_services": 0.7}
"""How a sector of the first classification that the second one splits is shared out."""


def _bridge() -> Array:
    """Return the 42 x 42 shares by which sectors of '2012' enter those of '2017'; rows sum to 1."""
    rows = codes.seed("sector_harmonised_map").sort("classification", "sector_no")
    old = rows.filter(pl.col("classification") == "2012")["harmonised_code"].to_list()
    new = rows.filter(pl.col("classification") == "2017")["harmonised_code"].to_list()
    weight = [_SPLIT_WEIGHTS.get(code, 1.0) for code in codes.sector_codes("2017")]
    return np.array([[w if a == b else 0.0 for b, w in zip(new, weight, strict=True)] for a in old])


def _bridged(base: Economy) -> Economy:
    """Return the economy in the classification '2017': flows are added up, coefficients made anew."""
    bridge = _bridge()
    national = base.output.sum(axis=0)
    flows = bridge.T @ (base.technology * national) @ bridge
    value_added = (1 - base.technology.sum(axis=0)) * national
    items = (base.value_added_share * value_added) @ bridge
    use = base.technology @ national + base.final_use[:4].sum(axis=0)
    return Economy(
        year=base.year,
        classification="2017",
        technology=flows / (national @ bridge),
        output=base.output @ bridge,
        final_use=base.final_use @ bridge,
        export=base.export @ bridge,
        import_share=((base.import_share * use) @ bridge) / (use @ bridge),
        value_added_share=items / items.sum(axis=0),
    )
