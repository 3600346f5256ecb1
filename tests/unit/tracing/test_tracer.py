"""From a row of the marts to its cells: what is said of each table, of missing figures, zeros and wrong figures."""

from __future__ import annotations

import json
from collections.abc import Callable

import polars as pl
import pytest

from visceads.lake.bronze import sidecar_path
from visceads.lake.paths import LakePaths
from visceads.tracing.record import Trace, TraceError
from visceads.tracing.tracer import CELL_TABLES, LEAVE_ZEROS_OUT, Question, trace

POWER = {"province": "GD", "year": "2017", "sector": "power_heat", "fuel": "raw_coal"}
ACCOUNT = {"table": "2012", "province": "BJ", "sector": "agriculture"}
SELLER = {"table": "2012", "seller_province": "BJ", "seller_sector": "agriculture"}
FLOW = {**SELLER, "buyer_province": "BJ", "buyer_sector": "agriculture"}


# --- one table after the other: place, raw value, unit, rule ---


def test_a_cell_of_an_inventory(ask):
    found = ask("inventory.emission", **POWER)
    (figure,) = found.columns
    (cell,) = figure.cells
    assert (cell.sheet, cell.address, cell.value) == ("Guangdong2017", "B43", 254.3385610447171)
    assert (figure.value, figure.unit, figure.raw_unit) == (254.338561045, "Mt CO2", "Mt CO2")
    assert figure.rules == (
        "million tonnes in the workbook and in the table: the unit is kept",
        "rounded to 12 significant digits, as all published figures are",
    )
    assert figure.is_explained
    (release,) = found.releases
    assert (release.vintage, release.file_name, release.is_current) == ("V3", "ceads/inventory 2017.xlsx", True)
    assert found.key["inventory_code"].startswith("power_heat (Production")


def test_the_workbook_itself_is_looked_up_again(ask):
    (cell,) = ask("inventory.emission", **POWER).columns[0].cells
    assert cell.agrees is True
    assert cell.in_workbook == "the workbook's cell says the same now"


def test_only_what_was_noted_about_the_sheet_and_the_whole_workbook_is_told(ask):
    (release,) = ask("inventory.emission", **POWER).releases
    assert [note.code for note in release.notes] == ["W_PROCESS_ZERO", "W_EXTENSION"]


def test_a_figure_of_another_release(ask, lake: LakePaths):
    (old,) = (path.stem for path in (lake.bronze / "co2_inventory").glob("*-2017-*.json") if '"V2"' in path.read_text())
    found = ask("inventory.emission", **POWER, release=old)
    assert found.columns[0].value == 250.0
    assert not found.releases[0].is_current
    assert found.columns[0].cells[0].in_workbook.startswith("the workbook is no longer in")


@pytest.mark.parametrize(
    ("table", "options", "place", "raw", "raw_unit", "published"),
    [
        (
            "inventory.emission_total",
            {"province": "GD", "year": "2017"},
            "W4",
            277.3385610447171,
            "Mt CO2",
            277.338561045,
        ),
        ("inventory.energy", POWER, "B40", 12.5, "10^4 ton", 125000.0),
        (
            "inventory.national_emission",
            {"year": "2017", "sector": "power_heat", "fuel": "raw_coal"},
            "B43",
            3.25,
            "Mt CO2",
            3.25,
        ),
        (
            "inventory.apparent_emission",
            {"province": "GD", "year": "2017", "fuel": "process", "item": "total"},
            "G5",
            66.6,
            "Mt CO2",
            66.6,
        ),
        ("inventory.city_emission", {"city": "广州", "year": "2017"}, "D17", 88.8, "Mt CO2", 88.8),
        ("mrio.flow", FLOW, "D5", 100.0, "10k yuan", 1.0),
        (
            "mrio.final_demand",
            {**SELLER, "buyer_province": "BJ", "category": "FU202"},
            "I5",
            -7.5,
            "10k yuan",
            -0.075,
        ),
        (
            "mrio.primary_input",
            {"table": "2012", "buyer_province": "GD", "buyer_sector": "construction", "item": "VA001"},
            "G10",
            10.0,
            "10k yuan",
            0.1,
        ),
        ("mrio.national_flow", {"seller_sector": "01001", "buyer_sector": "01001"}, "D7", 800.0, "10k yuan", 8.0),
        ("mrio.national_final_demand", {"sector": "01001", "category": "FU101"}, "F7", 3400.0, "10k yuan", 34.0),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else None,
)
def test_a_figure_that_is_one_cell(ask, table, options, place, raw, raw_unit, published):  # noqa: PLR0917
    (figure,) = ask(table, **options).columns
    assert [cell.address for cell in figure.cells] == [place]
    assert (figure.raw_value, figure.raw_unit) == (raw, raw_unit)
    assert figure.value == published
    assert figure.is_explained
    assert figure.agreement == "the cell gives the published figure by these rules"


def test_the_account_of_a_sector_names_cells_and_ranges(ask):
    figures = {
        figure.column: figure
        for figure in ask("mrio.sector_account", table="2012", province="BJ", sector="agriculture").columns
    }
    assert figures["gross_output_m_cny"].cells[0].address == "L5"
    # the whole row and the whole column, though bronze holds their non-zero cells only
    use, inputs = figures["intermediate_use_m_cny"].ranges[0], figures["intermediate_input_m_cny"].ranges[0]
    assert (use.address, use.cells, use.filled) == ("D5:G5", 4, 2)
    assert (inputs.address, inputs.cells, inputs.filled) == ("D5:D8", 4, 1)
    assert [cell.address for cell in figures["value_added_m_cny"].cells] == ["D10", "D11", "D12", "D13"]
    assert figures["co2_satellite_mt"].raw_unit == "Mt CO2"
    # exports are empty: they count as zero, and that is said
    assert figures["export_m_cny"].value == 0.0
    assert figures["is_zero_output"].value is False
    assert all(figure.is_explained for figure in figures.values())


def test_co2_of_a_sector_without_an_inventory_says_why_it_is_missing(ask):
    (figure,) = ask(
        "mrio.sector_account", table="2012", province="BJ", sector="agriculture", column="co2_inventory_mt"
    ).columns
    assert figure.value is None
    assert "no_inventory" in figure.rules[0]


def test_a_province_and_year_rest_on_inventory_series_and_seed(ask):
    found = ask("baseline.province_year", province="Guangdong", year="2017")
    figures = {figure.column: figure for figure in found.columns}
    assert figures["co2_mt"].cells[0].address == "W4"
    assert figures["co2_coal_mt"].ranges[0].address == "B5:B51"
    assert figures["co2_household_mt"].ranges[0].address == "B50:B51, V50:V51"
    gdp, persons = figures["gdp_m_cny"].cells[0], figures["population_10k"].cells[0]
    assert (gdp.address, gdp.value, gdp.agrees) == ("line 3, field 3", 91648.7, True)
    assert persons.sheet == "dbt_project/seeds/nbs_province_year.csv"
    assert persons.address.endswith("column population_10k")
    assert "100 million yuan x 100 = million yuan" in figures["gdp_m_cny"].rules
    assert found.is_sound


def test_one_column_can_be_asked_for(ask):
    found = ask("baseline.province_year", province="GD", year="2017", column="gdp_m_cny")
    assert [figure.column for figure in found.columns] == ["gdp_m_cny"]
    assert [release.family for release in found.releases] == ["nbs_series"]


def test_a_national_account(ask):
    found = ask("mrio.national_sector_account", sector="01001")
    figures = {figure.column: figure for figure in found.columns}
    assert figures["gross_output_m_cny"].cells[0].address == "I7"
    assert figures["final_demand_m_cny"].ranges[0].address == "F7"
    assert found.is_sound


# --- missing, zero, wrong ---


def test_a_missing_figure_says_why_and_which_cells_led_to_it(ask):
    (figure,) = ask("inventory.emission", **{**POWER, "province": "海南"}).columns
    assert figure.value is None
    assert figure.cells[0].value == 0.0
    assert figure.rules[-2].startswith("correction zero_coded_to_missing: the totals of all 17 fuels are zero")
    assert "missing_in_source" in figure.rules[-1]
    (reason,) = figure.reasons
    assert (reason.sheet, reason.address, reason.filled) == ("Hainan2017", "B4", 0)
    assert figure.is_explained


def test_a_correction_is_named_with_the_release_that_lends(ask):
    cement = {"province": "GD", "year": "2003", "sector": "nonmetal_mineral_products", "fuel": "process"}
    found = ask("inventory.emission", **cement)
    (figure,) = found.columns
    assert figure.value == 25.0
    assert figure.cells[0].release_id.startswith("co2_inventory-2003-")
    assert "correction process_from_older_release" in figure.rules[1]
    assert figure.cells[0].release_id in figure.rules[1]
    # the zeros of its own release, which lead to the correction, are named too
    assert figure.reasons[0].release_id != figure.cells[0].release_id
    assert [release.vintage for release in found.releases] == ["V2", "V3"]
    assert found.is_sound


def test_a_corrected_total_is_the_printed_one_with_the_lent_cells_in_place_of_its_own(ask):
    (figure,) = ask("inventory.emission_total", province="GD", year="2003").columns
    assert [(cell.address, cell.value) for cell in figure.cells] == [("W4", 100.0), ("V4", 25.0), ("V4", 0.0)]
    assert (figure.value, figure.raw_value, figure.is_explained) == (125.0, 125.0, True)


def test_known_issues_that_touch_the_row_are_told(ask):
    def issues(**options: str) -> list[str]:
        return [issue.split(":")[0] for issue in ask("inventory.emission", **options).issues]

    assert issues(**POWER) == ["all_years"]
    assert issues(**{**POWER, "province": "HI"}) == ["all_years", "hainan"]
    assert [issue.split(":")[0] for issue in ask("mrio.flow", **FLOW).issues] == ["table"]


def test_a_flow_that_is_zero_has_no_row_but_a_place(ask):
    found = ask("mrio.flow", **{**FLOW, "buyer_province": "GD"})
    (figure,) = found.columns
    assert figure.value is None
    assert figure.cells[0].address == "F5"
    assert figure.cells[0].value is None
    assert "zero or empty" in found.notes[0]
    assert found.is_sound


def test_a_zero_that_bronze_keeps_is_named_too(ask):
    options = {k: v for k, v in FLOW.items() if k != "buyer_sector"}
    found = ask("mrio.final_demand", **options, category="FU101")
    assert found.columns[0].cells[0].address == "H5"
    assert found.columns[0].raw_value == 0.0
    assert found.is_sound


def test_a_national_flow_that_is_zero(ask):
    options = {"table": "national-2020", "seller_sector": "01002", "buyer_sector": "01001"}
    # the buyer's column is known from its value added, the seller's row from its output
    assert ask("mrio.national_flow", **options).columns[0].cells[0].address == "D8"


def _spoil_bronze(lake: LakePaths, *, also_the_record: bool) -> None:
    (path,) = (lake.bronze / "mrio").glob("*.parquet")
    pl.read_parquet(path).with_columns(pl.col("value") + 1.0).write_parquet(path)
    if also_the_record:
        from visceads.lake.atomic import file_sha256

        record = json.loads(sidecar_path(path).read_text())
        sidecar_path(path).write_text(json.dumps(record | {"bronze_sha256": file_sha256(path)}))


def test_a_figure_that_does_not_follow_from_its_cell_is_told(build_lake: Callable[[], LakePaths]):
    lake = build_lake()
    _spoil_bronze(lake, also_the_record=True)
    found = _trace(lake, "mrio.flow", **FLOW)
    assert not found.is_sound
    assert found.columns[0].agreement == "the cells give 1.01 by these rules, which is not the published figure"


def test_bronze_that_was_changed_by_hand_is_not_believed(build_lake: Callable[[], LakePaths]):
    lake = build_lake()
    _spoil_bronze(lake, also_the_record=False)
    with pytest.raises(TraceError, match="is not the one that was read from the workbook"):
        _trace(lake, "mrio.flow", **FLOW)


def test_a_release_that_left_bronze_is_told(build_lake: Callable[[], LakePaths]):
    lake = build_lake()
    for path in (lake.bronze / "co2_inventory").iterdir():
        path.unlink()
    with pytest.raises(TraceError, match="lies in bronze/ no more") as caught:
        _trace(lake, "inventory.emission", **POWER)
    assert caught.value.exit_code == 1


def test_what_an_older_program_published_is_traced_as_far_as_it_goes(build_lake: Callable[[], LakePaths]):
    lake = build_lake()
    (lake.latest / "reference" / "known_issue.parquet").unlink()
    (lake.latest / "mrio" / "flow.parquet").unlink()
    totals = lake.latest / "inventory" / "emission_total.parquet"
    pl.read_parquet(totals).drop("correction").write_parquet(totals)
    assert _trace(lake, "inventory.emission_total", province="GD", year="2017").is_sound
    assert _trace(lake, "accounts.multiplier").settings[-1].startswith("corrections made in the inventories: none")
    with pytest.raises(TraceError, match="it was published by another version of the program") as caught:
        _trace(lake, "mrio.flow", **FLOW)
    assert caught.value.exit_code == 1


def test_a_workbook_that_changed_is_not_compared(build_lake: Callable[[], LakePaths]):
    lake = build_lake()
    (lake.raw / "ceads" / "inventory 2017.xlsx").write_bytes(b"PK something else")
    (cell,) = _trace(lake, "inventory.emission", **POWER).columns[0].cells
    assert cell.agrees is None
    assert "not the one that was read" in cell.in_workbook


def _trace(lake: LakePaths, table: str, /, **options: str) -> Trace:
    return trace(lake, lake.raw, Question(table, {name.replace("_", "-"): text for name, text in options.items()}))


# --- derived tables ---


def test_a_derived_table_lists_inputs_and_ranges(ask):
    found = ask("accounts.multiplier", table="2012") if False else ask("backbone.node", table="2012", province="BJ")
    assert [one.name for one in found.inputs] == [
        "backbone.node",
        "mrio.flow",
        "bronze.mrio",
        "meta.release",
        *(one.name for one in found.inputs[4:]),
    ]
    (block,) = found.blocks
    # a node rests on the flows inside its own province
    assert [(one.sheet, one.address, one.filled) for one in block.ranges] == [("Table_2012", "D5:E6", 2)]
    assert [release.family for release in found.releases] == ["mrio"]
    assert next(figure.value for figure in found.columns if figure.column == "is_active") is True


def test_a_derived_table_without_keys_rests_on_every_table(ask):
    found = ask("accounts.multiplier")
    ranges = {block.used_for: block.ranges[0].address for block in found.blocks}
    assert ranges == {
        "mrio.flow, table 2012": "D5:G8",
        "mrio.final_demand, table 2012": "H5:I8",
        "mrio.primary_input, table 2012": "D9:G13",
        "mrio.sector_account, table 2012": "K5:L8",
        "mrio.sector_account, satellite CO2, table 2012": "D14:G14",
    }
    assert not found.columns


def test_a_table_about_workbooks_rests_on_no_cells(ask):
    found = ask("meta.release")
    assert not found.blocks
    assert found.rule


@pytest.mark.parametrize("table", sorted(CELL_TABLES))
def test_every_table_of_cells_has_rows_in_this_lake(lake: LakePaths, table: str):
    """Else a table could join the register without a test of this page."""
    group, name = table.split(".")
    assert pl.scan_parquet(lake.latest / group / f"{name}.parquet").select(pl.len()).collect().item() > 0


def test_tables_that_leave_zeros_out_are_tables_of_cells():
    assert set(CELL_TABLES) > LEAVE_ZEROS_OUT
