"""The directions in which an optimum may move: every row and column at a bound stays there or goes inside, all else is free."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from planner.highs import BASIC, LOWER, UPPER, Basis
from planner.lp import LinearProgram, Vector

#: What is less than this, in the units of the program, is zero.
NOUGHT = 1e-9


def cone(program: LinearProgram, values: Vector, basis: Basis) -> LinearProgram:
    """The program of the directions from an optimum, with the program's costs; its rows and columns have no names."""
    row_lower, row_upper = _open(program.matrix @ values, program.row_lower, program.row_upper, basis.rows)
    col_lower, col_upper = _open(values, program.col_lower, program.col_upper, basis.columns)
    return replace(
        program, offset=0.0, row_lower=row_lower, row_upper=row_upper, col_lower=col_lower, col_upper=col_upper,
        columns=(), rows=(), quantity_matrix=None, quantity_offset=np.zeros(0), quantities={},
    )  # fmt: skip


def _open(values: Vector, lower: Vector, upper: Vector, status: Any) -> tuple[Vector, Vector]:
    """The bounds of a direction: zero on the side where a value is at its bound, none where it is not."""
    fixed = (lower == upper) & (status != BASIC)
    below = _reached(values, lower) | (status == LOWER) | fixed
    above = _reached(values, upper) | (status == UPPER) | fixed
    return np.where(below & np.isfinite(lower), 0.0, -np.inf), np.where(above & np.isfinite(upper), 0.0, np.inf)


def _reached(values: Vector, bound: Vector) -> Any:
    """Where a value is at its bound, to the accuracy of a solver."""
    return np.abs(values - bound) <= NOUGHT * np.maximum(1.0, np.abs(np.where(np.isfinite(bound), bound, 0.0)))
