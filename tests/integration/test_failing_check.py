"""Nothing is published when a check fails: the marts and the warehouse stay as they were, byte by byte."""

from __future__ import annotations


def test_a_failing_test_of_dbt_stops_the_run_and_shows_the_rows(small_lake, wrong_total_lake):
    assert wrong_total_lake.exit_code == 1
    said = wrong_total_lake.sentences
    assert "inventory_rows_and_columns_add_up" in said
    assert "'province_code': 'BJ'" in said
    assert "'year': 2012" in said
    assert f"The run failed; version {small_lake.version} stays published." in said
    assert "Traceback" not in said


def test_a_table_that_breaks_its_contract_stops_the_run_and_shows_the_row(small_lake, negative_cell_lake):
    assert negative_cell_lake.exit_code == 1
    said = negative_cell_lake.sentences
    assert "inventory.emission breaks its contract and is not published" in said
    assert "co2_mt" in said
    assert "BJ" in said
    assert f"The run failed; version {small_lake.version} stays published." in said
    assert "Traceback" not in said


def test_readers_notice_nothing_of_a_failed_run(small_lake, wrong_total_lake, negative_cell_lake):
    for failed in (wrong_total_lake, negative_cell_lake):
        assert failed.before == small_lake.after
        assert failed.after == small_lake.after
        assert failed.one("select count(*) from inventory.emission where co2_mt < 0") == 0


def test_a_failed_run_leaves_no_half_written_file(wrong_total_lake, negative_cell_lake):
    for failed in (wrong_total_lake, negative_cell_lake):
        left = [path.name for path in failed.lake.root.rglob("*") if path.name.endswith((".tmp", ".new", ".part"))]
        assert left == []
        assert [path.name for path in failed.lake.marts.iterdir() if path.name.startswith(".assembling")] == []


def test_a_failed_run_is_not_taken_for_done(negative_cell_lake, visceads):
    """The next run must try again, and fail again, as long as the cause is there."""
    status = visceads("status", "--lake", negative_cell_lake.lake.root)
    assert "behind" in status.stdout
    assert "up to date" not in status.stdout


def test_each_failure_is_told_once(wrong_total_lake, negative_cell_lake):
    """A failing test stops many steps; a person needs its cause, once, not every step that waits for it."""
    assert wrong_total_lake.sentences.count("inventory_rows_and_columns_add_up:") == 1
    assert negative_cell_lake.sentences.count("breaks its contract and is not published") <= 2
