"""A linear program put together column by column and row by row, for the second statement of the model in `oracle.py`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.optimize
import scipy.sparse

CONSTANT = -1


class Sum(dict[int, float]):
    """A linear expression: the coefficient of each column, and that of CONSTANT."""

    def __add__(self, other: Sum | float) -> Sum:
        return total([self, other])

    def __sub__(self, other: Sum | float) -> Sum:
        return total([self, -1 * other])

    def __rmul__(self, factor: float) -> Sum:
        return Sum({column: factor * value for column, value in self.items()})

    def at(self, values: Any) -> float:
        """What the expression is worth at values of the columns."""
        return math.fsum(value * (1.0 if column == CONSTANT else values[column]) for column, value in self.items())


def total(terms: Iterable[Sum | float]) -> Sum:
    """The sum of expressions and numbers."""
    result = Sum()
    for term in terms:
        for column, value in term.items() if isinstance(term, Sum) else [(CONSTANT, term)]:
            result[column] = result.get(column, 0.0) + value
    return result


@dataclass(frozen=True)
class Row:
    """An equation: its label, its index, and low <= sum <= high."""

    label: str
    index: tuple[Any, ...]
    sum: Sum
    low: float
    high: float


@dataclass
class Program:
    """A linear program under construction: columns by name, rows of sums."""

    columns: dict[tuple[str, tuple[Any, ...]], int] = field(default_factory=dict)
    upper: list[float] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def add(self, name: str, *index: Any, upper: float | None = None) -> Sum:
        """A new column that is not negative."""
        assert (name, index) not in self.columns
        self.columns[name, index] = len(self.upper)
        self.upper.append(math.inf if upper is None else upper)
        return Sum({len(self.upper) - 1: 1.0})

    def at(self, name: str, *index: Any) -> Sum:
        """A column that has been added, nothing otherwise."""
        return Sum({self.columns[name, index]: 1.0}) if (name, index) in self.columns else Sum()

    def of(self, name: str) -> dict[tuple[Any, ...], Sum]:
        """All columns of a name."""
        return {index: Sum({column: 1.0}) for (family, index), column in self.columns.items() if family == name}

    def most(self, label: str, index: tuple[Any, ...], less: Sum, more: Sum | float) -> None:
        """The row less <= more."""
        self.rows.append(Row(label, index, less - more, -math.inf, 0.0))

    def equal(self, label: str, index: tuple[Any, ...], one: Sum, other: Sum | float) -> None:
        """The row one == other."""
        self.rows.append(Row(label, index, one - other, 0.0, 0.0))

    def minimise(self, cost: Sum) -> Any:
        """What scipy says of the least cost."""
        count = len(self.upper)
        upper = [(row, 1) for row in self.rows if row.low < row.high and row.high < math.inf]
        upper += [(row, -1) for row in self.rows if row.low < row.high and row.low > -math.inf]
        level = [(row, 1) for row in self.rows if row.low == row.high]

        def side(rows: list[tuple[Row, int]]) -> tuple[Any, Any]:
            matrix = scipy.sparse.dok_array((len(rows), count))
            bounds = np.zeros(len(rows))
            for i, (row, sign) in enumerate(rows):
                bounds[i] = sign * ((row.high if sign > 0 else row.low) - row.sum.get(CONSTANT, 0.0))
                for column, value in row.sum.items():
                    if column != CONSTANT:
                        matrix[i, column] = sign * value
            return matrix.tocsr(), bounds

        costs = np.zeros(count)
        for column, value in cost.items():
            if column != CONSTANT:
                costs[column] = value
        less, least = side(upper)
        equal, levels = side(level)
        options = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
        bounds = [(0, top) for top in self.upper]
        found = scipy.optimize.linprog(costs, less, least, equal, levels, bounds, method="highs", options=options)
        found.duals = (
            {(row.label, row.index): dual for (row, _), dual in zip(level, found.eqlin.marginals, strict=True)}
            if found.status == 0
            else {}
        )
        if found.status == 4 and cost:  # infeasible or unbounded: which of them, a program without a cost can say
            found.status = 2 if self.minimise(Sum()).status == 2 else 3
        return found
