"""Published Parquet is validated, rounded, and the same bytes for the same content."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.contracts.catalogue import ContractError, arrow_schema, contract_of, polars_schema
from visceads.lake import parquet
from visceads.lake.atomic import file_sha256
from visceads.lake.parquet import content_sha256, round_significant, write_table

FLOW = contract_of("mrio", "flow")
ROWS_2012 = [("2012", "BJ", "a", "BJ", "a", 1.0), ("2012", "BJ", "a", "BJ", "b", 1 / 3)]
ROWS_2015 = [("2015", "BJ", "a", "BJ", "a", 2.0)]

Frames = Callable[[list[tuple[str, str, str, str, str, float]]], pl.DataFrame]


def test_written_table_reads_back_with_types_and_metadata(tmp_path: Path, flow_frame: Frames) -> None:
    written = write_table(FLOW, [flow_frame(ROWS_2012), flow_frame(ROWS_2015)], tmp_path / "flow.parquet")
    assert (written.group, written.table, written.rows) == ("mrio", "flow", 3)
    assert written.sha256 == file_sha256(written.path)
    frame = pl.read_parquet(written.path)
    assert frame.schema == polars_schema(FLOW)
    assert frame["flow_m_cny"].to_list() == [1.0, 0.333333333333, 2.0]
    assert pq.read_schema(written.path).equals(arrow_schema(FLOW), check_metadata=True)
    assert pq.read_metadata(written.path).row_group(0).column(0).compression == "ZSTD"


def test_equal_content_gives_equal_bytes(tmp_path: Path, flow_frame: Frames, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 2)
    rows = [("2012", "BJ", "a", "BJ", f"s{n}", n + 1.0) for n in range(5)]
    whole = write_table(FLOW, [flow_frame(rows)], tmp_path / "whole.parquet")
    pieces = pl.concat([flow_frame(rows[:1]), flow_frame(rows[1:4]), flow_frame(rows[4:])], rechunk=False)
    assert pieces.n_chunks() == 3
    again = write_table(FLOW, [pieces], tmp_path / "again.parquet")
    assert again.sha256 == whole.sha256
    assert pq.read_metadata(again.path).num_row_groups == 3


def test_no_frame_gives_a_table_without_rows(tmp_path: Path) -> None:
    written = write_table(FLOW, [], tmp_path / "flow.parquet")
    assert written.rows == 0
    assert pl.read_parquet(written.path).schema == polars_schema(FLOW)


def test_bad_frame_leaves_the_old_file(tmp_path: Path, flow_frame: Frames) -> None:
    path = tmp_path / "flow.parquet"
    before = write_table(FLOW, [flow_frame(ROWS_2012)], path)
    bad = flow_frame([("2015", "BJ", "a", "BJ", "a", -2.0)])
    with pytest.raises(ContractError, match="above 0"):
        write_table(FLOW, [flow_frame(ROWS_2012), bad], path)
    assert file_sha256(path) == before.sha256
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("order", [(ROWS_2015, ROWS_2012), (ROWS_2012[:1], ROWS_2012[1:])])
def test_parts_must_be_disjoint_and_ascending(
    order: tuple[list[tuple[str, str, str, str, str, float]], ...], tmp_path: Path, flow_frame: Frames
) -> None:
    with pytest.raises(ContractError, match="each part must lie above the one before"):
        write_table(FLOW, [flow_frame(rows) for rows in order], tmp_path / "flow.parquet")
    assert list(tmp_path.iterdir()) == []


def test_lazy_frame_is_refused(tmp_path: Path, flow_frame: Frames) -> None:
    with pytest.raises(ContractError, match="LazyFrame"):
        write_table(FLOW, [flow_frame(ROWS_2012).lazy()], tmp_path / "x.parquet")  # type: ignore[list-item]


def test_content_hash_can_leave_a_column_out(tmp_path: Path, flow_frame: Frames) -> None:
    one = write_table(FLOW, [flow_frame(ROWS_2015)], tmp_path / "a.parquet").path
    other = write_table(FLOW, [flow_frame([(*ROWS_2015[0][:5], 9.0)])], tmp_path / "b.parquet").path
    assert content_sha256(one) != content_sha256(other)
    assert content_sha256(one, ("flow_m_cny",)) == content_sha256(other, ("flow_m_cny",))


def test_rounding_absorbs_the_order_of_a_sum_and_keeps_what_is_no_number() -> None:
    frame = pl.DataFrame({"a": [0.1 + 0.2, -0.0, math.inf, math.nan, None, 508444.894229], "b": ["x"] * 6})
    rounded = round_significant(frame)
    values = rounded["a"].to_list()
    assert values[0] == 0.3
    assert math.copysign(1.0, values[1]) == 1.0
    assert values[2] == math.inf
    assert math.isnan(values[3])
    assert values[4:] == [None, 508444.894229]
    assert rounded.columns == ["a", "b"]


@settings(max_examples=200, deadline=None)
@given(st.floats(min_value=-1e15, max_value=1e15, allow_nan=False))
def test_rounding_is_close_and_settles(value: float) -> None:
    once = round_significant(pl.DataFrame({"a": [value]}))
    assert math.isclose(once["a"].item(), value, rel_tol=1e-11, abs_tol=5e-324)
    assert round_significant(once)["a"].item() == once["a"].item()
