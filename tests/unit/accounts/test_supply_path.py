"""Supply paths: the two-province example, exhaustive enumeration, order, limits, refusals."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts import supply_path
from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.supply_path import SupplyPaths, supply_paths
from visceads.accounts.system import F64, InputOutputSystem, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
Maker = Callable[..., InputOutputTable]


def texts(paths: SupplyPaths, labels: tuple[tuple[str, str], ...]) -> list[str]:
    """Each path as in the example: P1 is the first sector of P."""
    place = {pair: f"{pair[0]}{[s for p, s in labels if p == pair[0]].index(pair[1]) + 1}" for pair in labels}
    return [">".join(place[pair] for pair in path) for path in paths.labelled(labels)]


@pytest.fixture
def economy(two_provinces: InputOutputTable, two_provinces_co2: F64) -> tuple[InputOutputSystem, Emissions]:
    system = build_system(two_provinces)
    return system, build_emissions(system, two_provinces_co2)


@pytest.mark.parametrize(
    ("province", "expected", "coverage"),
    [
        (
            0,
            "P1 5, P2 3.6, P1>P2 2.4, Q2 1.5, P3 1.4, P1>P3 .933333, P1>Q2 .9, P2>P2 .72",
            0.647859,
        ),
        (
            1,
            "Q2 3.5, P1>Q2 2.1, P2 2, P1 1.6, P1>P2 1.333333, Q3 1.2, P1>Q3 .8, Q2>Q2 .7",
            0.574488,
        ),
    ],
)
def test_two_provinces(
    economy: tuple[InputOutputSystem, Emissions], province: int, expected: str, coverage: float
) -> None:
    # Worked out for the project, six decimals, threshold 2 % of the footprint.
    system, emissions = economy
    paths = supply_paths(system, emissions, system.Y[:, province], share=0.02)
    names, amounts = zip(*(item.split() for item in expected.split(", ")), strict=True)
    assert texts(paths, system.labels) == list(names)
    np.testing.assert_allclose(paths.co2_mt, [float(amount) for amount in amounts], atol=1e-6)
    assert paths.coverage == pytest.approx(coverage, abs=1e-6)
    assert paths.threshold_mt == pytest.approx(0.02 * paths.total_mt)
    assert not paths.reached_longest


def test_the_longest_path_is_reported(economy: tuple[InputOutputSystem, Emissions]) -> None:
    system, emissions = economy
    whole = supply_paths(system, emissions, system.demand, share=1e-3)
    short = supply_paths(system, emissions, system.demand, share=1e-3, longest=1)
    assert short.reached_longest
    assert not whole.reached_longest
    assert short.links.max() == 1
    assert texts(short, system.labels) == [
        name for name in texts(whole, system.labels) if name.count(">") <= 1
    ]  # what is kept keeps its order


def test_ties_stand_in_the_order_of_codes(one_region: Maker) -> None:
    # Two sectors alike: every path has a twin.
    system = build_system(one_region(np.full((2, 2), 0.2), np.ones(2)))
    paths = supply_paths(system, build_emissions(system, np.ones(2)), np.ones(2), share=0.05)
    assert [[s for _, s in path] for path in paths.labelled(system.labels)] == [
        ["01"],
        ["02"],
        *[["01", "01"], ["01", "02"], ["02", "01"], ["02", "02"]],
    ]


def test_negative_demand_keeps_its_sign(economy: tuple[InputOutputSystem, Emissions]) -> None:
    system, emissions = economy
    demand = system.Y[:, 0].copy()
    mirrored = supply_paths(system, emissions, -demand, share=0.02)
    paths = supply_paths(system, emissions, demand, share=0.02)
    np.testing.assert_array_equal(mirrored.co2_mt, -paths.co2_mt)
    np.testing.assert_array_equal(mirrored.nodes, paths.nodes)
    assert mirrored.coverage == paths.coverage


@pytest.mark.parametrize("case", ["no CO2", "no demand"])
def test_nothing_embodied_has_no_paths(economy: tuple[InputOutputSystem, Emissions], case: str) -> None:
    system, emissions = economy
    clean = build_emissions(system, np.zeros(6))
    paths = (
        supply_paths(system, clean, system.demand) if case == "no CO2" else supply_paths(system, emissions, np.zeros(6))
    )
    assert len(paths.co2_mt) == len(paths.labelled(system.labels)) == 0
    assert np.isnan(paths.coverage)


def test_a_threshold_of_the_whole_finds_a_sole_emitter(one_region: Maker) -> None:
    system = build_system(one_region(np.zeros((2, 2)), np.array([1.0, 2.0])))
    paths = supply_paths(system, build_emissions(system, np.array([3.0, 0])), np.array([0.7, 1.1]), share=1.0)
    assert paths.nodes.tolist() == [[0]]
    assert paths.coverage == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"share": 0.0}, "threshold of supply paths is 0;"),
        ({"share": 1.5}, "threshold of supply paths is 1.5;"),
        ({"share": np.nan}, "threshold of supply paths is nan;"),
        ({"longest": -1}, "longest supply path is -1 links"),
        ({"demand": np.ones(5)}, "demand has the shape"),
        ({"demand": np.array([1, 1, 1, 1, np.inf, 1])}, "demand of Q manufacturing holds inf"),
    ],
)
def test_refusals(economy: tuple[InputOutputSystem, Emissions], change: dict, words: str) -> None:
    system, emissions = economy
    with pytest.raises(AccountsError, match=words):
        supply_paths(system, emissions, **{"demand": system.demand, **change})


def test_more_paths_than_fit_are_refused(
    economy: tuple[InputOutputSystem, Emissions], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supply_path, "MOST_PATHS", 20)
    system, emissions = economy
    with pytest.raises(AccountsError, match="raise the share"):
        supply_paths(system, emissions, system.demand, share=1e-6)


def every_path(system: InputOutputSystem, f: F64, demand: F64, least: float) -> dict[tuple[int, ...], float]:
    """All paths of at most 8 links whose absolute amount is at least `least`, without any pruning by m."""
    found = {}
    k = range(len(f))
    layer = {(start,): demand[start] for start in k}
    for _ in range(9):
        found |= {path: f[path[0]] * w for path, w in layer.items() if abs(f[path[0]] * w) >= least}
        # Coefficients are below 1, so an amount of output only falls on its way: this drops nothing that counts.
        layer = {
            (h, *path): system.A[h, path[0]] * w
            for (path, w), h in product(layer.items(), k)
            if abs(system.A[h, path[0]] * w) * f.max() >= least
        }
    return found


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), shape=st.sampled_from([(1, 2), (1, 5), (2, 2), (1, 4)]), exponent=st.floats(1, 2)
)
def test_paths_equal_exhaustive_enumeration(
    random_table: Random, seed: int, shape: tuple[int, int], exponent: float
) -> None:
    table, co2 = random_table(seed, *shape)
    system = build_system(table)
    emissions = build_emissions(system, co2)
    paths = supply_paths(system, emissions, system.Y[:, 0], share=10**-exponent, longest=8)
    expected = every_path(system, emissions.f, system.Y[:, 0], paths.threshold_mt) if paths.threshold_mt else {}
    ours = {
        tuple(row[: links + 1]): amount
        for row, links, amount in zip(paths.nodes.tolist(), paths.links.tolist(), paths.co2_mt, strict=True)
    }
    assert ours.keys() == expected.keys()
    for path, amount in ours.items():
        assert amount == pytest.approx(expected[path], rel=1e-12)
    assert (np.diff(np.abs(paths.co2_mt)) <= 0).all()
    if expected:
        assert paths.coverage == pytest.approx(sum(expected.values()) / paths.total_mt, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(2, 4), sectors=st.integers(2, 4))
def test_the_order_of_provinces_does_not_matter(
    random_table: Random, permuted: Callable, seed: int, provinces: int, sectors: int
) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    moved, old, _ = permuted(table, seed)
    found = []
    for one, emitted in ((table, co2), (moved, co2[old])):
        system = build_system(one)
        paths = supply_paths(system, build_emissions(system, emitted), system.demand, share=0.0123)
        found.append(dict(zip(paths.labelled(system.labels), paths.co2_mt.tolist(), strict=True)))
    assert found[0].keys() == found[1].keys()
    for path, amount in found[0].items():
        assert found[1][path] == pytest.approx(amount, rel=1e-12)
