"""The demo release from an empty folder to the warehouse, and what a second run may and may not do."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from visceads.contracts.catalogue import CONTRACTS

ROOT = Path(__file__).resolve().parents[2]
TABLES = ["2012", "2015", "2017", "2017-new"]


# --- the first run ---


def test_the_run_ends_well_and_says_what_it_made(demo_lake):
    assert demo_lake.exit_code == 0, demo_lake.output
    assert f"version {demo_lake.version} (published)" in demo_lake.sentences
    assert str(demo_lake.lake.latest) in demo_lake.sentences
    assert str(demo_lake.lake.warehouse_file) in demo_lake.sentences
    assert "SYNTHETIC" in demo_lake.output
    assert "Traceback" not in demo_lake.output


def test_the_demo_release_was_written_into_the_empty_raw_folder(demo_lake):
    names = sorted(path.name for path in demo_lake.lake.raw.rglob("*.xlsx"))
    assert len(names) == 12
    assert all("SYNTHETIC" in name for name in names)


def test_every_contract_has_its_table_in_marts_and_warehouse(demo_lake):
    marts = {
        (path.parent.name, path.stem)
        for path in (demo_lake.lake.marts / demo_lake.version).rglob("*")
        if path.is_file()
    }
    assert marts == set(CONTRACTS)
    listed = demo_lake.query("select schema_name, table_name from duckdb_tables() where not internal")
    assert set(listed.rows()) == set(CONTRACTS)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.name)
def test_a_mart_carries_units_and_titles_and_equals_the_warehouse(demo_lake, contract):
    path = demo_lake.lake.latest / contract.group / f"{contract.table}.parquet"
    schema = pq.read_schema(path)
    assert schema.names == [column.name for column in contract.columns]
    for column in contract.columns:
        said = {key.decode(): value.decode() for key, value in schema.field(column.name).metadata.items()}
        assert column.unit in said.values()
        assert {column.title_en, column.title_zh} <= set(said.values())
    comments = demo_lake.query(
        "select column_name, comment from duckdb_columns() "
        f"where schema_name = '{contract.group}' and table_name = '{contract.table}'"
    )
    assert all(comment and " | " in comment for comment in comments["comment"])
    marts = pl.scan_parquet(path).select(pl.len()).collect().item()
    assert demo_lake.one(f"select count(*) from {contract.name}") == marts


def test_no_table_that_the_demo_can_fill_is_empty(demo_lake):
    empty = {
        contract.name for contract in CONTRACTS.values() if not demo_lake.one(f"select count(*) from {contract.name}")
    }
    assert empty == {"meta.rejected_workbook"}  # the demo has no bad workbook


def test_all_four_tables_and_three_years_are_there(demo_lake):
    assert (
        demo_lake.query("select distinct table_id from mrio.sector_account order by 1")["table_id"].to_list() == TABLES
    )
    years = demo_lake.query("select distinct year from inventory.emission order by 1")["year"].to_list()
    assert years == [2012, 2015, 2017]
    assert demo_lake.query("select count(distinct province_code) as n from inventory.emission")["n"].item() == 30


def test_synthetic_is_written_wherever_a_reader_may_begin(demo_lake):
    assert demo_lake.one("select bool_and(is_synthetic) from meta.release")
    assert demo_lake.one("select is_synthetic from meta.publication")
    assert "ynthetic" in demo_lake.one("select note_en from meta.publication")
    assert "合成" in demo_lake.one("select note_zh from meta.publication")
    assert "not to be cited" in demo_lake.one("select any_value(citation) from meta.release")


def test_the_older_edition_is_there_and_not_current(demo_lake):
    editions = demo_lake.query(
        "select vintage, is_current from meta.release where family = 'co2_inventory' and years = '2015' order by 1"
    )
    assert editions.rows() == [("V2", False), ("V3", True)]
    revised = demo_lake.query("select province_code, old_vintage, new_vintage from meta.revision where difference <> 0")
    assert sorted(revised["province_code"]) == ["GD", "SC", "SD", "SX"]
    assert set(revised.select("old_vintage", "new_vintage").rows()) == {("V2", "V3")}
    assert demo_lake.one("select count(*) from meta.revision") == 30


def test_a_province_year_without_energy_data_is_null_with_its_reason(demo_lake):
    """All but the cement of Ningxia 2016: 3 fuels x 9 items, and the total."""
    empty = demo_lake.query("select * from inventory.apparent_emission where co2_mt is null")
    assert empty.height == 28
    assert set(empty.select("province_code", "year", "null_reason").rows()) == {("NX", 2016, "missing_in_source")}


def test_nothing_is_noted_of_the_demo_but_what_it_is_meant_to_show(demo_lake):
    noted = demo_lake.query(
        "select r.family, q.kind, q.code, q.cell_count from meta.quality as q "
        "inner join meta.release as r using (release_id) where q.kind <> 'identity' order by all"
    )
    assert noted.rows() == [
        ("apparent_provincial", "correction", "zero_coded_to_missing", 28),
        ("apparent_provincial", "finding", "W_NO_ENERGY_DATA", None),
        ("mrio", "finding", "W_NO_SATELLITE", None),
    ]


def test_the_nation_is_less_than_its_provinces(demo_lake):
    shares = demo_lake.query(
        "select year, n.co2_mt / p.co2_mt as share "
        "from (select year, sum(co2_mt) as co2_mt from inventory.national_emission group by year) as n "
        "inner join (select year, sum(co2_mt) as co2_mt from inventory.emission_total where is_current group by year) "
        "as p using (year) order by year"
    )
    assert shares["year"].to_list() == [2012, 2015, 2017]
    assert shares["share"].to_list() == pytest.approx([0.94] * 3, rel=1e-6)


def test_every_published_number_of_an_inventory_can_be_traced_to_a_cell(demo_lake):
    """The bronze file of the release that the mart names holds the same number, with sheet, row and column."""
    row = demo_lake.query(
        "select * from inventory.emission where province_code = 'GD' and year = 2015 "
        "and inventory_code = 'power_heat' and is_current order by co2_mt desc limit 1"
    ).row(0, named=True)
    bronze = pl.read_parquet(demo_lake.lake.bronze / "co2_inventory" / f"{row['release_id']}.parquet")
    cell = bronze.filter(
        province_code=row["province_code"], inventory_code=row["inventory_code"], fuel_code=row["fuel_code"]
    )
    assert cell["value_mt"].item() == pytest.approx(row["co2_mt"], rel=1e-11)
    assert cell["sheet"].item() == "Guangdong2015"
    assert cell["row_no"].item() > 4


# --- identities in what was published ---


@pytest.mark.parametrize("basis", ["inventory", "satellite"])
def test_production_goes_to_consumption_exports_and_error(demo_lake, basis: str):
    sums = demo_lake.query(
        "select table_id, sum(production_mt) as p, sum(consumption_mt) as c, sum(export_mt) as x, sum(error_mt) as e, "
        f"sum(stranded_mt) as s from accounts.province_footprint where co2_basis = '{basis}' group by table_id"
    )
    assert set(sums["table_id"]) == ({*TABLES} if basis == "inventory" else {*TABLES} - {"2017-new"})
    for row in sums.iter_rows(named=True):
        assert row["p"] > 0
        assert row["c"] + row["x"] + row["e"] + row["s"] == pytest.approx(row["p"], rel=1e-9)


def test_the_demo_is_exactly_balanced(demo_lake):
    worst = demo_lake.query(
        "select max(abs("
        "intermediate_use_m_cny + final_demand_m_cny + export_m_cny + error_m_cny - gross_output_m_cny)) as by_row, "
        "max(abs(intermediate_input_m_cny + import_m_cny + value_added_m_cny - gross_output_m_cny)) as by_column "
        "from mrio.sector_account"
    ).row(0)
    assert max(worst) < 1e-3  # million yuan: what rounding to 12 digits leaves of some 10 million


def test_tibet_has_sectors_without_output_and_no_inventory(demo_lake):
    assert demo_lake.one("select count(*) from mrio.sector_account where province_code = 'XZ' and is_zero_output") > 0
    assert demo_lake.one("select count(*) from inventory.emission where province_code = 'XZ'") == 0
    reasons = demo_lake.query("select distinct null_reason from baseline.province_year where province_code = 'XZ'")
    assert reasons["null_reason"].to_list() == ["no_inventory"]


# --- again ---


def test_a_second_run_publishes_nothing_and_changes_no_byte(demo_lake, visceads, published_files, code_is_still):
    done = visceads("run", "--lake", demo_lake.lake.root)
    assert done.returncode == 0
    assert "Nothing has changed since the last run" in done.stdout
    assert f"{demo_lake.version} (unchanged)" in " ".join(done.stdout.split())
    assert published_files(demo_lake.lake) == demo_lake.after


def test_status_releases_and_sql_on_the_lake(demo_lake, visceads, code_is_still):
    status = visceads("status", "--lake", demo_lake.lake.root)
    assert status.returncode == 0
    assert "up to date" in status.stdout
    releases = visceads("releases", "--lake", demo_lake.lake.root)
    assert releases.returncode == 0
    assert "mrio" in releases.stdout
    assert "co2_inventory" in releases.stdout
    sql = visceads("sql", "--csv", "--lake", demo_lake.lake.root, "SELECT version FROM meta.publication")
    assert sql.stdout.split() == ["version", demo_lake.version]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP TABLE mrio.flow", "only reading is allowed"),
        ("SELECT * FROM no.such_table", "no"),
        ("SELECT * FROM read_csv('/etc/passwd')", "outside the warehouse"),
        ("", "the query is empty"),
    ],
)
def test_a_query_that_cannot_be_run_is_a_sentence(demo_lake, visceads, statement: str, said: str):
    done = visceads("sql", "--lake", demo_lake.lake.root, statement)
    assert done.returncode == 1
    assert said in done.stdout
    assert "Traceback" not in done.stdout


def test_a_forced_run_publishes_the_same_version_and_changes_no_byte(small_lake, forced_lake):
    assert forced_lake.exit_code == 0, forced_lake.output
    assert forced_lake.version == small_lake.version
    assert "(unchanged)" in forced_lake.output
    assert forced_lake.before == small_lake.after
    assert forced_lake.after == forced_lake.before


def test_what_was_deleted_is_rebuilt_byte_by_byte(small_lake, rebuilt_lake):
    assert rebuilt_lake.exit_code == 0, rebuilt_lake.output
    assert rebuilt_lake.version == small_lake.version
    assert len(rebuilt_lake.before) < len(small_lake.after)
    lost = small_lake.after.keys() - rebuilt_lake.before.keys()
    assert "warehouse/visceads.duckdb" in lost
    assert _marts(rebuilt_lake.after) == _marts(small_lake.after)
    assert rebuilt_lake.after.keys() == small_lake.after.keys()
    assert rebuilt_lake.one("select count(*) from inventory.emission") == small_lake.one(
        "select count(*) from inventory.emission"
    )


def test_without_a_workbook_there_is_another_version_beside_the_old_one(small_lake, shrunk_lake):
    assert shrunk_lake.exit_code == 0, shrunk_lake.output
    assert shrunk_lake.version != small_lake.version
    old = {name: sha for name, sha in small_lake.after.items() if name.startswith(f"marts/{small_lake.version}/")}
    assert old
    assert old.items() <= shrunk_lake.after.items()
    assert shrunk_lake.query("select distinct year from inventory.emission")["year"].to_list() == [2012]
    assert shrunk_lake.one("select count(*) from meta.release") == 1


def test_a_run_that_was_killed_leaves_the_publication_and_the_next_one_works(small_lake, shrunk_lake, killed_lake):
    assert killed_lake.before == small_lake.after, "a killed run must change nothing that readers see"
    assert killed_lake.exit_code == 0, killed_lake.output
    assert killed_lake.version == shrunk_lake.version
    assert _marts(killed_lake.after) == _marts(shrunk_lake.after)


def test_on_another_day_only_the_times_differ(small_lake, lake_without_clock):
    assert lake_without_clock.exit_code == 0, lake_without_clock.output
    assert lake_without_clock.version == small_lake.version
    differing = {
        name.removeprefix(f"marts/{small_lake.version}/")
        for name in small_lake.after
        if name.startswith("marts/") and lake_without_clock.after[name] != small_lake.after[name]
    }
    assert differing == {"meta/release.parquet", "meta/publication.parquet"}
    for column in ("accepted_at", "published_at"):
        table = "meta.release" if column == "accepted_at" else "meta.publication"
        assert small_lake.one(f"select min({column}) from {table}") == "2023-11-14T22:13:20Z"
        assert lake_without_clock.one(f"select min({column}) from {table}") > "2024"


@pytest.mark.real_data
def test_a_real_workbook_in_a_demo_lake_is_refused(small_lake, mixed_lake):
    assert mixed_lake.exit_code == 1
    assert "made-up figures would stand beside facts" in mixed_lake.sentences
    assert "real.xlsx" in mixed_lake.output
    assert f"version {small_lake.version} stays published" in mixed_lake.sentences
    assert "Traceback" not in mixed_lake.output
    assert mixed_lake.after == small_lake.after


# --- lakes that lack a family ---


def test_a_lake_of_inventories_only_publishes_the_rest_empty(small_lake):
    assert small_lake.exit_code == 0, small_lake.output
    for table in ("mrio.flow", "accounts.multiplier", "backbone.edge", "baseline.sector_indicator"):
        assert small_lake.one(f"select count(*) from {table}") == 0
    assert small_lake.one("select count(*) from inventory.emission") > 0
    assert small_lake.one("select count(*) from baseline.province_year where co2_mt is not null") == 60


def test_a_lake_of_one_table_has_money_accounts_without_co2(table_only_lake):
    assert table_only_lake.exit_code == 0, table_only_lake.output
    assert table_only_lake.one("select count(*) from mrio.sector_account where table_id = '2017-new'") == 1302
    assert table_only_lake.one("select count(*) from accounts.multiplier where output_multiplier >= 1") > 1200
    assert table_only_lake.one("select count(*) from accounts.multiplier where co2_total_t_per_m_cny is not null") == 0
    assert table_only_lake.one("select count(*) from accounts.province_footprint") == 0
    assert table_only_lake.one("select count(*) from backbone.edge") > 0
    reasons = table_only_lake.query("select distinct null_reason from baseline.province_year where co2_mt is null")
    assert reasons["null_reason"].to_list() == ["no_inventory"]


@pytest.mark.real_data
def test_a_lake_of_statistics_only_has_denominators(statistics_only_lake):
    assert statistics_only_lake.exit_code == 0, statistics_only_lake.output
    counted = "select count(*) from baseline.province_year where gdp_m_cny is not null and co2_mt is null"
    assert statistics_only_lake.one(counted) == 31 * 12
    assert statistics_only_lake.one("select count(*) from meta.release where family = 'nbs_series'") == 5


# --- helpers ---


def _marts(files: dict[str, str]) -> dict[str, str]:
    """The files of the marts. A DuckDB file is not the same each time that it is built: its content is compared."""
    return {name: sha for name, sha in files.items() if name.startswith("marts/")}
