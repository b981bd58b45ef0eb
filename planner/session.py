"""A session: an instance whose program is built once and solved again and again with other numbers.

    session = planner.Session(planner.load("instances/accelerated"))
    session.solve({"launch.starship.price": ("*", 0.5)}).objective

Only the coefficients are computed anew, from the formulas that were recorded when the program was built, and the solver
starts from the basis of the last answer. Where other numbers would build another program (a lifetime, a first year, a rate
that becomes nought), that is noticed, and the program is built.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.arguments import checked
from planner.certificate import Certificate
from planner.diagnosis.sources import Sources
from planner.errors import NotCertified, PlannerError, SolverError, SolverLimit
from planner.highs import Basis, Optimum
from planner.instance import Instance
from planner.lp import LinearProgram, compile
from planner.model import build
from planner.numerics import check_program
from planner.pipeline import Stopwatch, certified, compile_instance, said_of
from planner.provenance import provenance
from planner.recorded import RecordedProgram, record

if TYPE_CHECKING:
    from planner.plan import Plan

logger = logging.getLogger("planner.session")

#: One answer in so many is solved again cold.
CHECK_EVERY = 50


#: How far the objective of a warm solve may lie from that of a cold one, as a share.
SAME_OBJECTIVE = 1e-7


@dataclass(frozen=True)
class Answer:
    """A certified optimum of an instance with some numbers changed, its program, and the seconds of each step.

    `cold` is the objective that a solve from a new build and no start came to, where this answer is one of the sample and that
    solve came to an end; `idle` are the addresses whose change reached no coefficient, where that was no error.
    """

    instance: Instance
    program: LinearProgram
    optimum: Optimum
    certificate: Certificate
    seconds: dict[str, float]
    cold: float | None = None
    idle: tuple[str, ...] = ()

    @property
    def objective(self) -> float:
        """Net present cost in GUSD."""
        return self.certificate.objective


class Session:
    """Plans of one instance under changes, each certified, each started from the one before.

    `instance` is the one that changes start from; `plan` the last plan; `built` counts how often a program was built, `solved`
    the answers. One in `check_every` is solved again from a new build and without a start (0: none), and `checked` counts these.
    `near` says that changes are small, so that few iterations lead from one plan to the next, and may be set before each;
    a large program is otherwise solved as if it were the first.
    """

    @checked
    def __init__(
        self,
        instance: Instance,
        solver: str = "auto",
        threads: int | None = None,
        check_every: int = CHECK_EVERY,
        near: bool = True,
    ) -> None:
        self.instance = instance
        self.plan: Plan | None = None
        self.built = self.solved = self.checked = 0
        self.basis: Basis | None = None
        self.near, self._check_every = near, check_every
        self._options: dict[str, Any] = {"solver": solver, "threads": threads}
        self._recorded: RecordedProgram | None = None
        self._coarse: RecordedProgram | None = None

    @checked
    def solve(
        self, changes: Mapping[str, Any] | None = None, *, time_limit: float | None = None, stopwatch: Stopwatch | None = None
    ) -> Plan:
        """The plan of the session's instance with some numbers changed, as `Instance.replace` takes them; not of the last plan's.

        Raises as `answer` does.
        """
        from planner.plan import make_plan

        warm = self.basis is not None
        answer = self.answer(self.instance.replace(changes) if changes else self.instance, time_limit, stopwatch)
        options = {**self._options, "time_limit": time_limit, "exact": False, "ranging": False, "warm_start": warm}
        made = {"seconds": answer.seconds, "provenance": provenance(answer.instance, **options)}
        facts = {**said_of(answer.instance), **made}
        self.plan = make_plan(answer.instance, answer.program, answer.optimum, answer.certificate, facts)
        return self.plan

    def answer(
        self,
        instance: Instance,
        time_limit: float | None = None,
        stopwatch: Stopwatch | None = None,
        check: bool = False,
        idle: bool = False,
    ) -> Answer:
        """The certified optimum of an instance that differs from the session's, without the tables of a plan.

        With `check` it is solved cold as well, whether its turn has come or not; with `idle` a change that reaches no coefficient
        is told in the answer and no error. Raises as `Instance.replace` and `planner.solve` do, PlannerError for a change that
        reaches no coefficient, and NotCertified where a cold solve comes to another objective.
        """
        watch = stopwatch or Stopwatch()
        program, without_effect = self._changed(instance, watch)
        if without_effect and not idle:
            raise _idle(without_effect)
        optimum, certificate = certified(
            instance, program, watch, **self._options, time_limit=time_limit, start=self.basis, near=self.near,
            compiled=self._coarse_program,
        )  # fmt: skip
        self.solved += 1
        cold = None
        if check or (self._check_every and self.solved % self._check_every == 0):
            cold = self._cold(instance, certificate.objective, time_limit, watch)
        self.basis = optimum.basis or self.basis
        return Answer(instance, program, optimum, certificate, watch.seconds, cold, tuple(without_effect))

    def _cold(self, instance: Instance, objective: float, time_limit: float | None, watch: Stopwatch) -> float | None:
        """The objective of a solve from a new build and without a start; raises NotCertified where it is another.

        None where that solve comes to no end, which says nothing against the answer that is certified already.
        """
        with watch.step("check cold"):
            program = compile_instance(instance)
            try:
                _, certificate = certified(instance, program, Stopwatch(), **self._options, time_limit=time_limit)
            except (SolverError, SolverLimit, NotCertified) as error:
                if isinstance(error, SolverLimit) and error.known["reason"] != "time limit":
                    raise
                logger.warning("not checked cold: %s", error)
                return None
        self.checked += 1
        if abs(certificate.objective - objective) > SAME_OBJECTIVE * (1 + abs(objective)):
            found = f"{objective!r} GUSD, and {certificate.objective!r} GUSD cold from a new build"
            raise NotCertified(f"the session came to {found}: expected the same to a share of {SAME_OBJECTIVE:g}")
        return certificate.objective

    def program(self, instance: Instance, stopwatch: Stopwatch | None = None) -> LinearProgram:
        """The program of an instance, from the formulas of the session's where it differs in numbers alone.

        Raises PlannerError where a number that differs reaches no coefficient.
        """
        program, without_effect = self._changed(instance, stopwatch or Stopwatch())
        if without_effect:
            raise _idle(without_effect)
        return program

    def _changed(self, instance: Instance, watch: Stopwatch) -> tuple[LinearProgram, list[str]]:
        """The program of an instance, and the addresses that differ without effect on it."""
        if self._recorded is None:
            with watch.step("build"):
                self._recorded = record(self.instance)
                self.built += 1
        with watch.step("compile"):
            program = self._recorded.program_of(instance)
        if program is None:
            self.built += 1
            return compile_instance(instance, watch), []
        check_program(instance, program)
        return program, self._without_effect(self._recorded, instance)

    def _coarse_program(self, coarse: Instance) -> LinearProgram:
        """The program of an instance with fewer years, from the formulas of the first such where only numbers differ."""
        if self._coarse is None:
            self._coarse = record(coarse)
        return self._coarse.program_of(coarse) or compile(build(coarse))

    def _without_effect(self, recorded: RecordedProgram, instance: Instance) -> list[str]:
        """The addresses of rows with numbers that differ, none of which enters the program."""
        differing = recorded.differing(instance)
        suspects = {name for (name, _), enters in differing.items() if not enters}
        if not suspects:
            return []
        reach: dict[str, bool] = {}
        sources = Sources(instance)
        for (name, index), enters in differing.items():
            if name not in suspects:
                continue
            if name == "limits":
                address = f"limits.{index[0]}.{index[1]}"
            else:
                row = sources.row(name, *(index if isinstance(index, tuple) else () if index is None else (index,)))
                address = row.address if row else name
            reach[address] = reach.get(address, False) or enters
        return [address for address, enters in reach.items() if not enters]


def _idle(addresses: list[str]) -> PlannerError:
    return PlannerError(f"no coefficient of the program hangs on {', '.join(addresses)}: the change would change nothing")
