"""Numbers that coefficients are made of, tried one by one: at which value would each make a plan possible by itself?

A performance, an overhead, an emission factor moves no bound, so that it cannot give as a limit does. What the least relaxation
costs and which coefficients it meets says which of them matter, and which way each would have to go: by the formulas of the
program, which also say what the program is at other numbers, so that no model has to be built anew.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.diagnosis.givens import positions
from planner.diagnosis.relaxation import NOUGHT, Change, Deadline, Elastic, outwards, solve_elastic, unless_interrupted
from planner.errors import SolverError, SolverLimit
from planner.highs import Optimum
from planner.instance import Instance, ParameterRow
from planner.instance.sources import Sources
from planner.lp import LinearProgram, Vector, compile
from planner.model import build
from planner.recorded import Key, RecordedProgram

#: How many are tried, the likeliest first.
_TRIED = 24

#: The furthest that one is tried, as a logarithm: more than the thousand by which a unit is mistaken for another.
_FURTHEST = math.log(2000.0)

#: A factor is found to within this share, in at most so many steps.
_EXACT, _STEPS = 0.005, 8

#: A price times a flow below this is noise.
_NOISE = 1e-9


#: What is tried by building anew, since it is bounded as a whole or decides what is built: shares of a whole, and shapes.
_OTHERWISE = ("share", "growth", "annual_failure", "loss")

#: The sides of rows, of which some are made of the same numbers as coefficients.
_SIDES = ("row_lower", "row_upper")


@dataclass(frozen=True)
class _Suspect:
    """A row, its numbers, the way in which they would have to go together, and the furthest that they may, as a logarithm."""

    row: ParameterRow
    keys: tuple[Key, ...]
    way: int
    furthest: float


def mending_factors(
    instance: Instance, elastic: Elastic, least: Optimum, recorded: RecordedProgram, deadline: Deadline
) -> tuple[list[tuple[Change, ...]], bool]:
    """The factors each of which would do by itself, as changes; and whether there was time to try all that are likely."""
    found: list[tuple[Change, ...]] = []
    search = _Search(instance, elastic, recorded, deadline)
    plain: Optimum | None = None
    for suspect in search.suspects(least)[:_TRIED]:
        try:
            plain = plain or solve_elastic(search.program, deadline, least)
            by = search.smallest(suspect, plain)
        except SolverLimit as error:
            unless_interrupted(error)
            return found, False
        except SolverError:
            continue
        if by is not None:
            found.append((_change(instance, suspect, by),))
    return found, True


class _Search:
    """Numbers of the instance moved in its elastic program, by the formulas of the instance's own."""

    def __init__(self, instance: Instance, elastic: Elastic, recorded: RecordedProgram, deadline: Deadline) -> None:
        self.instance, self.recorded, self.deadline = instance, recorded, deadline
        self.program = elastic.with_costs(1 / elastic.sizes)
        own = recorded.program
        self._rows = np.array(positions(own.rows, self.program.rows), np.int64)
        self._columns = np.array(positions(own.columns, self.program.columns), np.int64)
        # Where each coefficient of the instance's program stands among those of the elastic one, which are in order.
        at = np.repeat(np.arange(own.matrix.shape[0]), np.diff(own.matrix.indptr))
        self._row_of, self._column_of = self._rows[at], self._columns[own.matrix.indices]
        self._own = np.flatnonzero((self._row_of >= 0) & (self._column_of >= 0))
        width, matrix = self.program.matrix.shape[1], self.program.matrix
        there = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) * width + matrix.indices
        wanted = self._row_of[self._own] * width + self._column_of[self._own]
        self._entries = np.searchsorted(there, wanted)

    def suspects(self, least: Optimum) -> list[_Suspect]:
        """The numbers that take part in the proof that there is no plan, those first of which a little would help most."""
        values = self.recorded.formulas.values
        flowing = self._slopes(least.duals, least.values, values)
        # What is not used in the least relaxation has a price all the same: it would be used if it were better.
        priced = self._slopes(least.duals, np.ones(len(least.values)), values)
        found = []
        for row, keys in self._rows_of_numbers():
            helps, would_help = (math.fsum(slopes.get(key, 0.0) for key in keys) for slopes in (flowing, priced))
            worth = helps if abs(helps) > _NOISE else would_help
            way = 1 if worth > 0 else -1
            furthest = _furthest(self.instance, row, way)
            if abs(worth) > _NOISE and furthest > _EXACT:
                found.append(((abs(helps) > _NOISE, abs(worth)), _Suspect(row, tuple(keys), way, furthest)))
        return [suspect for _, suspect in sorted(found, key=lambda pair: pair[0], reverse=True)]

    def _rows_of_numbers(self) -> Iterator[tuple[ParameterRow, list[Key]]]:
        """The rows that may be tried as factors, and the numbers that each gives."""
        sources = Sources(self.instance)
        found: dict[str, tuple[ParameterRow, list[Key]]] = {}
        for name, index in self.recorded.formulas.given:
            row = None if name == "limits" else sources.row(name, *(index if isinstance(index, tuple) else (index,)))
            if row is not None and not row.declaration.whole and row.parameter not in _OTHERWISE and row.block != "time":
                found.setdefault(row.address, (row, []))[1].append((name, index))
        yield from found.values()

    def _slopes(self, duals: Vector, amounts: Vector, values: Vector) -> dict[Key, float]:
        """What a number is worth in the matrix if it grows, by its share, at prices of rows and amounts of columns."""
        formulas = self.recorded.formulas
        weights = np.zeros(len(formulas.values))
        own = self._own
        np.add.at(weights, self.recorded.matrix[own], duals[self._row_of[own]] * amounts[self._column_of[own]])
        slopes = formulas.gradient(weights, values)
        return {key: float(slopes[node] * values[node]) for key, node in formulas.given.items() if slopes[node]}

    def smallest(self, suspect: _Suspect, plain: Optimum) -> float | None:
        """The least factor, as a logarithm, with which a plan exists; None where even the furthest is not enough."""
        start = self._tried(suspect, suspect.furthest, plain)
        if start is None or start.objective > NOUGHT:
            return None
        low, high = 0.0, suspect.furthest
        guess = min(1.01 * self._newton(suspect, 0.0, plain), high / 2)
        for _ in range(_STEPS):
            if high - low < _EXACT:
                break
            tried = self._tried(suspect, guess, start)
            if tried is None:
                return None
            if tried.objective <= NOUGHT:
                high, guess = guess, (low + guess) / 2
            else:
                low = guess
                guess = min(low + 1.01 * self._newton(suspect, guess, tried), low + 0.9 * (high - low))
        return high * suspect.way

    def _values(self, suspect: _Suspect, by: float) -> Vector:
        """The value of every node of the formulas with the numbers moved."""
        formulas, times = self.recorded.formulas, math.exp(suspect.way * by)
        return formulas.evaluate({key: float(formulas.values[formulas.given[key]]) * times for key in suspect.keys})

    def _tried(self, suspect: _Suspect, by: float, start: Optimum) -> Optimum | None:
        """The least relaxation with the numbers moved; None where the program has other rows or columns then."""
        values, recorded = self._values(suspect, by), self.recorded
        if recorded.formulas.holds(values):
            data, sides = values[recorded.matrix], {name: values[recorded.vectors[name]] for name in _SIDES}
        else:  # as where a number is 1, by which nothing is multiplied
            built = compile(build(self.instance.replace({suspect.row.own_address: ("*", math.exp(suspect.way * by))})))
            if not np.array_equal(built.matrix.indptr, recorded.program.matrix.indptr) or not np.array_equal(
                built.matrix.indices, recorded.program.matrix.indices
            ):
                return None
            data, sides = built.matrix.data, {name: getattr(built, name) for name in _SIDES}
        return solve_elastic(self._moved(data, sides), self.deadline, start)

    def _moved(self, data: Vector, sides: dict[str, Vector]) -> LinearProgram:
        """The elastic program with other coefficients and sides of rows of the instance's own."""
        matrix = self.program.matrix.copy()
        matrix.data[self._entries] = data[self._own]
        own = self._rows >= 0
        moved: dict[str, Any] = {name: getattr(self.program, name).copy() for name in _SIDES}
        for name, side in sides.items():
            moved[name][self._rows[own]] = side[own]
        return dataclasses.replace(self.program, matrix=matrix, **moved)

    def _newton(self, suspect: _Suspect, by: float, tried: Optimum) -> float:
        """How much further it would have to go if what it helps stayed the same."""
        slopes = self._slopes(tried.duals, tried.values, self._values(suspect, by))
        helps = suspect.way * math.fsum(slopes.get(key, 0.0) for key in suspect.keys)
        return tried.objective / helps if helps > _NOISE else math.inf


def _furthest(instance: Instance, row: ParameterRow, way: int) -> float:
    """How far, as a logarithm, the numbers of a row may go before one of them meets the end of what is allowed."""
    factor = instance.units.factor(row.unit, row.declaration.unit)
    values = [value * factor for value in row.values if value > 0]
    if not values:
        return 0.0
    end = row.declaration.upper / max(values) if way > 0 else min(values) / max(row.declaration.lower, 1e-300)
    return min(math.log(end), _FURTHEST) if end > 0 else 0.0


def _change(instance: Instance, suspect: _Suspect, by: float) -> Change:
    """The change of the row: of its one number, or of all its years by a factor; rounded the way in which it goes."""
    row, way = suspect.row, suspect.way
    before = 1.0 if row.value is None else row.value
    after = outwards(before * math.exp(by * (1 + 1e-6)), way)
    if row.value is not None:
        factor = instance.units.factor(row.unit, row.declaration.unit)
        after = min(max(after, row.declaration.lower / factor), row.declaration.upper / factor)
    unit, operation = ("", "*") if row.value is None else (row.unit, "=")
    return Change("factor", row.own_address, None, before, after, unit, row.file, row.line, operation, row.changed_by)
