"""Whether a solver can be trusted with a program's numbers; where not, which number of the instance makes it so.

Numbers that are each of a sensible size may multiply to coefficients that are not: a solver would end in noise, or drop
them without a word. Such a program is refused, at the row of the instance that is likely meant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from planner.errors import InstanceError, Problem
from planner.instance import Instance, ParameterRow
from planner.lp import Family, LinearProgram, Vector

#: The greatest coefficient of a row, of the objective, and the greatest bound.
LARGEST_COEFFICIENT = 1e9
LARGEST_COST = 1e12
LARGEST_BOUND = 1e12

#: How many times the smallest the largest may be for a failure to be the solver's own, by kind of number.
WIDEST = {"coefficient": 1e9, "cost": 1e10, "bound": 1e12}


def check_program(instance: Instance, lp: LinearProgram) -> None:
    """Raise InstanceError where a coefficient, a cost or a bound of the program is too large or no number."""
    for numbers in _numbers(lp):
        place = int(np.argmax(np.where(np.isnan(numbers.sizes), np.inf, numbers.sizes)))
        if not numbers.sizes[place] <= numbers.most:
            expected = f"expected at most {numbers.most:g}, so that a solver can be trusted"
            raise InstanceError([_problem(instance, numbers, place, expected)])


def untrusted(instance: Instance, lp: LinearProgram, failure: str) -> InstanceError | None:
    """What is said where a solver failed and the numbers of the program lie too far apart; None where they do not."""
    problems = []
    for kind, widest in WIDEST.items():
        ends = [
            (float(numbers.sizes[place]), numbers, place)
            for numbers in _numbers(lp)
            if numbers.kind == kind
            for place in _ends(numbers.sizes)
        ]
        if not ends:
            continue
        smallest, largest = min(ends, key=lambda end: end[0]), max(ends, key=lambda end: end[0])
        if largest[0] <= widest * smallest[0]:
            continue
        expected = f"expected the largest {kind} to be at most {widest:g} times the smallest, so that a solver can be trusted"
        for (_, numbers, place), other, question in (
            (smallest, f"the largest {kind} {largest[0]:.3g}", "is it meant, or is it nought?"),
            (largest, f"the smallest {kind} {smallest[0]:.3g}", "is its unit right?"),
        ):
            problems.append(_problem(instance, numbers, place, f"and {other}, {expected}", question))
    return InstanceError(problems, f"no plan that can be trusted was found: {failure}") if problems else None


@dataclass(frozen=True)
class _Numbers:
    """Sizes of numbers of one kind, nought for a bound that is not there; the most that one may be; what each is, and of what."""

    kind: str
    most: float
    sizes: Vector
    name: Callable[[int], tuple[str, set[str]]]


def overflowing(error: ArithmeticError) -> InstanceError:
    """What is said where a number of the model cannot be computed at all."""
    message = f"a number of the model is too large to be computed ({error}): look at rates, growth, base_year and the horizon"
    return InstanceError([Problem("instance.toml", 1, 1, message)])


def _numbers(lp: LinearProgram) -> Iterator[_Numbers]:
    """Every number of a program; each is named in words, with the labels of its row and column."""

    def coefficient(place: int) -> tuple[str, set[str]]:
        row = int(np.searchsorted(lp.matrix.indptr, place, side="right")) - 1
        at, by = member(lp.rows, row), member(lp.columns, int(lp.matrix.indices[place]))
        return f"the coefficient of {by[0]} in {at[0]}", at[1] | by[1]

    def named(what: str, families: tuple[Family, ...]) -> Callable[[int], tuple[str, set[str]]]:
        def name(place: int) -> tuple[str, set[str]]:
            found, labels = member(families, place)
            return f"{what} {found}", labels

        return name

    if lp.matrix.nnz:
        yield _Numbers("coefficient", LARGEST_COEFFICIENT, np.abs(lp.matrix.data), coefficient)
    if len(lp.cost):
        yield _Numbers("cost", LARGEST_COST, np.abs(lp.cost), named("the cost of", lp.columns))
    for what, values, families in (
        ("the lower bound of", lp.row_lower, lp.rows),
        ("the upper bound of", lp.row_upper, lp.rows),
        ("the least of", lp.col_lower, lp.columns),
        ("the most of", lp.col_upper, lp.columns),
    ):
        if len(values):
            yield _Numbers("bound", LARGEST_BOUND, np.where(np.isinf(values), 0, np.abs(values)), named(what, families))


def _ends(sizes: Vector) -> list[int]:
    """Where the smallest and the largest stand of the sizes that are not nought."""
    if not (sizes > 0).any():
        return []
    return [int(np.argmin(np.where(sizes > 0, sizes, np.inf))), int(np.argmax(sizes))]


def _problem(instance: Instance, numbers: _Numbers, place: int, expected: str, question: str = "") -> Problem:
    """What is wrong with a number of the program, at the row of the instance that is likely behind it."""
    what, labels = numbers.name(place)
    row = likely_row(instance, labels)
    message = f"{what} is {numbers.sizes[place]:.3g}, {expected}"
    if row is None:
        return Problem("instance.toml", 1, 1, message)
    hint = f": look at {row.address}, {_size(instance, row):.3g} in {row.declaration.unit}{row.row_changed}"
    return Problem(*row.latest, 1, message + hint + (f"; {question}" if question else ""))


def member(families: tuple[Family, ...], position: int) -> tuple[str, set[str]]:
    """The name of a row or column, and the labels of its index."""
    family = next(f for f in families if f.start <= position < f.start + len(f.index))
    member = position - family.start
    return family.name_of(member), {str(label) for label in family.index[member]}


def likely_row(instance: Instance, labels: set[str]) -> ParameterRow | None:
    """The row of the things named whose number is the furthest from 1; years and lives enter no coefficient."""
    named = [row for row in instance.rows if row.item in labels and not row.declaration.whole]
    return max(named, key=lambda row: abs(math.log10(_size(instance, row) or 1.0)), default=None)


def _size(instance: Instance, row: ParameterRow) -> float:
    """The number of a row that is the furthest from 1, as a size in the unit of the model."""
    factor = instance.units.factor(row.unit, row.declaration.unit)
    sizes = [abs(value) * factor for value in row.values if value]
    return max(sizes, key=lambda size: abs(math.log10(size)), default=0.0)
