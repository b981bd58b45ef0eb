"""The certificate: it holds for optima, and for nothing that only resembles one."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pytest
import scipy.optimize
import scipy.sparse as sparse

import planner
from planner.certificate import TOLERANCES, certify, falls_without_end
from planner.highs import Optimum, primal_ray, solve_program
from planner.lp import Family, LinearProgram
from tests import variants
from tests.worlds import exactly

TOY = Path(__file__).parents[1] / "instances" / "toy"


@pytest.fixture(scope="module")
def program() -> LinearProgram:
    return planner.compile(planner.build(planner.load(TOY)))


@pytest.fixture(scope="module")
def optimum(program: LinearProgram) -> Optimum:
    return solve_program(program, "simplex")


def _program(
    cost: Any, matrix: Any, row_lower: Any, row_upper: Any, col_lower: Any, col_upper: Any, offset: float = 0.0
) -> LinearProgram:
    dense = np.array(matrix, float)
    rows, columns = dense.shape
    return LinearProgram(
        np.array(cost, float), offset, sparse.csr_array(dense), *(np.array(bound, float) for bound in (row_lower, row_upper, col_lower, col_upper)),
        (Family("x", "", 0, [(i,) for i in range(columns)]),), (Family("row", "(B1)", 0, [(i,) for i in range(rows)]),),
        sparse.csr_array((0, columns)), np.zeros(0),
    )  # fmt: skip


def _answer(x: Any, y: Any) -> Optimum:
    return Optimum(np.array(x, float), np.array(y, float), math.nan, "", "", 0, 0.0, None)


def _textbook() -> LinearProgram:
    """Minimise 2 a + 3 b - c + 10, where a + b >= 4, 1 <= a - b <= 3, a + c = 9, a >= 0, 0 <= b <= 5, 0 <= c <= 7."""
    inf = math.inf
    return _program(
        [2, 3, -1], [[1, 1, 0], [1, -1, 0], [1, 0, 1]], [4, 1, 9], [inf, 3, 9], [0, 0, 0], [inf, 5, 7], 10
    )  # fmt: skip


def test_the_measures_of_a_program_worked_out_by_hand() -> None:
    # With c = 9 - a the cost is 3 a + 3 b + 1, least where a + b = 4: all of a = 2.5 to 3.5. Take a = 3, b = 1, c = 6.
    # Duals: 3 on the first row; 0 on the second; -1 on the third, so that the reduced costs are 2 - 3 + 1, 3 - 3 and -1 + 1.
    lp = _textbook()
    right = certify(lp, _answer([3, 1, 6], [3, 0, -1]))
    assert right.holds
    assert right.objective == right.dual_objective == exactly(3 * 4 + 1)
    assert (
        right.gap.absolute
        == right.primal_infeasibility.absolute
        == right.dual_infeasibility.absolute
        == right.complementarity.absolute
        == 0
    )
    # b = 0.5 misses the first row by half; its bound is 4 and its activity was summed from 3 and 0.5, so half of 4 is the scaled measure.
    wrong = certify(lp, _answer([3, 0.5, 6], [3, 0, -1]))
    assert wrong.primal_infeasibility.absolute == exactly(0.5)
    assert wrong.primal_infeasibility.scaled == exactly(0.5 / 4)
    assert wrong.primal_infeasibility.where == "row(0)"
    assert wrong.complementarity.absolute == exactly(3 * 0.5)
    # A dual of 2 for the first row leaves reduced costs 1 and 1 for a and b: no bound is broken, but a is not at its lower bound.
    loose = certify(lp, _answer([3, 1, 6], [2, 0, -1]))
    assert loose.dual_infeasibility.absolute == 0
    assert loose.complementarity.absolute == exactly(3)
    assert loose.gap.absolute == exactly(4)  # 1 * (3 - 0) + 1 * (1 - 0)
    assert loose.failures == ["complementarity", "gap", "cost_error"]
    # A dual below nought asks for the upper bound that the first row has not.
    under = certify(lp, _answer([3, 1, 6], [-1, 0, -1]))
    assert under.dual_infeasibility.absolute == exactly(1)
    assert under.dual_infeasibility.where == "row(0)"
    # A dual of 4 makes a's reduced cost negative, and a has no upper bound to pay for it.
    steep = certify(lp, _answer([3, 1, 6], [4, 0, -1]))
    assert steep.dual_infeasibility.absolute == exactly(1)
    assert steep.dual_infeasibility.where == "x(0)"
    assert "dual_infeasibility" in steep.failures


def test_an_optimum_of_a_plan_holds(program: LinearProgram, optimum: Optimum) -> None:
    certificate = certify(program, optimum)
    assert certificate.holds and certificate.failures == []
    assert certificate.objective == exactly(optimum.objective)
    assert certificate.as_dict()["holds"] is True
    assert certificate.mantissa_bits >= 53


def test_values_that_are_moved_are_found(program: LinearProgram, optimum: Optimum) -> None:
    # What costs nothing and is not scarce may be kept in service in another amount.
    decided = (optimum.values > 1e-3) & ((program.cost != 0) | (np.abs(program.matrix.T @ optimum.duals) > 1e-6))
    decided &= ~np.array([".in_service(" in name for name in program.column_names])
    assert decided.sum() > 50
    for column in np.flatnonzero(decided)[:: max(1, int(decided.sum() / 25))]:
        for factor in (0.999, 1.001):
            moved = optimum.values.copy()
            moved[column] *= factor
            assert not certify(program, replace(optimum, values=moved)).holds, program.column_names[column]


def test_duals_that_are_moved_are_found(program: LinearProgram, optimum: Optimum) -> None:
    # A row whose bound is nought may have other duals that are as good. One that is worth something may not.
    bound = np.where(optimum.duals > 0, program.row_lower, program.row_upper)
    worth = np.abs(optimum.duals * np.where(np.isfinite(bound), bound, 0))
    rows = np.flatnonzero(worth > 1e-2)
    assert len(rows) > 20
    for row in rows:
        moved = optimum.duals.copy()
        moved[row] *= 1.01
        assert not certify(program, replace(optimum, duals=moved)).holds, program.row_names[row]
    free = np.flatnonzero((np.abs(optimum.duals) > 1e-3) & (worth == 0))
    found = 0
    for row in free[::10]:
        moved = optimum.duals.copy()
        moved[row] *= 1.5
        certificate = certify(program, replace(optimum, duals=moved))
        found += not certificate.holds
        assert not certificate.holds or certificate.dual_objective == exactly(optimum.objective)
    assert found > 0.7 * len(free[::10])


def test_duals_of_the_wrong_sign_are_found(program: LinearProgram, optimum: Optimum) -> None:
    certificate = certify(program, replace(optimum, duals=-optimum.duals))
    assert {"dual_infeasibility", "gap"} <= set(certificate.failures)


def test_numbers_that_are_none_are_found(program: LinearProgram, optimum: Optimum) -> None:
    for name in ("values", "duals"):
        broken = getattr(optimum, name).copy()
        broken[len(broken) // 2] = math.nan
        with np.errstate(invalid="ignore"):
            assert not certify(program, replace(optimum, **{name: broken})).holds


def test_a_solve_that_is_cut_short_is_found(program: LinearProgram, optimum: Optimum) -> None:
    # The simplex method stopped before its end: the basis is one, but not the best.
    for share in (0.3, 0.9):
        highs = highspy.Highs()
        for option, setting in (("output_flag", False), ("solver", "simplex"), ("presolve", "off"), ("simplex_strategy", 4)):
            highs.setOptionValue(option, setting)
        _pass(highs, program)
        highs.run()
        everything = highs.getInfo().simplex_iteration_count
        highs.clearSolver()
        highs.setOptionValue("simplex_iteration_limit", int(share * everything))
        highs.run()
        assert highs.getModelStatus() == highspy.HighsModelStatus.kIterationLimit
        solution = highs.getSolution()
        assert not certify(program, _answer(solution.col_value, solution.row_dual)).holds


def _pass(highs: highspy.Highs, lp: LinearProgram) -> None:
    rows, columns, nonzeros = lp.shape
    highs.passModel(
        columns, rows, nonzeros, int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), lp.offset,
        lp.cost, lp.col_lower, lp.col_upper, lp.row_lower, lp.row_upper, lp.matrix.indptr, lp.matrix.indices, lp.matrix.data,
        np.zeros(columns, np.int32),
    )  # fmt: skip


def test_a_feasible_vertex_that_is_not_the_best_is_found(program: LinearProgram) -> None:
    # The best of another cost is a vertex of the same plans; its own duals and the true ones both fail to prove it.
    rng = np.random.default_rng(1)
    other = replace(program, cost=program.cost * rng.uniform(0.2, 5, len(program.cost)))
    vertex, true = solve_program(other, "simplex"), solve_program(program, "simplex")
    assert certify(other, vertex).holds
    assert not certify(program, vertex).holds
    mixed = certify(program, replace(vertex, duals=true.duals))
    assert mixed.failures == ["complementarity", "gap", "cost_error"]
    assert mixed.objective > true.objective
    assert mixed.dual_objective == exactly(true.objective)


def test_an_answer_that_the_certificate_refuses_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def worse(lp: LinearProgram, *others: Any, **more: Any) -> Optimum:
        found = solve_program(lp, *others)
        return replace(found, values=1.01 * found.values)

    def fails(*given: Any) -> None:
        raise planner.PlannerError("the basis is singular")

    monkeypatch.setattr("planner.pipeline.solve_program", worse)
    # The values are computed anew from the basis, which is right, whatever method was asked for.
    for solver in ("auto", "simplex", "ipm"):
        plan = planner.solve(planner.load(TOY), solver=solver)
        assert plan.facts["certificate"]["holds"] and plan.facts["seconds"]["refine"] > 0

    # Where the basis leads nowhere, there is no plan.
    monkeypatch.setattr("planner.refinement.refine", fails)
    for solver in ("simplex", "ipm"):
        with pytest.raises(planner.NotCertified, match=rf"HiGHS \({solver}\) .* primal_infeasibility"):
            planner.solve(planner.load(TOY), solver=solver)
    with pytest.raises(planner.NotCertified, match="primal_infeasibility"):
        planner.solve(planner.load(TOY))


@pytest.mark.parametrize("seed", range(12))
def test_random_programs_agree_with_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 12)), int(rng.integers(1, 15))
    matrix = np.where(rng.random((rows, columns)) < 0.5, rng.normal(size=(rows, columns)), 0.0)
    inside = rng.normal(size=columns)
    col_lower, col_upper = inside - rng.uniform(0, 2, columns), inside + rng.uniform(0, 2, columns)
    kind = rng.integers(0, 4, rows)  # at least, at most, between, equal: all allow `inside`
    activity = matrix @ inside
    row_lower = np.where(kind == 1, -np.inf, activity - np.where(kind == 3, 0, rng.uniform(0, 1, rows)))
    row_upper = np.where(kind == 0, np.inf, activity + np.where(kind == 3, 0, rng.uniform(0, 1, rows)))
    cost, offset = rng.normal(size=columns), float(rng.normal())
    lp = _program(cost, matrix, row_lower, row_upper, col_lower, col_upper, offset)
    found = solve_program(lp)
    certificate = certify(lp, found)
    assert certificate.holds
    constraint = scipy.optimize.LinearConstraint(matrix, row_lower, row_upper)
    other = scipy.optimize.milp(cost, constraints=constraint, bounds=scipy.optimize.Bounds(col_lower, col_upper))
    assert certificate.objective == pytest.approx(other.fun + offset, rel=1e-7, abs=1e-7)
    assert certificate.dual_objective == pytest.approx(certificate.objective, rel=1e-9, abs=1e-9)
    # A row's dual is what the cost changes by when both its bounds are raised.
    loose = np.where(kind == 3, 0, np.abs(found.duals))
    row = int(np.argmax(loose))
    if loose[row] > 0:
        step = np.where(np.arange(rows) == row, 1e-7, 0)
        moved = solve_program(replace(lp, row_lower=row_lower + step, row_upper=row_upper + step))
        assert (moved.objective - found.objective) / 1e-7 == pytest.approx(found.duals[row], rel=1e-3, abs=1e-3)


def test_a_program_without_rows() -> None:
    lp = _program([1, -2], np.zeros((0, 2)), [], [], [3, 0], [9, 4])
    certificate = certify(lp, _answer([3, 4], []))
    assert certificate.holds and certificate.objective == exactly(3 - 8)
    assert not certify(lp, _answer([3, 3], [])).holds


def test_the_tolerances_are_tight() -> None:
    assert set(TOLERANCES) == {"primal_infeasibility", "dual_infeasibility", "complementarity", "gap", "cost_error"}
    assert max(TOLERANCES.values()) <= 1e-7  # below what a solver of integers leaves: see test_exact.py


def test_a_direction_in_which_the_cost_falls() -> None:
    # Minimise -x + y where x - y >= 1, y <= 5: x may grow alone, or with y as long as y is not made to.
    inf = math.inf
    lp = _program([-1, 1], [[1, -1]], [1], [inf], [0, 0], [inf, 5])
    assert falls_without_end(lp, np.array([1.0, 0.0]))
    assert not falls_without_end(lp, np.array([2.0, 1.0]))  # y has a most
    assert not falls_without_end(lp, np.array([-1.0, 0.0]))  # x has a least, and the cost rises
    assert not falls_without_end(lp, np.array([0.0, 0.0]))
    assert not falls_without_end(_program([0, 1], [[1, -1]], [1], [inf], [0, 0], [inf, 5]), np.array([1.0, 0.0]))  # earns nothing
    assert not falls_without_end(
        _program([-1, 1], [[1, -1]], [1], [4], [0, 0], [inf, 5]), np.array([1.0, 0.0])
    )  # the row stops it


def test_a_program_that_is_called_unbounded_and_is_not(program: LinearProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = planner.load(TOY)
    earns = planner.compile(planner.build(variants.earning()))
    ray = primal_ray(earns)
    assert ray is not None and falls_without_end(earns, ray)
    assert not falls_without_end(program, ray)

    def unbounded(*given: Any, **more: Any) -> Optimum:
        raise planner.Unbounded("the cost can fall without end")

    # The solver has no direction to show for it, or one that is none; the next method, and then refinement, is asked.
    for shown in (None, ray):
        monkeypatch.setattr("planner.pipeline.solve_program", unbounded)
        monkeypatch.setattr("planner.recession.primal_ray", lambda lp, time_limit, shown=shown: shown)
        with pytest.raises(planner.SolverError, match="no proof of it"):
            planner.solve(toy, solver="simplex")
        assert planner.solve(toy).facts["certificate"]["holds"]
