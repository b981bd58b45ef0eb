"""The directions in which a plan may move, and what moving costs: the derivatives of the least cost at an optimum.

(W1) loss of a unit = least sum of c_j d_j over the directions d in which the unit is 1

(W2) growth of the least cost as numbers change = dc . x + least c . d over the directions d, their bounds moved by db - dA . x

A direction changes the columns such that every row and column that is at a bound stays there or goes inside; what is
between its bounds may go either way. By duality the loss is the greatest reduced cost of the unit at any of the prices that
go with the plan, so the unit enters once its cost falls by more than that, also where these prices are not unique.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from planner.cone import NOUGHT, cone
from planner.errors import Infeasible, PlannerError, SolverError, SolverLimit, Unbounded
from planner.highs import BASIC, Basis, Optimum, solve_program
from planner.lp import LinearProgram, Vector
from planner.plan import Plan
from planner.recorded import Change
from planner.repeated import Repeated

#: Steps towards the share at which a unit breaks even; the loss is piecewise linear in it and a few are enough.
_MOST_STEPS = 15

#: Past this many times more output, output is not what is missing.
_MOST_OUTPUT = 1000.0


@dataclass(frozen=True)
class Unit:
    """What one more unit of something would lose in GUSD, what it is made with it, and the basis of that direction."""

    loss: float
    direction: Vector
    duals: Vector
    basis: Basis


class Directions:
    """The directions from a plan: the `values` of all columns, and what a unit of an idle one would lose.

    `least` is what a unit of each loses at least: the greatest of its reduced costs at all prices that were found so far.
    """

    def __init__(self, program: LinearProgram, plan: Plan) -> None:
        if plan.basis is None:
            raise PlannerError(f"{plan.optimum.method} gave no basis to start from: use any method but pdlp")
        self.program, self.values, self._basis = program, plan.optimum.values, plan.basis
        self.least = program.cost - program.matrix.T @ plan.optimum.duals
        self._cone = cone(program, self.values, plan.basis)
        self._solver = Repeated(self._cone)

    def is_idle(self, column: int) -> bool:
        """True where nothing of a column is in the plan."""
        return bool(abs(self.values[column]) <= NOUGHT)

    def unit(self, column: int) -> Unit:
        """(W1) for one unit of a column. Raises Infeasible where it may not be ordered or nothing could hold it up."""
        if self._cone.col_upper[column] == 0:
            raise Infeasible("it may not be ordered")
        try:
            found = self._solver.solve(self._basis, {column: (1.0, 1.0)})
        except SolverLimit:
            raise
        except SolverError:
            lower, upper = self._cone.col_lower.copy(), self._cone.col_upper.copy()
            lower[column] = upper[column] = 1.0
            found = solve_program(replace(self._cone, col_lower=lower, col_upper=upper), "simplex")
        self.least = np.maximum(self.least, self.program.cost - self.program.matrix.T @ found.duals)
        return _unit(found)

    def slope(self, change: Change) -> float:
        """(W2): by how much the least cost grows in GUSD, to first order, as the program's numbers change by so much.

        Infinite where no plan follows the change.
        """
        part, used = self._cone, change.matrix @ self.values
        rows = (
            np.where(np.isfinite(part.row_lower), change.row_lower - used, -np.inf),
            np.where(np.isfinite(part.row_upper), change.row_upper - used, np.inf),
        )
        at_low, at_high = (np.isfinite(bound) for bound in (part.col_lower, part.col_upper))
        moved = np.flatnonzero((at_low & (change.col_lower != 0)) | (at_high & (change.col_upper != 0)))
        columns = {
            int(j): (
                change.col_lower[j] if at_low[j] else -np.inf,
                change.col_upper[j] if at_high[j] else np.inf,
            )
            for j in moved
        }
        try:
            found = self._solver.solve(self._basis, columns, rows)
        except Infeasible:
            return float("inf")
        return float(change.cost @ self.values + change.offset + found.objective)

    def lighter(self, column: int, unit: Unit) -> float:
        """The share by which a unit's goods would have to fall for it to lose nothing; not a number where none would do."""
        goods = self._entries("goods_balance", [column, *self._kept(column)])
        changes = {at: -value for at, value in goods.items()}
        return self._share(
            lambda entries, start: self._solver.solve(start, {column: (1.0, 1.0)}, entries=entries), changes, unit, 1.0
        )

    def _kept(self, column: int) -> list[int]:
        """The columns of what is in service of the same in the same year, whose spares are of that year's make."""
        own = next(family for family in self.program.columns if family.rows.start <= column < family.rows.stop)
        technology, site, year = own.index[column - own.start]
        name = f"{own.name.removesuffix('.build')}.in_service"
        return [
            family.start + member
            for family in self.program.columns
            if family.name == name
            for member, labels in enumerate(family.index)
            if labels[:2] == (technology, site) and labels[-1] == year
        ]

    def better(self, columns: list[int], own: list[int], balance: str) -> float:
        """The share by which the output of their `own` columns into a balance would have to rise for any of `columns` to enter.

        A unit of them in any mix is asked for, since all share what is their own. Not a number where no output would do.
        """
        changes = self._entries(balance, own)
        if not changes:
            return float("nan")
        together = csr_array((np.ones(len(columns)), columns, [0, len(columns)]), shape=(1, len(self.values)))
        mix = replace(
            self._cone, matrix=vstack([self._cone.matrix, together], "csr"),
            row_lower=np.append(self._cone.row_lower, 1.0), row_upper=np.append(self._cone.row_upper, 1.0),
        )  # fmt: skip
        solver = Repeated(mix)
        try:
            first = _unit(solver.solve(Basis(self._basis.columns, np.append(self._basis.rows, np.int8(BASIC)))))
        except SolverLimit:
            raise
        except (Infeasible, Unbounded, SolverError):
            return float("nan")
        return self._share(lambda entries, start: solver.solve(start, entries=entries), changes, first, _MOST_OUTPUT)

    def _entries(self, rows: str, columns: list[int]) -> dict[tuple[int, int], float]:
        """The entries of the matrix in a family of rows and in these columns."""
        family = self.program.row_family(rows)
        if family is None or not columns:
            return {}
        block = self.program.matrix[family.start : family.start + len(family.index)][:, columns].tocoo()
        return {
            (family.start + int(i), columns[j]): float(value)
            for i, j, value in zip(block.row, block.col, block.data, strict=True)
        }

    def _share(
        self,
        solve: Callable[[dict[tuple[int, int], float], Basis], Optimum],
        changes: dict[tuple[int, int], float],
        unit: Unit,
        most: float,
    ) -> float:
        """The share of these changes at which a unit loses nothing; not a number where there is none up to `most`."""
        if not changes:
            return float("nan")
        rows, columns = np.array(list(changes)).T
        now = {at: float(self.program.matrix[at]) for at in changes}
        amounts = np.array(list(changes.values()))

        def unit_at(share: float) -> Unit:
            return _unit(solve({at: now[at] + share * change for at, change in changes.items()}, unit.basis))

        def slope(found: Unit) -> float:
            return float(found.duals[rows] @ (amounts * found.direction[columns]))

        try:
            return _root(unit_at, slope, unit, most)
        except SolverLimit:
            raise
        except (Infeasible, Unbounded, SolverError):
            return float("nan")


def _root(unit_at: Callable[[float], Unit], slope: Callable[[Unit], float], unit: Unit, most: float) -> float:
    """Where a unit's loss, which falls as the share rises, is nought: by tangents, within what is known to be on either side."""
    share, found, low, high = 0.0, unit, 0.0, np.inf
    for _ in range(_MOST_STEPS):
        earned = slope(found)
        tangent = share + found.loss / earned if earned > 0 else np.inf
        inside = low < tangent < high
        if not inside and high == np.inf:
            return float("nan")
        share = tangent if inside else (low + high) / 2
        if share > most:
            if low == most:
                return float("nan")
            share = most
        found = unit_at(share)
        if abs(found.loss) <= NOUGHT * (1 + abs(unit.loss)):
            return share
        low, high = (share, high) if found.loss > 0 else (low, share)
    return float("nan")


def _unit(found: Optimum) -> Unit:
    assert found.basis is not None  # the simplex method has one
    return Unit(found.objective, found.values, found.duals, found.basis)
