"""Coarser tables: flows reconcile, coefficients are computed anew, maps are whole; the seeds' own groupings."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.accounts.aggregation import (
    Grouping,
    aggregate_provinces,
    aggregate_sectors,
    aggregate_table,
    aggregation_of,
    harmonised_sectors,
    nation,
    regions,
    single_province_table,
)
from visceads.accounts.emissions import build_emissions
from visceads.accounts.errors import AccountsError
from visceads.accounts.multiplier import multipliers
from visceads.accounts.spillover import split_multipliers
from visceads.accounts.system import F64, InputOutputTable, build_system

Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
GOODS = Grouping(("goods", "rest"), {"energy": "goods", "manufacturing": "goods", "services": "rest"})


def gaps(table: InputOutputTable) -> tuple[F64, F64]:
    """By how much rows and columns miss gross output."""
    rows = table.Z.sum(axis=1) + table.final_demand.sum(axis=(1, 2)) + table.exports + table.error - table.x
    return rows, table.Z.sum(axis=0) + table.imports + table.value_added.sum(axis=0) - table.x


def test_two_provinces_as_a_nation(two_provinces: InputOutputTable, two_provinces_co2: F64) -> None:
    aggregation = aggregation_of(two_provinces.labels, nation(("P", "Q")))
    table = aggregate_table(two_provinces, aggregation)
    assert table.labels == (("CN", "energy"), ("CN", "manufacturing"), ("CN", "services"))
    np.testing.assert_array_equal(table.Z, [[10, 70, 20], [15, 150, 55], [10, 80, 55]])
    np.testing.assert_array_equal(table.x, [150, 500, 300])
    assert table.final_demand.shape == (3, 1, 2)
    system = build_system(table)
    co2 = aggregate_sectors(two_provinces_co2, aggregation)
    result = multipliers(system, build_emissions(system, co2))
    np.testing.assert_allclose(result.output, [1.429643, 2.130373, 1.819442], atol=1e-6)
    np.testing.assert_allclose(result.co2_total_t_per_m_cny / 1e6, [0.232893, 0.125836, 0.071750], atol=1e-6)


def test_sectors_are_summed_inside_provinces(two_provinces: InputOutputTable) -> None:
    aggregation = aggregation_of(two_provinces.labels, sectors=GOODS)
    table = aggregate_table(two_provinces, aggregation)
    assert table.labels == (("P", "goods"), ("P", "rest"), ("Q", "goods"), ("Q", "rest"))
    np.testing.assert_array_equal(table.Z, [[120, 30, 60, 20], [35, 20, 10, 5], [25, 5, 40, 20], [15, 5, 30, 25]])
    np.testing.assert_array_equal(table.final_demand[0], [[45, 70], [20, 38]])
    np.testing.assert_array_equal(table.value_added[1], [20, 5, -5, 5])
    np.testing.assert_array_equal(aggregate_provinces(np.array([2.0, 1.0]), aggregation), [2, 1])


def test_the_order_is_that_of_the_groups(two_provinces: InputOutputTable) -> None:
    swapped = Grouping(("second", "first"), {"P": "first", "Q": "second"})
    rest_first = Grouping(("rest", "goods"), GOODS.group_of)
    aggregation = aggregation_of(two_provinces.labels, swapped, rest_first)
    table = aggregate_table(two_provinces, aggregation)
    assert table.labels == (("second", "rest"), ("second", "goods"), ("first", "rest"), ("first", "goods"))
    assert build_system(table).provinces == ("second", "first")
    np.testing.assert_array_equal(table.x, [150, 200, 150, 450])
    np.testing.assert_array_equal(table.final_demand[1, :, 0], [15, 15])  # goods of Q for Q and for P
    np.testing.assert_array_equal(table.final_demand[3, :, 0], [20, 45])
    np.testing.assert_array_equal(aggregate_provinces(np.array([2.0, 1.0]), aggregation), [1, 2])


def test_a_sum_over_a_null_is_null(two_provinces: InputOutputTable) -> None:
    aggregation = aggregation_of(two_provinces.labels, sectors=GOODS)
    co2 = np.array([30.0, 12, 3, np.nan, 10, 3])
    np.testing.assert_array_equal(aggregate_sectors(co2, aggregation), [42, 3, np.nan, 3])


def test_coefficients_are_not_averaged(two_provinces: InputOutputTable) -> None:
    system = build_system(aggregate_table(two_provinces, aggregation_of(two_provinces.labels, nation(("P", "Q")))))
    averaged = (np.array([60, 20]) / 300 + np.array([40, 30]) / 200).sum() / 2
    assert system.A[1, 1] == pytest.approx(150 / 500, rel=1e-15)
    assert abs(system.A[1, 1] - averaged) > 0.005


@pytest.mark.parametrize("classification", codes.CLASSIFICATIONS)
def test_harmonised_sectors_of_the_seed(classification: str) -> None:
    grouping = harmonised_sectors(classification)
    assert len(grouping.codes) == 41
    assert set(grouping.group_of) == set(codes.sector_codes(classification))
    labels = tuple((p, s) for p in codes.province_codes() for s in codes.sector_codes(classification))
    aggregation = aggregation_of(labels, sectors=grouping)
    assert len(aggregation.labels) == 1271
    assert aggregation.labels == tuple((p, s) for p in codes.province_codes() for s in grouping.codes)


def test_both_classifications_meet_on_one_axis() -> None:
    axes = [
        aggregation_of(
            tuple((p, s) for p in codes.province_codes() for s in codes.sector_codes(classification)),
            regions(),
            harmonised_sectors(classification),
        ).labels
        for classification in codes.CLASSIFICATIONS
    ]
    assert axes[0] == axes[1]
    assert len(axes[0]) == 4 * 41


def test_regions_and_nation_of_the_seed() -> None:
    assert regions().codes == ("east", "central", "west", "northeast")
    assert len(regions().group_of) == 31
    assert nation().codes == ("CN",)
    assert set(nation().group_of) == set(codes.province_codes())


def test_an_unknown_classification_is_refused() -> None:
    with pytest.raises(AccountsError, match="no sector classification '2022'; choose one of 2012, 2017"):
        harmonised_sectors("2022")


@pytest.mark.parametrize(
    ("provinces", "sectors", "words"),
    [
        (nation(("P",)), None, "the province Q of the table has no group"),
        (None, Grouping(("goods",), GOODS.group_of), "sector services is mapped to rest, which is none of the groups"),
        (None, Grouping(("goods", "rest", "none"), GOODS.group_of), "no sector of the table belongs to the group none"),
    ],
)
def test_incomplete_maps_are_refused(
    two_provinces: InputOutputTable, provinces: Grouping | None, sectors: Grouping | None, words: str
) -> None:
    with pytest.raises(AccountsError, match=words):
        aggregation_of(two_provinces.labels, provinces, sectors)


def test_amounts_of_another_length_are_refused(two_provinces: InputOutputTable) -> None:
    aggregation = aggregation_of(two_provinces.labels, sectors=GOODS)
    with pytest.raises(AccountsError, match=r"shape \(5,\), the map is for 6 sectors"):
        aggregate_sectors(np.zeros(5), aggregation)
    with pytest.raises(AccountsError, match=r"shape \(3, 2\), the map is for 2 provinces"):
        aggregate_provinces(np.zeros((3, 2)), aggregation)


def test_one_province_as_a_table_of_its_own(two_provinces: InputOutputTable) -> None:
    table = single_province_table(two_provinces, "Q")
    assert table.labels == (("Q", "energy"), ("Q", "manufacturing"), ("Q", "services"))
    np.testing.assert_array_equal(table.Z, [[0, 0, 0], [0, 40, 20], [0, 30, 25]])
    np.testing.assert_array_equal(table.exports, [0, 10 + 30 + 30, 10 + 20 + 5])
    np.testing.assert_array_equal(table.imports, [0, 20 + 70, 5 + 25])
    whole = build_system(two_provinces)
    closed = split_multipliers(whole, None).output_closed[3:]
    np.testing.assert_allclose(multipliers(build_system(table), None).output, closed, rtol=1e-12)
    with pytest.raises(AccountsError, match="no province R; it has P, Q"):
        single_province_table(two_provinces, "R")


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), provinces=st.integers(1, 5), sectors=st.integers(2, 8), groups=st.integers(1, 4))
def test_flows_reconcile(random_table: Random, seed: int, provinces: int, sectors: int, groups: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    rng = np.random.default_rng(seed)
    old_provinces, old_sectors = (tuple(dict.fromkeys(names)) for names in zip(*table.labels, strict=True))

    def grouping(old: tuple[str, ...]) -> Grouping:
        group_of = {code: f"g{rng.integers(groups)}" for code in old}
        return Grouping(tuple(sorted(set(group_of.values()))), group_of)

    by_province, by_sector = grouping(old_provinces), grouping(old_sectors)
    aggregation = aggregation_of(table.labels, by_province, by_sector)
    small = aggregate_table(table, aggregation)
    places = {pair: i for i, pair in enumerate(small.labels)}
    Z, demand = np.zeros_like(small.Z), np.zeros_like(small.final_demand)
    to = [places[by_province.group_of[p], by_sector.group_of[s]] for p, s in table.labels]
    buyer = [by_province.codes.index(by_province.group_of[p]) for p in old_provinces]
    np.add.at(Z, (np.array(to)[:, None], np.array(to)), table.Z)
    np.add.at(demand, (np.array(to)[:, None], np.array(buyer)), table.final_demand)
    np.testing.assert_allclose(small.Z, Z, rtol=1e-12)
    np.testing.assert_allclose(small.final_demand, demand, rtol=1e-12, atol=1e-12)
    for name in ("Z", "x", "final_demand", "exports", "error", "imports", "value_added"):
        total = getattr(table, name).sum()
        assert getattr(small, name).sum() == pytest.approx(total, rel=1e-12, abs=1e-12), name
    for before, after in zip(gaps(table), gaps(small), strict=True):
        assert np.abs(after).max() <= np.abs(before).sum() + 1e-12 * table.x.sum()
    system = build_system(small)
    emissions = build_emissions(system, aggregate_sectors(co2, aggregation))
    total = np.nan_to_num(multipliers(system, emissions).co2_total_t_per_m_cny) @ system.demand / 1e6
    assert total == pytest.approx(co2[~np.isin(to, np.flatnonzero(small.x == 0))].sum(), rel=1e-9)
    same = aggregate_table(table, aggregation_of(table.labels))
    for name in vars(table):
        np.testing.assert_array_equal(getattr(same, name), getattr(table, name))
