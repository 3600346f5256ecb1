"""Results by sector as tables: multipliers, linkages, extraction.

Belongs here: their columns. Not here: results by province and flows between provinces (`account_province_frames`).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from visceads.accounts.extraction import ExtractionLoss, extract_provinces, extract_sectors
from visceads.accounts.ghosh import downstream_multipliers
from visceads.accounts.linkage import Co2Linkages, Linkages, co2_linkages, linkages
from visceads.accounts.multiplier import multipliers, type1_ratios
from visceads.accounts.null_reason import Reasons
from visceads.accounts.system import InputOutputSystem
from visceads.contracts.fields import TOTAL_CODE
from visceads.orchestration.account_results import BasisResults, TableSystems, national_emissions
from visceads.orchestration.arrays import FUEL_GROUPS
from visceads.orchestration.layout import province_key, sector_key, table_frame, texts

NO_FUEL_SPLIT = "no_fuel_split"


def multiplier_frame(results: BasisResults) -> pl.DataFrame:
    """Return `accounts.multiplier` of one table on one CO2 basis."""
    system, upstream = results.systems.system, results.upstream
    ratios, closed = type1_ratios(system, upstream), results.type2
    split, downstream = results.split, results.downstream
    columns = {
        "output_multiplier": upstream.output,
        "value_added_multiplier": upstream.value_added,
        "income_multiplier": upstream.income,
        "import_multiplier": upstream.imports,
        "net_production_tax_multiplier": upstream.net_production_tax,
        "depreciation_multiplier": upstream.depreciation,
        "operating_surplus_multiplier": upstream.operating_surplus,
        "value_added_type1": ratios.value_added,
        "income_type1": ratios.income,
        "import_type1": ratios.imports,
        "net_production_tax_type1": ratios.net_production_tax,
        "depreciation_type1": ratios.depreciation,
        "operating_surplus_type1": ratios.operating_surplus,
        "co2_type1": ratios.co2,
        "output_type2_truncated": closed.output_truncated,
        "output_type2_total": closed.output_total,
        "value_added_type2_truncated": closed.value_added_truncated,
        "income_type2": closed.income,
        "income_type2_ratio": closed.income_ratio,
        "co2_type2_truncated_t_per_m_cny": closed.co2_truncated_t_per_m_cny,
        "closure_capped": results.systems.closure.capped[system.province_index],
        "output_own_province": split.output_own_province,
        "output_other_province": split.output_other_province,
        "output_feedback": split.output_feedback,
        "value_added_own_province": split.value_added_own_province,
        "value_added_other_province": split.value_added_other_province,
        "co2_own_province_t_per_m_cny": split.co2_own_province_t_per_m_cny,
        "co2_other_province_t_per_m_cny": split.co2_other_province_t_per_m_cny,
        "ghosh_forward": downstream.output,
        "co2_direct_t_per_m_cny": upstream.co2_direct_t_per_m_cny,
        "co2_total_t_per_m_cny": upstream.co2_total_t_per_m_cny,
        "co2_upstream_share": upstream.co2_upstream_share,
        "co2_downstream_t_per_m_cny": downstream.co2_t_per_m_cny,
        **_fuel_group_columns(results),
        "null_reason": texts(upstream.null_reason),
    }
    return table_frame(_constants(results), sector_key(system) | columns)


def linkage_frame(systems: TableSystems) -> pl.DataFrame:
    """Return `accounts.linkage` of one table: the sectors of every province, then those of the nation."""
    parts = [_linkages(system, linkages(system)) for system in (systems.system, systems.nation)]
    return pl.concat(parts).with_columns(table_id=pl.lit(systems.arrays.table_id))


def co2_linkage_frame(results: BasisResults) -> pl.DataFrame:
    """Return `accounts.co2_linkage` of one table on one CO2 basis, the sectors of the nation at the end.

    Raises:
        ValueError: if the table has no CO2.
    """
    system, whole = results.systems.system, results.systems.nation
    co2 = national_emissions(results)
    of_nation = co2_linkages(whole, multipliers(whole, co2), downstream_multipliers(whole, co2))
    of_provinces = co2_linkages(system, results.upstream, results.downstream)
    parts = [_co2_linkages(system, of_provinces), _co2_linkages(whole, of_nation)]
    return pl.concat(parts).with_columns(pl.lit(value).alias(name) for name, value in _constants(results).items())


def extraction_frame(results: BasisResults) -> pl.DataFrame:
    """Return `accounts.extraction` of one table on one CO2 basis: every sector, then every province, alone."""
    system = results.systems.system
    sectors = _losses(extract_sectors(system, results.emissions))
    provinces = _losses(extract_provinces(system, results.emissions))
    constants = _constants(results)
    parts = [
        table_frame(constants | {"scope": "sector"}, sector_key(system) | sectors),
        table_frame(constants | {"scope": "province", "sector_code": TOTAL_CODE}, province_key(system) | provinces),
    ]
    return pl.concat([part.select(parts[0].columns) for part in parts])


def _constants(results: BasisResults) -> dict[str, str]:
    return {"table_id": results.systems.arrays.table_id, "co2_basis": results.basis}


def _fuel_group_columns(results: BasisResults) -> dict[str, object]:
    groups = results.fuel_groups
    if groups is None:
        nothing = np.full(len(results.systems.system.x), np.nan)
        # the satellite row does not tell fuels; where the CO2 is null itself, that is the reason
        known = "no_inventory" if results.emissions is None else NO_FUEL_SPLIT
        by_group = dict.fromkeys(FUEL_GROUPS, (nothing, nothing))
        reasons: Reasons = tuple(
            known if own in {None, "zero_denominator"} else own for own in results.upstream.null_reason
        )
    else:
        pairs = zip(groups.direct_t_per_m_cny, groups.total_t_per_m_cny, strict=True)
        by_group = dict(zip(groups.groups, pairs, strict=True))
        reasons = groups.null_reason
    columns: dict[str, object] = {}
    for group, (direct, total) in by_group.items():
        columns[f"co2_direct_{group}_t_per_m_cny"] = direct
        columns[f"co2_total_{group}_t_per_m_cny"] = total
    return columns | {"fuel_null_reason": texts(reasons)}


def _linkages(system: InputOutputSystem, result: Linkages) -> pl.DataFrame:
    columns = {
        "backward_multiplier": result.backward,
        "forward_multiplier": result.forward,
        "power_of_dispersion": result.nation.power_of_dispersion,
        "sensitivity_of_dispersion": result.nation.sensitivity_of_dispersion,
        "ghosh_forward": result.ghosh_forward,
        "ghosh_forward_normalised": result.nation.ghosh_forward,
        "key_sector_class": texts(result.nation.key_sector_class),
        "backward_coefficient_of_variation": result.backward_coefficient_of_variation,
        "forward_coefficient_of_variation": result.forward_coefficient_of_variation,
        "power_of_dispersion_in_province": result.province.power_of_dispersion,
        "sensitivity_of_dispersion_in_province": result.province.sensitivity_of_dispersion,
        "ghosh_forward_normalised_in_province": result.province.ghosh_forward,
        "key_sector_class_in_province": texts(result.province.key_sector_class),
        "null_reason": texts(result.null_reason),
    }
    return table_frame({}, sector_key(system) | columns)


def _co2_linkages(system: InputOutputSystem, result: Co2Linkages) -> pl.DataFrame:
    columns = {
        "co2_total_t_per_m_cny": result.backward_t_per_m_cny,
        "co2_downstream_t_per_m_cny": result.forward_t_per_m_cny,
        "co2_backward_normalised": result.nation.backward,
        "co2_forward_normalised": result.nation.forward,
        "co2_key_sector_class": texts(result.nation.key_sector_class),
        "co2_backward_normalised_in_province": result.province.backward,
        "co2_forward_normalised_in_province": result.province.forward,
        "co2_key_sector_class_in_province": texts(result.province.key_sector_class),
        "null_reason": texts(result.null_reason),
    }
    return table_frame({}, sector_key(system) | columns)


def _losses(loss: ExtractionLoss) -> dict[str, object]:
    return {
        "output_loss_m_cny": loss.output_loss_m_cny,
        "value_added_loss_m_cny": loss.value_added_loss_m_cny,
        "co2_loss_mt": loss.co2_loss_mt,
        "output_loss_share": loss.output_loss_share,
        "value_added_loss_share": loss.value_added_loss_share,
        "co2_loss_share": loss.co2_loss_share,
        "null_reason": texts(loss.null_reason),
    }
