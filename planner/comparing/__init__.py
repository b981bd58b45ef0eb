"""Two plans side by side: which decisions differ, which inputs differ, and what each input makes of the difference in cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.comparing.attributing import Attribution, attribute
from planner.comparing.decisions import common_years, costs, decisions
from planner.comparing.inputs import GROUPINGS
from planner.comparing.telling import tell
from planner.differing import Difference, differences
from planner.errors import PlannerError
from planner.integrity import check
from planner.plan import Plan

__all__ = ["GROUPINGS", "Attribution", "Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """A plan, `b`, against another, `a`.

    `decisions` has a row for every entry of a yearly quantity that differs: quantity, item, body, site, year, a, b, difference,
    unit. `years` are the first and the last calendar year that both plans cover, and None where there is none. `costs` has a row
    a kind of cost: what the ledger sums to, discounted. `inputs` are the addresses that differ. `attribution` says what each
    input, or group of them, makes of the difference in cost, in order; None where it was not asked for or, as `unexplained` or
    `extended` says, cannot be given. `extended` says which plan's program was extended, and how.
    """

    a: str
    b: str
    objectives: tuple[float, float]
    units: tuple[str, str]
    decisions: pd.DataFrame
    costs: pd.DataFrame
    inputs: tuple[Difference, ...]
    attribution: Attribution | None
    unexplained: str = ""
    years: tuple[int, int] | None = None
    extended: str = ""

    @property
    def difference(self) -> float:
        """Cost of `b` less cost of `a`, in GUSD; where `unexplained` says that costs are not comparable, it means nothing."""
        return self.objectives[1] - self.objectives[0]

    def as_dict(self) -> dict[str, Any]:
        """The comparison as one JSON object."""
        return {
            "a": {"name": self.a, "objective": self.objectives[0], "unit": self.units[0]},
            "b": {"name": self.b, "objective": self.objectives[1], "unit": self.units[1]},
            "years": None if self.years is None else list(self.years),
            "difference": self.difference if not self.unexplained else None,
            "inputs": [vars(difference) for difference in self.inputs],
            "attribution": None if self.attribution is None else self.attribution.as_dict(),
            "unexplained": self.unexplained,
            "extended": self.extended,
            "costs": self.costs.to_dict("records"),
            "decisions": self.decisions.to_dict("records"),
        }

    def __str__(self) -> str:
        return tell(self)


def compare(
    plans: Sequence[Plan],
    *,
    names: Sequence[str] | None = None,
    group: str = "auto",
    reverse: bool = False,
    attribution: bool = True,
    watch: Callable[[str], None] | None = None,
) -> list[Comparison]:
    """Each plan against the first.

    `names` are what the plans are called. `attribution` re-solves from the first plan's inputs to the other's, one `group` at a
    time (address, technology, block, or auto: the first of these that takes at most 12 steps), each warm from the plan
    before; `reverse` does so in the opposite order as well. Raises PlannerError for fewer than two plans, a group that is not
    known, or a plan that today's planner does not find at its recorded cost; SolverLimit where a solve is stopped.
    """
    if len(plans) < 2:
        raise PlannerError(f"{len(plans)} plan{'' if len(plans) == 1 else 's'} given, expected at least two to compare")
    if group not in GROUPINGS:
        raise PlannerError(f"'{group}' is no grouping of inputs, expected {', '.join(GROUPINGS)}")
    for plan in plans:
        check(plan)
    called = list(names) if names is not None else [f"plan {number}" for number in range(1, len(plans) + 1)]
    if len(called) != len(plans):
        raise PlannerError(f"{len(called)} names for {len(plans)} plans")
    first = plans[0]
    return [
        _compared(first, plan, called[0], name, group, reverse, attribution, watch)
        for plan, name in zip(plans[1:], called[1:], strict=True)
    ]


def _compared(
    a: Plan, b: Plan, name_a: str, name_b: str, group: str, reverse: bool, attribution: bool, watch: Callable[[str], None] | None
) -> Comparison:
    units = (str(a.facts["unit"]), str(b.facts["unit"]))
    apart = _not_comparable(a, b)
    said = [f"the program of {name} was extended: {plan.extended}" for name, plan in ((name_a, a), (name_b, b)) if plan.extended]
    explained = attribution and not apart and not said
    found = attribute(a, b, (name_a, name_b), group, reverse, watch) if explained else None
    differing = (decisions(a, b), costs(a, b), tuple(differences(a.instance, b.instance)))
    common = common_years(a, b)
    years = (common[0], common[-1]) if common else None
    return Comparison(name_a, name_b, (a.objective, b.objective), units, *differing, found, apart, years, "; ".join(said))


def _not_comparable(a: Plan, b: Plan) -> str:
    """Why the costs of two plans have no difference, or nothing where they have one."""
    units = [str(plan.facts["unit"]) for plan in (a, b)]
    if units[0] != units[1]:
        return f"costs are in other money, {units[0]} and {units[1]}: they are not comparable"
    spans = [f"{plan.instance.years[0]} to {plan.instance.conventions.horizon.last}" for plan in (a, b)]
    return f"costs are of other years, {spans[0]} and {spans[1]}: they are not comparable" if spans[0] != spans[1] else ""
