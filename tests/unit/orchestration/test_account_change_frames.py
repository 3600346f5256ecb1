"""The structural decomposition of pairs of tables as a table: the economy of two sectors beside a changed one."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import polars as pl
import pytest

from visceads.contracts.catalogue import contract_of, validate
from visceads.orchestration.account_change_frames import (
    HarmonisedTable,
    change_tables,
    consecutive_pairs,
    harmonised_table,
    without_population,
)
from visceads.orchestration.arrays import load_table

EFFECTS = ("intensity", "technology", "demand_mix", "demand_volume", "population")


@pytest.fixture
def table(connection: duckdb.DuckDBPyConnection) -> HarmonisedTable:
    """The economy on the harmonised sectors, with ten million persons in every province."""
    return replace(harmonised_table(load_table(connection, "2012")), population=np.full(31, 1000.0))


def _later(table: HarmonisedTable, co2_factor: float = 1.0, people_factor: float = 1.0) -> HarmonisedTable:
    return replace(
        table,
        table_id="2015",
        co2_mt={basis: co2_factor * values for basis, values in table.co2_mt.items()},
        population=people_factor * table.population,
    )


def _row(frame: pl.DataFrame, account: str, province: str, form: str = "dl_mean") -> dict[str, float]:
    return frame.filter(account=account, province_code=province, form=form).row(0, named=True)


@pytest.mark.parametrize(
    ("present", "pairs"),
    [
        (["2017", "2012", "2015", "2017-new"], [("2012", "2015"), ("2015", "2017")]),
        (["2015", "2017-new"], []),
        (["2017", "2017-new", "2020-new"], [("2017-new", "2020-new")]),
        (["2012"], []),
    ],
    ids=["all four", "other compilation", "newer", "alone"],
)
def test_neighbours_of_one_classification_are_compared(present: list[str], pairs: list[tuple[str, str]]):
    assert consecutive_pairs(present) == pairs


def test_a_table_is_summed_to_the_harmonised_sectors(table: HarmonisedTable):
    assert len(table.system.labels) == 31 * 41
    assert table.system.x.sum() == pytest.approx(300.0)
    assert np.nansum(table.co2_mt["satellite"]) == pytest.approx(11.0)


def test_halved_intensities_are_an_effect_of_intensity_alone(table: HarmonisedTable):
    """Guangdong's demand embodies .75 Mt of its builders and 3 of power; Beijing emits 10 in all."""
    frame = change_tables(table, _later(table, co2_factor=0.5)).frame
    columns = [column.name for column in contract_of("accounts", "structural_decomposition").columns]
    validate("accounts", "structural_decomposition", frame.select(columns).sort(columns[:6]))
    for account, province, start in (
        ("consumption", "GD", 3.75),
        ("production", "BJ", 10.0),
        ("consumption", "CN", 9.75),
        ("production", "CN", 11.0),
    ):
        row = _row(frame, account, province)
        assert (row["start_mt"], row["end_mt"]) == (pytest.approx(start), pytest.approx(start / 2))
        assert row["intensity_effect_mt"] == pytest.approx(row["change_mt"]) == pytest.approx(-start / 2)
        assert [row[f"{name}_effect_mt"] for name in EFFECTS[1:]] == pytest.approx([0.0] * 4, abs=1e-12)


def test_twice_the_people_with_the_same_demand_are_two_effects_that_cancel(table: HarmonisedTable):
    frame = change_tables(table, _later(table, people_factor=2.0)).frame
    row = _row(frame, "consumption", "BJ")
    assert row["change_mt"] == pytest.approx(0.0, abs=1e-12)
    assert row["population_effect_mt"] == pytest.approx(-row["demand_volume_effect_mt"], rel=1e-12)
    assert row["population_effect_mt"] > 1.0


def test_effects_add_up_in_every_form(table: HarmonisedTable):
    computed = change_tables(table, _later(table, 0.7, 1.3))
    assert set(computed.frame["form"]) == {"polar_a", "polar_b", "polar_mean", "dl_mean"}
    total = sum(
        (computed.frame[f"{name}_effect_mt"] for name in EFFECTS), pl.repeat(0.0, computed.frame.height, eager=True)
    )
    assert (total - computed.frame["change_mt"]).abs().max() < 1e-12
    assert computed.residuals == {"2012 2015 satellite": pytest.approx(0.0, abs=1e-12)}


def test_a_province_with_co2_in_one_table_only_is_null_with_a_reason(table: HarmonisedTable):
    later = _later(table)
    later.co2_mt["satellite"][np.array([province == "BJ" for province, _ in table.system.labels])] = np.nan
    row = _row(change_tables(table, later).frame, "production", "BJ")
    assert (row["change_mt"], row["null_reason"]) == (None, "no_inventory_in_one")


def test_tables_without_a_common_basis_give_nothing(table: HarmonisedTable):
    computed = change_tables(table, replace(_later(table), co2_mt={}))
    assert computed.frame.is_empty()
    assert computed.residuals == {}


def test_provinces_without_population_are_named(connection: duckdb.DuckDBPyConnection):
    """The statistics of this economy have the population of Beijing alone."""
    lacking = without_population(harmonised_table(load_table(connection, "2012")))
    assert len(lacking) == 30
    assert "BJ" not in lacking
