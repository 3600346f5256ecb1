"""A frame that breaks its contract is refused with sentences; a good one passes."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.contracts.catalogue import ContractError, contract_of, polars_schema, validate


def totals() -> pl.DataFrame:
    """Three good rows of inventory.emission_total, one of them missing with its reason."""
    return pl.DataFrame(
        {
            "release_id": ["a", "a", "b"],
            "province_code": ["BJ", "NX", "BJ"],
            "year": [2012, 2002, 2012],
            "co2_mt": [97.998041, None, 98.0],
            "is_current": [True, True, False],
            "null_reason": [None, "process_lost", None],
            "correction": [None, "lost_process_to_missing", None],
        },
        schema=polars_schema(contract_of("inventory", "emission_total")),
    )


def problems(frame: object, group: str = "inventory", table: str = "emission_total") -> str:
    with pytest.raises(ContractError) as caught:
        validate(group, table, frame)  # type: ignore[arg-type]
    assert f"{group}.{table}" in str(caught.value)
    assert "\n".join(caught.value.problems) in str(caught.value).replace("  - ", "")
    return "\n".join(caught.value.problems)


def with_first(column: str, value: object) -> pl.DataFrame:
    frame = totals()
    series = frame[column].to_list()
    series[0] = value
    return frame.with_columns(pl.Series(column, series, dtype=frame.schema[column], strict=False))


def test_good_frame_passes() -> None:
    validate("inventory", "emission_total", totals())


@pytest.mark.parametrize(
    ("value", "told"),
    [(-1.0, "-1.0"), (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan")],
)
def test_a_value_out_of_bounds_fails_with_its_row(value: float, told: str) -> None:
    text = problems(with_first("co2_mt", value))
    assert "the column 'co2_mt' must be a finite number of at least 0.0" in text
    assert f"(release_id a, province_code BJ, year 2012, co2_mt {told})" in text


def test_infinity_fails_where_both_signs_are_allowed() -> None:
    contract = contract_of("mrio", "final_demand")
    row = ("2012", "BJ", "agriculture", "GD", "FU202")
    schema = polars_schema(contract)
    validate("mrio", "final_demand", pl.DataFrame([(*row, -5.0)], schema=schema, orient="row"))
    for value in (math.inf, -math.inf, math.nan):
        frame = pl.DataFrame([(*row, value)], schema=schema, orient="row")
        assert "must be a finite number: 1 row fails" in problems(frame, "mrio", "final_demand")


def test_zero_flow_fails() -> None:
    schema = polars_schema(contract_of("mrio", "flow"))
    frame = pl.DataFrame([("2012", "BJ", "a", "BJ", "a", 0.0)], schema=schema, orient="row")
    assert "above 0.0" in problems(frame, "mrio", "flow")


def test_wrong_width_fails() -> None:
    text = problems(totals().with_columns(pl.col("year").cast(pl.Int64)))
    assert text == "the column 'year' has the type Int64, but must have the type Int32"


def test_extra_and_missing_columns_fail_at_once() -> None:
    text = problems(totals().drop("null_reason").with_columns(note=pl.lit("x")))
    assert "the column 'note' is not part of the table" in text
    assert "the column 'null_reason' is missing" in text


def test_wrong_order_of_columns_fails() -> None:
    text = problems(totals().select("province_code", pl.exclude("province_code")))
    assert text.startswith("the columns stand in the order province_code, release_id, year")


def test_unsorted_rows_fail() -> None:
    assert "must be sorted by the key (release_id, province_code, year)" in problems(totals().reverse())


def test_duplicate_key_fails() -> None:
    frame = totals()
    text = problems(pl.concat([frame.head(1), frame]))
    assert text.startswith("the key (release_id, province_code, year) must be unique, but some keys repeat: 1 row")
    assert "(release_id a, province_code BJ, year 2012)" in text


def test_null_key_and_empty_text_fail() -> None:
    assert "the column 'province_code' must not be null" in problems(with_first("province_code", None))
    assert "'province_code' must not be empty" in problems(with_first("province_code", ""))


@pytest.mark.parametrize(("co2_mt", "reason"), [(None, None), (1.0, "no_inventory")])
def test_null_and_reason_go_together(co2_mt: float | None, reason: str | None) -> None:
    frame = totals().with_columns(
        co2_mt=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(co2_mt, pl.Float64)).otherwise("co2_mt"),
        null_reason=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(reason, pl.String)).otherwise("null_reason"),
    )
    assert "null_reason must be null exactly if co2_mt is present: 1 row fails" in problems(frame)


def test_reason_outside_the_vocabulary_fails() -> None:
    frame = totals().with_columns(null_reason=pl.lit("unknown"), co2_mt=pl.lit(None, pl.Float64))
    assert "the column 'null_reason' must be one of missing_in_source, process_lost" in problems(frame)


def test_all_problems_are_told_at_once() -> None:
    frame = with_first("co2_mt", -1.0).with_columns(
        province_code=pl.Series(["NX", "BJ", "BJ"]), note=pl.lit(1), year=pl.col("year").cast(pl.Int64)
    )
    text = problems(frame)
    for part in ("'note' is not part", "type Int64", "at least 0.0", "sorted by the key"):
        assert part in text


def test_lazy_frame_is_refused() -> None:
    assert "came as a LazyFrame" in problems(totals().lazy())


def test_checks_cannot_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from pandera.config import CONFIG, ValidationDepth

    monkeypatch.setattr(CONFIG, "validation_enabled", False)
    monkeypatch.setattr(CONFIG, "validation_depth", ValidationDepth.SCHEMA_ONLY)
    assert "at least 0.0" in problems(with_first("co2_mt", -1.0))


KEYS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(2000, 2003)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(KEYS)
def test_key_check_agrees_with_sorting_and_sets(keys: list[tuple[str, str, int]]) -> None:
    rows = [(*key, 1.0, True, None, None) for key in keys]
    schema = polars_schema(contract_of("inventory", "emission_total"))
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    is_good = keys == sorted(keys) and len(set(keys)) == len(keys)
    if is_good:
        validate("inventory", "emission_total", frame)
    else:
        assert "key" in problems(frame)
