"""From a Pyomo model to a linear program, and from a program to an optimum."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest

import planner
from planner import highs
from planner.errors import SolverError
from planner.highs import (
    BASIC,
    COARSE_TO_FINE,
    LOWER,
    METHODS,
    UPPER,
    Basis,
    Optimum,
    choose_method,
    cores,
    solve_program,
    write_model,
)
from planner.lp import LinearProgram
from planner.pipeline import compile_instance, proven
from tests.equations.test_helium3 import FUSION
from tests.worlds import CHIPS, PLANTS, discount, exactly, rent, value, world

TOY = Path(__file__).parents[1] / "instances" / "toy"


@pytest.fixture(scope="module")
def toy() -> planner.Instance:
    return planner.load(TOY)


@pytest.fixture(scope="module")
def program(toy: planner.Instance) -> LinearProgram:
    return planner.compile(planner.build(toy))


@pytest.fixture(scope="module")
def best(program: LinearProgram) -> float:
    return solve_program(program, "simplex").objective


def _small() -> Any:
    """Minimise 3 x + 5 y + 7 with 4 <= x + 2 y - 1 <= 9 and y <= 2: a range, a fixed variable, an unused one, a bracketed constant."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(bounds=(0, None))
    m.y = pyo.Var(["a", "b"], bounds=(None, 2))
    m.unused = pyo.Var([1, 2], bounds=(-1, 6))
    m.held = pyo.Var(initialize=3)
    m.held.fix()
    m.band = pyo.Constraint(expr=(4, m.x + 2 * m.y["a"] - 1, 9))
    m.off = pyo.Constraint(expr=m.x >= 100)
    m.off.deactivate()
    m.pair = pyo.Constraint(["p"], rule=lambda m, p: m.y["b"] + m.held == 4)
    m.cost = pyo.Objective(expr=3 * m.x + 5 * m.y["a"] + m.y["b"] + 7)
    return m


def test_a_range_is_one_row_and_constants_go_to_the_bounds() -> None:
    lp = planner.compile(_small())
    assert lp.row_names == ["band", "pair(p)"]
    assert (lp.row_lower.tolist(), lp.row_upper.tolist()) == ([5, 1], [10, 1])
    assert lp.matrix.toarray().tolist() == [[1, 2, 0, 0, 0], [0, 0, 1, 0, 0]]
    assert lp.offset == 7


def test_a_variable_that_nothing_uses_stays_a_column_and_a_fixed_one_goes() -> None:
    lp = planner.compile(_small())
    assert lp.column_names == ["x", "y(a)", "y(b)", "unused(1)", "unused(2)"]
    assert lp.cost.tolist() == [3, 5, 1, 0, 0]
    assert lp.col_lower.tolist() == [0, -math.inf, -math.inf, -1, -1]
    assert lp.col_upper.tolist() == [math.inf, 2, 2, 6, 6]
    optimum = solve_program(lp)
    assert optimum.objective == exactly(3 * 1 + 5 * 2 + 1 + 7)  # y = 2 is cheaper by the unit than x, which gives the last one
    assert planner.certify(lp, optimum).holds


def test_a_row_without_terms_that_cannot_hold_is_left_for_the_solver_to_report() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(bounds=(0, 1))
    m.nothing = pyo.Expression(expr=0.0)
    m.never = pyo.Constraint(expr=m.nothing >= 2)
    m.cost = pyo.Objective(expr=m.x)
    lp = planner.compile(m)
    assert lp.shape == (1, 1, 0)
    assert lp.row_lower.tolist() == [2]
    with pytest.raises(planner.Infeasible):
        solve_program(lp)


def test_terms_that_cancel_leave_no_entry() -> None:
    m = pyo.ConcreteModel()
    m.x, m.y = pyo.Var(), pyo.Var()
    m.row = pyo.Constraint(expr=m.x + m.y - m.x >= 1)
    m.cost = pyo.Objective(expr=m.y)
    lp = planner.compile(m)
    assert lp.shape == (1, 2, 1)
    assert lp.column_names == ["x", "y"]


@pytest.mark.parametrize("wrong", ["nonlinear row", "nonlinear cost", "two objectives", "no objective", "maximise"])
def test_what_is_no_linear_program_is_refused(wrong: str) -> None:
    m = _small()
    if wrong == "nonlinear row":
        m.bent = pyo.Constraint(expr=m.x**2 <= 4)
    elif wrong == "nonlinear cost":
        m.cost.set_value(m.x * m.y["a"])
    elif wrong == "two objectives":
        m.second = pyo.Objective(expr=m.x)
    elif wrong == "no objective":
        m.cost.deactivate()
    else:
        m.cost.set_sense(pyo.maximize)
    with pytest.raises(planner.PlannerError):
        planner.compile(m)


def test_a_models_columns_and_rows_are_named_by_block_and_label(program: LinearProgram) -> None:
    rows, columns, _ = program.shape
    assert len(program.row_names) == len(set(program.row_names)) == rows
    assert len(program.column_names) == len(set(program.column_names)) == columns
    assert "power_balance(basin,2031,night)" in program.row_names
    assert "compute.build(rack,basin,2031)" in program.column_names
    balance = program.row_family("power_balance")
    assert balance is not None and balance.label == "(B1)"
    assert program.row_names[balance.rows][0] == balance.name_of(0)
    assert program.row_family("no such") is None


def test_the_matrix_says_what_pyomo_says(toy: planner.Instance) -> None:
    # At any point, feasible or not, rows, cost and quantities have the value of the expressions that they were compiled from.
    model = planner.build(toy)
    lp = planner.compile(model)
    point = np.random.default_rng(0).uniform(0, 3, lp.shape[1])
    position = 0
    for component in model.component_objects(pyo.Var, descend_into=True):
        for variable in component.values():
            variable.set_value(point[position], skip_validation=True)
            position += 1
    assert position == lp.shape[1]
    bodies, lower, upper = [], [], []
    for constraint in model.component_data_objects(pyo.Constraint, active=True, descend_into=True):
        low, body, high = constraint.to_bounded_expression()
        bodies.append(pyo.value(body))
        lower.append(-math.inf if low is None else pyo.value(low))
        upper.append(math.inf if high is None else pyo.value(high))
    shift = np.array(bodies) - lp.matrix @ point
    for stated, compiled in ((np.array(lower), lp.row_lower), (np.array(upper), lp.row_upper)):
        there = np.isfinite(stated)
        assert np.array_equal(there, np.isfinite(compiled))
        assert np.allclose(stated[there] - compiled[there], shift[there], atol=1e-9)
    assert lp.cost @ point + lp.offset == pytest.approx(pyo.value(model.cost), rel=1e-12)
    values = lp.quantity_matrix @ point + lp.quantity_offset
    for name, components in model.quantities.items():
        for family, component in zip(lp.quantities[name], components, strict=True):
            assert values[family.rows] == pytest.approx([pyo.value(entry) for entry in component.values()], rel=1e-12, abs=1e-12)


def test_a_model_extended_by_a_constraint_of_ones_own(tmp_path: Path) -> None:
    # Two plants: of the cheap one no more may stand than of the other.
    instance = world(
        tmp_path, PLANTS, technologies=[("cheap", "power", "grid", "")],
        numbers={"power.cheap.capex": "1.7 GUSD/GW", "power.cheap.lifetime": "20 yr", "power.cheap.fixed_cost": "0.05 GUSD/(GW*yr)"},
    )  # fmt: skip
    model = planner.build(instance)
    model.parity = pyo.Constraint(
        expr=model.power.installed["cheap", "grid", 2030] <= model.power.installed["plant", "grid", 2030]
    )
    lp = planner.compile(model)
    optimum = solve_program(lp)
    certificate = planner.certify(lp, optimum)
    assert certificate.holds
    dear, less = rent(3, 20, 0.11) + 0.23, rent(1.7, 20, 0.05)
    assert optimum.objective == exactly(discount(2030) * 2.5 * (dear + less))
    assert certificate.objective == exactly(optimum.objective)
    parity = lp.row_family("parity")
    assert parity is not None
    assert optimum.duals[parity.rows] == exactly(
        -discount(2030) * (dear - less) / 2
    )  # a GW more of the one for half of the other
    plan = planner.solve(instance, program=lp)
    assert value(plan["power.build"], technology="cheap") == exactly(2.5)


@pytest.mark.parametrize("method", ["simplex", "ipm", "hipo"])
def test_every_exact_method_finds_the_same_cost(program: LinearProgram, best: float, method: str) -> None:
    optimum = solve_program(program, method)
    assert optimum.method == method
    assert optimum.objective == pytest.approx(best, rel=1e-9)
    assert planner.certify(program, optimum).holds


def test_the_first_order_method_finds_the_same_cost_nearly(tmp_path: Path) -> None:
    # A small program, which presolve alone does not solve: on larger ones this method takes long to be exact.
    program = planner.compile(planner.build(world(tmp_path, FUSION)))
    optimum = solve_program(program, "pdlp")
    assert optimum.iterations > 0 and optimum.method == "pdlp"
    # It is asked for 1e-9 of norms, of which its rows and its cost may be off by several each.
    assert optimum.objective == pytest.approx(solve_program(program, "simplex").objective, rel=1e-7)
    # Its own prices say that this costs next to nothing, and a certificate does not take them on trust: the simplex method goes on.
    certificate = planner.certify(program, optimum)
    assert "cost_error" in certificate.failures and certificate.gap.scaled <= 1e-8
    crossed, proof = proven(program, optimum)
    assert proof.holds and crossed.method == "pdlp" and crossed.basis is not None and crossed.iterations > optimum.iterations


@pytest.mark.parametrize("method", [method for method in METHODS if method != "pdlp"])
def test_a_plan_can_be_made_by_every_method(tmp_path: Path, method: str) -> None:
    plan = planner.solve(world(tmp_path, CHIPS), solver=method)
    assert plan.objective == exactly(discount(2030) * 4 * (rent(20, 4, 0.7) + 0.3 + 1.25 * 0.34))
    assert plan.facts["solver"]["method"] == ("simplex" if method == "auto" else method)


def test_auto_chooses_by_size_and_simplex_for_a_warm_start(program: LinearProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_method(program, "auto") == "simplex"
    monkeypatch.setattr("planner.highs.COARSE_FROM", 10)
    assert choose_method(program, "auto") == COARSE_TO_FINE
    assert choose_method(program, "auto", warm=True) == "simplex"
    assert choose_method(program, "pdlp", warm=True) == "pdlp"
    assert solve_program(program, "auto").method == "simplex", "a program by itself has nothing coarser"


def test_a_basis_that_is_none_is_mended(program: LinearProgram, best: float) -> None:
    basis = solve_program(program, "simplex").basis
    assert basis is not None
    for number in (1, 3, 5):  # some of these HiGHS mends, others it refuses
        columns, rows = basis.columns.copy(), basis.rows.copy()
        columns[np.flatnonzero(columns == BASIC)[:number]] = LOWER
        rows[np.flatnonzero(rows != BASIC)[:number]] = BASIC
        for broken in (Basis(columns, basis.rows), Basis(basis.columns, rows), Basis(columns, rows)):
            assert solve_program(program, "simplex", start=broken).objective == pytest.approx(best)
    m = pyo.ConcreteModel()
    m.x = pyo.Var(["one", "other"], bounds=(0, None))
    m.more = pyo.Constraint(expr=m.x["one"] + m.x["other"] >= 3)
    m.less = pyo.Constraint(expr=2 * m.x["one"] + 2 * m.x["other"] <= 100)
    m.cost = pyo.Objective(expr=m.x["one"] + m.x["other"])
    singular = Basis(np.array([BASIC, BASIC]), np.array([LOWER, UPPER]))
    assert solve_program(planner.compile(m), "simplex", start=singular).objective == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("warm", "how", "ways"),
    [
        (False, {}, [("cold", 1.0), ("cold", 0.0)]),
        (True, {}, [("warm", 1.0), ("warm", 0.0), ("cold", 1.0), ("cold", 0.0)]),
        (True, {"perturbed": False}, [("warm", 0.0), ("warm", 1.0), ("cold", 1.0), ("cold", 0.0)]),
        (True, {"primal": True}, [("warm", 1.0), ("cold", 1.0), ("cold", 0.0)]),
    ],
)
def test_where_the_simplex_method_fails_it_is_tried_another_way(
    program: LinearProgram,
    best: float,
    warm: bool,
    how: dict[str, bool],
    ways: list[tuple[str, float]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On parts of `accelerated` HiGHS returned an error while it perturbed costs, on `thousand_terawatts` no status without."""
    start = solve_program(program, "simplex").basis if warm else None
    answer, failing = highs.answer, 0
    tries: list[tuple[str, float]] = []

    def fails(solver: Any, method: str) -> Any:
        perturbation = solver.getOptionValue("dual_simplex_cost_perturbation_multiplier")[1]
        tries.append(("warm" if solver.getBasis().valid else "cold", perturbation))
        if len(tries) <= failing:
            raise highs._WouldNot(f"failure {len(tries)}")
        return answer(solver, method)

    monkeypatch.setattr(highs, "answer", fails)
    for failing in range(len(ways)):
        tries.clear()
        assert solve_program(program, "simplex", start=start, **how).objective == pytest.approx(best)
        assert tries == ways[: failing + 1]
    failing = len(ways)
    tries.clear()
    with pytest.raises(SolverError, match="failure 1"):
        solve_program(program, "simplex", start=start, **how)
    tries.clear()
    with pytest.raises(SolverError, match="failure 1"):
        solve_program(program, "ipm")  # other methods have no such ways
    assert len(tries) == 1


@pytest.mark.skipif(cores() < 2, reason="there is one core")
def test_threads_give_the_same_answer_to_the_last_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_instance(planner.load(TOY.parent / "mandate"))
    alone = solve_program(program, "simplex", threads=1)
    monkeypatch.setattr("planner.highs.SIDE_BY_SIDE_FROM", 0)
    said: list[str] = []
    together = solve_program(program, "simplex", threads=2, log=said.append)
    assert "parallel dual simplex" in "".join(said)
    again = solve_program(program, "simplex", threads=1)
    for other in (together, again):
        assert np.array_equal(other.values, alone.values) and np.array_equal(other.duals, alone.duals)
        assert other.iterations == alone.iterations


def test_a_method_that_is_none_is_refused(program: LinearProgram) -> None:
    with pytest.raises(planner.PlannerError, match="highs"):
        solve_program(program, "highs")


def test_no_plan_is_infeasible(tmp_path: Path) -> None:
    instance = world(tmp_path, PLANTS, numbers={"power.plant.max_build": "1 GW/yr"})
    with pytest.raises(planner.Infeasible):
        planner.solve(instance)


@pytest.mark.parametrize("method", ["simplex", "ipm"])
def test_a_cost_that_falls_without_end_is_unbounded(method: str) -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(bounds=(0, None))
    m.y = pyo.Var(bounds=(0, None))
    m.row = pyo.Constraint(expr=m.x - m.y >= -3)
    m.cost = pyo.Objective(expr=m.y - 2 * m.x)
    with pytest.raises(planner.Unbounded):
        solve_program(planner.compile(m), method)


def test_a_limit_of_time_is_said_and_no_plan_is_returned(toy: planner.Instance) -> None:
    with pytest.raises(planner.SolverLimit, match="time limit"):
        planner.solve(toy, time_limit=0.0)


def test_threads_change_nothing(program: LinearProgram, best: float) -> None:
    assert solve_program(program, "simplex", threads=1).objective == exactly(best)


@pytest.mark.parametrize("ending", ["mps", "lp"])
def test_a_program_is_written_with_its_names(program: LinearProgram, best: float, tmp_path: Path, ending: str) -> None:
    import highspy

    path = tmp_path / f"model.{ending}"
    write_model(program, path)
    text = path.read_text()
    assert "power_balance(basin,2031,night)" in text
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    assert (highs.getNumRow(), highs.getNumCol()) == program.shape[:2]
    highs.run()
    assert highs.getInfo().objective_function_value == pytest.approx(best, rel=1e-9)
    with pytest.raises(planner.PlannerError):
        write_model(program, tmp_path / "model.txt")


def test_an_optimum_says_how_it_was_found(program: LinearProgram) -> None:
    optimum = solve_program(program)
    assert isinstance(optimum, Optimum)
    assert optimum.iterations > 0 and optimum.seconds > 0 and optimum.version.startswith("1.")
    assert optimum.basis is not None
    assert (len(optimum.basis.rows), len(optimum.basis.columns)) == program.matrix.shape


@pytest.mark.parametrize(
    ("second", "error"),
    [
        ("kOptimal", None),
        ("kInfeasible", planner.Infeasible),
        ("kUnbounded", planner.Unbounded),
        ("kTimeLimit", planner.SolverLimit),
    ],
)
def test_what_presolve_cannot_tell_the_simplex_method_does(second: str, error: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also that there is an optimum after all, where numbers are barely feasible."""

    class Solver(highspy.Highs):
        status = highspy.HighsModelStatus.kUnboundedOrInfeasible

        def getModelStatus(self) -> highspy.HighsModelStatus:
            return self.status

    solver = Solver()
    monkeypatch.setattr(highs, "run", lambda asked: setattr(asked, "status", getattr(highspy.HighsModelStatus, second)))
    if error is None:
        highs._raise_unless_optimal(solver, "simplex", 1.0)
        assert solver.getOptionValue("presolve")[1] == "off"
    else:
        with pytest.raises(error):
            highs._raise_unless_optimal(solver, "simplex", 1.0)
