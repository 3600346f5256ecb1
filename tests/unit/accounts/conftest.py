"""Tables for the tests of the accounts: two provinces, Germany 1995, Netherlands 2000, one region, random tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from visceads.accounts.system import F64, InputOutputTable


@pytest.fixture(scope="session")
def two_provinces() -> InputOutputTable:
    """Provinces P and Q with energy, manufacturing, services; energy of Q is inactive; million yuan.

    Its expected results were worked out for the project by closed forms and by brute force.
    """
    return InputOutputTable(
        labels=tuple((p, s) for p in "PQ" for s in ("energy", "manufacturing", "services")),
        categories=("consumption", "capital"),
        Z=np.array(
            [
                [10.0, 40, 10, 0, 30, 10],
                [10, 60, 20, 0, 30, 10],
                [5, 30, 20, 0, 10, 5],
                [0, 0, 0, 0, 0, 0],
                [5, 20, 5, 0, 40, 20],
                [5, 10, 5, 0, 30, 25],
            ]
        ),
        x=np.array([150.0, 300, 150, 0, 200, 150]),
        final_demand=np.array(
            [
                [[15.0, 30, 40, 0, 15, 5], [10, 60, 30, 0, 15, 0]],
                [[10, 10, 5, 0, 15, 25], [-2, 40, 5, 0, 55, 35]],
            ]
        ).transpose(2, 0, 1),
        exports=np.array([15.0, 32, 0, 0, 10, 10]),
        error=np.array([2.0, -2, 0, 0, 0, 0]),
        imports=np.array([15.0, 40, 10, 0, 20, 5]),
        # Depreciation is not stated in the example: the rest of value added stands as operating surplus.
        value_added=np.array([[40.0, 50, 50, 0, 25, 45], [10, 10, 5, 0, -5, 5], [0] * 6, [50, 40, 25, 0, 20, 25]]),
    )


@pytest.fixture(scope="session")
def two_provinces_co2() -> F64:
    """CO2 of the sectors of `two_provinces`, Mt."""
    return np.array([30.0, 12, 3, 0, 10, 3])


@pytest.fixture(scope="session")
def one_region() -> Callable[..., InputOutputTable]:
    """A function that makes a table of one region from flows, output and, if given, the other parts."""

    def make(Z: F64, x: F64, demand: F64 | None = None, **parts: F64) -> InputOutputTable:
        n = len(x)
        uses = np.asarray(x - Z.sum(axis=1) if demand is None else demand, float).reshape(n, -1)
        return InputOutputTable(
            labels=tuple(("national", f"{i + 1:02d}") for i in range(n)),
            categories=tuple(f"use{c + 1}" for c in range(uses.shape[1])),
            Z=np.asarray(Z, float),
            x=np.asarray(x, float),
            final_demand=uses[:, None, :],
            exports=np.asarray(parts.get("exports", np.zeros(n)), float),
            error=np.asarray(parts.get("error", np.zeros(n)), float),
            imports=np.asarray(parts.get("imports", np.zeros(n)), float),
            value_added=np.asarray(parts.get("value_added", np.zeros((4, n))), float),
        )

    return make


@pytest.fixture(scope="session")
def germany_1995(one_region: Callable[..., InputOutputTable]) -> InputOutputTable:
    """Germany 1995, six sectors, million EUR: Eurostat Manual of Supply, Use and Input-Output Tables (2008),
    chapter 15. Output of industry is that of row P1, 1,079,446: the total of its row is misprinted as
    1,079,400. Value added other than compensation stands as operating surplus."""
    Z = np.array(
        [
            [1131.0, 25480, 1, 607, 710, 762],
            [7930, 304584, 64167, 41082, 11981, 30360],
            [426, 7334, 3875, 5296, 23457, 9155],
            [3559, 72717, 14190, 74399, 10835, 21008],
            [3637, 96115, 31027, 65755, 193176, 34223],
            [1552, 14986, 1747, 11225, 15058, 22070],
        ]
    )
    uses = np.array(  # households, government, capital formation, inventories, exports
        [
            [8500.0, 16, 2975, -6, 3734],
            [197792, 8588, 91692, 7559, 313711],
            [3457, 742, 191715, 0, 149],
            [269663, 13492, 14155, 0, 46045],
            [214757, 10061, 30124, 0, 13612],
            [119504, 317251, 3483, 0, 2042],
        ]
    )
    compensation = np.array([9382.0, 296464, 78819, 214450, 124810, 272975])
    value_added = np.array([21664.0, 395022, 115624, 311407, 415426, 365017])
    zero = np.zeros(6)
    return one_region(
        Z,
        np.array([43910.0, 1079446, 245606, 540063, 692487, 508918]),
        uses[:, :4],
        exports=uses[:, 4],
        imports=np.array([2927.0, 156703, 13427, 21943, 13371, 13772]),
        value_added=np.array([compensation, zero, zero, value_added - compensation]),
    )


@pytest.fixture(scope="session")
def germany_1995_co2() -> F64:
    """CO2 of the sectors of `germany_1995`, thousand tonnes (same manual)."""
    return np.array([10448.0, 558327, 11194, 71269, 8792, 26990])


@pytest.fixture(scope="session")
def netherlands_2000(one_region: Callable[..., InputOutputTable]) -> InputOutputTable:
    """Netherlands 2000, six sectors, million EUR (SPICOSA report); use1 is consumption of households.

    The row of services misses its output by 1 (rounding in the source), which the second use takes up.
    """
    Z = np.array(
        [
            [2731.0, 3, 8260, 36, 59, 615],
            [4, 282, 2013, 3979, 188, 60],
            [3322, 291, 40218, 480, 8004, 16999],
            [983, 53, 2400, 4395, 85, 3458],
            [121, 70, 565, 135, 14103, 9509],
            [2884, 1078, 28400, 1404, 9339, 106994],
        ]
    )
    x = np.array([21863.0, 12292, 210900, 18249, 60244, 435953])
    households = np.array([962.0, 28, 16896, 6184, 405, 123398])
    compensation = np.array([2336.0, 520, 35083, 1629, 14339, 151784])
    zero = np.zeros(6)
    return one_region(
        Z,
        x,
        np.column_stack([households, x - Z.sum(axis=1) - households]),
        value_added=np.array([compensation, zero, zero, zero]),
    )


@pytest.fixture(scope="session")
def permuted() -> Callable[[InputOutputTable, int], tuple[InputOutputTable, np.ndarray, np.ndarray]]:
    """A function (table, seed) that reorders provinces: the new table, the old index k of each sector, the order.

    All provinces must have the same number of sectors.
    """

    def permute(table: InputOutputTable, seed: int) -> tuple[InputOutputTable, np.ndarray, np.ndarray]:
        provinces = table.final_demand.shape[1]
        sectors = len(table.x) // provinces
        order = np.random.default_rng(seed).permutation(provinces)
        k = (order[:, None] * sectors + np.arange(sectors)).ravel()
        moved = replace(
            table,
            labels=tuple(table.labels[i] for i in k),
            Z=table.Z[np.ix_(k, k)],
            x=table.x[k],
            final_demand=table.final_demand[k][:, order],
            exports=table.exports[k],
            error=table.error[k],
            imports=table.imports[k],
            value_added=table.value_added[:, k],
        )
        return moved, k, order

    return permute


@pytest.fixture(scope="session")
def scaled() -> Callable[[InputOutputTable, float], InputOutputTable]:
    """A function (table, factor) that states all money of a table in another unit."""

    def scale(table: InputOutputTable, factor: float) -> InputOutputTable:
        money = ("Z", "x", "final_demand", "exports", "error", "imports", "value_added")
        return replace(table, **{name: getattr(table, name) * factor for name in money})

    return scale


@pytest.fixture(scope="session")
def random_table() -> Callable[[int, int, int], tuple[InputOutputTable, F64]]:
    """A function (seed, provinces, sectors) that makes a balanced random table and its CO2.

    Column sums of A lie in .1-.9, up to a third of the sectors are inactive, inventories (the second of two
    categories) and the statistical error have both signs, a component of value added may be negative.
    """

    def make(seed: int, provinces: int, sectors: int) -> tuple[InputOutputTable, F64]:
        rng = np.random.default_rng(seed)
        n = provinces * sectors
        active = np.ones(n, bool)
        active[rng.choice(n, rng.integers(0, n // 3 + 1), replace=False)] = False
        A = rng.random((n, n)) * (rng.random((n, n)) < 0.7) * np.outer(active, active)
        sums = A.sum(axis=0)
        A *= np.divide(rng.uniform(0.1, 0.9, n), sums, out=np.zeros(n), where=sums > 0)
        final = rng.random((n, provinces, 2)) * active[:, None, None]
        final[:, :, 1] -= 0.3 * active[:, None]
        final[:, :, 0] += 0.5 * active[:, None]  # keeps every row sum positive, hence every output too
        exports = rng.random(n) * active
        error = rng.uniform(-0.1, 0.1, n) * active
        x = np.linalg.solve(np.eye(n) - A, final.sum(axis=(1, 2)) + exports + error) * active
        primary = x - (A * x).sum(axis=0)
        shares = rng.dirichlet(np.ones(5), n).T * primary
        shares[1] -= 0.2 * primary
        shares[4] += 0.2 * primary
        table = InputOutputTable(
            labels=tuple((f"P{r}", f"S{i}") for r in range(provinces) for i in range(sectors)),
            categories=("consumption", "inventories"),
            Z=A * x,
            x=x,
            final_demand=final,
            exports=exports,
            error=error,
            imports=shares[0],
            value_added=shares[1:],
        )
        return table, rng.random(n) * (rng.random(n) < 0.8)  # stranded CO2 and clean sectors occur

    return make
