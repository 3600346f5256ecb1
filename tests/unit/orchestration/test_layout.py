"""The small steps of laying arrays out as columns."""

from __future__ import annotations

import numpy as np
import polars as pl

from visceads.orchestration.layout import quotient, table_frame, texts


def test_constants_stand_in_every_row_and_nan_becomes_null():
    frame = table_frame({"table_id": "2012"}, {"value": np.array([1.0, np.nan]), "name": texts(["a", None])})
    assert frame.to_dict(as_series=False) == {"value": [1.0, None], "name": ["a", None], "table_id": ["2012", "2012"]}


def test_texts_keep_their_type_where_all_are_missing():
    assert texts([None, None]).dtype == pl.String


def test_a_quotient_by_nothing_is_missing_and_never_infinite():
    amounts, by = np.array([6.0, 6.0, 6.0, np.nan]), np.array([2.0, 0.0, np.nan, 2.0])
    np.testing.assert_array_equal(quotient(amounts, by), [3.0, np.nan, np.nan, np.nan])
