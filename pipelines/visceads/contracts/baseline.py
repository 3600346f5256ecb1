"""The contracts of the group `baseline`: indicators of sectors and of provinces.

Belongs here: the models and records of those tables. Not here: formulas (the dbt models and the methods
pages).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import PublishedTable, choice, fraction, key, key_number, measure, number, text
from visceads.contracts.fields import CO2_BASES
from visceads.contracts.record import define

_INDICATOR_REASONS = (
    "zero_output",
    "tiny_output",
    "no_inventory",
    "no_inventory_row",
    "missing_in_source",
    "process_lost",
    "zero_denominator",
    "negative_denominator",
    "not_applicable",
)
_PROVINCE_REASONS = (
    "no_inventory",
    "missing_in_source",
    "process_lost",
    "missing_denominator",
    "zero_denominator",
)


class SectorIndicator(PublishedTable):
    """The indicators of each sector with rank, percentile and share within its province."""

    _explained = ("value",)

    table_id: pl.String = key()
    province_code: pl.String = key()
    sector_code: pl.String = key()
    indicator_code: pl.String = key()
    value: pl.Float64 = measure(nullable=True)
    unit: pl.String = text()
    rank: pl.Int32 = number(1, nullable=True)
    percentile: pl.Float64 = fraction(nullable=True)
    share: pl.Float64 = fraction(nullable=True)
    co2_basis: pl.String = choice(CO2_BASES, nullable=True)
    null_reason: pl.String = choice(_INDICATOR_REASONS, nullable=True)


class ProvinceYear(PublishedTable):
    """CO2, GDP and population of each province and year, and their ratios."""

    _explained = ("co2_mt", "co2_t_per_m_cny", "co2_t_per_head")

    province_code: pl.String = key()
    year: pl.Int32 = key_number(1949, 2100)
    co2_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_coal_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_oil_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_gas_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_process_mt: pl.Float64 = measure(0.0, nullable=True)
    co2_household_mt: pl.Float64 = measure(0.0, nullable=True)
    gdp_m_cny: pl.Float64 = measure(above=0.0, nullable=True)
    population_10k: pl.Float64 = measure(above=0.0, nullable=True)
    co2_t_per_m_cny: pl.Float64 = measure(0.0, nullable=True)
    co2_t_per_head: pl.Float64 = measure(0.0, nullable=True)
    null_reason: pl.String = choice(_PROVINCE_REASONS, nullable=True)
    release_id: pl.String = text(nullable=True)
    denominator_source: pl.String = text(nullable=True)


CONTRACTS = (
    define(
        "baseline.sector_indicator",
        SectorIndicator,
        title=("Indicators of sectors", "部门指标"),
        grain=(
            "One row is one indicator of one sector of one province in one table.",
            "每行一个表中一省一部门的一个指标。",
        ),
        years=("The MRIO tables in the lake.", "数据湖中的投入产出表年份。"),
        warnings=(
            "current_prices",
            "no_inventory_tibet",
            "allocated_split",
            "classification_differs",
            "synthetic_or_reconstructed_input",
        ),
        query="SELECT b.sector_code, i.name_en, b.value, b.unit, b.rank\nFROM baseline.sector_indicator AS "
        "b\n"
        "INNER JOIN reference.indicator AS i ON i.indicator_code = b.indicator_code\n"
        "WHERE b.table_id = '2012' AND b.province_code = 'GD' AND b.rank <= 3\n"
        "ORDER BY i.indicator_no, b.rank;",
    ),
    define(
        "baseline.province_year",
        ProvinceYear,
        title=("Provinces by year", "分省分年基线"),
        grain=("One row is one province and year, of the current release.", "每行一省一年，取现行版本。"),
        years=(
            "CO2: the inventories in the lake; GDP and population: 2011 to 2022.",
            "排放以数据湖中的清单为准；GDP和人口为2011至2022年。",
        ),
        warnings=(
            "current_prices",
            "revised_denominator",
            "no_inventory_tibet",
            "release_changes_history",
            "provinces_exceed_nation",
            "synthetic_or_reconstructed_input",
        ),
        query="SELECT p.name_en, y.co2_mt, y.co2_t_per_m_cny, y.co2_t_per_head\nFROM baseline.province_year "
        "AS y\n"
        "INNER JOIN reference.province AS p ON p.province_code = y.province_code\nWHERE y.year = 2017\n"
        "ORDER BY y.co2_t_per_m_cny DESC NULLS LAST;",
    ),
)
"""The contracts of this group."""
