"""Scenarios on tables: exact zeros, each kind of change against brute force, refusals that name their place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.emissions import Emissions, build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.scenario import Scenario, parse_scenario
from visceads.accounts.scenario_change import apply_scenario
from visceads.accounts.system import F64, InputOutputSystem, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]


def scenario(*changes: dict, **keys: object) -> Scenario:
    return parse_scenario({"name": "test", "title": "Test", "changes": list(changes), **keys})


def intensity(provinces: object = "all", sectors: object = "all", **amount: float) -> dict:
    return {"change": "intensity", "provinces": provinces, "sectors": sectors, **amount}


def technology(sellers: tuple = ("all", "all"), buyers: tuple = ("all", "all"), **amount: float) -> dict:
    keys = ("seller_provinces", "seller_sectors", "buyer_provinces", "buyer_sectors")
    return {"change": "technology", **dict(zip(keys, (*sellers, *buyers), strict=True)), **amount}


def demand(
    sellers: tuple = ("all", "all"), buyers: object = "all", categories: object = "all", **amount: float
) -> dict:
    keys = ("seller_provinces", "seller_sectors", "buyer_provinces", "categories")
    return {"change": "final_demand", **dict(zip(keys, (*sellers, buyers, categories), strict=True)), **amount}


def exports(provinces: object = "all", sectors: object = "all", **amount: float) -> dict:
    return {"change": "exports", "provinces": provinces, "sectors": sectors, **amount}


@pytest.fixture
def base(two_provinces: InputOutputTable, two_provinces_co2: F64) -> tuple[InputOutputSystem, Emissions]:
    system = build_system(two_provinces)
    return system, build_emissions(system, two_provinces_co2)


def require_balanced(system: InputOutputSystem) -> None:
    np.testing.assert_allclose(system.Z.sum(axis=1) + system.demand, system.x, rtol=1e-12, atol=1e-12)
    bought = system.Z.sum(axis=0) + system.imports + system.value_added_total
    np.testing.assert_allclose(bought, system.x, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [intensity(percent=0)],
        [technology(percent=0)],
        [demand(percent=0)],
        [exports(percent=0)],
        [intensity(absolute=0), demand(absolute=0), exports(absolute=0)],
    ],
)
def test_what_changes_nothing_is_the_same_object(base: tuple[InputOutputSystem, Emissions], changes: list) -> None:
    changed = apply_scenario(*base, scenario(*changes))
    assert changed.system is base[0]
    assert changed.emissions is base[1]


def test_intensity(base: tuple[InputOutputSystem, Emissions]) -> None:
    changed = apply_scenario(*base, scenario(intensity("P", "energy", percent=-30), intensity("Q", absolute=1000.0)))
    assert changed.system is base[0]
    # 30 Mt fall by 30 %; 1000 t per million yuan are 0.001 Mt on outputs of 200 and 150; energy of Q is passed over.
    np.testing.assert_allclose(changed.emissions.co2, [21, 12, 3, 0, 10.2, 3.15], rtol=1e-14)
    np.testing.assert_array_equal(changed.emissions.co2[[1, 2, 3]], base[1].co2[[1, 2, 3]])


def test_final_demand_in_percent(base: tuple[InputOutputSystem, Emissions]) -> None:
    system, emissions = base
    changed = apply_scenario(system, emissions, scenario(demand(("all", "manufacturing"), "Q", "capital", percent=-10)))
    less = np.zeros(6)
    less[[1, 4]] = 4.0, 5.5  # capital of Q: 40 from P, 55 from Q
    expected = system.x - np.linalg.inv(np.eye(6) - system.A) @ less
    np.testing.assert_allclose(changed.system.x, expected, rtol=1e-12)
    np.testing.assert_allclose(changed.system.A, system.A, atol=1e-15)
    np.testing.assert_allclose(changed.emissions.co2, emissions.f * expected, rtol=1e-12)
    np.testing.assert_allclose(
        changed.system.value_added, system.coefficients(system.value_added) * expected, rtol=1e-12
    )
    require_balanced(changed.system)


def test_final_demand_in_million_yuan_is_shared_out_as_it_is(base: tuple[InputOutputSystem, Emissions]) -> None:
    changed = apply_scenario(*base, scenario(demand(("P", ["energy", "services"]), "Q", absolute=17.0)))
    # Q buys 10 and -2 of energy, 5 and 5 of services: the 17 go to the positive cells as 10 : 5 : 5.
    np.testing.assert_allclose(changed.system.final_demand[0, 1], [18.5, -2])
    np.testing.assert_allclose(changed.system.final_demand[2, 1], [9.25, 9.25])
    one = apply_scenario(*base, scenario(demand(("Q", "manufacturing"), "P", "capital", absolute=-15.0)))
    assert one.system.final_demand[4, 0, 1] == 0


def test_exports(base: tuple[InputOutputSystem, Emissions]) -> None:
    changed = apply_scenario(*base, scenario(exports("P", percent=100), exports("Q", "services", absolute=5.0)))
    np.testing.assert_allclose(changed.system.exports, [30, 64, 0, 0, 10, 15])
    require_balanced(changed.system)


def test_technology_in_percent(base: tuple[InputOutputSystem, Emissions]) -> None:
    system, emissions = base
    changed = apply_scenario(
        system, emissions, scenario(technology(("P", "energy"), ("all", "manufacturing"), percent=-25))
    )
    A = system.A.copy()
    A[0, [1, 4]] *= 0.75
    expected = np.linalg.solve(np.eye(6) - A, system.demand)
    np.testing.assert_allclose(changed.system.x, expected, rtol=1e-12)
    np.testing.assert_allclose(changed.system.A, A, atol=1e-15)
    require_balanced(changed.system)
    # What is saved is operating surplus; compensation per unit of output stays.
    ratio = system.coefficients(system.value_added)
    after = changed.system.coefficients(changed.system.value_added)
    np.testing.assert_allclose(after[:3], ratio[:3], rtol=1e-12)
    np.testing.assert_allclose((after - ratio)[3, [1, 4]], 0.25 * system.A[0, [1, 4]], rtol=1e-12)


def test_absolute_technology_is_shared_among_the_sellers(base: tuple[InputOutputSystem, Emissions]) -> None:
    system, _ = base
    changed = apply_scenario(*base, scenario(technology(("all", "services"), ("P", "energy"), absolute=0.02)))
    # P energy buys 5 and 5 of the two services: each gets half.
    np.testing.assert_allclose((changed.system.A - system.A)[[2, 5], 0], 0.01, rtol=1e-10)
    assert np.abs(changed.system.A - system.A)[:, 1:].max() < 1e-15


def test_changes_follow_the_order_of_the_file(base: tuple[InputOutputSystem, Emissions]) -> None:
    first = apply_scenario(*base, scenario(exports("P", percent=100), exports("P", "energy", absolute=1)))
    second = apply_scenario(*base, scenario(exports("P", "energy", absolute=1), exports("P", percent=100)))
    assert first.system.exports[0] == 31
    assert second.system.exports[0] == 32


def test_a_table_without_co2_takes_money_changes_only(base: tuple[InputOutputSystem, Emissions]) -> None:
    system, _ = base
    assert apply_scenario(system, None, scenario(exports(percent=1))).emissions is None
    with pytest.raises(AccountsError, match="change 1 of scenario 'test' is about CO2"):
        apply_scenario(system, None, scenario(intensity(percent=-1)))


def test_a_sector_that_nobody_needs_any_more_vanishes(one_region: Callable[..., InputOutputTable]) -> None:
    system = build_system(one_region(np.array([[0.0, 0], [0.3, 0.2]]), np.array([1.0, 2.0])))
    emissions = build_emissions(system, np.array([1.0, 1]))
    changed = apply_scenario(system, emissions, scenario(demand(("all", "01"), percent=-100)))
    np.testing.assert_array_equal(changed.system.active, [False, True])
    assert changed.emissions.co2[0] == changed.emissions.f[0] == 0
    np.testing.assert_allclose(changed.system.x, [0, (2 - 0.2 - 0.3) / 0.9])


def test_what_is_left_by_rounding_vanishes_too(one_region: Callable[..., InputOutputTable]) -> None:
    # Sectors 01 and 02 need each other and are needed by no one else; 03 buys next to nothing from 01.
    A = np.array([[0.1, 0.3, 1e-14], [0.7, 0.1, 0], [0.1, 0.1, 0.3]])
    x = np.linalg.solve(np.eye(3) - A, np.array([0.3, 0.7, 1.1]))
    system = build_system(one_region(A * x, x))
    changed = apply_scenario(system, None, scenario(demand(("all", ["01", "02"]), percent=-100))).system
    np.testing.assert_array_equal(changed.active, [False, False, True])
    np.testing.assert_allclose(changed.x, [0, 0, 1.1 / 0.7], rtol=1e-12)


def test_stranded_co2_stays(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_system(two_provinces)
    emissions = build_emissions(system, two_provinces_co2 + np.array([0, 0, 0, 0.5, 0, 0]))
    changed = apply_scenario(system, emissions, scenario(exports(percent=50)))
    assert changed.emissions.co2[3] == changed.emissions.stranded[3] == 0.5


def test_provinces_without_co2_are_passed_over_or_refused(
    two_provinces: InputOutputTable, two_provinces_co2: F64
) -> None:
    co2 = two_provinces_co2.copy()
    co2[3:] = np.nan
    system = build_system(two_provinces)
    emissions = build_emissions(system, co2)
    changed = apply_scenario(system, emissions, scenario(intensity("all", "services", absolute=1000.0)))
    np.testing.assert_allclose(changed.emissions.f[[2, 5]], [0.021, 0])
    with pytest.raises(AccountsError, match="names Q services, which has no CO2 data"):
        apply_scenario(system, emissions, scenario(intensity("Q", "services", percent=-1)))


@pytest.mark.parametrize(
    ("change", "words", "named"),
    [
        (intensity("R", percent=1), r"provinces of change 1 \(intensity\) names 'R', .* There are P, Q", None),
        (intensity("all", "sevices", percent=1), "names 'sevices', .*did you mean services", None),
        (technology(("all", "x"), percent=1), "seller_sectors of change 1", None),
        (demand(categories="comsumption", percent=1), "categories of change 1 .*did you mean consumption", None),
        (intensity("Q", "energy", percent=1), "names Q energy, which has no output", ("Q", "energy")),
        (technology(("Q", "energy"), percent=1), "names Q energy, which has no output", ("Q", "energy")),
        (exports("Q", ["energy", "services"], percent=1), "names Q energy, which has no output", ("Q", "energy")),
        (intensity("P", "energy", absolute=-3e5), "intensity of P energy -100000 t per mill", ("P", "energy")),
        (exports("P", "services", absolute=-1), "exports of the selection are 0 in the chosen places", None),
        (exports("all", "services", absolute=-11), "are 10 in the chosen places and cannot fall by 11", None),
        (
            technology(("P", "energy"), ("P", "manufacturing"), absolute=-0.2),
            "inputs of P manufacturing are 0.133333 in the chosen places and cannot fall by 0.2",
            None,
        ),
        (
            technology(("all", "manufacturing"), ("Q", "services"), percent=400),
            "leave Q services a value added of -0.3 per unit of output",
            ("Q", "services"),
        ),
    ],
)
def test_refusals(base: tuple[InputOutputSystem, Emissions], change: dict, words: str, named: tuple | None) -> None:
    with pytest.raises(AccountsError, match=words) as caught:
        apply_scenario(*base, scenario(change))
    assert named is None or (caught.value.province, caught.value.sector) == named


def test_what_cannot_be_shared_out_is_refused(base: tuple[InputOutputSystem, Emissions]) -> None:
    none_left = exports("all", "services", percent=-100)
    with pytest.raises(AccountsError, match="exports of the selection are 0 in all chosen places; name one place"):
        apply_scenario(*base, scenario(none_left, exports("all", "services", absolute=1)))
    # A single place needs no present value to go by.
    changed = apply_scenario(*base, scenario(none_left, exports("P", "services", absolute=1)))
    assert changed.system.exports[2] == 1


def test_neighbours_of_the_refusals_are_allowed(base: tuple[InputOutputSystem, Emissions]) -> None:
    for change in (demand(("Q", "services"), "P", "capital", absolute=1), demand(("P", "manufacturing"), percent=-100)):
        require_balanced(apply_scenario(*base, scenario(change)).system)


def test_negative_value_added_may_be_allowed_but_not_an_unproductive_table(
    base: tuple[InputOutputSystem, Emissions],
) -> None:
    dear = technology(("all", "manufacturing"), ("Q", "services"), percent=400)
    changed = apply_scenario(*base, scenario(dear, allow_negative_value_added=True))
    assert changed.system.value_added_total[5] < 0
    require_balanced(changed.system)
    with pytest.raises(AccountsError, match=r"changes of scenario 'test' cannot be carried out: .* not productive"):
        apply_scenario(*base, scenario(technology(percent=400), allow_negative_value_added=True))


def test_a_negative_output_is_refused(one_region: Callable[..., InputOutputTable]) -> None:
    table = one_region(np.array([[0.2, 0.1], [0.1, 0.2]]), np.ones(2), np.array([[0.9, -0.2], [0.9, -0.2]]))
    system = build_system(table)
    with pytest.raises(AccountsError, match=r"gross output of -[0-9.]+ million yuan of national 01"):
        apply_scenario(system, None, scenario(demand(categories="use1", percent=-100)))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 4), sectors=st.integers(2, 8))
def test_random_scenarios_equal_brute_force(random_table: Random, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    emissions = build_emissions(system, co2)
    rng = np.random.default_rng(seed)
    first = next(sector for (_, sector), active in zip(table.labels, system.active, strict=True) if active)
    cut, less, more = -rng.uniform(0, 60), -rng.uniform(0, 10), rng.uniform(0, 50)
    changed = apply_scenario(
        system,
        emissions,
        scenario(
            intensity("all", first, percent=cut),
            technology(("all", first), percent=less),
            demand(categories="consumption", percent=more),
        ),
    )
    A, f = system.A.copy(), emissions.f.copy()
    rows = np.array([sector == first for _, sector in table.labels])
    A[rows] *= 1 + less / 100
    f[rows] *= 1 + cut / 100
    y = system.demand + more / 100 * table.final_demand[:, :, 0].sum(axis=1)
    x = np.linalg.solve(np.eye(len(y)) - A, y) * system.active
    np.testing.assert_allclose(changed.system.x, x, rtol=1e-9, atol=1e-12)
    expected = np.where(system.active, f * x, emissions.co2)
    np.testing.assert_allclose(changed.emissions.co2, expected, rtol=1e-9, atol=1e-12)
    require_balanced(changed.system)
