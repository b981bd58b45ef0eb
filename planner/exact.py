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
A basis that is optimal to the solver's tolerance alone is rejected here; refinement.py finds a better one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import splu

from planner.certificate import Point
from planner.errors import PlannerError
from planner.highs import BASIC, UPPER, Basis, Optimum
from planner.lp import LinearProgram
from planner.whole import Whole, WholeMatrix, bits_needed, floats, rounded, whole

#: Bits after the point in which refined values are kept.
BITS = 320

#: The residual of an equation, in the units of the program, below which refinement stops.
RESIDUAL = Fraction(1, 2**200)

#: The greatest scaled violation accepted. A basis that is optimal for the program in real numbers, too, shows the
#: rounding of its data (1e-16); one whose bounds HiGHS met to its own tolerance of 1e-9 does not hold this.
TOLERANCE = Fraction(1, 10**12)

#: The greatest scaled difference accepted between a reported value and the exact one.
DEPARTURE = Fraction(1, 10**7)

#: How far the cost may be from the least, as a share, if every violation had the dearest price or the largest amount.
COST_ERROR = Fraction(1, 10**7)

#: What stands for a size of zero, of which no violation is a small share.
TINY = 2.0**-1000

_MOST_STEPS = 80

#: Passes that bring the numbers of a basis near one before it is factorised.
_EQUILIBRATIONS = 4


@dataclass(frozen=True)
class Side:
    """The rows of a program, or its columns, at a basis: values, duals and bounds as whole numbers of one scale.

    A bound that is not there is zero, and False in `has_lower` or `has_upper`.
    """

    value: Whole
    price: Whole
    lower: Whole
    upper: Whole
    has_lower: Any
    has_upper: Any


@dataclass(frozen=True)
class ExactPoint:
    """The basic solution of a basis, with `bits` after the point; `residual` is what refinement left of the equations."""

    rows: Side
    columns: Side
    bits: int
    residual: Fraction
    steps: int


@dataclass(frozen=True)
class ExactCertificate:
    """Violations of a basis as exact rationals, scaled as those of `planner.certificate` are, the gap and the cost error.

    `residual` is what refinement left of the equations; `departure` the greatest scaled difference between a value or
    dual that is reported, and that the plan shows, and the exact one; `objective` and `dual_objective` are in GUSD;
    `rounds` counts the programs of corrections that were solved before a basis held.
    """

    primal_infeasibility: Fraction
    dual_infeasibility: Fraction
    gap: Fraction
    cost_error: Fraction
    residual: Fraction
    departure: Fraction
    objective: Fraction
    dual_objective: Fraction
    steps: int
    rounds: int = 0

    @property
    def optimal(self) -> bool:
        """True where the equations are solved and every violation of the basis is within the tolerance."""
        violations = (self.primal_infeasibility, self.dual_infeasibility, self.gap)
        return self.residual <= RESIDUAL and max(violations) <= TOLERANCE and self.cost_error <= COST_ERROR

    @property
    def holds(self) -> bool:
        """True where the basis is optimal, and what is reported is its solution."""
        return self.optimal and self.departure <= DEPARTURE

    def as_dict(self) -> dict[str, Any]:
        """The certificate for `summary.json`, numbers as decimals."""
        shown = {name: float(value) if isinstance(value, Fraction) else value for name, value in asdict(self).items()}
        return {"holds": self.holds, "arithmetic": "rational", "tolerance": float(TOLERANCE), **shown}


def certify_exactly(lp: LinearProgram, optimum: Optimum) -> ExactCertificate:
    """The exact certificate of an optimum's basis. Raises PlannerError where there is no basis, or a singular one."""
    if optimum.basis is None:
        raise without_basis(optimum)
    return certificate_at(lp, exact_point(lp, optimum.basis), optimum)


def without_basis(optimum: Optimum) -> PlannerError:
    """What is said of an optimum that has no basis to check."""
    return PlannerError(f"{optimum.method} gave no basis, so there is nothing exact to check: use any method but pdlp")


def exact_point(lp: LinearProgram, basis: Basis) -> ExactPoint:
    """The basic solution of a basis, refined. Raises PlannerError where the basis is singular, or is none."""
    data_bits = bits_needed(lp.matrix.data)
    matrix = WholeMatrix(lp.matrix.tocsr(), data_bits)
    by_column = WholeMatrix(lp.matrix.T.tocsr(), data_bits)
    system = _System(lp, basis, matrix, by_column)
    x, left, steps = system.refine(system.values_start(), system.values_residual, transposed=False)
    y, dual_left, dual_steps = system.refine(system.duals_start(), system.duals_residual, transposed=True)
    # From here on: everything at BITS + data_bits, nothing rounded.
    activity, reduced = matrix.times(x), (whole(lp.cost, BITS) << data_bits) - by_column.times(y)
    x, y, bits = x << data_bits, y << data_bits, BITS + data_bits

    def side(value: Whole, price: Whole, lower: Any, upper: Any) -> Side:
        low, high = (whole(np.where(np.isfinite(bound), bound, 0.0), bits) for bound in (lower, upper))
        return Side(value, price, low, high, np.isfinite(lower), np.isfinite(upper))

    rows = side(activity, y, lp.row_lower, lp.row_upper)
    columns = side(x, reduced, lp.col_lower, lp.col_upper)
    return ExactPoint(rows, columns, bits, max(left, dual_left), steps + dual_steps)


def certificate_at(lp: LinearProgram, point: ExactPoint, optimum: Optimum) -> ExactCertificate:
    """The certificate of the basis whose solution `point` is, for an optimum that reports its values."""
    sides, unit = (point.rows, point.columns), 1 << point.bits
    objective = Fraction(int((whole(lp.cost, BITS) * point.columns.value).sum()), unit << BITS) + Fraction(lp.offset)
    dual_objective = Fraction(int(sum(_worth(side) for side in sides)), unit * unit) + Fraction(lp.offset)
    values, duals = floats(point.columns.value, point.bits), floats(point.rows.price, point.bits)
    rounded = Point(lp, values.astype(np.longdouble), duals.astype(np.longdouble))
    missing, unpaid = (np.concatenate([measure(side) for side in sides]) for measure in (_outside, _unpaid))
    size, apart = abs(objective) + Fraction(float(rounded.least_cost)), abs(objective - dual_objective)
    known = Fraction(int(sum(_violated(side) for side in sides)), unit * unit)
    worst = rounded.worst_of(*(floats(violations, point.bits) for violations in (missing, unpaid)))
    return ExactCertificate(
        primal_infeasibility=_greatest(missing, rounded.amount_sizes, unit),
        dual_infeasibility=_greatest(unpaid, rounded.price_sizes, unit),
        gap=(apart + known) / size if size else apart + known,
        cost_error=Fraction(float(worst)) / size if size else Fraction(float(worst)),
        residual=point.residual,
        departure=max(_departure(values, optimum.values), _departure(duals, optimum.duals)),
        objective=objective,
        dual_objective=dual_objective,
        steps=point.steps,
    )


class _System:
    """The equations that a basis leaves: its basic columns, in the rows that sit at their bounds."""

    def __init__(self, lp: LinearProgram, basis: Basis, matrix: WholeMatrix, by_column: WholeMatrix) -> None:
        self._lp, self._matrix, self._by_column = lp, matrix, by_column
        self._data_bits = bits_needed(lp.matrix.data)
        self._basic = np.flatnonzero(basis.columns == BASIC)
        self._tight = np.flatnonzero(basis.rows != BASIC)
        if len(self._basic) != len(self._tight):
            raise PlannerError("the basis is not one: it has more columns than rows, or fewer")
        self._column_bounds = _at(basis.columns, lp.col_lower, lp.col_upper)
        self._row_bounds = _at(basis.rows, lp.row_lower, lp.row_upper)
        square = sparse.csr_matrix(lp.matrix.tocsr()[self._tight][:, self._basic])
        try:
            self._factors = _Factors(square) if len(self._basic) else None
        except RuntimeError as error:
            raise PlannerError("the basis is singular") from error

    def values_start(self) -> Whole:
        x = whole(self._column_bounds, BITS)
        x[self._basic] = 0
        return x

    def duals_start(self) -> Whole:
        return np.full(self._lp.matrix.shape[0], 0, dtype=object)

    def values_residual(self, x: Whole) -> Whole:
        left: Whole = (whole(self._row_bounds[self._tight], BITS) << self._data_bits) - self._matrix.times(x)[self._tight]
        return left

    def duals_residual(self, y: Whole) -> Whole:
        left: Whole = (whole(self._lp.cost[self._basic], BITS) << self._data_bits) - self._by_column.times(y)[self._basic]
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
            correction = self._factors.solve(leading, transposed)
            if not np.isfinite(correction).all():
                break
            # correction * 2^shift is at the scale of the residual; the solution is kept at BITS.
            solution[unknown] += rounded(correction, shift - self._data_bits)
        return solution, Fraction(max(map(abs, residual(solution))), 1 << scale), _MOST_STEPS


class _Factors:
    """The factors of a square matrix whose rows and columns were brought near one by powers of two."""

    def __init__(self, square: Any) -> None:
        self._rows, self._columns = np.ones(square.shape[0]), np.ones(square.shape[1])
        scaled = abs(square)
        for _ in range(_EQUILIBRATIONS):
            for axis, factors in ((1, self._rows), (0, self._columns)):
                largest = scaled.max(axis=axis).toarray().ravel()
                by = np.exp2(-np.round(np.log2(np.where(largest > 0, largest, 1.0))))
                factors *= by
                scaled = sparse.diags(by) @ scaled if axis else scaled @ sparse.diags(by)
        self._factors = splu(sparse.csc_matrix(sparse.diags(self._rows) @ square @ sparse.diags(self._columns)))

    def solve(self, right: Any, transposed: bool) -> Any:
        """The solution for a right-hand side; it overflows to infinity where the matrix is all but singular."""
        first, last = (self._columns, self._rows) if transposed else (self._rows, self._columns)
        return last * self._factors.solve(first * right, "T" if transposed else "N")


def _at(statuses: Any, lower: Any, upper: Any) -> Any:
    """The bound at which each row or column that is not basic sits; nought for a free one."""
    low, high = np.where(np.isfinite(lower), lower, 0.0), np.where(np.isfinite(upper), upper, 0.0)
    return np.where((statuses == UPPER) & np.isfinite(upper) | ~np.isfinite(lower), high, low)


def _outside(side: Side) -> Whole:
    """How far each value is outside of its bounds."""
    below = np.where(side.has_lower, side.lower - side.value, 0)
    above = np.where(side.has_upper, side.value - side.upper, 0)
    missing: Whole = np.maximum(np.maximum(below, above), 0)
    return missing


def _departure(values: Any, reported: Any) -> Fraction:
    """The greatest difference between values as reported and as they are, scaled by 1 + the size of the value."""
    return Fraction(float(np.max(np.abs(reported - values) / (1 + np.abs(values)), initial=0.0)))


def _unpaid(side: Side) -> Whole:
    """How much each dual asks for a bound that is not there."""
    without = (~side.has_lower & (side.price > 0)) | (~side.has_upper & (side.price < 0))
    unpaid: Whole = np.where(without, abs(side.price), 0)
    return unpaid


def _violated(side: Side) -> Any:
    """What the violations are worth: values outside of their bounds at their duals, unpaid duals at their values."""
    return (abs(side.price) * _outside(side) + abs(side.value) * _unpaid(side)).sum()


def _greatest(violations: Whole, sizes: Any, unit: int) -> Fraction:
    """The greatest violation as a share of its size."""
    shares = (Fraction(int(violations[i]), unit) / Fraction(float(sizes[i]) or TINY) for i in np.flatnonzero(violations > 0))
    return max(shares, default=Fraction(0))


def _worth(side: Side) -> Any:
    """What the duals are worth at the bounds that they price."""
    low, high = side.has_lower & (side.price > 0), side.has_upper & (side.price < 0)
    return (np.where(low, side.price * side.lower, 0) + np.where(high, side.price * side.upper, 0)).sum()
