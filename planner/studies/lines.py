"""Straight lines that touch a value function, and where they meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.lp import LinearProgram
from planner.studies.programs import Solved

#: Breakpoints that are nearer to one another, or to an end, than this share of the range are one.
SAME_POINT = 1e-9

_EXTENDED: Any = np.longdouble


@dataclass(frozen=True)
class Line:
    """A straight line over the range, by its two ends, in GUSD."""

    low: float
    high: float

    def at(self, share: float) -> float:
        """The line at a share of the range."""
        return self.low + share * (self.high - self.low)


#: Where two lines meet: share of the range, the line on either side, and how far off, in GUSD, the function may be (0: exact).
Meeting = tuple[float, Line, Line, float]


def kept_plan(lp: LinearProgram, solved: Solved) -> float:
    """What the plan costs at the costs of another program."""
    return float(lp.cost.astype(_EXTENDED) @ solved.optimum.values.astype(_EXTENDED) + lp.offset)


def kept_duals(lp: LinearProgram, solved: Solved) -> float:
    """The lower bound that the duals give at the right-hand sides of another program; where there is no bound, nothing."""
    duals = solved.optimum.duals.astype(_EXTENDED)
    reduced = lp.cost.astype(_EXTENDED) - lp.matrix.T.astype(_EXTENDED) @ duals
    total = _EXTENDED(lp.offset)
    for dual, lower, upper in ((duals, lp.row_lower, lp.row_upper), (reduced, lp.col_lower, lp.col_upper)):
        bound = np.where(dual > 0, lower, upper)
        total += (dual * np.where(np.isfinite(bound), bound, 0.0)).sum()
    return float(total)


def meeting(one: Line, other: Line, a: float, b: float) -> float:
    """The share of the range at which two lines meet, within an interval."""
    before, after = one.at(a) - other.at(a), one.at(b) - other.at(b)
    return min(max(a + (b - a) * before / (before - after), a), b) if before != after else (a + b) / 2


def chord(a: float, cost_a: float, b: float, cost_b: float, share: float) -> float:
    """The straight line between two points of the function, at a share of the range."""
    return cost_a + (cost_b - cost_a) * (share - a) / (b - a)


def merged(met: list[Meeting], first: float, last: float) -> list[Meeting]:
    """Meetings without those at the ends, and with those at one place made one: the line of a segment of no length goes."""
    kept: list[Meeting] = []
    for share, left, right, error in met:
        if kept and share - kept[-1][0] <= SAME_POINT:
            kept[-1] = (kept[-1][0], kept[-1][1], right, max(kept[-1][3], error))
        else:
            kept.append((share, left, right, error))
    return [meeting for meeting in kept if meeting[0] - first > SAME_POINT and last - meeting[0] > SAME_POINT]
