"""The invented tables: every identity of a published table, and a structure that looks like one."""

from __future__ import annotations

import numpy as np
import pytest

from visceads import codes
from visceads.demo.economy import FINAL_CATEGORIES, economy, nbs_values
from visceads.demo.mrio_table import synthetic_table
from visceads.demo.release import MRIO_TABLES

TABLES = [(year, classification) for year, found in MRIO_TABLES.items() for classification in found]
PROVINCES = codes.province_codes()
AMOUNTS = (
    "flow",
    "final_demand",
    "export",
    "statistical_error",
    "gross_output",
    "import_intermediate",
    "import_final",
    "value_added",
)


@pytest.fixture(scope="module", params=TABLES, ids=lambda found: "-".join(map(str, found)))
def table(request):
    return synthetic_table(*request.param)


def by_sector_pair(table) -> np.ndarray:
    """National flows, 42 x 42."""
    return table.flow.reshape(31, 42, 31, 42).sum(axis=(0, 2))


def test_table_id_names_the_second_table_of_2017_new() -> None:
    assert synthetic_table(2017, "2017").table_id == "2017-new"
    assert synthetic_table(2017, "2012").table_id == "2017"


def test_rows_balance(table) -> None:
    """TIU + TFU + ERR = GO."""
    output = table.gross_output
    used = table.flow.sum(axis=1) + table.final_demand.sum(axis=1) + table.export + table.statistical_error
    np.testing.assert_allclose(used, output, rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(table.flow.sum(axis=1), table.intermediate_use, rtol=1e-12)
    final_use = table.final_demand.sum(axis=1) + table.export
    np.testing.assert_allclose(final_use, table.total_final_use, rtol=1e-12, atol=1e-6)


def test_columns_balance(table) -> None:
    """TII + TVA = GO, TII = sum Z + IM, TVA = VA001 + .. + VA004."""
    inputs = table.flow.sum(axis=0) + table.import_intermediate
    np.testing.assert_allclose(inputs, table.intermediate_input, rtol=1e-12)
    np.testing.assert_allclose(table.value_added.sum(axis=0), table.total_value_added, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(
        table.intermediate_input + table.total_value_added, table.gross_output, rtol=1e-12, atol=1e-6
    )


def test_whole_table_balances(table) -> None:
    """sum TVA = sum FU + sum EX + sum ERR - sum IM under intermediate use (section 8.3)."""
    demand = table.final_demand.sum() + table.export.sum() + table.statistical_error.sum()
    assert table.total_value_added.sum() == pytest.approx(demand - table.import_intermediate.sum(), rel=1e-10)


def test_signs_are_those_of_a_published_table(table) -> None:
    for name in (
        "flow",
        "export",
        "import_intermediate",
        "import_final",
        "gross_output",
        "total_value_added",
    ):
        assert (getattr(table, name) >= 0).all(), name
    categories = table.final_demand.reshape(1302, 31, 5)
    inventories = FINAL_CATEGORIES.index("FU202")
    assert (np.delete(categories, inventories, axis=2) >= 0).all()
    assert (categories[:, :, inventories] < 0).any()
    assert (table.value_added[[0, 2]] >= 0).all()
    assert (table.value_added[1] < 0).any()


def test_every_amount_is_a_whole_number_of_hundredths(table) -> None:
    for name in AMOUNTS:
        amounts = getattr(table, name)
        np.testing.assert_array_equal(np.rint(100 * amounts) / 100, amounts, err_msg=name)


def test_statistical_error_is_small_but_there(table) -> None:
    active = table.gross_output > 0
    share = np.abs(table.statistical_error[active] / table.gross_output[active])
    assert share.max() < 0.04
    assert np.median(share) > 0.001


def test_inactive_sectors_are_empty_and_mostly_tibetan(table) -> None:
    inactive = table.gross_output == 0
    assert 20 <= inactive.sum() <= 30
    assert 8 <= inactive.reshape(31, 42)[PROVINCES.index("XZ")].sum() <= 12
    assert not table.flow[inactive].any()
    assert not table.flow[:, inactive].any()
    for vector in (table.final_demand, table.export, table.statistical_error, table.import_intermediate):
        assert not vector[inactive].any()
    assert not table.value_added[:, inactive].any()
    assert (table.gross_output[~inactive] > 1_000).all()
    if table.co2_mt is not None:
        assert not table.co2_mt[inactive].any()


def test_system_is_productive(table) -> None:
    """Column sums of A below 1 prove a spectral radius below 1 (io-methods.md, section 17)."""
    active = table.gross_output > 0
    sums = table.flow.sum(axis=0)[active] / table.gross_output[active]
    assert 0.7 < sums.max() < 0.83


def test_value_added_of_each_province_is_near_its_gdp(table) -> None:
    """Brief: within a factor of 2; the model is nearer (10k yuan against 100 million yuan)."""
    gdp = 1e4 * nbs_values(table.year, "gdp_100m_cny_current")
    ratio = table.total_value_added.reshape(31, 42).sum(axis=1) / gdp
    assert ratio.min() > 0.98
    assert ratio.max() < 1.02


def test_output_passes_the_magnitude_gate_of_money(table) -> None:
    """Sum of GO between 1e10 and 6e10 in 10k yuan."""
    assert 1e10 < table.gross_output.sum() < 6e10


def test_power_buys_coal(table) -> None:
    sectors = codes.sector_codes(table.classification)
    coal, power = sectors.index("coal_mining"), sectors.index("power_heat")
    national = by_sector_pair(table)
    assert national[coal].argmax() == power
    others = np.delete(national[:, power], power)
    assert others.max() == national[coal, power]


def test_coal_comes_from_the_three_coal_provinces(table) -> None:
    sectors = codes.sector_codes(table.classification)
    sales = table.flow.sum(axis=1).reshape(31, 42)[:, sectors.index("coal_mining")]
    largest = {PROVINCES[k] for k in np.argsort(-sales)[:3]}
    assert largest == {"SX", "NM", "SN"}


def test_provinces_trade_but_buy_most_at_home(table) -> None:
    blocks = table.flow.reshape(31, 42, 31, 42).sum(axis=(1, 3))
    own = np.trace(blocks) / blocks.sum()
    assert 0.5 < own < 0.75
    assert (blocks > 0).all()


def test_neighbours_trade_more_than_distant_provinces(table) -> None:
    blocks = table.flow.reshape(31, 42, 31, 42).sum(axis=(1, 3))
    hebei, tianjin, hainan = (PROVINCES.index(code) for code in ("HE", "TJ", "HI"))
    sales = blocks[hebei] / blocks.sum(axis=0)
    assert sales[tianjin] > 2 * sales[hainan]


def test_provinces_have_different_sector_mixes(table) -> None:
    sectors = codes.sector_codes(table.classification)
    output = table.gross_output.reshape(31, 42)
    quotient = (output / output.sum(axis=1, keepdims=True)) / (output.sum(axis=0) / output.sum())
    assert quotient[PROVINCES.index("GD"), sectors.index("electronics")] > 1.5
    assert quotient[PROVINCES.index("SX"), sectors.index("coal_mining")] > 3
    assert quotient[PROVINCES.index("BJ"), sectors.index("agriculture")] < 0.3


def test_only_the_first_classification_has_a_co2_row(table) -> None:
    assert (table.co2_mt is None) == (table.classification == "2017")


def test_same_values_on_every_call() -> None:
    first, second = synthetic_table(2017, "2017"), synthetic_table(2017, "2017")
    for name in AMOUNTS:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), err_msg=name)


def test_both_classifications_of_a_year_describe_the_same_economy() -> None:
    """What both lists share has the same planned output; what one merges or splits adds up."""
    old, new = economy(2017, "2012"), economy(2017, "2017")
    np.testing.assert_allclose(old.output.sum(axis=1), new.output.sum(axis=1), rtol=1e-12)
    old_sectors, new_sectors = codes.sector_codes("2012"), codes.sector_codes("2017")
    merged = [old_sectors.index(code) for code in ("other_manufacturing", "waste_resources")]
    split = [new_sectors.index(code) for code in ("research_development", "technical_services")]
    np.testing.assert_allclose(
        old.output[:, merged].sum(axis=1),
        new.output[:, new_sectors.index("other_manufacturing_waste")],
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        new.output[:, split].sum(axis=1), old.output[:, old_sectors.index("science_technical")], rtol=1e-12
    )


def test_years_differ() -> None:
    assert synthetic_table(2012, "2012").gross_output.sum() < synthetic_table(2015, "2012").gross_output.sum()


def test_unknown_classification_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="no classification '2007'; the classifications are 2012 and 2017"):
        synthetic_table(2015, "2007")
