"""The flow of money through a plan at its own prices: who pays whom for what, at every row and column of the program.

At an optimum a column in use earns at the duals exactly what it pays at them, its cost and the rent of its bound included;
and a row with a dual passes on to its suppliers what its users pay, its own bound included. Where c is the cost, A the
matrix, y the duals, d = c - A'y the reduced costs, b the binding bounds and u the column's:

    column j:  sum of A_ij y_i x_j over rows that pay it = sum of -A_ij y_i x_j over rows that it pays + c_j x_j - min(d_j, 0) u_j
    row i:     the same sums over columns, and y_i b_i: positive, paid from outside (a demand); negative, a rent (a limit)

All amounts are in GUSD at the base year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import spsolve_triangular

from planner.highs import TOLERANCE, Optimum
from planner.lp import Family, LinearProgram, Vector

#: A coefficient of a vintage's share that is smaller is what rounding leaves of a share of nought.
_ROUNDING = 1e-11


@dataclass(frozen=True)
class Flows:
    """What each column earns from and pays to each row, and what each pays to and takes from outside the program.

    Shapes: `earned` and `paid` rows by columns, no entry negative; `rent` and `asked` one a row: what its bound takes, and
    what is paid for it from outside; `bound_rent` one a column: what the most that it may be takes.
    """

    earned: Any
    paid: Any
    rent: Vector
    asked: Vector
    bound_rent: Vector
    values: Vector


def flows(program: LinearProgram, optimum: Optimum) -> Flows:
    """The money that moves at an optimum; what is used by no more than the solver's tolerance is not used.

    The capacity that stands is written in the program from one model year to the next. Here each vintage is paid
    directly for the years in which it stands (see `_by_vintage`), or else old vintages would pass for the new.
    """
    matrix, duals, lower, upper = _by_vintage(program, optimum.duals)
    reduced = program.cost - program.matrix.T @ optimum.duals
    values = np.where(np.abs(optimum.values) > TOLERANCE, optimum.values, 0.0)
    money = sparse.coo_array(matrix)
    moved = money.data * duals[money.row] * values[money.col]
    earned, paid = (
        sparse.csr_array((sign * moved[mask], (money.row[mask], money.col[mask])), shape=matrix.shape)
        for sign, mask in ((1, moved > 0), (-1, moved < 0))
    )
    bound = np.where(duals > 0, lower, upper)
    at_bound = np.where(np.isfinite(bound), bound, 0.0) * duals
    most = np.where(np.isfinite(program.col_upper), program.col_upper, 0.0)
    held = np.isfinite(program.col_upper) & (values >= most - TOLERANCE * (1 + most)) & (reduced < 0)
    return Flows(
        earned,
        paid,
        rent=np.maximum(-at_bound, 0.0),
        asked=np.maximum(at_bound, 0.0),
        bound_rent=np.where(held, -reduced * values, 0.0),
        values=values,
    )


def _by_vintage(program: LinearProgram, duals: Vector) -> tuple[Any, Vector, Vector, Vector]:
    """Matrix, duals and bounds with (F1) solved for what stands: installed = existing + sum of shares of vintages.

    With R the coefficients of `installed` in (F1), its rows are multiplied by the inverse of R and their duals by R': no
    column's worth changes, and what was the price of owning a unit from a year on becomes the rent of that year.
    """
    entries, duals = sparse.coo_array(program.matrix), duals.copy()
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    parts = [(entries.data, entries.row, entries.col)]
    replaced = np.zeros(program.matrix.shape[0], bool)
    for rows in program.rows:
        stands = _installed(program, rows)
        if stands is None:
            continue
        own = program.matrix[rows.rows]
        chain = sparse.csr_array(own[:, stands.rows])
        duals[rows.rows] = chain.T @ duals[rows.rows]
        given = program.row_lower[rows.rows]
        solved = spsolve_triangular(chain, given)
        lower[rows.rows] = upper[rows.rows] = np.where(np.abs(solved) > _ROUNDING * (1 + np.abs(given)), solved, 0.0)
        used = np.unique(own.indices)
        whole = spsolve_triangular(chain, own[:, used].toarray())
        row, col = np.nonzero(np.abs(whole) > _ROUNDING)
        parts.append((whole[row, col], row + rows.start, used[col]))
        replaced[rows.rows] = True
    kept = ~replaced[entries.row]
    parts[0] = (entries.data[kept], entries.row[kept], entries.col[kept])
    data, row, col = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return sparse.csr_array((data, (row, col)), shape=program.matrix.shape), duals, lower, upper


def _installed(program: LinearProgram, rows: Family) -> Family | None:
    """The columns for which the rows of (F1) of a block are solved; None for other rows, or where someone fixed some."""
    block, _, name = rows.name.partition(".")
    if name != "standing_capacity" or not rows.index:
        return None
    found = next((family for family in program.columns if family.name == f"{block}.installed"), None)
    return found if found is not None and list(found.index) == list(rows.index) else None
