"""The shipped instances: each solved, certified twice, and solved again by a different program."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.economics import economics
from planner.highs import BASIC, COARSE_FROM, COARSE_TO_FINE, LOWER, UPPER, Basis, Optimum, solve_program, write_model
from planner.lp import LinearProgram
from planner.pipeline import Stopwatch, certified, compile_instance
from tests import freeze

ROOT = Path(__file__).parents[1]


#: Those that take CLP half a minute or more from nothing: it starts from HiGHS's basis, which it then has to find optimal itself.
SLOW_FOR_CLP = ("accelerated+orbit", "thousand_terawatts", "thousand_terawatts+lunar_chips", "world+coarse")

#: How CLP numbers the statuses of a basis.
CLP_STATUSES = {BASIC: 1, UPPER: 2, LOWER: 3}

CLP = """
import sys
import numpy as np
from cylp.cy import CyClpSimplex
s = CyClpSimplex()
s.logLevel = 0
s.readMps(sys.argv[1])
if len(sys.argv) > 2:
    basis = np.load(sys.argv[2])
    s.setBasisStatus(basis["columns"], basis["rows"])
    status = s.primal()
else:
    status = s.initialSolve()
print(status, repr(s.objectiveValue), s.iteration)
"""


def clp(program: LinearProgram, folder: Path, basis: Basis | None = None) -> tuple[float, int]:
    """The objective that CLP, the simplex code of COIN-OR, finds for a program, and its iterations; in a process of its own."""
    write_model(program, folder / "model.mps")
    arguments = [sys.executable, "-c", CLP, str(folder / "model.mps")]
    if basis is not None:
        named = {"columns": basis.columns, "rows": basis.rows}
        statuses = {name: np.vectorize(CLP_STATUSES.__getitem__)(found).astype(np.int32) for name, found in named.items()}
        np.savez(folder / "basis.npz", **statuses)
        arguments.append(str(folder / "basis.npz"))
    said = subprocess.run(arguments, capture_output=True, text=True, check=True)
    status, objective, iterations = said.stdout.splitlines()[-1].split()
    assert status == "optimal"
    return float(objective), int(iterations)


@pytest.mark.parametrize("case", freeze.SOLVED)
def test_every_shipped_instance_is_certified_costs_what_it_did_and_agrees_with_clp(case: str, tmp_path: Path) -> None:
    instance = freeze.load(case)
    program = compile_instance(instance)
    optimum, certificate = certified(instance, program, Stopwatch(), threads=1)
    assert optimum.method == (COARSE_TO_FINE if program.matrix.nnz >= COARSE_FROM else "simplex")
    refined = planner.refine(program, optimum)
    exact = refined.certificate
    assert certificate.holds, certificate.failures
    assert exact.holds and exact.as_dict()["tolerance"] == 1e-12, exact.as_dict()
    assert planner.certify(program, refined.optimum).holds
    assert float(exact.objective) == pytest.approx(certificate.objective, rel=1e-9)
    problem = freeze.cost_problem(case, certificate.objective)
    assert not problem, problem
    second, _ = clp(program, tmp_path, refined.optimum.basis if case in SLOW_FOR_CLP else None)
    assert second == pytest.approx(optimum.objective, rel=1e-7)
    prove_economically(instance, program, refined.optimum)


def prove_economically(instance: planner.Instance, program: LinearProgram, optimum: Optimum) -> None:
    """What is built earns its cost, what is not would earn no more, and what is paid adds up to the cost of the plan."""
    found = economics(instance, program, optimum)
    assets = found["assets"]
    scale = 1e-9 * (1 + assets["cost"].abs() + assets["worth"].abs())
    built = assets["built"] > 1e-7
    assert built.any() and (assets["profit"].abs() <= scale)[built & ~assets["at_most"]].all()
    assert (assets["profit"] <= scale)[~assets["at_most"]].all()
    assert found["settlement"]["discounted"].sum() == pytest.approx(optimum.objective, rel=1e-9)


def test_clp_goes_on_from_a_basis_that_is_not_optimal(tmp_path: Path) -> None:
    """What it says of a basis is its own: of one that is the best of other costs, it does not say that it is optimal."""
    program = compile_instance(freeze.load("mandate"))
    optimum = solve_program(program)
    cost = program.cost * np.random.default_rng(1).uniform(0.5, 2, len(program.cost))
    other = solve_program(replace(program, cost=cost))
    for basis, is_best in ((optimum.basis, True), (other.basis, False)):
        objective, iterations = clp(program, tmp_path, basis)
        assert objective == pytest.approx(optimum.objective, rel=1e-9) and (iterations == 0) == is_best


def test_the_launch_price_moves_the_share_of_the_moon() -> None:
    instance = planner.load(ROOT / "instances" / "accelerated", scenarios=("coarse",))
    session = planner.Session(instance)
    plans = [session.solve({"launch.starship.price": ("*", factor)}) for factor in (0.5, 1.0, 2.0)]
    placed = [plan.placement.loc[2071, "moon"] for plan in plans]
    assert placed[0] > 1.2 * placed[1] > 2 * placed[2] > 0
    assert (
        plans[1]["helium3.burnt"]["value"].sum() > 0
        and plans[1]["power.output"].query("technology == 'fission_surface'")["value"].sum() > 0
    )


def test_the_baseline_leaves_the_moon_empty() -> None:
    plan = planner.solve(planner.load(ROOT / "instances" / "baseline"))
    assert plan.placement["moon"].max() < 1e-9
    assert plan["compute.unserved"]["value"].max() < 1e-9


def test_orbit_is_a_body_by_tables_alone() -> None:
    assert not [path for path in (ROOT / "planner").rglob("*.py") if "orbit" in path.read_text() and path.name != "digest.py"]
    instance = planner.load(ROOT / "instances" / "accelerated", scenarios=("orbit",))
    assert set(instance.bodies) == {"earth", "moon", "orbit"}


@pytest.mark.parametrize(
    ("changes", "without_use"),
    [
        # Both ways of the toy to the moon are open from 2032 on. What comes the way that loses more has columns of its own, (G6).
        ({}, {*(f"{block}.built_by" for block in ("compute", "link", "power", "storage", "industry")), "compute.spare_by", "launch.rest"}),
        ({"launch.direct.loss": 0.04}, {"launch.rest"}),  # what goes on from the moon or is thrown away there: tests/test_losses.py
    ],
)
def test_every_family_of_variables_is_used_in_the_toy(changes: dict[str, float], without_use: set[str]) -> None:
    program = compile_instance(planner.load(ROOT / "instances" / "toy").replace(changes))
    optimum = solve_program(program)
    present = [family for family in program.columns if len(family.index)]
    assert {family.name for family in present if not (optimum.values[family.rows] > 1e-9).any()} == without_use


def test_the_toy_outlives_every_lifetime() -> None:
    instance = planner.load(ROOT / "instances" / "toy")
    horizon = instance.years[-1] + instance.weights[instance.years[-1]] - instance.years[0]
    for block in ("compute", "link", "power", "storage", "launch", "industry", "helium3"):
        assert max(instance.numbers[f"{block}.lifetime"].values()) < horizon


@pytest.mark.parametrize("name", ["toy", "baseline", "accelerated", "thousand_terawatts", "world"])
def test_every_number_has_a_source_and_says_what_it_is(name: str) -> None:
    instance = planner.load(ROOT / "instances" / name)
    statuses = {row.status for row in (*instance.rows, *instance.limit_rows)}
    assert statuses <= {"published", "derived", "assumption", "from memory"}
    assert all(row.source.strip() for row in (*instance.rows, *instance.limit_rows))


@pytest.mark.parametrize("name", ["baseline", "accelerated", "thousand_terawatts"])
def test_coefficients_stay_in_a_sane_range(name: str) -> None:
    program = compile_instance(planner.load(ROOT / "instances" / name))
    sizes = abs(program.matrix.data)
    assert sizes.min() >= 1e-4 and sizes.max() <= 1e4
