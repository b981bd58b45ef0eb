"""Two parameters: for each value of the one, the value of the other at which the plan changes its mind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from planner.errors import PlannerError
from planner.instance import Instance
from planner.studies.breakeven import SAMPLES, Looking, Point, Switch, check_accuracy
from planner.studies.conditions import Condition, parse_condition
from planner.studies.programs import Programs
from planner.studies.varying import Varied, parse_axis

#: How many values of x, unless asked otherwise.
POINTS = 9

#: How far around the threshold of its neighbour a threshold is looked for first, as a share of the range of y.
NEAR = 1 / 16


@dataclass(frozen=True)
class Frontier:
    """The line on which a condition switches, in the units of `x` and `y`.

    `table` has a row a switch: `x`; `y`, the middle of `y_below` and `y_above`, between which the state changes from
    `holds_below` to `holds_above` (None: there is no plan); y is None where nothing switches, and `said` says what is.
    `points` has a row for every point that was solved: `x`, `y`, and whether the condition `holds` (None: there is no plan).
    """

    x: Varied
    y: Varied
    condition: Condition
    accuracy: float
    table: pd.DataFrame
    points: pd.DataFrame
    solves: int

    def as_dict(self) -> dict[str, Any]:
        """The answer for `--json`."""
        axes = {
            name: {"vary": v.name, "unit": v.unit or "1", "low": v.low, "high": v.high, "range": v.about_range}
            for name, v in (("x", self.x), ("y", self.y))
        }
        line, points = (table.astype(object).where(table.notna(), None).to_dict("records") for table in (self.table, self.points))
        said = {"until": str(self.condition), "accuracy": self.accuracy, "solves": self.solves}
        return {**axes, **said, "line": line, "points": points}

    def __str__(self) -> str:
        from planner.studies.sentences import frontier_said

        return frontier_said(self)


def frontier(
    instance: Instance,
    x: str,
    y: str,
    until: str = "compute.in_service[moon] > 0",
    accuracy: float = 1e-2,
    watch: Callable[[str], None] | None = None,
) -> Frontier:
    """The line on which a condition switches; `x` and `y` are such as `ADDRESS=LOW..HIGH:N`, N values of x, y to `accuracy`.

    Along the line each search begins around the threshold of its neighbour, where one switch is found and a second further off
    is not; where the neighbour has none, the range is sampled as by `breakeven`. Raises as `breakeven` does.
    """
    check_accuracy(accuracy)
    (across, number), (up, _), condition = (
        parse_axis(instance, x, POINTS),
        parse_axis(instance, y, POINTS),
        parse_condition(until, instance),
    )
    shared = {law.address for law in across.laws} & {law.address for law in up.laws}
    if shared:
        raise PlannerError(f"x and y both vary {', '.join(sorted(shared))}, expected two things")
    programs = Programs(instance, (across, up), watch or (lambda step: None))
    rows: list[dict[str, Any]] = []
    points: list[tuple[float, float, bool | None]] = []
    neighbour: Switch | None = None
    for at in dict.fromkeys(across.between(across.low, across.high, i / (number - 1)) for i in range(number)):
        look = Looking(programs, condition, (at,), accuracy)
        switches = _around(look, neighbour) if neighbour else []
        switches = switches or _sampled(look)
        rows += [_row(at, look, switch) for switch in switches] or [_unswitched(at, look)]
        points += [(at, t, look.points[t].state) for t in sorted(look.points)]
        neighbour = next((switch for switch in switches if switch.is_threshold), None)
    columns = ["x", "y", "y_below", "y_above", "holds_below", "holds_above", "said"]
    seen = pd.DataFrame(points, columns=["x", "y", "holds"])
    return Frontier(across, up, condition, accuracy, pd.DataFrame(rows, columns=columns), seen, programs.solves)


def _sampled(look: Looking) -> list[Switch]:
    """The switches between some points of the whole range."""
    v = look.varied
    return _between(
        [look.at(t) for t in dict.fromkeys(v.between(v.low, v.high, i / (SAMPLES - 1)) for i in range(SAMPLES))], look
    )


def _between(points: list[Point], look: Looking) -> list[Switch]:
    return [switch for a, b in pairwise(points) for switch in look.switches(a, b)]


def _around(look: Looking, neighbour: Switch) -> list[Switch]:
    """The switches within a window around the neighbour's, made four times as wide until it holds one or is the whole range."""
    v, width = look.varied, NEAR
    while width < 2:
        low, high = (
            max(min(v.moved(t, by), v.high), v.low) for t, by in ((neighbour.below.at, -width), (neighbour.above.at, width))
        )
        found = _between([look.at(low, neighbour.below.solved), look.at(high, neighbour.above.solved)], look)
        if found or (low == v.low and high == v.high):
            return found
        width *= 4
    return []


def _row(x: float, look: Looking, switch: Switch) -> dict[str, Any]:
    below, above = switch.below, switch.above
    said = f"y = {look.varied.said(switch.value)}, {_state(below)} below and {_state(above)} above"
    return {
        "x": x, "y": switch.value, "y_below": below.at, "y_above": above.at,
        "holds_below": below.state, "holds_above": above.state, "said": said,
    }  # fmt: skip


def _unswitched(x: float, look: Looking) -> dict[str, Any]:
    point = next(iter(look.points.values()))
    return {
        "x": x, "y": None, "y_below": None, "y_above": None, "holds_below": point.state, "holds_above": point.state,
        "said": f"{_state(point)} at every y that was looked at",
    }  # fmt: skip


def _state(point: Point) -> str:
    return "no plan" if point.state is None else "true" if point.state else "false"
