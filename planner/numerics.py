"""Whether a solver can be trusted with a program's numbers; where not, which number of the instance makes it so.

Numbers that are each of a sensible size may multiply to coefficients that are not: a solver would end in noise, or drop
them without a word. Such a program is refused, at the row of the instance that is likely meant.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from planner.errors import InstanceError, Problem
from planner.instance import Instance, ParameterRow
from planner.lp import Family, LinearProgram

#: The greatest coefficient of a row, of the objective, and the greatest bound.
LARGEST_COEFFICIENT = 1e9
LARGEST_COST = 1e12
LARGEST_BOUND = 1e12


def check_program(instance: Instance, lp: LinearProgram) -> None:
    """Raise InstanceError where a coefficient, a cost or a bound of the program is too large or no number."""
    for what, size, most, labels in _worst(lp):
        if not size <= most:
            row = likely_row(instance, labels)
            message = f"{what} is {size:.3g}, expected at most {most:g}, so that a solver can be trusted"
            if row is None:
                raise InstanceError([Problem("instance.toml", 1, 1, message)])
            hint = f": look at {row.address}, {_size(instance, row):.3g} in {row.declaration.unit}"
            raise InstanceError([Problem(row.file, row.line, 1, message + hint)])


def overflowing(error: ArithmeticError) -> InstanceError:
    """What is said where a number of the model cannot be computed at all."""
    message = f"a number of the model is too large to be computed ({error}): look at rates, growth, base_year and the horizon"
    return InstanceError([Problem("instance.toml", 1, 1, message)])


def _worst(lp: LinearProgram) -> Iterator[tuple[str, float, float, set[str]]]:
    """The largest coefficient, cost and bounds: in words, the size, the most it may be, the labels of its row and column."""
    if lp.matrix.nnz:
        sizes = np.abs(lp.matrix.data)
        place = int(np.argmax(np.where(np.isnan(sizes), np.inf, sizes)))
        row = int(np.searchsorted(lp.matrix.indptr, place, side="right")) - 1
        at, by = member(lp.rows, row), member(lp.columns, int(lp.matrix.indices[place]))
        what = f"the coefficient of {by[0]} in {at[0]}"
        yield what, float(sizes[place]), LARGEST_COEFFICIENT, at[1] | by[1]
    arrays = {
        "the cost of": (lp.cost, lp.columns, LARGEST_COST),
        "the lower bound of": (lp.row_lower, lp.rows, LARGEST_BOUND),
        "the upper bound of": (lp.row_upper, lp.rows, LARGEST_BOUND),
        "the least of": (lp.col_lower, lp.columns, LARGEST_BOUND), "the most of": (lp.col_upper, lp.columns, LARGEST_BOUND),
    }  # fmt: skip
    for what, (values, families, most) in arrays.items():
        sizes = np.where(np.isinf(values) & (values is not lp.cost), 0, np.abs(values))
        if len(sizes):
            place = int(np.argmax(np.where(np.isnan(sizes), np.inf, sizes)))
            name, labels = member(families, place)
            yield f"{what} {name}", float(sizes[place]), most, labels


def member(families: tuple[Family, ...], position: int) -> tuple[str, set[str]]:
    """The name of a row or column, and the labels of its index."""
    family = next(f for f in families if f.start <= position < f.start + len(f.index))
    member = position - family.start
    return family.name_of(member), {str(label) for label in family.index[member]}


def likely_row(instance: Instance, labels: set[str]) -> ParameterRow | None:
    """The row of the things named whose number is the furthest from 1."""
    named = [row for row in instance.rows if row.item in labels]
    return max(named, key=lambda row: abs(math.log10(_size(instance, row) or 1.0)), default=None)


def _size(instance: Instance, row: ParameterRow) -> float:
    """The number of a row that is the furthest from 1, as a size in the unit of the model."""
    factor = instance.units.factor(row.unit, row.declaration.unit)
    sizes = [abs(value) * factor for value in row.values if value]
    return max(sizes, key=lambda size: abs(math.log10(size)), default=0.0)
