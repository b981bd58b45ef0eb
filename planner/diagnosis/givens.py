"""Givens: the numbers of the instance that could give, and the rows and bounds of the program that would move with them.

A given may move one way by some amount; every row and bound that comes from its number moves by that amount times a
coefficient, which the formulas of the program know. A number that varies by year is a given a year. What stands already
gives as a whole, by a share of it. Which parameters give, and which way, is said where they are declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.declarations import PARAMETERS
from planner.diagnosis.sources import Sources
from planner.instance import Instance, LimitRow, ParameterRow, limit_unit
from planner.instance.numbers import AT_START
from planner.instance.rows import place_in_words
from planner.lp import Family, LinearProgram
from planner.parameters import Parameter
from planner.recorded import Key, RecordedProgram, record

#: What the givens of a parameter are called where that is not the parameter's own name.
_KINDS = {"size": "market", "tonnage": "deposit", "initial_stock": "stock"}


@dataclass(frozen=True)
class Given:
    """A number at an address (and year), in the row's own unit, of which `factor` makes the model's.

    `way` is 1 where it would have to be raised, -1 where lowered; `kind` says what it is to the model. `rows` and
    `columns` hold, by position, how much the row's bounds and the column's upper bound move per unit (of the model) of
    movement. `most` is how far it can move at all. `item` is what it is about, such as a workload: a row that names none is
    about many, and `about` has that of each row ("row", position) and column ("column", position).
    """

    kind: str
    address: str
    year: int | None
    way: int
    value: float
    unit: str
    factor: float
    file: str
    line: int
    most: float = float("inf")
    rows: dict[int, float] = field(default_factory=dict)
    columns: dict[int, float] = field(default_factory=dict)
    changed_by: str = ""
    item: str = ""
    about: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def items(self) -> list[str]:
        """All that it is about."""
        return list(dict.fromkeys(self.about.values())) or [self.item]

    @property
    def place(self) -> str:
        """`file:line` of the row, and what changed it."""
        return place_in_words(self.file, self.line, self.changed_by)


def givens(instance: Instance, lp: LinearProgram, recorded: RecordedProgram | None = None) -> list[Given]:
    """Every number that could give; `recorded` is the instance's program with its formulas, where it is at hand.

    `lp` may have further columns and rows beside those of the instance.
    """
    found: dict[tuple[str, int | None, int], Given] = {}
    moves = _Moves(recorded or record(instance), lp)
    for given in (*_limits(instance, moves), *_numbers(instance, moves)):
        known = found.setdefault((given.address, given.year, given.way), given)
        if known is not given:
            _add(known.rows, given.rows)
            _add(known.columns, given.columns)
        known.about.update({("row", p): given.item for p in given.rows} | {("column", p): given.item for p in given.columns})
    return list(found.values())


def _add(known: dict[int, float], further: dict[int, float]) -> None:
    """Add to what is known; what a bound gains by one number it may lose by another, as where the same stands for years."""
    for position, by in further.items():
        before = known.pop(position, 0.0)
        if abs(before + by) > 1e-12 * abs(by):
            known[position] = before + by


class _Moves:
    """How far the bounds of rows and the upper bounds of columns of a program move with each number of an instance."""

    def __init__(self, recorded: RecordedProgram, lp: LinearProgram) -> None:
        keys, self._by_name = recorded.moves_of_bounds()
        self._places = {key: place for place, key in enumerate(keys)}
        self._rows = positions(recorded.program.rows, lp.rows)
        self._columns = positions(recorded.program.columns, lp.columns)

    @property
    def keys(self) -> Iterator[Key]:
        return iter(self._places)

    def of(self, key: Key, times: float) -> tuple[dict[int, float], dict[int, float]]:
        """By position, how far rows and columns move as the number moves by `times` a unit of the model."""
        rows = self._of("row_lower", key, self._rows, times) | self._of("row_upper", key, self._rows, times)
        return rows, self._of("col_upper", key, self._columns, times)

    def _of(self, name: str, key: Key, there: list[int], times: float) -> dict[int, float]:
        moves, place = self._by_name[name], self._places[key]
        entries = slice(moves.indptr[place], moves.indptr[place + 1])
        pairs = zip(moves.indices[entries].tolist(), moves.data[entries].tolist(), strict=True)
        return {there[own]: times * by for own, by in sorted(pairs) if times * by and np.isfinite(by) and there[own] >= 0}


def positions(own: tuple[Family, ...], others: tuple[Family, ...]) -> list[int]:
    """Where each member of families stands among the families of another program; -1 where it has no such member."""
    there = {(family.name, index): place for family in others for place, index in enumerate(family.index, family.start)}
    return [there.get((family.name, index), -1) for family in own for index in family.index]


def _limits(instance: Instance, moves: _Moves) -> Iterator[Given]:
    rows: dict[tuple[str, str], LimitRow] = {row.key: row for row in instance.limit_rows}
    for limit in instance.limits:
        row, way = rows[limit.name, limit.bound], 1 if limit.bound == "upper" else -1
        factor = instance.units.factor(row.unit, limit_unit(limit.quantity, limit.over))
        for year, value in limit.values.items():
            moved, columns = moves.of(("limits", (limit.name, limit.bound, year)), way)
            most = value if way < 0 and not limit.quantity.startswith("cost.") else float("inf")
            if moved or columns:
                yield Given("limit", row.address, year, way, value / factor, row.unit, factor, row.file, row.line, most,
                            moved, columns, changed_by=row.changed_by, item=limit.name)  # fmt: skip


def _numbers(instance: Instance, moves: _Moves) -> Iterator[Given]:
    """The givens of the parameters that are declared to give."""
    sources = Sources(instance)
    for name, index in moves.keys:
        parameter = None if name == "limits" else PARAMETERS[name.removesuffix(AT_START)]
        if parameter is None or not parameter.gives:
            continue
        labels = index if isinstance(index, tuple) else (index,)
        value, row = instance.numbers[name][index], sources.row(name, *labels)
        way, times = {"more": (1, 1.0), "less": (-1, -1.0), "share": (-1, -value)}[parameter.gives]
        rows, columns = moves.of((name, index), times)
        if not rows and not columns:
            continue
        if parameter.gives == "share":
            if row is not None and instance.numbers[parameter.key][(*labels[:2], instance.years[0])] > 0:
                yield _given(parameter, row, None, way, 1.0, rows, columns, labels, unit="")
        elif row is not None:
            factor = instance.units.factor(row.unit, parameter.unit)
            year = labels[-1] if parameter.by_year else None
            yield _given(parameter, row, year, way, value, rows, columns, labels, unit=row.unit, factor=factor)
        elif (growth := _growth(sources, parameter, labels)) is not None:
            address = f"{parameter.block}.{labels[0]}.{parameter.name}[{labels[1]}]"
            yield _given(parameter, growth, None, way, 0.0, rows, columns, labels, unit=parameter.unit, address=address)


def _growth(sources: Sources, parameter: Parameter, labels: tuple[Any, ...]) -> ParameterRow | None:
    """The row of growth that begins from a seed which no row states."""
    return sources.row(f"{parameter.block}.growth", *labels) if parameter.name == "seed" else None


def _given(
    parameter: Parameter, row: ParameterRow, year: int | None, way: int, value: float, rows: dict[int, float],
    columns: dict[int, float], labels: tuple[Any, ...], unit: str, factor: float = 1.0, address: str = "",
) -> Given:  # fmt: skip
    """The given behind a row; `value` in the unit of the model, of which `factor` makes the row's own."""
    address = address or row.own_address
    return Given(
        _KINDS.get(parameter.name, parameter.name), address, year, way, value / factor, unit, factor, row.file, row.line,
        value if way < 0 else float("inf"), rows, columns, changed_by=row.changed_by, item=str(labels[0]),
    )  # fmt: skip
