"""Answering the points of a sweep, one after another, in one process: each from the optimum of its neighbour."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from planner.errors import Infeasible, PlannerError, SolverError, SolverLimit, Unbounded
from planner.highs import Basis
from planner.instance import Instance
from planner.pipeline import Stopwatch
from planner.session import Answer, Session
from planner.sweeping.measures import measures
from planner.sweeping.points import Point, instance_at

#: What a point without a plan is called, by the first error that it is one of.
_STATUSES: dict[type[Exception], str] = {
    Infeasible: "infeasible", Unbounded: "unbounded", SolverLimit: "stopped", SolverError: "failed", PlannerError: "invalid",
    Exception: "failed",
}  # fmt: skip

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


class Answerer:
    """The sessions of a job, one for each set of scenarios, built when first needed."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._sessions: dict[tuple[str, ...], Session] = {}

    def begin(self) -> None:
        """Begin a chain of points: what follows hangs on them alone, and not on what this process answered before."""
        for scenarios, session in self._sessions.items():
            session.basis = self.job.start.get(scenarios)

    def answer(self, point: Point) -> dict[str, Any]:
        """The row of a point for the store; whatever goes wrong is a result, with its reason."""
        began = time.perf_counter()
        row = {
            "point": point.number, "name": point.name, "scenarios": list(point.scenarios),
            "changes": [f"{address}{operation.strip('=')}={number!r}" for address, operation, number in point.changes],
            "attempts": 1, **dict(zip(self.job.factors, point.values, strict=True)),
        }  # fmt: skip
        watch = Stopwatch()
        try:
            instance = instance_at(self.job.instances, point)
            row["instance_hash"] = instance.hash
            session = self._session(point.scenarios)
            built = session.built
            due = bool(self.job.check_every) and point.number % self.job.check_every == self.job.check_every - 1
            found = session.answer(instance, self.job.time_limit, watch, check=due)
            row |= self._said(found)
            row["built"] = session.built > max(built, 1)  # the first time is not for this point
        except Exception as error:
            status = next(name for kind, name in _STATUSES.items() if isinstance(error, kind))
            known = isinstance(error, PlannerError)
            reason = str(error) if known else f"unexpected failure: {type(error).__name__}: {error}"
            row |= {"status": status, "reason": reason[:_LONGEST_REASON]}
        row |= {name: watch.seconds[step] for step, name in _STEPS.items() if step in watch.seconds}
        return row | {"seconds": time.perf_counter() - began}

    def start_of(self, scenarios: tuple[str, ...]) -> Basis | None:
        """The basis of the optimum of the instance itself, from which chains start from now on; None where it has no plan."""
        session = self._session(scenarios)
        try:
            basis = session.answer(self.job.instances[scenarios], self.job.time_limit).optimum.basis
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
        """Have chains start from these bases from now on."""
        self.job = replace(self.job, start={**self.job.start, **start})

    def _session(self, scenarios: tuple[str, ...]) -> Session:
        if scenarios not in self._sessions:
            # Points of a sample lie far apart: in a large program steepest edges are worth their start.
            session = Session(self.job.instances[scenarios], self.job.solver, threads=1, check_every=0, near=False)
            session.basis = self.job.start.get(scenarios)
            self._sessions[scenarios] = session
        return self._sessions[scenarios]

    def _said(self, found: Answer) -> dict[str, Any]:
        """What a row says of a point that has a plan."""
        certificate = found.certificate
        asked = measures(self.job.quantities, found.instance)
        return {
            "status": "optimal", "objective": found.objective, "method": found.optimum.method,
            "iterations": found.optimum.iterations, "cold_objective": found.cold,
            "gap": certificate.gap.scaled, "primal_infeasibility": certificate.primal_infeasibility.scaled,
            "dual_infeasibility": certificate.dual_infeasibility.scaled, "complementarity": certificate.complementarity.scaled,
            **{measure.name: measure.of(found.instance, found.program, found.optimum.values) for measure in asked},
        }  # fmt: skip
