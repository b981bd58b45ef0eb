"""The least cost as a function of a cost or of a right-hand side: piecewise linear, with all its breakpoints.

A plan that is kept while costs change costs as much as the best one or more, along a straight line; duals that are kept while
right-hand sides change give a lower bound, along a straight line too. So every solve gives a line that touches the function
and never crosses it. The lines of the two ends of an interval meet at a point; a solve there either finds the function on the
lines, and the point is its one breakpoint in the interval, or gives a new line, and the interval is split there (Eisner and
Severance 1976). Nothing is sampled.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.errors import PlannerError, Unbounded
from planner.instance import Instance
from planner.studies.changes import changes_between, compute_by_body
from planner.studies.lines import SAME_POINT, Line, Meeting, chord, kept_duals, kept_plan, meeting, merged
from planner.studies.programs import Programs, Solved
from planner.studies.varying import Varied, parse_varied

#: Two costs that differ by less than this share of the larger (and 1 GUSD) are the same.
SAME_COST = 1e-9

#: The most breakpoints, unless asked otherwise.
MOST = 300


@dataclass(frozen=True)
class Breakpoint:
    """Where the slope of the least cost changes: its place, the cost in GUSD, slopes in GUSD per unit, the change in the plan.

    `error` is 0 where the point is exact; else how far, in GUSD, the function may be from the lines that meet here.
    """

    at: float
    cost: float
    slope_left: float
    slope_right: float
    error: float
    change: str


@dataclass(frozen=True)
class Segment:
    """A stretch on which the least cost is straight, its cost in GUSD at both ends, and the compute in service in GW, by body.

    The compute is the largest of any year: of a cost in the plan that is best on the whole segment, of a right-hand side in the
    plan in its middle.
    """

    low: float
    high: float
    cost_low: float
    cost_high: float
    compute: dict[str, float]

    @property
    def slope(self) -> float:
        """GUSD per unit of what is varied."""
        return (self.cost_high - self.cost_low) / (self.high - self.low)


@dataclass(frozen=True)
class ValueFunction:
    """The least cost over a range: concave in a `cost`, convex in a `right-hand side`, as `kind` says.

    Costs that differ by less than `tolerance`, in GUSD, are not told apart.
    """

    varied: Varied
    kind: str
    segments: tuple[Segment, ...]
    breakpoints: tuple[Breakpoint, ...]
    notes: tuple[str, ...]
    tolerance: float
    solves: int

    @property
    def exact(self) -> bool:
        """True where every breakpoint was found and is exact."""
        return all(point.error == 0 for point in self.breakpoints)

    @property
    def table(self) -> pd.DataFrame:
        """The breakpoints: place, cost, slopes left and right, error, what changes."""
        return pd.DataFrame([vars(point) for point in self.breakpoints], columns=list(Breakpoint.__dataclass_fields__))

    def cost_at(self, t: float) -> float:
        """The least cost in GUSD at a point of the range that has a plan; raises PlannerError elsewhere."""
        for segment in self.segments:
            if segment.low <= t <= segment.high:
                return segment.cost_low + (t - segment.low) * segment.slope
        raise PlannerError(f"{self.varied.said(t)} is outside of the range that was solved")

    def as_dict(self) -> dict[str, Any]:
        """The answer for `--json`."""
        return {
            "vary": self.varied.name, "unit": self.varied.unit or "1", "present": self.varied.present, "low": self.varied.low,
            "high": self.varied.high, "range": self.varied.about_range, "kind": self.kind, "exact": self.exact,
            "tolerance": self.tolerance, "notes": list(self.notes), "solves": self.solves,
            "breakpoints": [vars(point) for point in self.breakpoints],
            "segments": [{**vars(segment), "slope": segment.slope} for segment in self.segments],
        }  # fmt: skip

    def __str__(self) -> str:
        from planner.studies.sentences import value_function_said

        return value_function_said(self)


def value_function(
    instance: Instance,
    vary: str | Sequence[str],
    low: float | None = None,
    high: float | None = None,
    most: int = MOST,
    watch: Callable[[str], None] | None = None,
) -> ValueFunction:
    """The least cost as a function of a parameter that enters the costs alone, or the right-hand sides alone, linearly.

    Which it does is found by compiling at both ends and within. `most` bounds the number of breakpoints; where it is reached,
    those that are left say how far off they may be. Raises PlannerError for a parameter that changes anything else, and
    AddressError, InstanceError and SolverError as `breakeven` does.
    """
    varied = parse_varied(instance, vary, low, high)
    programs = Programs(instance, (varied,), watch or (lambda step: None))
    if not programs.linear or len(programs.parts) > 1 or "coefficients" in programs.parts:
        what = " and ".join(sorted(programs.parts)) or "nothing"
        how = "" if programs.linear else ", and not linearly"
        raise PlannerError(
            f"{varied.name} changes {what}{how}: the least cost is piecewise linear only in what changes costs alone, or "
            "right-hand sides alone; breakeven brackets a threshold of any parameter"
        )
    return _Recursion(programs, most).run()


class _Recursion:
    """The lines found so far, from left to right, and the intervals between them that are still open."""

    def __init__(self, programs: Programs, most: int) -> None:
        self.programs, self.most = programs, most
        self.varied = programs.varied[0]
        self.kind = "right-hand side" if "right-hand side" in programs.parts else "cost"
        self.ends = (programs.at(self.varied.low), programs.at(self.varied.high))
        self.notes: list[str] = []
        self._plans: dict[Line, Solved] = {}

    def run(self) -> ValueFunction:
        """The value function."""
        span = self._with_plans()
        if span is None:
            self.notes.append(
                "No point of the range has a plan: no plan meets every demand and limit, or the cost falls without end."
            )
            return self._result((), ())
        first, last = span
        met = merged(self._meetings(first, last), self._share(first), self._share(last))
        lines = [self.line(first), self.line(last)]
        if met:
            lines = [met[0][1], *(right for _, _, right, _ in met)]
        elif abs(lines[0].at(self._share(last)) - last.cost) > self._tolerance(last.cost):
            lines = [lines[1]]  # the line at the low end touches nowhere else
        else:
            lines = lines[:1]
        places = [self._share(first), *(share for share, *_ in met), self._share(last)]
        return self._described(places, lines, [error for *_, error in met])

    def line(self, solved: Solved) -> Line:
        """The line that touches the function where it was solved."""
        low, high = (kept_plan(lp, solved) if self.kind == "cost" else kept_duals(lp, solved) for lp in self.ends)
        line = Line(low, high)
        self._plans[line] = solved
        return line

    def _meetings(self, first: Solved, last: Solved) -> list[Meeting]:
        """Where lines meet on the function: share of the range, the line on either side, and the error in GUSD (0: exact)."""
        found: list[Meeting] = []
        count = itertools.count()
        heap = [(0.0, next(count), first, last)]
        while heap:
            _, _, left, right = heapq.heappop(heap)
            one, other = self.line(left), self.line(right)
            tolerance = self._tolerance(left.cost, right.cost)
            a, b = self._share(left), self._share(right)
            through = (abs(one.at(b) - right.cost) <= tolerance, abs(other.at(a) - left.cost) <= tolerance)
            share = meeting(one, other, a, b) if not all(through) else a
            at_an_end = share - a <= SAME_POINT or b - share <= SAME_POINT
            if all(through) or (at_an_end and any(through)):
                continue  # one straight line, which the function, convex or concave, cannot leave between two of its points
            room = abs(one.at(share) - chord(a, left.cost, b, right.cost, share))
            if room <= tolerance:
                found.append((share, one, other, 0.0))
            elif (at_an_end and b - a <= 4 * SAME_POINT) or len(found) + len(heap) >= self.most:
                found.append((share, one, other, room))
            else:
                # Where a line is as good as upright (a limit at nought has whatever price) it meets the other where it touches,
                # which says nothing of what lies between.
                middle = self._inside((a + b) / 2 if at_an_end else share, left)
                if not at_an_end and abs(one.at(share) - middle.cost) <= tolerance:
                    found.append((share, one, other, 0.0))
                else:
                    heapq.heappush(heap, (-room, next(count), left, middle))
                    heapq.heappush(heap, (-room, next(count), middle, right))
        if any(error for *_, error in found):
            worst = max(error for *_, error in found)
            self.notes.append(
                f"Stopped at {self.most} breakpoints; between the inexact ones the cost is known to within {worst:.3g} GUSD."
            )
        return sorted(found, key=lambda meeting: meeting[0])

    def _described(self, places: list[float], lines: list[Line], errors: list[float]) -> ValueFunction:
        """The function with what its plans are in the middle of each segment: of costs, the plan whose line it is."""
        segments, plans = [], []
        for (a, b), line in zip(itertools.pairwise(places), lines, strict=True):
            solved = self._plans[line] if self.kind == "cost" else self._inside((a + b) / 2, None)
            plans.append(solved)
            compute = compute_by_body(self.programs.instance, solved)
            segments.append(Segment(self._value(a), self._value(b), line.at(a), line.at(b), compute))
        points = [
            Breakpoint(
                right.low, right.cost_low, left.slope, right.slope, error, changes_between(self.programs.instance, before, after)
            )
            for left, right, before, after, error in zip(segments, segments[1:], plans, plans[1:], errors, strict=False)
        ]
        bends = max(points, key=lambda p: abs(p.slope_right - p.slope_left), default=None)
        at = bends.at if bends else self._value((places[0] + places[-1]) / 2)
        if self.programs.differ_from_built(at):
            raise PlannerError(
                f"at {self.varied.said(at)} the program built anew is another than the one that was solved: "
                "the parameter does not change it along one straight line, ask for a narrower range"
            )
        return self._result(tuple(segments), tuple(points))

    def _result(self, segments: tuple[Segment, ...], points: tuple[Breakpoint, ...]) -> ValueFunction:
        tolerance = self._tolerance(*(segment.cost_low for segment in segments))
        return ValueFunction(self.varied, self.kind, segments, points, tuple(self.notes), tolerance, self.programs.solves)

    def _with_plans(self) -> tuple[Solved, Solved] | None:
        """The two ends of what of the range has a plan; it is one interval, for the program is linear."""
        ends = [self._solve_at(t, None) for t in (self.varied.low, self.varied.high)]
        inner = next((s for s in ends if s), None)
        for i in range(1, 8):
            inner = inner or self._solve_at(self._value(i / 8), None)
        if inner is None:
            return None
        low, high = (end or self._edge(inner, outside) for end, outside in zip(ends, (0.0, 1.0), strict=True))
        return low, high

    def _edge(self, inside: Solved, outside: float) -> Solved:
        """The outermost point with a plan towards an end that has none, by halving."""
        while abs(self._share(inside) - outside) > SAME_POINT * 1e3:
            middle = (self._share(inside) + outside) / 2
            solved = self._solve_at(self._value(middle), inside)
            inside, outside = (solved, outside) if solved else (inside, middle)
        side = "below" if outside < self._share(inside) else "above"
        self.notes.append(f"There is no plan {side} {self.varied.said(inside.at[0])}; the function begins or ends there.")
        return inside

    def _inside(self, share: float, start: Solved | None) -> Solved:
        """The optimum between two points that have one; raises PlannerError where the solver finds none."""
        solved = self._solve_at(self._value(share), start)
        if solved is None:
            raise PlannerError(f"no plan at {self.varied.said(self._value(share))}, between two points that have one")
        return solved

    def _solve_at(self, t: float, start: Solved | None) -> Solved | None:
        try:
            return self.programs.solve_at(t, start=start)
        except Unbounded:
            return None

    def _share(self, solved: Solved) -> float:
        return (solved.at[0] - self.varied.low) / (self.varied.high - self.varied.low)

    def _value(self, share: float) -> float:
        return self.varied.low + share * (self.varied.high - self.varied.low)

    def _tolerance(self, *costs: float) -> float:
        return SAME_COST * (1 + max(map(abs, costs), default=0.0))
