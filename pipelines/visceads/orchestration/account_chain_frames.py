"""Results along chains of suppliers as tables: production layers, supply paths, a carbon price passed on.

Belongs here: which demands and thresholds are taken, their columns, and what must add up. Not here: results by sector
and by province (`account_sector_frames`, `account_province_frames`), the search for paths (`accounts.supply_path`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from visceads.accounts.emissions import Emissions
from visceads.accounts.price import CarbonPrice, PricePassThrough, price_pass_through
from visceads.accounts.production_layer import ProvinceProductionLayers, province_production_layers
from visceads.accounts.supply_path import SupplyPaths, supply_paths
from visceads.accounts.system import F64, InputOutputSystem
from visceads.contracts.accounts_chain import REST_LAYER
from visceads.contracts.fields import NATION_CODE
from visceads.orchestration.account_results import BasisResults
from visceads.orchestration.layout import sector_key, table_frame, texts

PROVINCE_THRESHOLD = 1e-4
"""Paths of a province are listed from this share of its footprint: with 1e-5 they would be 155,000 a table."""

WHOLE_THRESHOLD = 1e-5
"""Paths of all demand are listed from this share of its footprint: some 6,000 a table."""

ARROW = " > "

Index = NDArray[np.intp]


@dataclass(frozen=True)
class ChainResults:
    """Results along chains of suppliers of one table on one CO2 basis.

    Attributes:
        results: those by sector.
        layers: layers of the final demand of every province and of all demand.
        paths: code of the demand (province, or CN for all) -> its threshold and its paths.
        carbon_price_cny_per_t: the price, yuan per tonne.
        price: what it does to prices.
    """

    results: BasisResults
    layers: ProvinceProductionLayers
    paths: dict[str, tuple[float, SupplyPaths]]
    carbon_price_cny_per_t: float
    price: PricePassThrough


def chain_results(results: BasisResults, carbon_price_cny_per_t: float) -> ChainResults:
    """Compute the results along chains.

    Raises:
        AccountsError: if the carbon price is negative or not finite.
        ValueError: if the table has no CO2 on the basis.
    """
    system, emissions = results.systems.system, results.emissions
    if emissions is None:
        raise ValueError(f"table {results.systems.arrays.table_id} has no CO2 on the basis {results.basis}")
    paths = {code: (share, supply_paths(system, emissions, demand, share)) for code, demand, share in _demands(system)}
    return ChainResults(
        results=results,
        layers=province_production_layers(system, emissions, REST_LAYER - 1),
        paths=paths,
        carbon_price_cny_per_t=carbon_price_cny_per_t,
        price=price_pass_through(system, emissions, CarbonPrice(carbon_price_cny_per_t)),
    )


def production_layer_frame(own: ChainResults) -> pl.DataFrame:
    """Return `accounts.production_layer` of one table on one CO2 basis; the rest is the last layer."""
    layers = own.layers
    demands = texts((*layers.demands[:-1], NATION_CODE))
    co2 = np.vstack([layers.layer_mt, layers.rest_mt])
    count, width = co2.shape
    number = np.repeat(np.arange(count, dtype=np.int32), width)
    shares = np.full(co2.shape, np.nan)
    np.divide(co2.cumsum(axis=0), layers.total_mt, out=shares, where=layers.total_mt != 0)
    columns = {
        "province_code": demands.gather(np.tile(np.arange(width), count)),
        "layer": number,
        "is_rest": number == REST_LAYER,
        "co2_mt": co2.ravel(),
        "cumulative_share": shares.ravel(),
    }
    reason = pl.when(pl.col("cumulative_share").is_null()).then(pl.lit("zero_denominator"))
    return table_frame(_constants(own), columns).with_columns(null_reason=reason)


def supply_path_frame(own: ChainResults) -> pl.DataFrame:
    """Return `accounts.supply_path` of one table on one CO2 basis; a demand without CO2 has no rows."""
    codes = list(own.paths)
    shares, paths = zip(*own.paths.values(), strict=True)
    counts = [len(one.links) for one in paths]
    of_demand = np.repeat(np.arange(len(codes)), counts)
    nodes, links = _nodes(paths), np.concatenate([one.links for one in paths])
    co2 = np.concatenate([one.co2_mt for one in paths])
    labels = sector_key(own.results.systems.system)
    final = nodes[np.arange(len(links)), links]
    total = np.array([one.total_mt for one in paths])
    columns = {
        "province_code": texts(codes).gather(of_demand),
        "path_rank": np.concatenate([np.arange(1, count + 1, dtype=np.int32) for count in counts]),
        "link_count": links.astype(np.int32),
        **{f"origin_{name}": values.gather(nodes[:, 0]) for name, values in labels.items()},
        **{f"final_{name}": values.gather(final) for name, values in labels.items()},
        "path": _written(nodes, labels),
        "co2_mt": co2,
        "footprint_share": co2 / total[of_demand],
        "threshold_share": np.array(shares)[of_demand],
        "covered_share": np.array([one.coverage for one in paths])[of_demand],
    }
    return table_frame(_constants(own), columns)


def price_frame(own: ChainResults) -> pl.DataFrame:
    """Return `accounts.price_pass_through` of one table on one CO2 basis."""
    price = own.price
    columns = {
        "carbon_price_cny_per_t": np.full(len(price.price_change_share), own.carbon_price_cny_per_t),
        "price_increase_share": price.price_change_share,
        "carbon_cost_share": price.carbon_cost_share,
        "supplier_cost_share": price.supplier_cost_share,
        "null_reason": texts(price.null_reason),
    }
    return table_frame(_constants(own), sector_key(own.results.systems.system) | columns)


def layer_residuals(own: ChainResults) -> dict[str, float]:
    """Return by how much layers and rest miss the CO2 embodied in a demand, relative to the whole."""
    layers = own.layers
    gap = np.abs(layers.layer_mt.sum(axis=0) + layers.rest_mt - layers.total_mt)
    return {"layers_and_rest": _relative(gap, np.abs(layers.total_mt))}


def path_residuals(own: ChainResults) -> dict[str, float]:
    """Return by how much listed paths exceed what they are parts of, relative to that.

    Paths of positive and of negative demand (falling inventories) are compared apart: their sum could hide an excess.
    """
    system, emissions = own.results.systems.system, own.results.emissions
    if emissions is None:
        return {}
    total = _total_intensity(system, emissions)
    excess = 0.0
    for code, demand, _ in _demands(system):
        co2 = own.paths[code][1].co2_mt
        for sign in (1, -1):
            embodied = float(total @ np.maximum(sign * demand, 0.0))
            listed = float(np.maximum(sign * co2, 0.0).sum())
            excess = max(excess, (listed - embodied) / embodied if embodied else listed)
    return {"paths_beyond_footprint": excess}


def price_residuals(own: ChainResults) -> dict[str, float]:
    """Return by how much own and suppliers' cost miss the price increase, relative to the largest increase."""
    price = own.price
    gap = np.nan_to_num(np.abs(price.carbon_cost_share + price.supplier_cost_share - price.price_change_share))
    return {"price_by_cost": _relative(gap, np.nan_to_num(price.price_change_share))}


def _demands(system: InputOutputSystem) -> list[tuple[str, F64, float]]:
    """Code, demand and threshold of every demand whose paths are listed."""
    own = [(code, system.Y[:, r], PROVINCE_THRESHOLD) for r, code in enumerate(system.provinces)]
    return [*own, (NATION_CODE, system.demand, WHOLE_THRESHOLD)]


def _nodes(paths: tuple[SupplyPaths, ...]) -> Index:
    """The nodes of all paths below each other, padded with -1."""
    width = max(one.nodes.shape[1] for one in paths)
    return np.concatenate(
        [np.pad(one.nodes, ((0, 0), (0, width - one.nodes.shape[1])), constant_values=-1) for one in paths]
    )


def _written(nodes: Index, labels: dict[str, pl.Series]) -> pl.Series:
    """Paths as text of codes, `GD.power_heat > GD.construction`, from the emitter to the final producer."""
    # the last name, missing, stands where a path has ended
    names = (labels["province_code"] + "." + labels["sector_code"]).append(texts((None,)))
    steps = [
        names.gather(np.where(step < 0, len(names) - 1, step)).alias(str(number)) for number, step in enumerate(nodes.T)
    ]
    return pl.DataFrame(steps).select(path=pl.concat_str(pl.all(), separator=ARROW, ignore_nulls=True))["path"]


def _total_intensity(system: InputOutputSystem, emissions: Emissions) -> F64:
    return system.multipliers(emissions.f)


def _relative(gap: F64, size: F64) -> float:
    largest = float(size.max(initial=0.0))
    return float(gap.max(initial=0.0)) / largest if largest else float(gap.max(initial=0.0))


def _constants(own: ChainResults) -> dict[str, str]:
    return {"table_id": own.results.systems.arrays.table_id, "co2_basis": own.results.basis}
