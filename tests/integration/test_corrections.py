"""What the corrections do to invented inventories with the defects of the published ones, under each choice.

Six releases of 30 provinces, made by hand so that every figure below can be worked out on paper:

* V3 2003 has lost its process emissions; V2 2003 and V1 2003 still have them.
* V3 2002 writes zero for all fuels of Ningxia and Hainan; V1 2002 leaves the sheet of Ningxia blank.
* V2 2004 more than doubles Yunnan against V2 2003.
* The apparent emissions of Ningxia 2000 are cement alone; there is no energy inventory.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import polars as pl
import pytest

from visceads import codes
from visceads.settings import Settings
from visceads.workbooks.readers import READERS

PROVINCES = codes.inventory_province_codes()
FUELS = codes.seed("fuel").filter(pl.col("group_code").is_in(["coal", "oil", "gas"]))["fuel_code"].to_list()
RELEASES = {("V1", 2002): "v1-2002", ("V3", 2002): "v3-2002", ("V1", 2003): "v1-2003", ("V2", 2003): "v2-2003"}
RELEASES |= {("V3", 2003): "v3-2003", ("V2", 2004): "v2-2004"}
APPARENT = [
    (province, 2000, fuel, "total", value, "2000", row_no, column_no)
    for column_no, (province, coal, cement) in enumerate([("NX", 0.0, 0.8), ("HI", 5.0, 0.9)], start=3)
    for row_no, (fuel, value) in enumerate(
        [
            ("raw_coal", coal),
            ("crude_oil", 0.0),
            ("natural_gas", 0.0),
            ("process_cement", cement),
            ("total", coal + cement),
        ],
        start=2,
    )
]
CHOICES = ("default", "none", "all")


def process_mt(vintage: str, province: str) -> float:
    """Cement of a province, Mt: 1, 2, ... 30 hundredths more than the edition's number."""
    return int(vintage[1]) + (PROVINCES.index(province) + 1) / 100


def sheet(vintage: str, year: int, province: str) -> pl.DataFrame:
    """The 48 rows of a province: 100 Mt of raw coal for power, 0.1 Mt in every other fuel cell, cement."""
    rows = codes.inventory_codes()
    coal = 300.0 if (vintage, year, province) == ("V2", 2004, "YN") else 100.0
    cells = {(row, fuel): coal if (row, fuel) == ("power_heat", "raw_coal") else 0.1 for row in rows for fuel in FUELS}
    cells |= {(row, "process"): 0.0 for row in rows}
    if (vintage, year) != ("V3", 2003):
        cells["nonmetal_mineral_products", "process"] = process_mt(vintage, province)
    if (vintage, year) == ("V3", 2002) and province in ("NX", "HI"):
        cells |= {(row, fuel): 0.0 for row in rows for fuel in FUELS}
    cells |= {(row, "total"): sum(cells[row, fuel] for fuel in (*FUELS, "process")) for row in rows}
    cells |= {("total", fuel): sum(cells[row, fuel] for row in rows) for fuel in (*FUELS, "process", "total")}
    is_blank = (vintage, year, province) == ("V1", 2002, "NX")
    place = (f"{province}{year}", 4, 23)
    return pl.DataFrame(
        [(province, year, *key, None if is_blank else value, *place) for key, value in cells.items()],
        schema=["province_code", "year", "inventory_code", "fuel_code", "value_mt", "sheet", "row_no", "column_no"],
        orient="row",
    )


def write_lake(lake: Path) -> None:
    """Write what dbt reads: the cells, and the tables of the registry."""
    for (vintage, year), release in RELEASES.items():
        cells = pl.concat([sheet(vintage, year, province) for province in PROVINCES])
        numbers = pl.col("year", "row_no", "column_no").cast(pl.Int32)
        frame = cells.with_columns(numbers, release_id=pl.lit(release))
        path = lake / "bronze" / "co2_inventory" / f"{release}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)
    for family, rows in (("apparent_provincial", APPARENT), ("apparent_national", []), ("energy_inventory", [])):
        frame = pl.DataFrame(rows, schema=READERS[family].schema, orient="row").with_columns(
            release_id=pl.lit("apparent")
        )
        path = lake / "bronze" / family / "apparent.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)
    newest = ("v3-2002", "v3-2003", "v2-2004")
    releases = [
        (release, "co2_inventory", vintage, str(year), release in newest, False, "2026-01-01T00:00:00Z", release)
        for (vintage, year), release in RELEASES.items()
    ]
    releases.append(("apparent", "apparent_provincial", "", "2000", True, False, "2026-01-01T00:00:00Z", "apparent"))
    names = ["release_id", "family", "vintage", "years", "is_current", "is_synthetic", "accepted_at", "sha256"]
    finding = pl.DataFrame(
        [
            ("v3-2003", "rows_add_up", "check", "NX2003", "V4", "47 rows = total row.", 5e-13, 1e-6, "Mt"),
            ("v3-2003", "E_PROCESS_LOST", "error", "", "", "Process is lost.", None, None, None),
        ],
        schema=["release_id", "code", "severity", "sheet", "cell", "message", "value", "tolerance", "unit"],
        orient="row",
    )
    current = [("co2_inventory", "", release[-4:], release) for release in newest]
    tables = {
        "release": pl.DataFrame(releases, schema=names, orient="row"),
        "current_period": pl.DataFrame(current, schema=["family", "series", "period", "release_id"], orient="row"),
        "finding": finding,
    }
    for table, frame in tables.items():
        path = lake / "build" / "tables" / "meta" / table / "all.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)


def build(folder: Path, choice: str) -> Path:
    """Build meta.quality and what it rests on under one choice of the user; return the working database."""
    settings = Settings(lake=folder / choice, corrections=choice)
    write_lake(settings.lake)
    command = [str(Path(sys.executable).parent / "dbt"), "build", "--project-dir", str(settings.dbt_project)]
    command += ["--target-path", str(folder / f"target-{choice}"), "--log-path", str(folder / f"log-{choice}")]
    command += ["--select", "+meta_quality", "--exclude", "tag:code_list", "--indirect-selection", "cautious"]
    done = subprocess.run(command, env=os.environ | settings.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "PASS corrections_alter_nothing_else" in done.stdout.replace("\x1b[32m", "").replace("\x1b[0m", "")
    return Path(settings.environment()["VISCEADS_BUILD_DATABASE"])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    folder = tmp_path_factory.mktemp("corrections")
    with ThreadPoolExecutor(2) as pool:
        paths = dict(zip(CHOICES, pool.map(lambda choice: build(folder, choice), CHOICES), strict=True))
    connections = {choice: duckdb.connect(str(path), read_only=True) for choice, path in paths.items()}
    yield connections
    for connection in connections.values():
        connection.close()


def cells(connection: duckdb.DuckDBPyConnection, where: str) -> pl.DataFrame:
    return connection.sql(f"from inventory.emission where {where}").pl()


def totals(connection: duckdb.DuckDBPyConnection, where: str) -> pl.DataFrame:
    return connection.sql(f"from inventory.emission_total where {where} order by province_code").pl()


def corrections(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    query = "select release_id, code, cell_count from meta.quality where kind = 'correction' order by 1, finding_no"
    return connection.sql(query).fetchall()


def test_zero_coded_fuels_become_missing_and_cement_stays(built):
    found = cells(built["default"], "release_id = 'v3-2002' and province_code = 'NX'")
    fuels = found.filter(pl.col("fuel_code") != "process")
    assert fuels.height == 17 * 47
    assert fuels["co2_mt"].null_count() == fuels.height
    assert set(fuels["null_reason"]) == {"missing_in_source"}
    assert set(fuels["correction"]) == {"zero_coded_to_missing"}
    process = found.filter(pl.col("fuel_code") == "process")
    assert process["co2_mt"].sum() == process_mt("V3", "NX")
    assert process["correction"].null_count() == process["null_reason"].null_count() == 47
    total = totals(built["default"], "release_id = 'v3-2002' and province_code = 'HI'")
    assert total.select("co2_mt", "null_reason", "correction").row(0) == (
        None,
        "missing_in_source",
        "zero_coded_to_missing",
    )


def test_a_blank_sheet_was_missing_before_and_counts_as_no_correction(built):
    for choice in CHOICES:
        found = cells(built[choice], "release_id = 'v1-2002' and province_code = 'NX'")
        assert found["co2_mt"].null_count() == found.height == 18 * 47
        assert set(found["null_reason"]) == {"missing_in_source"}
        assert set(found["correction"]) == {None}


def test_lost_process_is_missing_by_default(built):
    found = cells(built["default"], "release_id = 'v3-2003'")
    process = found.filter(pl.col("fuel_code") == "process")
    assert set(process["null_reason"]) == {"process_lost"}
    assert found.filter(pl.col("fuel_code") != "process")["co2_mt"].null_count() == 0
    assert set(totals(built["default"], "release_id = 'v3-2003'")["null_reason"]) == {"process_lost"}


def test_lost_process_is_taken_from_the_newest_older_release_when_asked_for(built):
    """Total = printed total (no process) + process of V2; the fuels stay those of V3."""
    connection = built["all"]
    printed_mt = 100.0 + 0.1 * (17 * 47 - 1)
    found = totals(connection, "release_id = 'v3-2003'")
    expected = [printed_mt + process_mt("V2", province) for province in found["province_code"]]
    assert found["co2_mt"].to_list() == pytest.approx(expected, abs=1e-9)
    assert found["co2_mt"].sum() == pytest.approx(30 * printed_mt + 60 + 4.65, abs=1e-9)
    assert set(found["correction"]) == {"process_from_older_release:v2-2003"}
    taken = cells(connection, "release_id = 'v3-2003' and fuel_code = 'process'")
    assert taken.height == 30 * 47
    assert set(taken["correction"]) == {"process_from_older_release:v2-2003"}
    assert taken["co2_mt"].sum() == pytest.approx(60 + 4.65, abs=1e-9)
    others = cells(connection, "release_id = 'v3-2003' and fuel_code <> 'process'")
    assert others["correction"].null_count() == others.height
    assert totals(connection, "release_id = 'v2-2003'").equals(totals(built["none"], "release_id = 'v2-2003'"))


def test_without_corrections_everything_is_as_printed(built):
    connection = built["none"]
    ningxia = totals(connection, "release_id = 'v3-2002' and province_code = 'NX'")
    assert ningxia.select("co2_mt", "null_reason", "correction").row(0) == (process_mt("V3", "NX"), None, None)
    lost = totals(connection, "release_id = 'v3-2003'")
    assert lost["co2_mt"].to_list() == pytest.approx([100.0 + 0.1 * (17 * 47 - 1)] * 30, abs=1e-9)
    assert connection.sql("select count(*) from inventory.emission where correction is not null").fetchone() == (0,)


def test_corrections_are_counted_and_switched_off_ones_are_named(built):
    zero_coded = [("v3-2002", "zero_coded_to_missing", 800), ("v3-2002", "zero_coded_to_missing", 800)]
    zero_coded = [("apparent", "zero_coded_to_missing", 4), *zero_coded]
    assert corrections(built["default"]) == [*zero_coded, ("v3-2003", "lost_process_to_missing", 1440)]
    assert corrections(built["all"]) == [*zero_coded, ("v3-2003", "process_from_older_release", 1440)]
    # nothing is changed, and the blank sheet is no zero-coded one: what would be corrected is said with a count of 0
    assert [(release, count) for release, _, count in corrections(built["none"])] == [
        ("v3-2002", 0),
        ("v3-2002", 0),
        ("v3-2003", 0),
    ]
    messages = built["none"].sql("select message from meta.quality where kind = 'correction'").fetchall()
    assert all("VISCEADS_CORRECTIONS=none" in message and message.endswith("as printed.") for (message,) in messages)


def test_messages_say_what_was_changed_and_where_it_came_from(built):
    query = "select message from meta.quality where kind = 'correction' order by release_id, finding_no"
    apparent, hainan, ningxia, lost = (message for (message,) in built["default"].sql(query).fetchall())
    assert apparent.startswith("Ningxia 2000: 4 cells set to null (missing_in_source)")
    assert hainan.startswith("Hainan 2002: 799 fuel cells (17 fuels x 47 rows) and the total set to null")
    assert ningxia.startswith("Ningxia 2002: ")
    assert lost.startswith("2003: the release has lost its process emissions")
    assert "1,410 process cells and 30 totals set to null" in lost
    assert "v2-2003 has them (64.65 Mt): the correction process_from_older_release takes them from there." in lost
    replaced = built["all"].sql("from meta.quality where code = 'process_from_older_release'").pl()
    assert replaced["message"].item().endswith("30 totals take them from v2-2003, which adds 64.65 Mt.")
    assert (replaced["value"].item(), replaced["unit"].item()) == (pytest.approx(64.65, abs=1e-9), "Mt")


def test_a_jump_is_told_within_one_edition_only(built):
    """Yunnan 2004 is far above every 2003, but only V2 has both years; V3 lacks its total of 2003 by default."""
    for choice in CHOICES:
        found = built[choice].sql("from meta.quality where code = 'W_JUMP' and release_id = 'v2-2004'").pl()
        assert found.select("severity", "kind", "sheet", "cell").rows() == [("warning", "finding", "YN2004", "W4")]
        sentence = (
            r"Yunnan 2004: the total is 382\.\d Mt, and 182\.\d Mt in 2003 of the same edition \(V2\), 2\.10 times"
        )
        assert re.match(sentence, found["message"].item())
        assert found["value"].item() > found["tolerance"].item() == 0.5
    jumps = "select distinct release_id from meta.quality where code = 'W_JUMP'"
    assert built["default"].sql(jumps).fetchall() == [("v2-2004",)]


def test_known_issues_reach_the_releases_that_they_are_about(built):
    rows = built["default"].sql("select release_id, code from meta.quality where kind = 'known_issue'").fetchall()
    assert ("v3-2003", "co2_2003_process_lost") in rows
    assert ("v2-2003", "co2_2003_process_lost") not in rows  # another edition
    assert ("v2-2003", "co2_jilin_2003_construction_coal") in rows
    assert {release for release, code in rows if code == "co2_ningxia_2000_2002_zero_coded"} == {"v1-2002", "v3-2002"}
    assert {release for release, code in rows if code == "co2_logging_always_zero"} == set(RELEASES.values())


def test_rows_are_numbered_by_kind(built):
    kinds = ["finding", "identity", "correction", "known_issue"]
    for choice in CHOICES:
        query = "select finding_no, kind from meta.quality where release_id = 'v3-2003' order by finding_no"
        found = built[choice].sql(query).pl()
        assert found["finding_no"].to_list() == list(range(1, found.height + 1))
        assert found["kind"].unique(maintain_order=True).to_list() == kinds
