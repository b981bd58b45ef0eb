"""The exact certificate: right where the basis is optimal, and not to be had for one that is not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import highspy
import numpy as np
import pytest
import scipy.sparse as sparse

import planner
from planner.exact import TOLERANCE, certify_exactly
from planner.highs import BASIC, UPPER, Basis, Optimum, solve_program
from planner.lp import Family, LinearProgram
from tests import freeze

ROOT = Path(__file__).parents[1]


def program(
    matrix: list[list[float]], row_lower: list[float], row_upper: list[float], cost: list[float], upper: float = np.inf
) -> LinearProgram:
    """A small program of columns that are not negative."""
    columns = len(cost)
    return LinearProgram(
        cost=np.array(cost, float), offset=0.0, matrix=sparse.csr_array(np.array(matrix, float)), row_lower=np.array(row_lower, float),
        row_upper=np.array(row_upper, float), col_lower=np.zeros(columns), col_upper=np.full(columns, upper), columns=(Family("x", "", 0, [(i,) for i in range(columns)]),), rows=(Family("row", "", 0, [(i,) for i in range(len(matrix))]),),
        quantity_matrix=sparse.csr_array((0, columns)), quantity_offset=np.zeros(0),
    )  # fmt: skip


@pytest.fixture(scope="module")
def toy() -> tuple[LinearProgram, Optimum]:
    lp = planner.compile(planner.build(planner.load(ROOT / "instances" / "toy")))
    return lp, solve_program(lp)


def test_thirds_are_exact() -> None:
    # minimise x + y where 7x + y >= 1 and x + 3y >= 1: both bind, so x = 1/10 and y = 3/10
    lp = program([[7, 1], [1, 3]], [1, 1], [np.inf, np.inf], [1, 1])
    certificate = certify_exactly(lp, solve_program(lp))
    assert certificate.holds
    assert abs(certificate.objective - Fraction(2, 20) - Fraction(6, 20)) < Fraction(1, 2**200)
    assert abs(certificate.objective - certificate.dual_objective) < Fraction(1, 2**150)


def test_toy_holds_and_agrees_with_the_other_certificate(toy: tuple[LinearProgram, Optimum]) -> None:
    exact = certify_exactly(*toy)
    assert exact.holds and exact.residual < Fraction(1, 2**199)
    assert float(exact.objective) == pytest.approx(planner.certify(*toy).objective, rel=1e-14)
    assert exact.as_dict()["holds"] is True


def test_every_method_with_a_basis_ends_in_the_same_exact_objective(toy: tuple[LinearProgram, Optimum]) -> None:
    objectives = [certify_exactly(toy[0], solve_program(toy[0], method)).objective for method in ("simplex", "ipm", "hipo")]
    assert max(objectives) - min(objectives) < Fraction(1, 10**9)


def test_a_basis_cut_short_is_rejected(toy: tuple[LinearProgram, Optimum]) -> None:
    lp, optimum = toy
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("simplex_iteration_limit", optimum.iterations // 2)
    highs.setOptionValue("presolve", "off")
    rows, columns, nonzeros = lp.shape
    highs.passModel(columns, rows, nonzeros, 2, 1, 0.0, lp.cost, lp.col_lower, lp.col_upper, lp.row_lower, lp.row_upper,
                    lp.matrix.indptr, lp.matrix.indices, lp.matrix.data, np.zeros(columns, np.int32))  # fmt: skip
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kIterationLimit
    found = highs.getBasis()
    basis = Basis(*(np.array([int(s) for s in statuses], np.int8) for statuses in (found.col_status, found.row_status)))
    assert not certify_exactly(lp, replace(optimum, basis=basis)).holds


def test_swapped_statuses_are_rejected(toy: tuple[LinearProgram, Optimum]) -> None:
    lp, optimum = toy
    assert optimum.basis is not None
    rejected, tried = 0, 0
    rng = np.random.default_rng(3)
    for _ in range(20):
        columns = optimum.basis.columns.copy()
        basic = rng.choice(np.flatnonzero((columns == BASIC) & (np.abs(optimum.values) > 1e-6)))
        other = rng.choice(np.flatnonzero(columns != BASIC))
        columns[basic], columns[other] = columns[other], columns[basic]
        try:
            rejected += not certify_exactly(lp, replace(optimum, basis=Basis(columns, optimum.basis.rows))).holds
        except planner.PlannerError:
            rejected += 1  # a singular basis is no certificate either
        tried += 1
    assert rejected >= tried - 2  # a swap of two that are degenerate can be optimal too


@pytest.mark.parametrize("change", ["price", "bound", "sign", "coefficient"])
def test_an_optimum_of_another_program_is_rejected(toy: tuple[LinearProgram, Optimum], change: str) -> None:
    lp, optimum = toy
    assert optimum.basis is not None
    used = int(np.argmax(optimum.values * (optimum.basis.columns == BASIC)))
    if change == "price":
        cost = lp.cost.copy()
        cost[used] += 10.0
        lp = replace(lp, cost=cost)
    elif change == "bound":
        upper = lp.col_upper.copy()
        upper[used] = optimum.values[used] * (1 - 1e-6)
        lp = replace(lp, col_upper=upper)
    else:
        matrix = lp.matrix.copy()
        own = matrix.indices == used
        matrix.data[own] *= -1.0 if change == "sign" else 1.5
        lp = replace(lp, matrix=matrix)
    try:
        assert not certify_exactly(lp, optimum).holds
    except planner.PlannerError as error:
        assert "singular" in str(error)


def test_an_answer_good_only_to_an_integer_tolerance_is_rejected() -> None:
    # x rounded to 1 where the optimum is 1 + 1e-6: inside a MIP's tolerance, outside ours.
    lp = program([[1.0]], [1.000001], [np.inf], [1.0])
    optimum = solve_program(lp)
    assert certify_exactly(lp, optimum).holds
    rounded = replace(optimum, values=np.array([1.0]), duals=np.array([1.0]))
    assert not certify_exactly(lp, rounded).holds
    assert not planner.certify(lp, replace(rounded, values=np.array([0.99999]))).holds


def test_a_switch_that_is_all_but_off_is_rejected() -> None:
    # Up to 1 of a plant worth 1, allowed a million times a switch that costs 10 and is off. A solver of integers takes a switch of a
    # millionth for off, and the plant is had for 1e-5: all bounds are kept to 1e-6, and the cost is off by a whole unit.
    lp = program([[1.0, -1e6]], [-np.inf], [0.0], [-1.0, 10.0])
    lp = replace(lp, col_upper=np.array([1.0, 0.0]))
    right = solve_program(lp)
    assert list(right.values) == [0, 0] and certify_exactly(lp, right).holds
    basis = Basis(np.array([UPPER, BASIC], np.int8), np.array([UPPER], np.int8))
    artefact = replace(right, values=np.array([1.0, 1e-6]), duals=np.array([-1e-5]), objective=-1 + 1e-5, basis=basis)
    relaxed = replace(lp, col_upper=np.array([1.0, 1.0]))
    assert planner.certify(relaxed, artefact).holds and certify_exactly(relaxed, artefact).holds
    assert planner.certify(lp, artefact).failures == ["primal_infeasibility", "cost_error"]
    exact = certify_exactly(lp, artefact)
    assert not exact.holds and float(exact.primal_infeasibility) == pytest.approx(1)  # all of the switch is missing
    rounded = replace(artefact, values=np.array([1.0, 0.0]))
    assert "primal_infeasibility" in planner.certify(lp, rounded).failures and not certify_exactly(lp, rounded).holds


def test_without_a_basis_there_is_nothing_to_check(toy: tuple[LinearProgram, Optimum]) -> None:
    with pytest.raises(planner.PlannerError, match="no basis"):
        certify_exactly(toy[0], replace(toy[1], basis=None))
    assert Fraction(1, 10**12) == TOLERANCE


@pytest.mark.parametrize("method", ["simplex", "ipm", "hipo"])
def test_methods_and_a_warm_start_agree_on_a_real_instance(method: str) -> None:
    lp = planner.compile(planner.build(planner.load(ROOT / "instances" / "baseline")))
    cold = solve_program(lp, method)
    warm = solve_program(lp, "simplex", start=cold.basis)
    assert certify_exactly(lp, cold).holds and certify_exactly(lp, warm).holds
    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert cold.objective == pytest.approx(freeze.frozen()["baseline"]["objective"], rel=1e-9)
