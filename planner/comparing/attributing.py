"""What each input makes of the difference in cost: from one instance to the other, one group at a time, solved again each time.

What a step is given depends on what was changed before it; the same steps in the opposite order say by how much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from planner.comparing.inputs import Group, groups, with_rows_of
from planner.differing import differences
from planner.errors import InstanceError, NoPlan, PlannerError, SolverError, SolverLimit
from planner.instance import Instance
from planner.pipeline import solve
from planner.plan import Plan

#: Costs that differ by no more than this share are one: what the certificate allows between a plan's cost and the least.
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Step:
    """A group of inputs, changed: its addresses, the cost then, and how much that is above the cost before, in GUSD.

    `cost` and `difference` are None where there is no plan; `trouble` says why, and the next step that has one answers for both.
    """

    name: str
    addresses: tuple[str, ...]
    cost: float | None
    difference: float | None
    trouble: str = ""


@dataclass(frozen=True)
class Attribution:
    """The steps from the first plan's cost to the second's, in order, and in the opposite order where that was asked for."""

    grouping: str
    steps: tuple[Step, ...]
    opposite: tuple[Step, ...] = ()

    def means(self) -> dict[str, float | None]:
        """The mean of both orders by step, None where an order gives none; empty without the opposite order."""
        other = {step.name: step.difference for step in self.opposite}
        if not other:
            return {}
        pairs = {step.name: (step.difference, other[step.name]) for step in self.steps}
        return {name: None if one is None or two is None else (one + two) / 2 for name, (one, two) in pairs.items()}

    def as_dict(self) -> dict[str, Any]:
        """The attribution as one JSON object."""
        return {**asdict(self), "means": self.means() or None}


def attribute(
    a: Plan, b: Plan, names: tuple[str, str], group: str, reverse: bool, watch: Callable[[str], None] | None = None
) -> Attribution:
    """The steps from `a` to `b`. The last step's instance is that of `b`, and its cost that of `b`, which is checked.

    Raises PlannerError where a plan is not found again at its recorded cost, and so no step could be trusted.
    """
    ordered, rest, grouping = groups(a.instance, b.instance, group)
    last = [rest] if rest is not None else []
    for plan, name in ((a, names[0]), (b, names[1])):
        _check_again(plan, name, watch)
    steps = _steps(a, b, [*ordered, *last], watch)
    opposite = _steps(a, b, [*ordered[::-1], *last], watch) if reverse else ()
    return Attribution(grouping, steps, opposite)


def _check_again(plan: Plan, name: str, watch: Callable[[str], None] | None) -> None:
    """Solve a plan again from its own basis: it must cost what it says, or steps would answer for another program's cost."""
    if watch is not None:
        watch(f"solve {name} again")
    now = solve(plan.instance, warm_start=plan).objective
    if not _same(now, plan.objective):
        raise PlannerError(
            f"{name} is recorded at a cost of {plan.objective:.9g} {plan.facts['unit']} and solved at {now:.9g} now: the planner "
            "that made it was another; solve it again before comparing"
        )


def _steps(a: Plan, b: Plan, ordered: Sequence[Group], watch: Callable[[str], None] | None) -> tuple[Step, ...]:
    steps: list[Step] = []
    instance, before, cost = a.instance, a, a.objective
    broken: list[str] = []  # addresses that no valid instance could take yet: they come with the next step
    for number, group in enumerate(ordered, 1):
        if watch is not None:
            watch(f"step {number} of {len(ordered)}: {group.name}")
        final = number == len(ordered)
        if final:
            _check_complete(instance, b.instance, (*broken, *group.addresses))
        try:
            changed = b.instance if final else with_rows_of(instance, b.instance, (*broken, *group.addresses))
        except InstanceError as error:
            broken += group.addresses
            steps.append(Step(group.name, group.addresses, None, None, f"no valid instance by itself: {_first_line(error)}"))
            continue
        instance, broken = changed, []
        found = _solved(changed, before)
        if isinstance(found, str):
            steps.append(Step(group.name, group.addresses, None, None, found))
            continue
        steps.append(Step(group.name, group.addresses, found.objective, found.objective - cost))
        before, cost = found, found.objective
    return _closed(steps, steps[-1].cost if steps else cost, b)


def _solved(instance: Instance, before: Plan) -> Plan | str:
    """The plan of a step, or why there is none."""
    try:
        return solve(instance, warm_start=before)
    except SolverLimit:
        raise
    except (NoPlan, SolverError, InstanceError) as error:
        return _first_line(error)


def _check_complete(instance: Instance, b: Instance, left: Sequence[str]) -> None:
    """Before the last step nothing differs from `b` but what the last step changes."""
    astray = {difference.address for difference in differences(instance, b)} - set(left)
    if astray:
        raise PlannerError(f"inputs that no step explains: {', '.join(sorted(astray))}")


def _closed(steps: list[Step], reached: float | None, b: Plan) -> tuple[Step, ...]:
    """The steps, whose last cost must be that of `b`."""
    if reached is None or not _same(reached, b.objective):
        raise PlannerError(f"the last step costs {reached}, expected the cost of the plan, {b.objective}")
    return tuple(steps)


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b))


def _first_line(error: PlannerError) -> str:
    return str(error.args[0] if isinstance(error, NoPlan) else error).splitlines()[0]
