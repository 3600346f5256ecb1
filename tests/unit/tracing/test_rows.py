"""From options to a row: any spelling, and sentences for what is wrong, missing, or not there."""

from __future__ import annotations

import pytest

from visceads.contracts.catalogue import CONTRACTS
from visceads.lake.paths import LakePaths
from visceads.tracing.published import contract_named, open_published
from visceads.tracing.record import TraceError
from visceads.tracing.rows import OPTIONS, options_of

POWER = {"province": "GD", "year": "2017", "sector": "power_heat", "fuel": "raw_coal"}


def refused(ask, table: str, /, **options: str) -> TraceError:
    with pytest.raises(TraceError) as caught:
        ask(table, **options)
    assert not str(caught.value).endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("option", "label"),
    [
        ("province", "Guangdong"),
        ("province", "广东省"),
        ("province", "gd"),
        ("sector", "Production and Supply of Electric Power, Steam and Hot Water"),
        ("sector", " POWER_HEAT "),
        ("fuel", "Raw Coal"),
        ("fuel", "原煤"),
    ],
)
def test_labels_are_read_in_any_spelling(ask, option: str, label: str):
    found = ask("inventory.emission", **{**POWER, option: label})
    assert found.columns[0].value == 254.338561045


@pytest.mark.parametrize("category", ["FU202", "fu202", "Changes in inventories", "存货变动"])
def test_categories_are_read_in_any_spelling(ask, category: str):
    options = {"table": "2012", "seller_province": "北京", "seller_sector": "Agriculture", "buyer_province": "BJ"}
    assert ask("mrio.final_demand", **options, category=category).columns[0].value == -0.075


def test_a_word_in_no_code_list_is_wrong_usage_and_the_choices_are_named(ask):
    error = refused(ask, "inventory.emission", **{**POWER, "province": "Guangdnog"})
    assert error.exit_code == 2
    assert str(error) == "--province is 'Guangdnog', which is in no code list; province_code can be GD, HI"


def test_a_year_must_be_a_number(ask):
    error = refused(ask, "inventory.emission", **{**POWER, "year": "last"})
    assert error.exit_code == 2
    assert "must be a number such as 2017" in str(error)


def test_an_option_of_another_table_is_wrong_usage(ask):
    error = refused(ask, "inventory.emission", seller_sector="power_heat")
    assert error.exit_code == 2
    assert "its options are --province, --year, --sector, --fuel, --release" in str(error)


def test_two_options_for_one_column_are_wrong_usage(ask):
    error = refused(ask, "mrio.primary_input", buyer_sector="construction", category="FU101")
    assert "two options name the column buyer_code" in str(error)


def test_missing_options_are_named_with_what_they_can_be(ask):
    error = refused(ask, "inventory.emission_total", year="2017")
    assert error.exit_code == 2
    assert str(error) == "inventory.emission_total: 2 rows fit; say which with --province (GD, HI)"


def test_no_such_row_names_the_nearest_choices(ask):
    error = refused(ask, "inventory.emission", **{**POWER, "year": "1995"})
    assert error.exit_code == 1
    assert "no row for province_code GD, year 1995" in str(error)
    assert str(error).endswith("with the other options as given, year can be 2017")


def test_no_row_whichever_key_is_left_out_names_what_the_table_has(ask):
    error = refused(ask, "inventory.city_emission", city="佛山", year="1995")
    assert error.exit_code == 1
    assert "city_name_zh can be 广州" in str(error)


def test_a_table_id_that_does_not_exist(ask):
    options = {"seller_province": "BJ", "seller_sector": "agriculture", "buyer_province": "BJ"}
    error = refused(ask, "mrio.flow", table="2013", **options, buyer_sector="agriculture")
    assert str(error).endswith("table_id can be 2012")


def test_an_unknown_column_is_named_with_those_that_exist(ask):
    error = refused(ask, "mrio.sector_account", table="2012", column="gross_output")
    assert error.exit_code == 2
    assert "gross_output_m_cny" in str(error)


def test_a_column_that_is_no_figure_of_a_workbook(ask):
    options = {"table": "2012", "province": "BJ", "sector": "agriculture"}
    assert "split_rule is no figure out of a workbook" in str(
        refused(ask, "mrio.sector_account", **options, column="split_rule")
    )


@pytest.mark.parametrize("name", ["inventory.emissions", "emission", "inventory"])
def test_a_table_that_is_nearly_right_names_those_that_are_meant(name: str):
    with pytest.raises(TraceError, match=r"inventory\.emission") as caught:
        contract_named(name)
    assert caught.value.exit_code == 2
    assert "mrio.flow" not in str(caught.value)


def test_an_unknown_table_names_all():
    with pytest.raises(TraceError, match=r"mrio\.flow.*accounts\.multiplier"):
        contract_named("carbon.prices")


def test_nothing_published_is_told(tmp_path):
    with pytest.raises(TraceError, match="run `visceads run` first") as caught:
        open_published(LakePaths(tmp_path / "lake"))
    assert caught.value.exit_code == 1


def test_every_table_of_workbooks_can_be_asked_by_all_its_keys():
    for table in ("inventory.emission", "inventory.energy", "mrio.flow", "mrio.final_demand", "mrio.primary_input"):
        contract = contract_named(table)
        assert set(options_of(contract).values()) >= set(contract.key)


def test_every_option_names_a_column_of_some_table():
    columns = {column.name for contract in CONTRACTS.values() for column in contract.columns}
    assert {column for names in OPTIONS.values() for column in names} <= columns
