"""Words of the field -> codes: codes in any case, names in any spelling, nothing guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads import codes
from visceads.tracing.labels import code_of_label, has_code_list, kind_of, name_of

LISTS = {
    "province_code": list(codes.province_codes()),
    "inventory_code": list(codes.inventory_codes()),
    "buyer_sector_code": list(codes.sector_codes("2012")) + list(codes.sector_codes("2017")),
    "fuel_code": codes.seed("fuel")["fuel_code"].to_list(),
    "category_code": ["FU101", "FU102", "FU103", "FU201", "FU202"],
    "indicator_code": codes.seed("indicator")["indicator_code"].to_list(),
}


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_code_means_itself_in_any_case_and_padding(data: st.DataObject):
    column = data.draw(st.sampled_from(sorted(LISTS)))
    code = data.draw(st.sampled_from(LISTS[column]))
    change = data.draw(st.sampled_from([str.upper, str.lower, str.title, lambda text: f"  {text} "]))
    assert code_of_label(column, change(code)) == code


@pytest.mark.parametrize("column", ["province_code", "inventory_code", "sector_code", "fuel_code", "item_code"])
def test_the_english_name_of_a_code_leads_back_to_it(column: str):
    for code in LISTS.get(column, LISTS["category_code"]) if column != "sector_code" else LISTS["buyer_sector_code"]:
        assert code_of_label(column, name_of(column, code)) == code


@pytest.mark.parametrize(
    ("column", "label", "code"),
    [
        ("seller_province_code", "Shannxi", "SN"),
        ("sector_code", "电力、热力的生产和供应", "power_heat"),
        ("inventory_code", "Total Consumption", "total"),
        ("item_code", "Labor compensation", "VA001"),
        ("buyer_code", "FU101", "FU101"),
        ("buyer_code", "建筑", "construction"),
        ("province_code", "Guangdnog", None),
        ("sector_code", "power", None),
        ("year", "2017", None),
        ("fuel_code", "", None),
    ],
)
def test_known_labels(column: str, label: str, code: str | None):
    assert code_of_label(column, label) == code


def test_columns_without_a_list():
    assert kind_of("table_id") == ""
    assert not has_code_list("city_name_zh")
    assert has_code_list("buyer_code")
    assert name_of("table_id", "2012") == ""
