"""A program that is solved again and again with other bounds of some columns, each time from where the last time ended."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from planner.highs import Optimum, answer, opened
from planner.lp import LinearProgram


class Repeated:
    """One program, kept by the simplex method together with its last basis: what changes little is solved in few steps."""

    def __init__(self, lp: LinearProgram) -> None:
        self._highs, self._lp = opened(lp, "simplex", None, None, None), lp
        self._moved: tuple[int, ...] = ()

    def solve(self, bounds: Mapping[int, tuple[float, float]]) -> Optimum:
        """An optimum with other bounds of these columns, and those of the program of all others.

        Raises as `highs.solve_program` does.
        """
        own = {column: (self._lp.col_lower[column], self._lp.col_upper[column]) for column in self._moved}
        changed = {**own, **bounds}
        columns = np.array(list(changed), np.int32)
        lower, upper = (np.array([ends[side] for ends in changed.values()], float) for side in (0, 1))
        self._highs.changeColsBounds(len(columns), columns, lower, upper)
        self._moved = tuple(bounds)
        return answer(self._highs, "simplex")
