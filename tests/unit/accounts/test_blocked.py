"""Systems built in blocks: equal to the dense ones on small tables, the same refusals, no second matrix."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.blocked import BlockedSystem, BlockedTable, build_blocked_system
from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.footprint import embodied_flow_eebt, embodied_flow_mrio, province_footprints
from visceads.accounts.ghosh import downstream_multipliers
from visceads.accounts.linkage import linkages
from visceads.accounts.multiplier import multipliers
from visceads.accounts.system import F64, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]


def blocked(table: InputOutputTable) -> BlockedTable:
    """The same table with its flows in blocks of one region."""
    regions = tuple(dict.fromkeys(region for region, _ in table.labels))
    sectors = tuple(dict.fromkeys(sector for _, sector in table.labels))
    S = len(sectors)
    return BlockedTable(
        regions=regions,
        sectors=sectors,
        categories=table.categories,
        purchases=lambda r: table.Z[:, r * S : (r + 1) * S],
        x=table.x,
        final_demand=table.final_demand,
        exports=table.exports,
        error=table.error,
        imports=table.imports,
        value_added=table.value_added,
    )


def with_flow(table: InputOutputTable, seller: int, buyer: int, amount: float) -> BlockedTable:
    Z = table.Z.copy()
    Z[seller, buyer] = amount
    return blocked(replace(table, Z=Z))


def test_two_provinces(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    # The example that was worked out for the project by closed forms and by brute force.
    system = build_blocked_system(blocked(two_provinces))
    emissions = build_emissions(system, two_provinces_co2)
    result = multipliers(system, emissions)
    np.testing.assert_allclose(result.output, [1.427541, 1.980936, 1.732893, np.nan, 2.357236, 1.919152], atol=1e-6)
    np.testing.assert_allclose(
        result.co2_total_t_per_m_cny / 1e6, [0.232700, 0.112545, 0.066893, np.nan, 0.145974, 0.077651], atol=1e-6
    )
    np.testing.assert_allclose(province_footprints(system, emissions).consumption_mt, [25.396492, 23.035007], atol=1e-6)
    np.testing.assert_allclose(
        embodied_flow_mrio(system, emissions).co2_mt, [[21.682086, 15.197265], [3.714406, 7.837742]], atol=1e-6
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 5), sectors=st.integers(2, 9))
def test_equals_the_dense_system(random_table: Random, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    dense, system = build_system(table), build_blocked_system(blocked(table))
    assert system.labels == dense.labels
    assert system.provinces == dense.provinces
    for name in ("starts", "province_index", "active", "Y", "demand"):
        np.testing.assert_array_equal(getattr(system, name), getattr(dense, name), err_msg=name)
    assert system.reciprocal_condition == pytest.approx(dense.reciprocal_condition, rel=1e-9)
    before, after = build_emissions(dense, co2), build_emissions(system, co2)
    pairs = [
        (multipliers(dense, before), multipliers(system, after)),
        (downstream_multipliers(dense, before), downstream_multipliers(system, after)),
        (province_footprints(dense, before), province_footprints(system, after)),
        (embodied_flow_mrio(dense, before), embodied_flow_mrio(system, after)),
        (linkages(dense), linkages(system)),
    ]
    for expected, found in pairs:
        for name, values in vars(expected).items():
            if not isinstance(values, np.ndarray):
                if isinstance(values, tuple):
                    assert getattr(found, name) == values, name
                continue
            # 1e-12 of the largest value: a net of exports may be next to nothing beside what it is made of.
            scale = np.abs(np.nan_to_num(values)).max(initial=0.0)
            np.testing.assert_allclose(
                getattr(found, name),
                values,
                rtol=1e-12,
                atol=1e-12 * scale,
                err_msg=f"{type(expected).__name__}.{name}",
            )


def test_holds_one_matrix(one_region: Callable[..., InputOutputTable]) -> None:
    n = 600
    Z = np.random.default_rng(4).random((n, n)) / n
    table = replace(one_region(Z, np.full(n, 2.0)), labels=tuple((f"R{i // 20}", f"S{i % 20}") for i in range(n)))
    final_demand = np.repeat(table.final_demand, 30, axis=1) / 30
    parts = blocked(replace(table, final_demand=final_demand))
    build_blocked_system(parts)  # whatever is made once by the libraries is there now
    tracemalloc.start()
    try:
        system = build_blocked_system(parts)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert system.factors[0].flags.f_contiguous
    assert peak < 1.5 * Z.nbytes  # the dense way holds A, I - A and a transposed copy beside Z


def test_flows_are_gone(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    system = build_blocked_system(blocked(two_provinces))
    assert isinstance(system, BlockedSystem)
    with pytest.raises(AccountsError, match="does not keep A"):
        _ = system.A
    with pytest.raises(AccountsError, match="does not keep Z"):
        embodied_flow_eebt(system, build_emissions(system, two_provinces_co2))
    with pytest.raises(AttributeError, match="no attribute 'B'"):
        _ = system.B


def test_results_cannot_be_overwritten(two_provinces: InputOutputTable) -> None:
    system = build_blocked_system(blocked(two_provinces))
    for values in (system.factors[0], system.x, system.Y):
        with pytest.raises(ValueError, match="read-only"):
            values[...] = 0.0


@pytest.mark.parametrize(
    ("amount", "words"), [(np.nan, "no finite number"), (np.inf, "no finite number"), (-1.0, "below zero")]
)
def test_refuses_a_wrong_flow(two_provinces: InputOutputTable, amount: float, words: str) -> None:
    with pytest.raises(AccountsError, match=rf"from P services to Q manufacturing is .*{words}") as caught:
        build_blocked_system(with_flow(two_provinces, 2, 4, amount))
    assert (caught.value.province, caught.value.sector) == ("P", "services")


def test_refuses_a_block_of_another_shape(two_provinces: InputOutputTable) -> None:
    table = replace(blocked(two_provinces), purchases=lambda r: np.zeros((6, 2)))
    with pytest.raises(AccountsError, match=r"purchases of P have the shape \(6, 2\), the table needs \(6, 3\)"):
        build_blocked_system(table)


@pytest.mark.parametrize(("seller", "buyer", "words"), [(3, 0, "intermediate sales"), (0, 3, "intermediate purchases")])
def test_refuses_flows_of_an_inactive_sector(
    two_provinces: InputOutputTable, seller: int, buyer: int, words: str
) -> None:
    with pytest.raises(AccountsError, match=f"Q energy has no gross output but {words} of 7"):
        build_blocked_system(with_flow(two_provinces, seller, buyer, 7.0))


def test_refuses_exports_of_an_inactive_sector(two_provinces: InputOutputTable) -> None:
    exports = two_provinces.exports + np.eye(6)[3]
    with pytest.raises(AccountsError, match="Q energy has no gross output but exports of 1"):
        build_blocked_system(blocked(replace(two_provinces, exports=exports)))


def test_refuses_a_negative_output(two_provinces: InputOutputTable) -> None:
    x = two_provinces.x - 1e3 * np.eye(6)[5]
    with pytest.raises(AccountsError, match="gross output") as caught:
        build_blocked_system(blocked(replace(two_provinces, x=x)))
    assert (caught.value.province, caught.value.sector) == ("Q", "services")


def test_refuses_a_vector_of_the_wrong_length(two_provinces: InputOutputTable) -> None:
    with pytest.raises(AccountsError, match="imports has the shape"):
        build_blocked_system(blocked(replace(two_provinces, imports=np.zeros(5))))


@pytest.mark.parametrize("what", ["region", "sector"])
def test_refuses_a_name_twice_or_none(two_provinces: InputOutputTable, what: str) -> None:
    table = blocked(two_provinces)
    with pytest.raises(AccountsError, match=f"{what} P stands more than once"):
        build_blocked_system(replace(table, **{f"{what}s": ("P", "P", "Q")}))
    with pytest.raises(AccountsError, match=f"no {what} at all"):
        build_blocked_system(replace(table, **{f"{what}s": ()}))


@pytest.mark.parametrize("own_use", [1.0, 1.2])
def test_refuses_a_table_that_is_not_productive(one_region: Callable[..., InputOutputTable], own_use: float) -> None:
    A = np.array([[0.2, 0.1], [0.3, own_use]])
    for build in (lambda table: build_blocked_system(blocked(table)), build_system):
        with pytest.raises(AccountsError, match="not productive") as caught:
            build(one_region(A, np.ones(2)))
        assert caught.value.sector == "02"


def test_refuses_a_table_that_is_next_to_not_productive(one_region: Callable[..., InputOutputTable]) -> None:
    table = one_region(np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([1.0, 1e-10]))
    with pytest.raises(AccountsError, match=r"between 1 and 1e\+10, they must lie between 1 and 1e\+09"):
        build_blocked_system(blocked(table))


def test_a_column_above_one_may_be_productive(one_region: Callable[..., InputOutputTable]) -> None:
    # Sums of .2 and 1.3: the radius is .5, so every final demand can be met.
    table = one_region(np.array([[0.1, 0.9], [0.1, 0.4]]), np.ones(2))
    found = multipliers(build_blocked_system(blocked(table)), None)
    np.testing.assert_allclose(found.output, multipliers(build_system(table), None).output, rtol=1e-12)


def test_refuses_a_system_that_cannot_be_solved(one_region: Callable[..., InputOutputTable]) -> None:
    # Productive, but one sector's inputs are ten million times its output.
    table = one_region(np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([1.0, 1e-7]))
    for build in (lambda table: build_blocked_system(blocked(table)), build_system):
        with pytest.raises(AccountsError, match="cannot be solved: its reciprocal condition"):
            build(table)


def test_warns_of_a_doubtful_system(one_region: Callable[..., InputOutputTable]) -> None:
    table = one_region(np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([1.0, 1e-5]))
    system = build_blocked_system(blocked(table))
    assert system.warnings == build_system(table).warnings
    assert "ill-conditioned" in system.warnings[0]
