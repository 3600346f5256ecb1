"""The result of a filter as a matrix and as a frame."""

import numpy as np
import polars as pl
import pytest

from visceads.backbone.filter_result import check_fraction
from visceads.backbone.filters import disparity, top_share

WEIGHTS = np.array([[9.0, 4.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.0, 0.0]])


def test_kept_matrix_holds_the_kept_cells_only():
    result = top_share(WEIGHTS, share=2 / 9)
    assert result.kept_matrix().tolist() == [[9, 4, 0], [0, 0, 0], [0, 0, 0]]


def test_frame_has_nulls_for_missing_figures():
    frame = disparity(WEIGHTS).to_frame()
    assert frame.columns == [
        "seller", "buyer", "weight", "share", "rank", "score", "p_seller", "p_buyer",
        "is_kept", "is_self_loop", "width",
    ]  # fmt: skip
    loop = frame.row(0, named=True)
    assert loop == {
        "seller": 0, "buyer": 0, "weight": 9.0, "share": None, "rank": None, "score": None,
        "p_seller": None, "p_buyer": None, "is_kept": False, "is_self_loop": True, "width": None,
    }  # fmt: skip
    assert frame["rank"].to_list() == [None, 1, 3, 2]
    assert frame.schema["rank"] == frame.schema["seller"] == frame.schema["buyer"] == pl.Int32
    assert not any(frame[name].is_nan().any() for name in ("share", "score", "p_seller", "p_buyer", "width"))


def test_frame_of_an_empty_network_keeps_its_types():
    frame = top_share(np.zeros((3, 3))).to_frame()
    assert frame.height == 0
    assert frame.schema == top_share(WEIGHTS).to_frame().schema


@pytest.mark.parametrize("value", [0.0, -0.1, 1.1, float("nan")])
def test_fractions_outside_their_range_are_refused(value):
    with pytest.raises(ValueError, match="alpha is"):
        check_fraction("alpha", value)
