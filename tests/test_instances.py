"""The shipped instances: each solved, certified twice, and solved again by a different program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import planner
from planner.highs import solve_program, write_model
from planner.pipeline import compile_instance
from tests import freeze

ROOT = Path(__file__).parents[1]


def clp_objective(path: Path) -> float:
    """What CLP, the simplex code of COIN-OR, makes of a program in an MPS file; in a process of its own."""
    script = (
        "import sys; from cylp.cy import CyClpSimplex; s = CyClpSimplex(); s.logLevel = 0; "
        "s.readMps(sys.argv[1]); print(s.initialSolve(), repr(s.objectiveValue))"
    )
    said = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    status, objective = said.stdout.splitlines()[-1].split()
    assert status == "optimal"
    return float(objective)


@pytest.mark.parametrize("case", freeze.SOLVED)
def test_every_shipped_instance_is_certified_costs_what_it_did_and_agrees_with_clp(case: str, tmp_path: Path) -> None:
    program = compile_instance(freeze.load(case))
    optimum = solve_program(program)
    certificate, refined = planner.certify(program, optimum), planner.refine(program, optimum)
    exact = refined.certificate
    assert certificate.holds, certificate.failures
    assert exact.holds and exact.as_dict()["tolerance"] == 1e-12, exact.as_dict()
    assert planner.certify(program, refined.optimum).holds
    assert float(exact.objective) == pytest.approx(certificate.objective, rel=1e-9)
    problem = freeze.cost_problem(case, certificate.objective)
    assert not problem, problem
    if not case.endswith("+lunar_chips"):  # which takes CLP minutes, and is the claim with one more factory
        write_model(program, tmp_path / "model.mps")
        assert clp_objective(tmp_path / "model.mps") == pytest.approx(optimum.objective, rel=1e-7)


def test_the_launch_price_moves_the_share_of_the_moon() -> None:
    instance = planner.load(ROOT / "instances" / "accelerated")
    plans = [planner.solve(instance.replace({"launch.starship.price": ("*", factor)})) for factor in (0.5, 1.0, 2.0)]
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


def test_every_family_of_variables_is_used_in_the_toy() -> None:
    program = compile_instance(planner.load(ROOT / "instances" / "toy"))
    optimum = solve_program(program)
    idle = [family.name for family in program.columns if not (optimum.values[family.rows] > 1e-9).any()]
    assert idle == []


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
