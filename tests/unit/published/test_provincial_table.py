"""Published tables on their axis: which one, flows, figures of sectors."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from visceads import codes
from visceads.lake.paths import LakePaths
from visceads.published.marts import Marts, PublishedError, open_marts
from visceads.published.provincial_table import (
    axis_of,
    choose_table,
    co2_bases_of_tables,
    load_flows,
    load_sector_figures,
)

PROVINCES = codes.province_codes()
GD, BJ, XZ = (PROVINCES.index(code) * 42 for code in ("GD", "BJ", "XZ"))


@pytest.fixture
def marts(published_lake: LakePaths) -> Marts:
    return open_marts(published_lake)


def change(marts: Marts, group: str, table: str, *changes: pl.Expr, keep: pl.Expr | None = None) -> None:
    path = marts.lake.mart(marts.version, group, table)
    frame = pl.read_parquet(path).with_columns(*changes)
    (frame if keep is None else frame.filter(keep)).write_parquet(path)


def test_tables_and_their_bases(marts: Marts):
    assert co2_bases_of_tables(marts) == {"2012": ("inventory", "satellite"), "2017-new": ("inventory",), "2020": ()}


@pytest.mark.parametrize(
    ("table_id", "basis", "chosen"),
    [
        (None, None, "2020"),
        (None, "inventory", "2017-new"),
        (None, "satellite", "2012"),
        ("2012", "satellite", "2012"),
        ("2020", None, "2020"),
    ],
)
def test_the_newest_table_that_can_answer(marts: Marts, table_id: str | None, basis: str | None, chosen: str):
    assert choose_table(marts, table_id, basis) == chosen


@pytest.mark.parametrize(
    ("table_id", "basis", "exit_code", "sentence"),
    [
        ("2099", None, 2, "there is no table '2099' .*--table can be 2012, 2017-new, 2020"),
        ("2017-new", "satellite", 1, "use --co2-basis inventory, or another table with --table: 2012"),
        ("2020", "satellite", 1, "has no CO2 of the satellite basis; use another table with --table: 2012"),
    ],
)
def test_a_table_that_cannot_answer_is_told(
    marts: Marts, table_id: str, basis: str | None, exit_code: int, sentence: str
):
    with pytest.raises(PublishedError, match=sentence) as caught:
        choose_table(marts, table_id, basis)
    assert caught.value.exit_code == exit_code


def test_no_table_at_all_is_told(marts: Marts):
    change(marts, "mrio", "sector_account", keep=pl.lit(value=False))
    with pytest.raises(PublishedError, match="has no provincial input-output table"):
        choose_table(marts, None)


def test_no_co2_anywhere_is_told(marts: Marts):
    nothing = pl.lit(None, dtype=pl.Float64)
    change(marts, "mrio", "sector_account", nothing.alias("co2_inventory_mt"), nothing.alias("co2_satellite_mt"))
    with pytest.raises(PublishedError, match="put the inventory of its year into raw/"):
        choose_table(marts, None, "inventory")


def test_axes_are_province_major_in_table_order(marts: Marts):
    old, new = axis_of(marts, "2012"), axis_of(marts, "2017-new")
    assert (old.classification, new.classification) == ("2012", "2017")
    assert len(old.labels) == 1302
    assert old.labels[:2] == tuple((PROVINCES[0], sector) for sector in codes.sector_codes("2012")[:2])
    assert old.labels[42][0] == PROVINCES[1]


def test_unknown_sectors_are_told(marts: Marts):
    change(marts, "mrio", "sector_account", pl.col("sector_code").replace("agriculture", "magic"))
    with pytest.raises(PublishedError, match="no known classification"):
        axis_of(marts, "2012")


def test_flows_of_the_nation(marts: Marts):
    flows = load_flows(marts, axis_of(marts, "2012"))
    assert flows.shape == (1302, 1302)
    expected = np.zeros((1302, 1302))
    expected[GD, GD + 1], expected[GD + 1, GD + 2], expected[GD, GD + 2], expected[GD + 2, GD] = 90, 60, 4, 30
    expected[GD + 2, GD + 2], expected[GD, BJ + 1], expected[BJ, BJ + 1] = 10, 7, 50
    expected[XZ, XZ + 1], expected[XZ, GD + 1] = 3, 2
    assert np.array_equal(flows, expected)


def test_flows_inside_a_province_are_its_block(marts: Marts):
    axis = axis_of(marts, "2012")
    whole = load_flows(marts, axis)
    for province, start in (("GD", GD), ("XZ", XZ)):
        assert np.array_equal(load_flows(marts, axis, province), whole[start : start + 42, start : start + 42])


def test_flows_off_the_axis_are_told(marts: Marts):
    change(marts, "mrio", "flow", pl.col("buyer_province_code").replace("BJ", "TW"))
    with pytest.raises(
        PublishedError, match=r"not whole: the rows of mrio\.flow \(one has the buyer_province_code 'TW'\)"
    ) as caught:
        load_flows(marts, axis_of(marts, "2012"))
    assert caught.value.exit_code == 1


def test_figures_stand_on_the_axis_whatever_the_order_of_rows(marts: Marts):
    axis, basis = axis_of(marts, "2012"), "inventory"
    rows = marts.rows("accounts", "multiplier", "2012").filter(co2_basis=basis).reverse()
    figures = load_sector_figures(axis, rows, "co2_total_t_per_m_cny")
    assert np.isnan(figures[XZ : XZ + 42]).all()
    known = np.delete(figures, range(XZ, XZ + 42))
    assert np.array_equal(known, np.tile(np.arange(1, 43) * 1e6, 30))


@pytest.mark.parametrize("fault", ["lost", "twice", "foreign"])
def test_figures_that_are_not_those_of_the_axis_are_told(marts: Marts, fault: str):
    rows = marts.rows("mrio", "sector_account", "2012")
    faulty = {
        "lost": rows[1:],
        "twice": pl.concat([rows[:1], rows]),
        "foreign": rows.with_columns(pl.col("province_code").replace("BJ", "TW")),
    }
    with pytest.raises(PublishedError, match="the rows of gross_output_m_cny"):
        load_sector_figures(axis_of(marts, "2012"), faulty[fault], "gross_output_m_cny")
