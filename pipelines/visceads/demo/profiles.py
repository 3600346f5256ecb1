"""What makes the invented provinces differ from one another: hand-set constants of the demo release.

Belongs here: specialities of provinces, sectors a province does not have, how far goods travel, and the
emissions and fuels of the 47 inventory rows. Not here: arithmetic (`economy`, `inventory`, `mrio_table`).
The figures are invented: round numbers that give a lively, plausible picture. None of them is a source.
"""

from __future__ import annotations

SPECIALITIES: dict[str, dict[str, float]] = {
    "agriculture": {"HL": 2.2, "HI": 2.5, "GX": 1.8, "XJ": 1.8, "HA": 1.4, "SC": 1.4, "BJ": 0.1, "SH": 0.1},
    "coal_mining": {"SX": 14, "NM": 11, "SN": 8, "NX": 3, "GZ": 3, "XJ": 2, "HA": 1.2, "AH": 1.2, "GS": 1.1},
    "oil_gas_extraction": {"HL": 8, "XJ": 8, "SN": 6, "TJ": 6, "QH": 3, "LN": 2, "SD": 1.5, "SC": 1.5},
    "metal_ore_mining": {"HE": 3, "NM": 3, "JX": 2, "YN": 2, "LN": 2, "XZ": 3},
    "nonmetal_mining": {"HA": 2, "HB": 2, "QH": 3, "AH": 1.5},
    "food_tobacco": {"HA": 1.8, "SD": 1.6, "SC": 1.6, "YN": 2.2, "HL": 1.6},
    "textiles": {"ZJ": 3, "JS": 2.2, "SD": 2, "FJ": 2, "HB": 1.3},
    "apparel_leather": {"FJ": 3, "GD": 2.2, "ZJ": 2.2, "JS": 1.6},
    "timber_furniture": {"GX": 2, "FJ": 1.8, "GD": 1.4, "SD": 1.4},
    "paper_printing": {"GD": 2, "ZJ": 1.6, "FJ": 1.5, "SD": 1.5},
    "petroleum_coking": {"LN": 3, "SX": 3, "SD": 2, "XJ": 2.5, "SN": 2, "HI": 3, "NX": 2.5},
    "chemicals": {"JS": 2, "SD": 2, "ZJ": 1.7, "QH": 1.5, "SH": 1.3},
    "nonmetallic_minerals": {"HA": 2.2, "SD": 1.5, "AH": 1.5, "GX": 1.6, "JX": 1.5},
    "metal_smelting": {"HE": 3.5, "LN": 2, "JX": 2, "GS": 2.5, "SX": 2, "NM": 1.8, "JS": 1.5, "YN": 1.7},
    "metal_products": {"TJ": 2, "GD": 1.7, "JS": 1.6, "ZJ": 1.6, "HE": 1.6},
    "general_machinery": {"LN": 2, "ZJ": 2, "JS": 2, "SH": 1.8},
    "special_machinery": {"HN": 2.2, "JS": 1.8, "SD": 1.6, "HA": 1.5},
    "transport_equipment": {"JL": 5, "SH": 2.6, "CQ": 2.8, "HB": 2.2, "GD": 1.3, "TJ": 1.5},
    "electrical_machinery": {"GD": 2.4, "JS": 2.2, "ZJ": 2, "AH": 2},
    "electronics": {"GD": 5, "JS": 3.5, "SH": 2.5, "CQ": 2, "SC": 1.5, "BJ": 1.2, "TJ": 1.5},
    "instruments": {"JS": 3, "ZJ": 2, "BJ": 1.8, "CQ": 1.5},
    "power_heat": {"NM": 2.8, "SX": 2.2, "NX": 2.8, "GZ": 2, "XJ": 1.6, "BJ": 1.5},
    "wholesale_retail": {"SH": 1.7, "BJ": 1.3, "GD": 1.2},
    "transport_post": {"SH": 1.3, "HE": 1.4, "TJ": 1.3},
    "information_services": {"BJ": 5, "SH": 2.4, "GD": 1.6, "ZJ": 1.8},
    "finance": {"BJ": 2.6, "SH": 2.6, "GD": 1.2, "TJ": 1.3},
    "leasing_business": {"BJ": 3.5, "SH": 2.8, "GD": 1.5},
    "science_technical": {"BJ": 4, "SH": 2, "SN": 1.6, "TJ": 1.5},
    "culture_sports": {"BJ": 3, "HN": 1.5},
    "public_administration": {"XZ": 3, "QH": 2, "XJ": 1.5, "GS": 1.5},
    "construction": {"XZ": 2.2, "QH": 1.5, "NX": 1.4, "YN": 1.3},
}
"""How many times the national weight a sector has in a province; 1 where not named."""

UNSPECIALISED = {"coal_mining": 0.25, "oil_gas_extraction": 0.25}
"""Weight of provinces that are not named under a sector where nature, not choice, decides; 1 elsewhere."""

INACTIVE_SECTORS: dict[str, tuple[str, ...]] = {
    "XZ": (
        "coal_mining",
        "oil_gas_extraction",
        "petroleum_coking",
        "general_machinery",
        "transport_equipment",
        "electronics",
        "instruments",
        "other_manufacturing",
        "waste_resources",
        "machinery_repair",
    ),
    "SH": ("coal_mining", "metal_ore_mining", "nonmetal_mining"),
    "TJ": ("coal_mining", "metal_ore_mining"),
    "ZJ": ("coal_mining", "oil_gas_extraction"),
    "HI": ("coal_mining", "machinery_repair"),
    "GD": ("coal_mining",),
    "FJ": ("oil_gas_extraction",),
    "JX": ("oil_gas_extraction",),
    "HN": ("oil_gas_extraction",),
    "GZ": ("oil_gas_extraction",),
    "QH": ("waste_resources",),
}
"""Sectors without output: 25 of 1,302, ten of them in Tibet, about as many as published tables have."""

OWN_PROVINCE_BONUS = 6.0
"""How many times nearer home is than the next province, for goods that travel."""

LOCAL_BONUS = dict.fromkeys(
    (
        "machinery_repair",
        "gas_supply",
        "water_supply",
        "construction",
        "real_estate",
        "environment_facilities",
        "resident_services",
        "education",
        "health_social",
        "public_administration",
    ),
    200.0,
) | dict.fromkeys(
    (
        "agriculture",
        "nonmetal_mining",
        "nonmetallic_minerals",
        "power_heat",
        "wholesale_retail",
        "transport_post",
        "accommodation_catering",
        "information_services",
        "finance",
        "leasing_business",
        "science_technical",
        "research_development",
        "technical_services",
        "culture_sports",
    ),
    25.0,
)
"""The same for what is mostly used where it is made."""

COAST = ("TJ", "LN", "SH", "JS", "ZJ", "FJ", "SD", "GD", "HI", "BJ")
"""Provinces that trade with the world more than others."""

THERMAL_SHARE = {
    "SC": 0.25,
    "YN": 0.25,
    "HB": 0.45,
    "QH": 0.3,
    "XZ": 0.1,
    "GX": 0.5,
    "GD": 0.7,
    "HN": 0.6,
    "FJ": 0.65,
    "BJ": 0.35,
    "SH": 0.8,
    "GZ": 0.7,
    "GS": 0.65,
}
"""Share of the invented power that comes from fuel; 1 where not named."""

CARBON_INTENSITY = {
    "SX": 1.7,
    "NM": 1.8,
    "NX": 2.0,
    "XJ": 2.4,
    "HE": 1.5,
    "GZ": 1.4,
    "LN": 1.3,
    "SN": 1.1,
    "GS": 1.8,
    "QH": 2.2,
    "HL": 1.4,
    "JL": 1.4,
    "YN": 1.3,
    "GD": 0.6,
    "BJ": 0.35,
    "SH": 0.7,
    "ZJ": 0.75,
    "FJ": 0.75,
    "JS": 0.8,
    "JX": 0.7,
    "TJ": 0.9,
    "HI": 0.8,
}
"""Fuel burnt per unit of output relative to the nation; 1 where not named."""

COLD = {"HL": 2.2, "JL": 2.0, "LN": 1.7, "NM": 2.2, "XJ": 1.8, "BJ": 1.8, "TJ": 1.6, "HE": 1.5, "SX": 1.6}
COLD |= {"GD": 0.7, "HI": 0.5, "GX": 0.5, "FJ": 0.6, "QH": 1.6, "NX": 1.5, "GS": 1.4}
"""Household heating relative to the nation; 1 where not named."""

COMBUSTION_MT: dict[str, float] = {
    "farming": 90,
    "coal_mining": 110,
    "oil_gas_extraction": 40,
    "ferrous_ore_mining": 12,
    "nonferrous_ore_mining": 6,
    "nonmetal_mining": 14,
    "other_mining": 2,
    "logging": 0,
    "food_processing": 45,
    "food_production": 28,
    "beverage": 22,
    "tobacco": 3,
    "textile": 35,
    "garments": 8,
    "leather": 4,
    "timber_processing": 14,
    "furniture": 3,
    "papermaking": 45,
    "printing": 4,
    "culture_education_articles": 3,
    "petroleum_coking": 170,
    "raw_chemicals": 320,
    "pharmaceuticals": 18,
    "chemical_fibre": 10,
    "rubber": 9,
    "plastic": 9,
    "nonmetal_mineral_products": 330,
    "ferrous_smelting": 1400,
    "nonferrous_smelting": 85,
    "metal_products": 26,
    "ordinary_machinery": 38,
    "special_machinery": 24,
    "transport_equipment": 30,
    "electric_equipment": 16,
    "electronics": 14,
    "instruments": 2,
    "other_manufacturing": 5,
    "scrap_waste": 1,
    "power_heat": 4450,
    "gas_supply": 25,
    "water_supply": 1,
    "construction": 60,
    "transport_post_telecom": 620,
    "wholesale_retail_catering": 130,
    "other_services": 200,
    "household_urban": 230,
    "household_rural": 170,
}
"""Emissions from fuel by inventory row in the middle year, 30 provinces, Mt. Logging is 0, as published."""

CEMENT_PROCESS_MT = 640.0
"""Process emissions of the row of non-metal mineral products in the middle year, 30 provinces, Mt."""

YEAR_GROWTH = 0.012
"""Yearly growth of all invented emissions around the middle year."""

TIBET_CO2_MT = {
    "nonmetallic_minerals": 2.1,
    "transport_post": 0.9,
    "construction": 0.5,
    "power_heat": 0.4,
    "agriculture": 0.2,
    "public_administration": 0.2,
    "metal_ore_mining": 0.15,
    "wholesale_retail": 0.1,
    "food_tobacco": 0.05,
}
"""The satellite row of Tibet, which has no inventory, in the middle year, Mt."""

INDUSTRY_FUELS: dict[str, float] = {
    "raw_coal": 62,
    "cleaned_coal": 3,
    "other_washed_coal": 3,
    "briquettes": 1,
    "coke": 4,
    "coke_oven_gas": 1,
    "other_gas": 1,
    "gasoline": 3,
    "diesel_oil": 8,
    "fuel_oil": 3,
    "lpg": 1,
    "natural_gas": 10,
}
"""Emissions by fuel, parts of 100, of the inventory rows that have no mix of their own."""

FUEL_MIX: dict[str, dict[str, float]] = {
    "farming": {"raw_coal": 30, "gasoline": 10, "diesel_oil": 60},
    "oil_gas_extraction": {"crude_oil": 25, "diesel_oil": 15, "natural_gas": 55, "refinery_gas": 5},
    "petroleum_coking": {
        "raw_coal": 30,
        "coke_oven_gas": 8,
        "other_coking_products": 2,
        "crude_oil": 5,
        "fuel_oil": 8,
        "refinery_gas": 30,
        "other_petroleum_products": 7,
        "natural_gas": 10,
    },
    "raw_chemicals": {
        "raw_coal": 55,
        "cleaned_coal": 4,
        "coke": 14,
        "fuel_oil": 3,
        "other_petroleum_products": 6,
        "natural_gas": 18,
    },
    "nonmetal_mineral_products": {
        "raw_coal": 80,
        "coke": 5,
        "diesel_oil": 4,
        "fuel_oil": 4,
        "natural_gas": 7,
    },
    "ferrous_smelting": {"raw_coal": 9, "cleaned_coal": 3, "coke": 62, "coke_oven_gas": 6, "other_gas": 20},
    "power_heat": {
        "raw_coal": 90,
        "other_washed_coal": 3,
        "coke_oven_gas": 1,
        "other_gas": 3,
        "diesel_oil": 0.2,
        "fuel_oil": 0.2,
        "natural_gas": 2.6,
    },
    "construction": {"raw_coal": 18, "gasoline": 20, "diesel_oil": 60, "natural_gas": 2},
    "transport_post_telecom": {
        "raw_coal": 2,
        "gasoline": 26,
        "kerosene": 11,
        "diesel_oil": 50,
        "fuel_oil": 5,
        "natural_gas": 6,
    },
    "wholesale_retail_catering": {
        "raw_coal": 45,
        "gasoline": 14,
        "diesel_oil": 16,
        "lpg": 9,
        "natural_gas": 16,
    },
    "other_services": {"raw_coal": 30, "gasoline": 34, "kerosene": 2, "diesel_oil": 22, "natural_gas": 12},
    "household_urban": {"raw_coal": 14, "briquettes": 2, "gasoline": 27, "lpg": 17, "natural_gas": 40},
    "household_rural": {"raw_coal": 74, "briquettes": 6, "gasoline": 10, "lpg": 9, "natural_gas": 1},
}
"""Emissions by fuel of the rows that burn something else, parts of about 100."""
