"""RAS and GRAS: published and worked examples, properties, targets that cannot be met."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.balancing import GAP, gras, ras
from visceads.accounts.errors import AccountsError

MIXED = np.array([[7.0, 3, 5, -3], [2, 9, 8, 0], [-2, 0, 2, 0]])
MIXED_TOTALS = (np.array([15.0, 26, -1]), np.array([9.0, 16, 17, -2]))


def test_ras_example() -> None:
    # Worked out for the project, six decimals.
    result = ras(np.array([[1.0, 2, 1], [3, 4, 2], [0, 1, 5]]), np.array([6.0, 9, 8]), np.array([5.0, 8, 10]))
    expected = [[1.681542, 2.878972, 1.439486], [3.318458, 3.787694, 1.893847], [0, 1.333333, 6.666667]]
    np.testing.assert_allclose(result.values, expected, atol=1e-6)
    assert result.largest_gap <= GAP
    assert 1 < result.sweeps < 100


def test_gras_published_example() -> None:
    # From the public test of the R routine doGRAS, which agrees to 6e-7.
    result = gras(MIXED, *MIXED_TOTALS)
    expected = [
        [8.424341, 3.375237, 5.200422, -2],
        [3.000998, 12.624763, 10.374239, 0],
        [-2.425339, 0, 1.425339, 0],
    ]
    np.testing.assert_allclose(result.values, expected, atol=1e-5)


def test_gras_with_two_more_cells() -> None:
    # Worked out for the project, six decimals.
    matrix = MIXED.copy()
    matrix[1, 3] = matrix[2, 3] = 1
    expected = [
        [8.976440, 3.743160, 5.721728, -3.441329],
        [2.799335, 12.256840, 9.992314, 0.951511],
        [-2.775776, 0, 1.285958, 0.489818],
    ]
    np.testing.assert_allclose(gras(matrix, *MIXED_TOTALS).values, expected, atol=1e-6)


def test_a_row_and_a_column_of_zero_may_stay_or_become_so() -> None:
    matrix = np.array([[1.0, 2, 0], [3, 4, 0], [0, 0, 0], [5, 5, 0]])
    result = gras(matrix, np.array([4.0, 0, 0, 6]), np.array([5.0, 5, 0]))
    np.testing.assert_array_equal(result.values[[1, 2]], 0)
    np.testing.assert_array_equal(result.values[:, 2], 0)
    np.testing.assert_allclose(result.values.sum(axis=1), [4, 0, 0, 6], rtol=1e-10)
    assert result.row_multipliers[2] == result.column_multipliers[2] == 1


def test_a_mixed_row_can_sum_to_zero() -> None:
    matrix = np.array([[2.0, -1, 3], [1, 2, 3]])
    result = gras(matrix, np.array([0.0, 6]), np.array([1.0, 1, 4]))
    np.testing.assert_allclose(result.values.sum(axis=1), [0, 6], atol=1e-9)
    np.testing.assert_allclose(result.values.sum(axis=0), [1, 1, 4], rtol=1e-9)


ONES = np.ones((2, 2))


@pytest.mark.parametrize(
    ("matrix", "rows", "columns", "words"),
    [
        (np.array([[1.0, 1], [0, 0]]), [1, 1], [1, 1], "row Hebei has a target of 1 but no value above zero"),
        (np.array([[1.0, 0], [1, 0]]), [1, 1], [1, 1], "column steel has a target of 1 but no value above zero"),
        (ONES, [-1, 3], [1, 1], "row Beijing has a target of -1 but no value below zero"),
        (np.array([[-1.0, -1], [1, 1]]), [0, 2], [1, 1], "row Beijing has a target of 0 but no value above zero"),
        (ONES, [1, 1], [1, 2], "row totals sum to 2, the column totals to 3"),
        (ONES, [1, np.nan], [1, 1], "target of row Hebei is nan"),
        (np.array([[1.0, np.inf], [1, 1]]), [1, 1], [1, 1], "row Beijing, column steel holds inf"),
        (ONES, [1, 1, 1], [1, 2], "matrix has 2 rows, but 3 row totals and 2 names"),
        (np.ones(4), [1, 1], [1, 1], "has 1 axes"),
        # Beijing's only value stands in a column that must become 0.
        (
            np.array([[0.0, 1], [1, 1]]),
            [1, 1],
            [2, 0],
            "row Beijing has a target of 1, but the other totals leave nothing",
        ),
        # Hebei can only give what coal takes, and that is too little.
        (np.array([[1.0, 1], [1, 0]]), [1, 3], [2, 2], "column steel has a target of 2, but the other totals"),
        # Met only if the value of Beijing in coal vanished: the sweeps come near it ever more slowly.
        (np.array([[1.0, 1], [1, 0]]), [1, 2], [2, 1], "after 1000 sweeps row (Beijing|Hebei) still misses"),
    ],
)
def test_what_cannot_be_balanced_is_refused(matrix: np.ndarray, rows: list, columns: list, words: str) -> None:
    names = (["Beijing", "Hebei"], ["coal", "steel"])
    with pytest.raises(AccountsError, match=words):
        gras(matrix, np.array(rows), np.array(columns), *names)


@pytest.mark.parametrize(
    ("matrix", "rows", "columns", "words"),
    [
        (np.array([[1.0, -1], [1, 1]]), [1, 1], [1, 1], "row 1, column 2 holds -1; RAS needs values of 0 or more"),
        (ONES, [-1, 3], [1, 1], "target of row 1 is -1; RAS needs totals"),
    ],
)
def test_ras_refuses_negative_numbers(matrix: np.ndarray, rows: list, columns: list, words: str) -> None:
    with pytest.raises(AccountsError, match=words):
        ras(matrix, np.array(rows), np.array(columns))


def random_case(seed: int, rows: int, columns: int, mixed: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A matrix and totals that can be met: those of another matrix with the same zeros and signs."""
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(0.1, 10, (rows, columns)) * (rng.random((rows, columns)) < 0.8)
    if mixed:
        matrix *= np.where(rng.random((rows, columns)) < 0.2, -1, 1)
    other = matrix * rng.uniform(0.5, 2, (rows, columns))
    return matrix, other.sum(axis=1), other.sum(axis=0)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(2, 12), columns=st.integers(2, 12), mixed=st.booleans())
def test_totals_are_met_and_zeros_and_signs_stay(seed: int, rows: int, columns: int, mixed: bool) -> None:
    matrix, row_totals, column_totals = random_case(seed, rows, columns, mixed)
    result = gras(matrix, row_totals, column_totals)
    scale = np.abs(matrix).sum()
    np.testing.assert_allclose(result.values.sum(axis=1), row_totals, rtol=1e-9, atol=1e-9 * scale)
    np.testing.assert_allclose(result.values.sum(axis=0), column_totals, rtol=1e-9, atol=1e-9 * scale)
    np.testing.assert_array_equal(np.sign(result.values), np.sign(matrix))
    r, s = result.row_multipliers[:, None], result.column_multipliers[None, :]
    rebuilt = np.where(matrix > 0, r * matrix * s, matrix / (r * s))
    np.testing.assert_allclose(result.values, rebuilt, rtol=1e-12, atol=1e-15)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(2, 10), columns=st.integers(2, 10))
def test_gras_of_positive_values_is_ras_and_totals_met_change_nothing(seed: int, rows: int, columns: int) -> None:
    matrix, row_totals, column_totals = random_case(seed, rows, columns, mixed=False)
    one, other = ras(matrix, row_totals, column_totals), gras(matrix, row_totals, column_totals)
    np.testing.assert_array_equal(one.values, other.values)
    same = ras(matrix, matrix.sum(axis=1), matrix.sum(axis=0))
    np.testing.assert_allclose(same.values, matrix, rtol=1e-12)
