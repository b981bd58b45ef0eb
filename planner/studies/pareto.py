"""Cost against a quantity: the least cost under a limit (X1) on it, moved from the cheapest plan to the best it can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sparse

from planner.errors import Infeasible, PlannerError, Unbounded
from planner.highs import BASIC, Basis
from planner.instance import Instance
from planner.lp import Family, LinearProgram
from planner.pipeline import compile_instance, solve_compiled
from planner.selections import refuse_idle_selection
from planner.studies.conditions import Selection, parse_selection
from planner.studies.programs import Solved, certified

#: A limit gives way by this share of its size, so that the best that was found can be met in spite of rounding.
SLACK = 1e-7

#: A ratio is at its best where one more step betters it by less than this.
SETTLED = 1e-9

#: Costs that differ by less than this share are the same.
SAME_COST = 1e-9

#: What a ratio is a share of is nothing up to here, in its unit.
NOTHING = 1e-9

#: The most steps towards the best ratio; each at least squares the error of the one before.
_STEPS = 50


@dataclass(frozen=True)
class Pareto:
    """Least cost in GUSD against `name` in `unit`, made as small (`least`) or as large (`most`) as can be.

    `table` has a row a point: the `limit` on the quantity (none at the first, the cheapest plan of all), the `quantity`, the
    `cost`, and the `price` in GUSD of one more unit of restraint, the dual of the limit; none at the last, beyond which there
    is no plan. A ratio of which a plan has neither part is no number.
    """

    name: str
    unit: str
    sense: str
    table: pd.DataFrame
    solves: int

    def as_dict(self) -> dict[str, Any]:
        """The answer for `--json`."""
        rows = self.table.astype(object).where(self.table.notna(), None).to_dict("records")
        return {"against": self.name, "unit": self.unit, "sense": self.sense, "front": rows, "solves": self.solves}

    def __str__(self) -> str:
        from planner.studies.sentences import pareto_said

        return pareto_said(self)


def pareto(
    instance: Instance,
    against: str,
    points: int = 9,
    sense: str = "least",
    watch: Callable[[str], None] | None = None,
) -> Pareto:
    """The Pareto front of cost against a quantity such as `emissions.released`, `launch.lift@2050` or a ratio of two, with `/`.

    Without an @ a quantity counts over the horizon. `sense` is `least` or `most`. Raises PlannerError for what cannot be read or
    has no best, Infeasible or Unbounded where the instance has no plan.
    """
    if points < 2 or sense not in ("least", "most"):
        raise PlannerError(f"{points} points of the {sense}, expected at least 2 of the least or the most")
    front = _Front(instance, against, sense, watch or (lambda step: None))
    try:
        first = front.solve(front.lp)
    except (Infeasible, Unbounded):
        solve_compiled(instance, front.lp)  # raises the same, with the diagnosis
        raise
    start = front.measure(first)
    best = front.best(start)
    rows = [{"limit": np.nan, "quantity": start, "cost": first.cost, "price": np.nan}]
    span = best - start
    if abs(span) > SLACK * (1 + abs(best)):
        for i in range(1, points):
            limit = best if i == points - 1 else start + span * i / (points - 1)
            solved = front.solve(front.limited(limit))
            price = np.nan if i == points - 1 else front.price(solved)
            rows.append({"limit": limit, "quantity": front.measure(solved), "cost": solved.cost, "price": price})
    return Pareto(front.name, front.unit, sense, pd.DataFrame(_undominated(rows)), front.solves)


def _undominated(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    """The points without those whose next, better one costs no more: there is a choice of plans of one cost."""
    return [
        row for row, after in zip(rows, [*rows[1:], None], strict=True) if after is None or not _same(row["cost"], after["cost"])
    ]


def _same(cost: float, other: float) -> bool:
    return abs(cost - other) <= SAME_COST * (1 + abs(cost))


class _Front:
    """The program, the quantity as a row of its columns, and the last basis of each number of rows."""

    def __init__(self, instance: Instance, against: str, sense: str, watch: Callable[[str], None]) -> None:
        above, below = _selections(against, instance)
        watch("build")
        self.lp = compile_instance(instance)
        for part in filter(None, (above, below)):
            refuse_idle_selection(instance, self.lp, part.limit, str(part))
        self.unit = above.unit if below is None else _per(above.unit, below.unit)
        self.name = str(above) if below is None else f"{above} / {below}"
        self._above = _row(above, instance, self.lp)
        self._below = None if below is None else _row(below, instance, self.lp)
        self._sign, self._watch, self.solves = (1.0 if sense == "least" else -1.0), watch, 0
        self._last: dict[int, Basis] = {}

    def solve(self, lp: LinearProgram) -> Solved:
        """The certified optimum of the program, from the last basis of its shape."""
        self.solves += 1
        self._watch(f"solve {self.solves}")
        rows = lp.matrix.shape[0]
        start = self._last.get(rows)
        before = self._last.get(rows - 1)
        if start is None and before is not None:
            start = Basis(before.columns, np.append(before.rows, np.int8(BASIC)))
        optimum, certificate = certified(lp, start)
        if optimum.basis is not None:
            self._last[rows] = optimum.basis
        return Solved((), lp, optimum, certificate)

    def measure(self, solved: Solved) -> float:
        """The quantity in a plan; a share of nothing is no number."""
        above, below = self._amounts(solved)
        return above / below if below > NOTHING else np.nan

    def best(self, found: float) -> float:
        """The least, or the most, that the quantity can be at any cost; a ratio by the steps of Dinkelbach (1967)."""
        if np.isnan(found):
            raise PlannerError(f"{self.name} has nothing to be a share of: the cheapest plan has none of what it is divided by")
        for _ in range(_STEPS):
            row, constant = self._beyond(found if self._below is not None else 0.0)
            goal = replace(self.lp, cost=self._sign * row.toarray().ravel(), offset=self._sign * constant)
            try:
                solved = self.solve(goal)
            except Unbounded:
                raise self._endless() from None
            better = self.measure(solved)
            if self._below is None:
                return better
            gain = -self._sign * (self._amounts(solved)[0] - found * self._amounts(solved)[1])
            if np.isnan(better) and gain > NOTHING:
                raise self._endless()
            if np.isnan(better) or abs(better - found) <= SETTLED * (1 + abs(found)):
                return found  # no plan has more above the line than `found` times what is below it
            found = better
        raise PlannerError(f"the best {self.name} was not found in {_STEPS} steps")

    def _endless(self) -> PlannerError:
        word = "most" if self._sign < 0 else "least"
        return PlannerError(f"{self.name} has no {word}: it can go on without end, expected a limit on it")

    def limited(self, limit: float) -> LinearProgram:
        """The program with one more limit (X1), on the quantity."""
        row, constant = self._beyond(limit if self._below is not None else 0.0)
        bound = (0.0 if self._below is not None else limit) - constant
        bound += self._sign * SLACK * (1 + abs(bound))
        lower, upper = (-np.inf, bound) if self._sign > 0 else (bound, np.inf)
        lp, family = self.lp, Family("limit", "(X1)", self.lp.matrix.shape[0], [(self.name,)])
        return replace(
            lp,
            matrix=sparse.vstack([lp.matrix, row], format="csr"),
            row_lower=np.append(lp.row_lower, lower),
            row_upper=np.append(lp.row_upper, upper),
            rows=(*lp.rows, family),
        )

    def price(self, solved: Solved) -> float:
        """What one more unit of restraint costs, in GUSD: the dual of the limit, of a ratio times what it is a share of."""
        return float(-self._sign * solved.optimum.duals[-1] * self._amounts(solved)[1])

    def _amounts(self, solved: Solved) -> tuple[float, float]:
        """What is above and what is below the line of the ratio; one where there is none."""
        x = solved.optimum.values
        parts = [1.0 if part is None else float((part[0] @ x)[0] + part[1]) for part in (self._above, self._below)]
        return parts[0], parts[1]

    def _beyond(self, ratio: float) -> tuple[Any, float]:
        """The quantity less `ratio` times what it is a share of, as a row of the columns and a constant."""
        row, constant = self._above
        if self._below is not None:
            row, constant = row - ratio * self._below[0], constant - ratio * self._below[1]
        return sparse.csr_array(row), constant


def _selections(text: str, instance: Instance) -> tuple[Selection, Selection | None]:
    parts = text.split("/")
    if len(parts) > 2:
        raise PlannerError(f"'{text}' divides twice, expected QUANTITY or QUANTITY / QUANTITY")
    chosen = [parse_selection(part, instance, everything=True) for part in parts]
    return chosen[0], chosen[1] if len(chosen) == 2 else None


def _row(selection: Selection, instance: Instance, lp: LinearProgram) -> tuple[Any, float]:
    matrix, offset = selection.rows(instance, lp)
    return sparse.csr_array(matrix), float(offset[0])


def _per(above: str, below: str) -> str:
    return "1" if above == below else f"({above})/({below})"
