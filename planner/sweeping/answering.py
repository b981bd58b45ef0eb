"""Answering the points of a sweep, one after another, in one process: each from the optimum of an earlier one."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from planner.errors import Infeasible, PlannerError, SolverError, SolverLimit, Unbounded
from planner.highs import COARSE_TO_FINE, Basis, choose_method
from planner.instance import Instance
from planner.pipeline import Stopwatch
from planner.session import Answer, Session
from planner.sweeping.measures import measures
from planner.sweeping.ordering import Step
from planner.sweeping.points import Point, instance_at

#: What a point without a plan is called, by the first error that it is one of.
_STATUSES: dict[type[Exception], str] = {
    Infeasible: "infeasible", Unbounded: "unbounded", SolverLimit: "stopped", SolverError: "failed", PlannerError: "invalid",
    Exception: "failed",
}  # fmt: skip

#: Of so many sets of scenarios a process keeps the programs, each with all its formulas; of others it builds them again.
KEPT = 8

#: Longer reasons are cut.
_LONGEST_REASON = 2_000

#: The seconds of an answer that results have, and what the steps are called.
_STEPS = {"compile": "seconds_compile", "solve": "seconds_solve", "certify": "seconds_certify", "check cold": "seconds_cold"}


@dataclass(frozen=True)
class Job:
    """What a process must have to answer the points of a sweep: `instances` and the basis to `start` from, by scenarios.

    One point in `check_every` is solved cold as well; `time_limit` bounds the solver's seconds at a point.
    """

    key: str
    factors: tuple[str, ...]
    quantities: tuple[str, ...]
    instances: Mapping[tuple[str, ...], Instance]
    start: Mapping[tuple[str, ...], Basis]
    time_limit: float
    check_every: int
    solver: str = "auto"


def asked_of(job: Job, point: Point) -> dict[str, Any]:
    """What the row of a point says whatever becomes of it."""
    return {
        "point": point.number, "name": point.name, "scenarios": list(point.scenarios), "changes": point.assignments,
        "attempts": 1, **dict(zip(job.factors, point.values, strict=True)),
    }  # fmt: skip


class Answerer:
    """The sessions of a job, one for each set of scenarios, built when first needed; the `KEPT` that were asked last are kept."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._sessions: dict[tuple[str, ...], Session] = {}
        self._bases: dict[int, Basis] = {}

    def begin(self, bases: Mapping[int, Basis]) -> None:
        """Begin a task with the bases of points that others start from; what was answered before it is forgotten."""
        self._bases = dict(bases)

    def bases(self, points: Collection[int]) -> dict[int, Basis]:
        """Where these points of the task ended, as far as they were answered; one without a plan ended where it started."""
        return {number: self._bases[number] for number in points if number in self._bases}

    def answer(self, point: Point, step: Step) -> dict[str, Any]:
        """The row of a point for the store, from the optimum of its parent; whatever goes wrong is a result, with its reason.

        Where that is not known, from the optimum of the instance itself.
        """
        began = time.perf_counter()
        row = asked_of(self.job, point)
        watch = Stopwatch()
        start = None if step.parent is None else self._bases.get(step.parent)
        ended = start = start or self.job.start.get(point.scenarios)
        try:
            instance = instance_at(self.job.instances, point)
            row["instance_hash"] = instance.hash
            session = self._session(point.scenarios)
            session.basis, session.near = start, step.near
            built = session.built
            due = bool(self.job.check_every) and point.number % self.job.check_every == self.job.check_every - 1
            found = session.answer(instance, self.job.time_limit, watch, check=due, idle=True)
            row |= self._said(found)
            row["built"] = session.built > max(built, 1)  # the first time is not for this point
            ended = session.basis
        except Exception as error:
            status = next(name for kind, name in _STATUSES.items() if isinstance(error, kind))
            known = isinstance(error, PlannerError)
            reason = str(error) if known else f"unexpected failure: {type(error).__name__}: {error}"
            row |= {"status": status, "reason": reason[:_LONGEST_REASON]}
        if ended is not None:
            self._bases[point.number] = ended
        row |= {name: watch.seconds[step] for step, name in _STEPS.items() if step in watch.seconds}
        return row | {"seconds": time.perf_counter() - began}

    def start_of(self, scenarios: tuple[str, ...]) -> Basis | None:
        """The basis of the optimum of the instance itself, from which points start from now on.

        None where it has no plan, and where the program is so large that points do without.
        """
        session, instance = self._session(scenarios), self.job.instances[scenarios]
        try:
            if choose_method(session.program(instance), self.job.solver) == COARSE_TO_FINE:
                return None  # what is not near starts from coarser programs, and an instance's own plan is near to no point
            basis = session.answer(instance, self.job.time_limit).optimum.basis
        except PlannerError:
            return None
        if basis is not None:
            self.job = replace(self.job, start={**self.job.start, scenarios: basis})
        return basis

    def build(self, scenarios: Sequence[tuple[str, ...]]) -> None:
        """Build the programs of these scenarios before any point asks for them; what cannot be built is told at the points."""
        for names in scenarios:
            with suppress(PlannerError):
                self._session(names).program(self.job.instances[names])

    def know(self, start: Mapping[tuple[str, ...], Basis]) -> None:
        """Have points start from these bases from now on."""
        self.job = replace(self.job, start={**self.job.start, **start})

    def _session(self, scenarios: tuple[str, ...]) -> Session:
        session = self._sessions.pop(scenarios, None)
        if session is None:
            session = Session(self.job.instances[scenarios], self.job.solver, threads=1, check_every=0)
        self._sessions[scenarios] = session
        if len(self._sessions) > KEPT:
            del self._sessions[next(iter(self._sessions))]
        return session

    def _said(self, found: Answer) -> dict[str, Any]:
        """What a row says of a point that has a plan."""
        certificate = found.certificate
        asked = measures(self.job.quantities, found.instance)
        return {
            "status": "optimal", "objective": found.objective, "idle": list(found.idle), "method": found.optimum.method,
            "iterations": found.optimum.iterations, "cold_objective": found.cold,
            "gap": certificate.gap.scaled, "primal_infeasibility": certificate.primal_infeasibility.scaled,
            "dual_infeasibility": certificate.dual_infeasibility.scaled, "complementarity": certificate.complementarity.scaled,
            **{measure.name: measure.of(found.instance, found.program, found.optimum.values) for measure in asked},
        }  # fmt: skip
