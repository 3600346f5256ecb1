"""The shared vocabulary: every column name with its unit and its titles, and the words that tables share.

Belongs here: one term for each column name (one name = one meaning = one unit in all tables), the
enumerations that more than one table uses, the reasons of missing values and the usage warnings, each in
English and Chinese. Not here: which table has which column (the modules named as the groups) and bounds
(`base` and the tables).
"""

from __future__ import annotations

from dataclasses import dataclass

from visceads.contracts.terms import TERMS

CO2_BASES = ("inventory", "satellite")
"""Where sectoral CO2 comes from: the provincial inventory, or the CO2 row inside the MRIO workbook."""

FINAL_DEMAND_CATEGORIES = ("FU101", "FU102", "FU103", "FU201", "FU202")
"""Rural and urban households, government, fixed capital formation, changes in inventories."""

CLASSIFICATIONS = ("2012", "2017")
"""The two 42-sector classifications."""

CONFIDENCES = ("verified", "derived", "to_be_verified")
"""How sure the entry of a code list or a target is."""

NATION_CODE = "CN"
"""Stands in `province_code` where a row is about all provinces together."""

TOTAL_CODE = "total"
"""Stands in a sector column where a row is about all sectors of a province together."""

NULL_REASONS: dict[str, tuple[str, str]] = {
    "no_inventory": (
        "The province or year has no inventory (Tibet has none).",
        "该省份或年份没有排放清单（西藏无清单）。",
    ),
    "no_inventory_row": ("No inventory row belongs to the sector.", "清单中没有对应该部门的行。"),
    "missing_in_source": (
        "The source is blank, or writes zero for all fuels of the province and year: missing, not zero.",
        "来源为空白，或该省该年全部能源品种均写为零：属于缺失，而不是零。",
    ),
    "process_lost": (
        "The release has lost its process (cement) emissions.",
        "该版本丢失了工业过程（水泥）排放。",
    ),
    "missing_denominator": ("The denominator is not available.", "缺少分母。"),
    "zero_denominator": ("The denominator is zero.", "分母为零。"),
    "negative_denominator": ("The denominator is negative.", "分母为负。"),
    "zero_output": ("The sector's gross output is zero.", "该部门总产出为零。"),
    "tiny_output": (
        "The sector's gross output is positive, but below 0.1 million yuan.",
        "该部门总产出为正但低于0.1百万元。",
    ),
    "implausible_denominator": ("The denominator lies outside plausible bounds.", "分母超出合理范围。"),
    "undefined_growth": (
        "The rate is not defined, because the activity did not change.",
        "活动量没有变化，增长率无定义。",
    ),
    "mixed_sign": ("A share over values of both signs has no meaning.", "正负值混合时份额没有意义。"),
    "not_comparable": (
        "The two values come from different releases, price bases or classifications.",
        "两个数值来自不同版本、价格基准或分类。",
    ),
    "not_applicable": ("The method has no meaning here.", "该方法在此不适用。"),
    "single_point": ("The method needs two years and there is one.", "该方法需要两个年份，而这里只有一个。"),
    "zero_direct": (
        "A ratio to a direct coefficient that is zero or negative.",
        "直接系数为零或为负，比值无意义。",
    ),
    "no_inventory_in_one": (
        "Only one of the two tables has CO2 of the province: the difference would not be a change.",
        "两个表中只有一个有该省的排放数据：其差值并非变化。",
    ),
    "no_fuel_split": (
        "The CO2 row of the MRIO workbook is one figure a sector and does not tell fuels.",
        "投入产出表工作簿的排放行每部门只有一个数值，不区分能源品种。",
    ),
}
"""Why a value is missing: code -> English and Chinese sentence. Missing is never zero."""

USAGE_WARNINGS: dict[str, tuple[str, str]] = {
    "current_prices": (
        "Money is in current prices of the table's year: do not compare years without a deflator.",
        "货币量为当年价格：不经价格平减不可跨年比较。",
    ),
    "no_inventory_tibet": (
        "Tibet has no CO2 inventory: its values are missing, not zero, and sums cover 30 provinces.",
        "西藏没有二氧化碳排放清单：其数值为缺失而非零，合计只含30个省份。",
    ),
    "allocated_split": (
        "Three inventory rows (transport and post, trade and catering, other services) are shared among "
        "several "
        "sectors by a rule; the column split_rule of mrio.sector_account names it.",
        "清单中的三行（交通邮电、批发零售餐饮、其他服务）按规则分摊到多个部门；"
        "规则见mrio.sector_account的split_rule列。",
    ),
    "synthetic_or_reconstructed_input": (
        "The input may be synthetic or reconstructed: look at is_synthetic and is_reconstructed in "
        "meta.publication "
        "before you quote a figure.",
        "输入可能是合成或重构的数据：引用前请先查看meta.publication的is_synthetic和is_reconstructed。",
    ),
    "classification_differs": (
        "Tables of different years may use different 42-sector classifications: join on sector_code or "
        "harmonised_code, never on sector_no.",
        "不同年份的表可能采用不同的42部门分类：请按sector_code或harmonised_code连接，切勿按sector_no连接。",
    ),
    "release_changes_history": (
        "A new release also revises earlier years: filter on is_current, or name the release.",
        "新版本会修订以往年份：请筛选is_current，或指明版本。",
    ),
    "revised_denominator": (
        "GDP and population are the revised series; figures of yearbooks of the time differ.",
        "GDP和人口采用修订后的序列，与当年年鉴数值不同。",
    ),
    "provinces_exceed_nation": (
        "Provincial inventories add up to 6 to 8 percent more than the national inventory in 2012-2017: a "
        "known "
        "statistical gap, which is not scaled away.",
        "2012至2017年各省清单之和比全国清单高6%至8%：这是已知的统计差距，未作缩放。",
    ),
    "apparent_is_another_account": (
        "Apparent emissions follow from what a province produces, imports and stores, not from what its sectors "
        "burn: never mix them with the sectoral inventories in one figure.",
        "表观排放按能源的生产、进出口和库存核算，而非按各部门的燃烧量核算：切勿与分部门清单混用于同一指标。",
    ),
    "rows_hold_totals": (
        "Totals stand among the rows: choose the rows you mean before you add up.",
        "各行中含有合计行：求和前请先选定所需的行。",
    ),
    "cities_are_not_the_province": (
        "Not every city has a figure, and Tibet has none: cities do not add up to provinces.",
        "并非每个城市都有数值，西藏没有：各城市之和不等于全省。",
    ),
    "imports_within_flows": (
        "The national table does not part imported from domestic products: flows and final demand hold both, and "
        "imports are subtracted once, along the row.",
        "全国表不区分国产与进口产品：中间流量和最终需求均含进口，进口在行向一次性扣除。",
    ),
    "not_an_emission_total": (
        "CO2 carried by transactions counts the same tonne at every stage: do not add it up to a total.",
        "交易所载的二氧化碳在每个环节重复计算：不可加总为排放总量。",
    ),
    "emissions_abroad_excluded": (
        "Emissions outside China are not included: consumption is what production in China serves.",
        "不含中国境外的排放：消费侧只计由中国境内生产所满足的部分。",
    ),
    "prices_at_full_pass_through": (
        "Prices rise as if every sector passed all its costs on and nobody bought otherwise: an upper bound.",
        "假定各部门将成本全部转嫁、且购买行为不变：为价格上涨的上限。",
    ),
    "comparable_only": (
        "Provinces and sectors whose CO2 only one of the two tables states count as 0 in both: start and end can "
        "be below the footprints.",
        "只有一个表有排放数据的省份和部门在两个表中均计为0：起止值可能低于碳足迹。",
    ),
    "losses_do_not_add_up": (
        "Each loss is that of taking out one sector or one province alone: losses of several do not add up.",
        "每项损失为单独抽取一个部门或一个省份所致：多项损失不可相加。",
    ),
    "targets_to_be_verified": (
        "Some entries are still to be verified: look at the column confidence.",
        "部分条目尚待核实：请查看confidence列。",
    ),
}
"""What a user must know before using a table: key -> English and Chinese sentence."""


@dataclass(frozen=True)
class Term:
    """What a column name means, wherever it stands.

    Attributes:
        unit: the unit, or 'code', 'text', 'true/false' and the like in place of one.
        title_en: title in English.
        title_zh: title in Chinese.
        description: one or two sentences in English.
    """

    unit: str
    title_en: str
    title_zh: str
    description: str


VOCABULARY: dict[str, Term] = {name: Term(*rest) for name, *rest in TERMS}
"""Column name -> its term."""
