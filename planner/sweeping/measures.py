"""What is asked of every plan of a sweep: numbers that the model's own quantities give.

    compute.in_service[moon]@2071                               a sum of entries of a quantity in a year, or @horizon
    compute.in_service[moon]                                    the largest of the yearly sums
    compute.in_service[moon]@2071 / compute.in_service@2071     a share
    first year of compute.in_service[moon] > 0.1 GW             the first model year in which it is true; NaN where none is

The cost of a plan is not asked for: every result has it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from planner.errors import PlannerError
from planner.instance import Instance
from planner.lp import LinearProgram, Vector
from planner.studies.conditions import Condition, Selection, parse_condition, parse_selection

_FIRST = re.compile(r"\s*first\s+year\s+of\s+(?P<condition>.+)")


@dataclass(frozen=True)
class Measure:
    """A number of a plan, named as it is asked for: a sum, a share (`over` is then its whole), or a first year."""

    name: str
    asked: Selection | Condition
    over: Selection | None = None

    @property
    def unit(self) -> str:
        """The unit of the number: that of the sum, 1 for a share, `year` for a first year."""
        if isinstance(self.asked, Condition):
            return "year"
        return self.asked.unit if self.over is None else "1"

    def of(self, instance: Instance, lp: LinearProgram, values: Vector) -> float:
        """The number at some values of a program's columns; NaN for a share of nothing and for a year that never comes."""
        if isinstance(self.asked, Condition):
            matrix, offset = self.asked.selection.rows(instance, lp)
            sums = np.asarray(matrix @ values + offset)
            return next((float(y) for y, sum_ in zip(instance.years, sums, strict=True) if self.asked.holds(sum_)), math.nan)
        number = self.asked.measure(instance, lp, values)
        if self.over is None:
            return number
        whole = self.over.measure(instance, lp, values)
        return number / whole if abs(whole) > 1e-9 else math.nan


def parse_measure(text: str, instance: Instance) -> Measure:
    """What a text asks for; raises PlannerError with everything that is wrong, what was expected and the nearest names."""
    name = " ".join(text.split())
    if first := _FIRST.fullmatch(text):
        condition = parse_condition(first["condition"], instance)
        if condition.selection.when is not None:
            raise PlannerError(f"'{name}': a first year is looked for in every year, expected no @{condition.selection.when}")
        return Measure(name, condition)
    parts = text.split("/")
    if len(parts) > 2:
        raise PlannerError(f"'{name}' has {len(parts) - 1} signs of division, expected one at most")
    found, wrong = [], []
    for part in parts:
        try:
            found.append(parse_selection(part, instance))
        except PlannerError as error:
            wrong.append(str(error))
    if wrong:
        raise PlannerError("\n".join(wrong))
    if len(found) == 2 and found[0].unit != found[1].unit:
        raise PlannerError(f"'{name}' divides {found[0].unit} by {found[1].unit}, expected a share of the same unit")
    return Measure(name, found[0], found[1] if len(found) == 2 else None)


def measures(quantities: tuple[str, ...], instance: Instance) -> list[Measure]:
    """What a design asks of an instance; raises PlannerError where the instance, under its scenarios, has no such thing."""
    return [parse_measure(text, instance) for text in quantities]


def default_quantities(instance: Instance) -> tuple[str, ...]:
    """For every body where no users live: its compute in the last year, its share of all, and the first year of 0.1 GW on it."""
    last, used = instance.years[-1], {instance.sites[site] for site in instance.sites}
    bodies = [name for name, body in instance.bodies.items() if not body.users and name in used]
    asked: list[str] = []
    for body in bodies:
        here = f"compute.in_service[{body}]"
        asked += [f"{here}@{last}", f"{here}@{last} / compute.in_service@{last}", f"first year of {here} > 0.1 GW"]
    return tuple(asked) or (f"compute.in_service@{last}",)
