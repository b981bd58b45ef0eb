"""A program that is solved again and again with other bounds and other entries of its matrix, each time from a given basis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from planner.highs import Basis, Optimum, answer, few_steps, least_cost, opened, start_from
from planner.lp import LinearProgram, Vector


class Repeated:
    """One program, kept by the simplex method. Each time it starts from a given basis, so that no answer rests on the last."""

    def __init__(self, lp: LinearProgram) -> None:
        self._highs, self._lp = opened(lp, "simplex", None, None, None), lp
        few_steps(self._highs)
        self._columns: tuple[int, ...] = ()
        self._entries: tuple[tuple[int, int], ...] = ()
        self._rows_moved = self._begun = False

    def solve(
        self,
        start: Basis,
        columns: Mapping[int, tuple[float, float]] | None = None,
        rows: tuple[Vector, Vector] | None = None,
        entries: Mapping[tuple[int, int], float] | None = None,
    ) -> Optimum:
        """An optimum with other bounds of these columns, of all rows, and other entries at these rows and columns.

        All else is the program's. Raises as `highs.solve_program` does.
        """
        self._bound_columns(columns or {})
        self._bound_rows(rows)
        self._enter(entries or {})
        start_from(self._highs, self._lp, start)
        return answer(self._highs, "simplex")

    def least(self, row: int, bounds: tuple[float, float], start: Basis) -> float:
        """The least cost with other bounds of one row, from where the last such solve ended; at first from `start`.

        Raises as `highs.solve_program` does.
        """
        if not self._begun:
            start_from(self._highs, self._lp, start)
            self._begun = True
        self._highs.changeRowBounds(row, *bounds)
        try:
            return least_cost(self._highs)
        finally:
            self._highs.changeRowBounds(row, self._lp.row_lower[row], self._lp.row_upper[row])

    def _bound_columns(self, bounds: Mapping[int, tuple[float, float]]) -> None:
        own = {column: (self._lp.col_lower[column], self._lp.col_upper[column]) for column in self._columns}
        changed = {**own, **bounds}
        lower, upper = (np.array([ends[side] for ends in changed.values()], float) for side in (0, 1))
        self._highs.changeColsBounds(len(changed), np.array(list(changed), np.int32), lower, upper)
        self._columns = tuple(bounds)

    def _bound_rows(self, bounds: tuple[Vector, Vector] | None) -> None:
        if bounds is not None or self._rows_moved:
            lower, upper = (self._lp.row_lower, self._lp.row_upper) if bounds is None else bounds
            self._highs.changeRowsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)
        self._rows_moved = bounds is not None

    def _enter(self, entries: Mapping[tuple[int, int], float]) -> None:
        own = {(row, column): float(self._lp.matrix[row, column]) for row, column in self._entries}
        for (row, column), value in {**own, **entries}.items():
            self._highs.changeCoeff(row, column, value)
        self._entries = tuple(entries)
