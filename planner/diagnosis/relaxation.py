"""The least relaxation: which numbers would have to give, and by how much, for a plan to exist.

Every given gets a column for how far it moves, and the cost of a plan is replaced by the sum of all movements, each as
a share of its number: few and proportionate changes come first. A second solve, in which what did not move costs more,
gathers the changes on fewer addresses.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse

from planner.diagnosis.givens import Given
from planner.errors import Infeasible, SolverError, SolverLimit
from planner.highs import Optimum, solve_program
from planner.lp import Family, LinearProgram, Vector

#: A movement below this share of its number is none.
NOUGHT = 1e-7

#: Significant digits of the numbers that are proposed, rounded the way in which they move.
DIGITS = 4


class Deadline:
    """A moment by which a diagnosis is to be done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.perf_counter() + seconds

    @property
    def left(self) -> float:
        """Seconds left, at least a hundredth."""
        return max(self._end - time.perf_counter(), 0.01)

    @property
    def passed(self) -> bool:
        """True where it lies behind."""
        return time.perf_counter() >= self._end


@dataclass(frozen=True)
class Elastic:
    """The elastic program of a linear program: its `columns`, then one a given; its rows, then `bounds` of columns as rows."""

    program: LinearProgram
    givens: tuple[Given, ...]
    columns: int
    bounds: dict[int, int]
    sizes: Vector

    def bound_row(self, column: int) -> int:
        """The row that holds the upper bound of a column of the program."""
        return self.bounds[column]

    def moved(self, optimum: Optimum) -> Vector:
        """How far each given moves at an optimum, in the unit of the model."""
        return np.maximum(optimum.values[self.columns :], 0.0)

    def with_costs(self, costs: Vector, allowed: Collection[int] | None = None) -> LinearProgram:
        """The program with other costs of moving, and with only some givens allowed to move."""
        most = np.array([given.most for given in self.givens])
        if allowed is not None:
            most = np.where(np.isin(np.arange(len(most)), list(allowed)), most, 0.0)
        cost, upper = self.program.cost.copy(), self.program.col_upper.copy()
        cost[self.columns :], upper[self.columns :] = costs, most
        return dataclasses.replace(self.program, cost=cost, col_upper=upper)


@dataclass(frozen=True)
class Change:
    """A change of a number towards a plan, in the row's own unit; `operation` is `=`, or `*` for what stands already."""

    kind: str
    address: str
    year: int | None
    before: float
    after: float
    unit: str
    file: str
    line: int
    operation: str = "="

    @property
    def target(self) -> str:
        """The address with its year, as `--set` and `Instance.replace` take it."""
        return self.address if self.year is None else f"{self.address}@{self.year}"


def make_elastic(lp: LinearProgram, givens: list[Given]) -> Elastic:
    """The elastic program; what a bound of a column comes from becomes a row, so that it can give."""
    rows, columns, _ = lp.shape
    entries = [(row, columns + j, -by) for j, given in enumerate(givens) for row, by in given.rows.items()]
    bounded = list(dict.fromkeys(column for given in givens for column in given.columns))
    place = {column: rows + i for i, column in enumerate(bounded)}
    entries += [(place[column], column, 1.0) for column in bounded]
    entries += [(place[column], columns + j, -by) for j, given in enumerate(givens) for column, by in given.columns.items()]
    places = np.array([entry[:2] for entry in entries], np.int64).reshape(-1, 2).T
    coefficients = np.array([entry[2] for entry in entries], float)
    extra = sparse.csr_array((coefficients, tuple(places)), shape=(rows + len(bounded), columns + len(givens)))
    widened = sparse.csr_array((lp.matrix.data, lp.matrix.indices, lp.matrix.indptr), shape=(rows, columns + len(givens)))
    empty = sparse.csr_array((len(bounded), columns + len(givens)))
    matrix = sparse.csr_array(sparse.vstack([widened, empty]) + extra)
    matrix.sort_indices()
    upper = lp.col_upper.copy()
    upper[bounded] = math.inf
    program = dataclasses.replace(
        lp, cost=np.zeros(columns + len(givens)), offset=0.0, matrix=matrix,
        row_lower=np.concatenate([lp.row_lower, np.full(len(bounded), -math.inf)]),
        row_upper=np.concatenate([lp.row_upper, lp.col_upper[bounded]]),
        col_lower=np.concatenate([lp.col_lower, np.zeros(len(givens))]),
        col_upper=np.concatenate([upper, [given.most for given in givens]]),
        columns=(*lp.columns, Family("given", "", columns, [(given.address, given.year) for given in givens])),
        rows=(*lp.rows, Family("bound", "", rows, [(lp.column_names[column],) for column in bounded])),
    )  # fmt: skip
    return Elastic(program, tuple(givens), columns, place, _sizes(givens))


def _sizes(givens: list[Given]) -> Vector:
    """What a movement is measured by: the number, in the unit of the model, but no less than a hundredth of its row's largest.

    A number that is nought is measured by a thousandth of the largest of its kind and unit: it is dear to move.
    """
    sizes = np.array([abs(given.value * given.factor) for given in givens])
    by_row: dict[Any, float] = {}
    by_kind: dict[Any, float] = {}
    for given, size in zip(givens, sizes, strict=True):
        by_row[given.address] = max(by_row.get(given.address, 0.0), size)
        by_kind[given.kind, given.unit] = max(by_kind.get((given.kind, given.unit), 0.0), size)
    floors = np.array([max(by_row[g.address] / 100, by_kind[g.kind, g.unit] / 1000) for g in givens])
    found = np.maximum(sizes, floors)
    return np.where(found > 0, found, 1e-3)


def relax(elastic: Elastic, deadline: Deadline) -> Optimum:
    """The least movement of all givens. Raises Infeasible where no movement helps, SolverLimit at the deadline."""
    first = _solve(elastic.with_costs(1 / elastic.sizes), deadline)
    shares = elastic.moved(first) / elastic.sizes
    by_address: dict[str, float] = {}
    for given, share in zip(elastic.givens, shares, strict=True):
        by_address[given.address] = by_address.get(given.address, 0.0) + float(share)
    if sum(total > NOUGHT for total in by_address.values()) < 2:
        return first
    total = sum(by_address.values())
    weights = np.array([1 / (0.02 + by_address[given.address] / total) for given in elastic.givens])
    return _solve(elastic.with_costs(weights / elastic.sizes), deadline, first)


def mends_alone(elastic: Elastic, address: str, deadline: Deadline, start: Optimum | None) -> list[Change]:
    """The changes of one row of the instance that make a plan possible with all else as it is; none where that is not enough."""
    allowed = {j for j, given in enumerate(elastic.givens) if given.address == address}
    program = elastic.with_costs(1 / elastic.sizes, allowed)
    try:
        return changes(elastic, _solve(program, deadline, start))
    except Infeasible:
        return []


def _solve(program: LinearProgram, deadline: Deadline, start: Optimum | None = None) -> Optimum:
    """An optimum, from a basis where that leads to one, or else from nothing."""
    try:
        return solve_program(program, "simplex", time_limit=deadline.left, start=start.basis if start else None)
    except (Infeasible, SolverLimit):
        raise
    except SolverError:
        return solve_program(program, "simplex", time_limit=deadline.left)


def changes(elastic: Elastic, optimum: Optimum) -> list[Change]:
    """What the movements of an optimum make of the numbers, rounded outwards so that a plan exists for sure."""
    moved = elastic.moved(optimum)
    found = []
    for given, by, size in zip(elastic.givens, moved, elastic.sizes, strict=True):
        if by > NOUGHT * size:
            moved_by = given.way * by / given.factor
            after = outwards(given.value + moved_by * (1 + 1e-6), given.way)
            after = max(after, 0.0) if given.most < math.inf else after
            operation = "*" if given.kind == "existing" else "="
            where = (given.unit, given.file, given.line)
            found.append(Change(given.kind, given.address, given.year, given.value, after, *where, operation))
    return found


def outwards(value: float, way: int) -> float:
    """A value rounded to a few digits, up or down."""
    if value == 0:
        return 0.0
    digits = DIGITS - 1 - math.floor(math.log10(abs(value)))
    scaled = value * 10.0**digits
    nearest = round(scaled)
    if abs(scaled - nearest) >= 1e-4 or (nearest - scaled) * way < 0:
        nearest = math.ceil(scaled) if way > 0 else math.floor(scaled)
    return float(f"{nearest / 10.0**digits:.12g}")
