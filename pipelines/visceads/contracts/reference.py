"""The contracts of the group `reference`: code lists, the concordance, indicators, targets and pathways.

Belongs here: the models and records of those tables. Not here: the entries themselves (seeds of the dbt
project).
"""

from __future__ import annotations

import polars as pl

from visceads.contracts.base import (
    PublishedTable,
    choice,
    flag,
    fraction,
    key,
    key_number,
    measure,
    number,
    text,
)
from visceads.contracts.fields import CLASSIFICATIONS, CONFIDENCES
from visceads.contracts.record import define

_NO_YEARS = ("Does not depend on the year.", "与年份无关。")


class Province(PublishedTable):
    """The 31 provinces, their names, regions and places."""

    province_code: pl.String = key()
    gb_code: pl.String = text()
    iso_3166_2: pl.String = text()
    name_en: pl.String = text()
    name_zh: pl.String = text()
    name_zh_full: pl.String = text()
    name_en_short: pl.String = text()
    region_code: pl.String = text()
    region_en: pl.String = text()
    region_zh: pl.String = text()
    mrio_order: pl.Int32 = number(1, 31)
    grid_row: pl.Int32 = number(1, 20)
    grid_col: pl.Int32 = number(1, 20)
    longitude: pl.Float64 = measure(70.0, 140.0)
    latitude: pl.Float64 = measure(15.0, 55.0)
    capital_en: pl.String = text()
    has_inventory: pl.Boolean = flag()


class Sector(PublishedTable):
    """The 42 sectors of both classifications."""

    classification: pl.String = key(CLASSIFICATIONS)
    sector_no: pl.String = key()
    sector_code: pl.String = text()
    name_en: pl.String = text()
    name_zh: pl.String = text()
    short_en: pl.String = text()
    short_zh: pl.String = text()
    group_code: pl.String = text()
    harmonised_code: pl.String = text()


class SectorGroup(PublishedTable):
    """The families in which sectors are shown."""

    group_code: pl.String = key()
    group_order: pl.Int32 = number(1, 100)
    name_en: pl.String = text()
    name_zh: pl.String = text()


class SectorHarmonised(PublishedTable):
    """The 41 sectors that both classifications can be added up to."""

    harmonised_code: pl.String = key()
    harmonised_no: pl.String = text()
    name_en: pl.String = text()
    name_zh: pl.String = text()
    short_en: pl.String = text()
    short_zh: pl.String = text()
    group_code: pl.String = text()
    members_2012: pl.String = text()
    members_2017: pl.String = text()
    relation: pl.String = choice(("identical", "merged"))


class InventorySector(PublishedTable):
    """The 47 rows of the provincial CO2 inventories."""

    inventory_code: pl.String = key()
    row_no: pl.String = text()
    name_en: pl.String = text()
    name_zh: pl.String = text()
    kind: pl.String = choice(("production", "household"))


class Fuel(PublishedTable):
    """The columns of the inventories: 17 fuels, process, and what does not count in scope 1."""

    fuel_code: pl.String = key()
    fuel_no: pl.String = text()
    name_en: pl.String = text()
    name_zh: pl.String = text()
    group_code: pl.String = text()
    is_in_scope1: pl.Boolean = flag()


class Concordance(PublishedTable):
    """Which inventory row belongs to which of the 42 sectors."""

    classification: pl.String = key(CLASSIFICATIONS)
    inventory_code: pl.String = key()
    sector_code: pl.String = key()
    rule: pl.String = choice(("whole", "split"))
    default_share: pl.Float64 = fraction()
    confidence: pl.String = choice(CONFIDENCES)


class Indicator(PublishedTable):
    """The indicators of baseline.sector_indicator."""

    indicator_code: pl.String = key()
    indicator_no: pl.Int32 = number(1, 1000)
    indicator_group: pl.String = text()
    prototype_code: pl.String = text(nullable=True)
    unit: pl.String = text()
    name_en: pl.String = text()
    name_zh: pl.String = text()
    formula: pl.String = text()


class Target(PublishedTable):
    """Targets of China and of its provinces."""

    target_id: pl.String = key()
    scope: pl.String = choice(("province", "national"))
    province_code: pl.String = text(nullable=True)
    document: pl.String = text()
    metric: pl.String = text()
    base_year: pl.Int32 = number(1949, 2100, nullable=True)
    target_year: pl.Int32 = number(1949, 2100)
    value_low: pl.Float64 = measure()
    value_high: pl.Float64 = measure()
    unit: pl.String = text()
    confidence: pl.String = choice(CONFIDENCES)
    source: pl.String = text()


class KnownIssue(PublishedTable):
    """Known defects and surprises of the sources, and what is done about each."""

    issue_id: pl.String = key()
    family: pl.String = text()
    vintage: pl.String = text(nullable=True)
    period_from: pl.Int32 = number(1949, 2100)
    period_to: pl.Int32 = number(1949, 2100)
    province_code: pl.String = text(nullable=True)
    inventory_code: pl.String = text(nullable=True)
    fuel_code: pl.String = text(nullable=True)
    title_en: pl.String = text()
    title_zh: pl.String = text()
    evidence_en: pl.String = text()
    effect_en: pl.String = text()
    effect_zh: pl.String = text()
    treatment: pl.String = choice(("null", "replace", "flag"))
    correction: pl.String = text(nullable=True)
    is_default_on: pl.Boolean = flag()
    source: pl.String = text()


class Pathway(PublishedTable):
    """Published reduction pathways of sectors."""

    pathway_id: pl.String = key()
    year: pl.Int32 = key_number(1949, 2100)
    sector: pl.String = text()
    metric: pl.String = text()
    unit: pl.String = text()
    scenario: pl.String = text()
    provider: pl.String = text()
    temperature_c: pl.Float64 = measure(0.0, 10.0, nullable=True)
    region: pl.String = text()
    value: pl.Float64 = measure()
    sector_code: pl.String = text(nullable=True)
    release_date: pl.String = text(nullable=True)
    confidence: pl.String = choice(CONFIDENCES)
    source: pl.String = text()


CONTRACTS = (
    define(
        "reference.province",
        Province,
        title=("Provinces", "省份"),
        grain=("One row is one province.", "每行一个省份。"),
        years=_NO_YEARS,
        query="SELECT province_code, name_en, name_zh, region_en\nFROM reference.province\nORDER BY mrio_order;",
    ),
    define(
        "reference.sector",
        Sector,
        title=("Sectors", "部门"),
        grain=("One row is one sector of one classification.", "每行一个分类中的一个部门。"),
        years=_NO_YEARS,
        warnings=("classification_differs",),
        query="SELECT sector_no, sector_code, name_en, name_zh\nFROM reference.sector\n"
        "WHERE classification = '2012'\nORDER BY sector_no;",
    ),
    define(
        "reference.sector_group",
        SectorGroup,
        title=("Families of sectors", "部门类别"),
        grain=("One row is one family of sectors.", "每行一个部门类别。"),
        years=_NO_YEARS,
        query="SELECT group_code, name_en, name_zh\nFROM reference.sector_group\nORDER BY group_order;",
    ),
    define(
        "reference.sector_harmonised",
        SectorHarmonised,
        title=("Harmonised sectors", "统一部门"),
        grain=("One row is one of the 41 harmonised sectors.", "每行一个统一部门（共41个）。"),
        years=_NO_YEARS,
        query="SELECT harmonised_code, members_2012, members_2017\nFROM reference.sector_harmonised\n"
        "WHERE relation = 'merged';",
    ),
    define(
        "reference.inventory_sector",
        InventorySector,
        title=("Rows of the inventories", "清单部门"),
        grain=("One row is one of the 47 rows of the inventories.", "每行一个清单部门（共47个）。"),
        years=_NO_YEARS,
        query="SELECT row_no, inventory_code, name_en, name_zh\nFROM reference.inventory_sector\nORDER BY row_no;",
    ),
    define(
        "reference.fuel",
        Fuel,
        title=("Fuels", "能源品种"),
        grain=("One row is one column of the inventories.", "每行一个清单列（能源品种或过程）。"),
        years=_NO_YEARS,
        query="SELECT fuel_code, name_en, name_zh\nFROM reference.fuel\nWHERE is_in_scope1\nORDER BY fuel_no;",
    ),
    define(
        "reference.concordance",
        Concordance,
        title=("Concordance of inventory rows and sectors", "清单部门与投入产出部门对照"),
        grain=(
            "One row is one inventory row and one sector that it goes to; household rows go to none and are absent.",
            "每行一个清单部门及其对应的投入产出部门；居民生活行无对应部门，不列出。",
        ),
        years=_NO_YEARS,
        warnings=("allocated_split", "classification_differs"),
        query="SELECT inventory_code, sector_code, default_share\nFROM reference.concordance\n"
        "WHERE classification = '2012' AND rule = 'split';",
    ),
    define(
        "reference.indicator",
        Indicator,
        title=("Indicators", "指标"),
        grain=("One row is one indicator.", "每行一个指标。"),
        years=_NO_YEARS,
        query="SELECT indicator_code, name_en, name_zh, unit, formula\nFROM reference.indicator\n"
        "ORDER BY indicator_no;",
    ),
    define(
        "reference.target",
        Target,
        title=("Targets", "目标"),
        grain=("One row is one target.", "每行一个目标。"),
        years=("Target years as the documents state them.", "目标年以文件为准。"),
        warnings=("targets_to_be_verified",),
        query="SELECT province_code, document, base_year, target_year, value_low\nFROM reference.target\n"
        "WHERE scope = 'province' AND metric = 'co2_per_gdp'\nORDER BY province_code, target_year;",
    ),
    define(
        "reference.pathway",
        Pathway,
        title=("Sectoral pathways", "行业减排路径"),
        grain=("One row is one pathway in one year.", "每行一条路径的一个年份。"),
        years=("The years that the providers published, 2019 to 2050.", "提供方公布的年份，2019至2050年。"),
        query="SELECT scenario, year, value, unit\nFROM reference.pathway\nWHERE sector = 'power'\n"
        "ORDER BY scenario, year;",
    ),
    define(
        "reference.known_issue",
        KnownIssue,
        title=("Known issues", "已知问题"),
        grain=(
            "One row is one known issue of a family of workbooks; an empty vintage, province, row or fuel means all.",
            "每行一类工作簿的一个已知问题；批次、省份、部门或能源品种为空表示全部。",
        ),
        years=("The years that each issue is about.", "各问题所涉及的年份。"),
        query="SELECT issue_id, family, vintage, period_from, period_to, province_code, title_en, effect_en\n"
        "FROM reference.known_issue\nWHERE treatment <> 'flag'\nORDER BY issue_id;",
    ),
)
"""The contracts of this group."""
