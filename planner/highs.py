"""From a linear program to an optimum: the only file that knows the solver."""

from __future__ import annotations

import logging
import operator
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from planner.errors import Infeasible, PlannerError, SolverError, SolverLimit, Unbounded
from planner.lp import NEGLIGIBLE, LinearProgram, Vector
from planner.running import run_to_an_end, stopped_early

logger = logging.getLogger("planner")

#: The simplex method from what coarser programs say: `planner.coarse_to_fine`.
COARSE_TO_FINE = "coarse-to-fine"

#: What may be asked for as a method; `auto` chooses by size.
METHODS = ("auto", "simplex", COARSE_TO_FINE, "ipm", "hipo", "pdlp")

#: What HiGHS calls them; its own `ipm` is whichever of its two interior points is installed.
_SOLVERS = {"simplex": "simplex", "ipm": "ipx", "hipo": "hipo", "pdlp": "pdlp"}

#: From so many nonzeros `auto` goes from coarse to fine where it starts cold.
COARSE_FROM = 100_000

#: From so many nonzeros a cold dual simplex method uses the threads that it was given: the same iterations, to the last digit of
#: the answer, in 0.75 of the time on `accelerated` and two thirds on `world` with two. Not the default, for its threads wait
#: by spinning: two such solves side by side on two cores took 2.7 times as long as two with one thread each.
SIDE_BY_SIDE_FROM = 20_000

#: Up to so many rows Devex weights pay however far a start is: 1,840 iterations and 0.24 s a point of a sweep with 7,285 rows, in
#: place of 1,360 and 0.28 s; with 40,416 rows steepest edges took 15.1 s and Devex 17.4 s.
DEVEX_UP_TO = 20_000

#: What HiGHS is asked to keep to; the certificate has its own, stated tolerances. PDLP needs it too: what it calls
#: optimal at the usual 1e-7 of a norm misses single rows by more than a certificate accepts.
TOLERANCE = 1e-9

#: Iterations, of simplex for each row and column and of an interior point in all, with which a method counts as going round
#: in circles. On the shipped instances at most 0.7 were measured, and some 60 on the baseline.
_ENDLESS, _ENDLESS_INSIDE = 5, 500

#: Finds an irreducible conflict from a ray of the dual; the default strategy finds none, the thorough ones take minutes.
_IIS_STRATEGY = 6

#: How HiGHS numbers the dual simplex method, that with parts of an iteration side by side, and the primal one.
_DUAL, _SIDE_BY_SIDE, _PRIMAL = 1, 2, 4

#: How HiGHS numbers the edge weights that need no computing at the start.
_DEVEX = 1

#: How HiGHS numbers the statuses of a basis; every other status is at the lower bound, or free and at nought.
LOWER, BASIC, UPPER = (int(getattr(highspy.HighsBasisStatus, name)) for name in ("kLower", "kBasic", "kUpper"))

#: The statuses by their numbers; making one of a number takes thirty times as long.
_STATUSES = [highspy.HighsBasisStatus(number) for number in range(5)]

#: The number of a status.
_NUMBER = operator.attrgetter("value")


@dataclass(frozen=True)
class Basis:
    """The status of every column and row at an optimum, as HiGHS numbers them; the start of a warm solve."""

    columns: Any
    rows: Any


@dataclass(frozen=True)
class Optimum:
    """What the solver returned for a linear program: values of the columns and duals of the rows.

    A row's dual is the change of the objective per unit by which the row's binding bound is raised.
    """

    values: Vector
    duals: Vector
    objective: float
    method: str
    version: str
    iterations: int
    seconds: float
    basis: Basis | None


def solve_program(
    lp: LinearProgram,
    method: str = "auto",
    threads: int | None = None,
    time_limit: float | None = None,
    start: Basis | None = None,
    log: Callable[[str], None] | None = None,
    primal: bool = False,
    near: bool = True,
    perturbed: bool = True,
) -> Optimum:
    """An optimum of a linear program.

    `time_limit` in seconds of the solver's own work. `start` is taken where its shape is that of the program, `near` says that
    few iterations are expected from it; `primal` asks for the primal simplex method, to go on from a start that keeps every row
    after costs have changed; without `perturbed` the dual one leaves costs as they are. Raises Infeasible, Unbounded, SolverLimit
    or SolverError where there is no optimum; SolverLimit on Ctrl-C too.

    Where the simplex method fails it is tried again: from the start with costs perturbed or not, the other way round; cold; and
    cold with costs as they are. HiGHS mends most bases that are none, but not all, and a few programs it solves one way only.
    """
    chosen = choose_method(lp, method, start is not None)
    if chosen == COARSE_TO_FINE:
        chosen = "simplex"  # a program by itself has nothing coarser
    began, warm = time.perf_counter(), start is not None and chosen == "simplex"
    ways = [(warm, perturbed)]
    if chosen == "simplex":
        ways = list(dict.fromkeys([*ways, (warm, perturbed if primal else not perturbed), (False, True), (False, False)]))
    failure: _WouldNot | None = None
    for from_start, with_costs_perturbed in ways:
        left = None if time_limit is None else max(time_limit - (time.perf_counter() - began), 0.0)
        highs = opened(lp, chosen, threads, left, log)
        if chosen == "simplex":
            _choose_steps(highs, lp, threads, start if from_start else None, primal and from_start, near, with_costs_perturbed)
        try:
            return answer(highs, chosen)
        except _WouldNot as error:
            logger.info("%s; from a start: %s, with costs perturbed: %s", error, from_start, with_costs_perturbed)
            failure = failure or error
    assert failure is not None
    raise failure


def _choose_steps(
    highs: highspy.Highs, lp: LinearProgram, threads: int | None, start: Basis | None, primal: bool, near: bool, perturbed: bool
) -> None:
    """Tell the simplex method from where to go on, and how; options as in `solve_program`."""
    side_by_side = min(threads or 1, cores())
    if start is None and not primal and lp.matrix.nnz >= SIDE_BY_SIDE_FROM and side_by_side > 1:
        told = {
            "simplex_strategy": _SIDE_BY_SIDE,
            "parallel": "on",
            "threads": side_by_side,
            "simplex_max_concurrency": side_by_side,
        }
        for name, value in told.items():
            _check(highs.setOptionValue(name, value), f"take the option {name} = {value}")
    if primal:
        _check(highs.setOptionValue("simplex_strategy", _PRIMAL), "use the primal simplex method")
    if not perturbed:
        _check(highs.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0), "leave costs as they are")
    if start is not None:
        if near or len(lp.row_lower) <= DEVEX_UP_TO:
            few_steps(highs)
        start_from(highs, lp, start)


def answer(highs: highspy.Highs, method: str) -> Optimum:
    """Run a solver on the program that it has been given; raises as `solve_program` does."""
    began = time.perf_counter()
    run(highs)
    seconds = time.perf_counter() - began
    _raise_unless_optimal(highs, method, seconds)
    solution, info = highs.getSolution(), highs.getInfo()
    return Optimum(
        values=np.asarray(solution.col_value, float), duals=np.asarray(solution.row_dual, float),
        objective=info.objective_function_value, method=method, version=highs.version(),
        iterations=sum(max(n, 0) for n in (info.simplex_iteration_count, info.ipm_iteration_count, info.pdlp_iteration_count)),
        seconds=seconds, basis=_basis(highs),
    )  # fmt: skip


def least_cost(highs: highspy.Highs) -> float:
    """The least cost of the program that a solver has been given, and nothing else; raises as `solve_program` does."""
    run(highs)
    _raise_unless_optimal(highs, "simplex", highs.getRunTime())
    return float(highs.getInfo().objective_function_value)


def _numbers(statuses: Any) -> Any:
    return np.fromiter(map(_NUMBER, statuses), np.int8, len(statuses))


def basis_reached(lp: LinearProgram, start: Basis, primal: bool, time_limit: float | None) -> tuple[Basis | None, int]:
    """The basis that the simplex method, dual or primal, comes to from another, optimal or not, and its iterations.

    None where it has none. Raises SolverLimit where it was stopped.
    """
    highs = opened(lp, "simplex", None, time_limit, None)
    _check(highs.setOptionValue("simplex_strategy", _PRIMAL if primal else _DUAL), "use that simplex method")
    few_steps(highs)
    start_from(highs, lp, start)
    try:
        run(highs)
    except SolverLimit:
        raise
    except SolverError as error:
        logger.debug("%s", error)
    if highs.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
        raise stopped_early({"reason": "time limit", "seconds": highs.getRunTime(), **_reached(highs)})
    return _basis(highs), max(highs.getInfo().simplex_iteration_count, 0)


def _basis(highs: highspy.Highs) -> Basis | None:
    basis = highs.getBasis()
    return Basis(_numbers(basis.col_status), _numbers(basis.row_status)) if basis.valid else None


def row_ranges(lp: LinearProgram, optimum: Optimum) -> tuple[Vector, Vector]:
    """How far the bound of each row may fall and rise before its dual changes; infinite where no bound is met.

    Raises SolverError where the optimum has no basis to start from, or HiGHS cannot rank it.
    """
    if optimum.basis is None:
        raise SolverError(f"{optimum.method} gave no basis, and prices have no ranges without one: use any method but pdlp")
    highs = opened(lp, "simplex", None, None, None)
    _check(highs.setOptionValue("presolve", "off"), "leave the program as it is")
    start_from(highs, lp, optimum.basis)
    run(highs)
    status, ranging = highs.getRanging()
    _check(status, "say how far prices hold")
    tight = optimum.basis.rows != BASIC
    present = np.where((optimum.basis.rows == UPPER) | ~np.isfinite(lp.row_lower), lp.row_upper, lp.row_lower)
    fall, rise = present - np.array(ranging.row_bound_dn.value_), np.array(ranging.row_bound_up.value_) - present
    # A row that is not at a bound has no price, and goes without one until its bound meets what it uses.
    used = lp.matrix @ optimum.values
    fall = np.where(tight, fall, np.where(np.isfinite(lp.row_upper), lp.row_upper - used, np.inf))
    rise = np.where(tight, rise, np.where(np.isfinite(lp.row_lower), used - lp.row_lower, np.inf))
    less, more = (np.where(side >= highs.inf, np.inf, np.maximum(side, 0.0)) for side in (fall, rise))
    return less, more


def choose_method(lp: LinearProgram, method: str, warm: bool = False) -> str:
    """The method that `auto` stands for; a warm start is one for the simplex method."""
    if method not in METHODS:
        raise PlannerError(f"no method is called {method!r}; there are {', '.join(METHODS)}")
    if method != "auto":
        return method
    return "simplex" if warm or lp.matrix.nnz < COARSE_FROM else COARSE_TO_FINE


def cores() -> int:
    """How many cores this process may use; more threads than that would wait for one another."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def write_model(lp: LinearProgram, path: Path) -> None:
    """Write the program with its names as an MPS or LP file, by the ending of the path."""
    if path.suffix not in (".mps", ".lp"):
        raise PlannerError(f"{path.name}: a model is written as .mps or .lp")
    if not path.absolute().parent.is_dir() or path.is_dir():
        raise PlannerError(f"{path} cannot be written: there is no such folder, or it is one itself")
    highs = opened(lp, "simplex", None, None, None)
    passed = highs.getLp()
    passed.col_names_, passed.row_names_ = lp.column_names, lp.row_names
    _check(highs.passModel(passed), "take the names of the program")
    if highs.writeModel(str(path)) != highspy.HighsStatus.kOk:
        raise PlannerError(f"{path} cannot be written")


def opened(
    lp: LinearProgram, method: str, threads: int | None, time_limit: float | None, log: Callable[[str], None] | None
) -> highspy.Highs:
    """A solver that has been given the program."""
    highs = highspy.Highs()
    if method == "pdlp":
        log = None  # it would print to standard output past any callback
    options: dict[str, Any] = {
        "output_flag": log is not None, "log_to_console": False, "solver": _SOLVERS[method], "random_seed": 0,
        "primal_feasibility_tolerance": TOLERANCE, "dual_feasibility_tolerance": TOLERANCE, "optimality_tolerance": TOLERANCE,
        "pdlp_optimality_tolerance": TOLERANCE, "small_matrix_value": NEGLIGIBLE,
        "simplex_iteration_limit": _ENDLESS * sum(lp.matrix.shape), "ipm_iteration_limit": _ENDLESS_INSIDE,
    }  # fmt: skip
    if threads is not None:
        options["threads"] = min(threads, cores())  # more never pay, and very many end the process
    if time_limit is not None:
        options["time_limit"] = time_limit
    if method in ("ipm", "hipo"):
        options["run_crossover"] = "on"
    for name, value in options.items():
        _check(highs.setOptionValue(name, value), f"take the option {name} = {value}")
    if log is not None:
        highs.cbLogging.subscribe(lambda event: log(event.message))
    rows, columns, nonzeros = lp.shape
    _check(
        highs.passModel(
            columns, rows, nonzeros, int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), lp.offset,
            lp.cost, lp.col_lower, lp.col_upper, lp.row_lower, lp.row_upper,
            lp.matrix.indptr, lp.matrix.indices, lp.matrix.data, np.zeros(columns, np.int32),
        ),
        "take the program",
    )  # fmt: skip
    return highs


def run(highs: highspy.Highs) -> None:
    """Run the solver; raises SolverError where it fails, and SolverLimit on Ctrl-C."""
    status = run_to_an_end(highs, lambda: _reached(highs))
    _check(highspy.HighsStatus.kError if status is None else status, "solve the program", highspy.HighsStatus.kWarning)


def _reached(highs: highspy.Highs) -> dict[str, Any]:
    """How far the solver has come. A cost is known where it has a plan that keeps every limit; it gives no bound."""
    info = highs.getInfo()
    counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.pdlp_iteration_count)
    feasible = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    cost = {"objective": info.objective_function_value} if feasible else {}
    return {"iterations": sum(max(count, 0) for count in counts), **cost}


def few_steps(highs: highspy.Highs) -> None:
    """Have the dual simplex method take weights that cost nothing at the start: what pays where few iterations are left.

    Steepest edges from a basis that is not slack cost a solve for each row before the first iteration: of 2.2 s on `accelerated`
    for 613 iterations after 10 % more of a demand, 1.5 s; Devex takes 1,009 and 0.9 s. After twice the demand both take 5 s.
    """
    _check(highs.setOptionValue("simplex_dual_edge_weight_strategy", _DEVEX), "weigh edges by Devex")


def start_from(highs: highspy.Highs, lp: LinearProgram, start: Basis) -> None:
    """Have a solver start from a basis of the program; where that has another shape it starts from nothing."""
    if (len(start.rows), len(start.columns)) != lp.matrix.shape:
        logger.info("the plan to start from has another shape: started cold")
        return
    basis = highspy.HighsBasis()
    basis.col_status = [_STATUSES[s] for s in start.columns.tolist()]
    basis.row_status = [_STATUSES[s] for s in start.rows.tolist()]
    basis.valid = True
    # What has the right number of basic members HiGHS need not factorise twice: it mends a singular one when it begins.
    basic = np.count_nonzero(start.columns == BASIC) + np.count_nonzero(start.rows == BASIC)
    basis.alien = basic != len(start.rows)
    _check(highs.setBasis(basis), "start from the basis of another plan")


def _raise_unless_optimal(highs: highspy.Highs, method: str, seconds: float) -> None:
    status = highs.getModelStatus()
    name = highs.modelStatusToString(status)
    kinds = highspy.HighsModelStatus
    if status == kinds.kUnboundedOrInfeasible:
        # Presolve could not tell which: without it, the simplex method can.
        highs.setOptionValue("presolve", "off")
        highs.setOptionValue("solver", "simplex")
        run(highs)
        status = highs.getModelStatus()
    if status == kinds.kOptimal:
        return
    if status == kinds.kModelEmpty:
        return _raise_unless_nothing_holds(highs)
    if status == kinds.kInfeasible:
        raise Infeasible("no plan meets every demand and limit")
    if status in (kinds.kUnbounded, kinds.kUnboundedOrInfeasible):
        raise Unbounded("the cost can fall without end: something earns more than it costs, and nothing limits it")
    if status == kinds.kTimeLimit:
        raise stopped_early({"reason": "time limit", "method": method, "seconds": seconds, **_reached(highs)})
    if status in (kinds.kIterationLimit, kinds.kInterrupt):
        raise SolverError(f"HiGHS ({method}) went round in circles for {_reached(highs)['iterations']:,} iterations")
    raise _WouldNot(f"HiGHS ended without an optimum: {name}")


def _raise_unless_nothing_holds(highs: highspy.Highs) -> None:
    """Of a program without columns, HiGHS says only that it is empty: whether each row may be nought."""
    given = highs.getLp()
    if (np.asarray(given.row_lower_) > 0).any() or (np.asarray(given.row_upper_) < 0).any():
        raise Infeasible("no plan meets every demand and limit")


class _WouldNot(SolverError):
    """HiGHS returned an error, or ended without saying what it came to."""


def _check(status: highspy.HighsStatus, action: str, worst: highspy.HighsStatus = highspy.HighsStatus.kOk) -> None:
    if status != highspy.HighsStatus.kOk and status != worst:
        raise _WouldNot(f"HiGHS would not {action}")


def irreducible_conflict(lp: LinearProgram, seconds: float) -> tuple[list[int], list[int]]:
    """Rows and columns (for their bounds) that cannot hold together and cannot spare one; none where none was found in time."""
    highs = opened(lp, "simplex", None, seconds, None)
    _check(highs.setOptionValue("iis_strategy", _IIS_STRATEGY), "look for an irreducible conflict")
    status, found = highs.getIis()
    if status == highspy.HighsStatus.kError or not found.valid_:
        return [], []
    return [int(i) for i in found.row_index_], [int(j) for j in found.col_index_]


def primal_ray(lp: LinearProgram, time_limit: float | None = None) -> Vector | None:
    """A direction in which the cost of an unbounded program falls without end, or None where the solver gives none in time."""
    highs = opened(lp, "simplex", None, time_limit, None)
    _check(highs.setOptionValue("presolve", "off"), "solve without presolve")
    run(highs)
    _, found, ray = highs.getPrimalRay()
    return np.asarray(ray, float) if found else None
