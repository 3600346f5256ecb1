"""Spectral radius and condition number against full decompositions of small matrices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.workbooks.mrio_productivity import productivity


def some_table(size: int, seed: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Flows and output of a table whose inputs are about a share of output."""
    flows = np.random.default_rng(seed).pareto(1.5, (size, size))
    return flows, flows.sum(axis=0) / share


@given(st.integers(30, 60), st.integers(0, 99), st.floats(0.2, 0.98) | st.floats(1.02, 1.4))
@settings(deadline=None, max_examples=20)
def test_both_figures_are_those_of_full_decompositions(size, seed, share):
    flows, output = some_table(size, seed, share)
    found = productivity(flows, output)
    coefficients = flows / output
    values, vectors = np.linalg.eig(coefficients)
    assert found.spectral_radius == pytest.approx(abs(values).max(), rel=1e-6)
    assert found.dominant == abs(vectors[:, abs(values).argmax()]).argmax()
    condition = np.linalg.cond(np.eye(size) - coefficients, 1)
    assert condition / 3 <= found.condition_number <= condition * (1 + 1e-6)  # the estimate is a lower bound


def test_the_same_table_gives_the_same_figures():
    assert productivity(*some_table(200, 1, 0.6)) == productivity(*some_table(200, 1, 0.6))


def test_a_sector_without_output_buys_nothing():
    flows, output = some_table(40, 2, 0.5)
    flows[:, 3] = flows[3] = output[3] = 0.0
    found = productivity(flows, output)
    assert 0 < found.spectral_radius < 1
    assert np.isfinite(found.condition_number)


@pytest.mark.parametrize(("weight", "expected"), [(0.5, 0.9), (0.7, 1.1)])
def test_where_the_iteration_stalls_a_bound_or_the_full_decomposition_decides(weight, expected):
    """A ring of 400 sectors has eigenvalues of one size all around: 0.4 + weight is both column sum and radius."""
    ring = 0.4 * np.eye(400) + weight * np.roll(np.eye(400), 1, axis=1)
    ring[:, 0] *= 1 - 1e-9
    assert productivity(ring, np.ones(400)).spectral_radius == pytest.approx(expected, rel=1e-6)


def test_a_singular_system_has_an_infinite_condition_number():
    flows = np.diag(np.linspace(0.1, 0.9, 40))
    flows[7, 7] = 1.0
    assert productivity(flows, np.ones(40)).condition_number == np.inf
