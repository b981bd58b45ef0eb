"""The part of a program in which nothing happens, at the prices of the part in which something does.

(W1) loss of a unit = least sum of d_j x_j over the idle columns j, x of the unit = 1, every idle row at its bound or inside it

d_j is the reduced cost of a column at the prices of the rows in use. A row is idle where every column in it is nought.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from planner.errors import Infeasible, Unbounded
from planner.highs import Basis, Optimum, solve_program
from planner.lp import LinearProgram, Vector
from planner.plan import Plan
from planner.repeated import Repeated

#: What is less than this, in the units of the program, is nought.
NOUGHT = 1e-9

#: Steps towards the output at which a unit breaks even; the loss is piecewise linear in it and a few are enough.
_MOST_STEPS = 12


@dataclass(frozen=True)
class Unit:
    """What one more unit of something would lose in GUSD, what its mass costs, and the basis of its support."""

    loss: float
    mass: float
    basis: Basis | None


class Idle:
    """What stands idle in a plan: `values` and `reduced` costs of all columns, and what a unit of an idle column would lose."""

    def __init__(self, program: LinearProgram, plan: Plan) -> None:
        self.program, self.values, duals = program, plan.optimum.values, plan.optimum.duals
        self.reduced = program.cost - program.matrix.T @ duals
        active = np.abs(self.values) > NOUGHT
        untouched = (abs(program.matrix) @ active.astype(float)) == 0
        at_bound = (np.abs(program.row_lower) <= NOUGHT) | (np.abs(program.row_upper) <= NOUGHT)
        self._rows = rows = np.flatnonzero(untouched & at_bound)
        self._prices = duals.copy()
        self._prices[rows] = 0.0
        self._worth = program.cost - program.matrix.T @ self._prices
        within = program.matrix[rows]
        self._columns = columns = np.flatnonzero((np.diff(within.tocsc().indptr) > 0) & ~active)
        self._place = {int(column): place for place, column in enumerate(columns)}
        self._part = replace(
            program, cost=self._worth[columns], offset=0.0, matrix=within[:, columns].tocsr(),
            row_lower=np.where(np.abs(program.row_lower[rows]) <= NOUGHT, 0.0, -np.inf),
            row_upper=np.where(np.abs(program.row_upper[rows]) <= NOUGHT, 0.0, np.inf),
            col_lower=np.zeros(len(columns)), col_upper=np.where(program.col_upper[columns] <= NOUGHT, 0.0, np.inf),
            columns=(), rows=(), quantity_matrix=None, quantity_offset=np.zeros(0), quantities={},
        )  # fmt: skip
        self._goods = _rows_of(program, "goods_balance")

    def is_idle(self, column: int) -> bool:
        """True where nothing of a column is in the plan."""
        return bool(abs(self.values[column]) <= NOUGHT)

    @cached_property
    def _solver(self) -> Repeated:
        return Repeated(self._part)

    def unit(self, column: int) -> Unit:
        """(W1) for one unit of a column. Raises Infeasible where nothing could hold it up."""
        if column not in self._place:
            return Unit(float(self._worth[column]), self._mass(column, self._prices), None)
        found = self._solver.solve({self._may_be_one(column): (1.0, 1.0)})
        return Unit(found.objective, self._mass(column, self._all_prices(found)), found.basis)

    def better(self, column: int, own: Any, balance: str, unit: Unit) -> float:
        """The share by which the output of the unit's own columns into a balance would have to rise for it to lose nothing.

        What a unit loses is concave and piecewise linear in that share: each tangent's root is no nearer than the loss's own.
        Not a number where it has no such columns, where no output would do, or where other units would be ordered before.
        """
        places = np.array([self._place[j] for j in own if j in self._place], int)
        if not len(places) or column not in self._place:
            return float("nan")
        mine = np.zeros(len(self._columns))
        mine[places] = 1.0
        output = _rows_of(self.program, balance)
        made = self.program.matrix[output][:, self._columns].multiply(mine[None, :]).tocsr()
        in_part = np.isin(self._rows, output)
        by_part = self._part.matrix.multiply(mine[None, :]).multiply(in_part[:, None]).tocsr()
        share, loss, start = 0.0, unit.loss, unit.basis
        for _ in range(_MOST_STEPS):
            part = replace(
                self._part,
                cost=self._part.cost - share * (made.T @ self._prices[output]),
                matrix=(self._part.matrix + share * by_part).tocsr(),
            )
            try:
                found = self._with_one(part, column, start)
            except Unbounded:
                break
            loss, start = found.objective, found.basis
            earned = float(self._all_prices(found)[output] @ (made @ found.values))
            if abs(loss) <= 1e-9 * (1 + abs(unit.loss)):
                return share
            if earned <= 0:
                break
            share += loss / earned
        return float("nan")

    def _with_one(self, part: LinearProgram, column: int, start: Basis | None) -> Optimum:
        place = self._may_be_one(column)
        lower, upper = part.col_lower.copy(), part.col_upper.copy()
        lower[place] = upper[place] = 1.0
        return solve_program(replace(part, col_lower=lower, col_upper=upper), "simplex", start=start)

    def _may_be_one(self, column: int) -> int:
        """The place of a column in (W1). Raises Infeasible where it may not be ordered."""
        place = self._place[column]
        if self._part.col_upper[place] == 0:
            raise Infeasible("it may not be ordered")
        return place

    def _all_prices(self, found: Optimum) -> Vector:
        prices = self._prices.copy()
        prices[self._rows] = found.duals
        return prices

    def _mass(self, column: int, prices: Vector) -> float:
        """What the goods for one unit of a column cost."""
        uses = self.program.matrix[self._goods][:, [column]].toarray()[:, 0]
        return float(-(prices[self._goods] @ uses))


def _rows_of(program: LinearProgram, name: str) -> Any:
    family = program.row_family(name)
    return np.arange(0) if family is None else np.arange(family.start, family.start + len(family.index))
