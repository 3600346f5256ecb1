"""CO2 of a final demand by production layer: final producers, their suppliers, the suppliers' suppliers, and so on.

Belongs here: the layers of any demand, of the final demand of every province and of the whole table. Not here:
which single chains of suppliers carry a layer (`supply_path`), footprints without layers (`footprint`).

Layer t of a demand d is f'A^t d. The row vector f'A^t is the same for every demand, so it is carried from layer to
layer and no power of A is formed. The rest, all layers beyond the last one shown, is solved for by itself, as
(f'A^(T+1)) L d: that layers and rest give f'L d is a check, not a definition.

Source: Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapter 2.4 (power series of the Leontief inverse).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visceads.accounts.emissions import Emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.system import F64, InputOutputSystem, checked_array

LAST_LAYER = 10
"""The last layer that is shown by itself; 0 to 10 hold about 99 % of a footprint of China's tables."""

WHOLE = "all"
"""Name of the column that stands for all demand: final demand of all provinces, exports and statistical error."""


@dataclass(frozen=True)
class ProductionLayers:
    """CO2 of p demands by production layer, Mt. Provinces without CO2 data count as 0.

    Attributes:
        layer_mt: (T + 1, p); layer 0 is emitted by the final producers themselves. A layer of a demand with
            negative entries (falling inventories) may be negative.
        rest_mt: (p) all layers beyond the last.
        total_mt: (p) CO2 embodied in each demand; layers + rest.
    """

    layer_mt: F64
    rest_mt: F64
    total_mt: F64

    @property
    def cumulative_share(self) -> F64:
        """What layers 0 to t hold of the total, (T + 1, p); NaN where the total is 0."""
        shares = np.full(self.layer_mt.shape, np.nan)
        np.divide(self.layer_mt.cumsum(axis=0), self.total_mt, out=shares, where=self.total_mt != 0)
        return shares


@dataclass(frozen=True)
class ProvinceProductionLayers(ProductionLayers):
    """Layers of the final demand of every province and of all demand.

    Attributes:
        demands: (R + 1) province codes in table order, then `all`: the columns of the arrays.
    """

    demands: tuple[str, ...]


def production_layers(
    system: InputOutputSystem, emissions: Emissions, demand: F64, last_layer: int = LAST_LAYER
) -> ProductionLayers:
    """Return the CO2 of one or many demands by production layer.

    Args:
        system: the table.
        emissions: CO2 of one basis.
        demand: (n) or (n, p) million yuan; one vector counts as p = 1.
        last_layer: number T of the last layer shown by itself, 0 or more.

    Raises:
        AccountsError: a demand of another length, one that holds NaN or an infinite value (with province and
            sector), a negative `last_layer`.
    """
    if last_layer < 0:
        raise AccountsError(f"the last production layer is {last_layer}; give 0 (final producers) or more")
    columns = _columns(system, demand)
    row, layers = emissions.f, []
    for _ in range(last_layer + 1):
        layers.append(row @ columns)
        row = row @ system.A
    whole, beyond = system.multipliers(np.vstack([emissions.f, row]))
    return ProductionLayers(np.array(layers), beyond @ columns, whole @ columns)


def province_production_layers(
    system: InputOutputSystem, emissions: Emissions, last_layer: int = LAST_LAYER
) -> ProvinceProductionLayers:
    """Return the layers of every province's final demand and, in the last column, of all demand y.

    The last column is more than the sum of the provinces: it holds exports and the statistical error too.

    Args:
        system: the table.
        emissions: CO2 of one basis.
        last_layer: number T of the last layer shown by itself, 0 or more.

    Raises:
        AccountsError: a negative `last_layer`.
    """
    layers = production_layers(system, emissions, np.column_stack([system.Y, system.demand]), last_layer)
    return ProvinceProductionLayers(**vars(layers), demands=(*system.provinces, WHOLE))


def _columns(system: InputOutputSystem, demand: F64) -> F64:
    n, given = len(system.x), np.asarray(demand, dtype=np.float64)
    columns = given[:, None] if given.ndim == 1 else given
    width = columns.shape[1] if columns.ndim == 2 else 1
    return checked_array("demand", columns, (n, width), system.labels)
