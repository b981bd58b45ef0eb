"""Numbers that are factors of coefficients, tried one by one: at which value would each make a plan possible by itself?

What the least relaxation costs and which coefficients it meets says which of them matter, and which way each would have to
go; the most likely are tried in the matrix itself, so that no model has to be built anew.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from planner.diagnosis.coefficients import Coefficient, coefficients
from planner.diagnosis.relaxation import NOUGHT, Change, Deadline, Elastic, outwards, solve_elastic, unless_interrupted
from planner.errors import SolverError, SolverLimit
from planner.highs import Optimum
from planner.instance import Instance
from planner.lp import Vector

#: How many are tried, the likeliest first.
_TRIED = 16

#: The furthest that one is tried, as a logarithm: more than the thousand by which a unit is mistaken for another.
_FURTHEST = math.log(2000.0)

#: A factor is found to within this share, in at most so many steps.
_EXACT, _STEPS = 0.005, 8

#: A price times a flow below this is noise.
_NOISE = 1e-9


@dataclass(frozen=True)
class _Suspect:
    """A factor, the way in which it would have to go, and the furthest that it may, as a logarithm."""

    coefficient: Coefficient
    way: int
    furthest: float


def mending_factors(
    instance: Instance, elastic: Elastic, least: Optimum, deadline: Deadline
) -> tuple[list[tuple[Change, ...]], bool]:
    """The factors each of which would do by itself, as changes; and whether there was time to try all that are likely."""
    found: list[tuple[Change, ...]] = []
    plain: Optimum | None = None
    for suspect in _suspects(instance, elastic, least)[:_TRIED]:
        try:
            plain = plain or solve_elastic(elastic.with_costs(1 / elastic.sizes), deadline, least)
            by = _smallest(elastic, suspect, plain, deadline)
        except SolverLimit as error:
            unless_interrupted(error)
            return found, False
        except SolverError:
            continue
        if by is not None:
            found.append((_change(instance, suspect, by),))
    return found, True


def _suspects(instance: Instance, elastic: Elastic, least: Optimum) -> list[_Suspect]:
    """The factors that take part in the proof that there is no plan, those first of which a little would help most."""
    matrix = elastic.program.matrix
    priced = least.duals[np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))] * matrix.data
    flowing = priced * least.values[matrix.indices]
    found = []
    for coefficient in coefficients(instance, elastic.program):
        # What is not used in the least relaxation has a price all the same: it would be used if it were better.
        helps, would_help = (float(flow[coefficient.entries] @ coefficient.powers) for flow in (flowing, priced))
        worth = helps if abs(helps) > _NOISE else would_help
        way = 1 if worth > 0 else -1
        furthest = _furthest(instance, coefficient, way)
        if abs(worth) > _NOISE and furthest > _EXACT:
            found.append(((abs(helps) > _NOISE, abs(worth)), _Suspect(coefficient, way, furthest)))
    return [suspect for _, suspect in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _furthest(instance: Instance, coefficient: Coefficient, way: int) -> float:
    """How far, as a logarithm, the numbers of a row may go before one of them meets the end of what is allowed."""
    row = coefficient.row
    factor = instance.units.factor(row.unit, row.declaration.unit)
    values = [value * factor for value in row.values if value > 0]
    if not values:
        return 0.0
    end = row.declaration.upper / max(values) if way > 0 else min(values) / max(row.declaration.lower, 1e-300)
    return min(math.log(end), _FURTHEST) if end > 0 else 0.0


def _smallest(elastic: Elastic, suspect: _Suspect, plain: Optimum, deadline: Deadline) -> float | None:
    """The least factor, as a logarithm, with which a plan exists; None where even the furthest is not enough."""
    start = _tried(elastic, suspect, suspect.furthest, plain, deadline)
    if start.objective > NOUGHT:
        return None
    low, high = 0.0, suspect.furthest
    guess = min(1.01 * _newton(elastic, suspect, 0.0, plain), high / 2)
    for _ in range(_STEPS):
        if high - low < _EXACT:
            break
        tried = _tried(elastic, suspect, guess, start, deadline)
        if tried.objective <= NOUGHT:
            high, guess = guess, (low + guess) / 2
        else:
            low = guess
            guess = min(low + 1.01 * _newton(elastic, suspect, guess, tried), low + 0.9 * (high - low))
    return high * suspect.way


def _tried(elastic: Elastic, suspect: _Suspect, by: float, start: Optimum, deadline: Deadline) -> Optimum:
    """The least relaxation with the factor moved."""
    program = elastic.with_costs(1 / elastic.sizes)
    matrix = program.matrix.copy()
    matrix.data = _moved(matrix.data, suspect, by)
    return solve_elastic(dataclasses.replace(program, matrix=matrix), deadline, start)


def _moved(data: Vector, suspect: _Suspect, by: float) -> Vector:
    moved = data.copy()
    np.multiply.at(moved, suspect.coefficient.entries, np.exp(suspect.way * by * suspect.coefficient.powers))
    return moved


def _newton(elastic: Elastic, suspect: _Suspect, by: float, tried: Optimum) -> float:
    """How much further it would have to go if what it helps stayed the same."""
    matrix, of = elastic.program.matrix, suspect.coefficient
    rows = np.searchsorted(matrix.indptr, of.entries, side="right") - 1
    flowing = tried.duals[rows] * _moved(matrix.data, suspect, by)[of.entries] * tried.values[matrix.indices[of.entries]]
    helps = suspect.way * float(flowing @ of.powers)
    return tried.objective / helps if helps > _NOISE else math.inf


def _change(instance: Instance, suspect: _Suspect, by: float) -> Change:
    """The change of the row: of its one number, or of all its years by a factor; rounded the way in which it goes."""
    row, way = suspect.coefficient.row, suspect.way
    before = 1.0 if row.value is None else row.value
    after = outwards(before * math.exp(by * (1 + 1e-6)), way)
    if row.value is not None:
        factor = instance.units.factor(row.unit, row.declaration.unit)
        after = min(max(after, row.declaration.lower / factor), row.declaration.upper / factor)
    unit, operation = ("", "*") if row.value is None else (row.unit, "=")
    address = row.address if row.at else f"{row.address}[]"
    return Change("factor", address, None, before, after, unit, row.file, row.line, operation, row.changed_by)
