"""An invented multi-regional input-output table: 31 provinces x 42 sectors, exactly balanced.

Belongs here: who buys from which province, and the rounding after which every identity of the workbook still
holds. Not here: what provinces produce (`economy`) and the workbook around the table (`mrio_workbook`).

Provinces share their use of a product over the provinces that make it (one set of trade shares for all users
of a product in a province: Chenery 1953, Moses 1955); the shares are a gravity model fitted to supply and
use of each product. Amounts are then rounded to hundredths, all totals are sums of the rounded amounts in
whole numbers, gross output is the sum of its row, and the operating surplus takes what a column leaves over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from visceads import codes
from visceads.demo import profiles
from visceads.demo.economy import Array, Economy, by_province, economy, nbs_values, random_numbers
from visceads.demo.inventory import satellite_co2, synthetic_inventory

Hundredths = npt.NDArray[np.int64]

_REACH_KM = 800.0
"""Distance over which trade falls by a factor e."""


@dataclass(frozen=True)
class SyntheticTable:
    """One table; money in 10k yuan, current prices, multiples of 0.01; n = 31 x 42, province-major.

    Attributes:
        table_id: '<year>', or '<year>-new' in the classification '2017'.
        year: the year.
        classification: '2012' or '2017'.
        flow: n x n, seller by buyer.
        final_demand: n x 155, seller by (province, `economy.FINAL_CATEGORIES`), province-major.
        export: n.
        statistical_error: n, added: intermediate use + final use + error = gross output.
        intermediate_use: n, row sums of `flow`.
        total_final_use: n, row sums of `final_demand` + `export`.
        gross_output: n.
        import_intermediate: n, imported intermediate inputs by buyer.
        import_final: 155, imports for final demand.
        intermediate_input: n, column sums of `flow` + `import_intermediate`.
        value_added: 4 x n, `economy.VALUE_ADDED_ITEMS`.
        total_value_added: n.
        co2_mt: n, Mt, or None in the classification '2017' (published without this row).
    """

    table_id: str
    year: int
    classification: str
    flow: Array
    final_demand: Array
    export: Array
    statistical_error: Array
    intermediate_use: Array
    total_final_use: Array
    gross_output: Array
    import_intermediate: Array
    import_final: Array
    intermediate_input: Array
    value_added: Array
    total_value_added: Array
    co2_mt: Array | None


@dataclass(frozen=True)
class _Uses:
    """What each province uses of each product, imports included; 10k yuan.

    Attributes:
        intermediate: 42 x 31 x 42, product by buying province and sector.
        final: 42 x 31 x 4, product by buying province and category (without inventories).
        import_share: 42 x 31.
    """

    intermediate: Array
    final: Array
    import_share: Array


@dataclass(frozen=True)
class _Supply:
    """How each province disposes of its output, 42 x 31 (product by province); 10k yuan.

    Attributes:
        export: exports.
        error: statistical error.
        inventories: changes in inventories; each province stores its own products.
        domestic: what is left for users in China.
    """

    export: Array
    error: Array
    inventories: Array
    domestic: Array


def synthetic_table(year: int, classification: str) -> SyntheticTable:
    """Return an invented table; the same values on every call.

    Args:
        year: a year that the seed `nbs_province_year` covers.
        classification: '2012' (with the CO2 row) or '2017' (without).

    Raises:
        ValueError: if the year is not covered or the classification unknown.
    """
    origin = economy(year, classification)
    supply = _supply(origin)
    uses = _uses(origin)
    trade = _trade_shares(origin, uses, supply)
    domestic = 1 - uses.import_share
    # trade[i, r, s]: r's share in what s uses of product i; Z[(r, i), (s, j)] = trade * use of i by (s, j)
    flow = np.einsum("irs,is,isj->risj", trade, domestic, uses.intermediate)
    final = np.zeros((31, 42, 31, 5))
    final[..., :4] = np.einsum("irs,is,isc->risc", trade, domestic, uses.final)
    for r in range(31):
        final[r, :, r, 4] = supply.inventories[:, r]
    imports = np.einsum("is,isj->sj", uses.import_share, uses.intermediate)
    final_imports = np.zeros((31, 5))
    final_imports[:, :4] = np.einsum("is,isc->sc", uses.import_share, uses.final)
    rounded = _Rounded(
        flow=_hundredths_by_distance(flow).reshape(1302, 1302),
        final_demand=_hundredths_by_distance(final).reshape(1302, 155),
        export=_hundredths(supply.export.T.ravel()),
        error=_hundredths(supply.error.T.ravel()),
        imports=_hundredths(imports.ravel()),
        final_imports=_hundredths(final_imports.ravel()),
    )
    return _balanced(origin, rounded)


def _supply(origin: Economy) -> _Supply:
    output = origin.output.T
    national = output.sum(axis=1, keepdims=True)
    draws = random_numbers(20, origin.year, int(origin.classification))
    export = _exports(origin)
    error = output * np.clip(draws.normal(0, 0.008, output.shape), -0.03, 0.03)
    stored = origin.final_use[4][:, None] * output / national
    swings = draws.normal(0, 0.004, output.shape) * (origin.final_use[4] != 0)[:, None]
    inventories = stored + swings * output
    return _Supply(export, error, inventories, output - export - error - inventories)


def _exports(origin: Economy) -> Array:
    """Return exports, 42 x 31: the coast exports more, nobody more than 0.75 of the output."""
    output = origin.output.T
    coast = by_province(dict.fromkeys(profiles.COAST, 2.0), 0.6)
    export = np.zeros_like(output)
    for _ in range(20):  # what exceeds the ceiling goes to the others
        missing = origin.export - export.sum(axis=1)
        weight = output * coast * (export < 0.75 * output)
        export = np.minimum(export + missing[:, None] * weight / weight.sum(axis=1, keepdims=True), 0.75 * output)
    return export


def _uses(origin: Economy) -> _Uses:
    intermediate = np.einsum("sij,sj->isj", _provincial_technology(origin), origin.output)
    final = origin.final_use[:4].T[:, None, :] * _final_demand_shares(origin.year)[None, :, :]
    final = final * np.exp(random_numbers(22, origin.year, int(origin.classification)).normal(0, 0.1, final.shape))
    use = intermediate.sum(axis=2) + final.sum(axis=2)
    coast = by_province(dict.fromkeys(profiles.COAST, 1.3), 0.7)
    national_use = use.sum(axis=1)
    factor = national_use / (use * coast).sum(axis=1)
    import_share = origin.import_share[:, None] * factor[:, None] * coast
    return _Uses(intermediate, final, np.clip(import_share, 0, 0.85))


def _provincial_technology(origin: Economy) -> Array:
    """Return 31 x 42 x 42 input coefficients, imports included, around the national ones.

    Power bought from water and wind needs less coal. Column sums stay near the national ones.
    """
    sectors = codes.sector_codes(origin.classification)
    noise = random_numbers(21, int(origin.classification)).normal(0, 0.25, (31, 42, 42))
    noise += random_numbers(23, origin.year, int(origin.classification)).normal(0, 0.05, (31, 42, 42))
    technology = origin.technology * np.exp(noise)
    coal, power = sectors.index("coal_mining"), sectors.index("power_heat")
    technology[:, coal, power] *= by_province(profiles.THERMAL_SHARE)
    technology *= (origin.technology.sum(axis=0) / technology.sum(axis=1))[:, None, :]
    wanted = origin.technology @ origin.output.sum(axis=0)
    got = np.einsum("sij,sj->i", technology, origin.output)
    return cast("Array", technology * (wanted / got)[None, :, None])


def _final_demand_shares(year: int) -> Array:
    """Return each province's share of national final demand, 31 x 4 (categories without inventories)."""
    gdp = nbs_values(year, "gdp_100m_cny_current")
    people = nbs_values(year, "population_10k")
    urban = nbs_values(year, "urban_population_10k")
    wealth = (gdp / people) ** 0.7
    remote = by_province({"XZ": 2.2, "QH": 1.4, "XJ": 1.3, "NX": 1.3, "GS": 1.2, "YN": 1.2, "GZ": 1.2})
    demand = np.stack([(people - urban) * wealth, urban * wealth, people * wealth * remote, gdp * remote], axis=1)
    return cast("Array", demand / demand.sum(axis=0))


def _trade_shares(origin: Economy, uses: _Uses, supply: _Supply) -> Array:
    """Return trade shares, 42 x 31 x 31 (product, origin, destination), fitted to supply and use."""
    use = (1 - uses.import_share) * (uses.intermediate.sum(axis=2) + uses.final.sum(axis=2))
    wanted = use * (supply.domestic.sum(axis=1) / use.sum(axis=1))[:, None]
    bonuses = [
        profiles.LOCAL_BONUS.get(s, profiles.OWN_PROVINCE_BONUS) for s in codes.sector_codes(origin.classification)
    ]
    closeness = np.exp(-_distances_km() / _REACH_KM) + np.array(bonuses)[:, None, None] * np.eye(31)
    traded = closeness * supply.domestic[:, :, None] * wanted[:, None, :]
    for _ in range(400):
        traded *= (wanted / traded.sum(axis=1))[:, None, :]
        made = traded.sum(axis=2)
        traded *= np.divide(supply.domestic, made, out=np.zeros_like(made), where=made > 0)[:, :, None]
    return cast("Array", traded / use[:, None, :])


def _distances_km() -> Array:
    """Return 31 x 31 distances between capitals, great circle; coarse, enough for an invented table."""
    rows = codes.seed("province").sort(pl.col("mrio_order").cast(pl.Int32))
    lon = np.radians(rows["lon"].cast(pl.Float64).to_numpy())
    lat = np.radians(rows["lat"].cast(pl.Float64).to_numpy())
    cosine = np.sin(lat)[:, None] * np.sin(lat) + np.cos(lat)[:, None] * np.cos(lat) * np.cos(lon[:, None] - lon)
    return cast("Array", 6371 * np.arccos(np.clip(cosine, -1, 1)))


@dataclass(frozen=True)
class _Rounded:
    """The free amounts of a table in hundredths; everything else follows from them."""

    flow: Hundredths
    final_demand: Hundredths
    export: Hundredths
    error: Hundredths
    imports: Hundredths
    final_imports: Hundredths


def _hundredths(amounts: Array) -> Hundredths:
    return np.rint(100 * amounts).astype(np.int64)


def _hundredths_by_distance(amounts: Array) -> Hundredths:
    """Round within a province to 0.01 and between provinces to 1 (10k yuan).

    Four tables of full doubles would be twice as large on disk for no gain: a smaller flow between two
    provinces becomes 0, as many do in published tables.

    Args:
        amounts: 31 x 42 x 31 x k, seller province, product, buyer province, buyer.
    """
    rounded = 100 * np.rint(amounts).astype(np.int64)
    for r in range(31):
        rounded[r, :, r, :] = _hundredths(amounts[r, :, r, :])
    return rounded


def _balanced(origin: Economy, rounded: _Rounded) -> SyntheticTable:
    """Make all totals from the rounded amounts, in whole hundredths, and turn them into 10k yuan."""
    intermediate_use = rounded.flow.sum(axis=1)
    final_use = rounded.final_demand.sum(axis=1) + rounded.export
    gross_output = intermediate_use + final_use + rounded.error
    inputs = rounded.flow.sum(axis=0) + rounded.imports
    value_added = gross_output - inputs
    is_new = origin.classification == "2017"
    co2 = None if is_new else satellite_co2(synthetic_inventory(origin.year)).ravel()
    return SyntheticTable(
        table_id=f"{origin.year}-new" if is_new else str(origin.year),
        year=origin.year,
        classification=origin.classification,
        flow=rounded.flow / 100,
        final_demand=rounded.final_demand / 100,
        export=rounded.export / 100,
        statistical_error=rounded.error / 100,
        intermediate_use=intermediate_use / 100,
        total_final_use=final_use / 100,
        gross_output=gross_output / 100,
        import_intermediate=rounded.imports / 100,
        import_final=rounded.final_imports / 100,
        intermediate_input=inputs / 100,
        value_added=_value_added_items(origin, value_added) / 100,
        total_value_added=value_added / 100,
        co2_mt=co2,
    )


def _value_added_items(origin: Economy, value_added: Hundredths) -> Hundredths:
    """Share value added out over its four items, 4 x n hundredths; the operating surplus takes the rest."""
    draws = random_numbers(24, origin.year, int(origin.classification)).normal(0, 0.08, (4, 31, 42))
    shares = (origin.value_added_share[:, None, :] * np.exp(draws)).reshape(4, -1)
    items = np.rint(shares * value_added).astype(np.int64)
    items[3] = value_added - items[:3].sum(axis=0)
    return items
