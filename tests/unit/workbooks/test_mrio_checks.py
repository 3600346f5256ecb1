"""Each rule on a table is broken once, and the message names the place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.workbooks.mrio_arrays import MrioArrays, MrioPlaces
from visceads.workbooks.mrio_checks import verify
from visceads.workbooks.mrio_place import Source
from visceads.workbooks.mrio_provinces import FITTING_FACTOR, compare_with_gdp, exchanged_regions
from visceads.workbooks.mrio_twins import require_equal
from visceads.workbooks.refusal import Refusal

BEIJING_CONSTRUCTION = 27
HEBEI = slice(2 * 42, 3 * 42)
SHANXI = slice(3 * 42, 4 * 42)


@pytest.fixture
def arrays(mrio):
    table = mrio.table()
    return MrioArrays("2012", table.Z, table.FU, table.row_items, table.column_items, np.full(155, np.nan))


@pytest.fixture
def places(arrays):
    items = {item: 1462 + position for position, item in enumerate(arrays.row_items)}
    rows = {item: 1307 + position for position, item in enumerate(arrays.column_items)}
    axis = np.arange(1302, dtype=np.int32)
    final_demand = np.arange(1307, 1462, dtype=np.int32)
    return MrioPlaces(Source("MRIO.xlsx", "Table"), axis + 5, axis + 4, final_demand, items, rows)


def findings_of(arrays, places, year=2012):
    return verify(arrays, places, year).findings


def refused(arrays, places):
    with pytest.raises(Refusal) as caught:
        verify(arrays, places, 2012)
    return caught.value


def without_totals(arrays):
    for items, totals in ((arrays.row_items, ("TIU", "TFU")), (arrays.column_items, ("TII", "TVA", "TI"))):
        for item in totals:
            del items[item]


def swap(values, first, second):
    values[[*range(1302)[first], *range(1302)[second]]] = values[[*range(1302)[second], *range(1302)[first]]]


def test_a_balanced_table_passes_without_findings(arrays, places):
    assert findings_of(arrays, places) == ()


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1e-4, "like 100 million yuan"),
        (1e-2, "like million yuan"),
        (1e4, "like yuan"),
        (1e-9, "no unit"),
    ],
)
def test_another_money_unit_is_refused_and_named(arrays, places, factor, words):
    arrays.row_items["GO"] *= factor
    refusal = refused(arrays, places)
    assert refusal.code == "E_UNIT_MONEY"
    assert words in refusal.message


@pytest.mark.parametrize(
    ("factor", "words"), [(1e6, "like tonnes"), (1e3, "like thousand tonnes"), (1e2, "like 10k tonnes")]
)
def test_another_unit_of_emissions_is_refused_and_named(arrays, places, factor, words):
    arrays.column_items["CO2"] *= factor
    refusal = refused(arrays, places)
    assert refusal.code == "E_UNIT_CO2"
    assert words in refusal.message


def test_a_wholly_empty_row_of_emissions_counts_as_none(arrays, places):
    arrays.column_items["CO2"][:] = np.nan
    assert [finding.code for finding in findings_of(arrays, places)] == ["W_NO_SATELLITE"]


def test_a_table_without_emissions_is_noted(arrays, places):
    del arrays.column_items["CO2"]
    assert [finding.code for finding in findings_of(arrays, places)] == ["W_NO_SATELLITE"]


def test_a_negative_flow_is_refused_with_its_cell(arrays, places):
    arrays.flows[0, 1] = -3.0
    refusal = refused(arrays, places)
    assert (refusal.code, refusal.cell) == ("E_NEGATIVE", "E5")
    assert "from Beijing / Agriculture to Beijing / Coal mining" in refusal.message


@pytest.mark.parametrize("category", [0, 1, 2, 3])
def test_negative_final_demand_is_refused_but_for_inventories(arrays, places, category):
    arrays.final_demand[0, category] = -3.0
    assert refused(arrays, places).code == "E_NEGATIVE"


@pytest.mark.parametrize("item", ["IM", "VA001", "VA003", "CO2"])
def test_negative_column_items_are_refused(arrays, places, item):
    arrays.column_items[item][7] = -3.0
    refusal = refused(arrays, places)
    assert refusal.code == "E_NEGATIVE"
    assert refusal.message.startswith("MRIO.xlsx, sheet 'Table', cell K")


def test_negative_imports_of_final_demand_are_refused_but_for_inventories(arrays, places):
    arrays.final_imports[154] = -4.0  # FU202 of Xinjiang
    assert findings_of(arrays, places) == ()
    arrays.final_imports[151] = -4.0
    refusal = refused(arrays, places)
    assert (refusal.code, refusal.cell) == ("E_NEGATIVE", f"BDB{places.item_rows['IM']}")
    assert "IM of FU102 of Xinjiang is -4" in refusal.message


def test_twins_must_agree_in_the_imports_of_final_demand_too(arrays, places):
    kept, other = (replace(arrays, final_imports=np.full(155, value)) for value in (5.0, 5.0))
    assert require_equal(kept, places, other, places, "2012").code == "W_TWIN_LEFT_OUT"
    without = replace(arrays, final_imports=np.full(155, np.nan))
    assert require_equal(kept, places, without, places, "2012").code == "W_TWIN_LEFT_OUT"
    other.final_imports[151] += 1e-6
    with pytest.raises(Refusal, match="two prints of the table 2012, but 1 values differ") as caught:
        require_equal(kept, places, other, places, "2012")
    assert (caught.value.code, caught.value.cell) == ("E_TWIN_MISMATCH", f"BDB{places.item_rows['IM']}")


def test_slightly_negative_exports_are_noted_and_others_refused(arrays, places):
    without_totals(arrays)
    arrays.row_items["EX"][0] = -0.5
    arrays.final_demand[0, 0] += 1000.5
    assert [finding.code for finding in findings_of(arrays, places)] == ["W_SMALL_NEGATIVE"]
    arrays.row_items["EX"][0] = -2.0
    assert refused(arrays, places).code == "E_NEGATIVE"


def test_a_wrong_row_is_refused_with_the_worst_sectors_first(arrays, places):
    without_totals(arrays)
    for offset in range(12):
        arrays.final_demand[BEIJING_CONSTRUCTION + offset, 0] += 1e6 * (offset + 1)
    refusal = refused(arrays, places)
    assert refusal.code == "E_BALANCE"
    assert "12 of 1302 sectors" in refusal.message
    assert refusal.message.count("off by") == 10
    worst = refusal.message.index("off by 12,000,000.0")
    assert worst < refusal.message.index("off by 11,000,000.0")


def test_a_wrong_column_is_refused_with_province_and_sector(arrays, places):
    without_totals(arrays)
    arrays.column_items["VA001"][BEIJING_CONSTRUCTION] += 1e6
    refusal = refused(arrays, places)
    assert refusal.code == "E_BALANCE"
    assert "columns" in refusal.message
    assert "Beijing / Construction off by 1,000,000.0" in refusal.message


@pytest.mark.parametrize("change", [-25_000.0, 1e7])
def test_one_wrong_flow_is_named_with_what_would_balance(arrays, places, change):
    """Row and column of the cell are off by the same amount; with the stated value they balance."""
    without_totals(arrays)
    stated = float(arrays.flows[0, 1])
    arrays.flows[0, 1] += change
    refusal = refused(arrays, places)
    assert (refusal.code, refusal.cell) == ("E_BALANCE", "E5")
    assert f"is {stated + change:,.1f} (10k yuan)" in refusal.message
    assert f"only if it is {stated:,.1f}" in refusal.message


@pytest.mark.parametrize(("share", "codes"), [(0.9e-6, []), (1.2e-6, ["W_BALANCE"]), (0.99e-3, ["W_BALANCE"])])
def test_tolerances_of_the_balance(arrays, places, share, codes):
    """A millionth of gross output passes, a thousandth is noted."""
    without_totals(arrays)
    arrays.final_demand[0, 0] += share * arrays.gross_output[0]
    assert [finding.code for finding in findings_of(arrays, places)] == codes


def test_small_residuals_of_one_sign_are_noted_for_the_whole_table(arrays, places):
    without_totals(arrays)
    arrays.final_demand[arrays.gross_output > 0, 0] += 100.0
    findings = findings_of(arrays, places)
    assert [finding.code for finding in findings] == ["W_BALANCE", "W_BALANCE"]
    assert "the whole table" in findings[1].message


@pytest.mark.parametrize("item", ["TIU", "TFU"])
def test_a_wrong_printed_row_total_is_refused(arrays, places, item):
    arrays.row_items[item][0] *= 1.01
    refusal = refused(arrays, places)
    assert refusal.code == "E_BALANCE"
    assert f"printed {item}" in refusal.message


@pytest.mark.parametrize("item", ["TII", "TVA", "TI"])
def test_a_wrong_printed_column_total_is_refused(arrays, places, item):
    arrays.column_items[item][0] *= 1.01
    refusal = refused(arrays, places)
    assert refusal.code == "E_BALANCE"
    assert f"printed {item}" in refusal.message


def test_an_empty_printed_total_is_not_compared(arrays, places):
    arrays.column_items["TI"][0] = np.nan
    assert findings_of(arrays, places) == ()


def test_a_subtracted_error_is_named(arrays, places):
    arrays.row_items["ERR"] *= 300
    own_rural_demand = (np.arange(1302), np.arange(1302) // 42 * 5)
    arrays.final_demand[own_rural_demand] += arrays.row_items["ERR"] * (1 + 1 / 300)
    without_totals(arrays)
    refusal = refused(arrays, places)
    assert refusal.code == "E_ERR_SIGN"
    assert "subtracted" in refusal.message


@pytest.mark.parametrize(("share", "outcome"), [(0.04, None), (0.06, "W_ERR_SHARE"), (0.11, "E_ERR_SHARE")])
def test_the_share_of_the_error(arrays, places, share, outcome):
    without_totals(arrays)
    moved = share * arrays.gross_output[0]
    arrays.final_demand[0, 0] += arrays.row_items["ERR"][0] - moved
    arrays.row_items["ERR"][0] = moved
    if outcome == "E_ERR_SHARE":
        assert refused(arrays, places).code == outcome
    else:
        assert [finding.code for finding in findings_of(arrays, places)] == [outcome] * (outcome is not None)


def test_a_sector_without_output_must_be_empty(arrays, places, mrio):
    arrays.flows[mrio.closed_sector, 0] = 4e6
    refusal = refused(arrays, places)
    assert refusal.code == "E_ZERO_OUTPUT"
    assert "Tibet / Oil & gas" in refusal.message
    assert "intermediate use 4e+06" in refusal.message


@pytest.mark.parametrize("item", ["CO2", "VA002"])
def test_a_sector_without_output_must_have_no_item(arrays, places, mrio, item):
    without_totals(arrays)
    arrays.column_items[item][mrio.closed_sector] = 0.5
    assert refused(arrays, places).code == "E_ZERO_OUTPUT"


def test_a_tiny_output_is_noted(arrays, places, mrio):
    k = mrio.closed_sector
    arrays.row_items["GO"][k] = arrays.column_items["VA001"][k] = arrays.final_demand[k, 0] = 5.0
    arrays.row_items["TFU"][k] = arrays.column_items["TVA"][k] = arrays.column_items["TI"][k] = 5.0
    assert [finding.code for finding in findings_of(arrays, places)] == ["W_TINY_OUTPUT"]


def test_exchanged_row_labels_of_two_provinces_are_named(arrays, places):
    """All that stands on the rows moves along, so the rows still balance; the columns do not."""
    for values in (arrays.flows, arrays.final_demand, *arrays.row_items.values()):
        swap(values, HEBEI, SHANXI)
    refusal = refused(arrays, places)
    assert refusal.code == "E_BALANCE"
    assert "Hebei and Shanxi" in refusal.message
    assert "look exchanged" in refusal.message


def test_exchanged_column_labels_of_two_provinces_are_named(arrays, places):
    for values in (arrays.flows.T, *arrays.column_items.values()):
        swap(values, HEBEI, SHANXI)
    assert "Hebei and Shanxi" in refused(arrays, places).message


def test_exchanged_labels_of_two_sectors_are_named(arrays, places):
    for values in (arrays.flows, arrays.final_demand, *arrays.row_items.values()):
        table = values.reshape(31, 42, -1)
        table[:, [5, 9]] = table[:, [9, 5]]
    refusal = refused(arrays, places)
    assert "Food & tobacco and Paper & printing" in refusal.message
    assert "look exchanged" in refusal.message


def test_exchanged_labels_of_two_rows_are_named(arrays, places):
    for values in (arrays.flows, arrays.final_demand, *arrays.row_items.values()):
        values[[0, 999]] = values[[999, 0]]
    assert "look exchanged" in refused(arrays, places).message


def test_a_scaled_province_is_not_called_exchanged(arrays, places):
    arrays.column_items["VA001"][HEBEI] *= 2
    arrays.column_items["VA001"][SHANXI] *= 2
    without_totals(arrays)
    refusal = refused(arrays, places)
    assert refusal.code == "E_BALANCE"
    assert "exchanged" not in refusal.message


def identity(arrays, places, code, year=2012):
    (found,) = [found for found in verify(arrays, places, year).identities if found.code == code]
    return found


def exchange_on_both_axes(arrays, first, second):
    """Give two provinces the labels of each other on rows and columns, final demand too: the table still balances."""
    blocks = np.arange(1302).reshape(31, 42)
    order, buyers = blocks.copy(), np.arange(155).reshape(31, 5)
    for axis in (order, buyers):
        axis[[first, second]] = axis[[second, first]]
    order, buyers = order.ravel(), buyers.ravel()
    arrays.flows[:] = arrays.flows[np.ix_(order, order)]
    arrays.final_demand[:] = arrays.final_demand[np.ix_(order, buyers)]
    for items in (arrays.row_items, arrays.column_items):
        for values in items.values():
            values[:] = values[order]


def test_every_identity_is_told_with_its_worst_offender(arrays, places):
    found = {one.code: one for one in verify(arrays, places, 2012).identities}
    assert set(found) == {
        *("output_not_negative", "zero_output_is_empty", "error_share_of_output", "rows_balance", "columns_balance"),
        *("input_is_output", "printed_tiu_adds_up", "printed_tfu_adds_up", "printed_tii_adds_up"),
        *("printed_tva_adds_up", "printed_ti_adds_up", "whole_table_balances", "spectral_radius_below_one"),
        *("condition_number", "power_emits_most", "value_added_fits_gdp", "provinces_in_order_by_gdp"),
        *("co2_fits_inventory", "provinces_in_order_by_co2"),
    }
    assert all(one.tolerance is None or one.worst <= one.tolerance for one in found.values())
    assert found["zero_output_is_empty"].place == "1 sectors without gross output"
    assert found["condition_number"].tolerance is None
    assert found["condition_number"].worst > 1


def test_the_worst_offender_is_the_one_nearest_to_its_tolerance(arrays, places):
    without_totals(arrays)
    arrays.final_demand[BEIJING_CONSTRUCTION, 0] += 1e-4 * arrays.gross_output[BEIJING_CONSTRUCTION]
    rows = identity(arrays, places, "rows_balance")
    assert rows.place == "Beijing / Construction"
    assert rows.worst == pytest.approx(0.1 * rows.tolerance)
    assert rows.cell == "BDJ32"


def test_the_spectral_radius_names_the_sector_that_dominates(arrays, places):
    """One sector buys 0.675 of its output from itself, the others 0.45; what links them adds little."""
    arrays.flows[0, 0] *= 1.5
    without_totals(arrays)
    arrays.final_demand[0, 4] -= arrays.flows[0, 0] / 3
    arrays.column_items["VA004"][0] -= arrays.flows[0, 0] / 3
    radius = identity(arrays, places, "spectral_radius_below_one")
    assert radius.worst == pytest.approx(0.675, abs=1e-3)
    assert radius.place == "Beijing / Agriculture"


def test_a_table_that_is_not_productive_is_refused_with_the_dominant_sector(arrays, places):
    without_totals(arrays)
    k, output = BEIJING_CONSTRUCTION, arrays.gross_output
    bought = 1.1 * output[k] - arrays.flows[k, k]
    arrays.flows[k, k] += bought
    arrays.final_demand[k, 4] -= bought  # stocks
    arrays.column_items["VA004"][k] -= bought  # a loss
    refusal = refused(arrays, places)
    assert refusal.code == "E_SPECTRAL_RADIUS"
    assert "Beijing / Construction" in refusal.message
    assert "is 1.1" in refusal.message


@pytest.mark.parametrize(("factor", "words"), [(10, "10 times too large"), (1e-3, "1,000 times too small")])
def test_a_slip_of_scale_is_refused_with_province_and_factor(arrays, places, factor, words):
    """All money of Hebei in another unit: the balance breaks too, but the slip is what explains it."""
    for item in ("VA001", "VA002", "VA003", "VA004"):
        arrays.column_items[item][HEBEI] *= factor
    refusal = refused(arrays, places)
    assert refusal.code == "E_SCALE_SLIP"
    assert "Hebei" in refusal.message
    assert words in refusal.message


def test_a_gap_to_gdp_is_noted_with_the_province(arrays, places):
    without_totals(arrays)
    for sector in range(1302)[HEBEI]:
        moved = 0.95 * arrays.column_items["VA001"][sector]
        arrays.column_items["VA001"][sector] -= moved
        arrays.column_items["VA004"][sector] -= 0.3 * moved
        arrays.column_items["IM"][sector] += 1.3 * moved
    (finding,) = findings_of(arrays, places)
    assert finding.code == "W_GDP_GAP"
    assert "Hebei 0." in finding.message
    assert identity(arrays, places, "value_added_fits_gdp").place == "Hebei"


def test_a_year_without_gdp_is_said_to_be_unchecked(arrays, places):
    (finding,) = findings_of(arrays, places, 2007)
    assert finding.code == "W_GDP_UNCHECKED"
    assert "2011 to 2022, not for 2007" in finding.message


def test_another_largest_emitter_than_power_is_a_shift_of_labels(arrays, places):
    co2 = arrays.column_items["CO2"].reshape(31, 42)
    co2[:] = np.roll(co2, 1, axis=1)
    arrays.column_items["CO2"] *= arrays.gross_output > 0
    refusal = refused(arrays, places)
    assert refusal.code == "E_LABEL_SHIFT"
    assert "names 'Gas supply' the largest emitter" in refusal.message


@pytest.mark.parametrize(
    ("pair", "names", "witness"),
    [
        (("HN", "HI"), ("Hunan", "Hainan"), "value added"),
        (("SX", "SN"), ("Shanxi", "Shaanxi"), "CO2"),  # of about the same GDP
    ],
)
def test_provinces_exchanged_on_both_axes_are_named(arrays, places, pair, names, witness):
    exchange_on_both_axes(arrays, *map(codes.province_codes().index, pair))
    refusal = refused(arrays, places)
    assert refusal.code == "E_PROVINCE_ORDER"
    assert f"{witness} does not fit" in refusal.message
    assert all(name in refusal.message for name in names)


@given(st.permutations(range(31)))
@settings(deadline=None, max_examples=25)
def test_what_is_called_exchanged_fits_only_elsewhere(order):
    """Any order of 31 values added: provinces are named only if they are off where they stand."""
    known = compare_with_gdp(np.ones(31), 2012).known
    comparison = compare_with_gdp(known[list(order)], 2012)
    named = exchanged_regions(comparison)
    level = np.median(comparison.ratios)
    off = dict(zip(comparison.names, np.exp(abs(np.log(comparison.ratios / level))), strict=True))
    assert all(off[name] > FITTING_FACTOR for name in named)
    if list(order) == sorted(order):
        assert named == ()
