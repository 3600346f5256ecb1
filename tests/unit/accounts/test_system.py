"""The system: textbook inverses, what is refused and in which words, solves against brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.accounts.errors import AccountsError
from visceads.accounts.system import F64, InputOutputTable, build_system, spectral_radius

Maker = Callable[..., InputOutputTable]
Random = Callable[[int, int, int], tuple[InputOutputTable, F64]]
MODEST = settings(max_examples=25, deadline=None)
SIZES = {"seed": st.integers(0, 2**32 - 1), "provinces": st.integers(1, 5), "sectors": st.integers(2, 12)}


def inverse(system) -> F64:
    return system.solve(np.eye(len(system.x)))


def test_miller_blair_two_sectors(one_region: Maker) -> None:
    # Miller and Blair (2009), chapter 2: printed to 8 digits.
    table = one_region(np.array([[150.0, 500], [200, 100]]), np.array([1000.0, 2000]))
    system = build_system(table)
    np.testing.assert_allclose(system.A, [[0.15, 0.25], [0.20, 0.05]], atol=1e-15)
    L = inverse(system)
    np.testing.assert_allclose(L, [[1.25412541, 0.33003300], [0.26402640, 1.12211221]], atol=0.6e-8)
    new = system.solve(np.array([600.0, 1500]))
    np.testing.assert_allclose(new, [1247.5248, 1841.5842], atol=0.6e-4)
    np.testing.assert_allclose(new * [0.30, 0.25], [374.2574, 460.3960], atol=0.6e-4)
    np.testing.assert_allclose(system.multipliers(np.array([0.30, 0.25])), [0.442244, 0.379538], atol=0.6e-6)


def test_two_by_two_fractions(one_region: Maker) -> None:
    # (I - A) of .2 .1 / .4 .2 has determinant .6: the inverse is exact in sixths.
    system = build_system(one_region(np.array([[0.2, 0.1], [0.4, 0.2]]), np.ones(2)))
    np.testing.assert_allclose(inverse(system), np.array([[8, 1], [4, 8]]) / 6, atol=1e-14)


def test_three_by_three_of_package_fio(one_region: Maker) -> None:
    Z = np.array([[1.0, 4, 7], [2, 5, 8], [3, 6, 9]])
    system = build_system(one_region(Z, np.array([100.0, 200, 300])))
    expected = [
        [1.01129067, 0.02151113, 0.02491795],
        [0.02161815, 1.02696918, 0.02875285],
        [0.03194563, 0.03242723, 1.03258776],
    ]
    np.testing.assert_allclose(inverse(system), expected, atol=0.6e-8)


def test_no_intermediate_inputs_leave_coefficients_as_they_are(one_region: Maker) -> None:
    system = build_system(one_region(np.zeros((3, 3)), np.array([1.0, 2, 4])))
    q = system.coefficients(np.array([3.0, 3, 3]))
    np.testing.assert_array_equal(q, [3, 1.5, 0.75])
    np.testing.assert_array_equal(system.multipliers(q), q)


def test_two_provinces_inverse_and_spectral_radius(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    expected = [
        [1.109066, 0.232968, 0.138442, 0, 0.290158, 0.159326],
        [0.121368, 1.333524, 0.233633, 0, 0.320587, 0.177031],
        [0.063152, 0.174815, 1.194230, 0, 0.135860, 0.088544],
        [0, 0, 0, 1, 0, 0],
        [0.069670, 0.144048, 0.088082, 0, 1.339633, 0.234962],
        [0.064284, 0.095581, 0.078507, 0, 0.270998, 1.259289],
    ]
    np.testing.assert_allclose(inverse(system), expected, atol=1e-6)
    assert spectral_radius(system.A) == pytest.approx(0.470346, abs=1e-6)
    assert system.provinces == ("P", "Q")
    assert system.block(1) == slice(3, 6)
    np.testing.assert_array_equal(system.active, [True, True, True, False, True, True])
    np.testing.assert_allclose(system.solve(system.demand), system.x, atol=1e-12)
    assert system.warnings == ()


def test_arrays_cannot_be_changed_by_accident(two_provinces: InputOutputTable) -> None:
    system = build_system(two_provinces)
    with pytest.raises(ValueError, match="read-only"):
        system.A[0, 0] = 1.0
    assert two_provinces.Z.flags.writeable  # the caller's own array stays his


@pytest.mark.parametrize(
    ("cell", "words", "named"),
    [
        (("Z", (1, 4), np.nan), "Z of P manufacturing holds nan", ("P", "manufacturing")),
        (("final_demand", (2, 1, 0), np.inf), "final_demand of P services holds inf", ("P", "services")),
        (("value_added", (1, 4), np.nan), "value_added of Q manufacturing", ("Q", "manufacturing")),
        (("x", (5,), -3.0), "gross output of Q services is -3 million yuan", ("Q", "services")),
        (
            ("Z", (1, 4), -2.0),
            "flow of P manufacturing to Q manufacturing is -2 mill",
            ("P", "manufacturing"),
        ),
        (("Z", (3, 0), 2.0), "Q energy has a gross output of 0 but intermediate sales of 2", ("Q", "energy")),
        (("Z", (0, 3), 2.0), "Q energy has a gross output of 0 but intermediate purchases", ("Q", "energy")),
        (("final_demand", (3, 0, 1), -1.0), "output of 0 but final demand of -1", ("Q", "energy")),
        (("exports", (3,), 4.0), "output of 0 but exports of 4", ("Q", "energy")),
        (("error", (3,), 4.0), "output of 0 but a statistical error of 4", ("Q", "energy")),
        (("imports", (3,), 4.0), "output of 0 but imported inputs of 4", ("Q", "energy")),
        (("value_added", (0, 3), 4.0), "output of 0 but value added of 4", ("Q", "energy")),
    ],
)
def test_wrong_values_are_refused_with_their_place(
    two_provinces: InputOutputTable, cell: tuple, words: str, named: tuple
) -> None:
    field, place, value = cell
    array = getattr(two_provinces, field).copy()
    array[place] = value
    with pytest.raises(AccountsError, match=words) as caught:
        build_system(replace(two_provinces, **{field: array}))
    assert (caught.value.province, caught.value.sector) == named
    assert caught.value.value == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("field", "shape"),
    [("Z", (6, 5)), ("x", (5,)), ("final_demand", (6, 3, 2)), ("value_added", (3, 6)), ("exports", (6, 1))],
)
def test_wrong_shapes_are_refused(two_provinces: InputOutputTable, field: str, shape: tuple) -> None:
    with pytest.raises(AccountsError, match=f"{field} has the shape"):
        build_system(replace(two_provinces, **{field: np.zeros(shape)}))


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ((0, 1, 3, 2, 4, 5), "the sectors of P do not stand together"),
        ((0, 1, 1, 3, 4, 5), "P manufacturing stands more than once"),
    ],
)
def test_wrong_axes_are_refused(two_provinces: InputOutputTable, order: tuple, words: str) -> None:
    labels = tuple(two_provinces.labels[k] for k in order)
    with pytest.raises(AccountsError, match=words):
        build_system(replace(two_provinces, labels=labels))


def test_an_empty_axis_is_refused(two_provinces: InputOutputTable) -> None:
    with pytest.raises(AccountsError, match="no sector at all"):
        build_system(replace(two_provinces, labels=()))


def test_an_unproductive_table_is_refused_naming_columns(one_region: Maker) -> None:
    Z = np.array([[0.5, 0.6, 0.0], [0.6, 0.5, 0.0], [0.0, 0.0, 0.1]])
    with pytest.raises(AccountsError, match=r"spectral radius .* is 1\.1,.* in national 01 \(1\.1\)") as caught:
        build_system(one_region(Z, np.ones(3)))
    assert caught.value.sector == "01"


def test_a_column_sum_above_one_is_allowed_where_the_table_is_productive(one_region: Maker) -> None:
    # Sector 2 buys more than it makes (negative value added), yet rho = sqrt(.1 * 1.5) < 1.
    system = build_system(one_region(np.array([[0.0, 1.5], [0.1, 0.0]]), np.ones(2)))
    assert spectral_radius(system.A) == pytest.approx(np.sqrt(0.15), abs=1e-12)
    np.testing.assert_allclose(inverse(system), np.linalg.inv(np.eye(2) - system.A), rtol=1e-12)


@pytest.mark.parametrize(("inputs", "refused"), [(5e4, False), (5e8, True)])
def test_ill_conditioned_tables_warn_or_are_refused(one_region: Maker, inputs: float, refused: bool) -> None:
    # A huge coefficient a from a tiny output: productive (triangular), but the condition number grows as a^2.
    table = one_region(np.array([[0.0, inputs], [0.0, 0.0]]), np.ones(2))
    if refused:
        with pytest.raises(AccountsError, match="reciprocal condition number"):
            build_system(table)
    else:
        assert "ill-conditioned" in build_system(table).warnings[0]


def test_large_and_small_matrices_have_the_same_spectral_radius() -> None:
    # A block diagonal copy leaves the radius as it is, but takes the other way through the function.
    rng = np.random.default_rng(7)
    A = rng.random((50, 50)) / 60
    large = np.kron(np.diag([1.0, 0.9, 0.8, 0.7, 0.6]), A)
    assert spectral_radius(large) == pytest.approx(spectral_radius(A), rel=1e-10)


@MODEST
@given(**SIZES)
def test_solves_equal_the_explicit_inverse(random_table: Random, seed: int, provinces: int, sectors: int) -> None:
    table, co2 = random_table(seed, provinces, sectors)
    system = build_system(table)
    L = np.linalg.inv(np.eye(len(table.x)) - system.A)
    np.testing.assert_allclose(system.solve(system.Y), L @ system.Y, rtol=1e-10, atol=1e-12)
    q = system.coefficients(np.vstack([table.imports, co2]))
    np.testing.assert_allclose(system.multipliers(q), q @ L, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(system.solve(system.demand), system.x, rtol=1e-10, atol=1e-12)
    assert (q[:, ~system.active] == 0).all()
