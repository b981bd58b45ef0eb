"""An irreducible conflict: rows and bounds that cannot hold together, and of which none can be spared.

The duals of the least relaxation prove that no plan exists, and they need few rows for it. Among those the solver looks
for an irreducible conflict; where it finds none in time, numbers are let go one after the other: one that can go while
there is still no plan had no part in the conflict.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from planner.diagnosis.givens import Given
from planner.diagnosis.relaxation import NOUGHT, Deadline, Elastic, unless_interrupted
from planner.errors import SolverError
from planner.highs import Optimum, irreducible_conflict, solve_program
from planner.lp import Family, LinearProgram

#: A dual no larger than this takes no part in the proof that there is no plan.
_NO_PART = 1e-9

#: The longest share of the time left that the solver may look.
_SHARE_OF_TIME = 0.3


@dataclass(frozen=True)
class Conflict:
    """The numbers that conflict, and the names of the rows in which they meet; `irreducible` unless time ran out."""

    givens: tuple[Given, ...]
    rows: tuple[str, ...]
    irreducible: bool


def find_conflict(elastic: Elastic, optimum: Optimum, deadline: Deadline) -> Conflict:
    """The conflict behind the least relaxation `optimum`."""
    proof = np.flatnonzero(np.abs(optimum.duals) > _NO_PART)
    try:
        part, _ = irreducible_conflict(_part(elastic, proof), max(deadline.left * _SHARE_OF_TIME, 0.1))
    except SolverError as error:
        unless_interrupted(error)
        part = []
    if part:
        rows = [int(proof[i]) for i in part]
        return _named(elastic, rows, [g for g in elastic.givens if _enters(elastic, g, set(rows))], True)
    proving = {int(row) for row in proof}
    members = [j for j, given in enumerate(elastic.givens) if _enters(elastic, given, proving)]
    kept, done = filter_out(elastic, members, deadline)
    return _named(elastic, sorted(proving), [elastic.givens[j] for j in kept], done)


def filter_out(elastic: Elastic, members: list[int], deadline: Deadline) -> tuple[list[int], bool]:
    """The deletion filter: those of the givens `members` that conflict, with all others let go; and whether all were tried."""
    free = np.ones(len(elastic.givens), bool)
    free[members] = False
    for tried, j in enumerate(members):
        if deadline.passed:
            return [i for i in members[:tried] if not free[i]] + members[tried:], False
        free[j] = True
        costs = np.where(free, 0.0, 1 / elastic.sizes)
        try:
            feasible = solve_program(elastic.with_costs(costs), "simplex", time_limit=deadline.left).objective <= NOUGHT
        except SolverError as error:
            unless_interrupted(error)
            return [i for i in members if not free[i] or i == j], False
        free[j] = not feasible
    return [j for j in members if not free[j]], True


def _part(elastic: Elastic, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> LinearProgram:
    """Some rows of the elastic program, in which nothing gives."""
    lp = elastic.program
    kept = slice(elastic.columns)
    return dataclasses.replace(
        lp, cost=np.zeros(elastic.columns), matrix=lp.matrix[rows][:, : elastic.columns].tocsr(),
        row_lower=lp.row_lower[rows], row_upper=lp.row_upper[rows], col_lower=lp.col_lower[kept], col_upper=lp.col_upper[kept],
        rows=(Family("row", "", 0, [(int(row),) for row in rows]),), columns=lp.columns[:-1],
    )  # fmt: skip


def _enters(elastic: Elastic, given: Given, rows: set[int]) -> bool:
    """True where the number is the bound of one of the rows: the first row that it moves, or that its year has."""
    return any(row in rows for row in given.rows) or any(elastic.bound_row(column) in rows for column in given.columns)


def _named(elastic: Elastic, rows: list[int], givens: list[Given], irreducible: bool) -> Conflict:
    names, held = elastic.program.row_names, set(rows)
    return Conflict(tuple(_narrowed(elastic, given, held) for given in givens), tuple(names[row] for row in rows), irreducible)


def _narrowed(elastic: Elastic, given: Given, rows: set[int]) -> Given:
    """The number about those alone whose rows take part: one that names no workload is about all of them."""
    about = {
        (kind, position): item
        for (kind, position), item in given.about.items()
        if (position if kind == "row" else elastic.bound_row(position)) in rows
    }
    return dataclasses.replace(given, about=about or given.about)
