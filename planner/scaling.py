"""Units for the rows and columns of a program in which its coefficients are near one.

A program means the same in other units: GW or MW, GUSD or USD. What is small must therefore be measured in units that the
program itself suggests. Row i is multiplied by `rows[i]` and column j stands for `columns[j]` of itself, so that

    rows[i] * |matrix[i, j]| * columns[j] is near 1      geometric means, alternating between rows and columns

A price of a row is then worth y[i] / rows[i], an amount of a column x[j] / columns[j].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.lp import LinearProgram, Vector

#: Passes over rows and columns; more change the units by less than a factor of two on every shipped instance.
_PASSES = 4


@dataclass(frozen=True)
class Scaling:
    """The factor of each row and of each column, all above zero."""

    rows: Vector
    columns: Vector


def scaling(lp: LinearProgram) -> Scaling:
    """The units of a program; a row or column without coefficients keeps its own."""
    matrix = lp.matrix
    rows, columns = matrix.shape
    own = matrix.data != 0
    of_row, of_column = np.repeat(np.arange(rows), np.diff(matrix.indptr))[own], matrix.indices[own]
    sizes = np.log2(np.abs(matrix.data[own]))
    in_row, in_column = (np.maximum(np.bincount(of, minlength=n), 1) for of, n in ((of_row, rows), (of_column, columns)))
    by_row, by_column = np.zeros(rows), np.zeros(columns)
    for _ in range(_PASSES):
        by_row = -np.bincount(of_row, sizes + by_column[of_column], rows) / in_row
        by_column = -np.bincount(of_column, sizes + by_row[of_row], columns) / in_column
    return Scaling(np.exp2(by_row), np.exp2(by_column))
