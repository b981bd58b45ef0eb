"""A session: an instance whose program is built once and solved again and again with other numbers.

    session = planner.Session(planner.load("instances/accelerated"))
    session.solve({"launch.starship.price": ("*", 0.5)}).objective

Only the coefficients are computed anew, from the formulas that were recorded when the program was built, and the solver
starts from the basis of the last plan. Where other numbers would build another program (a lifetime, a first year, a rate
that becomes nought), that is noticed, and the program is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.diagnosis.sources import Sources
from planner.errors import PlannerError
from planner.instance import Instance
from planner.lp import LinearProgram
from planner.numerics import check_program
from planner.pipeline import Stopwatch, compile_instance, solve
from planner.plan import Plan
from planner.recorded import RecordedProgram, record


class Session:
    """Plans of one instance under changes, each certified, each started from the one before.

    `instance` is the one that changes start from; `plan` the last plan; `built` counts how often a program was built.
    """

    def __init__(self, instance: Instance, solver: str = "auto", threads: int | None = None) -> None:
        self.instance = instance
        self.plan: Plan | None = None
        self.built = 0
        self._options: dict[str, Any] = {"solver": solver, "threads": threads}
        self._recorded: RecordedProgram | None = None

    def solve(
        self, changes: Mapping[str, Any] | None = None, *, time_limit: float | None = None, stopwatch: Stopwatch | None = None
    ) -> Plan:
        """The plan of the session's instance with some numbers changed, as `Instance.replace` takes them; not of the last plan's.

        Raises as `Instance.replace` and `planner.solve` do, and PlannerError for a change that reaches no coefficient.
        """
        changed = self.instance.replace(changes) if changes else self.instance
        watch = stopwatch or Stopwatch()
        program = self.program(changed, watch)
        self.plan = solve(
            changed, **self._options, time_limit=time_limit, warm_start=self.plan, stopwatch=watch, program=program
        )  # fmt: skip
        return self.plan

    def program(self, instance: Instance, stopwatch: Stopwatch | None = None) -> LinearProgram:
        """The program of an instance, from the formulas of the session's where it differs in numbers alone.

        Raises PlannerError where a number that differs reaches no coefficient.
        """
        watch = stopwatch or Stopwatch()
        if self._recorded is None:
            with watch.step("build"):
                self._recorded = record(self.instance)
                self.built += 1
        with watch.step("compile"):
            program = self._recorded.program_of(instance)
        if program is None:
            self.built += 1
            return compile_instance(instance, watch)
        if idle := self._without_effect(self._recorded, instance):
            raise PlannerError(f"no coefficient of the program hangs on {', '.join(idle)}: the change would change nothing")
        check_program(instance, program)
        return program

    def _without_effect(self, recorded: RecordedProgram, instance: Instance) -> list[str]:
        """The addresses of rows with numbers that differ, none of which enters the program."""
        reach: dict[str, bool] = {}
        sources = Sources(instance)
        for key, enters in recorded.differing(instance).items():
            name, index = key
            if name == "limits":
                address = f"limits.{index[0]}.{index[1]}"
            else:
                row = sources.row(name, *(index if isinstance(index, tuple) else () if index is None else (index,)))
                address = row.address if row else name
            reach[address] = reach.get(address, False) or enters
        return [address for address, enters in reach.items() if not enters]
