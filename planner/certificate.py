"""The certificate of an optimum, computed from the program's own numbers without the solver's help.

Given values x of the columns and duals y of the rows, the reduced costs are z = cost - y @ matrix. Then

* x is feasible where no row or column passes its bound;
* y is feasible where no z, and no y, asks for a bound that is not there;
* complementarity is the product of each dual with the distance of its row or column from the bound that it prices;
* the dual objective, y and z at the bounds that they price, is a lower bound on the cost of every plan, and the gap
  between it and the cost of x bounds how far x can be from the best.

All sums are taken in extended precision (numpy.longdouble: 64 bits of mantissa on x86), so that rounding in the check
is far below what is checked. Each measure is reported as it is and scaled by the size of what it was computed from.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from planner.highs import Optimum
from planner.lp import LinearProgram, Vector

#: The greatest scaled violation that a certificate accepts, by measure. HiGHS is asked for 1e-9, and shipped instances show at
#: most about that; solvers of integers leave 1e-6, which a coefficient of a million makes a whole unit of.
TOLERANCES = {"primal_infeasibility": 1e-7, "dual_infeasibility": 1e-7, "complementarity": 1e-7, "gap": 1e-7}

#: The same for a ray, which HiGHS gives with fewer digits.
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
    """The four measures of an optimum, its two objectives in GUSD, and the precision in which they were computed."""

    primal_infeasibility: Measure
    dual_infeasibility: Measure
    complementarity: Measure
    gap: Measure
    objective: float
    dual_objective: float
    mantissa_bits: int

    @property
    def holds(self) -> bool:
        """True where all four measures keep their tolerances."""
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
    cost = lp.cost.astype(_EXTENDED)
    activity, activity_size = _products(lp.matrix, x)
    priced, priced_size = _products(lp.matrix.T.tocsr(), y)
    reduced = cost - priced

    primal = np.concatenate([_outside(activity, lp.row_lower, lp.row_upper), _outside(x, lp.col_lower, lp.col_upper)])
    primal_scale = np.concatenate([1 + activity_size, 1 + np.abs(x)])
    # A dual that asks for a bound that is not there (plus: the lower; minus: the upper) cannot be paid for.
    dual = np.concatenate([_unpaid(y, lp.row_lower, lp.row_upper), _unpaid(reduced, lp.col_lower, lp.col_upper)])
    dual_scale = np.concatenate([1 + np.abs(y), 1 + np.abs(cost) + priced_size])
    row_worth, row_gap = _at_bounds(y, activity, lp.row_lower, lp.row_upper)
    col_worth, col_gap = _at_bounds(reduced, x, lp.col_lower, lp.col_upper)
    objective, dual_objective = cost @ x + lp.offset, row_worth.sum() + col_worth.sum() + lp.offset
    size = 1 + max(abs(objective), abs(dual_objective))
    slack = np.concatenate([row_gap, col_gap])

    def measure(name: str, absolute: Any, scale: Any) -> Measure:
        scaled = absolute / scale
        worst = int(np.argmax(np.nan_to_num(scaled, nan=np.inf))) if len(scaled) else -1
        where = "" if worst < 0 or not scaled[worst] else _name(lp, worst)
        return Measure(float(np.max(absolute, initial=0)), float(np.max(scaled, initial=0)), TOLERANCES[name], where)

    gap = abs(objective - dual_objective)
    return Certificate(
        primal_infeasibility=measure("primal_infeasibility", primal, primal_scale),
        dual_infeasibility=measure("dual_infeasibility", dual, dual_scale),
        complementarity=measure("complementarity", np.abs(slack), size),
        gap=Measure(float(gap), float(gap / size), TOLERANCES["gap"], ""),
        objective=float(objective), dual_objective=float(dual_objective), mantissa_bits=np.finfo(_EXTENDED).nmant + 1,
    )  # fmt: skip


def falls_without_end(lp: LinearProgram, ray: Vector) -> bool:
    """True where the cost falls along a ray that no row or column stops, to a tolerance of 1e-6.

    Each row is held to the size of the terms that it is summed from, and so is the cost; each column to the longest of all.
    """
    along = ray.astype(_EXTENDED)
    activity, size = _products(lp.matrix, along)
    terms = lp.cost.astype(_EXTENDED) * along
    by_row = _outside(activity, *_recession(lp.row_lower, lp.row_upper)) / np.where(size > 0, size, 1)
    by_column = _outside(along, *_recession(lp.col_lower, lp.col_upper)) / (np.abs(along).max(initial=0) or 1)
    stopped = max(by_row.max(initial=0), by_column.max(initial=0))
    return bool(stopped <= _RAY_TOLERANCE and terms.sum() < -_RAY_TOLERANCE * np.abs(terms).sum())


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
