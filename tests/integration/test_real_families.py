"""The other families of the real workbooks, from the file to the warehouse: totals, gaps, revisions, quality.

The figures were summed independently from the workbooks and agree with what their publishers state.
"""

from __future__ import annotations

import pytest

from visceads.orchestration.identity_checks import identity_check_specs

pytestmark = [pytest.mark.real_data]


@pytest.mark.parametrize(
    ("year", "total"), [(2012, 9080.5484), (2015, 9253.5028), (2017, 9408.1708), (2019, 9794.7564)]
)
def test_national_totals(real_lake, year, total):
    found = real_lake.one(f"select sum(co2_mt) from inventory.national_emission where is_current and year = {year}")
    assert found == pytest.approx(total, abs=1e-4)


@pytest.mark.parametrize(("year", "total"), [(2012, 10_564.8), (2017, 11_553.3), (2022, 13_402.5)])
def test_apparent_totals(real_lake, year, total):
    found = real_lake.one(
        "select sum(co2_mt) from inventory.apparent_emission "
        f"where is_current and year = {year} and fuel_code = 'total' and item_code = 'total'"
    )
    assert found == pytest.approx(total, abs=0.05)


def test_zero_coded_apparent_emissions_are_missing_and_their_cement_is_kept(real_lake):
    rows = real_lake.query(
        "select distinct province_code, year from inventory.apparent_emission "
        "where null_reason = 'missing_in_source' order by all"
    )
    assert rows.rows() == [("HI", 2002), ("NX", 2000), ("NX", 2001), ("NX", 2002)]
    cement = real_lake.query(
        "select province_code, year, round(co2_mt, 4) as co2_mt from inventory.apparent_emission "
        "where fuel_code = 'process' and (province_code = 'NX' and year between 2000 and 2002 "
        "or province_code = 'HI' and year = 2002) order by all"
    )
    assert cement.rows() == [("HI", 2002, 1.0094), ("NX", 2000, 0.8144), ("NX", 2001, 0.9261), ("NX", 2002, 1.0875)]


def test_cities(real_lake):
    counted = (
        "select count(co2_mt), count(distinct city_name_zh), count(distinct province_code) from inventory.city_emission"
    )
    assert real_lake.query(counted).rows() == [(3929, 290, 30)]
    # the four municipalities repeat edition V2 of the provincial inventories
    gap = real_lake.one(
        "select max(abs(city.co2_mt - total.co2_mt)) from inventory.city_emission as city "
        "join inventory.emission_total as total using (province_code, year) "
        "join meta.release as release on release.release_id = total.release_id "
        "where release.vintage = 'V2' and province_code in ('BJ', 'TJ', 'SH', 'CQ')"
    )
    assert gap < 1e-4


def test_energy_adds_up_in_the_warehouse(real_lake):
    gap = real_lake.one(
        "with part as (select release_id, province_code, year, fuel_code, "
        "sum(quantity) filter (where inventory_code in (select inventory_code from reference.inventory_sector)) "
        "as rows_sum, "
        "sum(quantity) filter (where inventory_code = 'total_final_consumption') as printed "
        "from inventory.energy group by all) "
        "select max(abs(rows_sum - printed) / greatest(abs(printed), 1)) from part"
    )
    assert gap < 1e-9
    assert real_lake.one("select count(distinct (province_code, year)) from inventory.energy") == 90


def test_the_national_table_stands_apart_from_the_provincial_ones(real_lake):
    account = real_lake.query(
        "select table_id, count(*), sum(gross_output_m_cny), sum(value_added_m_cny) "
        "from mrio.national_sector_account group by table_id"
    )
    (row,) = account.rows()
    assert row[:2] == ("national-2020", 153)
    assert row[2] == pytest.approx(269_902_780.4543, rel=1e-9)
    assert row[3] == pytest.approx(101_642_200.1265, rel=1e-9)
    for table in ("mrio.flow", "mrio.sector_account", "accounts.multiplier", "backbone.edge"):
        assert real_lake.one(f"select count(*) from {table} where table_id like 'national%'") == 0


@pytest.mark.parametrize(
    ("year", "sums"), [(2012, (9501.7, 9742.7006, 9743.3236)), (2015, (9644.0, 9831.5598, 9832.3864))]
)
def test_revisions_show_three_releases(real_lake, year, sums):
    pairs = real_lake.query(
        "select old_vintage, new_vintage, count(*) as provinces, sum(old_value) as old_mt, sum(new_value) as new_mt "
        f"from meta.revision where family = 'co2_inventory' and period = '{year}' group by all order by all"
    )
    assert [row[:3] for row in pairs.rows()] == [("V1", "V2", 30), ("V2", "V3", 30)]
    assert pairs["old_mt"].to_list() == pytest.approx(sums[:2], abs=1e-3)
    assert pairs["new_mt"].to_list() == pytest.approx(sums[1:], abs=1e-3)


def test_revisions_are_sorted_by_size(real_lake):
    sizes = real_lake.query(
        "select abs(difference) as size from meta.revision where family = 'co2_inventory' order by rank"
    )
    known = sizes["size"].drop_nulls().to_list()
    assert known == sorted(known, reverse=True)
    assert known[0] > 1


def test_quality_holds_findings_identities_corrections_and_known_issues(real_lake):
    kinds = real_lake.query("select kind, count(*) as n from meta.quality group by kind order by kind")
    assert kinds["kind"].to_list() == ["correction", "finding", "identity", "known_issue"]
    broken = real_lake.query(
        "select code, message from meta.quality where kind = 'identity' and value > tolerance order by all"
    )
    assert broken.is_empty()
    codes = set(real_lake.query("select distinct code from meta.quality where kind = 'identity'")["code"])
    assert {
        "inventory_rows_add_up",
        "inventory_columns_add_up",
        "rows_balance",
        "columns_balance",
        "input_is_output",
        "output_not_negative",
        "zero_output_is_empty",
        "spectral_radius_below_one",
        "condition_number",
        "value_added_fits_gdp",
        "power_emits_most",
        "provinces_in_order_by_gdp",
    } <= codes


@pytest.mark.parametrize("family", ["co2_inventory", "mrio"])
def test_every_identity_is_a_check_in_the_web_interface(real_lake, family):
    codes = real_lake.query(
        "select distinct code from meta.quality join meta.release using (release_id) "
        f"where kind = 'identity' and family = '{family}'"
    )["code"]
    checks = {spec.name for spec in identity_check_specs(family)}
    assert {"printed_totals_add_up" if code.startswith("printed_") else code for code in codes} == checks


def test_the_lost_cement_of_2003_is_counted(real_lake):
    rows = real_lake.query(
        "select sum(cell_count) as cells from meta.quality as q join meta.release as r using (release_id) "
        "where kind = 'correction' and code = 'lost_process_to_missing' and r.years = '2003'"
    )
    assert rows["cells"].to_list() == [30 * 47 + 30]
    assert real_lake.one("select count(*) from inventory.emission_total where year = 2003 and co2_mt is not null") == 0


def test_every_accepted_file_can_be_cited(real_lake):
    rows = real_lake.query("select family, citation from meta.release")
    assert all(len(citation) > 40 for citation in rows["citation"])
    assert "National Bureau" in rows.filter(family="national_io_table")["citation"][0]
