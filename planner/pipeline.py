"""From an instance to a plan, step by step, each step timed; a script can stop anywhere by calling the steps itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from planner.certificate import certify
from planner.errors import Infeasible, NotCertified, Unbounded
from planner.highs import Optimum, choose_method, row_ranges, solve_program
from planner.instance import Instance
from planner.lp import LinearProgram, compile
from planner.model import build
from planner.numerics import check_program, overflowing
from planner.plan import Plan, make_plan
from planner.provenance import provenance

logger = logging.getLogger("planner.highs")


#: What `auto` tries next where the first answer is not certified.
_SECOND_TRIES = ("ipm", "simplex")


class Stopwatch:
    """Seconds spent on each step, and a word to whoever watches when a step begins."""

    def __init__(self, watch: Callable[[str], None] | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self._watch = watch

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step; steps of the same name add up."""
        if self._watch is not None:
            self._watch(name)
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began


def solve(
    instance: Instance,
    *,
    solver: str = "auto",
    threads: int | None = None,
    time_limit: float | None = None,
    exact: bool = False,
    ranging: bool = False,
    warm_start: Plan | None = None,
    stopwatch: Stopwatch | None = None,
    program: LinearProgram | None = None,
) -> Plan:
    """The least-cost plan of an instance, certified.

    `solver` is auto, simplex, ipm, hipo or pdlp; `time_limit` bounds the solver's own seconds; `exact` asks for
    the certificate in rational arithmetic as well, `ranging` for how far each price holds; `warm_start` is a plan of a like
    instance; `program` the instance's own program where the caller has compiled it already. Raises Infeasible,
    Unbounded, SolverLimit, SolverError, or NotCertified where the answer is not optimal to the stated tolerances.
    """
    watch = stopwatch or Stopwatch()
    lp = program if program is not None else compile_instance(instance, watch)
    first = choose_method(lp, solver, warm_start is not None)
    left = time_limit
    for method in dict.fromkeys((first, *_SECOND_TRIES)) if solver == "auto" else (first,):
        optimum = _optimum(instance, lp, method, threads, left, warm_start, watch)
        left = None if left is None else max(left - optimum.seconds, 0.0)
        with watch.step("certify"):
            certificate = certify(lp, optimum)
        if certificate.holds:
            break
        logger.warning("the answer of %s is not certified: %s", optimum.method, ", ".join(certificate.failures))
    if not certificate.holds:
        raise NotCertified(
            f"HiGHS ({optimum.method}) called its answer optimal, but the certificate fails: {', '.join(certificate.failures)}"
        )
    options = {
        "solver": solver,
        "threads": threads,
        "time_limit": time_limit,
        "exact": exact,
        "ranging": ranging,
        "warm_start": warm_start is not None,
    }
    facts: dict[str, Any] = {"seconds": watch.seconds, "provenance": provenance(instance, **options)}
    if exact:
        facts["exact_certificate"] = _certify_exactly(lp, optimum, watch)
    ranges = None
    if ranging:
        with watch.step("ranging"):
            ranges = row_ranges(lp, optimum)
    with watch.step("tables"):
        return make_plan(instance, lp, optimum, certificate, facts, ranges)


def _optimum(
    instance: Instance,
    lp: LinearProgram,
    method: str,
    threads: int | None,
    time_limit: float | None,
    warm_start: Plan | None,
    watch: Stopwatch,
) -> Optimum:
    """The optimum of the program; where there is none, the error says why."""
    try:
        with watch.step("solve"):
            return solve_program(lp, method, threads, time_limit, warm_start.basis if warm_start else None, logger.debug)
    except Infeasible as error:
        from planner.diagnosis import diagnose_infeasible

        with watch.step("diagnose"):
            diagnosis = diagnose_infeasible(instance, lp)
        raise Infeasible(str(error), diagnosis) from None
    except Unbounded as error:
        from planner.diagnosis import diagnose_unbounded

        with watch.step("diagnose"):
            diagnosis = diagnose_unbounded(instance, lp)
        raise Unbounded(str(error), diagnosis) from None


def _certify_exactly(lp: LinearProgram, optimum: Optimum, watch: Stopwatch) -> dict[str, Any]:
    from planner.exact import certify_exactly

    with watch.step("certify exactly"):
        certificate = certify_exactly(lp, optimum)
    if not certificate.holds:
        raise NotCertified(
            f"the basis that HiGHS ({optimum.method}) ended with is not optimal in exact arithmetic: {certificate.as_dict()}"
        )
    return certificate.as_dict()


def compile_instance(instance: Instance, stopwatch: Stopwatch | None = None) -> LinearProgram:
    """The linear program of an instance. Raises InstanceError where its numbers are beyond what a solver can be trusted with."""
    watch = stopwatch or Stopwatch()
    try:
        with watch.step("build"):
            model = build(instance)
        with watch.step("compile"):
            program = compile(model)
    except ArithmeticError as error:
        raise overflowing(error) from error
    check_program(instance, program)
    return program
