"""Recorded arithmetic: numbers that remember how they came about.

A program is compiled once from numbers of this kind, and the recording then knows every coefficient as a formula of the
instance's numbers. Two things follow without building the model again: the coefficients for other numbers
(`Formulas.evaluate`), and the derivative of any weighted sum of coefficients with respect to every number at once, by
one sweep backwards (`Formulas.gradient`).

What the building of a model decides by comparing a number (a term is left out where its rate is nought, a vintage ends
when its lifetime says) is recorded as well: `Formulas.holds` says whether other numbers would decide the same. Where
they would not, the structure of the program is another one, and it has to be built anew.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, NoReturn

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from pyomo.common.numeric_types import RegisterNumericType

Vector = NDArray[np.float64]
Nodes = NDArray[np.int32]

_GIVEN, _ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _POWER, _EXPM1, _LOG1P, _LEAST = range(9)

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")
}


class Number:
    """A number of a recording; arithmetic with it is recorded, comparing it is too, and it cannot be made a plain float."""

    __slots__ = ("node", "recording", "value")

    def __init__(self, recording: Recording, node: int, value: float) -> None:
        self.recording, self.node, self.value = recording, node, value

    def __add__(self, other: Any) -> Any:
        return self.recording.binary(_ADD, self, other, operator.add)

    def __radd__(self, other: Any) -> Any:
        return self if other.__class__ in (int, float) and other == 0 else self.recording.binary(_ADD, other, self, operator.add)

    def __sub__(self, other: Any) -> Any:
        return self.recording.binary(_SUBTRACT, self, other, operator.sub)

    def __rsub__(self, other: Any) -> Any:
        return self.recording.binary(_SUBTRACT, other, self, operator.sub)

    def __mul__(self, other: Any) -> Any:
        return self.recording.binary(_MULTIPLY, self, other, operator.mul)

    def __rmul__(self, other: Any) -> Any:
        return self.recording.binary(_MULTIPLY, other, self, operator.mul)

    def __truediv__(self, other: Any) -> Any:
        return self.recording.binary(_DIVIDE, self, other, operator.truediv)

    def __rtruediv__(self, other: Any) -> Any:
        return self.recording.binary(_DIVIDE, other, self, operator.truediv)

    def __pow__(self, other: Any) -> Any:
        return self.recording.binary(_POWER, self, other, operator.pow)

    def __rpow__(self, other: Any) -> Any:
        return self.recording.binary(_POWER, other, self, operator.pow)

    def __neg__(self) -> Any:
        return self.recording.binary(_MULTIPLY, -1.0, self, operator.mul)

    def __pos__(self) -> Number:
        return self

    def __abs__(self) -> Any:
        return -self.least(-self)  # without asking for the sign, which is no structure

    def expm1(self) -> Any:
        """exp(x) - 1."""
        return self.recording.binary(_EXPM1, self, 0.0, lambda x, _: math.expm1(x))

    def log1p(self) -> Any:
        """log(1 + x)."""
        return self.recording.binary(_LOG1P, self, 0.0, lambda x, _: math.log1p(x))

    def least(self, other: Any) -> Any:
        """The lesser of this and another number; which it is is not structure."""
        return self.recording.binary(_LEAST, self, other, min)

    def __lt__(self, other: Any) -> bool:
        return self.recording.compare("lt", self, other)

    def __le__(self, other: Any) -> bool:
        return self.recording.compare("le", self, other)

    def __gt__(self, other: Any) -> bool:
        return self.recording.compare("gt", self, other)

    def __ge__(self, other: Any) -> bool:
        return self.recording.compare("ge", self, other)

    def __eq__(self, other: object) -> bool:
        return self.recording.compare("eq", self, other)

    def __ne__(self, other: object) -> bool:
        return self.recording.compare("ne", self, other)

    def __bool__(self) -> bool:
        return self.node in self.recording.kept or self.recording.compare("ne", self, 0.0)

    def __round__(self, digits: int | None = None) -> int:
        if digits is not None:
            raise TypeError("a recorded number is rounded to whole numbers only")
        self.recording.compare("eq", self, self.value)  # whatever follows from a whole number is structure
        return round(self.value)

    def __hash__(self) -> int:
        return hash(self.node)

    def __float__(self) -> NoReturn:
        raise TypeError("a recorded number would lose its record as a float")

    def __repr__(self) -> str:
        return f"Number({self.value!r})"


RegisterNumericType(Number)


class Recording:
    """The formulas behind the numbers of a program.

    `given` are the numbers that were put in, by whatever key they were put in with; every other node is an operation on two
    earlier nodes. `seal` ends the recording and makes it fast to evaluate.
    """

    def __init__(self) -> None:
        self.given: dict[Any, int] = {}
        self._constants: dict[float, int] = {}
        self._operations: list[int] = []
        self._left: list[int] = []
        self._right: list[int] = []
        self._values: list[float] = []
        self._compared: dict[tuple[str, int, int], bool] = {}
        self.kept: set[int] = set()
        self.node(0.0)  # the node of what is not there

    def give(self, key: Hashable, value: float, keep: bool = False) -> Number:
        """A number to start from, under a key of its own; `keep` has a zero added where terms that are zero are left out."""
        self.given[key] = node = self._append(_GIVEN, -1, -1, value)
        if keep and value == 0:
            self.kept.add(node)
        return Number(self, node, value)

    def node(self, number: Any) -> int:
        """The node of a recorded number, or of a plain one as a constant."""
        if number.__class__ is Number:
            return int(number.node)
        found = self._constants.get(number)
        if found is None:
            self._constants[number] = found = self._append(_GIVEN, -1, -1, float(number))
        return found

    def binary(self, operation: int, left: Any, right: Any, apply: Callable[[float, float], float]) -> Any:
        """The result of an operation, recorded; NotImplemented where an operand is no number (a Pyomo expression)."""
        operands = []
        for operand in (left, right):
            if operand.__class__ is Number:
                operands.append(operand.value)
            elif isinstance(operand, (int, float)):
                operands.append(operand)
            else:
                return NotImplemented
        value = apply(operands[0], operands[1])
        made = self._append(operation, self.node(left), self.node(right), value)
        if value == 0 and operation in (_MULTIPLY, _DIVIDE) and not self.kept.isdisjoint((self._left[made], self._right[made])):
            self.kept.add(made)
        return Number(self, made, value)

    def compare(self, name: str, left: Number, right: Any) -> bool:
        """The answer to a comparison, which the structure of the program then hangs on."""
        other = right.value if right.__class__ is Number else right
        if not isinstance(other, (int, float)):
            return name == "ne" if name in ("eq", "ne") else NotImplemented
        answer = bool(_COMPARISONS[name](left.value, other))
        self._compared[name, left.node, self.node(right)] = answer
        return answer

    def _append(self, operation: int, left: int, right: int, value: float) -> int:
        self._operations.append(operation)
        self._left.append(left)
        self._right.append(right)
        self._values.append(value)
        return len(self._values) - 1

    def seal(self) -> Formulas:
        """The recording as arrays, ready to be evaluated; what is recorded afterwards is not in them."""
        return Formulas(self)


class Formulas:
    """All nodes of a recording, by depth: the nodes of a depth hang on shallower ones only and are computed together."""

    def __init__(self, recording: Recording) -> None:
        self.given = dict(recording.given)
        self.values: Vector = np.array(recording._values)
        self._operations = np.array(recording._operations, np.int8)
        self._left, self._right = np.array(recording._left, np.int32), np.array(recording._right, np.int32)
        self._steps = list(self._by_depth())
        names = np.array([name for name, _, _ in recording._compared], dtype=object)
        pairs = np.array([(left, right) for _, left, right in recording._compared], np.int32).reshape(-1, 2)
        answers = np.array(list(recording._compared.values()), bool)
        self._compared = {name: (*pairs[names == name].T, answers[names == name]) for name in _COMPARISONS}

    def _by_depth(self) -> Iterator[tuple[int, Nodes]]:
        """Groups of nodes with the same operation and depth, shallow ones first."""
        depth = np.zeros(len(self.values), np.int32)
        made = np.flatnonzero(self._operations != _GIVEN)
        left, right = self._left.tolist(), self._right.tolist()
        deep = depth.tolist()
        for node in made.tolist():
            deep[node] = 1 + max(deep[left[node]], deep[right[node]])
        key = np.array(deep)[made] * 16 + self._operations[made]
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        for nodes in np.split(made[order], starts[1:]):
            if len(nodes):
                yield int(self._operations[nodes[0]]), nodes.astype(np.int32)

    def evaluate(self, given: Mapping[Any, float]) -> Vector:
        """The value of every node where some of the given numbers are others. KeyError for a key that was never given."""
        values = self.values.copy()
        for key, value in given.items():
            values[self.given[key]] = value
        with np.errstate(all="ignore"):  # what is not finite is found where the program is checked
            for operation, nodes in self._steps:
                values[nodes] = _APPLY[operation](values[self._left[nodes]], values[self._right[nodes]])
        return values

    def holds(self, values: Vector) -> bool:
        """True where every comparison that the structure hangs on comes out as it did when it was recorded."""
        return all(
            np.array_equal(_COMPARISONS[name](values[left], values[right]), answers)
            for name, (left, right, answers) in self._compared.items()
        )

    def ancestors(self, nodes: Nodes) -> Any:
        """True for every node that one of some nodes hangs on, those themselves included."""
        found = np.zeros(len(self.values), bool)
        found[nodes] = True
        for _, made in reversed(self._steps):
            hanging = made[found[made]]
            found[self._left[hanging]] = found[self._right[hanging]] = True
        return found

    def decided(self, within: float) -> Any:
        """True for every node that would move a comparison whose sides lie no further apart than that."""
        values, random = self.values, np.random.default_rng(0)
        weights = np.zeros(len(values))
        for left, right, _ in self._compared.values():
            close = np.abs(values[left] - values[right]) <= within
            weight = random.uniform(1.0, 2.0, close.sum())  # so that no two of what is compared cancel out
            np.add.at(weights, left[close], weight)
            np.add.at(weights, right[close], -weight)
        return np.abs(self.gradient(weights)) > 1e-9  # what moves both sides alike leaves a rounding error

    def jacobian(self, nodes: Nodes) -> Any:
        """The derivatives of some nodes by the given numbers: sparse, a row for each node and a column for each of `given`."""
        wanted = self.ancestors(nodes)
        column = np.full(len(self.values), -1)
        column[list(self.given.values())] = np.arange(len(self.given))
        leaves = np.flatnonzero(wanted & (column >= 0))
        place = np.full(len(self.values), -1)  # a node's row among those computed so far; -1 where no given number enters it
        place[leaves] = np.arange(len(leaves))
        ones = (np.ones(len(leaves)), (place[leaves], column[leaves]))
        found = sparse.csr_array(ones, shape=(len(leaves), len(self.given)))
        x = self.values
        with np.errstate(all="ignore"):
            for operation, made in self._steps:
                left, right = self._left[made], self._right[made]
                of_some = wanted[made] & ((place[left] >= 0) | (place[right] >= 0))
                made, left, right = made[of_some], left[of_some], right[of_some]
                if not len(made):
                    continue
                number, local = np.arange(len(made)), sparse.csr_array((len(made), found.shape[0]))
                for operand, by in zip((left, right), _SLOPES[operation](x[left], x[right], x[made]), strict=True):
                    known = place[operand] >= 0
                    slopes = np.broadcast_to(by, len(made))[known]
                    local = local + sparse.csr_array((slopes, (number[known], place[operand[known]])), shape=local.shape)
                place[made] = found.shape[0] + number
                found = sparse.csr_array(sparse.vstack([found, local @ found]))
        rows = sparse.csr_array(sparse.vstack([found, sparse.csr_array((1, len(self.given)))]))
        return rows[np.where(place[nodes] >= 0, place[nodes], found.shape[0])]

    def gradient(self, weights: Vector, values: Vector | None = None) -> Vector:
        """The derivative of `weights @ values` by every node, at the recorded or other `values`; those of the given are read."""
        slopes = weights.copy()
        x = self.values if values is None else values
        with np.errstate(all="ignore"):
            for operation, nodes in reversed(self._steps):
                left, right, slope = self._left[nodes], self._right[nodes], slopes[nodes]
                by_left, by_right = _SLOPES[operation](x[left], x[right], x[nodes])
                np.add.at(slopes, left, np.where(slope == 0, 0.0, slope * by_left))
                np.add.at(slopes, right, np.where(slope == 0, 0.0, slope * by_right))
        return slopes

    def tangent(self, amounts: Mapping[Any, float]) -> Vector:
        """The derivative of every node as the given numbers change by these amounts. KeyError for a key that was never given."""
        tangent = np.zeros(len(self.values))
        for key, amount in amounts.items():
            tangent[self.given[key]] = amount
        x = self.values
        with np.errstate(all="ignore"):
            for operation, nodes in self._steps:
                left, right = self._left[nodes], self._right[nodes]
                by_left, by_right = _SLOPES[operation](x[left], x[right], x[nodes])
                from_left, from_right = tangent[left], tangent[right]
                tangent[nodes] = np.where(from_left == 0, 0.0, by_left * from_left)
                tangent[nodes] += np.where(from_right == 0, 0.0, by_right * from_right)
        return tangent

    def slopes_of(self, node: int) -> dict[int, float]:
        """The derivative of one node with respect to each node that it hangs on; `gradient` goes through them all."""
        slopes, waiting, x = {node: 1.0}, {node}, self.values
        with np.errstate(all="ignore"):
            while waiting:
                made = max(waiting)  # a node is younger than those that it hangs on
                waiting.remove(made)
                if self._operations[made] != _GIVEN:
                    left, right = int(self._left[made]), int(self._right[made])
                    by_each = _SLOPES[int(self._operations[made])](x[left], x[right], x[made])
                    for operand, by in zip((left, right), by_each, strict=True):
                        slopes[operand] = slopes.get(operand, 0.0) + (slopes[made] * float(by) if slopes[made] else 0.0)
                    waiting |= {left, right}
        return slopes


_APPLY: dict[int, Callable[[Vector, Vector], Vector]] = {
    _ADD: np.add,
    _SUBTRACT: np.subtract,
    _MULTIPLY: np.multiply,
    _DIVIDE: np.divide,
    _POWER: np.power,
    _EXPM1: lambda x, _: np.expm1(x),
    _LOG1P: lambda x, _: np.log1p(x),
    _LEAST: np.minimum,
}

#: The derivatives of an operation by its operands x and y, given its result z; one by a constant goes nowhere.
_SLOPES: dict[int, Callable[[Vector, Vector, Vector], tuple[Any, Any]]] = {
    _ADD: lambda x, y, z: (1.0, 1.0),
    _SUBTRACT: lambda x, y, z: (1.0, -1.0),
    _MULTIPLY: lambda x, y, z: (y, x),
    _DIVIDE: lambda x, y, z: (1 / y, -z / y),
    _POWER: lambda x, y, z: (y * np.power(x, y - 1), z * np.log(x)),
    _EXPM1: lambda x, y, z: (z + 1, 0.0),
    _LOG1P: lambda x, y, z: (1 / (1 + x), 0.0),
    _LEAST: lambda x, y, z: (np.where(x <= y, 1.0, 0.0), np.where(x <= y, 0.0, 1.0)),
}
