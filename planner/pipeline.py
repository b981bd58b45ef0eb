"""From an instance to a plan, step by step, each step timed; a script can stop anywhere by calling the steps itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from planner.certificate import Certificate, certify
from planner.errors import Infeasible, NotCertified, PlannerError, SolverError, SolverLimit, Unbounded
from planner.highs import COARSE_TO_FINE, Basis, Optimum, choose_method, solve_program
from planner.instance import Instance
from planner.lp import LinearProgram, compile
from planner.memory import give_back
from planner.model import build
from planner.numerics import check_program, overflowing, untrusted
from planner.provenance import provenance
from planner.selections import refuse_idle_limits

if TYPE_CHECKING:
    from planner.coarse_to_fine import CompileCoarse
    from planner.plan import Plan

logger = logging.getLogger("planner.highs")


#: What `auto` tries next where the first answer is not certified.
_SECOND_TRIES = ("ipm", "simplex")

#: Seconds that `auto` waits for its first method, at least and a nonzero, many times what it takes: where no plan exists the
#: simplex method may stall for hours on what an interior point sees at once.
_PATIENCE = (10.0, 1e-3)


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

    `solver` is auto, simplex, coarse-to-fine, ipm, hipo or pdlp; `time_limit` bounds the solver's own seconds; `exact` asks for
    the certificate in rational arithmetic as well, `ranging` for how far each price holds; `warm_start` is a plan of a like
    instance; `program` the instance's own program, extended by the caller (see `planner.extension`). Raises Infeasible,
    Unbounded, SolverLimit, SolverError, NotCertified where the answer is not optimal to the stated tolerances, InstanceError
    where numbers lie too far apart for a solver, and PlannerError for an unknown method, an exact certificate without a basis, or
    a program that is not of the instance.
    """
    watch = stopwatch or Stopwatch()
    lp = compile_instance(instance, watch)
    if program is not None:
        from planner.extension import extended

        lp = replace(program, extension=extended(instance, lp, program))
        check_program(instance, lp)
    return solve_compiled(
        instance, lp, solver=solver, threads=threads, time_limit=time_limit, exact=exact, ranging=ranging,
        warm_start=warm_start, stopwatch=watch,
    )  # fmt: skip


def solve_compiled(
    instance: Instance,
    lp: LinearProgram,
    *,
    solver: str = "auto",
    threads: int | None = None,
    time_limit: float | None = None,
    exact: bool = False,
    ranging: bool = False,
    warm_start: Plan | None = None,
    stopwatch: Stopwatch | None = None,
) -> Plan:
    """As `solve`, of what `compile_instance` made of the instance; that it did is not checked."""
    watch = stopwatch or Stopwatch()
    start = warm_start.basis if warm_start else None
    optimum, certificate = certified(instance, lp, watch, solver=solver, threads=threads, time_limit=time_limit, start=start)
    options = {
        "solver": solver,
        "threads": threads,
        "time_limit": time_limit,
        "exact": exact,
        "ranging": ranging,
        "warm_start": warm_start is not None,
    }
    facts: dict[str, Any] = {"seconds": watch.seconds, **said_of(instance), "provenance": provenance(instance, **options)}
    if exact:
        optimum, facts["exact_certificate"] = _certified_exactly(instance, lp, optimum, time_limit, watch)
        certificate = certify(lp, optimum)
    from planner.plan import make_plan  # pandas, which the points of a sweep do without

    ranges = None
    if ranging:
        from planner.prices import priced_rows
        from planner.ranges import price_ranges

        with watch.step("ranging"):
            ranges = price_ranges(lp, optimum, priced_rows(lp))
    return make_plan(instance, lp, optimum, certificate, facts, ranges)


def said_of(instance: Instance) -> dict[str, Any]:
    """What `summary.json` says of an instance: its warnings, and what scenarios and changes did to its numbers."""
    return {
        "warnings": [str(warning) for warning in instance.warnings], "changed": [edit.as_dict() for edit in instance.edits],
    }  # fmt: skip


def certified(
    instance: Instance,
    lp: LinearProgram,
    watch: Stopwatch,
    *,
    solver: str = "auto",
    threads: int | None = None,
    time_limit: float | None = None,
    start: Basis | None = None,
    near: bool = True,
    compiled: CompileCoarse | None = None,
) -> tuple[Optimum, Certificate]:
    """The first answer to a program that is certified: of each method in turn, refined where it ended if need be.

    Options and errors as in `solve`; `start` is the basis of a like program's optimum, `near` as in `solve_program`: where `auto`
    goes from coarse to fine, it leaves a start that is not near. `compiled` as in `solve_coarse_to_fine`.
    """
    first, left = choose_method(lp, solver, start is not None and near), time_limit
    failure = SolverError("no method was tried")
    for method in dict.fromkeys((first, *_SECOND_TRIES)) if solver == "auto" else (first,):
        began, patience = time.perf_counter(), max(_PATIENCE[0], _PATIENCE[1] * lp.matrix.nnz)
        stalls = solver == "auto" and method == first and (left is None or patience < left)
        try:
            optimum = _optimum(instance, lp, method, threads, patience if stalls else left, start, near, compiled, watch)
        except SolverLimit as error:
            if not stalls or error.known["reason"] != "time limit":
                raise
            failure = error
        except SolverError as error:
            failure = error
        else:
            spent = time.perf_counter() - began
            optimum, certificate = proven(lp, optimum, None if left is None else max(left - spent, 0.0), watch)
            if certificate.holds:
                return optimum, certificate
            failed = f"the certificate fails: {', '.join(certificate.failures)}"
            failure = NotCertified(f"HiGHS ({method}) called its answer optimal, but {failed}")
        logger.warning("%s gave no answer that is certified: %s", method, failure)
        left = None if left is None else max(left - (time.perf_counter() - began), 0.0)
    if solver == "auto":
        from planner.refinement import last_resort

        with watch.step("refine"):
            reached = last_resort(lp, left)
        if reached is not None and (certificate := certify(lp, reached)).holds:
            return reached, certificate
    raise untrusted(instance, lp, str(failure)) or failure


def proven(
    lp: LinearProgram, optimum: Optimum, time_limit: float | None = None, watch: Stopwatch | None = None
) -> tuple[Optimum, Certificate]:
    """An answer and its certificate; where that fails, those of its basis refined, if they hold.

    An answer without a basis is taken to one first. Raises SolverLimit where the solver was stopped.
    """
    watch = watch or Stopwatch()
    with watch.step("certify"):
        certificate = certify(lp, optimum)
    if certificate.holds:
        return optimum, certificate
    from planner.refinement import crossed_over, refine

    logger.info("refined, since the certificate fails: %s", ", ".join(certificate.failures))
    with watch.step("refine"):
        try:
            found = optimum if optimum.basis is not None else crossed_over(lp, optimum, time_limit)
            refined = refine(lp, found, time_limit).optimum
        except SolverLimit:
            raise
        except PlannerError as error:
            logger.debug("refinement: %s", error)
            return optimum, certificate
        again = certify(lp, refined)
    return (refined, again) if again.holds else (optimum, certificate)


def _optimum(
    instance: Instance,
    lp: LinearProgram,
    method: str,
    threads: int | None,
    time_limit: float | None,
    start: Basis | None,
    near: bool,
    compiled: CompileCoarse | None,
    watch: Stopwatch,
) -> Optimum:
    """The optimum of the program; where there is none, the error says why."""
    began = time.perf_counter()
    try:
        with watch.step("solve"):
            if method == COARSE_TO_FINE and (start is None or not near):
                from planner.coarse_to_fine import solve_coarse_to_fine

                return solve_coarse_to_fine(instance, lp, threads, time_limit, logger.debug, compiled)
            return solve_program(lp, method, threads, time_limit, start, logger.debug, near=near)
    except Infeasible as error:
        from planner.diagnosis import diagnose_infeasible

        with watch.step("diagnose"):
            diagnosis = diagnose_infeasible(instance, lp)
        raise Infeasible(str(error), diagnosis) from None
    except Unbounded as error:
        left = None if time_limit is None else max(time_limit - (time.perf_counter() - began), 0.0)
        from planner.recession import is_unbounded

        if not is_unbounded(lp, left):
            raise SolverError(f"HiGHS ({method}) called the cost unbounded, but gave no proof of it") from None
        from planner.diagnosis import diagnose_unbounded

        with watch.step("diagnose"):
            diagnosis = diagnose_unbounded(instance, lp)
        raise Unbounded(str(error), diagnosis) from None


def _certified_exactly(
    instance: Instance, lp: LinearProgram, optimum: Optimum, time_limit: float | None, watch: Stopwatch
) -> tuple[Optimum, dict[str, Any]]:
    """The optimum whose basis is exactly optimal, refined where that of HiGHS is not, and its exact certificate."""
    from planner.refinement import refine

    with watch.step("certify exactly"):
        refined = refine(lp, optimum, time_limit)
    said = refined.certificate.as_dict()
    if not refined.certificate.holds:
        message = f"the basis that HiGHS ({optimum.method}) ended with is not optimal in exact arithmetic: {said}"
        raise untrusted(instance, lp, message) or NotCertified(message)
    return refined.optimum, said


def compile_instance(instance: Instance, stopwatch: Stopwatch | None = None) -> LinearProgram:
    """The linear program of an instance.

    Raises InstanceError where its numbers are beyond what a solver can be trusted with, or a limit selects nothing of it.
    """
    watch = stopwatch or Stopwatch()
    try:
        with watch.step("build"):
            model = build(instance)
        with watch.step("compile"):
            program = compile(model)
            del model
            give_back(program.matrix.nnz)
    except ArithmeticError as error:
        raise overflowing(error) from error
    check_program(instance, program)
    refuse_idle_limits(instance, program)
    return program
