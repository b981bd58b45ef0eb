"""Refinement: from a basis that is good enough for the solver, or for nothing, to one that is optimal in exact arithmetic."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sparse

import planner
from planner.exact import TOLERANCE, certify_exactly
from planner.highs import BASIC, LOWER, UPPER, Basis, Optimum, solve_program
from planner.lp import Family, LinearProgram
from planner.refinement import last_resort, refine
from planner.running import stopped_early

TOY = planner.load(Path(__file__).parents[1] / "instances" / "toy")

#: Below what HiGHS is asked for (1e-9), above what an exact certificate accepts.
BETWEEN = 2.0**-31


@pytest.fixture(scope="module")
def toy() -> LinearProgram:
    return planner.compile(planner.build(TOY))


@pytest.fixture(scope="module")
def least(toy: LinearProgram) -> float:
    return solve_program(toy).objective


def program(cost: Any, matrix: Any, row_lower: Any, row_upper: Any, col_lower: Any, col_upper: Any) -> LinearProgram:
    dense = np.array(matrix, float)
    rows, columns = dense.shape
    return LinearProgram(
        np.array(cost, float), 0.0, sparse.csr_array(dense), *(np.array(bound, float) for bound in (row_lower, row_upper, col_lower, col_upper)),
        (Family("x", "", 0, [(i,) for i in range(columns)]),), (Family("row", "", 0, [(i,) for i in range(rows)]),),
        sparse.csr_array((0, columns)), np.zeros(0),
    )  # fmt: skip


def at(lp: LinearProgram, basis: Basis) -> Optimum:
    """An answer that is nothing but a basis."""
    rows, columns = lp.matrix.shape
    return Optimum(np.zeros(columns), np.zeros(rows), 0.0, "simplex", "", 0, 0.0, basis)


def loosely(lp: LinearProgram, tolerance: float) -> Optimum:
    """What HiGHS calls optimal where it is asked for less."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.highs.TOLERANCE", tolerance)
        return solve_program(lp, "simplex")


def test_a_violation_that_the_solver_does_not_see() -> None:
    # x >= 1 and x >= 1 + BETWEEN: to HiGHS, a basis in which the first binds is optimal, and it stays there.
    inf = np.inf
    lp = program([1], [[1], [1]], [1, 1 + BETWEEN], [inf, inf], [0], [inf])
    first = at(lp, Basis(np.array([BASIC], np.int8), np.array([LOWER, BASIC], np.int8)))
    stays = solve_program(lp, "simplex", start=first.basis)
    assert stays.iterations == 0 and planner.certify(lp, stays).holds
    rejected = certify_exactly(lp, stays)
    assert not rejected.holds and float(rejected.primal_infeasibility) == pytest.approx(BETWEEN)
    found = refine(lp, stays)
    assert found.certificate.holds and found.certificate.rounds == 1
    assert found.optimum.values == [1 + BETWEEN] and found.certificate.objective == 1 + BETWEEN
    assert list(found.optimum.duals) == [0, 1]


def test_a_price_that_the_solver_does_not_see() -> None:
    # x + y >= 1, and y costs less by BETWEEN: to HiGHS, to take all of x is optimal.
    inf = np.inf
    lp = program([1, 1 - BETWEEN], [[1, 1]], [1], [inf], [0, 0], [inf, inf])
    dear = at(lp, Basis(np.array([BASIC, LOWER], np.int8), np.array([LOWER], np.int8)))
    stays = solve_program(lp, "simplex", start=dear.basis)
    assert stays.iterations == 0 and list(stays.values) == [1, 0]
    assert not certify_exactly(lp, stays).holds
    found = refine(lp, stays)
    assert found.certificate.holds and list(found.optimum.values) == [0, 1] and list(found.optimum.duals) == [1 - BETWEEN]


@pytest.mark.parametrize("tolerance", [1e-2, 1e-3])
def test_an_optimum_of_a_loose_tolerance(toy: LinearProgram, least: float, tolerance: float) -> None:
    loose = loosely(toy, tolerance)
    assert not certify_exactly(toy, loose).optimal
    found = refine(toy, loose)
    assert found.certificate.holds and found.certificate.rounds > 0
    assert found.certificate.primal_infeasibility < TOLERANCE and found.certificate.dual_infeasibility < TOLERANCE
    # The certificate is of the values that are given back, and the other certificate holds for them as well.
    assert certify_exactly(toy, found.optimum).departure < 1e-15
    assert planner.certify(toy, found.optimum).holds
    assert found.optimum.objective == pytest.approx(least, rel=1e-13)
    assert found.optimum.iterations > loose.iterations


def test_what_is_exact_already_is_left_alone(toy: LinearProgram) -> None:
    optimum = solve_program(toy)
    found = refine(toy, optimum)
    assert found.optimum is optimum and found.certificate == certify_exactly(toy, optimum) and found.certificate.rounds == 0


def test_values_that_are_not_those_of_the_basis_are_put_right(toy: LinearProgram) -> None:
    optimum = solve_program(toy)
    moved = replace(optimum, values=optimum.values * (1 + 1e-5))
    rejected = certify_exactly(toy, moved)
    assert rejected.optimal and not rejected.holds
    found = refine(toy, moved)
    assert found.certificate.holds and found.certificate.rounds == 0
    assert found.optimum.values == pytest.approx(optimum.values, rel=1e-9, abs=1e-9)
    assert found.optimum.basis is optimum.basis


@pytest.mark.parametrize("seed", range(6))
def test_a_basis_with_statuses_swapped(toy: LinearProgram, least: float, seed: int) -> None:
    rng, basis = np.random.default_rng(seed), solve_program(toy).basis
    assert basis is not None
    while True:
        columns, rows = basis.columns.copy(), basis.rows.copy()
        for one, other in zip(
            rng.choice(np.flatnonzero(columns == BASIC), 5), rng.choice(np.flatnonzero(columns != BASIC), 5), strict=True
        ):
            columns[one], columns[other] = columns[other], columns[one]
        swapped = at(toy, Basis(columns, rows))
        try:
            rejected = certify_exactly(toy, swapped)
        except planner.PlannerError:
            continue  # singular
        if not rejected.optimal:
            break
    found = refine(toy, swapped)
    assert found.certificate.holds and found.optimum.objective == pytest.approx(least, rel=1e-13)


@pytest.mark.parametrize("seed", range(12))
def test_random_programs_from_no_answer_at_all(seed: int) -> None:
    # Rows of every kind, columns with every kind of bounds, some of them free.
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(2, 12)), int(rng.integers(2, 15))
    matrix = np.where(rng.random((rows, columns)) < 0.6, rng.normal(size=(rows, columns)), 0.0)
    inside, kind = rng.normal(size=columns), rng.integers(0, 4, rows)
    activity, bounds = matrix @ inside, rng.integers(0, 3, columns)
    lp = program(
        rng.normal(size=columns), matrix,
        np.where(kind == 1, -np.inf, activity - np.where(kind == 3, 0, rng.random(rows))),
        np.where(kind == 0, np.inf, activity + np.where(kind == 3, 0, rng.random(rows))),
        np.where(bounds == 1, -9.0, inside - rng.random(columns)), np.where(bounds == 2, 9.0, inside + rng.random(columns)),
    )  # fmt: skip
    found = last_resort(lp)
    assert found is not None
    assert certify_exactly(lp, found).holds and planner.certify(lp, found).holds
    assert found.objective == pytest.approx(solve_program(lp).objective, rel=1e-9, abs=1e-9)
    assert found.version


def test_columns_that_have_no_bound_below() -> None:
    # Minimise -x - y - z where x + y <= 4, x <= 3, y <= 2, z free and z + x = 1: z = 1 - x, so -1 - y, y = 2.
    inf = np.inf
    lp = program([-1, -1, -1], [[1, 1, 0], [1, 0, 1]], [-inf, 1], [4, 1], [-inf, -inf, -inf], [3, 2, inf])
    start = at(lp, Basis(np.array([UPPER, UPPER, LOWER], np.int8), np.array([BASIC, BASIC], np.int8)))
    found = refine(lp, start)
    assert found.certificate.holds and found.certificate.objective == -3


def test_what_has_no_optimum_is_not_certified() -> None:
    falls = program([-1], [[1]], [0], [np.inf], [0], [np.inf])
    start = at(falls, Basis(np.array([LOWER], np.int8), np.array([BASIC], np.int8)))
    assert not refine(falls, start).certificate.holds
    cannot = program([1], [[1], [1]], [2, -np.inf], [np.inf, 1], [0], [np.inf])
    start = at(cannot, Basis(np.array([LOWER], np.int8), np.array([BASIC, BASIC], np.int8)))
    assert not refine(cannot, start).certificate.holds


def test_without_a_basis_there_is_nothing_to_refine(toy: LinearProgram) -> None:
    with pytest.raises(planner.PlannerError, match="no basis"):
        refine(toy, replace(solve_program(toy), basis=None))


def test_a_limit_of_time_is_kept(toy: LinearProgram) -> None:
    with pytest.raises(planner.SolverLimit, match="time limit"):
        refine(toy, loosely(toy, 1e-2), time_limit=0.0)


def test_all_rounds_share_the_limit_of_time(toy: LinearProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds that lead nowhere take a tenth of a second each; together they have half a second."""
    given: list[float] = []

    def slowly(lp: LinearProgram, start: Basis, primal: bool, time_limit: float | None) -> tuple[None, int]:
        assert time_limit is not None
        given.append(time_limit)
        if time_limit <= 0:
            raise stopped_early({"reason": "time limit", "seconds": 0.0, "iterations": 0})
        time.sleep(min(0.1, time_limit))
        return None, 0

    monkeypatch.setattr("planner.refinement.basis_reached", slowly)
    with pytest.raises(planner.SolverLimit):
        last_resort(toy, 0.5)
    assert given[0] == 0.5 and given == sorted(given, reverse=True) and len(given) <= 7


def test_a_plan_is_of_the_refined_values(toy: LinearProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    right = planner.solve(TOY, exact=True)
    assert right.facts["exact_certificate"]["rounds"] == 0
    loose = replace(loosely(toy, 1e-2), values=solve_program(toy).values, duals=solve_program(toy).duals)
    monkeypatch.setattr("planner.pipeline.solve_program", lambda *given, **more: loose)
    assert planner.solve(TOY).facts["certificate"]["holds"]  # the values are right; the basis is not, and only `exact` looks
    plan = planner.solve(TOY, exact=True)
    said = plan.facts["exact_certificate"]
    assert said["holds"] and said["rounds"] > 0 and said["departure"] < 1e-15 and said["tolerance"] == 1e-12
    assert plan.basis is not None and loose.basis is not None and (plan.basis.columns != loose.basis.columns).any()
    assert plan.facts["certificate"]["holds"] and plan.objective == pytest.approx(right.objective, rel=1e-12)
    one, other = (found["compute.in_service"]["value"].to_numpy() for found in (plan, right))
    assert one == pytest.approx(other, rel=1e-9, abs=1e-9)


def _fails(*given: Any, **more: Any) -> Optimum:
    raise planner.SolverError("HiGHS would not solve the program")


@pytest.mark.filterwarnings("default")
def test_refinement_is_the_last_resort(least: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.pipeline.solve_program", _fails)
    plan = planner.solve(TOY)
    assert plan.facts["certificate"]["holds"] and plan.objective == pytest.approx(least, rel=1e-12)
    assert plan.facts["solver"]["iterations"] > 0 and plan.facts["solver"]["version"]
    # One who asks for a method gets that method or none.
    with pytest.raises(planner.SolverError, match="would not solve"):
        planner.solve(TOY, solver="ipm")


def test_where_refinement_fails_too_the_failure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.pipeline.solve_program", _fails)
    monkeypatch.setattr("planner.refinement.basis_reached", lambda *given: (None, 0))
    with pytest.raises(planner.SolverError, match="would not solve"):
        planner.solve(TOY)
