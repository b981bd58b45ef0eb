"""The exact certificate: the basis of an optimum, checked in rational arithmetic.

A basis names the rows and columns that sit at their bounds; the rest follows from linear equations, one system for the
values and one for the duals. Floating point solves them to 16 digits. Here the solution is refined: the residual of
the equations is computed exactly, in whole numbers (every number of a program is a whole number times a power of two),
the correction comes from the same factors, and each step adds some ten digits. What remains after a few steps is below
2^-200, and from there on nothing is rounded: feasibility, signs of the duals and the gap between the two objectives
are computed as rationals.

The result is as strong as solving the equations in rationals: the refined point is the exact optimum of a program whose
right-hand sides and costs differ from the given ones by less than 2^-200 of their size, while the given ones, like all
numbers in floating point, are rounded at 2^-53. What is reported as infeasible or as a gap is measured, not estimated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

from planner.errors import PlannerError
from planner.highs import BASIC, UPPER, Basis, Optimum
from planner.lp import LinearProgram

#: Bits after the point in which refined values are kept.
BITS = 320

#: The residual of an equation, in the units of the program, below which refinement stops.
RESIDUAL = Fraction(1, 2**200)

#: The greatest scaled violation accepted: what the solver was asked for. A basis that is optimal for the program in
#: real numbers, too, shows the rounding of its data (1e-16); one whose bounds HiGHS met to its tolerance shows that.
TOLERANCE = Fraction(1, 10**9)

#: The greatest scaled difference accepted between a reported value and the exact one.
DEPARTURE = Fraction(1, 10**7)

_MOST_STEPS = 80

#: A vector of whole numbers, each standing for itself times a power of two.
Whole = NDArray[np.object_]


@dataclass(frozen=True)
class ExactCertificate:
    """Violations of a basis as exact rationals, each scaled by 1 + the size of the value or cost concerned, and the gap.

    `residual` is what refinement left of the equations; `departure` the greatest scaled difference between a value or
    dual that the solver reported, and that the plan shows, and the exact one; `objective` and `dual_objective` are in GUSD.
    """

    primal_infeasibility: Fraction
    dual_infeasibility: Fraction
    gap: Fraction
    residual: Fraction
    departure: Fraction
    objective: Fraction
    dual_objective: Fraction
    steps: int

    @property
    def holds(self) -> bool:
        """True where the equations are solved and every violation is within the tolerance."""
        violations = (self.primal_infeasibility, self.dual_infeasibility, self.gap)
        return self.residual <= RESIDUAL and max(violations) <= TOLERANCE and self.departure <= DEPARTURE

    def as_dict(self) -> dict[str, Any]:
        """The certificate for `summary.json`, numbers as decimals."""
        shown = {name: float(value) if isinstance(value, Fraction) else value for name, value in asdict(self).items()}
        return {"holds": self.holds, "arithmetic": "rational", "tolerance": float(TOLERANCE), **shown}


def certify_exactly(lp: LinearProgram, optimum: Optimum) -> ExactCertificate:
    """The exact certificate of an optimum's basis. Raises PlannerError where there is no basis, or a singular one."""
    if optimum.basis is None:
        raise PlannerError(f"{optimum.method} gave no basis, so there is nothing exact to check: use simplex, ipm or hipo")
    data_bits = max(_bits_needed(lp.matrix.data), 1)
    matrix = _WholeMatrix(lp.matrix.tocsr(), data_bits)
    by_column = _WholeMatrix(lp.matrix.T.tocsr(), data_bits)
    system = _System(lp, optimum.basis, matrix, by_column)
    x, left, steps = system.refine(system.values_start(), system.values_residual, transposed=False)
    y, dual_left, dual_steps = system.refine(system.duals_start(), system.duals_residual, transposed=True)
    # From here on: everything at BITS + data_bits, nothing rounded.
    activity, reduced = matrix.times(x), (_whole(lp.cost, BITS) << data_bits) - by_column.times(y)
    x, y, unit = x << data_bits, y << data_bits, 1 << (BITS + data_bits)

    def bounds(vector: Any) -> Whole:
        return _whole(np.where(np.isfinite(vector), vector, 0.0), BITS + data_bits)

    sides = [
        (
            activity,
            y,
            bounds(lp.row_lower),
            bounds(lp.row_upper),
            np.isfinite(lp.row_lower),
            np.isfinite(lp.row_upper),
            np.ones_like(lp.row_lower),
        ),
        (
            x,
            reduced,
            bounds(lp.col_lower),
            bounds(lp.col_upper),
            np.isfinite(lp.col_lower),
            np.isfinite(lp.col_upper),
            1 + np.abs(lp.cost),
        ),
    ]
    primal = max(
        _outside(value, lower, upper, has_lower, has_upper, unit) for value, _, lower, upper, has_lower, has_upper, _ in sides
    )
    dual = max(_unpaid(price, has_lower, has_upper, scale, unit) for _, price, _, _, has_lower, has_upper, scale in sides)
    objective = Fraction(int((_whole(lp.cost, BITS) * x).sum()), unit << BITS) + Fraction(lp.offset)
    worth = sum(_worth(price, lower, upper, has_lower, has_upper) for _, price, lower, upper, has_lower, has_upper, _ in sides)
    dual_objective = Fraction(int(worth), unit * unit) + Fraction(lp.offset)
    gap = abs(objective - dual_objective) / (1 + abs(objective))
    departure = max(_departure(optimum.values, x, unit), _departure(optimum.duals, y, unit))
    return ExactCertificate(primal, dual, gap, max(left, dual_left), departure, objective, dual_objective, steps + dual_steps)


class _WholeMatrix:
    """A sparse matrix in whole numbers at a scale of 2^-bits."""

    def __init__(self, matrix: Any, bits: int) -> None:
        self._starts, self._indices, self._rows = matrix.indptr, matrix.indices, matrix.shape[0]
        self._data = _whole(matrix.data, bits)

    def times(self, vector: Whole) -> Whole:
        """The product with a vector, exactly; its scale is the product of both."""
        sums: Whole = np.full(self._rows, 0, dtype=object)
        filled = np.diff(self._starts) > 0
        if filled.any():
            sums[filled] = np.add.reduceat(self._data * vector[self._indices], self._starts[:-1][filled])
        return sums


class _System:
    """The equations that a basis leaves: its basic columns, in the rows that sit at their bounds."""

    def __init__(self, lp: LinearProgram, basis: Basis, matrix: _WholeMatrix, by_column: _WholeMatrix) -> None:
        self._lp, self._matrix, self._by_column = lp, matrix, by_column
        self._data_bits = max(_bits_needed(lp.matrix.data), 1)
        self._basic = np.flatnonzero(basis.columns == BASIC)
        self._tight = np.flatnonzero(basis.rows != BASIC)
        if len(self._basic) != len(self._tight):
            raise PlannerError("the basis is not one: it has more columns than rows, or fewer")
        self._column_bounds = _at(basis.columns, lp.col_lower, lp.col_upper)
        self._row_bounds = _at(basis.rows, lp.row_lower, lp.row_upper)
        square = lp.matrix.tocsr()[self._tight][:, self._basic].tocsc()
        try:
            self._factors = splu(sparse.csc_matrix(square)) if len(self._basic) else None
        except RuntimeError as error:
            raise PlannerError("the basis is singular") from error

    def values_start(self) -> Whole:
        x = _whole(self._column_bounds, BITS)
        x[self._basic] = 0
        return x

    def duals_start(self) -> Whole:
        return np.full(self._lp.matrix.shape[0], 0, dtype=object)

    def values_residual(self, x: Whole) -> Whole:
        left: Whole = (_whole(self._row_bounds[self._tight], BITS) << self._data_bits) - self._matrix.times(x)[self._tight]
        return left

    def duals_residual(self, y: Whole) -> Whole:
        left: Whole = (_whole(self._lp.cost[self._basic], BITS) << self._data_bits) - self._by_column.times(y)[self._basic]
        return left

    def refine(self, start: Whole, residual: Callable[[Whole], Whole], transposed: bool) -> tuple[Whole, Fraction, int]:
        """The solution of a system, what it leaves of the equations, and the steps that it took."""
        solution, unknown = start.copy(), self._tight if transposed else self._basic
        scale = BITS + self._data_bits
        if self._factors is None:
            return solution, Fraction(0), 0
        for step in range(_MOST_STEPS):
            left = residual(solution)
            most = max(map(abs, left))
            if Fraction(most, 1 << scale) <= RESIDUAL:
                return solution, Fraction(most, 1 << scale), step
            # The residual as numbers near one: its leading bits are all that one step can use.
            shift = most.bit_length() - 60
            leading = np.array([float(v >> shift if shift > 0 else v << -shift) for v in left])
            correction = self._factors.solve(leading, "T" if transposed else "N")
            if not np.isfinite(correction).all():
                break
            # correction * 2^shift is at the scale of the residual; the solution is kept at BITS.
            solution[unknown] += _rounded(correction, shift - self._data_bits)
        return solution, Fraction(max(map(abs, residual(solution))), 1 << scale), _MOST_STEPS


def _bits_needed(values: Any) -> int:
    """The bits after the point with which every number is whole."""
    _, exponents = np.frexp(values[values != 0])
    return int(53 - exponents.min()) if len(exponents) else 0


def _whole(values: Any, bits: int) -> Whole:
    """Floating-point numbers as whole numbers at a scale of 2^-bits, exactly."""
    mantissas, exponents = np.frexp(values)
    found = [(int(m), int(e) + bits) for m, e in zip(np.ldexp(mantissas, 53), exponents - 53, strict=True)]
    if any(m and e < 0 and m & ((1 << -e) - 1) for m, e in found):
        raise PlannerError("a number of the program is too small to be held exactly")
    return np.array([m << e if e >= 0 else m >> -e for m, e in found] or [], dtype=object)


def _rounded(values: Any, bits: int) -> Whole:
    """Floating-point numbers times 2^bits, to the nearest whole number below."""
    mantissas, exponents = np.frexp(values)
    found = zip(np.ldexp(mantissas, 53), exponents - 53 + bits, strict=True)
    return np.array([int(m) << e if e >= 0 else int(m) >> -e for m, e in ((m, int(e)) for m, e in found)], dtype=object)


def _at(statuses: Any, lower: Any, upper: Any) -> Any:
    """The bound at which each row or column that is not basic sits; nought for a free one."""
    low, high = np.where(np.isfinite(lower), lower, 0.0), np.where(np.isfinite(upper), upper, 0.0)
    return np.where((statuses == UPPER) & np.isfinite(upper) | ~np.isfinite(lower), high, low)


def _outside(value: Whole, lower: Whole, upper: Whole, has_lower: Any, has_upper: Any, unit: int) -> Fraction:
    """The greatest violation of a bound, scaled by 1 + the size of the value."""
    worst = Fraction(0)
    for over, has in ((lower - value, has_lower), (value - upper, has_upper)):
        for i in np.flatnonzero(has & (over > 0)):
            worst = max(worst, Fraction(int(over[i]), unit + abs(int(value[i]))))
    return worst


def _departure(reported: Any, exact: Whole, unit: int) -> Fraction:
    """The greatest difference between values as reported and as they are, scaled by 1 + the size of the value."""
    values = np.array([int(value) / unit for value in exact], float)
    return Fraction(float(np.max(np.abs(reported - values) / (1 + np.abs(values)), initial=0.0)))


def _unpaid(dual: Whole, has_lower: Any, has_upper: Any, scale: Any, unit: int) -> Fraction:
    """The greatest dual that asks for a bound which is not there, scaled by 1 + the size of the cost."""
    wrong = (~has_lower & (dual > 0)) | (~has_upper & (dual < 0))
    return max(
        (Fraction(abs(int(dual[i])), unit) / Fraction(float(scale[i])) for i in np.flatnonzero(wrong)), default=Fraction(0)
    )


def _worth(dual: Whole, lower: Whole, upper: Whole, has_lower: Any, has_upper: Any) -> Any:
    """What the duals are worth at the bounds that they price."""
    return (np.where(has_lower & (dual > 0), dual * lower, 0) + np.where(has_upper & (dual < 0), dual * upper, 0)).sum()
