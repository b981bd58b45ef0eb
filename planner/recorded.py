"""A program with the formulas behind its numbers: made once, then computed for other numbers without building it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from pyomo.common.gc_manager import PauseGC

from planner.declarations import PARAMETERS
from planner.highs import Optimum
from planner.instance import Instance, Limit
from planner.lp import NEGLIGIBLE, LinearProgram, Vector, compile_with
from planner.model import build
from planner.recording import Formulas, Nodes, Number, Recording

#: What names a number of an instance: a parameter's `block.name` and an index, or `limits` and a limit's name, bound and year.
Key = tuple[str, Any]

_VECTORS = ("cost", "row_lower", "row_upper", "col_lower", "col_upper", "quantity_offset")


@dataclass(frozen=True)
class Change:
    """By how much the numbers of a program change, to first order; each in the shape of the program's own."""

    cost: Vector
    offset: float
    matrix: Any
    row_lower: Vector
    row_upper: Vector
    col_lower: Vector
    col_upper: Vector


@dataclass(frozen=True)
class RecordedProgram:
    """The program of an instance and, for each of its numbers, the node of the formulas that it is.

    `vectors` maps the name of a vector of the program to nodes; `matrix` and `quantity_matrix` are those of the matrices' data.
    """

    instance: Instance
    program: LinearProgram
    formulas: Formulas
    vectors: dict[str, Nodes]
    matrix: Nodes
    quantity_matrix: Nodes
    offset: int

    def program_of(self, instance: Instance) -> LinearProgram | None:
        """The program of a like instance with other numbers; None where it is built otherwise and not only of other numbers."""
        if not _alike(self.instance, instance):
            return None
        changed = self._changed(instance)
        if changed is None:
            return None
        values = self.formulas.evaluate(changed)
        if not self.formulas.holds(values):
            return None
        vectors: dict[str, Any] = {name: values[nodes] for name, nodes in self.vectors.items()}
        return replace(
            self.program,
            offset=float(values[self.offset]),
            matrix=_with_data(self.program.matrix, values[self.matrix]),
            quantity_matrix=_with_data(self.program.quantity_matrix, values[self.quantity_matrix]),
            **vectors,
        )

    def change(self, amounts: Mapping[Key, float]) -> Change:
        """The derivative of the program's numbers as those of the instance change by these amounts, in the model's units."""
        tangent = self.formulas.tangent(amounts)
        vectors = {name: tangent[nodes] for name, nodes in self.vectors.items() if name != "quantity_offset"}
        return Change(offset=float(tangent[self.offset]), matrix=_with_data(self.program.matrix, tangent[self.matrix]), **vectors)

    def moves_of_bounds(self) -> tuple[list[Key], dict[str, Any]]:
        """The keys of the numbers, and how far each moves the bounds: sparse, with a column for each, by the name of a vector."""
        names = ("row_lower", "row_upper", "col_upper")
        ends = np.cumsum([len(self.vectors[name]) for name in names])[:-1]
        jacobian = self.formulas.jacobian(np.concatenate([self.vectors[name] for name in names]))
        parts = (jacobian[first:last] for first, last in zip((0, *ends), (*ends, None), strict=True))
        return list(self.formulas.given), {name: part.tocsc() for name, part in zip(names, parts, strict=True)}

    def differing(self, instance: Instance) -> dict[Key, bool]:
        """The numbers in which a like instance differs, each with True where some number of the program hangs on it."""
        return {key: bool(self._entering[self.formulas.given[key]]) for key in self._changed(instance) or {}}

    def _changed(self, instance: Instance) -> dict[Key, float] | None:
        """The numbers in which an instance differs from the recorded one; None where it has others than that."""
        changed: dict[Key, float] = {}
        for name, before in self.instance.numbers.items():
            now = instance.numbers[name]
            if now is before:
                continue
            if now.keys() != before.keys():
                return None
            changed |= {(name, index): value for index, value in now.items() if value != before[index]}
        limits, these = dict(_limits_of(self.instance)), dict(_limits_of(instance))
        if these.keys() != limits.keys():
            return None
        return changed | {key: value for key, value in these.items() if value != limits[key]}

    @cached_property
    def _entering(self) -> Any:
        """True for every node that some number of the program hangs on."""
        ends = np.concatenate([*self.vectors.values(), self.matrix, self.quantity_matrix, [self.offset]])
        return self.formulas.ancestors(ends)

    def slopes(self, optimum: Optimum) -> dict[Key, float]:
        """The derivative of the least cost, in GUSD, with respect to each number of the instance, in the model's units.

        By the envelope theorem: values and duals of the optimum stay, and the Lagrangian c.x + y.(b - A.x) + z.(l - x) is
        differentiated through the formulas. Where the optimum is degenerate, this is one of several slopes.
        """
        lp, x, y = self.program, optimum.values, optimum.duals
        z = lp.cost - lp.matrix.T @ y
        entry_rows = np.repeat(np.arange(len(y)), np.diff(lp.matrix.indptr))
        weighted = [
            (self.vectors["cost"], x),
            (np.array([self.offset]), np.ones(1)),
            (self.matrix, -y[entry_rows] * x[lp.matrix.indices]),
            (self.vectors["row_lower"], np.maximum(y, 0.0)),
            (self.vectors["row_upper"], np.minimum(y, 0.0)),
            (self.vectors["col_lower"], np.maximum(z, 0.0)),
            (self.vectors["col_upper"], np.minimum(z, 0.0)),
        ]
        size = len(self.formulas.values)
        weights: Vector = np.sum([np.bincount(nodes, weight, size) for nodes, weight in weighted], axis=0)
        slopes = self.formulas.gradient(weights)
        return {key: float(slopes[node]) for key, node in self.formulas.given.items()}

    def left_out(self) -> set[Key]:
        """The numbers that are nought and of which the program has left something out for it: their slopes are not known."""
        formulas = self.formulas
        decided = formulas.decided(NEGLIGIBLE)
        return {key for key, node in formulas.given.items() if formulas.values[node] == 0 and decided[node]}


def record(instance: Instance) -> RecordedProgram:
    """The program of an instance, compiled from numbers that remember where they came from."""
    recording = Recording()
    with PauseGC():
        # A zero that could give, such as a seed, moves bounds alone: it is kept, so that what it would move is known.
        given = {key: recording.give(key, value, keep=_may_give(key)) for key, value in numbers_of(instance).items()}
        numbers: dict[str, dict[Any, Any]] = {name: {} for name in instance.numbers}
        for (name, index), number in given.items():
            if name != "limits":
                numbers[name][index] = number
        limits = tuple(_recorded_limit(limit, given) for limit in instance.limits)
        model = build(replace(instance, numbers=numbers, limits=limits))
        program, nodes = compile_with(
            model,
            lambda raw: np.array([n.value if n.__class__ is Number else n for n in raw], float),
            lambda raw: np.array([recording.node(n) for n in raw], float),
        )
    return RecordedProgram(
        instance,
        program,
        recording.seal(),
        {name: getattr(nodes, name).astype(np.int32) for name in _VECTORS},
        nodes.matrix.data.astype(np.int32),
        nodes.quantity_matrix.data.astype(np.int32),
        int(nodes.offset),
    )


def _may_give(key: Key) -> bool:
    return key[0] == "limits" or (key[0] in PARAMETERS and PARAMETERS[key[0]].gives in ("more", "less"))


def numbers_of(instance: Instance) -> dict[Key, float]:
    """Every number of an instance that its program is made of, by its key."""
    numbers: dict[Key, float] = {
        (name, index): value for name, table in instance.numbers.items() for index, value in table.items()
    }
    numbers |= _limits_of(instance)
    return numbers


def _limits_of(instance: Instance) -> Iterator[tuple[Key, float]]:
    for limit in instance.limits:
        for year, value in limit.values.items():
            yield ("limits", (limit.name, limit.bound, year)), value


def _recorded_limit(limit: Limit, given: dict[Key, Number]) -> Limit:
    values: Any = {year: given["limits", (limit.name, limit.bound, year)] for year in limit.values}
    return replace(limit, values=values)


def _alike(first: Instance, second: Instance) -> bool:
    """True where the two have the same structure, so that their programs differ in their numbers only."""
    if first.structure is not second.structure or first.conventions is not second.conventions:
        conventions: list[Any] = [replace(part.conventions, title="", description="", units={}) for part in (first, second)]
        structures = [replace(part.structure, tables={}, places={}, prices={}) for part in (first, second)]
        if conventions[0] != conventions[1] or structures[0] != structures[1]:
            return False
    return list(map(_selection, first.limits)) == list(map(_selection, second.limits))


def _selection(limit: Limit) -> tuple[Any, ...]:
    return limit.name, limit.bound, limit.quantity, limit.items, limit.places, limit.over, limit.years


def _with_data(matrix: Any, data: Vector) -> Any:
    made = matrix.copy()
    made.data = data
    return made
