"""From a coarse program to the fine one: the optimum of a large program, found where the plans of coarser ones build.

A program in fewer model years, or in fewer slices, is solved in a fraction of the time, and what it never builds the fine plan
rarely builds. The fine program is solved without that, and whatever its prices call worth building is let in until nothing is
(`planner.narrowing`). The end is an optimum of the whole program, whatever the coarse plans were: they only save time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.coarsening import fewer_years, merged_slices
from planner.errors import PlannerError, SolverLimit
from planner.highs import COARSE_TO_FINE, Basis, Optimum, solve_program
from planner.instance import Instance
from planner.lp import LinearProgram, compile
from planner.model import build
from planner.narrowing import Mask, Solve, widened_basis
from planner.running import stopped_early

logger = logging.getLogger("planner.highs")

#: A coarse program has every so manieth model year.
EVERY = 4

#: Nonzeros from which a program with fewer slices is solved too: on `world` (626,000) the plan of fewer years alone leaves three
#: times as many builds to be found by prices; on programs of a quarter of that it takes longer than it saves.
MERGED_FROM = 400_000

#: Seconds that coarse and narrow programs may take together, at least and a nonzero of the whole, four times what was measured:
#: with too few builds there may be no plan, and the simplex method may stall on that for hours.
_PATIENCE = (5.0, 4e-4)

#: How the families of columns end that hold what is built, by technology, site and year.
_BUILT = ".build"

#: Builds smaller than this, in the family's unit, are none.
_NOTHING = 1e-9


@dataclass(frozen=True)
class _Guess:
    """A coarse program; a build of it speaks for the fine years nearest to it, and those of so many coarse years around."""

    program: LinearProgram
    years: tuple[int, ...]
    reach: int


def solve_coarse_to_fine(
    instance: Instance,
    lp: LinearProgram,
    threads: int | None = None,
    time_limit: float | None = None,
    log: Callable[[str], None] | None = None,
) -> Optimum:
    """An optimum of the instance's program; where no coarse program helps, that of the simplex method alone.

    Options and errors as `highs.solve_program`; `time_limit` is for all solves together, and so is what is known where it is
    stopped, but that a plan of a part is none of the whole.
    """
    began = time.perf_counter()
    patience = max(_PATIENCE[0], _PATIENCE[1] * lp.matrix.nnz)
    iterations, whole = 0, False

    def solve(program: LinearProgram, start: Basis | None, most: float | None) -> Optimum:
        nonlocal iterations
        left = None if most is None else max(most - (time.perf_counter() - began), 0.0)
        try:
            found = solve_program(program, "simplex", threads, left, start, log, primal=start is not None)
        except SolverLimit as error:
            iterations += error.known["iterations"]
            raise
        iterations += found.iterations
        return found

    def attempt(program: LinearProgram, start: Basis | None) -> Optimum:
        return solve(program, start, patience if time_limit is None else min(patience, time_limit))

    try:
        basis = _narrowed(instance, lp, attempt)
        whole = True
        found = solve(lp, basis, time_limit)
    except (KeyboardInterrupt, SolverLimit) as stopped:
        known = dict(stopped.known) if isinstance(stopped, SolverLimit) else {"reason": "interrupt"}
        if not whole:
            known.pop("objective", None)
        so_far = {"method": COARSE_TO_FINE, "seconds": time.perf_counter() - began, "iterations": iterations}
        raise stopped_early(known | so_far) from stopped
    return replace(found, method=COARSE_TO_FINE, iterations=iterations, seconds=time.perf_counter() - began)


def _narrowed(instance: Instance, lp: LinearProgram, attempt: Solve) -> Basis | None:
    """The basis of the whole that narrow programs come to; None where no coarse plan helps. Raises SolverLimit on Ctrl-C."""
    try:
        held = _held(instance, lp, attempt)
        return widened_basis(lp, held, attempt) if held.any() else None
    except PlannerError as error:
        if isinstance(error, SolverLimit) and error.known["reason"] != "time limit":
            raise
        logger.info("no coarse plan helps: %s", error)
        return None


def _held(instance: Instance, lp: LinearProgram, solve: Solve) -> Mask:
    """The builds that no coarse plan has, of all columns."""
    held = np.zeros(len(lp.cost), bool)
    for family in lp.columns:
        if family.name.endswith(_BUILT):
            held[family.rows] = True
    held &= lp.col_lower == 0
    helped = False
    for guess in _guesses(instance, lp):
        held &= ~_allowed(lp, guess, solve(guess.program, None))
        helped = True
    return held & helped


def _guesses(instance: Instance, lp: LinearProgram) -> Iterator[_Guess]:
    """Coarse programs, as far as there are any."""
    if len(instance.years) > EVERY:
        try:
            coarse = fewer_years(instance, EVERY)
            yield _Guess(compile(build(coarse)), coarse.years, 1)
        except (PlannerError, ArithmeticError) as error:
            logger.info("no plan in fewer years: %s", error)
    if lp.matrix.nnz >= MERGED_FROM:
        yield _Guess(merged_slices(instance, lp), instance.years, 0)


def _allowed(lp: LinearProgram, guess: _Guess, found: Optimum) -> Mask:
    """The builds of the fine program that those of a coarse plan speak for, of all columns."""
    place = {year: number for number, year in enumerate(guess.years)}
    built: dict[tuple[Any, ...], set[int]] = {}
    for family in guess.program.columns:
        if family.name.endswith(_BUILT):
            for labels, value in zip(family.index, found.values[family.rows], strict=True):
                if value > _NOTHING:
                    around = range(place[labels[-1]] - guess.reach, place[labels[-1]] + guess.reach + 1)
                    built.setdefault((family.name, *labels[:-1]), set()).update(around)
    ends = np.array(guess.years)
    allowed = np.zeros(len(lp.cost), bool)
    for family in lp.columns:
        if family.name.endswith(_BUILT):
            nearest = np.searchsorted(ends, [labels[-1] for labels in family.index], side="right") - 1
            allowed[family.rows] = [
                int(number) in built.get((family.name, *labels[:-1]), ())
                for number, labels in zip(nearest, family.index, strict=True)
            ]
    return allowed
