"""The least relaxation: which numbers would have to give, and by how much, for a plan to exist.

Every given gets columns for how far it moves, and the cost of a plan is replaced by the sum of all movements, each as
a share of its number: few and proportionate changes come first. A cut is dearer the nearer it comes to nought, since a
demand that is halved is as great a change as a limit that is doubled. A second solve, in which what did not move costs
more, gathers the changes on fewer addresses. Every program solved here has a plan, so that none has to be proved to have
none; and only costs change from one to the next, so that each goes on from the last.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from planner.diagnosis.givens import Given
from planner.errors import Infeasible, SolverError, SolverLimit
from planner.highs import TOLERANCE, Optimum, solve_program
from planner.instance.rows import place_in_words
from planner.lp import Family, LinearProgram, Vector
from planner.parameters import FIRST_CALENDAR_YEAR

#: A movement below this share of its number is none.
NOUGHT = 1e-7

#: Pieces of a cut: up to which share of the number each goes, and what a share of it costs there. Cutting to one part in r
#: costs about r - 1, as raising r times does.
_CUTS = ((0.1, 1.1), (0.5, 2.2), (0.75, 8.0), (0.9, 40.0), (0.96, 240.0), (1.0, 1500.0))

#: Significant digits of the numbers that are proposed, rounded the way in which they move.
DIGITS = 4

#: The digits that are tried where fewer leave no plan, and those to the nearest that stand for a number as it is.
_MORE_DIGITS, ALL_DIGITS = (6, 9), 12


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


def unless_interrupted(error: SolverError) -> None:
    """Raise an error again where someone stopped the solver: nothing more is to be tried then."""
    if isinstance(error, SolverLimit) and error.interrupted:
        raise error


@dataclass(frozen=True)
class Elastic:
    """A linear program that gives way: its `columns`, then those of the givens; its rows, then `bounds` of columns as rows.

    `owners` has the given that each further column moves, by position, and `slopes` what a unit of it costs, as a
    multiple of the cost of moving the given; `sizes` is what the movement of each given is measured by.
    """

    program: LinearProgram
    givens: tuple[Given, ...]
    columns: int
    bounds: dict[int, int]
    sizes: Vector
    owners: NDArray[np.int64]
    slopes: Vector

    @property
    def first_pieces(self) -> NDArray[np.int64]:
        """The first of the further columns of each given."""
        return np.unique(self.owners, return_index=True)[1]

    def bound_row(self, column: int) -> int:
        """The row that holds the upper bound of a column of the program."""
        return self.bounds[column]

    def moved(self, optimum: Optimum) -> Vector:
        """How far each given moves at an optimum, in the unit of the model."""
        moved = np.maximum(optimum.values[self.columns :], 0.0)
        return np.bincount(self.owners, moved, len(self.givens)).astype(float)

    def relaxing(self, j: int) -> bool:
        """True where a given only ever gives room, however far it moves: no row or column is held tighter for it."""
        lp, given = self.program, self.givens[j]
        free = all(not np.isfinite((lp.row_lower if by > 0 else lp.row_upper)[row]) for row, by in given.rows.items())
        return free and all(by > 0 for by in given.columns.values())

    def moved_to(self, moved: Vector) -> LinearProgram:
        """The program in which each given has moved so far at least; each further movement costs by its size."""
        program = self.with_costs(1 / self.sizes)
        left, lower = moved.copy(), program.col_lower.copy()
        for i, j in enumerate(self.owners.tolist(), self.columns):
            lower[i] = min(left[j], program.col_upper[i])
            left[j] -= lower[i]
        return dataclasses.replace(program, col_lower=lower)

    def with_costs(self, costs: Vector, allowed: Collection[int] | None = None) -> LinearProgram:
        """The program with other costs of moving each given, and with only some givens allowed to move."""
        cost, upper = self.program.cost.copy(), self.program.col_upper.copy()
        cost[self.columns :] = costs[self.owners] * self.slopes
        if allowed is not None:
            free = np.isin(self.owners, list(allowed))
            upper[self.columns :] = np.where(free, upper[self.columns :], 0.0)
        return dataclasses.replace(self.program, cost=cost, col_upper=upper)


@dataclass(frozen=True)
class Change:
    """A change of a number towards a plan, in the row's own unit; `operation` is `=`, or `*` where `after` is a factor."""

    kind: str
    address: str
    year: int | None
    before: float
    after: float
    unit: str
    file: str
    line: int
    operation: str = "="
    changed_by: str = ""

    @property
    def place(self) -> str:
        """`file:line` of the row, and what changed it."""
        return place_in_words(self.file, self.line, self.changed_by)

    @property
    def distance(self) -> float:
        """How far the number moves: the logarithm of its ratio, a tenth a year of a date; nought is a thousandth of any other."""
        if self.is_date:
            return abs(self.after - self.before) / 10
        large, small = max(abs(self.before), abs(self.after)), min(abs(self.before), abs(self.after))
        return math.log(min(large / small, 1000.0)) if small and self.before * self.after > 0 else math.log(1000.0)

    @property
    def is_date(self) -> bool:
        """True for a calendar year."""
        return self.unit == "yr" and self.before >= FIRST_CALENDAR_YEAR

    @property
    def target(self) -> str:
        """The address with its year, as `--set` and `Instance.replace` take it."""
        return self.address if self.year is None else f"{self.address}@{self.year}"


def make_elastic(lp: LinearProgram, givens: list[Given]) -> Elastic:
    """The elastic program; what a bound of a column comes from becomes a row, so that it can give."""
    rows, columns, _ = lp.shape
    pieces = [(j, upper, slope) for j, given in enumerate(givens) for upper, slope in _pieces(given)]
    bounded = list(dict.fromkeys(column for given in givens for column in given.columns))
    place = {column: rows + i for i, column in enumerate(bounded)}
    entries = [(place[column], column, 1.0) for column in bounded]
    for i, (j, _, _) in enumerate(pieces, columns):
        entries += [(row, i, -by) for row, by in givens[j].rows.items()]
        entries += [(place[column], i, -by) for column, by in givens[j].columns.items()]
    places = np.array([entry[:2] for entry in entries], np.int64).reshape(-1, 2).T
    coefficients = np.array([entry[2] for entry in entries], float)
    shape = (rows + len(bounded), columns + len(pieces))
    extra = sparse.csr_array((coefficients, tuple(places)), shape=shape)
    widened = sparse.csr_array((lp.matrix.data, lp.matrix.indices, lp.matrix.indptr), shape=(rows, shape[1]))
    empty = sparse.csr_array((len(bounded), shape[1]))
    matrix = sparse.csr_array(sparse.vstack([widened, empty]) + extra)
    matrix.sort_indices()
    upper = lp.col_upper.copy()
    upper[bounded] = math.inf
    program = dataclasses.replace(
        lp, cost=np.zeros(shape[1]), offset=0.0, matrix=matrix,
        row_lower=np.concatenate([lp.row_lower, np.full(len(bounded), -math.inf)]),
        row_upper=np.concatenate([lp.row_upper, lp.col_upper[bounded]]),
        col_lower=np.concatenate([lp.col_lower, np.zeros(len(pieces))]),
        col_upper=np.concatenate([upper, [most for _, most, _ in pieces]]),
        columns=(*lp.columns, Family("given", "", columns, [(givens[j].address, givens[j].year) for j, _, _ in pieces])),
        rows=(*lp.rows, Family("bound", "", rows, [(lp.column_names[column],) for column in bounded])),
    )  # fmt: skip
    owners, slopes = np.array([j for j, _, _ in pieces], np.int64), np.array([slope for _, _, slope in pieces], float)
    return Elastic(program, tuple(givens), columns, place, _sizes(givens), owners, slopes)


def _pieces(given: Given) -> list[tuple[float, float]]:
    """How far each piece of a movement goes and what a unit costs there; a number that falls to nought has several."""
    if not given.most < math.inf:
        return [(given.most, 1.0)]
    ends = [0.0, *(end for end, _ in _CUTS)]
    return [((end - begin) * given.most, slope) for begin, (end, slope) in zip(ends, _CUTS, strict=False)]


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
    first = solve_elastic(elastic.with_costs(1 / elastic.sizes), deadline)
    shares = elastic.moved(first) / elastic.sizes
    by_address: dict[str, float] = {}
    for given, share in zip(elastic.givens, shares, strict=True):
        by_address[given.address] = by_address.get(given.address, 0.0) + float(share)
    if sum(total > NOUGHT for total in by_address.values()) < 2:
        return first
    total = sum(by_address.values())
    weights = np.array([1 / (0.02 + by_address[given.address] / total) for given in elastic.givens])
    return solve_elastic(elastic.with_costs(weights / elastic.sizes), deadline, first)


def mends_alone(elastic: Elastic, address: str, deadline: Deadline, start: Optimum) -> list[Change]:
    """The changes of one row of the instance that make a plan possible with all else as it is; none where that is not enough."""
    own = np.array([given.address == address for given in elastic.givens])
    helped = solve_elastic(elastic.with_costs(np.where(own, 0.0, 1 / elastic.sizes)), deadline, start)
    if helped.objective > NOUGHT:
        return []
    alone = elastic.with_costs(1 / elastic.sizes, set(np.flatnonzero(own).tolist()))
    try:
        return changes(elastic, solve_elastic(alone, deadline, helped), deadline)
    except Infeasible:  # what the others moved by was less than nought, and not nothing
        return []


def solve_elastic(program: LinearProgram, deadline: Deadline, start: Optimum | None = None) -> Optimum:
    """An optimum, from a plan for other costs where there is one, or else from nothing."""
    try:
        basis = start.basis if start else None
        return solve_program(program, "simplex", time_limit=deadline.left, start=basis, primal=basis is not None)
    except (Infeasible, SolverLimit):
        raise
    except SolverError:
        return solve_program(program, "simplex", time_limit=deadline.left)


def changes(elastic: Elastic, optimum: Optimum, deadline: Deadline) -> list[Change]:
    """What the movements of an optimum make of the numbers, rounded outwards to as few digits as leave a plan.

    A number that does nothing but give room may be rounded by itself. A demand may not: where it is cut further than it must
    be, it may be less than a limit asks to be served of it. Where no rounding of such numbers leaves a plan, or no time is left
    to know, they stay as they are.
    """
    moved = elastic.moved(optimum)
    moving = np.flatnonzero(moved > NOUGHT * elastic.sizes).tolist()
    giving, taking = ([j for j in moving if elastic.relaxing(j) == relaxing] for relaxing in (True, False))
    after = _rounded(elastic, moved, giving, DIGITS)
    for digits in (DIGITS, *_MORE_DIGITS) if taking else ():
        tried = after | _rounded(elastic, moved, taking, digits)
        if _leaves_a_plan(elastic, tried, optimum, deadline):
            return _as_changes(elastic, tried)
    return _as_changes(elastic, after | _rounded(elastic, moved, taking, None))


def _rounded(elastic: Elastic, moved: Vector, members: list[int], digits: int | None) -> dict[int, float]:
    """What some givens come to, in the row's own unit; to the nearest of all digits where none are given."""
    after = {}
    for j in members:
        given = elastic.givens[j]
        by = given.way * float(moved[j]) / given.factor
        if digits is None:
            value = float(f"{given.value + by:.{ALL_DIGITS}g}")
        else:  # by a little more than it must, and by less than what is rounded, so that a plan exists for sure
            value = outwards(given.value + by * (1 + 10.0 ** -(digits + 2)), given.way, digits)
        after[j] = max(value, 0.0) if given.most < math.inf else value
    return after


def _leaves_a_plan(elastic: Elastic, after: dict[int, float], optimum: Optimum, deadline: Deadline) -> bool:
    """Whether there is a plan with the numbers at these and nothing else moved; False too where no time was left to know."""
    moved = np.zeros(len(elastic.givens))
    for j, value in after.items():
        given = elastic.givens[j]
        moved[j] = min(max(given.way * (value - given.value) * given.factor, 0.0), given.most)
    try:
        found = solve_elastic(elastic.moved_to(moved), deadline, optimum)
    except Infeasible:
        return False
    except SolverError as error:
        unless_interrupted(error)
        return False
    # To what the solver keeps to, and not to a share: it is to find a plan with these very numbers.
    return bool((elastic.moved(found) - moved).max(initial=0.0) <= TOLERANCE)


def _as_changes(elastic: Elastic, after: dict[int, float]) -> list[Change]:
    found = []
    for j, value in sorted(after.items()):
        given = elastic.givens[j]
        operation = "*" if given.kind == "existing" else "="
        where = (given.unit, given.file, given.line)
        found.append(Change(given.kind, given.address, given.year, given.value, value, *where, operation, given.changed_by))
    return found


def distance(changes: Sequence[Change]) -> float:
    """How far numbers move together: the sum of their logarithms, by which fewer and larger changes count for less than many."""
    return sum(change.distance for change in changes)


def outwards(value: float, way: int, figures: int = DIGITS) -> float:
    """A value rounded to a few digits, up or down."""
    if value == 0:
        return 0.0
    digits = figures - 1 - math.floor(math.log10(abs(value)))
    scaled = value * 10.0**digits
    nearest = round(scaled)
    if abs(scaled - nearest) >= 1e-4 or (nearest - scaled) * way < 0:
        nearest = math.ceil(scaled) if way > 0 else math.floor(scaled)
    return float(f"{nearest / 10.0**digits:.12g}")
