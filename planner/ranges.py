"""How far prices hold, and what they are on either side where they hold to one side only.

A price is the slope of the least cost as the bound of its row moves. The cost is convex in the bound, so that it has a slope
below and a slope above, and the dual lies between the two. Where the price holds for a distance to a side, it is the slope
there.
Where it holds for none, the basis only had to change: that says nothing of the price. The slope is then the least cost of a
direction in which the row moves by one unit, as (W2) of explaining/directions.py has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.cone import NOUGHT, cone
from planner.errors import Infeasible, SolverError, SolverLimit, Unbounded
from planner.highs import Optimum, row_ranges
from planner.lp import Family, LinearProgram, Vector
from planner.repeated import Repeated

#: Slopes that differ by more than this share of the larger are two.
KINK = 1e-6


@dataclass(frozen=True)
class Ranges:
    """For each row how far its bound may fall and rise while the dual holds, and the slope of the cost below and above.

    A slope is not a number where the row was not asked for or the solver found none, and infinite where no plan follows.
    """

    less: Vector
    more: Vector
    below: Vector
    above: Vector


def price_ranges(lp: LinearProgram, optimum: Optimum, priced: Iterable[Family]) -> Ranges:
    """The ranges of all rows, and the slopes of those in the `priced` families. Raises as `highs.row_ranges` does."""
    less, more = row_ranges(lp, optimum)
    assert optimum.basis is not None  # without one there are no ranges
    asked = np.zeros(len(less), bool)
    for family in priced:
        asked[family.rows] = True
    below, above = (np.where(asked, optimum.duals, np.nan) for _ in range(2))
    moving = _Moving(lp, optimum)
    for side, slopes, distance in ((-1.0, below, less), (1.0, above, more)):
        for row in np.flatnonzero(asked & (distance <= NOUGHT)).tolist():
            slopes[row] = side * moving.slope(row, side)
    return Ranges(less, more, below, above)


def kinked(below: Any, above: Any) -> Any:
    """Where the slopes to the two sides are two numbers; infinite to one side counts."""
    below, above = (np.asarray(slopes, float) for slopes in (below, above))
    with np.errstate(invalid="ignore"):
        apart = np.abs(above - below) > KINK * np.maximum(np.abs(below), np.abs(above))
    return apart | (np.isinf(below) != np.isinf(above))


class _Moving:
    """The directions from an optimum, in which one row after the other is moved."""

    def __init__(self, lp: LinearProgram, optimum: Optimum) -> None:
        assert optimum.basis is not None
        self._cone = cone(lp, optimum.values, optimum.basis)
        self._solver, self._start = Repeated(self._cone), optimum.basis

    def slope(self, row: int, by: float) -> float:
        """What moving the bound of a row by one unit costs; infinite where no plan follows, not a number where none was found."""
        lower, upper = self._cone.row_lower[row], self._cone.row_upper[row]
        if not (np.isfinite(lower) or np.isfinite(upper)):
            return 0.0  # the row is at no bound
        bounds = (by if np.isfinite(lower) else lower, by if np.isfinite(upper) else upper)
        try:
            return self._solver.least(row, bounds, self._start)
        except Infeasible:
            return np.inf
        except SolverLimit:
            raise
        except (Unbounded, SolverError):
            return np.nan
