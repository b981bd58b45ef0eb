"""The value of a parameter at which the plan changes its mind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from planner.errors import PlannerError, Unbounded
from planner.instance import Instance
from planner.selections import refuse_idle_selection
from planner.studies.conditions import Condition, parse_condition
from planner.studies.programs import Programs, Solved
from planner.studies.varying import Varied, parse_varied

#: How many points of the range are looked at before anything is narrowed down, the ends included.
SAMPLES = 5

#: What a point of the range can be: the condition is true, false, or there is no plan to ask.
State = bool | None


@dataclass(frozen=True)
class Point:
    """A point: whether the condition holds, what was measured in its unit, the cost in GUSD; None without a plan."""

    at: float
    state: State
    measured: float | None
    cost: float | None
    solved: Solved | None


@dataclass(frozen=True)
class Switch:
    """Two neighbouring points of unlike state: what changes does so between `below` and `above`."""

    below: Point
    above: Point

    @property
    def value(self) -> float:
        """The middle of the two."""
        return (self.below.at + self.above.at) / 2

    @property
    def is_threshold(self) -> bool:
        """True where the condition switches; false where plans cease to be possible."""
        return self.below.state is not None and self.above.state is not None


@dataclass(frozen=True)
class Breakeven:
    """Where a condition switches along a parameter.

    `value` is the threshold in `varied.unit`, of several the one nearest to the present value, None where the condition never
    switches; `switches` has all that were found, `points` every point that was solved, in order.
    """

    varied: Varied
    condition: Condition
    accuracy: float
    points: tuple[Point, ...]
    switches: tuple[Switch, ...]
    parts: frozenset[str]
    linear: bool
    solves: int

    @property
    def value(self) -> float | None:
        """The threshold nearest to the present value, or None."""
        thresholds = [switch.value for switch in self.switches if switch.is_threshold]
        present = self.varied.present
        return min(thresholds, key=lambda t: abs(t - (t if present is None else present)), default=None)

    @property
    def table(self) -> pd.DataFrame:
        """Every point that was solved: place, whether the condition holds (None: no plan), what was measured, cost in GUSD."""
        listed = [(p.at, p.state, p.measured, p.cost) for p in self.points]
        return pd.DataFrame(listed, columns=["at", "holds", "measured", "cost"])

    def as_dict(self) -> dict[str, Any]:
        """The answer for `--json`."""
        return {
            "vary": self.varied.name, "unit": self.varied.unit or "1", "present": self.varied.present, "low": self.varied.low,
            "high": self.varied.high, "range": self.varied.about_range, "until": str(self.condition),
            "tolerance": self.condition.tolerance, "accuracy": self.accuracy, "value": self.value,
            "switches": [
                {"below": s.below.at, "above": s.above.at, "holds_below": s.below.state, "holds_above": s.above.state}
                for s in self.switches
            ],
            "changes": sorted(self.parts), "rebuilt": not self.linear, "solves": self.solves,
            "points": self.table.astype(object).where(self.table.notna(), None).to_dict("records"),
        }  # fmt: skip

    def __str__(self) -> str:
        from planner.studies.sentences import breakeven_said

        return breakeven_said(self)


def breakeven(
    instance: Instance,
    vary: str | Sequence[str],
    until: str,
    low: float | None = None,
    high: float | None = None,
    accuracy: float = 1e-3,
    watch: Callable[[str], None] | None = None,
) -> Breakeven:
    """Where along a parameter a condition switches, to `accuracy` as a share of the value.

    `vary` is an address or several (see `planner.studies.varying`), `low` and `high` bound it in the unit of its row, `until`
    is such as `compute.in_service[moon]@2050 > 5 GW`. Each solve starts from the plan before and is certified; on one side of
    every switch the program is built anew and held against the one that was solved. Raises AddressError or PlannerError for
    what cannot be read, InstanceError for a range that the instance does not allow, SolverError where an answer is not certified.
    """
    check_accuracy(accuracy)
    varied, condition = parse_varied(instance, vary, low, high), parse_condition(until, instance)
    programs = Programs(instance, (varied,), watch or (lambda step: None))
    look = Looking(programs, condition, (), accuracy)
    at = dict.fromkeys(varied.between(varied.low, varied.high, i / (SAMPLES - 1)) for i in range(SAMPLES))
    samples = [look.at(t) for t in at]
    switches = [s for a, b in pairwise(samples) for s in look.switches(a, b)]
    for switch in switches:
        look.confirm(switch)
    points = tuple(look.points[t] for t in sorted(look.points))
    return Breakeven(varied, condition, accuracy, points, tuple(switches), programs.parts, programs.linear, programs.solves)


def check_accuracy(accuracy: float) -> None:
    """Raise PlannerError for an accuracy that is no share, or that no arithmetic keeps."""
    if not 1e-9 <= accuracy < 1:
        raise PlannerError(f"an accuracy of {accuracy:g} cannot be kept, expected a share of the value from 1e-9 to below 1")


class Looking:
    """Looks at a condition along the last of the varied things, the others held at `fixed`; remembers what it saw."""

    def __init__(self, programs: Programs, condition: Condition, fixed: tuple[float, ...], accuracy: float) -> None:
        self.programs, self.condition, self._fixed, self._accuracy = programs, condition, fixed, accuracy
        self.varied = programs.varied[-1]
        self._checked = False
        self.points: dict[float, Point] = {}

    def at(self, t: float, start: Solved | None = None) -> Point:
        """The point at a value, solved if it was not yet."""
        if t not in self.points:
            self.points[t] = self._solve_at(t, start)
        return self.points[t]

    def _solve_at(self, t: float, start: Solved | None = None) -> Point:
        where = (*self._fixed, t)
        try:
            solved = self.programs.solve_at(*where, start=start)
        except Unbounded:
            solved = None
        if solved is None:
            return Point(t, None, None, None, None)
        made = self.programs.read_at(*where)
        if not self._checked:
            selection = self.condition.selection
            refuse_idle_selection(made, solved.program, selection.limit, str(selection))
            self._checked = True
        measured = self.condition.selection.measure(made, solved.program, solved.optimum.values)
        return Point(t, self.condition.holds(measured), measured, solved.cost, solved)

    def switches(self, below: Point, above: Point) -> list[Switch]:
        """Every change of state that halving between two points comes upon."""
        if below.state == above.state:
            return []
        if self.varied.close(below.at, above.at, self._accuracy):
            return [Switch(below, above)]
        middle = self.at(self.varied.between(below.at, above.at), below.solved or above.solved)
        return [*self.switches(below, middle), *self.switches(middle, above)]

    def confirm(self, switch: Switch) -> None:
        """Build the program anew on one side of a switch; raises PlannerError where it is not the one that was solved."""
        point = (*self._fixed, switch.above.at)
        if self.programs.differ_from_built(*point):
            raise PlannerError(
                f"at {self.varied.said(switch.above.at)} the program built anew is another than the one that was solved: "
                "the parameter changes it in a way that its ends do not show, ask for a narrower range"
            )
