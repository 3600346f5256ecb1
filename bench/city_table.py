"""A generated table of cities, so large that copies of its matrix do not fit: 313 regions x 42 sectors.

Belongs here: making the table block by block from a seed. Its numbers mean nothing; only its size and its shape (most
purchases from home, few large and many small sectors, some cells empty) are those of a real one.

It is balanced and productive by construction: flows are drawn first, and gross output is set so that neither what a
sector sells to industries nor what it buys from them exceeds `INTERMEDIATE_SHARE` of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visceads.accounts.blocked import BlockedTable
from visceads.accounts.system import F64

REGIONS, SECTORS = 313, 42
SEED = 20260411
INTERMEDIATE_SHARE = 0.7
HOME_WEIGHT = 60.0  # a sector buys about as much from the 42 sectors at home as from a fifth of the country
TOTAL_CO2_MT = 10_000.0


@dataclass(frozen=True)
class Flows:
    """Draws Z by regions of buyers, the same block for the same seed whatever was drawn before.

    Attributes:
        sizes: (n) relative size of each sector of each region.
        regions: number of regions.
        seed: of the random numbers.
    """

    sizes: F64
    regions: int
    seed: int

    def purchases(self, region: int) -> F64:
        """Return Z[:, columns of the region], (n, S), million yuan."""
        n = len(self.sizes)
        S = n // self.regions
        home = slice(region * S, (region + 1) * S)
        block = np.random.default_rng([self.seed, region]).random((n, S))
        block -= 0.2
        np.maximum(block, 0.0, out=block)  # a fifth of the cells is empty
        block[home] *= HOME_WEIGHT
        block *= self.sizes[:, None]
        block *= self.sizes[home]
        return block


def city_table(regions: int = REGIONS, sectors: int = SECTORS, seed: int = SEED) -> tuple[BlockedTable, F64]:
    """Return a table and the CO2 of its sectors, (n), Mt.

    The flows are drawn here for their sums and anew when they are asked for: they are never all in memory.
    """
    n = regions * sectors
    rng = np.random.default_rng(seed)
    sizes = np.repeat(rng.lognormal(0.0, 0.8, regions), sectors) * rng.lognormal(0.0, 0.8, n)
    flows = Flows(sizes * np.sqrt(1e8 / (0.3 * sizes.sum() ** 2)), regions, seed)
    bought, sold = np.zeros(n), np.zeros(n)
    for r in range(regions):
        block = flows.purchases(r)
        bought[r * sectors : (r + 1) * sectors] = block.sum(axis=0)
        sold += block.sum(axis=1)
    x = np.maximum(bought, sold) / INTERMEDIATE_SHARE
    primary = x - bought
    used = x - sold
    table = BlockedTable(
        regions=tuple(f"C{r + 1:03d}" for r in range(regions)),
        sectors=tuple(f"S{s + 1:02d}" for s in range(sectors)),
        categories=("final_demand",),
        purchases=flows.purchases,
        x=x,
        final_demand=_by_buyer(0.9 * used, regions, rng)[:, :, None],
        exports=0.1 * used,
        error=np.zeros(n),
        imports=0.1 * primary,
        value_added=np.outer([0.45, 0.1, 0.15, 0.2], primary),
    )
    intensity = rng.lognormal(0.0, 1.5, sectors)
    co2 = np.tile(intensity, regions) * x
    return table, co2 * (TOTAL_CO2_MT / co2.sum())


def _by_buyer(demand: F64, regions: int, rng: np.random.Generator) -> F64:
    """Share (n) out among buyer regions, (n, R): 60 % stays at home."""
    shares = rng.dirichlet(np.full(regions, 2.0))
    final = 0.4 * np.outer(demand, shares)
    home = np.repeat(np.arange(regions), len(demand) // regions)
    final[np.arange(len(demand)), home] += 0.6 * demand
    return final
