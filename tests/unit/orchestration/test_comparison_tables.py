"""Backbones side by side as a published table."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from visceads import codes
from visceads.backbone import compare, coverage, disparity, disparity_tree, harmonised_network, top_share
from visceads.backbone.coverage import ALPHAS
from visceads.contracts.catalogue import contract_of, validate
from visceads.orchestration.backbone_networks import TableNetworks
from visceads.orchestration.comparison_tables import METHODS, _differences, comparison_of_methods, comparison_of_years

SIZE = 31 * 42


def _table(table_id: str, seed: int, *, has_co2: bool = True) -> TableNetworks:
    generator = np.random.default_rng(seed)
    flows = generator.lognormal(3.0, 2.0, size=(SIZE, SIZE))
    intensity = generator.lognormal(4.0, 1.0, size=SIZE) if has_co2 else np.full(SIZE, np.nan)
    co2 = generator.lognormal(1.0, 1.0, size=(31, 31)) if has_co2 else None
    return TableNetworks(table_id, flows, "inventory" if has_co2 else None, intensity, co2)


@pytest.fixture(scope="module")
def tables() -> list[TableNetworks]:
    return [_table("2012", 1), _table("2017-new", 2)]


@pytest.fixture(scope="module")
def methods(tables: list[TableNetworks]) -> pl.DataFrame:
    return comparison_of_methods(tables[0])


@pytest.fixture(scope="module")
def years(tables: list[TableNetworks]) -> pl.DataFrame:
    return comparison_of_years(tables)


def test_the_table_keeps_its_contract(methods: pl.DataFrame, years: pl.DataFrame):
    comparison = contract_of("backbone", "comparison")
    frame = pl.concat([methods, years]).sort(list(comparison.key))
    validate(comparison.group, comparison.table, frame)
    assert methods.height == len(METHODS) * 32
    assert years.height == 32


def test_a_method_beside_the_parity_rule(tables: list[TableNetworks], methods: pl.DataFrame):
    scoped, carried = tables[0].own("GD", "flow"), tables[0].own("GD", "embodied_co2")
    assert scoped is not None
    assert carried is not None
    result, parity = disparity(scoped.network), top_share(scoped.network)
    row = methods.filter(province_code="GD", method="disparity").row(0, named=True)
    expected = coverage(result, co2=carried.network.weights)
    assert (row["nodes_kept"], row["edges_kept"]) == (expected.nodes_kept, expected.edges_kept)
    assert row["flow_coverage"] == expected.weight_coverage
    assert row["co2_coverage"] == expected.co2_coverage
    assert row["compared_parameter"] == parity.parameter
    found = compare(parity, result)
    assert row["edge_jaccard"] == pytest.approx(found.edge_jaccard, rel=1e-15)
    assert row["share_lost"] == pytest.approx(found.share_lost, rel=1e-12)


def test_differences_are_those_of_compare(tables: list[TableNetworks]):
    networks = [table.own("GD", "flow") for table in tables]
    before, after = (
        disparity_tree(harmonised_network(scoped.network, classification))
        for scoped, classification in zip(networks, codes.CLASSIFICATIONS, strict=True)
        if scoped is not None
    )
    found = compare(before, after)
    expected = {
        "edges_common": found.edges_common,
        "edges_gained": found.edges_gained,
        "edges_lost": found.edges_lost,
        "share_gained": found.share_gained,
        "share_lost": found.share_lost,
        "edge_jaccard": found.edge_jaccard,
    }
    assert _differences(before, after) == pytest.approx(expected, rel=1e-12)


def test_differences_of_other_nodes_are_refused(tables: list[TableNetworks]):
    scoped = tables[0].own("GD", "flow")
    assert scoped is not None
    with pytest.raises(ValueError, match="have other nodes; use `compare`"):
        _differences(disparity(scoped.network), disparity(scoped.network.weights))


def test_the_curve_over_alpha_rises(methods: pl.DataFrame):
    curve = methods.filter(province_code="GD", method="disparity_tree").sort("parameter")
    assert curve.height == len(ALPHAS)
    assert curve["edges_kept"].is_sorted()
    assert curve["flow_coverage"].is_sorted()


def test_years_are_compared_on_harmonised_sectors(tables: list[TableNetworks], years: pl.DataFrame):
    assert set(years["table_id"]) == {"2017-new"}
    assert set(years["compared_table_id"]) == {"2012"}
    found = years.filter(scope="province")
    assert set(found["sector_list"]) == {"harmonised"}
    assert set(found["nodes_active"]) == {41}
    assert set(years.filter(scope="interprovincial")["sector_list"]) == {"table"}
    row = years.filter(province_code="GD").row(0, named=True)
    assert row["edges_common"] + row["edges_gained"] == row["edges_kept"]


def test_one_table_has_no_years(tables: list[TableNetworks]):
    frame = comparison_of_years(tables[:1])
    assert frame.is_empty()
    assert frame.columns == comparison_of_methods(tables[0]).columns


def test_a_table_without_co2_has_no_coverage_of_it():
    frame = comparison_of_methods(_table("2015", 3, has_co2=False))
    assert frame["co2_coverage"].null_count() == frame["co2_basis"].null_count() == frame.height
    assert frame["flow_coverage"].null_count() == 0
