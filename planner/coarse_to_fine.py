"""From a coarse program to the fine one: the optimum of a large program, found from what coarser ones say.

What the plan of fewer model years never builds the fine plan rarely builds: the fine program is solved without that, and whatever
its prices call worth building is let in until nothing is (`planner.narrowing`). And the prices of a program with fewer slices let
a fine one fall into the parts that few rows link (`planner.parting`): the narrow program, or where slices are many the whole one.
The end is an optimum of the whole program, whatever the coarse programs said: they only save time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from planner.coarsening import Merged, fewer_years, merged_slices
from planner.errors import PlannerError, SolverLimit
from planner.highs import COARSE_TO_FINE, Basis, Optimum, cores, solve_program
from planner.instance import Instance
from planner.lp import LinearProgram, Vector, compile
from planner.memory import give_back
from planner.model import build
from planner.narrowing import Mask, idle, part, widened_basis
from planner.parting import linked_basis, linking_rows
from planner.running import stopped_early, stopped_together

logger = logging.getLogger("planner.highs")

#: The program of an instance with fewer years.
CompileCoarse = Callable[[Instance], LinearProgram]

#: A coarse program has every so manieth model year.
EVERY = 4

#: A program with merged slices is solved for its prices where it has no more than this share of the nonzeros.
COARSER = 0.7

#: Up to this share, prices are all that is asked for. On `world`, with a fifth, that takes two fifths of the time that narrow
#: programs take; on `accelerated` and `thousand_terawatts`, with two thirds, 1.7 and 2.6 times as long as both together.
MUCH_COARSER = 1 / 3

#: Seconds that all but the last solve may take together, at least and a nonzero of the whole, five times what was measured:
#: with too few builds there may be no plan, and the simplex method may stall on that for hours.
_PATIENCE = (5.0, 4e-4)

#: How the families of columns end that hold what is built, by technology, site and year.
_BUILT = ".build"

#: Builds smaller than this, in the family's unit, are none.
_NOTHING = 1e-9


@dataclass
class _Solves:
    """The solves on the way, and what they took together."""

    threads: int | None
    time_limit: float | None
    log: Callable[[str], None] | None
    patience: float
    iterations: int = 0
    began: float = field(default_factory=time.perf_counter)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def _one(self, program: LinearProgram, most: float | None, threads: int | None, **how: Any) -> Optimum:
        give_back(program.matrix.nnz)
        left = None if most is None else max(most - self.seconds, 0.0)
        took = 0
        try:
            found = solve_program(program, "simplex", threads, left, log=self.log, **how)
            took = found.iterations
        except SolverLimit as error:
            took = error.known["iterations"]
            raise
        finally:
            with self._counting:
                self.iterations += took
        return found

    @property
    def _most(self) -> float:
        return self.patience if self.time_limit is None else min(self.patience, self.time_limit)

    def some(self, program: LinearProgram, start: Basis | None = None) -> Optimum:
        """Part of the whole, cold or with the primal simplex method from a basis that keeps every row."""
        return self._one(program, self._most, self.threads, start=start, primal=start is not None)

    def each(self, programs: Sequence[LinearProgram]) -> list[Optimum]:
        """Programs that have nothing to do with one another, as many side by side as there are threads."""
        with ThreadPoolExecutor(max(1, min(self.threads or 1, cores()))) as pool, stopped_together() as stop:
            try:
                asked = [pool.submit(copy_context().run, self._one, program, self._most, 1) for program in programs]
                return [future.result() for future in asked]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                stop()
                raise

    def onward(self, program: LinearProgram, start: Basis) -> Optimum:
        """From a basis that is optimal but for rows that do not hold.

        Costs are left as they are, which on `world` takes 26 s in place of 39. The solve of the whole mends what that may miss.
        """
        return self._one(program, self._most, self.threads, start=start, perturbed=False)

    def whole(self, program: LinearProgram, start: Basis | None) -> Optimum:
        """The whole program, from a basis that keeps every row where there is one."""
        return self._one(program, self.time_limit, self.threads, start=start, primal=start is not None)


def solve_coarse_to_fine(
    instance: Instance,
    lp: LinearProgram,
    threads: int | None = None,
    time_limit: float | None = None,
    log: Callable[[str], None] | None = None,
    compiled: CompileCoarse | None = None,
) -> Optimum:
    """An optimum of the instance's program; where no coarse program helps, that of the simplex method alone.

    Options and errors as `highs.solve_program`; `time_limit` is for all solves together, and so is what is known where it is
    stopped, but that a plan of a part is none of the whole. `compiled` gives programs of coarse instances to whoever
    keeps them from solve to solve; else they are built.
    """
    solves = _Solves(threads, time_limit, log, max(_PATIENCE[0], _PATIENCE[1] * lp.matrix.nnz))
    whole = False
    try:
        basis = _basis(instance, lp, solves, compiled or _compiled)
        whole = True
        found = solves.whole(lp, basis)
    except (KeyboardInterrupt, SolverLimit) as stopped:
        known = dict(stopped.known) if isinstance(stopped, SolverLimit) else {"reason": "interrupt"}
        if not whole:
            known.pop("objective", None)
        so_far = {"method": COARSE_TO_FINE, "seconds": solves.seconds, "iterations": solves.iterations}
        raise stopped_early(known | so_far) from stopped
    return replace(found, method=COARSE_TO_FINE, iterations=solves.iterations, seconds=solves.seconds)


def _compiled(instance: Instance) -> LinearProgram:
    return compile(build(instance))


def _basis(instance: Instance, lp: LinearProgram, solves: _Solves, compiled: CompileCoarse) -> Basis | None:
    """A basis of the whole program, optimal or nearly; None where no coarse program helps. Raises SolverLimit on Ctrl-C."""
    merged, linking = cache(lambda: merged_slices(instance, lp)), linking_rows(lp, instance.sites)

    def priced(program: LinearProgram, rows: Mask, held: Mask, most: float) -> Basis | None:
        prices = _prices(merged(), held, most * program.matrix.nnz, solves) if linking[rows].any() else None
        if prices is None:
            return None
        merged.cache_clear()  # prices are all that was wanted of it, and what follows needs the memory
        return linked_basis(program, linking[rows], prices[rows], solves.each, solves.onward)

    def alone(most: float) -> Basis | None:
        return priced(lp, np.ones(len(linking), bool), np.zeros(len(lp.cost), bool), most)

    def narrowed() -> Basis | None:
        held = _held(instance, lp, solves, compiled)
        if held is None:
            return None
        return widened_basis(lp, held, solves.some, lambda narrow, rows: _helped(lambda: priced(narrow, rows, held, COARSER)))

    ways = (lambda: alone(MUCH_COARSER), narrowed, lambda: alone(COARSER))
    return next((basis for way in ways if (basis := _helped(way)) is not None), None)


def _helped(way: Callable[[], Basis | None]) -> Basis | None:
    """What a way comes to; None where it leads nowhere. Raises SolverLimit on Ctrl-C."""
    try:
        return way()
    except (PlannerError, ArithmeticError) as error:
        if isinstance(error, SolverLimit) and error.known["reason"] != "time limit":
            raise
        logger.info("no coarse program helps: %s", error)
        return None


def _prices(merged: Merged, held: Mask, nonzeros: float, solves: _Solves) -> Vector | None:
    """The prices of all rows where slices are merged and some columns held at nought; nought of rows that then say nothing.

    None where the program that tells them has more nonzeros than that.
    """
    coarse, held_there = merged.program, np.zeros(len(merged.program.cost), bool)
    held_there[merged.column[held]] = True
    asleep, silent = idle(coarse, held_there)
    program = part(coarse, ~silent, ~(asleep | held_there), coarse.cost)
    if program.matrix.nnz > nonzeros:
        return None
    duals = np.zeros(len(silent))
    duals[~silent] = solves.some(program).duals
    return merged.prices(duals)


def _held(instance: Instance, lp: LinearProgram, solves: _Solves, compiled: CompileCoarse) -> Mask | None:
    """The builds that the plan in fewer years does not have, of all columns; None where they are none."""
    if len(instance.years) <= EVERY:
        return None
    coarse = fewer_years(instance, EVERY)
    program = compiled(coarse)
    held = ~_allowed(lp, program, coarse.years, solves.some(program)) & (lp.col_lower == 0)
    return held if held.any() else None


def _allowed(lp: LinearProgram, coarse: LinearProgram, years: tuple[int, ...], found: Optimum) -> Mask:
    """The columns of the fine program but builds that no coarse year at, before or after theirs has."""
    place = {year: number for number, year in enumerate(years)}
    built: dict[tuple[Any, ...], set[int]] = {}
    for family in coarse.columns:
        if family.name.endswith(_BUILT):
            for labels, value in zip(family.index, found.values[family.rows], strict=True):
                if value > _NOTHING:
                    around = range(place[labels[-1]] - 1, place[labels[-1]] + 2)
                    built.setdefault((family.name, *labels[:-1]), set()).update(around)
    ends = np.array(years)
    allowed = np.ones(len(lp.cost), bool)
    for family in lp.columns:
        if family.name.endswith(_BUILT):
            nearest = np.searchsorted(ends, [labels[-1] for labels in family.index], side="right") - 1
            allowed[family.rows] = [
                int(number) in built.get((family.name, *labels[:-1]), ())
                for number, labels in zip(nearest, family.index, strict=True)
            ]
    return allowed
