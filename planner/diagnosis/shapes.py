"""Numbers that shape a program, tried one by one: dates, lives, delays, growth, losses and zeros.

They decide which columns and rows there are, or enter coefficients in a way of their own, so that each trial builds the
model anew. All are tried together first, each as helpful as it may be: where even that is not enough, none of them would
do. Otherwise each half is tried, and so on down to those that would do by themselves; where a part is enough and neither
half of it is, the fewest of its members that are enough together are looked for.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.diagnosis.givens import givens
from planner.diagnosis.relaxation import NOUGHT, Change, Deadline, Elastic, make_elastic, solve_elastic, unless_interrupted
from planner.errors import Infeasible, InstanceError, PlannerError, SolverLimit
from planner.highs import Optimum
from planner.instance import Instance, ParameterRow
from planner.instance.sizes import MOST_GROWTH
from planner.lp import compile
from planner.model import build
from planner.recorded import RecordedProgram

#: So many models are built at most.
_MOST_BUILT = 24

#: Numbers that leave no column, or no more than a zero, so that no row of the program names what they are about.
_ABSENCES = ("first_year", "last_year", "opens", "closes", "delay", "max_delay", "lead_time")

#: Numbers without which nothing is done, or nothing stands, where they are zero; a share is tried at parts of its bound.
_NEEDED, _PARTS = ("availability", "existing", "grade"), (0.1, 0.25, 0.5, 1.0)

#: What is tried in the place of a zero that has no bound, in the unit of the model.
_SIZES = tuple(10.0**power for power in range(-3, 6))

#: Factors by which growth is tried, the yearly rates that are tried where there is none, and factors of failures and losses.
_MORE, _RATES, _LESS = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0), (0.05, 0.1, 0.2, 0.5, 1.0), (0.75, 0.5, 0.25, 0.1, 0.0)


@dataclass(frozen=True)
class _Shape:
    """A row and the values that are tried for it, in its own unit or as factors, from the nearest to the most helpful."""

    row: ParameterRow
    values: tuple[float, ...]
    operation: str

    def change(self, value: float) -> Change:
        row, before = self.row, 1.0 if self.operation == "*" else self.row.value or 0.0
        address, unit = row.own_address, "" if self.operation == "*" else row.unit
        return Change("shape", address, None, before, value, unit, row.file, row.line, self.operation, row.changed_by)


class _OutOfBuilds(PlannerError):
    """As many models were built as may be."""


@dataclass
class _Trials:
    instance: Instance
    recorded: RecordedProgram
    deadline: Deadline
    built: int = 0
    found: list[tuple[Change, ...]] = field(default_factory=list)
    known: dict[tuple[Change, ...], bool] = field(default_factory=dict)

    def mend(self, changes: Sequence[Change]) -> bool:
        """True where a plan exists with these changes. Raises SolverLimit, or _OutOfBuilds, where no more can be tried."""
        tried = tuple(changes)
        if tried not in self.known:
            self.known[tried] = self._mends(tried)
        return self.known[tried]

    def _mends(self, changes: tuple[Change, ...]) -> bool:
        if self.built == _MOST_BUILT:
            raise _OutOfBuilds
        if self.deadline.passed:
            raise SolverLimit("no time was left")
        self.built += 1
        changed = self.instance.replace({change.target: (change.operation, change.after) for change in changes})
        program = self.recorded.program_of(changed) or compile(build(changed))
        # It gives as the instance itself does: where it need not give at all there is a plan, however far it would have to.
        elastic = make_elastic(program, givens(self.instance, program, self.recorded))
        try:
            return solve_elastic(elastic.with_costs(1 / elastic.sizes), self.deadline).objective <= NOUGHT
        except Infeasible:
            return False

    def split(self, shapes: list[_Shape]) -> None:
        """Find those that would do by themselves, or else the fewest that would do together."""
        try:
            helpful = self.mend(_furthest(shapes))
        except InstanceError:  # what is allowed one by one need not be allowed together
            helpful = len(shapes) > 1
        if helpful and len(shapes) > 1:
            half, before = len(shapes) // 2, len(self.found)
            self.split(shapes[:half])
            self.split(shapes[half:])
            if len(self.found) == before and (few := self._fewest([], shapes)):
                self.found.append(self._nearest(few))
        elif helpful:
            self.found.append(self._nearest(shapes))

    def _fewest(self, known: list[_Shape], among: list[_Shape]) -> list[_Shape]:
        """Those of `among` that do beside those that are `known` to be needed, none of which can be spared (QuickXplain).

        Junker, "QuickXplain: preferred explanations and relaxations for over-constrained problems", AAAI 2004.
        """
        if len(among) == 1:
            return among
        first, second = among[: len(among) // 2], among[len(among) // 2 :]
        of_second = [] if self._enough([*known, *first]) else self._fewest([*known, *first], second)
        of_first = [] if self._enough([*known, *of_second]) else self._fewest([*known, *of_second], first)
        return [*of_first, *of_second]

    def _enough(self, shapes: list[_Shape]) -> bool:
        try:
            return bool(shapes) and self.mend(_furthest(shapes))
        except InstanceError:
            return False

    def _nearest(self, shapes: list[_Shape]) -> tuple[Change, ...]:
        """The values nearest to what was given that do, each in turn with the others as they are then."""
        taken = _furthest(shapes)
        for i, shape in enumerate(shapes):

            def does(value: float, i: int = i, shape: _Shape = shape) -> bool:
                return self.mend([*taken[:i], shape.change(value), *taken[i + 1 :]])

            taken[i] = shape.change(shape.values[bisect.bisect_left(shape.values[:-1], True, key=does)])
        return tuple(taken)


def _furthest(shapes: Iterable[_Shape]) -> list[Change]:
    """Each as helpful as it may be."""
    return [shape.change(shape.values[-1]) for shape in shapes]


def mending_shapes(
    instance: Instance, elastic: Elastic, least: Optimum, recorded: RecordedProgram, deadline: Deadline
) -> tuple[list[tuple[Change, ...]], bool]:
    """The numbers that shape the program and would do by themselves, as changes; and whether there was time to find all.

    Several changes stand together where none of them is enough by itself.
    """
    trials = _Trials(instance, recorded, deadline)
    shapes = _shapes(instance, _at_fault(instance, elastic, least))
    try:
        if shapes:
            trials.split(shapes)
    except SolverLimit as error:
        unless_interrupted(error)
        return trials.found, False
    except PlannerError:
        return trials.found, True
    return trials.found, True


def _at_fault(instance: Instance, elastic: Elastic, least: Optimum) -> set[Any]:
    """The labels of the rows that prove that there is no plan; of a limit, the items that it is about."""
    proving = np.abs(least.duals) > 1e-9
    items = {limit.name: limit.items for limit in instance.limits}
    labels: set[Any] = set()
    for family in elastic.program.rows:
        for position in np.flatnonzero(proving[family.rows]).tolist():
            index = family.index[position]
            labels.update(index)
            labels.update(items.get(index[0], ()) if family.name == "limit" else ())
    return labels


def _shapes(instance: Instance, at_fault: set[Any]) -> list[_Shape]:
    """What is worth a trial: what leaves no row behind, and the rest of what the rows at fault name."""
    found = []
    for row in instance.rows:
        values, operation = _values(instance, row)
        if values and (row.item in at_fault or not row.item or _leaves_nothing(instance, row)):
            found.append(_Shape(row, values, operation))
    return sorted(found, key=lambda shape: (shape.row.item not in at_fault, any(shape.row.values)))


def _leaves_nothing(instance: Instance, row: ParameterRow) -> bool:
    """Whether a number may be why there is no column: a life, too, where orders end before the horizon does."""
    ends = row.parameter == "lifetime" and row.item in instance.numbers[f"{row.block}.last_year"]
    return row.parameter in (*_ABSENCES, *_NEEDED) or ends


def _values(instance: Instance, row: ParameterRow) -> tuple[tuple[float, ...], str]:
    """The values to try for a row, from the nearest, and whether they are set or multiply; none where it has no such number."""
    name, numbers = row.parameter, instance.numbers
    factor, now = instance.units.factor(row.unit, row.declaration.unit), row.value or 0.0
    if name == "growth":
        return _growing(instance, row, factor)
    if name in ("annual_failure", "loss"):
        return (_LESS if any(row.values) else ()), "*"
    if name in _NEEDED:
        return (() if any(row.values) else _above_zero(row, factor)), "="
    if row.value is None:
        return (), "="
    span = instance.years[-1] + instance.weights[instance.years[-1]] - instance.years[0]
    tried: dict[str, Iterable[float]] = {
        "first_year": (year for year in reversed(instance.years) if year < now * factor),
        "opens": (year for year in reversed(instance.years) if year < now * factor),
        "last_year": (year for year in instance.years if year > now * factor),
        "closes": (year for year in instance.years if year > now * factor),
        "lead_time": range(round(now * factor) - 1, -1, -1), "lifetime": range(round(now * factor) + 1, span + 1),
        "delay": sorted({most for most in numbers["compute.max_delay"].values() if most < now * factor}, reverse=True),
        "max_delay": sorted({delay for delay in numbers["compute.delay"].values() if delay > now * factor}),
    }  # fmt: skip
    return tuple(value / factor for value in tried.get(name, ())), "="


def _above_zero(row: ParameterRow, factor: float) -> tuple[float, ...]:
    """What may stand in the place of a zero: parts of the bound where there is one, or sizes from small to large."""
    upper = row.declaration.upper
    return tuple(upper * part / factor for part in _PARTS) if upper < math.inf else tuple(size / factor for size in _SIZES)


def _growing(instance: Instance, row: ParameterRow, factor: float) -> tuple[tuple[float, ...], str]:
    """Rates of growth, or factors of one, that leave it within what an instance may have."""
    step = max((later - earlier for earlier, later in itertools.pairwise(instance.years)), default=1)
    now, most = max(row.values) * factor, math.expm1(math.log(MOST_GROWTH) / step)
    if now > 0:
        return tuple(by for by in _MORE if now * by <= most), "*"
    return tuple(rate / factor for rate in _RATES if rate <= most), "="
