"""Weights of inter-industry networks, counted by hand."""

import numpy as np
import pytest

from visceads.backbone.weight_kinds import added_up, embodied_co2, technical_coefficients

FLOW = np.array([[10.0, 40.0, 0.0], [5.0, 0.0, 15.0], [20.0, 8.0, 1.0]])


def test_coefficients_are_per_output_of_the_buyer():
    found = technical_coefficients(FLOW, np.array([100.0, 80.0, 0.0]))
    assert np.allclose(found, [[0.1, 0.5, 0], [0.05, 0, 0], [0.2, 0.1, 0]])


def test_embodied_co2_is_the_intensity_of_the_seller_times_the_flow():
    # 2 Mt per million yuan and 0.5; the third seller's is unknown.
    found = embodied_co2(FLOW, np.array([2e6, 5e5, np.nan]))
    assert np.allclose(found, [[20, 80, 0], [2.5, 0, 7.5], [0, 0, 0]])


def test_groups_are_added_up():
    found = added_up(FLOW, [1, 0, 1], 2)
    assert found.tolist() == [[0, 20], [48, 31]]
    assert added_up(FLOW, [0, 0, 0], 1).tolist() == [[FLOW.sum()]]
    assert found.sum() == FLOW.sum()


def test_lengths_are_checked():
    for wrong in (
        lambda: technical_coefficients(FLOW, np.ones(2)),
        lambda: embodied_co2(FLOW, np.ones(4)),
        lambda: added_up(FLOW, [0, 1], 2),
    ):
        with pytest.raises(ValueError, match="3 nodes need 3 "):
            wrong()
