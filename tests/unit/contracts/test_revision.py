"""The contract of meta.revision: pairs of any two values pass if difference, share and reason fit them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.contracts.catalogue import ContractError, contract_of, polars_schema, validate

SCHEMA = polars_schema(contract_of("meta", "revision"))
VALUES = st.one_of(st.none(), st.just(0.0), st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda x: abs(x) > 1e-6))


def row(rank: int, old: float | None, new: float | None) -> tuple[object, ...]:
    """One pair of values of the same province-year as the table states it."""
    difference = None if old is None or new is None else new - old
    share = None if difference is None or old is None or old == 0 else difference / abs(old)
    reason = "missing_in_source" if difference is None else ("zero_denominator" if share is None else None)
    place = ("co2_inventory", "co2_total_mt", rank, "JS", "2012", "a", "b", "V1", "V2")
    return (*place, old, new, difference, share, "Mt CO2", reason)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), max_size=6))
def test_any_two_values_can_stand_beside_each_other(pairs: list[tuple[float | None, float | None]]) -> None:
    rows = [row(rank, old, new) for rank, (old, new) in enumerate(pairs, start=1)]
    validate("meta", "revision", pl.DataFrame(rows, schema=SCHEMA, orient="row"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rank": 0}, "the column 'rank' must be"),
        ({"new_release_id": None}, "'new_release_id' must not be null"),
        ({"difference": None}, "null_reason must be null exactly if difference and difference_share"),
        ({"null_reason": "missing_in_source"}, "null_reason must be null exactly if difference"),
        ({"difference_share": float("inf")}, "'difference_share' must be a finite number"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(changes: dict[str, object], told: str) -> None:
    values = dict(zip(SCHEMA.names(), row(1, 600.0, 650.0), strict=True)) | changes
    with pytest.raises(ContractError) as caught:
        validate("meta", "revision", pl.DataFrame([values], schema=SCHEMA))
    assert told in str(caught.value)


def test_a_rank_stands_once_in_a_family_and_series() -> None:
    frame = pl.DataFrame([row(1, 1.0, 3.0), row(1, 1.0, 2.0)], schema=SCHEMA, orient="row")
    with pytest.raises(ContractError, match=r"\(family, series, rank\) must be unique"):
        validate("meta", "revision", frame)
