"""Iterative refinement: from a basis that is optimal to the solver's tolerance to one that is optimal in exact arithmetic.

Gleixner, Steffy and Wolter (2016), "Iterative refinement for linear programming". What is left to do at a basic solution
is a linear program too: of corrections, with the bounds shifted by the values, and the reduced costs as costs. Both are
computed exactly and multiplied by a power of two, the inverse of the violation, before they are rounded. The solver starts
from the same basis, and its absolute tolerances now mean so much less in the program as given. Whatever basis it ends with
is solved exactly again; only that decides.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib.metadata import version
from typing import Any

import numpy as np
import scipy.sparse as sparse

from planner.certificate import certify
from planner.errors import PlannerError, SolverLimit
from planner.exact import RESIDUAL, TOLERANCE, ExactCertificate, ExactPoint, Side, certificate_at, exact_point, without_basis
from planner.highs import BASIC, LOWER, UPPER, Basis, Optimum, basis_reached, solve_program
from planner.lp import LinearProgram, Vector
from planner.whole import Whole, floats

logger = logging.getLogger("planner.highs")

#: The most programs of corrections that are solved; two were the most on a shipped instance.
MOST_ROUNDS = 10

#: The power of two by which corrections are magnified: at least what makes the solver's 1e-9 less than the exact tolerance.
_LEAST_ZOOM, _MOST_ZOOM = 12, 40

#: What is as large as two to the power of this is no infinity to the solver (1e20), as a bound or as a cost.
_FINITE_BITS = 60

#: Bits after the point of what is passed on as floating-point numbers: what is left of the equations (2^-200) becomes nought.
_KEPT_BITS = 120

#: How near to a bound, as a share of 1 + its size, a first-order method leaves what is at the bound.
_NEAR = 1e-6


@dataclass(frozen=True)
class Refined:
    """An optimum and its exact certificate, which need not hold; where a basis was refined, the values are the exact ones."""

    optimum: Optimum
    certificate: ExactCertificate


class _Budget:
    """The solver's seconds that are left; None where they are not counted."""

    def __init__(self, seconds: float | None) -> None:
        self.left = seconds

    @contextmanager
    def spent(self) -> Iterator[float | None]:
        """Meanwhile they are spent."""
        began = time.perf_counter()
        try:
            yield self.left
        finally:
            self.left = None if self.left is None else max(self.left - (time.perf_counter() - began), 0.0)


def refine(lp: LinearProgram, optimum: Optimum, time_limit: float | None = None) -> Refined:
    """The optimum as it is where the exact certificate holds, and otherwise the best that refinement comes to.

    `time_limit` bounds the solver's own seconds of all rounds together. Raises PlannerError where there is no basis, or a
    singular one, and SolverLimit where the solver was stopped.
    """
    budget = _Budget(time_limit)
    if optimum.basis is None:
        raise without_basis(optimum)
    point = exact_point(lp, optimum.basis)
    certificate = certificate_at(lp, point, optimum)
    if certificate.holds and certify(lp, optimum).holds:
        return Refined(optimum, certificate)
    best = latest = _rounded(lp, optimum, optimum.basis, point, 0)
    for number in range(1, MOST_ROUNDS + 1):
        if latest.certificate.optimal and certify(lp, latest.optimum).holds:
            break
        assert latest.optimum.basis is not None
        corrections = _corrections(lp, point, latest.optimum.basis)
        with budget.spent() as left:
            reached, more = basis_reached(*corrections, number % 2 == 0, left)
        if reached is None:
            continue
        basis = _of_program(lp, reached)
        try:
            point = exact_point(lp, basis)
        except PlannerError as error:
            logger.debug("refinement: %s", error)
            continue
        so_far = replace(optimum, iterations=latest.optimum.iterations + more)
        latest = _rounded(lp, so_far, basis, point, number)
        best = min(best, latest, key=_badness)
    return best


def crossed_over(lp: LinearProgram, optimum: Optimum, time_limit: float | None = None) -> Optimum:
    """An answer without a basis, as that of a first-order method, taken to a basis by the simplex method.

    It starts from what is away from its bounds as basic. Raises as `solve_program` does.
    """
    used = lp.matrix @ optimum.values
    start = Basis(_near(optimum.values, lp.col_lower, lp.col_upper), _near(used, lp.row_lower, lp.row_upper))
    found = solve_program(lp, "simplex", time_limit=time_limit, start=start)
    return replace(found, method=optimum.method, iterations=optimum.iterations + found.iterations)


def _near(values: Vector, lower: Vector, upper: Vector) -> Any:
    """The bound that each value is at, to the accuracy of a first-order method; basic where it is at none."""
    at_lower, at_upper = (np.abs(values - bound) <= _NEAR * (1 + np.abs(values)) for bound in (lower, upper))
    return np.where(at_lower, LOWER, np.where(at_upper, UPPER, BASIC)).astype(np.int8)


def last_resort(lp: LinearProgram, time_limit: float | None = None) -> Optimum | None:
    """What refinement reaches from the basis of the slacks, where solvers failed; None where it reaches nothing.

    It is not known to be optimal. `time_limit` bounds the solver's own seconds. Raises SolverLimit where it was stopped.
    """
    rows, columns = lp.matrix.shape
    slacks = Basis(np.where(np.isfinite(lp.col_lower), LOWER, UPPER).astype(np.int8), np.full(rows, BASIC, np.int8))
    nothing = Optimum(np.zeros(columns), np.zeros(rows), 0.0, "simplex", version("highspy"), 0, 0.0, slacks)
    try:
        return refine(lp, nothing, time_limit).optimum
    except SolverLimit:
        raise
    except PlannerError as error:
        logger.debug("refinement: %s", error)  # a number is too small to be held exactly
        return None


def _rounded(lp: LinearProgram, optimum: Optimum, basis: Basis, point: ExactPoint, rounds: int) -> Refined:
    """An optimum whose values and duals are those of a point, rounded, and its certificate."""
    values, duals = (floats(_kept(exact, point.bits), _KEPT_BITS) for exact in (point.columns.value, point.rows.price))
    found = replace(optimum, values=values, duals=duals, basis=basis)
    certificate = replace(certificate_at(lp, point, found), rounds=rounds)
    return Refined(replace(found, objective=float(certificate.objective)), certificate)


def _badness(found: Refined) -> tuple[bool, Fraction]:
    certificate = found.certificate
    worst = max(certificate.primal_infeasibility, certificate.dual_infeasibility, certificate.gap, certificate.cost_error)
    return certificate.residual > RESIDUAL, worst


def _corrections(lp: LinearProgram, point: ExactPoint, basis: Basis) -> tuple[LinearProgram, Basis]:
    """The program of the corrections to a point, magnified, and the point's basis in it.

    A row that is no equation has a slack, a column that bears its bounds: what the row is used for has a price too.
    """
    sides, slack = (point.columns, point.rows), _slack_rows(lp)
    violation, mispricing = (max(measure(side) for side in sides) for measure in (_violation, _mispricing))
    dearest = max((abs(price) for side in sides for price in side.price), default=0)
    values = _KEPT_BITS - _zoom(violation, violation, point.bits)
    prices = _KEPT_BITS - _zoom(mispricing, dearest, point.bits)
    (col_lower, col_upper), (row_lower, row_upper) = (_shifted(side, point.bits, values) for side in sides)
    cost, row_cost = (floats(_kept(side.price, point.bits), prices) for side in sides)
    equation = lp.row_lower == lp.row_upper
    one_each = sparse.csr_array((-np.ones(len(slack)), (slack, np.arange(len(slack)))), shape=(len(equation), len(slack)))
    program = replace(
        lp,
        cost=np.concatenate([cost, row_cost[slack]]),
        offset=0.0,
        matrix=sparse.csr_array(sparse.hstack([lp.matrix, one_each], format="csr")),
        row_lower=np.where(equation, row_lower, 0.0),
        row_upper=np.where(equation, row_upper, 0.0),
        col_lower=np.concatenate([col_lower, row_lower[slack]]),
        col_upper=np.concatenate([col_upper, row_upper[slack]]),
    )
    start = Basis(np.concatenate([basis.columns, basis.rows[slack]]), np.where(equation, basis.rows, LOWER))
    return program, start


def _of_program(lp: LinearProgram, reached: Basis) -> Basis:
    """The basis of the program itself, from one of the program of its corrections."""
    slack, columns = _slack_rows(lp), lp.matrix.shape[1]
    rows = reached.rows.copy()
    rows[slack] = np.where(reached.rows[slack] == BASIC, BASIC, reached.columns[columns:])
    return Basis(reached.columns[:columns], rows)


def _slack_rows(lp: LinearProgram) -> Any:
    return np.flatnonzero(lp.row_lower != lp.row_upper)


def _kept(exact: Whole, bits: int) -> Whole:
    """Whole numbers of `bits` after the point rounded to `_KEPT_BITS`."""
    drop = bits - _KEPT_BITS
    kept: Whole = (exact + (1 << (drop - 1))) >> drop
    return kept


def _shifted(side: Side, bits: int, magnified: int) -> tuple[Vector, Vector]:
    """The bounds as seen from the values; what is 1e20 away or more the solver takes as infinite."""
    lower, upper = (floats(_kept(bound - side.value, bits), magnified) for bound in (side.lower, side.upper))
    return np.where(side.has_lower, lower, -np.inf), np.where(side.has_upper, upper, np.inf)


def _zoom(violation: int, largest: int, bits: int) -> int:
    """The power of two that makes a violation about one, and what is as large as `largest` no infinity to the solver."""
    needed = violation > TOLERANCE * (1 << bits)
    zoom = min(max(bits - violation.bit_length(), _LEAST_ZOOM), _MOST_ZOOM) if needed else _LEAST_ZOOM
    return min(zoom, _FINITE_BITS + bits - largest.bit_length())


def _violation(side: Side) -> int:
    """The greatest distance by which a value is outside its bounds."""
    outside = (np.where(side.has_lower, side.lower - side.value, 0), np.where(side.has_upper, side.value - side.upper, 0))
    return max((int(distance) for distances in outside for distance in distances), default=0)


def _mispricing(side: Side) -> int:
    """The greatest dual that is not paid for: its bound is not there, or the value is as far from it."""
    worst = 0
    for price, distance, has in (
        (side.price, side.value - side.lower, side.has_lower),
        (-side.price, side.upper - side.value, side.has_upper),
    ):
        for i in np.flatnonzero(price > 0):
            worst = max(worst, min(int(price[i]), int(distance[i])) if has[i] else int(price[i]))
    return worst
