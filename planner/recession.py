"""Whether the cost of a program can fall forever: proven by a program of directions, certified as every optimum is.

A direction is open where no bound of a row or column stops it. The least cost of the open directions that take no more than
one step in any column is below zero exactly where the cost falls forever. That least cost has a certificate, and with it a
bound on its own error.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from planner.certificate import certify, falls_without_end
from planner.errors import PlannerError, SolverLimit
from planner.highs import Optimum, primal_ray, solve_program
from planner.lp import LinearProgram
from planner.refinement import refine
from planner.scaling import scaling


def is_unbounded(lp: LinearProgram, time_limit: float | None = None) -> bool:
    """True where it is proven that the cost falls forever: by the solver's own ray, else by a ray that is certified.

    `time_limit` bounds the solver's seconds of each. Raises SolverLimit where it was interrupted.
    """
    ray = primal_ray(lp, time_limit)
    if ray is not None and falls_without_end(lp, ray):
        return True
    try:
        return _falls(directions(lp), time_limit)
    except SolverLimit as error:
        if error.interrupted:
            raise
    except PlannerError:
        pass  # no optimum, or a singular basis: nothing is proven
    return False


def directions(lp: LinearProgram) -> LinearProgram:
    """The program of the directions that are open, each column taking a step of at most its unit in `scaling`."""
    steps = scaling(lp).columns
    return replace(
        lp, offset=0.0, row_lower=_open(lp.row_lower, -np.inf), row_upper=_open(lp.row_upper, np.inf),
        col_lower=_open(lp.col_lower, -steps), col_upper=_open(lp.col_upper, steps),
    )  # fmt: skip


def _open(bound: Any, far: Any) -> Any:
    return np.where(np.isfinite(bound), 0.0, far)


def _falls(program: LinearProgram, time_limit: float | None) -> bool:
    """True where the least cost is below zero, and by more than its certificate leaves open."""
    found = solve_program(program, "simplex", time_limit=time_limit)
    return _below_zero(program, found) or _below_zero(program, refine(program, found, time_limit).optimum)


def _below_zero(program: LinearProgram, found: Optimum) -> bool:
    certificate = certify(program, found)
    return certificate.holds and certificate.objective + certificate.cost_error.absolute < 0
