"""The certificate of an optimum, computed from the program's own numbers without the solver's help.

Given values x of the columns and duals y of the rows, the reduced costs are z = cost - y @ matrix. Then

* x is feasible where no row or column passes its bound;
* y is feasible where no z, and no y, asks for a bound that is not there;
* complementarity is the product of each dual with the distance of its row or column from the bound that it prices;
* the gap is the distance between the two objectives, the cost of x and y and z at the bounds that they price, and what the
  violations are worth: each violation of a bound times its dual, each dual without a bound times its value;
* the cost error is how far the cost can be from the least: all violations at the dearest price that anything in the program
  could have, all duals without a bound at the largest amount.

The gap would do if the prices of what is missed were known. They are not where a solver stops early: what it takes to be
zero has no price yet. So the cost error takes none of the answer's own prices on trust. It is measured in units in which the
coefficients are near one (scaling.py); there the dearest price follows from the dearest cost, and the largest amount from
the largest bound. No unit in which a program is written changes what is certified.

All sums are taken in extended precision (numpy.longdouble: 64 bits of mantissa on x86), so that rounding in the check
is far below what is checked. Each measure is reported as it is and scaled: a row by its own terms and bound, the last three by
the cost.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from planner.highs import Optimum
from planner.lp import LinearProgram, Vector
from planner.scaling import scaling

#: The greatest scaled violation that a certificate accepts, by measure. HiGHS is asked for 1e-9, and shipped instances show at
#: most about that; solvers of integers leave 1e-6, which a coefficient of a million makes a whole unit of.
TOLERANCES = {
    "primal_infeasibility": 1e-7, "dual_infeasibility": 1e-7, "complementarity": 1e-7, "gap": 1e-7, "cost_error": 1e-7,
}  # fmt: skip

#: A small cost is measured by this share of what is paid and earned in all, and this one of the largest amount at the dearest
#: price (a plan may cost nothing), up to one GUSD.
_SMALL_COST, _LEAST_COST = 1e-6, 1e-8

#: A row or price that is smaller than this share of the largest in the program is measured by this share: what a solver
#: leaves of zero has no size of its own. The bound of a row is data, and is never taken for so little.
_DUST = 1e-5

#: How far a price may exceed the dearest cost and the dearest price that is known, and an amount the largest, in the units of
#: `scaling`. Prices on shipped instances exceed the dearest cost by a factor of up to 100.
_DEARER, _LARGER = 100.0, 10.0

#: The numbers of a program are rounded to this share of themselves, and a violation as small says nothing.
_ROUNDING = 2.0**-52

#: How far a ray may leave the directions that are open to it, in the units of `scaling` and as a share of its longest step.
_RAY_TOLERANCE = 1e-6

_EXTENDED: Any = np.longdouble


@dataclass(frozen=True)
class Measure:
    """A violation as it is, scaled, the tolerance that the scaled one must keep, and where it is worst."""

    absolute: float
    scaled: float
    tolerance: float
    where: str

    @property
    def holds(self) -> bool:
        """True where the scaled violation is a number within the tolerance."""
        return bool(self.scaled <= self.tolerance)


@dataclass(frozen=True)
class Certificate:
    """The five measures of an optimum, its two objectives in GUSD, and the precision in which they were computed."""

    primal_infeasibility: Measure
    dual_infeasibility: Measure
    complementarity: Measure
    gap: Measure
    cost_error: Measure
    objective: float
    dual_objective: float
    mantissa_bits: int

    @property
    def holds(self) -> bool:
        """True where all measures keep their tolerances."""
        return not self.failures

    @property
    def failures(self) -> list[str]:
        """The names of the measures that do not hold."""
        return [name for name in TOLERANCES if not getattr(self, name).holds]

    def as_dict(self) -> dict[str, Any]:
        """The certificate for `summary.json`."""
        return {"holds": self.holds, **asdict(self)}


def certify(lp: LinearProgram, optimum: Optimum) -> Certificate:
    """The certificate of an optimum of a program; it need not hold."""
    x, y = optimum.values.astype(_EXTENDED), optimum.duals.astype(_EXTENDED)
    point = Point(lp, x, y)
    objective, dual_objective = point.costs.sum() + lp.offset, point.worth.sum() + lp.offset
    apart = abs(objective - dual_objective)
    size = max(abs(objective), abs(dual_objective)) + point.least_cost

    def measure(name: str, absolute: Any, scale: Any) -> Measure:
        scaled = np.where(absolute == 0, 0, absolute / np.where(scale == 0, np.finfo(float).tiny, scale))
        worst = int(np.argmax(np.nan_to_num(scaled, nan=np.inf))) if np.ndim(scaled) and len(scaled) else -1
        where = "" if worst < 0 or not scaled[worst] else _name(lp, worst)
        return Measure(float(np.max(absolute, initial=0)), float(np.max(scaled, initial=0)), TOLERANCES[name], where)

    return Certificate(
        primal_infeasibility=measure("primal_infeasibility", point.missing, point.amount_sizes),
        dual_infeasibility=measure("dual_infeasibility", point.unpaid, point.price_sizes),
        complementarity=measure("complementarity", np.abs(point.slack_worth), size),
        gap=measure("gap", apart + point.known_worth, size),
        cost_error=measure("cost_error", apart + max(point.known_worth, point.worst_worth), size),
        objective=float(objective), dual_objective=float(dual_objective), mantissa_bits=np.finfo(_EXTENDED).nmant + 1,
    )  # fmt: skip


class Point:
    """Values and duals of a program, as one vector of all rows and then all columns each.

    `amounts` are activities and values, `prices` duals and reduced costs; `units` brings both near one: amounts times it, prices
    by it. `missing` is how far an amount lies outside of its bounds, `unpaid` how much a price asks for one that is not there.
    """

    def __init__(self, lp: LinearProgram, x: Any, y: Any) -> None:
        cost, units = lp.cost.astype(_EXTENDED), scaling(lp)
        activity, self._activity_terms = _products(lp.matrix, x)
        priced, self._priced_terms = _products(lp.matrix.T.tocsr(), y)
        self._x, self._y, self._cost, self._offset = x, y, cost, lp.offset
        self.costs = cost * x
        self.amounts, self.prices = np.concatenate([activity, x]), np.concatenate([y, cost - priced])
        self.lower, self.upper = np.concatenate([lp.row_lower, lp.col_lower]), np.concatenate([lp.row_upper, lp.col_upper])
        self.units = np.concatenate([units.rows, 1 / units.columns])
        self.missing = _outside(self.amounts, self.lower, self.upper)
        self.unpaid = _unpaid(self.prices, self.lower, self.upper)
        self.worth, self.slack_worth = _at_bounds(self.prices, self.amounts, self.lower, self.upper)

    @cached_property
    def _amount_terms(self) -> Any:
        """The size of what each amount is summed from."""
        return np.concatenate([self._activity_terms, np.abs(self._x)])

    @cached_property
    def _price_terms(self) -> Any:
        """The size of what each price is summed from."""
        return np.concatenate([np.abs(self._y), np.abs(self._cost) + self._priced_terms])

    @cached_property
    def _bounds(self) -> Any:
        """The size of the bound that each amount is nearest to or passes; zero where there is none."""
        passed = np.where(self.amounts < self.lower, self.lower, self.upper)
        return np.where(np.isfinite(passed), np.abs(passed), 0.0)

    @cached_property
    def _largest(self) -> Any:
        """The largest amount or bound, in units."""
        sizes = (np.where(np.isfinite(bound), np.abs(bound), 0.0) for bound in (self.lower, self.upper))
        return max(np.max(size * self.units, initial=0.0) for size in (*sizes, np.abs(self.amounts)))

    @cached_property
    def _dearest(self) -> Any:
        """The dearest cost or price, in units."""
        costs = np.abs(self._cost) / self.units[len(self._y) :]
        return max(np.max(costs, initial=0.0), np.max(np.abs(self.prices) / self.units, initial=0.0))

    @property
    def least_cost(self) -> Any:
        """What is added to every cost before errors are held against it: one GUSD, or less in a program of small costs."""
        paid = np.abs(self.costs).sum() + abs(self._offset)
        return min(1.0, _SMALL_COST * paid + _LEAST_COST * self._dearest * self._largest)

    @property
    def amount_sizes(self) -> Any:
        """What a missing amount is measured by: its terms and its bound; where that is zero, no less than dust."""
        dust = np.where(self._bounds > 0, 0.0, _DUST * self._largest / self.units)
        return np.maximum(np.maximum(self._amount_terms, self._bounds), dust)

    @property
    def price_sizes(self) -> Any:
        """What an unpaid price is measured by: its terms, and no less than dust. An unpaid dual has no size of its own."""
        own = np.concatenate([np.zeros(len(self._y)), self._price_terms[len(self._y) :]])
        return np.maximum(own, _DUST * self._dearest * self.units)

    @property
    def known_worth(self) -> Any:
        """What all violations are worth at the point's own prices and amounts."""
        return (np.abs(self.prices) * self.missing).sum() + (np.abs(self.amounts) * self.unpaid).sum()

    @property
    def worst_worth(self) -> Any:
        """What all violations beyond rounding are worth at most."""
        missing = np.maximum(self.missing - _ROUNDING * self._amount_terms, 0)
        return self.worst_of(missing, np.maximum(self.unpaid - _ROUNDING * self._price_terms, 0))

    def worst_of(self, missing: Any, unpaid: Any) -> Any:
        """What is missing at the dearest price that anything could have, and what is unpaid at the largest amount."""
        dearest, largest = _DEARER * self._dearest, _LARGER * self._largest
        return dearest * (missing * self.units).sum() + largest * (unpaid / self.units).sum()


def falls_without_end(lp: LinearProgram, ray: Vector) -> bool:
    """True where the cost falls along a ray that no row or column stops.

    The ray is first cut back to what the bounds of columns leave open, by no more than a millionth of its longest step. What
    a row then stops is put right at the dearest price that anything could have, and the cost must fall nevertheless.
    """
    units, (lower, upper) = scaling(lp), _recession(lp.col_lower, lp.col_upper)
    along = np.clip(ray, lower, upper).astype(_EXTENDED)
    cut = np.abs(along - ray) / units.columns
    if not cut.max(initial=0) <= _RAY_TOLERANCE * np.max(np.abs(ray) / units.columns, initial=0.0):
        return False
    activity, size = _products(lp.matrix, along)
    stopped = np.maximum(_outside(activity, *_recession(lp.row_lower, lp.row_upper)) - _ROUNDING * size, 0)
    repair = _DEARER * np.max(np.abs(lp.cost) * units.columns, initial=0.0) * (stopped * units.rows).sum()
    terms = lp.cost.astype(_EXTENDED) * along
    return bool(terms.sum() + repair < -_RAY_TOLERANCE * np.abs(terms).sum())


def _recession(lower: Any, upper: Any) -> tuple[Any, Any]:
    """The bounds of a direction: nought where there is a bound."""
    return np.where(np.isfinite(lower), 0.0, -np.inf), np.where(np.isfinite(upper), 0.0, np.inf)


def _products(matrix: Any, vector: Any) -> tuple[Any, Any]:
    """matrix @ vector in extended precision, and the size of its terms, row by row."""
    terms = matrix.data.astype(_EXTENDED) * vector[matrix.indices]
    filled = np.diff(matrix.indptr) > 0
    sums, sizes = np.zeros(len(filled), _EXTENDED), np.zeros(len(filled), _EXTENDED)
    if filled.any():
        starts = matrix.indptr[:-1][filled]
        sums[filled], sizes[filled] = np.add.reduceat(terms, starts), np.add.reduceat(np.abs(terms), starts)
    return sums, sizes


def _outside(value: Any, lower: Any, upper: Any) -> Any:
    """How far a value lies outside of its bounds. No infinite bound is calculated with: in extended precision that is slow."""
    lower, upper = (np.where(np.isfinite(bound), bound, value) for bound in (lower, upper))
    return np.maximum(np.maximum(lower - value, value - upper), 0)


def _unpaid(dual: Any, lower: Any, upper: Any) -> Any:
    return np.where(np.isinf(lower), np.maximum(dual, 0), 0) + np.where(np.isinf(upper), np.maximum(-dual, 0), 0)


def _at_bounds(dual: Any, value: Any, lower: Any, upper: Any) -> tuple[Any, Any]:
    """What each dual is worth at the bound that it prices, and dual times the distance from it (nought where there is none)."""
    bound = np.where(dual > 0, lower, upper)
    bound = np.where(np.isfinite(bound), bound, 0).astype(_EXTENDED)
    priced = np.isfinite(np.where(dual > 0, lower, upper)) & (dual != 0)
    return np.where(priced, dual * bound, 0), np.where(priced, dual * (value - bound), 0)


def _name(lp: LinearProgram, position: int) -> str:
    """The name of a row or, past the rows, of a column."""
    rows = lp.matrix.shape[0]
    families, position = (lp.rows, position) if position < rows else (lp.columns, position - rows)
    return next(
        (f.name_of(position - f.start) for f in families if f.start <= position < f.start + len(f.index)), f"number {position}"
    )
