"""What every published table is made from, and how, in a sentence.

Belongs here: direct inputs of each table: published tables (`mrio.flow`), families of workbooks (`bronze.mrio`) and
seeds (`seed.fuel`). Steps between that are not published are left out: a table is made from what they are made from.
Not here: promises about a table (the modules named as the groups). A test holds this equal to the asset graph.
"""

from __future__ import annotations

from dataclasses import dataclass

FAMILIES = (
    "bronze.apparent_national",
    "bronze.apparent_provincial",
    "bronze.city_vector",
    "bronze.co2_inventory",
    "bronze.co2_national",
    "bronze.energy_inventory",
    "bronze.mrio",
    "bronze.national_io_table",
    "bronze.nbs_panel",
    "bronze.nbs_series",
)
"""The families of workbooks whose cells lie in bronze."""


@dataclass(frozen=True)
class Lineage:
    """How one published table comes about.

    Attributes:
        made_from: its direct inputs, sorted.
        rule: how it is made of them, in a sentence.
    """

    made_from: tuple[str, ...]
    rule: str


_MRIO = ("bronze.mrio", "meta.release")
_NATIONAL = ("bronze.national_io_table", "meta.release")
_ACCOUNT_INPUTS = ("mrio.final_demand", "mrio.flow", "mrio.primary_input", "mrio.sector_account")
_FOOTPRINT_INPUTS = (
    "bronze.nbs_panel",
    "bronze.nbs_series",
    "inventory.emission",
    "inventory.emission_total",
    "meta.release",
    *_ACCOUNT_INPUTS,
    "reference.inventory_sector",
    "seed.nbs_province_year",
)
_DECOMPOSITION_INPUTS = (
    "bronze.nbs_panel",
    "bronze.nbs_series",
    "meta.release",
    *_ACCOUNT_INPUTS,
    "seed.nbs_province_year",
)
_OF_ONE_SEED = "The seed is taken over; no figure of a workbook is in it."

LINEAGE: dict[str, Lineage] = {
    "reference.province": Lineage(("seed.province",), _OF_ONE_SEED),
    "reference.sector": Lineage(
        ("seed.sector_harmonised_map", "seed.sector_mrio"),
        "The list of the 42 sectors of both classifications, with the harmonised sector that each belongs to.",
    ),
    "reference.sector_group": Lineage(("seed.sector_group",), _OF_ONE_SEED),
    "reference.sector_harmonised": Lineage(("seed.sector_harmonised",), _OF_ONE_SEED),
    "reference.inventory_sector": Lineage(("seed.sector_inventory",), _OF_ONE_SEED),
    "reference.fuel": Lineage(("seed.fuel",), _OF_ONE_SEED),
    "reference.concordance": Lineage(("seed.concordance_inventory_mrio",), _OF_ONE_SEED),
    "reference.indicator": Lineage(("seed.indicator",), _OF_ONE_SEED),
    "reference.target": Lineage(
        ("seed.target_fyp_province", "seed.target_national"), "Targets of provinces and of the nation in one list."
    ),
    "reference.known_issue": Lineage(("seed.known_issue",), _OF_ONE_SEED),
    "reference.pathway": Lineage(("seed.pathway",), _OF_ONE_SEED),
    "meta.release": Lineage(FAMILIES, "One row for every workbook that was accepted, as its reader describes it."),
    "meta.rejected_workbook": Lineage(FAMILIES, "One row for every file that was refused, with the reason."),
    "meta.quality": Lineage(
        (
            *FAMILIES,
            "inventory.apparent_emission",
            "inventory.emission",
            "inventory.emission_total",
            "inventory.energy",
            "meta.release",
            "reference.known_issue",
            "seed.fuel",
            "seed.known_issue",
            "seed.province",
        ),
        "What the readers noted about each workbook and how well its accounts add up, jumps between years, what "
        "corrections changed, and known issues.",
    ),
    "meta.revision": Lineage(
        (
            "bronze.co2_national",
            "bronze.mrio",
            "bronze.national_io_table",
            "bronze.nbs_panel",
            "bronze.nbs_series",
            "inventory.apparent_emission",
            "inventory.emission_total",
            "inventory.energy",
            "meta.release",
        ),
        "Each figure that several releases state, beside the figure of the next newer release.",
    ),
    "meta.dictionary": Lineage((), "Made from the contracts of the tables, not from data."),
    "meta.publication": Lineage((), "Written when a version is published: its hash, time and size."),
    "inventory.emission": Lineage(
        ("bronze.co2_inventory", "meta.release", "seed.fuel", "seed.known_issue"),
        "One cell of an inventory a row; where a release writes zero for what it does not know, a correction makes it "
        "null with a reason.",
    ),
    "inventory.emission_total": Lineage(
        ("bronze.co2_inventory", "meta.release", "seed.fuel", "seed.known_issue"),
        "The total that the sheet of a province prints; null with a reason where a part of it is unknown.",
    ),
    "inventory.energy": Lineage(
        ("bronze.energy_inventory", "meta.release", "seed.fuel", "seed.known_issue", "seed.sector_inventory"),
        "One cell of an energy inventory a row, in the base unit of the fuel; zeros of a province and year without "
        "energy data are null.",
    ),
    "inventory.national_emission": Lineage(
        ("bronze.co2_national", "meta.release", "seed.fuel"), "One cell of a national inventory a row."
    ),
    "inventory.apparent_emission": Lineage(
        ("bronze.apparent_national", "bronze.apparent_provincial", "meta.release", "seed.known_issue"),
        "One cell of a workbook of apparent emissions a row, with its sign; zeros of a province and year without "
        "energy data are null.",
    ),
    "inventory.city_emission": Lineage(
        ("bronze.city_vector", "meta.release"), "One cell of the workbook of cities a row; a blank is null."
    ),
    "mrio.flow": Lineage(_MRIO, "One cell of the block of flows a row; zero and empty cells are left out."),
    "mrio.final_demand": Lineage(_MRIO, "One cell of final demand a row; zero and empty cells are left out."),
    "mrio.primary_input": Lineage(_MRIO, "One cell of the rows below the flows a row: imports and value added."),
    "mrio.sector_account": Lineage(
        (
            "bronze.mrio",
            "inventory.emission",
            "inventory.emission_total",
            "meta.release",
            "mrio.final_demand",
            "mrio.flow",
            "mrio.primary_input",
            "seed.concordance_inventory_mrio",
            "seed.fuel",
        ),
        "Output, exports and error are cells; intermediate input, intermediate use and final demand are sums over the "
        "sector's column or row; CO2 is the satellite row, and the current inventory brought to sectors by the "
        "concordance.",
    ),
    "mrio.national_flow": Lineage(
        _NATIONAL, "One cell of the block of flows of a national table a row; zero and empty cells are left out."
    ),
    "mrio.national_final_demand": Lineage(
        _NATIONAL, "One cell of final demand of a national table a row; zero and empty cells are left out."
    ),
    "mrio.national_sector_account": Lineage(
        (*_NATIONAL, "mrio.national_final_demand", "mrio.national_flow"),
        "Output, exports, imports and error are cells; intermediate input, intermediate use and final demand are sums "
        "over the product's column or row.",
    ),
    "baseline.province_year": Lineage(
        (
            "bronze.nbs_panel",
            "bronze.nbs_series",
            "inventory.emission",
            "inventory.emission_total",
            "meta.release",
            "seed.fuel",
            "seed.nbs_province_year",
            "seed.province",
            "seed.sector_inventory",
        ),
        "The total and the cells of the current inventory of the year, beside GDP and population of the statistics; "
        "intensities are ratios of the two.",
    ),
    "baseline.sector_indicator": Lineage(
        (
            "backbone.node",
            "bronze.mrio",
            "meta.release",
            "mrio.final_demand",
            "mrio.flow",
            "mrio.primary_input",
            "mrio.sector_account",
            "seed.concordance_inventory_mrio",
            "seed.indicator",
        ),
        "Thirty figures of each sector out of its account, its trade within the province and its place in the network, "
        "ranked among the sectors of the province.",
    ),
    "accounts.multiplier": Lineage(
        _ACCOUNT_INPUTS,
        "Rows of the Leontief inverse of the whole table, so every flow of the table has a share in every multiplier; "
        "Type II closes it on households, whose own imports are inputs where their income must be capped.",
    ),
    "accounts.linkage": Lineage(
        _ACCOUNT_INPUTS,
        "Column and row sums of the Leontief inverse and row sums of the Ghosh inverse, compared with their means.",
    ),
    "accounts.co2_linkage": Lineage(
        _ACCOUNT_INPUTS, "CO2 intensities upstream and downstream of each sector, compared with their means."
    ),
    "accounts.extraction": Lineage(
        _ACCOUNT_INPUTS,
        "Output, value added and CO2 of the whole table less what they would be without the sector or the province.",
    ),
    "accounts.province_footprint": Lineage(
        _FOOTPRINT_INPUTS,
        "CO2 of all sectors carried along the Leontief inverse of the whole table to final demand; households' own "
        "emissions come from the inventory; GDP and population of the table's year from the statistics.",
    ),
    "accounts.embodied_flow": Lineage(
        _ACCOUNT_INPUTS,
        "CO2 of all sectors carried along the Leontief inverse from the province of production to the province of use.",
    ),
    "accounts.embodied_flow_sector": Lineage(
        _ACCOUNT_INPUTS,
        "CO2 of each sector carried along the Leontief inverse to the province of use; zero flows are left out.",
    ),
    "backbone.comparison": Lineage(
        ("accounts.embodied_flow", "accounts.multiplier", "mrio.flow"),
        "Backbones of the money inside and between provinces, measured against their networks and against each other; "
        "CO2 carried by an edge is the flow times the seller's total intensity, between provinces the embodied flow.",
    ),
    "accounts.production_layer": Lineage(
        _ACCOUNT_INPUTS,
        "CO2 intensities carried step by step up the chain of suppliers from each final demand; what lies beyond the "
        "last step is solved for by itself.",
    ),
    "accounts.supply_path": Lineage(
        _ACCOUNT_INPUTS,
        "All chains of suppliers that carry at least the threshold of a demand's footprint, each a product of an "
        "intensity, coefficients and a final demand.",
    ),
    "accounts.price_pass_through": Lineage(
        _ACCOUNT_INPUTS,
        "CO2 intensities times the carbon price of the run, carried along the Leontief inverse to prices.",
    ),
    "accounts.structural_decomposition": Lineage(
        _DECOMPOSITION_INPUTS,
        "Two consecutive tables summed to the harmonised sectors; CO2 computed with each factor at either table, and "
        "the differences averaged; population comes from the statistics.",
    ),
    "backbone.edge": Lineage(
        ("accounts.embodied_flow", "accounts.multiplier", "mrio.flow"),
        "Each edge of a network, judged by a filter against the other edges of that network: money flows, or the CO2 "
        "that they carry by the seller's total intensity, between provinces the embodied flow.",
    ),
    "backbone.node": Lineage(("mrio.flow",), "Measures of each sector in the network of flows inside its province."),
}
"""Table -> how it comes about."""


def all_inputs(table: str) -> tuple[str, ...]:
    """Return everything that a table rests on, itself first, then each input once, nearest first.

    Args:
        table: `group.table`, a family of workbooks or a seed.
    """
    found = [table]
    for name in found:  # the list grows while it is walked
        found += [one for one in (LINEAGE[name].made_from if name in LINEAGE else ()) if one not in found]
    return tuple(found)
