"""The input-output system of one table: checked arrays, technical coefficients, one factorisation.

Belongs here: the rules that arrays must obey to be a table, A = Z diag(x)^-1, the LU factors of I - A, the
two kinds of solves with them, L itself on demand. Not here: what is solved for (`multiplier`, `footprint`), CO2
(`emissions`), the accounting identities (`identity`), files and frames.

Throughout: index k = (province, sector), province-major; money in million yuan at current producer prices;
`Z[i, j]` flows from seller i to buyer j.

Source: Miller and Blair, Input-Output Analysis (2nd ed. 2009), chapters 2 and 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve
from scipy.linalg.lapack import dgecon
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from visceads.accounts.errors import AccountsError

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]
_Scalar = TypeVar("_Scalar", bound=np.generic)

VALUE_ADDED_CODES = ("VA001", "VA002", "VA003", "VA004")
"""Rows of `value_added`: compensation, net taxes on production, depreciation, operating surplus."""

LARGEST_SPECTRAL_RADIUS = 1 - 1e-9
REFUSED_CONDITION, DOUBTFUL_CONDITION = 1e-12, 1e-8
_DENSE_EIGENVALUES_UP_TO = 200  # below this size all eigenvalues cost less than an Arnoldi iteration is worth
_NAMED_COLUMNS = 5


@dataclass(frozen=True)
class InputOutputTable:
    """The arrays of one table, unchecked; `build_system` checks them.

    Attributes:
        labels: (n) pairs of province code and sector code, all sectors of a province in a row.
        categories: (C) codes of the final demand categories.
        Z: (n, n) domestic intermediate flows.
        x: (n) gross output.
        final_demand: (n, R, C) final demand by seller, buyer province and category; the buyer provinces
            stand in the order in which `labels` names them first.
        exports: (n).
        error: (n) statistical error; it is added: Z1 + final demand + exports + error = x.
        imports: (n) imported intermediate inputs of each buyer.
        value_added: (4, n) in the order of `VALUE_ADDED_CODES`.
    """

    labels: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    Z: F64
    x: F64
    final_demand: F64
    exports: F64
    error: F64
    imports: F64
    value_added: F64


@dataclass(frozen=True)
class InputOutputSystem(InputOutputTable):
    """A checked table with its technical coefficients and the LU factors of I - A; arrays are read-only.

    Attributes:
        provinces: (R) province codes in table order.
        starts: (R) first index k of each province.
        province_index: (n) position of the seller's province in `provinces`.
        active: (n) whether gross output is above zero.
        A: (n, n) technical coefficients a_ij = Z_ij / x_j; columns of inactive sectors are zero.
        Y: (n, R) final demand summed over the categories.
        factors: the LU factors and pivots of I - A as `scipy.linalg.lu_factor` returns them.
        reciprocal_condition: reciprocal condition number of I - A in the 1-norm.
        warnings: sentences on what is allowed but doubtful.
    """

    provinces: tuple[str, ...]
    starts: NDArray[np.intp]
    province_index: NDArray[np.intp]
    active: Mask
    A: F64
    Y: F64
    factors: tuple[F64, NDArray[np.int32]]
    reciprocal_condition: float
    warnings: tuple[str, ...]

    @property
    def demand(self) -> F64:
        """The demand vector y = Y1 + exports + error of the Leontief model, (n)."""
        total: F64 = self.Y.sum(axis=1) + self.exports + self.error
        return total

    @property
    def value_added_total(self) -> F64:
        """Value added of each sector, the sum of its four components, (n)."""
        total: F64 = self.value_added.sum(axis=0)
        return total

    @cached_property
    def leontief_inverse(self) -> F64:
        """L = (I - A)^-1, (n, n), read-only; formed from the stored factors at first use and kept.

        Only for what needs its elements (dispersion, diagonal blocks): it costs several times the
        factorisation. Row and column of an inactive sector are those of the unit matrix.
        """
        return _read_only(np.ascontiguousarray(lu_solve(self.factors, np.eye(len(self.x)), overwrite_b=True)))

    def block(self, province: int) -> slice:
        """Return the indices k of one province, given by its position in `provinces`."""
        ends = (*self.starts[1:].tolist(), len(self.labels))
        return slice(int(self.starts[province]), ends[province])

    def coefficients(self, amounts: F64) -> F64:
        """Return amounts per unit of gross output, q = amount / x, and 0 where a sector is inactive.

        Args:
            amounts: (n) or (p, n), any unit.

        Returns:
            The same shape; unit of the amounts per million yuan.

        Raises:
            AccountsError: another length than the table, or a value that is no finite number.
        """
        amounts = self.on_axis("amounts", amounts, axis=-1)
        return np.divide(amounts, self.x, out=np.zeros(np.shape(amounts)), where=self.active)

    def multipliers(self, coefficients: F64) -> F64:
        """Return q'L for one or many coefficient vectors: amounts per unit of final demand for each sector.

        Solved as (I - A)'m = q with the stored factors; L itself is never formed. An inactive sector k gets
        q_k (L has the unit vector there): whoever publishes must turn it into a null.

        Args:
            coefficients: (n) or (p, n), finite.

        Returns:
            The same shape as `coefficients`.

        Raises:
            AccountsError: another length than the table, or a value that is no finite number.
        """
        solution = lu_solve(self.factors, self.on_axis("coefficients", coefficients, axis=-1).T, trans=1)
        return np.ascontiguousarray(solution.T)

    def solve(self, demand: F64) -> F64:
        """Return L d for one or many demand vectors: the gross output that each needs.

        Args:
            demand: (n) or (n, p), finite, million yuan.

        Returns:
            The same shape as `demand`.

        Raises:
            AccountsError: another length than the table, or a value that is no finite number.
        """
        return np.ascontiguousarray(lu_solve(self.factors, self.on_axis("demands", demand, axis=0)))

    def on_axis(self, name: str, values: F64, axis: int) -> F64:
        """Return amounts as float64 after checking that they stand on the axis of the table.

        Args:
            name: what the error calls them.
            values: one or two dimensions, one of them n long.
            axis: which dimension that is.

        Raises:
            AccountsError: another length than the table, or a value that is no finite number; it names the
                province and the sector.
        """
        array = np.asarray(values, dtype=np.float64)
        if array.ndim not in (1, 2) or array.shape[axis] != len(self.labels):
            raise AccountsError(
                f"{name} have the shape {array.shape}, the table has {len(self.labels)} sectors from "
                f"{' '.join(self.labels[0])} to {' '.join(self.labels[-1])}; give one value for each"
            )
        if not np.isfinite(array).all():
            place = np.argwhere(~np.isfinite(array))[0]
            province, sector = self.labels[place[axis]]
            value = float(array[tuple(place)])
            raise AccountsError(
                f"{name} of {province} {sector} hold {value}; every value must be a finite number",
                province,
                sector,
                value,
            )
        return array

    def sum_by_province(self, values: F64) -> F64:
        """Return the sums of (n, ...) over the sectors of each province, (R, ...)."""
        return np.add.reduceat(values, self.starts, axis=0)


def build_system(table: InputOutputTable) -> InputOutputSystem:
    """Check a table and factorise I - A.

    Balances are not checked here (`identity` measures them; a reader holds them to its own tolerance).

    Args:
        table: the arrays of one table; they are not copied where they are float64 in C order already.

    Raises:
        AccountsError: labels not province-major or repeated; a wrong shape; a value that is no finite
            number; a negative gross output or intermediate flow; a sector of zero output that still buys or
            sells; a table that is not productive (spectral radius of A of 1 - 1e-9 or more); I - A
            singular to working precision (reciprocal condition below 1e-12).
    """
    provinces, starts, province_index = _province_axis(table.labels)
    checked = _checked_arrays(table, len(provinces))
    active = checked.x > 0
    _require_empty_inactive_sectors(checked, active)
    A = np.divide(checked.Z, checked.x, out=np.zeros_like(checked.Z), where=active)
    require_productive(A, table.labels)
    factors, condition = _factorise(A)
    return InputOutputSystem(
        **vars(checked),
        provinces=provinces,
        starts=starts,
        province_index=province_index,
        active=_read_only(active),
        A=_read_only(A),
        Y=_read_only(checked.final_demand.sum(axis=2)),
        factors=factors,
        reciprocal_condition=condition,
        warnings=_condition_warnings(condition),
    )


def spectral_radius(A: F64) -> float:
    """Return the largest absolute eigenvalue of a square matrix, (n, n) -> number.

    Large matrices go through the Arnoldi iteration with a fixed start vector, so the result is the same in
    every run; where it does not converge all eigenvalues are computed.
    """
    n = A.shape[0]
    if n > _DENSE_EIGENVALUES_UP_TO:
        try:
            return float(np.abs(eigs(A, k=1, v0=np.ones(n), tol=1e-12, return_eigenvectors=False))[0])
        except ArpackNoConvergence:
            pass
    return float(np.abs(np.linalg.eigvals(A)).max())


def require_productive(A: F64, labels: tuple[tuple[str, str], ...]) -> None:
    """Refuse coefficients with which no positive output could meet every final demand.

    Column sums below 1 prove a spectral radius below 1 for A >= 0 (Miller and Blair 2009, chapter 2);
    only if one is not, the radius itself is computed.

    Raises:
        AccountsError: if the spectral radius is 1 - 1e-9 or more; it names the columns whose inputs exceed
            their output.
    """
    sums = A.sum(axis=0)
    if sums.max() < 1:
        return
    radius = spectral_radius(A)
    if radius < LARGEST_SPECTRAL_RADIUS:
        return
    worst = [int(k) for k in np.argsort(-sums, kind="stable") if sums[k] >= 1]
    named = ", ".join(f"{' '.join(labels[k])} ({sums[k]:.6g})" for k in worst[:_NAMED_COLUMNS])
    more = f" and {len(worst) - _NAMED_COLUMNS} more" if len(worst) > _NAMED_COLUMNS else ""
    province, sector = labels[worst[0]]
    raise AccountsError(
        f"the table is not productive: the spectral radius of its technical coefficients is {radius:.12g}, "
        f"it must be below 1; domestic inputs per unit of output reach 1 in {named}{more}; "
        f"check these columns and their gross output",
        province,
        sector,
        float(sums[worst[0]]),
    )


def _province_axis(
    labels: tuple[tuple[str, str], ...],
) -> tuple[tuple[str, ...], NDArray[np.intp], NDArray[np.intp]]:
    if not labels:
        raise AccountsError("the table has no sector at all; give at least one pair of province and sector")
    if len(set(labels)) != len(labels):
        province, sector = next(pair for pair in labels if labels.count(pair) > 1)
        raise AccountsError(
            f"{province} {sector} stands more than once among the labels; each must occur once",
            province,
            sector,
        )
    names = [province for province, _ in labels]
    starts = [k for k, name in enumerate(names) if k == 0 or names[k - 1] != name]
    provinces = tuple(names[k] for k in starts)
    if len(set(provinces)) != len(provinces):
        broken = next(name for name in provinces if provinces.count(name) > 1)
        raise AccountsError(
            f"the sectors of {broken} do not stand together; order the table by province, then sector", broken
        )
    position = {name: r for r, name in enumerate(provinces)}
    index = np.array([position[name] for name in names], dtype=np.intp)
    return provinces, np.array(starts, dtype=np.intp), index


def _checked_arrays(table: InputOutputTable, provinces: int) -> InputOutputTable:
    n, categories = len(table.labels), len(table.categories)
    shapes = {
        "Z": (n, n),
        "x": (n,),
        "final_demand": (n, provinces, categories),
        "exports": (n,),
        "error": (n,),
        "imports": (n,),
        "value_added": (len(VALUE_ADDED_CODES), n),
    }
    arrays = {name: checked_array(name, getattr(table, name), shapes[name], table.labels) for name in shapes}
    for name, words in (("x", "gross output"), ("Z", "an intermediate flow")):
        refuse_negative(arrays[name], words, table.labels)
    return InputOutputTable(table.labels, table.categories, **arrays)


def checked_array(
    name: str, values: F64, shape: tuple[int, ...], labels: tuple[tuple[str, str], ...], nulls: bool = False
) -> F64:
    """Return a read-only float64 view in C order of an array that has the shape and holds numbers only.

    Args:
        name: what the error calls the array.
        values: the array.
        shape: the shape it must have.
        labels: (n) pairs of province and sector of the axis of length n (the last axis of `value_added`,
            the first of all others).
        nulls: whether NaN is allowed, as it is for CO2.

    Raises:
        AccountsError: a wrong shape, or a value that is no finite number.
    """
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.shape != shape:
        raise AccountsError(
            f"{name} has the shape {array.shape}, the {len(labels)} labels need {shape}; "
            f"align it with the labels before building the system"
        )
    wrong = np.isinf(array) if nulls else ~np.isfinite(array)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        province, sector = labels[place[1] if name == "value_added" else place[0]]
        raise AccountsError(
            f"{name} of {province} {sector} holds {array[place]} (position {place}, {int(wrong.sum())} such "
            f"values in all); every value must be a finite number, an empty cell counts as 0",
            province,
            sector,
            float(array[place]),
        )
    return _read_only(array)


def refuse_negative(array: F64, words: str, labels: tuple[tuple[str, str], ...]) -> None:
    """Refuse amounts below zero.

    Args:
        array: (n), or (n, n) of seller and buyer; million yuan.
        words: what the error calls an amount.
        labels: (n) pairs of province and sector.

    Raises:
        AccountsError: if any amount is negative; it names the first place.
    """
    negative = array < 0
    if not negative.any():
        return
    place = np.argwhere(negative)[0]
    province, sector = labels[place[0]]
    buyer = f" to {' '.join(labels[place[1]])}" if len(place) > 1 else ""
    value = float(array[tuple(place)])
    raise AccountsError(
        f"{words} of {province} {sector}{buyer} is {value:.6g} million yuan ({int(negative.sum())} negative "
        f"values in all); it cannot be below zero, check the sign in the source",
        province,
        sector,
        value,
    )


def _require_empty_inactive_sectors(table: InputOutputTable, active: Mask) -> None:
    for k in np.flatnonzero(~active).tolist():
        for words, values in _entries_of(table, k):
            wrong = values[values != 0]
            if wrong.size:
                province, sector = table.labels[k]
                raise AccountsError(
                    f"{province} {sector} has a gross output of 0 but {words} of {wrong[0]:.6g} million "
                    f"yuan; a sector without output neither buys nor sells, check its row and column",
                    province,
                    sector,
                    float(wrong[0]),
                )


def _entries_of(table: InputOutputTable, k: int) -> Iterator[tuple[str, F64]]:
    yield "intermediate sales", table.Z[k]
    yield "intermediate purchases", table.Z[:, k]
    yield "final demand", table.final_demand[k].ravel()
    yield "exports", table.exports[k : k + 1]
    yield "a statistical error", table.error[k : k + 1]
    yield "imported inputs", table.imports[k : k + 1]
    yield "value added", table.value_added[:, k]


def _factorise(A: F64) -> tuple[tuple[F64, NDArray[np.int32]], float]:
    matrix = np.asfortranarray(-A)
    matrix[np.diag_indices_from(matrix)] += 1
    norm = float(np.abs(matrix).sum(axis=0).max())
    lu, pivots = lu_factor(matrix, overwrite_a=True, check_finite=False)
    condition = float(dgecon(lu, norm, norm="1")[0])
    if condition < REFUSED_CONDITION:
        raise AccountsError(
            f"I - A cannot be solved: its reciprocal condition number is {condition:.3g}, below "
            f"{REFUSED_CONDITION:g}; look for a sector whose gross output is tiny beside its inputs",
            value=condition,
        )
    return (_read_only(lu), pivots), condition


def _condition_warnings(condition: float) -> tuple[str, ...]:
    if condition >= DOUBTFUL_CONDITION:
        return ()
    return (
        f"I - A is ill-conditioned: its reciprocal condition number is {condition:.3g}, below "
        f"{DOUBTFUL_CONDITION:g}; multipliers may have lost about {-np.log10(condition):.0f} digits",
    )


def _read_only(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    view = array.view()
    view.flags.writeable = False
    return view
