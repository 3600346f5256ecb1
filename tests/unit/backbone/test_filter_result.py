"""The result of a filter as a matrix and as a frame."""

import numpy as np
import polars as pl
import pytest

from visceads.backbone import disparity, network_from_matrix, top_share
from visceads.backbone.filter_result import check_choice, check_fraction

WEIGHTS = np.array([[9.0, 4.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.0, 0.0]])


def test_kept_matrix_holds_the_kept_cells_only():
    result = top_share(WEIGHTS, share=2 / 9)
    assert result.kept_matrix().tolist() == [[9, 4, 0], [0, 0, 0], [0, 0, 0]]


def test_frame_has_nulls_for_missing_figures():
    frame = disparity(WEIGHTS).to_frame()
    assert frame.columns == [
        "seller", "buyer", "weight", "share", "rank", "score", "score_sd", "p_seller", "p_buyer", "p_value",
        "is_kept", "reason", "is_self_loop", "width",
    ]  # fmt: skip
    loop = frame.row(0, named=True)
    assert loop == {
        "seller": 0, "buyer": 0, "weight": 9.0, "share": None, "rank": None, "score": None, "score_sd": None,
        "p_seller": None, "p_buyer": None, "p_value": None, "is_kept": False, "reason": None,
        "is_self_loop": True, "width": None,
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


def test_names_of_nodes_stand_in_the_frame():
    frame = top_share(network_from_matrix(WEIGHTS, ["x", "y", "z"]), share=2 / 9).to_frame()
    assert frame.filter("is_kept").select("seller", "buyer", "reason").rows() == [
        ("x", "x", "filter"),
        ("x", "y", "filter"),
    ]
    assert frame.filter(~pl.col("is_kept"))["reason"].null_count() == 2


def test_unknown_words_are_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="side is 'both'; it must be 'or' or 'and'"):
        check_choice("side", "both", ("or", "and"))
