"""A linear program without what cannot run while some of its columns are held at nought, and the prices that let them go.

Where nothing is built nothing stands, and what does not stand does not run: columns that are held at nought force others to
nought through rows such as `run <= availability * in_service`, and such rows say nothing more. What is left is a program of its
own, narrower and shorter. From its prices a second program, of the idle columns and rows alone, tells which of the held columns
would pay; without one, the two optimal bases side by side are an optimal basis of the whole.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from planner.highs import BASIC, LOWER, Basis, Optimum
from planner.lp import LinearProgram, Vector, canonical

logger = logging.getLogger("planner.highs")

Mask = NDArray[np.bool_]

#: Some rows or columns: a mask of all, or their numbers.
Places = NDArray[np.bool_] | NDArray[np.integer]

#: Solves a program from a basis, or cold where there is none.
Solve = Callable[[LinearProgram, Basis | None], Optimum]

#: A basis of the first narrow program, of which the rows in the whole are given, to go on from; None to begin cold.
Begin = Callable[[LinearProgram, Mask], Basis | None]

#: How often held columns are let go by prices, at most; five rounds were the most that a shipped instance took.
_MOST_ROUNDS = 20

#: How much of each held column the second program may take: all that pay take some, and none without end.
_TRIED = 1.0

#: A held column that takes no more does not pay.
_NOTHING = 1e-9


def idle(lp: LinearProgram, held: Mask) -> tuple[Mask, Mask]:
    """The columns that must be nought where the held ones are, without these, and the rows that then say nothing.

    Idle rows have entries of idle and held columns alone.
    """
    by_column = sparse.csc_array(lp.matrix)
    lower, upper = np.where(held, 0.0, lp.col_lower), np.where(held, 0.0, lp.col_upper)
    column = np.repeat(np.arange(len(held)), np.diff(by_column.indptr))
    # An entry keeps its row from being forced to its least (greatest) activity of nought where it may fall below (rise above) it.
    positive = by_column.data > 0
    least, greatest = (np.where(positive, a[column], b[column]) != 0 for a, b in ((lower, upper), (upper, lower)))
    rows = lp.matrix.shape[0]
    entries, falls, rises = (np.bincount(by_column.indices, which, rows) for which in (None, least, greatest))
    nought, silent, fresh = held.copy(), np.zeros(rows, bool), np.flatnonzero(held)
    some = entries > 0
    while fresh.size:
        places = _entries(by_column.indptr, fresh)
        row = by_column.indices[places]
        for count, counted in ((entries, None), (falls, least), (rises, greatest)):
            count -= np.bincount(row, None if counted is None else counted[places], rows).astype(count.dtype)
        forced = ~silent & (entries > 0) & (((falls == 0) & (lp.row_upper == 0)) | ((rises == 0) & (lp.row_lower == 0)))
        silent |= forced | (some & (entries == 0) & (lp.row_lower <= 0) & (lp.row_upper >= 0))
        fresh = np.unique(lp.matrix.indices[_entries(lp.matrix.indptr, np.flatnonzero(forced))])
        fresh = fresh[~nought[fresh]]
        nought[fresh] = True
    return nought & ~held, silent


def _entries(starts: NDArray[np.integer], wanted: NDArray[np.integer]) -> NDArray[np.integer]:
    """The places of all entries of the wanted rows of a CSR matrix, or columns of a CSC one."""
    lengths = starts[wanted + 1] - starts[wanted]
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts[wanted] - before, lengths) + np.arange(lengths.sum())


def part(lp: LinearProgram, rows: Places, columns: Places, cost: Vector) -> LinearProgram:
    """The program of some rows and columns, without names and quantities."""
    return LinearProgram(
        cost=cost[columns], offset=0.0, matrix=canonical(lp.matrix[rows][:, columns]),
        row_lower=lp.row_lower[rows], row_upper=lp.row_upper[rows],
        col_lower=lp.col_lower[columns], col_upper=lp.col_upper[columns],
        columns=(), rows=(), quantity_matrix=None, quantity_offset=np.zeros(0),
    )  # fmt: skip


def widened_basis(lp: LinearProgram, held: Mask, solve: Solve, begin: Begin = lambda narrow, rows: None) -> Basis:
    """A basis of the whole program, found while columns are held at nought.

    It is optimal unless rounds ran out. Held columns must have a lower bound of nought. Raises what `solve` and `begin` raise;
    Infeasible where no plan holds them all.
    """
    columns, rows = np.full(len(held), LOWER, np.int8), np.full(lp.matrix.shape[0], BASIC, np.int8)
    for number in range(_MOST_ROUNDS):
        asleep, silent = idle(lp, held)
        left_out = asleep | held
        awake, heard = ~left_out, ~silent
        narrow = part(lp, heard, awake, lp.cost)
        found = solve(narrow, Basis(columns[awake], rows[heard]) if number else begin(narrow, heard))
        assert found.basis is not None
        columns[awake], rows[heard] = found.basis.columns, found.basis.rows
        prices = np.zeros(len(rows))
        prices[heard] = found.duals
        rest = part(lp, silent, left_out, lp.cost - lp.matrix.T @ prices)
        paying, basis = _paying(rest, held[left_out], solve)
        columns[left_out], rows[silent] = basis.columns, basis.rows
        logger.debug(
            "round %d: %s of %s rows, %s iterations to %r; %s of %s held columns would pay", number + 1, len(narrow.row_lower),
            len(rows), found.iterations, found.objective + lp.offset, paying.sum(), held.sum(),
        )  # fmt: skip
        if not paying.any():
            break
        held = held.copy()
        held[np.flatnonzero(left_out)[paying]] = False
    return Basis(columns, rows)


def _paying(rest: LinearProgram, held: Mask, solve: Solve) -> tuple[Mask, Basis]:
    """Which of the held columns of a program pay, and its optimal basis where all of them are nought."""

    def within(most: float) -> Optimum:
        return solve(replace(rest, col_upper=np.where(held, np.minimum(rest.col_upper, most), rest.col_upper)), None)

    found = within(_TRIED)
    paying = held & (found.values > _NOTHING)
    if paying.any():
        found = within(0.0)
    assert found.basis is not None
    columns = np.where(held & (found.basis.columns != BASIC), LOWER, found.basis.columns).astype(np.int8)
    return paying, Basis(columns, found.basis.rows)
